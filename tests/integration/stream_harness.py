"""What tests of streams need: a server as Home Assistant runs it, stand-ins, patience."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import os
from pathlib import Path

from aiohttp import web
from homeassistant.core import HomeAssistant


def put_ffmpeg(folder: Path, script: str) -> Path:
    """Put a shell script that stands in for ffmpeg into a folder; return the program."""
    folder.mkdir(exist_ok=True)
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


@asynccontextmanager
async def served(hass: HomeAssistant) -> AsyncIterator[tuple[str, int]]:
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


async def until(condition: Callable[[], object], seconds: float = 10) -> None:
    """Wait for a condition; fail when it takes too long."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what the kernel does sets no event
            await asyncio.sleep(0.01)


def children() -> set[int]:
    """The processes that this one has started and not yet reaped, zombies among them."""
    own = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(pid) for pid in own.read_text().split()}


def is_alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError, ProcessLookupError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def open_files() -> int:
    """How many file descriptors this process has."""
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # one call, no objects
