"""Requests to addresses that a server has named, and not the user."""

from collections.abc import Callable
from errno import EHOSTUNREACH
import socket
from typing import TYPE_CHECKING

import aiohttp

from ..network import is_global_address, is_global_host

if TYPE_CHECKING:
    from aiohttp.connector import AddrInfoType


type MakeSocket = Callable[[AddrInfoType], socket.socket]
"""Makes the socket for an address that is about to be connected to; OSError for a forbidden one."""


def outside_session(asked: str, make_socket: MakeSocket | None = None) -> aiohttp.ClientSession:
    """Return a session for addresses that the host `asked` has named; the caller closes it.

    It connects to public addresses only, whatever a name resolves to at that moment; anything else
    is aiohttp's ClientConnectorError. Where `asked` is in the house itself, it connects anywhere.
    `make_socket` decides instead of all that. Bodies are left packed. Redirects are the caller's
    business.
    """
    if make_socket is None and is_global_host(asked):
        make_socket = _open_public_socket
    connector = aiohttp.TCPConnector(
        socket_factory=make_socket, resolver=aiohttp.ThreadedResolver()
    )
    return aiohttp.ClientSession(connector=connector, auto_decompress=False)


def _open_public_socket(info: AddrInfoType) -> socket.socket:
    """Make a socket for what is going to be connected to: names have been resolved by now."""
    family, kind, protocol, _, (host, *_) = info
    if not is_global_address(str(host)):
        raise OSError(EHOSTUNREACH, f"{host} is not a public address")
    return socket.socket(family, kind, protocol)
