"""Certificates checked as a browser checks them: also where a server leaves out a link.

Upstream's server sends its own certificate and not the one above it, which strict clients refuse
(upstream.md 1.1). What is missing comes from a file beside this one, from an earlier run, or from
the address that the certificate itself names for it (RFC 5280 § 4.2.2.1). Such a certificate is a
link only: in the end the chain has to reach a root that the system trusts.
"""

import asyncio
from contextlib import suppress
from functools import cache
import logging
from pathlib import Path
import ssl
from typing import TYPE_CHECKING, Final

import aiohttp

from ..errors import CannotWriteError
from ..files import read_limited, write_whole

if TYPE_CHECKING:
    from .aia import Link

_LOGGER = logging.getLogger(__name__)
_BUNDLED: Final = Path(__file__).with_name("certificates.pem")
_MAX_BYTES: Final = 64 * 1024
"""Of a file of certificates."""
_MAX_REMEMBERED: Final = 16
_SECONDS: Final = 10.0
_INCOMPLETE: Final = frozenset({2, 20, 21})
"""OpenSSL's codes for a chain that does not reach a trusted root (openssl-verification-options)."""
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
    """Whether a chain was refused for a missing link."""
    return error.verify_code in _INCOMPLETE


def reason_of(error: ssl.SSLCertVerificationError) -> str:
    """Say why a certificate was refused, as the end of a sentence."""
    return _REASONS.get(error.verify_code) or error.verify_message or "it cannot be checked"


class CertificateVerifier:
    """How the certificates of servers are checked, and what was learnt about missing links."""

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
        self, session: aiohttp.ClientSession, host: str, port: int, refused_by: ssl.SSLContext
    ) -> bool:
        """Look for the links that a server leaves out; True when it can be trusted with them.

        `refused_by` is the context that did not suffice. Everything that fails is a False.
        """
        async with self._lock:
            if self._context is not refused_by:
                return True
            from . import aia  # noqa: PLC0415  # slow to load

            known = [*aia.load(await asyncio.to_thread(_read, _BUNDLED)), *self._learnt]
            try:
                async with asyncio.timeout(_SECONDS):
                    sent = await _handshake(host, port, _accepting())
                    links = [link async for link in aia.find(session, sent, known)]
                    pem = aia.dump([*known, *links])
                    context = await asyncio.to_thread(_verifying, pem)
                    await _handshake(host, port, context)
            except (OSError, ValueError, aiohttp.ClientError) as err:
                _LOGGER.debug("No chain for %s: %s", host, err)
                return False
            self._learnt += links
            self._context = context
            if self._file:
                learnt = aia.dump(self._learnt[-_MAX_REMEMBERED:])
                with suppress(CannotWriteError):
                    await asyncio.to_thread(write_whole, {self._file: learnt})
        return True

    def _start(self) -> ssl.SSLContext:
        if not self._verify:
            return _accepting()
        pem = _read(_BUNDLED)
        if self._file and (remembered := _read(self._file)):
            from . import aia  # noqa: PLC0415  # slow to load

            self._learnt = aia.load(remembered)
            pem += aia.dump(self._learnt)
        return _verifying(pem)


@cache
def shared_verifier(*, verify: bool, remembered: Path | None = None) -> CertificateVerifier:
    """Return the same verifier each time: playing a channel loads no file again."""
    return CertificateVerifier(verify=verify, remembered=remembered)


def _verifying(links: bytes) -> ssl.SSLContext:
    """A context that trusts the system's roots, and knows some links to them (PEM)."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        # A small container may have no roots of its own; Home Assistant brings some.
        with suppress(ImportError):
            import certifi  # noqa: PLC0415  # not needed otherwise

            context.load_verify_locations(certifi.where())
    # With this flag, which is on by default, a link would be as good as a root.
    context.verify_flags &= ~ssl.VERIFY_X509_PARTIAL_CHAIN
    if links:
        context.load_verify_locations(cadata=links.decode("ascii"))
    return context


def _accepting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _read(file: Path) -> bytes:
    with suppress(OSError):
        return read_limited(file, _MAX_BYTES)
    return b""


async def _handshake(host: str, port: int, context: ssl.SSLContext) -> list[bytes]:
    """Connect; return the certificates that the server sent (DER, its own first)."""
    _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    try:
        chain: list[bytes] = writer.get_extra_info("ssl_object").get_unverified_chain()
        return chain
    finally:
        writer.transport.abort()
