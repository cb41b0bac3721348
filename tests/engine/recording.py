"""A channel that is fed by hand, a recorder that records it, and tracks of real segments."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from downlink.recording.finish import finish
from downlink.recording.model import TRACKS, Gap, Reason
from downlink.recording.recorder import Outcome, Recorder
from downlink.recording.source import Finished
from downlink.recording.tags import Tags
from downlink.recording.track import INDEX, NOTE, Entry, Track, read_track
from downlink.relay.joiner import Joiner
from downlink.relay.ring import Capacity, Ring
from downlink.relay.segment import Segment
from downlink.relay.viewer import Viewer

T = datetime(2026, 11, 26, 21, tzinfo=UTC)
"""When recordings start here."""
LENGTH = 10.0
"""Seconds of a segment."""

LARGE = Capacity(count=1000, seconds=1e9, size=10**9)


def at(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


def gaps(*spans: tuple[float, float]) -> tuple[Gap, ...]:
    return tuple(Gap(at(start), at(stop)) for start, stop in spans)


def data_of(number: int) -> bytes:
    """What segment `number` has in it, which is on air from ten times as many seconds on."""
    return f"segment {number:05} ".encode() * 20


class Studio:
    """A channel, its clock, and who watches it."""

    def __init__(self, base: Path) -> None:
        self.folder = base / TRACKS / "0123456789abcdef"
        self.clock = T
        self.ring = Ring(1, LARGE)
        self.watched = 0
        """How often somebody has begun to watch."""
        self.refusals: list[Exception] = []
        """What those get, in turn, who want to watch."""
        self.viewer: Viewer | None = None
        self.changed = asyncio.Event()
        self.offset = 0.0
        """Seconds that dates are off."""

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[Viewer]:
        self.watched += 1
        self.changed.set()
        if self.refusals:
            raise self.refusals.pop(0)
        self.viewer = Viewer(
            key="recorder", label="", since=T, began=0.0, asked=0.0, ring=self.ring
        )
        yield self.viewer

    def recorder(
        self,
        seconds: float = 50.0,
        *,
        start: float = 0.0,
        min_free: int = 0,
        watch: Callable[[], AbstractAsyncContextManager[Viewer]] | None = None,
        late_for: Reason | None = None,
    ) -> Recorder:
        return Recorder(
            self.folder,
            at(start),
            at(seconds),
            watch=watch or self.watch,
            now=lambda: self.clock,
            on_change=self.changed.set,
            min_free=min_free,
            late_for=late_for,
        )

    def air(
        self, *numbers: int, data: Callable[[int], bytes] = data_of, discontinuity: bool = False
    ) -> None:
        """Let the channel have these segments."""
        for number in numbers:
            date = at(LENGTH * number + self.offset)
            segment = Segment(data=data(number), duration=LENGTH, date=date)
            self.ring.append(replace(segment, discontinuity=discontinuity))

    def slate(self, number: int) -> None:
        date = at(LENGTH * number)
        self.ring.append(Segment(data=b"slate", duration=LENGTH, date=date, is_slate=True))

    def restart(self) -> None:
        """Let the channel stop, and begin anew for who watches next."""
        old, self.ring = self.ring, Ring(self.ring.next_sequence, LARGE)
        old.close()

    async def until(self, reached: Callable[[], object]) -> None:
        """Wait for what a change makes true."""
        while not reached():
            self.changed.clear()
            await self.changed.wait()

    def recorded(self) -> list[int]:
        """The numbers of the segments on the disk, as their content tells."""
        return [
            int((self.folder / entry.name).read_bytes().split()[1])
            for entry in read_track(self.folder)
        ]

    def breaks(self) -> list[int]:
        """Which of the segments on the disk do not go on from the one before, by their place."""
        entries = read_track(self.folder)
        return [place for place, entry in enumerate(entries) if entry.discontinuity]


async def run(recorder: Recorder) -> Outcome:
    async with asyncio.timeout(20):
        return await recorder.run()


def joined(*runs: list[bytes]) -> list[bytes]:
    """Segments as they come from a channel's ring; each run is one of the channel's."""
    found = []
    for run_ in runs:
        joiner = Joiner()
        found += [joiner.join(data, discontinuity=False) for data in run_]
    return found


def make_track(folder: Path, segments: Mapping[int, bytes], *breaks: int) -> tuple[Entry, ...]:
    """Write a track of segments of a second, by the second that they are on air at."""
    track = Track.open(folder)
    for second, data in segments.items():
        track.append(data, at(second), 1.0, second in breaks)
    track.close()
    return track.entries


def files_in(base: Path) -> list[str]:
    """What a recordings' folder holds beside the tracks."""
    return sorted(
        path.relative_to(base).as_posix()
        for path in base.rglob("*")
        if path.is_file() and TRACKS not in path.parts
    )


def is_as_it_was(folder: Path) -> bool:
    """Whether there is nothing of an attempt, and the track can be finished or go on."""
    entries = read_track(folder)
    names = {path.name for path in folder.iterdir()} - {NOTE}
    Track.open(folder).release()
    return names == {INDEX, *(entry.name for entry in entries)} and len(entries) == 3


async def attempt(folder: Path, ffmpeg: str | None = None) -> Finished:
    """Make a file of a track, beside the tracks."""
    target = folder.parent.parent / ("x.mp4" if ffmpeg else "x.ts")
    return await finish(folder, target, Tags(title="Asteroid Blues"), ffmpeg=ffmpeg, min_free=0)
