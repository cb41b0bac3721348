"""One channel from upstream, healed whenever a node fails; a slate when nothing else is left."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
import logging
import math
from typing import Final

import aiohttp

from ..errors import DownlinkError
from .addresses import server_of
from .download import Downloader
from .errors import Reason, RelayError, UpstreamError
from .position import Position
from .pull import Pull
from .segment import Segment, TsTools, work_on
from .segment_info import Format

_LOGGER = logging.getLogger(__name__)

_RESOLVE_SECONDS: Final = 10.0
_HEALTHY_SECONDS: Final = 10.0
"""A node that has brought segments for so long failed for a reason of its own."""
_FIRST_BACK_OFF: Final = 1.0
_LONGEST_BACK_OFF: Final = 5.0
"""Somebody looks at the slate meanwhile, and is to see the picture within 15 s after it is back."""
_LEAST_SILENCE: Final = 8.0
_MOST_SILENCE: Final = 25.0
"""Seconds without a segment until the slate: players give up after thirty."""
_USUAL_TARGET: Final = 10.0
"""The station's. Where segments are longer, so is the silence between two of them."""
_SLATES_AT_ONCE: Final = 2
"""Players have nothing left by then, and need one while the next is on its way."""
_TOOLS: Final = TsTools()


class ResolutionBudget:
    """Limits how often upstream is asked for addresses: by all channels together."""

    def __init__(self, count: int = 6, seconds: float = 60.0) -> None:
        """Allow `count` in any `seconds`."""
        self._count = count
        self._seconds = seconds
        self._taken: deque[float] = deque()

    def take(self) -> bool:
        """Take one if there is one left."""
        now = asyncio.get_running_loop().time()
        while self._taken and now - self._taken[0] >= self._seconds:
            self._taken.popleft()
        if len(self._taken) >= self._count:
            return False
        self._taken.append(now)
        return True


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a channel comes from."""

    resolve: Callable[[], Awaitable[str]]
    """Asks upstream for an address; may raise DownlinkError, OSError or aiohttp's ClientError."""
    mirror: str
    """The address for when nothing else works."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told by a source; all of it happens in the event loop, and must not raise."""

    on_segment: Callable[[Segment], object]
    on_target: Callable[[int], object]
    """Upstream's target duration in seconds, before the first segment that goes by it."""
    on_broken: Callable[[Reason], object]
    """The slate begins."""
    on_healed: Callable[[], object]


class Source:
    """Brings the segments of one channel, until it is cancelled."""

    def __init__(
        self,
        downloader: Downloader,
        origin: Origin,
        budget: ResolutionBudget,
        slate: Callable[[int], Segment],
        listener: Listener,
        *,
        now: Callable[[], datetime],
        tools: TsTools = _TOOLS,
    ) -> None:
        """`slate` gives the segments of the notice that the signal is lost, counted from 0.

        `now` is the time of day, aware. Segments are joined here, once for all viewers.
        """
        self.reason: Reason | None = None
        """What went wrong last, None when nothing did since the last segment."""
        self._downloader = downloader
        self._origin = origin
        self._budget = budget
        self._slate = slate
        self._listener = listener
        self._now = now
        self._tools = tools
        self._join = tools.new_join()
        self._format: Format | None = None
        """That of the segment that was joined last, as far as it is known; the slate's is not."""
        self._joining = asyncio.Lock()
        """Held while a segment is joined and passed on: the next one goes on from it."""
        self._position = Position()
        self._failed_server = ""
        self._target = 0
        self._last_at = 0.0
        self._has_come = asyncio.Event()
        self._is_slate = False

    async def run(self) -> None:
        """Bring segments, for ever."""
        self._last_at = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pull())
            group.create_task(self._fill_silence())

    # What comes from upstream

    async def _pull(self) -> None:
        failures = 0
        while True:
            if failures >= 3:
                await asyncio.sleep(_back_off(failures))
            was_healthy = await self._try_node(failures)
            failures = 1 if was_healthy else failures + 1

    async def _try_node(self, failures: int) -> bool:
        """Follow one node until it fails; say whether it had been good for a while."""
        loop = asyncio.get_running_loop()
        url = ""
        first_at: float | None = None
        try:
            url = await self._next_address(failures)
            pull = Pull(
                self._downloader,
                url,
                self._position,
                now=self._now,
                read=self._tools.read,
            )
            async with aclosing(pull.segments()) as segments:
                async for segment in segments:
                    if first_at is None:
                        first_at = loop.time()
                    async with self._joining:
                        await self._accept(segment, pull.target)
        except RelayError as err:
            self.reason = err.reason
            self._failed_server = server_of(url) or self._failed_server
            _LOGGER.debug("%s is given up: %s", server_of(url) or "Upstream", err)
        return first_at is not None and loop.time() - first_at >= _HEALTHY_SECONDS

    async def _next_address(self, failures: int) -> str:
        """Return where to try: a fresh address twice, then by turns the mirror and a fresh one."""
        if failures and failures % 2 == 0:
            return self._origin.mirror
        url = await self._resolve()
        if url and server_of(url) == self._failed_server:
            # Drawn by lot: a second draw is likely to bring another one.
            url = await self._resolve() or url
        if not url:
            raise UpstreamError(Reason.NO_ADDRESS, "Upstream gives no address.")
        return url

    async def _resolve(self) -> str:
        """Return a fresh address; nothing when there is none, or it was asked for too often."""
        if not self._budget.take():
            return ""
        try:
            async with asyncio.timeout(_RESOLVE_SECONDS):
                return await self._origin.resolve()
        except DownlinkError, OSError, aiohttp.ClientError:
            return ""

    async def _accept(self, segment: Segment, target: int) -> None:
        """Pass on what came from upstream. Raises UpstreamError for what cannot be joined."""
        if self._is_slate:
            # That was there for all that is missing.
            segment = replace(segment, discontinuity=True, missing=0.0)
        try:
            segment = await self._joined(segment)
        except DownlinkError as err:
            raise UpstreamError(Reason.CORRUPT, str(err)) from err
        if self._is_slate:
            self._is_slate = False
            self._listener.on_healed()
        self.reason = None
        self._target = target
        # With the slate in mind from the start on, which may be longer: it must not change.
        self._listener.on_target(max(target, math.ceil(self._slate(0).duration)))
        self._pass_on(segment)
        self._position.slate_at = self._last_at + self._patience

    async def _joined(self, segment: Segment) -> Segment:
        """Let a segment go on from the one before. Raises SegmentError.

        If both have the same format, players need not know that there was a break; and they should
        not: at a discontinuity VLC throws away the three seconds that it has not shown yet.
        """
        join = partial(self._join, segment.data, segment.discontinuity, segment.info)
        data = await work_on(segment.data, join)
        before, self._format = self._format, segment.info.format if segment.info else None
        is_same = before is not None and before == self._format
        is_other = segment.discontinuity and not is_same
        return replace(segment, data=data, discontinuity=is_other, info=None)

    def _pass_on(self, segment: Segment) -> None:
        self._last_at = asyncio.get_running_loop().time()
        self._has_come.set()
        self._listener.on_segment(segment)

    # What is shown meanwhile

    @property
    def _patience(self) -> float:
        """Seconds without a segment until the slate."""
        most = _MOST_SILENCE * max(1.0, self._target / _USUAL_TARGET)
        return min(most, max(_LEAST_SILENCE, 3.0 * self._target + 3.0))

    async def _fill_silence(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            left = self._last_at + self._patience - loop.time()
            if left > 0:
                await asyncio.sleep(left)
            else:
                await self._show_slate()

    async def _show_slate(self) -> None:
        """Pass on the slate at the pace at which it is played, until there is something else."""
        loop = asyncio.get_running_loop()
        self._is_slate = True
        self._position.is_after_slate = True
        self._listener.on_broken(self.reason or Reason.SILENT)
        due = loop.time()
        number = 0
        while True:
            segment = replace(self._slate(number), is_slate=True, date=self._now())
            if number == 0:
                segment = replace(segment, discontinuity=True)
            async with self._joining:
                if not self._is_slate:
                    return
                self._pass_on(await self._joined(segment))
            number += 1
            if number >= _SLATES_AT_ONCE:
                due += segment.duration
                await self._wait_until(due)

    async def _wait_until(self, due: float) -> None:
        """Wait for a time, or for a segment that is no slate."""
        try:
            async with asyncio.timeout_at(due):
                while self._is_slate:
                    self._has_come.clear()
                    await self._has_come.wait()
        except TimeoutError:
            return


def _back_off(failures: int) -> float:
    """Return 1, 1, 2, 2, 4, 4, 5, 5 … seconds for 3, 4 … failures in a row."""
    return min(_LONGEST_BACK_OFF, _FIRST_BACK_OFF * 2.0 ** min(8, (failures - 3) // 2))
