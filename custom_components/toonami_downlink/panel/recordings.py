"""The websocket commands about recordings.

Recordings belong to the house: every user may see which there are. Who may watch may record,
cancel and play; only administrators delete, keep and make rules. `channel` of a rule is the key of
a channel or null; of a recording and of an airing it is the channel's number, as everywhere else.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers.event import async_track_time_interval
import voluptuous as vol

from ..const import PANEL_WATCH_TTL
from ..coordinator import DownlinkCoordinator, async_loaded_coordinator
from ..engine.downlink.limits import MAX_KEEP_LAST, MAX_TITLE_CHARS, MAX_VALUE_CHARS
from ..engine.downlink.recording.model import RuleKind
from ..recording.manager import Recordings, async_recordings
from ..views.paths import watch_recording_path
from .commands import Message, with_coordinator
from .errors import ERR_NOT_LOADED, ERR_RECORDING_REFUSED
from .payloads import moment
from .recorded import Teller, numbers_of
from .subscription import Push, Subscription

GROWTH_INTERVAL: Final = timedelta(seconds=5)
"""How often a page that shows sizes is told how large what is being recorded has become."""
_HLS: Final = "application/vnd.apple.mpegurl"
_TYPES: Final = {"mp4": "video/mp4", "m4a": "audio/mp4", "ts": "video/mp2t"}
"""What is finished, by its ending; all else is played as HLS."""
_WEEK: Final = 7

_ID: Final = vol.All(str, vol.Match(r"[0-9a-f]{16}\Z"))
_NUMBER: Final = vol.All(int, vol.Range(min=1, max=2**31 - 1))
_TIMESTAMP: Final = vol.All(int, vol.Range(min=0, max=2**33))
_DAYS: Final = vol.All(
    [vol.All(int, vol.Range(min=0, max=_WEEK - 1))], vol.Length(min=1, max=_WEEK)
)

type _Answer = Callable[[_Asked], Awaitable[dict[str, Any] | None]]


class _Asked:
    """A command, and what it is about."""

    def __init__(
        self,
        coordinator: DownlinkCoordinator,
        recordings: Recordings,
        connection: ActiveConnection,
        msg: Message,
    ) -> None:
        self.user = connection.user
        self.coordinator = coordinator
        self.recordings = recordings
        self.msg = msg


def _answer(*, admins: bool) -> Callable[[_Answer], Callable[..., None]]:
    """Answer administrators, or whoever may watch; None is for what is not there.

    What cannot be done is told with a text of Home Assistant's side: `translation_key`.
    """

    def decorate(answer: _Answer) -> Callable[..., None]:
        @wraps(answer)
        async def run(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
            coordinator, recordings = async_loaded_coordinator(hass), async_recordings(hass)
            if coordinator is None or recordings is None:
                connection.send_error(msg["id"], ERR_NOT_LOADED, "Toonami Downlink is not loaded")
                return
            may_watch = not admins and coordinator.settings.users_may_watch
            if not connection.user.is_admin and not may_watch:
                raise Unauthorized
            try:
                result = await answer(_Asked(coordinator, recordings, connection, msg))
            except HomeAssistantError as err:
                _refuse(connection, msg, err)
                return
            if result is None:
                code = websocket_api.ERR_NOT_FOUND
                connection.send_error(msg["id"], code, "There is no such thing")
            else:
                connection.send_result(msg["id"], result)

        return websocket_api.async_response(run)

    return decorate


def _refuse(connection: ActiveConnection, msg: Message, err: HomeAssistantError) -> None:
    connection.send_error(
        msg["id"],
        ERR_RECORDING_REFUSED,
        str(err),
        err.translation_key,
        err.translation_domain,
        err.translation_placeholders,
    )


# What is there


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/recordings/subscribe",
        vol.Optional("all", default=False): bool,
    }
)
@with_coordinator
def subscribe_recordings(
    coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message
) -> None:
    """Push everything about recordings, and then what has changed.

    `recordings` are those that are new or have changed, `gone` the ids of those that went; with
    `whole` there are no others. `more` older ones are never told. Without `all`, recordings have
    only what marks them in the guide.
    """

    def attach(coordinator: DownlinkCoordinator, push: Push) -> list[CALLBACK_TYPE]:
        hass = coordinator.hass
        recordings = async_recordings(hass)
        if recordings is None:
            return []
        teller = Teller(coordinator, recordings, in_full=msg["all"])

        @callback
        def send() -> None:
            push(teller.tell())

        @callback
        def send_growth(_now: datetime) -> None:
            if recordings.running:
                send()

        send()
        detach = [recordings.async_add_listener(send), coordinator.async_add_listener(send)]
        if msg["all"]:
            timer = async_track_time_interval(
                hass, send_growth, GROWTH_INTERVAL, cancel_on_shutdown=True
            )
            detach.append(timer)
        return detach

    Subscription(connection, msg["id"], attach).async_start(coordinator)


# What may be done by whoever may watch


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/recordings/record",
        vol.Required("channel"): _NUMBER,
        vol.Optional("start"): _TIMESTAMP,
    }
)
@_answer(admins=False)
async def record(asked: _Asked) -> dict[str, Any] | None:
    """Record the programme of a channel that starts then, or what is on; return its ``id``."""
    keys = {number: key for key, number in numbers_of(asked.coordinator).items()}
    key = keys.get(asked.msg["channel"])
    if key is None:
        return None
    start = asked.msg.get("start")
    recording = await asked.recordings.async_record(key, None if start is None else moment(start))
    return {"id": recording.identity}


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/recordings/cancel",
        vol.Required("recording"): _ID,
    }
)
@_answer(admins=False)
async def cancel(asked: _Asked) -> dict[str, Any] | None:
    """Do not record something, or stop recording it."""
    if asked.recordings.get(asked.msg["recording"]) is None:
        return None
    await asked.recordings.async_cancel(asked.msg["recording"])
    return {}


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/recordings/watch",
        vol.Required("recording"): _ID,
    }
)
@_answer(admins=False)
async def watch_recording(asked: _Asked) -> dict[str, Any] | None:
    """Return the path of a recording, its ``type``, and for how many seconds it can be opened."""
    recording = asked.recordings.get(asked.msg["recording"])
    if recording is None or not recording.has_picture or not asked.recordings.is_on:
        return None
    ending = recording.file.rpartition(".")[2] if recording.file else ""
    kind = _TYPES.get(ending, _HLS)
    name = f"{recording.number}.{'m3u8' if kind == _HLS else ending}"
    passes = asked.coordinator.passes
    identity = passes.of_user(asked.user)
    token, one = passes.watch_token(identity, PANEL_WATCH_TTL), passes.get(identity)
    if one is None or token is None or not one.sees_recordings:
        return None
    if not one.may_see_of(recording.channel, recording.programme):
        return None
    return {
        "url": watch_recording_path(token, name),
        "type": kind,
        "expires_in": int(PANEL_WATCH_TTL.total_seconds()),
    }


# What only administrators may do


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/recordings/delete",
        vol.Required("recording"): _ID,
    }
)
@_answer(admins=True)
async def delete(asked: _Asked) -> dict[str, Any] | None:
    """Delete a recording with its file."""
    if asked.recordings.get(asked.msg["recording"]) is None:
        return None
    await asked.recordings.async_delete(asked.msg["recording"])
    return {}


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/recordings/keep",
        vol.Required("recording"): _ID,
        vol.Required("keep"): bool,
    }
)
@_answer(admins=True)
async def keep(asked: _Asked) -> dict[str, Any] | None:
    """Keep a recording until somebody deletes it, or no longer."""
    if asked.recordings.get(asked.msg["recording"]) is None:
        return None
    await asked.recordings.async_keep(asked.msg["recording"], asked.msg["keep"])
    return {}


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/recordings/rules/add",
        vol.Required("kind"): vol.All(
            vol.In([kind.value for kind in RuleKind]), vol.Coerce(RuleKind)
        ),
        vol.Optional("text", default=""): vol.All(str, vol.Length(max=MAX_TITLE_CHARS)),
        vol.Optional("channel"): vol.Any(
            None, vol.All(str, vol.Length(min=1, max=MAX_VALUE_CHARS))
        ),
        vol.Optional("only_missing", default=True): bool,
        vol.Optional("keep_last"): vol.Any(None, vol.All(int, vol.Range(min=1, max=MAX_KEEP_LAST))),
        vol.Optional("days", default=list(range(_WEEK))): _DAYS,
    }
)
@_answer(admins=True)
async def add_rule(asked: _Asked) -> dict[str, Any]:
    """Record by a rule from now on; return its ``id``."""
    msg = asked.msg
    rule = await asked.recordings.async_add_rule(
        msg["kind"],
        msg["text"],
        msg.get("channel"),
        only_missing=msg["only_missing"],
        keep_last=msg.get("keep_last"),
        days=frozenset(msg["days"]),
    )
    return {"id": rule.identity}


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/recordings/rules/remove",
        vol.Required("rule"): _ID,
    }
)
@_answer(admins=True)
async def remove_rule(asked: _Asked) -> dict[str, Any] | None:
    """Record by a rule no more; what is there of it stays."""
    return {} if await asked.recordings.async_remove_rule(asked.msg["rule"]) else None
