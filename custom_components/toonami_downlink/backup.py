"""Leave the aired log alone while Home Assistant makes a backup.

A copy of the file from the middle of a transaction could not be opened again.
"""

from homeassistant.core import HomeAssistant

from .coordinator import async_loaded_coordinator


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Stop writing."""
    if coordinator := async_loaded_coordinator(hass):
        await coordinator.aired.async_hold()


async def async_post_backup(hass: HomeAssistant) -> None:
    """Write again, and first of all what has ended meanwhile."""
    if coordinator := async_loaded_coordinator(hass):
        await coordinator.aired.async_let_go()
        await coordinator.async_freeze()
