"""The integration's lines on the system information page."""

from typing import Any, Final

from aiohttp import ClientError, ClientTimeout, hdrs
from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .const import DOMAIN, PANEL_PATH
from .coordinator import async_loaded_coordinator
from .engine.downlink.provider.tls import shared_verifier
from .storage.settings import Settings
from .streaming.manager import USER_AGENT

_TIMEOUT: Final = ClientTimeout(total=5)


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register the information."""
    register.async_register_info(_async_info, f"/{PANEL_PATH}")


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the information; what takes time is awaited by the page itself."""
    coordinator = async_loaded_coordinator(hass)
    entry = next(iter(hass.config_entries.async_entries(DOMAIN)), None)
    settings = Settings.from_entry(entry) if entry else Settings.from_mappings({}, {})
    info: dict[str, Any] = {
        "upstream": _async_check_upstream(hass, settings),
        "state": entry.state.value if entry else "not_set_up",
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


async def _async_check_upstream(hass: HomeAssistant, settings: Settings) -> str | dict[str, str]:
    """Say whether upstream answers, whatever it answers.

    Home Assistant's own check would take the certificate for a bad one: the server leaves out a
    part of its chain, which the provider knows.
    """
    verifier = shared_verifier(verify=settings.verify_tls)
    try:
        async with async_get_clientsession(hass).get(
            settings.api_url,
            headers={hdrs.USER_AGENT: USER_AGENT},
            ssl=await verifier.context(),
            timeout=_TIMEOUT,
            allow_redirects=False,
        ):
            return "ok"
    except TimeoutError:
        return {"type": "failed", "error": "timeout"}
    except ClientError, OSError, ValueError:
        return {"type": "failed", "error": "unreachable"}
