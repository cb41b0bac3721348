"""The integration's lines on the system information page."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .const import DEFAULT_API_URL
from .coordinator import async_loaded_coordinator


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register the information."""
    register.async_register_info(_async_info, "/toonami-downlink")


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the information; what takes time is awaited by the page itself."""
    coordinator = async_loaded_coordinator(hass)
    api_url = coordinator.settings.api_url if coordinator else DEFAULT_API_URL
    info: dict[str, Any] = {
        "upstream": system_health.async_check_can_reach_url(hass, api_url),
    }
    if coordinator is None:
        return info
    report = coordinator.data.report if coordinator.data else None
    return info | {
        "provider": coordinator.settings.provider,
        "provider_version": coordinator.provider_version,
        "last_refresh": coordinator.last_success,
        "next_refresh": coordinator.next_refresh,
        "failures": coordinator.failures,
        "channels": report.channels if report else 0,
        "programmes": report.programmes if report else 0,
        "guide_until": report.guide_until if report else None,
    }
