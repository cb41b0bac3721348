"""Certificates checked as a browser checks them: also where a server leaves out a link.

Upstream's server sends its own certificate and not the one above it, which strict clients refuse
(upstream.md 1.1). What is missing comes from a file beside this one, from an earlier run, or from
the address that the certificate itself names for it (RFC 5280 § 4.2.2.1). Such a certificate is a
link only: in the end the chain has to reach a root that the system trusts.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from functools import cache
from http import HTTPStatus
import logging
from pathlib import Path
import ssl
from typing import Final

import aiohttp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID

from ..errors import CannotWriteError
from ..files import read_limited, write_whole

_LOGGER = logging.getLogger(__name__)
_BUNDLED: Final = Path(__file__).with_name("certificates.pem")
_MAX_BYTES: Final = 64 * 1024
"""Of a file of certificates, or of an answer that should be one."""
_MAX_LINKS: Final = 4
"""The most certificates that are looked for between a server's own and a root."""
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


class Trust:
    """How the certificates of servers are checked, and what was learnt about missing links."""

    def __init__(self, *, verify: bool = True, remembered: Path | None = None) -> None:
        """Check or do not; `remembered` is a file for links that were found."""
        self._verify = verify
        self._file = remembered
        self._links: list[x509.Certificate] = []
        self._learnt: list[x509.Certificate] = []
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
            try:
                async with asyncio.timeout(_SECONDS):
                    links = [link async for link in self._find(session, host, port)]
                    context = await asyncio.to_thread(_verifying, [*self._links, *links])
                    await _handshake(host, port, context)
            except (OSError, ValueError, aiohttp.ClientError) as err:
                _LOGGER.debug("No chain for %s: %s", host, err)
                return False
            self._links += links
            self._learnt += links
            self._context = context
            await asyncio.to_thread(self._remember)
        return True

    def _start(self) -> ssl.SSLContext:
        if not self._verify:
            return _accepting()
        self._links = list(_load(_BUNDLED))
        if self._file:
            self._learnt = list(_load(self._file))
            self._links += self._learnt
        return _verifying(self._links)

    async def _find(
        self, session: aiohttp.ClientSession, host: str, port: int
    ) -> AsyncIterator[x509.Certificate]:
        """Yield certificates one above the other, from what the server sends upwards."""
        lowest = (await _sent_chain(host, port))[-1]
        for _ in range(_MAX_LINKS):
            known = next(_issuers(lowest, self._links), None)
            link = known or next(_issuers(lowest, await _ask_issuer(session, lowest)), None)
            if link is None or link.issuer == link.subject:
                return
            if not known:
                yield link
            lowest = link

    def _remember(self) -> None:
        if self._file:
            text = b"".join(
                link.public_bytes(Encoding.PEM) for link in self._learnt[-_MAX_REMEMBERED:]
            )
            with suppress(CannotWriteError):
                write_whole({self._file: text})


@cache
def shared_trust(*, verify: bool, remembered: Path | None = None) -> Trust:
    """Return the same `Trust` each time: what is asked for at play time loads no file again."""
    return Trust(verify=verify, remembered=remembered)


def _verifying(links: Iterable[x509.Certificate]) -> ssl.SSLContext:
    """A context that trusts the system's roots, and knows some links to them."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        # A small container may have no roots of its own; Home Assistant brings some.
        with suppress(ImportError):
            import certifi  # noqa: PLC0415  # not needed otherwise

            context.load_verify_locations(certifi.where())
    # With this flag, which is on by default, a link would be as good as a root.
    context.verify_flags &= ~ssl.VERIFY_X509_PARTIAL_CHAIN
    if data := b"".join(link.public_bytes(Encoding.DER) for link in links):
        context.load_verify_locations(cadata=data)
    return context


def _accepting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _load(file: Path) -> Iterator[x509.Certificate]:
    """Yield the links in a file; what signs itself would be a root, and is not taken."""
    with suppress(OSError, ValueError):
        for one in x509.load_pem_x509_certificates(read_limited(file, _MAX_BYTES)):
            if one.issuer != one.subject:
                yield one


async def _handshake(host: str, port: int, context: ssl.SSLContext) -> list[bytes]:
    """Connect; return the certificates that the server sent (DER, its own first)."""
    _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    try:
        chain: list[bytes] = writer.get_extra_info("ssl_object").get_unverified_chain()
        return chain
    finally:
        writer.transport.abort()


async def _sent_chain(host: str, port: int) -> list[x509.Certificate]:
    chain = await _handshake(host, port, _accepting())
    return [x509.load_der_x509_certificate(data) for data in chain]


def _issuers(
    below: x509.Certificate, candidates: Iterable[x509.Certificate]
) -> Iterator[x509.Certificate]:
    for candidate in candidates:
        with suppress(InvalidSignature, TypeError, ValueError):
            below.verify_directly_issued_by(candidate)
            yield candidate


async def _ask_issuer(
    session: aiohttp.ClientSession, below: x509.Certificate
) -> list[x509.Certificate]:
    """Fetch what a certificate names as its issuer's; in clear, for its signature is checked."""
    try:
        access = below.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return []
    for description in access.value:
        where = description.access_location.value
        if description.access_method != AuthorityInformationAccessOID.CA_ISSUERS:
            continue
        if isinstance(where, str) and where.startswith("http://"):
            return _parse(await _download(session, where))
    return []


async def _download(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url, allow_redirects=False) as response:
        body = await response.content.read(_MAX_BYTES)
        while len(body) < _MAX_BYTES and (more := await response.content.read(_MAX_BYTES)):
            body += more
    return body if response.status == HTTPStatus.OK else b""


def _parse(body: bytes) -> list[x509.Certificate]:
    """Read one certificate or several, in any of the forms that authorities use."""
    for read in (
        lambda data: [x509.load_der_x509_certificate(data)],
        pkcs7.load_der_pkcs7_certificates,
        x509.load_pem_x509_certificates,
    ):
        with suppress(UnsupportedAlgorithm, ValueError):
            return read(body)
    return []
