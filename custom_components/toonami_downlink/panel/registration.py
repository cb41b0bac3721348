"""The panel in the side bar, the card for dashboards, and the files of both."""

from collections.abc import Mapping
import hashlib
from http import HTTPStatus
import mimetypes
from pathlib import Path
from typing import Final

from aiohttp import web
from homeassistant.components import frontend
from homeassistant.components.http import HomeAssistantView, StaticPathConfig
from homeassistant.components.http.static import CACHE_HEADERS
from homeassistant.core import HomeAssistant, callback

from ..const import DOMAIN, NAME, PANEL_PATH
from ..engine.downlink.lineup import logo_path
from ..views.health import version
from .payloads import ASSETS
from .status import StatusView

FRONTEND_DIR: Final = Path(__file__).parents[1] / "frontend"
LOGOS_URL: Final = logo_path("").rpartition("/")[0]
PANEL_ELEMENT: Final = "toonami-downlink-panel"
ICON: Final = "mdi:satellite-uplink"

type Files = Mapping[str, tuple[bytes, str]]
"""The content and the media type of each file, by its path below the folder."""


class FrontendView(HomeAssistantView):
    """The files of the panel and the card, as they were when Home Assistant started.

    An update replaces them on disk before the restart: then a browser would get some files of one
    version and some of the other, and keep them for a month under an address of the old one.
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
        body, content_type = self._files[path]
        return web.Response(body=body, content_type=content_type, headers=CACHE_HEADERS)

    head = get


async def async_register_static(hass: HomeAssistant) -> None:
    """Serve the files of the panel and the channels' logos, once for as long as we run.

    The address of the files holds a digest of them all: it names one version for ever.
    """
    files = await hass.async_add_executor_job(read_files)
    hass.data[ASSETS] = base = f"/{DOMAIN}_static/{version(hass)}-{digest(files)}"
    hass.http.register_view(StatusView())
    hass.http.register_view(FrontendView(base, files))
    await hass.http.async_register_static_paths(
        [StaticPathConfig(LOGOS_URL, str(FRONTEND_DIR / "channels"))]
    )


def read_files() -> Files:
    """Read everything that the panel consists of. Blocks."""
    return {
        path.relative_to(FRONTEND_DIR).as_posix(): (path.read_bytes(), _type_of(path))
        for path in sorted(FRONTEND_DIR.rglob("*"))
        if path.is_file()
    }


def _type_of(path: Path) -> str:
    # Some systems know another type for modules, which browsers do not take.
    if path.suffix == ".js":
        return "text/javascript"
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def digest(files: Files) -> str:
    """Return a short digest of the files and their names."""
    found = hashlib.sha256()
    for path, (content, _) in files.items():
        found.update(path.encode())
        found.update(content)
    return found.hexdigest()[:8]


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
