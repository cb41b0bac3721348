"""Carry over from the last feed what a new one does not know."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from operator import attrgetter

from ..models import Fix, Programme, Source
from .gap_filling import Window


def carry_over(
    programmes: Sequence[Programme],
    old: Iterable[Programme],
    window: Window,
    fixes: Counter[Fix],
) -> list[Programme]:
    """`programmes`, and those of `old` that lie, for the most part, where they leave a gap.

    Both are sorted and free of overlaps, and so is the result. What is kept is cut to the gap and
    has to reach into the window. That it is over already does not matter: today's guide begins at
    midnight. Counts in `fixes`.
    """
    kept: list[Programme] = []
    for one in old:
        if one.is_filler:
            continue
        length = one.stop - one.start
        index = bisect_right(programmes, one.start + length / 2, key=attrgetter("start"))
        start, stop = one.start, one.stop
        if index:
            start = max(start, programmes[index - 1].stop)
        if index < len(programmes):
            stop = min(stop, programmes[index].start)
        if (stop - start) * 2 > length:
            kept.append(replace(one, start=start, stop=stop, source=Source.PUBLISHED))
    kept = window.overlapping(kept)
    fixes[Fix.KEPT] += len(kept)
    return sorted([*programmes, *kept], key=attrgetter("start"))
