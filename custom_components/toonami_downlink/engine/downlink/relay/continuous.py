"""A channel as one endless stream of MPEG-TS: the segments of its ring, joined."""

from collections.abc import AsyncGenerator, Callable
from typing import Final

from .errors import RingClosedError
from .joiner import resume
from .ring import NumberedSegment, Ring

_LEAD: Final = 1.5
"""Target durations that a viewer gets at once, if they are there: until the next segment comes,
nearly one may pass, or two if upstream was asked a moment too early."""


async def continuous(
    ring: Ring, *, lead: float = _LEAD, resume: Callable[[bytes], bytes] = resume
) -> AsyncGenerator[bytes]:
    """Yield a channel, from the newest whole segments that last `lead` target durations.

    The segments have been joined for all viewers. A reader that falls out of the ring goes on near
    the end, where `resume` gives what to put before a segment that does not follow on its last
    one. Ends when the channel stops.
    """
    try:
        numbered = await ring.wait_for(_near_the_end(ring, lead))
        while True:
            yield numbered.segment.data
            after = numbered.sequence
            numbered = await ring.wait_for(after)
            if numbered.sequence != after + 1:
                numbered = await ring.wait_for(_near_the_end(ring, lead))
                if announcement := resume(numbered.segment.data):
                    yield announcement
    except RingClosedError:
        return


def _near_the_end(ring: Ring, lead: float) -> int:
    """Return the number before the newest segments that are enough to begin with."""
    missing = lead * ring.target
    before = ring.next_sequence - 1
    held: list[NumberedSegment] = list(ring.window().segments)
    while held and missing > 0:
        missing -= held[-1].segment.duration
        before = held.pop().sequence - 1
    return before
