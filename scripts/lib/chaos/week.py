"""Live through a week of recordings in fast time; see scripts/chaos."""

import argparse
import json
import os
from pathlib import Path
from random import SystemRandom
import subprocess
import sys
from typing import Final

_TESTS: Final = "tests/integration/test_week.py"
_TOP: Final = Path(__file__).parents[3]


def main() -> int:
    """Run it as a test, for it needs the test harness of Home Assistant; return its exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/chaos --week",
        description="Record a week on a station where much goes wrong, and judge the files.",
    )
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    parser.add_argument("--days", type=float, default=7.0)
    parser.add_argument("--airings", type=int, default=500)
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--refreshes", type=int, default=1000)
    args = vars(parser.parse_args())
    print(f"seed {args['seed']}", file=sys.stderr, flush=True)
    done = subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-m", "pytest", _TESTS, "-q", "-s", "--show-capture=no"],
        cwd=_TOP,
        env={**os.environ, "WEEK": json.dumps(args)},
        check=False,
    )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
