"""What a recording costs beside somebody who watches the same channel.

The viewer is there all the time, and recordings come and go: each measurement with one stands
beside those without one before and after it. What counts is the processor time of Home Assistant,
its memory, and what it writes; the program that makes one file of a finished recording is a process
of its own and comes between the measurements.

    scripts/bench recording [--seconds 40] [--rounds 3]
"""

from argparse import ArgumentParser
import asyncio
from dataclasses import dataclass
from pathlib import Path
import re
from statistics import median
import tempfile
from typing import Any, Final

from .bench_relay import memory, part_of_processor
from .bench_viewers import Crowd
from .develop.feed import wait_for_feed
from .develop.flow import set_options, set_up
from .develop.home import Home
from .develop.upstream import Upstream
from .develop.waiting import DevelopError, wait_for

CHANNEL: Final = "Toonami Aftermath East"
FILLED: Final = 75.0
"""Seconds until the ring of the viewer is full, so that it grows no more."""
PATIENCE: Final = 90.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What Home Assistant took for a while."""

    cpu: float
    """Part of a processor."""
    memory: float
    """MiB at its end."""
    writes: int
    """Calls that wrote something, to connections as well."""
    written: int
    """Bytes that went to files."""


def written(pid: int) -> tuple[int, int]:
    """Return how often a process has written, and how many bytes to files (proc_pid_io(5))."""
    text = Path(f"/proc/{pid}/io").read_text("utf-8")
    found = dict(re.findall(r"^(\w+): (\d+)$", text, re.MULTILINE))
    return int(found["syscw"]), int(found["write_bytes"])


async def take(pid: int, seconds: float) -> Cost:
    """Measure Home Assistant for so long."""
    calls, size = written(pid)
    cpu = await part_of_processor(pid, seconds)
    more_calls, more_size = written(pid)
    return Cost(cpu, memory(pid), more_calls - calls, more_size - size)


class Recordings:
    """The recordings of a Home Assistant, by its actions."""

    def __init__(self, home: Home) -> None:
        """Use its client, and look into its folder."""
        self._client = home.client
        self._folder = home.folder

    def _call(self, action: str, **fields: object) -> Any:
        path = f"/api/services/toonami_downlink/{action}?return_response"
        return self._client.post(path, fields)["service_response"]

    def _states(self) -> dict[str, str]:
        found = self._call("get_recordings")["recordings"]
        return {one["id"]: one["state"] for one in found}

    def start(self) -> str:
        """Record what is on, and wait until it does; return its id."""
        known = set(self._states())
        self._client.post("/api/services/toonami_downlink/record", {"channel": CHANNEL})

        def begun() -> str | None:
            states = self._states()
            return next(
                (one for one in states if one not in known and states[one] == "recording"), None
            )

        return wait_for(begun, "Nothing is recorded", PATIENCE) or ""

    def end(self, identity: str) -> None:
        """Stop a recording, wait until it is one file, and delete it."""
        client = self._client
        client.post("/api/services/toonami_downlink/cancel_recording", {"id": identity})
        wait_for(self._files, "There is no file", PATIENCE)
        client.post("/api/services/toonami_downlink/delete_recording", {"id": identity})
        wait_for(lambda: not self._files(), "The file stays", PATIENCE)

    def _files(self) -> list[Path]:
        return list(self._folder.rglob("*.mp4"))


async def compare(home: Home, url: str, arguments: Arguments) -> tuple[list[Cost], list[Cost]]:
    """Measure a viewer without and with a recording, by turns; the first is one without."""
    recordings, crowd = Recordings(home), Crowd(url)
    alone, both = [], []
    try:
        crowd.grow(1)
        await asyncio.sleep(FILLED)
        # What a first recording loads stays: that is not what one takes while it goes on.
        for number in range(arguments.rounds + 1):
            one = await take(home.pid, arguments.seconds)
            identity = await asyncio.to_thread(recordings.start)
            other = await take(home.pid, arguments.seconds)
            await asyncio.to_thread(recordings.end, identity)
            crowd.check()
            print(f"round {number}: {show(one)} alone, {show(other)} with a recording", flush=True)
            if number:
                alone.append(one)
                both.append(other)
        alone.append(await take(home.pid, arguments.seconds))
    finally:
        await crowd.leave()
    return alone, both


def show(cost: Cost) -> str:
    """Write down a measurement."""
    return (
        f"{cost.cpu:.2%} of a processor, {cost.memory:.1f} MiB, {cost.writes} writes, "
        f"{cost.written / 2**20:.1f} MiB to files"
    )


def report(alone: list[Cost], both: list[Cost], seconds: float) -> None:
    """Print what a recording adds: the median of the rounds."""
    pairs = [
        (with_one.cpu - (before.cpu + after.cpu) / 2, with_one, before)
        for with_one, before, after in zip(both, alone, alone[1:], strict=False)
    ]
    cpu = median(more for more, _, _ in pairs)
    held = median(one.memory - before.memory for _, one, before in pairs)
    writes = median(one.writes - before.writes for _, one, before in pairs)
    size = median(one.written - before.written for _, one, before in pairs)
    print(
        f"a recording adds {cpu:.2%} of a processor, {held:.1f} MiB of memory, and in "
        f"{seconds:.0f} s {writes:.0f} writes and {size / 2**20:.1f} MiB to files"
    )


class Arguments:
    """The command line."""

    seconds: float
    rounds: int


def read_arguments() -> Arguments:
    """Read the command line."""
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=40, help="for each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="recordings (3)")
    return parser.parse_args(namespace=Arguments())


def main() -> None:
    """Measure and print."""
    arguments = read_arguments()
    try:
        with tempfile.TemporaryDirectory() as name:
            upstream = Upstream(Path(name) / "upstream.log", nodes=True)
            home = Home(Path(name) / "home", env=upstream.environment)
            try:
                upstream.start()
                home.start()
                set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
                wait_for_feed(home.client)
                set_options(home.client, {"recordings": True, "pause_minutes": 0})
                access = wait_for_feed(home.client)
                url = f"{access.playlist_url.rpartition('/')[0]}/stream/1.ts"
                alone, both = asyncio.run(compare(home, url, arguments))
            finally:
                home.stop()
                upstream.stop()
        report(alone, both, arguments.seconds)
    except DevelopError as err:
        raise SystemExit(f"error: {err}") from err


if __name__ == "__main__":
    main()
