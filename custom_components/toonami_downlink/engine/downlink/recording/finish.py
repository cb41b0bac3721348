"""Makes one file of a track: an MP4 with ffmpeg, or without it the segments as one stream.

ffmpeg is given the joined segments and only packs them anew. What it wrote is read back whole
before it gets its name; until then everything lies in the track's folder, which stays as it is.
"""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from hashlib import blake2b
import os
from pathlib import Path
import re
from typing import Final, Self

from ..errors import DownlinkError
from ..policy import MIN_FREE_TO_FINISH
from ..process.fed import Fed, run_fed
from ..process.orphans import end_orphans
from ..relay.joiner import Joiner
from ..relay.segment_error import SegmentError
from ..relay.tables import Codec
from ..text import clean_line
from .disk_thread import DiskThread
from .folder import write_all
from .model import Reason
from .source import Finished, Part, Source, breaks_of, usable
from .tags import Tags, write_metadata
from .track import TrackError, disk_errors

_PART: Final = "whole"
_METADATA: Final = "metadata"
"""Names in the track's folder; strangers to a track, so that nothing of them is ever left."""
_CHUNK: Final = 1024 * 1024
_LEAST_SECONDS: Final = 60.0
_BYTES_A_SECOND: Final = 256 * 1024
"""What the slowest disk and processor are given time for; a recording is made half as fast."""
_SPARE_BYTES: Final = 64 * 1024 * 1024
_LOOKED_AT: Final = 12
"""Segments that tell whether a recording has a picture."""
_PROGRESS: Final = re.compile(r"^(frame|out_time_us|out_time_ms)= *(\d+)$", re.MULTILINE)
_MAX_STDERR_CHARS: Final = 300
_FRAGMENT: Final = "6000000"
"""Microseconds that a fragment lasts at least: as long as upstream's segments."""
_DIFFERENCE: Final = 1.0
"""Seconds that a file's length may differ from what was written into it."""
_DIFFERENCE_SHARE: Final = 0.001
_DIFFERENCE_A_BREAK: Final = 0.5
"""How much more it may differ from the sum of its segments: sound and picture do not end at the
same time, where something else goes on."""
_QUIET: Final = ("-nostdin", "-hide_banner", "-v", "error", "-nostats", "-progress", "pipe:1")


class FinishError(DownlinkError):
    """A track has not become a file; it is as it was.

    `reason` is None when it is not the disk's fault, nor that there is nothing: then the same
    will happen again, and the file should be made without ffmpeg. `stderr` is ffmpeg's last line.
    """

    key = "recording_not_finished"

    def __init__(self, reason: Reason | None, message: str, *, stderr: str = "") -> None:
        """Keep the reason beside the message."""
        super().__init__(message, stderr=stderr)
        self.reason = reason


async def extension_for(track_folder: Path, *, ffmpeg: str | None) -> str:
    """Return how the name of the finished file should end: ``.mp4``, ``.m4a`` or ``.ts``.

    Raises FinishError.
    """
    if ffmpeg is None:
        return ".ts"
    async with _Workshop(track_folder) as workshop:
        entries = workshop.source.entries
        step = max(1, len(entries) // _LOOKED_AT)
        for entry in entries[::step]:
            part = await workshop.disk.run(workshop.source.look, entry)
            if part and any(kind == "video" for kind, _ in part.streams):
                return ".mp4"
        return ".m4a"


async def finish(
    track_folder: Path,
    target: Path,
    tags: Tags,
    *,
    ffmpeg: str | None,
    min_free: int = MIN_FREE_TO_FINISH,
) -> Finished:
    """Make one file of a track, and return where it is; only then the track may be removed.

    `target` is below the recordings' folder; where there is such a file already, the name gets a
    number. Asked again after it has been done, it returns the same file. What cannot be used of
    the track is left out. Raises FinishError, also while the track is recorded.
    """
    async with _Workshop(track_folder) as workshop:
        return await workshop.finish(target, tags, ffmpeg, min_free)


class _Workshop:
    """One track while it is being finished; everything on the disk is done in one thread."""

    def __init__(self, folder: Path) -> None:
        self.disk = DiskThread(f"finish {folder.name}")
        self._folder = folder
        self._source: Source | None = None
        self._is_finishing = False

    async def __aenter__(self) -> Self:
        try:
            self.source = await self.disk.run(self._open)
        except BaseException as err:
            await self.disk.end(self._close)
            if isinstance(err, TrackError):
                raise FinishError(err.reason, str(err)) from err
            raise
        return self

    async def __aexit__(
        self, _kind: object, error: BaseException | None, _traceback: object
    ) -> None:
        if self._is_finishing and error:
            self.disk.submit(self.source.remove, _PART, _METADATA)
        await self.disk.end(self._close)
        if isinstance(error, TrackError):
            raise FinishError(error.reason, str(error)) from error

    def _open(self) -> Source:
        self._source = Source.open(self._folder)
        return self._source

    def _close(self) -> None:
        if self._source:
            self._source.close()

    async def finish(self, target: Path, tags: Tags, ffmpeg: str | None, min_free: int) -> Finished:
        """See `finish`. Raises TrackError and FinishError."""
        source = self.source
        await self.disk.run(end_orphans, self._folder)
        await self.disk.run(source.remove, _PART, _METADATA)
        if done := await self.disk.run(source.finished):
            return done
        self._is_finishing = True
        found = [await self.disk.run(source.look, entry) for entry in source.entries]
        parts = usable([part for part in found if part])
        if not parts:
            raise FinishError(Reason.NO_SIGNAL, "There is nothing in the recording.")
        size = sum(part.entry.size for part in parts)
        free = await self.disk.run(source.free)
        if free is not None and free - size < min_free:
            raise FinishError(Reason.DISK_FULL, "There is too little space left to finish it.")
        if ffmpeg is None:
            await self._write_stream(parts, size)
            seconds = sum(part.seconds for part in parts)
        else:
            seconds = await self._write_mp4(ffmpeg, parts, tags, size)
        written = await self.disk.run(source.size_of, _PART)
        entries = tuple(part.entry for part in parts)
        finished = Finished(path=target, size=written, duration=seconds, entries=entries)
        placed = await self.disk.run(source.place, _PART, target, finished)
        await self.disk.run(source.remove, _METADATA)
        return placed

    # Without ffmpeg

    async def _write_stream(self, parts: Sequence[Part], size: int) -> None:
        """Write the joined segments, and read them back."""
        descriptor = await self.disk.run(self.source.open_new, _PART)
        written = blake2b()
        try:
            async with aclosing(self._joined(parts)) as chunks:
                async for chunk in chunks:
                    written.update(chunk)
                    await self.disk.run(_write, descriptor, chunk)
        finally:
            self.disk.submit(os.close, descriptor)
        await self._make_last(size)
        read = blake2b()
        async with aclosing(self._read_back()) as chunks:
            async for chunk in chunks:
                read.update(chunk)
        if read.digest() != written.digest():
            raise FinishError(Reason.DISK, "The disk does not give what was written to it.")

    async def _joined(self, parts: Sequence[Part]) -> AsyncGenerator[bytes]:
        """Yield the segments as one stream, whose times run on."""
        joiner = Joiner()
        for part in parts:
            data = await self.disk.run(self.source.read, part.entry)
            try:
                yield await self.disk.run(
                    joiner.join, data or b"", discontinuity=part.entry.discontinuity
                )
            except SegmentError as err:
                raise FinishError(Reason.DISK, "The recording changes meanwhile.") from err

    async def _make_last(self, size: int) -> None:
        """Make the new file last, which may take as long as the writing of all of it."""
        await self.disk.run_within(_patience(size), self.source.make_last, _PART)

    async def _read_back(self) -> AsyncGenerator[bytes]:
        """Yield what the disk gives of the new file."""
        descriptor = await self.disk.run(self.source.open_written, _PART)
        try:
            while chunk := await self.disk.run(_read, descriptor):
                yield chunk
        finally:
            self.disk.submit(os.close, descriptor)

    # With ffmpeg

    async def _write_mp4(self, ffmpeg: str, parts: Sequence[Part], tags: Tags, size: int) -> float:
        """Write an MP4, and read it back; return its length in seconds."""
        seconds = sum(part.seconds for part in parts)
        metadata = write_metadata(tags, list(breaks_of(parts)), seconds)
        await self.disk.run(self.source.write, _METADATA, metadata)
        argv = (
            *(ffmpeg, *_QUIET, "-y", "-analyzeduration", "20000000", "-probesize", "16000000"),
            *("-f", "mpegts", "-i", "pipe:0"),
            *("-f", "ffmetadata", "-i", f"file:{self._folder / _METADATA}"),
            *("-map", "0", "-map_metadata", "1", "-map_chapters", "1", "-c", "copy"),
            *_layout(parts),
            *("-f", "mp4", f"file:{self._folder / _PART}"),
        )
        # ffmpeg follows a link, and all segments were read since the last look.
        await self.disk.run(self.source.remove, _PART)
        frames, written = await self._run(argv, self._joined(parts), size)
        await self._make_last(size)
        # Sound that is cut off would not be missed by the number of pictures.
        check = (
            *(ffmpeg, *_QUIET, "-xerror", "-i", "pipe:0"),
            *("-map", "0", "-c", "copy", "-f", "null", "-"),
        )
        frames_read, length = await self._run(check, self._read_back(), size)
        breaks = sum(part.entry.discontinuity for part in parts)
        allowed = _DIFFERENCE + _DIFFERENCE_SHARE * seconds + _DIFFERENCE_A_BREAK * breaks
        if frames_read != frames or abs(length - written) > _DIFFERENCE:
            raise FinishError(None, "What ffmpeg has written is not what was given to it.")
        if abs(length - seconds) > allowed:
            raise FinishError(
                None, f"The file lasts {length:.1f} s, and its segments {seconds:.1f} s."
            )
        return length

    async def _run(
        self, argv: Sequence[str], chunks: AsyncGenerator[bytes], size: int
    ) -> tuple[int, float]:
        """Run ffmpeg; return how many pictures and how many seconds went through it."""
        try:
            fed = await run_fed(
                argv,
                chunks,
                folder=self._folder,
                timeout=_patience(size),
                max_file_bytes=size + size // 4 + _SPARE_BYTES,
            )
        except TimeoutError as err:
            raise FinishError(None, "ffmpeg took too long, and was stopped.") from err
        except OSError as err:
            raise FinishError(None, f"ffmpeg cannot be run: {err.strerror or err}.") from err
        if fed.code != 0:
            raise _failure(fed)
        said = {name: int(value) for name, value in _PROGRESS.findall(fed.stdout)}
        # Both are in microseconds, whatever the older one is called.
        microseconds = said.get("out_time_us", said.get("out_time_ms", 0))
        return said.get("frame", 0), microseconds / 1_000_000


def _patience(size: int) -> float:
    """Return how many seconds may be spent on so many bytes."""
    return _LEAST_SECONDS + size / _BYTES_A_SECOND


def _layout(parts: Sequence[Part]) -> Iterator[str]:
    """Yield what makes a file of fragments, with an index of them in front (`file_index`).

    So any part of it can be played by whoever has its head, and it says when it was on air.
    """
    streams = [stream for part in parts for stream in part.streams]
    yield from ("-metadata", f"creation_time={parts[0].entry.start.isoformat()}")
    sound = {codec for kind, codec in streams if kind == "audio"}
    # What describes Dolby's sound is not known before the first of it has been read.
    is_late = not sound.isdisjoint({Codec.AC3, Codec.EAC3})
    flags = "+frag_keyframe+empty_moov+default_base_moof+global_sidx"
    yield from ("-movflags", f"{flags}+delay_moov" if is_late else flags)
    is_picture = any(kind == "video" for kind, _ in streams)
    yield from ("-min_frag_duration" if is_picture else "-frag_duration", _FRAGMENT)
    if sound == {Codec.AAC.value}:
        yield from ("-bsf:a", "aac_adtstoasc")


def _failure(fed: Fed) -> FinishError:
    lines = fed.stderr.strip().splitlines() or [""]
    is_full = "No space left" in fed.stderr or "Disk quota exceeded" in fed.stderr
    how = f"was ended by signal {-fed.code}" if fed.code < 0 else f"ended with code {fed.code}"
    return FinishError(
        Reason.DISK_FULL if is_full else None,
        f"ffmpeg {how}.",
        stderr=clean_line(lines[-1], _MAX_STDERR_CHARS)[0],
    )


def _write(descriptor: int, data: bytes) -> None:
    with disk_errors("The folder for recordings"):
        write_all(descriptor, data)


def _read(descriptor: int) -> bytes:
    with disk_errors("The folder for recordings"):
        return os.read(descriptor, _CHUNK)
