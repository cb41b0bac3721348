"""How many of the mutants were noticed, by part of the code."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .reach import ENGINE, INTEGRATION
from .run import Result, Verdict

_GUARDED: Final = tuple(
    f"{INTEGRATION}/{name}"
    for name in (
        "views/",
        "streaming/",
        "storage/credentials.py",
        "storage/log_filter.py",
        "diagnostics.py",
    )
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the code with the percentage that has to be noticed there."""

    name: str
    goal: float
    places: tuple[str, ...]


PARTS: Final = (
    Part("engine", 95, (f"{ENGINE}/",)),
    Part("views, redaction, streams", 92, _GUARDED),
    Part("the rest", 92, ("",)),
)


def part_of(path: str) -> Part:
    """Return the part that a module belongs to: the first that fits."""
    return next(part for part in PARTS if path.startswith(part.places))


@dataclass(frozen=True, slots=True)
class Score:
    """What was noticed of one part."""

    part: Part
    results: Sequence[Result]
    listed: int
    """Equivalent ones in the sample, which were not tried."""

    @property
    def percent(self) -> float:
        """Of those that were tried."""
        return 100 * sum(one.is_killed for one in self.results) / len(self.results)

    @property
    def is_reached(self) -> bool:
        """Whether it is what it has to be."""
        return self.percent >= self.part.goal

    def __str__(self) -> str:
        """Say it on one line."""
        numbers = [
            f"{number} {verdict}"
            for verdict in Verdict
            if (number := sum(one.verdict is verdict for one in self.results))
        ]
        listed = f"; {self.listed} equivalent" if self.listed else ""
        goal = f"{self.percent:.1f} % of {len(self.results)} (at least {self.part.goal:.0f} %)"
        return f"{self.part.name}: {goal}: {', '.join(numbers)}{listed}"


def scores(results: Iterable[Result], listed: Mapping[str, int]) -> Iterator[Score]:
    """Yield the score of each part of which mutants were tried; `listed` goes by its name."""
    all_results = list(results)
    for part in PARTS:
        own = [one for one in all_results if part_of(one.mutant.path) == part]
        if own:
            yield Score(part, own, listed.get(part.name, 0))
