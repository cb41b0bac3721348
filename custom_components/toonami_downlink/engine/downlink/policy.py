"""Every decision of the engine that is a number, in one place; limits on input are in `limits`."""

from datetime import timedelta
from typing import Final

GENERATIONS_KEPT: Final = 3
HISTORY_KEPT: Final = 60
"""Refreshes remembered for the status page."""
CHANNEL_GONE_AFTER_MISSES: Final = 3
"""Refreshes in a row that have to miss a channel before it leaves the feed."""
NEW_CHANNELS_PER_REFRESH: Final = 20
"""Channels that the line-up does not know, let in by one refresh."""
UNKNOWN_CHANNELS_AT_ONCE: Final = 60
"""Such channels in one feed: each becomes a device with entities."""
NUMBERS_GIVEN_AT_MOST: Final = 380
"""Channel numbers of one installation, ever: an Xtream listing's id has room for 388."""
ONE_FILE_SETTLED_AFTER_LOOKS: Final = 4
"""Looks at a provider folder after which one changed file is taken without the other."""
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
SHORTEST_FILM: Final = timedelta(minutes=70)
"""What nobody numbers, and what is as long as this, is a film, as no episode is so long."""
FILLER_LENGTH: Final = timedelta(hours=2)
"""How long a block of filler is.

As much as the grid of a player shows at once, so that the name of the channel is always in sight,
and no more: a day of one channel is twelve entries.
"""
SAME_SLOT: Final = timedelta(minutes=15)
"""So far the times of the East and the West may disagree about what is the same broadcast."""

# What is followed.

NIGHT: Final = timedelta(hours=12)
"""What begins so soon after the first showing is a repeat of it: a day later is another night."""
MOVED_AHEAD: Final = timedelta(hours=4)
"""What begins so much earlier than was known is no other showing: it was moved, or it is the East.

The West is three hours later, and may have been the only one that counted.
"""
MARKED_FOR: Final = timedelta(days=2)
"""How long the name of a showing is remembered after it began."""

# The aired log.

AIRED_KEPT_FOR: Final = timedelta(days=365)
AIRED_BYTES: Final = 24 * 1024 * 1024
"""The file's size from which on the oldest airings go before their time."""
NOTICED_WITHIN: Final = timedelta(minutes=5)
"""What ended longer ago was not seen to end: it was only planned, as far as is known."""
CLOCK_WAS_AHEAD: Final = timedelta(hours=2)
"""An airing that will end later than that was frozen while the clock was wrong."""

# Announcements.

STARTED_WITHIN: Final = timedelta(minutes=5)
"""How long after its start it is still worth saying that something has begun."""
ANNOUNCED_KEPT_FOR: Final = timedelta(days=2)
"""How long after its end is remembered what was announced: longer than a showing can be moved."""
MARATHON_LASTS: Final = timedelta(days=1)
"""From when on a show that never ends is worth another message."""
MARATHON_PARTS: Final = 100
"""Showings that one message speaks of; what goes on after that goes on without another one."""

# What is watched.

PAUSED_IN_MEMORY: Final = timedelta(minutes=10)
"""How much of a channel stays in memory for those who may go back, if there is a disk for more."""

# Recordings.

MIN_FREE: Final = 2 * 1024**3
"""Bytes that a recording leaves free on its disk."""
MIN_FREE_TO_PAUSE: Final = 4 * 1024**3
"""The same for what people may go back to: recordings have the rest to themselves."""
MIN_FREE_TO_FINISH: Final = 512 * 1024**2
"""The same while a recording becomes one file, and is there twice for a while."""
DISK_HANGS_AFTER: Final = timedelta(seconds=60)
"""A disk that has not taken or given anything for so long is given up."""
LATE_BY: Final = timedelta(seconds=90)
"""How long after its end a recording waits for its last segment, which is never quite live."""
OVERLAPS_BY: Final = timedelta(minutes=2)
"""What is dated further back than that does not repeat what is there: a clock was set back."""
SLACK: Final = timedelta(seconds=15)
"""So much later than asked may what is there begin: a segment, and clocks that differ."""

# What is recorded.

REPEATED_FROM: Final = timedelta(seconds=30)
"""How much of a recording has to be missing for it to be worth recording again."""
FORGOTTEN_AFTER: Final = timedelta(days=30)
"""How long after its end a recording without a picture can be forgotten, to make room for others.

Longer than a guide reaches ahead and back.
"""
