"""The recordings' folder: what is in it, what is missing, and what is left over."""

from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath
import re
import shutil
from typing import Final

from ..engine.downlink.policy import MIN_FREE
from ..engine.downlink.recording.model import TRACKS, Recording
from ..engine.downlink.recording.recorder import Outcome
from ..engine.downlink.recording.source import Source
from ..engine.downlink.recording.track import TrackError, gaps_between, read_track
from .disk import Disk, DiskError, DiskSilentError
from .folder import Place, is_there, look, write_probe

_TRACK: Final = re.compile(r"[0-9a-f]{16}")
_REMOVE_TIMEOUT: Final = 120.0
"""Seconds; a track of a long night has thousands of segments."""


class Trouble(StrEnum):
    """Why nothing can be recorded."""

    ABSENT = "absent"
    """The folder is not there: a share is not mounted, or somebody has deleted it."""
    FULL = "full"
    SILENT = "silent"
    """The disk does not answer."""
    BROKEN = "broken"
    """The disk refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look at the folder has found."""

    trouble: Trouble | None
    place: Place | None = None
    """None when it could not be told."""
    gone: frozenset[str] = frozenset()
    """Identities of the recordings whose files are not there any more."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Bytes of each file that is there, by identity."""


class Library:
    """The folder, asked in a thread that nobody waits for any longer than is reasonable."""

    def __init__(self, folder: Path, config_dir: Path) -> None:
        """Begin without a look at it."""
        self.folder = folder
        self._config_dir = config_dir
        self._disk = Disk()

    @property
    def tracks(self) -> Path:
        """Where the folders of segments are."""
        return self.folder / TRACKS

    async def async_look(self, files: Mapping[str, str], *, probe: bool = False) -> Found:
        """Look at the folder, and for files in it: their paths below it, by identity.

        `probe`: whether it can be written to as well.
        """
        try:
            return await self._disk.run(lambda: self._look(files, probe))
        except DiskSilentError:
            return Found(trouble=Trouble.SILENT)
        except DiskError:
            return Found(trouble=Trouble.BROKEN)

    def _look(self, files: Mapping[str, str], probe: bool) -> Found:
        if not is_there(self.folder):
            return Found(trouble=Trouble.ABSENT)
        if probe:
            write_probe(self.folder)
        place = look(self.folder, self._config_dir)
        sizes: dict[str, int] = {}
        gone: set[str] = set()
        for identity, path in files.items():
            try:
                sizes[identity] = (self.folder / path).stat().st_size
            except FileNotFoundError, NotADirectoryError:
                gone.add(identity)
        if not is_there(self.folder):
            # It went while it was looked at: nothing that was not found is known to be gone.
            return Found(trouble=Trouble.ABSENT)
        trouble = Trouble.FULL if place.free < MIN_FREE else None
        return Found(trouble=trouble, place=place, gone=frozenset(gone), sizes=sizes)

    async def async_clean(self, known: Collection[str]) -> None:
        """Remove the tracks that are not of a recording with one of these identities.

        Raises DiskError.
        """
        await self._disk.run(lambda: self._clean(frozenset(known)), _REMOVE_TIMEOUT)

    def _clean(self, known: Collection[str]) -> None:
        for one in self.tracks.iterdir():
            is_track = _TRACK.fullmatch(one.name) and one.is_dir() and not one.is_symlink()
            if is_track and one.name not in known:
                shutil.rmtree(one)

    async def async_delete(self, recording: Recording) -> None:
        """Delete the file of a recording, what lies beside it, and its track.

        Raises DiskError; then some of it may be left.
        """
        await self._disk.run(lambda: self._delete(recording), _REMOVE_TIMEOUT)

    def _delete(self, recording: Recording) -> None:
        if not is_there(self.folder):
            raise OSError(0, "The folder is not there")
        track = self.tracks / recording.track_name
        made = recording.file or self._made_of(track)
        if made and (file := self._inside(made)):
            stem = file.stem
            for pattern in (".nfo", "-thumb.*", "-poster.*"):
                for beside in file.parent.glob(f"{_escape(stem)}{pattern}"):
                    beside.unlink(missing_ok=True)
            file.unlink(missing_ok=True)
            self._remove_empty(file.parent)
        if track.is_dir():
            shutil.rmtree(track)

    def _made_of(self, track: Path) -> str | None:
        """Return the file that has been made of a track, although that was not noted any more."""
        try:
            with closing(Source.open(track)) as source:
                done = source.finished()
        except TrackError:
            return None
        return str(done.path.relative_to(self.folder)) if done else None

    async def async_outcome(self, recording: Recording) -> Outcome | None:
        """Return what there is of a recording, and what is missing of its programme.

        None when the disk does not say.
        """

        def read() -> Outcome:
            try:
                entries = read_track(self.tracks / recording.track_name)
            except TrackError as err:
                raise OSError(0, str(err)) from err
            gaps = gaps_between(entries, recording.start, recording.stop)
            size = sum(entry.size for entry in entries)
            return Outcome(gaps=gaps, reason=None, size=size)

        with suppress(DiskError):
            return await self._disk.run(read)
        return None

    async def async_remove_track(self, recording: Recording) -> None:
        """Delete the track of a recording whose file is there. Raises DiskError."""
        track = self.tracks / recording.track_name
        await self._disk.run(lambda: shutil.rmtree(track, ignore_errors=True), _REMOVE_TIMEOUT)

    async def async_write(self, path: PurePosixPath, data: bytes) -> None:
        """Write a small file beside a recording, if there is none yet. Raises DiskError."""

        def write() -> None:
            file = self._inside(str(path))
            if file and not file.exists():
                with file.open("xb") as opened:
                    opened.write(data)

        await self._disk.run(write)

    def source_of(self, recording: Recording) -> Path | None:
        """Return the file, or the track's folder, that really lies in the folder; blocks.

        Only of a folder that was prepared: an imported house may name any that is allowed, with
        files in it that nobody has recorded.
        """
        if not is_there(self.folder):
            return None
        path = recording.file or f"{TRACKS}/{recording.track_name}"
        try:
            real, own = (self.folder / path).resolve(strict=True), self.folder.resolve(strict=True)
        except OSError, RuntimeError:
            return None
        return real if real.is_relative_to(own) and real != own else None

    def _inside(self, path: str) -> Path | None:
        """Return where a path leads, if its folder really lies in ours; a link is not followed."""
        file = self.folder / path
        try:
            parent = file.parent.resolve(strict=True)
        except FileNotFoundError, NotADirectoryError:
            return None
        return parent / file.name if parent.is_relative_to(self.folder.resolve()) else None

    def _remove_empty(self, folder: Path) -> None:
        """Remove a folder that has nothing in it any more, and those above it, up to ours."""
        own = self.folder.resolve()
        while folder != own and folder.is_relative_to(own) and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent


def _escape(name: str) -> str:
    """Write a name so that `Path.glob` takes it as it is."""
    return re.sub(r"([*?\[])", r"[\1]", name)
