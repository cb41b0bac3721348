"""Run tests in copies of the tree, each time in a fork; see forked.py."""

from collections.abc import Sequence
from contextlib import suppress
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
from typing import Final

MEMORY: Final = 4 * 1024 * 1024
"""Kilobytes of data for each process: a mutant may want all there is."""
_LIMITED: Final = ("/bin/sh", "-c", f'ulimit -d {MEMORY}; exec "$@"', "sh")
_PROGRAM: Final = Path(__file__).with_name("forked.py")


class Trouble(Exception):  # noqa: N818  # nothing is wrong with the code that is tried
    """Nothing can be said about a mutant: the tests could not be run."""


class Forks:
    """Runs the tests of one folder, one request after the other; `close` it."""

    def __init__(self, folder: Path, arguments: Sequence[str]) -> None:
        """Start a process in a folder, with arguments for pytest."""
        self._folder = folder
        self._output = folder / ".mutants" / "output"
        asked, self._requests = os.pipe()
        self._answers, answered = os.pipe()
        words = [sys.executable, str(_PROGRAM), str(asked), str(answered), *arguments]
        self._process = subprocess.Popen(  # noqa: S603  # ours
            [*_LIMITED, *words],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(asked, answered),
            start_new_session=True,
        )
        os.close(asked)
        os.close(answered)

    def run(self, arguments: Sequence[str], seconds: float) -> tuple[int | None, str]:
        """Run pytest with more arguments; return its exit code, None if it hung, and its output.

        After that nothing of it runs any more: neither its group nor what works in the folder.
        """
        request = {"arguments": arguments, "output": str(self._output), "seconds": seconds}
        with suppress(BrokenPipeError):
            os.write(self._requests, json.dumps(request).encode() + b"\n")
        line = b""
        while not line.endswith(b"\n"):
            part = os.read(self._answers, 64)
            if not part:
                raise Trouble("the process that runs the tests has ended")
            line += part
        _sweep(self._folder)
        code: int | None = json.loads(line)
        text = self._output.read_text("utf-8", "replace") if self._output.exists() else ""
        return code, text

    def close(self) -> None:
        """End the process."""
        for descriptor in (self._requests, self._answers):
            os.close(descriptor)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _sweep(folder: Path) -> None:
    """Kill what was started from a folder and has left its group; where /proc tells of it."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            inside = (process / "cwd").resolve().is_relative_to(folder)
            if inside or any(word.startswith(os.fsencode(f"{folder}/")) for word in words):
                os.kill(int(process.name), signal.SIGKILL)
