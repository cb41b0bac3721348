"""Why something begins after the time from which it was to be recorded, as far as was seen."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from homeassistant.util import dt as dt_util

from ..engine.downlink.recording.conflicts import Span
from ..engine.downlink.recording.model import Reason, Recording, State


class Late:
    """What keeps recordings from their beginning, as long as somebody looks."""

    def __init__(self) -> None:
        """Begin with nothing that was seen."""
        self._troubled: tuple[datetime, Reason] | None = None
        """Until when something was wrong with the disk, and what."""
        self._waited: dict[str, tuple[datetime, Reason]] = {}
        """Until when each of those that are planned was not to begin, and why."""

    def note_trouble(self, reason: Reason) -> None:
        """Note that something was wrong with the disk until now."""
        self._troubled = dt_util.utcnow(), reason

    def look(self, recordings: Iterable[Recording], spans: Mapping[str, Span]) -> None:
        """Note what is not to begin yet, as it was planned last: before it is planned anew."""
        now, before = dt_util.utcnow(), self._waited
        self._waited = {}
        for one in recordings:
            if one.state is not State.PLANNED:
                continue
            span = spans.get(one.identity)
            if one.reason:
                self._waited[one.identity] = now, one.reason
            elif span and span.start > now:
                # If it should have begun by now, the guide has moved it ahead: nobody was absent.
                self._waited[one.identity] = now, Reason.LATE
            elif one.identity in before:
                self._waited[one.identity] = before[one.identity]

    def reason_for(self, recording: Recording, span: Span) -> Reason | None:
        """Return what has kept it from that time until last; None for nothing that was seen."""
        seen = (self._troubled, self._waited.get(recording.identity))
        kept = [each for each in seen if each and span.start < each[0]]
        return max(kept)[1] if kept else None
