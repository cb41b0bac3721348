"""The past of a feed: as it was frozen, without gaps, and never too much."""

from dataclasses import replace
from datetime import UTC, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
import pytest

from downlink.ingest import past as past_module
from downlink.ingest.gap_filling import Window
from downlink.ingest.past import with_past
from downlink.lineup import KNOWN
from downlink.models import Feed, Programme, Source

from ..samples import HOUR, NOON
from ..strategies import schedules, shows

EAST = KNOWN[0].channel("https://n1.example.com/east")
NEW = replace(EAST, key="other_new", name="New", number=8, guide_id="new.other.example.com")
MIDNIGHT = NOON - 12 * HOUR
DAY = timedelta(days=1)
WINDOW = Window.of_days(NOON, 1, UTC)
YESTERDAY = Window.before(NOON, 1, UTC)


def programme(
    start: float, stop: float, title: str = "Trigun", source: Source = Source.GUIDE
) -> Programme:
    """A programme; hours from today's midnight."""
    return Programme(
        start=MIDNIGHT + start * HOUR, stop=MIDNIGHT + stop * HOUR, title=title, source=source
    )


def guide_with(aired: list[Programme], guide: list[Programme]) -> tuple[Programme, ...]:
    feed = Feed(made=NOON, channels=(EAST,), guide={EAST.key: tuple(guide)})
    return with_past(feed, {EAST.key: aired}, YESTERDAY, WINDOW).guide[EAST.key]


def shape(programmes: tuple[Programme, ...]) -> list[tuple[float, float, str]]:
    """Hours from today's midnight, and the title; a dash for filler."""
    return [
        (
            (one.start - MIDNIGHT) / HOUR,
            (one.stop - MIDNIGHT) / HOUR,
            "-" if one.is_filler else one.title,
        )
        for one in programmes
    ]


DAY_LONG = [programme(0, 12), programme(12, 24, "Bebop")]


@pytest.mark.parametrize(
    ("aired", "guide", "expected"),
    [
        pytest.param([], DAY_LONG, [(0, 12, "Trigun"), (12, 24, "Bebop")], id="nothing was on"),
        pytest.param(
            [programme(-3, 0, "Past")],
            DAY_LONG,
            [(-3, 0, "Past"), (0, 12, "Trigun"), (12, 24, "Bebop")],
            id="yesterday",
        ),
        pytest.param(
            [programme(-1, 1, "Past"), programme(1, 11, "Past")],
            DAY_LONG,
            [(-1, 1, "Past"), (1, 11, "Past"), (11, 12, "Trigun"), (12, 24, "Bebop")],
            id="another morning than the provider says now",
        ),
        pytest.param(
            [programme(-9, -7, "Past")],
            DAY_LONG,
            [
                (-9, -7, "Past"),
                (-7, -6, "-"),
                (-6, -4, "-"),
                (-4, -2, "-"),
                (-2, 0, "-"),
                (0, 12, "Trigun"),
                (12, 24, "Bebop"),
            ],
            id="an evening nobody knows",
        ),
        pytest.param(
            [programme(0, 2, "Past"), programme(3, 4, "Past")],
            DAY_LONG,
            [
                (0, 2, "Past"),
                (2, 3, "-"),
                (3, 4, "Past"),
                (4, 12, "Trigun"),
                (12, 24, "Bebop"),
            ],
            id="a gap today stays one",
        ),
        pytest.param(
            [programme(1, 2, "Past")],
            DAY_LONG,
            [(0, 1, "-"), (1, 2, "Past"), (2, 12, "Trigun"), (12, 24, "Bebop")],
            id="the window begins where it did",
        ),
        pytest.param(
            [programme(0, 12, "Past")],
            DAY_LONG,
            [(0, 12, "Past"), (12, 24, "Bebop")],
            id="to the second",
        ),
        pytest.param([programme(0, 24, "Past")], DAY_LONG, [(0, 24, "Past")], id="all of it"),
        pytest.param(
            [programme(-26, -24, "Past")],
            DAY_LONG,
            [(0, 12, "Trigun"), (12, 24, "Bebop")],
            id="longer ago than is to be shown",
        ),
        pytest.param(
            [programme(-26, -23, "Past")],
            DAY_LONG,
            [
                (-26, -23, "Past"),
                (-23, -22, "-"),
                *((hour, hour + 2, "-") for hour in range(-22, 0, 2)),
                (0, 12, "Trigun"),
                (12, 24, "Bebop"),
            ],
            id="into what is to be shown",
        ),
        pytest.param(
            [programme(-26, -25, "Past")],
            [programme(-25.5, 12, "Long"), programme(12, 24)],
            [(-25, 12, "Long"), (12, 24, "Trigun")],
            id="nothing to show, and still past",
        ),
    ],
)
def test_with_past(
    aired: list[Programme], guide: list[Programme], expected: list[tuple[float, float, str]]
) -> None:
    assert shape(guide_with(aired, guide)) == expected


def test_what_was_on_stays_what_it_is() -> None:
    aired = [programme(-2, -1, "Past"), programme(-1, 3, "Past")]
    assert guide_with(aired, DAY_LONG)[:2] == tuple(aired)


def test_filler_is_that_of_the_channel() -> None:
    feed = Feed(
        made=NOON,
        channels=(EAST, NEW),
        guide={EAST.key: tuple(DAY_LONG), NEW.key: tuple(DAY_LONG)},
    )
    aired = {key: [programme(-2, -1)] for key in (EAST.key, NEW.key, "gone")}
    found = with_past(feed, aired, YESTERDAY, WINDOW)
    assert set(found.guide) == {EAST.key, NEW.key}
    fillers = [found.guide[channel.key][1] for channel in (EAST, NEW)]
    assert [(one.title, one.description) for one in fillers] == [
        (EAST.name, KNOWN[0].filler),
        ("New", "There is no programme list for this channel."),
    ]
    assert (found.made, found.channels) == (feed.made, feed.channels)


def test_a_channel_without_a_guide() -> None:
    feed = Feed(made=NOON, channels=(EAST,))
    assert with_past(feed, {}, YESTERDAY, WINDOW).guide == {EAST.key: ()}


@pytest.mark.parametrize(("limit", "is_there"), [(3, True), (2, False)])
def test_not_more_than_a_feed_may_have(
    monkeypatch: pytest.MonkeyPatch, limit: int, is_there: bool
) -> None:
    monkeypatch.setattr(past_module, "MAX_PROGRAMMES", limit)
    found = guide_with([programme(-3, 0, "Past")], DAY_LONG)
    assert (found[0].title == "Past") is is_there
    assert found[-2:] == tuple(DAY_LONG)


@given(
    schedules(MIDNIGHT - DAY, of=shows(), max_size=20), schedules(MIDNIGHT, of=shows(), max_size=20)
)
def test_no_gap_and_no_overlap(aired: tuple[Programme, ...], guide: tuple[Programme, ...]) -> None:
    over = [one for one in aired if not one.is_filler]
    # What an ingest leaves has no gaps.
    gapless = [replace(one, stop=two.start) for one, two in pairwise(guide)]
    found = guide_with(over, gapless)
    assert [one for one in found if one in over] == over
    assert all(one.start < one.stop for one in found)
    if over and gapless:
        assert all(one.stop == two.start for one, two in pairwise(found))


def test_days_before() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    # The clocks went back on the 25th, and forward on 29 March.
    for now in (NOON.replace(month=10, day=26), NOON.replace(month=3, day=30)):
        past = Window.before(now, 2, berlin)
        assert past.stop == Window.of_days(now, 1, berlin).start
        assert (past.stop - past.start) / HOUR in {47, 49}
        assert past.blocks[0] == past.start
    nothing = Window.before(NOON, 0, UTC)
    assert nothing.start == nothing.stop == MIDNIGHT
    assert nothing.blocks == []
