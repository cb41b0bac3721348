"""What tests of streams need: a server as Home Assistant runs it, viewers, patience."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import os
import socket

from aiohttp import web
from homeassistant.core import HomeAssistant
import pytest

from .upstream import PACKET


@asynccontextmanager
async def serve_app(hass: HomeAssistant) -> AsyncIterator[tuple[str, int]]:
    """Serve as Home Assistant does: a viewer who leaves cancels what is being done for him."""
    runner = web.AppRunner(
        hass.http.app, access_log=None, handler_cancellation=True, shutdown_timeout=1
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield host, port
    finally:
        await runner.cleanup()


async def wait_until(condition: Callable[[], object], seconds: float = 10) -> None:
    """Wait for a condition; fail when it takes too long."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what the kernel does sets no event
            await asyncio.sleep(0.01)


def count_open_files() -> int:
    """How many file descriptors this process has."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # one call, no objects


def move_loop(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the event loop's clock be so much later from now on."""
    loop = asyncio.get_running_loop()
    time = loop.time
    monkeypatch.setattr(loop, "time", lambda: time() + seconds)


class Viewer:
    """A television set with a socket of its own, which reads only when it is told to."""

    def __init__(self, address: tuple[str, int], name: str = "VLC/3.0.20") -> None:
        self._address = address
        self._name = name
        self._socket = socket.socket()
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def open(self, path: str, *, room: int | None = None) -> int:
        """Ask for a stream; return the status. `room`: bytes that the system keeps unread."""
        if room:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self._socket.setblocking(False)
        await asyncio.get_running_loop().sock_connect(self._socket, self._address)
        self._reader, self._writer = await asyncio.open_connection(sock=self._socket, limit=1024)
        self._writer.write(
            f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: {self._name}\r\n\r\n".encode()
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        return int(head.split()[1])

    async def read(self, count: int) -> bytes:
        """Read so many bytes of television, with whatever HTTP has written between them."""
        return await self._reader.readexactly(count)

    async def end(self) -> bytes:
        """Read until the other side has ended it; return what there was."""
        found = bytearray()
        try:
            while data := await self._reader.read(PACKET * 100):
                found += data
        except ConnectionError:
            pass
        finally:
            self.leave()
        return bytes(found)

    def leave(self) -> None:
        """Go away at once."""
        self._writer.transport.abort()
        self._writer.close()
