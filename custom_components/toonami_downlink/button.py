"""Buttons: one refreshes the feed, one of each pass ends what is watched with it."""

from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import DownlinkConfigEntry
from .engine.downlink.models import Cause
from .entity import DownlinkEntity
from .passes.entities import EndButton, async_add_pass_entities

PARALLEL_UPDATES = 0  # the coordinator runs one refresh at a time by itself

REFRESH_BUTTON: Final = ButtonEntityDescription(key="refresh", translation_key="refresh")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DownlinkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons."""
    async_add_entities([RefreshButton(entry.runtime_data, REFRESH_BUTTON)])
    async_add_pass_entities(hass, entry, async_add_entities, EndButton)


class RefreshButton(DownlinkEntity, ButtonEntity):
    """Refresh the feed now."""

    @override
    async def async_press(self) -> None:
        await self.coordinator.async_refresh_or_raise(Cause.BUTTON, self._context)
