"""The disk of the recordings: it fills up, refuses, hangs, and loses its power at any call."""

from collections.abc import Callable
import errno
import os
from pathlib import Path
from random import Random
import threading
from typing import Any, Final, NamedTuple, override

from tests.engine.disk import Disk

_MUCH: Final = 2**40
_WRITING: Final = ("write", "mkdir", "rename", "unlink", "link", "ftruncate")
_NUMBERED: Final = 500
"""Calls that are remembered."""


class _Space(NamedTuple):
    f_bavail: int
    f_frsize: int
    f_blocks: int


class HouseDisk(Disk):
    """One disk, for as long as the house has it."""

    def __init__(self, root: Path) -> None:
        self.is_dead = False
        self.is_full = False
        self.in_flight = 0
        """How much is being waited for."""
        self._were_folders: set[Path] = set()
        """The number of one that is gone may be a file's by now."""
        self._held = threading.Event()
        self._held.set()
        super().__init__(root)

    @property
    def is_hanging(self) -> bool:
        return not self._held.is_set()

    @property
    def free(self) -> int:
        """Bytes."""
        return 0 if self.is_full else _MUCH

    def fstatvfs(self, _descriptor: int) -> _Space:
        return _Space(self.free, 1, _MUCH)

    def die_after(self, calls: int) -> None:
        """Let nothing that is asked of it be done any more, when so many calls were right."""
        left = calls

        def plan(_name: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                self.is_dead = True
                raise OSError(errno.EIO, "there is nobody any more")

        self._plans.append(plan)

    def refuse(self) -> None:
        """Take nothing any more."""
        for call in _WRITING:
            self.fail(call, errno.EROFS)

    def fill(self) -> None:
        """Have no room, without saying so before."""
        self.fail("write", errno.ENOSPC)

    def hold(self) -> None:
        """Let everybody wait who writes."""
        self._held.clear()
        for call in ("write", "fsync", "open"):
            self.hang(call, self._held.wait)

    def wait(self) -> None:
        """Wait as everybody does while it hangs."""
        self._held.wait()

    @override
    def heal(self) -> None:
        """Be a disk like others."""
        super().heal()
        self.is_dead = self.is_full = False
        self._held.set()

    @override
    def _note(self, name: str) -> None:
        super()._note(name)
        del self.calls[:-_NUMBERED]

    @override
    def _put(self, path: Path, number: int | None, files: dict[int, bytes], random: Random) -> None:
        """Let a folder that has been removed stay away; only files come back."""
        is_file = number is None or number in files or number in self._content
        if is_file and path not in self._were_folders:
            super()._put(path, number, files, random)

    @override
    def _names_in(self, path: Path) -> dict[str, int]:
        """Return what is there; others may take it away meanwhile."""
        found = {}
        for one in os.scandir(path):
            if one.is_dir(follow_symlinks=False):
                self._were_folders.add(Path(one.path))
            try:
                found[one.name] = one.stat(follow_symlinks=False).st_ino
            except FileNotFoundError:
                continue
        return found


def answering(disk: HouseDisk, call: Callable[..., Any]) -> Callable[..., Any]:
    """Return a call that hangs while the disk does."""

    def answer(*args: Any, **kwargs: Any) -> Any:
        disk.wait()
        return call(*args, **kwargs)

    return answer
