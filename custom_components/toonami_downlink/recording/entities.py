"""The entities about recordings, which are there only while the option is on."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import EntityDescription

from ..const import DOMAIN
from ..coordinator import DownlinkConfigEntry
from .manager import Recordings, async_recordings


@callback
def async_shown_recordings(
    hass: HomeAssistant,
    entry: DownlinkConfigEntry,
    platform: Platform,
    *descriptions: EntityDescription,
) -> Recordings | None:
    """Return the recordings if there are to be entities about them; else remove those there are."""
    recordings = async_recordings(hass)
    if recordings and recordings.is_on:
        return recordings
    registry = er.async_get(hass)
    for description in descriptions:
        unique_id = f"{entry.entry_id}_{description.key}"
        if entity_id := registry.async_get_entity_id(platform, DOMAIN, unique_id):
            registry.async_remove(entity_id)
    return None
