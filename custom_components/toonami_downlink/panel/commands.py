"""What every websocket command needs first: a loaded entry, and often a published feed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, callback

from ..coordinator import DownlinkCoordinator, async_loaded_coordinator
from ..engine.downlink.models import Feed
from .errors import ERR_NO_FEED, ERR_NOT_LOADED

type Message = dict[str, Any]
type Command = Callable[[HomeAssistant, ActiveConnection, Message], None]


def with_coordinator(
    handler: Callable[[DownlinkCoordinator, ActiveConnection, Message], None],
) -> Command:
    """Give the command the loaded coordinator, or answer that there is none."""

    @callback
    @wraps(handler)
    def run(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
        if coordinator := async_loaded_coordinator(hass):
            handler(coordinator, connection, msg)
        else:
            connection.send_error(msg["id"], ERR_NOT_LOADED, "Toonami Downlink is not loaded")

    return run


def with_feed(
    handler: Callable[[DownlinkCoordinator, Feed, ActiveConnection, Message], None],
) -> Callable[[DownlinkCoordinator, ActiveConnection, Message], None]:
    """Give the command the published feed, or answer that there is none."""

    @wraps(handler)
    def run(coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message) -> None:
        if coordinator.data:
            handler(coordinator, coordinator.data.feed, connection, msg)
        else:
            connection.send_error(msg["id"], ERR_NO_FEED, "No feed has been published yet")

    return run
