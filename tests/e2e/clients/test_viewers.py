"""Many viewers on a real Home Assistant: what they leave behind is nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
import shutil
import time
from typing import Final
from urllib.parse import urlsplit

import pytest

from scripts.lib.develop.client import request
from scripts.lib.develop.feed import Access, fetch, wait_for_feed
from scripts.lib.develop.flow import entry_id, set_up
from scripts.lib.develop.home import INTEGRATION, Home
from scripts.lib.develop.upstream import Upstream
from scripts.lib.develop.waiting import wait_for
from tests.e2e.clients.relay import Relay

pytestmark = pytest.mark.waits
VIEWERS = 200
PATIENCE = 15.0
TASK_LIST: Final = Path(__file__).parents[1] / "task_list"


def run[Result](watching: Coroutine[None, None, Result]) -> Result:
    """Run it in a thread of its own: the browser of other tests has a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, watching).result()


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


def node_sockets(pid: int, upstream: Upstream) -> int:
    """Return how many connections a process has with nodes, from which streams come."""
    ports = {f"{urlsplit(url).port:04X}" for url in upstream.nodes.values()}
    own = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            own.add(str(file.readlink()))
    rows = (line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:])
    return sum(row[2][-4:] in ports and f"socket:[{row[9]}]" in own for row in rows)


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


def stream(access: Access) -> str:
    return f"{access.playlist_url.rpartition('/')[0]}/stream/1.ts"


def test_viewers_who_leave_at_once(home: Home, access: Access, upstream: Upstream) -> None:
    relay = Relay(home, upstream, access)
    relay.begin_anew()
    before = open_files(home.pid)
    answers = run(watch_in_a_crowd(stream(access)))

    assert {answer for answer in answers if answer} == {b"HTTP/1.1 200"}
    wait_for(lambda: not relay.status["viewers"], "Viewers were left behind", 5)
    relay.wait_until_idle()
    wait_for(lambda: not upstream.streams()["connections"], "Upstream is still there", 10)
    wait_for(lambda: open_files(home.pid) <= before, "Files were left open", 10)
    assert children(home.pid) == {}
    assert run(watch_and_leave(stream(access), patience=True)) == b"HTTP/1.1 200"


@asynccontextmanager
async def watching(url: str) -> AsyncIterator[asyncio.StreamReader]:
    """Watch a stream that has begun."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        head = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"
        await reader.readuntil(b"\x47")
        yield reader
    finally:
        writer.transport.abort()


async def see_the_end(reader: asyncio.StreamReader) -> None:
    """Read on until there is nothing more."""
    async with asyncio.timeout(PATIENCE):
        with suppress(ConnectionError):
            while await reader.read(65536):
                pass


def test_new_secrets_end_what_runs_on_old_ones(
    home: Home, access: Access, upstream: Upstream
) -> None:
    relay = Relay(home, upstream, access)
    playlist = fetch(relay.url("m3u8")).body.decode()
    segment = f"{relay.url('m3u8').rpartition('/')[0]}/{playlist.splitlines()[-1]}"

    async def watch_to_the_end() -> None:
        async with watching(stream(access)) as reader:
            rotate = "/api/services/toonami_downlink/rotate_credentials"
            await asyncio.to_thread(home.client.post, rotate, {})
            await see_the_end(reader)

    run(watch_to_the_end())
    assert not relay.status["viewers"]
    for url in (stream(access), relay.url("m3u8"), segment):
        assert request("GET", url).status == 403
    assert fetch(Relay(home, upstream, wait_for_feed(home.client)).url("m3u8")).body


@pytest.fixture
def told_home(make_home: Callable[[], Home], upstream: Upstream) -> Home:
    """A Home Assistant with the integration, that can be asked which tasks it has."""
    home = make_home()
    teller = home.folder / "custom_components" / "task_list"
    shutil.copytree(TASK_LIST, teller)
    (home.folder / "packages").mkdir()
    (home.folder / "packages" / "task_list.yaml").write_text("task_list:\n")
    home.start()
    set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    return home


def our_tasks(home: Home) -> list[str]:
    """Return what runs of the integration at this moment."""
    answer = home.client.post("/api/services/task_list/get?return_response", {})
    tasks: list[str] = answer["service_response"]["tasks"]
    assert len(tasks) > 3, "its own are not there"
    return [task for task in tasks if INTEGRATION.name in task]


def enable(home: Home, *, wanted: bool) -> None:
    """Switch the entry on, or off."""
    reason = None if wanted else "user"
    entry = entry_id(home.client)
    home.client.command("config_entries/disable", entry_id=entry, disabled_by=reason)


@pytest.mark.nightly
def test_entry_is_unloaded_while_somebody_watches(told_home: Home, upstream: Upstream) -> None:
    access = wait_for_feed(told_home.client)
    relay = Relay(told_home, upstream, access)
    assert fetch(relay.url("m3u8")).body
    relay.begin_anew()
    before, files = set(our_tasks(told_home)), open_files(told_home.pid)

    async def watch_to_the_end() -> None:
        async with watching(stream(access)) as reader:
            assert (await asyncio.to_thread(fetch, relay.url("m3u8"))).body
            assert set(await asyncio.to_thread(our_tasks, told_home)) > before
            assert node_sockets(told_home.pid, upstream) == 1
            await asyncio.to_thread(enable, told_home, wanted=False)
            await see_the_end(reader)

    run(watch_to_the_end())
    wait_for(lambda: our_tasks(told_home) == [], "Tasks are left", 10)
    wait_for(lambda: open_files(told_home.pid) <= files, "Files and sockets are left", 10)
    assert node_sockets(told_home.pid, upstream) == 0
    assert children(told_home.pid) == {}
    assert request("GET", stream(access)).status == 503
    enable(told_home, wanted=True)
    assert wait_for_feed(told_home.client) == access
    assert run(watch_and_leave(stream(access), patience=True)) == b"HTTP/1.1 200"


@pytest.mark.nightly
def test_home_assistant_stops_while_somebody_watches(
    make_home: Callable[[], Home], upstream: Upstream
) -> None:
    home = make_home()
    home.start()
    set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
    access = wait_for_feed(home.client)
    # What others have watched goes on for half a minute.
    wait_for(lambda: not upstream.streams()["connections"], "Somebody else is watching", 60)

    async def watch_to_the_end() -> float:
        async with watching(stream(access)):
            began = time.monotonic()
            # This viewer has stopped to read: nothing but our end ends it.
            await asyncio.to_thread(home.stop)
            return time.monotonic() - began

    assert run(watch_to_the_end()) < PATIENCE
    wait_for(lambda: not upstream.streams()["connections"], "Upstream is still there", 10)
    assert "was still running after" not in home.log
