"""What an administrator does after a reinstall, so that the players go on without being touched."""

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import voluptuous as vol

from ..coordinator import DownlinkCoordinator
from ..engine.downlink.old_address import OldAddressError, read_old_address
from ..engine.downlink.passes import HOME
from . import payloads
from .commands import DEVICE, Message, with_coordinator
from .errors import ERR_ADDRESS_REFUSED, ERR_NOT_SAVED


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/credentials/adopt",
        # How long it may be is told by its reader: Home Assistant would log what it refuses.
        vol.Required("address"): str,
        vol.Optional("device", default=HOME): DEVICE,
    }
)
@websocket_api.require_admin
@with_coordinator
def adopt_address(
    coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message
) -> None:
    """Let the house or a device have the secret of an old address; return what players are told.

    Refused with `ERR_ADDRESS_REFUSED`, and a `Refusal` as the ``translation_key``.
    """

    async def adopt(_: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
        try:
            await coordinator.passes.async_adopt(msg["device"], read_old_address(msg["address"]))
        except OldAddressError as err:
            connection.send_error(
                msg["id"], ERR_ADDRESS_REFUSED, str(err), translation_key=err.refusal.value
            )
        except HomeAssistantError as err:
            connection.send_error(msg["id"], ERR_NOT_SAVED, str(err))
        else:
            coordinator.async_update_listeners()
            connection.send_result(msg["id"], payloads.connect(coordinator, msg["device"]))

    websocket_api.async_response(adopt)(coordinator.hass, connection, msg)
