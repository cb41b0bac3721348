"""How many channels may be fetched at once, and which recordings find a place among them.

A channel needs one place, however many recordings are made of it at a time. What was asked for by
hand comes before what a rule wants, and of two alike the one that was planned first.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Final, NamedTuple

from ..airings import Airing
from .model import Padding, Recording, State

_HOUR: Final = 3600


class Span(NamedTuple):
    """A time, ``[start, stop)``."""

    start: datetime
    stop: datetime


class Conflict(NamedTuple):
    """A recording that finds no place."""

    identity: str
    with_: tuple[str, ...]
    """The identities of those that have the places, by the time when they are in the way."""
    instead: Airing | None
    """When the same is on again and finds a place: on the West, or a repeat."""


class Fitted(NamedTuple):
    """What became of all that is to be recorded."""

    moved: Mapping[str, Airing]
    """The recordings that take their way out, by their identity."""
    conflicts: tuple[Conflict, ...]
    """By identity."""
    spans: Mapping[str, Span]
    """From when to when each is recorded, with padding; what finds no place has none.

    There are none yet when something has moved: what it leaves may be what another one needs.
    """


class _Busy(NamedTuple):
    """A recording that has its place."""

    channel: str
    span: Span
    identity: str


type WaysOut = Callable[[Recording], Iterable[Airing]]
type Take = Callable[[Recording, Airing], None]


def rank(recording: Recording) -> tuple[bool, bool, datetime, int]:
    """Return what recordings are to be sorted by: the first ones get the places."""
    is_running = recording.state is State.RECORDING
    return not is_running, recording.rule is not None, recording.since, recording.number


def fit(
    recordings: Iterable[Recording],
    ways_out: WaysOut,
    take: Take,
    places: int,
    padding: Padding,
    *,
    may_move: bool = True,
) -> Fitted:
    """Give each recording a place, and padding where nobody else needs it.

    What a rule wants takes its way out, and `take` is told at once: it is none for others then.
    What was asked for by hand stays, and its way out is told.
    Padding comes when all have their places: it is cut short where another channel needs the place
    for a programme, and gives way to the padding of what comes before it.
    """
    board = _Board(max(1, places))
    moved: dict[str, Airing] = {}
    conflicts: list[Conflict] = []
    placed: list[tuple[Recording, _Busy]] = []
    for one in sorted(recordings, key=rank):
        wanted = _Busy(one.channel, Span(one.start, one.stop), one.identity)
        others = () if one.state is State.RECORDING else board.in_the_way_of(wanted)
        if others:
            instead = board.first_free(ways_out(one), one.identity)
            if instead is None or one.rule is None or not may_move:
                conflicts.append(Conflict(one.identity, others, instead))
                continue
            moved[one.identity] = instead
            take(one, instead)
            wanted = _busy(instead, one.identity)
        board.add(wanted)
        placed.append((one, wanted))
    spans = {}
    for one, busy in placed if not moved else ():
        padded = board.padded(busy, padding, is_running=one.state is State.RECORDING)
        board.add(padded)
        spans[one.identity] = padded.span
    return Fitted(moved, tuple(sorted(conflicts, key=lambda one: one.identity)), spans)


class _Board:
    """The places, and who has them when."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._of_hour: defaultdict[int, list[_Busy]] = defaultdict(list)

    def add(self, busy: _Busy) -> None:
        """Give a recording its place."""
        for hour in _hours(busy.span):
            self._of_hour[hour].append(busy)

    def in_the_way_of(self, wanted: _Busy) -> tuple[str, ...]:
        """Return the recordings that have all places at some time in that span."""
        full = self._full(wanted.channel, wanted.span)
        return tuple(dict.fromkeys(one.identity for _, busy in full for one in busy))

    def first_free(self, ways: Iterable[Airing], identity: str) -> Airing | None:
        """Return the first airing for which there is a place."""
        return next((one for one in ways if not self.in_the_way_of(_busy(one, identity))), None)

    def padded(self, busy: _Busy, padding: Padding, *, is_running: bool) -> _Busy:
        """Return it with as much padding as there is room for. What runs has begun with all."""
        start, stop = busy.span
        first, last = start - padding.before, stop + padding.after
        before = () if is_running else self._full(busy.channel, Span(first, start))
        after = self._full(busy.channel, Span(stop, last))
        if before:
            first = before[-1][0].stop
        if after:
            last = after[0][0].start
        return busy._replace(span=Span(first, last))

    def _full(self, channel: str, span: Span) -> list[tuple[Span, list[_Busy]]]:
        """Return the times at which other channels have all places, and what is on there."""
        near = {one: None for hour in _hours(span) for one in self._of_hour.get(hour, ())}
        found = [one for one in near if one.span.start < span.stop and one.span.stop > span.start]
        moments = {span.start, span.stop}
        for one in found:
            moments |= {max(one.span.start, span.start), min(one.span.stop, span.stop)}
        full = []
        for start, stop in pairwise(sorted(moments)):
            there = [one for one in found if one.span.start <= start < one.span.stop]
            channels = {one.channel for one in there}
            if channel not in channels and len(channels) >= self._places:
                full.append((Span(start, stop), there))
        return full


def _busy(airing: Airing, identity: str) -> _Busy:
    return _Busy(airing.channel.key, Span(airing.start, airing.stop), identity)


def _hours(span: Span) -> range:
    return range(int(span.start.timestamp()) // _HOUR, int(span.stop.timestamp()) // _HOUR + 1)
