"""The bundled provider's command line: the Go CLI's flags, and a few of its own."""

import argparse
import asyncio
from collections.abc import Sequence
import json
from pathlib import Path
import sys
import tempfile
from typing import Final, NoReturn, override
from urllib.parse import urlsplit

import aiohttp

from .errors import CannotWriteError, DownlinkError, UsageError
from .limits import MAX_GUIDE_DAYS
from .m3u import Links, render_m3u
from .models import Progress
from .provider.build import Request, build
from .xmltv import render_xmltv

_API_URL: Final = "https://api.toonamiaftermath.com"
_PAGE: Final = "https://github.com/zachyzissou/toonamiaftermath-downlink"
_MANIFEST: Final = Path(__file__).parents[2] / "manifest.json"


class _Parser(argparse.ArgumentParser):
    @override
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}. Try --help.")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; the exit code says how it went (`DownlinkError.exit_code`)."""
    try:
        arguments = _parser().parse_args(argv)
        if arguments.command == "version":
            print(version())
        else:
            asyncio.run(_run(arguments))
    except DownlinkError as err:
        print(" ".join(str(err).split()), file=sys.stderr)
        return err.exit_code
    return 0


def version() -> str:
    """Return the version of the integration that this belongs to."""
    try:
        return str(json.loads(_MANIFEST.read_text())["version"])
    except KeyError, OSError, ValueError:
        return "0"


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="downlink", description="Fetch Toonami Aftermath's channels and guide.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("version", help="print the version")
    run = commands.add_parser("run", help="write a playlist and a guide")
    run.add_argument("-m", "--m3u-output", type=Path, default=Path("index.m3u"))
    run.add_argument("-x", "--xmltv-output", type=Path, default=Path("index.xml"))
    run.add_argument("-C", "--cache-file", default="cache.json")
    run.add_argument("-s", "--scrape-count", type=int, default=0, help="taken, and not needed")
    run.add_argument("-l", "--log-level", default="info")
    run.add_argument("-f", "--log-format", choices=("text", "json"), default="text")
    run.add_argument("--api-url", type=_url, default=_API_URL)
    run.add_argument("--guide-days", type=_days, default=7)
    run.add_argument("--insecure", action="store_true", help="do not verify certificates")
    run.add_argument("--progress", action="store_true", help="say how far it is, in JSON")
    return parser


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise argparse.ArgumentTypeError("not an address with http or https")
    return text


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= MAX_GUIDE_DAYS:
        raise argparse.ArgumentTypeError(f"not between 1 and {MAX_GUIDE_DAYS}")
    return days


async def _run(arguments: argparse.Namespace) -> None:
    def on_progress(progress: Progress) -> None:
        if arguments.progress:
            line = {"stage": progress.stage, "done": progress.done, "total": progress.total}
            print(json.dumps(line), flush=True)

    request = Request(api_url=arguments.api_url, guide_days=arguments.guide_days)
    headers = {"User-Agent": f"ToonamiDownlink/{version()} (+{_PAGE})"}
    connector = aiohttp.TCPConnector(ssl=not arguments.insecure)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        feed = await build(request, session, on_progress)
    links = Links(guide="", logo=lambda _: "", stream=lambda channel: channel.stream_url)
    _write(arguments.xmltv_output, render_xmltv(feed, lambda _: ""))
    _write(arguments.m3u_output, render_m3u(feed.channels, links))


def _write(path: Path, content: bytes) -> None:
    """Write a file under another name first, so that nobody reads half of it."""
    temporary = ""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
            temporary = file.name
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as err:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise CannotWriteError(f"{path} cannot be written: {err.strerror}.") from err
