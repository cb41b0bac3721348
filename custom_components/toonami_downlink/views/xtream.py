"""The Xtream Codes API, at the root of the server and below a prefix."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
import re
from typing import ClassVar, Final, NamedTuple, override

from aiohttp import web
from homeassistant.util import dt as dt_util

from ..coordinator import DownlinkCoordinator
from ..engine.downlink import xtream
from ..engine.downlink.models import Channel
from ..engine.downlink.publication import Body, Publication
from ..engine.downlink.timeline import last_change
from ..paths import XTREAM_PREFIX
from ..players import Asked, Result
from . import xtream_bodies as bodies
from .base import (
    GZIP_TYPE,
    JSON_TYPE,
    DownlinkView,
    note,
    refuse,
    respond,
    respond_once,
    unavailable,
)
from .feed import GUIDE_TYPE, PLAYLIST_TYPE
from .login import read_parameters
from .origin import client_origin
from .shared import Shared
from .streams import stream

_MAX_LIMIT: Final = 1000
_ATTACHMENT: Final = 'attachment; filename="toonami-downlink.m3u"'
_NUMBER: Final = re.compile(r"([0-9]{1,9})(?:\.0*)?", re.ASCII)


@dataclass(slots=True)
class Call:
    """A request of somebody who has logged in."""

    shared: Shared
    request: web.Request
    coordinator: DownlinkCoordinator
    publication: Publication
    parameters: Mapping[str, str]

    def number(self, name: str) -> int | None:
        """Return a parameter that should be a number; None for whatever else it is."""
        return _number(self.parameters.get(name, ""))

    def note(self, asked: Asked) -> None:
        """Remember who asked for what."""
        note(self.coordinator, self.request, asked, Result.OK)

    def render[*Arguments](
        self, make: Callable[[Publication, *Arguments], bytes], *arguments: *Arguments
    ) -> Body:
        """Return what that makes of the publication and those arguments."""
        return self.shared.bodies.get(self.publication, make, *arguments)

    def channel(self) -> Channel | None:
        """Return the channel that is asked for; None when nobody knows it."""
        number = self.number("stream_id")
        return None if number is None else self.publication.feed.channel(number)

    def last_change(self, channel: Channel) -> datetime:
        """Return since when that channel's listings have been what they are now."""
        return last_change(self.publication.feed.guide.get(channel.key, ()), dt_util.utcnow())

    async def account(self) -> bytes:
        """Return the account of this user."""
        credentials = self.coordinator.credentials
        return bodies.account(
            credentials.username,
            credentials.password,
            await _formats(self.coordinator),
            self.coordinator.streams.active,
            client_origin(self.request),
            dt_util.utcnow().replace(microsecond=0),
        )


class XtreamView(DownlinkView):
    """A view behind the user name and password."""

    path: ClassVar[str]
    asked: ClassVar[Asked]

    def __init__(self, shared: Shared, prefix: str = "") -> None:
        """Answer below `prefix`; empty for the root of the server."""
        self._shared = shared
        self._prefix = prefix
        self.url = f"{prefix}{self.path}"
        self.name = f"toonami_downlink:xtream{self.path}"

    async def parameters(self, request: web.Request) -> Mapping[str, str]:
        """Return what the player sent, with ``username`` and ``password``."""
        return await read_parameters(request)

    @override
    async def get(self, request: web.Request, **_: str) -> web.StreamResponse:
        coordinator = self._shared.coordinator
        if coordinator is None:
            return unavailable()
        parameters = await self.parameters(request)
        username, password = parameters.get("username", ""), parameters.get("password", "")
        if not coordinator.credentials.login_matches(username, password):
            return refuse(
                self._shared.guard,
                coordinator,
                request,
                self.asked,
                is_old=coordinator.credentials.is_previous(password),
                response=await self.refusal(request, coordinator),
            )
        if coordinator.data is None:
            note(coordinator, request, self.asked, Result.NO_FEED)
            return unavailable()
        call = Call(self._shared, request, coordinator, coordinator.data, parameters)
        return await self.serve(call)

    async def refusal(self, request: web.Request, coordinator: DownlinkCoordinator) -> web.Response:
        """Return what a wrong login gets.

        Some players look at the status, some at ``auth`` in the body, and some of those fail
        when anything else is missing there.
        """
        formats = await _formats(coordinator)
        account = bodies.refused_account(formats, client_origin(request), dt_util.utcnow())
        return respond_once(account, JSON_TYPE, HTTPStatus.UNAUTHORIZED)

    @abstractmethod
    async def serve(self, call: Call) -> web.StreamResponse:
        """Answer somebody who has logged in."""


class FormView(XtreamView):
    """A view that also answers POST: IPTV Smarters asks like that."""

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Answer POST."""
        return await self.get(request)


class PlayerApiView(FormView):
    """What players ask for lists and programmes."""

    path = "/player_api.php"
    asked = Asked.ACCOUNT

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        action = call.parameters.get("action", "").lower()
        if handler := _HANDLERS.get(_ALIASES.get(action, action)):
            call.note(handler.asked)
            return respond(call.request, handler.body(call), JSON_TYPE)
        call.note(Asked.ACCOUNT)
        return respond_once(await call.account(), JSON_TYPE)


class PanelApiView(FormView):
    """What old players ask for everything at once."""

    path = "/panel_api.php"
    asked = Asked.ACCOUNT

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        call.note(Asked.ACCOUNT)
        account = await call.account()
        content = call.render(bodies.panel, client_origin(call.request).url).content
        return respond_once(account[:-1] + b"," + content[1:], JSON_TYPE)


class GetView(FormView):
    """The playlist for players that know the Xtream login only."""

    path = "/get.php"
    asked = Asked.PLAYLIST

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        call.note(Asked.PLAYLIST)
        output = call.parameters.get("output", "").lower()
        extension = "ts" if output in {"ts", "mpegts"} else "m3u8"
        origin = client_origin(call.request).url
        base = f"{origin}{self._prefix.rstrip('/')}"
        login = (call.coordinator.credentials.username, call.coordinator.credentials.password)
        if call.parameters.get("type", "").lower() == "m3u":
            body = call.render(bodies.plain_playlist, base, login, extension)
        else:
            body = call.render(bodies.playlist, base, origin, login, extension)
        return respond(call.request, body, PLAYLIST_TYPE, _ATTACHMENT)


class GuideView(FormView):
    """The whole guide for players that know the Xtream login only."""

    path = "/xmltv.php"
    asked = Asked.GUIDE

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        call.note(Asked.GUIDE)
        origin = client_origin(call.request).url
        body = await self._shared.guides.async_get(call.publication, origin)
        is_packed = call.parameters.get("gzip", "").lower() in {"1", "true"}
        return respond(call.request, body, GZIP_TYPE if is_packed else GUIDE_TYPE)


class LiveView(XtreamView):
    """A channel; a name without extension means MPEG-TS."""

    path = "/live/{user}/{password}/{name}"
    asked = Asked.STREAM

    @override
    async def parameters(self, request: web.Request) -> Mapping[str, str]:
        match = request.match_info
        return {"username": match["user"], "password": match["password"], "name": match["name"]}

    @override
    async def refusal(self, request: web.Request, coordinator: DownlinkCoordinator) -> web.Response:
        return web.Response(status=HTTPStatus.UNAUTHORIZED)

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        return await stream(
            call.request, call.coordinator, call.publication.feed, call.parameters["name"]
        )


class ShortLiveView(LiveView):
    """The same without ``/live``; only our own user names look like that."""

    path = "/{user:toonami[a-z0-9]{6}}/{password}/{name}"


XTREAM_VIEWS: Final = (PlayerApiView, PanelApiView, GetView, GuideView, LiveView, ShortLiveView)
# Some players have a slash at the end of the server and another before the path.
XTREAM_PREFIXES: Final = ("", "/", XTREAM_PREFIX, f"{XTREAM_PREFIX}/")


async def _formats(coordinator: DownlinkCoordinator) -> tuple[str, ...]:
    """Return the kinds of streams that there really are."""
    return ("m3u8", "ts") if await coordinator.streams.async_find_ffmpeg() else ("m3u8",)


@lru_cache(maxsize=128)
def _number(text: str) -> int | None:
    match = _NUMBER.fullmatch(text)
    return int(match[1]) if match else None


def _live_streams(call: Call) -> Body:
    # What is no category, 0 above all, stands for all of them.
    category = call.number("category_id") or None
    return call.render(bodies.live_streams, client_origin(call.request).url, category)


def _short_epg(call: Call) -> Body:
    limit = min(call.number("limit") or xtream.DEFAULT_LIMIT, _MAX_LIMIT)
    if (channel := call.channel()) is None:
        return bodies.NO_LISTINGS
    return call.render(bodies.short_epg, channel, call.last_change(channel), limit)


def _data_table(call: Call) -> Body:
    if (channel := call.channel()) is None:
        return bodies.NO_LISTINGS
    return call.render(bodies.data_table, channel, call.last_change(channel))


class _Handler(NamedTuple):
    """How an action is answered."""

    asked: Asked
    body: Callable[[Call], Body]


_NOTHING: Final = _Handler(Asked.CATEGORIES, lambda _: bodies.NOTHING)
_HANDLERS: Final[Mapping[str, _Handler]] = {
    "get_live_categories": _Handler(Asked.CATEGORIES, lambda _: bodies.CATEGORIES),
    "get_live_streams": _Handler(Asked.CHANNELS, _live_streams),
    "get_short_epg": _Handler(Asked.EPG, _short_epg),
    "get_simple_data_table": _Handler(Asked.EPG, _data_table),
    "get_vod_categories": _NOTHING,
    "get_vod_streams": _NOTHING,
    "get_series_categories": _NOTHING,
    "get_series": _NOTHING,
    "get_vod_info": _Handler(Asked.CATEGORIES, lambda _: bodies.NO_FILM),
    "get_series_info": _Handler(Asked.CATEGORIES, lambda _: bodies.NO_SERIES),
}
# The panel knows numbers for its actions, and IPTVnator misspells one.
_ALIASES: Final[Mapping[str, str]] = {
    "get_simple_date_table": "get_simple_data_table",
    "200": "get_vod_categories",
    "201": "get_live_categories",
    "202": "get_live_streams",
    "203": "get_vod_streams",
    "204": "get_series_info",
    "205": "get_short_epg",
    "206": "get_series_categories",
    "207": "get_simple_data_table",
    "208": "get_series",
    "209": "get_vod_info",
}
