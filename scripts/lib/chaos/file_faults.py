"""Orders for the shim in Home Assistant's process: at a chosen file operation, and to its clock."""

from collections.abc import Mapping
import json
import os
from pathlib import Path
from typing import Final

SHIM: Final = Path(__file__).parent / "shim"


class Orders:
    """What is to happen at which file operation of the integration."""

    def __init__(self, folder: Path, home: Path) -> None:
        """Keep the order in `folder`; `home` is Home Assistant's configuration folder."""
        self._path = folder / "order.json"
        self._done = folder / "order.json.done"
        self._clock = folder / "clock"
        self._paths = (
            home / ".cache" / "toonami_downlink",
            home / ".storage" / "toonami_downlink.",
        )
        self._given = 0

    @property
    def env(self) -> Mapping[str, str]:
        """What Home Assistant has to be started with."""
        return {
            "PYTHONPATH": str(SHIM),
            "CHAOS_CLOCK": str(self._clock),
            "CHAOS_ORDER": str(self._path),
            "CHAOS_PATHS": os.pathsep.join(str(path) for path in self._paths),
        }

    def give(self, action: str, after: int, kept: int = 100) -> None:
        """Order an action after so many operations.

        ``kill``; ``power cut``, which leaves `kept` percent of what was not synced; or the name
        of an error, which every operation from there on fails with.
        """
        self._given += 1
        order = {"name": str(self._given), "action": action, "after": after, "kept": kept}
        _write(self._path, json.dumps(order))

    def take_back(self) -> str:
        """End what was ordered; return where it killed, if it did."""
        self._path.unlink(missing_ok=True)
        try:
            where = self._done.read_text("utf-8")
        except FileNotFoundError:
            return ""
        self._done.unlink()
        return where

    def set_clock(self, offset: int) -> None:
        """Put the clock so many seconds before or behind the right time."""
        _write(self._clock, str(offset))


def _write(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(path)
