"""The device of each pass, and its entities, which come and go with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.event import (
    EventEntity,
    EventEntityDescription,
    EventExtraStoredData,
)
from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, PANEL_PATH
from ..coordinator import DownlinkConfigEntry, DownlinkCoordinator
from ..engine.downlink.passes import Pass
from ..entity import service_device
from ..streaming.manager import Session

_MAX_STATE_CHARS: Final = 255
_AWAY: Final = timedelta(hours=1)
"""After so long without a request, the next one is a connection."""

WATCHING: Final = SensorEntityDescription(key="watching", translation_key="watching")
LAST_SEEN: Final = SensorEntityDescription(
    key="last_seen",
    translation_key="last_seen",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
)
END: Final = ButtonEntityDescription(key="end", translation_key="end")
CONNECT: Final = EventEntityDescription(
    key="connect",
    translation_key="connect",
    event_types=["connected", "watching"],
    entity_registry_enabled_default=False,  # every change of the channel would be a line
)


class PassEntity(Entity):
    """An entity of a device that has a pass."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    description: EntityDescription

    def __init__(self, coordinator: DownlinkCoordinator, one: Pass, on_gone: CALLBACK_TYPE) -> None:
        """Belong to the device of that pass; tell when the user has deleted it."""
        entry_id = coordinator.config_entry.entry_id
        self.coordinator = coordinator
        self.identity = one.identity
        self.entity_description = self.description
        self._on_gone = on_gone
        self._attr_unique_id = f"{entry_id}_{one.identity}_{self.description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={_identifier(one)},
            entry_type=DeviceEntryType.SERVICE,
            name=one.name,
            configuration_url=f"homeassistant://{PANEL_PATH}/connect",
            via_device_id=_station(coordinator).id,
        )

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.passes.async_add_listener(self._async_on_change))

    @callback
    def _async_on_change(self) -> None:
        self.async_write_ha_state()

    @override
    async def async_removed_from_registry(self) -> None:
        await super().async_removed_from_registry()
        self._on_gone()

    @property
    @override
    def available(self) -> bool:
        """Whether there is such a pass; it may have become unreadable."""
        return self.coordinator.passes.find(self.identity) is not None

    @property
    def sessions(self) -> tuple[Session, ...]:
        """What is watched with the pass, the longest first."""
        return self.coordinator.passes.watching(self.identity)

    def channel_name(self, session: Session) -> str:
        """Return the name of the channel that is watched, or its key when it has left the feed."""
        data = self.coordinator.data
        names = {channel.key: channel.name for channel in (data.feed.channels if data else ())}
        return names.get(session.channel, session.channel)


class WatchingSensor(PassEntity, SensorEntity):
    """The channel that is watched; of several, the one that was begun last."""

    description = WATCHING
    _unrecorded_attributes = frozenset({"since", "address", "player"})

    @property
    @override
    def native_value(self) -> str:
        sessions = self.sessions
        return self.channel_name(sessions[-1])[:_MAX_STATE_CHARS] if sessions else "none"

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        sessions = self.sessions
        if not sessions:
            return None
        session = sessions[-1]
        return {
            "since": session.viewer.since,
            "address": session.watcher.address,
            "player": session.watcher.player,
        }


class LastSeenSensor(PassEntity, RestoreSensor):
    """When something last came with the secrets of the pass."""

    description = LAST_SEEN
    _before: datetime | None = None

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        stored = await self.async_get_last_sensor_data()
        if stored and isinstance(stored.native_value, datetime):
            self._before = stored.native_value

    @property
    @override
    def native_value(self) -> datetime | None:
        return self.coordinator.passes.last_seen(self.identity) or self._before


class EndButton(PassEntity, ButtonEntity):
    """End what is watched with the pass."""

    description = END

    @override
    async def async_press(self) -> None:
        self.coordinator.passes.async_end(self.identity)


@dataclass
class _StoredConnection(EventExtraStoredData):
    """The last event, and when the device was there last."""

    seen: str | None = None


class ConnectEvent(PassEntity, EventEntity):
    """The device is back after an hour or more, or begins to watch."""

    description = CONNECT
    _unrecorded_attributes = frozenset({"address"})
    _seen: datetime | None = None
    _watched: frozenset[str] = frozenset()

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self._seen = self.coordinator.passes.last_seen(self.identity) or await self._seen_before()
        self._watched = frozenset(session.identity for session in self.sessions)

    @property
    @override
    def extra_restore_state_data(self) -> EventExtraStoredData:
        # Over a restart as well, nobody is back who was not away.
        event, seen = super().extra_restore_state_data, self._seen_until_now()
        return _StoredConnection(
            event.last_event_type, event.last_event_attributes, seen.isoformat() if seen else None
        )

    async def _seen_before(self) -> datetime | None:
        stored = await self.async_get_last_extra_data()
        text = stored.as_dict().get("seen") if stored else None
        at = dt_util.parse_datetime(text) if isinstance(text, str) else None
        return at if at and at.tzinfo else None

    @callback
    @override
    def _async_on_change(self) -> None:
        before, known, sessions = self._seen, self._watched, self.sessions
        self._seen = self._seen_until_now()
        self._watched = frozenset(session.identity for session in sessions)
        is_back = self._seen is not None and (before is None or self._seen - before >= _AWAY)
        # Who has watched until now may have been silent for hours, and was there.
        if is_back and not known:
            self._trigger_event("connected")
            self.async_write_ha_state()
        for session in sessions:
            if session.identity not in known:
                self._trigger_event("watching", self._of(session))
                self.async_write_ha_state()
        super()._async_on_change()

    def _seen_until_now(self) -> datetime | None:
        """When it was there last. One that watches is there, though it asks for nothing."""
        now, is_there = dt_util.utcnow(), bool(self._watched or self.sessions)
        asked = now if is_there else self.coordinator.passes.last_seen(self.identity)
        # Not later than now, in case the clock was wrong.
        return max((min(at, now) for at in (self._seen, asked) if at), default=None)

    def _of(self, session: Session) -> dict[str, Any]:
        return {
            "channel": self.channel_name(session),
            "player": session.watcher.player,
            "address": session.watcher.address,
        }


@callback
def async_add_pass_entities(
    hass: HomeAssistant,
    entry: DownlinkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    *kinds: type[PassEntity],
) -> None:
    """Add these entities for each pass, and for those that come later, without a reload.

    Home Assistant itself removes them, and the device, with the config subentry of the pass.
    """
    coordinator = entry.runtime_data
    added: set[tuple[str, type[PassEntity]]] = set()

    @callback
    def add_missing() -> None:
        for one in coordinator.passes.items:
            missing = [kind for kind in kinds if (one.identity, kind) not in added]
            places = {kind: (one.identity, kind) for kind in missing}
            added.update(places.values())
            _keep_name(hass, entry, one)
            async_add_entities(
                [kind(coordinator, one, partial(added.discard, places[kind])) for kind in missing],
                config_subentry_id=one.identity,
            )

    add_missing()
    entry.async_on_unload(coordinator.passes.async_add_listener(add_missing))


def _identifier(one: Pass) -> tuple[str, str]:
    return DOMAIN, f"pass_{one.identity}"


def _station(coordinator: DownlinkCoordinator) -> dr.DeviceEntry:
    """Return the device of the station, which another platform may not have made yet."""
    entry_id = coordinator.config_entry.entry_id
    return dr.async_get(coordinator.hass).async_get_or_create(
        config_entry_id=entry_id, **service_device(entry_id)
    )


@callback
def _keep_name(hass: HomeAssistant, entry: DownlinkConfigEntry, one: Pass) -> None:
    """Call the device as its pass is called now; the user's own name for it stays."""
    registry = dr.async_get(hass)
    device = registry.async_get_device_by_identifier(_identifier(one), entry.entry_id)
    if device and device.name != one.name:
        registry.async_update_device(device.id, name=one.name)
