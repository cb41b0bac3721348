"""The panel in the side bar, the card for dashboards, and the files of both."""

import asyncio
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web
from homeassistant.components import frontend
from homeassistant.components.http import HomeAssistantView, StaticPathConfig
from homeassistant.components.http.static import CACHE_HEADERS
from homeassistant.core import HomeAssistant, callback

from ..const import DOMAIN, NAME, PANEL_PATH
from ..engine.downlink.lineup import logo_path
from ..views.health import version
from .files import Files, digest, read_files
from .house import ExportView, ImportView
from .payloads import ASSETS
from .status import StatusView

FRONTEND_DIR: Final = Path(__file__).parents[1] / "frontend"
LOGOS_URL: Final = logo_path("").rpartition("/")[0]
PANEL_ELEMENT: Final = "toonami-downlink-panel"
ICON: Final = "mdi:satellite-uplink"


class FrontendView(HomeAssistantView):
    """The files of the panel and the card, as they were when Home Assistant started.

    An update replaces them on disk before the restart: then a browser would get some files of one
    version and some of the other, and keep them for a month under an address of the old one. Since
    they are in memory, so are their compressed forms: no such files have to be made beforehand.
    """

    name = "toonami_downlink:frontend"
    requires_auth = False

    def __init__(self, base: str, files: Files) -> None:
        """Serve files below a path."""
        self.url = f"{base}/{{path:.+}}"
        self._files = files

    async def get(self, request: web.Request, path: str) -> web.Response:
        """Answer GET and HEAD; browsers may keep what they get."""
        if path not in self._files:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        file = self._files[path]
        headers = {**CACHE_HEADERS, hdrs.VARY: hdrs.ACCEPT_ENCODING}
        body = file.content
        if file.gzipped and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            body = file.gzipped
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(body=body, content_type=file.content_type, headers=headers)

    head = get


async def async_register_static(hass: HomeAssistant) -> None:
    """Serve the files of the panel and the channels' logos, once for as long as we run.

    The address of the files holds a digest of them all: it names one version for ever.
    """
    files = await hass.async_add_executor_job(read_files, FRONTEND_DIR)
    hass.data[ASSETS] = base = f"/{DOMAIN}_static/{version(hass)}-{digest(files)}"
    moving = asyncio.Lock()
    for view in (StatusView(), ExportView(moving), ImportView(moving)):
        hass.http.register_view(view)
    hass.http.register_view(FrontendView(base, files))
    await hass.http.async_register_static_paths(
        [StaticPathConfig(LOGOS_URL, str(FRONTEND_DIR / "channels"))]
    )


async def async_register_panel(hass: HomeAssistant) -> None:
    """Add the panel and the card to Home Assistant's front end, when that is there."""
    if not _has_frontend(hass) or frontend.async_panel_exists(hass, PANEL_PATH):
        return
    base = hass.data[ASSETS]
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
        frontend.remove_extra_js_url(hass, f"{hass.data[ASSETS]}/card.js")


def _has_frontend(hass: HomeAssistant) -> bool:
    return frontend.DOMAIN in hass.config.components
