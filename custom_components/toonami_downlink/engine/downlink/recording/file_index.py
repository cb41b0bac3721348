"""Where the pieces of a finished recording are in its file: fragments of an MP4 (ISO/IEC 14496-12).

A fragmented MP4 has its head first, then an index (``sidx``, § 8.16.3) of fragments that begin with
a whole picture. Whoever has the head and any row of fragments has something to play. Source of the
layout: what ffmpeg writes with ``-movflags empty_moov+frag_keyframe+global_sidx``.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import struct
from typing import BinaryIO, Final

from ..limits import MAX_FRAGMENTS, MAX_HEAD_BYTES

_BOX: Final = struct.Struct(">I4s")
_LARGE: Final = struct.Struct(">Q")
_MAX_BOXES: Final = 64
"""Boxes before the first fragment: there are five."""
_SIDX: Final = struct.Struct(">B3xII")
_SIDX_TIMES: Final = (struct.Struct(">II2xH"), struct.Struct(">QQ2xH"))
_REFERENCE: Final = struct.Struct(">III")
_SIZE_MASK: Final = 0x7FFF_FFFF
_MVHD_MADE: Final = (struct.Struct(">B3xI"), struct.Struct(">B3xQ"))
_EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)
"""From which MP4 counts its seconds."""


class FileIndexError(Exception):
    """A file that is no fragmented MP4 with an index, or is damaged."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of the file that can be played after its head."""

    offset: int
    size: int
    start: float
    """Seconds from the beginning of the file."""
    duration: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class FileIndex:
    """The parts of a file."""

    head: int
    """So many bytes at the beginning describe what is in the fragments."""
    fragments: tuple[Fragment, ...]
    made: datetime | None
    """When what it shows was on air, as far as the file says; UTC, in whole seconds."""


def read_index(file: BinaryIO) -> FileIndex:
    """Read the index of a file that is open for reading. Raises FileIndexError and OSError."""
    try:
        return _read(file)
    except (struct.error, OverflowError) as err:
        raise FileIndexError(f"a box is cut off: {err}") from err


def _read(file: BinaryIO) -> FileIndex:
    made: datetime | None = None
    head = at = 0
    for _ in range(_MAX_BOXES):
        file.seek(at)
        start = file.read(_BOX.size)
        size, kind = _BOX.unpack(start)
        content = at + _BOX.size
        if size == 1:
            (size,) = _LARGE.unpack(file.read(_LARGE.size))
            content += _LARGE.size
        if size < content - at:
            raise FileIndexError("a box is shorter than its head")
        if kind == b"moov":
            made = _made(_content(file, content, at + size))
            head = at + size
        elif kind == b"sidx":
            if not head:
                break
            fragments = _fragments(_content(file, content, at + size), at + size)
            return FileIndex(head, fragments, made)
        elif kind in {b"moof", b"mdat"}:
            break
        at += size
    raise FileIndexError("there is no index")


def _content(file: BinaryIO, start: int, stop: int) -> bytes:
    if stop - start > MAX_HEAD_BYTES:
        raise FileIndexError("a box is too large")
    file.seek(start)
    content = file.read(stop - start)
    if len(content) < stop - start:
        raise FileIndexError("the file is cut off")
    return content


def _made(moov: bytes) -> datetime | None:
    at = 0
    while at + _BOX.size <= len(moov):
        size, kind = _BOX.unpack_from(moov, at)
        if kind == b"mvhd":
            version, made = _MVHD_MADE[moov[at + _BOX.size] == 1].unpack_from(moov, at + _BOX.size)
            return _EPOCH + timedelta(seconds=made) if made and version < 2 else None
        at += max(size, _BOX.size)
    return None


def _fragments(sidx: bytes, anchor: int) -> tuple[Fragment, ...]:
    version, _, timescale = _SIDX.unpack_from(sidx)
    times = _SIDX_TIMES[version > 0]
    _, first, count = times.unpack_from(sidx, _SIDX.size)
    if not timescale or not 0 < count <= MAX_FRAGMENTS:
        raise FileIndexError("the index makes no sense")
    offset, at = anchor + first, 0
    found = []
    for number in range(count):
        where = _SIDX.size + times.size + number * _REFERENCE.size
        size, duration, _ = _REFERENCE.unpack_from(sidx, where)
        if size > _SIZE_MASK or not size or not duration:
            raise FileIndexError("the index names what is no fragment")
        found.append(Fragment(offset, size, at / timescale, duration / timescale))
        offset += size
        at += duration
    return tuple(found)
