"""Test streams: a real server, a fake ffmpeg, and what processes and files are left."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import os
from pathlib import Path

from aiohttp import web
from homeassistant.core import HomeAssistant


def write_fake_ffmpeg(folder: Path, script: str) -> Path:
    """Write a shell script named ffmpeg into a folder; return its path."""
    folder.mkdir(exist_ok=True)
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


@asynccontextmanager
async def serve_app(hass: HomeAssistant) -> AsyncIterator[tuple[str, int]]:
    """Serve as Home Assistant does: the handler is cancelled when its client disconnects."""
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


def child_pids() -> set[int]:
    """Return the ids of child processes, zombies among them."""
    own = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(pid) for pid in own.read_text().split()}


def is_alive(pid: int) -> bool:
    """Return whether a process runs: it exists and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError, ProcessLookupError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def count_open_files() -> int:
    """Count the open file descriptors of this process."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # one call, no objects
