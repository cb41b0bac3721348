"""A folder that is held open: what is done in it is done in it, whatever its path leads to by now.

Links are never followed: one that lies where a file or a folder of ours belongs is an error for
those who read, and replaced by those who write. All of it blocks.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
import errno
import os
from pathlib import Path
import stat
from typing import Final, Self

_MODE: Final = 0o644
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
"""Without the last one, opening a pipe would wait for somebody who writes into it."""
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY
_NO_FILE: Final = frozenset({errno.ELOOP, errno.ENXIO})
"""What is said of a link and of a socket."""
_CANNOT_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS})
"""What file systems say that have nothing to do for a folder."""


class Folder:
    """An open folder; for a `with` statement, or to be closed."""

    def __init__(self, descriptor: int) -> None:
        """Take over a descriptor."""
        self.descriptor = descriptor

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a folder that somebody else has made; links lead to it. Raises OSError."""
        return cls(os.open(path, _FOLDER))

    @classmethod
    @contextmanager
    def of_path(cls, base: Path, *names: str, make: bool = False) -> Iterator[Self]:
        """Open what is below `base`, which has to be there; so no disk that is away is missed.

        `make`: what is missing below it is made. Raises OSError.
        """
        folder = cls.open(base)
        try:
            for name in names:
                inner = folder.below(name, make=make)
                folder.close()
                folder = inner
            yield folder
        finally:
            folder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it; more than once does no harm."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def copy(self) -> Self:
        """Return the same folder, held open once more."""
        return type(self)(os.dup(self.descriptor))

    def below(self, name: str, *, make: bool = False) -> Self:
        """Open a folder in this one, or make it. Raises OSError, also for a link."""
        if make:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=self.descriptor)
            # Also one that is there already: whoever made it may have been ended before this.
            self.sync()
        return type(self)(os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=self.descriptor))

    def entries(self) -> Iterable[os.DirEntry[str]]:
        """Yield what is in it. Raises OSError."""
        with os.scandir(self.descriptor) as found:
            yield from found

    def read(self, name: str, limit: int) -> bytes:
        """Return a file, or so much of it.

        Raises OSError; that is FileNotFoundError also for what is no plain file.
        """
        descriptor = self.open_to_read(name)
        try:
            parts = bytearray()
            while len(parts) < limit and (part := os.read(descriptor, limit - len(parts))):
                parts += part
            return bytes(parts)
        finally:
            os.close(descriptor)

    def open_to_read(self, name: str) -> int:
        """Return a descriptor of a plain file. Raises OSError as `read` does."""
        try:
            descriptor = os.open(name, _READ, dir_fd=self.descriptor)
        except OSError as err:
            if err.errno in _NO_FILE:
                raise FileNotFoundError(errno.ENOENT, "it is no plain file") from err
            raise
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        raise FileNotFoundError(errno.ENOENT, "it is no plain file")

    def write(self, name: str, data: bytes) -> None:
        """Write a file under another name, make it last, and only then let it have its own.

        Whatever was there is replaced. Raises OSError: then there is nothing new.
        """
        temporary = f"{name}.part"
        self.remove(temporary)
        try:
            self._write_new(temporary, data)
            os.rename(temporary, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
        except OSError:
            with suppress(OSError):
                self.remove(temporary)
            raise
        self.sync()

    def _write_new(self, name: str, data: bytes) -> None:
        descriptor = os.open(name, _NEW, _MODE, dir_fd=self.descriptor)
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def open_new(self, name: str) -> int:
        """Return a descriptor for a new file. Raises OSError, also when there is one already."""
        return os.open(name, _NEW, _MODE, dir_fd=self.descriptor)

    def open_to_append(self, name: str) -> int:
        """Return a descriptor that writes to the end of a file. Raises OSError."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW
        return os.open(name, flags, dir_fd=self.descriptor)

    def remove(self, name: str) -> None:
        """Remove a file if it is there. Raises OSError."""
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self.descriptor)

    def sync(self) -> None:
        """Make names last that have come or gone. Raises OSError."""
        try:
            os.fsync(self.descriptor)
        except OSError as err:
            if err.errno not in _CANNOT_SYNC:
                raise

    @property
    def free(self) -> int | None:
        """Bytes that may still be written; None where the file system does not say it."""
        found = os.fstatvfs(self.descriptor)
        return found.f_bavail * found.f_frsize if found.f_blocks else None


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it. Raises OSError: then a part of it may be there."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
