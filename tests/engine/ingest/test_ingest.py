"""A provider's two files made into a feed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from downlink.errors import FeedError
from downlink.formats.m3u import Links, parse_m3u, render_m3u
from downlink.formats.xmltv_reader import parse_xmltv
from downlink.formats.xmltv_writer import render_xmltv
from downlink.ingest import ingest
from downlink.ingest.gap_filling import Window
from downlink.lineup import KNOWN, Lineup, logo_path
from downlink.models import Feed, Fix, IngestReport, Source

from .. import validators
from ..samples import HOUR, NAMES, NOON, Airing, Listing, at, back_to_back, guide, playlist, shape
from ..strategies import feeds, listings

NEW_YORK = ZoneInfo("America/New_York")
EAST, WEST, SNICK_EAST, SNICK_WEST, MTV, MOVIES, RADIO = NAMES
MIDNIGHT = datetime(2026, 10, 14, 4, tzinfo=UTC)
"""The start of the day of `NOON` in New York."""


def made(
    *listings: Listing,
    names: Sequence[str] = NAMES,
    previous: Feed | None = None,
    now: datetime = NOON,
    days: int = 1,
    zone: tzinfo = NEW_YORK,
) -> tuple[Feed, IngestReport]:
    feed, report, _ = ingest(
        playlist(*names),
        guide(*listings),
        now=now,
        window=Window.of_days(now, days, zone),
        lineup=Lineup(),
        previous=previous,
    )
    check(feed, report, now, days, zone)
    return feed, report


def check(feed: Feed, report: IngestReport, now: datetime, days: int, zone: tzinfo) -> None:
    """What is true of every feed."""
    today = now.astimezone(zone).date()
    start, stop = (
        datetime.combine(day, datetime.min.time(), zone)
        for day in (today, today + timedelta(days=days))
    )
    numbers = [channel.number for channel in feed.channels]
    assert numbers == sorted(set(numbers))
    assert list(feed.guide) == [channel.key for channel in feed.channels]
    programmes = [one for of_channel in feed.guide.values() for one in of_channel]
    for of_channel in feed.guide.values():
        assert of_channel[0].start <= start
        assert of_channel[-1].stop >= stop
        assert all(one.start < one.stop for one in of_channel)
        assert all(one.stop == two.start for one, two in pairwise(of_channel))
        assert of_channel[0].stop > start
        assert of_channel[-1].start < stop
        assert all(one.start.tzinfo is one.stop.tzinfo is UTC for one in of_channel)
        assert all(one.title for one in of_channel)
    assert report.channels == len(feed.channels)
    assert report.programmes + report.filler == len(programmes)
    assert report.filler == sum(one.is_filler for one in programmes)
    assert sum(report.sources.values()) == len(programmes)
    assert all(report.fixes.values())


def known(feed: Feed, key: str = "toonami_east") -> list[tuple[float, float, str]]:
    """What a channel shows but filler, in minutes from noon."""
    return shape(one for one in feed.guide[key] if not one.is_filler)


DAY = back_to_back(-480, 30, 48)
"""Half-hours over the whole day in New York."""


def test_a_good_pair_of_files() -> None:
    listed = [Listing(one.name, DAY) for one in KNOWN if one.schedule]
    feed, report = made(*listed)
    assert feed.made == NOON
    assert report == IngestReport(
        channels=7,
        programmes=4 * 48,
        filler=3 * 12,
        guide_until=MIDNIGHT + timedelta(days=1),
        fixes={Fix.NO_GUIDE: 3, Fix.GAP_FILLED: 3},
        sources={Source.GUIDE: 4 * 48, Source.FILLER: 3 * 12},
    )
    movies = feed.guide["movies"][0]
    assert (movies.title, movies.source) == ("Movies", Source.FILLER)
    assert movies.description == next(one.filler for one in KNOWN if one.key == "movies")


def test_no_guide_at_all() -> None:
    feed, report = made()
    assert report.programmes == 0
    assert report.guide_until is None
    assert report.fixes == {Fix.NO_GUIDE: 7, Fix.GAP_FILLED: 7}
    assert [one.title for one in feed.guide["mtv97"]] == ["MTV97"] * 12


def test_west_is_three_hours_behind() -> None:
    east, west = Listing(EAST, [Airing(0, 30)]), Listing(WEST, [Airing(180, 210)], offset=-3)
    assert b'start="20261014120000 -0300"' in guide(west)
    feed, _ = made(east, west)
    assert known(feed) == [(0, 30, "Show")]
    assert known(feed, "toonami_west") == [(180, 210, "Show")]


def test_the_go_programs_flaws_in_one_channel() -> None:
    feed, report = made(
        Listing(
            EAST,
            [
                Airing(-60, -30, "Before"),
                Airing(
                    -30,
                    0,
                    "",
                ),
                Airing(0, None, "Card"),
                Airing(
                    0,
                    25,
                    "A",
                    "<title>A again</title><sub-title/><desc>Know what this is about?</desc>",
                ),
                Airing(27, 60, "B"),
                Airing(60, 80, "Overrun"),
                Airing(80, 65, "Overrun 2"),
                Airing(65, 90, "C"),
                Airing(90, 120, "D"),
                Airing(90, 120, "D"),
                Airing(150, None, "Last"),
            ],
        )
    )
    assert known(feed) == [
        (-60, -30, "Before"),
        (0, 27, "A"),
        (27, 60, "B"),
        (60, 65, "Overrun"),
        (65, 90, "C"),
        (90, 120, "D"),
        (150, 180, "Last"),
    ]
    assert feed.guide["toonami_east"][-1].is_filler
    assert next(one for one in feed.guide["toonami_east"] if one.title == "A").description is None
    nameless = [one for one in feed.guide["toonami_east"] if at(-30) <= one.start < at(0)]
    assert [(one.start, one.stop, one.title) for one in nameless] == [(at(-30), at(0), EAST)]
    assert report.fixes == {
        Fix.NO_TITLE: 1,
        Fix.UNKNOWN_END: 3,
        Fix.UNSORTED: 1,
        Fix.OVERLAP: 3,
        Fix.DUPLICATE: 1,
        Fix.GAP_CLOSED: 1,
        Fix.GAP_FILLED: 1 + 1 + 1 + 1 + 6,
        Fix.NO_GUIDE: 6,
    }


def test_a_short_nameless_slot_is_not_given_to_the_programme_before_it() -> None:
    feed, _ = made(Listing(EAST, [Airing(0, 20, "A"), Airing(20, 30, ""), Airing(30, 60, "B")]))
    assert known(feed) == [(0, 20, "A"), (30, 60, "B")]


def test_the_ends_of_the_window() -> None:
    feed, _ = made(
        Listing(
            EAST,
            [
                Airing(-900, -480, "Yesterday"),
                Airing(-490, -450, "Over midnight"),
                Airing(-450, 950, "Today"),
                Airing(950, 1000, "Over the next midnight"),
                Airing(1000, 1100, "Tomorrow"),
            ],
        )
    )
    assert known(feed) == [
        (-490, -450, "Over midnight"),
        (-450, 950, "Today"),
        (950, 1000, "Over the next midnight"),
    ]


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        pytest.param(datetime(2026, 3, 8, 12, tzinfo=UTC), 23, id="spring"),
        pytest.param(datetime(2026, 11, 1, 12, tzinfo=UTC), 25, id="autumn"),
    ],
)
def test_the_days_when_the_clock_changes(now: datetime, hours: int) -> None:
    feed, _ = made(now=now)
    movies = feed.guide["movies"]
    assert movies[-1].stop - movies[0].start == hours * HOUR


def test_two_weeks_over_a_clock_change() -> None:
    feed, _ = made(now=datetime(2026, 10, 25, 12, tzinfo=UTC), days=14)
    days = {one.start.astimezone(NEW_YORK).date() for one in feed.guide["movies"]}
    assert len(days) == 14


# The last feed


def test_what_the_new_guide_lacks_is_kept() -> None:
    previous, _ = made(Listing(EAST, DAY), Listing(SNICK_EAST, DAY))
    feed, report = made(
        Listing(EAST, back_to_back(0, 30, 4, "New")), previous=previous, now=NOON + HOUR
    )
    shows = feed.guide["toonami_east"]
    assert [(one.title, one.source) for one in shows[15:21]] == [
        ("Show 16", Source.PUBLISHED),
        *((f"New {n}", Source.GUIDE) for n in (1, 2, 3, 4)),
        ("Show 21", Source.PUBLISHED),
    ]
    assert known(feed, "snick_east") == known(previous, "snick_east")
    assert report.fixes == {
        Fix.KEPT: 44 + 48,
        Fix.NO_GUIDE: 5,
        Fix.GAP_FILLED: 5,
    }
    assert report.sources[Source.PUBLISHED] == 44 + 48
    assert report.guide_until == MIDNIGHT + timedelta(days=1)


def test_an_empty_guide_does_not_shorten_the_published_one() -> None:
    previous, before = made(Listing(EAST, DAY))
    feed, report = made(previous=previous)
    assert known(feed) == known(previous)
    assert report.guide_until == before.guide_until


def test_the_last_programme_ends_as_was_known_before() -> None:
    previous, _ = made(Listing(EAST, [Airing(0, 55, "Film"), Airing(60, 90, "Next")]))
    feed, report = made(Listing(EAST, [Airing(0, None, "Film")]), previous=previous)
    assert known(feed) == [(0, 60, "Film"), (60, 90, "Next")]
    assert report.fixes[Fix.KEPT] == 1


def test_filler_of_the_last_feed_is_made_anew() -> None:
    previous, _ = made()
    feed, report = made(previous=previous)
    assert feed == previous
    assert Fix.KEPT not in report.fixes


def test_the_same_files_again_change_nothing() -> None:
    listed = [Listing(EAST, DAY), Listing(SNICK_EAST, back_to_back(0, 25, 7))]
    previous, _ = made(*listed)
    assert made(*listed, previous=previous)[0] == previous


def test_a_vanished_channel_keeps_what_is_ahead() -> None:
    previous, _ = made(Listing(EAST, DAY), Listing(SNICK_WEST, DAY))
    feed, report = made(Listing(EAST, DAY), names=(EAST, WEST, SNICK_EAST, MTV), previous=previous)
    channel = feed.channel(4)
    assert channel
    assert channel.missed == 1
    assert known(feed, "snick_west") == known(previous, "snick_west")
    assert report.fixes[Fix.VANISHED_CHANNEL] == 3


def test_the_next_day_begins_with_what_was_known() -> None:
    previous, _ = made(Listing(EAST, back_to_back(-480, 30, 96)), days=2)
    feed, _ = made(
        Listing(EAST, back_to_back(24 * 60, 30, 8, "New")),
        previous=previous,
        now=NOON + timedelta(days=1),
    )
    assert known(feed)[0] == (24 * 60 - 480, 24 * 60 - 450, "Show 49")
    assert feed.made == NOON + timedelta(days=1)


def test_our_own_published_files_are_a_provider_as_well() -> None:
    first, _ = made(Listing(EAST, DAY), Listing(SNICK_EAST, DAY), days=2)
    links = Links(guide="", logo=lambda _: "http://a/", stream=lambda one: one.stream_url)
    feed, report, _ = ingest(
        render_m3u(first.channels, links),
        render_xmltv(first, lambda _: "http://a/"),
        now=NOON,
        window=Window.of_days(NOON, 2, NEW_YORK),
        lineup=Lineup(),
        previous=None,
    )
    assert feed == first
    assert report.fixes == {Fix.NO_GUIDE: 5, Fix.GAP_FILLED: 7}


def test_a_source_that_the_provider_names_is_counted() -> None:
    inner = '<url system="toonami-downlink">guide:current</url>'
    _, report = made(Listing(EAST, [Airing(0, 30, inner=inner)]))
    assert report.sources[Source.CURRENT] == 1


# Refused


@pytest.mark.parametrize(
    ("playlist_data", "guide_data", "file"),
    [
        pytest.param(b"<html>", guide(), "playlist", id="a web page as playlist"),
        pytest.param(playlist(), guide(), "playlist", id="no channel"),
        pytest.param(playlist((EAST, "")), guide(), "playlist", id="no address"),
    ],
)
def test_refused(playlist_data: bytes, guide_data: bytes, file: str) -> None:
    with pytest.raises(FeedError) as raised:
        ingest(
            playlist_data,
            guide_data,
            now=NOON,
            window=Window.of_days(NOON, 1, NEW_YORK),
            lineup=Lineup(),
            previous=None,
        )
    assert raised.value.file == file


@pytest.mark.parametrize(
    ("guide_data", "why"),
    [
        pytest.param(b"<html>", "guide, line 1: a web page, not XMLTV", id="a web page"),
        pytest.param(guide(Listing(EAST, DAY))[:-9], "guide, line 50: not well-", id="truncated"),
        pytest.param(FeedError("guide", "tried before"), "guide: tried before", id="tried before"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_guide_beyond_repair_costs_the_guide(
    guide_data: bytes | FeedError, why: str, is_first: bool
) -> None:
    before, _ = made(Listing(EAST, DAY))
    moved = [(name, f"http://moved.example.com/{n}") for n, name in enumerate(NAMES)]
    feed, report, _ = ingest(
        playlist(*moved),
        guide_data,
        now=NOON,
        window=Window.of_days(NOON, 1, NEW_YORK),
        lineup=Lineup(),
        previous=None if is_first else before,
    )
    assert [one.stream_url for one in feed.channels] == [url for _, url in moved]
    assert report.guide_error
    assert report.guide_error.startswith(why)
    assert report.fixes[Fix.GUIDE_REFUSED] == 1
    known_before = [] if is_first else known(before)
    assert known(feed) == known_before
    check(feed, report, NOON, 1, NEW_YORK)


def test_a_guide_that_becomes_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = [Airing(60 * n, 60 * n + 10) for n in range(-8, 8)]
    feed, report = made(Listing(EAST, pauses))
    assert report.guide_error is None
    whole = sum(map(len, feed.guide.values()))
    assert whole > 2 * len(pauses)
    monkeypatch.setattr("downlink.ingest.MAX_PROGRAMMES", whole)
    assert made(Listing(EAST, pauses))[0] == feed
    monkeypatch.setattr("downlink.ingest.MAX_PROGRAMMES", whole - 1)
    _, report = made(Listing(EAST, pauses))
    assert report.guide_error == f"guide: more than {whole - 1} programmes with its gaps filled"


# Everything


@settings(max_examples=50)
@given(
    listed=listings(),
    previous=st.none() | feeds(),
    days=st.integers(1, 3),
    zone=st.sampled_from(["America/New_York", "UTC", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    now=st.sampled_from([NOON, NOON + 9 * HOUR]),
)
def test_any_files_become_a_gapless_guide(
    listed: list[Listing], previous: Feed | None, days: int, zone: str, now: datetime
) -> None:
    feed, _ = made(*listed, previous=previous, days=days, zone=ZoneInfo(zone), now=now)
    links = Links(guide="", logo=lambda _: "", stream=lambda one: one.stream_url)
    assert len(parse_m3u(render_m3u(feed.channels, links))) == len(feed.channels)
    parsed = parse_xmltv(render_xmltv(feed, lambda _: "http://a/"))
    ids = {channel.key: channel.guide_id for channel in feed.channels}
    assert {key: tuple(parsed.programmes[ids[key]]) for key in feed.guide} == feed.guide
    for one in previous.channels if previous else ():
        assert feed.channel(one.number) or one.missed == 2


def test_validators_have_nothing_to_say() -> None:
    ragged = [*back_to_back(-700, 29, 30), *back_to_back(140, 23, 60, "Tom & Jerry's")]
    unknown = Listing("Midnight Run", back_to_back(0, 30, 3))
    feed, _ = made(Listing(EAST, ragged), unknown, names=[*NAMES, "Midnight Run"], days=3)
    validators.check(render_xmltv(feed, lambda one: f"http://tv.local{logo_path(one.key)}"))


def test_the_time_may_be_in_any_zone_and_between_seconds() -> None:
    now = NOON.replace(microsecond=123456)
    feed, _ = made(now=now.astimezone(ZoneInfo("Asia/Tokyo")))
    assert feed.made == now
    assert feed.made.tzinfo is UTC
    assert feed.guide == made()[0].guide
