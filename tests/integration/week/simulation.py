"""The week: a station that changes its mind, a house that records it, and what goes wrong."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from freezegun import api as clocks
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.engine.downlink.recording.model import RuleKind, State

from .faults import FAULTS, Faults
from .house import PADDING, PLACES, House, make_house
from .judge import Judge, Trouble
from .relay import LENGTH, Relay, make_segments
from .station import DAY, MINUTE, SHOWS, Show, Station

ZONE: Final = "America/New_York"
BACK: Final = datetime(2026, 11, 1, 6, tzinfo=UTC)
AHEAD: Final = datetime(2027, 3, 14, 7, tzinfo=UTC)
"""When the clocks of the house change."""
_DECIDES: Final = 0.01
_UNWANTED: Final = 0.1
_LONGEST_STEP: Final = timedelta(minutes=10)
_AFTER: Final = timedelta(hours=5)
_ROOM: Final = 250_000
"""Bytes of the quota for each airing: not enough for all of them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be simulated; the same each time."""

    seed: int
    airings: int = 500
    change: datetime = BACK
    """When the clocks change, in the middle of it."""
    refreshes: int = 1000
    faults: int = 100
    days: float = 7

    @property
    def first(self) -> datetime:
        return self.change - round(self.days * DAY / 2 / MINUTE) * MINUTE


@dataclass(slots=True)
class Report:
    """What came of it."""

    plan: Plan
    problems: list[str] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)
    log: Sequence[str] = ()
    faults: Mapping[str, int] = field(default_factory=dict)

    def text(self) -> str:
        lines = [f"{name}: {value}" for name, value in self.figures.items()]
        return "\n".join((*lines, *self.problems, *(self.log if self.problems else ())))


class Week:
    """One run."""

    def __init__(self, plan: Plan, house: House, station: Station, random: Random) -> None:
        self.plan = plan
        self.house = house
        self.station = station
        self.random = random
        self.troubles: list[Trouble] = []
        self.faults = Faults(house, station, random, self.troubles, self.refresh)
        self.changes: Counter[str] = Counter()
        self._refreshes = self._moments(
            plan.refreshes if plan.refreshes is not None else 2 * plan.airings
        )
        self._asked: set[int] = set()
        self.judged: set[Show] = set()
        """What somebody has thought about."""
        self.faults.draw(plan.faults, FAULTS)

    def _moments(self, count: int) -> list[datetime]:
        """Draw moments, the last one first."""
        length = (self.station.last - self.station.first).total_seconds()
        return sorted(
            (
                self.station.first + timedelta(seconds=int(self.random.random() * length))
                for _ in range(count)
            ),
            reverse=True,
        )

    @property
    def now(self) -> datetime:
        return self.house.now

    async def run(self) -> None:
        """Live through it."""
        house = self.house
        await house.start(self.station.feed(self.now))
        for show in SHOWS:
            await house.recordings.async_add_rule(RuleKind.SHOW, show)
        await house.settle()
        while self.now < self.station.last + _AFTER:
            await house.move_to(self._next())
            await self.faults.look()
            await self._look()
        await self.faults.end()

    def _next(self) -> datetime:
        """Return when something is next."""
        if self.house.relay.watching or self.faults.is_near or self._is_awaited():
            return self.now + timedelta(seconds=LENGTH)
        moments = [self.now + _LONGEST_STEP, *self.faults.moments]
        for show in self.station.shows:
            moments += [start - PADDING[0] * MINUTE for _, start, _ in show.showings()]
            moments.append(show.start - 3 * MINUTE)
        if self._refreshes:
            moments.append(self._refreshes[-1])
        return min(moment for moment in moments if moment > self.now)

    def _is_awaited(self) -> bool:
        """Whether something is to go on, or has to begin late."""
        return any(
            one.state is State.RECORDING
            or (one.state is State.PLANNED and one.start <= self.now < one.stop)
            for one in self.house.items
        )

    async def _look(self) -> None:
        """Do what is due."""
        due = 0
        while self._refreshes and self._refreshes[-1] <= self.now:
            self._refreshes.pop()
            due += 1
        for _ in range(due):
            if what := self.station.change(self.now):
                self.changes[what] += 1
            await self.refresh()
        if self.station.settle(self.now, 4 * MINUTE):
            await self.refresh()
        await self._ask()
        await self._decide()

    async def refresh(self) -> None:
        """Let the house have today's guide."""
        await self.house.show(self.station.feed(self.now))

    async def _ask(self) -> None:
        """Ask for what somebody wants beside what there are rules for."""
        for show in self.station.shows:
            is_soon = show.start - DAY / 2 < self.now < show.start
            is_told = show.is_listed and not show.is_dropped
            if show.is_by_hand and is_soon and is_told and show.number not in self._asked:
                self._asked.add(show.number)
                await self.house.ask(self.house.recordings.async_record(show.channel, show.start))

    async def _decide(self) -> None:
        """Let somebody not want what is planned, or delete what is there."""
        for one in self.house.items if self.random.random() < _DECIDES else ():
            show = self.station.shown(one.channel, one.start)
            if show is None or show.is_by_hand or show.repeats or show in self.judged:
                continue
            self.judged.add(show)
            choice = self.random.random()
            if one.state is State.PLANNED and choice < _UNWANTED:
                show.is_cancelled = True
                await self.house.ask(self.house.recordings.async_cancel(one.identity))
            elif one.state is State.COMPLETE and choice < _UNWANTED:
                show.is_deleted = True
                await self.house.ask(self.house.recordings.async_delete(one.identity))


async def simulate(
    plan: Plan,
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    base: Path,
) -> Report:
    """Live through a plan, and judge what came of it."""
    began = clocks.real_perf_counter()
    hass.loop.set_debug(False)
    # Timers are due that are set to this very moment: seconds since 1970 know no nanoseconds.
    monkeypatch.setattr(hass.loop, "_clock_resolution", 0.001)
    segments = await make_segments()
    random = Random(plan.seed)
    station = Station(random, plan.first, plan.days, plan.airings)
    relay = Relay(segments, PLACES)
    first = station.first - timedelta(hours=1)
    freezer.move_to(first)
    relay.now = first
    await hass.config.async_set_time_zone(ZONE)
    house = make_house(hass, relay, freezer, monkeypatch, base, quota=plan.airings * _ROOM)
    week = Week(plan, house, station, random)
    await week.run()
    lived = clocks.real_perf_counter() - began
    judge = Judge(station, house, week.troubles)
    verdict = await hass.async_add_executor_job(judge.judge)
    items = house.items
    await house.stop()
    figures: dict[str, object] = {
        "seed": plan.seed,
        "airings": len(station.shows),
        "days": round(plan.days, 2),
        "changes of the guide": dict(week.changes),
        "faults": dict(week.faults.count),
        "files": verdict.files,
        "pictures": verdict.pictures,
        "holes": verdict.holes,
        "seconds missing": verdict.seconds_missing,
        "states": dict(verdict.states),
        "seconds": f"{lived:.0f} + {clocks.real_perf_counter() - began - lived:.0f}",
    }
    log = [*station.log, *map(str, week.troubles), *map(str, items)]
    return Report(plan, verdict.problems, figures, log, dict(week.faults.count))
