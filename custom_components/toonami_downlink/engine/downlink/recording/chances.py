"""When the same is on again: for what failed, has gaps, or finds no place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from ..airings import Airing
from ..identity import identity
from ..models import Feed
from ..policy import NIGHT, REPEATED_FROM
from .matching import Guide, Known, is_definite, is_this_night, remembering
from .model import Recording, State

WANTED: Final = frozenset({State.PLANNED, State.RECORDING, State.COMPLETE})
"""With these, nothing needs to be recorded once more."""


def second_chance(
    feed: Feed | None, failed: Recording, known: Sequence[Recording], now: datetime
) -> Airing | None:
    """Return where one that failed, or has gaps, can be recorded once more; None for nowhere.

    `planner.plan` takes it by itself. It is the West, a repeat of the same night or, where it is
    known which episode or film it is, any that is still to come. What another recording is of is
    left out.
    """
    recordings = {one.identity: one for one in (*known, failed)}
    others = (one for one in recordings.values() if one.state is not State.FAILED)
    return Chances(Guide(feed), Known(others, now), recordings, now).after_failing(failed)


def is_worth_repeating(recording: Recording) -> bool:
    """Whether so much is missing that it should be recorded again. What somebody stopped is not."""
    return (
        recording.state is State.INTERRUPTED
        and recording.reason is not None
        and recording.missing >= REPEATED_FROM
    )


def superseded(recordings: Sequence[Recording]) -> tuple[str, ...]:
    """Return the recordings with gaps that a complete one replaces: they can go.

    What is kept by hand stays.
    """
    by_identity = {one.identity: one for one in recordings}
    complete = (one for one in recordings if one.state is State.COMPLETE)
    return tuple(
        name
        for one in complete
        for name in _lineage(one, by_identity)[1:]
        if by_identity[name].state is State.INTERRUPTED and not by_identity[name].is_kept
    )


def moved_to(recording: Recording, airing: Airing) -> Recording:
    """Return a recording as one of that airing, of which the guide may know less by now."""
    programme = remembering(recording.programme, airing.programme)
    if programme == recording.programme and airing.channel.key == recording.channel:
        return recording
    return replace(
        recording,
        channel=airing.channel.key,
        start=airing.start,
        stop=airing.stop,
        programme=programme,
    )


class Chances:
    """The airings to come, as far as they are of no other recording."""

    def __init__(
        self, guide: Guide, index: Known, recordings: Mapping[str, Recording], now: datetime
    ) -> None:
        """`index` has all `recordings` but those that failed; both may change meanwhile."""
        self._guide = guide
        self._index = index
        self._recordings = recordings
        self._now = now

    def after_failing(self, recording: Recording, *, is_any_night: bool = True) -> Airing | None:
        """Return where it can be recorded once more; None as well where another one has it.

        Without `is_any_night`, other nights are to have recordings of their own: where one has, it
        is this night that counts.
        """
        own = _lineage(recording, self._recordings)
        there = self._index.having(recording.programme)
        wanted = [one for one in there if one.state in WANTED and one.identity not in own]
        if any(is_any_night or is_this_night(recording, one.programme) for one in wanted):
            return None
        to_come = self._to_come(recording, is_any_night=not wanted)
        return next(self._free(recording, own, to_come), None)

    def ways_out(self, recording: Recording, *, is_any_night: bool) -> Iterator[Airing]:
        """Yield where else the same is on, by the same name; in the same night, or in any."""
        own = _lineage(recording, self._recordings)
        for one in self._free(recording, own, self._called_the_same(recording, is_any_night)):
            if (one.channel.key, one.start) != (recording.channel, recording.start):
                yield one

    def _free(
        self, recording: Recording, own: Sequence[str], airings: Iterator[Airing]
    ) -> Iterator[Airing]:
        for one in airings:
            if one.start >= self._now:
                of_others = self._index.same(one.channel.key, one.programme)
                if all(each.identity in own for each in of_others):
                    yield one

    def _to_come(self, recording: Recording, *, is_any_night: bool) -> Iterator[Airing]:
        found = [
            *self._called_the_same(recording, is_any_night),
            *self._guide.delayed(recording),
        ]
        yield from sorted(found, key=lambda one: (one.start, one.channel.number))

    def _called_the_same(self, recording: Recording, is_any_night: bool) -> Iterator[Airing]:
        if recording.programme.is_filler:
            return
        thing = identity(recording.programme)
        if is_any_night and is_definite(recording.programme):
            yield from self._guide.of(thing)
        else:
            first, last = recording.start - NIGHT, recording.start + NIGHT
            yield from (one for one in self._guide.near(thing, first, last) if one.start > first)


def _lineage(recording: Recording, recordings: Mapping[str, Recording]) -> list[str]:
    """Return a recording, the one that it replaces, the one that that one replaces, and so on."""
    found = [recording.identity]
    while (name := recording.replaces) and name in recordings and name not in found:
        found.append(name)
        recording = recordings[name]
    return found
