"""A channel as a live HLS playlist of our own (RFC 8216).

A discontinuity is marked where decoders have to be set up anew (§ 4.3.2.3): at the slate, and at a
node that encodes otherwise. Where another node only goes on, joining has made it one stream.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from .ring import NumberedSegment, Window

MIME_TYPE: Final = "application/vnd.apple.mpegurl"
_TARGETS_BEHIND: Final = 3
"""Where players begin, in target durations before the end: nearer is against § 4.3.5.2."""
_LEAST_LISTED: Final = 6
_FEW: Final = 3


def listed(window: Window) -> Sequence[NumberedSegment]:
    """Return the part of what is held that playlists name: all that one can go back by.

    Players begin near the end of it all the same (EXT-X-START, and § 6.3.3 without).
    """
    count = 0
    seconds = 0.0
    enough = max(window.listed, _TARGETS_BEHIND * window.target)
    for numbered in reversed(window.segments):
        if count >= window.most_listed or (count >= _LEAST_LISTED and seconds >= enough):
            break
        count += 1
        seconds += numbered.segment.duration
    return window.segments[len(window.segments) - count :]


def render_playlist(window: Window, address: Callable[[NumberedSegment], str]) -> bytes:
    """Write the media playlist of a ring's content that holds at least one segment.

    `address` gives a segment's address, relative to the playlist's own.
    """
    segments = listed(window)
    behind = _TARGETS_BEHIND * window.target
    # Without it some players begin at the very end, and have nothing in reserve.
    is_enough = sum(numbered.segment.duration for numbered in segments) >= behind
    tags = (f"#EXT-X-START:TIME-OFFSET=-{behind}",) if is_enough else ()
    return render_segments(segments, window.target, address, tags)


def first_few(segments: Sequence[NumberedSegment], target: int) -> Sequence[NumberedSegment]:
    """Return so much from the beginning as players need to begin there, and nowhere else.

    Some begin near the end of what may grow, whatever it says (ffmpeg, and with it Kodi and mpv:
    the third segment from the end).
    """
    seconds = 0.0
    for count, numbered in enumerate(segments, 1):
        seconds += numbered.segment.duration
        if count >= _FEW and seconds >= _TARGETS_BEHIND * target:
            return segments[:count]
    return segments


def render_segments(
    segments: Sequence[NumberedSegment],
    target: int,
    address: Callable[[NumberedSegment], str],
    tags: Iterable[str] = (),
    *,
    is_over: bool = False,
) -> bytes:
    """Write a media playlist of segments that follow on each other, at least one.

    `tags` are the lines that go for the whole of it.
    """
    first = segments[0]
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{target}",
        f"#EXT-X-MEDIA-SEQUENCE:{first.sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.discontinuities - first.segment.discontinuity}",
        *tags,
    ]
    for numbered in segments:
        segment = numbered.segment
        if segment.discontinuity:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.date:
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_write_date(segment.date)}")
        lines += [f"#EXTINF:{segment.duration:.3f},", address(numbered)]
    if is_over:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join((*lines, "")).encode()


def _write_date(date: datetime) -> str:
    return date.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
