"""Requests to upstream: what counts, and the limits from both sides."""

from errno import ECONNREFUSED, ENETUNREACH
import gzip
import socket
from typing import TYPE_CHECKING, override

from aiohttp import ClientSession, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult
import pytest

from downlink.errors import UpstreamNonsenseError
from downlink.provider.api import (
    MAX_ANSWER_BYTES,
    MAX_REDIRECTS,
    NoConnectionError,
    Timeouts,
    Upstream,
)
from downlink.provider.tls import CertificateVerifier

from .test_provider_api import ask, packed, plain
from .upstream import QUICK, asking, hanging_up, serving

if TYPE_CHECKING:
    from aiohttp.connector import AddrInfoType


def test_usual_limits_of_time() -> None:
    usual = Timeouts()
    assert (usual.answer, usual.run, usual.details, usual.pause) == (15, 270, 120, 1)
    assert Timeouts(answer=3).pause == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("url", "is_encrypted"),
    [("http://a", False), ("HTTP://a/", False), ("https://a//", True), ("HTTPS://a", True)],
)
async def test_only_a_plain_address_is_asked_in_clear(url: str, is_encrypted: bool) -> None:
    async with asking(url) as upstream:
        assert upstream.is_encrypted is is_encrypted
        assert upstream.url == url.rstrip("/")
        assert upstream.requests == 0


@pytest.mark.parametrize(("steps", "is_good"), [(MAX_REDIRECTS, True), (MAX_REDIRECTS + 1, False)])
async def test_longest_way_of_redirects(steps: int, is_good: bool) -> None:
    asked: list[int] = []

    async def answer(request: web.Request) -> web.Response:
        left = int(request.match_info["left"])
        asked.append(left)
        if left:
            return web.Response(status=307, headers={"Location": f"/{left - 1}"})
        return web.Response(body=b"[]")

    async with serving(web.get("/{left}", answer)) as url, asking(url) as upstream:
        if is_good:
            assert await upstream.fetch_json(f"/{steps}", {}) == []
        else:
            with pytest.raises(UpstreamNonsenseError, match="without end"):
                await upstream.fetch_json(f"/{steps}", {})
        assert upstream.requests == 1
    assert len(asked) == MAX_REDIRECTS + 1


async def test_largest_packed_answer() -> None:
    body = b"[" + b" " * (MAX_ANSWER_BYTES - 2) + b"]"
    assert await ask(packed(gzip.compress(body))) == []


async def test_encoding_that_changes_nothing() -> None:
    assert await ask(plain(b"[2]", **{"Content-Encoding": "Identity"})) == [2]


async def test_redirect_without_a_place_is_an_error() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=302)

    with pytest.raises(UpstreamNonsenseError, match="status 302"):
        await ask(answer)


async def test_place_in_a_good_answer_is_not_followed() -> None:
    assert await ask(plain(b"[3]", Location="/elsewhere")) == [3]


@pytest.mark.parametrize("tries", [1, 2, 3])
async def test_each_try_is_counted_as_a_request(tries: int) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=500)

    timeouts = Timeouts(answer=0.3, run=25)
    async with serving(web.get("/thing", answer)) as url, asking(url, timeouts) as upstream:
        with pytest.raises(UpstreamNonsenseError, match="status 500"):
            await upstream.fetch_json("/thing", {}, tries=tries)
        assert upstream.requests == tries


class TwoAddresses(AbstractResolver):
    """Knows an address of either kind for each name."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=kind, proto=0, flags=0)
            for kind, one in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
        ]

    @override
    async def close(self) -> None:
        pass


def refuse(info: AddrInfoType) -> socket.socket:
    """Fail as a system may, for each kind of address in another way."""
    if info[0] is socket.AF_INET:
        raise OSError(ECONNREFUSED, "Refused\nfor good")
    raise OSError(ENETUNREACH, "Unreachable " + "x" * 1000)


async def test_addresses_of_a_name_fail_in_different_ways() -> None:
    connector = TCPConnector(resolver=TwoAddresses(), socket_factory=refuse)
    async with ClientSession(connector=connector) as session:
        verifier = CertificateVerifier()
        upstream = Upstream(session, "http://a.example", verifier=verifier, timeouts=QUICK)
        with pytest.raises(
            NoConnectionError, match=r"reached: .*Refused for good.*Unreachable x+.*\. Check"
        ) as caught:
            await upstream.fetch_text("/thing", {})
    assert len(str(caught.value)) < 700


async def test_server_that_hangs_up_before_it_has_said_who_it_is() -> None:
    async with hanging_up() as url, asking(url) as upstream:
        with pytest.raises(NoConnectionError, match=r"cannot be reached: no answer\. Check"):
            await upstream.fetch_text("/thing", {})
