#!/usr/bin/env python3
"""A provider command that does one thing wrong: ``PYTHON bad_cli.py MODE run --m3u-output …``.

MODE ``@FILE`` reads the mode from a file at each run, so that one command can turn from good to
bad and back; ``good`` is the well-behaved stand-in beside this file.
"""

from collections.abc import Callable, Mapping
import os
from pathlib import Path
import signal
import sys
import time
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.fakes import go_cli

MIB: Final = 1024 * 1024
HTML: Final = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1><br></body></html>\n"
LAST_WORDS: Final = "Error: failed to get channels: connection refused"
FOREVER: Final = 3600


class Outputs:
    """Where the two files go, and how to write good ones."""

    def __init__(self, arguments: list[str]) -> None:
        self.playlist = Path(arguments[arguments.index("--m3u-output") + 1])
        self.guide = Path(arguments[arguments.index("--xmltv-output") + 1])
        self._arguments = arguments

    def write_good(self) -> None:
        """Do what the well-behaved one does."""
        go_cli.main(self._arguments)


def _exit3(outputs: Outputs) -> int:
    sys.stderr.write(f"starting\n{LAST_WORDS}\n")
    return 3


def _hang(outputs: Outputs) -> int:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(FOREVER)
    return 0


def _half(outputs: Outputs) -> int:
    outputs.write_good()
    guide = outputs.guide.read_bytes()
    outputs.guide.write_bytes(guide[: len(guide) // 2])
    return 0


def _empty(outputs: Outputs) -> int:
    outputs.playlist.write_text("#EXTM3U\n", "utf-8")
    outputs.guide.write_text('<tv date="2026-11-22"></tv>', "utf-8")
    return 0


def _html(outputs: Outputs) -> int:
    outputs.write_good()
    outputs.guide.write_text(HTML, "utf-8")
    return 0


def _huge(outputs: Outputs) -> int:
    outputs.write_good()
    with outputs.guide.open("ab") as file:
        for _ in range(100):
            file.write(b" " * MIB)
    return 0


def _daemon(outputs: Outputs) -> int:
    """Leave a child behind that has left the process group and keeps the pipes open."""
    outputs.write_good()
    sys.stdout.flush()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            _hang(outputs)
        os._exit(0)
    return 0


def _symlink(outputs: Outputs) -> int:
    outputs.write_good()
    outputs.playlist.unlink()
    outputs.playlist.symlink_to("/etc/hostname")
    return 0


def _fifo(outputs: Outputs) -> int:
    outputs.write_good()
    outputs.guide.unlink()
    os.mkfifo(outputs.guide)
    return 0


def _noise(outputs: Outputs) -> int:
    """Write 64 MiB to standard output, in long lines, before good files."""
    for _ in range(64):
        sys.stdout.write("noise " * (MIB // 6) + "\n")
    outputs.write_good()
    return 0


def _nothing(outputs: Outputs) -> int:
    return 0


def _good(outputs: Outputs) -> int:
    outputs.write_good()
    return 0


MODES: Final[Mapping[str, Callable[[Outputs], int]]] = {
    "good": _good,
    "exit3": _exit3,
    "hang": _hang,
    "half": _half,
    "empty": _empty,
    "html": _html,
    "huge": _huge,
    "daemon": _daemon,
    "symlink": _symlink,
    "fifo": _fifo,
    "noise": _noise,
    "nothing": _nothing,
}


def main(arguments: list[str]) -> int:
    """Run in the mode of the first argument."""
    mode, *rest = arguments
    if mode.startswith("@"):
        mode = Path(mode[1:]).read_text("utf-8").strip()
    if "run" not in rest:
        return go_cli.main(rest)
    return MODES[mode](Outputs(rest))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
