"""The rules and recordings of the loaded entry: saved when they change, and who is told of it."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
import logging
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.downlink.errors import DownlinkError
from ..engine.downlink.recording.model import Recording, Rule, State
from ..storage.recorded import Recorded, RecordingStore, trimmed

_LOGGER = logging.getLogger(__name__)

type EventListener = Callable[[str, Recording], None]

EVENTS: Final[Mapping[State, str]] = {
    State.RECORDING: "started",
    State.COMPLETE: "finished",
    State.INTERRUPTED: "interrupted",
    State.FAILED: "failed",
}
"""What is said of a recording that comes into a state."""


class Catalogue:
    """The rules and recordings. Whoever changes them holds `lock` from the look to the change."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin empty."""
        self._store = RecordingStore(hass)
        self._recorded = Recorded()
        self._by_identity: dict[str, Recording] = {}
        self._listeners: list[CALLBACK_TYPE] = []
        self._event_listeners: list[EventListener] = []
        self.is_unsaved = False
        """Whether the last change could not be saved."""
        self.lock = asyncio.Lock()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, in the order in which they were made."""
        return self._recorded.rules

    @property
    def items(self) -> tuple[Recording, ...]:
        """All recordings, tombstones too."""
        return self._recorded.recordings

    @property
    def next_number(self) -> int:
        """The number of the next recording."""
        return self._recorded.next_number

    @property
    def is_partial(self) -> bool:
        """Whether some of what was stored could not be read."""
        return self._recorded.is_partial

    def get(self, identity: str) -> Recording | None:
        """Return the recording with that identity."""
        return self._by_identity.get(identity)

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `listener` when anything has changed."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_add_event_listener(self, listener: EventListener) -> CALLBACK_TYPE:
        """Tell `listener` of a recording that came into a state of `EVENTS`."""
        self._event_listeners.append(listener)
        return lambda: self._event_listeners.remove(listener)

    async def async_load(self) -> None:
        """Load what was saved. Raises as `RecordingStore.async_load`."""
        self._take(await self._store.async_load())

    async def async_change(
        self, *recordings: Recording, rules: tuple[Rule, ...] | None = None
    ) -> None:
        """Save a change and tell of it: these recordings as they are now, or other rules.

        Raises HomeAssistantError; then nothing has changed.
        """
        changed = self._changed(recordings, rules)
        try:
            await self._store.async_save(changed)
        except DownlinkError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="recordings_not_saved",
                translation_placeholders={"message": str(err)},
            ) from err
        self.is_unsaved = False
        self._show(changed)

    async def async_note(self, *recordings: Recording, without: Collection[str] = ()) -> bool:
        """Tell of what has happened to recordings, whether that can be saved or not.

        Those in `without` are forgotten. Returns whether it was saved.
        """
        changed = self._changed(recordings, without=without)
        try:
            await self._store.async_save(changed)
        except DownlinkError as err:
            if not self.is_unsaved:
                _LOGGER.warning("What was recorded could not be saved: %s", err)
            self.is_unsaved = True
        else:
            self.is_unsaved = False
        self._show(changed)
        return not self.is_unsaved

    @callback
    def async_grow(self, identity: str, size: int) -> None:
        """Note how large a recording is that is being made; that is not worth saving."""
        if (known := self.get(identity)) and not self.lock.locked():
            self._take(self._with(replace(known, size=size)))

    @callback
    def async_tell(self) -> None:
        """Call the listeners."""
        for listener in tuple(self._listeners):
            listener()

    def _changed(
        self,
        recordings: Iterable[Recording],
        rules: tuple[Rule, ...] | None = None,
        without: Collection[str] = (),
    ) -> Recorded:
        known = self._with(*recordings)
        kept = tuple(one for one in known.recordings if one.identity not in without)
        return replace(
            known,
            recordings=trimmed(kept, dt_util.utcnow()),
            rules=known.rules if rules is None else rules,
        )

    def _with(self, *recordings: Recording) -> Recorded:
        """Return what is recorded with other recordings in the place of those known, or added."""
        items = self._by_identity | {one.identity: one for one in recordings}
        highest = max((one.number for one in recordings), default=0)
        return replace(
            self._recorded,
            recordings=tuple(items.values()),
            next_number=max(self.next_number, highest + 1),
        )

    @callback
    def _show(self, recorded: Recorded) -> None:
        before = self._by_identity
        self._take(recorded)
        self.async_tell()
        for identity, one in self._by_identity.items():
            known = before.get(identity)
            if (known is None or known.state is not one.state) and (kind := EVENTS.get(one.state)):
                for listener in tuple(self._event_listeners):
                    listener(kind, one)

    @callback
    def _take(self, recorded: Recorded) -> None:
        self._recorded = recorded
        self._by_identity = {one.identity: one for one in recorded.recordings}
