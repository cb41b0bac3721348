"""Fill the disk below the data folder, make it read-only, and damage what is on it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
import os
from pathlib import Path
from random import Random
import shutil
import subprocess
from typing import Final

SIZE: Final = 48
"""MiB: some generations, and nothing to spare."""
_FILLER: Final = "filler"
_CHUNK: Final = 64 * 1024


class Disk:
    """A small disk at the data folder where mounting is allowed; elsewhere just the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_own = False

    def mount(self) -> None:
        """Make the folder, and put the disk there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.is_own = _run("mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(self.folder))

    def unmount(self) -> None:
        """Take the disk away."""
        if self.is_own:
            _run("umount", "--lazy", str(self.folder))
            self.is_own = False

    def fill(self, left: int) -> None:
        """Leave only so many bytes free."""
        with (self.folder / _FILLER).open("wb", buffering=0) as file, suppress(OSError):
            while shutil.disk_usage(self.folder).free > left + _CHUNK:
                file.write(bytes(_CHUNK))

    def make_read_only(self) -> None:
        """Make every write fail."""
        _run("mount", "-o", "remount,ro", str(self.folder))

    def heal(self) -> None:
        """Make it writable again, with space; damaged files stay damaged."""
        if self.is_own:
            _run("mount", "-o", "remount,rw", str(self.folder))
            (self.folder / _FILLER).unlink(missing_ok=True)

    def generations(self) -> list[int]:
        """Return the numbers of the generations, the newest last."""
        with suppress(FileNotFoundError):
            paths = (self.folder / "generations").iterdir()
            return sorted(int(path.name) for path in paths if path.name.isdecimal())
        return []

    def generation(self, number: int) -> Path:
        """Return the folder of a generation."""
        return self.folder / "generations" / f"{number:08}"


def _run(*argv: str) -> bool:
    try:
        done = subprocess.run(argv, capture_output=True, check=False)  # noqa: S603  # fixed arguments
    except FileNotFoundError:
        return False
    return done.returncode == 0


def damage(path: Path, kind: str, random: Random) -> None:
    """Damage a file in one of the ways of `DAMAGES`; create it where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(b"{}")
    DAMAGES[kind](path, random)


def _cut(path: Path, random: Random) -> None:
    os.truncate(path, random.randrange(max(path.stat().st_size, 1)))


def _flip(path: Path, random: Random) -> None:
    content = bytearray(path.read_bytes()) or bytearray(b"x")
    content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    path.write_bytes(content)


def _garbage(path: Path, random: Random) -> None:
    path.write_bytes(random.randbytes(1000))


def _zeros(path: Path, random: Random) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _written(content: bytes) -> Callable[[Path, Random], None]:
    def write(path: Path, random: Random) -> None:
        path.write_bytes(content)

    return write


def _replaced(make: Callable[[Path], object]) -> Callable[[Path, Random], None]:
    def replace(path: Path, random: Random) -> None:
        path.unlink()
        make(path)

    return replace


DAMAGES: Final[Mapping[str, Callable[[Path, Random], None]]] = {
    "cut": _cut,
    "flipped bit": _flip,
    "garbage": _garbage,
    "zeros": _zeros,
    "empty": _written(b""),
    "other JSON": _written(b'{"format": [1], "current": 3}'),
    "deep JSON": _written(b"[" * 100_000),
    "gone": _replaced(lambda path: None),
    "a folder": _replaced(Path.mkdir),
    "a pipe": _replaced(os.mkfifo),
    "a link to a device": _replaced(lambda path: path.symlink_to("/dev/zero")),
    "a link to nowhere": _replaced(lambda path: path.symlink_to("/nowhere/at/all")),
}
