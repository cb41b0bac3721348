"""Rounds: inject faults, act meanwhile, repair, and check the feed."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
import time
from typing import Final

from scripts.lib.develop.waiting import DevelopError

from .actions import ACTIONS
from .environment import Environment
from .faults import FAULTS, NOTHING, Fault

PROVIDERS: Final = ("bundled", "command", "folder")
BLOCK: Final = 5
"""Rounds in a row with the same provider."""
_SECOND_FAULT: Final = 0.25
"""How often there are two faults in a round."""
_FAULT_SECONDS: Final = (0.0, 6.0, 6.0)
"""Seconds that the faults last while actions run; most actions are done sooner."""
_SUDDEN_KILL: Final = 0.08
"""How often Home Assistant is killed at any moment, not at a chosen operation."""


@dataclass(slots=True)
class Result:
    """What happened in a campaign, and what was wrong."""

    rounds: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    restarts: int = 0
    failures: list[str] = field(default_factory=list)


class Campaign:
    """Rounds of faults and actions, chosen by the seed and their number alone."""

    def __init__(
        self, environment: Environment, seed: int, say: Callable[[str], None], only: str = ""
    ) -> None:
        """`only` is the name of a fault or an action; nothing else happens then."""
        self.result = Result()
        self._only = only
        self._environment = environment
        self._seed = seed
        self._say = say

    def round(self, number: int) -> None:
        """Do one round, and record what was wrong after it."""
        random = Random(f"{self._seed}/{number}")  # noqa: S311  # it has to be repeatable
        started = time.monotonic()
        story: list[str] = []
        try:
            self._disturb(random, number, story)
            complaints = list(self._check(story))
        except (DevelopError, OSError) as err:
            complaints = [f"the round broke off: {err}"]
            self._environment.injector.clear()
        complaints += self._environment.traffic.take_complaints()
        complaints += self._environment.take_granted()
        self.result.rounds += 1
        seconds = time.monotonic() - started
        self._say(f"round {number} ({seconds:.1f} s): {', '.join(story)}")
        for complaint in complaints:
            self._say(f"  WRONG: {complaint}")
            self.result.failures.append(f"round {number}: {complaint}")

    def _disturb(self, random: Random, number: int, story: list[str]) -> None:
        """Inject faults and act while they last; add both to the story."""
        environment = self._environment
        wanted = next((one.provider for one in FAULTS if one.name == self._only), "")
        environment.use_provider(wanted or PROVIDERS[number // BLOCK % len(PROVIDERS)])
        for fault in self._choose_faults(random):
            if fault.needs_stop and environment.is_running:
                environment.kill()
            what = fault.inject(environment, random)
            self.result.faults[fault.name] += 1
            story.append(f"{fault.name} [{what}]" if what else fault.name)
        if not environment.is_running:
            self._restart()
        for name in self._choose_actions(random):
            story.append(name)
            self.result.actions[name] += 1
            # There is no answer any more once a fault has killed Home Assistant.
            with suppress(OSError, DevelopError):
                ACTIONS[name][1](environment, random)
        environment.wait(random.choice(_FAULT_SECONDS))
        if random.random() < _SUDDEN_KILL and environment.is_running:
            story.append("killed")
            self.result.faults["sudden kill"] += 1
            environment.kill()

    def _choose_faults(self, random: Random) -> list[Fault]:
        environment = self._environment
        fitting = [
            one
            for one in FAULTS
            if one.provider in ("", environment.provider) and one.is_possible(environment)
        ]
        if self._only:
            fitting = [one for one in FAULTS if one.name == self._only] or [NOTHING]
        chosen: list[Fault] = []
        for _ in range(2 if random.random() < _SECOND_FAULT else 1):
            one = random.choices(fitting, [one.weight for one in fitting])[0]
            if one not in chosen:
                chosen.append(one)
        # What needs Home Assistant stopped goes first: the others begin while it runs, or starts.
        return sorted(chosen, key=lambda one: not one.needs_stop)

    def _choose_actions(self, random: Random) -> Iterator[str]:
        if self._only in ACTIONS:
            yield self._only
            return
        weights = [weight for weight, _ in ACTIONS.values()]
        for _ in range(random.randint(1, 3)):
            yield random.choices(list(ACTIONS), weights)[0]

    def _restart(self) -> None:
        self.result.restarts += 1
        self._environment.start()

    def _check(self, story: list[str]) -> Iterator[str]:
        """Repair everything; yield what is wrong before and after a good refresh."""
        environment = self._environment
        was_running = environment.is_running
        if environment.injector.is_somebody_waiting:
            story.append("somebody waited for the mount")
        if where := environment.heal():
            story.append(f"killed at {where.replace(str(environment.folder), '')}")
        if not was_running:
            self.result.restarts += 1
        environment.settle()
        yield from environment.check_secrets()
        if environment.assertions.newest:
            yield from (f"before a good refresh: {text}" for text in self._check_feed())
        if error := environment.refresh():
            yield f"a refresh fails although all is well: {error}"
        environment.settle()
        yield from (f"after a good refresh: {text}" for text in self._check_feed())
        yield from environment.assertions.check_leftovers()
        yield from environment.check_log()
        yield from environment.check_links()

    def _check_feed(self) -> Iterator[str]:
        environment = self._environment
        if environment.damaged:
            # A reload since then makes the integration fall back to a generation that is whole.
            environment.assertions.newest = min(
                environment.assertions.newest, environment.newest_on_disk()
            )
        yield from environment.assertions.check_feed(environment.access)
