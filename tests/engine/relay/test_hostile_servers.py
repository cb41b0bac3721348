"""Servers that do not answer as servers do: without an end, slowly, or not in HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
import gzip
from itertools import count
import socket
import tracemalloc

from aiohttp import web
import pytest

from downlink.limits import MAX_PLAYLIST_BYTES, MIB
from downlink.relay.download import Bounds
from downlink.relay.errors import Reason, RelayError

from .hostile import BOUNDS, HEAD, ONE, Handler, downloader, outcome, upstream

FAST_TIME = True


async def drip(request: web.Request) -> web.StreamResponse:
    """A byte a second, for ever."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"G")
        await asyncio.sleep(1)


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"\x47" * 65_536)


async def never(_request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(1e5)
    raise AssertionError


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        pytest.param(drip, Reason.TOO_SLOW, id="drip"),
        pytest.param(endless, Reason.TOO_LARGE, id="endless"),
        pytest.param(never, Reason.SILENT, id="silent"),
    ],
)
async def test_answers_without_an_end(handler: Handler, reason: Reason) -> None:
    async with upstream({"/p": handler}) as server, downloader() as client:
        with pytest.raises(RelayError) as caught:
            await client.get(f"{server.url}/p", BOUNDS)
        assert caught.value.reason is reason
        assert await outcome(client, f"{server.url}/p") is reason


@asynccontextmanager
async def raw(*parts: bytes, repeat: bytes = b"") -> AsyncIterator[str]:
    """A server that sends bytes, whatever it is asked; `repeat` again and again."""
    tasks: set[asyncio.Task[None]] = set()

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            writer.writelines(parts)
            for _ in count() if repeat else ():
                writer.write(repeat)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/p"
        for task in tasks:
            task.cancel()


@pytest.mark.parametrize(
    ("parts", "repeat", "reason"),
    [
        pytest.param([b"HTTP/1.1 200 OK\r\n"], b"X-A: b\r\n" * 99, Reason.BAD_ANSWER, id="headers"),
        pytest.param([b"HTTP/1.1 200 OK\r\nX-A: "], b"b" * 9999, Reason.BAD_ANSWER, id="header"),
        pytest.param([], b"HTTP" * 999, Reason.BAD_ANSWER, id="status line"),
        pytest.param([b"SSH-2.0-OpenSSH_9.9\r\n"], b"", Reason.BAD_ANSWER, id="SSH"),
        pytest.param([], b"", Reason.BROKEN_OFF, id="closed"),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"], b"", Reason.BROKEN_OFF, id="short"
        ),
        pytest.param(
            [b"HTTP/1.1 200 OK\r\nContent-Length: -9\r\n\r\n"], b"", Reason.BAD_ANSWER, id="length"
        ),
        pytest.param([], b"HTTP/1.1 100 Continue\r\n\r\n", Reason.TOO_SLOW, id="continue"),
    ],
)
async def test_servers_that_do_not_speak_http(
    parts: list[bytes], repeat: bytes, reason: Reason
) -> None:
    async with raw(*parts, repeat=repeat) as url, downloader() as client:
        tracemalloc.start()
        try:
            with pytest.raises(RelayError) as caught:
                await client.get(url, Bounds(size=1000, total=1.0, silence=1.0))
            assert caught.value.reason is reason
            assert tracemalloc.get_traced_memory()[1] < 8 * MIB
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize(
    ("answers", "reason", "limit"),
    [
        pytest.param({"/p": "24 MB"}, Reason.TOO_LARGE, 8 * MIB, id="24 MB playlist"),
        pytest.param({"/p": endless}, Reason.TOO_LARGE, 8 * MIB, id="endless playlist"),
        pytest.param({"/p": "bomb"}, Reason.ENCODED, 8 * MIB, id="gzip bomb"),
        pytest.param(
            {"/p": ONE, "/a.ts": endless}, Reason.TOO_LARGE, 24 * MIB, id="endless segment"
        ),
        pytest.param({"/p": "most"}, Reason.NOT_FOUND, 8 * MIB, id="as much as is allowed"),
    ],
)
async def test_memory(
    answers: dict[str, web.Response | Handler | str | bytes], reason: Reason, limit: int
) -> None:
    bomb = web.Response(body=gzip.compress(bytes(200 * MIB), 9))
    bomb.headers["Content-Encoding"] = "gzip"
    segments = (HEAD + "#EXTINF:4,\na.ts\n" * 2000).encode()
    made: dict[str, web.Response | Handler | str | bytes] = {
        "24 MB": bytes(24_000_000),
        "bomb": bomb,
        "most": segments + b"#" * 10_000 + (b"\n#" + b"x" * 10_000) * 46,
    }
    assert len(made["most"]) <= MAX_PLAYLIST_BYTES  # type: ignore[arg-type]
    for path, answer in answers.items():
        if isinstance(answer, str) and answer in made:
            answers = {**answers, path: made[answer]}
    async with upstream(answers) as server, downloader() as client:
        tracemalloc.start()
        try:
            assert await outcome(client, f"{server.url}/p") is reason
            assert tracemalloc.get_traced_memory()[1] < limit
        finally:
            tracemalloc.stop()


async def test_server_that_does_not_accept() -> None:
    """Its queue is full: nothing ever comes of the connection."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        address = server.getsockname()
        with ExitStack() as stack:
            for _ in range(3):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                with suppress(BlockingIOError):
                    waiting.connect(address)
            async with downloader() as client:
                with pytest.raises(RelayError) as caught:
                    await client.get(f"http://127.0.0.1:{address[1]}/p", BOUNDS)
    assert caught.value.reason is Reason.UNREACHABLE
