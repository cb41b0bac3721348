"""What is known of one segment after it was looked into: its streams, and where its times lie."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from .tables import Codec, Stream
from .timestamps import HZ

MAX_JUMP: Final = 10 * HZ
"""Ticks that two neighbouring timestamps may lie apart; more is another timeline."""

type Format = tuple[tuple[str, Codec, bytes], ...]
"""What decoders are set up for: for each stream ``video`` or ``audio``, and what the functions of
`elementary` give for it."""


class Mark(NamedTuple):
    """A timestamp to be rewritten: where each of its five bytes lies, and its ticks."""

    where: Sequence[int]
    """A range, unless the timestamp begins in one packet and ends in another."""
    ticks: int


class Clock(NamedTuple):
    """A PCR to be rewritten: its packet's number, where its six bytes lie, and its ticks."""

    packet: int
    at: int
    ticks: int


@dataclass(slots=True)
class Track:
    """The times of one stream in one segment, in ticks that do not wrap."""

    stream: Stream
    seen: bool = False
    first: int = 0
    """DTS of the first access unit."""
    last: int = 0
    """Latest DTS of an access unit, those without a timestamp of their own included."""
    shown_first: int = 0
    shown_last: int = 0
    """Earliest and latest PTS."""
    step: int = 0
    """How long the last access unit lasts."""
    steps: list[int] = field(default_factory=list)
    tail: tuple[int, int, int] = (0, 0, 0)
    """Number of the packet in which the last PES packet starts, where, and how long its head is."""
    parameters: bytes = b""
    """How the beginning is encoded; empty when it does not say so."""

    @property
    def end(self) -> int:
        """Where the next access unit belongs."""
        return self.last + self.step


@dataclass(slots=True)
class Layout:
    """Where in a segment lies what joining rewrites; good for the very same bytes only."""

    pids: tuple[int, ...]
    pmt_pid: int
    marks: list[Mark] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    flags: list[int] = field(default_factory=list)
    """Where a discontinuity is announced."""
    slack: int = MAX_JUMP
    """Least ticks from a PCR to a DTS behind it: how much later the clock could be."""


@dataclass(frozen=True, slots=True)
class SegmentInfo:
    """What is in a segment; times in ticks of 1/90 000 s are upstream's own, without the wrap."""

    video: Codec | None
    audio: Codec | None
    first_pts: int
    last_pts: int
    """Earliest and latest PTS of the picture, or of the sound where there is no picture."""
    seconds: float
    """From the first access unit of the same stream to the end of its last one, by DTS."""
    pcr_seconds: float | None
    """From the first to the last PCR; None without any."""
    keyframe: bool
    """Whether the picture can be decoded from the start on; False without a picture."""
    packets: int
    tracks: dict[str, Track]
    """By ``video`` and ``audio``; only streams that have timestamps here."""
    layout: Layout

    @property
    def longest(self) -> float:
        """Seconds of the stream that lasts longest, by DTS."""
        return max(track.end - track.first for track in self.tracks.values()) / HZ

    @property
    def format(self) -> Format | None:
        """What it takes to decode the segment; None when its beginning does not say all of it."""
        if not all(track.parameters for track in self.tracks.values()):
            return None
        return tuple(
            (kind, track.stream.codec, track.parameters) for kind, track in self.tracks.items()
        )
