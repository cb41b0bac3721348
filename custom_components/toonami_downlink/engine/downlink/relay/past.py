"""What was on, from the ring of a channel that is being watched: catch-up.

Only what players are told of counts (`listed`); the rest of the ring is about to go.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from ..limits import MIN_SEGMENT_SECONDS
from ..policy import SLACK
from .hls import first_few, listed, render_segments
from .ring import NumberedSegment, Window

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_FROM_THE_START: Final = "#EXT-X-START:TIME-OFFSET=0"


def first_of(window: Window, at: datetime) -> int | None:
    """Return the number of the segment that was on at that time (aware), or a few seconds after.

    None when it is not there, and for the slate: that is not what was on.
    """
    for numbered in listed(window):
        segment = numbered.segment
        if segment.date is None or segment.is_slate or segment.date - SLACK > at:
            continue
        if segment.date + timedelta(seconds=segment.duration) > at:
            return numbered.sequence
    return None


def extent(window: Window) -> tuple[datetime, datetime]:
    """Return from when to when what begins may be there; the same time twice for nothing."""
    dates = [one.segment.date for one in listed(window) if one.segment.date]
    if not dates:
        return _NEVER, _NEVER
    return min(dates) - SLACK, max(dates) + timedelta(seconds=window.target)


def begun_in(window: Window, starts: Iterable[datetime]) -> frozenset[datetime]:
    """Return those of the times that are there."""
    return frozenset(start for start in starts if first_of(window, start) is not None)


@dataclass(frozen=True, slots=True)
class Past:
    """What is there of a time, at a moment; the oldest first, one segment at least."""

    segments: tuple[NumberedSegment, ...]
    target: int
    is_whole: bool
    """Whether it still begins where it was to begin."""
    is_over: bool
    """Whether nothing will be added to it any more."""

    @classmethod
    def of(cls, window: Window, first: int, stop: datetime) -> Self | None:
        """Return what is there from the segment number `first` on, of what was on before `stop`.

        What has gone of it meanwhile is left out. None when there is nothing of it.
        """
        found = [one for one in listed(window) if one.sequence >= first]
        is_over = False
        for index, one in enumerate(found):
            if one.segment.date is None:
                continue
            if one.segment.date >= stop:
                found, is_over = found[:index], True
                break
            is_over = one.segment.date + timedelta(seconds=one.segment.duration) >= stop
        if not found:
            return None
        return cls(tuple(found), window.target, found[0].sequence == first, is_over)

    def render(self, address: Callable[[NumberedSegment], str], *, is_new: bool = False) -> bytes:
        """Write it as an HLS playlist, in which players begin at the first segment.

        `is_new`: for one who asks for the first time. What is still growing then has a few
        segments only, and all of them the next time.
        """
        shown = first_few(self.segments, self.target) if is_new else self.segments
        # Players let one seek in it then. It must not lose anything, which later it does.
        tags = ("#EXT-X-PLAYLIST-TYPE:EVENT",) if self.is_whole else ()
        return render_segments(
            self.segments if self.is_over else shown,
            self.target,
            address,
            (*tags, _FROM_THE_START),
            is_over=self.is_over,
        )


def render_master(window: Window, address: str) -> bytes:
    """Write a master playlist with the one of what is there (RFC 8216 § 4.3.4)."""
    # Upstream may say of one that it lasts no time at all.
    rates = [
        one.segment.size * 8 / max(one.segment.duration, MIN_SEGMENT_SECONDS)
        for one in listed(window)
    ]
    rate = max(1, round(max(rates)))
    return f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH={rate}\n{address}\n".encode()
