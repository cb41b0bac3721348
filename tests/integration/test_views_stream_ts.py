"""Continuous MPEG-TS from the relay: shared, cut, ended, and gone without a trace."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
import logging

from aiohttp import ClientSession, hdrs
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import (
    CONF_HDHOMERUN,
    CONF_MAX_CHANNELS,
    CONF_STREAM_LINKS,
    LINKS_RELAY,
)
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.relay import channel as relay_channel
from custom_components.toonami_downlink.views import stream as stream_module

from .homes import make_feed
from .stations import MIDNIGHT, Station, open_station
from .upstream import PACKET, Upstream
from .watching import Viewer, open_files, served, until

Address = tuple[str, int]
ROOM = 4096
"""Bytes that a viewer's system keeps for it."""
pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
async def station(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, upstream: Upstream
) -> AsyncIterator[Station]:
    options = {CONF_STREAM_LINKS: LINKS_RELAY, CONF_MAX_CHANNELS: 1, CONF_HDHOMERUN: True}
    feed = upstream.bring(make_feed(MIDNIGHT))
    station = await open_station(hass, hass_client_no_auth, feed, options)
    yield station
    await station.coordinator.streams.async_stop_all()


@pytest.fixture
async def address(station: Station) -> AsyncIterator[Address]:
    """The server as Home Assistant runs it."""
    async with served(station.hass) as address:
        yield address


def ways(station: Station) -> list[str]:
    live = [f"/live{station.live}", station.live]
    prefixed = [f"/api/toonami_downlink/xtream{path}" for path in live]
    xtream = [f"{base}/1{ext}" for base in (*live, *prefixed) for ext in (".ts", "")]
    return [f"{station.base}/stream/1.ts", *xtream, f"{station.tuner}/auto/v1"]


async def test_every_way_in(station: Station, address: Address, upstream: Upstream) -> None:
    host, port = address
    async with ClientSession(f"http://{host}:{port}") as session:
        for path in ways(station):
            async with session.get(path, headers={hdrs.ORIGIN: "https://player.example"}) as answer:
                assert answer.status == HTTPStatus.OK
                assert answer.content_type == "video/mp2t"
                assert answer.headers[hdrs.CACHE_CONTROL] == "no-store"
                origin = answer.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN]
                assert origin == "https://player.example"
                received = await answer.content.readexactly(PACKET * 20)
                assert set(received[::PACKET]) == {0x47}
                (shown,) = station.coordinator.streams.sessions
                assert shown.is_continuous
            await until(lambda: station.coordinator.streams.viewers == 0)
    assert upstream.count("playlist.m3u8") == 1
    assert not upstream.twice


async def test_no_extension_below_the_token(station: Station) -> None:
    answer = await station.client.get(f"{station.base}/stream/1")
    assert answer.status == HTTPStatus.NOT_FOUND


async def test_a_second_viewer_costs_upstream_nothing(
    station: Station, address: Address, upstream: Upstream
) -> None:
    first, second = Viewer(address), Viewer(address, "Kodi/21")
    path = f"{station.base}/stream/1.ts"
    assert await first.open(path) == HTTPStatus.OK
    await first.read(PACKET)
    await until(lambda: upstream.count(".ts") >= 3)
    asked = list(upstream.asked)
    assert await second.open(path) == HTTPStatus.OK
    await second.read(PACKET)
    assert upstream.asked == asked
    assert (station.coordinator.streams.viewers, station.coordinator.streams.upstream_streams) == (
        2,
        1,
    )
    assert {session.watcher.player for session in station.coordinator.streams.sessions} == {
        "VLC",
        "Kodi",
    }
    await asyncio.gather(first.read(PACKET * 400), second.read(PACKET * 400))
    assert not upstream.twice
    first.leave()
    second.leave()
    await until(lambda: station.coordinator.streams.viewers == 0)


async def test_a_duration(station: Station, address: Address) -> None:
    host, port = address
    async with (
        ClientSession(f"http://{host}:{port}") as session,
        session.get(f"{station.tuner}/auto/v1?duration=1") as answer,
    ):
        received = await answer.read()
    assert len(received) % PACKET == 0
    assert set(received[::PACKET]) == {0x47}
    await until(lambda: station.coordinator.streams.viewers == 0)


async def stall(viewer: Viewer, station: Station, path: str) -> None:
    """Watch without reading, until nothing more gets through."""
    assert await viewer.open(path, room=ROOM) == HTTPStatus.OK
    await until(
        lambda: (
            (sessions := station.coordinator.streams.sessions)
            and sessions[0].viewer.waited_for is not None
        )
    )


@pytest.mark.parametrize("name", ["/stream/1.ts", "/auto/v1?duration=1"])
async def test_a_viewer_that_reads_nothing_is_cut(
    station: Station,
    address: Address,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setattr(stream_module, "_READ_SECONDS", 1.5)
    upstream.extra = 1_500_000
    viewer = Viewer(address)
    base = station.base if "stream" in name else station.tuner
    await stall(viewer, station, f"{base}{name}")
    await until(lambda: station.coordinator.streams.viewers == 0)
    assert len(await viewer.end()) < 1_000_000, "little is kept for it"


async def test_a_viewer_that_reads_nothing_holds_no_place(
    station: Station, address: Address, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.extra = 1_500_000
    silent, other = Viewer(address), Viewer(address, "Kodi/21")
    await stall(silent, station, f"{station.base}/stream/1.ts")
    # One that has only just stopped may go on in a moment.
    assert await other.open(f"{station.base}/stream/2.ts") == HTTPStatus.SERVICE_UNAVAILABLE
    other.leave()
    monkeypatch.setattr(relay_channel, "_IDLE_SECONDS", 0.0)
    other = Viewer(address, "Kodi/21")
    assert await other.open(f"{station.base}/stream/2.ts") == HTTPStatus.OK
    await other.read(PACKET * 10)
    await silent.end()
    (session,) = station.coordinator.streams.sessions
    assert (session.channel, session.watcher.player) == ("toonami_west", "Kodi")
    other.leave()


async def test_one_that_reads_keeps_the_place_for_one_that_does_not(
    station: Station, address: Address, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_channel, "_IDLE_SECONDS", 0.0)
    upstream.extra = 1_500_000
    silent, reads = Viewer(address), Viewer(address, "Kodi/21")
    await stall(silent, station, f"{station.base}/stream/1.ts")
    assert (await station.client.get(f"{station.base}/stream/1.m3u8")).status == HTTPStatus.OK
    assert await reads.open(f"{station.base}/stream/2.ts") == HTTPStatus.SERVICE_UNAVAILABLE
    silent.leave()
    reads.leave()


async def test_as_many_channels_as_allowed(station: Station, address: Address) -> None:
    first, second = Viewer(address), Viewer(address)
    assert await first.open(f"{station.base}/stream/1.ts") == HTTPStatus.OK
    assert await second.open(f"{station.base}/stream/2.ts") == HTTPStatus.SERVICE_UNAVAILABLE
    record = station.coordinator.clients.records[0]
    assert (record.kind, record.outcome) == (RequestKind.STREAM, Outcome.BUSY)
    first.leave()
    await until(lambda: station.coordinator.streams.viewers == 0)
    # Nobody watches the first any more: it makes room at once, and not after 30 s.
    again = Viewer(address)
    assert await again.open(f"{station.base}/stream/2.ts") == HTTPStatus.OK
    second.leave()
    again.leave()


async def test_a_rotation_ends_what_runs_on_the_old_secrets(
    station: Station, address: Address, upstream: Upstream
) -> None:
    upstream.extra = 1_500_000
    paths = ways(station)
    viewers = [Viewer(address, f"Player{number}") for number in range(len(paths))]
    for viewer, path in zip(viewers, paths, strict=True):
        # The half of them does not even read.
        assert await viewer.open(path, room=ROOM) == HTTPStatus.OK
    hls = f"{station.base}/stream/1.m3u8"
    assert (await station.client.get(hls)).status == HTTPStatus.OK
    assert station.coordinator.streams.viewers == len(paths) + 1
    await station.coordinator.async_rotate_credentials()
    async with asyncio.timeout(1):
        ends = await asyncio.gather(*(viewer.end() for viewer in viewers[::2]))
        await until(lambda: station.coordinator.streams.viewers == 0)
    assert b"HTTP/1.1" not in b"".join(ends), "nothing but television"
    assert station.coordinator.streams.upstream_streams == 0
    for path in paths:
        viewer = Viewer(address)
        assert await viewer.open(path) in {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED}
        viewer.leave()
    assert (await station.client.get(hls)).status == HTTPStatus.FORBIDDEN
    new = Viewer(address)
    assert await new.open(f"{station.base}/stream/1.ts") == HTTPStatus.OK
    new.leave()
    for viewer in viewers[1::2]:
        viewer.leave()


async def test_a_rotation_that_cannot_be_saved_ends_nothing(
    station: Station, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = Viewer(address)
    assert await viewer.open(f"{station.base}/stream/1.ts") == HTTPStatus.OK
    before = station.coordinator.credentials.feed_token

    async def fail() -> None:
        raise OSError("disk full")

    monkeypatch.setattr(station.coordinator.credentials, "async_rotate", fail)
    with pytest.raises(OSError, match="disk full"):
        await station.coordinator.async_rotate_credentials()
    await viewer.read(PACKET * 200)
    assert station.coordinator.credentials.feed_token == before
    viewer.leave()


@pytest.mark.parametrize("how", ["unload", "stop"])
async def test_the_end_leaves_nothing(
    station: Station, address: Address, upstream: Upstream, how: str
) -> None:
    hass, streams = station.hass, station.coordinator.streams
    upstream.extra = 1_500_000
    await station.client.get(f"{station.base}/stream/9.ts")  # the client's own connection
    files, tasks = open_files(), asyncio.all_tasks()
    reads, silent = Viewer(address), Viewer(address)
    assert await reads.open(f"{station.base}/stream/1.ts") == HTTPStatus.OK
    await stall(silent, station, f"{station.base}/stream/1.ts")
    assert (await station.client.get(f"{station.base}/stream/1.m3u8")).status == HTTPStatus.OK
    assert streams.viewers == 3
    if how == "unload":
        assert await hass.config_entries.async_unload(station.entry.entry_id)
    else:
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await hass.async_block_till_done()
    await reads.end()
    assert (streams.viewers, streams.upstream_streams, streams.sessions) == (0, 0, [])
    silent.leave()
    await until(lambda: asyncio.all_tasks() <= tasks)
    await until(lambda: open_files() <= files)
    answer = await station.client.get(f"{station.base}/stream/1.ts")
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    asked = len(upstream.asked)
    await asyncio.sleep(0)
    assert len(upstream.asked) == asked


async def test_two_hundred_viewers_who_leave_at_once(
    station: Station,
    address: Address,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = f"{station.base}/stream/1.ts"
    warm = Viewer(address)
    assert await warm.open(path) == HTTPStatus.OK
    warm.leave()
    await until(lambda: station.coordinator.streams.viewers == 0)
    station.coordinator.streams.async_end_all()
    await until(lambda: not [t for t in asyncio.all_tasks() if t.get_name().startswith("relay")])
    files, tasks = open_files(), asyncio.all_tasks()
    caplog.clear()
    upstream.asked.clear()

    async def watch(index: int) -> None:
        reader, writer = await asyncio.open_connection(*address)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: P{index}\r\n\r\n".encode())
            await writer.drain()
            # Some leave before there is an answer, some when it begins, some a little later.
            if index % 3:
                await reader.readexactly(9 * index)
        finally:
            writer.transport.abort()

    await asyncio.gather(*(watch(index) for index in range(200)))
    streams = station.coordinator.streams
    await until(lambda: streams.viewers == 0)
    assert (upstream.count("playlist.m3u8"), upstream.twice) == (1, [])
    streams.async_end_all()
    await until(lambda: asyncio.all_tasks() <= tasks)
    await until(lambda: open_files() <= files)
    assert streams.sessions == []
    said = [record for record in caplog.records if record.levelno > logging.INFO]
    assert not [record for record in said if record.name != "asyncio"], "but that we are slow"


async def test_upstream_rests_when_nobody_watches(
    station: Station, address: Address, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = Viewer(address)
    assert await viewer.open(f"{station.base}/stream/1.ts") == HTTPStatus.OK
    await viewer.read(PACKET)
    viewer.leave()
    streams = station.coordinator.streams
    await until(lambda: streams.viewers == 0)
    assert streams.upstream_streams == 1
    relayed = streams._relay.channels["toonami_east"]  # noqa: SLF001  # half a minute is too long
    relayed.idle_since -= 30
    relayed._changed.set()  # noqa: SLF001
    await until(lambda: streams.upstream_streams == 0)
