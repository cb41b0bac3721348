"""One ffmpeg that turns an HLS address into continuous MPEG-TS."""

import asyncio
from collections import deque
from contextlib import suppress
import os
import re
import signal
from typing import Final, Self, cast, override
from urllib.parse import urlsplit

_START_TIMEOUT: Final = 25.0
"""Seconds that upstream may take to bring the first picture."""
_STALL_TIMEOUT: Final = 30.0
"""Seconds without data after which a stream is over; the player will ask again."""
_LAST_WORDS_TIMEOUT: Final = 1.0
_BUFFER: Final = 1024 * 1024
"""Bytes that may wait for the viewer before ffmpeg has to."""
_STDERR_KEPT: Final = 2048
_PROTOCOLS: Final = "http,https,httpproxy,tcp,tls,crypto"
"""What ffmpeg may open while it follows a playlist from outside: no files, above all."""
_ENVIRONMENT: Final = ("PATH", "LD_LIBRARY_PATH", "http_proxy", "https_proxy", "no_proxy")


class StreamFailedError(Exception):
    """Upstream brought nothing to watch; says why in one line."""


def ffmpeg_arguments(url: str, duration: int | None = None) -> list[str]:
    """Return the arguments with which ffmpeg writes the stream of an HLS address to its output.

    `duration` limits it to that many seconds. Raises StreamFailedError for an address that is
    not a plain http or https one.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"[\s\0]", url):
        raise StreamFailedError("the upstream address is not one for http")
    return [
        *("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error"),
        *("-protocol_whitelist", _PROTOCOLS),
        # Microseconds: a connection that says nothing for so long is given up, and made anew.
        *("-rw_timeout", "15000000"),
        *("-reconnect", "1", "-reconnect_streamed", "1", "-reconnect_delay_max", "5"),
        *("-i", url),
        *(("-t", str(duration)) if duration else ()),
        *("-c", "copy", "-sn", "-dn", "-flush_packets", "1", "-f", "mpegts", "pipe:1"),
    ]


class Remux(asyncio.SubprocessProtocol):
    """A running ffmpeg: read the stream from it, `kill` it at the end.

    `exited` is done when the process is gone and reaped.
    """

    viewer: asyncio.BaseTransport | None = None
    """The viewer's connection, to be cut when the stream is stopped from here."""

    def __init__(self) -> None:
        """Prepare for a process; use `start`."""
        loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[None] = loop.create_future()
        self._silent: asyncio.Future[None] = loop.create_future()
        self._new_data = asyncio.Event()
        self._chunks: deque[bytes] = deque()
        self._size = 0
        self._is_over = False
        self._stderr = b""

    @classmethod
    async def start(cls, binary: str, arguments: list[str]) -> Self:
        """Start ffmpeg in a process group of its own. Raises StreamFailedError."""
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        try:
            _, remux = await asyncio.get_running_loop().subprocess_exec(
                cls,
                binary,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        except OSError as err:
            raise StreamFailedError(f"ffmpeg does not start: {err}") from err
        return remux

    @property
    def is_full(self) -> bool:
        """Whether ffmpeg has to wait for the viewer."""
        return self._size >= _BUFFER

    def kill(self) -> None:
        """End ffmpeg and all that it may have started; let go of its pipes."""
        if not self.exited.done():
            with suppress(ProcessLookupError):
                os.killpg(self._transport.get_pid(), signal.SIGKILL)
        self._transport.close()

    def stop(self) -> None:
        """Kill, and cut the viewer off, who may have stopped to read long ago."""
        self.kill()
        if isinstance(self.viewer, asyncio.WriteTransport):
            self.viewer.abort()

    async def async_wait_until_ready(self) -> None:
        """Wait for the first bytes of the stream. Raises StreamFailedError."""
        if await self._has_data(_START_TIMEOUT):
            return
        if self._is_over:
            # Its reason may still be on the way.
            await asyncio.wait((self._silent,), timeout=_LAST_WORDS_TIMEOUT)
        raise StreamFailedError(self._complaint())

    async def async_read(self) -> bytes:
        """Return what there is of the stream; nothing when it ended or nothing comes any more."""
        if not await self._has_data(_STALL_TIMEOUT):
            return b""
        data = b"".join(self._chunks)
        self._chunks.clear()
        if self.is_full:
            self._output.resume_reading()
        self._size = 0
        return data

    async def _has_data(self, timeout: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while not self._chunks and not self._is_over:
                    self._new_data.clear()
                    await self._new_data.wait()
        return bool(self._chunks)

    def _complaint(self) -> str:
        """Return ffmpeg's last words, without addresses: they may hold upstream's own tokens."""
        if not self._is_over:
            return "upstream sends nothing"
        lines = self._stderr.decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "no reason given")
        return re.sub(r"\b\w+://\S+", "…", last)

    # What the event loop calls

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self._output = cast("asyncio.ReadTransport", self._transport.get_pipe_transport(1))

    @override
    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd != 1:
            self._stderr = (self._stderr + data)[-_STDERR_KEPT:]
            return
        self._chunks.append(data)
        self._size += len(data)
        if self.is_full:
            self._output.pause_reading()
        self._new_data.set()

    @override
    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 1:
            self._is_over = True
            self._new_data.set()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._silent.set_result(None)

    @override
    def process_exited(self) -> None:
        self.exited.set_result(None)
