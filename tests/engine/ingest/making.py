"""Make a feed of listings, and check what is true of every feed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from downlink.ingest import ingest
from downlink.ingest.gap_filling import Window
from downlink.lineup import Lineup
from downlink.models import Feed, IngestReport

from ..samples import NAMES, NOON, Listing, back_to_back, guide, playlist, shape

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
