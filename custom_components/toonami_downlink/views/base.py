"""The base of all views: check the secret, answer with a body, refuse."""

from abc import ABC, abstractmethod
from functools import lru_cache
from http import HTTPStatus
import re
from typing import ClassVar, Final, NamedTuple, override

from aiohttp import hdrs, web
from homeassistant.components.http import HomeAssistantView
from multidict import CIMultiDict, CIMultiDictProxy

from ..coordinator import DownlinkCoordinator
from ..engine.downlink.client_log import Outcome, RequestKind, player_name
from ..engine.downlink.publish.publication import Body
from ..storage.credentials import CredentialStore
from .context import ViewContext
from .guest import Guest
from .log import record_request
from .rate_limit import RateLimit

JSON_TYPE: Final = "application/json"
GZIP_TYPE: Final = "application/gzip"
RETRY_SECONDS: Final = 30
_NO_STORE: Final = "no-store"
_REVALIDATE: Final = "private, no-cache"
_REMEMBERED_CHARS: Final = 300
"""The longest pair of headers whose answer is kept for the next time."""


class DownlinkView(HomeAssistantView, ABC):
    """A view for players.

    They cannot log in to Home Assistant: every view checks the feed token, or the user name and
    password, itself. Home Assistant's own CORS answers preflights and echoes any origin, without
    credentials; headers set by hand would collide with it.
    """

    requires_auth = False
    cors_allowed = True

    @abstractmethod
    async def get(self, request: web.Request, **_: str) -> web.StreamResponse:
        """Answer GET, and all other methods."""

    async def head(self, request: web.Request, **_: str) -> web.StreamResponse:
        """Answer HEAD: players and televisions ask like that first; aiohttp drops the body."""
        return await self.get(request)


class TokenView(DownlinkView):
    """A view below the feed token."""

    kind: ClassVar[RequestKind]

    def __init__(self, context: ViewContext) -> None:
        """Share the rate limit and what was rendered with all other views."""
        self._context = context

    @override
    async def get(self, request: web.Request, **_: str) -> web.StreamResponse:
        coordinator = self._context.coordinator
        if coordinator is None:
            return unavailable()
        token = request.match_info["feed_token"]
        identity = self.find(coordinator.credentials, token)
        if identity is None or not coordinator.passes.get(identity):
            is_old = coordinator.credentials.is_previous(token)
            return refuse(self._context.rate_limit, coordinator, request, self.kind, is_old=is_old)
        guest = admit(request, coordinator, identity)
        if guest is None:
            record_request(coordinator, request, self.kind, Outcome.NO_FEED)
            return unavailable()
        return await self.serve(guest)

    def find(self, credentials: CredentialStore, token: str) -> str | None:
        """Return whose pass the secret in the path is, if it opens this view."""
        return credentials.find_token(token)

    @abstractmethod
    async def serve(self, guest: Guest) -> web.StreamResponse:
        """Answer a request that may be answered."""


def admit(request: web.Request, coordinator: DownlinkCoordinator, identity: str) -> Guest | None:
    """Let a request with the secrets of that pass in; None without a feed, or such a pass."""
    credentials, one = coordinator.credentials.of(identity), coordinator.passes.get(identity)
    if coordinator.data is None or credentials is None or one is None:
        return None
    offer = coordinator.passes.offer(coordinator.data, one)
    return Guest(request, coordinator, credentials, offer)


def is_kodi(request: web.Request) -> bool:
    """Whether it is Kodi that asks, which has ways of its own."""
    return "Kodi" in request.headers.get(hdrs.USER_AGENT, "")


def refuse(
    rate_limit: RateLimit,
    coordinator: DownlinkCoordinator,
    request: web.Request,
    kind: RequestKind,
    *,
    is_old: bool,
    response: web.Response | None = None,
) -> web.Response:
    """Refuse wrong credentials with `response`, or 403 without a body; 429 after too many.

    The answer is returned and not raised: Home Assistant would log the whole address and might
    ban the player, and with it the house behind it.
    """
    record_request(
        coordinator, request, kind, Outcome.OLD_CREDENTIALS if is_old else Outcome.REFUSED
    )
    player = player_name(request.headers.get(hdrs.USER_AGENT, ""))
    if wait := rate_limit.fail(request.remote or "?", player):
        return web.Response(
            status=HTTPStatus.TOO_MANY_REQUESTS, headers={hdrs.RETRY_AFTER: str(wait)}
        )
    return response or web.Response(status=HTTPStatus.FORBIDDEN)


def unavailable(headers: dict[str, str] | None = None) -> web.Response:
    """Answer that there is nothing to serve at the moment."""
    return web.Response(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        headers={hdrs.RETRY_AFTER: str(RETRY_SECONDS), **(headers or {})},
    )


def not_found() -> web.Response:
    """Answer that there is no such channel, or no such view at the moment."""
    return web.Response(status=HTTPStatus.NOT_FOUND)


def respond(
    request: web.Request, body: Body, content_type: str, disposition: str = ""
) -> web.StreamResponse:
    """Answer with a body that was made before: 304, gzipped or plain.

    With `GZIP_TYPE` the gzipped bytes are what is asked for, whatever the player accepts. A Range
    is not looked at: players send ``bytes=0-`` with everything, and 200 with the whole is always
    a right answer to it.
    """
    get = request.headers.get
    accepted, known = get(hdrs.ACCEPT_ENCODING, ""), get(hdrs.IF_NONE_MATCH, "")
    make = _head if len(accepted) + len(known) <= _REMEMBERED_CHARS else _make_head
    head = make(body.etag, accepted, known, content_type, disposition)
    if head.is_known:
        # A Response would take its time to find out that it has no body.
        return web.StreamResponse(status=HTTPStatus.NOT_MODIFIED, headers=head.headers)
    return web.Response(
        body=body.gzipped if head.is_gzipped else body.content, headers=head.headers
    )


class _ResponseHead(NamedTuple):
    """The head of a response: its status and headers."""

    is_known: bool
    is_gzipped: bool
    headers: CIMultiDictProxy[str]


def _make_head(
    etag: str, accepted: str, known: str, content_type: str, disposition: str
) -> _ResponseHead:
    """Make the head of the answer to an Accept-Encoding and an If-None-Match."""
    # One strong validator must not stand for two different sequences of bytes.
    plain, gzipped, file = etag, f'{etag[:-1]}-gzip"', f'{etag[:-1]}-file"'
    headers: dict[str, str] = {hdrs.CACHE_CONTROL: _REVALIDATE}
    is_gzipped = True
    if content_type == GZIP_TYPE:
        etags: tuple[str, ...] = (file,)
    else:
        headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
        is_gzipped = accepts_gzip(accepted)
        etags = (gzipped, plain) if is_gzipped else (plain, gzipped)
    if match := _match(known, etags):
        headers[hdrs.ETAG] = match
        return _ResponseHead(True, is_gzipped, CIMultiDictProxy(CIMultiDict(headers)))
    headers |= {hdrs.ETAG: etags[0], hdrs.CONTENT_TYPE: content_type}
    if is_gzipped and content_type != GZIP_TYPE:
        headers[hdrs.CONTENT_ENCODING] = "gzip"
    if disposition:
        headers[hdrs.CONTENT_DISPOSITION] = disposition
    return _ResponseHead(False, is_gzipped, CIMultiDictProxy(CIMultiDict(headers)))


# Players send the same few headers again and again.
_head: Final = lru_cache(maxsize=256)(_make_head)


def respond_once(content: bytes, content_type: str, status: int = HTTPStatus.OK) -> web.Response:
    """Answer with a body that is different each time."""
    return web.Response(
        body=content,
        status=status,
        headers={hdrs.CONTENT_TYPE: content_type, hdrs.CACHE_CONTROL: _NO_STORE},
    )


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3)."""
    allowed = {}
    for item in header.lower().split(","):
        coding, _, parameters = item.partition(";")
        quality = re.fullmatch(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", parameters)
        allowed[coding.strip()] = float(quality[1]) > 0 if quality else True
    return allowed.get("gzip", allowed.get("x-gzip", allowed.get("*", False)))


def _match(header: str, etags: tuple[str, ...]) -> str | None:
    """Return the one of `etags` that an If-None-Match header names (RFC 9110, 13.1.2)."""
    if header.strip() == "*":
        return etags[0]
    # The comparison for If-None-Match is the weak one: a prefix W/ does not count.
    named = re.findall(r'"[^"]*"', header)
    return next((etag for etag in etags if etag in named), None)
