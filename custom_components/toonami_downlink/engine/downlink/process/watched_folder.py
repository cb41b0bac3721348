"""The two files that a provider leaves in a folder: read under limits, or watched for changes."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
import os
from pathlib import Path
import stat
from threading import Thread
from typing import Any, Final

from ..errors import ProviderOutputError, ProviderTimedOutError
from ..limits import MAX_FILE_BYTES
from ..policy import ONE_FILE_SETTLED_AFTER_LOOKS

PLAYLIST: Final = "index.m3u"
GUIDE: Final = "index.xml"

LOOK_TIMEOUT: Final = 20.0
"""Seconds that a look may take; less than what lies between two of them."""

type Signature = tuple[int, int]
"""Modification time in nanoseconds, and size in bytes."""
type _Pair = tuple[Signature | None, Signature | None]
_busy: Final[dict[Path, Future[Any]]] = {}
"""The folders that a thread is looking at, with what it will say."""


def read_file(path: Path, within: Path) -> bytes:
    """Read a plain file of at most `MAX_FILE_BYTES` that really lies in the folder `within`.

    Raises ProviderOutputError for anything else, such as a link that leads out of the folder, a
    device or a pipe.
    """
    name = path.name
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(within.resolve()):
            raise ProviderOutputError(f"{name} is a link that leads out of its folder.")
        # Without O_NONBLOCK the opening of a pipe would wait for somebody to write into it.
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ProviderOutputError(f"{name} is not a plain file.")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(MAX_FILE_BYTES + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError as err:
        raise ProviderOutputError(f"There is no {name}.") from err
    except OSError as err:
        raise ProviderOutputError(f"{name} cannot be read: {err.strerror}.") from err
    if len(data) > MAX_FILE_BYTES:
        raise ProviderOutputError(f"{name} is larger than {MAX_FILE_BYTES} bytes.")
    if not data:
        raise ProviderOutputError(f"{name} is empty.")
    return data


async def read_folder(folder: Path, timeout: float) -> tuple[bytes, bytes]:
    """The playlist and the guide in a folder. Raises ProviderOutputError as `read_file`.

    Raises ProviderTimedOutError when the folder does not answer within `timeout` seconds.
    """

    def read() -> tuple[bytes, bytes]:
        return read_file(folder / PLAYLIST, folder), read_file(folder / GUIDE, folder)

    return await _ask(folder, read, timeout)


async def _ask[T](folder: Path, work: Callable[[], T], timeout: float) -> T:
    """Do something with the files of a folder in a thread of its own, one at a time.

    A folder on a mount that no longer answers holds a thread for as long as the system likes. No
    other is started meanwhile: whoever asks waits for that one, and then does what it came for.
    Raises ProviderTimedOutError after `timeout` seconds.
    """
    answer: Future[T] = Future()

    def run() -> None:
        try:
            value = work()
        except BaseException as err:  # noqa: BLE001  # it is raised where it is waited for
            del _busy[folder]
            answer.set_exception(err)
        else:
            del _busy[folder]
            answer.set_result(value)

    try:
        async with asyncio.timeout(timeout):
            while before := _busy.get(folder):
                await asyncio.wait([asyncio.wrap_future(before)])
            _busy[folder] = answer
            answer.set_running_or_notify_cancel()
            # Not one of the loop's threads: at the end, it would wait for them.
            Thread(target=run, name=f"look at {folder}", daemon=True).start()
            return await asyncio.wrap_future(answer)
    except TimeoutError as err:
        raise ProviderTimedOutError(f"{folder} did not answer within {timeout:g} seconds.") from err


class FolderWatch:
    """Tell when somebody has finished writing.

    Files count as written when they have changed since they were last taken, and have not changed
    between two looks; when only one of them has, not for `ONE_FILE_SETTLED_AFTER_LOOKS` looks,
    because the other may be on its way. What lies there at the first look counts as taken.
    """

    def __init__(self, folder: Path) -> None:
        """Watch a folder; nothing is read before the first look."""
        self._folder = folder
        self._taken: _Pair | None = None
        self._seen: _Pair | None = None
        self._quiet = 0
        """Looks in a row that found what the one before them had found."""

    async def look(self, timeout: float = LOOK_TIMEOUT) -> bool:
        """As `changed`, without blocking; False as well when the folder does not answer in time.

        What it would have said then is left for the next look.
        """
        try:
            return self._take(await _ask(self._folder, self._written, timeout))
        except ProviderTimedOutError:
            return False

    def changed(self) -> bool:
        """Look; True once for each new pair of files. To be called at even intervals. Blocks."""
        return self._take(self._written())

    def _take(self, written: _Pair | None) -> bool:
        # Not where it is found: that may be in a thread for which nobody waits any more.
        if written:
            self._taken = written
        return bool(written)

    def _written(self) -> _Pair | None:
        """Look; the files if they are new and complete."""
        now = (_signature(self._folder / PLAYLIST), _signature(self._folder / GUIDE))
        self._quiet = self._quiet + 1 if now == self._seen else 0
        self._seen = now
        if self._taken is None:
            self._taken = now
            return None
        fresh = sum(file != taken for file, taken in zip(now, self._taken, strict=True))
        enough = 1 if fresh == len(now) else ONE_FILE_SETTLED_AFTER_LOOKS
        if not fresh or None in now or self._quiet < enough:
            return None
        return now


def _signature(path: Path) -> Signature | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
