"""Channels in the place of the relay: real rings, with real segments that have a counter in them.

Picture number n of a channel is that of second n, for 6000 seconds, and then again; so what a
file holds tells when each second of it was on air.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from custom_components.toonami_downlink.engine.downlink.relay.errors import BusyError
from custom_components.toonami_downlink.engine.downlink.relay.joiner import Joiner
from custom_components.toonami_downlink.engine.downlink.relay.ring import Capacity, Ring
from custom_components.toonami_downlink.engine.downlink.relay.segment import Segment
from custom_components.toonami_downlink.engine.downlink.relay.viewer import Viewer
from tests.simulator import counter
from tests.simulator.loops import Loop, Segments, default_cache

from .station import CHANNELS

LENGTH: Final = 10
"""Seconds of a segment, and pictures: one a second."""
SEGMENTS: Final = counter.PICTURES // LENGTH
SIZE: Final = (160, 120)
_LIVE: Final = 3
"""Segments that upstream has of the past."""
_LOOP: Final = Loop(
    "week",
    "",
    (
        *("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{counter.COLUMNS}x{counter.ROWS}"),
        *("-r", "1", "-i", "pipe:0", "-an", "-vf", f"scale={SIZE[0]}:{SIZE[1]}:flags=neighbor"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "main", "-bf", "0"),
        *("-x264-params", "cabac=1", "-crf", "28", "-g", str(LENGTH)),
        *("-sc_threshold", "0", "-f", "hls", "-hls_time", str(LENGTH), "-hls_list_size", "0"),
        *("-hls_segment_filename", "%03d.ts", "index.m3u8"),
    ),
    has_picture=True,
)


async def make_segments() -> Sequence[bytes]:
    """Return all segments of the loop; they are made once on a machine."""
    folder = await Segments(default_cache()).prepare(_LOOP)
    return [(folder / f"{number:03}.ts").read_bytes() for number in range(SEGMENTS)]


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


@dataclass(slots=True, eq=False)
class Watching:
    """Somebody who watches, and how many bytes there were for them so far."""

    viewer: Viewer
    owed: int

    @property
    def is_behind(self) -> bool:
        return self.viewer.sent < self.owed


@dataclass(slots=True, eq=False)
class Air:
    """One channel."""

    key: str
    phase: int
    """Seconds that its segments begin after a multiple of ten."""
    ring: Ring | None = None
    joiner: Joiner = field(default_factory=Joiner)
    watching: list[Watching] = field(default_factory=list)
    next: int = 0
    """The second that the next segment begins with."""
    silent_until: datetime | None = None
    has_slate: bool = False
    is_broken: bool = False
    """Whether the next segment comes from another node."""

    def number_of(self, second: int) -> int:
        """Return which picture is shown in a second."""
        return (second - self.phase) % counter.PICTURES

    def newest(self, now: datetime) -> int:
        """Return the second that the newest whole segment ends with."""
        return (int(now.timestamp()) - self.phase) // LENGTH * LENGTH + self.phase

    def is_silent(self, second: int) -> bool:
        return self.silent_until is not None and at(second) < self.silent_until


class Relay:
    """All channels; the ones that somebody watches have a ring."""

    def __init__(self, segments: Sequence[bytes], places: int) -> None:
        self.airs = {key: Air(key, phase) for phase, key in enumerate(CHANNELS)}
        self.is_off = False
        """Whether nobody is there to watch."""
        self._segments = segments
        self._places = places
        self._sequence = 1
        self.now: datetime = at(0)

    @property
    def watching(self) -> list[Watching]:
        return [one for air in self.airs.values() for one in air.watching]

    @asynccontextmanager
    async def watch(self, key: str) -> AsyncIterator[Viewer]:
        """Watch a channel; the first one has it begin, and the last one has it stop."""
        air = self.airs[key]
        if air.ring is None:
            if sum(one.ring is not None for one in self.airs.values()) >= self._places:
                raise BusyError("All places are taken.")
            self._open(air)
        ring = air.ring
        assert ring
        viewer = Viewer(
            key=f"recording {key}", label="", since=self.now, began=0.0, asked=0.0, ring=ring
        )
        held = sum(len(one.segment.data) for one in ring.window().segments)
        one = Watching(viewer, held)
        air.watching.append(one)
        try:
            yield viewer
        finally:
            air.watching.remove(one)
            if not air.watching and air.ring:
                air.ring.close()
                air.ring = None

    def _open(self, air: Air) -> None:
        self._sequence += 1000
        air.ring = Ring(self._sequence, Capacity())
        air.joiner = Joiner()
        air.is_broken = False
        air.next = air.newest(self.now) - _LIVE * LENGTH
        self._fill(air)

    def move_to(self, now: datetime) -> None:
        """Let everything be on air that is by then."""
        self.now = now
        for air in self.airs.values():
            if air.ring:
                self._fill(air)

    def _fill(self, air: Air) -> None:
        while air.next + LENGTH <= air.newest(self.now):
            second, air.next = air.next, air.next + LENGTH
            if not air.is_silent(second):
                self._append(air, second)
            elif air.has_slate:
                self._add(air, second, b"slate", is_slate=True)

    def _append(self, air: Air, second: int) -> None:
        number = air.number_of(second) // LENGTH
        is_break = air.is_broken or number == 0
        data = air.joiner.join(self._segments[number], discontinuity=is_break)
        self._add(air, second, data, discontinuity=air.is_broken)
        air.is_broken = False

    def _add(
        self,
        air: Air,
        second: int,
        data: bytes,
        *,
        discontinuity: bool = False,
        is_slate: bool = False,
    ) -> None:
        assert air.ring
        segment = Segment(
            data=data,
            duration=LENGTH,
            date=at(second),
            discontinuity=discontinuity,
            is_slate=is_slate,
        )
        air.ring.append(segment)
        for one in air.watching:
            one.owed += len(segment.data)


def seconds_of(air: Air, numbers: Sequence[int | None], first: datetime) -> list[int | None]:
    """Return the second of each picture, the first of which is not before `first`."""
    base = int(first.timestamp())
    return [
        None if one is None else base + (one - air.number_of(base)) % counter.PICTURES
        for one in numbers
    ]
