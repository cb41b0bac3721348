"""Which answers of a server count, and what it is told of us."""

from typing import override

from aiohttp import web
import pytest

from downlink.provider.tls import CertificateVerifier
from downlink.relay.addresses import AddressGuard
from downlink.relay.download import Bounds, Downloader
from downlink.relay.errors import Reason, RelayError

from ..upstream import serving
from .house import downloader
from .station import USER_AGENT

BOUNDS = Bounds(size=1000, total=20, silence=10)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (200, None),
        *((status, Reason.STATUS) for status in (201, 204, 206, 300, 304, 400, 403, 500, 503)),
        (404, Reason.NOT_FOUND),
        (410, Reason.NOT_FOUND),
    ],
)
async def test_status(status: int, reason: Reason | None) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/other"})

    client = downloader()
    async with serving(web.get("/p", answer)) as url:
        if reason is None:
            assert (await client.get(f"{url}/p", BOUNDS)).body == b""
        else:
            with pytest.raises(RelayError) as caught:
                await client.get(f"{url}/p", BOUNDS)
            assert caught.value.reason is reason
        await client.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(status: int) -> None:
    async def redirect(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "there?a=%41"})

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=request.raw_path)

    client = downloader()
    async with serving(web.get("/p", redirect), web.get("/there", answer)) as url:
        found = await client.get(f"{url}/p", BOUNDS)
        await client.close()
    # Asked for exactly as it was written.
    assert (found.body, found.url) == (b"/there?a=%41", f"{url}/there?a=%41")


@pytest.mark.parametrize(
    ("encoding", "reason"),
    [("identity", None), ("Identity", None), ("gzip", Reason.ENCODED), ("", Reason.ENCODED)],
)
async def test_encodings(encoding: str, reason: Reason | None) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=b"x", headers={"Content-Encoding": encoding})

    client = downloader()
    async with serving(web.get("/p", answer)) as url:
        if reason is None:
            assert (await client.get(f"{url}/p", BOUNDS)).body == b"x"
        else:
            with pytest.raises(RelayError) as caught:
                await client.get(f"{url}/p", BOUNDS)
            assert caught.value.reason is reason
        await client.close()


async def test_server_learns_who_asks_and_nothing_else() -> None:
    asked: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request)
        response = web.Response(text="x")
        response.set_cookie("a", "b")
        return response

    client = downloader()
    async with serving(web.get("/p", answer)) as url:
        for _ in range(2):
            await client.get(f"{url}/p", BOUNDS)
        await client.close()
        await client.close()
        # It can be used again after that.
        await client.get(f"{url}/p", BOUNDS)
        await client.close()
    for one in asked:
        assert one.headers["User-Agent"] == USER_AGENT
        assert one.headers["Accept-Encoding"] == "identity"
        assert "Cookie" not in one.headers
    assert len(asked) == 3


async def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would decide which addresses are opened."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="x")

    client = downloader()
    async with serving(web.get("/p", answer)) as url:
        assert (await client.get(f"{url}/p", BOUNDS)).body == b"x"
        await client.close()


async def test_closed_with_what_decides_for_it() -> None:
    closed: list[str] = []

    class Guard(AddressGuard):
        @override
        async def close(self) -> None:
            closed.append("guard")

    await Downloader(Guard(), CertificateVerifier(), USER_AGENT).close()
    assert closed == ["guard"]
