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
from ..engine.downlink.client_log import Outcome, RequestKind
from ..engine.downlink.formats import xtream
from ..engine.downlink.models import Channel
from ..engine.downlink.publish.publication import Body, Offer
from ..engine.downlink.timeline import last_change
from . import xtream_responses as responses
from .base import (
    JSON_TYPE,
    DownlinkView,
    admit,
    refuse,
    respond,
    respond_once,
    unavailable,
)
from .context import ViewContext
from .feed import PLAYLIST_TYPE, guide_for
from .guest import Guest
from .held import Held
from .log import record_request
from .origin import client_origin, guest_origin
from .paths import XTREAM_PREFIX
from .request_parameters import read_parameters
from .stream import segment, stream

_MAX_LIMIT: Final = 1000
_ATTACHMENT: Final = 'attachment; filename="toonami-downlink.m3u"'
_NUMBER_CHARS: Final = 32
_NUMBER: Final = re.compile(r"([0-9]{1,9})(?:\.0*)?", re.ASCII)


@dataclass(slots=True)
class Call:
    """A request with a right login."""

    context: ViewContext
    guest: Guest
    parameters: Mapping[str, str]

    @property
    def request(self) -> web.Request:
        """The request itself."""
        return self.guest.request

    def number(self, name: str) -> int | None:
        """Return a numeric parameter; None for anything else."""
        text = self.parameters.get(name, "")
        return _number(text) if len(text) <= _NUMBER_CHARS else None

    def record_request(self, kind: RequestKind) -> None:
        """Add the request to the log of clients."""
        self.guest.record(kind)

    def render[*Arguments](
        self, make: Callable[[Offer, *Arguments], bytes], *arguments: *Arguments
    ) -> Body:
        """Return what that makes of what is offered and those arguments."""
        return self.context.cache.get(self.guest.offer, make, *arguments)

    @property
    def held(self) -> Held:
        """What is there to play of recordings."""
        return self.context.held.get(self.guest.offer)

    @property
    def origin(self) -> str:
        """Where the player reached us."""
        return client_origin(self.request).url

    def channel(self) -> Channel | None:
        """Return the channel that is asked for; None when it is unknown."""
        number = self.number("stream_id")
        return None if number is None else self.guest.channel(number)

    def last_change(self, channel: Channel) -> datetime:
        """Return since when that channel's listings have been what they are now."""
        return last_change(self.guest.offer.feed.guide.get(channel.key, ()), dt_util.utcnow())

    async def account(self) -> bytes:
        """Return the account of this user."""
        guest = self.guest
        return responses.account(
            guest.credentials.username,
            guest.credentials.password,
            guest.coordinator.streams.viewers_of(guest.identity),
            client_origin(self.request),
            dt_util.utcnow().replace(microsecond=0),
        )


class XtreamView(DownlinkView):
    """A view behind the user name and password."""

    path: ClassVar[str]
    kind: ClassVar[RequestKind]

    def __init__(self, context: ViewContext, prefix: str = "") -> None:
        """Answer below `prefix`; empty for the root of the server."""
        self._context = context
        self.prefix = prefix.rstrip("/")
        self.url = f"{prefix}{self.path}"
        self.name = f"toonami_downlink:xtream{self.path}"

    async def parameters(self, request: web.Request) -> Mapping[str, str]:
        """Return what the player sent, with ``username`` and ``password``."""
        return await read_parameters(request)

    @override
    async def get(self, request: web.Request, **_: str) -> web.StreamResponse:
        coordinator = self._context.coordinator
        if coordinator is None:
            return unavailable()
        parameters = await self.parameters(request)
        username, password = parameters.get("username", ""), parameters.get("password", "")
        identity = coordinator.credentials.find_login(username, password)
        if identity is None or not coordinator.passes.get(identity):
            return refuse(
                self._context.rate_limit,
                coordinator,
                request,
                self.kind,
                is_old=coordinator.credentials.is_previous(password),
                response=await self.refusal(request, coordinator),
            )
        guest = admit(request, coordinator, identity)
        if guest is None:
            record_request(coordinator, request, self.kind, Outcome.NO_FEED)
            return unavailable()
        return await self.serve(Call(self._context, guest, parameters))

    async def refusal(self, request: web.Request, coordinator: DownlinkCoordinator) -> web.Response:
        """Return what a wrong login gets.

        Some players look at the status, some at ``auth`` in the body, and some of those fail
        when anything else is missing there.
        """
        account = responses.refused_account(guest_origin(request), dt_util.utcnow())
        return respond_once(account, JSON_TYPE, HTTPStatus.UNAUTHORIZED)

    @abstractmethod
    async def serve(self, call: Call) -> web.StreamResponse:
        """Answer a request with a right login."""


class FormView(XtreamView):
    """A view that also answers POST: IPTV Smarters asks like that."""

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Answer POST."""
        return await self.get(request)


class PlayerApiView(FormView):
    """Answer lists and programmes (``player_api.php``)."""

    path = "/player_api.php"
    kind = RequestKind.ACCOUNT

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        action = call.parameters.get("action", "").lower()
        if handler := _HANDLERS.get(action):
            call.record_request(handler.kind)
            return respond(call.request, handler.body(call), JSON_TYPE)
        call.record_request(RequestKind.ACCOUNT)
        return respond_once(await call.account(), JSON_TYPE)


class PanelApiView(FormView):
    """Answer account, categories and channels at once (``panel_api.php``)."""

    path = "/panel_api.php"
    kind = RequestKind.ACCOUNT

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        call.record_request(RequestKind.ACCOUNT)
        account = await call.account()
        origin = client_origin(call.request).url
        content = call.render(responses.panel, origin, call.held).content
        return respond_once(account[:-1] + b"," + content[1:], JSON_TYPE)


class GetView(FormView):
    """The playlist for players that know the Xtream login only."""

    path = "/get.php"
    kind = RequestKind.PLAYLIST

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        call.record_request(RequestKind.PLAYLIST)
        output = call.parameters.get("output", "").lower()
        extension = "ts" if output in {"ts", "mpegts"} else "m3u8"
        origin = client_origin(call.request).url
        base = f"{origin}{self.prefix}"
        login = (call.guest.credentials.username, call.guest.credentials.password)
        body = call.render(responses.playlist, base, origin, login, extension, call.held)
        return respond(call.request, body, PLAYLIST_TYPE, _ATTACHMENT)


class GuideView(FormView):
    """The whole guide for players that know the Xtream login only."""

    path = "/xmltv.php"
    kind = RequestKind.GUIDE

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        call.record_request(RequestKind.GUIDE)
        is_packed = call.parameters.get("gzip", "").lower() in {"1", "true"}
        return await guide_for(self._context, call.guest, is_packed=is_packed)


class LiveView(XtreamView):
    """A channel; a name without extension means MPEG-TS."""

    path = "/live/{user}/{password}/{name}"
    kind = RequestKind.STREAM

    @override
    async def parameters(self, request: web.Request) -> Mapping[str, str]:
        match = request.match_info
        return {"username": match["user"], "password": match["password"], "name": match["name"]}

    @override
    async def refusal(self, request: web.Request, coordinator: DownlinkCoordinator) -> web.Response:
        return web.Response(status=HTTPStatus.UNAUTHORIZED)

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        return await stream(call.guest, call.parameters["name"])


class LiveSegmentView(LiveView):
    """A segment of a channel, as the channel's relayed playlist names it."""

    path = "/live/{user}/{password}/{number}/{sequence}"

    @override
    async def parameters(self, request: web.Request) -> Mapping[str, str]:
        match = request.match_info
        name = f"{match['number']}/{match['sequence']}"
        return {"username": match["user"], "password": match["password"], "name": name}

    @override
    async def serve(self, call: Call) -> web.StreamResponse:
        return await segment(call.guest, call.parameters["name"])


class ShortLiveView(LiveView):
    """A channel without ``/live``; only our own user names look like that."""

    path = "/{user:toonami[a-z0-9]{6}}/{password}/{name}"


class ShortLiveSegmentView(LiveSegmentView):
    """A segment without ``/live``."""

    path = "/{user:toonami[a-z0-9]{6}}/{password}/{number}/{sequence}"


XTREAM_VIEWS: Final = (
    PlayerApiView,
    PanelApiView,
    GetView,
    GuideView,
    LiveView,
    LiveSegmentView,
    ShortLiveView,
    ShortLiveSegmentView,
)
# Some players have a slash at the end of the server and another before the path.
XTREAM_PREFIXES: Final = ("", "/", XTREAM_PREFIX, f"{XTREAM_PREFIX}/")


@lru_cache(maxsize=128)
def _number(text: str) -> int | None:
    match = _NUMBER.fullmatch(text)
    return int(match[1]) if match else None


def _live_streams(call: Call) -> Body:
    # What is no category, 0 above all, stands for all of them.
    category = call.number("category_id") or None
    return call.render(responses.live_streams, call.origin, category, call.held)


def _short_epg(call: Call) -> Body:
    limit = min(call.number("limit") or xtream.DEFAULT_LIMIT, _MAX_LIMIT)
    if (channel := call.channel()) is None:
        return responses.NO_LISTINGS
    return call.render(responses.short_epg, channel, call.last_change(channel), limit)


def _data_table(call: Call) -> Body:
    if (channel := call.channel()) is None:
        return responses.NO_LISTINGS
    return call.render(responses.data_table, channel, call.last_change(channel), call.held)


def _film_categories(call: Call) -> Body:
    return call.render(responses.film_categories, call.held)


def _films(call: Call) -> Body:
    return call.render(responses.films, call.origin, call.held)


def _film(call: Call) -> Body:
    return call.render(responses.film, call.origin, call.number("vod_id"), call.held)


def _series_categories(call: Call) -> Body:
    return call.render(responses.series_categories, call.held)


def _all_series(call: Call) -> Body:
    return call.render(responses.all_series, call.origin, call.held)


def _series(call: Call) -> Body:
    number = call.number("series_id") or call.number("series")
    return call.render(responses.series, call.origin, number, call.held)


class _Handler(NamedTuple):
    """An action: what it counts as, and what makes its body."""

    kind: RequestKind
    body: Callable[[Call], Body]


_HANDLERS: Final[Mapping[str, _Handler]] = {
    "get_live_categories": _Handler(RequestKind.CATEGORIES, lambda _: responses.CATEGORIES),
    "get_live_streams": _Handler(RequestKind.CHANNELS, _live_streams),
    "get_short_epg": _Handler(RequestKind.EPG, _short_epg),
    "get_simple_data_table": _Handler(RequestKind.EPG, _data_table),
    "get_simple_date_table": _Handler(RequestKind.EPG, _data_table),  # as IPTVnator spells it
    "get_vod_categories": _Handler(RequestKind.CATEGORIES, _film_categories),
    "get_vod_streams": _Handler(RequestKind.CATEGORIES, _films),
    "get_vod_info": _Handler(RequestKind.CATEGORIES, _film),
    "get_series_categories": _Handler(RequestKind.CATEGORIES, _series_categories),
    "get_series": _Handler(RequestKind.CATEGORIES, _all_series),
    "get_series_info": _Handler(RequestKind.CATEGORIES, _series),
}
