"""The short address: what is typed with a remote, and answered in the home network only."""

from ipaddress import ip_address
from typing import Final, override

from aiohttp import hdrs, web
from homeassistant.components.http import KEY_HASS, HomeAssistantView
from homeassistant.core import HomeAssistant
from homeassistant.helpers.network import is_cloud_connection
from homeassistant.util.network import is_local

from ..coordinator import DownlinkCoordinator
from ..engine.downlink.client_log import Outcome, RequestKind
from ..engine.downlink.passes import HOME
from ..engine.downlink.short_codes import ALPHABET, MAX_CHARS, read_code
from .base import admit, respond, unavailable
from .context import ViewContext
from .feed import guide_for, playlist_for
from .guesses import GuessLimit
from .log import record_request
from .origin import client_origin
from .paths import SHORT_PREFIX, short_path
from .short_page import HEADERS, Page, render_page
from .short_texts import device_of, language_of

_CODE: Final = rf"[{ALPHABET}{ALPHABET.upper()} -]{{1,{MAX_CHARS}}}"
"""What can be a code, and nothing else: a dashboard may have an address that begins like ours."""
_TAIL: Final = r"(?:/|/guide(?:\.xml(?:\.gz)?)?/?)?"
_PREFIXES: Final = (SHORT_PREFIX, SHORT_PREFIX.title(), SHORT_PREFIX.upper())
"""A television may begin each word with a capital, or write nothing else."""
_PLAYLIST_TYPE: Final = "audio/x-mpegurl"
"""No ending says what it is here, and mpv does not know the type with a parameter."""
_MAX_ACCEPT: Final = 1024


class ShortView(HomeAssistantView):
    """The playlist of a pass for players, its guide, and a page for browsers.

    To everybody else there is no such path: what Home Assistant answers to a path that it does not
    know is answered to who is not at home, to a wrong code, and to any method but GET and HEAD.
    Therefore there is no CORS here either, and no answer that says "not now".
    """

    url = f"{SHORT_PREFIX}/{{code:{_CODE}}}{{tail:{_TAIL}}}"
    # A list, as the base class has it.
    extra_urls = [f"{prefix}/{{code:{_CODE}}}{{tail:{_TAIL}}}" for prefix in _PREFIXES[1:]]  # noqa: RUF012
    name = "toonami_downlink:short"
    requires_auth = False
    cors_allowed = False

    def __init__(self, context: ViewContext) -> None:
        """Share what was rendered with all other views."""
        self._context = context
        self._guesses = GuessLimit(context.hass.loop.time)

    @override
    def register(
        self, hass: HomeAssistant, app: web.Application, router: web.UrlDispatcher
    ) -> None:
        """Register for every method: one that were refused would give the path away."""
        for url in (self.url, *self.extra_urls):
            router.add_route(hdrs.METH_ANY, url, self.get)

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Answer whatever comes."""
        coordinator = self._context.coordinator
        is_read = request.method in {hdrs.METH_GET, hdrs.METH_HEAD}
        if coordinator is None or not is_read or not is_at_home(request):
            raise web.HTTPNotFound
        code = read_code(request.match_info["code"])
        identity = coordinator.credentials.find_code(code) if code else None
        if identity is None or not coordinator.passes.get(identity):
            if code and self._guesses.is_noted(request.remote or "?"):
                record_request(coordinator, request, RequestKind.SHORT, Outcome.REFUSED)
            raise web.HTTPNotFound
        tail = request.match_info["tail"].strip("/")
        if not tail and is_browser(request):
            return await self._page(request, coordinator, identity)
        guest = admit(request, coordinator, identity)
        if guest is None:
            record_request(coordinator, request, RequestKind.SHORT, Outcome.NO_FEED)
            return unavailable()
        if tail:
            guest.record(RequestKind.GUIDE)
            return await guide_for(self._context, guest, is_packed=tail.endswith(".gz"))
        guest.record(RequestKind.SHORT)
        response = respond(request, playlist_for(self._context, guest), _PLAYLIST_TYPE)
        response.headers[hdrs.VARY] = f"{hdrs.ACCEPT}, {hdrs.ACCEPT_ENCODING}"
        return response

    async def _page(
        self, request: web.Request, coordinator: DownlinkCoordinator, identity: str
    ) -> web.StreamResponse:
        one, credentials = coordinator.passes.get(identity), coordinator.credentials.of(identity)
        code = coordinator.credentials.code(identity)
        if one is None or credentials is None or code is None:
            raise web.HTTPNotFound
        record_request(coordinator, request, RequestKind.PAGE, Outcome.OK)
        origin = client_origin(request).url
        page = Page(
            name=coordinator.config_entry.title if identity == HOME else one.name,
            origin=origin,
            address=f"{origin}{short_path(code)}",
            credentials=credentials,
            language=language_of(request.headers.get(hdrs.ACCEPT_LANGUAGE, "")),
            device=device_of(request.headers.get(hdrs.USER_AGENT, "")),
        )
        body = await self._context.hass.async_add_executor_job(render_page, page)
        return web.Response(body=body, headers=HEADERS)


def is_at_home(request: web.Request) -> bool:
    """Whether a request comes from the home network, as Home Assistant decides it for local users.

    What a trusted proxy says is in the request already; what comes through the cloud is not local,
    although it comes from this very machine.
    """
    if is_cloud_connection(request.app[KEY_HASS]):
        return False
    try:
        return is_local(ip_address(request.remote or ""))
    except ValueError:
        return False


def is_browser(request: web.Request) -> bool:
    """Whether a person looks at it.

    Programs in Java say that they take a page although they have nothing to show it with.
    """
    accept = request.headers.get(hdrs.ACCEPT, "")[:_MAX_ACCEPT].lower()
    is_java = request.headers.get(hdrs.USER_AGENT, "").startswith("Java/")
    return "text/html" in accept and not is_java
