"""A disk that fails when it is told to, and one that loses its power.

`Disk` stands where a module has `os` (`Disk.install`). What goes through it and was not made to
last is lost, or not, by lot, when the power is cut.
"""

from collections.abc import Callable, Iterator, Sequence
import errno
import os
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest


class Disk:
    """What a module finds in the place of `os`: the same, but for what is to go wrong."""

    def __init__(self, root: Path) -> None:
        """Everything below `root` is on this disk, and what is there now is there to stay."""
        self.root = root
        self.calls: list[str] = []
        """The names of the calls that could go wrong, in their order."""
        self._plans: list[Callable[[str], None]] = []
        self._content: dict[int, bytes] = {}
        self._names: dict[Path, dict[str, int]] = {}
        self._keep_all()

    def install(self, monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> None:
        """Put it in the place of `os` in these modules."""
        for module in modules:
            monkeypatch.setattr(module, "os", self)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    # What goes wrong

    def fail(self, call: str, error: int, after: int = 0) -> None:
        """Let a call fail with `error`, and all that follow, when `after` of them were right."""
        left = after

        def plan(name: str) -> None:
            nonlocal left
            if name == call:
                left -= 1
                if left < 0:
                    raise OSError(error, os.strerror(error))

        self._plans.append(plan)

    def fail_at(self, number: int, error: int) -> None:
        """Let the call fail that comes when `number` others, of whatever name, were right."""
        left = number

        def plan(_name: str) -> None:
            nonlocal left
            left -= 1
            if left == -1:
                raise OSError(error, os.strerror(error))

        self._plans.append(plan)

    def hang(self, call: str, wait: Callable[[], object]) -> None:
        """Let a call wait for something before it does anything."""

        def plan(name: str) -> None:
            if name == call:
                wait()

        self._plans.append(plan)

    def fail_from(self, number: int, error: int) -> None:
        """Let every call fail that comes when `number` others were right."""
        left = number

        def plan(_name: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise OSError(error, os.strerror(error))

        self._plans.append(plan)

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        self._plans.clear()

    def _note(self, name: str) -> None:
        self.calls.append(name)
        for plan in self._plans:
            plan(name)

    # What can go wrong

    def open(self, path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        self._note("open")
        descriptor = os.open(path, flags, mode, dir_fd=dir_fd)
        if flags & os.O_EXCL:
            # It may have the number of one that is gone.
            self._content.pop(os.fstat(descriptor).st_ino, None)
        return descriptor

    def read(self, descriptor: int, length: int) -> bytes:
        self._note("read")
        return os.read(descriptor, length)

    def write(self, descriptor: int, data: bytes) -> int:
        """Half of what does not fit is written, as disks do that are full."""
        try:
            self._note("write")
        except OSError as err:
            if err.errno == errno.ENOSPC:
                os.write(descriptor, data[: len(data) // 2])
            raise
        return os.write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        self._note("fsync")
        os.fsync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_dir():
            self._keep_names(path)
        else:
            self._content[os.fstat(descriptor).st_ino] = path.read_bytes()

    def rename(self, *args: Any, **kwargs: Any) -> None:
        self._note("rename")
        os.rename(*args, **kwargs)  # noqa: PTH104  # with descriptors of folders

    def unlink(self, *args: Any, **kwargs: Any) -> None:
        self._note("unlink")
        os.unlink(*args, **kwargs)

    def link(self, *args: Any, **kwargs: Any) -> None:
        self._note("link")
        os.link(*args, **kwargs)

    def mkdir(self, *args: Any, **kwargs: Any) -> None:
        self._note("mkdir")
        os.mkdir(*args, **kwargs)  # noqa: PTH102  # with descriptors of folders

    def ftruncate(self, descriptor: int, length: int) -> None:
        self._note("ftruncate")
        os.ftruncate(descriptor, length)

    # What stays when the power is cut

    def cut_power(self, random: Random) -> None:
        """Leave on the disk what was made to last, and of everything else some, by lot."""
        current = {path: self._names_in(path) for path in self._folders()}
        files = {number: path.read_bytes() for number, path in self._files().items()}
        for path, names in current.items():
            before = self._names.get(path, {})
            for name in sorted({*names, *before}):
                number = random.choice([names.get(name), before.get(name)])
                self._put(path / name, number, files, random)
        self._keep_all()

    def _put(self, path: Path, number: int | None, files: dict[int, bytes], random: Random) -> None:
        """Let a file be what it was, or would have been; or let there be none."""
        if path.is_dir():
            return
        path.unlink(missing_ok=True)
        if number is None:
            return
        lasting, latest = self._content.get(number, b""), files.get(number, b"")
        if lasting != latest and latest.startswith(lasting):
            some = latest[: random.randrange(len(lasting), len(latest) + 1)]
            zeros = bytes(random.choice([0, len(latest) - len(some)]))
            path.write_bytes(random.choice([lasting, some + zeros]))
        else:
            path.write_bytes(random.choice([lasting, latest]))

    def _folders(self) -> Iterator[Path]:
        yield from [self.root, *(path for path in self.root.rglob("*") if path.is_dir())]

    def _files(self) -> dict[int, Path]:
        return {path.stat().st_ino: path for path in self.root.rglob("*") if path.is_file()}

    def _keep_all(self) -> None:
        self._names = {path: self._names_in(path) for path in self._folders()}
        self._content = {number: path.read_bytes() for number, path in self._files().items()}

    def _names_in(self, path: Path) -> dict[str, int]:
        return {one.name: one.stat(follow_symlinks=False).st_ino for one in os.scandir(path)}

    def _keep_names(self, path: Path) -> None:
        self._names[path] = self._names_in(path)


ERRORS: Sequence[int] = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT, errno.ESTALE)
