"""Records one airing: takes a channel's segments, by their dates, into a track.

It watches like any other viewer, so that a recording beside one costs upstream nothing. Whatever
goes wrong there, it tries again until the end; what it could not get is a gap. All that it needs
to go on after a restart is the track.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
import logging
from pathlib import Path
from typing import Final

from ..errors import DownlinkError
from ..policy import LATE_BY, MIN_FREE, OVERLAPS_BY
from ..relay.errors import BusyError
from ..relay.ring import NumberedSegment, Ring
from ..relay.segment import Segment
from ..relay.viewer import Viewer
from .disk_thread import DiskThread
from .folder import Folder
from .model import Gap, Reason
from .overlap import fingerprint
from .track import Track, TrackError, disk_errors, read_segment

_LOGGER = logging.getLogger(__name__)

_LOOK: Final = 5.0
"""Seconds after which is looked whether the end has been moved."""
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
"""Seconds between two attempts to watch."""
_LONGEST_SLEEP: Final = 30.0
"""Seconds after which is looked whether the clock was set."""
_REMEMBERED: Final = 16
"""Segments that would be known again."""
_SMOOTHED: Final = timedelta(seconds=30)
"""So far dates are moved when the content tells that it goes on."""
_SHORTEST_GAP: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What has become of a recording."""

    gaps: tuple[Gap, ...]
    """What is missing of it, between its start and its stop."""
    reason: Reason | None
    """Why the longest gap is there, or why it ended too soon; None also when it is not known:
    what was over before the recorder was asked to run."""
    size: int
    """Bytes of all segments."""


@dataclass(slots=True)
class _Joining:
    """How a recording goes on from what it has, with a ring that it has not taken from yet."""

    held: int
    """The number of the newest segment that the ring had then."""
    is_known: bool = False
    """Whether a segment has come that is there already: what follows on it is new."""
    is_done: bool = False


class Recorder:
    """One recording; `run` it once."""

    def __init__(
        self,
        folder: Path,
        start: datetime,
        stop: datetime,
        *,
        watch: Callable[[], AbstractAsyncContextManager[Viewer]],
        now: Callable[[], datetime],
        on_change: Callable[[], object] = lambda: None,
        min_free: int = MIN_FREE,
        late_for: Reason | None = None,
    ) -> None:
        """`folder` is the track's (see `Track.open`); `start` and `stop` are aware, padded.

        `watch` begins to watch the channel; `on_change` is told of each segment that is there;
        `late_for` says why it begins late, or has not gone on, if anything but a restart is why.
        """
        self.start = start
        self.stop = stop
        """May be changed while it runs."""
        self._folder = folder
        self._watch = watch
        self._now = now
        self._on_change = on_change
        self._min_free = min_free
        self._disk = DiskThread(f"recorder {folder.name}")
        self._track: Track | None = None
        self._known: deque[bytes] = deque(maxlen=_REMEMBERED)
        self._ring: Ring | None = None
        self._after = -1
        """The segment of the ring that was looked at last."""
        self._joining = _Joining(-1)
        self._shift = timedelta()
        """What is added to the dates of the ring, so that what goes on has no gap."""
        self._is_break = True
        """Whether the next segment does not go on from the one that was written last."""
        self._has_passed = False
        """Whether the channel is beyond the end."""
        self._trouble = late_for
        """What went wrong since the last segment."""
        self._has_begun = False
        """Whether anything was written: then whatever does not come is upstream's fault."""
        self._failure: TrackError | None = None
        self._longest = timedelta()
        self._reason: Reason | None = None
        """Of the longest gap."""

    @property
    def size(self) -> int:
        """Bytes that are there so far."""
        return self._track.size if self._track else 0

    @property
    def until(self) -> datetime:
        """How far it has come."""
        last = self._track.last if self._track else None
        return last.stop if last else self.start

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is missing so far, between its start and how far it has come."""
        return self._gaps(min(self.until, self.stop))

    async def run(self) -> Outcome:
        """Record from `start` to `stop`; return what has become of it, whatever happens.

        When it is cancelled, the track is left as it is, to go on with it later.
        """
        await self._sleep_until(self.start)
        reason = None
        try:
            track = await self._disk.run(self._open)
            if track.size and not self._trouble:
                self._trouble = Reason.ABSENT
            await self._record(track)
            self._judge(self.stop, self.until)
            await self._close(track)
        except TrackError as err:
            _LOGGER.warning("The recording %s has stopped: %s", self._folder.name, err)
            reason = err.reason
        finally:
            await self._disk.end(self._release)
        gaps = self._gaps(self.stop)
        return Outcome(gaps=gaps, reason=reason or (self._reason if gaps else None), size=self.size)

    async def _close(self, track: Track) -> None:
        """Write down that it is over. A disk that refuses only that has cost nothing."""
        try:
            await self._disk.run(track.close)
        except TrackError as err:
            _LOGGER.debug(
                "The recording %s does not say that it is over: %s", self._folder.name, err
            )

    # The track; in its thread

    def _open(self) -> Track:
        track = self._track = Track.open(self._folder, min_free=self._min_free)
        with disk_errors("The folder for recordings"), Folder.open(self._folder) as folder:
            for entry in track.entries[-_REMEMBERED:]:
                self._known.append(fingerprint(read_segment(folder, entry) or b""))
        return track

    def _release(self) -> None:
        if self._track:
            self._track.release()

    async def _sleep_until(self, due: datetime) -> None:
        while True:
            left = (due - self._now()).total_seconds()
            if left <= 0:
                return
            await asyncio.sleep(min(left, _LONGEST_SLEEP))

    # The channel

    async def _record(self, track: Track) -> None:
        pause = _FIRST_PAUSE
        while not self._is_over:
            size = self.size
            try:
                async with self._watch() as viewer:
                    await self._take(track, viewer)
            except TrackError:
                raise
            except BusyError:
                self._trouble = Reason.BUSY
            except DownlinkError as err:
                _LOGGER.debug("The recording %s goes on: %s", self._folder.name, err)
                self._trouble = Reason.NO_SIGNAL
            self._trouble = self._trouble or Reason.NO_SIGNAL
            await self._disk.run(self._settle)
            pause = min(2 * pause, _LONGEST_PAUSE) if self.size == size else _FIRST_PAUSE
            if not self._is_over:
                await asyncio.sleep(pause)

    @property
    def _is_over(self) -> bool:
        return (
            self._has_passed
            or (self.size > 0 and self.until >= self.stop)
            or self._now() >= self.stop + LATE_BY
        )

    async def _take(self, track: Track, viewer: Viewer) -> None:
        """Take segments until the end. Raises RingClosedError."""
        ring = viewer.ring
        if ring is not self._ring:
            self._ring, self._after, self._shift = ring, -1, timedelta()
            self._is_break = True
            self._joining = _Joining(ring.newest.sequence if ring.newest else -1)
        while numbered := await self._next(ring):
            if self._after >= 0 and numbered.sequence != self._after + 1:
                self._lose()
            self._after = numbered.sequence
            segment = numbered.segment
            if segment.is_slate:
                self._lose()
            elif not (segment.kept and self._is_before(segment, self._joining)):
                if (data := await ring.read(numbered)) is None:
                    self._lose()
                else:
                    there = replace(numbered, segment=replace(segment, data=data))
                    await self._consider(track, there, self._joining)
            viewer.sent += segment.size

    async def _next(self, ring: Ring) -> NumberedSegment | None:
        """Return the next segment; None when there is nothing more to be recorded."""
        while not self._is_over:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    return await ring.wait_for(self._after)
        return None

    def _lose(self) -> None:
        self._trouble = Reason.NO_SIGNAL
        self._is_break = True

    def _is_before(self, segment: Segment, joining: _Joining) -> bool:
        """Whether a segment is from before the recording, as far as its date says.

        Not all that people could go back to has to be read for that.
        """
        if segment.date is None or joining.is_done or joining.is_known:
            return False
        return segment.date + timedelta(seconds=segment.duration) <= self.start

    async def _consider(self, track: Track, numbered: NumberedSegment, joining: _Joining) -> None:
        """Write a segment, if it belongs to the recording and is not there yet."""
        segment = numbered.segment
        length = timedelta(seconds=segment.duration)
        start = (segment.date or self._now() - length).astimezone(UTC)
        mark = fingerprint(segment.data)
        if not joining.is_done:
            if self._is_had(numbered, start, mark, joining):
                self._is_break = True
                return
            if joining.is_known and abs(self.until - start) <= _SMOOTHED:
                self._shift = self.until - start
        start += self._shift
        if start >= self.stop:
            self._has_passed = True
            return
        joining.is_done = True
        await self._disk.run(self._append, track, segment, start, mark)
        self._on_change()

    def _is_had(
        self, numbered: NumberedSegment, start: datetime, mark: bytes, joining: _Joining
    ) -> bool:
        """Whether a segment is there already, or from before the recording."""
        length = timedelta(seconds=numbered.segment.duration)
        if mark and mark in self._known:
            joining.is_known = True
            return True
        if joining.is_known:
            return False
        if start + length <= self.start:
            return True
        back = self.until - start if self.size else timedelta()
        if back < length / 2:
            return False
        return numbered.sequence <= joining.held or back <= OVERLAPS_BY

    def _append(self, track: Track, segment: Segment, start: datetime, mark: bytes) -> None:
        """Write a segment, and note all that follows from that. In the track's thread.

        There, because whoever waits for it may be ended meanwhile, and it is written all the same.
        """
        before = self.until
        is_break = self._is_break or segment.discontinuity
        try:
            track.append(segment.data, start, segment.duration, is_break)
        except ValueError:
            _LOGGER.debug("The recording %s leaves out what is no segment", self._folder.name)
            self._lose()
        except TrackError as err:
            self._failure = err
            raise
        else:
            self._judge(start, before)
            self._has_begun = True
            self._known.append(mark)
            self._is_break = False

    def _settle(self) -> None:
        """Come after what is still being written. Raises TrackError if that has failed."""
        if self._failure:
            raise self._failure

    # What is missing

    def _gaps(self, stop: datetime) -> tuple[Gap, ...]:
        if self._track is None:
            return (Gap(self.start, stop),) if stop > self.start else ()
        return self._track.gaps_between(self.start, stop)

    def _judge(self, start: datetime, before: datetime) -> None:
        """Note why there is nothing between two times, if that is the longest gap so far."""
        missing = start - before
        if missing >= max(_SHORTEST_GAP, self._longest):
            usual = Reason.NO_SIGNAL if self._has_begun else None
            self._longest, self._reason = missing, self._trouble or usual
        self._trouble = None
