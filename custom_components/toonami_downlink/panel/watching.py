"""The websocket command for watching in the panel."""

from typing import Any

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import PANEL_WATCH_TTL
from ..coordinator import async_loaded_coordinator
from ..views.paths import watch_path
from .errors import ERR_NO_FEED, ERR_NOT_LOADED


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/watch",
        vol.Required("channel"): vol.All(int, vol.Range(min=1, max=2**31 - 1)),
    }
)
@callback
def watch(hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]) -> None:
    """Return the path of a channel's HLS, and for how many seconds it can be opened.

    Administrators may, and other users unless an option forbids it.
    """
    number = msg["channel"]

    def refuse(code: str, message: str) -> None:
        connection.send_error(msg["id"], code, message)

    coordinator = async_loaded_coordinator(hass)
    if coordinator is None:
        refuse(ERR_NOT_LOADED, "Toonami Downlink is not loaded")
    elif not (connection.user.is_admin or coordinator.settings.users_may_watch):
        refuse(websocket_api.ERR_UNAUTHORIZED, "Only administrators may watch")
    elif coordinator.data is None:
        refuse(ERR_NO_FEED, "No feed has been published yet")
    elif coordinator.data.feed.channel(number) is None:
        refuse(websocket_api.ERR_NOT_FOUND, "There is no such channel")
    else:
        token = coordinator.credentials.watch_token(dt_util.utcnow() + PANEL_WATCH_TTL)
        # Not the time at which it ends: the clock of the browser may be another.
        lasts = int(PANEL_WATCH_TTL.total_seconds())
        connection.send_result(msg["id"], {"url": watch_path(token, number), "expires_in": lasts})
