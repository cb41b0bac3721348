"""Whole runs of the provider in this process: what comes together, and what is refused."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
import pytest

from downlink.errors import (
    DownlinkError,
    TimedOutError,
    UpstreamNonsenseError,
    UpstreamUnreachableError,
)
from downlink.lineup import KNOWN
from downlink.models import Feed, Programme, Progress, Source, Stage
from downlink.provider.api import Timeouts
from downlink.provider.fetch import ProviderConfig, _covers, fetch, links_file
from scripts.lib.bench_provider import go_requests
from tests.simulator import Simulator
from tests.simulator.answers import stamp

from .upstream import HASTY, NOW, QUICK, config, ignore, pretend_names, serving, simulator

WEST = timedelta(hours=3)


async def run(
    sim: Simulator,
    cache_file: Path | None = None,
    timeouts: Timeouts = QUICK,
    now: datetime = NOW,
) -> Feed:
    return await fetch(config(sim.url, cache_file, timeouts), ignore, now)


def sources(feed: Feed, key: str = "toonami_east") -> Counter[Source]:
    return Counter(one.source for one in feed.guide[key])


async def test_everything() -> None:
    seen: list[Progress] = []
    async with simulator() as sim:
        feed = await fetch(config(sim.url), seen.append, NOW)
        assert sim.high_water <= 6
        agents = {request.user_agent for request in sim.requests}
    assert agents == {"ToonamiDownlink"}
    assert feed.made == NOW
    assert [channel.key for channel in feed.channels] == [known.key for known in KNOWN]
    assert all("/livehttporigin/" in channel.stream_url for channel in feed.channels)
    assert {stage for progress in seen if (stage := progress.stage)} == {
        Stage.CHANNELS,
        Stage.STREAMS,
        Stage.GUIDE,
        Stage.DETAILS,
    }
    for stage in (Stage.STREAMS, Stage.GUIDE, Stage.DETAILS):
        last = [progress for progress in seen if progress.stage is stage][-1]
        assert last.done == last.total > 0


async def test_west_is_the_east_three_hours_later() -> None:
    async with simulator() as sim:
        feed = await run(sim)
    for east, west in (("toonami_east", "toonami_west"), ("snick_east", "snick_west")):
        shifted = [(one.start + WEST, one.stop + WEST, one.title) for one in feed.guide[east]]
        assert shifted == [(one.start, one.stop, one.title) for one in feed.guide[west]]
    assert not feed.guide["mtv97"]


async def test_details_are_in() -> None:
    async with simulator() as sim:
        feed = await run(sim)
    coming = [one for one in feed.guide["toonami_east"] if one.start > NOW]
    described = [one for one in coming if one.description]
    assert len(described) > len(coming) * 0.5
    assert any(one.season for one in coming)
    assert any(one.season is None and one.episode for one in coming)
    assert not any("add a plot" in (one.description or "") for one in coming)
    assert all(not one.credits for one in coming if one.title == "Couch Critics Shorts")


async def test_first_and_second_run(tmp_path: Path) -> None:
    cache = tmp_path / "cache.json"
    async with simulator() as sim:
        first = await run(sim, cache)
        asked = len(sim.requests)
        sim.clear_log()
        second = await run(sim, cache, now=NOW + timedelta(minutes=10))
        assert len(sim.requests) < 40 < asked
    assert middle(second) == middle(first)


def middle(feed: Feed) -> dict[str, list[Programme]]:
    """What lies safely within the guides of two runs that follow each other."""
    start, stop = NOW - timedelta(hours=24), NOW + timedelta(days=6)
    return {
        key: [one for one in programmes if start < one.start < stop]
        for key, programmes in feed.guide.items()
    }


@pytest.mark.parametrize("days", [0, 3, 4, 7, 11], ids=lambda days: f"day {days}")
async def test_asks_less_than_the_go_program(days: int) -> None:
    now = NOW + timedelta(days=days)
    async with simulator(now) as sim:
        await run(sim, now=now)
        asked = len(sim.requests)
    assert asked <= go_requests(7, now)[0] * 0.6


async def test_unknown_channels() -> None:
    lineup = {"added": ["Movies 2", "pst"], "renamed": {"Movies": "Toonami Aftermath Movies"}}
    async with simulator() as sim:
        sim.set_faults({"lineup": lineup})
        feed = await run(sim)
        asked = {
            request.query["channelName"]
            for request in sim.requests
            if request.endpoint == "streamurl"
        }
    assert {"movies-2", "pst"} < asked
    # What upstream has no address for cannot be played; a name that is a slug can.
    keys = [channel.key for channel in feed.channels]
    assert keys == [*(known.key for known in KNOWN), "other_pst"]
    assert feed.guide["other_pst"] == ()


async def test_order_does_not_matter() -> None:
    async with simulator() as sim:
        usual = await run(sim)
        sim.set_faults({"lineup": {"reverse": True}})
        reverse = await run(sim)
    assert reverse.guide == usual.guide


@pytest.mark.parametrize(
    "kind",
    [
        "html502",
        "html200",
        "empty",
        "null",
        "list",
        "object",
        "truncated",
        "wrong_types",
        "silence",
        "not_utf8",
    ],
)
async def test_no_list_of_channels(kind: str) -> None:
    async with simulator() as sim:
        sim.set_faults({"rules": [{"endpoint": "channelscurrentmedia", "kind": kind}]})
        timeouts = Timeouts(answer=3, run=25) if kind == "silence" else QUICK
        feed = await run(sim, timeouts=timeouts)
    assert [channel.key for channel in feed.channels] == [known.key for known in KNOWN]
    assert sources(feed)[Source.GUIDE] > 300


async def test_hiccup_at_the_beginning() -> None:
    async with simulator() as sim:
        rule = {"endpoint": "channelscurrentmedia", "kind": "html502", "nth": [1]}
        sim.set_faults({"rules": [rule], "lineup": {"removed": ["MTV97"]}})
        feed = await run(sim)
    assert len(feed.channels) == 6


async def test_no_stream_addresses() -> None:
    async with simulator() as sim:
        sim.set_faults({"rules": [{"endpoint": "streamurl", "kind": "html502"}]})
        feed = await run(sim)
    assert [channel.stream_url for channel in feed.channels][:2] == [
        f"{sim.url}/est/playlist.m3u8",
        f"{sim.url}/est/playlist.m3u8?streamDelay=180",
    ]
    assert len(feed.channels) == 7


def broken(*endpoints: str, kind: str = "html502") -> dict[str, Any]:
    return {"rules": [{"endpoint": endpoint, "kind": kind} for endpoint in endpoints]}


async def test_ten_items_are_better_than_none() -> None:
    async with simulator() as sim:
        sim.set_faults(broken("playlists", "media"))
        feed = await run(sim)
    for key in ("toonami_east", "toonami_west"):
        assert sources(feed, key) == {Source.CURRENT: 10}
        assert feed.guide[key][0].start <= NOW
    assert feed.guide["toonami_west"] != feed.guide["toonami_east"]


@pytest.mark.parametrize(
    ("length", "after", "covered"),
    [
        pytest.param(30, 0, True, id="begins"),
        pytest.param(30, 30, True, id="has ended"),
        pytest.param(30, 44, True, id="pause after it"),
        pytest.param(30, 45, False, id="too long a pause"),
        pytest.param(0, 179, True, id="end unknown"),
        pytest.param(0, 180, False, id="over at the latest"),
    ],
)
def test_what_covers_now(length: int, after: int, covered: bool) -> None:
    minute = timedelta(minutes=1)
    shown = Programme(start=NOW, stop=NOW + length * minute, title="Show")
    assert _covers(shown, NOW + after * minute) is covered
    assert not _covers(shown, NOW - minute)


async def test_hole_around_now_is_filled_with_the_ten_items() -> None:
    async with simulator() as sim:
        today = sim.upstream.schedule.playlist(
            "Toonami Aftermath EST", datetime(2026, 10, 13, tzinfo=UTC).date()
        )
        assert today
        faults = broken("media")
        faults["rules"].append({"endpoint": "playlist", "kind": "empty", "query": {"id": today.id}})
        sim.set_faults(faults)
        feed = await run(sim)
    assert sources(feed)[Source.CURRENT] == 10
    assert sources(feed)[Source.GUIDE] > 300
    assert feed.guide["toonami_east"][0].source is Source.CURRENT
    assert sources(feed, "snick_east")[Source.CURRENT] == 0


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        pytest.param(broken("*"), UpstreamNonsenseError, id="error pages"),
        pytest.param(broken("*", kind="html200"), UpstreamNonsenseError, id="pages"),
        pytest.param(broken("*", kind="empty"), UpstreamNonsenseError, id="nothing"),
        pytest.param(broken("*", kind="reset"), UpstreamUnreachableError, id="resets"),
        pytest.param(broken("*", kind="silence"), UpstreamUnreachableError, id="silence"),
        pytest.param(
            broken("streamurl", "playlists", "media")
            | {"lineup": {"removed": [known.name for known in KNOWN if known.schedule]}},
            UpstreamNonsenseError,
            id="names and nothing else",
        ),
    ],
)
async def test_nothing_usable(
    faults: dict[str, Any], error: type[DownlinkError], tmp_path: Path
) -> None:
    async with simulator() as sim:
        sim.set_faults(faults)
        with pytest.raises(error):
            await run(sim, tmp_path / "cache.json", HASTY)
    assert not (tmp_path / "cache.json").exists()


async def test_offline() -> None:
    async with simulator() as sim:
        await sim.go_offline()
        with pytest.raises(UpstreamUnreachableError, match="cannot be reached"):
            await run(sim)


async def test_goes_offline_on_the_way() -> None:
    async with simulator() as sim:
        sim.set_faults(broken("playlists", "streamurl", "playlist", "media", kind="reset"))
        feed = await run(sim)
    assert sources(feed) == {Source.CURRENT: 10}


async def test_too_slow_from_the_start() -> None:
    async with simulator() as sim:
        sim.set_faults({"latency": 5})
        with pytest.raises(TimedOutError):
            await run(sim, timeouts=Timeouts(answer=5, run=0.3))


async def test_too_slow_on_the_way() -> None:
    async with simulator() as sim:
        sim.set_faults(broken("playlist", "mediainfo", "streamurl", kind="silence"))
        feed = await run(sim, timeouts=Timeouts(answer=20, run=3))
    assert feed.channels[0].stream_url.endswith("/est/playlist.m3u8")
    assert sources(feed) == {Source.CURRENT: 10}


async def test_cache_that_cannot_be_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with simulator() as sim:
        feed = await run(sim, tmp_path / "nowhere" / "cache.json")
    assert feed.channels
    assert "cannot be written" in caplog.text


async def test_fields_of_no_use_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    async with simulator() as sim:
        sim.set_faults({"rules": [{"endpoint": "playlist", "kind": "wrong_types", "nth": [1]}]})
        await run(sim)
    assert "Fields of no use" in caplog.text


@pytest.mark.parametrize("host", ["upstream.example", "upstream.lan"])
async def test_pictures_in_the_house(
    host: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    outside = ["https://images.example/1.png", "http://8.8.8.8/1.png", f"http://{host}/1.png"]
    inside = ["http://192.168.1.1/1.png", "http://supervisor/1.png", "http://2852039166/1.png"]
    items = [
        {"startDate": f"2026-10-14T{hour:02}:00:00.000Z", "name": "Bebop", "info": {"image": image}}
        for hour, image in enumerate([*outside, *inside], start=15)
    ]

    async def channels(_request: web.Request) -> web.Response:
        return web.json_response([{"name": "Toonami Aftermath East", "media": items}])

    pretend_names(monkeypatch, host)
    async with serving(web.get("/channelsCurrentMedia", channels)) as url:
        hurried = config(url.replace("127.0.0.1", host), timeouts=Timeouts(answer=3, run=25))
        feed = await fetch(hurried, ignore, NOW)
    images = [one.image for one in feed.guide["toonami_east"]]
    is_public = host == "upstream.example"
    assert images == [*outside, *([None] * 3 if is_public else inside)]
    assert ("'image': 3" in caplog.text) is is_public


async def test_times_at_the_ends_of_time() -> None:
    first, last = "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"
    day = {"_id": "1", "startDate": stamp(NOW), "endDate": last}
    items = [
        {"name": start, "startDate": start, "endDate": last} for start in (first, stamp(NOW), last)
    ]

    async def days(_request: web.Request) -> web.Response:
        return web.json_response([day])

    async def one_day(_request: web.Request) -> web.Response:
        return web.json_response({"playlist": {"blocks": [{"mediaList": items}]}})

    async def before(_request: web.Request) -> web.Response:
        return web.json_response(items[:1])

    routes = [web.get("/playlists", days), web.get("/playlist", one_day), web.get("/media", before)]
    async with serving(*routes) as url:
        feed = await fetch(config(url, timeouts=Timeouts(answer=3, run=25)), ignore, NOW)
    for key, start in (("toonami_east", NOW), ("toonami_west", NOW + WEST)):
        assert [(one.start, one.stop) for one in feed.guide[key]] == [(start, start)]


async def test_the_clock_is_now() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    async with simulator(before) as sim:
        feed = await fetch(ProviderConfig(api_url=sim.url, guide_days=1), ignore)
    assert before <= feed.made <= datetime.now(UTC)


def test_where_links_are_kept() -> None:
    assert links_file(Path("/data/cache.json")) == Path("/data/cache.certificates.pem")


async def test_what_is_on_now_is_there() -> None:
    def is_on(programme: Programme) -> bool:
        return programme.start <= NOW < programme.stop + timedelta(minutes=6)

    async with simulator() as sim:
        feed = await run(sim)
    for known in KNOWN:
        if known.schedule:
            assert any(map(is_on, feed.guide[known.key])), known.key
