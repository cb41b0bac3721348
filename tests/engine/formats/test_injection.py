"""A provider that puts playlists, markup, addresses and options into names and titles."""

from datetime import UTC, datetime
import json
from pathlib import Path
import re
from urllib.parse import urlsplit

from lxml import etree
import pytest

from downlink.formats import xtream
from downlink.formats.m3u import Links, render_m3u
from downlink.formats.xmltv_writer import render_xmltv
from downlink.ingest import ingest
from downlink.ingest.gap_filling import Window
from downlink.lineup import KNOWN, Lineup
from downlink.models import Feed
from downlink.publish.refresh import logo_url
from downlink.text import FORBIDDEN
from tests.fakes import bad_cli

from .. import validators

ENTRY = re.compile(r'#EXTINF:-1(?: [a-z-]+="[^"]*")+,[^,"]+')


def provide(mode: str, folder: Path) -> tuple[bytes, bytes]:
    """Run the provider in a mode; return its playlist and guide."""
    folder.mkdir(exist_ok=True)
    paths = {name: folder / name for name in ("m3u", "xmltv", "cache")}
    names = ("--m3u-output", "--xmltv-output", "--cache-file")
    pairs = zip(names, paths.values(), strict=True)
    bad_cli.main([mode, "run", *(str(word) for pair in pairs for word in pair)])
    return paths["m3u"].read_bytes(), paths["xmltv"].read_bytes()


def ingested(
    playlist: bytes, guide: bytes, previous: Feed | None = None, lineup: Lineup | None = None
) -> tuple[Feed, Lineup]:
    now = datetime.now(UTC)
    feed, _, lineup = ingest(
        playlist,
        guide,
        now=now,
        window=Window.of_days(now, 1, UTC),
        lineup=lineup or Lineup(),
        previous=previous,
    )
    return feed, lineup


def made(mode: str, folder: Path, previous: Feed | None = None) -> Feed:
    return ingested(*provide(mode, folder), previous)[0]


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    return made("injection", tmp_path_factory.mktemp("evil"))


def strings(value: object) -> list[str]:
    """All texts in a JSON value."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def test_names_and_titles_arrive_as_text(feed: Feed) -> None:
    names = {channel.name for channel in feed.channels}
    assert "<script>alert(7)</script>" not in names  # its address was no good
    assert '<tv><channel id="evil"/></tv>&evil;' in names
    titles = {one.title for guide in feed.guide.values() for one in guide}
    assert "<script>alert(1)</script>" in titles
    assert "One #EXTINF:-1,Injected http://evil.invalid/" in titles


def test_only_addresses_of_the_web_get_through(feed: Feed) -> None:
    assert {channel.key for channel in feed.channels} >= {known.key for known in KNOWN}
    urls = [channel.stream_url for channel in feed.channels]
    urls += [one.image for guide in feed.guide.values() for one in guide if one.image]
    for url in urls:
        parts = urlsplit(url)
        assert parts.scheme in ("http", "https")
        assert parts.username is None
        assert not set(url) & set(" \t\r\n\"'<>|\\`")
    ours = [url for url in urls if "evil.invalid" in url]
    assert sorted(ours) == [
        "http://evil.invalid/1",
        "http://evil.invalid/2",
        "http://evil.invalid/3",
        "https://evil.invalid/8",
        "https://evil.invalid/9",
    ]


def test_the_playlist_stays_a_list_of_pairs(feed: Feed) -> None:
    links = Links(guide="http://a/g", logo=logo_url, stream=lambda channel: channel.stream_url)
    text = render_m3u(feed.channels, links).decode()
    first, *lines, last = text.split("\n")
    assert first.startswith("#EXTM3U ")
    assert last == ""
    assert len(lines) == 2 * len(feed.channels)
    assert len(text.splitlines()) == len(lines) + 1
    for info, url in zip(lines[::2], lines[1::2], strict=True):
        assert ENTRY.fullmatch(info)
        assert url.startswith(("http://", "https://"))
        assert not FORBIDDEN.search(info)


def test_the_guide_stays_a_guide(feed: Feed) -> None:
    guide = render_xmltv(feed, logo_url)
    validators.check(guide)
    document = etree.fromstring(guide)
    assert len(document.findall("channel")) == len(feed.channels)
    assert len(document.findall("programme")) == sum(map(len, feed.guide.values()))
    for element in document.iter("icon", "image"):
        address = element.get("src") or element.text or ""
        assert urlsplit(address).scheme in ("http", "https")


def test_xtream_answers_stay_in_their_fields(feed: Feed) -> None:
    answers: list[object] = [xtream.panel_content(feed, logo_url)]
    answers += [
        xtream.data_table(channel, feed.guide[channel.key], datetime.now(UTC))
        for channel in feed.channels
    ]
    for answer in json.loads(json.dumps(answers)):
        for text in strings(answer):
            assert not FORBIDDEN.search(text)
            assert "\n" not in text


def test_a_hostile_day_is_over_the_next_day(feed: Feed, tmp_path: Path) -> None:
    healed = made("good", tmp_path, previous=feed)
    assert {known.key for known in KNOWN} <= {channel.key for channel in healed.channels}
    assert {channel.missed for channel in healed.channels} == {0, 1}


def test_junk_does_not_outvote_the_channels_that_are_known(tmp_path: Path) -> None:
    playlist, guide = provide("good", tmp_path)
    junk = "".join(f"#EXTINF:-1,Junk {n}\nhttp://junk.invalid/{n}\n" for n in range(100))
    flooded, lineup = ingested(playlist + junk.encode(), guide)
    healed, _ = ingested(playlist, guide, flooded, lineup)
    assert {channel.key for channel in healed.channels if not channel.missed} == {
        known.key for known in KNOWN
    }


def test_what_cannot_be_read_costs_a_character_and_not_the_guide(tmp_path: Path) -> None:
    feed = made("bytes", tmp_path)
    titles = [one.title for one in feed.guide["toonami_east"] if not one.is_filler]
    assert titles
    for title in titles:
        assert not FORBIDDEN.search(title)
        assert title.endswith("\ufffd\ufffd[31m")


@pytest.mark.parametrize("mode", ["bomb", "external"])
def test_markup_that_does_harm_is_refused(mode: str, tmp_path: Path) -> None:
    feed = made(mode, tmp_path)
    assert feed.channels
    assert all(one.is_filler for guide in feed.guide.values() for one in guide)
