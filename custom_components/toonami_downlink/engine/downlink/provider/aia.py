"""The links that a server leaves out of its certificate chain: fetched, and proven before use.

A certificate says where its issuer's can be had ("authority information access", RFC 5280
§ 4.2.2.1). That is asked in clear, so anybody on the way can answer: nothing that comes is used
unless it is a part of a whole path from the server's own certificate to a root that the system
trusts. Only a server that leaves out a link which is not bundled needs this; loading
`cryptography` would take a good part of every other run's start.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from ipaddress import ip_address
from itertools import islice
from typing import Final

import aiohttp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import AuthorityInformationAccessOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

_MAX_BYTES: Final = 64 * 1024
"""Of an answer that should be a certificate."""
_MAX_REQUESTS: Final = 4
"""The most certificates that are asked for on the way from a server's own to a root."""
_MAX_CERTIFICATES: Final = 16
"""The most that are looked at of what a server sends, of one answer, and of one file."""
_MAX_LINKS: Final = 5
"""Of one path, between a server's own certificate and a root."""
_MAX_CHECKS: Final = 200
"""Of signatures, in the search for paths."""
_MAX_PATHS: Final = 16
_UNREADABLE: Final = (
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What is raised for a part of a certificate that makes no sense, when it is first asked for."""

type Link = x509.Certificate


def load(data: bytes) -> list[Link]:
    """Return the certificates of a file in PEM; none of a file that is damaged."""
    with suppress(*_UNREADABLE):
        return x509.load_pem_x509_certificates(data)[:_MAX_CERTIFICATES]
    return []


def dump(links: Iterable[Link]) -> bytes:
    """Return what a file with these links holds."""
    return b"".join(link.public_bytes(Encoding.PEM) for link in links)


def usable(certificates: Iterable[Link], now: datetime) -> list[Link]:
    """Return those that can be links at that moment: authorities, within their dates, no roots."""
    return [one for one in certificates if _is_link(one, now)]


def proven(
    links: Iterable[Link], bundled: Iterable[Link], roots: Collection[bytes], now: datetime
) -> list[Link]:
    """Return the links above which each is signed by the next, up to one of the roots (DER).

    On their way may be others of them, and bundled ones.
    """
    links = usable(links, now)
    waiting = [*links, *usable(bundled, now)]
    above = [root for root in _named(roots, waiting) if _is_in_date(root, now)]
    while above:
        above = [link for link in waiting if any(_has_signed(one, link) for one in above)]
        waiting = [link for link in waiting if link not in above]
    return [link for link in links if link not in waiting]


async def complete(
    session: aiohttp.ClientSession,
    host: str,
    sent: Sequence[bytes],
    known: Collection[Link],
    roots: Collection[bytes],
    now: datetime,
) -> list[Link]:
    """Return the links between what a server sent and a root that it can be trusted with.

    `sent` (DER, its own certificate first) and `roots` (DER) are as OpenSSL has them, `known` are
    links that need not be asked for. Raises ValueError when there is no path for that host.
    """
    try:
        own, *others = [x509.load_der_x509_certificate(one) for one in sent[:_MAX_CERTIFICATES]]
        if not _is_in_date(own, now):
            raise ValueError("the certificate is out of date")
        pool = usable([*others, *known], now)
        asked: list[Link] = []
        while True:
            try:
                path = await asyncio.to_thread(_path, own, pool, roots, host, now)
            except VerificationError as err:
                below = next((one for one in _upwards(own, pool, roots) if one not in asked), None)
                if below is None or len(asked) == _MAX_REQUESTS:
                    raise ValueError(f"no path to a root: {err}") from err
                asked.append(below)
                more = usable(await _ask_issuer(session, below), now)
                pool += [one for one in more if one not in pool]
            else:
                return [one for one in path if one not in others]
    except _UNREADABLE as err:
        raise ValueError(f"no path to a root: {err}") from err


def _path(
    own: Link, pool: Collection[Link], roots: Collection[bytes], host: str, now: datetime
) -> list[Link]:
    """Return the links of a path that holds for that host; raises VerificationError if none does.

    The checks are those of browsers (https://cryptography.io, "X.509 verification"): names, dates,
    purposes, path lengths, name constraints, signatures.
    """
    if anchors := _named(roots, [own, *pool]):
        policy = PolicyBuilder().store(Store(anchors)).time(now)
        verifier = policy.build_server_verifier(_subject(host))
        for path in islice(_paths(own, pool, anchors), _MAX_PATHS):
            with suppress(VerificationError):
                _, *links, _ = verifier.verify(own, path)
                return links
    raise VerificationError("none that holds")


def _paths(own: Link, pool: Collection[Link], roots: Iterable[Link]) -> Iterator[list[Link]]:
    """Yield the ways by name and signature to what could be a root, the shortest first.

    They are looked for here, with a limit, because older versions of `cryptography` have none: a
    few dozen links that sign each other would keep them busy for hours.
    """
    ends = {root.subject for root in roots}
    paths = [[own]]
    checks = 0
    for path in paths:
        if path[-1].issuer in ends:
            yield path[1:]
        for one in pool if len(path) <= _MAX_LINKS else ():
            if one.subject != path[-1].issuer or one in path:
                continue
            if checks == _MAX_CHECKS:
                return
            checks += 1
            if _has_signed(one, path[-1]):
                paths.append([*path, one])


def _subject(host: str) -> x509.IPAddress | x509.DNSName:
    with suppress(ValueError):
        return x509.IPAddress(ip_address(host))
    return x509.DNSName(host.removesuffix("."))


def _named(roots: Iterable[bytes], below: Iterable[Link]) -> list[Link]:
    """Return the roots of whose names one is that of an issuer of a certificate below.

    The others are not worth the reading: some systems have odd ones.
    """
    names = {one.issuer.public_bytes() for one in below}
    found = []
    for root in roots:
        if any(name in root for name in names):
            with suppress(*_UNREADABLE):
                found.append(x509.load_der_x509_certificate(root))
    return found


def _upwards(own: Link, pool: Iterable[Link], roots: Iterable[bytes]) -> Iterator[Link]:
    """Yield the certificates between a server's own and a root, by their names.

    Those come first whose issuer is not known.
    """
    path = [own]
    for below in path:
        path += [one for one in pool if one.subject == below.issuer and one not in path]
    names = {one.subject for one in (*path, *_named(roots, path))}
    yield from sorted(path, key=lambda one: one.issuer in names)


def _is_link(one: Link, now: datetime) -> bool:
    try:
        constraints = one.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = one.extensions.get_extension_for_class(x509.KeyUsage).value
        return (
            constraints.ca
            and usage.key_cert_sign
            and _is_in_date(one, now)
            and _folded(one.subject) != _folded(one.issuer)
        )
    except (x509.ExtensionNotFound, *_UNREADABLE):
        return False


def _is_in_date(one: Link, now: datetime) -> bool:
    return one.not_valid_before_utc <= now <= one.not_valid_after_utc


def _folded(name: x509.Name) -> list[tuple[str, str]]:
    """Return a name so that any two are alike which OpenSSL takes for the same.

    OpenSSL takes a certificate whose issuer is its subject for a root, and it compares without
    case, outer and double blanks, and the encoding of letters. Here only ASCII's letters and digits
    count, so that some are alike which OpenSSL tells apart: those are not used, which is safe.

    Source: https://docs.openssl.org/master/man3/X509_NAME_cmp/, x509name_canon in its code
    """
    return sorted(
        (
            attribute.oid.dotted_string,
            "".join(one for one in str(attribute.value).lower() if one.isascii() and one.isalnum())
            if isinstance(attribute.value, str)
            else "",
        )
        for attribute in name
    )


def _has_signed(above: Link, below: Link) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except (InvalidSignature, *_UNREADABLE):
        return False
    return True


async def _ask_issuer(session: aiohttp.ClientSession, below: Link) -> list[Link]:
    """Fetch what a certificate names as its issuer's; nothing, where that fails."""
    try:
        access = below.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except (x509.ExtensionNotFound, *_UNREADABLE):
        return []
    for description in access.value:
        where = description.access_location.value
        if description.access_method != AuthorityInformationAccessOID.CA_ISSUERS:
            continue
        if isinstance(where, str) and where.startswith("http://"):
            with suppress(aiohttp.ClientError, OSError, ValueError):
                return _parse(await _download(session, where))
            return []
    return []


async def _download(session: aiohttp.ClientSession, url: str) -> bytes:
    """Return an answer; an empty one for a redirect, an error or too much."""
    body = b""
    async with session.get(url, allow_redirects=False) as response:
        if response.status != HTTPStatus.OK:
            return b""
        async for chunk in response.content.iter_chunked(_MAX_BYTES):
            body += chunk
            if len(body) > _MAX_BYTES:
                return b""
    return body


def _parse(body: bytes) -> list[Link]:
    """Read one certificate or several, in any of the forms that authorities use."""
    for read in (
        lambda data: [x509.load_der_x509_certificate(data)],
        pkcs7.load_der_pkcs7_certificates,
        x509.load_pem_x509_certificates,
    ):
        with suppress(*_UNREADABLE):
            return read(body)[:_MAX_CERTIFICATES]
    return []
