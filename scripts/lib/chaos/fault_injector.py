"""Inject faults into Home Assistant's process, at a chosen file operation, and set its clock."""

from collections.abc import Mapping
import json
import os
from pathlib import Path
from typing import Final

SHIM: Final = Path(__file__).parent / "shim"


class FaultInjector:
    """Write the files that the shim in that process reads."""

    def __init__(self, folder: Path, home: Path) -> None:
        """Write them to `folder`; `home` is Home Assistant's configuration folder."""
        self._path = folder / "fault.json"
        self._done = folder / "fault.json.done"
        self._clock = folder / "clock"
        self._hang = folder / "hang"
        self._met = folder / "hang.met"
        self.mount = folder / "mount"
        """A folder that can be made to give no answer."""
        self._paths = (
            home / ".cache" / "toonami_downlink",
            home / ".storage" / "toonami_downlink.",
        )
        self._injected = 0

    @property
    def env(self) -> Mapping[str, str]:
        """Environment variables to start Home Assistant with."""
        return {
            "PYTHONPATH": str(SHIM),
            "CHAOS_CLOCK": str(self._clock),
            "CHAOS_FAULT": str(self._path),
            "CHAOS_HANG": str(self._hang),
            "CHAOS_MOUNT": str(self.mount),
            "CHAOS_PATHS": os.pathsep.join(str(path) for path in self._paths),
        }

    def inject(self, action: str, after: int, kept: int = 100) -> None:
        """Let something happen after so many file operations of the integration.

        ``kill``; ``power cut``, which leaves `kept` percent of what was not synced; or the name
        of an error, which every operation from there on fails with.
        """
        self._injected += 1
        fault = {"name": str(self._injected), "action": action, "after": after, "kept": kept}
        _write(self._path, json.dumps(fault))

    def hang(self) -> None:
        """Let whoever asks for anything in `mount` wait."""
        self._hang.touch()

    @property
    def is_somebody_waiting(self) -> bool:
        """Whether anybody has asked for something in `mount` since then."""
        return self._met.exists()

    def clear(self) -> str:
        """Remove the faults; return the operation that one of them killed at, if it did."""
        self._hang.unlink(missing_ok=True)
        self._met.unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)
        try:
            where = self._done.read_text("utf-8")
        except FileNotFoundError:
            return ""
        self._done.unlink()
        return where

    def set_clock(self, offset: int) -> None:
        """Set the clock so many seconds ahead of the right time, or behind it."""
        _write(self._clock, str(offset))


def _write(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(path)
