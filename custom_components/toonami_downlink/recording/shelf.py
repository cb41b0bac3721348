"""What there is to play of recordings, for those who play it."""

from collections import OrderedDict
import os
from pathlib import Path
from typing import BinaryIO, Final

from ..engine.downlink.recording.file_index import FileIndex, FileIndexError, read_index
from ..engine.downlink.recording.holding import Holding, entries_of_file
from ..engine.downlink.recording.model import Recording, State
from ..engine.downlink.recording.track import TrackError, read_track
from .disk import Disk
from .manager import Recordings

_MAX_INDEXES: Final = 64
"""Indexes of files that are remembered; a film's has some hundred kB."""

type _Version = tuple[Path, int, int]
"""A file with its time in nanoseconds and its size."""


class Shelf:
    """Looks at what is there each time: what was moved or deleted outside is not there."""

    def __init__(self) -> None:
        """Begin without a look at anything."""
        self.disk = Disk()
        """Does the work of those who play, one piece after the other."""
        self._indexes: OrderedDict[_Version, FileIndex | None] = OrderedDict()

    async def async_holding(self, recordings: Recordings, recording: Recording) -> Holding | None:
        """Return what is there of a recording; None for nothing. Raises DiskError."""
        return await self.disk.run(lambda: self._holding(recordings, recording))

    def _holding(self, recordings: Recordings, recording: Recording) -> Holding | None:
        source = recordings.source_of(recording.identity)
        if source is None:
            return None
        if recording.file:
            return self._file(recording, source)
        try:
            entries = read_track(source)
        except TrackError as err:
            raise OSError(0, str(err)) from err
        is_over = recording.state is not State.RECORDING
        return Holding(recording, source, entries, is_over=is_over) if entries else None

    def _file(self, recording: Recording, path: Path) -> Holding | None:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        try:
            file = open(descriptor, "rb")  # noqa: PTH123, SIM115  # it is open already
        except OSError:
            # As of a folder that lies there.
            os.close(descriptor)
            raise
        with file:
            found = os.fstat(descriptor)
            version = path, found.st_mtime_ns, found.st_size
            if version not in self._indexes:
                self._indexes[version] = _index(file)
                if len(self._indexes) > _MAX_INDEXES:
                    self._indexes.popitem(last=False)
        self._indexes.move_to_end(version)
        if (index := self._indexes[version]) is None:
            return Holding(recording, path, (), is_over=True, size=found.st_size)
        return Holding(
            recording,
            path,
            entries_of_file(index, recording.lost or recording.gaps, recording.start),
            is_over=True,
            size=found.st_size,
            head=index.head,
            first=index.fragments[0].offset,
        )


def _index(file: BinaryIO) -> FileIndex | None:
    try:
        return read_index(file)
    except FileIndexError:
        return None
