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

    def serial_seconds(self, requests: Sequence[dict[str, Any]]) -> float:
        """Send requests again, one after the other over one connection, as the Go CLI does."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        started = time.monotonic()
        for request in requests:
            connection.request("GET", f"{request['path']}?{urlencode(request['query'])}")
            connection.getresponse().read()
        connection.close()
        return time.monotonic() - started

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate(timeout=10)


def measure(upstream: Upstream, folder: Path, days: int) -> Measured:
    """Run the provider once in that folder."""
    upstream.ask("DELETE", "/_sim/log")
    arguments = ["run", "--api-url", upstream.url, "--guide-days", str(days), "--progress"]
    started = time.monotonic()
    process = subprocess.Popen(  # noqa: S603  # our own command line
        [sys.executable, "-I", str(ENGINE), *arguments], cwd=folder, stdout=subprocess.DEVNULL
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


def main() -> None:
    """Print the figures as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.05, help="seconds before each answer")
    parser.add_argument("--days", type=int, default=7)
    arguments = parser.parse_args()
    upstream = Upstream(arguments.latency)
    try:
        with tempfile.TemporaryDirectory() as folder:
            runs = [measure(upstream, Path(folder), arguments.days) for _ in range(2)]
            serial = [upstream.serial_seconds(run.requests) for run in runs]
    finally:
        upstream.stop()
    go, programmes = go_requests(arguments.days, datetime.now(UTC))
    print(f"{arguments.days} days, {arguments.latency * 1000:g} ms per answer")
    print("run        seconds  one by one  requests  at once  peak MiB")
    for name, run, seconds in zip(("first", "repeated"), runs, serial, strict=True):
        print(
            f"{name:9} {run.seconds:8.2f} {seconds:11.2f} {len(run.requests):9}"
            f" {run.most_at_once:8} {run.peak_mib:9.1f}"
        )
    share = len(runs[0].requests) / go
    print(f"Go CLI, by its rule: {go} requests for {programmes} programmes; first run: {share:.0%}")


if __name__ == "__main__":
    main()
