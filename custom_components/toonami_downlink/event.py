"""Event entities: refreshes, what is followed as it begins, what is recorded, who watches."""

from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN, EVENT_REFRESH
from .coordinator import DownlinkConfigEntry, DownlinkCoordinator
from .engine.downlink.announced import AnnouncementStage
from .engine.downlink.models import RefreshRecord
from .engine.downlink.recording.model import Recording
from .entity import DownlinkEntity
from .following.announcements import async_announcements
from .passes.entities import ConnectEvent, async_add_pass_entities
from .recording.catalogue import EVENTS
from .recording.describing import describe
from .recording.entities import async_shown_recordings
from .recording.manager import Recordings

PARALLEL_UPDATES = 0


REFRESH_EVENT: Final = EventEntityDescription(
    key="refresh",
    translation_key="refresh",
    event_types=["succeeded", "failed", "recovered", "missed"],
)
FOLLOWED_EVENT: Final = EventEntityDescription(
    key="followed",
    translation_key="followed",
    event_types=[stage.value for stage in AnnouncementStage],
)
RECORDING_EVENT: Final = EventEntityDescription(
    key="recording", translation_key="recording", event_types=list(EVENTS.values())
)


def _attributes(
    coordinator: DownlinkCoordinator,
    kind: str,
    record: RefreshRecord | None,
    scheduled: datetime | None,
) -> dict[str, Any]:
    """Describe an event; what does not apply is left out."""
    attributes: dict[str, Any] = {"scheduled": scheduled.isoformat() if scheduled else None}
    if record:
        attributes |= {
            "cause": record.cause.value,
            "duration": round(record.duration, 1),
            "error": record.error,
            "consecutive_failures": record.failures,
        }
        if kind == "recovered":
            # How many there were before: those who were told of them are told of the end.
            attributes["consecutive_failures"] = coordinator.history[-2].failures
        if record.report:
            attributes |= {
                "channels": record.report.channels,
                "programmes": record.report.programmes,
            }
    return {name: value for name, value in attributes.items() if value is not None}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DownlinkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event entities; a refresh is on the bus even when its entity is disabled."""
    coordinator = entry.runtime_data
    entity = RefreshEvent(coordinator, REFRESH_EVENT)
    async_add_entities([entity, FollowedEvent(coordinator, FOLLOWED_EVENT)])
    if recordings := async_shown_recordings(hass, entry, Platform.EVENT, RECORDING_EVENT):
        async_add_entities([RecordingEvent(coordinator, recordings)])
    async_add_pass_entities(hass, entry, async_add_entities, ConnectEvent)

    @callback
    def fire(
        kind: str, record: RefreshRecord | None, scheduled: datetime | None, context: Context
    ) -> None:
        entity_id = er.async_get(hass).async_get_entity_id("event", DOMAIN, f"{entity.unique_id}")
        data = {
            "type": kind,
            "entity_id": entity_id,
            **_attributes(coordinator, kind, record, scheduled),
        }
        hass.bus.async_fire(EVENT_REFRESH, data, context=context)

    entry.async_on_unload(coordinator.async_add_event_listener(fire))


class RefreshEvent(DownlinkEntity, EventEntity):
    """What became of the last refresh."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_add_event_listener(self._async_handle))

    @callback
    def _async_handle(
        self, kind: str, record: RefreshRecord | None, scheduled: datetime | None, context: Context
    ) -> None:
        # So that the line in the activity names who asked for it, and nobody else.
        self.async_set_context(context)
        self._trigger_event(kind, _attributes(self.coordinator, kind, record, scheduled))
        self.async_write_ha_state()


class FollowedEvent(DownlinkEntity, EventEntity):
    """What is followed, a while before it begins and when it does."""

    _unrecorded_attributes = frozenset({"others"})

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        if announcements := async_announcements(self.hass):
            self.async_on_remove(announcements.async_add_listener(self._async_handle))

    @callback
    def _async_handle(self, kind: str, attributes: dict[str, Any]) -> None:
        self._trigger_event(kind, attributes)
        self.async_write_ha_state()


class RecordingEvent(DownlinkEntity, EventEntity):
    """What becomes of recordings."""

    def __init__(self, coordinator: DownlinkCoordinator, recordings: Recordings) -> None:
        """Say what happens from now on."""
        super().__init__(coordinator, RECORDING_EVENT)
        self._recordings = recordings

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._recordings.async_add_event_listener(self._async_handle))

    @callback
    def _async_handle(self, kind: str, recording: Recording) -> None:
        self._trigger_event(kind, describe(self.coordinator, recording))
        self.async_write_ha_state()
