"""The websocket commands of the panel and the card.

Errors have the codes of Home Assistant's websocket API, and those of `errors`.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import CONF_HDHOMERUN
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.limits import (
    MAX_PROGRAMMES,
    MAX_TITLE_CHARS,
)
from ..engine.downlink.models import Cause, Progress
from ..engine.downlink.passes import HOME
from ..engine.downlink.publish.history import record_to_json
from ..storage.settings import Settings
from . import payloads, recordings
from .commands import DEVICE, Message, in_background, with_coordinator
from .follows import add_follow, preview_follow, remove_follow, subscribe_follows
from .moving import adopt_address
from .programmes import get_airings, get_guide, get_programme, search_past
from .status import status_payload, streams_payload
from .subscription import Push, Subscription
from .watching import watch

MAX_QUERY_CHARS: Final = 100
MAX_RESULTS: Final = 100
MAX_SESSION_CHARS: Final = 32
PLAYERS_INTERVAL: Final = timedelta(seconds=1)
"""How often the players seen are looked at while somebody watches them."""
STREAMS_INTERVAL: Final = timedelta(seconds=2)
"""How often the streams are told to a status page while somebody watches one."""


@callback
def async_register_commands(hass: HomeAssistant) -> None:
    """Register all commands; they stay when the entry is unloaded."""
    for command in (
        subscribe_overview,
        get_guide,
        get_programme,
        get_airings,
        search_guide,
        search_past,
        subscribe_status,
        get_connect,
        subscribe_connect,
        start_refresh,
        rotate_credentials,
        adopt_address,
        end_session,
        switch_tuner,
        watch,
        subscribe_follows,
        add_follow,
        remove_follow,
        preview_follow,
        recordings.subscribe_recordings,
        recordings.record,
        recordings.cancel,
        recordings.watch_recording,
        recordings.delete,
        recordings.keep,
        recordings.add_rule,
        recordings.remove_rule,
    ):
        websocket_api.async_register_command(hass, command)


@websocket_api.websocket_command({vol.Required("type"): "toonami_downlink/overview/subscribe"})
@with_coordinator
def subscribe_overview(
    coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message
) -> None:
    """Push what is on and how things are, whenever that changes."""

    def attach(coordinator: DownlinkCoordinator, push: Push) -> list[CALLBACK_TYPE]:
        was_refreshing = coordinator.is_refreshing

        @callback
        def send() -> None:
            push(payloads.overview(coordinator))

        @callback
        def on_progress(_progress: Progress | None) -> None:
            nonlocal was_refreshing
            if coordinator.is_refreshing != was_refreshing:
                was_refreshing = coordinator.is_refreshing
                send()

        send()
        return [
            coordinator.async_add_listener(send),
            coordinator.async_add_progress_listener(on_progress),
            coordinator.streams.async_add_listener(send),
        ]

    Subscription(connection, msg["id"], attach).async_start(coordinator)


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/guide/search",
        vol.Required("query"): vol.All(str, vol.Length(min=1, max=MAX_QUERY_CHARS)),
        vol.Optional("title"): vol.All(str, vol.Length(max=MAX_TITLE_CHARS)),
        vol.Optional("titles", default=False): bool,
        vol.Optional("offset", default=0): vol.All(int, vol.Range(min=0, max=MAX_PROGRAMMES)),
        vol.Optional("limit", default=40): vol.All(int, vol.Range(min=1, max=MAX_RESULTS)),
    }
)
@with_coordinator
@in_background
async def search_guide(
    coordinator: DownlinkCoordinator, _connection: ActiveConnection, msg: Message
) -> dict[str, Any]:
    """Return the programmes of the guide that have all words of the query, or their titles."""
    if coordinator.data is None:
        return {"total": 0, "results": []}
    now: datetime = dt_util.utcnow()
    asked = payloads.Search(
        msg["query"], msg["limit"], msg["offset"], msg.get("title"), by_title=msg["titles"]
    )
    return await coordinator.hass.async_add_executor_job(
        payloads.search, coordinator.data.feed, asked, now
    )


@websocket_api.websocket_command({vol.Required("type"): "toonami_downlink/status/subscribe"})
@websocket_api.require_admin
@with_coordinator
def subscribe_status(
    coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message
) -> None:
    """Push the state of everything when it changes, and between that what moves by the second."""

    def attach(coordinator: DownlinkCoordinator, push: Push) -> list[CALLBACK_TYPE]:
        @callback
        def send() -> None:
            push({"loaded": True, "status": status_payload(coordinator)})

        @callback
        def on_progress(progress: Progress | None) -> None:
            value = None
            if progress:
                value = {"stage": progress.stage, "done": progress.done, "total": progress.total}
            push({"loaded": True, "running": coordinator.is_refreshing, "progress": value})

        @callback
        def send_streams(_now: datetime) -> None:
            if coordinator.streams.viewers:
                push({"loaded": True, "streams": streams_payload(coordinator)})

        send()
        return [
            coordinator.async_add_listener(send),
            coordinator.async_add_progress_listener(on_progress),
            coordinator.streams.async_add_listener(send),
            async_track_time_interval(
                coordinator.hass, send_streams, STREAMS_INTERVAL, cancel_on_shutdown=True
            ),
        ]

    Subscription(connection, msg["id"], attach).async_start(coordinator)


@websocket_api.websocket_command(
    {vol.Required("type"): "toonami_downlink/connect", vol.Optional("device", default=HOME): DEVICE}
)
@websocket_api.require_admin
@with_coordinator
def get_connect(
    coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message
) -> None:
    """Return what the players of the house, or those of a device, have to be told."""
    connection.send_result(msg["id"], payloads.connect(coordinator, msg["device"]))


@websocket_api.websocket_command({vol.Required("type"): "toonami_downlink/connect/subscribe"})
@websocket_api.require_admin
@with_coordinator
def subscribe_connect(
    coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message
) -> None:
    """Push which players asked for what, and which secrets are valid, within a second."""

    def attach(coordinator: DownlinkCoordinator, push: Push) -> list[CALLBACK_TYPE]:
        @callback
        def send(_now: datetime | None = None) -> None:
            push({"loaded": True, **payloads.connected(coordinator)})

        send()
        return [
            async_track_time_interval(
                coordinator.hass, send, PLAYERS_INTERVAL, cancel_on_shutdown=True
            )
        ]

    Subscription(connection, msg["id"], attach).async_start(coordinator)


@websocket_api.websocket_command({vol.Required("type"): "toonami_downlink/refresh"})
@websocket_api.require_admin
@with_coordinator
@in_background
async def start_refresh(
    coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message
) -> dict[str, Any]:
    """Refresh now, and return how that went."""
    context = connection.context(msg)
    return record_to_json(await coordinator.async_refresh_feed(Cause.PANEL, context))


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/credentials/rotate",
        vol.Optional("device", default=HOME): DEVICE,
    }
)
@websocket_api.require_admin
@with_coordinator
@in_background
async def rotate_credentials(
    coordinator: DownlinkCoordinator, _connection: ActiveConnection, msg: Message
) -> dict[str, Any]:
    """Replace the secrets of the house or of a device; return what players have to be told now."""
    if coordinator.passes.get(msg["device"]):
        await coordinator.async_rotate_credentials(msg["device"])
    return payloads.connect(coordinator, msg["device"])


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/sessions/end",
        vol.Required("session"): vol.All(str, vol.Length(min=1, max=MAX_SESSION_CHARS)),
    }
)
@websocket_api.require_admin
@with_coordinator
def end_session(
    coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message
) -> None:
    """End a session, and refuse its return for a minute."""
    if coordinator.streams.async_end(msg["session"]):
        connection.send_result(msg["id"])
    else:
        connection.send_error(msg["id"], websocket_api.ERR_NOT_FOUND, "Nobody watches like that")


@websocket_api.websocket_command(
    {vol.Required("type"): "toonami_downlink/tuner", vol.Required("on"): bool}
)
@websocket_api.require_admin
@with_coordinator
def switch_tuner(
    coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message
) -> None:
    """Switch the tuner on or off, and return what players have to be told now.

    Nothing is reloaded for it: that would end what is being watched.
    """
    entry = coordinator.config_entry
    options = {**entry.options, CONF_HDHOMERUN: msg["on"]}
    coordinator.hass.config_entries.async_update_entry(entry, options=options)
    coordinator.settings = Settings.from_entry(entry)
    connection.send_result(msg["id"], payloads.connect(coordinator))
