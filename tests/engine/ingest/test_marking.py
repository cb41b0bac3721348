"""What kind of programme something is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from downlink.ingest.marking import marked
from downlink.limits import MAX_LIST_ITEMS
from downlink.models import Programme, Source
from downlink.policy import SHORTEST_FILM

from ..samples import NOON

LONG = Programme(start=NOON, stop=NOON + SHORTEST_FILM, title="Show")
SHORT = replace(LONG, stop=LONG.stop - timedelta(seconds=1))


def kinds(programme: Programme) -> tuple[str, ...]:
    (found,) = marked([programme], all_reruns=False)
    return found.categories


@pytest.mark.parametrize(
    ("programme", "expected"),
    [
        pytest.param(SHORT, ("Series",), id="short"),
        pytest.param(LONG, ("Movie",), id="as long as a film"),
        pytest.param(replace(LONG, episode=3), ("Series",), id="long, with a number"),
        pytest.param(replace(LONG, season=3), ("Series",), id="long, with a season"),
        pytest.param(replace(LONG, episode_title="One"), ("Series",), id="long, with a title"),
        pytest.param(replace(LONG, source=Source.FILLER), ("Series",), id="filler"),
    ],
)
def test_kind_of_what_nobody_names(programme: Programme, expected: tuple[str, ...]) -> None:
    assert kinds(programme) == expected


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        pytest.param(("Animation", "series"), ("Animation", "series"), id="series"),
        pytest.param(("MOVIE",), ("MOVIE",), id="film"),
        pytest.param(("Feature Film",), ("Movie", "Feature Film"), id="film in other words"),
        pytest.param(("Movies",), ("Movie", "Movies"), id="films"),
        pytest.param(("Film Noir",), ("Series", "Film Noir"), id="a genre"),
        pytest.param(("Filming",), ("Series", "Filming"), id="another word"),
        pytest.param(("Animation",), ("Series", "Animation"), id="neither"),
    ],
)
def test_kind_by_category(categories: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert kinds(replace(SHORT, categories=categories)) == expected


def test_a_number_goes_before_words() -> None:
    assert kinds(replace(LONG, episode=3, categories=("Film",))) == ("Series", "Film")


@pytest.mark.parametrize("count", [MAX_LIST_ITEMS - 1, MAX_LIST_ITEMS])
def test_no_more_categories_than_are_read_back(count: int) -> None:
    genres = tuple(f"Genre {number}" for number in range(count))
    assert kinds(replace(SHORT, categories=genres)) == ("Series", *genres)[:MAX_LIST_ITEMS]


RERUN = replace(SHORT, is_rerun=True)


@pytest.mark.parametrize(
    ("programme", "day", "is_kept"),
    [
        pytest.param(SHORT, 0, True, id="today"),
        pytest.param(SHORT, 1, False, id="tomorrow"),
        pytest.param(RERUN, -1, True, id="a rerun of yesterday"),
        pytest.param(RERUN, 0, False, id="a rerun of today"),
    ],
)
def test_the_first_showing_can_have_been(programme: Programme, day: int, is_kept: bool) -> None:
    shown = f"{programme.start + timedelta(days=day):%Y%m%d}"
    (found,) = marked([replace(programme, first_shown=shown)], all_reruns=False)
    assert found.first_shown == (shown if is_kept else None)


def test_what_becomes_a_rerun_was_not_first_shown_today() -> None:
    (found,) = marked([replace(SHORT, first_shown=f"{NOON:%Y%m%d}")], all_reruns=True)
    assert (found.is_rerun, found.first_shown) == (True, None)


@pytest.mark.parametrize("all_reruns", [True, False])
@pytest.mark.parametrize(
    "programme",
    [
        pytest.param(replace(SHORT, is_new=True), id="new"),
        pytest.param(replace(SHORT, is_premiere=True), id="premiere"),
        pytest.param(RERUN, id="rerun"),
        pytest.param(SHORT, id="nothing"),
    ],
)
def test_only_what_nobody_calls_anything_becomes_a_rerun(
    programme: Programme, all_reruns: bool
) -> None:
    (found,) = marked([programme], all_reruns=all_reruns)
    expected = all_reruns if programme is SHORT else programme.is_rerun
    assert found == replace(programme, is_rerun=expected, categories=("Series",))
