"""What the station means to show, and what its guide says of that today.

Each programme that somebody wants lies in a time of its own, with others around it: so it can be
moved, be called something else, leave the guide and come back, and the guide stays one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN
from custom_components.toonami_downlink.engine.downlink.models import Feed, Programme

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
LATER: Final = timedelta(hours=3)
"""So much later the West shows what the East does."""
WEST: Final = {"toonami_east": "toonami_west", "snick_east": "snick_west"}
EAST: Final = ("toonami_east", "snick_east", "mtv97", "movies")
CHANNELS: Final = (*EAST, *WEST.values())
SHOWS: Final = ("Trigun", "Outlaw Star", "The Big O", "Gundam Wing", "Zoids", "Tenchi Muyo!")
"""Of these there are rules."""
GUIDE: Final = timedelta(days=2)
"""So far the guide reaches, and so far back."""
_SHORTEST, _LONGEST = 5, 12
"""Minutes of what is wanted."""
_MOVED: Final = 15
"""Minutes that it is moved at most."""
_SAME_STILL: Final = 2 * MINUTE
"""So long before its beginning a programme is not changed any more."""


@dataclass(slots=True, eq=False)
class Show:
    """One programme that is wanted, on the East and, where there is one, on the West."""

    number: int
    channel: str
    room: tuple[datetime, datetime]
    """The time that it may move in."""
    start: datetime
    length: timedelta
    title: str
    episode: int
    is_by_hand: bool
    repeats: Show | None = None
    """What it shows once more."""
    told: str | None = None
    """What the guide calls it instead."""
    is_listed: bool = True
    is_dropped: bool = False
    """Whether the station will not show it after all."""
    is_cancelled: bool = False
    """Whether somebody did not want it, before it was on."""
    is_deleted: bool = False
    """Whether somebody has deleted it."""
    lengths: set[timedelta] = field(default_factory=set)
    """How long it was to be until it became longer."""

    def __str__(self) -> str:
        told = f" as {self.told}" if self.told else ""
        where = "" if self.is_listed else ", not in the guide"
        dropped = ", dropped" if self.is_dropped else ""
        return (
            f"{self.title} {self.episode}{told} on {self.channel} "
            f"{self.start:%d %H:%M}-{self.stop:%H:%M}{where}{dropped}"
        )

    @property
    def stop(self) -> datetime:
        return self.start + self.length

    @property
    def work(self) -> tuple[str, int]:
        """What is shown: the same in a repeat."""
        return self.title, self.episode

    def showings(self) -> Iterator[tuple[str, datetime, datetime]]:
        """Yield channel, start and stop of each time that it is shown."""
        yield self.channel, self.start, self.stop
        if west := WEST.get(self.channel):
            yield west, self.start + LATER, self.stop + LATER

    def programmes(self, later: timedelta) -> Iterator[Programme]:
        """Yield what the guide says of its time, on a channel that is so much later."""
        first, last = (moment + later for moment in self.room)
        others = f"Cartoons {self.number}"
        if not self.is_listed or self.is_dropped:
            yield Programme(start=first, stop=last, title=others)
            return
        start, stop = self.start + later, self.stop + later
        if first < start:
            yield Programme(start=first, stop=start, title=others)
        yield Programme(
            start=start,
            stop=stop,
            title=self.told or self.title,
            season=None if self.told else 1,
            episode=None if self.told else self.episode,
        )
        if stop < last:
            yield Programme(start=stop, stop=last, title=others)


class Station:
    """Four channels, two of them once more three hours later."""

    def __init__(self, random: Random, first: datetime, days: float, airings: int) -> None:
        self.first = first
        self.last = first + days * DAY
        self.shows: list[Show] = []
        self.log: list[str] = []
        """What was changed, and when."""
        self._random = random
        self._episodes = dict.fromkeys(SHOWS, 0)
        each = -(-airings // len(EAST))
        room = timedelta(minutes=(self.last - first) // MINUTE // each)
        for place in range(each):
            for channel in EAST:
                if len(self.shows) < airings:
                    self._add(channel, first + place * room, room)

    def _add(self, channel: str, first: datetime, room: timedelta) -> None:
        length = self._random.randint(_SHORTEST, _LONGEST) * MINUTE
        free = (room - length) // MINUTE
        before = self._random.randint(free // 4, free * 3 // 4)
        number = len(self.shows) + 1
        old = [one for one in self.shows if not one.is_by_hand and not one.repeats]
        is_by_hand = self._random.random() < 0.1
        show = Show(
            number,
            channel,
            (first, first + room),
            first + before * MINUTE,
            length,
            "",
            number,
            is_by_hand,
        )
        if is_by_hand:
            show.title = f"Film {number}"
        elif len(old) > 20 and self._random.random() < 0.08:
            show.repeats = self._random.choice(old[:-10])
            show.title, show.episode = show.repeats.work
        else:
            show.title = self._random.choice(SHOWS)
            self._episodes[show.title] += 1
            show.episode = self._episodes[show.title]
        self.shows.append(show)

    def feed(self, now: datetime) -> Feed:
        """Return what the guide says now."""
        guide = {}
        for known in KNOWN:
            east = next((one for one, west in WEST.items() if west == known.key), known.key)
            later = LATER if east != known.key else timedelta()
            guide[known.key] = tuple(
                one
                for show in self.shows
                if show.channel == east
                for one in show.programmes(later)
                if one.stop > now - DAY and one.start < now + GUIDE
            )
        channels = tuple(
            one.channel(f"https://n1.example.com/{one.key}/playlist.m3u8") for one in KNOWN
        )
        return Feed(made=now, channels=channels, guide=guide)

    def shown(self, channel: str, start: datetime) -> Show | None:
        """Return what begins then."""
        return next(
            (show for show in self.shows for one in show.showings() if one[:2] == (channel, start)),
            None,
        )

    # What changes

    def change(self, now: datetime) -> str | None:
        """Let a refresh find something changed; say what. The past does not change."""
        before = {show: str(show) for show in self.shows}
        what = self._change(now)
        for show, old in before.items():
            if str(show) != old:
                self.log.append(f"{now:%d %H:%M:%S} {what}: {show}")
        return what

    def _change(self, now: datetime) -> str | None:
        ahead = [one for one in self.shows if now < one.start - _SAME_STILL < now + GUIDE]
        running = [one for one in self.shows if one.start < now < one.stop - _SAME_STILL]
        if running and self._random.random() < 0.1:
            return self._prolong(self._random.choice(running))
        if not ahead:
            return None
        show = self._random.choice(ahead[:12] if self._random.random() < 0.8 else ahead)
        kinds = ("move", "move", "rename", "list", "list", "drop")
        # Nobody could know again what comes back at another time with another name.
        what = self._random.choice(kinds) if show.is_listed else "list"
        if what == "move":
            return self._move(show, now)
        if what == "drop":
            if sum(one.is_dropped for one in self.shows) < len(self.shows) // 10:
                show.is_dropped = True
            return what
        if what == "list":
            show.is_listed = not show.is_listed
        else:
            show.told = None if show.told else f"Special {show.number}"
        return what

    def settle(self, now: datetime, ahead: timedelta) -> bool:
        """Let what begins so soon be in the guide again; whether there was any."""
        found = [one for one in self.shows if one.start < now + ahead and not one.is_listed]
        for show in found:
            show.is_listed = True
        return any(not show.is_dropped for show in found)

    def _move(self, show: Show, now: datetime) -> str | None:
        by = self._random.randint(-_MOVED, _MOVED) * MINUTE
        start = show.start + by
        first, last = show.room
        if start < max(first, now + 2 * _SAME_STILL) or start + show.length > last:
            return None
        show.start = start
        return "move"

    def _prolong(self, show: Show) -> str | None:
        longer = self._random.randint(1, 3) * MINUTE
        if show.stop + longer > show.room[1] or not show.is_listed or show.is_dropped:
            return None
        show.lengths.add(show.length)
        show.length += longer
        return "prolong"
