"""The two files that a provider leaves in a folder: read under limits, or watched for changes."""

import os
from pathlib import Path
import stat
from typing import Final

from ..errors import ProviderOutputError
from ..limits import MAX_FILE_BYTES

PLAYLIST: Final = "index.m3u"
GUIDE: Final = "index.xml"

type Signature = tuple[int, int]
"""Modification time in nanoseconds, and size in bytes."""


def read_file(path: Path, within: Path) -> bytes:
    """Read a plain file of at most `MAX_FILE_BYTES` that really lies in the folder `within`.

    Raises ProviderOutputError for anything else, such as a link that leads out of the folder, a
    device or a pipe.
    """
    name = path.name
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(within.resolve(strict=True)):
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


class FolderWatch:
    """Tell when both files have been written.

    The files count as written when both have changed since they were last taken, and neither has
    changed between two looks. What lies there at the first look counts as taken.
    """

    def __init__(self, folder: Path) -> None:
        """Watch a folder; nothing is read before the first look."""
        self._folder = folder
        self._taken: tuple[Signature | None, Signature | None] | None = None
        self._seen: tuple[Signature | None, Signature | None] | None = None

    def changed(self) -> bool:
        """Look; True once for each new pair of files. To be called at even intervals."""
        now = (_signature(self._folder / PLAYLIST), _signature(self._folder / GUIDE))
        settled, self._seen = now == self._seen, now
        if self._taken is None:
            self._taken = now
            return False
        is_new = all(
            file is not None and file != taken for file, taken in zip(now, self._taken, strict=True)
        )
        if is_new and settled:
            self._taken = now
            return True
        return False


def _signature(path: Path) -> Signature | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
