"""Try mutants: write each into a copy of the tree, and run the tests that reach it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
import os
from pathlib import Path
from queue import SimpleQueue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from typing import Final

from .forks import Forks, Trouble
from .mutations import Mutant
from .reach import ROOT, SUITES, Reach, Suite, suites_of

ROUNDS: Final = (40, 160)
"""Tests of a mutant that run first, and how many more of those that reach it when none noticed."""
PATIENCE: Final = 5
"""Times as long as the tests take unchanged, under coverage: then the mutant hangs."""
LINKED: Final = (".venv", "node_modules")
_NOTICED: Final = re.compile(r"^(?:FAILED|ERROR) (tests/\S+?::.+?)(?: - .*)?$", re.MULTILINE)
_PASSED, _FAILED = 0, 1


class Verdict(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    HUNG = "killed by the time limit"
    SURVIVED = "survived"
    UNREACHED = "reached by no test"


@dataclass(frozen=True, slots=True)
class Result:
    """A mutant, what became of it, and the first test that noticed."""

    mutant: Mutant
    verdict: Verdict
    by: str = ""

    @property
    def is_killed(self) -> bool:
        """Whether the tests have noticed."""
        return self.verdict in (Verdict.KILLED, Verdict.HUNG)


@contextmanager
def trees(number: int, root: Path = ROOT) -> Iterator[list[Path]]:
    """Give copies of the current commit, with the environments linked; remove them afterwards."""
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        made = [folder / f"tree-{index}" for index in range(number)]
        for tree in made:
            argv = ["git", "clone", "--quiet", "--shared", str(root), str(tree)]
            subprocess.run(argv, check=True)  # noqa: S603  # ours
            (tree / ".mutants").mkdir()  # git-ignored
            for linked in LINKED:
                (tree / linked).symlink_to(root / linked)
        yield made
        if prefix := sys.pycache_prefix:
            shutil.rmtree(Path(prefix) / folder.relative_to("/"), ignore_errors=True)


_ticks = count(1)


@contextmanager
def changed(tree: Path, mutant: Mutant) -> Iterator[None]:
    """Let a tree have a mutant.

    Python takes what it has compiled for fresh by size and time, in seconds: each has its own.
    Raises SyntaxError for a mutant that is no Python.
    """
    path = tree / mutant.path
    before, times = path.read_bytes(), path.stat()
    after = mutant.applied(before)
    compile(after, mutant.path, "exec")
    path.write_bytes(after)
    os.utime(path, (times.st_atime, int(times.st_mtime) + next(_ticks)))
    try:
        yield
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


_COMMON: Final = ("-q", "--no-header", "--tb=no", "-s", "-p", "no:cacheprovider")


class Tree:
    """A copy of the tree in which tests are run; `close` it."""

    def __init__(self, folder: Path) -> None:
        """Take the folder."""
        self.folder = folder
        self._forks: dict[str, Forks] = {}

    def run(self, suite: Suite, arguments: Sequence[str], seconds: float) -> tuple[int | None, str]:
        """Run tests of a suite in one process; return as `Forks.run`."""
        if (forks := self._forks.get(suite.name)) is None:
            forks = self._forks[suite.name] = Forks(self.folder, [*suite.arguments, *_COMMON])
        own = f"--basetemp={self.folder / '.mutants' / 'tmp'}"
        return forks.run([own, *arguments], seconds)

    def close(self) -> None:
        """End what runs there."""
        while self._forks:
            self._forks.popitem()[1].close()


class Runner:
    """Tries mutants, each in one of the trees."""

    def __init__(self, reach: Mapping[str, Reach], made: Sequence[Path]) -> None:
        """Take who reaches what, by suite, and the trees."""
        self._reach = reach
        self._made = [Tree(folder) for folder in made]
        self._free: SimpleQueue[Tree] = SimpleQueue()
        for tree in self._made:
            self._free.put(tree)

    def run(
        self, sample: Sequence[Mutant], told: Callable[[Result], None], seconds: float | None
    ) -> list[Result]:
        """Try all, or as many as the time is enough for; tell of each as it is known.

        Raises Trouble when the tests cannot be run.
        """
        end = None if seconds is None else time.monotonic() + seconds

        def one(mutant: Mutant) -> Result | None:
            if end is not None and time.monotonic() > end:
                return None
            result = self._try(mutant, frozenset())
            told(result)
            return result

        pool = ThreadPoolExecutor(len(self._made))
        try:
            results = [result for result in pool.map(one, sample) if result]
            return self._confirmed(results)
        finally:
            pool.shutdown(cancel_futures=True)
            for tree in self._made:
                tree.close()

    def _try(self, mutant: Mutant, without: frozenset[str]) -> Result:
        verdict = Verdict.UNREACHED
        tree = self._free.get()
        try:
            for suite, chosen in self._rounds(mutant, without):
                seconds = self._reach[suite.name].seconds
                limit = suite.start + PATIENCE * sum(seconds[test] for test in chosen)
                with changed(tree.folder, mutant):
                    result = _judged(mutant, suite, chosen, tree, limit)
                if result.verdict is Verdict.KILLED and not result.by:
                    _check_collected(suite, chosen, tree)
                if result.is_killed:
                    return result
                verdict = result.verdict
        finally:
            self._free.put(tree)
        return Result(mutant, verdict)

    def _rounds(self, mutant: Mutant, without: frozenset[str]) -> Iterator[tuple[Suite, list[str]]]:
        """Yield the tests that reach a mutant, some at a time; only of suites that are known."""
        for suite in suites_of(mutant.path):
            if suite.name in self._reach:
                tests = self._reach[suite.name].tests(mutant)
                tests = [test for test in tests if test not in without]
                begin = 0
                for size in ROUNDS:
                    if chosen := tests[begin : begin + size]:
                        yield suite, chosen
                    begin += size

    def _confirmed(self, results: Sequence[Result]) -> list[Result]:
        """Try those again whose tests fail unchanged as well when nothing runs before them."""
        failing: set[str] = set()
        for suite in SUITES:
            if suite.name in self._reach:
                seconds = self._reach[suite.name].seconds
                failing |= self._failing(suite, sorted({one.by for one in results} & set(seconds)))
        without = frozenset(failing)
        for test in sorted(failing):
            print(f"unsteady: {test}", flush=True)
        return [self._try(one.mutant, without) if one.by in without else one for one in results]

    def _failing(self, suite: Suite, tests: Sequence[str]) -> set[str]:
        if not tests:
            return set()
        tree = self._free.get()
        try:
            seconds = sum(self._reach[suite.name].seconds[test] for test in tests)
            code, text = tree.run(suite, tests, 2 * suite.start + 2 * PATIENCE * seconds)
        finally:
            self._free.put(tree)
        if code not in (_PASSED, _FAILED):
            raise Trouble(f"the tests do not run unchanged:\n{text[-2000:]}")
        return set(_NOTICED.findall(text))


def _judged(
    mutant: Mutant, suite: Suite, tests: Sequence[str], tree: Tree, seconds: float
) -> Result:
    """Run tests on a changed tree, up to the first that notices."""
    code, text = tree.run(suite, ["-x", *tests], seconds)
    if code is None:
        return Result(mutant, Verdict.HUNG)
    if code == _PASSED:
        return Result(mutant, Verdict.SURVIVED)
    found = _NOTICED.search(text)
    return Result(mutant, Verdict.KILLED, found[1] if found else "")


def _check_collected(suite: Suite, tests: Sequence[str], tree: Tree) -> None:
    """See that a mutant is why pytest has not come to a test. Raises Trouble where it is not."""
    code, text = tree.run(suite, ["--collect-only", *tests], 2 * suite.start)
    if code != _PASSED:
        raise Trouble(f"the tests are not found unchanged:\n{text[-2000:]}")
