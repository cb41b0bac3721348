"""Register the intents for Assist; Home Assistant's intent integration loads this by name."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent

from .assist.handlers import HANDLERS


async def async_setup_intents(hass: HomeAssistant) -> None:
    """Register the intents; called once."""
    for handler in HANDLERS:
        intent.async_register(hass, handler())
