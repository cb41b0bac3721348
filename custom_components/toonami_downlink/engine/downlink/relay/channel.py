"""One channel: pulled once while anybody watches, and a little longer."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
import logging
import math
from typing import Final, Protocol

from .barred import Barred
from .continuous import Span
from .dates import follow_on
from .errors import Reason, ViewerEndedError
from .memory import Memory
from .ring import Capacity, NumberedSegment, Ring, Window, first_sequence
from .segment import Segment
from .source import Listener
from .spill import OpenStore, spilling
from .viewer import LEAST_REQUEST_SECONDS, SWITCHED_SECONDS, Viewer

_LOGGER = logging.getLogger(__name__)

_IDLE_SECONDS: Final = 5.0
"""A viewer that takes nothing for so long does not keep a place that somebody else needs."""
_REQUEST_TARGETS: Final = 3
"""Target durations after its last request for which an HLS player counts as a viewer."""
MAX_VISITORS: Final = 100
"""Those who come and go (HLS); their keys are made of what players call themselves."""


class Runnable(Protocol):
    """What brings segments to a listener until it is cancelled: a `Source`."""

    async def run(self) -> None:
        """Bring segments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How channels behave; times in seconds."""

    capacity: Capacity = field(default_factory=Capacity)
    pause: Capacity | None = None
    """What is held while an HLS player watches, so that it can go back (`pause_capacity`)."""
    open_store: OpenStore = lambda: None
    pause_with_store: Capacity | None = None
    """The same for a channel that was given a store by `open_store` when it started."""
    linger: float = 30.0
    """For which a channel goes on after its last viewer."""
    linger_after_leave: float = 5.0
    """The same after a viewer who has said that it leaves; a target duration, if that is more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Who is told about channels, by their keys; called in the event loop, must not raise."""

    on_broken: Callable[[str, Reason], object] = lambda _key, _reason: None
    """The slate begins; once until the channel is healed or stops."""
    on_healed: Callable[[str], object] = lambda _key: None
    on_change: Callable[[], object] = lambda: None
    """Somebody begins or stops to watch, or a channel begins or stops to be fetched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a channel is at this moment; times are aware."""

    is_running: bool
    viewers: int
    last_segment: datetime | None
    """When the last one came from upstream, also after the channel stopped."""
    node: str
    node_changes: int
    """Today, by the day of the clock that was given."""
    slate_since: datetime | None
    reason: Reason | None
    """Why the slate is shown."""


class RelayChannel:
    """A channel; it starts with its first viewer, and stops some time after the last one."""

    def __init__(
        self,
        key: str,
        open_source: Callable[[str, Listener], Runnable],
        *,
        now: Callable[[], datetime],
        settings: Settings,
        events: Events,
        memory: Memory,
        barred: Barred,
    ) -> None:
        """`open_source` makes what is run while somebody watches; `now` is aware."""
        self.key = key
        self.idle_since = 0.0
        """Loop time at which the last viewer left."""
        self._open_source = open_source
        self._now = now
        self._settings = settings
        self._events = events
        self._memory = memory
        self._barred = barred
        self._ring: Ring | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._next_sequence = 0
        self._discontinuities: int | None = None
        self._viewers: set[Viewer] = set()
        self._visitors: dict[str, Viewer] = {}
        """Those who come and go (HLS), by their keys."""
        self._visited_until = 0.0
        """The loop time from which on no player that comes and goes is counted on to come again."""
        self._has_left = False
        """Whether the last one to go has said so."""
        self._next_gone = 0.0
        """The earliest loop time at which one of those who come and go can be gone."""
        self._changed = asyncio.Event()
        self._end: datetime | None = None
        self._last_segment: datetime | None = None
        self._node = ""
        self._changes: tuple[date | None, int] = (None, 0)
        self._slate_since: datetime | None = None
        self._reason: Reason | None = None

    # Who watches

    @property
    def is_running(self) -> bool:
        """Whether upstream is asked for this channel."""
        return self._ring is not None

    @property
    def viewers(self) -> list[Viewer]:
        """Those who watch now, longest first."""
        self._forget_visitors()
        return sorted((*self._viewers, *self._visitors.values()), key=lambda viewer: viewer.began)

    @property
    def is_needed(self) -> bool:
        """Whether anybody watches who takes what is sent; not those who have stopped reading."""
        since = asyncio.get_running_loop().time() - _IDLE_SECONDS
        return any(
            viewer.waited_for is None or viewer.waited_for > since for viewer in self.viewers
        )

    @asynccontextmanager
    async def watch(self, key: str, label: str, span: Span | None = None) -> AsyncGenerator[Viewer]:
        """Watch as long as the block lasts. Raises ViewerEndedError, also in the block's place."""
        self._barred.refuse(key)
        viewer = self._new_viewer(key, label, self._started())
        viewer.span = span
        self._viewers.add(viewer)
        self._tell_change()
        scope = asyncio.timeout(None)
        try:
            async with scope:
                viewer.scope = scope
                yield viewer
        except TimeoutError as err:
            if scope.expired():
                raise ViewerEndedError("The viewer was ended.") from err
            raise
        finally:
            viewer.scope = None
            self._viewers.discard(viewer)
            self._note_change(has_left=key in self._barred)

    def touch(self, key: str, label: str) -> Viewer:
        """Note a request of a player that comes and goes, and return it as a viewer.

        Raises ViewerEndedError.
        """
        self._forget_visitors()
        viewer = self._visitors.get(key)
        if viewer is None:
            self._barred.refuse(key)
        ring = self._started()
        pause = self._settings.pause_with_store if ring.store else self._settings.pause
        ring.resize(pause or self._settings.capacity)
        if viewer is None:
            self._make_place()
            viewer = self._visitors[key] = self._new_viewer(key, label, ring)
        is_new = viewer.until is None
        viewer.asked = asyncio.get_running_loop().time()
        viewer.until = viewer.asked + max(LEAST_REQUEST_SECONDS, _REQUEST_TARGETS * ring.target)
        self._next_gone = min(self._next_gone, viewer.until)
        self._visited_until = viewer.until
        if is_new:
            self._tell_change()
        return viewer

    def _make_place(self) -> None:
        """Forget who asked longest ago, if there are too many: it is back as soon as it asks."""
        if len(self._visitors) >= MAX_VISITORS:
            del self._visitors[min(self._visitors, key=lambda key: self._visitors[key].asked)]

    def _new_viewer(self, key: str, label: str, ring: Ring) -> Viewer:
        now = asyncio.get_running_loop().time()
        return Viewer(key=key, label=label, since=self._now(), began=now, asked=now, ring=ring)

    @property
    def window(self) -> Window | None:
        """What is held; None while upstream is not asked for this channel."""
        return self._ring.window() if self._ring else None

    def segment(self, sequence: int) -> NumberedSegment | None:
        """Return a segment by its number; None when it is no longer or not yet there."""
        return self._ring.get(sequence) if self._ring else None

    def end(self, viewer: Viewer, *, may_return: bool = False) -> None:
        """End a viewer, and refuse its key for a minute, unless it may return at once.

        Other channels refuse it as well, but for what it has of them already.
        """
        if not may_return:
            self._barred.add(viewer.key)
        if self._visitors.get(viewer.key) is viewer:
            del self._visitors[viewer.key]
            self._note_change(has_left=True)
        elif viewer in self._viewers:
            viewer.end()

    def leave(self, key: str) -> None:
        """Forget a player that comes and goes, because it says that it does not come again."""
        if self._visitors.pop(key, None):
            self._note_change(has_left=True)

    def _forget_visitors(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._next_gone:
            return
        gone = [key for key, viewer in self._visitors.items() if (viewer.until or now) <= now]
        for key in gone:
            del self._visitors[key]
        self._next_gone = min(
            (viewer.until or now for viewer in self._visitors.values()), default=math.inf
        )
        if gone:
            self._note_change()

    def _note_change(self, *, has_left: bool = False) -> None:
        if not self._viewers and not self._visitors:
            self.idle_since = asyncio.get_running_loop().time()
            self._has_left = has_left
        self._tell_change()

    def _tell_change(self) -> None:
        self._changed.set()
        self._events.on_change()

    # What runs

    def stop(self) -> None:
        """Stop now, and end the viewers. `wait_stopped` waits until all of it is done."""
        self._detach(self._ring)
        for viewer in self._viewers:
            # It may be writing to somebody who does not read.
            viewer.end()
        for task in self._tasks:
            task.cancel()

    async def wait_stopped(self) -> None:
        """Wait until nothing of this channel runs any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _started(self) -> Ring:
        if self._ring is None:
            first = max(first_sequence(self._now()), self._next_sequence)
            store = self._settings.open_store()
            self._ring = Ring(first, self._settings.capacity, self._discontinuities, store)
            self._memory.add(self._ring)
            task = asyncio.create_task(self._run(self._ring), name=f"relay {self.key}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return self._ring

    def _detach(self, ring: Ring | None) -> None:
        """Let the next viewer begin anew, even while the run of this ring is still ending."""
        if ring is None or ring is not self._ring:
            return
        self._ring = None
        self._next_sequence = ring.next_sequence
        self._discontinuities = ring.discontinuities
        self._memory.remove(ring)
        ring.close()
        self._visitors.clear()
        self._end = self._slate_since = self._reason = None
        self._tell_change()

    async def _run(self, ring: Ring) -> None:
        try:
            async with spilling(ring), asyncio.TaskGroup() as group:
                source = self._open_source(self.key, self._listener(ring))
                pull = group.create_task(source.run(), name=f"relay {self.key} source")
                await self._until_unwatched(ring)
                pull.cancel()
        except Exception:
            _LOGGER.exception("The relay of %s has failed", self.key)
        finally:
            self._detach(ring)

    async def _until_unwatched(self, ring: Ring) -> None:
        """Wait until nobody has watched for a while, and stop being what new viewers find."""
        loop = asyncio.get_running_loop()
        due: float | None
        while True:
            self._changed.clear()
            if not self.viewers:
                if loop.time() >= (due := self.idle_since + self._linger(ring)):
                    self._detach(ring)
                    return
            elif self._visitors:
                # An answer that came late may have put it off (`Viewer.ready`).
                due = max(viewer.until or 0.0 for viewer in self._visitors.values())
                self._visited_until = max(self._visited_until, due)
            elif any(viewer.span for viewer in self._viewers):
                # They need what is held, as long as they are there.
                due = None
            elif loop.time() >= (due := self._visited_until + self._settings.linger):
                # Those who watch one endless stream cannot go back.
                ring.resize(self._settings.capacity)
                due = None
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._changed.wait()

    def _linger(self, ring: Ring) -> float:
        if not self._has_left:
            return self._settings.linger
        # Two tabs of a browser are one viewer, and the other tab asks again within that time.
        return max(self._settings.linger_after_leave, ring.target + SWITCHED_SECONDS)

    # What the source says

    def _listener(self, ring: Ring) -> Listener:
        def only_for_this_run[**P](tell: Callable[P, None]) -> Callable[P, None]:
            def call(*args: P.args, **kwargs: P.kwargs) -> None:
                if self._ring is ring:
                    tell(*args, **kwargs)

            return call

        return Listener(
            on_segment=only_for_this_run(lambda segment: self._add(ring, segment)),
            on_target=only_for_this_run(ring.raise_target),
            on_broken=only_for_this_run(self._break),
            on_healed=only_for_this_run(self._heal),
        )

    def _add(self, ring: Ring, segment: Segment) -> None:
        if not segment.is_slate:
            self._last_segment = self._now()
            self._note_node(segment.node)
        if ring.newest is None:
            # Whoever goes on from an earlier run of the channel has to know.
            segment = replace(segment, discontinuity=True)
        dated = replace(segment, date=follow_on(self._end, segment, ring.target))
        self._end = dated.date and dated.date + timedelta(seconds=segment.duration)
        ring.append(dated)
        self._memory.make_place()

    def _note_node(self, node: str) -> None:
        if self._node and node != self._node:
            today = self._now().date()
            day, count = self._changes
            self._changes = (today, count + 1 if day == today else 1)
        self._node = node

    def _break(self, reason: Reason) -> None:
        self._slate_since = self._now()
        self._reason = reason
        self._events.on_broken(self.key, reason)

    def _heal(self) -> None:
        self._slate_since = self._reason = None
        self._events.on_healed(self.key)

    @property
    def health(self) -> Health:
        """How the channel is."""
        day, count = self._changes
        return Health(
            is_running=self.is_running,
            viewers=len(self.viewers),
            last_segment=self._last_segment,
            node=self._node,
            node_changes=count if day == self._now().date() else 0,
            slate_since=self._slate_since,
            reason=self._reason,
        )
