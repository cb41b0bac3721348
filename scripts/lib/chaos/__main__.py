"""Run the chaos campaign from the command line; see scripts/chaos."""

import argparse
from contextlib import ExitStack
import json
from random import SystemRandom
import shutil
import signal
import sys
import time
from types import FrameType
from typing import Final

from scripts.lib.develop.waiting import DevelopError

from .actions import ACTIONS
from .campaign import Campaign
from .environment import Environment, make_folder
from .faults import FAULTS

ROUNDS: Final = 15


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/chaos", description="Inject faults, and check the feed as a player sees it."
    )
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    names = sorted({one.name for one in FAULTS} | set(ACTIONS))
    parser.add_argument("--only", choices=names, default="", help="a fault or an action")
    return parser.parse_args()


def main() -> int:
    """Run the campaign; return 0 when nothing was wrong."""
    args = _parse()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _interrupt)
    folder = make_folder()
    started = time.monotonic()
    _say(f"seed {args.seed}, {args.rounds} rounds, in {folder}")
    try:
        with ExitStack() as stack:
            environment = Environment(folder)
            environment.open(stack)
            campaign = Campaign(environment, args.seed, _say, args.only)
            for number in range(args.rounds):
                campaign.round(number)
    except DevelopError as err:
        _say(f"error: {err}")
        return 1
    except KeyboardInterrupt:
        return 130
    result = campaign.result
    figures = {
        "seed": args.seed,
        "rounds": result.rounds,
        "seconds": round(time.monotonic() - started),
        "faults": dict(sorted(result.faults.items())),
        "actions": dict(sorted(result.actions.items())),
        "restarts": result.restarts,
        "requests": environment.traffic.answers.total(),
        "own disk": environment.has_disk,
        "failures": len(result.failures),
    }
    print(json.dumps(figures, indent=2))
    if result.failures:
        _say(f"The files are in {folder}. To repeat: --seed {args.seed}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
