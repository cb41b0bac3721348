"""Let some channels be recorded all the time, one airing after the other, and say what was made."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from ..develop.home import Home
from ..develop.waiting import DevelopError, wait_for
from .assertions import Finding
from .resources import measure

CHANNELS: Final = (
    "Toonami Aftermath East",
    "Snickelodeon East",
    "MTV97",
    "Movies",
)
"""Those with something of their own: what the East has shown is not recorded on the West again."""
ENOUGH: Final = 0.9
"""How much of the time has to be there, as a fraction; nothing is recorded while all is at rest."""
_ACTIONS: Final = "/api/services/toonami_downlink"
_TASK: Final = "toonami_downlink recording #"
"""How the resources name what makes a recording."""
_REST_TIMEOUT: Final = 600.0
"""Files are made one after the other: with a fast clock they may have to wait for each other."""


class Recorded:
    """The recordings of one Home Assistant."""

    def __init__(self, home: Home, channels: int) -> None:
        """Take how many channels are to be recorded."""
        self._home = home
        self.channels = CHANNELS[:channels]
        self._seen: dict[str, dict[str, Any]] = {}

    def keep_on(self) -> None:
        """Record what is on and what comes next, unless that is being done."""
        found = self._recordings()
        for name in self.channels:
            own = [one for one in found if one["channel"] == name]
            stops = [one["stop"] for one in own if one["state"] == "recording"]
            if not stops:
                self._ask("record", channel=name)
            elif max(stops) not in (one["start"] for one in own):
                self._ask("record", channel=name, start=max(stops))

    def stop(self) -> None:
        """Record nothing any more, and wait until what was recorded is finished."""

        def is_over() -> bool:
            found = [one for one in self._recordings() if one["state"] in {"planned", "recording"}]
            for one in found:
                self._ask("cancel_recording", id=one["id"])
            return not found and not measure(self._home).tasks[_TASK]

        wait_for(is_over, "What is recorded did not end", _REST_TIMEOUT)

    @property
    def known(self) -> int:
        """How many recordings there have been."""
        return len(self._seen)

    def findings(self, seconds: float) -> Iterator[Finding]:
        """Say what was made in so many seconds of each channel."""
        states = Counter(one["state"] for one in self._seen.values())
        text = ", ".join(f"{name}: {number}" for name, number in sorted(states.items()))
        good = not states["failed"] and states["complete"] > states["interrupted"]
        yield Finding(good, f"recordings: {text}")
        wanted = timedelta(seconds=seconds) * len(self.channels)
        made = sum(map(_length, self._seen.values()), timedelta())
        hours = f"{made / timedelta(hours=1):.1f} of {wanted / timedelta(hours=1):.1f} h"
        yield Finding(made >= ENOUGH * wanted, f"recorded: {hours}")

    def _ask(self, action: str, **fields: str) -> None:
        """Ask for an action; it is refused for what has come to its end, or was cut short."""
        with suppress(DevelopError):
            self._home.client.post(f"{_ACTIONS}/{action}", fields)

    def _recordings(self) -> list[dict[str, Any]]:
        """Return what Home Assistant says of them; what it deletes later is remembered."""
        path = f"{_ACTIONS}/get_recordings?return_response"
        answer = self._home.client.post(path, {})["service_response"]
        found: list[dict[str, Any]] = answer["recordings"]
        self._seen.update((one["id"], one) for one in found)
        return found


def _length(one: dict[str, Any]) -> timedelta:
    """Return how much there is of a recording that is over."""
    if one["state"] not in {"complete", "interrupted"}:
        return timedelta()
    length = datetime.fromisoformat(one["stop"]) - datetime.fromisoformat(one["start"])
    return length - timedelta(seconds=one.get("missing", 0))
