"""A process that is fed through its standard input, and dies with us: without us, that ends."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from .child import GRACE, child, keep_tail

_PIPES: Final = ("stdin", "stdout", "stderr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """How a process ended, and what it wrote last."""

    code: int
    stdout: str
    stderr: str
    """The ends of both, at most `MAX_LINE_CHARS` bytes each."""


async def run_fed(
    argv: Sequence[str],
    chunks: AsyncGenerator[bytes],
    *,
    folder: Path,
    timeout: float,
    max_file_bytes: int,
) -> Fed:
    """Run a process in `folder` and give it `chunks`, as fast as it takes them.

    Whatever happens, it and its children are gone afterwards. Raises TimeoutError after `timeout`
    seconds, OSError when it cannot be started, and whatever `chunks` raises.
    """
    said, complained = bytearray(), bytearray()
    async with (
        asyncio.timeout(timeout),
        aclosing(chunks),
        child(argv, folder, pipes=_PIPES, max_file_bytes=max_file_bytes) as process,
    ):
        readers = [
            asyncio.create_task(keep_tail(process.stdout, said)),
            asyncio.create_task(keep_tail(process.stderr, complained)),
        ]
        try:
            await _feed(cast("asyncio.StreamWriter", process.stdin), chunks)
            code = await process.wait()
            await asyncio.wait(readers, timeout=GRACE)
        finally:
            for reader in readers:
                reader.cancel()
    return Fed(
        code=code,
        stdout=said.decode("utf-8", "replace"),
        stderr=complained.decode("utf-8", "replace"),
    )


async def _feed(stdin: asyncio.StreamWriter, chunks: AsyncGenerator[bytes]) -> None:
    """Give it all; it may end before that, and says itself why."""
    with suppress(BrokenPipeError, ConnectionResetError):
        async for chunk in chunks:
            stdin.write(chunk)
            await stdin.drain()
    stdin.close()
