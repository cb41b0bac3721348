"""What a finished file is made of: a track that is closed, and that nobody else writes. Blocks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
import errno
import json
import os
from pathlib import Path, PurePosixPath
import stat
from typing import Final, Self

from ..relay.segment_error import SegmentError
from ..relay.transport_stream import inspect
from .folder import Folder
from .journal import Entry
from .model import ENDINGS, Reason
from .track import NOTE, TrackError, disk_errors, lock_track, read_entries, read_segment

_MAX_NOTE: Final = 4 * 1024 * 1024
_MAX_SAME_NAMES: Final = 100
_WHAT: Final = "The folder for recordings"
_LINKLESS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
"""What file systems say that give a file only one name."""
_SHORTEST_GAP: Final = timedelta(seconds=1)

type Streams = tuple[tuple[str, str], ...]
"""For each stream, ``video`` or ``audio``, and its format."""


@dataclass(frozen=True, slots=True)
class Part:
    """A segment that can be joined."""

    entry: Entry
    seconds: float
    streams: Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A recording as one file."""

    path: Path
    size: int
    """Bytes."""
    duration: float
    """Seconds."""
    entries: tuple[Entry, ...]
    """What is in it of the track; see `gaps_between`."""


class Source:
    """The track that is being finished, and the files that are made of it in its folder."""

    def __init__(self, path: Path, folder: Folder, entries: tuple[Entry, ...]) -> None:
        """Use `Source.open`."""
        self.path = path
        self.entries = entries
        self._base = path.parent.parent
        self._folder = folder

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the track's folder; nobody can record into it meanwhile. Raises TrackError."""
        base = path.parent.parent
        with disk_errors(_WHAT), Folder.of_path(base, path.parent.name, path.name) as opened:
            lock_track(opened)
            entries = read_entries(opened)
            return cls(path, opened.copy(), entries)

    def close(self) -> None:
        """Let go of the track."""
        self._folder.close()

    # What is in it

    def look(self, entry: Entry) -> Part | None:
        """Return what is in a segment; None for what cannot be used. Raises TrackError."""
        data = self.read(entry)
        if data is None:
            return None
        try:
            info = inspect(data)
        except SegmentError:
            return None
        streams = tuple((kind, one.stream.codec.value) for kind, one in info.tracks.items())
        return Part(entry, info.seconds, streams)

    def read(self, entry: Entry) -> bytes | None:
        """Return a segment; None if it is not there any more. Raises TrackError."""
        with disk_errors(_WHAT):
            return read_segment(self._folder, entry)

    def free(self) -> int | None:
        """Return the bytes that may still be written. Raises TrackError."""
        with disk_errors(_WHAT):
            return self._folder.free

    # What is made of it

    def write(self, name: str, data: bytes) -> None:
        """Write a file beside the segments. Raises TrackError."""
        with disk_errors(_WHAT):
            self._folder.write(name, data)

    def remove(self, *names: str) -> None:
        """Remove files beside the segments. Raises TrackError."""
        with disk_errors(_WHAT):
            for name in names:
                self._folder.remove(name)

    def open_new(self, name: str) -> int:
        """Return a descriptor of a new file beside the segments. Raises TrackError."""
        with disk_errors(_WHAT):
            return self._folder.open_new(name)

    def make_last(self, name: str) -> None:
        """Make a file beside the segments last. Raises TrackError.

        Most of what was written of it may only now go to the disk.
        """
        with disk_errors(_WHAT):
            descriptor = self._folder.open_to_read(name)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def open_written(self, name: str) -> int:
        """Return a descriptor of a file beside the segments. Raises TrackError."""
        with disk_errors(_WHAT):
            return self._folder.open_to_read(name)

    def size_of(self, name: str) -> int:
        """Return the size of a file beside the segments. Raises TrackError."""
        with disk_errors(_WHAT):
            return os.stat(name, dir_fd=self._folder.descriptor, follow_symlinks=False).st_size

    # Where it goes

    def place(self, name: str, target: Path, finished: Finished) -> Finished:
        """Give a file its place, under another name if there is one already there.

        What was decided is noted first, so that it is found again if we are ended meanwhile.
        Raises TrackError.
        """
        places = self._parts_of(target)
        with disk_errors(_WHAT), Folder.of_path(self._base, *places[:-1], make=True) as folder:
            for free in _names(folder, places[-1]):
                path = self._base.joinpath(*places[:-1], free)
                self._note(path, finished)
                if self._move(name, folder, free):
                    folder.sync()
                    self._folder.remove(name)
                    return Finished(
                        path=path,
                        size=finished.size,
                        duration=finished.duration,
                        entries=finished.entries,
                    )
        raise TrackError(Reason.DISK, f"There are too many files named {target.name}.")

    def _parts_of(self, target: Path) -> tuple[str, ...]:
        """Return where a file lies below the recordings' folder. Raises TrackError."""
        parts = target.relative_to(self._base).parts if target.is_relative_to(self._base) else ()
        if not parts or ".." in parts or parts[0] == self.path.parent.name:
            raise TrackError(Reason.DISK, f"{target} is not in the folder for recordings.")
        return parts

    def _move(self, name: str, folder: Folder, free: str) -> bool:
        """Give a file its name in a folder, unless somebody has taken that. Raises OSError."""
        places = {"src_dir_fd": self._folder.descriptor, "dst_dir_fd": folder.descriptor}
        try:
            os.link(name, free, **places, follow_symlinks=False)
        except FileExistsError:
            return False
        except OSError as err:
            if err.errno not in _LINKLESS:
                raise
        else:
            return True
        try:
            os.close(folder.open_new(free))
        except FileExistsError:
            return False
        os.rename(name, free, **places)  # noqa: PTH104  # with descriptors of folders
        return True

    def _note(self, path: Path, finished: Finished) -> None:
        used = {entry.name for entry in finished.entries}
        note = {
            "path": path.relative_to(self._base).as_posix(),
            "size": finished.size,
            "duration": finished.duration,
            "left_out": [entry.name for entry in self.entries if entry.name not in used],
        }
        self._folder.write(NOTE, json.dumps(note).encode())

    def finished(self) -> Finished | None:
        """Return the file that has been made of it already, if it is there. Raises TrackError."""
        with disk_errors(_WHAT):
            try:
                note = json.loads(self._folder.read(NOTE, _MAX_NOTE))
                path = self._base / PurePosixPath(note["path"])
                size, left_out = int(note["size"]), frozenset(note["left_out"])
                duration = float(note["duration"])
                places = self._parts_of(path)
                found = self._found(places)
            except FileNotFoundError, NotADirectoryError:
                return None
            except KeyError, OverflowError, RecursionError, TypeError, ValueError, TrackError:
                return None
            if found != size:
                return None
            return Finished(
                path=path,
                size=size,
                duration=duration,
                entries=tuple(one for one in self.entries if one.name not in left_out),
            )

    def _found(self, places: Sequence[str]) -> int | None:
        """Return a file's size, and make its name last; an empty one is only a name, and goes."""
        with Folder.of_path(self._base, *places[:-1]) as folder:
            found = os.stat(places[-1], dir_fd=folder.descriptor, follow_symlinks=False)
            if not stat.S_ISREG(found.st_mode):
                return None
            if not found.st_size:
                folder.remove(places[-1])
            folder.sync()
            return found.st_size


def usable(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return what fits together: the formats that most of it has, from where all are there.

    A file has one format for its picture and one for its sound, from its start on.
    """
    seconds: Counter[Streams] = Counter()
    for part in parts:
        # What has both counts for more than what has only one of them.
        seconds[part.streams] += round(part.seconds * 1000 * len(part.streams))
    if not seconds:
        return ()
    best = seconds.most_common(1)[0][0]
    fitting = [part for part in parts if set(part.streams) <= set(best)]
    first = next(number for number, part in enumerate(fitting) if part.streams == best)
    return tuple(fitting[first:])


def breaks_of(parts: Iterable[Part]) -> Iterator[float]:
    """Yield where, in seconds of the joined parts, something is missing."""
    at = 0.0
    before: Part | None = None
    for part in parts:
        if before and part.entry.start - before.entry.stop >= _SHORTEST_GAP:
            yield at
        at += part.seconds
        before = part


def _names(folder: Folder, name: str) -> Iterator[str]:
    """Yield names that nobody has: the one that is wanted, then those with a number.

    What lies beside a recording is found by its name without the ending: no other has the same.
    """
    path = PurePosixPath(name)
    there = {PurePosixPath(one.name) for one in folder.entries()}
    taken = {one.stem for one in there if one.suffix in ENDINGS}
    for number in range(1, _MAX_SAME_NAMES + 1):
        free = path if number == 1 else path.with_stem(f"{path.stem} ({number})")
        if free not in there and free.stem not in taken:
            yield free.name
