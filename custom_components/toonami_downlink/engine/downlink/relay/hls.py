"""A channel as a live HLS playlist of our own (RFC 8216).

A discontinuity is marked where decoders have to be set up anew (§ 4.3.2.3): at the slate, and at a
node that encodes otherwise. Where another node only goes on, joining has made it one stream.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from .ring import MOST_LISTED, NumberedSegment, Window

MIME_TYPE: Final = "application/vnd.apple.mpegurl"
_TARGETS_BEHIND: Final = 3
"""Where players begin, in target durations before the end: nearer is against § 4.3.5.2."""
_LEAST_LISTED: Final = 6


def listed(window: Window) -> Sequence[NumberedSegment]:
    """Return the part of what is held that playlists name: all that one can go back by.

    Players begin near the end of it all the same (EXT-X-START, and § 6.3.3 without).
    """
    count = 0
    seconds = 0.0
    enough = max(window.listed, _TARGETS_BEHIND * window.target)
    for numbered in reversed(window.segments):
        if count >= MOST_LISTED or (count >= _LEAST_LISTED and seconds >= enough):
            break
        count += 1
        seconds += numbered.segment.duration
    return window.segments[len(window.segments) - count :]


def render_playlist(window: Window, address: Callable[[NumberedSegment], str]) -> bytes:
    """Write the media playlist of a ring's content that holds at least one segment.

    `address` gives a segment's address, relative to the playlist's own.
    """
    segments = listed(window)
    first = segments[0]
    behind = _TARGETS_BEHIND * window.target
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{window.target}",
        f"#EXT-X-MEDIA-SEQUENCE:{first.sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.discontinuities - first.segment.discontinuity}",
    ]
    if sum(numbered.segment.duration for numbered in segments) >= behind:
        # Without it some players begin at the very end, and have nothing in reserve.
        lines.append(f"#EXT-X-START:TIME-OFFSET=-{behind}")
    for numbered in segments:
        segment = numbered.segment
        if segment.discontinuity:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.date:
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_write_date(segment.date)}")
        lines += [f"#EXTINF:{segment.duration:.3f},", address(numbered)]
    return "\n".join((*lines, "")).encode()


def _write_date(date: datetime) -> str:
    return date.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
