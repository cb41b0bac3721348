"""Servers that leave out a link of their chain, and servers that nobody should trust."""

import asyncio
from pathlib import Path
import socket
import ssl
import sys
from typing import TYPE_CHECKING

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
import pytest
from yarl import URL

from downlink.provider import tls
from downlink.provider.api import NoConnectionError
from downlink.provider.tls import CertificateVerifier, can_be_completed, reason_of, shared_verifier

from .authority import Certificate
from .certificate_shop import Shop, greet, server
from .upstream import asking, serving

if TYPE_CHECKING:
    from aiohttp.connector import AddrInfoType


async def test_whole_chain(root: Certificate, tmp_path: Path, shop: Shop) -> None:
    middle = root.authority("Middle")
    leaf = middle.leaf(issuer_url=f"{shop.url}/middle")
    async with server(leaf.served(tmp_path, middle)) as url:
        assert await greet(url) == "hello"
    assert shop.asked == []


async def test_missing_link_is_fetched_once(root: Certificate, tmp_path: Path, shop: Shop) -> None:
    middle = root.authority("Middle")
    shop.goods["/middle"] = middle.der
    remembered = tmp_path / "links.pem"
    context = middle.leaf(issuer_url=f"{shop.url}/middle").served(tmp_path)
    async with server(context) as url:
        assert await greet(url, CertificateVerifier(remembered=remembered)) == "hello"
        assert await greet(url, CertificateVerifier(remembered=remembered)) == "hello"
        assert shop.asked == ["/middle"]
        assert remembered.read_bytes() == middle.pem
        assert await greet(url, CertificateVerifier()) == "hello"


async def test_two_missing_links(root: Certificate, tmp_path: Path, shop: Shop) -> None:
    upper = root.authority("Upper")
    lower = upper.authority("Lower", issuer_url=f"{shop.url}/upper")
    shop.goods = {"/lower": lower.pem, "/upper": upper.der}
    leaf = lower.leaf(issuer_url=f"{shop.url}/lower")
    remembered = tmp_path / "links.pem"
    async with server(leaf.served(tmp_path)) as url:
        assert await greet(url, CertificateVerifier(remembered=remembered)) == "hello"
        assert shop.asked == ["/lower", "/upper"]
    # The upper one is known now, the lower one is not: only that is asked for.
    remembered.write_bytes(upper.pem)
    shop.asked.clear()
    async with server(leaf.served(tmp_path)) as url:
        assert await greet(url, CertificateVerifier(remembered=remembered)) == "hello"
    assert shop.asked == ["/lower"]


@pytest.mark.parametrize(
    ("length", "is_trusted"),
    [pytest.param(4, True, id="long"), pytest.param(6, False, id="longer")],
)
async def test_long_chains(
    root: Certificate, tmp_path: Path, shop: Shop, length: int, is_trusted: bool
) -> None:
    lowest = root
    for number in range(length):
        lowest = lowest.authority(f"Link {number}", issuer_url=f"{shop.url}/{number - 1}")
        shop.goods[f"/{number}"] = lowest.der
    leaf = lowest.leaf(issuer_url=f"{shop.url}/{length - 1}")
    async with server(leaf.served(tmp_path)) as url:
        if is_trusted:
            assert await greet(url) == "hello"
        else:
            with pytest.raises(NoConnectionError, match="its issuer is not known"):
                await greet(url)
    assert len(shop.asked) == 4


async def test_link_that_comes_in_pieces(root: Certificate, tmp_path: Path, shop: Shop) -> None:
    middle = root.authority("Middle")
    shop.goods["/middle"] = middle.der
    context = middle.leaf(issuer_url=f"{shop.url}/slow").served(tmp_path)
    async with server(context) as url:
        assert await greet(url) == "hello"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_way_to_a_server_that_cannot_be_trusted(
    root: Certificate, tmp_path: Path, host: str
) -> None:
    (tmp_path / "other").mkdir()
    foreign = Certificate.root("Foreign").authority("Middle").leaf().served(tmp_path / "other")
    async with server(foreign) as other:
        away_to = f"{other.replace('127.0.0.1', host)}/hello"

        async def away(_request: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": away_to})

        route = web.get("/hello", away)
        async with serving(route, context=root.leaf().served(tmp_path)) as url:
            with pytest.raises(NoConnectionError, match="its issuer is not known"):
                await greet(url)


async def test_no_bundled_links(
    root: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "_BUNDLED", tmp_path / "none")
    async with server(root.leaf().served(tmp_path)) as url:
        assert await greet(url) == "hello"


@pytest.mark.parametrize("form", ["PEM", "DER", "PKCS7"])
async def test_forms_of_a_link(root: Certificate, tmp_path: Path, shop: Shop, form: str) -> None:
    middle = root.authority("Middle")
    shop.goods["/middle"] = {
        "PEM": middle.pem,
        "DER": middle.der,
        "PKCS7": pkcs7.serialize_certificates([middle.one], Encoding.DER),
    }[form]
    context = middle.leaf(issuer_url=f"{shop.url}/middle").served(tmp_path)
    async with server(context) as url:
        assert await greet(url) == "hello"


@pytest.mark.parametrize(
    "goods",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>404</html>", id="page"),
        pytest.param(b"\x30\x82" + bytes(500_000), id="too much"),
        pytest.param(None, id="somebody else's"),
    ],
)
async def test_link_that_is_none(
    root: Certificate, tmp_path: Path, shop: Shop, goods: bytes | None
) -> None:
    middle = root.authority("Middle")
    shop.goods["/middle"] = root.authority("Middle").der if goods is None else goods
    context = middle.leaf(issuer_url=f"{shop.url}/middle").served(tmp_path)
    async with server(context) as url:
        with pytest.raises(NoConnectionError, match="its issuer is not known"):
            await greet(url)


@pytest.mark.parametrize(
    "issuer_url",
    [
        pytest.param(None, id="none"),
        pytest.param("ldap://127.0.0.1/middle", id="other protocol"),
        pytest.param("http://127.0.0.1:1/middle", id="unreachable"),
        pytest.param("{shop}/moved", id="redirect"),
        pytest.param("http://", id="no address"),
    ],
)
async def test_issuer_that_cannot_be_asked(
    root: Certificate, tmp_path: Path, shop: Shop, issuer_url: str | None
) -> None:
    middle = root.authority("Middle")
    shop.goods["/middle"] = middle.der
    where = issuer_url.format(shop=shop.url) if issuer_url else None
    async with server(middle.leaf(issuer_url=where).served(tmp_path)) as url:
        with pytest.raises(NoConnectionError, match="its issuer is not known"):
            await greet(url)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        pytest.param("other name", "it is for another address", id="other name"),
        pytest.param("expired", "it has expired", id="expired"),
        pytest.param("self-signed", "it is signed by itself", id="self-signed"),
        pytest.param("foreign, sent whole", "a root that this system does not trust"),
        pytest.param("foreign, fetched", "its issuer is not known", id="foreign, fetched"),
    ],
)
async def test_refused(root: Certificate, tmp_path: Path, shop: Shop, kind: str, why: str) -> None:
    foreign = Certificate.root("Foreign")
    middle = foreign.authority("Foreign Middle", issuer_url=f"{shop.url}/root")
    shop.goods = {"/root": foreign.der, "/middle": middle.der}
    context = {
        "other name": lambda: root.leaf("upstream.example").served(tmp_path),
        "expired": lambda: root.leaf(age=40).served(tmp_path),
        "self-signed": lambda: Certificate.root("127.0.0.1").served(tmp_path),
        "foreign, sent whole": lambda: foreign.leaf().served(tmp_path, foreign),
        "foreign, fetched": lambda: middle.leaf(issuer_url=f"{shop.url}/middle").served(tmp_path),
    }[kind]()
    remembered = tmp_path / "links.pem"
    async with server(context) as url:
        with pytest.raises(NoConnectionError, match=rf"cannot be trusted: .*{why}.*--insecure"):
            await greet(url, CertificateVerifier(remembered=remembered))
        assert not remembered.exists()
        assert await greet(url, CertificateVerifier(verify=False)) == "hello"


async def test_remembered_file_cannot_smuggle_in_a_root(root: Certificate, tmp_path: Path) -> None:
    foreign = Certificate.root("Foreign")
    middle = foreign.authority("Middle")
    remembered = tmp_path / "links.pem"
    remembered.write_bytes(foreign.pem + middle.pem)
    async with server(middle.leaf().served(tmp_path)) as url:
        with pytest.raises(NoConnectionError):
            await greet(url, CertificateVerifier(remembered=remembered))


@pytest.mark.parametrize("content", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n", None])
async def test_damaged_memory(root: Certificate, tmp_path: Path, content: bytes | None) -> None:
    remembered = tmp_path / "links.pem"
    if content is not None:
        remembered.write_bytes(content)
    async with server(root.leaf().served(tmp_path)) as url:
        assert await greet(url, CertificateVerifier(remembered=remembered)) == "hello"


async def test_memory_that_cannot_be_written(root: Certificate, tmp_path: Path, shop: Shop) -> None:
    middle = root.authority("Middle")
    shop.goods["/middle"] = middle.der
    context = middle.leaf(issuer_url=f"{shop.url}/middle").served(tmp_path)
    async with server(context) as url:
        assert (
            await greet(url, CertificateVerifier(remembered=tmp_path / "no" / "links.pem"))
            == "hello"
        )


async def test_all_who_wait_share_one_look(root: Certificate, tmp_path: Path, shop: Shop) -> None:
    middle = root.authority("Middle")
    shop.goods["/middle"] = middle.der
    context = middle.leaf(issuer_url=f"{shop.url}/middle").served(tmp_path)
    async with server(context) as url, asking(url) as upstream:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(upstream.fetch_text("/hello", {})) for _ in range(6)]
        assert [task.result() for task in tasks] == ["hello"] * 6
    assert shop.asked == ["/middle"]


async def test_bundled_links_close_the_chain_to_a_public_root() -> None:
    links = x509.load_pem_x509_certificates(tls._BUNDLED.read_bytes())  # noqa: SLF001
    by_subject = {link.subject: link for link in links}
    assert all(link.issuer != link.subject for link in links)
    names = {link.subject.rfc4514_string() for link in links}
    assert {"CN=YR1,O=Let's Encrypt,C=US", "CN=YR2,O=Let's Encrypt,C=US"} < names
    for link in links:
        if issuer := by_subject.get(link.issuer):
            link.verify_directly_issued_by(issuer)
        else:
            assert link.issuer.rfc4514_string().startswith("CN=ISRG Root X1,")
    context = await CertificateVerifier().context()
    assert not context.verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


async def test_system_without_roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    context = await CertificateVerifier().context()
    assert context.cert_store_stats()["x509_ca"] > 100
    monkeypatch.setitem(sys.modules, "certifi", None)
    context = await CertificateVerifier().context()
    assert context.cert_store_stats()["x509_ca"] == 3


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        pytest.param(62, "hostname mismatch", "it is for another name", id="known"),
        pytest.param(99, "something new", "something new", id="OpenSSL's words"),
        pytest.param(0, "", "it cannot be checked", id="no words"),
    ],
)
def test_reasons(code: int, message: str, reason: str) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    error.verify_message = message
    assert reason_of(error) == reason
    assert not can_be_completed(error)


def test_which_chains_can_be_completed() -> None:
    """The numbers are OpenSSL's."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    found = []
    for code in range(100):
        error.verify_code = code
        if can_be_completed(error):
            found.append(code)
    assert found == [2, 10, 20, 21]


def test_shared() -> None:
    assert shared_verifier(verify=True) is shared_verifier(verify=True)
    assert shared_verifier(verify=False) is not shared_verifier(verify=True)
    shared_verifier.cache_clear()


def listen(backlog: int = 0) -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(backlog)
    return listener


class Sockets:
    """Makes sockets, but none for the port that is forbidden."""

    def __init__(self, forbidden: int = 0) -> None:
        self.forbidden = forbidden
        self.made: list[socket.socket] = []
        self.has_begun = asyncio.Event()

    def make(self, info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if address[1] == self.forbidden:
            raise PermissionError("forbidden")
        self.made.append(socket.socket(family, kind, protocol))
        self.has_begun.set()
        return self.made[-1]


@pytest.fixture(name="ports")
def ports_of_the_name(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What ``upstream.example`` leads to: these ports of this machine, one after the other."""
    ports: list[int] = []

    async def ask(_loop: object, host: str, port: int, **how: int) -> list[AddrInfoType]:
        assert (host, how) == ("upstream.example", {"type": socket.SOCK_STREAM})
        kind = socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, ""
        return [(*kind, ("127.0.0.1", one)) for one in ports]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", ask)
    return ports


async def complete(sockets: Sockets, verifier: CertificateVerifier | None = None) -> bool:
    verifier = verifier or CertificateVerifier()
    context = await verifier.context()
    return await verifier.complete("upstream.example", 443, context, sockets.make)


async def test_each_address_of_a_name_is_tried(
    root: Certificate, tmp_path: Path, shop: Shop, ports: list[int]
) -> None:
    middle = root.authority("Middle")
    shop.goods["/middle"] = middle.der
    leaf = middle.leaf("upstream.example", issuer_url=f"{shop.url}/middle")
    with listen() as nobody, listen() as forbidden:
        ports += [forbidden.getsockname()[1], nobody.getsockname()[1]]
        nobody.close()
        sockets = Sockets(forbidden=ports[0])
        async with server(leaf.served(tmp_path)) as url:
            ports.append(URL(url).port or 0)
            remembered = tmp_path / "links.pem"
            assert await complete(sockets, CertificateVerifier(remembered=remembered))
    assert remembered.read_bytes() == middle.pem
    assert [one.fileno() for one in sockets.made] == [-1] * len(sockets.made)


async def test_no_address_of_a_name_can_be_used(ports: list[int]) -> None:
    assert not await complete(Sockets())
    with listen() as forbidden:
        ports.append(forbidden.getsockname()[1])
        assert not await complete(Sockets(forbidden=ports[0]))
    with listen() as nobody:
        ports[0] = nobody.getsockname()[1]
    sockets = Sockets()
    assert not await complete(sockets)
    assert [one.fileno() for one in sockets.made] == [-1]


async def test_who_gives_up_leaves_no_connection(ports: list[int]) -> None:
    with listen() as full, socket.create_connection(full.getsockname()):
        # Its queue is full now: whoever comes next waits.
        ports.append(full.getsockname()[1])
        sockets = Sockets()
        waiting = asyncio.create_task(complete(sockets))
        await sockets.has_begun.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert [one.fileno() for one in sockets.made] == [-1]
