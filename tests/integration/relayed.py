"""A house with the relay, and the ways to its streams."""

from datetime import timedelta

from aiohttp import ClientResponse, hdrs
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import (
    CONF_MAX_CHANNELS,
    CONF_STREAM_LINKS,
    DOMAIN,
    LINKS_RELAY,
)

from .factories import MIDNIGHT, make_feed
from .harness import Harness, start_harness
from .upstream import Upstream

API = f"/api/{DOMAIN}"
FRESH = "https://n7.example.com/fresh/playlist.m3u8?session=1"
HLS = "application/vnd.apple.mpegurl"
ORIGIN = "https://player.example"
PREFIXES = ("", "/", f"{API}/xtream", f"{API}/xtream/")
"""Before the paths of the Xtream Codes API."""


async def open_relayed(
    hass: HomeAssistant,
    make_client: ClientSessionGenerator,
    upstream: Upstream,
    links: str = LINKS_RELAY,
) -> Harness:
    feed = upstream.bring(make_feed(MIDNIGHT))
    options = {CONF_STREAM_LINKS: links, CONF_MAX_CHANNELS: 2}
    return await start_harness(hass, make_client, feed, options)


def watch_token(harness: Harness, **until: float) -> str:
    return harness.coordinator.credentials.watch_token(dt_util.utcnow() + timedelta(**until))


def ways(harness: Harness) -> dict[str, str]:
    """Return where streams are below, by the name of the way."""
    xtream = {
        f"{prefix or 'root'} {kind.strip('/') or 'short'}": f"{prefix}{kind}{harness.live}"
        for prefix in PREFIXES
        for kind in ("/live", "")
    }
    return {
        "token": f"{harness.base}/stream",
        "watch": f"{API}/watch/{watch_token(harness, hours=1)}",
        **xtream,
    }


def listed(playlist: str) -> list[str]:
    return [line for line in playlist.splitlines() if line and not line.startswith("#")]


async def ask(
    harness: Harness, path: str, method: str = hdrs.METH_GET, **headers: str
) -> ClientResponse:
    """Ask for a path as it is: with two slashes at its beginning it would be taken for a host."""
    url = f"{harness.origin}{path}"
    return await harness.client.session.request(method, url, headers=headers, allow_redirects=False)


async def get(harness: Harness, path: str, **headers: str) -> tuple[int, bytes]:
    answer = await ask(harness, path, **headers)
    return answer.status, await answer.read()


WAYS = (
    "token",
    "watch",
    *(f"{prefix or 'root'} {kind}" for prefix in PREFIXES for kind in ("live", "short")),
)
