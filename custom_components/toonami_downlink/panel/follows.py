"""The websocket commands about what is followed.

It belongs to the house, not to one person: every user may see it and change it. `channel` of a
follow is the key of a channel or null; in airings it is the channel's number, as everywhere else.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..coordinator import DownlinkCoordinator
from ..engine.downlink.airings import Airing
from ..engine.downlink.follows import Follow, FollowKind, Showing
from ..engine.downlink.limits import MAX_TITLE_CHARS, MAX_VALUE_CHARS
from ..following.follows import Follows, async_follows
from .commands import Message, with_coordinator
from .errors import ERR_FOLLOW_REFUSED, ERR_NOT_LOADED
from .payloads import details
from .subscription import Push, Subscription

MAX_SHOWINGS: Final = 500
"""Showings in one answer: the soonest ones."""
MAX_OTHERS: Final = 20
"""Alternatives of one showing."""
_ID_CHARS: Final = 16
_DETAILS: Final = (
    *("title", "episode_title", "season", "episode", "block", "image", "start", "stop"),
)
_WHAT: Final = {
    vol.Required("kind"): vol.All(vol.In([kind.value for kind in FollowKind]), FollowKind),
    vol.Required("text"): vol.All(str, vol.Length(min=1, max=MAX_TITLE_CHARS)),
    vol.Optional("channel"): vol.Any(None, vol.All(str, vol.Length(min=1, max=MAX_VALUE_CHARS))),
}

type _Answer = Callable[[Follows, Message], Awaitable[dict[str, Any] | None]]


def _answer(
    answer: _Answer,
) -> Callable[[HomeAssistant, ActiveConnection, Message], None]:
    """Answer with what is returned; None is for a follow that is not there.

    What cannot be done is told with a text of Home Assistant's side: `translation_key`.
    """

    @wraps(answer)
    async def run(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
        follows = async_follows(hass)
        if follows is None:
            connection.send_error(msg["id"], ERR_NOT_LOADED, "Toonami Downlink is not loaded")
            return
        try:
            result = await answer(follows, msg)
        except HomeAssistantError as err:
            connection.send_error(
                msg["id"],
                ERR_FOLLOW_REFUSED,
                str(err),
                err.translation_key,
                err.translation_domain,
                err.translation_placeholders,
            )
            return
        if result is None:
            connection.send_error(msg["id"], websocket_api.ERR_NOT_FOUND, "It is not followed")
        else:
            connection.send_result(msg["id"], result)

    return websocket_api.async_response(run)


@websocket_api.websocket_command({vol.Required("type"): "toonami_downlink/follows/subscribe"})
@with_coordinator
def subscribe_follows(
    coordinator: DownlinkCoordinator, connection: ActiveConnection, msg: Message
) -> None:
    """Push what is followed, and when it is on, whenever that changes."""

    def attach(coordinator: DownlinkCoordinator, push: Push) -> list[CALLBACK_TYPE]:
        follows = async_follows(coordinator.hass)
        if follows is None:
            return []

        @callback
        def send() -> None:
            push({"loaded": True, **_everything(follows, dt_util.utcnow())})

        send()
        return [follows.async_add_listener(send), coordinator.async_add_listener(send)]

    Subscription(connection, msg["id"], attach).async_start(coordinator)


@websocket_api.websocket_command({vol.Required("type"): "toonami_downlink/follows/add", **_WHAT})
@_answer
async def add_follow(follows: Follows, msg: Message) -> dict[str, Any]:
    """Follow something; return its ``id``. What is followed already stays as it is."""
    follow = await follows.async_add(msg["kind"], msg["text"], msg.get("channel"))
    return {"id": follow.identity}


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/follows/remove",
        vol.Required("follow"): vol.All(str, vol.Length(min=_ID_CHARS, max=_ID_CHARS)),
    }
)
@_answer
async def remove_follow(follows: Follows, msg: Message) -> dict[str, Any] | None:
    """Unfollow the follow with that ``id``."""
    return {} if await follows.async_remove(msg["follow"]) else None


@websocket_api.websocket_command(
    {vol.Required("type"): "toonami_downlink/follows/preview", **_WHAT}
)
@_answer
async def preview_follow(follows: Follows, msg: Message) -> dict[str, Any]:
    """Return what would be followed: the ``showings`` to come, the first ones of ``count``."""
    found = await follows.async_preview(msg["kind"], msg["text"], msg.get("channel"))
    return {"count": len(found), "showings": _showings(follows, found)}


def _everything(follows: Follows, now: datetime) -> dict[str, Any]:
    to_come = [
        showing
        for showing in follows.showings
        if any(airing.stop > now for airing in (showing.airing, *showing.others))
    ]
    return {
        "follows": [_follow(follows, follow, now) for follow in follows.items],
        "showings": _showings(follows, to_come),
    }


def _follow(follows: Follows, follow: Follow, now: datetime) -> dict[str, Any]:
    found = follows.next_of(follow.identity, now)
    return {
        "id": follow.identity,
        "kind": follow.kind.value,
        "text": follow.text,
        "channel": follow.channel,
        "next": _airing(found[1]) if found else None,
    }


def _showings(follows: Follows, showings: Iterable[Showing]) -> list[dict[str, Any]]:
    return [
        {
            "id": showing.identity,
            "follows": showing.follows,
            "seen": showing.identity in follows.seen,
            "airing": _airing(showing.airing),
            "others": [_airing(one) for one in showing.others[:MAX_OTHERS]],
        }
        for showing in tuple(showings)[:MAX_SHOWINGS]
    ]


def _airing(airing: Airing) -> dict[str, Any]:
    known = details(airing.programme)
    return {
        "channel": airing.channel.number,
        **{name: known[name] for name in _DETAILS},
    }
