"""The picture beside a recording: from the internet only, and of a reasonable size."""

from collections.abc import AsyncIterator
from http import HTTPStatus

from aiohttp import hdrs, web
import pytest

from custom_components.toonami_downlink.engine.downlink.limits import (
    MAX_PICTURE_BYTES,
    MAX_REDIRECTS,
    MAX_URL_CHARS,
)
from custom_components.toonami_downlink.engine.downlink.provider import outside
from custom_components.toonami_downlink.recording import pictures
from custom_components.toonami_downlink.recording.pictures import PictureError, async_fetch_picture

JPEG = b"\xff\xd8\xff"
PNG = b"\x89PNG\r\n\x1a\n"
pytestmark = pytest.mark.usefixtures("socket_enabled")


class Server:
    """A server with pictures; it notes what it is asked."""

    def __init__(self) -> None:
        self.bodies = {"/a.jpg": JPEG + b"a", "/b.png": PNG, "/c.html": b"<html>"}
        self.asked: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path.startswith("/again/"):
            left = int(request.path.rpartition("/")[2])
            place = f"/again/{left - 1}" if left else "/a.jpg"
            return web.Response(status=HTTPStatus.FOUND, headers={hdrs.LOCATION: place})
        if request.path == "/away":
            return web.Response(status=301, headers={hdrs.LOCATION: "http://192.168.1.1/"})
        if request.path not in self.bodies:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        return web.Response(body=self.bodies[request.path])


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """Serve pictures on the loopback interface, which counts as the internet."""
    for module in (pictures, outside):
        monkeypatch.setattr(module, "is_global_host", lambda host: host == "127.0.0.1")
    monkeypatch.setattr(outside, "is_global_address", lambda host: host == "127.0.0.1")
    server = Server()
    app = web.Application()
    app.router.add_get("/{tail:.*}", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


async def test_pictures(server: Server) -> None:
    assert await async_fetch_picture(f"{server.url}/a.jpg") == (JPEG + b"a", "jpg")
    assert await async_fetch_picture(f"{server.url}/b.png") == (PNG, "png")
    found = await async_fetch_picture(f"{server.url}/again/{MAX_REDIRECTS - 1}")
    assert found == (JPEG + b"a", "jpg")


@pytest.mark.parametrize("path", ["/c.html", "/d.jpg", "/away", f"/again/{MAX_REDIRECTS}"])
async def test_what_is_no_picture(server: Server, path: str) -> None:
    with pytest.raises(PictureError):
        await async_fetch_picture(f"{server.url}{path}")


async def test_the_limit_of_the_size(server: Server) -> None:
    server.bodies["/a.jpg"] = JPEG + bytes(MAX_PICTURE_BYTES - len(JPEG))
    assert len((await async_fetch_picture(f"{server.url}/a.jpg"))[0]) == MAX_PICTURE_BYTES
    server.bodies["/a.jpg"] += b"x"
    with pytest.raises(PictureError, match="too large"):
        await async_fetch_picture(f"{server.url}/a.jpg")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/a.jpg",
        "http://192.168.1.1/a.jpg",
        "http://[::1]/a.jpg",
        "http://0x7f.1/a.jpg",
        "http://router.local/a.jpg",
        "http://",
        "http://[",
        "",
        f"https://example.com/{'x' * MAX_URL_CHARS}",
    ],
)
async def test_what_is_not_asked_for(url: str) -> None:
    with pytest.raises(PictureError):
        await async_fetch_picture(url)


async def test_a_name_that_leads_into_the_house(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a name looks like, what counts is the address that is connected to."""
    monkeypatch.setattr(outside, "is_global_address", lambda _: False)
    with pytest.raises(PictureError, match="ClientConnector"):
        await async_fetch_picture(f"{server.url}/a.jpg")
    assert server.asked == []


async def test_a_server_that_says_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_TIMEOUT", 0.0)
    with pytest.raises(PictureError, match="too long"):
        await async_fetch_picture(f"{server.url}/a.jpg")
