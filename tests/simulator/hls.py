"""The clock of the streams, and the playlists that nodes write by it."""

from dataclasses import dataclass
import time
from typing import Final
from urllib.parse import urlsplit

from .counter import LOOP_SECONDS
from .loops import LOOP_SEGMENTS, SEGMENT_SECONDS, Loop

WINDOW_SEGMENTS: Final = 6
TARGET_SECONDS: Final = SEGMENT_SECONDS + 1


class Clock:
    """Seconds like Unix time, that may pass faster, and begin where in the loop a test likes."""

    def __init__(self, pace: float = 1.0, position: float | None = None) -> None:
        """Let `pace` seconds pass in one; begin at a position in the loop, in seconds."""
        if pace <= 0:
            raise ValueError("a clock goes forward")
        began = time.time()
        self.pace = pace
        self._began = began if position is None else began - began % LOOP_SECONDS + position
        self._monotonic = time.monotonic()

    def seconds(self) -> float:
        """Return what time it is for the streams."""
        return self._began + (time.monotonic() - self._monotonic) * self.pace

    def newest(self) -> int:
        """Return the number of the newest segment that is whole."""
        return newest_at(self.seconds())


def newest_at(seconds: float) -> int:
    """Return the number of the newest segment at a time of the clock."""
    return int(seconds / SEGMENT_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a node has of a stream."""

    newest: int
    """The live number of its newest segment."""
    window: int = WINDOW_SEGMENTS
    """How many segments its playlist has."""
    origin: int = 0
    """Where it began to count: what it calls 0."""

    @property
    def first(self) -> int:
        """The live number of the first segment in the playlist."""
        return max(self.newest - self.window + 1, self.origin)

    def has(self, number: int) -> bool:
        """Whether a segment can be fetched: old ones stay for another window."""
        return self.newest - 2 * self.window <= number <= self.newest


def master(loop: Loop, variant: str) -> str:
    """Write a master playlist with its one rendition, as upstream does."""
    return f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-STREAM-INF:{loop.describes}\n{variant}\n"


def chunklist(segment_prefix: str, view: View) -> str:
    """Write the media playlist of a moment; segments are relative addresses."""
    first = view.first
    wraps = (first - 1) // LOOP_SEGMENTS - (view.origin - 1) // LOOP_SEGMENTS
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        f"#EXT-X-TARGETDURATION:{TARGET_SECONDS}",
        f"#EXT-X-MEDIA-SEQUENCE:{first - view.origin}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{wraps}",
    ]
    for number in range(first, view.newest + 1):
        if number % LOOP_SEGMENTS == 0:
            lines.append("#EXT-X-DISCONTINUITY")
        name = f"{segment_prefix}-media-{number - view.origin}.ts"
        lines += [f"#EXTINF:{SEGMENT_SECONDS}.0,", name]
    return "\n".join(lines) + "\n"


def with_addresses(playlist: str, address: str) -> str:
    """Replace every address of a playlist; ``{name}`` in the new one is the old one's last part."""
    return "\n".join(
        line
        if not line or line.startswith("#")
        else address.replace("{name}", urlsplit(line).path.rpartition("/")[2])
        for line in playlist.split("\n")
    )


def with_tags(playlist: str, *tags: str) -> str:
    """Put lines before the first segment or rendition of a playlist."""
    lines = playlist.split("\n")
    for place, line in enumerate(lines):
        if line.startswith(("#EXTINF", "#EXT-X-STREAM-INF")):
            lines[place:place] = tags
            break
    return "\n".join(lines)
