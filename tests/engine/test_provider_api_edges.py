"""Requests to upstream: what counts, and the limits from both sides."""

import gzip

from aiohttp import web
import pytest

from downlink.errors import UpstreamNonsenseError
from downlink.provider.api import MAX_ANSWER_BYTES, MAX_REDIRECTS, Timeouts

from .test_provider_api import ask, packed, plain
from .upstream import asking, serving


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
