"""The Xtream Codes API: what its answers look like, made from a feed.

Nobody owns this API; players read it with all kinds of parsers, so every field has exactly the
type that the original panel gives it. Times are in UTC and say so.
"""

from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, TypedDict

from ..models import Channel, Feed, Programme
from ..timeline import on_air, upcoming

TELEVISION: Final = 1
RADIO: Final = 2
_CATEGORIES: Final = {TELEVISION: "Television", RADIO: "Radio"}

DEFAULT_LIMIT: Final = 4
"""Programmes in a short EPG when the player does not say how many."""

_CREATED: Final = "1577836800"
"""2020-01-01: the same for ever, or players would take every channel for a new one."""
_EXPIRES: Final = "2145916800"
"""2038-01-01, the last New Year that fits into 32 bits: pyxtream fails without a number here."""
_CONNECTIONS: Final = "10"
_NO_PORT: Final = "0"
_FORMATS: Final = ("m3u8", "ts")
NO_ARCHIVE: Final[Mapping[str, int]] = MappingProxyType({})
"""The archive of a house that records nothing."""

# Ids have to fit into 31 bits for Jellyfin.Xtream and must be unique within a feed, which is
# never longer than a month.
_ID_PERIOD: Final = 64 * 86400
_ID_CHANNELS: Final = 388


class UserInfo(TypedDict):
    """Who has logged in."""

    username: str
    password: str
    message: str
    auth: int
    """1, or 0 after a wrong login."""
    status: str
    exp_date: str
    is_trial: str
    active_cons: str
    created_at: str
    max_connections: str
    allowed_output_formats: list[str]


class ServerInfo(TypedDict):
    """Where the server is; some players make all their addresses from this."""

    url: str
    """Host only: no scheme, port or path."""
    port: str
    https_port: str
    server_protocol: str
    rtmp_port: str
    timezone: str
    timestamp_now: int
    time_now: str
    process: bool


class Account(TypedDict):
    """The answer without an action."""

    user_info: UserInfo
    server_info: ServerInfo


class Category(TypedDict):
    """A group of channels."""

    category_id: str
    category_name: str
    parent_id: int


class LiveStream(TypedDict):
    """A channel."""

    num: int
    name: str
    stream_type: str
    stream_id: int
    stream_icon: str
    epg_channel_id: str
    added: str
    is_adult: str
    category_id: str
    category_ids: list[int]
    custom_sid: str
    tv_archive: int
    direct_source: str
    tv_archive_duration: int
    thumbnail: str


class Listing(TypedDict):
    """A programme in a short EPG; titles and descriptions are base64 of UTF-8."""

    id: str
    epg_id: str
    title: str
    lang: str
    start: str
    end: str
    description: str
    channel_id: str
    start_timestamp: str
    stop_timestamp: str
    stop: str
    """The same as `end`: panels disagree about the name."""


class TableListing(Listing):
    """A programme in a whole EPG."""

    now_playing: int
    has_archive: int


class PanelChannel(LiveStream):
    """A channel in the answer of ``panel_api.php``."""

    type_name: str
    category_name: str
    series_no: None
    live: str
    container_extension: str


class PanelCategories(TypedDict):
    """The categories in the answer of ``panel_api.php``."""

    live: list[Category]
    movie: list[Category]
    series: list[Category]


class PanelContent(TypedDict):
    """What the answer of ``panel_api.php`` has beside an `Account`."""

    categories: PanelCategories
    available_channels: dict[str, PanelChannel]
    """By stream id."""


def user_info(username: str, password: str, *, active: int) -> UserInfo:
    """Describe a user who has logged in and watches `active` streams."""
    return UserInfo(
        username=username,
        password=password,
        message="",
        auth=1,
        status="Active",
        exp_date=_EXPIRES,
        is_trial="0",
        active_cons=str(active),
        created_at=_CREATED,
        max_connections=_CONNECTIONS,
        allowed_output_formats=[*_FORMATS],
    )


def refused_user_info() -> UserInfo:
    """Describe somebody whose login is wrong; complete, because some players read it anyway."""
    info = user_info("", "", active=0)
    return {**info, "auth": 0, "status": "Disabled", "message": "Wrong user name or password"}


def server_info(scheme: str, host: str, port: int, now: datetime) -> ServerInfo:
    """Describe the server by the address that the player reached it at."""
    return ServerInfo(
        url=host,
        # One port serves whoever gets here, whichever of the two a player prefers.
        port=str(port),
        https_port=str(port),
        server_protocol=scheme,
        rtmp_port=_NO_PORT,
        timezone="UTC",
        timestamp_now=int(now.timestamp()),
        time_now=_date(now),
        process=True,
    )


def live_categories() -> list[Category]:
    """List the groups of channels."""
    return [
        Category(category_id=str(number), category_name=name, parent_id=0)
        for number, name in _CATEGORIES.items()
    ]


def live_streams(
    channels: Iterable[Channel],
    logo: Callable[[Channel], str],
    category: int | None = None,
    archive: Mapping[str, int] = NO_ARCHIVE,
) -> list[LiveStream]:
    """List the channels of a category, or all of them.

    `archive` says how many days back there is something to see again, by channel key.
    """
    return [
        _live_stream(channel, logo(channel), archive.get(channel.key, 0))
        for channel in channels
        if category in {None, _category(channel)}
    ]


def panel_content(
    feed: Feed, logo: Callable[[Channel], str], archive: Mapping[str, int] = NO_ARCHIVE
) -> PanelContent:
    """Return what ``panel_api.php`` adds to an account: everything at once."""
    return PanelContent(
        categories=PanelCategories(live=live_categories(), movie=[], series=[]),
        available_channels={
            str(channel.number): PanelChannel(
                **_live_stream(channel, logo(channel), archive.get(channel.key, 0)),
                type_name="Live Streams",
                category_name=_CATEGORIES[_category(channel)],
                series_no=None,
                live="1",
                container_extension="m3u8",
            )
            for channel in feed.channels
        },
    )


def short_epg(
    channel: Channel, programmes: Sequence[Programme], at: datetime, limit: int
) -> list[Listing]:
    """List `limit` programmes, of which the first is the one on air."""
    current = on_air(programmes, at)
    listed = [current] if current else []
    listed += upcoming(programmes, at, limit - len(listed))
    return [_listing(channel, programme) for programme in listed]


def data_table(
    channel: Channel,
    programmes: Sequence[Programme],
    at: datetime,
    archived: Collection[datetime] = (),
) -> list[TableListing]:
    """List all programmes; mark the one on air, and those with a start in `archived`."""
    current = on_air(programmes, at)
    return [
        TableListing(
            **_listing(channel, programme),
            now_playing=int(programme is current),
            has_archive=int(programme.start in archived),
        )
        for programme in programmes
    ]


def _category(channel: Channel) -> int:
    return RADIO if channel.radio else TELEVISION


def _live_stream(channel: Channel, logo: str, days: int) -> LiveStream:
    category = _category(channel)
    return LiveStream(
        num=channel.number,
        name=channel.name,
        # There is a type for radio, but players list only this one.
        stream_type="live",
        stream_id=channel.number,
        stream_icon=logo,
        epg_channel_id=channel.guide_id,
        added=_CREATED,
        is_adult="0",
        category_id=str(category),
        category_ids=[category],
        custom_sid="",
        tv_archive=int(days > 0),
        direct_source="",
        tv_archive_duration=days,
        thumbnail="",
    )


def _listing(channel: Channel, programme: Programme) -> Listing:
    start = int(programme.start.timestamp())
    stop = int(programme.stop.timestamp())
    listing_id = start % _ID_PERIOD * _ID_CHANNELS + channel.number % _ID_CHANNELS
    return Listing(
        id=str(listing_id),
        epg_id=str(channel.number),
        title=_base64(programme.title),
        lang="",
        start=_date(programme.start),
        end=_date(programme.stop),
        description=_base64(_description(programme)),
        channel_id=channel.guide_id,
        start_timestamp=str(start),
        stop_timestamp=str(stop),
        stop=_date(programme.stop),
    )


def _description(programme: Programme) -> str:
    """Put the episode before the description: the API has no field for it."""
    number = programme.episode_code if programme.episode else None
    episode = " ".join(part for part in (number, programme.episode_title) if part)
    return "\n".join(part for part in (episode, programme.description) if part)


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _date(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
