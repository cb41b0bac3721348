"""Whether an address is on the internet, or in somebody's house.

What a server on the internet says must not lead a player, a browser or Home Assistant to a router,
to another machine of the house, or to the machine itself. Only an address that the user has chosen
may be there.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
import unicodedata
from urllib.parse import urlsplit

_EMBEDDING: Final = [
    IPv6Network("::/96"),
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("::ffff:0:0:0/96"),
    IPv6Network("64:ff9b::/96"),
]
"""Whose last 32 bits are an IPv4 address: compatible, mapped, translated, NAT64.

Source: RFC 4291 § 2.5.5, RFC 7915 § 2.1, RFC 6052 § 2.1
"""
_RELAYS_6TO4: Final = IPv4Network("192.88.99.0/24")
"""To Python they are global, although they lead to whoever answers first (RFC 7526)."""
_UNICAST: Final = IPv6Network("2000::/3")
"""All that was ever given out of IPv6 (RFC 4291 § 2.4, IANA's registry)."""
_LOCAL_NAMES: Final = frozenset(
    [
        "corp",
        "home",
        "home.arpa",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "local.hass.io",
        "localdomain",
        "localhost",
        "private",
    ]
)
"""Ends of names that mean something in one network only (RFC 6761, RFC 8375, and by custom)."""
_DOTS: Final = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61", "."))
"""What a browser takes for a dot in a host's name (UTS 46)."""
_HEX: Final = "0123456789abcdef"
_MAX_DIGITS: Final = 11
"""Of 32 bits in octal."""
_PARTS: Final = 4
_BYTE: Final = 0xFF
_HOST_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._")
"""Of ASCII; others would be read by some as the end of the host, or as another one."""


def is_global_address(address: str) -> bool:
    """Whether the text is an IP address, in its usual form, that is reached over the internet.

    False for what is private, of this machine, of one link only (with a zone or without), shared,
    multicast, reserved or for documentation; an IPv6 address that stands for an IPv4 address is
    taken as that one.
    """
    try:
        return _is_global(ip_address(address))
    except ValueError:
        return False


@lru_cache(maxsize=256)
def is_global_host(host: str) -> bool:
    """Whether a URL's host, a name or an address, can be one on the internet.

    An address may have any form that a resolver or a browser takes for one: brackets, a number,
    octal or hexadecimal parts, fewer parts than four, full-width digits. A name without a dot or
    with an end that is for local use is not global. Of any other name only the name service knows
    where it leads: who connects has to look at the address as well (`is_global_address`).
    """
    host = unicodedata.normalize("NFKC", host.translate(_DOTS)).lower()
    if ":" in host or host.startswith("["):
        return is_global_address(host.removeprefix("[").removesuffix("]"))
    host = host.removesuffix(".")
    if not all(one in _HOST_CHARACTERS or not one.isascii() for one in host):
        return False
    labels = host.split(".")
    if _is_number(labels[-1]):
        address = _read_ipv4(labels)
        return address is not None and _is_global(address)
    return (
        len(labels) > 1
        and all(labels)
        and not any(".".join(labels[index:]) in _LOCAL_NAMES for index in range(len(labels)))
    )


def may_lead_to(url: str, asked: str) -> bool:
    """Whether the server at the address `asked` may have us, or others, go to the address `url`.

    It may always lead to its own host. To an address in the house only if it is there itself.
    """
    try:
        host, own = urlsplit(url).hostname or "", urlsplit(asked).hostname or ""
    except ValueError:
        return False
    return host == own or is_global_host(host) or not is_global_host(own)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and address not in _RELAYS_6TO4
    if address.scope_id:
        return False
    if any(address in network for network in _EMBEDDING):
        return _is_global(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in _UNICAST and address.is_global


def _is_number(label: str) -> bool:
    """Whether a name that ends so is meant as an IPv4 address (WHATWG URL, "ends in a number")."""
    return label.isdecimal() or (label.startswith("0x") and not label[2:].strip(_HEX))


def _number(part: str) -> int | None:
    """Read a part of an IPv4 address as `inet_aton` does: decimal, octal, hexadecimal."""
    base = 16 if part.startswith("0x") else 8 if part.startswith("0") else 10
    digits = (part[2:] if base == 16 else part).lstrip("0")
    if not part or len(digits) > _MAX_DIGITS or digits.strip(_HEX[:base]):
        return None
    return int(digits or "0", base)


def _read_ipv4(parts: list[str]) -> IPv4Address | None:
    """Read an IPv4 address; the last of fewer parts than four fills up the rest."""
    numbers = [number for part in parts if (number := _number(part)) is not None]
    if len(parts) > _PARTS or len(numbers) < len(parts):
        return None
    *first, last = numbers
    if any(number > _BYTE for number in first) or last >= 1 << 8 * (_PARTS - len(first)):
        return None
    return IPv4Address(last + sum(number << 8 * (3 - index) for index, number in enumerate(first)))
