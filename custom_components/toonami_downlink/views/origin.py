"""The address that a client reached us at: what absolute URLs in a body begin with."""

from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
import re
from typing import Final, NamedTuple, override

from aiohttp import hdrs, web
from homeassistant.components.http import KEY_HASS
from homeassistant.helpers.network import NoURLAvailableError, get_url

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_MAX_HOST_CHARS: Final = 253
_NAME: Final = re.compile(
    r"(?=[^:]{1,253}(?::|\Z))[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
    r"(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?",
    re.IGNORECASE | re.ASCII,
)


class Origin(NamedTuple):
    """A scheme, host and port."""

    scheme: str
    """``http`` or ``https``."""
    host: str
    """A host name, an IPv4 address, or an IPv6 address in brackets."""
    port: int
    url: str
    """All three without a path; the scheme's own port is left out."""

    @override
    def __str__(self) -> str:
        return self.url


def make_origin(scheme: str, host: str, port: int) -> Origin:
    """Put an origin together."""
    authority = host if port == _DEFAULT_PORTS[scheme] else f"{host}:{port}"
    return Origin(scheme, host, port, f"{scheme}://{authority}")


_NOWHERE: Final = make_origin("http", "localhost", 80)


def client_origin(request: web.Request) -> Origin:
    """Return the scheme, host and port that the client reached.

    Home Assistant has already put what a trusted proxy says into the request. A Host header that
    names no host never gets into an answer: then Home Assistant's own address does.
    """
    return _sent_origin(request) or _own_origin(request)


def guest_origin(request: web.Request) -> Origin:
    """Return what a client without a login may be told: the origin that it sent, or none of ours.

    Home Assistant's own address is nothing that a stranger should learn from a strange request.
    """
    return _sent_origin(request) or _NOWHERE


def is_own_address(request: web.Request, origin: Origin) -> bool:
    """Whether an origin is the very address and port that the connection leads to."""
    sockname = request.transport.get_extra_info("sockname") if request.transport else None
    if not isinstance(sockname, tuple):
        return False
    return (origin.host.strip("[]"), origin.port) == sockname[:2]


def _sent_origin(request: web.Request) -> Origin | None:
    # Without the header, aiohttp may look its own name up in the DNS, and wait for it.
    if hdrs.HOST not in request.headers:
        return None
    return parse_origin(request.scheme, request.host)


def parse_origin(scheme: str, authority: str) -> Origin | None:
    """Read a scheme and a Host header; None for anything that is not exactly a host and port."""
    if scheme not in _DEFAULT_PORTS or len(authority) > _MAX_HOST_CHARS + 8:
        return None
    return _parse_origin(scheme, authority)


@lru_cache(maxsize=256)
def _parse_origin(scheme: str, authority: str) -> Origin | None:
    host, port = _split(authority)
    if port == "":
        number = _DEFAULT_PORTS[scheme]
    elif re.fullmatch(r":[0-9]{1,5}", port) and 0 < int(port[1:]) <= 65535:
        number = int(port[1:])
    else:
        return None
    return make_origin(scheme, host.lower(), number) if _is_host(host) else None


def _split(authority: str) -> tuple[str, str]:
    """Cut the port off, with its colon."""
    end = authority.find("]") + 1 if authority.startswith("[") else authority.find(":")
    return (authority, "") if end < 0 else (authority[:end], authority[end:])


def _is_host(host: str) -> bool:
    if not host.startswith("["):
        return _NAME.fullmatch(host) is not None
    try:
        # A zone such as %eth0 means something on the client's machine only.
        return "%" not in host and IPv6Address(host[1:-1]) is not None
    except AddressValueError:
        return False


def _own_origin(request: web.Request) -> Origin:
    try:
        scheme, _, authority = get_url(request.app[KEY_HASS]).partition("://")
    except NoURLAvailableError:
        pass
    else:
        if origin := parse_origin(scheme, authority):
            return origin
    sockname = request.transport.get_extra_info("sockname") if request.transport else None
    # A Unix socket has a path instead of an address and a port.
    host, port = sockname[:2] if isinstance(sockname, tuple) else ("127.0.0.1", 80)
    return make_origin("http", f"[{host}]" if ":" in host else host, port)
