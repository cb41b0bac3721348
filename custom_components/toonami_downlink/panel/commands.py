"""What every websocket command needs first: a loaded entry, and often a published feed."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, callback
import voluptuous as vol

from ..coordinator import DownlinkCoordinator, async_loaded_coordinator
from ..engine.downlink.publish.publication import Publication
from .errors import ERR_NO_FEED, ERR_NOT_LOADED

MAX_DEVICE_CHARS: Final = 64
DEVICE: Final = vol.All(str, vol.Length(min=1, max=MAX_DEVICE_CHARS))
"""The identity of a pass."""

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
            _not_loaded(connection, msg)

    return run


def in_background(
    answer: Callable[[DownlinkCoordinator, ActiveConnection, Message], Awaitable[Any]],
) -> Callable[[DownlinkCoordinator, ActiveConnection, Message], None]:
    """Let a command wait before it answers with what it returns."""

    @wraps(answer)
    def run(coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message) -> None:
        async def respond(_: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
            connection.send_result(msg["id"], await answer(coordinator, connection, msg))

        websocket_api.async_response(respond)(coordinator.hass, connection, msg)

    return run


def published(
    hass: HomeAssistant, connection: ActiveConnection, msg: Message
) -> tuple[DownlinkCoordinator, Publication] | None:
    """Return the loaded coordinator and what it has published, or answer that there is none."""
    coordinator = async_loaded_coordinator(hass)
    if coordinator is None:
        _not_loaded(connection, msg)
    elif coordinator.data is None:
        connection.send_error(msg["id"], ERR_NO_FEED, "No feed has been published yet")
    else:
        return coordinator, coordinator.data
    return None


def _not_loaded(connection: ActiveConnection, msg: Message) -> None:
    connection.send_error(msg["id"], ERR_NOT_LOADED, "Toonami Downlink is not loaded")
