"""The guide as recorders read it: every programme by every program."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

from hypothesis import given, settings
import pytest

from downlink.formats.xmltv_reader import parse_xmltv
from downlink.formats.xmltv_writer import render_xmltv
from downlink.ingest.gap_filling import filler_for
from downlink.ingest.marking import marked
from downlink.models import Feed, Programme

from .. import validators
from ..samples import CHANNEL, HOUR, NOON, feed_of, no_logo
from ..strategies import feeds
from .readers import ALL, Seen

BARE = Programme(start=NOON, stop=NOON + HOUR / 2, title="Iron Comet")
EPISODE = replace(
    BARE,
    episode_title="The Paper Mirror",
    season=2,
    episode=5,
    aired="19990417",
    first_shown="19990417",
    categories=("Series", "Animation"),
)
OF_EPISODE = Seen(
    is_series=True, season=2, episode=5, title="The Paper Mirror", first_shown="1999-04-17"
)
NUMBERED = replace(BARE, episode=127, aired="1994")
OF_NUMBER = Seen(is_series=True, episode=127, title="Episode 127")
FILM = replace(BARE, stop=NOON + 2 * HOUR, aired="1988", categories=("Movie",))
PREMIERE = replace(EPISODE, is_premiere=True)
OF_PREMIERE = replace(OF_EPISODE, is_premiere=True)
NEW = replace(EPISODE, aired="20261014", first_shown="20261014", is_new=True)
OF_NEW = replace(OF_EPISODE, is_new=True, first_shown="2026-10-14")
FILLER = replace(filler_for("MTV97", "Music videos."), start=NOON, stop=NOON + 2 * HOUR)

ROWS: list[tuple[str, Programme, dict[str, Seen]]] = [
    (
        "rerun, first shown on a known day",
        EPISODE,
        {
            "jellyfin": OF_EPISODE,
            "kodi": OF_EPISODE,
            "plex": OF_EPISODE,
            "nextpvr": replace(OF_EPISODE, first_shown=None),
            "tvheadend": OF_EPISODE,
        },
    ),
    (
        "rerun with a number alone",
        NUMBERED,
        {
            "jellyfin": OF_NUMBER,
            "kodi": OF_NUMBER,
            "plex": OF_NUMBER,
            "nextpvr": OF_NUMBER,
            "tvheadend": OF_NUMBER,
        },
    ),
    (
        "film",
        FILM,
        {
            "jellyfin": Seen(is_film=True),
            "kodi": Seen(),
            "plex": Seen(is_film=True),
            "nextpvr": Seen(is_film=True),
            "tvheadend": Seen(),
        },
    ),
    (
        "the channel's premiere of an old programme",
        PREMIERE,
        {
            "jellyfin": replace(OF_PREMIERE, first_shown=None),
            "kodi": OF_PREMIERE,
            "plex": replace(OF_PREMIERE, is_new=True),
            "nextpvr": replace(OF_EPISODE, is_new=True, first_shown=None),
            "tvheadend": replace(OF_EPISODE, is_new=True, first_shown=None),
        },
    ),
    (
        "new, says the provider",
        NEW,
        {
            "jellyfin": replace(OF_NEW, first_shown=None),
            "kodi": OF_NEW,
            "plex": OF_NEW,
            "nextpvr": replace(OF_NEW, first_shown=None),
            "tvheadend": replace(OF_NEW, first_shown=None),
        },
    ),
    (
        "nothing but a title",
        BARE,
        {
            "jellyfin": Seen(),
            "kodi": Seen(),
            "plex": Seen(is_series=True),
            "nextpvr": Seen(),
            "tvheadend": Seen(),
        },
    ),
    (
        "filler",
        FILLER,
        {
            "jellyfin": Seen(),
            "kodi": Seen(),
            "plex": Seen(is_series=True),
            "nextpvr": Seen(),
            "tvheadend": Seen(),
        },
    ),
]


def published(programme: Programme, *, all_reruns: bool = True) -> ET.Element:
    """The programme as the guide has it."""
    guide = render_xmltv(feed_of(*marked([programme], all_reruns=all_reruns)), no_logo)
    (element,) = ET.fromstring(guide).iter("programme")  # noqa: S314 # ours
    return element


@pytest.mark.parametrize(
    ("programme", "read", "expected"),
    [
        pytest.param(programme, ALL[name], seen, id=f"{row}: {name}")
        for row, programme, by_name in ROWS
        for name, seen in by_name.items()
    ],
)
def test_what_is_read(
    programme: Programme, read: Callable[[ET.Element], Seen], expected: Seen
) -> None:
    assert read(published(programme)) == expected


def test_the_table_has_every_program() -> None:
    assert all(by_name.keys() == ALL.keys() for _, _, by_name in ROWS)


@pytest.mark.parametrize("name", ["jellyfin", "plex", "nextpvr"])
def test_without_its_mark_a_rerun_is_taken_for_new(name: str) -> None:
    assert ALL[name](published(EPISODE, all_reruns=False)).is_new


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param({"first_shown": None}, None, id="day not known"),
        pytest.param({"first_shown": "20261015"}, None, id="day in the future"),
        pytest.param({"first_shown": "20261014"}, None, id="that very day"),
        pytest.param({"first_shown": "20261013"}, "2026-10-13", id="the day before"),
    ],
)
def test_a_rerun_of_which_the_day_is_in_doubt(
    change: dict[str, str | None], expected: str | None
) -> None:
    rerun = replace(EPISODE, start=NOON.replace(hour=0), is_rerun=True, **change)  # type: ignore[arg-type]
    seen = ALL["jellyfin"](published(rerun))
    assert (seen.is_new, seen.first_shown) == (False, expected)


@settings(max_examples=50)
@given(feeds())
def test_nothing_is_new_unless_the_provider_says_so(feed: Feed) -> None:
    programmes = [
        replace(one, aired=None)
        for key in feed.guide
        for one in marked(feed.guide[key], all_reruns=True)
    ]
    elements = ET.fromstring(render_xmltv(feed_of(*programmes), no_logo)).iter("programme")  # noqa: S314
    for programme, element in zip(programmes, elements, strict=True):
        said = programme.is_new or programme.is_premiere
        assert said or not any(read(element).is_new for read in ALL.values())
        assert {"series", "movie"} & {
            (one.text or "").casefold() for one in element.iter("category")
        }
        assert element.findtext("sub-title") or not programme.episode


@settings(max_examples=50)
@given(feeds())
def test_marks_survive_the_guide_and_are_made_once(feed: Feed) -> None:
    for of_channel in feed.guide.values():
        once = marked(of_channel, all_reruns=True)
        guide = render_xmltv(feed_of(*once), no_logo)
        again = parse_xmltv(guide).programmes.get(CHANNEL.guide_id, [])
        assert marked(again, all_reruns=True) == once


def test_validators_have_nothing_to_say() -> None:
    day = timedelta(days=1)
    programmes = [
        replace(programme, start=programme.start + day * n, stop=programme.stop + day * n)
        for n, (_, programme, _) in enumerate(ROWS)
    ]
    validators.check(render_xmltv(feed_of(*marked(programmes, all_reruns=True)), no_logo))


def test_the_channel_has_its_name_number_and_logo_once() -> None:
    def names(name: str, number: int) -> list[str | None]:
        channel = replace(CHANNEL, name=name, number=number)
        guide = render_xmltv(Feed(made=NOON, channels=(channel,)), no_logo)
        (element,) = ET.fromstring(guide).iter("channel")  # noqa: S314 # ours
        assert len(element.findall("icon")) == 1
        return [one.text for one in element.iter("display-name")]

    assert names("MTV97", 5) == ["MTV97", "5"]
    assert names("101", 101) == ["101"]
