"""Questions about one channel's programmes: what is on now, next, between, until when.

`programmes` is always sorted by start and free of overlaps, as in a `Feed`; times are aware.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from operator import attrgetter

from .models import Programme

_start = attrgetter("start")
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def on_air(programmes: Sequence[Programme], at: datetime) -> Programme | None:
    """The programme with ``start <= at < stop``."""
    index = bisect_right(programmes, at, key=_start) - 1
    if index >= 0 and at < programmes[index].stop:
        return programmes[index]
    return None


def is_anything_on(guides: Iterable[Sequence[Programme]], at: datetime) -> bool:
    """Whether any channel's guide knows what is on at that time."""
    programmes = (on_air(programmes, at) for programmes in guides)
    return any(programme and not programme.is_filler for programme in programmes)


def upcoming(
    programmes: Sequence[Programme], at: datetime, count: int = 1
) -> tuple[Programme, ...]:
    """The next `count` programmes that start after `at`, fewer at the end of the guide."""
    index = bisect_right(programmes, at, key=_start)
    return tuple(programmes[index : index + count])


def between(
    programmes: Sequence[Programme], start: datetime, stop: datetime
) -> tuple[Programme, ...]:
    """The programmes of which some part is on air in ``[start, stop)``."""
    # Python compares the wall clocks of two times in one zone: 01:30 would come after the 01:15
    # that is an hour later, when the clocks go back.
    start, stop = start.astimezone(UTC), stop.astimezone(UTC)
    if start >= stop:
        return ()
    first = bisect_right(programmes, start, key=_start)
    if first and programmes[first - 1].stop > start:
        first -= 1
    return tuple(programmes[first : bisect_left(programmes, stop, lo=first, key=_start)])


def next_change(programmes: Sequence[Programme], at: datetime) -> datetime | None:
    """When the next programme starts or the current one ends, after `at`."""
    index = bisect_right(programmes, at, key=_start)
    if index and programmes[index - 1].stop > at:
        return programmes[index - 1].stop
    return programmes[index].start if index < len(programmes) else None


def next_change_of_all(guides: Iterable[Sequence[Programme]], at: datetime) -> datetime | None:
    """As `next_change`, the first one of several channels."""
    changes = (next_change(programmes, at) for programmes in guides)
    return min((change for change in changes if change), default=None)


def last_change(programmes: Sequence[Programme], at: datetime) -> datetime:
    """When what is on at that time began to be on; the beginning of time before the guide.

    Whatever is asked about `at` has the same answer there.
    """
    index = bisect_right(programmes, at, key=_start)
    if not index:
        return _BEGINNING
    last = programmes[index - 1]
    return last.start if last.stop > at else last.stop
