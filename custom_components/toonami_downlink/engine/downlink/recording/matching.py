"""Which airing of a guide a recording is of, whatever a refresh has made of it.

Two things that a guide says at two times are of one airing when they have the same slot, or show
the same in the same night; so are East and West. Times are aware and in UTC.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple

from ..airings import DELAYS, Airing
from ..identity import identity, show_key
from ..models import Channel, Feed, Programme
from ..policy import MOVED_AHEAD, NIGHT, SAME_SLOT
from ..timeline import between, on_air
from .model import Recording, State

_HOUR: Final = 3600
_NIGHT: Final = int(NIGHT.total_seconds())
_NO_TIME: Final = timedelta()
_REMEMBERED: Final = timedelta(days=2)
"""What ended longer ago has no airing in this or the next night."""

_start = attrgetter("start")


def is_definite(programme: Programme) -> bool:
    """Whether it is known what is shown, an episode or a film, and not only of which show."""
    return programme.is_movie or identity(programme) != show_key(programme.title)


def may_be_same(one: Programme, other: Programme) -> bool:
    """Whether both are of one show, and nothing that is known of both tells them apart."""
    if one.is_filler or other.is_filler or show_key(one.title) != show_key(other.title):
        return False
    if one.episode is not None and other.episode is not None:
        return one.episode == other.episode and len({one.season, other.season} - {None}) < 2
    if one.episode_title and other.episode_title:
        return show_key(one.episode_title) == show_key(other.episode_title)
    return True


def remembering(old: Programme, new: Programme) -> Programme:
    """Return what the guide says now, with the episode that it knew before and has forgotten."""
    if not may_be_same(old, new):
        return new
    season, episode = new.season, new.episode
    if episode is None:
        season, episode = season or old.season, old.episode
    title = new.episode_title or old.episode_title
    if (season, episode, title) == (new.season, new.episode, new.episode_title):
        return new
    return replace(new, season=season, episode=episode, episode_title=title)


class Guide:
    """The airings of a feed, filler left out, by what they show and by where they are."""

    def __init__(self, feed: Feed | None) -> None:
        """Look through the guide; None is a guide that nobody knows."""
        self.is_known = feed is not None
        self._guide = feed.guide if feed else {}
        self._channels: dict[str, Channel] = {}
        self.airings: list[Airing] = []
        """By their start."""
        for channel in feed.channels if feed else ():
            self._channels[channel.key] = channel
            self.airings += (
                Airing(channel, one.start, one.stop, one)
                for one in self._guide.get(channel.key, ())
                if not one.is_filler
            )
        self.airings.sort(key=lambda one: (one.start, one.channel.number))
        self._of: dict[str, list[Airing]] = {}
        self._at = {(one.channel.key, one.start): one for one in self.airings}
        self._known: dict[str, tuple[datetime, datetime]] = {}
        for airing in self.airings:
            self._of.setdefault(identity(airing.programme), []).append(airing)
            first, last = self._known.get(airing.channel.key, (airing.start, airing.stop))
            self._known[airing.channel.key] = first, max(last, airing.stop)

    def of(self, thing: str) -> Sequence[Airing]:
        """Return the airings of what has that key (`identity`), by their start."""
        return self._of.get(thing, ())

    def near(self, thing: str, start: datetime, stop: datetime) -> Sequence[Airing]:
        """Return those that begin in ``[start, stop)``."""
        found = self.of(thing)
        return found[bisect_left(found, start, key=_start) : bisect_left(found, stop, key=_start)]

    def same_as(self, recording: Recording) -> Airing | None:
        """Return its airing if nothing has changed: place, time, and what it is called."""
        airing = self._at.get((recording.channel, recording.start))
        if airing and identity(airing.programme) == identity(recording.programme):
            return airing
        return None

    def at(self, key: str, moment: datetime) -> Airing | None:
        """Return what is on a channel at that time, filler too."""
        channel = self._channels.get(key)
        there = on_air(self._guide.get(key, ()), moment) if channel else None
        return Airing(channel, there.start, there.stop, there) if channel and there else None

    def on(self, key: str, start: datetime, stop: datetime) -> Iterator[Airing]:
        """Yield what is on a channel between two times."""
        if channel := self._channels.get(key):
            for one in between(self._guide.get(key, ()), start, stop):
                if not one.is_filler:
                    yield Airing(channel, one.start, one.stop, one)

    def delayed(self, recording: Recording) -> Iterator[Airing]:
        """Yield the same broadcast on the East or the West, by whatever it is called there."""
        for key, delay in DELAYS.get(recording.channel, {}).items():
            for one in self.on(key, recording.start + delay, recording.stop + delay):
                if is_same(recording, key, one.programme):
                    yield one

    def misses(self, recording: Recording) -> bool:
        """Whether the guide reaches over the time of a recording that it does not have.

        What is behind its end, or on a channel of which it knows nothing, can still be on.
        """
        if recording.channel not in self._channels:
            return True
        first, last = self._known.get(recording.channel, (recording.stop, recording.start))
        return (
            first < recording.stop and last > recording.start and not recording.programme.is_filler
        )


def overlap(start: datetime, stop: datetime, one: Programme) -> timedelta:
    """Return how long a programme is on between two times; negative where it is not."""
    return min(stop, one.stop) - max(start, one.start)


def has_its_slot(recording: Recording, key: str, one: Programme) -> bool:
    """Whether more than half of a recording is a programme, and of the programme the recording."""
    longest = max(recording.stop - recording.start, one.stop - one.start)
    common = overlap(recording.start, recording.stop, one)
    return recording.channel == key and common * 2 > longest


def is_same(recording: Recording, key: str, one: Programme) -> bool:
    """Whether a programme on a channel shows what a recording is of, by what both show.

    It is the same broadcast, here or three hours later, or in the same night the same episode.
    """
    delay = _NO_TIME if key == recording.channel else DELAYS.get(recording.channel, {}).get(key)
    if delay is not None and may_be_same(recording.programme, one):
        start, stop = recording.start + delay, recording.stop + delay
        if overlap(start, stop, one) > _NO_TIME:
            return True
    return is_definite(one) and is_this_night(recording, one)


def is_this_night(recording: Recording, one: Programme) -> bool:
    """Whether both are called the same, and begin less than a night apart."""
    is_near = abs(one.start - recording.start) < NIGHT and not one.is_filler
    return is_near and identity(recording.programme) == identity(one)


class Known:
    """Recordings, found by what they are of; those of long ago only by what they show."""

    def __init__(self, recordings: Iterable[Recording], now: datetime) -> None:
        self._after = now - _REMEMBERED
        self._all: dict[str, Recording] = {}
        self._of: defaultdict[str, list[str]] = defaultdict(list)
        self._of_night: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        self._of_slot: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        for recording in recordings:
            self.put(recording)

    def put(self, recording: Recording) -> None:
        """Add a recording, or put it in the place of the one with its identity."""
        name = recording.identity
        self._all[name] = recording
        if recording.programme.is_filler:
            thing = ""
        else:
            thing = identity(recording.programme)
            self._of[thing].append(name)
        if recording.stop <= self._after:
            return
        self._of_night[thing, int(recording.start.timestamp()) // _NIGHT].append(name)
        for hour in _hours(recording.start, recording.stop):
            self._of_slot[recording.channel, hour].append(name)

    def having(self, programme: Programme) -> Iterator[Recording]:
        """Yield the recordings of an episode or a film; none where it is not known which it is."""
        if is_definite(programme) and not programme.is_filler:
            thing = identity(programme)
            for name in self._of.get(thing, ()):
                # What is looked up here may have been replaced meanwhile.
                if identity(self._all[name].programme) == thing:
                    yield self._all[name]

    def same(self, key: str, one: Programme) -> Iterator[Recording]:
        """Yield the recordings of what is on a channel, see `is_same`; some more than once."""
        near = chain(self._in_slot(key, one), self._in_night(one))
        return (each for each in near if is_same(each, key, one))

    def in_place_of(self, key: str, one: Programme) -> Iterator[Recording]:
        """Yield those with its slot, whatever it was called; some more than once."""
        near = self._in_hours(key, one.start, one.stop)
        return (each for each in near if has_its_slot(each, key, one))

    def of_night(self, one: Programme) -> Iterator[Recording]:
        """Yield those that are called the same in the same night."""
        return (each for each in self._in_night(one) if is_this_night(each, one))

    def _in_night(self, one: Programme) -> Iterator[Recording]:
        thing, night = identity(one), int(one.start.timestamp()) // _NIGHT
        for near in (night - 1, night, night + 1):
            yield from map(self._all.__getitem__, self._of_night.get((thing, near), ()))

    def _in_slot(self, key: str, one: Programme) -> Iterator[Recording]:
        yield from self._in_hours(key, one.start, one.stop)
        for other, delay in DELAYS.get(key, {}).items():
            yield from self._in_hours(other, one.start + delay, one.stop + delay)

    def _in_hours(self, key: str, start: datetime, stop: datetime) -> Iterator[Recording]:
        for hour in _hours(start, stop):
            yield from map(self._all.__getitem__, self._of_slot.get((key, hour), ()))


def _hours(start: datetime, stop: datetime) -> range:
    return range(int(start.timestamp()) // _HOUR, int(stop.timestamp()) // _HOUR + 1)


class _Pair(NamedTuple):
    """A recording and an airing that may be of it, the most likely first."""

    rank: int
    distance: timedelta
    number: int
    """Of the recording."""
    name: str
    """Its identity."""
    channel: int
    start: datetime
    airing: Airing


def align(
    guide: Guide, recordings: Sequence[Recording], now: datetime
) -> tuple[dict[str, Airing], set[tuple[str, datetime]]]:
    """Return the airing of each recording, and which airings these are: each is of one at most.

    What has no airing by what it is called has none here: see `slot_of`. What is over by `now` is
    only of one that was to be recorded about then: in its slot or, if it does not run and it is
    known which episode it is, at most `MOVED_AHEAD` before, but not over when it was planned.
    """
    found: dict[str, Airing] = {}
    taken: set[tuple[str, datetime]] = set()
    for recording in recordings:
        # Most have not changed.
        airing = guide.same_as(recording)
        if airing and (place := (recording.channel, recording.start)) not in taken:
            found[recording.identity] = airing
            taken.add(place)
    lost = (recording for recording in recordings if recording.identity not in found)
    pairs = (pair for recording in lost for pair in _pairs(guide, recording, now))
    for pair in sorted(pairs, key=lambda pair: pair[:6]):
        place = pair.airing.channel.key, pair.airing.start
        if pair.name not in found and place not in taken:
            found[pair.name] = pair.airing
            taken.add(place)
    return found, taken


def slot_of(guide: Guide, recording: Recording) -> Airing | None:
    """Return what is on in a recording's place, whatever it is called."""
    there = guide.on(recording.channel, recording.start, recording.stop)
    return next(
        (one for one in there if has_its_slot(recording, recording.channel, one.programme)), None
    )


def _pairs(guide: Guide, recording: Recording, now: datetime) -> Iterator[_Pair]:
    """Yield what a recording may be of: what runs goes on where it is."""
    if recording.programme.is_filler:
        return
    is_running = recording.state is State.RECORDING
    reach = SAME_SLOT if is_running else MOVED_AHEAD
    over_by = _over_by(recording, now)
    for airing in guide.on(recording.channel, recording.start - reach, recording.stop + reach):
        if may_be_same(recording.programme, airing.programme):
            is_near = abs(airing.start - recording.start) <= SAME_SLOT
            is_there = has_its_slot(recording, airing.channel.key, airing.programme)
            if is_there or airing.stop > over_by:
                yield _pair(0 if is_near or is_there else 3, recording, airing)
    if is_running:
        return
    thing, start = identity(recording.programme), recording.start
    for airing in (*guide.near(thing, start - NIGHT, start + NIGHT), *guide.delayed(recording)):
        is_own = airing.channel.key == recording.channel
        # What was shown before is not what is still to be recorded.
        if airing.stop > now:
            yield _pair(1 if is_own else 2, recording, airing)


def _over_by(recording: Recording, now: datetime) -> datetime:
    """Return when something must not have been over, to be what was to be recorded."""
    if recording.state is State.RECORDING:
        # It may have begun with its padding, when what is before it was still on.
        return max(now, recording.start)
    # Without a number and a title, what is over is rather the one before of the same show. With
    # them it was moved, unless it was over when its repeat was asked for.
    return min(now, recording.since) if is_definite(recording.programme) else now


def _pair(rank: int, recording: Recording, airing: Airing) -> _Pair:
    return _Pair(
        rank,
        abs(airing.start - recording.start),
        recording.number,
        recording.identity,
        airing.channel.number,
        airing.start,
        airing,
    )
