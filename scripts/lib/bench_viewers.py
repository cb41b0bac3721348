"""Viewers that cost next to nothing themselves: they take a stream and look no further."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import re
import time
from typing import Final
from urllib.parse import urljoin, urlsplit

PACKET: Final = 188
PATIENCE: Final = 60.0
_LIMIT: Final = 2**20
_RELOAD_SECONDS: Final = 2.0
_FIRST_SEGMENTS: Final = 3
_LENGTH: Final = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True)
class Crowd:
    """Viewers of one address, and what they got."""

    url: str
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    taken: int = 0
    """Bytes."""

    def grow(self, count: int) -> None:
        """Let more viewers come until there are so many."""
        watch = _watch_hls if urlsplit(self.url).path.endswith(".m3u8") else _watch_ts
        for number in range(len(self.tasks), count):
            self.tasks.append(asyncio.create_task(watch(self, number)))

    def check(self) -> None:
        """Raise the error of a viewer who was sent away."""
        for task in self.tasks:
            if task.done():
                task.result()
                raise ConnectionError(f"{self.url}: a stream has ended")

    async def leave(self) -> None:
        """Let all of them go."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()


@dataclass(slots=True)
class Connection:
    """A connection that is kept open, for one request after the other."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    agent: str

    async def get(self, url: str) -> bytes:
        """Ask for an address, and return the head of the answer. Raises ConnectionError."""
        parts = urlsplit(url)
        target = parts._replace(scheme="", netloc="").geturl()
        head = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: {self.agent}\r\n\r\n"
        self.writer.write(head.encode())
        found = await self.reader.readuntil(b"\r\n\r\n")
        if not found.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(f"{url}: {found[:40]!r}")
        return found

    async def fetch(self, url: str) -> bytes:
        """Return the whole body of an answer that says how long it is."""
        length = _LENGTH.search(await self.get(url))
        return await self.reader.readexactly(int(length[1]) if length else 0)


@asynccontextmanager
async def connected(url: str, agent: str = "bench") -> AsyncIterator[Connection]:
    """Connect to where an address is."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=_LIMIT)
    try:
        yield Connection(reader, writer, agent)
    finally:
        writer.transport.abort()


async def _watch_ts(crowd: Crowd, number: int) -> None:
    async with connected(crowd.url, f"viewer{number}") as connection:
        await connection.get(crowd.url)
        while data := await connection.reader.read(_LIMIT):
            crowd.taken += len(data)


async def _watch_hls(crowd: Crowd, number: int) -> None:
    """Ask for the playlist as often as there is something new, and for that once."""
    seen: list[str] = []
    async with connected(crowd.url, f"viewer{number}") as connection:
        while True:
            due = time.monotonic() + _RELOAD_SECONDS
            text = (await connection.fetch(crowd.url)).decode()
            names = [line for line in text.splitlines() if line and not line.startswith("#")]
            fresh = [name for name in names if name not in seen]
            for name in fresh if seen else fresh[-_FIRST_SEGMENTS:]:
                data = await connection.fetch(urljoin(crowd.url, name))
                crowd.taken += len(data)
            seen = names
            await asyncio.sleep(due - time.monotonic())


async def time_to_picture(url: str, picture_pid: int = 0x100) -> float:
    """Return the seconds from the request for a transport stream to the first byte of a picture."""
    begun = time.perf_counter()
    async with asyncio.timeout(PATIENCE), connected(url) as connection:
        await connection.get(url)
        data = b""
        while more := await connection.reader.read(_LIMIT):
            data += more
            # The size of a chunk comes first: nothing before the first packet begins like one.
            start = data.find(b"\x47\x40\x00")
            for at in range(max(start, 0), len(data) - PACKET + 1, PACKET):
                if int.from_bytes(data[at + 1 : at + 3]) == 0x4000 | picture_pid:
                    return time.perf_counter() - begun
    raise ConnectionError(f"{url}: no picture")
