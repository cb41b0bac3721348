"""How fast the feed is served, beside bare views of Home Assistant with bodies of the same size.

Both are measured in turn, in one Home Assistant, with wrk: the ratio is what counts. The bare
view allows any origin, as ours have to for players in browsers, and is asked for by an address of
the same length with the same headers: Home Assistant's own filter reads every character of an
address before any view does. Beside a 304 stands the same request to a view that has no 304 and
sends the whole body: what an answer without our ETag would cost.

    scripts/bench serve [--seconds 3] [--rounds 3] [--soak 60]
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
import json
from pathlib import Path
import re
import shutil
from statistics import median
import subprocess
import tempfile
from typing import Final
from urllib.parse import urlencode

from .develop.client import request
from .develop.feed import Access, wait_for_feed
from .develop.flow import set_up
from .develop.home import Home
from .develop.upstream import Upstream
from .develop.waiting import DevelopError

CONNECTIONS: Final = 16
SOAK_CONNECTIONS: Final = 50
STREAM_TIMEOUT: Final = 30.0
GZIP: Final = {"Accept-Encoding": "gzip"}
BARE: Final = "bench_bare"
_BARE_CODE: Final = '''\
"""Views that do nothing but answer with as many bytes as they are asked for."""

from functools import cache

from aiohttp import web
from homeassistant.components.http import HomeAssistantView


@cache
def body(size: int) -> bytes:
    return b"x" * size


class BareView(HomeAssistantView):
    url = "/api/bench_bare/{size}/{padding}"
    name = "bench_bare"
    requires_auth = False
    cors_allowed = True

    async def get(self, request: web.Request, size: str, padding: str) -> web.Response:
        return web.Response(body=body(int(size)), content_type="application/octet-stream")


async def async_setup(hass, config) -> bool:
    hass.http.register_view(BareView)
    return True
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that players ask for."""

    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    is_known: bool = False
    """Whether the client has it already: 304."""

    def bare(self, home: Home, size: int) -> Case:
        """Return the same request to the bare view."""
        start = f"{home.base_url}/api/{BARE}/{size}/"
        padding = re.sub(r"\W", "x", self.url)[len(start) :] or "x"
        return replace(self, name="bare", url=start + padding)


@dataclass(frozen=True, slots=True)
class Speed:
    """What wrk measured."""

    per_second: float
    p99: float
    """Milliseconds."""


def cases(access: Access) -> Iterator[Case]:
    """List what is measured."""
    login = {name: access.xtream[name] for name in ("username", "password")}

    def api(action: str = "", **parameters: str) -> str:
        query = urlencode({**login, **({"action": action} if action else {}), **parameters})
        return f"{access.xtream['server']}/player_api.php?{query}"

    yield Case(name="playlist", url=access.playlist_url)
    yield Case(name="playlist, 304", url=access.playlist_url, is_known=True)
    yield Case(name="guide", url=access.guide_url)
    yield Case(name="guide, gzip", url=access.guide_url, headers=GZIP)
    yield Case(name="guide.gz", url=f"{access.guide_url}.gz")
    yield Case(name="guide, 304", url=access.guide_url, is_known=True)
    yield Case(name="login", url=api())
    yield Case(name="live streams", url=api("get_live_streams"))
    yield Case(name="short EPG", url=api("get_short_epg", stream_id="1"))
    yield Case(name="data table", url=api("get_simple_data_table", stream_id="1"))


def wrk(case: Case, seconds: int, connections: int = CONNECTIONS) -> Speed:
    """Ask for one thing as fast as possible."""
    headers = [word for name, value in case.headers.items() for word in ("-H", f"{name}: {value}")]
    load = ["-t1", f"-c{connections}", f"-d{seconds}s"]
    command = ["wrk", *load, "--latency", *headers, case.url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # our own words
    speed = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout or not speed or not p99:
        raise DevelopError(f"{case.name}: {done.stdout}")
    return Speed(float(speed[1]), float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]])


def compare(case: Case, home: Home, arguments: Arguments) -> str:
    """Measure a case and a bare view in turn; return a line of the table."""
    answer = request("GET", case.url, headers=case.headers)
    if answer.status != 200:
        raise DevelopError(f"{case.name} answered {answer.status}.")
    if case.is_known:
        known = {"If-None-Match": answer.headers["etag"]}
        case = replace(case, headers={**case.headers, **known})
    bare = case.bare(home, len(answer.body))
    found: list[tuple[Speed, Speed]] = [
        (wrk(case, arguments.seconds), wrk(bare, arguments.seconds))
        for _ in range(arguments.rounds)
    ]
    ours, theirs = (median(pair[i].per_second for pair in found) for i in (0, 1))
    late, bare_late = (median(pair[i].p99 for pair in found) for i in (0, 1))
    ratio = median(pair[0].per_second / pair[1].per_second for pair in found)
    return (
        f"{case.name:<15}{len(answer.body):>10,}{ours:>10,.0f}{theirs:>10,.0f}{ratio:>8.0%}"
        f"{late:>11.1f}{bare_late:>11.1f}"
    )


def memory(pid: int) -> float:
    """Return the memory that a process has in use, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(match[1]) / 1024 if match else 0.0


def soak(home: Home, access: Access, seconds: int) -> str:
    """Let many clients ask for everything, after all of it was asked for; return the growth."""
    everything = list(cases(access))
    each = max(seconds // len(everything), 1)
    before = memory(home.pid)
    for case in everything:
        wrk(case, each, SOAK_CONNECTIONS)
    return (
        f"{SOAK_CONNECTIONS} clients for {each * len(everything)} s, no error: "
        f"{before:.1f} MiB before, {memory(home.pid) - before:+.1f} MiB after"
    )


def add_bare_views(home: Home) -> None:
    """Put the bare views into a Home Assistant that has not been started."""
    home.write_configuration()
    folder = home.folder / "custom_components" / BARE
    folder.mkdir()
    (folder / "__init__.py").write_text(_BARE_CODE, "utf-8")
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


class Arguments:
    """The command line."""

    seconds: int
    rounds: int
    soak: int


def read_arguments() -> Arguments:
    """Read the command line."""
    parser = ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=3, help="for each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median is shown")
    parser.add_argument("--soak", type=int, default=60, help="seconds to watch the memory for")
    return parser.parse_args(namespace=Arguments())


def main() -> None:
    """Measure everything and print a table."""
    arguments = read_arguments()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not there: install it with your package manager.")
    with tempfile.TemporaryDirectory() as name:
        upstream = Upstream(Path(name) / "upstream.log")
        home = Home(Path(name) / "home")
        try:
            upstream.start()
            add_bare_views(home)
            home.start()
            set_up(home.client, "bundled", {"api_url": upstream.url, "verify_tls": True})
            access = wait_for_feed(home.client)
            print(
                f"{'':<15}{'bytes':>10}{'req/s':>10}{'bare':>10}{'ratio':>8}"
                f"{'p99 ms':>11}{'bare p99':>11}"
            )
            for case in cases(access):
                print(compare(case, home, arguments), flush=True)
            print(soak(home, access, arguments.soak))
        finally:
            home.stop()
            upstream.stop()


if __name__ == "__main__":
    main()
