"""The websocket command for watching in the panel."""

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
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
    Administrators may, and other users unless an option forbids it. Those that a pass names get
    what it lets them watch.
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
    passes, publication = coordinator.passes, there[1]
    identity = passes.of_user(connection.user)
    channel = passes.number_for(publication, identity, msg["channel"])
    token = passes.watch_token(identity, PANEL_WATCH_TTL)
    if channel is None or token is None:
        code = websocket_api.ERR_NOT_FOUND
        connection.send_error(msg["id"], code, "There is no such channel")
        return
    # Not the time at which it ends: the clock of the browser may be another.
    lasts = int(PANEL_WATCH_TTL.total_seconds())
    url = watch_path(token, channel)
    answer = {"url": url, "expires_in": lasts, "pause": coordinator.streams.reach}
    connection.send_result(msg["id"], answer)
