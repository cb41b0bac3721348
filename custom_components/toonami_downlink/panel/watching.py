"""The websocket command for watching in the panel."""

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import PANEL_WATCH_TTL
from ..coordinator import DownlinkCoordinator
from ..views.paths import watch_path
from .commands import Message, published, with_coordinator


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/watch",
        vol.Required("channel"): vol.All(int, vol.Range(min=1, max=2**31 - 1)),
    }
)
@with_coordinator
def watch(coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message) -> None:
    """Return the path of a channel's HLS, and for how many seconds it can be opened.

    `pause`: the seconds that it can be wound back by, once it has been watched for so long.
    Administrators may, and other users unless an option forbids it.
    """
    if connection.user.is_admin or coordinator.settings.users_may_watch:
        _give(coordinator, connection, msg)
    else:
        code = websocket_api.ERR_UNAUTHORIZED
        connection.send_error(msg["id"], code, "Only administrators may watch")


def _give(coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message) -> None:
    there = published(coordinator.hass, connection, msg)
    if there is None:
        return
    channel = there[1].feed.channel(msg["channel"])
    if channel is None:
        code = websocket_api.ERR_NOT_FOUND
        connection.send_error(msg["id"], code, "There is no such channel")
        return
    token = coordinator.credentials.watch_token(dt_util.utcnow() + PANEL_WATCH_TTL)
    # Not the time at which it ends: the clock of the browser may be another.
    lasts = int(PANEL_WATCH_TTL.total_seconds())
    url = watch_path(token, channel.number)
    answer = {"url": url, "expires_in": lasts, "pause": coordinator.streams.reach}
    connection.send_result(msg["id"], answer)
