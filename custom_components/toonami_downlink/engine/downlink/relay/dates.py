"""When the segments of a channel were on air."""

from datetime import datetime, timedelta
from typing import Final

from .segment import Segment

_SMOOTHED: Final = timedelta(seconds=30)
"""Dates are made to follow on each other as long as our clock is not further away than this."""


def follow_on(end: datetime | None, segment: Segment, target: int) -> datetime | None:
    """Return a date that goes on from the end of the segment before, unless that is too far off.

    `target`: the target duration in seconds.
    """
    date = segment.date
    if date is None or end is None:
        return date
    if segment.missing:
        # Upstream only claims that so much is missing. By our clock it cannot be more than this:
        # each date is late by up to a target duration, because upstream is asked so seldom.
        latest = max(end, date + timedelta(seconds=target))
        end = min(end + timedelta(seconds=segment.missing), latest)
    if abs(end - date) > _SMOOTHED:
        return date
    return max(end, date) if segment.discontinuity else end
