"""A guest who does not ask for anything, but holds on to what there is."""

from collections.abc import Iterator
from contextlib import ExitStack
import os
from pathlib import Path
import resource
import socket

import pytest

from scripts.lib.develop.client import request
from scripts.lib.develop.feed import Access, fetch
from scripts.lib.develop.home import HOST, Home
from scripts.lib.develop.waiting import wait_for

IDLE = 1000
SLOW = 100
CHUNK = 64


def descriptors(home: Home) -> int:
    return len(os.listdir(Path(f"/proc/{home.pid}/fd")))  # noqa: PTH208  # one call, no objects


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process open as many connections as the test needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connect(stack: ExitStack, home: Home) -> socket.socket:
    return stack.enter_context(socket.create_connection((HOST, home.port), 60))


@pytest.mark.waits
@pytest.mark.usefixtures("many_files")
def test_home_assistant_answers_beside_slow_and_idle_guests(home: Home, access: Access) -> None:
    before = descriptors(home)
    slow_body = b"POST /player_api.php HTTP/1.1\r\nHost: tv\r\nContent-Length: 1000\r\n\r\n"
    with ExitStack() as stack:
        idle = [connect(stack, home) for _ in range(IDLE)]
        headers = [connect(stack, home) for _ in range(SLOW)]
        bodies = [connect(stack, home) for _ in range(SLOW)]
        readers = [connect(stack, home) for _ in range(SLOW)]
        for one in headers:
            one.sendall(b"GET /api/toonami_downlink/health HTTP/1.1\r\nX-Slow: ")
        for one in bodies:
            one.sendall(slow_body)
        path = access.guide_url.removeprefix(home.base_url)
        for one in readers:
            one.sendall(f"GET {path} HTTP/1.1\r\nHost: tv\r\n\r\n".encode())
        wait_for(lambda: descriptors(home) >= before + IDLE, "Nobody was let in", 60)
        for _ in range(CHUNK):
            for one in headers:
                one.sendall(b"a")

        assert request("GET", f"{home.base_url}/api/toonami_downlink/health").status == 200
        assert home.client.get("/api/config")["state"] == "RUNNING"
        assert fetch(access.playlist_url).body.startswith(b"#EXTM3U")
        assert home.client.command("toonami_downlink/refresh")["error"] is None
        for one in bodies:
            one.settimeout(60)
            assert one.recv(15).startswith((b"HTTP/1.1 401", b"HTTP/1.1 429")), "still waiting"
        assert idle[0].fileno() > 0

    wait_for(lambda: descriptors(home) <= before + 10, "Connections were kept", 120)
    assert fetch(access.guide_url).status == 200
