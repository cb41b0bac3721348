"""Every decision of the engine that is a number, in one place; limits on input are in `limits`."""

from datetime import timedelta
from typing import Final

GENERATIONS_KEPT: Final = 3
HISTORY_KEPT: Final = 60
"""Refreshes remembered for the status page."""
CHANNEL_GONE_AFTER_MISSES: Final = 3
"""Refreshes in a row that have to miss a channel before it leaves the feed."""
LAST_FEED_TRUSTED_FOR: Final = timedelta(days=3)
"""How long a feed can refuse one with less than half of its channels, which may be all there is."""
CACHE_DROPPED_AFTER_FAILURES: Final = 3
"""Failed refreshes in a row after which another provider's cache is removed, once."""
LONGEST_PROGRAMME: Final = timedelta(hours=24)
"""A programme that claims to be longer has an end that cannot be believed."""
OPEN_END_REACHES: Final = timedelta(hours=3)
"""A programme without an end lasts until the next one, if that starts within this time."""
USUAL_LENGTH: Final = timedelta(minutes=30)
"""How long it lasts otherwise: the usual length of what the channels show."""
LONGEST_PAUSE: Final = timedelta(minutes=15)
"""A gap up to this long is advertisements, and belongs to the programme before it."""
FILLER_LENGTH: Final = timedelta(hours=2)
"""How long a block of filler is.

As much as the grid of a player shows at once, so that the name of the channel is always in sight,
and no more: a day of one channel is twelve entries.
"""
