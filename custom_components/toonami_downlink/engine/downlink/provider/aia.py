"""The links of a certificate chain: read, matched by signature, and asked for where one says.

Only a server that leaves out a link which is not bundled needs this; loading `cryptography` would
take a good part of every other run's start.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Final

import aiohttp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID

_MAX_BYTES: Final = 64 * 1024
"""Of an answer that should be a certificate."""
_MAX_LINKS: Final = 4
"""The most certificates that are looked for between a server's own and a root."""

type Link = x509.Certificate


def load(data: bytes) -> list[Link]:
    """Return the links in a file; what signs itself would be a root, and is not taken."""
    with suppress(ValueError):
        found = x509.load_pem_x509_certificates(data)
        return [one for one in found if one.issuer != one.subject]
    return []


def dump(links: Iterable[Link]) -> bytes:
    """Return what a file with these links holds."""
    return b"".join(link.public_bytes(Encoding.PEM) for link in links)


async def find(
    session: aiohttp.ClientSession, sent: Collection[bytes], known: Collection[Link]
) -> AsyncIterator[Link]:
    """Yield the links, one above the other, that are missing above what a server sent (DER).

    Raises ValueError for what is no certificate, OSError and aiohttp's ClientError.
    """
    lowest = [x509.load_der_x509_certificate(data) for data in sent][-1]
    for _ in range(_MAX_LINKS):
        one = next(_issuers(lowest, known), None)
        link = one or next(_issuers(lowest, await _ask_issuer(session, lowest)), None)
        if link is None or link.issuer == link.subject:
            return
        if not one:
            yield link
        lowest = link


def _issuers(below: Link, candidates: Iterable[Link]) -> Iterator[Link]:
    for candidate in candidates:
        with suppress(InvalidSignature, TypeError, ValueError):
            below.verify_directly_issued_by(candidate)
            yield candidate


async def _ask_issuer(session: aiohttp.ClientSession, below: Link) -> list[Link]:
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


def _parse(body: bytes) -> list[Link]:
    """Read one certificate or several, in any of the forms that authorities use."""
    for read in (
        lambda data: [x509.load_der_x509_certificate(data)],
        pkcs7.load_der_pkcs7_certificates,
        x509.load_pem_x509_certificates,
    ):
        with suppress(UnsupportedAlgorithm, ValueError):
            return read(body)
    return []
