"""Certificates checked as a browser checks them: also where a server leaves out a link.

Upstream's server sends its own certificate and not the one above it, which strict clients refuse
(upstream.md 1.1). What is missing comes from a file beside this one, from an earlier run, or from
the address that the certificate itself names for it (`aia`). Such a certificate is a link only: in
the end the chain has to reach a root that the system trusts.

OpenSSL knows no links: whatever it is given is a root for it if it looks like one. So it is given
only what has been proven to lie below a root of the system, and does not look like one.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
import logging
import os
from pathlib import Path
import re
import socket
import ssl
from typing import TYPE_CHECKING, Final

from ..errors import CannotWriteError
from ..files import read_limited, write_whole
from .outside import MakeSocket, outside_session

if TYPE_CHECKING:
    from .aia import Link

_LOGGER = logging.getLogger(__name__)
_BUNDLED: Final = Path(__file__).with_name("certificates.pem")
_MAX_BYTES: Final = 64 * 1024
"""Of a file of certificates."""
_MAX_REMEMBERED: Final = 16
_MAX_ROOTS: Final = 1_000
"""More files in a folder of roots than that are not looked at."""
_HASHED: Final = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""How OpenSSL wants the files in such a folder to be called (openssl-rehash)."""
_SECONDS: Final = 10.0
"""For all that it takes to complete a chain."""
_CONNECT_SECONDS: Final = _SECONDS / 8
"""For one address of a server that has others: a chain takes two connections."""
_INCOMPLETE: Final = frozenset({2, 10, 20, 21})
"""OpenSSL's codes for a chain that does not reach a trusted root (openssl-verification-options).

One is that something has expired: it may be a link, for which there is a newer one.
"""
_REASONS: Final = {
    2: "its issuer is not known",
    10: "it has expired",
    18: "it is signed by itself",
    19: "it leads to a root that this system does not trust",
    20: "its issuer is not known",
    21: "its issuer is not known",
    62: "it is for another name",
    64: "it is for another address",
}


def can_be_completed(error: ssl.SSLCertVerificationError) -> bool:
    """Whether a chain may have been refused for a missing link."""
    return error.verify_code in _INCOMPLETE


def reason_of(error: ssl.SSLCertVerificationError) -> str:
    """Say why a certificate was refused, as the end of a sentence."""
    return _REASONS.get(error.verify_code) or error.verify_message or "it cannot be checked"


class CertificateVerifier:
    """Verify servers' certificates, completed by the links that servers leave out."""

    def __init__(self, *, verify: bool = True, remembered: Path | None = None) -> None:
        """Check or do not; `remembered` is a file for links that were found."""
        self._verify = verify
        self._file = remembered
        self._learnt: list[Link] = []
        self._context: ssl.SSLContext | None = None
        self._lock = asyncio.Lock()

    async def context(self) -> ssl.SSLContext:
        """Return how to check now; after `complete` this is another one than before."""
        async with self._lock:
            if self._context is None:
                self._context = await asyncio.to_thread(self._start)
            return self._context

    async def complete(
        self,
        host: str,
        port: int,
        refused_by: ssl.SSLContext,
        make_socket: MakeSocket | None = None,
    ) -> bool:
        """Look for the links that a server leaves out; True when it can be trusted with them.

        `refused_by` is the context that did not suffice; `make_socket` refuses addresses that must
        not be connected to. Everything that fails is a False.
        """
        async with self._lock:
            if self._context is not refused_by:
                return True
            from . import aia  # noqa: PLC0415  # slow to load

            now = datetime.now(UTC)
            bundled = aia.load(await asyncio.to_thread(_read, _BUNDLED))
            known = aia.usable([*bundled, *self._learnt], now)
            try:
                async with asyncio.timeout(_SECONDS), outside_session(host, make_socket) as session:
                    sent = await _handshake(host, port, _accepting(), make_socket)
                    roots = await asyncio.to_thread(_roots)
                    links = await aia.complete(session, host, sent, known, roots, now)
                    new = [link for link in links if link not in known]
                    context = await asyncio.to_thread(_verifying, aia.dump([*known, *new]))
                    await _handshake(host, port, context, make_socket)
            except (OSError, ValueError) as err:
                _LOGGER.debug("No chain for %s: %s", host, err)
                return False
            self._learnt = [*self._learnt, *new][-_MAX_REMEMBERED:]
            self._context = context
            if new:
                await asyncio.to_thread(self._remember, aia.dump(self._learnt))
        return True

    def _start(self) -> ssl.SSLContext:
        if not self._verify:
            return _accepting()
        bundled = _read(_BUNDLED)
        remembered = _read(self._file) if self._file else b""
        return _verifying(self._recall(bundled, remembered) if remembered else bundled)

    def _recall(self, bundled: bytes, remembered: bytes) -> bytes:
        """Return the links to start with: of those from an earlier run what is proven again.

        The file lies where others may write, and an earlier version was less careful.
        """
        from . import aia  # noqa: PLC0415  # slow to load

        now = datetime.now(UTC)
        ours = aia.usable(aia.load(bundled), now)
        self._learnt = aia.proven(aia.load(remembered), ours, _roots(), now)
        if (kept := aia.dump(self._learnt)) != remembered:
            _LOGGER.warning("What was remembered of certificates is not right any more")
            self._remember(kept)
        return aia.dump([*ours, *self._learnt])

    def _remember(self, links: bytes) -> None:
        """Write the file for the next run, or remove one that would be empty."""
        if self._file:
            with suppress(CannotWriteError, OSError):
                if links:
                    write_whole({self._file: links})
                else:
                    self._file.unlink()


@cache
def shared_verifier(*, verify: bool, remembered: Path | None = None) -> CertificateVerifier:
    """Return the same verifier each time: playing a channel loads no file again."""
    return CertificateVerifier(verify=verify, remembered=remembered)


def _verifying(links: bytes) -> ssl.SSLContext:
    """A context that trusts the system's roots, and knows some links to them (PEM)."""
    context = _trusting_the_system()
    # With this flag, which is on by default, a link would be as good as a root.
    context.verify_flags &= ~ssl.VERIFY_X509_PARTIAL_CHAIN
    if links:
        context.load_verify_locations(cadata=links.decode("ascii"))
    return context


def _trusting_the_system() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        # A small container may have no roots of its own; Home Assistant brings some.
        with suppress(ImportError):
            import certifi  # noqa: PLC0415  # not needed otherwise

            context.load_verify_locations(certifi.where())
    return context


def _roots() -> list[bytes]:
    """Return the roots that the system trusts (DER).

    OpenSSL loads those of a file at once, but those of a folder only when it meets their names, so
    that they are not to be seen; here they are loaded all.
    """
    context = _trusting_the_system()
    paths = ssl.get_default_verify_paths()
    folders = os.environ.get(paths.openssl_capath_env, paths.openssl_capath)
    for folder in filter(None, folders.split(os.pathsep)):
        with suppress(OSError):
            files = sorted(one for one in Path(folder).iterdir() if _HASHED.fullmatch(one.name))
            for file in files[:_MAX_ROOTS]:
                with suppress(OSError):
                    context.load_verify_locations(file)
    return list(dict.fromkeys(context.get_ca_certs(binary_form=True)))


def _accepting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _read(file: Path) -> bytes:
    with suppress(OSError):
        return read_limited(file, _MAX_BYTES)
    return b""


async def _handshake(
    host: str, port: int, context: ssl.SSLContext, make_socket: MakeSocket | None = None
) -> list[bytes]:
    """Connect; return the certificates that the server sent (DER, its own first)."""
    connection = await _connected(host, port, make_socket)
    _, writer = await asyncio.open_connection(sock=connection, ssl=context, server_hostname=host)
    try:
        chain: list[bytes] = writer.get_extra_info("ssl_object").get_unverified_chain()
        return chain
    finally:
        writer.transport.abort()


async def _connected(host: str, port: int, make_socket: MakeSocket | None) -> socket.socket:
    """Return a connected socket. Raises OSError, also for a host with forbidden addresses only."""
    loop = asyncio.get_running_loop()
    error: OSError | None = None
    infos = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for info in infos:
        family, kind, protocol, _, address = info
        try:
            made = make_socket(info) if make_socket else socket.socket(family, kind, protocol)
        except OSError as err:
            error = err
            continue
        try:
            made.setblocking(False)
            # A silent one must not take the time of the next; the last may take all that is left.
            async with asyncio.timeout(None if info is infos[-1] else _CONNECT_SECONDS):
                await loop.sock_connect(made, address)
        except OSError as err:
            made.close()
            error = err
        except BaseException:
            made.close()
            raise
        else:
            return made
    raise error or OSError(f"{host} has no address")
