"""Inside Home Assistant's process: set its clock, and inject a fault at a chosen file operation.

One folder can be made to give no answer, like a mount whose server is gone.

The fault is a file that `scripts.lib.chaos.fault_injector` writes: what to do after how many
operations. Python reports most operations itself, by audit events; fsync is wrapped.
"""

from collections.abc import Callable
from contextlib import suppress
import errno
import json
import os
from pathlib import Path
import signal
import sys
import threading
import time
from typing import Any, Final

import clock  # type: ignore[import-not-found]  # beside this file, on that process's path

FAULT: Final = os.environ.get("CHAOS_FAULT", "")
PATHS: Final = tuple(filter(None, os.environ.get("CHAOS_PATHS", "").split(os.pathsep)))
HANG: Final = os.environ.get("CHAOS_HANG", "")
MOUNT: Final = os.environ.get("CHAOS_MOUNT", "")
LOOK_EVERY: Final = 0.05
EVENTS: Final = {
    "open": 1,
    "os.mkdir": 1,
    "os.rmdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.listdir": 1,
    "os.scandir": 1,
    "os.chmod": 1,
}
"""Event to the number of its arguments that are paths."""
MAKING: Final = {"open", "os.mkdir", "os.rename", "fsync"}
"""What a full disk refuses; reading and removing go on."""

_sleep: Final = time.sleep
_stat: Final = os.stat
_local: Final = threading.local()
_lock: Final = threading.Lock()
_counts: Final[dict[str, int]] = {}
"""Operations seen, by the name of the fault."""
_unsynced: Final[set[str]] = set()
"""Files that a power cut would lose what was written to."""


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in EVENTS or getattr(_local, "is_busy", False):
        return
    paths = [_absolute(path, arguments) for path in arguments[: EVENTS[event]]]
    _wait_for_mount(paths[0])
    if not any(path.startswith(PATHS) for path in paths):
        return
    is_writing = event != "open" or bool((arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR))
    if event == "open" and is_writing:
        _unsynced.add(paths[0])
    if event == "os.rename" and paths[0] in _unsynced:
        _unsynced.discard(paths[0])
        _unsynced.add(paths[1])
    _operation(event, paths[-1], is_writing=is_writing)


def _wait_for_mount(path: str) -> None:
    """Wait, as one does for a server that is gone, while there is the file that says so."""
    while path.startswith(MOUNT) and _exists(HANG):
        os.close(os.open(f"{HANG}.met", os.O_CREAT | os.O_WRONLY))
        _sleep(LOOK_EVERY)


def _exists(path: str) -> bool:
    try:
        _stat(path)
    except OSError:
        return False
    return True


def _absolute(path: Any, arguments: tuple[Any, ...]) -> str:
    """Return a path as text; one that is relative to an open folder is looked up there."""
    with suppress(TypeError, ValueError, OSError):
        text = os.fsdecode(path)
        folder = next((arg for arg in arguments[1:] if isinstance(arg, int) and arg > 2), None)
        return text if text.startswith("/") or folder is None else f"{_path_of(folder)}/{text}"
    return ""


def _path_of(descriptor: int) -> str:
    with suppress(OSError):
        return str(Path(f"/proc/self/fd/{descriptor}").readlink())
    return ""


def _operation(event: str, path: str, *, is_writing: bool) -> None:
    """Count an operation, and let the fault happen when it is due."""
    _local.is_busy = True
    try:
        with _lock:
            fault = _read_fault()
            if fault is None:
                return
            name = fault["name"]
            _counts[name] = _counts.get(name, 0) + 1
            if _counts[name] <= fault["after"]:
                return
        if fault["action"] in ("kill", "power cut"):
            _end(fault, f"{event} {path}")
        elif is_writing and (fault["action"] != "ENOSPC" or event in MAKING):
            number = getattr(errno, fault["action"])
            raise OSError(number, os.strerror(number), path)
    finally:
        _local.is_busy = False


def _read_fault() -> dict[str, Any] | None:
    try:
        # Not by `open`: Home Assistant watches that for blocking calls.
        descriptor = os.open(FAULT, os.O_RDONLY)
    except OSError:
        return None
    try:
        fault: dict[str, Any] = json.loads(os.read(descriptor, 4096))
    finally:
        os.close(descriptor)
    return fault


def _end(fault: dict[str, Any], where: str) -> None:
    Path(f"{FAULT}.done").write_text(where, "utf-8")
    if fault["action"] == "power cut":
        for path in _unsynced:
            with suppress(OSError):
                os.truncate(path, Path(path).stat().st_size * fault["kept"] // 100)
    os.kill(os.getpid(), signal.SIGKILL)


def _wrapped(sync: Callable[[int], None]) -> Callable[[Any], None]:
    def fsync(file: Any) -> None:
        descriptor = file if isinstance(file, int) else file.fileno()
        path = _path_of(descriptor)
        if path.startswith(PATHS):
            _operation("fsync", path, is_writing=True)
            _unsynced.discard(path)
        sync(descriptor)

    return fsync


def _asking(stat: Callable[..., Any]) -> Callable[..., Any]:
    """Python reports no audit event for these."""

    def ask(path: Any, *arguments: Any, **named: Any) -> Any:
        if isinstance(path, str | bytes | os.PathLike):
            _wait_for_mount(os.fsdecode(path))
        return stat(path, *arguments, **named)

    return ask


if FAULT and PATHS:
    clock.install()
    vars(os)["fsync"] = _wrapped(os.fsync)
    for name in ("stat", "lstat", "readlink"):
        vars(os)[name] = _asking(getattr(os, name))
    sys.addaudithook(_hook)
