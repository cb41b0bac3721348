"""The websocket commands about the guide, single programmes, and what is over."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..coordinator import DownlinkCoordinator
from ..engine.downlink.airings import Airing
from ..engine.downlink.limits import MAX_CHANNELS, MAX_GUIDE_DAYS
from ..engine.downlink.models import Programme
from ..engine.downlink.publish.aired_log import Aired
from ..engine.downlink.publish.publication import Publication
from ..engine.downlink.timeline import on_air
from .commands import Message, published
from .errors import ERR_BAD_RANGE, ERR_TOO_MANY_ROWS
from .payloads import MAX_ROWS, details, moment, row, seconds

MAX_ALSO: Final = 20
"""Other airings in one answer."""
MAX_WINDOW: Final = timedelta(days=MAX_GUIDE_DAYS + 2)
"""The whole guide, wherever the days of the reader's time zone begin."""
MAX_QUERY_CHARS: Final = 100
MAX_RESULTS: Final = 100

_TIMESTAMP: Final = vol.All(int, vol.Range(min=0, max=2**33))
_NUMBER: Final = vol.All(int, vol.Range(min=1, max=2**31 - 1))


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/guide",
        vol.Required("from"): _TIMESTAMP,
        vol.Required("to"): _TIMESTAMP,
        vol.Optional("channels"): vol.All([_NUMBER], vol.Length(max=MAX_CHANNELS)),
    }
)
@websocket_api.async_response
async def get_guide(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
    """Return what was, is and will be on between two times, as compact rows."""
    there = published(hass, connection, msg)
    if there is None:
        return
    coordinator, publication = there
    start, stop = moment(msg["from"]), moment(msg["to"])
    if not timedelta() < stop - start <= MAX_WINDOW:
        text = f"Ask for one second to {MAX_WINDOW.days} days"
        connection.send_error(msg["id"], ERR_BAD_RANGE, text)
        return
    wanted = msg.get("channels")
    channels = {
        channel.key: channel.number
        for channel in publication.feed.channels
        if wanted is None or channel.number in wanted
    }
    aired = coordinator.aired
    found = await aired.async_guide(publication.feed, channels, start, stop, MAX_ROWS + 1)
    if sum(map(len, found.values())) > MAX_ROWS:
        connection.send_error(msg["id"], ERR_TOO_MANY_ROWS, f"More than {MAX_ROWS} programmes")
        return
    rows = {str(channels[key]): [row(one) for one in found[key]] for key in found}
    connection.send_result(msg["id"], {"generation": publication.generation, "rows": rows})


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/guide/programme",
        vol.Required("channel"): _NUMBER,
        vol.Required("start"): _TIMESTAMP,
    }
)
@websocket_api.async_response
async def get_programme(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
    """Return everything about the programme that is, or was, on a channel at a time."""
    if there := published(hass, connection, msg):
        found = await _find(*there, msg)
        if found:
            connection.send_result(msg["id"], details(found[1]))
        else:
            _not_found(connection, msg)


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/airings",
        vol.Required("channel"): _NUMBER,
        vol.Required("start"): _TIMESTAMP,
    }
)
@websocket_api.async_response
async def get_airings(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
    """Return when the programme that is on a channel at a time is on again, and was on before.

    ``also``: what is to come, the soonest first, each with ``channel``, ``start``, ``stop`` and
    ``about``; ``more``: whether there are others. ``last`` (``channel``, ``start``, ``stop``,
    ``planned``, or null) and ``month`` (how often in this month) are about the same episode, those
    in ``show`` about any of the show. The channel is null where it is not in the feed any more.
    """
    there = published(hass, connection, msg)
    if there is None:
        return
    coordinator, publication = there
    found = await _find(coordinator, publication, msg)
    if found is None:
        _not_found(connection, msg)
        return
    key, programme = found
    now = dt_util.utcnow()
    also = publication.airings.also(key, programme, now, MAX_ALSO + 1)
    history = await coordinator.aired.async_history(programme, _start_of_month(), now)
    numbers = _numbers(publication)
    connection.send_result(
        msg["id"],
        {
            "also": [_airing(one) for one in also[:MAX_ALSO]],
            "more": len(also) > MAX_ALSO,
            "last": _last(history.last, numbers),
            "month": history.times,
            "show": {
                "last": _last(history.last_of_show, numbers),
                "month": history.times_of_show,
            },
        },
    )


@websocket_api.websocket_command(
    {
        vol.Required("type"): "toonami_downlink/past/search",
        vol.Required("query"): vol.All(str, vol.Length(min=1, max=MAX_QUERY_CHARS)),
        vol.Optional("limit", default=40): vol.All(int, vol.Range(min=1, max=MAX_RESULTS)),
    }
)
@websocket_api.async_response
async def search_past(hass: HomeAssistant, connection: ActiveConnection, msg: Message) -> None:
    """Return the last airing of each programme that has all words of the query, the last first.

    Each is a channel's number and a row; what was on a channel that is gone is left out.
    """
    if there := published(hass, connection, msg):
        coordinator, publication = there
        numbers = _numbers(publication)
        found = await coordinator.aired.async_search(msg["query"], msg["limit"])
        results = [(numbers[one.channel], *row(one.programme)) for one in _of(found, numbers)]
        connection.send_result(msg["id"], {"results": results})


def _not_found(connection: ActiveConnection, msg: Message) -> None:
    connection.send_error(msg["id"], websocket_api.ERR_NOT_FOUND, "Nothing is known about that")


async def _find(
    coordinator: DownlinkCoordinator, publication: Publication, msg: Message
) -> tuple[str, Programme] | None:
    """Return the key of a channel, and what is or was on it at a time."""
    channel, at = publication.feed.channel(msg["channel"]), moment(msg["start"])
    if channel is None:
        return None
    if programme := on_air(publication.feed.guide.get(channel.key, ()), at):
        return channel.key, programme
    found = await coordinator.aired.async_between(
        (channel.key,), at, at + timedelta(seconds=1), limit=1
    )
    return next(((channel.key, one.programme) for one in found[channel.key]), None)


def _start_of_month() -> datetime:
    return dt_util.as_utc(dt_util.start_of_local_day(dt_util.now().replace(day=1)))


def _numbers(publication: Publication) -> dict[str, int]:
    return {channel.key: channel.number for channel in publication.feed.channels}


def _of(found: Iterable[Aired], numbers: Mapping[str, int]) -> Iterable[Aired]:
    return (one for one in found if one.channel in numbers)


def _airing(airing: Airing) -> dict[str, Any]:
    return {
        "channel": airing.channel.number,
        "start": seconds(airing.start),
        "stop": seconds(airing.stop),
        "about": airing.is_about,
    }


def _last(aired: Aired | None, numbers: Mapping[str, int]) -> dict[str, Any] | None:
    return aired and {
        "channel": numbers.get(aired.channel),
        "start": seconds(aired.programme.start),
        "stop": seconds(aired.programme.stop),
        "planned": aired.is_planned,
    }
