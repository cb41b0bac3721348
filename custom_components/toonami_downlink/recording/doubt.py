"""What recordings have found wrong with the disk, which a look at it does not always find."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from ..engine.downlink.recording.model import Reason
from .library import Trouble

RETRY_EVERY: Final = timedelta(minutes=1)
"""How long what the disk has stopped waits until it goes on."""
_LASTS: Final = 2 * RETRY_EVERY
TROUBLES: Final[Mapping[Reason | None, Trouble]] = {
    Reason.DISK_FULL: Trouble.FULL,
    Reason.DISK: Trouble.BROKEN,
}
"""What is wrong with the disk when that has stopped a recording."""
REASONS: Final[Mapping[Trouble, Reason]] = {
    Trouble.FULL: Reason.DISK_FULL,
    Trouble.ABSENT: Reason.DISK,
    Trouble.SILENT: Reason.DISK,
    Trouble.BROKEN: Reason.DISK,
}
"""Why something that was planned has been missed."""


class Doubt:
    """Whether a look that finds nothing wrong is believed.

    A disk may take the few bytes of a look and refuse what is recorded, as one with a quota does.
    Without a doubt, all would be said to be well between one recording that fails and the next.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self._trouble: Trouble | None = None
        self._since: datetime | None = None

    def begin(self, reason: Reason | None) -> bool:
        """Doubt the disk for a while, if it was what stopped a recording; return whether it was."""
        if trouble := TROUBLES.get(reason):
            self._trouble, self._since = trouble, dt_util.utcnow()
        return trouble is not None

    def end(self) -> None:
        """Believe it again: something was written to it."""
        self._trouble = None

    @property
    def trouble(self) -> Trouble | None:
        """What may still be wrong with it."""
        # The clock may have been set back.
        if self._since and abs(dt_util.utcnow() - self._since) >= _LASTS:
            self._trouble = None
        return self._trouble
