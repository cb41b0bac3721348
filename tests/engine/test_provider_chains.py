"""Chains that somebody on the way to upstream could make up, shown to a real client of TLS."""

from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID
import pytest

from downlink.provider.api import NoConnectionError
from downlink.provider.tls import CertificateVerifier

from .authority import Certificate, name_of
from .certificate_shop import Shop, greet, server
from .upstream import pretend_names

type Chain = Callable[[Certificate, Shop], list[Certificate]]
"""Fills a shop below the system's only root; returns what a server sends, its own first."""


def below(middle: Certificate, shop: Shop, *more: Certificate, host: str = "127.0.0.1") -> Any:
    """A server's certificate whose issuer is to be had at the shop, alone or with others."""
    chain = [middle.one, *(one.one for one in more)]
    shop.goods["/middle"] = (
        pkcs7.serialize_certificates(chain, Encoding.DER) if more else middle.der
    )
    return [middle.leaf(host, issuer_url=f"{shop.url}/middle")]


def disguised(subject: str, issuer: str, *kinds: _ASN1Type) -> Chain:
    """A private root that does not look like one to those who compare names byte by byte."""
    first, second = kinds or (_ASN1Type.UTF8String, _ASN1Type.UTF8String)

    def chain(_root: Certificate, shop: Shop) -> list[Certificate]:
        fake = Certificate.root(name_of(subject, first), issuer=name_of(issuer, second))
        served: list[Certificate] = below(fake, shop)
        return served

    return chain


def signed_by_another(_root: Certificate, shop: Shop) -> Any:
    signer = Certificate.root("Whoever")
    return below(signer.authority("Fake", issuer=name_of("FAKE")), shop)


def signed_by_another_without_a_trace(_root: Certificate, shop: Shop) -> Any:
    """Nothing but the names says who has signed it, and OpenSSL looks no further."""
    signer = Certificate.root("Whoever")
    fake = signer.authority("Fake", issuer=name_of("FAKE"), names_key=False)
    return below(fake, shop)


def names_the_root(_root: Certificate, shop: Shop) -> Any:
    """Claim to be issued by the system's root, whose name differs in case only."""
    return below(Certificate.root("ROOT", issuer=name_of("Root")), shop)


def renamed_by_the_root(root: Certificate, shop: Shop) -> Any:
    return below(root.authority("ROOT"), shop)


def self_issued(_root: Certificate, shop: Shop) -> Any:
    return below(Certificate.root("Fake"), shop)


def self_issued_by_another(_root: Certificate, shop: Shop) -> Any:
    fake = Certificate.root("Whoever").authority("Fake", issuer=name_of("Fake"))
    return below(fake, shop)


def copy_of_the_root(_root: Certificate, shop: Shop) -> Any:
    return below(Certificate.root("Root"), shop)


def above_a_link(_root: Certificate, shop: Shop) -> Any:
    fake = Certificate.root("Fake", issuer=name_of("FAKE"))
    shop.goods["/upper"] = fake.der
    return below(fake.authority("Middle", issuer_url=f"{shop.url}/upper"), shop)


def sent_by_the_server(_root: Certificate, shop: Shop) -> Any:
    fake = Certificate.root("Fake", issuer=name_of("FAKE"))
    return [*below(fake, shop), fake]


def beside_the_right_one(root: Certificate, shop: Shop) -> Any:
    """Bring the right link, and a root in disguise with it."""
    fake = Certificate.root("Fake", issuer=name_of("FAKE"))
    return below(root.authority("Middle"), shop, fake)


def may_not_sign(root: Certificate, shop: Shop) -> Any:
    return below(root.authority("Middle", may_sign=False), shop)


def no_authority(root: Certificate, shop: Shop) -> Any:
    return below(root.leaf("middle.example"), shop)


def too_long(root: Certificate, shop: Shop) -> Any:
    upper = root.authority("Upper", path_length=0)
    return below(upper.authority("Middle"), shop, upper)


def expired(root: Certificate, shop: Shop) -> Any:
    return below(root.authority("Middle", age=40), shop)


def not_yet_valid(root: Certificate, shop: Shop) -> Any:
    return below(root.authority("Middle", age=-9), shop)


def of_the_same_name(root: Certificate, shop: Shop) -> Any:
    """Bring a link below the system's root that has the issuer's name, but not its key."""
    served = below(Certificate.root("Foreign").authority("Middle"), shop)
    shop.goods["/middle"] = root.authority("Middle").der
    return served


def other_host(root: Certificate, shop: Shop) -> Any:
    return below(root.authority("Middle"), shop, host="other.example")


def for_other_hosts(root: Certificate, shop: Shop) -> Any:
    """Bring a link that its root has bound to somebody else's network."""
    elsewhere = x509.NameConstraints([x509.DNSName("other.example")], None)
    not_here = x509.NameConstraints(None, [x509.IPAddress(_LOOPBACK), x509.DNSName("localhost")])
    upper = root.authority("Upper", extra=[(not_here, True)])
    return below(upper.authority("Middle", extra=[(elsewhere, True)]), shop, upper)


def for_other_purposes(root: Certificate, shop: Shop) -> Any:
    mail = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    return below(root.authority("Middle", extra=[(mail, False)]), shop)


def in_a_circle(_root: Certificate, shop: Shop) -> Any:
    first = Certificate.root("First")
    second = first.authority("Second", issuer_url=f"{shop.url}/first")
    again = second.authority("First", key=first.key, issuer_url=f"{shop.url}/middle")
    shop.goods["/first"] = again.der
    return below(second, shop)


def signing_each_other(_root: Certificate, shop: Shop) -> Any:
    """Bring links between which there are more ways than anybody could go."""
    first = Certificate.root("Root")
    second = first.authority("Second")
    middle = second.authority("First", key=first.key)
    pairs = [
        (second.authority("First", key=first.key), middle.authority("Second", key=second.key))
        for _ in range(7)
    ]
    return below(middle, shop, second, *(one for pair in pairs for one in pair))


def redirected(root: Certificate, shop: Shop) -> Any:
    middle = root.authority("Middle")
    shop.goods["/middle"] = middle.der
    return [middle.leaf(issuer_url=f"{shop.url}/moved")]


def a_page(root: Certificate, shop: Shop) -> Any:
    served = below(root.authority("Middle"), shop)
    shop.goods["/middle"] = b"<html><title>Log in to the hotel</title></html>"
    return served


def of_size(size: int) -> Chain:
    """Bring the right link at the end of much else."""

    def chain(root: Certificate, shop: Shop) -> list[Certificate]:
        served: list[Certificate] = below(middle := root.authority("Middle"), shop)
        shop.goods["/middle"] = b"\n" * (size - len(middle.pem)) + middle.pem
        return served

    return chain


def at_place(place: int) -> Chain:
    """Bring the right link as one of many."""

    def chain(root: Certificate, shop: Shop) -> list[Certificate]:
        others = [root.authority(f"Other {number}") for number in range(place - 1)]
        middle = root.authority("Middle")
        served: list[Certificate] = below(middle, shop)
        shop.goods["/middle"] = b"".join(one.pem for one in (*others, middle))
        return served

    return chain


def whole(root: Certificate, shop: Shop) -> Any:
    return below(root.authority("Middle"), shop)


def alike(root: Certificate, shop: Shop) -> Any:
    """Bring a link whose name begins as its root's does, as those of real authorities do."""
    return below(root.authority("Root 2"), shop)


def cross_signed(root: Certificate, shop: Shop) -> Any:
    """A new root, which this system does not know, and the old one's word for it."""
    new = Certificate.root("New")
    crossed = root.authority("New", key=new.key)
    shop.goods["/crossed"] = crossed.der
    return below(new.authority("Middle", issuer_url=f"{shop.url}/crossed"), shop)


def cross_signed_twice(root: Certificate, shop: Shop) -> Any:
    """Two such words, of which one is of a root that nobody knows, and one is out of date."""
    new = Certificate.root("New")
    crossed = root.authority("New", key=new.key)
    foreign = Certificate.root("Gone").authority("New", key=new.key)
    old = root.authority("New", key=new.key, age=40)
    served = below(new.authority("Middle"), shop, foreign, old, crossed)
    return [*served, foreign]


_LOOPBACK = ip_network("127.0.0.0/8")

REFUSED = [
    pytest.param(disguised("Fake", "FAKE"), id="case"),
    pytest.param(disguised("Fake Root", "Fake  Root"), id="double blank"),
    pytest.param(disguised("Fake", " Fake "), id="outer blanks"),
    pytest.param(disguised("Fake Root", "Fake\tRoot"), id="other blank"),
    pytest.param(
        disguised("Fake", "Fake", _ASN1Type.UTF8String, _ASN1Type.PrintableString), id="encoding"
    ),
    pytest.param(
        disguised("Fake", "Fake", _ASN1Type.BMPString, _ASN1Type.UTF8String), id="wide encoding"
    ),
    pytest.param(
        disguised("Fake é", "Fake \u00c3\u00a9", _ASN1Type.T61String, _ASN1Type.UTF8String),
        id="old encoding, which OpenSSL reads as Latin 1",
    ),
    pytest.param(disguised("Fake", "  fAKE", _ASN1Type.IA5String, _ASN1Type.UTF8String), id="all"),
    pytest.param(signed_by_another, id="case, and signed by another"),
    pytest.param(signed_by_another_without_a_trace, id="case, and no key identifier"),
    pytest.param(names_the_root, id="case of the system's root"),
    pytest.param(renamed_by_the_root, id="case, and really signed by the system's root"),
    pytest.param(self_issued, id="self-issued"),
    pytest.param(self_issued_by_another, id="self-issued, not self-signed"),
    pytest.param(copy_of_the_root, id="name of the system's root"),
    pytest.param(above_a_link, id="case, above a link"),
    pytest.param(sent_by_the_server, id="case, sent by the server"),
    pytest.param(may_not_sign, id="wrong key usage"),
    pytest.param(no_authority, id="somebody's leaf"),
    pytest.param(too_long, id="path length"),
    pytest.param(expired, id="expired"),
    pytest.param(not_yet_valid, id="not yet valid"),
    pytest.param(of_the_same_name, id="did not sign"),
    pytest.param(other_host, id="other host"),
    pytest.param(for_other_hosts, id="name constraints"),
    pytest.param(for_other_purposes, id="purpose"),
    pytest.param(in_a_circle, id="circle"),
    pytest.param(signing_each_other, id="signing each other"),
    pytest.param(redirected, id="redirect"),
    pytest.param(a_page, id="page"),
    pytest.param(of_size(64 * 1024 + 1), id="too large"),
    pytest.param(at_place(17), id="too many"),
]
ACCEPTED = [
    pytest.param(whole, id="whole"),
    pytest.param(alike, id="alike"),
    pytest.param(beside_the_right_one, id="case, beside the right one"),
    pytest.param(cross_signed, id="cross-signed"),
    pytest.param(cross_signed_twice, id="cross-signed twice"),
    pytest.param(of_size(64 * 1024), id="large"),
    pytest.param(at_place(16), id="many"),
]


@pytest.mark.parametrize("chain", REFUSED)
async def test_refused(root: Certificate, tmp_path: Path, shop: Shop, chain: Chain) -> None:
    leaf, *more = chain(root, shop)
    remembered = tmp_path / "links.pem"
    async with server(leaf.served(tmp_path, *more)) as url:
        verifier = CertificateVerifier(remembered=remembered)
        for _ in range(2):
            with pytest.raises(NoConnectionError, match="cannot be trusted"):
                await greet(url, verifier)
    assert not remembered.exists()
    assert len(shop.asked) <= 4 * 2


@pytest.mark.parametrize("chain", ACCEPTED)
async def test_accepted(root: Certificate, tmp_path: Path, shop: Shop, chain: Chain) -> None:
    leaf, *more = chain(root, shop)
    remembered = tmp_path / "links.pem"
    async with server(leaf.served(tmp_path, *more)) as url:
        assert await greet(url, CertificateVerifier(remembered=remembered)) == "hello"
        asked = list(shop.asked)
        assert await greet(url, CertificateVerifier(remembered=remembered)) == "hello"
    assert shop.asked == asked, "the second time from memory"
    kept = x509.load_pem_x509_certificates(remembered.read_bytes())
    assert {one.subject for one in kept} <= {name_of(name) for name in ("Middle", "Root 2", "New")}


@pytest.mark.parametrize("chain", REFUSED[:17])
async def test_poisoned_memory_is_thrown_away(
    root: Certificate, tmp_path: Path, shop: Shop, chain: Chain
) -> None:
    """What an earlier version has remembered: whatever the shop had."""
    leaf, *more = chain(root, shop)
    good = root.authority("Good")
    poison = b"".join(
        x509.load_der_x509_certificate(data).public_bytes(Encoding.PEM)
        for data in shop.goods.values()
    )
    remembered = tmp_path / "links.pem"
    shop.goods.clear()
    async with server(leaf.served(tmp_path, *more)) as url:
        for content, kept in ((poison, None), (poison + good.pem, good.pem)):
            remembered.write_bytes(content)
            with pytest.raises(NoConnectionError, match="cannot be trusted"):
                await greet(url, CertificateVerifier(remembered=remembered))
            assert (remembered.read_bytes() if remembered.exists() else None) == kept


async def test_memory_that_lost_its_root(
    root: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user has taken the trust in a root away: what hangs below it goes as well."""
    upper = root.authority("Upper")
    lower = upper.authority("Lower")
    remembered = tmp_path / "links.pem"
    remembered.write_bytes(lower.pem + upper.pem)
    await CertificateVerifier(remembered=remembered).context()
    assert remembered.read_bytes() == lower.pem + upper.pem
    (tmp_path / "roots.pem").write_bytes(Certificate.root("Other").pem)
    await CertificateVerifier(remembered=remembered).context()
    assert not remembered.exists()


INTERNAL = [
    pytest.param(host, is_public, id=f"{kind}, {'public API' if is_public else 'API in the house'}")
    for host, kind in [
        ("127.0.0.1", "address"),
        ("localhost", "localhost"),
        ("0x7f000001", "hexadecimal"),
        ("[::ffff:127.0.0.1]", "mapped"),
        ("aia.example", "name that leads there"),
        ("router", "name of the house"),
        # aiohttp takes no numbers for addresses: nobody is asked there in any case.
        ("2130706433", "decimal"),
        ("0177.1", "octal"),
    ]
    for is_public in (True, False)
    if is_public or kind not in ("decimal", "octal")
]


@pytest.mark.parametrize(("host", "is_public"), INTERNAL)
async def test_issuer_in_the_house(
    root: Certificate,
    tmp_path: Path,
    shop: Shop,
    host: str,
    is_public: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody on the way names an address behind the router, or the Supervisor's, as issuer's."""
    pretend_names(monkeypatch, "upstream.example", "upstream.lan", "aia.example", "router")
    upstream = "upstream.example" if is_public else "upstream.lan"
    middle = root.authority("Middle")
    shop.goods["/middle"] = middle.der
    leaf = middle.leaf(upstream, issuer_url=f"{shop.url.replace('127.0.0.1', host)}/middle")
    async with server(leaf.served(tmp_path)) as url:
        asking = greet(url.replace("127.0.0.1", upstream))
        if is_public:
            with pytest.raises(NoConnectionError, match="its issuer is not known"):
                await asking
        else:
            assert await asking == "hello"
    assert shop.asked == ([] if is_public else ["/middle"])
