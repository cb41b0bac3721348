"""Links as real authorities issue them, and what becomes of them as time goes by."""

from collections.abc import Iterator
from datetime import UTC, datetime
import hashlib
from ipaddress import ip_address
import os
from pathlib import Path
import ssl
import sys
import warnings

import aiohttp
import certifi
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings, strategies as st
import pytest

from downlink.provider import aia, tls
from downlink.provider.tls import CertificateVerifier

from .authority import Certificate, name_of
from .certificate_shop import Shop, greet, server


async def test_chain_as_real_ones_are(root: Certificate, tmp_path: Path, shop: Shop) -> None:
    """The form of those that upstream has had (upstream.md 1.1): RSA, policies, no common name."""
    policy = x509.PolicyInformation(x509.ObjectIdentifier("2.23.140.1.2.1"), None)
    for_servers = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    extra = [
        (for_servers, False),
        (x509.CertificatePolicies([policy]), False),
        (x509.CRLDistributionPoints([_list_of_revoked("http://x1.c.lencr.org/")]), False),
    ]
    upper = root.authority(_authority("ISRG", "Root YR"), extra=extra)
    key = rsa.generate_private_key(65537, 2048)
    middle = upper.authority(
        _authority("Let's Encrypt", "YR1"),
        key=key,
        path_length=0,
        extra=extra,
        issuer_url=f"{shop.url}/upper",
    )
    leaf = middle.make(
        x509.Name([]),
        middle,
        is_ca=False,
        issuer_url=f"{shop.url}/middle",
        extra=[*extra, (x509.SubjectAlternativeName([_LOOPBACK]), True)],
    )
    shop.goods = {"/middle": middle.der, "/upper": upper.der}
    async with server(leaf.served(tmp_path)) as url:
        assert await greet(url) == "hello"
    assert shop.asked == ["/middle", "/upper"]


def _authority(organisation: str, name: str) -> x509.Name:
    return x509.Name.from_rfc4514_string(f"CN={name},O={organisation},C=US")


def _list_of_revoked(url: str) -> x509.DistributionPoint:
    return x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)


_LOOPBACK = x509.IPAddress(ip_address("127.0.0.1"))


async def test_links_are_no_roots(root: Certificate, tmp_path: Path) -> None:
    """What OpenSSL itself makes of a link, should one get to it whose root is not trusted."""
    middle = Certificate.root("Foreign").authority("Middle")
    context = tls._verifying(middle.pem)  # noqa: SLF001
    async with server(middle.leaf().served(tmp_path)) as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(ssl.SSLCertVerificationError):
            await tls._handshake("127.0.0.1", port, context)  # noqa: SLF001


@pytest.mark.parametrize("is_sent", [False, True], ids=["asked for", "sent by the server"])
async def test_bundled_link_that_has_expired(
    root: Certificate,
    tmp_path: Path,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    is_sent: bool,
) -> None:
    """One day each of them will have, and its authority will have renewed it."""
    renewed = root.authority("Middle")
    expired = root.authority("Middle", key=renewed.key, age=40)
    bundled, remembered = tmp_path / "bundled.pem", tmp_path / "links.pem"
    bundled.write_bytes(expired.pem)
    monkeypatch.setattr(tls, "_BUNDLED", bundled)
    shop.goods["/middle"] = renewed.der
    leaf = renewed.leaf(issuer_url=f"{shop.url}/middle")
    async with server(leaf.served(tmp_path, *([renewed] if is_sent else []))) as url:
        for _ in range(2):
            assert await greet(url, CertificateVerifier(remembered=remembered)) == "hello"
    assert shop.asked == ([] if is_sent else ["/middle"])
    assert remembered.exists() is not is_sent


async def test_root_of_the_system_that_has_expired(
    root: Certificate, tmp_path: Path, shop: Shop
) -> None:
    """Another root vouches for its key; an old system has both."""
    old = Certificate.root("Old", age=40)
    (tmp_path / "roots.pem").write_bytes(old.pem + root.pem)
    middle = old.authority("Middle", issuer_url=f"{shop.url}/crossed")
    crossed = root.authority("Old", key=old.key)
    shop.goods = {"/middle": middle.der, "/crossed": crossed.der}
    remembered = tmp_path / "links.pem"
    async with server(middle.leaf(issuer_url=f"{shop.url}/middle").served(tmp_path)) as url:
        for _ in range(2):
            assert await greet(url, CertificateVerifier(remembered=remembered)) == "hello"
    assert shop.asked == ["/middle", "/crossed"]


async def test_roots_in_a_folder(
    root: Certificate, tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSSL looks into such a folder only when it needs a root, by a digest of the name."""
    folders = [tmp_path / "none", tmp_path / "empty", tmp_path / "hashed"]
    for folder in folders[1:]:
        folder.mkdir()
    canonical = name_of("root").public_bytes()[2:]
    digest = hashlib.sha1(canonical, usedforsecurity=False).digest()[:4]
    (folders[2] / f"{int.from_bytes(digest, 'little'):08x}.0").write_bytes(root.pem)
    (folders[2] / "00000000.0").write_bytes(b"damaged")
    (folders[2] / "README").write_bytes(Certificate.root("Readme").pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("SSL_CERT_DIR", os.pathsep.join(map(str, folders)))
    monkeypatch.setitem(sys.modules, "certifi", None)
    assert tls._roots() == [root.der]  # noqa: SLF001
    for limit, found in ((1, []), (2, [root.der])):
        monkeypatch.setattr(tls, "_MAX_ROOTS", limit)
        assert tls._roots() == found  # noqa: SLF001
    middle = root.authority("Middle")
    shop.goods["/middle"] = middle.der
    remembered = tmp_path / "links.pem"
    async with server(middle.leaf(issuer_url=f"{shop.url}/middle").served(tmp_path)) as url:
        for _ in range(2):
            assert await greet(url, CertificateVerifier(remembered=remembered)) == "hello"
    assert shop.asked == ["/middle"]


def test_bundled_links_lead_to_a_root_of_today() -> None:
    """Both of Home Assistant's own roots and of most systems."""
    roots = [ssl.PEM_cert_to_DER_cert(pem) for pem in _blocks(Path(certifi.where()).read_text())]
    links = aia.load(tls._BUNDLED.read_bytes())  # noqa: SLF001
    assert aia.proven(links, [], roots, datetime(2026, 11, 26, tzinfo=UTC)) == links
    assert aia.proven(links, [], roots, datetime(2040, 1, 1, tzinfo=UTC)) == []
    assert aia.proven(links, [], [], datetime(2026, 11, 26, tzinfo=UTC)) == []


def _blocks(text: str) -> Iterator[str]:
    end = "-----END CERTIFICATE-----"
    for block in text.split(end)[:-1]:
        yield block[block.index("-----BEGIN") :] + end


@given(st.data())
@settings(max_examples=300)
def test_damaged_certificates(data: st.DataObject) -> None:
    """Whatever is made of one: it is read or it is not, it is proven or it is not."""
    whole = bytearray(_SAMPLE.der)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    body = (
        bytes(whole[: data.draw(st.integers(0, len(whole)))])
        if data.draw(st.booleans())
        else (bytes(whole))
    )
    now = datetime.now(UTC)
    with warnings.catch_warnings():
        # Of serial numbers that no authority gives.
        warnings.simplefilter("ignore")
        links = aia.usable(aia._parse(body), now)  # noqa: SLF001
        found = aia.proven(links, [], [_SAMPLE_ROOT.der], now)
    assert all(one.issuer == _SAMPLE_ROOT.one.subject for one in found)


_SAMPLE_ROOT = Certificate.root("Root")
_SAMPLE = _SAMPLE_ROOT.authority("Middle", issuer_url="http://aia.example/")


async def is_completed(leaf: Certificate, root: Certificate, known: list[Certificate]) -> bool:
    links = [one.one for one in known]
    async with aiohttp.ClientSession() as session:
        try:
            await aia.complete(
                session, "127.0.0.1", [leaf.der], links, [root.der], datetime.now(UTC)
            )
        except ValueError:
            return False
    return True


@pytest.mark.parametrize(("others", "expected"), [(199, True), (200, False)])
async def test_signatures_that_are_checked(others: int, expected: bool) -> None:
    root = Certificate.root()
    middle = root.authority("Middle")
    known = [*(root.authority("Middle") for _ in range(others)), middle]
    assert await is_completed(middle.leaf(), root, known) is expected


@pytest.mark.parametrize(("others", "expected"), [(15, True), (16, False)])
async def test_paths_that_are_tried(others: int, expected: bool) -> None:
    root = Certificate.root()
    middle = root.authority("Middle")
    mail = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    for_mail = [
        root.authority("Middle", key=middle.key, extra=[(mail, False)]) for _ in range(others)
    ]
    assert await is_completed(middle.leaf(), root, [*for_mail, middle]) is expected


@pytest.mark.parametrize(("length", "expected"), [(5, True), (6, False)])
async def test_links_of_one_path(length: int, expected: bool) -> None:
    root = lowest = Certificate.root()
    known = []
    for number in range(length):
        lowest = lowest.authority(f"Link {number}")
        known.append(lowest)
    assert await is_completed(lowest.leaf(), root, known) is expected


async def test_links_that_are_remembered(root: Certificate, tmp_path: Path, shop: Shop) -> None:
    """Of seventeen the latest sixteen, and of more in a file the first sixteen."""
    known = [root.authority(f"Other {number}") for number in range(16)]
    middle = root.authority("Middle")
    shop.goods["/middle"] = middle.der
    remembered = tmp_path / "links.pem"
    remembered.write_bytes(b"".join(one.pem for one in known))
    async with server(middle.leaf(issuer_url=f"{shop.url}/middle").served(tmp_path)) as url:
        assert await greet(url, CertificateVerifier(remembered=remembered)) == "hello"
    assert remembered.read_bytes() == b"".join(one.pem for one in (*known[1:], middle))
    more = b"".join(one.pem for one in (*known, middle))
    remembered.write_bytes(more)
    await CertificateVerifier(remembered=remembered).context()
    assert remembered.read_bytes() == more.removesuffix(middle.pem)
