"""Run a provider command: its own folder, a bare environment, limits, and nothing left behind."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
import json
from pathlib import Path
import re
import shutil
import signal
import tempfile
from threading import Lock
import time
from typing import Final

from ..errors import (
    CannotWriteError,
    DownlinkError,
    ProviderError,
    ProviderMissingError,
    ProviderOutputError,
    ProviderTimedOutError,
    TimedOutError,
    UpstreamNonsenseError,
    UpstreamUnreachableError,
    UsageError,
)
from ..models import Progress, Stage
from ..policy import CACHE_DROPPED_AFTER_FAILURES
from ..text import clean_line
from .child import GRACE, child, keep_tail, signal_group
from .command import PLACEHOLDER, TIME_LIMIT, Command
from .orphans import end_orphans
from .watched_folder import GUIDE, PLAYLIST, read_file

_MAX_STDERR_CHARS: Final = 300
_VERSION: Final = re.compile(r"\bv?(\d+\.\d+(?:\.\d+)?(?:[-+.][0-9A-Za-z.]+)?)\b")
_OWN_SHARE: Final = 0.9
"""Of the time limit: the bundled provider stops itself earlier, and brings what it has by then."""
_PIPES: Final = {False: ("stderr",), True: ("stdout", "stderr")}
"""What a provider writes that is read; the bundled one tells its progress."""
_BUNDLED_ERRORS: Final[dict[int, type[DownlinkError]]] = {
    error.exit_code: error
    for error in (
        UsageError,
        UpstreamUnreachableError,
        UpstreamNonsenseError,
        CannotWriteError,
        TimedOutError,
    )
}

_running: Final[set[Path]] = set()
"""The folders of the runs of this process."""
_lock: Final = Lock()
"""Held while a folder is made, so that it is never seen before it is in `_running`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The two files that a provider wrote, and the seconds that it took."""

    playlist: bytes
    guide: bytes
    seconds: float


async def run(
    command: Command,
    *,
    staging: Path,
    cache_file: Path,
    timeout: float,
    failures: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Output:
    """Run a provider in a fresh folder below `staging`, and return what it wrote.

    After `CACHE_DROPPED_AFTER_FAILURES` `failures` in a row, another provider than our own loses
    its cache: the Go CLI, for one, panics over a cache without entries (upstream.md 3.16).
    Whatever happens, the process, its children and the folder are gone afterwards. Raises
    ProviderError and, for the exit codes of the bundled provider, the error they stand for.
    """
    started = time.monotonic()
    try:
        forget = failures == CACHE_DROPPED_AFTER_FAILURES and not command.is_bundled
        folder = await _made(lambda: _make_folders(staging, cache_file, forget=forget))
    except OSError as err:
        raise CannotWriteError(f"The data folder cannot be written: {err.strerror}.") from err
    try:
        paths = {
            "m3u": str(folder / PLAYLIST),
            "xmltv": str(folder / GUIDE),
            "cache": str(cache_file),
        }
        argv = [PLACEHOLDER.sub(lambda match: paths[match[1]], word) for word in command.argv]
        if command.is_bundled:
            seconds = f"{max(timeout * _OWN_SHARE, 1):g}"
            argv = [seconds if word == TIME_LIMIT else word for word in argv]
        code, stderr = await _run_process(command, argv, folder, timeout, on_progress)
        if code != 0:
            raise _failure(command, code, stderr)
        playlist = await asyncio.to_thread(read_file, folder / PLAYLIST, folder)
        guide = await asyncio.to_thread(read_file, folder / GUIDE, folder)
    except ProviderOutputError as err:
        raise ProviderOutputError(f"{command.name} ended well, but: {err}") from err
    finally:
        await asyncio.shield(asyncio.to_thread(_clear, folder))
    return Output(playlist=playlist, guide=guide, seconds=time.monotonic() - started)


@asynccontextmanager
async def working_folder(staging: Path) -> AsyncIterator[Path]:
    """A fresh folder below `staging` for `run_own`; whatever runs in it is ended, and it is gone.

    Raises CannotWriteError.
    """
    try:
        folder = await _made(lambda: _make_staged(staging))
    except OSError as err:
        raise CannotWriteError(f"The data folder cannot be written: {err.strerror}.") from err
    try:
        yield folder
    finally:
        await asyncio.shield(asyncio.to_thread(_clear, folder))


async def run_own(argv: Sequence[str], folder: Path, timeout: float) -> tuple[int, str]:
    """Run a program of ours in a `working_folder`, under the limits of a provider.

    Return its exit code and the last line of its standard error. Raises ProviderTimedOutError, and
    ProviderMissingError when it cannot be started.
    """
    command = Command(argv=tuple(argv), name="The engine")
    return await _run_process(command, argv, folder, timeout, None)


async def read_version(command: Command, timeout: float = 10) -> str | None:
    """Ask a provider for its version: ``version`` first, as the Go CLI has it, then a flag.

    A command of which only a part would run is never tried: it might do anything.
    """
    for word in ("version", "--version") if command.program else ():
        with suppress(OSError, TimeoutError):
            folder = await _made(lambda: _make_folder(Path(tempfile.gettempdir())))
            try:
                async with asyncio.timeout(timeout):
                    if version := await _ask_version([*command.program, word], folder):
                        return version
            finally:
                await asyncio.shield(asyncio.to_thread(_clear, folder))
    return None


async def _ask_version(argv: Sequence[str], folder: Path) -> str | None:
    said = bytearray()
    async with child(argv, folder, pipes=("stdout",)) as process:
        await keep_tail(process.stdout, said)
        found = _VERSION.search(said.decode("utf-8", "replace"))
        return found[1] if found and await process.wait() == 0 else None


def clear_staging(staging: Path) -> None:
    """End and remove the runs in `staging` that are not of this process. Blocks.

    A Home Assistant that was killed has left them, or a disk that refused to remove them.
    """
    with _lock, suppress(OSError):
        for path in staging.iterdir():
            if path not in _running:
                _end_run(path)


def _end_run(folder: Path) -> None:
    end_orphans(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _clear(folder: Path) -> None:
    _end_run(folder)
    _running.discard(folder)


async def _made(make: Callable[[], Path]) -> Path:
    """Return the folder that is made in a thread; who is cancelled meanwhile leaves none behind."""
    making = asyncio.ensure_future(asyncio.to_thread(make))
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        making.add_done_callback(_unmake)
        raise


def _unmake(making: asyncio.Future[Path]) -> None:
    if not making.cancelled() and making.exception() is None:
        making.get_loop().run_in_executor(None, _clear, making.result())


def _make_staged(staging: Path) -> Path:
    clear_staging(staging)
    staging.mkdir(parents=True, exist_ok=True)
    return _make_folder(staging)


def _make_folders(staging: Path, cache_file: Path, *, forget: bool) -> Path:
    cache_file.parent.mkdir(parents=True, exist_ok=True)
    # A link to nowhere or a folder in its place would stop every run from now on.
    if cache_file.is_symlink() or (cache_file.exists() and (forget or not cache_file.is_file())):
        _remove(cache_file)
    return _make_staged(staging)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _make_folder(parent: Path) -> Path:
    with _lock:
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=parent))
        _running.add(folder)
    return folder


async def _run_process(
    command: Command,
    argv: Sequence[str],
    folder: Path,
    timeout: float,
    on_progress: Callable[[Progress], None] | None,
) -> tuple[int, str]:
    """Return the exit code and the last line of standard error."""
    tail = bytearray()
    try:
        async with (
            asyncio.timeout(timeout),
            child(argv, folder, pipes=_PIPES[command.is_bundled]) as process,
        ):
            readers = {asyncio.create_task(keep_tail(process.stderr, tail))}
            if process.stdout:
                readers.add(asyncio.create_task(_follow(process.stdout, on_progress)))
            try:
                code = await process.wait()
                signal_group(process, signal.SIGKILL)
                # What the provider leaves running would hold the pipes open.
                await asyncio.to_thread(end_orphans, folder)
                await asyncio.wait(readers, timeout=GRACE)
            finally:
                for reader in readers:
                    reader.cancel()
    except FileNotFoundError as err:
        raise await asyncio.to_thread(_missing, argv[0], err.filename) from err
    except PermissionError as err:
        raise ProviderMissingError(f"{argv[0]} may not be executed.") from err
    except TimeoutError as err:
        raise ProviderTimedOutError(
            f"{command.name} did not end within {timeout:g} seconds, and was stopped.",
            stderr=_last_line(tail),
        ) from err
    except OSError as err:
        raise ProviderMissingError(f"{argv[0]} cannot be executed: {err.strerror}.") from err
    return code, _last_line(tail)


async def _follow(
    stream: asyncio.StreamReader, on_progress: Callable[[Progress], None] | None
) -> None:
    """Pass progress on; a line that is too long is left out."""
    while True:
        try:
            line = await stream.readline()
        except ValueError:
            continue
        if not line:
            return
        if on_progress and (progress := _parse_progress(line)):
            on_progress(progress)


def _parse_progress(line: bytes) -> Progress | None:
    if not line.startswith(b"{"):
        return None
    try:
        data = json.loads(line)
        return Progress(Stage(data["stage"]), int(data["done"]), int(data["total"]))
    except KeyError, RecursionError, TypeError, ValueError:
        return None


def _last_line(tail: bytearray) -> str:
    lines = tail.decode("utf-8", "replace").splitlines()
    cleaned = (clean_line(line, _MAX_STDERR_CHARS)[0] for line in reversed(lines))
    return next(filter(None, cleaned), "")


def _missing(program: str, file: str | None) -> DownlinkError:
    """Say which file was not there when the program was to be started."""
    if file and file != program:
        return ProviderError(f"There is no {file}, and without it no program starts.")
    if shutil.which(program):
        return ProviderMissingError(f"{program} is there, but the interpreter it names is not.")
    return ProviderMissingError(f"There is no program {program}.")


def _failure(command: Command, code: int, stderr: str) -> DownlinkError:
    how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
    said = "." if stderr else " and said nothing."
    error = _BUNDLED_ERRORS.get(code, ProviderError) if command.is_bundled else ProviderError
    return error(f"{command.name} {how}{said}", stderr=stderr)
