"""Start everything, keep it busy, and look at what Home Assistant holds; see scripts/soak."""

from argparse import ArgumentParser
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
import re
import sys
import tempfile
import time
from typing import Final

from ..develop.feed import wait_for_feed
from ..develop.flow import remove_others, set_options, set_up
from ..develop.home import Home
from ..develop.upstream import Upstream
from ..develop.waiting import DevelopError
from .counts import Counts, count, count_at_rest, install
from .traffic import Traffic
from .verdict import Finding, judge

SAMPLE_EVERY: Final = 10.0
"""Seconds between two looks."""
WARM_UP: Final = 1 / 6
"""The part of the time after which everything should have been needed once."""
_COMPLAINT: Final = re.compile(
    r"^\S+ \S+ (?:WARNING|ERROR|CRITICAL) .*toonami_downlink.*", re.MULTILINE
)
_NOT_CORE: Final = "We found a custom integration"


class Arguments:
    """The command line."""

    minutes: float
    every: float
    players: int
    streams: int
    seed: int


def read_arguments() -> Arguments:
    """Read the command line."""
    parser = ArgumentParser(prog="scripts/soak", description=(__doc__ or "").partition(";")[0])
    parser.add_argument("--minutes", type=float, default=60, help="in all (60)")
    parser.add_argument("--every", type=float, default=20, help="seconds between refreshes (20)")
    parser.add_argument("--players", type=int, default=20)
    parser.add_argument("--streams", type=int, default=4, help="viewers that come and go (4)")
    parser.add_argument("--seed", type=int, default=1, help="of what they do and when (1)")
    return parser.parse_args(namespace=Arguments())


@contextmanager
def started(folder: Path, streams: int) -> Iterator[Home]:
    """Run a Home Assistant with the integration on a simulated upstream."""
    upstream = Upstream(folder / "upstream.log", nodes=True)
    home = Home(folder / "home", env=upstream.environment)
    try:
        upstream.start()
        install(home)
        home.start()
        remove_others(home.client)
        set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
        set_options(home.client, {"max_channels": streams})
        yield home
    finally:
        home.stop()
        upstream.stop()


async def busy(
    home: Home, traffic: Traffic, seconds: float, random: Random
) -> list[tuple[float, float]]:
    """Keep the house busy; return the memory over time: seconds and MiB."""
    samples: list[tuple[float, float]] = []
    start = time.monotonic()
    running = asyncio.create_task(traffic.run(seconds, random))
    while not running.done():
        await asyncio.wait((running,), timeout=SAMPLE_EVERY)
        counts = await asyncio.to_thread(count, home)
        samples.append((time.monotonic() - start, counts.rss))
        if len(samples) % 6 == 1:
            show(f"{samples[-1][0] / 60:6.1f} min", counts)
    await running
    return samples


def show(when: str, counts: Counts) -> None:
    """Print a line."""
    print(
        f"{when}: {counts.rss:7.1f} MiB {counts.all_tasks:4} tasks {counts.all_files:4} files "
        f"{counts.threads:3} threads (and {counts.workers} workers) {counts.children:2} children"
        + (f" {counts.objects:,} objects" if counts.objects else ""),
        flush=True,
    )


def soak(home: Home, arguments: Arguments) -> Iterator[Finding]:
    """Live through it."""
    random = Random(arguments.seed)  # noqa: S311  # no secret
    traffic = Traffic(
        home.client,
        wait_for_feed(home.client),
        every=arguments.every,
        players=arguments.players,
        streams=arguments.streams,
    )
    seconds = arguments.minutes * 60
    asyncio.run(busy(home, traffic, seconds * WARM_UP, random))
    warm = count_at_rest(home)
    show("after the warm-up", warm)
    samples = asyncio.run(busy(home, traffic, seconds * (1 - WARM_UP), random))
    end = count_at_rest(home)
    show("at the end", end)
    yield from judge(warm, end, samples)
    answers = ", ".join(f"{name}: {number}" for name, number in sorted(traffic.answers.items()))
    broken = [name for name in traffic.answers if name.endswith((" 500", " 502"))]
    yield Finding(not broken, f"{traffic.answers.total():,} answers: {answers}")
    yield Finding(traffic.watched > 0, f"television: {traffic.watched / 2**20:,.0f} MiB")
    yield Finding(not traffic.failures, f"requests that broke: {traffic.failures or 'none'}")
    complaints = [text for text in _COMPLAINT.findall(home.log) if _NOT_CORE not in text]
    yield Finding(not complaints, f"complaints in the log: {complaints or 'none'}")


def main() -> int:
    """Print what was found; return the exit code."""
    arguments = read_arguments()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            started(Path(folder), arguments.streams) as home,
        ):
            findings = list(soak(home, arguments))
    except DevelopError as err:
        print(f"error: {err}", file=sys.stderr)
        return 1
    for finding in findings:
        print(f"{'ok   ' if finding.good else 'WRONG'} {finding.text}")
    return 0 if all(finding.good for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
