"""Where a channel can be played: asked for anew each time, because nodes come and go."""

from typing import Final
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from ..errors import UpstreamNonsenseError, UpstreamUnreachableError
from ..lineup import KnownChannel
from ..text import is_usable_url
from .api import Upstream

_TRIES: Final = 2
"""A second try gets another node, and a single failure is normal."""
_MIRROR_PORT: Final = 3000
"""Where upstream serves the streams directly, in clear."""


async def fetch_stream(upstream: Upstream, known: KnownChannel) -> str | None:
    """Return a channel's address; None when upstream gives none that can be used."""
    query = {"channelName": known.slug, "timezoneOffset": "5", "useHttps": "true"}
    if known.delay:
        query["streamDelay"] = str(known.delay)
    for _ in range(_TRIES):
        try:
            answer = await upstream.fetch_text("/streamUrl", query)
        except UpstreamNonsenseError, UpstreamUnreachableError:
            continue
        url = answer.strip().strip("\"'").strip()
        if is_usable_url(url):
            return url
    return None


def mirror_url(api_url: str, known: KnownChannel) -> str:
    """Return the address on upstream's own server; it redirects nowhere and needs no look-up."""
    parts = urlsplit(api_url)
    host = parts.netloc if parts.port else f"{parts.netloc}:{_MIRROR_PORT}"
    scheme = parts.scheme if parts.port else "http"
    query = f"streamDelay={known.delay}" if known.delay else ""
    return urlunsplit((scheme, host, f"/{known.slug}/playlist.m3u8", query, ""))


async def resolve_stream(api_url: str, known: KnownChannel, session: aiohttp.ClientSession) -> str:
    """Return an address to play a channel from now. Raises UpstreamNonsenseError."""
    if url := await fetch_stream(Upstream(session, api_url), known):
        return url
    raise UpstreamNonsenseError(f"Upstream gives no address for {known.name}.")
