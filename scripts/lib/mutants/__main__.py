"""Try mutants from the command line; see scripts/mutants."""

import argparse
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random, SystemRandom
import subprocess
import sys
import time
from typing import Final

from . import equivalent
from .equivalent import Equivalent
from .forks import Trouble
from .mutations import Mutant, mutants
from .reach import ENGINE, INTEGRATION, ROOT, SUITES, measured, suites_of
from .run import Result, Runner, trees
from .score import part_of, scores

SAMPLE: Final = 60
JOBS: Final = 2
UNTRIED: Final = (f"{ENGINE}/downlink/process/orphans.py",)
"""What looks for processes on the whole machine and ends them: a mutant would end anybody's."""


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/mutants", description="Change the code, and see whether a test notices."
    )
    parser.add_argument("--sample", type=int, default=SAMPLE, help="so many, at random")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1, 1_000_000))
    parser.add_argument("--where", choices=("engine", "rest"), help="one of both alone")
    parser.add_argument("--own", action="store_true", help="the engine by its own tests alone")
    parser.add_argument("--jobs", type=int, default=JOBS, help="mutants at a time")
    parser.add_argument("--minutes", type=float, help="begin no other mutant after that")
    parser.add_argument("file", nargs="*", help="these modules alone")
    return parser.parse_args()


def main() -> int:
    """Try a sample; return 0 when enough of it was noticed."""
    args = _parse()
    try:
        listed = equivalent.parse(equivalent.LIST.read_text("utf-8"))
    except ValueError as error:
        print(f"{equivalent.LIST.name}: {error}")
        return 1
    if old := equivalent.stale(listed, mutants_of):
        for one in old:
            print(f"{equivalent.LIST.name}: nothing is like that: {one.path}: {one.source}")
            print(f"  {one.change}")
        return 1
    if _is_changed():
        print("commit first: what is tried is the current commit")
        return 1
    paths = modules(args.where, args.file)
    every = [mutant for path in paths for mutant in mutants_of(path)]
    chosen = sampled(every, args.sample, args.seed)
    print(f"seed {args.seed}: {len(chosen)} of {len(every)} in {len(paths)} modules", flush=True)
    try:
        return _try(chosen, listed, args)
    except Trouble as error:
        print(error)
        return 1


@cache
def mutants_of(path: str) -> Sequence[Mutant]:
    """Return the mutants of a module; none where there is no such file any more."""
    file = ROOT / path
    return mutants(path, file.read_bytes()) if file.is_file() else ()


def sampled(every: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return some at random, the same each time for the same code and seed."""
    return Random(seed).sample(every, min(size, len(every)))  # noqa: S311  # not for secrets


def _is_changed() -> bool:
    """Whether code or tests are not as the commit has them."""
    argv = ["git", "diff", "--quiet", "HEAD", "--", INTEGRATION, "tests"]
    return subprocess.run(argv, cwd=ROOT, check=False).returncode != 0  # noqa: S603  # ours


def modules(where: str | None, named: Sequence[str]) -> list[str]:
    """Return the modules of the current commit that can be tried, or those that are named."""
    argv = ["git", "ls-files", "-z", f"{INTEGRATION}/*.py"]
    done = subprocess.run(argv, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603  # ours
    found = sorted(set(done.stdout.rstrip("\0").split("\0")) - set(UNTRIED))
    if where:
        found = [path for path in found if path.startswith(f"{ENGINE}/") is (where == "engine")]
    if named:
        wanted = {str(Path(name).resolve().relative_to(ROOT)) for name in named}
        if unknown := wanted - set(found):
            sys.exit(f"no modules of this part: {', '.join(sorted(unknown))}")
        found = [path for path in found if path in wanted]
    return found


def _try(chosen: Sequence[Mutant], listed: Sequence[Equivalent], args: argparse.Namespace) -> int:
    """Try what is not known to be equivalent, and print what became of it."""
    known = [mutant for mutant in chosen if any(one.matches(mutant) for one in listed)]
    tried = [mutant for mutant in chosen if mutant not in known]
    asked = [suites_of(one.path)[: 1 if args.own else None] for one in tried]
    with trees(args.jobs) as made:
        needed = [suite for suite in SUITES if any(suite in suites for suites in asked)]
        reach = {suite.name: measured(suite, made[0], 2 * args.jobs) for suite in needed}
        started = time.monotonic()
        seconds = args.minutes and 60 * args.minutes
        results = Runner(reach, made).run(tried, _tell, seconds)
    took = (time.monotonic() - started) / 60
    print(f"\n{len(results)} of {len(tried)} tried in {took:.0f} minutes")
    for one in results:
        if not one.is_killed:
            print(f"{one.verdict}: {one.mutant}\n    {one.mutant.source}")
    found = list(scores(results, Counter(part_of(one.path).name for one in known)))
    for score in found:
        print(score)
    return int(not all(score.is_reached for score in found))


def _tell(result: Result) -> None:
    print(f"{result.verdict}: {result.mutant}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
