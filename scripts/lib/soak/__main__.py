"""Keep Home Assistant busy, and check that nothing it holds grows; see scripts/soak."""

from argparse import ArgumentParser
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
from ..traffic import Traffic
from .assertions import Finding, check_growth
from .fast_clock import fast_clock
from .jemalloc import with_jemalloc
from .recorded import CHANNELS, Recorded
from .resources import Resources, install_probe, measure, measure_at_rest

SAMPLE_EVERY: Final = 5.0
"""Seconds between two measurements."""
PLAYER_INTERVAL: Final = (0.5, 3.0)
PLAYER_TIMEOUT: Final = 60.0
RECORDED_GB: Final = 4
"""What recordings may take: with four channels it is used up after two and a half hours."""
WARM_UP: Final = 1 / 6
"""The fraction of the time after which everything should have been in use once."""
_COMPLAINT: Final = re.compile(
    r"^\S+ \S+ (?:WARNING|ERROR|CRITICAL) .*toonami_downlink.*", re.MULTILINE
)
_NOT_CORE: Final = "We found a custom integration"
_SILENT: Final = "the signal is lost (silent)"
SILENT_EVERY: Final = 4
"""Hours of a fast clock in which a signal may be lost once: ten seconds of it are less than one of
the machine's, which it has other things to do for, such as a refresh and a file at the same time.
"""


class Arguments:
    """The command line."""

    minutes: float
    every: float
    players: int
    streams: int
    record: int
    speed: int
    seed: int


def read_arguments() -> Arguments:
    """Read the command line."""
    parser = ArgumentParser(prog="scripts/soak", description=(__doc__ or "").partition(";")[0])
    parser.add_argument("--minutes", type=float, default=60, help="in all (60)")
    parser.add_argument("--every", type=float, default=20, help="seconds between refreshes (20)")
    parser.add_argument("--players", type=int, default=20)
    parser.add_argument("--streams", type=int, default=4, help="viewers that come and go (4)")
    parser.add_argument(
        "--record",
        type=int,
        default=0,
        choices=range(len(CHANNELS) + 1),
        help="channels that are recorded (0)",
    )
    parser.add_argument("--speed", type=int, default=1, help="how fast its clock goes (1)")
    parser.add_argument("--seed", type=int, default=1, help="of what they do and when (1)")
    return parser.parse_args(namespace=Arguments())


@contextmanager
def started(folder: Path, arguments: Arguments) -> Iterator[Home]:
    """Run a Home Assistant with the integration on a simulated upstream."""
    clock = fast_clock(arguments.speed, folder) if arguments.speed > 1 else {}
    upstream = Upstream(folder / "upstream.log", nodes=True, env=clock)
    home = Home(folder / "home", env={**upstream.environment, **with_jemalloc(clock)})
    try:
        upstream.start()
        install_probe(home)
        home.start()
        remove_others(home.client)
        set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
        # What is kept for a pause grows for as long: here it is to be full before the second half.
        channels = arguments.streams + arguments.record
        options: dict[str, object] = {"max_channels": channels, "pause_minutes": 1}
        if arguments.record:
            options |= {"recordings": True, "recordings_gb": RECORDED_GB}
            options |= {"padding_before": 0, "padding_after": 0}
        set_options(home.client, options)
        yield home
    finally:
        home.stop()
        upstream.stop()


async def make_traffic(
    home: Home, traffic: Traffic, seconds: float, random: Random, recorded: Recorded
) -> list[tuple[float, float]]:
    """Make traffic for so long; return the memory over time: seconds and MiB."""
    samples: list[tuple[float, float]] = []
    start = time.monotonic()
    running = asyncio.create_task(traffic.run(random))
    while (left := start + seconds - time.monotonic()) > 0 and not running.done():
        await asyncio.wait((running,), timeout=min(left, SAMPLE_EVERY))
        if recorded.channels:
            await asyncio.to_thread(recorded.keep_on)
        resources = await asyncio.to_thread(measure, home)
        samples.append((time.monotonic() - start, resources.rss))
        if len(samples) % 12 == 1:
            show(f"{samples[-1][0] / 60:6.1f} min", resources)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return samples


def show(when: str, held: Resources) -> None:
    """Print a line of measurements."""
    print(
        f"{when}: {held.rss:7.1f} MiB ({held.allocated:.1f} by jemalloc) "
        f"{held.all_tasks:4} tasks {held.all_files:4} files "
        f"{held.threads:3} threads (and {held.workers} workers) {held.children:2} children"
        + (f" {held.all_objects:,} objects in {held.blocks:,} blocks" if held.objects else ""),
        flush=True,
    )


def soak(home: Home, arguments: Arguments) -> Iterator[Finding]:
    """Make traffic, measure after the warm-up and at the end, and compare."""
    random = Random(arguments.seed)  # noqa: S311  # no secret
    access = wait_for_feed(home.client)
    traffic = Traffic(
        access=lambda: access,
        players=arguments.players,
        viewers=arguments.streams,
        refresh_with=home.client,
        refresh_every=arguments.every,
        interval=PLAYER_INTERVAL,
        timeout=PLAYER_TIMEOUT,
    )
    seconds = arguments.minutes * 60
    recorded = Recorded(home, arguments.record)
    asyncio.run(make_traffic(home, traffic, seconds * WARM_UP, random, recorded))
    if recorded.channels:
        recorded.stop()
    warm = measure_at_rest(home)
    show("after the warm-up", warm)
    known = recorded.known
    samples = asyncio.run(make_traffic(home, traffic, seconds * (1 - WARM_UP), random, recorded))
    if recorded.channels:
        recorded.stop()
    end = measure_at_rest(home)
    show("at the end", end)
    yield from check_growth(warm, end, samples, recorded.known - known)
    answers = ", ".join(f"{name}: {number}" for name, number in sorted(traffic.answers.items()))
    yield Finding(traffic.answers.total() > 0, f"{traffic.answers.total():,} answers: {answers}")
    yield Finding(not traffic.complaints, f"wrong answers: {dict(traffic.complaints) or 'none'}")
    yield Finding(traffic.watched > 0, f"television: {traffic.watched / 2**20:,.0f} MiB")
    if arguments.record:
        yield from recorded.findings(seconds * arguments.speed)
    yield from check_log(home.log, seconds, arguments.speed)


def check_log(log: str, seconds: float, speed: int) -> Iterator[Finding]:
    """Look for complaints in Home Assistant's log of so many seconds."""
    complaints = [text for text in _COMPLAINT.findall(log) if _NOT_CORE not in text]
    if speed > 1:
        lost = sum(_SILENT in text for text in complaints)
        complaints = [text for text in complaints if _SILENT not in text]
        most = int(seconds * speed / 3600 / SILENT_EVERY)
        yield Finding(lost <= most, f"lost by the fast clock: {lost} signals (at most {most})")
    yield Finding(not complaints, f"complaints in the log: {complaints or 'none'}")


def main() -> int:
    """Print what was found; return the exit code."""
    arguments = read_arguments()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            started(Path(folder), arguments) as home,
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
