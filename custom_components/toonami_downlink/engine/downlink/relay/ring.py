"""The newest segments of a channel in memory, under numbers of our own that never go back."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
import math
from typing import Final

from .errors import RingClosedError
from .segment import Segment

_EPOCH: Final = 1_767_225_600
"""2026-01-01 in Unix time: small numbers, because some players keep them in 32 bits."""
_PER_SECOND: Final = 4
"""Segments a second that a channel may have at most, in the long run (MIN_SEGMENT_SECONDS)."""
MOST_LISTED: Final = 720
"""Segments that a playlist names at most: two hours in pieces of ten seconds, 60 kB at each of
their reloads, a twentieth of what the picture itself takes."""
_SECONDS_LISTED: Final = 30.0
_RATE: Final = 908_743 / 8
"""Bytes a second that the station's streams have, by their master playlist."""
_HIGHER: Final = 1.5
"""A stream whose rate is higher by more than this is not kept for as long as was asked for."""
_DISCONTINUITIES: Final = 1 << 16
"""Below this begins a channel's count of discontinuities: hls.js walks through all numbers up to it
whenever it loads a playlist, which takes two seconds for a hundred million."""


def first_sequence(now: datetime) -> int:
    """Return a number to begin with that is above all that were given away before `now` (aware).

    Numbers grow with the clock, faster than segments come; so a player goes on by itself over a
    restart of Home Assistant.
    """
    return max(0, int((now.timestamp() - _EPOCH) * _PER_SECOND))


@dataclass(frozen=True, slots=True)
class NumberedSegment:
    """A segment with its place in a channel."""

    sequence: int
    discontinuities: int
    """How many there were up to this segment, its own included."""
    segment: Segment


@dataclass(frozen=True, slots=True)
class Window:
    """What is in a ring at a moment, oldest first; `target` in seconds."""

    target: int
    segments: tuple[NumberedSegment, ...]
    listed: float = _SECONDS_LISTED
    """Seconds of it that are for playlists (`Capacity`)."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much a ring holds. The newest segment is always kept, even if it is larger."""

    count: int = 32
    seconds: float = 60.0
    size: int = 10 * 1024 * 1024
    """Bytes."""
    listed: float = _SECONDS_LISTED
    """Seconds that playlists name. The rest is for players that ask for a segment a while after
    they read of it (RFC 8216 § 6.2.2)."""


def pause_capacity(seconds: float) -> Capacity:
    """Return what a ring holds so that one can go back by so many seconds."""
    small = Capacity()
    held = seconds + small.seconds - small.listed
    return Capacity(
        count=MOST_LISTED + small.count,
        seconds=max(held, small.seconds),
        size=max(round(held * _RATE * _HIGHER), small.size),
        listed=max(seconds, small.listed),
    )


class Ring:
    """Holds the newest segments; those who wait for the next one are woken."""

    def __init__(self, first: int, capacity: Capacity, discontinuities: int | None = None) -> None:
        """Begin with the number `first` for segments.

        `discontinuities`: how many there have been. Without it that is taken from `first`, so that
        what a player remembers by such a number is hardly ever met again after a restart.
        """
        self.capacity = capacity
        self.target = 1
        self.is_closed = False
        self._next = first
        self.discontinuities = (
            first % _DISCONTINUITIES if discontinuities is None else discontinuities
        )
        self._held: deque[NumberedSegment] = deque()
        self._seconds = 0.0
        self._size = 0
        self._rendered: dict[int, bytes] = {}
        self._news = asyncio.Event()

    @property
    def next_sequence(self) -> int:
        """The number that the next segment will have."""
        return self._next

    @property
    def count(self) -> int:
        """Segments held."""
        return len(self._held)

    @property
    def size(self) -> int:
        """Bytes held."""
        return self._size

    @property
    def newest(self) -> NumberedSegment | None:
        """The newest segment."""
        return self._held[-1] if self._held else None

    def raise_target(self, seconds: float) -> None:
        """Let the target duration be at least so long; it never goes down (RFC 8216 § 6.2.1)."""
        self.target = max(self.target, math.floor(seconds + 0.5))
        self._rendered.clear()

    def resize(self, capacity: Capacity) -> None:
        """Hold more or less from now on; what does not fit any more is dropped."""
        if capacity == self.capacity:
            return
        self.capacity = capacity
        self._rendered.clear()
        self._make_place()

    def drop_oldest(self) -> bool:
        """Let go of the oldest segment, unless it is the only one; return whether there was one."""
        if len(self._held) < 2:
            return False
        oldest = self._held.popleft().segment
        self._seconds -= oldest.duration
        self._size -= len(oldest.data)
        self._rendered.clear()
        return True

    def append(self, segment: Segment) -> NumberedSegment:
        """Add a segment; old ones make place for it."""
        if self.is_closed:
            raise RingClosedError("The channel has stopped.")
        self.raise_target(segment.duration)
        self.discontinuities += segment.discontinuity
        added = NumberedSegment(self._next, self.discontinuities, segment)
        self._next += 1
        self._held.append(added)
        self._seconds += segment.duration
        self._size += len(segment.data)
        self._make_place()
        self._wake()
        return added

    def close(self) -> None:
        """Let go of everything; those who wait get RingClosedError."""
        self.is_closed = True
        self._held.clear()
        self._rendered.clear()
        self._seconds = self._size = 0
        self._wake()

    def window(self) -> Window:
        """Return all that is held."""
        return Window(self.target, tuple(self._held), self.capacity.listed)

    def rendered(self, number: int, render: Callable[[Window], bytes]) -> bytes:
        """Return what `render` makes of the window for those who know the channel by that number.

        It is asked once for each until something changes.
        """
        if (rendered := self._rendered.get(number)) is None:
            rendered = self._rendered[number] = render(self.window())
        return rendered

    def get(self, sequence: int) -> Segment | None:
        """Return a segment by its number, None when it is no longer or not yet there."""
        if not self._held:
            return None
        index = sequence - self._held[0].sequence
        return self._held[index].segment if 0 <= index < len(self._held) else None

    async def wait_for(self, after: int) -> NumberedSegment:
        """Return the first segment with a number above `after`, as soon as there is one.

        If it has been dropped already, that is the oldest one held. Raises RingClosedError.
        """
        while True:
            if self.is_closed:
                raise RingClosedError("The channel has stopped.")
            if self._held and self._held[-1].sequence > after:
                return self._held[max(0, after + 1 - self._held[0].sequence)]
            await self._news.wait()

    def _make_place(self) -> None:
        while self._is_too_full() and self.drop_oldest():
            pass

    def _is_too_full(self) -> bool:
        limits = self.capacity
        return (
            len(self._held) > limits.count
            or self._seconds > limits.seconds
            or self._size > limits.size
        )

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
