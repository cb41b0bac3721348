"""Measure whole runs of the bundled provider against the simulated upstream, and print the figures.

``python -m scripts.lib.bench_provider [--latency SECONDS] [--days N]``
"""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
import http.client
import json
import os
from pathlib import Path
import subprocess
import sys
import tempfile
import time
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from tests.simulator.answers import CHANNELS, media_item
from tests.simulator.details import media_info
from tests.simulator.schedule import Schedule

ROOT: Final = Path(__file__).parents[2]
ENGINE: Final = ROOT / "custom_components" / "toonami_downlink" / "engine"
SEED: Final = 1997
GO_BEFORE: Final = timedelta(hours=3)
"""The Go CLI asks for guides from that long ago."""


class Measured(NamedTuple):
    """One run of the provider."""

    seconds: float
    peak_mib: float
    requests: Sequence[dict[str, Any]]
    most_at_once: int


class Upstream:
    """The simulator as a process of its own, so that its memory and time are not counted."""

    def __init__(self, latency: float) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # our own command line
            [
                sys.executable,
                "-m",
                "tests.simulator",
                "--seed",
                str(SEED),
                "--latency",
                str(latency),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout  # noqa: S101  # for the type: it is a pipe
        self.url = str(json.loads(self._process.stdout.readline())["url"])

    def ask(self, method: str, path: str) -> bytes:
        """Send one request."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        connection.request(method, path)
        body = connection.getresponse().read()
        connection.close()
        return body

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate(timeout=10)


ONE_BY_ONE: Final = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from downlink.provider import api
api.MAX_CONCURRENT = 1
from downlink.provider.cli import main
sys.exit(main())
"""
"""The same program, but for the one rule that is measured."""


def measure(upstream: Upstream, folder: Path, days: int, *, one_by_one: bool = False) -> Measured:
    """Run the provider once in that folder."""
    upstream.ask("DELETE", "/_sim/log")
    arguments = ["run", "--api-url", upstream.url, "--guide-days", str(days), "--progress"]
    program = ["-c", ONE_BY_ONE, str(ENGINE)] if one_by_one else [str(ENGINE)]
    started = time.monotonic()
    process = subprocess.Popen(  # noqa: S603  # our own command line
        [sys.executable, "-I", *program, *arguments], cwd=folder, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the provider ended with {process.returncode}")
    log = json.loads(upstream.ask("GET", "/_sim/log"))
    return Measured(seconds, usage.ru_maxrss / 1024, log["requests"], log["high_water"])


def go_requests(days: int, now: datetime) -> tuple[int, int]:
    """Count the requests of the Go CLI for the same days, and the programmes it gets.

    Its rule (upstream.md 2.1 and 3.18): the list of channels; then for each channel an address, a
    guide and one look-up a programme, which is spared only when the same one found something
    earlier.
    """
    schedule = Schedule(lambda: now, SEED)
    requests, programmes = 1, 0
    found: set[str] = set()
    for channel in CHANNELS:
        if channel.name == "Live Code":
            continue
        requests += 2
        items = schedule.after(channel.schedule, now - GO_BEFORE) if channel.schedule else ()
        for item in items:
            if item.start >= now + timedelta(days=days):
                break
            programmes += 1
            query = _go_query(media_item(item, ""))
            key = urlencode(query)
            if key not in found:
                requests += 1
                if media_info("", query["name"], query["year"], query["episode"]):
                    found.add(key)
    return requests, programmes


def _go_query(item: dict[str, Any]) -> dict[str, str]:
    info = item.get("info", {})
    return {
        "name": info.get("fullname") or item.get("name") or item["blockName"],
        "year": str(info.get("year", "")),
        "episode": str(item.get("episodeNumber", "")),
    }


def run_twice(upstream: Upstream, days: int, *, one_by_one: bool) -> list[Measured]:
    """Measure a first and a repeated run in a fresh folder."""
    with tempfile.TemporaryDirectory() as folder:
        return [measure(upstream, Path(folder), days, one_by_one=one_by_one) for _ in range(2)]


def main() -> None:
    """Print the figures as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    parser.add_argument("--days", type=int, default=7)
    arguments = parser.parse_args()
    upstream = Upstream(arguments.latency)
    try:
        runs, slow = (
            run_twice(upstream, arguments.days, one_by_one=one_by_one)
            for one_by_one in (False, True)
        )
    finally:
        upstream.stop()
    go, programmes = go_requests(arguments.days, datetime.now(UTC))
    print(f"{arguments.days} days, {arguments.latency * 1000:g} ms per answer")
    print("run        seconds  one by one  share  requests  at once  peak MiB")
    for name, run, other in zip(("first", "repeated"), runs, slow, strict=True):
        print(
            f"{name:9} {run.seconds:8.2f} {other.seconds:11.2f}"
            f" {run.seconds / other.seconds:6.1%} {len(run.requests):9}"
            f" {run.most_at_once:8} {run.peak_mib:9.1f}"
        )
    share = len(runs[0].requests) / go
    print(f"Go CLI, by its rule: {go} requests for {programmes} programmes; first run: {share:.0%}")


if __name__ == "__main__":
    main()
