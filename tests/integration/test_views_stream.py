"""Television over HTTP: redirections to HLS, and MPEG-TS that ends with its viewer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from aiohttp import ClientPayloadError, ClientSession, hdrs
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import CONF_MAX_STREAMS
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.models import Channel
from tests.simulator.server import Simulator

from .factories import make_feed
from .harness import Harness, start_harness
from .stream_harness import child_pids, count_open_files, serve_app, wait_until, write_fake_ffmpeg

FRESH = "https://n7.example.com/fresh/playlist.m3u8?session=1"
FOREVER = "exec cat /dev/zero"
pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def upstream() -> AsyncIterator[Simulator]:
    async with Simulator() as simulator:
        yield simulator


@pytest.fixture
async def harness(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, upstream: Simulator
) -> Harness:
    feed = make_feed()
    slugs = ("est", "pst", "snick-est", "snick-pst", "mtv97", "movies", "radio")
    channels = tuple(
        replace(channel, stream_url=f"{upstream.url}/{slug}/playlist.m3u8")
        for channel, slug in zip(feed.channels, slugs, strict=True)
    )
    feed = replace(feed, channels=channels)
    return await start_harness(hass, hass_client_no_auth, feed, {CONF_MAX_STREAMS: 4})


@pytest.fixture
async def address(harness: Harness) -> AsyncIterator[tuple[str, int]]:
    """The server as Home Assistant runs it."""
    async with serve_app(harness.hass) as address:
        yield address


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a stand-in; without one there is no ffmpeg."""
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}")
    return folder


def fresh_streams(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let upstream have moved its streams."""

    async def fresh(channel: Channel) -> str:
        return f"{FRESH}&channel={channel.number}"

    monkeypatch.setattr(harness.coordinator, "async_stream_url", fresh)


def paths(harness: Harness, name: str) -> list[str]:
    """Return all addresses of a stream."""
    live = [f"/live{harness.live}", harness.live]
    prefixed = [f"/api/toonami_downlink/xtream{path}" for path in live]
    return [f"{base}/{name}" for base in (f"{harness.base}/stream", *live, *prefixed)]


async def test_hls_is_a_redirection_to_where_upstream_has_it_now(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh_streams(harness, monkeypatch)
    for path in paths(harness, "3.m3u8"):
        for method in (hdrs.METH_GET, hdrs.METH_HEAD):
            answer = await harness.client.request(method, path, allow_redirects=False)
            assert answer.status == HTTPStatus.FOUND
            assert answer.headers[hdrs.LOCATION] == f"{FRESH}&channel=3"
            assert answer.content_type == "application/vnd.apple.mpegurl"
            assert answer.headers[hdrs.CACHE_CONTROL] == "no-store"
            assert await answer.read() == b""
    record = harness.coordinator.clients.records[0]
    assert (record.kind, record.outcome) == (RequestKind.STREAM, Outcome.OK)
    assert not child_pids()


async def test_hls_plays(harness: Harness, upstream: Simulator) -> None:
    async with (
        ClientSession() as session,
        session.get(f"{harness.origin}{harness.base}/stream/1.m3u8") as answer,
    ):
        assert answer.url.host == "127.0.0.1"
        assert str(answer.url).startswith(upstream.url)
        assert (await answer.text()).startswith("#EXTM3U")


@pytest.mark.parametrize("name", ["1.ts", "7.ts"])
async def test_transport_stream(harness: Harness, address: tuple[str, int], name: str) -> None:
    host, port = address
    async with (
        ClientSession(f"http://{host}:{port}") as session,
        session.get(f"{harness.base}/stream/{name}") as answer,
    ):
        assert answer.status == HTTPStatus.OK
        assert answer.content_type == "video/mp2t"
        assert answer.headers[hdrs.CACHE_CONTROL] == "no-store"
        received = await answer.content.readexactly(188 * 100)
        assert set(received[::188]) == {0x47}
        assert len(child_pids()) == 1
        assert harness.coordinator.streams.active == 1
    await wait_until(lambda: harness.coordinator.streams.active == 0)
    assert not child_pids()


@pytest.mark.parametrize("name", ["1.ts", "1"])
async def test_every_address_of_a_transport_stream(harness: Harness, fake: Path, name: str) -> None:
    write_fake_ffmpeg(fake, "echo television")
    names = paths(harness, name)
    for path in names if name == "1.ts" else names[1:]:
        answer = await harness.client.get(path)
        assert answer.content_type == "video/mp2t"
        assert await answer.read() == b"television\n"
    await wait_until(lambda: not child_pids())


async def test_no_extension_below_the_token(harness: Harness) -> None:
    answer = await harness.client.get(f"{harness.base}/stream/1")
    assert answer.status == HTTPStatus.NOT_FOUND


async def test_head_starts_nothing(harness: Harness, fake: Path, tmp_path: Path) -> None:
    write_fake_ffmpeg(fake, f"echo started > {tmp_path}/started; echo television")
    for path in paths(harness, "1.ts"):
        answer = await harness.client.head(path)
        assert answer.status == HTTPStatus.OK
        assert answer.content_type == "video/mp2t"
    assert not (tmp_path / "started").exists()
    await (await harness.client.get(paths(harness, "1.ts")[0])).read()
    assert (tmp_path / "started").exists()


async def test_without_ffmpeg_players_are_sent_to_the_hls(
    harness: Harness, fake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh_streams(harness, monkeypatch)
    for path in paths(harness, "2.ts"):
        answer = await harness.client.get(path, allow_redirects=False)
        assert answer.status == HTTPStatus.FOUND
        assert answer.headers[hdrs.LOCATION] == f"{FRESH}&channel=2"


async def test_unknown_channel(harness: Harness) -> None:
    for name in ("8.m3u8", "0.ts", "one.m3u8", "11111111111111.ts"):
        answer = await harness.client.get(f"{harness.base}/stream/{name}")
        assert answer.status == HTTPStatus.NOT_FOUND
        assert await answer.read() == b""


async def test_an_upstream_that_does_not_play(harness: Harness, upstream: Simulator) -> None:
    await upstream.go_offline()
    answer = await harness.client.get(f"{harness.base}/stream/1.ts")
    assert answer.status == HTTPStatus.BAD_GATEWAY
    assert await answer.read() == b""
    assert harness.coordinator.clients.records[0].outcome is Outcome.FAILED
    await wait_until(lambda: not child_pids())


async def test_all_streams_taken(harness: Harness, address: tuple[str, int], fake: Path) -> None:
    write_fake_ffmpeg(fake, f"PATH=/bin:/usr/bin; {FOREVER}")
    host, port = address
    async with ClientSession(f"http://{host}:{port}") as session:
        viewers = [await session.get(f"{harness.base}/stream/{n}.ts") for n in (1, 1, 2, 3)]
        answer = await harness.client.get(f"{harness.base}/stream/4.ts")
        assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
        assert int(answer.headers[hdrs.RETRY_AFTER]) > 0
        assert harness.coordinator.clients.records[0].outcome is Outcome.BUSY
        # HLS costs nothing here.
        answer = await harness.client.get(f"{harness.base}/stream/4.m3u8", allow_redirects=False)
        assert answer.status == HTTPStatus.FOUND
        query = {**harness.login}
        account = await (await harness.client.get("/player_api.php", params=query)).json()
        assert account["user_info"]["active_cons"] == "4"
        viewers[0].close()
        await wait_until(lambda: harness.coordinator.streams.active == 3)
        for viewer in viewers:
            viewer.close()
    await wait_until(lambda: not child_pids())


async def test_unloading_ends_every_stream(
    harness: Harness, address: tuple[str, int], fake: Path
) -> None:
    write_fake_ffmpeg(fake, f"PATH=/bin:/usr/bin; {FOREVER}")
    host, port = address
    async with ClientSession(f"http://{host}:{port}") as session:
        reads = await session.get(f"{harness.base}/stream/1.ts")
        sleeps = await session.get(f"{harness.base}/stream/2.ts")
        assert len(child_pids()) == 2
        streams = harness.coordinator.streams
        assert await harness.hass.config_entries.async_unload(harness.entry.entry_id)
        assert streams.active == 0
        assert not child_pids()
        with pytest.raises(ClientPayloadError):
            await reads.read()
        sleeps.close()


async def test_a_viewer_who_has_gone_when_the_first_picture_comes(
    harness: Harness, fake: Path, tmp_path: Path
) -> None:
    """The test client's server does not cancel: what is left is a connection that is closed."""
    gate = tmp_path / "gate"
    write_fake_ffmpeg(fake, f"PATH=/bin:/usr/bin; while ! [ -e {gate} ]; do :; done; {FOREVER}")
    request = f"GET {harness.base}/stream/1.ts HTTP/1.1\r\nHost: {harness.client.host}\r\n\r\n"
    _, writer = await asyncio.open_connection(harness.client.host, harness.client.port)
    writer.write(request.encode())
    await wait_until(child_pids)
    writer.transport.abort()
    gate.touch()
    await wait_until(lambda: harness.coordinator.streams.active == 0 and not child_pids())


async def test_two_hundred_viewers_who_leave_at_once(
    harness: Harness, address: tuple[str, int]
) -> None:
    host, port = address
    request = f"GET {harness.base}/stream/1.ts HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    warm = await asyncio.open_connection(host, port)
    warm[1].write(request)
    await warm[0].readexactly(1000)
    warm[1].close()
    await warm[1].wait_closed()
    await wait_until(lambda: not child_pids())
    files, tasks = count_open_files(), len(asyncio.all_tasks())

    async def watch(index: int) -> bytes:
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(request)
            await writer.drain()
            # Some leave before there is an answer, some when it begins.
            return await reader.read(9) if index % 2 else b""
        finally:
            writer.transport.abort()

    answers = await asyncio.gather(*(watch(index) for index in range(200)))
    assert b"HTTP/1.1 " in answers
    await wait_until(lambda: harness.coordinator.streams.active == 0 and not child_pids())
    await wait_until(lambda: count_open_files() <= files and len(asyncio.all_tasks()) <= tasks)
    async with (
        ClientSession(f"http://{host}:{port}") as session,
        session.get(f"{harness.base}/stream/1.ts") as answer,
    ):
        assert answer.status == HTTPStatus.OK
        assert (await answer.content.readexactly(188))[0] == 0x47
    await wait_until(lambda: not child_pids())
