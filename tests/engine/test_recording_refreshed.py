"""What is planned, in a guide that never stands still: each airing once, and nothing comes back."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import Phase, given, settings, strategies as st

from downlink.models import SERIES, Programme
from downlink.recording.model import Reason, Recording, RuleKind, State

from .planning import House, episode, rule
from .samples import HOUR, MINUTE, NOON, seconds_of
from .test_airings import EAST, WEST, feed
from .test_follows_refreshed import SPELLINGS

ZONE: Final = ZoneInfo("America/New_York")
SHOWS: Final = ("Trigun", "Pokémon", "Kenan & Kel", "Yu-Gi-Oh!", "Dexter's Laboratory")
BACK: Final = datetime(2026, 10, 30, 20, tzinfo=ZONE)
"""Two days before the clocks go back."""
AHEAD: Final = datetime(2027, 3, 12, 20, tzinfo=ZONE)
LIVE: Final = frozenset({State.PLANNED, State.RECORDING, State.COMPLETE})
EXAMPLES: Final = 20
REFRESHES: Final = 50
PHASES: Final = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failing example of so many steps takes minutes to shrink: set `REFRESHES` to 10 for that."""


@dataclass(slots=True)
class Truth:
    """An airing as the station means it; its number is in the description, which nobody reads."""

    number: int
    show: str
    episode: int
    first: datetime
    """When it was to begin at first: no show moves into another's night."""
    start: datetime
    spelling: int = 0
    is_forgotten: bool = False
    is_retitled: bool = False
    is_listed: bool = True
    is_on_the_east: bool = True
    west: int = 0
    """Minutes that the West is late."""

    def told(self) -> list[tuple[str, Programme]]:
        title = SPELLINGS[self.spelling](self.show)
        one = Programme(
            start=self.start,
            stop=self.start + 30 * MINUTE,
            title=f"Special {self.number}" if self.is_retitled else title,
            episode=None if self.is_forgotten else self.episode,
            categories=(SERIES,),
            block="Toonami",
            description=str(self.number),
        )
        delay = 3 * HOUR + self.west * MINUTE
        later = replace(one, start=one.start + delay, stop=one.stop + delay)
        listed = [(EAST, one)] if self.is_on_the_east else []
        return [*listed, (WEST, later)] if self.is_listed else []


class Station:
    """Four nights of five shows, and a house that records all of them."""

    def __init__(self, first: datetime, places: int) -> None:
        self.truths: list[Truth] = []
        for night in range(4):
            for place, title in enumerate(SHOWS):
                # Wall clocks: a night later is the same time of day.
                start = (first + timedelta(days=night)).astimezone(NOON.tzinfo)
                number = len(self.truths)
                self.truths.append(
                    Truth(number, title, number + 1, start + place * HOUR, start + place * HOUR)
                )
        self.house = House(rule("Toonami", RuleKind.BLOCK), zone=ZONE, places=places)
        self.house.now = first.astimezone(NOON.tzinfo) - 12 * HOUR
        self.dead: set[int] = set()

    def refresh(self) -> None:
        guide: dict[str, list[Programme]] = {EAST: [], WEST: []}
        for truth in self.truths:
            for key, shown in truth.told():
                guide[key].append(shown)
        for shows in guide.values():
            shows.sort(key=lambda one: one.start)
        self.house.look(guide)

    def of(self, truth: Truth) -> list[Recording]:
        return [
            one for one in self.house.recordings if one.programme.description == str(truth.number)
        ]

    def happen(self, what: str, which: int, amount: int) -> None:
        truth = self.truths[which % len(self.truths)]
        if what == "wait":
            self.wait(amount % 6 * 20 * MINUTE)
        elif what in {"cancel", "delete", "fail", "hole"}:
            self.decide(what, truth)
        elif truth.start > self.house.now:
            self.change(what, truth, amount)
        self.refresh()

    def change(self, what: str, truth: Truth, amount: int) -> None:
        if what == "move":
            start = truth.first + (amount - 6) * 17 * MINUTE
            apart = [abs(one.start - start) for one in self.truths if one is not truth]
            # A guide has no two programmes at a time.
            if min(apart) > 45 * MINUTE:
                truth.start = start
        elif what == "swap":
            others = [
                one
                for one in self.truths
                if one is not truth
                and one.start > self.house.now
                and abs(one.start - truth.start) < 3 * HOUR
                and abs(one.start - truth.first) < 4 * HOUR
                and abs(truth.start - one.first) < 4 * HOUR
            ]
            if others:
                other = others[amount % len(others)]
                truth.start, other.start = other.start, truth.start
        elif what == "spell":
            truth.spelling = amount % len(SPELLINGS)
        elif what == "west":
            truth.west = amount - 6
        elif what == "east":
            truth.is_on_the_east = not truth.is_on_the_east
        elif what == "forget":
            truth.is_forgotten = not truth.is_forgotten
        elif what == "retitle":
            # What comes back at another time and under another title is another programme.
            truth.is_retitled ^= truth.is_listed
        else:
            truth.is_listed = not truth.is_listed

    def decide(self, what: str, truth: Truth) -> None:
        for one in self.of(truth):
            if what == "cancel" and one.state is State.PLANNED:
                self.house.set(one.number, State.CANCELLED)
                self.dead.add(truth.number)
            elif what == "delete" and one.state in {State.COMPLETE, State.RECORDING}:
                self.house.set(one.number, State.DELETED)
                self.dead.add(truth.number)
            elif what == "fail" and one.state is State.RECORDING:
                self.house.set(one.number, State.FAILED, reason=Reason.NO_SIGNAL)
            elif what == "hole" and one.state is State.COMPLETE:
                self.house.holed(one.number)

    def wait(self, time: timedelta) -> None:
        """Let time pass in small steps, and record what is to be recorded."""
        end = self.house.now + time
        while self.house.now < end:
            self.house.now += 10 * MINUTE
            self.house.look()
            assert self.house.last
            for one in self.house.recordings:
                span = self.house.last.spans.get(one.identity)
                if one.state is State.PLANNED and span and span.start <= self.house.now:
                    self.house.set(one.number, State.RECORDING)
                elif one.state is State.RECORDING and one.stop <= self.house.now:
                    self.house.set(one.number, State.COMPLETE)

    def check(self) -> None:
        live = Counter(
            one.programme.description for one in self.house.recordings if one.state in LIVE
        )
        assert not [number for number, count in live.items() if count > 1], "twice"
        assert not self.dead & {int(number or -1) for number in live}, "came back"
        assert self.house.last
        for truth in self.truths:
            if truth.number not in self.dead and any(
                shown.start >= self.house.now for _, shown in truth.told()
            ):
                assert live[str(truth.number)] or self.is_holed(truth), "not planned"

    def is_holed(self, truth: Truth) -> bool:
        return any(one.state is State.INTERRUPTED for one in self.of(truth))


CHANGES: Final = ("move", "swap", "spell", "west", "east", "forget", "retitle", "list")
DECISIONS: Final = ("cancel", "delete", "fail", "hole", "wait")

happenings = st.lists(
    st.tuples(st.sampled_from((*CHANGES, *DECISIONS)), st.integers(0, 19), st.integers(0, 12)),
    min_size=REFRESHES,
    max_size=REFRESHES,
)


@settings(max_examples=EXAMPLES, phases=PHASES)
@given(st.sampled_from([BACK, AHEAD]), st.integers(1, 2), happenings)
def test_a_thousand_refreshes(
    first: datetime, places: int, happens: Sequence[tuple[str, int, int]]
) -> None:
    """Each `look` also plans twice, and nothing changes the second time."""
    station = Station(first, places)
    station.refresh()
    station.check()
    for what, which, amount in happens:
        station.happen(what, which, amount)
        station.check()


def test_time_in_proportion() -> None:
    def work(days: int) -> Callable[[], object]:
        house = House(*(rule(f"Show {number}") for number in range(100)), places=2)
        guide = {
            key: [episode(30 * n, n % 60, f"Show {n % 120}") for n in range(48 * days)]
            for key in (EAST, WEST, "movies")
        }
        house.feed = feed(guide)
        return house.plan

    few, many = seconds_of(work(2)), seconds_of(work(8))
    assert many < 4 * few * 3 + 0.05
