"""Actions: refresh, read the guide, follow shows, record them, replace the secrets of players."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .assist.matching import SHORT_TEXT, find_channel, fold
from .const import DOMAIN
from .coordinator import DownlinkCoordinator, async_loaded_coordinator
from .engine.downlink.airings import Airing, Airings
from .engine.downlink.description import programme_values
from .engine.downlink.follows import FollowKind
from .engine.downlink.limits import MAX_CHANNELS, MAX_TITLE_CHARS
from .engine.downlink.models import Cause, Channel, Feed, Programme
from .engine.downlink.publish.aired_log import MAX_AIRED
from .engine.downlink.publish.history import record_to_json
from .following.actions import async_follow_title, async_unfollow, describe, describe_new
from .following.follows import Follows, async_follows
from .places import programme_place
from .recording.access import async_may_record
from .recording.describing import describe as describe_recording, describe_all
from .recording.manager import Recordings, async_recordings

SERVICE_REFRESH: Final = "refresh"
SERVICE_GET_GUIDE: Final = "get_guide"
SERVICE_ROTATE_CREDENTIALS: Final = "rotate_credentials"
SERVICE_FOLLOW: Final = "follow"
SERVICE_UNFOLLOW: Final = "unfollow"
SERVICE_GET_FOLLOWS: Final = "get_follows"
SERVICE_RECORD: Final = "record"
SERVICE_CANCEL_RECORDING: Final = "cancel_recording"
SERVICE_DELETE_RECORDING: Final = "delete_recording"
SERVICE_GET_RECORDINGS: Final = "get_recordings"

ATTR_CHANNEL: Final = "channel"
ATTR_FROM: Final = "from"
ATTR_TO: Final = "to"
ATTR_SEARCH: Final = "search"
ATTR_LIMIT: Final = "limit"
ATTR_TITLE: Final = "title"
ATTR_WORDS: Final = "words"
ATTR_START: Final = "start"
ATTR_ID: Final = "id"

DEFAULT_SPAN: Final = timedelta(days=1)
DEFAULT_LIMIT: Final = 500
MAX_LIMIT: Final = 5000
MAX_ALSO: Final = 10
"""Other airings of one programme."""

GET_GUIDE_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_CHANNEL): vol.All(
            cv.ensure_list, vol.Length(max=MAX_CHANNELS), [SHORT_TEXT]
        ),
        vol.Optional(ATTR_FROM): cv.datetime,
        vol.Optional(ATTR_TO): cv.datetime,
        vol.Optional(ATTR_SEARCH): SHORT_TEXT,
        vol.Optional(ATTR_LIMIT, default=DEFAULT_LIMIT): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=MAX_LIMIT)
        ),
    }
)

_TEXT: Final = vol.All(cv.string, vol.Length(max=MAX_TITLE_CHARS))
FOLLOW_SCHEMA: Final = vol.All(
    vol.Schema(
        {
            vol.Exclusive(ATTR_TITLE, "what"): _TEXT,
            vol.Exclusive(ATTR_WORDS, "what"): _TEXT,
            vol.Optional(ATTR_CHANNEL): SHORT_TEXT,
        }
    ),
    cv.has_at_least_one_key(ATTR_TITLE, ATTR_WORDS),
)

RECORD_SCHEMA: Final = vol.Schema(
    {vol.Required(ATTR_CHANNEL): SHORT_TEXT, vol.Optional(ATTR_START): cv.datetime}
)
RECORDING_SCHEMA: Final = vol.Schema({vol.Required(ATTR_ID): SHORT_TEXT})


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions; they live as long as Home Assistant does."""
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_REFRESH,
        _async_refresh,
        vol.Schema({}),
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_GET_GUIDE,
        _async_get_guide,
        GET_GUIDE_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_FOLLOW,
        _async_follow,
        FOLLOW_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(DOMAIN, SERVICE_UNFOLLOW, _async_unfollow, FOLLOW_SCHEMA)
    hass.services.async_register(
        DOMAIN,
        SERVICE_GET_FOLLOWS,
        _async_get_follows,
        vol.Schema({}),
        supports_response=SupportsResponse.ONLY,
    )
    async_register_admin_service(
        hass, DOMAIN, SERVICE_ROTATE_CREDENTIALS, _async_rotate_credentials, vol.Schema({})
    )
    _async_setup_recording_services(hass)


@callback
def _async_setup_recording_services(hass: HomeAssistant) -> None:
    hass.services.async_register(
        DOMAIN,
        SERVICE_RECORD,
        _async_record,
        RECORD_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN, SERVICE_CANCEL_RECORDING, _async_cancel_recording, RECORDING_SCHEMA
    )
    async_register_admin_service(
        hass, DOMAIN, SERVICE_DELETE_RECORDING, _async_delete_recording, RECORDING_SCHEMA
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_GET_RECORDINGS,
        _async_get_recordings,
        vol.Schema({}),
        supports_response=SupportsResponse.ONLY,
    )


def _coordinator(call: ServiceCall) -> DownlinkCoordinator:
    """Return the coordinator; raise a translated error when the entry is not loaded."""
    if coordinator := async_loaded_coordinator(call.hass):
        return coordinator
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_loaded")


async def _async_refresh(call: ServiceCall) -> ServiceResponse:
    record = await _coordinator(call).async_refresh_or_raise(Cause.SERVICE, call.context)
    return record_to_json(record) if call.return_response else None


async def _async_rotate_credentials(call: ServiceCall) -> None:
    await _coordinator(call).async_rotate_credentials()


async def _async_get_guide(call: ServiceCall) -> dict[str, Any]:
    """Return the programmes that are on in a span of time, without filler.

    The past goes as far back as the log. Each programme has its other airings to come under
    ``also``. Times in the answer are ISO 8601 in Home Assistant's time zone.
    """
    coordinator = _coordinator(call)
    if coordinator.data is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_feed")
    publication = coordinator.data
    start, stop = _span(call)
    wanted = _wanted(call)
    asked = _channels(call, publication.feed)
    limit = call.data[ATTR_LIMIT]
    guide = await coordinator.aired.async_guide(
        publication.feed,
        [channel.key for channel in asked],
        start,
        stop,
        MAX_AIRED if wanted else limit + 1,
    )
    # A long answer takes a while to write.
    channels, is_truncated = await call.hass.async_add_executor_job(
        _answer, publication.airings, asked, guide, wanted, limit
    )
    return {
        ATTR_FROM: _iso(start),
        ATTR_TO: _iso(stop),
        "truncated": is_truncated,
        "channels": channels,
    }


def _answer(
    airings: Airings,
    channels: Iterable[Channel],
    guide: Mapping[str, Sequence[Programme]],
    wanted: str,
    left: int,
) -> tuple[list[dict[str, Any]], bool]:
    """Describe at most `left` programmes; the second value is whether there are more."""
    described: list[dict[str, Any]] = []
    is_truncated = False
    for channel in channels:
        found = list(_matching(guide[channel.key], wanted))
        is_truncated = is_truncated or len(found) > left or len(guide[channel.key]) >= MAX_AIRED
        described.append(
            {
                "number": channel.number,
                "key": channel.key,
                "name": channel.name,
                "radio": channel.radio,
                "programmes": [_describe(one, airings, channel) for one in found[:left]],
            }
        )
        left -= len(found[:left])
    return described, is_truncated


def _span(call: ServiceCall) -> tuple[datetime, datetime]:
    start = _utc(call.data.get(ATTR_FROM)) or dt_util.utcnow()
    stop = _utc(call.data.get(ATTR_TO)) or start + DEFAULT_SPAN
    if start >= stop:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="empty_time_span")
    return start, stop


def _wanted(call: ServiceCall) -> str:
    """Return what to look for in titles, an empty string for everything."""
    search: str = call.data.get(ATTR_SEARCH, "")
    wanted = fold(search)
    if search and not wanted:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="empty_search")
    return wanted


def _utc(value: datetime | None) -> datetime | None:
    """Take a time without a zone as one in Home Assistant's."""
    return dt_util.as_utc(value) if value else None


def _channels(call: ServiceCall, feed: Feed) -> list[Channel]:
    """Return the channels that are asked for, each once, in the order of their numbers.

    All when none is named: what a script leaves empty is not left out.
    """
    if not call.data.get(ATTR_CHANNEL):
        return list(feed.channels)
    asked = {_channel(feed, wanted).key for wanted in call.data[ATTR_CHANNEL]}
    return [channel for channel in feed.channels if channel.key in asked]


def _channel(feed: Feed, wanted: str) -> Channel:
    if channel := find_channel(feed.channels, wanted):
        return channel
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="unknown_channel",
        translation_placeholders={"channel": wanted},
    )


def _matching(programmes: Iterable[Programme], wanted: str) -> Iterator[Programme]:
    for programme in programmes:
        is_wanted = wanted in fold(programme.title) or wanted in fold(programme.episode_title or "")
        if is_wanted and not programme.is_filler:
            yield programme


def _describe(programme: Programme, airings: Airings, channel: Channel) -> dict[str, Any]:
    values = programme_values(programme)
    values |= {"start": _iso(programme.start), "stop": _iso(programme.stop)}
    described = {name: value for name, value in values.items() if value is not None}
    also = airings.also(channel.key, programme, dt_util.utcnow(), MAX_ALSO)
    return described | {
        "link": programme_place(channel.number, programme.start),
        "also": [_airing(one) for one in also],
    }


def _airing(airing: Airing) -> dict[str, Any]:
    values = {
        "channel": airing.channel.name,
        "start": _iso(airing.start),
        "stop": _iso(airing.stop),
    }
    return values | ({"about": True} if airing.is_about else {})


def _iso(at: datetime) -> str:
    return dt_util.as_local(at).isoformat()


# What is followed


def _follows(call: ServiceCall) -> Follows:
    if follows := async_follows(call.hass):
        return follows
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_loaded")


def _only_channel(call: ServiceCall) -> str | None:
    """Return the key of the channel that is asked for; None when it does not matter."""
    if ATTR_CHANNEL not in call.data:
        return None
    publication = _coordinator(call).data
    if publication is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_feed")
    return _channel(publication.feed, call.data[ATTR_CHANNEL]).key


async def _async_follow(call: ServiceCall) -> ServiceResponse:
    """Follow a show, or words as they are; the answer says what that matches."""
    coordinator, follows, channel = _coordinator(call), _follows(call), _only_channel(call)
    if ATTR_TITLE in call.data:
        title: str = call.data[ATTR_TITLE]
        follow = await async_follow_title(coordinator, follows, title, channel)
    else:
        follow = await follows.async_add(FollowKind.WORDS, call.data[ATTR_WORDS], channel)
    return describe_new(coordinator, follows, follow) if call.return_response else None


async def _async_unfollow(call: ServiceCall) -> None:
    """Follow a title, a block or words no more."""
    is_title = ATTR_TITLE in call.data
    text: str = call.data[ATTR_TITLE if is_title else ATTR_WORDS]
    await async_unfollow(_follows(call), text, _only_channel(call), is_title=is_title)


async def _async_get_follows(call: ServiceCall) -> dict[str, Any]:
    """Return what is followed, in the order in which it was begun."""
    coordinator, follows = _coordinator(call), _follows(call)
    return {"follows": [describe(coordinator, follows, follow) for follow in follows.items]}


# What is recorded


def _recordings(call: ServiceCall) -> Recordings:
    if recordings := async_recordings(call.hass):
        return recordings
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_loaded")


async def _async_require_viewer(call: ServiceCall) -> None:
    """Refuse a user who may not watch. Raises Unauthorized."""
    if not await async_may_record(_coordinator(call), call.context):
        raise Unauthorized(context=call.context)


async def _async_record(call: ServiceCall) -> ServiceResponse:
    """Record what begins on a channel at a time, or is on now; the answer says what that is."""
    await _async_require_viewer(call)
    coordinator, recordings, channel = _coordinator(call), _recordings(call), _only_channel(call)
    recording = await recordings.async_record(channel or "", _utc(call.data.get(ATTR_START)))
    return describe_recording(coordinator, recording) if call.return_response else None


async def _async_cancel_recording(call: ServiceCall) -> None:
    await _async_require_viewer(call)
    await _recordings(call).async_cancel(call.data[ATTR_ID])


async def _async_delete_recording(call: ServiceCall) -> None:
    await _recordings(call).async_delete(call.data[ATTR_ID])


async def _async_get_recordings(call: ServiceCall) -> dict[str, Any]:
    """Return what is planned, made or failed; nothing while the option is off."""
    return {"recordings": describe_all(_coordinator(call), _recordings(call).items)}
