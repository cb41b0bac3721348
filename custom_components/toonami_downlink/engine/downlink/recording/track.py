"""A recording as it is on the disk until it is one file: a folder of segments and their journal.

What is there is there: whatever ends the process, the power or the disk, at most the segment that
was being written is lost. Each is written under another name, made to last, renamed, and only then
put into the journal, which is made to last too; and nothing that was written is written again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
import errno
import fcntl
import os
from pathlib import Path
import re
import shutil
from typing import Final, Self

from ..errors import DownlinkError
from ..limits import MAX_SEGMENT_BYTES, MAX_SEGMENT_SECONDS, MAX_TRACK_SEGMENTS
from .folder import Folder, write_all
from .journal import (
    END,
    MAX_JOURNAL_BYTES,
    Entry,
    gaps_between,
    number_of,
    playlist,
    read_journal,
    record_of,
    segment_name,
    write_journal,
)
from .model import Gap, Reason

__all__ = [
    "INDEX",
    "NOTE",
    "Entry",
    "Track",
    "TrackError",
    "disk_errors",
    "gaps_between",
    "lock_track",
    "playlist",
    "read_entries",
    "read_segment",
    "read_track",
    "remove_track",
]

INDEX: Final = "index.m3u8"
NOTE: Final = "finished"
"""Where is noted which file a track has become; `finish` writes it."""
_SEGMENT: Final = re.compile(r"\d{6}\.ts", re.ASCII)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class TrackError(DownlinkError):
    """A disk that does not take or give what it should: `Reason.DISK_FULL` or `Reason.DISK`."""

    key = "recording_disk"

    def __init__(self, reason: Reason, message: str) -> None:
        """Keep the reason beside the message."""
        super().__init__(message)
        self.reason = reason


@contextmanager
def disk_errors(what: str) -> Iterator[None]:
    """Raise TrackError for what the disk says."""
    try:
        yield
    except OSError as err:
        reason = Reason.DISK_FULL if err.errno in _FULL else Reason.DISK
        raise TrackError(reason, f"{what} cannot be used: {err.strerror or err}.") from err


class Track:
    """The one who writes a track. All of it blocks: not for the event loop."""

    def __init__(self, folder: Folder, entries: list[Entry], *, is_over: bool) -> None:
        """Use `Track.open`."""
        self._folder = folder
        self._entries = entries
        self._is_over = is_over
        self._min_free = 0
        self._journal = -1
        self._journal_size = 0
        self._number = max(map(number_of, entries), default=0)
        self._size = sum(entry.size for entry in entries)

    @classmethod
    def open(cls, folder: Path, *, min_free: int = 0) -> Self:
        """Make a track, or go on with one; what is damaged in it is left out.

        Its folder and the one above are made, the next one above has to be there. Nothing is
        written that would leave less than `min_free` bytes free. Raises TrackError, also when
        somebody else has the track open to write.
        """
        with (
            disk_errors("The folder for recordings"),
            Folder.of_path(
                folder.parent.parent, folder.parent.name, folder.name, make=True
            ) as opened,
        ):
            lock_track(opened)
            return cls._recovered(opened, min_free)

    @classmethod
    def _recovered(cls, folder: Folder, min_free: int) -> Self:
        content = _read_index(folder)
        entries = list(_still_there(read_journal(content), _sizes(folder)))
        is_over = content.endswith(END)
        track = cls(folder.copy(), entries, is_over=is_over)
        track._min_free = min_free
        try:
            if content != write_journal(entries, is_over=is_over):
                track._check_space(len(content))
                track._rewrite()
            track._open_journal()
            track._remove_strangers()
        except BaseException:
            track.release()
            raise
        return track

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is there, in its order."""
        return tuple(self._entries)

    @property
    def last(self) -> Entry | None:
        """The segment that was written last."""
        return self._entries[-1] if self._entries else None

    @property
    def size(self) -> int:
        """Bytes of all segments."""
        return self._size

    def gaps_between(self, start: datetime, stop: datetime) -> tuple[Gap, ...]:
        """Return what is missing between two times (`journal.gaps_between`)."""
        return gaps_between(self._entries, start, stop)

    def append(self, data: bytes, start: datetime, duration: float, discontinuity: bool) -> Entry:
        """Add a segment: when this returns, it stays. `start` is aware, `duration` in seconds.

        Raises TrackError: then nothing of it is there, and the track is closed. Raises ValueError
        for what is no segment.
        """
        entry = Entry(
            segment_name(self._number + 1),
            start.astimezone(UTC),
            round(duration, 6),
            len(data),
            discontinuity and bool(self._entries),
        )
        if not (0 < entry.duration <= MAX_SEGMENT_SECONDS and 0 < len(data) <= MAX_SEGMENT_BYTES):
            raise ValueError("such a segment cannot be")
        with disk_errors("The folder for recordings"):
            try:
                self._add(entry, data)
            except OSError:
                self._undo(entry)
                raise
        self._entries.append(entry)
        self._number += 1
        self._size += entry.size
        return entry

    def _add(self, entry: Entry, data: bytes) -> None:
        if self._journal < 0:
            raise OSError(errno.EBADF, "it is closed")
        if len(self._entries) >= MAX_TRACK_SEGMENTS or self._number >= MAX_TRACK_SEGMENTS:
            raise OSError(errno.EFBIG, "it has too many segments")
        self._check_space(entry.size)
        if self._is_over:
            self._go_on()
        self._folder.write(entry.name, data)
        self._write_down(record_of(entry))

    def _write_down(self, lines: bytes) -> None:
        write_all(self._journal, lines)
        os.fsync(self._journal)
        self._journal_size += len(lines)

    def _undo(self, entry: Entry) -> None:
        """Leave nothing of a segment; what cannot be removed now is when the track is opened."""
        with suppress(OSError):
            os.ftruncate(self._journal, self._journal_size)
        with suppress(OSError):
            self._folder.remove(entry.name)
        self.release()

    def _check_space(self, size: int) -> None:
        free = self._folder.free
        if free is not None and free - size < self._min_free:
            raise OSError(errno.ENOSPC, "there is too little space left")

    def _go_on(self) -> None:
        """Take back that the track is over."""
        self._folder.remove(NOTE)
        self._is_over = False
        self._rewrite()
        self._open_journal()

    def _rewrite(self) -> None:
        self._folder.write(INDEX, write_journal(self._entries, is_over=self._is_over))

    def _open_journal(self) -> None:
        self._close_journal()
        self._journal = self._folder.open_to_append(INDEX)
        self._journal_size = os.fstat(self._journal).st_size

    def _remove_strangers(self) -> None:
        """Remove files that are not of the track; folders and what cannot be removed stay."""
        ours = {INDEX, NOTE, *(entry.name for entry in self._entries)}
        strangers = [one.name for one in self._folder.entries() if one.name not in ours]
        for name in strangers:
            with suppress(OSError):
                self._folder.remove(name)

    def close(self) -> None:
        """Write down that the track is over, and let go of it. Raises TrackError."""
        try:
            with disk_errors("The folder for recordings"):
                if self._journal >= 0 and not self._is_over:
                    self._write_down(END)
                    self._is_over = True
        finally:
            self.release()

    def release(self) -> None:
        """Let go of a track that is to go on later; more than once does no harm."""
        self._close_journal()
        self._folder.close()

    def _close_journal(self) -> None:
        descriptor, self._journal = self._journal, -1
        if descriptor >= 0:
            os.close(descriptor)


def read_track(folder: Path) -> tuple[Entry, ...]:
    """Return what a track holds at this moment, whoever writes it; nothing if it is none.

    Blocks. Segments may have been taken away since. Raises TrackError for a disk that fails.
    """
    with disk_errors("The folder for recordings"):
        try:
            with Folder.of_path(folder.parent.parent, folder.parent.name, folder.name) as opened:
                return read_entries(opened)
        except FileNotFoundError:
            return ()


def read_segment(folder: Folder, entry: Entry) -> bytes | None:
    """Return a segment as it was written; None if it is not there, or not as it was.

    Blocks. Raises OSError for a disk that fails: it may give the segment the next time.
    """
    try:
        data = folder.read(entry.name, entry.size + 1)
    except FileNotFoundError:
        return None
    return data if len(data) == entry.size else None


def read_entries(folder: Folder) -> tuple[Entry, ...]:
    """Return what the journal in an open folder says. Blocks. Raises OSError."""
    return tuple(read_journal(_read_index(folder)))


def remove_track(folder: Path) -> None:
    """Remove a track and all that is in its folder, if it is there. Blocks. Raises TrackError."""
    with (
        disk_errors("The folder for recordings"),
        suppress(FileNotFoundError),
        Folder.of_path(folder.parent.parent, folder.parent.name) as tracks,
    ):
        shutil.rmtree(folder.name, dir_fd=tracks.descriptor)
        tracks.sync()


def _read_index(folder: Folder) -> bytes:
    try:
        return folder.read(INDEX, MAX_JOURNAL_BYTES)
    except FileNotFoundError:
        return b""


def lock_track(folder: Folder) -> None:
    """Keep others from writing, where the file system can do that. Raises OSError."""
    try:
        fcntl.flock(folder.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as err:
        raise OSError(errno.EBUSY, "it is written to already") from err
    except OSError:
        return


def _sizes(folder: Folder) -> Mapping[str, int]:
    """Return the sizes of the plain files that are named as segments are."""
    return {
        one.name: one.stat(follow_symlinks=False).st_size
        for one in folder.entries()
        if _SEGMENT.fullmatch(one.name) and one.is_file(follow_symlinks=False)
    }


def _still_there(entries: Iterator[Entry], sizes: Mapping[str, int]) -> Iterator[Entry]:
    """Yield what is on the disk as it was written; after what is missing there is a break."""
    is_first = True
    is_after_loss = False
    for entry in entries:
        if sizes.get(entry.name) == entry.size:
            is_break = not is_first and (is_after_loss or entry.discontinuity)
            yield replace(entry, discontinuity=is_break)
            is_first = is_after_loss = False
        else:
            is_after_loss = True
