"""The command line of the campaign; see scripts/chaos."""

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

from .campaign import Campaign
from .environment import Arena, make_folder

ROUNDS: Final = 15


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/chaos", description="Break everything, and look at the feed as a player."
    )
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
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
            arena = Arena(folder)
            arena.open(stack)
            campaign = Campaign(arena, args.seed, _say)
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
        "troubles": dict(sorted(result.troubles.items())),
        "deeds": dict(sorted(result.deeds.items())),
        "restarts": result.restarts,
        "requests": arena.traffic.requests,
        "own disk": arena.has_disk,
        "failures": len(result.failures),
    }
    print(json.dumps(figures, indent=2))
    if result.failures:
        _say(f"What there is to look at is in {folder}. To repeat: --seed {args.seed}")
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
