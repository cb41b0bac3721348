"""The stream manager: the relay in Home Assistant, its sessions, log lines and listeners."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
import hashlib
import logging
from typing import Final, Self

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import REPOSITORY, SILENT_BEFORE_REPAIR
from ..engine.downlink.models import Channel
from ..engine.downlink.passes import HOME
from ..engine.downlink.policy import PAUSED_IN_MEMORY
from ..engine.downlink.relay.addresses import AddressGuard
from ..engine.downlink.relay.channel import Events, Health, RelayChannel, Settings
from ..engine.downlink.relay.continuous import Span
from ..engine.downlink.relay.download import Downloader
from ..engine.downlink.relay.errors import BusyError, Reason, ViewerEndedError
from ..engine.downlink.relay.relay import Relay
from ..engine.downlink.relay.ring import NumberedSegment, Window, pause_capacity
from ..engine.downlink.relay.segment import Segment
from ..engine.downlink.relay.slate import slate_segment
from ..engine.downlink.relay.source import Listener, Origin, ResolutionBudget, Source
from ..engine.downlink.relay.spill import OpenStore
from ..engine.downlink.relay.store import SegmentStore
from ..engine.downlink.relay.viewer import Viewer
from .addresses import StreamAddresses

_LOGGER = logging.getLogger(__name__)

USER_AGENT: Final = f"ToonamiDownlink (+{REPOSITORY})"

RECORDER: Final = "recording"
"""Whose sessions those of the recordings are: of no pass, so that none ends them."""
_SECONDS_WITHOUT_STORE: Final = 7200
"""Of going back, when all of it is in memory: as much of one channel as there is room for."""
_STORED_A_MINUTE: Final = 60
"""How often a stored address is used again: nobody is asked for it."""

__all__ = ["RECORDER", "BusyError", "Session", "StreamManager", "ViewerEndedError", "Watcher"]


@dataclass(frozen=True, slots=True)
class Watcher:
    """The client of a stream."""

    address: str
    player: str
    identity: str = HOME
    """Of the pass that it came with."""

    @property
    def key(self) -> str:
        """Tells it from other clients; an identity and an address have no blank in them."""
        return f"{self.identity} {self.address} {self.player}"

    @classmethod
    def of(cls, viewer: Viewer) -> Self:
        """Return who a viewer of the relay is."""
        identity, address, player = viewer.key.split(" ", 2)
        return cls(address, player, identity)


@dataclass(frozen=True, slots=True)
class Session:
    """One viewer on one channel."""

    identity: str
    """Names it for whoever wants to end it; not a secret."""
    channel: str
    """The key of the channel."""
    watcher: Watcher
    viewer: Viewer

    @property
    def is_continuous(self) -> bool:
        """Whether it is one long stream (MPEG-TS), and not a playlist with segments (HLS)."""
        return self.viewer.until is None


class StreamManager:
    """Watch channels through the relay; it belongs to a loaded entry.

    After `async_stop_all` nothing starts any more.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        addresses: StreamAddresses,
        *,
        max_channels: int,
        pause_minutes: int = 0,
    ) -> None:
        """Fetch so many channels at the same time, from where `addresses` says.

        HLS players can go back by so many minutes, from when the first of them began.
        """
        self._hass = hass
        self._addresses = addresses
        self._pause_minutes = pause_minutes
        self._open_store: OpenStore = lambda: None
        self._budget = ResolutionBudget()
        self._slates: dict[bool, tuple[bytes, float]] = {}
        self._channels: dict[str, Channel] = {}
        self._listeners: list[CALLBACK_TYPE] = []
        self._told = (0, 0)
        self._relay = Relay(
            self._open_source,
            max_channels=max_channels,
            settings=self._pause_settings(),
            events=Events(
                on_broken=self._on_broken, on_healed=self._on_healed, on_change=self._on_change
            ),
            now=dt_util.now,
        )
        # Without this, Home Assistant would wait for the viewers to leave before it stops.
        self._forget_stop: CALLBACK_TYPE | None = hass.bus.async_listen_once(
            EVENT_HOMEASSISTANT_STOP, self._async_on_stop
        )

    # Going back

    def _pause_settings(self) -> Settings:
        if not self._pause_minutes:
            return Settings()
        seconds = self._pause_minutes * 60
        return Settings(
            pause=pause_capacity(min(seconds, _SECONDS_WITHOUT_STORE)),
            open_store=self._store_for_pause,
            pause_with_store=pause_capacity(seconds, PAUSED_IN_MEMORY.total_seconds()),
        )

    def _store_for_pause(self) -> SegmentStore | None:
        is_needed = timedelta(minutes=self._pause_minutes) > PAUSED_IN_MEMORY
        return self._open_store() if is_needed else None

    @callback
    def async_store_in(self, open_store: OpenStore) -> None:
        """Let what memory has no room for go there, for channels that start from now on."""
        self._open_store = open_store

    @property
    def reach(self) -> int:
        """The seconds that one could go back by in a channel that starts now."""
        seconds = self._pause_minutes * 60
        return seconds if self._store_for_pause() else min(seconds, _SECONDS_WITHOUT_STORE)

    # What is read

    @property
    def viewers(self) -> int:
        """The number of viewers now."""
        return len(self._relay.viewers)

    def viewers_of(self, identity: str) -> int:
        """Return how many of them came with a pass."""
        return sum(Watcher.of(viewer).identity == identity for _, viewer in self._relay.viewers)

    @property
    def upstream_streams(self) -> int:
        """How many channels are fetched from upstream now."""
        return self._relay.running

    @property
    def sessions(self) -> list[Session]:
        """The live sessions, the longest first."""
        return sorted(self._sessions(), key=lambda session: session.viewer.began)

    @property
    def health(self) -> Mapping[str, Health]:
        """The health of each channel that was watched since the start, by key."""
        return {key: channel.health for key, channel in self._relay.channels.items()}

    @property
    def silent_channels(self) -> list[str]:
        """The names of the channels that have been waited for in vain, in their order."""
        since = dt_util.utcnow() - SILENT_BEFORE_REPAIR
        silent = [
            self._channels[key]
            for key, state in self.health.items()
            if state.viewers and state.slate_since and state.slate_since <= since
        ]
        return [channel.name for channel in sorted(silent, key=lambda one: one.number)]

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `listener` when viewers come or go, and when a signal is lost or back."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_know(self, channels: Iterable[Channel]) -> None:
        """Take what a refresh has brought, such as another address, for those who watch already."""
        self._channels.update((one.key, one) for one in channels if one.key in self._channels)

    # Watching

    @asynccontextmanager
    async def async_watch(
        self, channel: Channel, watcher: Watcher, span: Span | None = None
    ) -> AsyncGenerator[Viewer]:
        """Watch a channel as long as the block lasts. Raises BusyError or ViewerEndedError.

        `span`: what of it, for one who does not watch what is on now.
        """
        self._channels[channel.key] = channel
        async with self._relay.watch(channel.key, watcher.key, watcher.player, span) as viewer:
            yield viewer

    async def async_touch(self, channel: Channel, watcher: Watcher) -> Viewer:
        """Note a request of an HLS player. Raises BusyError or ViewerEndedError."""
        self._channels[channel.key] = channel
        return self._relay.touch(channel.key, watcher.key, watcher.player)

    @callback
    def async_leave(self, channel: Channel, watcher: Watcher) -> None:
        """Note that an HLS player has gone: its channel need not be fetched for it any more."""
        self._relay.leave(channel.key, watcher.key)

    @callback
    def async_window(self, channel: Channel) -> Window | None:
        """Return what is held of a channel; None when nobody watches it, or none can go back."""
        relayed = self._relay.channels.get(channel.key) if self._pause_minutes else None
        return relayed.window if relayed else None

    @callback
    def async_segment(self, channel: Channel, sequence: int) -> NumberedSegment | None:
        """Return a segment of a channel that is being watched; None when it is not held.

        A viewer's ring reads what is in it.
        """
        relayed = self._relay.channels.get(channel.key)
        return relayed.segment(sequence) if relayed else None

    @callback
    def async_end(self, identity: str) -> bool:
        """End one session, and refuse its quick return; False when there is none of that name."""
        for session in self._sessions():
            if session.identity == identity:
                self._relay.channels[session.channel].end(session.viewer)
                return True
        return False

    @callback
    def async_end_of(self, identity: str) -> None:
        """End the sessions of a pass, because what it may is not what it was; it may come again.

        A channel that nobody else watches stops at once.
        """
        for channel in self._relay.channels.values():
            viewers = channel.viewers
            _end(channel, [one for one in viewers if Watcher.of(one).identity == identity])

    @callback
    def async_end_sessions(self, is_meant: Callable[[Session], bool]) -> None:
        """End sessions, because they may not go on at this time; their players may come again.

        A channel that nobody else watches stops at once.
        """
        ended: dict[str, list[Viewer]] = {}
        for session in self._sessions():
            if is_meant(session):
                ended.setdefault(session.channel, []).append(session.viewer)
        for key, viewers in ended.items():
            _end(self._relay.channels[key], viewers)

    async def async_stop_all(self) -> None:
        """End everything, wait until nothing of it is left, and start nothing any more."""
        if self._forget_stop:
            self._forget_stop()
        await self._async_on_stop(None)

    async def _async_on_stop(self, _event: Event | None) -> None:
        self._forget_stop = None
        await self._relay.close()

    def _sessions(self) -> Iterator[Session]:
        for key, viewer in self._relay.viewers:
            digest = hashlib.sha256(f"{key} {viewer.key} {id(viewer)}".encode()).hexdigest()
            yield Session(digest[:16], key, Watcher.of(viewer), viewer)

    # What the relay is made of

    def _open_source(self, key: str, listener: Listener) -> _OwnedSource:
        channel = self._channels[key]
        downloader = Downloader(
            AddressGuard(self._addresses.trusted_origin(channel)),
            self._addresses.verifier,
            USER_AGENT,
        )

        async def resolve() -> str:
            # A refresh may have brought another address since the channel was started.
            return await self._addresses.async_resolve(self._channels[key])

        async def load_slate() -> None:
            self._slates[channel.radio] = await self._hass.async_add_executor_job(
                slate_segment, channel.radio
            )

        def slate(_number: int) -> Segment:
            data, seconds = self._slates[channel.radio]
            return Segment(data=data, duration=seconds, is_slate=True)

        origin = Origin(resolve=resolve, mirror=self._addresses.mirror(channel))
        is_asked = self._addresses.can_resolve(channel)
        budget = self._budget if is_asked else ResolutionBudget(_STORED_A_MINUTE)
        source = Source(downloader, origin, budget, slate, listener, now=dt_util.utcnow)
        return _OwnedSource(source, downloader, load_slate)

    # What is said

    @callback
    def _on_broken(self, key: str, reason: Reason) -> None:
        _LOGGER.warning(
            "%s: the signal is lost (%s); viewers see a notice until it is back",
            self._channels[key].name,
            reason.replace("_", " "),
        )
        self._notify()

    @callback
    def _on_healed(self, key: str) -> None:
        _LOGGER.info("%s: the signal is back", self._channels[key].name)
        self._notify()

    @callback
    def _on_change(self) -> None:
        now = self.viewers, self.upstream_streams
        if now != self._told:
            self._told = now
            self._notify()

    @callback
    def _notify(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _end(channel: RelayChannel, viewers: list[Viewer]) -> None:
    """End some of a channel's viewers, and with the last of them the channel."""
    if len(viewers) == len(channel.viewers):
        channel.stop()
        return
    for viewer in viewers:
        channel.end(viewer, may_return=True)


class _OwnedSource:
    """A source, what it needs before it runs, and the connections that end with it."""

    def __init__(
        self, source: Source, downloader: Downloader, prepare: Callable[[], Awaitable[None]]
    ) -> None:
        self._source = source
        self._downloader = downloader
        self._prepare = prepare

    async def run(self) -> None:
        try:
            # Here, so that nothing is waited for between the check of a secret and the watching:
            # else a rotation in that moment would miss the viewer.
            await self._prepare()
            await self._source.run()
        finally:
            await asyncio.shield(self._downloader.close())
