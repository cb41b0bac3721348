"""The bundled provider's command line: the Go CLI's flags, and a few of its own."""

import argparse
import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
import json
import logging
from pathlib import Path
import sys
from typing import Final, NoReturn, override
from urllib.parse import urlsplit

from ..errors import DownlinkError, UsageError
from ..limits import MAX_GUIDE_DAYS
from ..models import Progress

_API_URL: Final = "https://api.toonamiaftermath.com"
_PAGE: Final = "https://github.com/zachyzissou/toonamiaftermath-downlink"
_PACKAGE: Final = __name__.partition(".")[0]
"""The engine as it is called when it runs by itself: all of its loggers are below."""
_MANIFEST: Final = Path(__file__).parents[3] / "manifest.json"
_FOR_DETAILS: Final = 0.5
"""How much of the time the details of episodes may take."""
_MAX_SECONDS: Final = 86_400
_INTERRUPTED: Final = 130
_LEVELS: Final = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "fatal": logging.CRITICAL,
    "panic": logging.CRITICAL,
}
"""As the Go CLI names them."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line; the exit code says how it went (`DownlinkError.exit_code`)."""
    try:
        arguments = _parser().parse_args(argv)
        if arguments.command == "version":
            print(version())
        elif arguments.command == "run":
            asyncio.run(_run(arguments))
        else:
            _parser().print_help()
    except DownlinkError as err:
        print(" ".join(str(err).split()), file=sys.stderr)
        return err.exit_code
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        return _INTERRUPTED
    return 0


def version() -> str:
    """Return the version of the integration that this belongs to."""
    try:
        return str(json.loads(_MANIFEST.read_text("utf-8"))["version"])
    except KeyError, OSError, TypeError, ValueError:
        return "0"


class _Parser(argparse.ArgumentParser):
    @override
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}. Try --help.")


def _parser() -> argparse.ArgumentParser:
    # The Go CLI takes these two before and after the command.
    before = _Parser(add_help=False)
    before.add_argument("-l", "--log-level", type=_level, default=logging.INFO, metavar="LEVEL")
    before.add_argument("-f", "--log-format", choices=("text", "json"), default="text")
    after = _Parser(add_help=False)
    after.add_argument("-l", "--log-level", type=_level, default=argparse.SUPPRESS)
    after.add_argument("-f", "--log-format", choices=("text", "json"), default=argparse.SUPPRESS)
    parser = _Parser(
        prog="downlink",
        description="Fetch Toonami Aftermath's channels and guide.",
        parents=[before],
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("version", help="print the version", parents=[after])
    run = commands.add_parser(
        "run", help="write a playlist and a guide", parents=[after], allow_abbrev=False
    )
    run.add_argument("-m", "--m3u-output", type=Path, default=Path("index.m3u"), metavar="FILE")
    run.add_argument("-x", "--xmltv-output", type=Path, default=Path("index.xml"), metavar="FILE")
    run.add_argument(
        "-C", "--cache-file", default="cache.json", metavar="FILE", help='"" keeps nothing'
    )
    run.add_argument("-s", "--scrape-count", type=int, metavar="N", help="taken, but not needed")
    run.add_argument(
        "-c", "--cron-expression", type=_nothing, metavar='""', help="may only be empty"
    )
    run.add_argument("--api-url", type=_url, default=_API_URL, metavar="URL", help=_API_URL)
    run.add_argument(
        "--guide-days", type=_days, default=7, metavar="N", help=f"7; at most {MAX_GUIDE_DAYS}"
    )
    run.add_argument(
        "--time-limit", type=_seconds, default=270.0, metavar="SECONDS", help="270 for the run"
    )
    run.add_argument(
        "--answer-timeout", type=_seconds, default=15.0, metavar="SECONDS", help="15 for one answer"
    )
    run.add_argument("--insecure", action="store_true", help="do not check certificates")
    run.add_argument("--progress", action="store_true", help="say how far it is, in JSON lines")
    return parser


def _level(text: str) -> int:
    if text.lower() not in _LEVELS:
        raise argparse.ArgumentTypeError(f"not one of {', '.join(_LEVELS)}")
    return _LEVELS[text.lower()]


def _nothing(text: str) -> str:
    if text:
        raise argparse.ArgumentTypeError("this provider runs once; the schedule is elsewhere")
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise argparse.ArgumentTypeError("not an address with http or https")
    return text


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MAX_GUIDE_DAYS:
        raise argparse.ArgumentTypeError(f"not a number between 1 and {MAX_GUIDE_DAYS}")
    return int(text)


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= _MAX_SECONDS:
        raise argparse.ArgumentTypeError("not a number of seconds in a day")
    return seconds


async def _run(arguments: argparse.Namespace) -> None:
    # What is loaded here takes most of the start-up time, and only this command needs it.
    from ..files import write_whole  # noqa: PLC0415
    from ..formats.m3u import Links, render_m3u  # noqa: PLC0415
    from ..formats.xmltv_writer import render_xmltv  # noqa: PLC0415
    from .api import Timeouts  # noqa: PLC0415
    from .fetch import ProviderConfig, fetch  # noqa: PLC0415

    _set_up_log(arguments)
    config = ProviderConfig(
        api_url=arguments.api_url,
        guide_days=arguments.guide_days,
        verify_tls=not arguments.insecure,
        cache_file=Path(arguments.cache_file) if arguments.cache_file else None,
        user_agent=f"ToonamiDownlink/{version()} (+{_PAGE})",
        timeouts=Timeouts(
            answer=arguments.answer_timeout,
            run=arguments.time_limit,
            details=arguments.time_limit * _FOR_DETAILS,
        ),
    )
    feed = await fetch(config, _print_progress if arguments.progress else _keep_quiet)
    links = Links(guide="", logo=lambda _: "", stream=lambda channel: channel.stream_url)
    write_whole(
        {
            arguments.xmltv_output: render_xmltv(feed, lambda _: ""),
            arguments.m3u_output: render_m3u(feed.channels, links),
        }
    )


def _print_progress(progress: Progress) -> None:
    line = {"stage": progress.stage, "done": progress.done, "total": progress.total}
    print(json.dumps(line), flush=True)


def _keep_quiet(_progress: Progress) -> None:
    pass


def _set_up_log(arguments: argparse.Namespace) -> None:
    """Log to standard output as the Go CLI does; with progress there, nothing else is."""
    handler: logging.Handler = logging.NullHandler()
    if not arguments.progress:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(_JsonFormatter() if arguments.log_format == "json" else _Formatter())
    logger = logging.getLogger(_PACKAGE)
    logger.handlers = [handler]
    logger.setLevel(arguments.log_level)
    logger.propagate = False


class _Formatter(logging.Formatter):
    """Lines in the form of logrus: ``time="…" level=info msg="…"``."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return " ".join(
            f"{key}={value if value.isalnum() else json.dumps(value)}"
            for key, value in _logged(record).items()
        )


class _JsonFormatter(logging.Formatter):
    @override
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_logged(record))


def _logged(record: logging.LogRecord) -> dict[str, str]:
    time = datetime.fromtimestamp(record.created, UTC)
    return {
        "time": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "level": record.levelname.lower(),
        "msg": record.getMessage(),
    }
