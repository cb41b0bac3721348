"""Mutants that no test can notice: a list with the reason for each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .mutations import Mutant

LIST: Final = Path(__file__).with_name("equivalent.txt")


@dataclass(frozen=True, slots=True)
class Equivalent:
    """What is found by its content: wherever the line stands, and as often as it does."""

    path: str
    source: str
    change: str
    reason: str

    def matches(self, mutant: Mutant) -> bool:
        """Whether it is this one."""
        mine = (self.path, self.source, self.change)
        return mine == (mutant.path, mutant.source, mutant.change)


def parse(text: str) -> list[Equivalent]:
    """Read paragraphs of four lines: path, source line, old → new, reason; `#` begins a comment.

    Raises ValueError for any other paragraph.
    """
    found = []
    for paragraph in text.split("\n\n"):
        lines = [line.strip() for line in paragraph.splitlines()]
        lines = [line for line in lines if line and not line.startswith("# ")]
        if not lines:
            continue
        if len(lines) != 4:
            raise ValueError(f"four lines are needed, not {len(lines)}: {lines[0]}")
        found.append(Equivalent(*lines))
    return found


def stale(
    listed: Iterable[Equivalent], mutants_of: Callable[[str], Sequence[Mutant]]
) -> list[Equivalent]:
    """Return the entries that match nothing any more; the mutants are asked for by path."""
    return [one for one in listed if not any(map(one.matches, mutants_of(one.path)))]
