"""The Xtream Codes API, at the root of the server and below a prefix."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
import re
from typing import Any, ClassVar, Final, override

from aiohttp import hdrs, web
from homeassistant.components.http import KEY_HASS
from homeassistant.helpers.json import json_bytes
from homeassistant.util import dt as dt_util

from ..coordinator import DownlinkCoordinator, async_loaded_coordinator
from ..engine.downlink import xtream
from ..engine.downlink.lineup import logo_path
from ..engine.downlink.m3u import Links
from ..engine.downlink.models import Channel
from ..engine.downlink.publication import Publication
from ..engine.downlink.timeline import next_change
from ..paths import XTREAM_PREFIX
from ..players import Asked, Result
from .base import (
    JSON_TYPE,
    DownlinkView,
    note,
    refuse,
    respond,
    respond_gzip_file,
    respond_once,
    unavailable,
)
from .bodies import Bodies
from .feed import GUIDE_TYPE, PLAYLIST_TYPE, Guides
from .guard import LoginGuard
from .login import read_parameters
from .origin import client_origin
from .streams import stream

_MAX_LIMIT: Final = 1000
_NUMBER: Final = re.compile(r"([0-9]{1,9})(?:\.0*)?", re.ASCII)


@dataclass(slots=True)
class Shared:
    """What the views of the API share with each other and with the feed's views."""

    guard: LoginGuard
    guides: Guides
    bodies: Bodies = field(default_factory=Bodies)


@dataclass(frozen=True, slots=True)
class Call:
    """A request of somebody who has logged in."""

    request: web.Request
    coordinator: DownlinkCoordinator
    publication: Publication
    parameters: Mapping[str, str]

    @property
    def origin(self) -> str:
        """The beginning of the addresses that this player can reach."""
        return str(client_origin(self.request))

    def number(self, name: str) -> int | None:
        """Return a parameter that should be a number; None for whatever else it is."""
        match = _NUMBER.fullmatch(self.parameters.get(name, ""))
        return int(match[1]) if match else None

    def note(self, asked: Asked, result: Result = Result.OK) -> None:
        """Remember who asked for what."""
        note(self.coordinator, self.request, asked, result)

    def logo(self) -> Callable[[Channel], str]:
        """Return what makes the addresses of logos."""
        origin = self.origin
        return lambda channel: f"{origin}{logo_path(channel.key)}"


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
    async def answer(self, request: web.Request) -> web.StreamResponse:
        coordinator = async_loaded_coordinator(request.app[KEY_HASS])
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
        return await self.serve(Call(request, coordinator, coordinator.data, parameters))

    async def refusal(self, request: web.Request, coordinator: DownlinkCoordinator) -> web.Response:
        """Return what a wrong login gets.

        Some players look at the status, some at ``auth`` in the body, and some of those fail
        when anything else is missing there.
        """
        formats = await _formats(coordinator)
        account = xtream.Account(
            user_info=xtream.refused_user_info(formats=formats),
            server_info=xtream.server_info(*client_origin(request), dt_util.utcnow()),
        )
        return respond_once(json_bytes(account), JSON_TYPE, HTTPStatus.UNAUTHORIZED)

    @abstractmethod
    async def serve(self, call: Call) -> web.StreamResponse:
        """Answer somebody who has logged in."""


class FormView(XtreamView):
    """A view that also answers POST: IPTV Smarters asks like that."""

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Answer POST."""
        return await self.answer(request)


class PlayerApiView(FormView):
    """What players ask for lists and programmes."""

    path = "/player_api.php"
    asked = Asked.ACCOUNT

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        action = call.parameters.get("action", "").lower()
        if handler := _HANDLERS.get(_ALIASES.get(action, action)):
            return handler(self._shared.bodies, call)
        call.note(Asked.ACCOUNT)
        return respond_once(json_bytes(await _account(call)), JSON_TYPE)


class PanelApiView(FormView):
    """What old players ask for everything at once."""

    path = "/panel_api.php"
    asked = Asked.ACCOUNT

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        call.note(Asked.ACCOUNT)
        account = json_bytes(await _account(call))
        content = self._shared.bodies.get(
            call.publication,
            ("panel", call.origin),
            lambda: json_bytes(xtream.panel_content(call.publication.feed, call.logo())),
        ).content
        return respond_once(account[:-1] + b"," + content[1:], JSON_TYPE)


class GetView(FormView):
    """The playlist for players that know the Xtream login only."""

    path = "/get.php"
    asked = Asked.PLAYLIST

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        call.note(Asked.PLAYLIST)
        is_plain = call.parameters.get("type", "").lower() == "m3u"
        output = call.parameters.get("output", "").lower()
        extension = "ts" if output in {"ts", "mpegts"} else "m3u8"
        base = f"{call.origin}{self._prefix.rstrip('/')}"
        credentials = call.coordinator.credentials
        username, password = credentials.username, credentials.password

        def address(channel: Channel) -> str:
            return f"{base}/live/{username}/{password}/{channel.number}.{extension}"

        links = Links(
            guide=f"{base}/xmltv.php?username={username}&password={password}",
            logo=call.logo(),
            stream=address,
        )
        body = self._shared.bodies.get(
            call.publication,
            ("playlist", base, is_plain, extension),
            lambda: (
                xtream.plain_playlist(call.publication.feed.channels, address)
                if is_plain
                else call.publication.playlist(links)
            ),
            state=password,
        )
        headers: dict[str, str] = {
            hdrs.CONTENT_DISPOSITION: 'attachment; filename="toonami-downlink.m3u"'
        }
        return respond(call.request, body, PLAYLIST_TYPE, headers)


class GuideView(FormView):
    """The whole guide for players that know the Xtream login only."""

    path = "/xmltv.php"
    asked = Asked.GUIDE

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        body = await self._shared.guides.async_get(call.publication, call.origin)
        call.note(Asked.GUIDE)
        if call.parameters.get("gzip", "").lower() in {"1", "true"}:
            return respond_gzip_file(call.request, body)
        return respond(call.request, body, GUIDE_TYPE)


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


async def _formats(coordinator: DownlinkCoordinator) -> list[str]:
    """Return the kinds of streams that there really are."""
    return ["m3u8", "ts"] if await coordinator.streams.async_find_ffmpeg() else ["m3u8"]


async def _account(call: Call) -> xtream.Account:
    credentials = call.coordinator.credentials
    return xtream.Account(
        user_info=xtream.user_info(
            credentials.username,
            credentials.password,
            formats=await _formats(call.coordinator),
            active=call.coordinator.streams.active,
        ),
        server_info=xtream.server_info(*client_origin(call.request), dt_util.utcnow()),
    )


def _live_categories(bodies: Bodies, call: Call) -> web.Response:
    call.note(Asked.CATEGORIES)
    body = bodies.get(call.publication, "categories", lambda: json_bytes(xtream.live_categories()))
    return respond(call.request, body, JSON_TYPE)


def _nothing(bodies: Bodies, call: Call) -> web.Response:
    call.note(Asked.CATEGORIES)
    return _constant(bodies, call, [])


def _no_film(bodies: Bodies, call: Call) -> web.Response:
    call.note(Asked.CATEGORIES)
    return _constant(bodies, call, {"info": [], "movie_data": []})


def _no_series(bodies: Bodies, call: Call) -> web.Response:
    call.note(Asked.CATEGORIES)
    return _constant(bodies, call, {"seasons": [], "info": [], "episodes": []})


def _constant(bodies: Bodies, call: Call, value: Any) -> web.Response:
    content = json_bytes(value)
    return respond(call.request, bodies.get(call.publication, content, lambda: content), JSON_TYPE)


def _live_streams(bodies: Bodies, call: Call) -> web.Response:
    call.note(Asked.CHANNELS)
    # What is no category, 0 above all, stands for all of them.
    category = call.number("category_id") or None
    body = bodies.get(
        call.publication,
        ("streams", call.origin, category),
        lambda: json_bytes(
            xtream.live_streams(call.publication.feed.channels, call.logo(), category)
        ),
    )
    return respond(call.request, body, JSON_TYPE)


def _short_epg(bodies: Bodies, call: Call) -> web.Response:
    limit = min(call.number("limit") or xtream.DEFAULT_LIMIT, _MAX_LIMIT)
    return _listings(
        bodies,
        call,
        ("short_epg", limit),
        lambda channel, programmes, now: xtream.short_epg(channel, programmes, now, limit),
    )


def _data_table(bodies: Bodies, call: Call) -> web.Response:
    return _listings(bodies, call, ("data_table", 0), xtream.data_table)


def _listings(
    bodies: Bodies,
    call: Call,
    kind: tuple[str, int],
    make: Callable[..., list[xtream.Listing] | list[xtream.TableListing]],
) -> web.Response:
    """Answer with programmes; for a channel that nobody knows there are none."""
    call.note(Asked.EPG)
    number = call.number("stream_id")
    channel = None if number is None else call.publication.feed.channel(number)
    programmes = call.publication.feed.guide.get(channel.key, ()) if channel else ()
    now = dt_util.utcnow()
    body = bodies.get(
        call.publication,
        (*kind, channel),
        lambda: json_bytes({"epg_listings": make(channel, programmes, now) if channel else []}),
        # Until then the answer stays the same.
        state=next_change(programmes, now),
    )
    return respond(call.request, body, JSON_TYPE)


_HANDLERS: Final[Mapping[str, Callable[[Bodies, Call], web.Response]]] = {
    "get_live_categories": _live_categories,
    "get_live_streams": _live_streams,
    "get_short_epg": _short_epg,
    "get_simple_data_table": _data_table,
    "get_vod_categories": _nothing,
    "get_vod_streams": _nothing,
    "get_series_categories": _nothing,
    "get_series": _nothing,
    "get_vod_info": _no_film,
    "get_series_info": _no_series,
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
