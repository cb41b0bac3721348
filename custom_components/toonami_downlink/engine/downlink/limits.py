"""Every limit on input that the engine takes from outside, in one place.

Sizes are in bytes, counts in items, text lengths in characters, times in seconds.
"""

from typing import Final

MIB: Final = 1024 * 1024

MAX_FILE_BYTES: Final = 64 * MIB
"""The largest file that a provider may write."""
MAX_MEMORY_BYTES: Final = 1024 * MIB
"""The most that each process of a provider may have to write to."""
MAX_CHANNELS: Final = 200
"""In a playlist, and in what is published."""
MAX_GUIDE_CHANNELS: Final = 20_000
"""In a provider's guide, which may be that of a whole country."""
MAX_PROGRAMMES: Final = 100_000
"""Of the channels that the playlist has, and in what is published."""
MAX_XML_DEPTH: Final = 16
MAX_TITLE_CHARS: Final = 500
MAX_TEXT_CHARS: Final = 5_000
MAX_VALUE_CHARS: Final = 200
"""A time, an episode number, a rating, an id: what is longer is none."""
MAX_LIST_ITEMS: Final = 40
"""Categories or credits of one programme."""
MAX_URL_CHARS: Final = 2_048
MAX_LINE_CHARS: Final = 16_384
"""The longest line of a playlist or of progress, and what is kept of a provider's last words."""
MAX_GUIDE_DAYS: Final = 14
MAX_PAST_DAYS: Final = 14
MAX_FOLLOWS: Final = 200
"""What one house may follow."""
MAX_SEEN: Final = 1_000
"""Showings that were put aside; the last ones count."""
MAX_MARKS: Final = 2_000
"""Names of showings that are remembered, so that a refresh does not give them others."""

# What the relay takes from upstream's streaming servers.

MAX_PLAYLIST_BYTES: Final = 512 * 1024
"""Of an HLS playlist; the largest honest one, of an hour in short segments, is below 0.2 MiB."""
MAX_PLAYLIST_LINES: Final = 12_000
MAX_SEGMENTS: Final = 2_000
"""Listed by one media playlist."""
MAX_VARIANTS: Final = 50
"""Listed by one master playlist."""
MAX_BANDWIDTH: Final = 8_000_000
"""Bits a second of the variant to follow, if there is any below; the station sends 0.9 million."""
MAX_SEGMENT_BYTES: Final = 16 * MIB
MAX_SEGMENT_SECONDS: Final = 60
MIN_SEGMENT_SECONDS: Final = 0.25
"""On average over a playlist; below, a channel's own numbers could overtake those of its future."""
MAX_REDIRECTS: Final = 3

# Announcements.

MAX_ANNOUNCED: Final = 2_000
"""Showings of which is remembered what was announced; a busy week has a few hundred."""

# Recordings.

MAX_TRACK_SEGMENTS: Final = 50_000
"""Of one recording: a day in segments of 2 s has 43 200, upstream's are longer."""
MAX_GAPS: Final = 1_000
"""What is missing of one recording, in pieces."""
MAX_PICTURE_BYTES: Final = 5 * MIB
"""Of the picture that lies beside a recording."""
MAX_RULES: Final = 100
"""What one house may have recorded by itself."""
MAX_RECORDINGS: Final = 5_000
"""Recordings that are known, with those that only say: not again."""
MAX_KEEP_LAST: Final = 1_000
"""How many of its recordings a rule can keep."""
