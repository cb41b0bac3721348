"""All channels that are fetched for this house."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from .barred import Barred
from .channel import Events, RelayChannel, Runnable, Settings
from .continuous import Span
from .errors import BusyError
from .memory import MOST_HELD, Memory
from .source import Listener
from .viewer import Viewer

_AT_ONCE: Final = 0.5
"""Seconds in which an HLS player begins with channels side by side; people switch more slowly."""
_DEFAULTS = Settings()
_NOBODY = Events()


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Relay:
    """The channels by their keys, so many at the same time; after `close` there are none."""

    def __init__(
        self,
        open_source: Callable[[str, Listener], Runnable],
        *,
        max_channels: int = 4,
        settings: Settings = _DEFAULTS,
        events: Events = _NOBODY,
        now: Callable[[], datetime] = _utc_now,
        on_close: Callable[[], Awaitable[None]] | None = None,
        most_held: int = MOST_HELD,
    ) -> None:
        """`open_source` makes the source of a key; `on_close` lets go of what sources share.

        `now` is aware; its zone decides when a day begins. `most_held`: bytes in all rings.
        """
        self.max_channels = max_channels
        self._open_source = open_source
        self._settings = settings
        self._events = events
        self._now = now
        self._on_close = on_close
        self._memory = Memory(most_held)
        self._barred = Barred()
        self._channels: dict[str, RelayChannel] = {}
        self._is_closed = False

    @property
    def channels(self) -> Mapping[str, RelayChannel]:
        """All channels that were ever watched, running or not."""
        return MappingProxyType(self._channels)

    @property
    def running(self) -> int:
        """How many channels are fetched now."""
        return sum(channel.is_running for channel in self._channels.values())

    @property
    def held(self) -> int:
        """Bytes in the rings of all channels."""
        return self._memory.size

    @property
    def viewers(self) -> list[tuple[str, Viewer]]:
        """All who watch, each with the key of its channel."""
        return [
            (key, viewer) for key, channel in self._channels.items() for viewer in channel.viewers
        ]

    @asynccontextmanager
    async def watch(
        self, key: str, viewer_key: str, label: str, span: Span | None = None
    ) -> AsyncGenerator[Viewer]:
        """Watch a channel as long as the block lasts. Raises BusyError or ViewerEndedError.

        `span`: what of it, for one who does not watch what is on now.
        """
        async with self._channel(key, viewer_key).watch(viewer_key, label, span) as viewer:
            yield viewer

    def touch(self, key: str, viewer_key: str, label: str) -> Viewer:
        """Note a request of an HLS player. Raises BusyError or ViewerEndedError."""
        return self._channel(key, viewer_key).touch(viewer_key, label)

    def leave(self, key: str, viewer_key: str) -> None:
        """Note that an HLS player has gone; without this it is waited for."""
        if channel := self._channels.get(key):
            channel.leave(viewer_key)

    async def close(self) -> None:
        """Stop everything, and wait until nothing of it is left. Viewers see the stream's end."""
        self._is_closed = True
        for channel in self._channels.values():
            channel.stop()
        for channel in self._channels.values():
            await channel.wait_stopped()
        if self._on_close:
            await self._on_close()

    def _channel(self, key: str, viewer_key: str) -> RelayChannel:
        """Return a channel that may start for a viewer. Raises BusyError or ViewerEndedError."""
        if self._is_closed:
            raise BusyError("The relay is closed.")
        channel = self._channels.get(key)
        if channel is None:
            channel = RelayChannel(
                key,
                self._open_source,
                now=self._now,
                settings=self._settings,
                events=self._events,
                memory=self._memory,
                barred=self._barred,
            )
        if not channel.is_running:
            self._barred.refuse(viewer_key)
            self._make_room(viewer_key)
        self._channels[key] = channel
        return channel

    def _make_room(self, viewer_key: str) -> None:
        running = [channel for channel in self._channels.values() if channel.is_running]
        if len(running) < self.max_channels:
            return
        self._note_several(viewer_key)
        free = [
            channel
            for channel in running
            if not channel.is_needed or self._is_left(channel, viewer_key)
        ]
        if not free:
            raise BusyError(f"{self.max_channels} channels are being watched already.")
        min(free, key=lambda channel: (len(channel.viewers), channel.idle_since)).stop()

    def _note_several(self, viewer_key: str) -> None:
        """Remember what a player began just now: it asks for more again when that is refused."""
        since = asyncio.get_running_loop().time() - _AT_ONCE
        for _, viewer in self.viewers:
            if viewer.key == viewer_key and viewer.began > since:
                viewer.is_one_of_several = True

    def _is_left(self, channel: RelayChannel, newcomer: str) -> bool:
        """Whether all who watch a channel have gone on to another one.

        An HLS player does not say so. It is taken for gone when it has begun with another channel
        after its last request for this one, unless it wants several at once; and one that wants
        to begin now, after a while.
        """
        return all(
            viewer.until is not None
            and (self._has_switched(viewer) or (viewer.key == newcomer and viewer.is_quiet))
            for viewer in channel.viewers
        )

    def _has_switched(self, viewer: Viewer) -> bool:
        return any(
            one.key == viewer.key and one.began > viewer.asked and not one.is_one_of_several
            for _, one in self.viewers
        )
