"""What memory has no room for of what people may go back to, in the folder of the recordings.

It is there for as long as its channel is watched.
"""

import asyncio
from collections import deque
from contextlib import AbstractContextManager, suppress
import errno
import logging
import os
from pathlib import Path
import re
import shutil
from typing import Final
from uuid import uuid4

from ..engine.downlink.policy import MIN_FREE_TO_PAUSE
from ..engine.downlink.recording.folder import Folder, write_all
from ..engine.downlink.relay.store import StoreError
from .disk import Disk, DiskError
from .folder import is_there

_LOGGER = logging.getLogger(__name__)

PAUSED: Final = ".pause"
"""The folder with one for each channel, below that of the recordings."""
_OURS: Final = re.compile(r"[0-9a-f]{32}")
_REST: Final = 60.0
"""Seconds for which a disk that has failed is left alone."""
_WRITE_SECONDS: Final = 15.0
_READ_SECONDS: Final = 4.0
"""After which it has failed; the relay waits a little longer."""
_CLOSE_SECONDS: Final = 5.0
"""For which the end of a channel is held up until its files are gone."""


class PauseFolder:
    """The place for all channels; what a crash has left there is removed.

    One thread works for them, one thing after the other, and nobody waits for it for long.
    """

    def __init__(self, folder: Path, config_dir: Path) -> None:
        """Begin without a look at it. On the disk of `config_dir` nothing is ever written."""
        self._folder = folder
        self._config_dir = config_dir
        self._disk = Disk()
        self._in_use: set[str] = set()
        self._is_clean = False
        self._failed_at: float | None = None
        """Loop time of the last failure, until something could be written again."""

    def open(self) -> ChannelFolder:
        """Return where a channel that starts puts its segments; nothing is made for that yet."""
        return ChannelFolder(self, uuid4().hex)

    async def async_clean(self) -> None:
        """Remove what a crash has left, if the folder is there; else before the first segment."""
        with suppress(DiskError):
            await self._disk.run(self._clean)

    def _clean(self) -> None:
        if self._is_clean or not is_there(self._folder):
            return
        with suppress(FileNotFoundError), Folder.of_path(self._folder, PAUSED) as opened:
            for one in list(opened.entries()):
                if _OURS.fullmatch(one.name) and one.name not in self._in_use:
                    shutil.rmtree(one.name, dir_fd=opened.descriptor)
        self._is_clean = True

    # What channels do

    async def write(self, name: str, file: str, data: bytes) -> None:
        """Write a channel's file.

        Raises StoreError, for a while after that without another try.
        """
        now = asyncio.get_running_loop().time()
        if self._failed_at is not None and now - self._failed_at < _REST:
            raise StoreError("The disk has failed a moment ago.")
        self._in_use.add(name)
        try:
            await self._disk.run(lambda: self._write(name, file, data), _WRITE_SECONDS)
        except DiskError as err:
            if self._failed_at is None:
                _LOGGER.warning("One can go back only by what memory holds: %s", err)
            self._failed_at = asyncio.get_running_loop().time()
            raise StoreError(str(err)) from err
        if self._failed_at is not None:
            self._failed_at = None
            _LOGGER.info("One can go back again by what the disk holds, too")

    def _write(self, name: str, file: str, data: bytes) -> None:
        if not is_there(self._folder):
            raise FileNotFoundError(errno.ENOENT, "The folder of the recordings is not there")
        self._clean()
        with self._made(name) as opened:
            self._require_place(opened, len(data))
            descriptor = opened.open_new(file)
            try:
                write_all(descriptor, data)
            except OSError:
                opened.remove(file)
                raise
            finally:
                os.close(descriptor)

    def _require_place(self, opened: Folder, size: int) -> None:
        if os.fstat(opened.descriptor).st_dev == self._config_dir.stat().st_dev:
            raise OSError(errno.EPERM, "It is on the disk of the configuration")
        free = opened.free
        if free is not None and free - size < MIN_FREE_TO_PAUSE:
            raise OSError(errno.ENOSPC, "There is too little space left")

    def _made(self, name: str) -> AbstractContextManager[Folder]:
        """Open a channel's folder, which is made for its first segment. Raises OSError."""
        is_made = (self._folder / PAUSED / name).exists()
        return Folder.of_path(self._folder, PAUSED, name, make=not is_made)

    async def read(self, name: str, file: str, limit: int) -> bytes:
        """Return a channel's file, or so many bytes of it. Raises StoreError."""

        def read() -> bytes:
            with Folder.of_path(self._folder, PAUSED, name) as opened:
                return opened.read(file, limit)

        try:
            return await self._disk.run(read, _READ_SECONDS)
        except DiskError as err:
            raise StoreError(str(err)) from err

    async def remove(self, name: str, files: list[str]) -> None:
        """Remove files of a channel, if that is possible."""

        def remove() -> None:
            with Folder.of_path(self._folder, PAUSED, name) as opened:
                for file in files:
                    opened.remove(file)

        with suppress(DiskError):
            await self._disk.run(remove, _WRITE_SECONDS)

    async def remove_all(self, name: str) -> None:
        """Remove the folder of a channel; if that is not possible, it is tried again later."""

        def remove() -> None:
            with suppress(FileNotFoundError), Folder.of_path(self._folder, PAUSED) as opened:
                shutil.rmtree(name, dir_fd=opened.descriptor)
            with suppress(OSError):
                # If it was the last one.
                (self._folder / PAUSED).rmdir()

        try:
            await self._disk.run(remove, _CLOSE_SECONDS)
        except DiskError as err:
            _LOGGER.debug("What could be gone back to is still there: %s", err)
            self._is_clean = False
        finally:
            self._in_use.discard(name)


class ChannelFolder:
    """The place of one channel: a `SegmentStore`."""

    def __init__(self, place: PauseFolder, name: str) -> None:
        """Begin empty."""
        self._place = place
        self._name = name
        self._there: deque[int] = deque()
        """The numbers of the segments that may be there."""
        self._has_any = False

    async def put(self, sequence: int, data: bytes) -> None:
        """Keep a segment; numbers only grow. Raises StoreError."""
        self._there.append(sequence)
        self._has_any = True
        await self._place.write(self._name, _file(sequence), data)

    async def get(self, sequence: int, size: int) -> bytes:
        """Return a segment, `size` + 1 bytes of it at most. Raises StoreError."""
        return await self._place.read(self._name, _file(sequence), size + 1)

    async def drop(self, before: int) -> None:
        """Remove the segments with smaller numbers."""
        files = []
        while self._there and self._there[0] < before:
            files.append(_file(self._there.popleft()))
        if files:
            await self._place.remove(self._name, files)

    async def close(self) -> None:
        """Remove all of it, if there may be anything."""
        if self._has_any:
            await self._place.remove_all(self._name)


def _file(sequence: int) -> str:
    return f"{sequence}.ts"
