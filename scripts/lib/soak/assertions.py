"""Check that nothing Home Assistant holds has grown."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median
from typing import Final

from .resources import Resources

MEMORY_LIMIT: Final = 0.02
"""How much the memory may grow over the second half, as a fraction."""
OBJECTS_LIMIT: Final = 0.01
"""How much the number of Python's objects may grow between two rests, as a fraction."""
RECORDING_OBJECTS: Final = 60
"""How many more there may be for each recording that is known: its programme, with all it says."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked, and whether it is as it should be."""

    good: bool
    text: str


def check_growth(
    warm: Resources, end: Resources, samples: Sequence[tuple[float, float]], recordings: int
) -> Iterator[Finding]:
    """Compare the end with the rest after the warm-up; `samples` are seconds and MiB between.

    So many recordings more are known than at that rest; Home Assistant remembers them on purpose.
    """
    half = samples[len(samples) // 2 :]
    growth = slope(half) * (half[-1][0] - half[0][0])
    limit = MEMORY_LIMIT * end.rss
    yield Finding(
        growth < limit,
        f"memory: {warm.rss:.1f} MiB after the warm-up, {end.rss:.1f} at the end; the trend of "
        f"the second half comes to {growth:+.1f} MiB (limit {limit:.1f})",
    )
    grown = end.all_objects - warm.all_objects
    most = int(OBJECTS_LIMIT * warm.all_objects) + RECORDING_OBJECTS * recordings
    kinds = Counter({name: end.objects[name] - warm.objects[name] for name in end.objects})
    yield Finding(
        grown < most,
        f"Python's objects: {warm.all_objects:,}, then {end.all_objects:,} ({grown:+,}; limit "
        f"{most:,} with {recordings} more recordings), most of {dict(kinds.most_common(8))}",
    )
    for name, before, after in (
        ("tasks", warm.all_tasks, end.all_tasks),
        ("file descriptors", warm.all_files, end.all_files),
        ("threads", warm.threads, end.threads),
        ("child processes", warm.children, end.children),
    ):
        yield Finding(after <= before, f"{name}: {before}, then {after}")
    for name, more in (("tasks", end.tasks - warm.tasks), ("files", end.files - warm.files)):
        if more:
            yield Finding(good=False, text=f"{name} that were not there: {dict(more)}")


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """Return the median slope between any two points (Theil and Sen): spikes do not count."""
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(samples, 2) if a[0] < b[0]]
    return median(slopes) if slopes else 0.0
