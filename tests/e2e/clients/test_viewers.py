"""Many viewers on a real Home Assistant: what they leave behind is nothing."""

import asyncio
from collections.abc import Callable
from pathlib import Path
import time
from urllib.parse import urlsplit

from scripts.lib.develop.feed import Access, wait_for_feed
from scripts.lib.develop.flow import set_up
from scripts.lib.develop.home import Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for

VIEWERS = 200


def children(pid: int) -> dict[int, str]:
    """Return the names of a process's children by id; that of a zombie is in brackets."""
    names = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            try:
                stat = Path(f"/proc/{child}/stat").read_text()
            except FileNotFoundError:
                continue
            name, state = stat.partition("(")[2].rpartition(") ")[::2]
            names[int(child)] = f"[{name}]" if state.startswith("Z") else name
    return names


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def watch_and_leave(url: str, *, patience: bool) -> bytes:
    """Ask for a stream, and go: at once, or with the first words of the answer."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        await writer.drain()
        return await reader.read(12) if patience else b""
    finally:
        writer.transport.abort()


async def watch_in_a_crowd(url: str) -> list[bytes]:
    return await asyncio.gather(
        *(watch_and_leave(url, patience=bool(index % 2)) for index in range(VIEWERS))
    )


def test_viewers_who_leave_at_once(home: Home, access: Access) -> None:
    url = f"{access.playlist_url.rpartition('/')[0]}/stream/1.ts"
    asyncio.run(watch_and_leave(url, patience=True))
    wait_for(lambda: not children(home.pid), "A stream was left behind", 5)
    files = open_files(home.pid)
    answers = asyncio.run(watch_in_a_crowd(url))
    assert {answer for answer in answers if answer} == {b"HTTP/1.1 200", b"HTTP/1.1 503"}
    wait_for(lambda: not children(home.pid), "Streams were left behind", 5)
    wait_for(lambda: open_files(home.pid) <= files, "Files were left open", 10)
    assert asyncio.run(watch_and_leave(url, patience=True)) == b"HTTP/1.1 200"


def test_home_assistant_stops_while_somebody_watches(
    make_home: Callable[[], Home], upstream: Upstream
) -> None:
    home = make_home()
    home.start()
    set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    access = wait_for_feed(home.client)
    parts = urlsplit(access.playlist_url)

    async def watch_to_the_end() -> tuple[float, int]:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        path = f"{parts.path.rpartition('/')[0]}/stream/1.ts"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        assert (await reader.read(12)) == b"HTTP/1.1 200"
        ((ffmpeg, name),) = children(home.pid).items()
        assert name == "ffmpeg"
        began = time.monotonic()
        # This viewer has stopped to read: nothing but our end ends it.
        await asyncio.to_thread(home.stop)
        writer.close()
        return time.monotonic() - began, ffmpeg

    seconds, ffmpeg = asyncio.run(watch_to_the_end())
    assert seconds < 15
    assert not Path(f"/proc/{ffmpeg}").exists()
