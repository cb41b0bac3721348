"""A process of ours: a bare environment, a group of its own, limits, and an end."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
import os
from pathlib import Path
import resource
import signal
from typing import Final

from ..limits import MAX_FILE_BYTES, MAX_LINE_CHARS, MAX_MEMORY_BYTES
from .orphans import RUN_VARIABLE

GRACE: Final = 2.0
"""Seconds between the request to end and the end by force."""
_PASSED_ON: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Where some systems keep their root certificates."""


@asynccontextmanager
async def child(
    argv: Sequence[str],
    folder: Path,
    *,
    pipes: Collection[str] = ("stdout", "stderr"),
    max_file_bytes: int = MAX_FILE_BYTES,
) -> AsyncIterator[Process]:
    """Run a process in a group of its own, and end the whole group. Raises OSError.

    It works in `folder`, by which `end_orphans` finds whatever it leaves behind. `pipes`: which
    of ``stdin``, ``stdout`` and ``stderr`` lead here; the others lead nowhere.
    """
    environment = {
        RUN_VARIABLE: str(folder),
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "TZ": os.environ.get("TZ", "UTC"),
        **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
    }
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=PIPE if "stdin" in pipes else DEVNULL,
        stdout=PIPE if "stdout" in pipes else DEVNULL,
        stderr=PIPE if "stderr" in pipes else DEVNULL,
        cwd=folder,
        env=environment,
        limit=MAX_LINE_CHARS,
        start_new_session=True,
    )
    try:
        _limit(process.pid, max_file_bytes)
        yield process
    finally:
        await _end(process)


def _limit(pid: int, max_file_bytes: int) -> None:
    """Let the kernel stop what would fill the disk or the memory.

    Memory is what a process can write to: others, Go's among them, reserve far more than they use.
    """
    if hasattr(resource, "prlimit"):
        with suppress(ProcessLookupError, PermissionError):
            for what, limit in (
                (resource.RLIMIT_FSIZE, max_file_bytes + 1),
                (resource.RLIMIT_DATA, MAX_MEMORY_BYTES),
            ):
                resource.prlimit(pid, what, (limit, limit))


async def _end(process: Process) -> None:
    try:
        if process.returncode is None:
            signal_group(process, signal.SIGTERM)
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await process.wait()
    finally:
        signal_group(process, signal.SIGKILL)
        await asyncio.shield(process.wait())


def signal_group(process: Process, number: signal.Signals) -> None:
    """Send a signal to a process and all that it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


async def keep_tail(stream: asyncio.StreamReader | None, tail: bytearray) -> None:
    """Read everything, however much it is; keep the end."""
    while stream and (data := await stream.read(MAX_LINE_CHARS)):
        tail += data
        del tail[:-MAX_LINE_CHARS]
