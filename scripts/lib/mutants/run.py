"""Try mutants: write each into a copy of the tree, and run the tests that reach it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
import os
from pathlib import Path
from queue import SimpleQueue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import Final

from .mutations import Mutant
from .reach import ROOT, SUITES, Reach, Suite, suites_of

ROUNDS: Final = (40, 160)
"""Tests of a mutant that run first, and how many more of those that reach it when none noticed."""
PATIENCE: Final = 5
"""Times as long as the tests take unchanged, under coverage: then the mutant hangs."""
MEMORY: Final = 4 * 1024 * 1024
"""Kilobytes of data for each process: a mutant may want all there is."""
LINKED: Final = (".venv", "node_modules")
_LIMITED: Final = ("/bin/sh", "-c", f'ulimit -d {MEMORY}; exec "$@"', "sh")
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


class Trouble(Exception):  # noqa: N818  # nothing is wrong with the code that is tried
    """Nothing can be said about a mutant: the tests could not be run."""


def run_limited(argv: Sequence[str], folder: Path, seconds: float) -> tuple[int | None, str]:
    """Run a program in a folder; return its exit code, None if it was killed, and its output.

    After that nothing of it runs any more: neither its group nor what works in the folder.
    """
    with tempfile.TemporaryFile() as output:  # a pipe would be held by whoever outlives it
        process = subprocess.Popen(  # noqa: S603  # ours
            [*_LIMITED, *argv],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        code: int | None = None
        try:
            with suppress(subprocess.TimeoutExpired):
                code = process.wait(seconds)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            _sweep(folder)
        output.seek(0)
        return code, output.read().decode(errors="replace")


def _sweep(folder: Path) -> None:
    """Kill what was started from a folder and has left its group; where /proc tells of it."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            inside = (process / "cwd").resolve().is_relative_to(folder)
            if inside or any(word.startswith(os.fsencode(f"{folder}/")) for word in words):
                os.kill(int(process.name), signal.SIGKILL)


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


def pytest_command(suite: Suite, tests: Sequence[str], tree: Path) -> list[str]:
    """Return how tests are run for a mutant: in one process, up to the first that notices."""
    return [
        *(sys.executable, "-m", "pytest", *suite.arguments, "-x", "-q", "--no-header"),
        *("--tb=no", "-p", "no:cacheprovider", f"--basetemp={tree / '.mutants' / 'tmp'}"),
        *tests,
    ]


class Runner:
    """Tries mutants, each in one of the trees."""

    def __init__(self, reach: Mapping[str, Reach], made: Sequence[Path]) -> None:
        """Take who reaches what, by suite, and the trees."""
        self._reach = reach
        self._trees: SimpleQueue[Path] = SimpleQueue()
        for tree in made:
            self._trees.put(tree)
        self._jobs = len(made)

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

        pool = ThreadPoolExecutor(self._jobs)
        try:
            results = [result for result in pool.map(one, sample) if result]
        finally:
            pool.shutdown(cancel_futures=True)
        return self._confirmed(results)

    def _try(self, mutant: Mutant, without: frozenset[str]) -> Result:
        verdict = Verdict.UNREACHED
        tree = self._trees.get()
        try:
            for suite, chosen in self._rounds(mutant, without):
                seconds = self._reach[suite.name].seconds
                limit = suite.start + PATIENCE * sum(seconds[test] for test in chosen)
                with changed(tree, mutant):
                    result = _judged(mutant, suite, chosen, tree, limit)
                if result.verdict is Verdict.KILLED and not result.by:
                    _check_collected(suite, chosen, tree)
                if result.is_killed:
                    return result
                verdict = result.verdict
        finally:
            self._trees.put(tree)
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
        tree = self._trees.get()
        try:
            argv = [word for word in pytest_command(suite, tests, tree) if word != "-x"]
            seconds = sum(self._reach[suite.name].seconds[test] for test in tests)
            code, text = run_limited(argv, tree, 2 * suite.start + 2 * PATIENCE * seconds)
        finally:
            self._trees.put(tree)
        if code not in (_PASSED, _FAILED):
            raise Trouble(f"the tests do not run unchanged:\n{text[-2000:]}")
        return set(_NOTICED.findall(text))


def _judged(
    mutant: Mutant, suite: Suite, tests: Sequence[str], tree: Path, seconds: float
) -> Result:
    """Run tests on a changed tree."""
    argv = pytest_command(suite, tests, tree)
    code, text = run_limited(argv, tree, seconds)
    if code is None:
        return Result(mutant, Verdict.HUNG)
    if code == _PASSED:
        return Result(mutant, Verdict.SURVIVED)
    found = _NOTICED.search(text)
    return Result(mutant, Verdict.KILLED, found[1] if found else "")


def _check_collected(suite: Suite, tests: Sequence[str], tree: Path) -> None:
    """See that a mutant is why pytest has not come to a test. Raises Trouble where it is not."""
    argv = [*pytest_command(suite, tests, tree), "--collect-only"]
    code, text = run_limited(argv, tree, 2 * suite.start)
    if code != _PASSED:
        raise Trouble(f"the tests are not found unchanged:\n{text[-2000:]}")
