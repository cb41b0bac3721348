"""What the integration adds to a Home Assistant on a small machine, option by option.

Home Assistant has a part of one processor and a gigabyte of memory, as on a small board; each line
is a start of its own with what is named, and stands beside a bare one in the same run.

How much is written to disk takes longer to tell: for that, several idle beside each other.

    scripts/bench budget [--share 0.3] [--seconds 120] [--starts 3] [--minutes 30]
"""

from argparse import ArgumentParser
import asyncio
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
import os
from pathlib import Path
from statistics import median
import sys
import tempfile
import time
from typing import Final

from .bench_recording import Recordings, written
from .bench_relay import memory, part_of_processor
from .bench_viewers import Crowd
from .develop.feed import wait_for_feed
from .develop.flow import set_options, set_up
from .develop.home import Home
from .develop.upstream import Upstream
from .develop.waiting import DevelopError, wait_for

MEMORY_BYTES: Final = 2**30
REFRESHES_A_DAY: Final = 1
"""As the schedule is when nobody has changed it."""
DAY: Final = 24 * 60 * 60
SETTLED: Final = 45.0
"""Seconds after a start until Home Assistant has done what it does then."""
_LOGGER: Final = "custom_components.toonami_downlink"
_GROUPS: Final = Path("/sys/fs/cgroup")
_PERIOD: Final = 100_000
"""Microseconds in which a group has its part of a processor."""
_ENTER: Final = """\
import os, sys
for name in sys.argv[1].split(":"):
    with open(name, "w") as file:
        file.write(str(os.getpid()))
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.execv(sys.executable, [sys.executable, "-m", "homeassistant", *sys.argv[2:]])
"""
"""Enters the groups, takes one processor, and becomes Home Assistant."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what is switched on."""

    name: str
    is_bare: bool = False
    options: Mapping[str, object] = field(default_factory=dict)
    is_watched: bool = False
    is_recorded: bool = False


ROWS: Final = (
    Row("bare", is_bare=True),
    Row("as set up"),
    Row("tuner", options={"hdhomerun": True}),
    Row("recordings, none going on", options={"recordings": True}),
    Row("one viewer", is_watched=True),
    Row("one recording", options={"recordings": True}, is_recorded=True),
    Row("bare again", is_bare=True),
)
IDLE: Final = ROWS[:4]
"""Those in which nothing is going on."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a Home Assistant takes."""

    start: float
    """Seconds from its start until it runs in full: the median of some."""
    memory: float
    """MiB, once it has settled."""
    cpu: float
    """Part of a processor while it does what the line says."""


@contextmanager
def groups(share: float) -> Iterator[list[Path]]:
    """Make the groups of a small machine; yields where a process enters them.

    Raises DevelopError where the system has none that may be made: version 1 as in many
    containers, or version 2 (cgroups(7)).
    """
    version_1 = {
        "cpu/cpu.cfs_period_us": _PERIOD,
        "cpu/cpu.cfs_quota_us": int(share * _PERIOD),
        "memory/memory.limit_in_bytes": MEMORY_BYTES,
    }
    version_2 = {"./cpu.max": f"{int(share * _PERIOD)} {_PERIOD}", "./memory.max": MEMORY_BYTES}
    limits = version_1 if (_GROUPS / "memory").is_dir() else version_2
    name = f"downlink-{os.getpid()}"
    folders = sorted({_GROUPS / Path(limit).parent / name for limit in limits})
    try:
        try:
            for folder in folders:
                folder.mkdir()
            for limit, value in limits.items():
                path = Path(limit)
                (_GROUPS / path.parent / name / path.name).write_text(str(value))
        except OSError as err:
            raise DevelopError(f"No small machine can be made ({err}): run it as root.") from err
        yield [folder / "cgroup.procs" for folder in folders]
    finally:
        for folder in folders:
            if folder.is_dir():
                folder.rmdir()


def seconds_to_start(home: Home) -> float:
    """Start it; return how long it took until it runs in full."""
    begun = time.monotonic()
    home.start()
    return time.monotonic() - begun


async def measure(folder: Path, row: Row, doors: list[Path], arguments: Arguments) -> Cost:
    """Set one up, start it some times more, and see what it takes."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        upstream = Upstream(Path(name) / "upstream.log")
        program = ("-c", _ENTER, ":".join(map(str, doors)))
        home = Home(Path(name) / "home", linked=not row.is_bare, program=program)
        try:
            upstream.start()
            home.start()
            if not row.is_bare:
                set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
                wait_for_feed(home.client)
                if row.options:
                    set_options(home.client, row.options)
            starts = []
            for _ in range(arguments.starts):
                home.stop()
                starts.append(seconds_to_start(home))
            await asyncio.sleep(SETTLED)
            return await _settled(home, row, median(starts), arguments.seconds)
        finally:
            home.stop()
            upstream.stop()


async def _settled(home: Home, row: Row, start: float, seconds: float) -> Cost:
    _quieten(home, row)
    if not row.is_bare:
        await asyncio.to_thread(_refresh, home)
    crowd = Crowd("")
    if row.is_watched:
        address = wait_for_feed(home.client).playlist_url.rpartition("/")[0]
        crowd = Crowd(f"{address}/stream/1.ts")
        crowd.grow(1)
    if row.is_recorded:
        await asyncio.to_thread(Recordings(home).start)
    try:
        await asyncio.sleep(SETTLED)
        cpu = await part_of_processor(home.pid, seconds)
        crowd.check()
        return Cost(start, memory(home.pid), cpu)
    finally:
        await crowd.leave()


def _quieten(home: Home, row: Row) -> None:
    """Let it note as little as those that people have: a developer's notes far more."""
    home.client.post("/api/services/logger/set_default_level", {"level": "warning"})
    if not row.is_bare:
        home.client.post("/api/services/logger/set_level", {_LOGGER: "warning"})


def idle(folder: Path, minutes: float) -> Iterator[str]:
    """Let several run beside each other, and tell what each has written to disk meanwhile.

    They are idle: programmes begin and end, and one refresh is added for the day.
    """
    with ExitStack() as stack:
        upstream = Upstream(folder / "upstream.log")
        stack.callback(upstream.stop)
        upstream.start()
        running = [
            _idling(folder / f"idle{number}", row, upstream, stack)
            for number, row in enumerate(IDLE)
        ]
        time.sleep(SETTLED)
        before = [written(home.pid)[1] for home, _ in running]
        time.sleep(minutes * 60)
        for row, (home, refreshed), size in zip(IDLE, running, before, strict=True):
            meanwhile = written(home.pid)[1] - size
            a_day = meanwhile * DAY / (minutes * 60) + refreshed * REFRESHES_A_DAY
            yield f"{row.name:<27}{a_day / 2**20:>7.1f} MiB a day to disk"


def _idling(folder: Path, row: Row, upstream: Upstream, stack: ExitStack) -> tuple[Home, int]:
    """Start one, and return it with what a refresh has written."""
    home = Home(folder, linked=not row.is_bare)
    stack.callback(home.stop)
    home.start()
    refreshed = 0
    if not row.is_bare:
        set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
        wait_for_feed(home.client)
        if row.options:
            set_options(home.client, row.options)
            wait_for_feed(home.client)
        before = written(home.pid)[1]
        _refresh(home)
        refreshed = written(home.pid)[1] - before
    _quieten(home, row)
    return home, refreshed


def _refresh(home: Home) -> None:
    """Refresh, and wait until what follows from it is on disk."""
    home.client.command("toonami_downlink/refresh")
    seen: list[int] = []

    def is_still() -> bool:
        seen.append(written(home.pid)[1])
        return len(seen) > 10 and len(set(seen[-10:])) == 1

    wait_for(is_still, "It goes on writing", 120)


def show(row: Row, cost: Cost, bare: Cost) -> str:
    """Write down a line: what it takes, and how much that is beside a bare one."""
    return (
        f"{row.name:<27}{cost.start:>7.1f} s ({cost.start / bare.start:.2f})"
        f"{cost.memory:>9.1f} MiB ({cost.memory - bare.memory:+.1f})"
        f"{cost.cpu:>8.2%} of a processor"
    )


class Arguments:
    """The command line."""

    share: float
    seconds: float
    starts: int
    minutes: float


def read_arguments() -> Arguments:
    """Read the command line."""
    parser = ArgumentParser(prog="scripts/bench budget")
    parser.add_argument("--share", type=float, default=0.3, help="of one processor")
    parser.add_argument("--seconds", type=float, default=120.0, help="for each measurement")
    parser.add_argument("--starts", type=int, default=3, help="of which the median is shown")
    parser.add_argument("--minutes", type=float, default=30.0, help="to see what is written")
    return parser.parse_args(namespace=Arguments())


def main() -> None:
    """Measure everything and print a table."""
    arguments = read_arguments()
    print(f"{arguments.share:.0%} of one processor, 1 GiB, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as name, groups(arguments.share) as doors:
        bare: Cost | None = None
        for row in ROWS:
            cost = asyncio.run(measure(Path(name), row, doors, arguments))
            bare = bare or cost
            print(show(row, cost, bare), flush=True)
        for line in idle(Path(name), arguments.minutes):
            print(line, flush=True)


if __name__ == "__main__":
    main()
