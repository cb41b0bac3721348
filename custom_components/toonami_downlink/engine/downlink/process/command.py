"""Command lines of providers: our own, or what a user typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
import re
import shlex
import sys
from typing import Final

from ..errors import UsageError

PLACEHOLDER: Final = re.compile(r"\{(m3u|xmltv|cache)\}")
"""Stands in a command line for the path of a file that the provider writes."""
TIME_LIMIT: Final = "{seconds}"
"""Stands in our own command line for the seconds that the provider may take."""
_MAX_COMMAND_CHARS: Final = 4_096
_OPTION: Final = re.compile(
    r"-[mxCslf]|--(m3u-output|xmltv-output|cache-file|scrape-count|log-level|log-format)"
)
"""An option of the Go CLI's ``run``; a value follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A provider's command line in words; {m3u}, {xmltv} and {cache} in it stand for paths."""

    argv: tuple[str, ...]
    name: str
    """What to call it in messages."""
    is_bundled: bool = False
    program: tuple[str, ...] = ()
    """The words that come before a subcommand; empty when the command line does not show them."""


def bundled_command(
    engine_dir: Path,
    *,
    api_url: str,
    guide_days: int,
    verify_tls: bool,
    python: str = sys.executable,
) -> Command:
    """Return the command line of the provider that comes with the integration."""
    program = (python, "-I", str(engine_dir))
    argv = [*program, "run", "--progress", "--time-limit", TIME_LIMIT]
    argv += ["--m3u-output", "{m3u}", "--xmltv-output", "{xmltv}", "--cache-file", "{cache}"]
    argv += ["--api-url", api_url, "--guide-days", str(guide_days)]
    if not verify_tls:
        argv.append("--insecure")
    return Command(argv=tuple(argv), name="The built-in provider", is_bundled=True, program=program)


def parse_command(line: str) -> Command:
    """Split a command line as a shell would, but never run one.

    Without ``{m3u}`` and ``{xmltv}`` in it, the arguments of the Go CLI are appended, and ``run``
    unless it is there already. Raises UsageError for a line that is no command.
    """
    if len(line) > _MAX_COMMAND_CHARS or not line.isprintable():
        raise UsageError("The command is too long, or has characters that cannot be printed.")
    try:
        words = shlex.split(line)
    except ValueError as err:
        raise UsageError(f"The command cannot be read: {err}.") from err
    if not words or not words[0]:
        raise UsageError("The command is empty.")
    name = Path(words[0]).name
    given = {"m3u", "xmltv"} & set(PLACEHOLDER.findall(line))
    if len(given) == 2:
        return Command(argv=tuple(words), name=name)
    if given:
        raise UsageError("The command needs both {m3u} and {xmltv}, or neither of them.")
    if "run" not in words[1:]:
        words.append("run")
    program = _program(words)
    words += ["--m3u-output", "{m3u}", "--xmltv-output", "{xmltv}", "--cache-file", "{cache}"]
    return Command(argv=tuple(words), name=name, program=program)


def _program(words: Sequence[str]) -> tuple[str, ...]:
    """Return what comes before the subcommand ``run``; nothing when that is of another program.

    In ``docker run --rm image`` it is not the provider's, whose options would be all that follows.
    """
    place = len(words) - 1 - words[::-1].index("run")
    rest = iter(words[place + 1 :])
    for word in rest:
        if not _OPTION.fullmatch(word.partition("=")[0]):
            return ()
        if "=" not in word:
            next(rest, None)
    return tuple(words[:place])
