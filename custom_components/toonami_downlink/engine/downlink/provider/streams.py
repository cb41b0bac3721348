"""Resolve a channel's stream address, anew each time, because nodes come and go."""

import logging
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from ..errors import UpstreamNonsenseError, UpstreamUnreachableError
from ..lineup import KnownChannel
from ..network import may_lead_to
from ..text import is_usable_url
from .api import NoAnswerError, NoConnectionError, Timeouts, Upstream
from .tls import shared_verifier

_LOGGER = logging.getLogger(__name__)
_TRIES: Final = 2
"""A second try gets another node, and a single failure is normal."""
_ENDING: Final = ".m3u8"
"""Of each address that upstream ever gave; half of one would look just as usable otherwise."""
_MIRROR_PORT: Final = 3000
"""Where upstream serves the streams directly, in clear."""
_AT_PLAY_TIME: Final = Timeouts(answer=4.0, run=8.0)
"""Somebody is sitting in front of a black screen."""


class StreamAddress(NamedTuple):
    """A channel's stream address."""

    url: str
    is_mirror: bool
    """Upstream gave no address, so this is the one on port 3000 that it always had."""

    @property
    def is_in_clear(self) -> bool:
        """Whether the stream is not encrypted."""
        return not self.url.startswith("https:")


async def fetch_stream(upstream: Upstream, known: KnownChannel) -> str | None:
    """Return a channel's address; None when upstream gives none that can be used.

    Raises NoConnectionError, and TimedOutError when the time for the whole run is over.
    """
    query = {"channelName": known.slug, "timezoneOffset": "5", "useHttps": "true"}
    if known.delay:
        query["streamDelay"] = str(known.delay)
    for _ in range(_TRIES):
        try:
            answer = await upstream.fetch_text("/streamUrl", query)
        except NoConnectionError:
            raise
        except NoAnswerError:
            return None
        except UpstreamNonsenseError, UpstreamUnreachableError:
            continue
        url = answer.strip().strip("\"'").strip()
        if _is_stream(url) and may_lead_to(url, upstream.url):
            return url
    return None


def mirror_url(api_url: str, known: KnownChannel) -> str:
    """Return the address of a channel's stream on the API's own host; no request is needed.

    It is on port 3000, in clear (upstream.md 1.5). Where the API's address names a port itself, it
    is a stand-in for upstream, which has its streams below the same origin.
    """
    parts = urlsplit(api_url)
    origin = (
        (parts.scheme, parts.netloc) if parts.port else ("http", f"{parts.netloc}:{_MIRROR_PORT}")
    )
    query = f"streamDelay={known.delay}" if known.delay else ""
    return urlunsplit((*origin, f"/{known.slug}/playlist.m3u8", query, ""))


def _is_stream(url: str) -> bool:
    return is_usable_url(url) and urlsplit(url).path.endswith(_ENDING)


async def resolve_stream(
    api_url: str,
    known: KnownChannel,
    session: aiohttp.ClientSession | None = None,
    *,
    verify_tls: bool = True,
    certificates: Path | None = None,
) -> StreamAddress:
    """Return an address to play a channel from now.

    `certificates` is where a run of the provider keeps what it learnt (`fetch.links_file`). The
    address may be in clear also where the API is not: the only one that is left when `/streamUrl`
    fails is, and a picture that others may see is better than none (`StreamAddress.is_in_clear`,
    and a line in the log). Raises UpstreamUnreachableError or TimedOutError when upstream cannot be
    asked.
    """
    if session is None:
        async with aiohttp.ClientSession() as own:
            return await resolve_stream(
                api_url, known, own, verify_tls=verify_tls, certificates=certificates
            )
    verifier = shared_verifier(verify=verify_tls, remembered=certificates)
    upstream = Upstream(session, api_url, verifier=verifier, timeouts=_AT_PLAY_TIME)
    url = await fetch_stream(upstream, known)
    address = StreamAddress(url or mirror_url(api_url, known), url is None)
    if address.is_in_clear and upstream.is_encrypted:
        _LOGGER.info("%s is played without encryption: %s", known.name, address.url)
    return address
