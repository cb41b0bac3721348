"""What there is to play of a recording, and of it what was on air at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
import math
from pathlib import Path
from typing import Final

from ..policy import SLACK
from .file_index import FileIndex
from .journal import Entry
from .model import Gap, Recording

_ROUNDED: Final = timedelta(seconds=1)
"""What the time in a file, and the times of gaps, may disagree by."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What is there of a recording: a folder of segments, or one finished file."""

    recording: Recording
    path: Path
    """Of the folder, or of the file."""
    entries: tuple[Entry, ...]
    """The segments, or the parts of the file, which have no names and follow on each other. There
    are none in a file without an index: that can only be played as a whole."""
    is_over: bool
    """Whether nothing is added to it any more."""
    size: int = 0
    """Of a finished file: bytes."""
    head: int = 0
    """Of a finished file: how many bytes at its beginning go before any part."""
    first: int = 0
    """Of a finished file: where its first part begins."""

    @property
    def is_file(self) -> bool:
        """Whether it is one finished file."""
        return self.recording.file is not None

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where each part of a finished file begins, and where the last one ends."""
        return tuple(accumulate((entry.size for entry in self.entries), initial=self.first))

    def between(self, start: datetime, stop: datetime) -> slice:
        """Return which entries were on in ``[start, stop)``, from the first of them to the last."""
        found = [
            number
            for number, entry in enumerate(self.entries)
            if entry.start < stop and entry.stop > start
        ]
        return slice(found[0], found[-1] + 1) if found else slice(0)

    def reaches(self, start: datetime) -> bool:
        """Whether it has what was on at that time, or a few seconds after."""
        if not self.entries:
            # Of a file without an index no more is known than what it is of.
            return self.recording.start - SLACK <= start < self.recording.stop
        return any(one.stop > start and one.start <= start + SLACK for one in self.entries)


def entries_of_file(
    index: FileIndex, gaps: Iterable[Gap], otherwise: datetime
) -> tuple[Entry, ...]:
    """Return the parts of a finished file, which follow on each other over the gaps, with times.

    `otherwise` is when it began, if the file does not say.
    """
    at = index.made or otherwise.astimezone(UTC)
    missing = sorted((gap for gap in gaps if gap.start > at + _ROUNDED), key=lambda gap: gap.start)
    found = []
    for fragment in index.fragments:
        # A part is longer than what gaps are rounded to.
        while missing and missing[0].start <= at + _ROUNDED:
            at = max(at, missing.pop(0).stop)
        found.append(Entry("", at, fragment.duration, fragment.size, discontinuity=False))
        at += timedelta(seconds=fragment.duration)
    return tuple(found)


def file_playlist(holding: Holding, chosen: slice, address: str) -> bytes:
    """Write an HLS playlist of parts of a finished file, at least one (RFC 8216 § 4.3.2).

    `address` is that of the file, relative to the playlist.
    """
    entries = holding.entries[chosen]
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{_target(entries)}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{address}",BYTERANGE="{holding.head}@0"',
    ]
    for entry, offset in zip(entries, holding.offsets[chosen], strict=True):
        date = entry.start.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        lines += [
            f"#EXT-X-PROGRAM-DATE-TIME:{date}",
            f"#EXTINF:{entry.duration:.6f},",
            f"#EXT-X-BYTERANGE:{entry.size}@{offset}",
            address,
        ]
    return "\n".join((*lines, "#EXT-X-ENDLIST", "")).encode()


def _target(entries: Sequence[Entry]) -> int:
    return max(1, *(math.floor(entry.duration + 0.5) for entry in entries))
