"""Binary sensors: whether the feed has a problem."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import DownlinkConfigEntry, DownlinkCoordinator
from .entity import DownlinkEntity

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


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DownlinkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensors of the feed."""
    async_add_entities(
        FeedBinarySensor(entry.runtime_data, description) for description in FEED_BINARY_SENSORS
    )


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
