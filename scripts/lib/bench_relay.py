"""What viewers of the relay cost, beside bare handlers that write the same bytes from memory.

Both are in one Home Assistant, which has a processor to itself where there is more than one; the
viewers and the upstream have another. What counts is processor time, so that a busy machine does
not matter, and of that what is more than Home Assistant's at rest. A third way stands beside: an
ffmpeg for each viewer.

    scripts/bench relay [--seconds 18] [--viewers 1 10 50 100] [--pause 10]
"""

from argparse import ArgumentParser
import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
import json
import os
from pathlib import Path
import re
from statistics import median
import subprocess
import tempfile
import time
from typing import Any, Final
from urllib.parse import urljoin

from custom_components.toonami_downlink.const import DEFAULT_PAUSE_MINUTES

from .bench_viewers import Crowd, connected, time_to_picture
from .develop.client import request
from .develop.feed import Access, fetch, wait_for_feed
from .develop.flow import set_options, set_up
from .develop.home import Home
from .develop.upstream import Upstream
from .develop.waiting import DevelopError, wait_for

BARE: Final = "bench_bare"
SETTLED: Final = 4.0
"""Seconds after viewers came until only what goes on is measured."""
FFMPEGS: Final = 4
ZAPS: Final = 6
"""Channels with a picture."""
IDLE_PATIENCE: Final = 90.0
_BARE_CODE: Final = '''\
"""Handlers that write a segment from memory, as often as a stream has one."""

import asyncio
from pathlib import Path
import time

from aiohttp import web
from homeassistant.components.http import HomeAssistantView

SECONDS = 2
LISTED = 15
SEGMENT = (Path(__file__).parent / "segment.ts").read_bytes()
TS = {"Content-Type": "video/mp2t"}
HLS = {"Content-Type": "application/vnd.apple.mpegurl"}


class StreamView(HomeAssistantView):
    url = "/api/bench_bare/{token}/stream/1.ts"
    name = "bench_bare_stream"
    requires_auth = False
    cors_allowed = True

    async def get(self, request: web.Request, token: str) -> web.StreamResponse:
        response = web.StreamResponse(headers=TS)
        await response.prepare(request)
        due = time.monotonic()
        while True:
            await response.write(SEGMENT)
            due += SECONDS
            await asyncio.sleep(due - time.monotonic())


class PlaylistView(HomeAssistantView):
    url = "/api/bench_bare/{token}/stream/1.m3u8"
    name = "bench_bare_playlist"
    requires_auth = False
    cors_allowed = True
    _newest = 0
    _body = b""

    async def get(self, request: web.Request, token: str) -> web.Response:
        newest = int(time.monotonic() / SECONDS)
        if newest != self._newest:
            self._newest, self._body = newest, playlist(newest)
        return web.Response(body=self._body, headers=HLS)


def playlist(newest: int) -> bytes:
    first = newest - LISTED + 1
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:3", f"#EXT-X-MEDIA-SEQUENCE:{first}"]
    for number in range(first, newest + 1):
        date = "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z"
        lines += [date, "#EXTINF:2.000,", f"1/{number}.ts"]
    return "\\n".join((*lines, "")).encode()


class SegmentView(HomeAssistantView):
    url = "/api/bench_bare/{token}/stream/1/{sequence}.ts"
    name = "bench_bare_segment"
    requires_auth = False
    cors_allowed = True

    async def get(self, request: web.Request, token: str, sequence: str) -> web.Response:
        return web.Response(body=SEGMENT, headers=TS)


async def async_setup(hass, config) -> bool:
    for view in (StreamView, PlaylistView, SegmentView):
        hass.http.register_view(view)
    return True
'''


@dataclass(frozen=True, slots=True)
class Cost:
    """What a number of viewers costs."""

    viewers: int
    cpu: float
    """Part of a processor, beyond what Home Assistant takes at rest."""
    memory: float
    """MiB."""
    rate: float
    """Mbit/s that each viewer got."""


def processor_seconds(pid: int) -> float:
    """Return the processor time of a process with all its threads."""
    # Its clock (clock_getcpuclockid): what /proc says is counted in hundredths of a second.
    return time.clock_gettime(~pid << 3 | 2)


def memory(pid: int) -> float:
    """Return the memory that a process has in use, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(match[1]) / 1024 if match else 0.0


async def part_of_processor(pid: int, seconds: float) -> float:
    """Measure a process."""
    cpu, begun = processor_seconds(pid), time.monotonic()
    await asyncio.sleep(seconds)
    return (processor_seconds(pid) - cpu) / (time.monotonic() - begun)


async def watch(home: Home, url: str, arguments: Arguments, rest: float) -> list[Cost]:
    """Let more and more viewers come, and measure each number of them."""
    crowd, found = Crowd(url), []
    try:
        for count in arguments.viewers:
            crowd.grow(count)
            await asyncio.sleep(SETTLED)
            taken, begun = crowd.taken, time.monotonic()
            cpu = await part_of_processor(home.pid, arguments.seconds) - rest
            crowd.check()
            got = (crowd.taken - taken) * 8 / 1e6 / (time.monotonic() - begun) / count
            found.append(Cost(count, cpu, memory(home.pid), got))
    finally:
        await crowd.leave()
    return found


def show(name: str, ours: list[Cost], bare: list[Cost], before: float) -> None:
    """Print a table: ours beside bare handlers."""
    for one, other in zip(ours, bare, strict=True):
        ratio = f"{one.cpu / other.cpu:.2f}" if other.cpu > 0 else "-"
        print(
            f"{name:<5}{one.viewers:>8}{one.cpu:>9.1%}{other.cpu:>9.1%}{ratio:>8}"
            f"{one.cpu / one.viewers:>12.2%}{(one.memory - before) / one.viewers:>12.2f}"
            f"{one.rate:>9.2f}{other.rate:>7.2f}",
            flush=True,
        )
    most, least = -1, 0
    more = ours[most].viewers - ours[least].viewers
    if more:
        each, bare_each = ((costs[most].cpu - costs[least].cpu) / more for costs in (ours, bare))
        memory_each = (ours[most].memory - ours[least].memory) / more
        print(
            f"{name}: each further viewer {each:.3%} of a processor, bare {bare_each:.3%}: "
            f"{each / bare_each:.2f} times; {memory_each:.2f} MiB",
            flush=True,
        )


def ring(url: str) -> tuple[int, float, int]:
    """Return how many segments of a channel can be had, their seconds, and their bytes."""
    *_, info, newest = fetch(url).body.decode().splitlines()
    seconds = float(info.removeprefix("#EXTINF:").removesuffix(","))
    number = int(newest.rpartition("/")[2].removesuffix(".ts"))
    count = size = 0
    while True:
        answer = request("GET", urljoin(url, f"1/{number - count}.ts"))
        if answer.status != 200:
            return count, count * seconds, size
        count, size = count + 1, size + len(answer.body)


def ffmpegs(upstream: Upstream, seconds: float) -> tuple[float, float]:
    """Return what one ffmpeg a viewer costs: part of a processor and MiB."""
    address = request("GET", f"{upstream.url}/streamUrl?channelName=est").body.decode()
    words = ("ffmpeg", "-v", "error", "-nostdin", "-i", address, "-c", "copy", "-f", "mpegts", "-")
    running = [
        subprocess.Popen(words, stdout=subprocess.DEVNULL)  # noqa: S603  # our own words
        for _ in range(FFMPEGS)
    ]
    try:
        time.sleep(SETTLED)
        before = [processor_seconds(one.pid) for one in running]
        time.sleep(seconds)
        used = [processor_seconds(one.pid) - was for one, was in zip(running, before, strict=True)]
        return sum(used) / len(used) / seconds, median(memory(one.pid) for one in running)
    finally:
        for one in running:
            one.kill()
            one.wait()


async def upstream_first_segment(upstream: Upstream, slug: str) -> float:
    """Return the seconds until somebody who asks upstream itself has a first segment."""
    begun = time.perf_counter()
    async with connected(upstream.url) as api:
        url = (await api.fetch(f"{upstream.url}/streamUrl?channelName={slug}")).decode()
        for _ in range(3):
            found = await api.fetch(url)
            url = urljoin(url, found.decode("latin-1").rstrip().rpartition("\n")[2])
            if found.startswith(b"\x47"):
                break
    return time.perf_counter() - begun


async def zap(upstream: Upstream, base: str) -> Iterator[str]:
    """Measure how long it takes until there is a picture."""
    slugs = ("est", "pst", "snick-est", "snick-pst", "mtv97", "movies")
    direct = [await upstream_first_segment(upstream, slug) for slug in slugs]
    first, second = [], []
    for number in range(1, ZAPS + 1):
        url = f"{base}/{number}.ts"
        crowd = Crowd(url)
        first.append(await time_to_picture(url))
        crowd.grow(1)
        second.append(await time_to_picture(url))
        await crowd.leave()
    return iter(
        f"{name:<40}{median(found) * 1000:>8.1f} ms{max(found) * 1000:>8.1f} at most"
        for name, found in (
            ("first viewer's first picture", first),
            ("second viewer's first picture", second),
            ("a first segment from upstream itself", direct),
        )
    )


class Arguments:
    """The command line."""

    seconds: float
    viewers: list[int]
    pause: int


def read_arguments() -> Arguments:
    """Read the command line."""
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=18, help="for each measurement")
    parser.add_argument("--viewers", type=int, nargs="+", default=[1, 10, 50, 100])
    help_pause = "minutes that viewers of HLS can go back: their playlists are as long"
    parser.add_argument("--pause", type=int, default=DEFAULT_PAUSE_MINUTES, help=help_pause)
    return parser.parse_args(namespace=Arguments())


def add_bare_views(home: Home, segment: bytes) -> None:
    """Put the bare views into a Home Assistant that has not been started."""
    home.write_configuration()
    folder = home.folder / "custom_components" / BARE
    folder.mkdir()
    (folder / "__init__.py").write_text(_BARE_CODE, "utf-8")
    (folder / "segment.ts").write_bytes(segment)
    manifest = {
        "domain": BARE,
        "name": "Bare views",
        "codeowners": [],
        "dependencies": ["http"],
        "documentation": "https://example.com",
        "iot_class": "local_push",
        "version": "1.0.0",
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    (home.folder / "packages" / f"{BARE}.yaml").write_text(f"{BARE}:\n", "utf-8")


def segment_of(upstream: Upstream) -> bytes:
    """Return a segment as upstream sends it."""

    async def load() -> bytes:
        url = f"{upstream.url}/est/playlist.m3u8"
        async with connected(url) as connection:
            while not (found := await connection.fetch(url)).startswith(b"\x47"):
                url = urljoin(url, found.decode().rstrip().rpartition("\n")[2])
        return found

    return asyncio.run(load())


@contextmanager
def started() -> Iterator[tuple[Home, Upstream, Access]]:
    """Run everything, with a processor for Home Assistant alone if there is more than one."""
    processors = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        os.sched_setaffinity(0, processors[1:] or processors)
        upstream = Upstream(Path(name) / "upstream.log", nodes=True)
        stack.callback(upstream.stop)
        upstream.start()
        home = Home(Path(name) / "home", env=upstream.environment)
        add_bare_views(home, segment_of(upstream))
        os.sched_setaffinity(0, processors[:1])
        stack.callback(home.stop)
        home.start()
        os.sched_setaffinity(0, processors[1:] or processors)
        set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
        yield home, upstream, wait_for_feed(home.client)


def streams(home: Home) -> dict[str, Any]:
    """Return what Home Assistant says about streams."""
    found: dict[str, Any] = home.client.get("/api/toonami_downlink/status")["streams"]
    return found


def measure(home: Home, upstream: Upstream, access: Access, arguments: Arguments) -> None:
    """Measure everything and print it."""
    base = f"{access.playlist_url.rpartition('/')[0]}/stream"
    # As long as the real one: Home Assistant's filter reads every character of an address.
    bare = f"{home.base_url}/api/{BARE}/{'x' * 53}/stream"
    for line in asyncio.run(zap(upstream, base)):
        print(line, flush=True)
    wait_for(lambda: not streams(home)["upstream"], "Streams go on", IDLE_PATIENCE)
    rest, before = asyncio.run(part_of_processor(home.pid, arguments.seconds)), memory(home.pid)
    print(f"at rest: {rest:.1%} of a processor, {before:.0f} MiB")
    print(
        f"{'':<5}{'viewers':>8}{'relay':>9}{'bare':>9}{'ratio':>8}{'a viewer':>12}"
        f"{'MiB each':>12}{'Mbit/s':>9}{'bare':>7}"
    )
    for name in ("ts", "m3u8"):
        other = asyncio.run(watch(home, f"{bare}/1.{name}", arguments, rest))
        wait_for(lambda: not streams(home)["upstream"], "Streams go on", IDLE_PATIENCE)
        upstream.clear_log()
        before = memory(home.pid)
        ours = asyncio.run(watch(home, f"{base}/1.{name}", arguments, rest))
        show(name, ours, other, before)
        asked = upstream.streams()["streams"]["est"]
        print(
            f"{name}: upstream was asked {asked['chunklist']} times for a playlist in "
            f"{asked['chunklist_seconds']:.0f} s, {asked['segment']} times for a segment, "
            f"repeated {asked['repeated']}, skipped {asked['skipped']}"
        )
        count, seconds, size = ring(f"{base}/1.m3u8")
        print(f"{name}: the ring holds {count} segments, {seconds:.0f} s, {size / 2**20:.1f} MiB")
    # Those who watch HLS can go back: their ring has grown since the first of them came.
    minute = size / seconds * 60 / 2**20
    print(
        f"a pause holds {minute:.1f} MiB a minute and channel: "
        f"{minute * arguments.pause:.0f} MiB for {arguments.pause} minutes",
        flush=True,
    )
    cpu, each = ffmpegs(upstream, arguments.seconds)
    print(f"an ffmpeg a viewer: {cpu:.2%} of a processor and {each:.0f} MiB each, beside any HTTP")


def main() -> None:
    """Measure everything and print it."""
    arguments = read_arguments()
    try:
        with started() as (home, upstream, access):
            set_options(home.client, {"pause_minutes": arguments.pause})
            wait_for_feed(home.client)
            measure(home, upstream, access, arguments)
    except DevelopError as err:
        raise SystemExit(f"error: {err}") from err


if __name__ == "__main__":
    main()
