"""The streams of the upstream: which node has them, and what it answers."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random
import re
import string
from time import monotonic
from typing import Final

from aiohttp import web

from . import hls
from .faults import NODES, Asked, Faults
from .loops import LOOP_SEGMENTS, RADIO, SEGMENT_SECONDS, VIDEO, HlsUnavailableError, Loop, Segments
from .stream_spoilers import HLS_TYPE

SLUGS: Final = {
    "est": ("est", ""),
    "pst": ("est", "180"),
    "snick-est": ("snick-est", ""),
    "snick-pst": ("snick-est", "180"),
    "mtv97": ("mtv97", ""),
    "movies": ("movies", ""),
    "radio": ("radio", ""),
}
OPEN: Final = {"Access-Control-Allow-Origin": "*"}
_ID_LETTERS: Final = string.ascii_letters + string.digits
_STREAM: Final = re.compile(
    r"(?:/(?P<node>n[1-8]))?/livehttporigin/(?P<slug>[a-z0-9-]+)/"
    r"(?P<session>[A-Za-z0-9]{6}-[A-Za-z0-9]{6})-"
    r"(?:(?P<what>playlist|chunklist)\.m3u8|media-(?P<number>\d{1,12})\.ts)"
)
_MIRROR: Final = re.compile(r"/(?P<slug>[a-z0-9-]+)/playlist\.m3u8")


@dataclass(slots=True, kw_only=True)
class LoggedRequest:
    """One request, as it came in."""

    time: str
    """UTC, ISO 8601, by the simulator's clock."""
    at: float
    """By the clock of the streams, in seconds."""
    method: str
    path: str
    query: Mapping[str, str]
    user_agent: str
    endpoint: str
    """Which part of the upstream it was for: a name of `Upstream.endpoints`, or ``unknown``."""
    secure: bool = False
    """Whether it came over TLS."""
    node: str = ""
    """Which node was asked for a stream, or was given out."""
    slug: str = ""
    part: str = ""
    """One of `PARTS`."""
    number: int | None = None
    """The live number of a segment: a node that counts anew does not change it."""
    moment: float = field(default_factory=monotonic)
    """By the system's monotonic clock."""


class Streams:
    """What the nodes send. `origins` has their TLS addresses, if they have any."""

    def __init__(self, segments: Segments, clock: hls.Clock, random: Random, window: int) -> None:
        self.origins: Mapping[str, str] = {}
        self.clock = clock
        self._segments = segments
        self._random = random
        self._window = window
        self._turns = count()

    def asked(self, path: str, node: str, faults: Faults) -> Asked | None:
        """Read a path of a stream; `node` is whose port it came to, empty for the API's."""
        match = _STREAM.fullmatch(path)
        if match is None or bool(node) == bool(match["node"]) or match["slug"] not in SLUGS:
            return None
        part = "master" if match["what"] == "playlist" else match["what"] or "segment"
        asked = Asked(
            node=node or match["node"], slug=match["slug"], part=part, session=match["session"]
        )
        if match["number"] is None:
            return asked
        number = int(match["number"]) + self._view(asked, faults).origin
        return Asked(
            node=asked.node, slug=asked.slug, part=part, session=asked.session, number=number
        )

    def mirrored(self, path: str, faults: Faults) -> Asked | None:
        """Read a path of the mirror, which draws a node itself."""
        match = _MIRROR.fullmatch(path.lower())
        if match is None or match["slug"] not in SLUGS:
            return None
        return Asked(node=self.draw(faults), slug=SLUGS[match["slug"]][0], part="master")

    def wanted(self, query: Mapping[str, str], faults: Faults) -> Asked | None:
        """Read what ``/streamUrl`` is asked for, and draw a node."""
        known = SLUGS.get(query.get("channelName", ""))
        if known is None:
            return None
        chosen = query.get("overrideServer", "")
        return Asked(node=chosen if chosen in NODES else self.draw(faults), slug=known[0], part="")

    def draw(self, faults: Faults) -> str:
        """Return the node that is given out next."""
        if faults.draw == "any":
            return self._random.choice(NODES)
        if faults.draw == "live":
            return self._random.choice(faults.live_nodes())
        return faults.draw[next(self._turns) % len(faults.draw)]

    def address(self, asked: Asked, request: web.Request, faults: Faults) -> str:
        """Answer ``/streamUrl``: the first six letters are the client's, the rest is drawn."""
        client = Random(f"{request.remote} {request.headers.get('User-Agent', '')}")
        origin = self._origin(asked.node, request, faults)
        session = f"{_letters(client)}-{_letters(self._random)}"
        address = f"{origin}/livehttporigin/{asked.slug}/{session}-playlist.m3u8"
        delay = request.query.get("streamDelay") or SLUGS[request.query["channelName"]][1]
        return f"{address}?streamDelay={delay}" if delay else address

    async def mirror(self, asked: Asked, request: web.Request, faults: Faults) -> web.Response:
        """Answer a mirror's address with a master playlist that leads to a node."""
        slug = request.path.strip("/").partition("/")[0].lower()
        delay = request.query.get("streamDelay") or SLUGS[slug][1]
        session = f"{_letters(self._random)}-{_letters(self._random)}"
        origin = self._origin(asked.node, request, faults)
        base = f"{origin}/livehttporigin/{asked.slug}/{session}"
        return await self._master(asked, base, f"streamDelay={delay}" if delay else "")

    async def answer(self, asked: Asked, request: web.Request, faults: Faults) -> web.Response:
        """Answer for a node, as one that works."""
        if asked.part == "master":
            here = f"{request.scheme}://{request.host}{request.path}"
            return await self._master(
                asked, here.removesuffix("-playlist.m3u8"), request.query_string
            )
        view = self._view(asked, faults)
        if asked.part == "chunklist":
            return _hls(hls.chunklist(asked.session, view))
        if asked.number is None or not view.has(asked.number):
            return web.Response(status=404)
        try:
            body = await self._segments.read(loop_of(asked.slug), asked.number)
        except HlsUnavailableError as err:
            return web.Response(status=503, text=str(err))
        return web.Response(body=body, content_type="video/mp2t", headers=OPEN)

    async def prepare(self) -> None:
        """Have the pictures ready before they are asked for."""
        await self._segments.prepare(VIDEO)

    async def _master(self, asked: Asked, base: str, query: str) -> web.Response:
        loop = loop_of(asked.slug)
        try:
            await self._segments.prepare(loop)
        except HlsUnavailableError as err:
            return web.Response(status=503, text=str(err))
        url = f"{base}-chunklist.m3u8"
        return _hls(hls.master(loop, f"{url}?{query}" if query else url))

    def _view(self, asked: Asked, faults: Faults) -> hls.View:
        return faults.view(hls.View(newest=self.clock.newest(), window=self._window), asked)

    def _origin(self, node: str, request: web.Request, faults: Faults) -> str:
        """Return where a node is: on a port of its own, or in clear below the API's address."""
        if request.query.get("useHttps") == "true" and not faults.clear and self.origins:
            return self.origins[node]
        return f"{request.scheme}://{request.host}/{node}"


def loop_of(slug: str) -> Loop:
    """Return what a slug shows."""
    return RADIO if slug == "radio" else VIDEO


def summary(requests: Iterable[LoggedRequest], clock: hls.Clock) -> dict[str, object]:
    """Return the clock, and how often each part of each stream was asked for."""
    found = [request for request in requests if request.endpoint in ("stream", "mirror")]
    slugs = sorted({request.slug for request in found})
    seconds = clock.seconds()
    return {
        "clock": {
            "seconds": seconds,
            "pace": clock.pace,
            "newest": clock.newest(),
            "position": clock.newest() % LOOP_SEGMENTS * SEGMENT_SECONDS,
        },
        "idle": monotonic() - found[-1].moment if found else None,
        "nodes": Counter(request.node for request in found),
        "streams": {
            slug: _of_slug([request for request in found if request.slug == slug]) for slug in slugs
        },
    }


def _of_slug(requests: list[LoggedRequest]) -> dict[str, object]:
    parts = Counter(request.part for request in requests)
    lists = [request.at for request in requests if request.part == "chunklist"]
    segments = Counter(request.number for request in requests if request.number is not None)
    between = range(min(segments), max(segments)) if segments else ()
    return {
        "master": parts["master"],
        "chunklist": parts["chunklist"],
        "chunklist_seconds": max(lists) - min(lists) if lists else 0.0,
        "segment": parts["segment"],
        "repeated": sorted(number for number, times in segments.items() if times > 1),
        "skipped": [number for number in between if number not in segments],
    }


def _letters(random: Random) -> str:
    return "".join(random.choices(_ID_LETTERS, k=6))


def _hls(text: str) -> web.Response:
    headers = {**OPEN, "Cache-Control": "no-cache"}
    return web.Response(text=text, content_type=HLS_TYPE, headers=headers)
