"""What goes wrong, and for how long."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from .house import House
from .judge import Trouble
from .relay import LENGTH, at
from .station import MINUTE, Show, Station

FAULTS: Final = (
    "kill",
    "power cut",
    "restart",
    "disk full",
    "no space left",
    "read-only",
    "hang",
    "node",
    "no upstream",
)
_SEGMENT: Final = timedelta(seconds=LENGTH)


@dataclass(slots=True)
class Fault:
    """One fault, in the middle of a programme, wherever the guide moves that."""

    kind: str
    show: Show
    place: float
    """Where in the programme, 0 to 1."""
    showing: int

    @property
    def channel(self) -> str:
        return list(self.show.showings())[self.showing][0]

    @property
    def at(self) -> datetime:
        _, start, stop = list(self.show.showings())[self.showing]
        first, last = start - MINUTE, stop + 3 * MINUTE
        return first + self.place * (last - first)


@dataclass(slots=True)
class Ongoing:
    """Something that is wrong for a while."""

    until: datetime
    heal: Callable[[], Awaitable[None]]
    is_of_disk: bool = False


class Faults:
    """Draw them, and let them happen."""

    def __init__(
        self,
        house: House,
        station: Station,
        random: Random,
        troubles: list[Trouble],
        refresh: Callable[[], Awaitable[None]],
    ) -> None:
        self.count: Counter[str] = Counter()
        self._house = house
        self._station = station
        self._random = random
        self._troubles = troubles
        self._pending: list[Fault] = []
        self._ongoing: list[Ongoing] = []
        self._refresh = refresh

    def draw(self, count: int, kinds: Sequence[str]) -> None:
        """Draw so many, each kind as often as the others."""
        for number in range(count if kinds else 0):
            # The first of each kind soon enough that it can still be put off.
            shows = self._station.shows
            show = self._random.choice(shows[: len(shows) // 2] if number < len(kinds) else shows)
            showings = len(list(show.showings()))
            showing = 1 if showings > 1 and self._random.random() < 0.2 else 0
            fault = Fault(kinds[number % len(kinds)], show, self._random.random(), showing)
            self._pending.append(fault)

    def _put_off(self, fault: Fault) -> None:
        """Let it happen to a programme that is to come, if there is one."""
        later = [
            (show, showing)
            for show in self._station.shows
            for showing, (_, start, _) in enumerate(show.showings())
            if start > self._house.now + MINUTE
        ]
        if later:
            fault.show, fault.showing = self._random.choice(later)
            self._pending.append(fault)

    @property
    def moments(self) -> list[datetime]:
        """When something will go wrong."""
        return [one.at for one in self._pending]

    @property
    def is_near(self) -> bool:
        """Whether the clock has to go slowly: something is wrong, or will be in a moment."""
        return bool(self._ongoing)

    async def look(self) -> None:
        """Let happen what is due."""
        now = self._house.now
        for one in [one for one in self._ongoing if one.until <= now]:
            self._ongoing.remove(one)
            await one.heal()
        for fault in [one for one in self._pending if one.at <= now]:
            self._pending.remove(fault)
            if self._is_of_disk or now - fault.at > 2 * MINUTE:
                self._put_off(fault)
            else:
                self.count[fault.kind] += 1
                await self._begin(fault)
                return

    async def end(self) -> None:
        """Let everything be well."""
        for one in self._ongoing:
            await one.heal()
        self._ongoing.clear()

    @property
    def _is_of_disk(self) -> bool:
        return any(one.is_of_disk for one in self._ongoing)

    async def _begin(self, fault: Fault) -> None:
        match fault.kind:
            case "kill" | "power cut":
                await self._kill(fault.kind)
            case "restart":
                await self._restart()
            case "node":
                self._change_node(fault.channel)
            case "no upstream":
                self._lose_upstream(fault.channel)
            case _:
                self._spoil_disk(fault.kind)

    # Home Assistant

    async def _kill(self, kind: str) -> None:
        """End it at one of the next calls of the disk; nothing of its end reaches the disk."""
        house = self._house
        house.disk.die_after(self._random.randrange(16))
        begun = house.now
        for _ in range(4):
            if not house.disk.is_dead:
                await house.move_to(house.now + _SEGMENT)
        house.disk.is_dead = True
        await house.stop()
        house.disk.heal()
        if kind == "power cut":
            house.disk.cut_power(self._random)
        await self._be_away(kind, begun)

    async def _restart(self) -> None:
        begun = self._house.now
        await self._house.stop()
        await self._be_away("restart", begun)

    async def _be_away(self, kind: str, begun: datetime) -> None:
        """Let some time pass without Home Assistant."""
        house = self._house
        away = self._random.choice((0, 20, 60, 300, 900)) * timedelta(seconds=1)
        await house.move_to(house.now + away)
        await house.start(self._station.feed(house.now))
        self._troubles.append(Trouble(kind, begun - _SEGMENT, house.now + _SEGMENT))

    # The channel

    def _change_node(self, channel: str) -> None:
        """Go on with another node, which may be ahead."""
        air = self._house.relay.airs[channel]
        air.is_broken = True
        if self._random.random() < 0.5:
            start = at(air.next)
            air.next += LENGTH
            self._troubles.append(Trouble("node", start, start + _SEGMENT, channel))

    def _lose_upstream(self, channel: str) -> None:
        air, now = self._house.relay.airs[channel], self._house.now
        until = now + self._random.choice((1, 5, 20)) * MINUTE
        air.silent_until, air.has_slate = until, self._random.random() < 0.5
        self._troubles.append(Trouble("no upstream", now - _SEGMENT, until + _SEGMENT, channel))

    # The disk

    def _spoil_disk(self, kind: str) -> None:
        house, now = self._house, self._house.now
        disk = house.disk
        match kind:
            case "disk full":
                disk.fill()
            case "no space left":
                disk.is_full = True
            case "read-only":
                disk.refuse()
            case "hang":
                disk.hold()
        until = now + self._random.choice((1, 3, 6)) * MINUTE

        async def heal() -> None:
            disk.heal()
            await house.settle()
            # What it has stopped goes on within a minute, and with a segment's end.
            until = house.now + MINUTE + 2 * _SEGMENT
            self._troubles.append(Trouble(kind, now - _SEGMENT, until))

        self._ongoing.append(Ongoing(until, heal, is_of_disk=True))
