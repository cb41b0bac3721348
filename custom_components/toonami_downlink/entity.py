"""What all entities share: their devices, and when they are available."""

from typing import override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN, NAME, REPOSITORY
from .coordinator import DownlinkConfigEntry, DownlinkCoordinator
from .engine.downlink.models import Channel, Programme


class DownlinkEntity(CoordinatorEntity[DownlinkCoordinator]):
    """An entity of the service itself.

    The published feed outlives a failed refresh, so a failure makes no entity unavailable.
    """

    _attr_has_entity_name = True

    def __init__(self, coordinator: DownlinkCoordinator, description: EntityDescription) -> None:
        """Belong to the service device."""
        super().__init__(coordinator)
        entry_id = coordinator.config_entry.entry_id
        self.entity_description = description
        self._attr_unique_id = f"{entry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, entry_id)},
            entry_type=DeviceEntryType.SERVICE,
            name=NAME,
            configuration_url=REPOSITORY,
        )

    @property
    @override
    def available(self) -> bool:
        return True


class ChannelEntity(CoordinatorEntity[DownlinkCoordinator]):
    """An entity of one channel."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: DownlinkCoordinator, channel: Channel, description: EntityDescription
    ) -> None:
        """Belong to the channel's device."""
        super().__init__(coordinator)
        self.entity_description = description
        self.key = channel.key
        entry_id = coordinator.config_entry.entry_id
        self._attr_unique_id = f"{entry_id}_{channel.key}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, channel.key)},
            entry_type=DeviceEntryType.SERVICE,
            name=channel.name,
            manufacturer="Toonami Aftermath",
            model="Radio channel" if channel.radio else "Television channel",
        )

    @property
    def programmes(self) -> tuple[Programme, ...]:
        """The channel's guide; empty when the channel has left the feed."""
        data = self.coordinator.data
        return tuple(data.feed.guide.get(self.key, ())) if data else ()

    @property
    @override
    def available(self) -> bool:
        return bool(self.programmes)


@callback
def async_add_channel_entities(
    entry: DownlinkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: type[ChannelEntity],
    descriptions: tuple[EntityDescription, ...],
) -> None:
    """Add entities for the channels of the feed, and for those that come later."""
    coordinator = entry.runtime_data
    known: set[str] = set()

    @callback
    def add_new() -> None:
        channels = coordinator.data.feed.channels if coordinator.data else ()
        new = [channel for channel in channels if channel.key not in known]
        known.update(channel.key for channel in new)
        async_add_entities(
            make(coordinator, channel, description)
            for channel in new
            for description in descriptions
        )

    add_new()
    entry.async_on_unload(coordinator.async_add_listener(add_new))
