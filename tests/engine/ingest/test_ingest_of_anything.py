"""Whatever the files hold, a feed is whole, or there is none."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from downlink.errors import FeedError
from downlink.formats.m3u import Links, parse_m3u, render_m3u
from downlink.formats.xmltv_reader import parse_xmltv
from downlink.formats.xmltv_writer import render_xmltv
from downlink.ingest import ingest
from downlink.ingest.gap_filling import Window
from downlink.lineup import Lineup, logo_path
from downlink.models import Feed, Fix

from .. import validators
from ..samples import HOUR, NAMES, NOON, Airing, Listing, back_to_back, guide, playlist
from ..strategies import feeds, listings
from .making import DAY, EAST, NEW_YORK, check, known, made


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
