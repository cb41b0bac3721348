"""Processes that have left the group of their run, as daemons do: found by a mark, and ended.

The mark is a variable in the environment, which children inherit whatever else they change. Only
Linux shows the environment of others; elsewhere nothing is found.
"""

from contextlib import suppress
import os
from pathlib import Path
import signal
import time
from typing import Final

RUN_VARIABLE: Final = "TOONAMI_DOWNLINK_RUN"
"""The variable whose value is the folder of the run."""

_PATIENCE: Final = 5.0
"""Seconds after which those that are still there are left alone."""
_PAUSE: Final = 0.01
_PROC: Final = Path("/proc")


def end_orphans(folder: Path) -> None:
    """End the processes of every run in `folder` or below it, until none is left. Blocks."""
    deadline = time.monotonic() + _PATIENCE
    known: set[int] = set()
    ended: set[int] = set()
    # Whoever was forked before its parent was ended is in the next list, and nobody after that.
    while (new := _pids() - known) and time.monotonic() < deadline:
        # The newest first: one that forks and ends at once is gone again the soonest.
        for pid in sorted(new, reverse=True):
            if _is_marked(pid, folder):
                ended.add(pid)
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
        known |= new
    while any(_is_marked(pid, folder) for pid in ended) and time.monotonic() < deadline:
        time.sleep(_PAUSE)


def _pids() -> set[int]:
    try:
        return {int(path.name) for path in _PROC.iterdir() if path.name.isdecimal()}
    except OSError:
        return set()


def _is_marked(pid: int, folder: Path) -> bool:
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False  # it has ended, or belongs to somebody else
    prefix = os.fsencode(f"{RUN_VARIABLE}=")
    runs = (line[len(prefix) :] for line in environment.split(b"\0") if line.startswith(prefix))
    return any(Path(os.fsdecode(run)).is_relative_to(folder) for run in runs)
