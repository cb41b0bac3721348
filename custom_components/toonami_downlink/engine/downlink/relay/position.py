"""How far the viewers of a channel have come, and where another node has to go on."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
import math
from typing import Final

from .playlist import ListedSegment, MediaPlaylist

_LEAST_AT_START: Final = 3
"""Segments with which a channel begins: players want as many before they show a picture."""
_TARGETS_AT_START: Final = 4
"""Target durations that they are to last: players begin three before the end (RFC 8216 § 6.3.3),
and VLC does not touch the oldest. One that begins nearer has too little in reserve: it runs dry
whenever it asks a moment too early, and leaves out a second of the picture each time."""
_AFTER_SLATE: Final = 2
_CATCH_UP: Final = 30.0
"""Seconds of what was missed that are fetched all the same; beyond, it is no longer live."""
_REMEMBERED: Final = 16
_COMPARABLE: Final = timedelta(minutes=1)
"""Nodes whose clocks are further apart than this mean something else by them."""


@dataclass(slots=True)
class Position:
    """What was passed on last. All of it is about upstream's segments, none about a node's state.

    `listed_at`: when (loop time) the playlist was asked for that listed the last segment, and
    `waiting`: how many newer ones it listed. `short`: how many ended too soon, in a row.
    `slate_at`: when (loop time) the slate takes over unless there is a newer one by then.
    """

    listed_at: float | None = None
    waiting: int = 0
    end: datetime | None = None
    is_after_slate: bool = False
    misses: int = 0
    """How many attempts in a row ended at a segment that could not be had."""
    short: int = 0
    slate_at: float = 0.0
    digests: deque[bytes] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def advance(self, segment: ListedSegment, data: bytes, listed_at: float, waiting: int) -> None:
        """Note that a segment was passed on."""
        self.listed_at = listed_at
        self.waiting = waiting
        self.end = segment.end
        self.is_after_slate = False
        self.misses = 0
        self.digests.append(digest_of(data))

    def has_had(self, data: bytes) -> bool:
        """Whether exactly this was passed on a short while ago."""
        return digest_of(data) in self.digests

    def choose(self, playlist: MediaPlaylist, now: float) -> Sequence[ListedSegment]:
        """Return what to fetch first from a node that has just been asked (loop time)."""
        segments = playlist.segments
        if self.listed_at is None:
            enough = within_reach(segments, _TARGETS_AT_START * playlist.target)
            return segments[-max(_LEAST_AT_START, len(enough)) :]
        newer = self._by_date(segments)
        if newer is None:
            newer = self._by_count(segments, now - self.listed_at)
        return newer[-_AFTER_SLATE:] if self.is_after_slate else within_reach(newer)

    def unseen(
        self, segments: Sequence[ListedSegment], now: float, target: int
    ) -> Sequence[ListedSegment]:
        """Leave out what was passed on before, as far as dates tell.

        `segments` are new on a node that was asked just now (loop time), and will be again every
        `target` seconds.
        """
        newer = self._by_date(segments)
        if newer is None:
            return segments
        last = segments[-1]
        if newer or self.end is None or last.end is None:
            return newer
        # The node is behind. Where it takes too long to catch up, better something again than
        # the slate.
        missing = (self.end - last.end).total_seconds() + last.duration
        reloads = math.ceil(missing / target)
        return newer if now + reloads * target < self.slate_at else segments

    def _by_date(self, segments: Sequence[ListedSegment]) -> Sequence[ListedSegment] | None:
        """Return what is on air later than the last one, None where dates do not tell."""
        if not segments or self.end is None:
            return None
        first, last = segments[0].date, segments[-1].end
        if first is None or last is None or any(segment.date is None for segment in segments):
            return None
        if not first - _COMPARABLE <= self.end <= last + _COMPARABLE:
            return None
        return [
            segment
            for segment in segments
            if segment.date and segment.date >= self.end - timedelta(seconds=segment.duration / 2)
        ]

    def _by_count(
        self, segments: Sequence[ListedSegment], elapsed: float
    ) -> Sequence[ListedSegment]:
        """Return as many of the newest as there have been since.

        It may be one too many, which is found by its content if the nodes send the same bytes.
        """
        if not segments:
            return segments
        mean = sum(segment.duration for segment in segments) / len(segments)
        count = self.waiting + int(elapsed / mean) + 1
        return segments[-count:]


def within_reach(
    segments: Sequence[ListedSegment], most: float = _CATCH_UP
) -> Sequence[ListedSegment]:
    """Leave out the oldest of too many, so that what is left is still live (`most`: seconds)."""
    seconds = 0.0
    for count, segment in enumerate(reversed(segments)):
        seconds += segment.duration
        if count and seconds > min(most, _CATCH_UP):
            return segments[-count:]
    return segments


def digest_of(data: bytes) -> bytes:
    """Return what stands for a segment's content."""
    return blake2b(data, digest_size=16).digest()
