"""The newest segments of a channel, under numbers of our own that never go back.

They are in memory. If the ring has a store, the older ones go there (`spill`), and are read when
somebody asks for one (`Ring.read`).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
import math
from typing import Final

from ..limits import MAX_BANDWIDTH
from . import store as stores
from .errors import RingClosedError
from .segment import Segment
from .store import Kept, SegmentStore

_EPOCH: Final = 1_767_225_600
"""2026-01-01 in Unix time: small numbers, because some players keep them in 32 bits."""
_PER_SECOND: Final = 4
"""Segments a second that a channel may have at most, in the long run (MIN_SEGMENT_SECONDS)."""
MOST_LISTED: Final = 720
"""Segments that a playlist names at most: two hours in pieces of ten seconds, 60 kB at each of
their reloads, a twentieth of what the picture itself takes. Who can go back by more gets more."""
_LONG_SEGMENT: Final = 10.0
"""Seconds of the station's pieces."""
_SECONDS_LISTED: Final = 30.0
_SECONDS_HELD: Final = 60.0
_RATE: Final = 908_743 / 8
"""Bytes a second that the station's streams have, by their master playlist."""
_HIGHER: Final = 1.5
"""A stream whose rate is higher by more than this is not kept for as long as was asked for."""
_BEHIND: Final = 1.25
"""How much more than its share is in memory at most, while the store is slow."""
_READ_AT_ONCE: Final = 2
"""Segments that are read from a store at the same time."""
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
    most_listed: int = MOST_LISTED


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a ring is in memory when the rest is in a store."""

    seconds: float
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much a ring holds. The newest segment is always kept, even if it is larger."""

    count: int = 32
    seconds: float = _SECONDS_HELD
    size: int = round(_SECONDS_HELD * MAX_BANDWIDTH / 8)
    """Bytes: as many as the best stream that is followed has in so many seconds."""
    listed: float = _SECONDS_LISTED
    """Seconds that playlists name. The rest is for players that ask for a segment a while after
    they read of it (RFC 8216 § 6.2.2)."""
    most_listed: int = MOST_LISTED
    """Segments that playlists name."""
    memory: Share | None = None
    """What of it is in memory, for a ring with a store; None: all of it."""


def pause_capacity(seconds: float, in_memory: float | None = None) -> Capacity:
    """Return what a ring holds so that one can go back by so many seconds.

    `in_memory`: the seconds of it that are in memory, for a ring with a store.
    """
    small = Capacity()
    held = seconds + small.seconds - small.listed
    most_listed = max(MOST_LISTED, math.ceil(seconds / _LONG_SEGMENT))
    return Capacity(
        count=most_listed + small.count,
        seconds=max(held, small.seconds),
        size=max(_size_of(held), small.size),
        listed=max(seconds, small.listed),
        most_listed=most_listed,
        memory=None if in_memory is None else Share(in_memory, _size_of(in_memory)),
    )


def _size_of(seconds: float) -> int:
    return round(seconds * _RATE * _HIGHER)


@dataclass(slots=True)
class _Load:
    """How much is in one of the places where segments are."""

    count: int = 0
    seconds: float = 0.0
    size: int = 0

    def add(self, segment: Segment, sign: int = 1) -> None:
        """Count a segment, or no more."""
        self.count += sign
        self.seconds += sign * segment.duration
        self.size += sign * segment.size

    def exceeds(self, share: Share, times: float = 1.0) -> bool:
        return self.seconds > times * share.seconds or self.size > times * share.size


class Ring:
    """Holds the newest segments; those who wait for the next one are woken."""

    def __init__(
        self,
        first: int,
        capacity: Capacity,
        discontinuities: int | None = None,
        store: SegmentStore | None = None,
    ) -> None:
        """Begin with the number `first` for segments.

        `discontinuities`: how many there have been. Without it that is taken from `first`, so that
        what a player remembers by such a number is hardly ever met again after a restart.

        `store`: where the older ones go; `spilling` brings them there, and closes it.
        """
        self.capacity = capacity
        self.store = store
        self.target = 1
        self.is_closed = False
        self._next = first
        self.discontinuities = (
            first % _DISCONTINUITIES if discontinuities is None else discontinuities
        )
        self._held: deque[NumberedSegment] = deque()
        self._in_memory = _Load()
        self._kept = _Load()
        """What is in the store: the oldest of those held, and nothing between them."""
        self._has_dropped = False
        self._rendered: dict[int, bytes] = {}
        self._news = asyncio.Event()
        self._work = asyncio.Event()
        self._reading = asyncio.Semaphore(_READ_AT_ONCE)

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
        """Bytes held in memory."""
        return self._in_memory.size

    @property
    def kept_size(self) -> int:
        """Bytes held in the store."""
        return self._kept.size

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
        self._load_of(oldest).add(oldest, -1)
        if oldest.kept:
            self._has_dropped = True
            self._work.set()
        self._rendered.clear()
        return True

    def _load_of(self, segment: Segment) -> _Load:
        return self._kept if segment.kept else self._in_memory

    def append(self, segment: Segment) -> NumberedSegment:
        """Add a segment; old ones make place for it."""
        if self.is_closed:
            raise RingClosedError("The channel has stopped.")
        self.raise_target(segment.duration)
        self.discontinuities += segment.discontinuity
        added = NumberedSegment(self._next, self.discontinuities, segment)
        self._next += 1
        self._held.append(added)
        self._in_memory.add(segment)
        self._make_place()
        self._wake()
        self._work.set()
        return added

    def close(self) -> None:
        """Let go of everything; those who wait get RingClosedError."""
        self.is_closed = True
        self._held.clear()
        self._rendered.clear()
        self._in_memory, self._kept = _Load(), _Load()
        self._wake()

    def window(self) -> Window:
        """Return all that is held."""
        limits = self.capacity
        return Window(self.target, tuple(self._held), limits.listed, limits.most_listed)

    def rendered(self, number: int, render: Callable[[Window], bytes]) -> bytes:
        """Return what `render` makes of the window for those who know the channel by that number.

        It is asked once for each until something changes.
        """
        if (rendered := self._rendered.get(number)) is None:
            rendered = self._rendered[number] = render(self.window())
        return rendered

    def get(self, sequence: int) -> NumberedSegment | None:
        """Return a segment by its number, None when it is no longer or not yet there.

        What it has in it is for `read` to say.
        """
        if not self._held:
            return None
        index = sequence - self._held[0].sequence
        return self._held[index] if 0 <= index < len(self._held) else None

    async def read(self, numbered: NumberedSegment) -> bytes | None:
        """Return what a segment has in it, as it was; None when the store has not got it any more.

        Then it is not held any more, nor what is older.
        """
        kept, store = numbered.segment.kept, self.store
        if kept is None or store is None:
            return numbered.segment.data
        async with self._reading:
            data = await stores.get(store, numbered.sequence, kept)
        if data is None:
            self._forget(numbered.sequence)
        return data

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

    # What goes to the store

    @property
    def due(self) -> NumberedSegment | None:
        """The oldest segment in memory, if there are too many of them; never the newest one."""
        share = self.capacity.memory
        if share is None or self._in_memory.count < 2 or not self._in_memory.exceeds(share):
            return None
        return self._held[self._kept.count]

    def note_kept(self, sequence: int, kept: Kept) -> None:
        """Let go of what a segment has in it, which is in the store from now on."""
        at = self._kept.count
        if at < len(self._held) and self._held[at].sequence == sequence:
            numbered = self._held[at]
            self._in_memory.add(numbered.segment, -1)
            there = replace(numbered.segment, data=b"", kept=kept)
            self._held[at] = replace(numbered, segment=there)
            self._kept.add(there)
        else:
            # It was dropped while it was brought there.
            self._has_dropped = True

    def give_up_store(self) -> None:
        """Hold no more than has room in memory, until the store takes something again."""
        self._forget(self._next)
        while self.due:
            self.drop_oldest()

    def take_dropped(self) -> int | None:
        """Return the number below which nothing is needed in the store, if that is news."""
        has_dropped, self._has_dropped = self._has_dropped, False
        if not has_dropped:
            return None
        return self._held[0].sequence if self._held else self._next

    async def wait_for_work(self) -> None:
        """Wait until something may have to go to the store, or from there."""
        self._work.clear()
        await self._work.wait()

    def _forget(self, sequence: int) -> None:
        """Hold nothing any more of what is in the store up to that number."""
        while self._kept.count and self._held[0].sequence <= sequence and self.drop_oldest():
            pass

    def _make_place(self) -> None:
        while self._is_too_full() and self.drop_oldest():
            pass

    def _is_too_full(self) -> bool:
        limits = self.capacity
        return (
            len(self._held) > limits.count
            or self._in_memory.seconds + self._kept.seconds > limits.seconds
            or self._in_memory.size + self._kept.size > limits.size
            or (limits.memory is not None and self._in_memory.exceeds(limits.memory, _BEHIND))
        )

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
