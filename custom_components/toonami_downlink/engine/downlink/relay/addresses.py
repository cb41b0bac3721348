"""Which addresses may be opened: none in the networks of this house, unless upstream is there.

Everything that leads somewhere (playlists, variants, segments, redirects, issuers of certificates)
goes through one `AddressGuard`: the address is checked, its name is resolved once, all answers are
checked, and each socket is made for an address that was checked.
"""

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
import re
import socket
from typing import TYPE_CHECKING, Final, override
from urllib.parse import urljoin, urlsplit

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

from ..network import is_global_address
from ..text import is_usable_url
from .errors import AddressRefusedError, Reason

if TYPE_CHECKING:
    from aiohappyeyeballs import AddrInfoType

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

_KINDS: Final[tuple[tuple[Network, ...], ...]] = tuple(
    tuple(ip_network(network) for network in kind)
    for kind in (
        ("127.0.0.0/8", "::1/128"),
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
        ("100.64.0.0/10",),
        ("169.254.0.0/16", "fe80::/10"),
    )
)
"""This machine, home networks, networks of carriers and tunnels, single links: each to itself."""
_NEVER: Final = frozenset(
    ip_address(address)
    for address in (
        "169.254.169.254",
        "169.254.170.2",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "fd00:ec2::254",
    )
)
"""Where clouds hand out the credentials of their machines."""
_NAT64: Final = IPv6Network("64:ff9b::/96")
"""Carries an IPv4 address in its last bits (RFC 6052)."""
_STATION: Final = "toonamiaftermath.com"
"""Public: if its names lead into a house, then whoever answers for them lies."""
_NUMERIC: Final = re.compile(r"(?:\d+|0x[0-9a-f]*)", re.ASCII | re.IGNORECASE)
"""The last label of what systems read as an IPv4 address (https://url.spec.whatwg.org, § 3.5)."""


class _RefusedError(OSError):
    """What aiohttp passes on from a resolver."""


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address that connections to this address end at, if it carries one."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(address.packed[-4:])
    return address


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet's own."""
    address = _unwrapped(address)
    return is_global_address(str(address)) and address not in _NEVER


def networks_beside(address: Address) -> tuple[Network, ...]:
    """Return the special networks of the same kind as an address; none for a public one."""
    address = _unwrapped(address)
    for kind in _KINDS:
        if any(address in network for network in kind):
            return kind
    return ()


def read_literal(host: str) -> Address | None:
    """Return the IP address that a host is, None for a name.

    Raises AddressRefusedError for one in octal, hexadecimal, shortened or otherwise odd form.
    """
    is_number = bool(_NUMERIC.fullmatch(host.rstrip(".").rpartition(".")[2]))
    if ":" not in host and not is_number:
        return None
    try:
        return ip_address(host)
    except ValueError as err:
        raise AddressRefusedError(Reason.BAD_ADDRESS, "An address is in an odd form.") from err


class AddressGuard(AbstractResolver):
    """Decides which addresses may be opened; also resolves names, so that nothing lies between."""

    def __init__(
        self,
        api_url: str = "",
        *,
        allowed: Iterable[Network] = (),
        resolver: AbstractResolver | None = None,
    ) -> None:
        """Allow public addresses, those in networks like the API's own, and those in `allowed`.

        `resolver` answers for names in place of the system's.
        """
        self._api_host = _host_of(api_url) if is_usable_url(api_url) else ""
        self._allowed = tuple(allowed)
        self._beside: tuple[Network, ...] | None = None
        self._resolver = resolver

    async def check(self, url: str) -> None:
        """Check an address before it is opened. Raises AddressRefusedError.

        Of a name nothing is known here: what it leads to is checked when it is resolved.
        """
        if not is_usable_url(url):
            raise AddressRefusedError(Reason.BAD_ADDRESS, "An address is not one for http.")
        literal = read_literal(_host_of(url))
        if literal and not await self._may_open(literal):
            raise internal_address()

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Resolve a name for aiohttp. Raises OSError, also if one of its addresses is refused."""
        found = await self._ask(host, port, family)
        for one in found:
            if not await self._may_open(ip_address(one["host"])):
                raise _RefusedError(None, "leads to an internal address")
        return found

    def make_socket(self, info: AddrInfoType) -> socket.socket:
        """Make the socket for a connection: the last place to look where it leads.

        Raises OSError for an address that was not allowed before.
        """
        family, kind, protocol, _, address = info
        if not self._is_allowed(ip_address(address[0])):
            raise _RefusedError(None, "leads to an internal address")
        return socket.socket(family, kind, protocol)

    @override
    async def close(self) -> None:
        """Let go of the resolver."""
        if self._resolver:
            await self._resolver.close()

    async def _may_open(self, address: Address) -> bool:
        if not is_public(address) and self._beside is None:
            self._beside = await self._networks_of_api()
        return self._is_allowed(address)

    def _is_allowed(self, address: Address) -> bool:
        plain = _unwrapped(address)
        if plain in _NEVER:
            return False
        return is_public(plain) or any(
            plain in network for network in (*self._allowed, *(self._beside or ()))
        )

    async def _networks_of_api(self) -> tuple[Network, ...] | None:
        """Return what the configured address opens; None while its name cannot be resolved."""
        host = self._api_host
        if not host or f".{host.rstrip('.')}".endswith(f".{_STATION}"):
            return ()
        try:
            if literal := read_literal(host):
                return networks_beside(literal)
            found = await self._ask(host, 0, socket.AF_UNSPEC)
        except AddressRefusedError:
            return ()
        except OSError:
            return None
        return tuple(
            network for one in found for network in networks_beside(ip_address(one["host"]))
        )

    async def _ask(self, host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        if self._resolver is None:
            self._resolver = ThreadedResolver()
        return await self._resolver.resolve(host, port, family)


def internal_address() -> AddressRefusedError:
    """Return the error for an address in a network that is none of upstream's business."""
    return AddressRefusedError(
        Reason.INTERNAL_ADDRESS, "An address leads into an internal network."
    )


def was_refused(error: OSError) -> bool:
    """Whether a connection failed because of where it would have led."""
    return isinstance(error, _RefusedError)


def join_address(base: str, reference: str) -> str:
    """Return where a reference leads that was found at `base`. Raises AddressRefusedError."""
    try:
        url = urljoin(base, reference)
    except ValueError:
        url = ""
    if not is_usable_url(url):
        raise AddressRefusedError(Reason.BAD_ADDRESS, "An address is not one for http.")
    return url


def server_of(url: str) -> str:
    """Return the host of an address, with its port where that is not the usual one.

    An empty string for what is no address.
    """
    if not is_usable_url(url):
        return ""
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme.lower())
    return _host_of(url) if parts.port in {None, usual} else f"{_host_of(url)}:{parts.port}"


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
