"""What recordings have found wrong with the disk, which a look at it does not always find."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from ..engine.downlink.recording.model import Reason
from .library import Found, Trouble

_FIRST: Final = timedelta(minutes=1)
_LONGEST: Final[Mapping[Trouble, timedelta]] = {
    Trouble.FULL: timedelta(minutes=5),
    # It may have refused this one alone, and the others are not to begin late.
    Trouble.BROKEN: _FIRST,
}
_TROUBLES: Final[Mapping[Reason | None, Trouble]] = {
    Reason.DISK_FULL: Trouble.FULL,
    Reason.DISK: Trouble.BROKEN,
}


class Doubt:
    """Whether a look that finds nothing wrong is believed.

    A disk may take the few bytes of a look and refuse what is recorded, as one with a quota does.
    Then what has just failed would begin again at once, and fail again, as fast as the disk allows.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self._trouble: Trouble | None = None
        self._until: datetime | None = None
        self._pause = timedelta()

    def begin(self, reason: Reason | None) -> bool:
        """Doubt the disk for a while, longer each time, if it was what ended a recording."""
        if trouble := _TROUBLES.get(reason):
            self._pause = min(2 * self._pause, _LONGEST[trouble]) or _FIRST
            self._trouble, self._until = trouble, dt_util.utcnow() + self._pause
        return trouble is not None

    def end(self) -> None:
        """Believe it again: something was written to it."""
        self._trouble, self._pause = None, timedelta()

    def of(self, found: Found) -> Found:
        """Return what a look has found, with what recordings have found in place of nothing."""
        if self._trouble and self._until:
            left = self._until - dt_util.utcnow()
            # The clock may have been set back.
            if not timedelta() < left <= self._pause:
                self._trouble = None
        return found if found.trouble else replace(found, trouble=self._trouble)
