"""Which tests reach which line: measured once for each state of code and tests, and kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
import json
import os
from pathlib import Path
import re
import subprocess
import sys
from typing import Final

from coverage import CoverageData

from .mutations import Mutant
from .noting import VARIABLE

ROOT: Final = Path(__file__).parents[3]
INTEGRATION: Final = "custom_components/toonami_downlink"
ENGINE: Final = f"{INTEGRATION}/engine"
KEPT: Final = ROOT / ".mutants"
SLOW: Final = 5.0
"""Seconds; tests that take longer come last, however well they fit."""
_WORD: Final = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests that start in one way, and whose code they have to hold."""

    name: str
    arguments: tuple[str, ...]
    """For pytest, as in scripts/test."""
    start: float
    """Seconds until the first test runs, on a machine that has other things to do."""


ENGINE_TESTS: Final = Suite(
    "engine", ("-p", "no:homeassistant", "-o", f"pythonpath={ENGINE} .", "--timeout=120"), 30
)
INTEGRATION_TESTS: Final = Suite("integration", (), 60)
SUITES: Final = (ENGINE_TESTS, INTEGRATION_TESTS)


def suites_of(path: str) -> tuple[Suite, ...]:
    """Return the tests that have to hold a module, in the order in which they are asked.

    The engine's own come first, because they start fast; what they do not reach, others may.
    """
    return SUITES if path.startswith(f"{ENGINE}/") else (INTEGRATION_TESTS,)


class Reach:
    """Which tests reach which line, and how long each takes."""

    def __init__(
        self,
        lines: Mapping[str, Mapping[int, frozenset[str]]],
        seconds: Mapping[str, float],
        root: Path = ROOT,
    ) -> None:
        """Take the tests by path and line, and the seconds of those that can be used."""
        self._lines = lines
        self.seconds = seconds
        self._root = root
        self._reached: dict[str, int] = {}
        for by_line in lines.values():
            for tests in by_line.values():
                for test in tests:
                    self._reached[test] = self._reached.get(test, 0) + 1

    def tests(self, mutant: Mutant) -> list[str]:
        """Return the tests that reach a mutant, those first that are likely to notice it.

        That is: those of its own module, then those that reach little else; slow ones last.
        """
        own = f"test_{Path(mutant.path).stem}"

        def order(test: str) -> tuple[bool, bool, int, str]:
            slow = self.seconds[test] > SLOW
            reached = self._reached.get(test, 0)
            return slow, own not in test.partition("::")[0], reached, test

        return sorted(self._reaching(mutant), key=order)

    def _reaching(self, mutant: Mutant) -> frozenset[str]:
        at = mutant.path, mutant.line
        if mutant.is_called:
            return self._of(at) or self._of((mutant.path, mutant.statement))
        if mutant.body is not None:
            first, last = mutant.body
            return self._of(at, *((mutant.path, line) for line in range(first, last + 1)))
        for name in mutant.names:
            found = self._of(*self._mentioned.get(name, ()))
            if found := found | self._naming.get(name, frozenset()):
                return found
        return self._of(*((mutant.path, line) for line in self._lines.get(mutant.path, ())))

    def _of(self, *places: tuple[str, int]) -> frozenset[str]:
        """Return the tests of some lines, without those that have failed unchanged."""
        none: frozenset[str] = frozenset()
        found = [self._lines.get(path, {}).get(line, none) for path, line in places]
        return frozenset(test for test in none.union(*found) if test in self.seconds)

    @cached_property
    def _mentioned(self) -> dict[str, list[tuple[str, int]]]:
        """Where each name stands in what is reached."""
        found: dict[str, list[tuple[str, int]]] = {}
        for path in self._lines:
            for number, line in enumerate((self._root / path).read_text("utf-8").split("\n"), 1):
                for name in set(_WORD.findall(line)):
                    found.setdefault(name, []).append((path, number))
        return found

    @cached_property
    def _naming(self) -> dict[str, frozenset[str]]:
        """The tests in whose file each name stands, such as those that compare a constant."""
        files: dict[str, set[str]] = {}
        for test in self.seconds:
            files.setdefault(test.partition("::")[0], set()).add(test)
        found: dict[str, set[str]] = {}
        for file, tests in files.items():
            path = self._root / file
            for name in set(_WORD.findall(path.read_text("utf-8"))) if path.is_file() else ():
                found.setdefault(name, set()).update(tests)
        return {name: frozenset(tests) for name, tests in found.items()}


def state() -> str:
    """Return a name for the code and the tests of the current commit."""
    places = [f"HEAD:{name}" for name in (INTEGRATION, "tests", "pyproject.toml")]
    argv = ["git", "rev-parse", *places]
    done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603  # ours
    return " ".join(done.stdout.split())


def load(suite: Suite, root: Path = ROOT) -> Reach:
    """Read what was measured."""
    data = CoverageData(str(KEPT / f"{suite.name}.coverage"))
    data.read()
    lines: dict[str, dict[int, frozenset[str]]] = {}
    for path in data.measured_files():
        by_line = data.contexts_by_lineno(path)
        reached = {line: frozenset(_tests(names)) for line, names in by_line.items()}
        lines[path] = {line: tests for line, tests in reached.items() if tests}
    return Reach(lines, json.loads((KEPT / f"{suite.name}.seconds").read_text("utf-8")), root)


def _tests(contexts: list[str]) -> Iterator[str]:
    """Yield the tests of contexts such as `test|run`; what no test has done has an empty one."""
    for context in contexts:
        if context:
            yield context.rpartition("|")[0]


def measured(suite: Suite, tree: Path, processes: int) -> Reach:
    """Return who reaches what, from before if neither code nor tests have changed since.

    The tests run in a copy of the tree: those that fail there are of no use there either.
    """
    stamp = KEPT / f"{suite.name}.state"
    now = state()
    if not (stamp.exists() and stamp.read_text("utf-8") == now):
        _measure(suite, tree, processes)
        stamp.write_text(now, "utf-8")
    return load(suite)


def _measure(suite: Suite, tree: Path, processes: int) -> None:
    KEPT.mkdir(exist_ok=True)
    data, seconds = KEPT / f"{suite.name}.coverage", KEPT / f"{suite.name}.seconds"
    for old in KEPT.glob(f"{suite.name}.*"):
        old.unlink()
    argv = [
        *(sys.executable, "-m", "pytest", f"tests/{suite.name}", *suite.arguments, "-q"),
        *("--no-header", "--tb=no", "-p", "scripts.lib.mutants.noting", "-p", "no:cacheprovider"),
        *("-n", str(processes), "--dist=worksteal"),
        *("--cov", "--cov-report=", "--cov-context=test"),
    ]
    # Python's own way to watch lines cannot tell who has reached them.
    own = {"COVERAGE_FILE": str(data), "COVERAGE_CORE": "ctrace", VARIABLE: str(seconds)}
    subprocess.run(argv, cwd=tree, env={**os.environ, **own}, check=False)  # noqa: S603  # ours
    if not (data.exists() and seconds.exists()):
        raise RuntimeError(f"the tests of {suite.name} have not run to their end")
