"""What went wrong for other people's users: one case a folder in ``tests/reports``.

A case is ``report.toml`` and what a provider wrote, ``index.m3u`` and ``index.xml``; one that is
about the other file may be missing. All are read at noon of 26 November 2026, in UTC.
`report` names the source in one line. What must come out: `channels` (fields of `Channel`, `url`
for the address, in order and complete), `entries` of the playlist, `programmes` (channel number,
start, and fields of `Programme`), `fixes` (complete), `guide_error`. `language` is that of Home
Assistant.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
import tomllib
from typing import Any, Final

from lxml import etree
import pytest

from downlink.formats.m3u import parse_m3u
from downlink.formats.xmltv_writer import render_xmltv
from downlink.ingest import ingest
from downlink.ingest.gap_filling import Window
from downlink.lineup import Lineup, logo_path
from downlink.models import Feed, IngestReport, Programme

from . import validators

REPORTS: Final = Path(__file__).parents[1] / "reports"
NOW: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)
PLAYLIST: Final = (
    b'#EXTM3U\n#EXTINF:-1 tvg-id="e",Toonami Aftermath East\nhttp://up.example/e.m3u8\n'
)
CASES: Final = sorted(path.parent for path in REPORTS.glob("*/report.toml"))


def case_in(folder: Path) -> Mapping[str, Any]:
    return tomllib.loads((folder / "report.toml").read_text())


def made(folder: Path, language: str = "en") -> tuple[Feed, IngestReport]:
    playlist, guide = folder / "index.m3u", folder / "index.xml"
    feed, report, _ = ingest(
        playlist.read_bytes() if playlist.exists() else PLAYLIST,
        guide.read_bytes() if guide.exists() else b"<tv></tv>",
        now=NOW,
        window=Window.of_days(NOW, 1, UTC),
        lineup=Lineup(),
        previous=None,
        language=language,
    )
    return feed, report


def at(feed: Feed, number: int, start: str) -> Programme:
    channel = feed.channel(number)
    assert channel
    moment = NOW.replace(hour=int(start[:2]), minute=int(start[3:]))
    found = [one for one in feed.guide[channel.key] if one.start == moment]
    assert found, f"nothing begins at {start}"
    return found[0]


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_report(folder: Path) -> None:
    case = case_in(folder)
    feed, report = made(folder, case.get("language", "en"))
    if expected := case.get("channels"):
        assert [channel.number for channel in feed.channels] == [one["number"] for one in expected]
        for channel, wanted in zip(feed.channels, expected, strict=True):
            values = {"name": channel.name, "url": channel.stream_url, "number": channel.number}
            assert {name: values[name] for name in wanted} == wanted
    if expected := case.get("entries"):
        for entry, wanted in zip(
            parse_m3u((folder / "index.m3u").read_bytes()), expected, strict=True
        ):
            assert (entry.name, entry.url) == (wanted["name"], wanted["url"])
            attributes = {name: entry.attributes.get(name) for name in wanted["attributes"]}
            assert attributes == wanted["attributes"]
    for wanted in case.get("programmes", ()):
        programme = at(feed, wanted.pop("channel"), wanted.pop("start"))
        if "stop" in wanted:
            assert f"{programme.stop:%H:%M}" == wanted.pop("stop")
        assert {name: getattr(programme, name) for name in wanted} == wanted
    if "fixes" in case:
        assert {kind.value: count for kind, count in report.fixes.items()} == case["fixes"]
    assert report.guide_error == case.get("guide_error")


@pytest.mark.parametrize("name", ["shown-before", "rating-systems", "two-at-one-start"])
def test_what_comes_of_it_is_valid(name: str) -> None:
    feed, _ = made(REPORTS / name)
    document = render_xmltv(feed, lambda one: f"http://tv.local{logo_path(one.key)}")
    validators.check(document)
    rules = etree.DTD(file=validators.DTD)
    assert rules.validate(etree.fromstring(document)), rules.error_log


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_a_case_names_its_source_and_expects_something(folder: Path) -> None:
    case = case_in(folder)
    assert case["report"]
    assert "\n" not in case["report"]
    assert case.keys() & {"channels", "entries", "programmes", "guide_error"}
    assert (folder / "index.m3u").exists() or (folder / "index.xml").exists()


def test_there_are_cases() -> None:
    assert len(CASES) >= 30
