"""A channel as one endless stream of MPEG-TS: the segments of its ring, joined."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .errors import RingClosedError
from .joiner import resume
from .ring import NumberedSegment, Ring

_LEAD: Final = 1.5
"""Target durations that a viewer gets at once, if they are there: until the next segment comes,
nearly one may pass, or two if upstream was asked a moment too early."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a channel: from a segment's number on, and before a time (aware)."""

    first: int
    stop: datetime


async def continuous(
    ring: Ring,
    *,
    lead: float = _LEAD,
    resume: Callable[[bytes], bytes] = resume,
    span: Span | None = None,
) -> AsyncGenerator[bytes]:
    """Yield a channel, from the newest whole segments that last `lead` target durations.

    The segments have been joined for all viewers. A reader that falls out of the ring goes on near
    the end, where `resume` gives what to put before a segment that does not follow on its last
    one. Ends when the channel stops.

    With a `span`, only that: it goes on at the oldest then, and ends also with the span.
    """
    try:
        numbered = await ring.wait_for(span.first - 1 if span else _near_the_end(ring, lead))
        follows = True
        while not _is_after(numbered, span):
            data = await ring.read(numbered)
            if data is not None:
                if not follows and (announcement := resume(data)):
                    yield announcement
                yield data
            after = numbered.sequence
            numbered = await ring.wait_for(after)
            follows = data is not None and numbered.sequence == after + 1
            if numbered.sequence != after + 1 and span is None:
                numbered = await ring.wait_for(_near_the_end(ring, lead))
    except RingClosedError:
        return


def _is_after(numbered: NumberedSegment, span: Span | None) -> bool:
    date = numbered.segment.date
    return span is not None and date is not None and date >= span.stop


def _near_the_end(ring: Ring, lead: float) -> int:
    """Return the number before the newest segments that are enough to begin with."""
    missing = lead * ring.target
    before = ring.next_sequence - 1
    held: list[NumberedSegment] = list(ring.window().segments)
    while held and missing > 0:
        missing -= held[-1].segment.duration
        before = held.pop().sequence - 1
    return before
