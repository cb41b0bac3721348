"""What a track holds, as it is written down: an HLS playlist that only ever grows (RFC 8216).

So the journal is playable as it is, by whoever finds the folder; and what it says of a segment is
written after the segment itself, so that it is true whenever the power fails.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
import math
import re
from typing import Final

from ..limits import MAX_SEGMENT_BYTES, MAX_SEGMENT_SECONDS, MAX_TRACK_SEGMENTS
from .model import Gap

HEADER: Final = (
    "#EXTM3U\n"
    "#EXT-X-VERSION:3\n"
    f"#EXT-X-TARGETDURATION:{MAX_SEGMENT_SECONDS}\n"
    "#EXT-X-PLAYLIST-TYPE:EVENT\n"
    "#EXT-X-MEDIA-SEQUENCE:1\n"
).encode()
"""The target duration must not change (§ 4.3.3.1), and nobody knows what is to come."""
END: Final = b"#EXT-X-ENDLIST\n"
_RECORD: Final = re.compile(
    rb"^(#EXT-X-DISCONTINUITY\n)?"
    rb"#EXT-X-PROGRAM-DATE-TIME:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})Z\n"
    rb"#SIZE:(\d{1,9})\n"
    rb"#EXTINF:(\d{1,3}\.\d{6}),\n"
    rb"(\d{6})\.ts\n",
    re.MULTILINE | re.ASCII,
)
_LONGEST_RECORD: Final = 160
MAX_JOURNAL_BYTES: Final = _LONGEST_RECORD * (MAX_TRACK_SEGMENTS + 2)
_SHORTEST_GAP: Final = timedelta(seconds=1)
"""What is shorter is how exactly the times of segments are known."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One segment of a track."""

    name: str
    start: datetime
    """When it was on air; aware, in UTC, to the microsecond."""
    duration: float
    """Seconds, to the microsecond."""
    size: int
    """Bytes."""
    discontinuity: bool
    """Whether its times do not go on from the segment before."""

    @property
    def stop(self) -> datetime:
        """When the next one should have begun."""
        return self.start + timedelta(seconds=self.duration)


def segment_name(number: int) -> str:
    """Return the file name of a track's segment; the first one is 1."""
    return f"{number:06}.ts"


def number_of(entry: Entry) -> int:
    """Return which number a segment has."""
    return int(entry.name.removesuffix(".ts"))


def record_of(entry: Entry) -> bytes:
    """Write down one segment."""
    return (
        f"{'#EXT-X-DISCONTINUITY\n' if entry.discontinuity else ''}"
        f"#EXT-X-PROGRAM-DATE-TIME:{_written(entry.start, 'microseconds')}\n"
        f"#SIZE:{entry.size}\n"
        f"#EXTINF:{entry.duration:.6f},\n"
        f"{entry.name}\n"
    ).encode()


def write_journal(entries: Iterable[Entry], *, is_over: bool) -> bytes:
    """Write all of it down."""
    return b"".join((HEADER, *map(record_of, entries), END if is_over else b""))


def read_journal(content: bytes) -> Iterator[Entry]:
    """Yield what is written down; what makes no sense, or is not whole, is passed over.

    No two have the same name, and there are `MAX_TRACK_SEGMENTS` at most.
    """
    names: set[str] = set()
    end = len(HEADER)
    for found in _RECORD.finditer(content):
        entry = _entry(found)
        is_after_garbage, end = found.start() > end, found.end()
        if entry and entry.name not in names:
            names.add(entry.name)
            yield replace(entry, discontinuity=True) if is_after_garbage else entry
            if len(names) >= MAX_TRACK_SEGMENTS:
                return


def _entry(found: re.Match[bytes]) -> Entry | None:
    discontinuity, date, size, duration, number = found.groups()
    try:
        entry = Entry(
            name=segment_name(int(number)),
            start=datetime.fromisoformat(date.decode()).replace(tzinfo=UTC),
            duration=float(duration),
            size=int(size),
            discontinuity=discontinuity is not None,
        )
        # The last moments of the year 9999 have no end.
        is_whole = entry.stop > entry.start and int(number) > 0
    except OverflowError, ValueError:
        return None
    is_possible = entry.duration <= MAX_SEGMENT_SECONDS and 0 < entry.size <= MAX_SEGMENT_BYTES
    return entry if is_whole and is_possible else None


def gaps_between(entries: Iterable[Entry], start: datetime, stop: datetime) -> tuple[Gap, ...]:
    """Return what is missing between two times, a second at least each, the earliest first.

    Segments may overlap, and lie in any order: clocks are set back.
    """
    gaps = []
    reached = start
    for begin, end in sorted((entry.start, entry.stop) for entry in entries):
        if begin >= stop:
            break
        if begin - reached >= _SHORTEST_GAP:
            gaps.append(Gap(reached, begin))
        reached = max(reached, end)
    if stop - reached >= _SHORTEST_GAP:
        gaps.append(Gap(reached, stop))
    return tuple(gaps)


def playlist(entries: Sequence[Entry], address: Callable[[Entry], str], *, is_over: bool) -> bytes:
    """Write a track for players, which begin at its start; while it grows they ask again.

    `address` gives where a segment is, relative to the playlist's own address.
    """
    longest = max((entry.duration for entry in entries), default=1.0)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{max(1, math.floor(longest + 0.5))}",
        f"#EXT-X-PLAYLIST-TYPE:{'VOD' if is_over else 'EVENT'}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        # Without it players begin near the end of what grows.
        "#EXT-X-START:TIME-OFFSET=0",
    ]
    for entry in entries:
        if entry.discontinuity:
            lines.append("#EXT-X-DISCONTINUITY")
        lines += [
            f"#EXT-X-PROGRAM-DATE-TIME:{_written(entry.start, 'milliseconds')}",
            f"#EXTINF:{entry.duration:.3f},",
            address(entry),
        ]
    if is_over:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join((*lines, "")).encode()


def _written(date: datetime, precision: str) -> str:
    return date.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
