"""Fill gaps in the guide: short ones belong to the programme before, long ones get filler."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import pairwise

from ..models import SERIES, Fix, Programme, Source
from ..policy import FILLER_LENGTH, LONGEST_PAUSE


@dataclass(frozen=True, slots=True)
class Window:
    """The days that a guide has to cover, from a local midnight to another; times in UTC."""

    start: datetime
    stop: datetime
    blocks: Sequence[datetime]
    """Where filler blocks begin: at each local midnight and every `FILLER_LENGTH` after it.

    So they depend on the calendar only and are the same after each refresh. The days on which the
    clock changes end with a shorter block.
    """

    @classmethod
    def of_days(cls, now: datetime, days: int, time_zone: tzinfo) -> Window:
        """The day of `now` in that zone and the following ones, `days` in all."""
        return cls._of(now, range(days + 1), time_zone)

    @classmethod
    def before(cls, now: datetime, days: int, time_zone: tzinfo) -> Window:
        """The `days` days before the day of `now` in that zone; 0 makes a window of no time."""
        return cls._of(now, range(-days, 1), time_zone)

    @classmethod
    def _of(cls, now: datetime, days: range, time_zone: tzinfo) -> Window:
        today = now.astimezone(time_zone).date()
        midnights = [
            datetime.combine(today + timedelta(days=day), time(), time_zone).astimezone(UTC)
            for day in days
        ]
        blocks: list[datetime] = []
        for midnight, following in pairwise(midnights):
            begin = midnight
            while begin < following:
                blocks.append(begin)
                begin += FILLER_LENGTH
        return cls(midnights[0], midnights[-1], blocks)

    def overlapping(self, programmes: Iterable[Programme]) -> list[Programme]:
        """Those of which some part is in the window."""
        return [one for one in programmes if one.start < self.stop and one.stop > self.start]


def fill_gaps(
    programmes: Iterable[Programme],
    window: Window,
    filler: Programme,
    silent: Sequence[datetime],
    fixes: Counter[Fix],
) -> tuple[Programme, ...]:
    """The programmes without any gap between them and the ends of the window.

    A gap up to `LONGEST_PAUSE` is closed by the programme before it, unless one of the moments in
    `silent` lies in it, when something nameless was on. All other gaps get copies of `filler`.
    Counts in `fixes`.
    """
    filled: list[Programme] = []

    def close(start: datetime, stop: datetime) -> None:
        if start >= stop:
            return
        is_silent = bisect_left(silent, start) < bisect_left(silent, stop)
        if filled and stop - start <= LONGEST_PAUSE and not is_silent:
            filled[-1] = replace(filled[-1], stop=stop)
            fixes[Fix.GAP_CLOSED] += 1
            return
        first, last = bisect_right(window.blocks, start), bisect_left(window.blocks, stop)
        bounds = [start, *window.blocks[first:last], stop]
        filled.extend(replace(filler, start=begin, stop=end) for begin, end in pairwise(bounds))
        fixes[Fix.GAP_FILLED] += 1

    reached = window.start
    for one in programmes:
        close(reached, one.start)
        filled.append(one)
        reached = one.stop
    close(reached, window.stop)
    return tuple(filled)


def filler_for(name: str, description: str) -> Programme:
    """What to show on that channel where nobody knows what is on; its times mean nothing."""
    moment = datetime.min.replace(tzinfo=UTC)
    return Programme(
        start=moment,
        stop=moment,
        title=name,
        description=description,
        categories=(SERIES,),
        source=Source.FILLER,
    )
