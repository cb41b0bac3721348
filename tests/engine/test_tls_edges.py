"""Servers that are only reached by a redirect, and names some of whose addresses are silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import socket
import ssl

from aiohttp import web
import pytest
from yarl import URL

from downlink.provider import tls
from downlink.provider.api import NoConnectionError
from downlink.provider.tls import CertificateVerifier

from .authority import Certificate
from .certificate_shop import Shop, greet, server
from .test_tls import Sockets, complete, listen, ports_of_the_name
from .upstream import serving

__all__ = ["ports_of_the_name"]


@asynccontextmanager
async def leading_to(other: str, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve a redirect, in clear or not; yield the address."""

    async def away(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"{other}/hello"})

    async with serving(web.get("/hello", away), context=context) as url:
        yield url


@pytest.mark.usefixtures("root")
async def test_way_from_clear_to_a_server_that_cannot_be_trusted(tmp_path: Path) -> None:
    foreign = Certificate.root("Foreign").leaf().served(tmp_path)
    async with server(foreign) as other, leading_to(other) as url:
        with pytest.raises(NoConnectionError, match=r"of 127\.0\.0\.1 cannot be trusted"):
            await greet(url)
        assert await greet(url, CertificateVerifier(verify=False)) == "hello"


@pytest.mark.parametrize("is_in_clear", [True, False])
async def test_missing_link_at_another_port_of_our_own_host(
    root: Certificate, tmp_path: Path, shop: Shop, is_in_clear: bool
) -> None:
    middle = root.authority("Middle")
    shop.goods["/middle"] = middle.der
    context = None if is_in_clear else root.leaf().served(tmp_path)
    leaf = middle.leaf(issuer_url=f"{shop.url}/middle")
    async with server(leaf.served(tmp_path)) as other, leading_to(other, context) as url:
        assert await greet(url) == "hello"
    assert shop.asked == ["/middle"]


async def test_silent_address_leaves_time_for_the_next(
    root: Certificate,
    tmp_path: Path,
    shop: Shop,
    ports: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tls, "_CONNECT_SECONDS", 0.05)
    middle = root.authority("Middle")
    shop.goods["/middle"] = middle.der
    leaf = middle.leaf("upstream.example", issuer_url=f"{shop.url}/middle")
    sockets = Sockets()
    with listen() as full, socket.create_connection(full.getsockname()):
        async with server(leaf.served(tmp_path)) as url:
            ports += [full.getsockname()[1], URL(url).port or 0]
            assert await complete(sockets)
    assert [one.fileno() for one in sockets.made] == [-1] * len(sockets.made)


@pytest.mark.parametrize(("seconds", "tried"), [(0.05, 2), (60, 1)])
async def test_all_addresses_together_have_no_more_time_than_one(
    ports: list[int], monkeypatch: pytest.MonkeyPatch, seconds: float, tried: int
) -> None:
    monkeypatch.setattr(tls, "_CONNECT_SECONDS", seconds)
    monkeypatch.setattr(tls, "_SECONDS", 0.5)
    sockets = Sockets()
    with listen() as full, socket.create_connection(full.getsockname()):
        ports += [full.getsockname()[1]] * 2
        loop = asyncio.get_running_loop()
        begun = loop.time()
        assert not await complete(sockets)
        # The last one was given all that was left.
        assert loop.time() - begun > 0.4
    assert [one.fileno() for one in sockets.made] == [-1] * tried
