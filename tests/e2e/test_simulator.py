"""The simulated upstream is what the other tests rest on: it has to be as odd as the real one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
import json
from pathlib import Path
import re
import subprocess
import sys
from typing import Any
from urllib.parse import urlencode

import pytest

from scripts.lib.develop.client import Answer, request
from scripts.lib.develop.home import ROOT
from scripts.lib.develop.upstream import Upstream

TOONAMI = "Toonami Aftermath EST"
SATURDAY = "2026-10-31T16:00:00Z"
CLOCK = "2026-10-20T16:00:00+00:00"
"""A Tuesday, so that the next weekends, one of them with the end of summer time, are planned."""


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """An upstream whose clock stands still."""
    upstream = Upstream(tmp_path_factory.mktemp("fixed") / "output.log", ["--now", CLOCK])
    try:
        upstream.start()
        yield upstream
    finally:
        upstream.stop()


def _ask(upstream: Upstream, path: str, **query: str) -> Answer:
    return request("GET", f"{upstream.url}{path}?{urlencode(query)}", timeout=5)


def _starts(items: list[dict[str, Any]]) -> list[str]:
    return [item["startDate"] for item in items]


def test_current_media_has_ten_items_and_the_west_shifted(fixed: Upstream) -> None:
    channels = {entry["name"]: entry for entry in _ask(fixed, "/channelsCurrentMedia").json()}

    assert len(channels) == 8
    assert [len(entry["media"]) for entry in channels.values() if "media" in entry] == [10] * 4
    since = datetime.fromisoformat(CLOCK) - timedelta(hours=3)
    east = _ask(fixed, "/channelsCurrentMedia", startDate=since.isoformat()).json()[0]["media"]
    west = channels["Toonami Aftermath West"]["media"]
    shifted = [datetime.fromisoformat(start) + timedelta(hours=3) for start in _starts(east)]
    assert [datetime.fromisoformat(start) for start in _starts(west)] == shifted


def test_media_runs_past_the_weekend_and_jumps_back(fixed: Upstream) -> None:
    items = _ask(fixed, "/MEDIA", scheduleName=TOONAMI, dateString=SATURDAY, count="150").json()
    starts = _starts(items)
    jumps = [after for before, after in pairwise(starts) if before > after]

    assert len(items) == 150
    # Sunday's plan begins at six in New York, which is on winter time by then.
    assert jumps[0] == "2026-11-01T11:00:00.000Z"
    assert [item for item in items if "name" not in item]
    assert [item for item in items if "episodeNumber" not in item]


def test_media_with_cards_has_one_at_each_new_block(fixed: Upstream) -> None:
    query = {"scheduleName": TOONAMI, "dateString": SATURDAY, "count": "50"}
    items = _ask(fixed, "/media", **query, addBlockCard="true").json()
    cards = [number for number, item in enumerate(items) if item.get("isBlockCard")]

    assert cards
    assert cards[0] > 0
    assert all(items[number]["name"] == items[number + 1]["blockName"] for number in cards)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        pytest.param("/media", {"scheduleName": "MTV97", "count": "50"}, id="no such schedule"),
        pytest.param("/media", {"scheduleName": TOONAMI, "count": "76"}, id="over the limit"),
        pytest.param("/mediaInfo", {"name": "Nothing of the Kind"}, id="unknown title"),
        pytest.param("/streamUrl", {"channelName": "live-code"}, id="unknown slug"),
    ],
)
def test_nothing_is_an_empty_body(upstream: Upstream, path: str, query: dict[str, str]) -> None:
    upstream.set_faults({"count_limit": 75})
    answer = _ask(upstream, path, **query)

    assert (answer.status, answer.body) == (200, b"")


def test_playlists_cover_a_week_end_to_end(fixed: Upstream) -> None:
    week = _ask(fixed, "/playlists", scheduleName=TOONAMI, startDate=SATURDAY).json()
    body = _ask(fixed, "/playlist", id=week[5]["_id"], addInfo="true").json()
    items = [item for block in body["playlist"]["blocks"] for item in block["mediaList"]]

    assert len(week) == 7
    assert week[5]["startDate"] == "2026-10-31T10:00:00.000Z"
    assert week[5]["endDate"] > week[6]["startDate"] == "2026-11-01T11:00:00.000Z"
    assert all(item["startDate"] < item["endDate"] for item in items)


def test_stream_address_leads_to_a_live_stream(upstream: Upstream) -> None:
    addresses = [
        _ask(upstream, "/streamUrl", channelName="est", streamDelay="180").body.decode()
        for _ in range(2)
    ]
    first, second = (address.rpartition("/")[2] for address in addresses)
    master = request("GET", addresses[0]).body.decode()
    chunks = request("GET", master.splitlines()[-1]).body.decode()
    base = master.splitlines()[-1].rpartition("/")[0]
    segment = request("GET", f"{base}/{chunks.splitlines()[-1]}")

    assert re.fullmatch(r"\w{6}-\w{6}-playlist\.m3u8\?streamDelay=180", first)
    assert first[:6] == second[:6]
    assert first[7:13] != second[7:13]
    assert segment.status == 200
    assert segment.body[0] == segment.body[188] == 0x47


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        pytest.param("reset", ConnectionResetError, id="reset"),
        pytest.param("silence", TimeoutError, id="silence"),
    ],
)
def test_fault_without_an_answer(upstream: Upstream, kind: str, error: type[Exception]) -> None:
    upstream.set_faults({"rules": [{"endpoint": "mediainfo", "kind": kind}]})

    with pytest.raises(error):
        request("GET", f"{upstream.url}/mediaInfo?name=Iron+Comet", timeout=1)


@pytest.mark.parametrize(
    ("kind", "status", "begins"),
    [
        pytest.param("html502", 502, b"<html>", id="bad gateway"),
        pytest.param("null", 200, b"null", id="null"),
        pytest.param("quoted", 200, b'"{', id="quoted"),
        pytest.param("huge", 200, b"[   ", id="huge"),
        pytest.param("gzip_bomb", 200, b"\x1f\x8b", id="gzip bomb"),
        pytest.param("redirect_loop", 302, b"", id="redirects"),
    ],
)
def test_fault_with_an_answer_of_its_own(
    upstream: Upstream, kind: str, status: int, begins: bytes
) -> None:
    upstream.set_faults({"rules": [{"endpoint": "*", "kind": kind, "nth": [2]}]})
    good = _ask(upstream, "/mediaInfo", name="Iron Comet")
    bad = _ask(upstream, "/mediaInfo", name="Iron Comet")

    assert good.json()["name"] == "Iron Comet"
    assert bad.status == status
    assert bad.body.startswith(begins)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        pytest.param("odd_air_date", "airDate", "Summer 1994", id="odd air date"),
        pytest.param("text_episode_number", "epNum", "7", id="number as text"),
    ],
)
def test_fault_in_a_value(upstream: Upstream, kind: str, name: str, value: str) -> None:
    upstream.set_faults({"rules": [{"endpoint": "mediainfo", "kind": kind}]})

    answer = _ask(upstream, "/mediaInfo", name="Iron Comet", episode="7").json()
    assert answer["episode"][name] == value


def test_changed_lineup(upstream: Upstream) -> None:
    change = {
        "renamed": {"MTV97": "MTV 97"},
        "removed": ["Movies"],
        "added": ["Fifth Block"],
        "reverse": True,
    }
    upstream.set_faults({"lineup": change})
    names = [entry["name"] for entry in _ask(upstream, "/channelsCurrentMedia").json()]

    assert names[0] == "Fifth Block"
    assert "MTV 97" in names
    assert "Movies" not in names


def test_log_tells_who_asked_for_what(upstream: Upstream) -> None:
    request("GET", f"{upstream.url}/MediaInfo?name=X", headers={"User-Agent": "tester"})
    log = upstream.log()

    assert [(entry["endpoint"], entry["query"]) for entry in log["requests"]] == [
        ("mediainfo", {"name": "X"})
    ]
    assert log["requests"][0]["user_agent"] == "tester"
    assert log["high_water"] == 1


def run_go_cli(folder: Path) -> int:
    """Let the stand-in write into a folder; return its exit code."""
    command = [sys.executable, str(ROOT / "tests" / "fakes" / "go_cli.py"), "run"]
    return subprocess.run(command, cwd=folder, check=False).returncode  # noqa: S603  # our own words


def test_stand_in_for_the_go_program_writes_its_form(tmp_path: Path) -> None:
    assert run_go_cli(tmp_path) == 0
    playlist = (tmp_path / "index.m3u").read_text("utf-8").splitlines()
    guide = (tmp_path / "index.xml").read_text("utf-8")

    assert playlist[0] == "#EXTM3U"
    assert len({line.partition(" ")[2].partition("=")[0] for line in playlist[1::2]}) > 1
    assert all(
        re.fullmatch(r'#EXTINF:0 ([a-z-]+="[^"]*" ?){6}, .+', line) for line in playlist[1::2]
    )
    assert guide.startswith(f'<tv date="{datetime.now(UTC):%Y-%m-%d}" source-info-url=')
    assert guide.endswith("</tv>")
    assert re.search(r'start="\d{14} -0300" channel="2">\n', guide)
    assert "&#39;" in guide
    assert json.loads((tmp_path / "cache.json").read_text("utf-8"))["episodeCache"]


@pytest.mark.parametrize(
    ("cache", "code"),
    [
        pytest.param('{"episodeCache":null}', 1, id="nothing"),
        pytest.param('{"episodeCache":{"%s":{"episode":{"seasom":1}}}}', 0, id="less"),
        pytest.param('{"episodeCache":{"%s":{"genres":[1]}}}', 0, id="something else"),
        pytest.param("\0\0\0", 0, id="rubbish"),
    ],
)
def test_stand_in_reads_a_damaged_cache_as_the_go_program_does(
    tmp_path: Path, cache: str, code: int
) -> None:
    assert run_go_cli(tmp_path) == 0
    path = tmp_path / "cache.json"
    known = next(iter(json.loads(path.read_text("utf-8"))["episodeCache"]))
    path.write_text(cache.replace("%s", known), "utf-8")

    assert run_go_cli(tmp_path) == code
