"""Fresh stream addresses: asked for once a minute, shared, and never a reason to fail."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from aiohttp import hdrs, web
from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.engine.downlink.models import Channel
from custom_components.toonami_downlink.refreshing.refresh import data_folder
from custom_components.toonami_downlink.storage.settings import Settings
from custom_components.toonami_downlink.streaming.addresses import StreamAddresses

STORED = "https://n1.example.com/stored.m3u8"


class Upstream:
    """A server that gives a new address each time."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.agents: list[str] = []
        self.answer: str | None = None

    async def stream_url(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        self.agents.append(request.headers[hdrs.USER_AGENT])
        return web.Response(text=self.answer or f"http://n{len(self.asked)}.example.com/x.m3u8")


@pytest.fixture
async def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
async def url(upstream: Upstream, socket_enabled: None) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/streamUrl", upstream.stream_url)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


def channel(key: str = "toonami_west", stored: str = STORED) -> Channel:
    return Channel(key=key, name="West", number=2, guide_id="west.tv", stream_url=stored)


def make(hass: HomeAssistant, url: str, provider: str = "bundled") -> StreamAddresses:
    settings = Settings.from_mappings({"api_url": url, "provider": provider}, {})
    return StreamAddresses(hass, settings, data_folder(hass) / "links.pem")


async def test_fresh_address_is_shared(hass: HomeAssistant, upstream: Upstream, url: str) -> None:
    urls = make(hass, url)
    found = await asyncio.gather(*(urls.async_get(channel()) for _ in range(20)))
    assert set(found) == {"http://n1.example.com/x.m3u8"}
    assert len(upstream.asked) == 1
    assert upstream.asked[0]["channelName"] == "est"
    assert upstream.asked[0]["streamDelay"] == "180"
    # And not as Home Assistant, of this version and that.
    assert upstream.agents == ["ToonamiDownlink"]


async def test_asked_again_after_a_minute(
    hass: HomeAssistant, upstream: Upstream, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = make(hass, url)
    await urls.async_get(channel())
    monkeypatch.setattr(
        "custom_components.toonami_downlink.streaming.addresses.STREAM_URL_TTL",
        timedelta(seconds=-1),
    )
    assert await urls.async_get(channel()) == "http://n2.example.com/x.m3u8"
    assert len(upstream.asked) == 2


async def test_viewer_who_leaves_does_not_spoil_it(
    hass: HomeAssistant, upstream: Upstream, url: str
) -> None:
    urls = make(hass, url)
    leaving = hass.async_create_background_task(urls.async_get(channel()), "leaving")
    staying = hass.async_create_background_task(urls.async_get(channel()), "staying")
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == "http://n1.example.com/x.m3u8"


async def test_mirror_when_upstream_talks_nonsense(
    hass: HomeAssistant, upstream: Upstream, url: str
) -> None:
    upstream.answer = "<html>Bad gateway</html>"
    urls = make(hass, url)
    mirror = f"{url}est/playlist.m3u8?streamDelay=180"
    assert await urls.async_get(channel()) == mirror
    assert await urls.async_get(channel()) == mirror
    assert len(upstream.asked) == 2, "two tries, and then a minute's rest"


async def test_stored_address_when_upstream_is_away(
    hass: HomeAssistant, socket_enabled: None
) -> None:
    # Nothing listens on port 9 of the loopback.
    assert await make(hass, "http://127.0.0.1:9").async_get(channel()) == STORED


@pytest.mark.parametrize(
    ("provider", "key", "stored", "is_fresh"),
    [
        pytest.param("bundled", "toonami_east", STORED, True, id="bundled"),
        pytest.param("bundled", "other_kids", STORED, False, id="channel that nobody knows"),
        pytest.param("command", "toonami_east", STORED, False, id="provider of something else"),
        pytest.param(
            "command",
            "toonami_east",
            "https://n1.toonamiaftermath.com/x.m3u8",
            True,
            id="other provider of the same",
        ),
        pytest.param(
            "folder", "toonami_east", "https://toonamiaftermath.com.evil/x", False, id="look-alike"
        ),
    ],
)
async def test_who_is_asked(
    hass: HomeAssistant,
    upstream: Upstream,
    url: str,
    provider: str,
    key: str,
    stored: str,
    is_fresh: bool,
) -> None:
    found = await make(hass, url, provider).async_get(channel(key, stored))
    assert (found != stored) is is_fresh
    assert bool(upstream.asked) is is_fresh
