"""One channel's programmes put in order."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from downlink.ingest.normalise import in_order, tidy, with_ends
from downlink.models import Credit, Fix, Programme, Role, Source
from downlink.policy import LONGEST_PROGRAMME, OPEN_END_REACHES, USUAL_LENGTH

from ..samples import at, shape


def show(start: float, stop: float | None, title: str = "Show", **fields: object) -> Programme:
    end = at(start if stop is None else stop)
    return Programme(start=at(start), stop=end, title=title, **fields)  # type: ignore[arg-type]


def ordered(*programmes: Programme) -> tuple[list[tuple[float, float, str]], dict[Fix, int]]:
    fixes: Counter[Fix] = Counter()
    return shape(in_order(programmes, fixes)), dict(+fixes)


def test_what_is_in_order_stays() -> None:
    assert ordered(show(0, 30, "A"), show(30, 60, "B"), show(90, 120, "C")) == (
        [(0, 30, "A"), (30, 60, "B"), (90, 120, "C")],
        {},
    )


def test_nothing() -> None:
    assert ordered() == ([], {})


def test_sorted() -> None:
    assert ordered(show(60, 90, "C"), show(30, 60, "B"), show(0, 30, "A")) == (
        [(0, 30, "A"), (30, 60, "B"), (60, 90, "C")],
        {Fix.UNSORTED: 2},
    )


def test_duplicates() -> None:
    assert ordered(show(0, 30, "A"), show(30, 60, "B"), show(30, 60, "B"), show(0, 30, "A")) == (
        [(0, 30, "A"), (30, 60, "B")],
        {Fix.DUPLICATE: 2},
    )


def test_our_own_filler_is_not_taken_for_knowledge() -> None:
    assert ordered(show(0, 30, "A", source=Source.FILLER)) == ([], {})


@pytest.mark.parametrize(
    ("programmes", "expected", "fixes"),
    [
        pytest.param(
            [show(0, 40, "A"), show(30, 60, "B")],
            [(0, 30, "A"), (30, 60, "B")],
            {Fix.OVERLAP: 1},
            id="the later start wins",
        ),
        pytest.param(
            [show(0, 90, "A"), show(30, 60, "B")],
            [(0, 30, "A"), (30, 60, "B")],
            {Fix.OVERLAP: 1},
            id="also when it ends earlier",
        ),
        pytest.param(
            [show(0, 30, "A"), show(0, 60, "B")],
            [(0, 60, "B")],
            {Fix.OVERLAP: 1},
            id="the same start: the later in the file",
        ),
        pytest.param(
            [show(0, 30, "A"), show(60, 90, "B"), show(20, 50, "C")],
            [(0, 20, "A"), (20, 50, "C"), (60, 90, "B")],
            {Fix.OVERLAP: 1, Fix.UNSORTED: 1},
            id="one astray",
        ),
    ],
)
def test_overlaps(
    programmes: list[Programme],
    expected: list[tuple[float, float, str]],
    fixes: dict[Fix, int],
) -> None:
    assert ordered(*programmes) == (expected, fixes)


def test_the_next_playlist_wins_over_what_overruns_it() -> None:
    # The array is playlists laid end to end; the weekend's last items run into Sunday's block.
    saturday = [show(0, 30, "S1"), show(30, 65, "S2"), show(65, 80, "S3"), show(80, None, "S4")]
    sunday = [show(60, 75, "B1"), show(78, 100, "B2"), show(100, 120, "B3")]
    assert ordered(*saturday, *sunday) == (
        [(0, 30, "S1"), (30, 60, "S2"), (60, 75, "B1"), (78, 100, "B2"), (100, 120, "B3")],
        {Fix.OVERLAP: 3, Fix.UNSORTED: 1, Fix.UNKNOWN_END: 1},
    )


def test_an_overrun_may_fill_a_real_gap_of_the_next_playlist() -> None:
    overrun = [show(0, 30, "S1"), show(30, 70, "S2"), show(90, 110, "S3")]
    following = [show(60, 75, "B1"), show(120, 150, "B2")]
    titles = [title for _, _, title in ordered(*overrun, *following)[0]]
    assert titles == ["S1", "S2", "B1", "S3", "B2"]


@pytest.mark.parametrize(
    ("stop", "count"),
    [
        pytest.param(None, 1, id="zero or missing"),
        pytest.param(-20, 1, id="negative"),
        pytest.param(LONGEST_PROGRAMME / timedelta(minutes=1) + 1, 1, id="longer than can be"),
        pytest.param(LONGEST_PROGRAMME / timedelta(minutes=1), 0, id="as long as can be"),
    ],
)
def test_impossible_ends(stop: float | None, count: int) -> None:
    found, fixes = ordered(show(0, stop, "A"), show(45, 60, "B"))
    assert found == [(0, 45, "A"), (45, 60, "B")]
    assert fixes.get(Fix.UNKNOWN_END, 0) == count


def test_a_card_without_length_gives_way_to_what_it_announces() -> None:
    assert ordered(show(0, None, "Card"), show(0, 30, "A")) == (
        [(0, 30, "A")],
        {Fix.OVERLAP: 1, Fix.UNKNOWN_END: 1},
    )


def test_an_end_stays_open_when_nothing_follows_soon() -> None:
    limit = OPEN_END_REACHES / timedelta(minutes=1)
    assert ordered(show(0, None, "A"), show(limit, 200, "B"))[0][0] == (0, limit, "A")
    assert ordered(show(0, None, "A"), show(limit + 1, 200, "B"))[0][0] == (0, 0, "A")
    assert ordered(show(0, None, "A"))[0] == [(0, 0, "A")]


OLD = (show(0, 50, "Old"), show(50, 80, "Next"), show(300, 330, "Late"))


@pytest.mark.parametrize(
    ("start", "old", "stop"),
    [
        pytest.param(0, OLD, 50, id="the same start"),
        pytest.param(10, (OLD[0], show(70, 90)), 70, id="another start: until the next"),
        pytest.param(90, OLD, 90 + 30, id="nothing follows soon"),
        pytest.param(0, (), 30, id="nothing known"),
        pytest.param(0, (show(0, 50, source=Source.FILLER),), 30, id="filler knows nothing"),
        pytest.param(0, (show(20, 50, source=Source.FILLER),), 30, id="filler is no programme"),
    ],
)
def test_open_ends(start: float, old: tuple[Programme, ...], stop: float) -> None:
    assert timedelta(minutes=30) == USUAL_LENGTH
    (closed,) = with_ends([show(start, None)], old)
    assert closed.stop == at(stop)


def test_open_ends_reach_no_further_than_the_next() -> None:
    old = (show(0, 600, "Marathon"),)
    closed = with_ends([show(0, None, "A"), show(200, 220, "B")], old)
    assert shape(closed) == [(0, 200, "A"), (200, 220, "B")]


@given(
    st.lists(
        st.builds(
            show,
            st.integers(-600, 600),
            st.none() | st.integers(-600, 3000),
            st.sampled_from(["A", "B", ""]),
        ),
        max_size=30,
    )
)
def test_any_programmes_become_an_order(programmes: list[Programme]) -> None:
    fixes: Counter[Fix] = Counter()
    found = with_ends(in_order(programmes, fixes), ())
    assert all(one.start < one.stop for one in found)
    assert all(one.stop <= two.start for one, two in pairwise(found))
    gone = fixes[Fix.DUPLICATE] + fixes[Fix.OVERLAP]
    assert len(programmes) - gone <= len(found) <= len(programmes)
    if programmes:
        assert found
    known = {(one.start, one.title) for one in programmes}
    assert {(one.start, one.title) for one in found} <= known


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=1, max_size=20),
    st.data(),
)
def test_without_overlaps_nothing_is_lost(
    steps: list[tuple[int, int]], data: st.DataObject
) -> None:
    programmes, minute = [], 0
    for pause, length in steps:
        programmes.append(show(minute + pause, minute + pause + length, f"{minute}"))
        minute += pause + length
    shuffled = data.draw(st.permutations(programmes))
    fixes: Counter[Fix] = Counter()
    assert in_order(shuffled, fixes) == programmes
    assert set(+fixes) <= {Fix.UNSORTED}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"description": "Know what this is about?\nBe the first one to add a plot."},
            {"description": None},
            id="no plot",
        ),
        pytest.param({"description": "He knows."}, {"description": "He knows."}, id="plot"),
        pytest.param({"rating": "Not Rated"}, {"rating": None}, id="no rating"),
        pytest.param({"rating": "TV-G"}, {"rating": "TV-G"}, id="rating"),
        pytest.param(
            {"image": "https://m.media-amazon.com/images/G/01/imdb/imdb_fb_logo._CB_.png"},
            {"image": None},
            id="placeholder picture",
        ),
        pytest.param({"image": "http://a.tv/b.png"}, {"image": "http://a.tv/b.png"}, id="picture"),
        pytest.param(
            {"episode": 22, "episode_title": "Episode #2.22"}, {"episode": 22}, id="no title"
        ),
        pytest.param({"episode": 22, "episode_title": "episode 7"}, {"episode": 22}, id="a number"),
        pytest.param(
            {"episode_title": "Episode #2.22"},
            {"episode_title": "Episode #2.22"},
            id="all there is",
        ),
        pytest.param(
            {"episode": 1, "episode_title": "Episode One"},
            {"episode": 1, "episode_title": "Episode One"},
            id="title",
        ),
        pytest.param({"aired": "20010101"}, {"aired": "2001"}, id="a year in the form of a day"),
        pytest.param({"aired": "20010102"}, {"aired": "20010102"}, id="day"),
        pytest.param(
            {
                "credits": tuple(
                    Credit(Role.WRITER, name)
                    for name in ("Ann", "1 more credit", "12 more credits", "IMDbPro", "See more")
                )
            },
            {"credits": (Credit(Role.WRITER, "Ann"),)},
            id="furniture among the writers",
        ),
    ],
)
def test_tidy(changes: dict[str, object], expected: dict[str, object]) -> None:
    programme = replace(show(0, 30), **changes)  # type: ignore[arg-type]
    tidied = tidy(programme, "https://tv.example.com/1.m3u8")
    assert tidied == replace(show(0, 30), **expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "image",
    [
        "http://192.168.1.1/logout",
        "http://supervisor/core/restart",
        "http://169.254.169.254/latest",
        "http://2130706433/",
        "https://[::1]:8123/",
        "http://[",
    ],
)
def test_a_picture_does_not_lead_into_the_house(image: str) -> None:
    programme = replace(show(0, 30), image=image)
    assert tidy(programme, "https://tv.example.com/1.m3u8").image is None


def test_a_station_in_the_house_may_have_its_pictures_there() -> None:
    programme = replace(show(0, 30), image="http://192.168.1.9/show.png")
    assert tidy(programme, "http://192.168.1.9/1.m3u8") is programme
