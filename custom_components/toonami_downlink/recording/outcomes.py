"""What has become of a recording when nothing is added to it any more."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from ..engine.downlink.recording.model import Gap, Reason, Recording, State
from ..engine.downlink.recording.recorder import Outcome
from ..engine.downlink.recording.source import Finished
from ..engine.downlink.recording.track import gaps_between
from .doubt import TROUBLES


def ended_with(one: Recording, outcome: Outcome, now: datetime, *, by_hand: bool) -> Recording:
    """Return a recording as it is now; `by_hand`: somebody has ended it."""
    gaps, size = tuple(within(outcome.gaps, one)), outcome.size
    if outcome.reason in TROUBLES:
        # What cannot be opened tells no size, and may be there all the same.
        size = size or one.size
        if now < one.stop and not by_hand:
            # It begins, or goes on, when the disk can be used again.
            return replace(one, state=State.RECORDING if size else State.PLANNED, size=size)
    if not size:
        if by_hand:
            return replace(one, state=State.CANCELLED, size=0)
        return replace(one, state=State.FAILED, reason=outcome.reason or Reason.NO_SIGNAL, size=0)
    state = State.INTERRUPTED if gaps else State.COMPLETE
    reason = outcome.reason or _unsaid(one, gaps) if gaps and not by_hand else None
    return replace(one, state=state, reason=reason, gaps=gaps, size=size)


def _unsaid(one: Recording, gaps: Iterable[Gap]) -> Reason:
    """Return why something is missing of which its recorder knows nothing."""
    longest = max(gaps, key=lambda gap: gap.stop - gap.start)
    # What was missing before a restart is known afterwards, but not why: then nobody was there.
    return Reason.LATE if longest.start < one.since else Reason.ABSENT


def finished_as(one: Recording, path: str, finished: Finished) -> Recording:
    """Return a recording as the file that was made of it, which may have less in it."""
    gaps = tuple(within(gaps_between(finished.entries, one.start, one.stop), one))
    held = finished.entries
    lost = gaps_between(held, held[0].start, held[-1].stop) if held else ()
    made = replace(one, gaps=gaps, lost=lost, file=path, size=finished.size)
    if not gaps:
        return replace(made, state=State.COMPLETE, reason=None)
    if one.state is State.COMPLETE:
        # It was written, and the disk does not give it back.
        return replace(made, state=State.INTERRUPTED, reason=Reason.DISK)
    return replace(made, state=State.INTERRUPTED)


def spoilt(
    items: Iterable[Recording], reason: Reason, now: datetime, is_busy: Callable[[str], bool]
) -> Iterator[Recording]:
    """Yield what is over and the disk has kept from being recorded, or from its end."""
    for one in items:
        if one.stop > now or one.reason:
            continue
        if one.state is State.PLANNED:
            yield replace(one, state=State.FAILED, reason=reason)
        elif one.state is State.RECORDING and not is_busy(one.identity):
            # What is there of it becomes a file, and tells what is missing, when it can.
            yield replace(one, state=State.INTERRUPTED, reason=reason)


def within(gaps: Iterable[Gap], one: Recording) -> Iterator[Gap]:
    """Cut gaps to the programme: what is missing before and after it is nobody's loss."""
    for gap in gaps:
        start, stop = max(gap.start, one.start), min(gap.stop, one.stop)
        if start < stop:
            yield Gap(start, stop)
