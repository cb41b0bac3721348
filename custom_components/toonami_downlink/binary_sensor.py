"""Binary sensors: whether the feed has a problem, and whether something is being recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import DownlinkConfigEntry, DownlinkCoordinator
from .entity import DownlinkEntity
from .recording.entities import async_shown_recordings
from .recording.manager import Recordings

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class FeedBinarySensorDescription(BinarySensorEntityDescription):
    """Describe a binary sensor of the feed."""

    value_fn: Callable[[DownlinkCoordinator], bool]
    attributes_fn: Callable[[DownlinkCoordinator], Mapping[str, Any] | None] = lambda _: None


def _last_failure(coordinator: DownlinkCoordinator) -> Mapping[str, Any] | None:
    record = coordinator.last_record
    if not coordinator.failures or record is None:
        return None
    return {"error": record.error, "consecutive_failures": record.failures}


FEED_BINARY_SENSORS: Final = (
    FeedBinarySensorDescription(
        key="refresh_problem",
        translation_key="refresh_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda coordinator: coordinator.failures > 0,
        attributes_fn=_last_failure,
    ),
    FeedBinarySensorDescription(
        key="guide_stale",
        translation_key="guide_stale",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda coordinator: coordinator.is_guide_stale,
    ),
)

RECORDING: Final = BinarySensorEntityDescription(
    key="recording", translation_key="recording", device_class=BinarySensorDeviceClass.RUNNING
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DownlinkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensors of the feed, and of what is recorded."""
    async_add_entities(
        FeedBinarySensor(entry.runtime_data, description) for description in FEED_BINARY_SENSORS
    )
    if recordings := async_shown_recordings(hass, entry, Platform.BINARY_SENSOR, RECORDING):
        async_add_entities([RecordingBinarySensor(entry.runtime_data, recordings)])


class FeedBinarySensor(DownlinkEntity, BinarySensorEntity):
    """Whether something about the feed is not as it should be."""

    entity_description: FeedBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool:
        return self.entity_description.value_fn(self.coordinator)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        return self.entity_description.attributes_fn(self.coordinator)


class RecordingBinarySensor(DownlinkEntity, BinarySensorEntity):
    """Whether something is being recorded."""

    def __init__(self, coordinator: DownlinkCoordinator, recordings: Recordings) -> None:
        """Show what there is now."""
        super().__init__(coordinator, RECORDING)
        self._recordings = recordings

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._recordings.async_add_listener(self.async_write_ha_state))

    @property
    @override
    def is_on(self) -> bool:
        return bool(self._recordings.running)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return {"titles": [one.programme.title for one in self._recordings.running]}
