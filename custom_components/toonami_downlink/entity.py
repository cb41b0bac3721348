"""What all entities share: their devices, and when they are available."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from .const import DOMAIN, NAME, PANEL_PATH
from .coordinator import DownlinkConfigEntry, DownlinkCoordinator
from .engine.downlink.models import Channel, Programme
from .places import watch_place


def at_fixed_offset(at: datetime) -> datetime:
    """Show a moment on the clock of the house, in a zone that knows no changes of the clock.

    Two such times compare as moments, even in the hour that comes twice.
    """
    local = dt_util.as_local(at)
    return local.astimezone(timezone(local.utcoffset() or timedelta()))


def service_device(entry_id: str) -> DeviceInfo:
    """Describe the device of the station itself."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry_id)},
        entry_type=DeviceEntryType.SERVICE,
        name=NAME,
        configuration_url=f"homeassistant://{PANEL_PATH}",
    )


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
        self._attr_device_info = service_device(entry_id)

    @property
    @override
    def available(self) -> bool:
        return True


class ChannelEntity(CoordinatorEntity[DownlinkCoordinator]):
    """An entity of one channel."""

    _attr_has_entity_name = True

    def __init__(
        self,
        coordinator: DownlinkCoordinator,
        channel: Channel,
        description: EntityDescription,
        on_deleted: CALLBACK_TYPE,
    ) -> None:
        """Belong to the channel's device; tell when the user has deleted that."""
        super().__init__(coordinator)
        self.entity_description = description
        self._on_deleted = on_deleted
        self.key = channel.key
        entry_id = coordinator.config_entry.entry_id
        self._attr_unique_id = f"{entry_id}_{channel.key}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, channel.key)},
            entry_type=DeviceEntryType.SERVICE,
            name=channel.name,
            manufacturer="Toonami Aftermath",
            model="Radio channel" if channel.radio else "Television channel",
            configuration_url=f"homeassistant:/{watch_place(channel.number)}",
        )

    @override
    async def async_removed_from_registry(self) -> None:
        await super().async_removed_from_registry()
        self._on_deleted()

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
    """Add entities for the channels of the feed, and for those that come later or come back."""
    coordinator = entry.runtime_data
    added: set[tuple[str, str]] = set()

    def missing() -> Iterator[ChannelEntity]:
        if not coordinator.data:
            return
        channels = coordinator.data.feed.channels
        # The device of a channel that is gone goes, but no disabled entity says that it went, too.
        keys = {channel.key for channel in channels}
        added.difference_update([place for place in added if place[0] not in keys])
        for channel in channels:
            for description in descriptions:
                place = channel.key, description.key
                if place not in added:
                    added.add(place)
                    yield make(coordinator, channel, description, partial(added.discard, place))

    @callback
    def add_missing() -> None:
        async_add_entities(missing())

    add_missing()
    entry.async_on_unload(coordinator.async_add_listener(add_missing))
