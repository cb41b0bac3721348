"""``python -m tests.simulator``: run the upstream until it is interrupted.

The first line on standard output is JSON with its addresses, written when they answer.
"""

import argparse
import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
import json
import os
from pathlib import Path
import signal

from . import counter
from .hls import WINDOW_SEGMENTS
from .loops import KILOBITS, HlsUnavailableError
from .server import SEED, Simulator


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, another plan")
    parser.add_argument("--now", type=datetime.fromisoformat, help="stop the clock at this time")
    parser.add_argument("--tls", action="store_true", help="open an HTTPS port as well")
    parser.add_argument("--nodes", action="store_true", help="stream from HTTPS ports, one a node")
    parser.add_argument("--pace", type=float, default=1.0, help="how fast streams go on")
    parser.add_argument("--position", type=float, help="where in their loop they begin, in seconds")
    parser.add_argument("--window", type=int, default=WINDOW_SEGMENTS, help="segments in a list")
    parser.add_argument("--kilobits", type=int, default=KILOBITS, help="a second; 0 for few")
    parser.add_argument("--count-limit", type=int, help="the largest count that /media answers")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--faults", type=json.loads, default={}, help="JSON, as for /_sim/faults")
    parser.add_argument("--cache", type=Path, help="where the streams' segments are kept")
    parser.add_argument("--read", metavar="FILE", help="only print what the pictures of this say")
    return parser.parse_args()


def _read(source: str) -> None:
    for position in counter.all_positions(source):
        print("none" if position is None else counter.label(position))


async def _unless(stopped: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Do something that is given up when the end comes first."""
    tasks = [asyncio.ensure_future(work), asyncio.ensure_future(stopped.wait())]
    done, late = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for task in done:
        task.result()


async def _run(args: argparse.Namespace) -> None:
    fixed: datetime | None = args.now and (
        args.now if args.now.tzinfo else args.now.replace(tzinfo=UTC)
    )
    simulator = Simulator(
        port=args.port,
        now=lambda: fixed or datetime.now(UTC),
        seed=args.seed,
        tls=args.tls,
        nodes=args.nodes,
        cache=args.cache,
        pace=args.pace,
        position=args.position,
        window=args.window,
        kilobits=args.kilobits,
    )
    faults = {"latency": args.latency, "count_limit": args.count_limit, **args.faults}
    simulator.set_faults(faults)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with simulator:
        addresses = {
            "pid": os.getpid(),
            "url": simulator.url,
            "https_url": simulator.https_url,
            "control_url": simulator.control_url,
            "nodes": simulator.nodes,
            "ca_file": str(simulator.ca_file or ""),
            "chain_file": str(simulator.chain_file or ""),
        }
        print(json.dumps(addresses), flush=True)  # this is how it is found
        with suppress(HlsUnavailableError):  # what needs it will say so
            if args.nodes:
                await _unless(stopped, simulator.streams.prepare())
        await stopped.wait()


if __name__ == "__main__":
    words = _parse()
    if words.read:
        _read(words.read)
    else:
        asyncio.run(_run(words))
