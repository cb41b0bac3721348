"""Round after round: trouble, what people do meanwhile, and the judge."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
import time
from typing import Final

from scripts.lib.develop.waiting import DevelopError

from .environment import Arena
from .faults import TROUBLES, Trouble

BLOCK: Final = 5
"""Rounds in a row with the same provider."""
_SECOND_TROUBLE: Final = 0.25
_TIME_TO_GO_ON: Final = (0.0, 6.0, 6.0)
"""Seconds that what was begun may take before the trouble is over; most is done sooner."""
_SUDDEN_KILL: Final = 0.08
"""How often Home Assistant is killed at any moment, not at a chosen operation."""


def _refresh(arena: Arena, random: Random) -> None:
    arena.start_refresh()
    time.sleep(random.random())


def _rotate(arena: Arena, random: Random) -> None:
    arena.start_rotation()
    time.sleep(random.random() / 2)


def _options(arena: Arena, random: Random) -> None:
    arena.change_options(random)


def _reload(arena: Arena, random: Random) -> None:
    arena.reload()


DEEDS: Final[dict[str, tuple[int, Callable[[Arena, Random], None]]]] = {
    "refresh": (10, _refresh),
    "reload": (2, _reload),
    "options": (2, _options),
    "rotation": (2, _rotate),
}


@dataclass(slots=True)
class Result:
    """What a campaign has brought."""

    rounds: int = 0
    troubles: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    restarts: int = 0
    failures: list[str] = field(default_factory=list)


class Campaign:
    """Rounds that depend on nothing but the seed and their number."""

    def __init__(self, arena: Arena, seed: int, say: Callable[[str], None]) -> None:
        self.result = Result()
        self._arena = arena
        self._seed = seed
        self._say = say

    def round(self, number: int) -> None:
        """Do one round, and note what was wrong after it."""
        random = Random(f"{self._seed}/{number}")  # noqa: S311  # it has to be repeatable
        started = time.monotonic()
        story: list[str] = []
        try:
            self._trouble(random, number, story)
            complaints = list(self._after(story))
        except (DevelopError, OSError) as err:
            complaints = [f"the round broke off: {err}"]
            self._arena.orders.take_back()
        complaints += self._arena.traffic.take_complaints()
        self.result.rounds += 1
        seconds = time.monotonic() - started
        self._say(f"round {number} ({seconds:.1f} s): {', '.join(story)}")
        for complaint in complaints:
            self._say(f"  WRONG: {complaint}")
            self.result.failures.append(f"round {number}: {complaint}")

    def _trouble(self, random: Random, number: int, story: list[str]) -> None:
        arena = self._arena
        arena.use_provider("command" if number // BLOCK % 2 else "bundled")
        for trouble in self._choose(random):
            if trouble.is_off and arena.is_running:
                arena.kill()
            what = trouble.begin(arena, random)
            self.result.troubles[trouble.name] += 1
            story.append(f"{trouble.name} [{what}]" if what else trouble.name)
        if not arena.is_running:
            self._restart()
        for deed in self._deeds(random):
            story.append(deed)
            self.result.deeds[deed] += 1
            # Nobody answers any more once the order to kill has been carried out.
            with suppress(OSError, DevelopError):
                DEEDS[deed][1](arena, random)
        arena.wait(random.choice(_TIME_TO_GO_ON))
        if random.random() < _SUDDEN_KILL and arena.is_running:
            story.append("killed")
            self.result.troubles["sudden kill"] += 1
            arena.kill()

    def _choose(self, random: Random) -> list[Trouble]:
        arena = self._arena
        fitting = [
            one for one in TROUBLES if one.provider in ("", arena.provider) and one.can_do(arena)
        ]
        chosen: list[Trouble] = []
        for _ in range(2 if random.random() < _SECOND_TROUBLE else 1):
            one = random.choices(fitting, [one.weight for one in fitting])[0]
            if one not in chosen:
                chosen.append(one)
        # What needs Home Assistant off goes first: the others begin while it runs, or starts.
        return sorted(chosen, key=lambda one: not one.is_off)

    def _deeds(self, random: Random) -> Iterator[str]:
        weights = [weight for weight, _ in DEEDS.values()]
        for _ in range(random.randint(1, 3)):
            yield random.choices(list(DEEDS), weights)[0]

    def _restart(self) -> None:
        self.result.restarts += 1
        self._arena.start()

    def _after(self, story: list[str]) -> Iterator[str]:
        """Make everything whole; yield what is wrong before and after a good refresh."""
        arena = self._arena
        was_running = arena.is_running
        if where := arena.heal():
            story.append(f"killed at {where.replace(str(arena.folder), '')}")
        if not was_running:
            self.result.restarts += 1
        arena.settle()
        yield from arena.check_secrets()
        if arena.judge.newest:
            yield from (f"before a good refresh: {text}" for text in self._looks())
        if error := arena.refresh():
            yield f"a refresh fails although all is well: {error}"
        arena.settle()
        yield from (f"after a good refresh: {text}" for text in self._looks())
        yield from arena.judge.look_for_leftovers()
        yield from arena.check_log()

    def _looks(self) -> Iterator[str]:
        arena = self._arena
        if arena.damaged:
            # Whoever has reloaded the entry since has it fall back to what is whole.
            arena.judge.newest = min(arena.judge.newest, arena.newest_on_disk())
        yield from arena.judge.look(arena.access)
