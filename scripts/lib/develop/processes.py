"""Child processes that are ended with whoever started them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
import os
from pathlib import Path
import signal
import subprocess
from types import TracebackType
from typing import Final, Self

from .waiting import DevelopError

GRACE: Final = 20.0
"""Seconds that a process gets to end by itself."""
TAIL_LINES: Final = 25


class Child:
    """A process in a group of its own, whose output goes to a file.

    Leaving the context asks it to end, then ends its group by force.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log: Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._argv = [str(word) for word in argv]
        self._cwd = cwd
        self._env = {**os.environ, **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id, while it runs."""
        if self._process is None:
            raise DevelopError(f"{self.name} was not started.")
        return self._process.pid

    def start(self) -> None:
        """Start it; its log is begun anew."""
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own programs
                self._argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._cwd,
                env=self._env,
                start_new_session=True,
            )

    def is_pid(self, pid: int) -> bool:
        """Whether this process id is its own."""
        return self._process is not None and self._process.pid == pid

    def check(self) -> None:
        """Raise DevelopError if it has ended."""
        code = self._process.poll() if self._process else None
        if code is not None:
            raise DevelopError(f"{self.name} ended with exit code {code}. {self.tail()}")

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end; return the exit code, or None when it still runs after `timeout`."""
        if self._process is None:
            return None
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process alone."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)

    def tail(self) -> str:
        """Return the end of its log."""
        try:
            lines = self.log.read_text("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return "\n".join([f"The end of {self.log}:", *lines[-TAIL_LINES:]])

    def stop(self) -> None:
        """End it and everything in its group."""
        if self._process is None:
            return
        self.signal(signal.SIGTERM)
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self._process.wait()
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process = None

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it."""
        self.stop()
