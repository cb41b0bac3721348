"""The panel in the side bar, the card for dashboards, and the files of both."""

import hashlib
from pathlib import Path
from typing import Final

from homeassistant.components import frontend
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, NAME, PANEL_PATH
from ..engine.downlink.lineup import logo_path
from ..views.health import version
from .status import StatusView

FRONTEND_DIR: Final = Path(__file__).parents[1] / "frontend"
LOGOS_URL: Final = logo_path("").rpartition("/")[0]
PANEL_ELEMENT: Final = "toonami-downlink-panel"
ICON: Final = "mdi:satellite-uplink"

_BASE: Final[HassKey[str]] = HassKey(f"{DOMAIN}_frontend")
"""Where the files of the panel are served."""


async def async_register_static(hass: HomeAssistant) -> None:
    """Serve the files of the panel and the channels' logos, once for as long as we run.

    Browsers keep the files for a month, so their address changes whenever one of them does.
    """
    digest = await hass.async_add_executor_job(_digest)
    hass.data[_BASE] = base = f"/{DOMAIN}_static/{version(hass)}-{digest}"
    hass.http.register_view(StatusView())
    await hass.http.async_register_static_paths(
        [
            StaticPathConfig(base, str(FRONTEND_DIR)),
            StaticPathConfig(LOGOS_URL, str(FRONTEND_DIR / "channels")),
        ]
    )


def _digest() -> str:
    """Return a short digest of everything that the panel consists of."""
    digest = hashlib.sha256()
    for path in sorted(FRONTEND_DIR.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FRONTEND_DIR).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


async def async_register_panel(hass: HomeAssistant) -> None:
    """Add the panel and the card to Home Assistant's front end, when that is there."""
    if not _has_frontend(hass) or frontend.async_panel_exists(hass, PANEL_PATH):
        return
    base = hass.data[_BASE]
    frontend.async_register_built_in_panel(
        hass,
        "custom",
        sidebar_title=NAME,
        sidebar_icon=ICON,
        frontend_url_path=PANEL_PATH,
        config={
            "_panel_custom": {
                "name": PANEL_ELEMENT,
                "module_url": f"{base}/panel.js",
                "embed_iframe": False,
                "trust_external": False,
                "handle_safe_area": True,
            }
        },
    )
    frontend.add_extra_js_url(hass, f"{base}/card.js")


@callback
def async_unregister_panel(hass: HomeAssistant) -> None:
    """Take the panel and the card out of the front end again.

    Not for a reload: whoever has the panel open would be sent away, and dashboards opened
    meanwhile would lack the card. Both say by themselves that nothing runs.
    """
    if _has_frontend(hass) and frontend.async_panel_exists(hass, PANEL_PATH):
        frontend.async_remove_panel(hass, PANEL_PATH)
        frontend.remove_extra_js_url(hass, f"{hass.data[_BASE]}/card.js")


def _has_frontend(hass: HomeAssistant) -> bool:
    return frontend.DOMAIN in hass.config.components
