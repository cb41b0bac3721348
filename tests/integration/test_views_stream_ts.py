"""Continuous MPEG-TS from the relay: shared, cut, ended, and gone without a trace."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
import logging

from aiohttp import ClientPayloadError, ClientSession, hdrs
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
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.relay import channel as relay_channel
from custom_components.toonami_downlink.views import stream as stream_module

from .factories import MIDNIGHT, make_feed
from .harness import Harness, start_harness
from .stream_harness import Viewer, count_open_files, serve_app, wait_until
from .upstream import PACKET, Upstream

Address = tuple[str, int]
ROOM = 4096
"""Bytes that a viewer's system keeps for it."""
pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
async def harness(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, upstream: Upstream
) -> AsyncIterator[Harness]:
    options = {CONF_STREAM_LINKS: LINKS_RELAY, CONF_MAX_CHANNELS: 1, CONF_HDHOMERUN: True}
    feed = upstream.bring(make_feed(MIDNIGHT))
    harness = await start_harness(hass, hass_client_no_auth, feed, options)
    yield harness
    await harness.coordinator.streams.async_stop_all()


@pytest.fixture
async def address(harness: Harness) -> AsyncIterator[Address]:
    """The server as Home Assistant runs it."""
    async with serve_app(harness.hass) as address:
        yield address


def ways(harness: Harness) -> list[str]:
    live = [f"/live{harness.live}", harness.live]
    prefixed = [f"/api/toonami_downlink/xtream{path}" for path in live]
    xtream = [f"{base}/1{ext}" for base in (*live, *prefixed) for ext in (".ts", "")]
    return [f"{harness.base}/stream/1.ts", *xtream, f"{harness.tuner}/auto/v1"]


async def test_every_way_in(harness: Harness, address: Address, upstream: Upstream) -> None:
    host, port = address
    async with ClientSession(f"http://{host}:{port}") as session:
        for path in ways(harness):
            async with session.get(path, headers={hdrs.ORIGIN: "https://player.example"}) as answer:
                assert answer.status == HTTPStatus.OK
                assert answer.content_type == "video/mp2t"
                assert answer.headers[hdrs.CACHE_CONTROL] == "no-store"
                origin = answer.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN]
                assert origin == "https://player.example"
                received = await answer.content.readexactly(PACKET * 20)
                assert set(received[::PACKET]) == {0x47}
                (shown,) = harness.coordinator.streams.sessions
                assert shown.is_continuous
            await wait_until(lambda: harness.coordinator.streams.viewers == 0)
    assert upstream.count("playlist.m3u8") == 1
    assert not upstream.twice


async def test_no_extension_below_the_token(harness: Harness) -> None:
    answer = await harness.client.get(f"{harness.base}/stream/1")
    assert answer.status == HTTPStatus.NOT_FOUND


async def test_a_second_viewer_costs_upstream_nothing(
    harness: Harness, address: Address, upstream: Upstream
) -> None:
    first, second = Viewer(address), Viewer(address, "Kodi/21")
    path = f"{harness.base}/stream/1.ts"
    assert await first.open(path) == HTTPStatus.OK
    await first.read(PACKET)
    await wait_until(lambda: upstream.count(".ts") >= 3)
    asked = list(upstream.asked)
    assert await second.open(path) == HTTPStatus.OK
    await second.read(PACKET)
    assert upstream.asked == asked
    assert (harness.coordinator.streams.viewers, harness.coordinator.streams.upstream_streams) == (
        2,
        1,
    )
    assert {session.watcher.player for session in harness.coordinator.streams.sessions} == {
        "VLC",
        "Kodi",
    }
    await asyncio.gather(first.read(PACKET * 400), second.read(PACKET * 400))
    assert not upstream.twice
    first.leave()
    second.leave()
    await wait_until(lambda: harness.coordinator.streams.viewers == 0)


async def test_a_duration(harness: Harness, address: Address) -> None:
    host, port = address
    async with (
        ClientSession(f"http://{host}:{port}") as session,
        session.get(f"{harness.tuner}/auto/v1?duration=1") as answer,
    ):
        received = await answer.read()
    assert len(received) % PACKET == 0
    assert set(received[::PACKET]) == {0x47}
    await wait_until(lambda: harness.coordinator.streams.viewers == 0)


async def test_an_end_that_nobody_asked_for_is_none(harness: Harness, address: Address) -> None:
    """ffmpeg, and what is made with it, connects again unless the answer says that it is whole."""
    host, port = address
    async with (
        ClientSession(f"http://{host}:{port}") as session,
        session.get(f"{harness.base}/stream/1.ts") as answer,
    ):
        await answer.content.readexactly(PACKET * 10)
        harness.coordinator.streams.async_end_of(HOME)
        with pytest.raises(ClientPayloadError):
            await answer.read()


async def stall(viewer: Viewer, harness: Harness, path: str) -> None:
    """Watch without reading, until nothing more gets through."""
    assert await viewer.open(path, room=ROOM) == HTTPStatus.OK
    await wait_until(
        lambda: (
            (sessions := harness.coordinator.streams.sessions)
            and sessions[0].viewer.waited_for is not None
        )
    )


@pytest.mark.parametrize("name", ["/stream/1.ts", "/auto/v1?duration=1"])
async def test_a_viewer_that_reads_nothing_is_cut(
    harness: Harness,
    address: Address,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setattr(stream_module, "_READ_SECONDS", 1.5)
    upstream.extra = 1_500_000
    viewer = Viewer(address)
    base = harness.base if "stream" in name else harness.tuner
    await stall(viewer, harness, f"{base}{name}")
    await wait_until(lambda: harness.coordinator.streams.viewers == 0)
    assert len(await viewer.end()) < 1_000_000, "little is kept for it"


async def test_a_viewer_that_reads_nothing_holds_no_place(
    harness: Harness, address: Address, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.extra = 1_500_000
    silent, other = Viewer(address), Viewer(address, "Kodi/21")
    await stall(silent, harness, f"{harness.base}/stream/1.ts")
    # One that has only just stopped may go on in a moment.
    assert await other.open(f"{harness.base}/stream/2.ts") == HTTPStatus.SERVICE_UNAVAILABLE
    other.leave()
    monkeypatch.setattr(relay_channel, "_IDLE_SECONDS", 0.0)
    other = Viewer(address, "Kodi/21")
    assert await other.open(f"{harness.base}/stream/2.ts") == HTTPStatus.OK
    await other.read(PACKET * 10)
    await silent.end()
    (session,) = harness.coordinator.streams.sessions
    assert (session.channel, session.watcher.player) == ("toonami_west", "Kodi")
    other.leave()


async def test_one_that_reads_keeps_the_place_for_one_that_does_not(
    harness: Harness, address: Address, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_channel, "_IDLE_SECONDS", 0.0)
    upstream.extra = 1_500_000
    silent, reads = Viewer(address), Viewer(address, "Kodi/21")
    await stall(silent, harness, f"{harness.base}/stream/1.ts")
    assert (await harness.client.get(f"{harness.base}/stream/1.m3u8")).status == HTTPStatus.OK
    assert await reads.open(f"{harness.base}/stream/2.ts") == HTTPStatus.SERVICE_UNAVAILABLE
    silent.leave()
    reads.leave()


async def test_as_many_channels_as_allowed(harness: Harness, address: Address) -> None:
    first, second = Viewer(address), Viewer(address)
    assert await first.open(f"{harness.base}/stream/1.ts") == HTTPStatus.OK
    assert await second.open(f"{harness.base}/stream/2.ts") == HTTPStatus.SERVICE_UNAVAILABLE
    record = harness.coordinator.clients.records[0]
    assert (record.kind, record.outcome) == (RequestKind.STREAM, Outcome.BUSY)
    first.leave()
    await wait_until(lambda: harness.coordinator.streams.viewers == 0)
    # Nobody watches the first any more: it makes room at once, and not after 30 s.
    again = Viewer(address)
    assert await again.open(f"{harness.base}/stream/2.ts") == HTTPStatus.OK
    second.leave()
    again.leave()


async def test_a_rotation_ends_what_runs_on_the_old_secrets(
    harness: Harness, address: Address, upstream: Upstream
) -> None:
    upstream.extra = 1_500_000
    paths = ways(harness)
    viewers = [Viewer(address, f"Player{number}") for number in range(len(paths))]
    for viewer, path in zip(viewers, paths, strict=True):
        # The half of them does not even read.
        assert await viewer.open(path, room=ROOM) == HTTPStatus.OK
    hls = f"{harness.base}/stream/1.m3u8"
    assert (await harness.client.get(hls)).status == HTTPStatus.OK
    assert harness.coordinator.streams.viewers == len(paths) + 1
    await harness.coordinator.async_rotate_credentials()
    async with asyncio.timeout(1):
        ends = await asyncio.gather(*(viewer.end() for viewer in viewers[::2]))
        await wait_until(lambda: harness.coordinator.streams.viewers == 0)
    assert b"HTTP/1.1" not in b"".join(ends), "nothing but television"
    assert harness.coordinator.streams.upstream_streams == 0
    for path in paths:
        viewer = Viewer(address)
        assert await viewer.open(path) in {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED}
        viewer.leave()
    assert (await harness.client.get(hls)).status == HTTPStatus.FORBIDDEN
    new = Viewer(address)
    assert await new.open(f"{harness.base}/stream/1.ts") == HTTPStatus.OK
    new.leave()
    for viewer in viewers[1::2]:
        viewer.leave()


async def test_a_rotation_that_cannot_be_saved_ends_nothing(
    harness: Harness, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = Viewer(address)
    assert await viewer.open(f"{harness.base}/stream/1.ts") == HTTPStatus.OK
    before = harness.coordinator.credentials.feed_token

    async def fail(_: str) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(harness.coordinator.credentials, "async_rotate", fail)
    with pytest.raises(OSError, match="disk full"):
        await harness.coordinator.async_rotate_credentials()
    await viewer.read(PACKET * 200)
    assert harness.coordinator.credentials.feed_token == before
    viewer.leave()


@pytest.mark.parametrize("how", ["unload", "stop"])
async def test_the_end_leaves_nothing(
    harness: Harness, address: Address, upstream: Upstream, how: str
) -> None:
    hass, streams = harness.hass, harness.coordinator.streams
    upstream.extra = 1_500_000
    await harness.client.get(f"{harness.base}/stream/9.ts")  # the client's own connection
    files, tasks = count_open_files(), asyncio.all_tasks()
    reads, silent = Viewer(address), Viewer(address)
    assert await reads.open(f"{harness.base}/stream/1.ts") == HTTPStatus.OK
    await stall(silent, harness, f"{harness.base}/stream/1.ts")
    assert (await harness.client.get(f"{harness.base}/stream/1.m3u8")).status == HTTPStatus.OK
    assert streams.viewers == 3
    if how == "unload":
        assert await hass.config_entries.async_unload(harness.entry.entry_id)
    else:
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await hass.async_block_till_done()
    await reads.end()
    assert (streams.viewers, streams.upstream_streams, streams.sessions) == (0, 0, [])
    silent.leave()
    await wait_until(lambda: asyncio.all_tasks() <= tasks)
    await wait_until(lambda: count_open_files() <= files)
    answer = await harness.client.get(f"{harness.base}/stream/1.ts")
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    asked = len(upstream.asked)
    await asyncio.sleep(0)
    assert len(upstream.asked) == asked


async def test_two_hundred_viewers_who_leave_at_once(
    harness: Harness,
    address: Address,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = f"{harness.base}/stream/1.ts"
    warm = Viewer(address)
    assert await warm.open(path) == HTTPStatus.OK
    warm.leave()
    await wait_until(lambda: harness.coordinator.streams.viewers == 0)
    harness.coordinator.streams.async_end_of(HOME)
    await wait_until(
        lambda: not [t for t in asyncio.all_tasks() if t.get_name().startswith("relay")]
    )
    files, tasks = count_open_files(), asyncio.all_tasks()
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
    streams = harness.coordinator.streams
    await wait_until(lambda: streams.viewers == 0)
    assert (upstream.count("playlist.m3u8"), upstream.twice) == (1, [])
    streams.async_end_of(HOME)
    await wait_until(lambda: asyncio.all_tasks() <= tasks)
    await wait_until(lambda: count_open_files() <= files)
    assert streams.sessions == []
    said = [record for record in caplog.records if record.levelno > logging.INFO]
    assert not [record for record in said if record.name != "asyncio"], "but that we are slow"


async def test_upstream_rests_when_nobody_watches(
    harness: Harness, address: Address, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = Viewer(address)
    assert await viewer.open(f"{harness.base}/stream/1.ts") == HTTPStatus.OK
    await viewer.read(PACKET)
    viewer.leave()
    streams = harness.coordinator.streams
    await wait_until(lambda: streams.viewers == 0)
    assert streams.upstream_streams == 1
    relayed = streams._relay.channels["toonami_east"]  # noqa: SLF001  # half a minute is too long
    relayed.idle_since -= 30
    relayed._changed.set()  # noqa: SLF001
    await wait_until(lambda: streams.upstream_streams == 0)
