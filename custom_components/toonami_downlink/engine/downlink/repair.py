"""One channel's programmes put in order: sorted, without duplicates, overlaps and open ends."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
import re
from typing import Final, NamedTuple

from .models import Programme, Repair, Source

LONGEST: Final = timedelta(hours=24)
"""A programme that claims to be longer has an end that cannot be believed."""
UNTIL_NEXT: Final = timedelta(hours=3)
"""A programme without an end lasts until the next one, if that starts within this time."""
GUESS: Final = timedelta(minutes=30)
"""How long it lasts otherwise: the usual length of what the channels show."""
PAUSE: Final = timedelta(minutes=15)
"""A gap up to this long is advertisements, and belongs to the programme before it."""

# The upstream data base is a copy of IMDb's pages, with their furniture (upstream.md 1.4).
_NO_PLOT: Final = "know what this is about?"
_NOT_A_NAME: Final = re.compile(
    r"[0-9]+ more credits?|see full cast & crew|see more|imdbpro", re.IGNORECASE
)
_NO_RATING: Final = frozenset({"not rated", "unrated", "n/a"})
_NO_IMAGE: Final = "imdb_fb_logo"


class _Placed(NamedTuple):
    start: datetime
    run: int
    index: int
    programme: Programme
    covers_until: datetime


def in_order(programmes: Iterable[Programme], repairs: Counter[Repair]) -> list[Programme]:
    """The programmes sorted, with different starts and no overlaps. Counts in `repairs`.

    Where two overlap, the one that starts later wins. An exception: upstream lays whole playlists
    end to end and the last items of one may overrun the start of the next (upstream.md 1.3). In
    the order of the file that is a step back in time; what comes after it wins as a whole.
    ``stop == start`` remains where the end is not known and nothing follows soon.
    """
    placed = sorted(_place(_distinct(programmes, repairs), repairs), key=lambda one: one[:3])
    kept: list[_Placed] = []
    for one in placed:
        while kept and kept[-1].start == one.start and kept[-1].run <= one.run:
            kept.pop()
            repairs[Repair.OVERLAP] += 1
        if kept and one.start < kept[-1].covers_until and one.run < kept[-1].run:
            repairs[Repair.OVERLAP] += 1
            continue
        if kept and kept[-1].programme.stop > one.start:
            last = kept[-1]
            kept[-1] = last._replace(programme=replace(last.programme, stop=one.start))
            repairs[Repair.OVERLAP] += 1
        kept.append(one)
    return close_ends([one.programme for one in kept], ())


def _distinct(programmes: Iterable[Programme], repairs: Counter[Repair]) -> list[Programme]:
    """Without exact duplicates and our own filler; ends that cannot be are unknown ends."""
    distinct: dict[Programme, None] = {}
    for programme in programmes:
        if programme.is_filler:
            continue
        if programme in distinct:
            repairs[Repair.DUPLICATE] += 1
            continue
        distinct[programme] = None
    usable: list[Programme] = []
    for programme in distinct:
        if timedelta() < programme.stop - programme.start <= LONGEST:
            usable.append(programme)
        else:
            repairs[Repair.UNKNOWN_END] += 1
            usable.append(replace(programme, stop=programme.start))
    return usable


def _place(programmes: Sequence[Programme], repairs: Counter[Repair]) -> list[_Placed]:
    """Number the runs without a step back in time, and say how long each programme holds on."""
    placed: list[_Placed] = []
    run = 0
    for index, programme in enumerate(programmes):
        following = programmes[index + 1] if index + 1 < len(programmes) else None
        is_last = following is None or following.start < programme.start
        until = programme.stop
        if following and not is_last:
            is_open = programme.stop == programme.start
            longest = UNTIL_NEXT if is_open else PAUSE
            if timedelta() <= following.start - programme.stop <= longest:
                until = following.start
        placed.append(_Placed(programme.start, run, index, programme, until))
        if following and is_last:
            run += 1
    repairs[Repair.UNSORTED] += run
    return placed


def close_ends(
    programmes: Sequence[Programme], others: Sequence[Programme], *, guess: bool = False
) -> list[Programme]:
    """Give programmes without an end one, from what follows them in either list.

    Both lists are sorted. With `guess`, those that nothing follows within `UNTIL_NEXT` end after
    `GUESS`.
    """
