"""The endpoints of the upstream, and the simulator's own ones below ``/_sim/``."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
import json
from random import Random
import re
import string
import time
from typing import Final

from aiohttp import web

from . import artwork, hls
from .answers import current_media, media, playlist_body, playlist_head
from .details import media_info
from .faults import Faults, parse_faults
from .schedule import Schedule
from .tls import INTERMEDIATE_PATH, Chain

SLUGS: Final = {
    "est": ("est", ""),
    "pst": ("est", "180"),
    "snick-est": ("snick-est", ""),
    "snick-pst": ("snick-est", "180"),
    "mtv97": ("mtv97", ""),
    "movies": ("movies", ""),
    "radio": ("radio", ""),
}
NODES: Final = 8
_ID_LETTERS: Final = string.ascii_letters + string.digits
_STREAM: Final = re.compile(
    r"/n[1-8]/livehttporigin/(?P<slug>[a-z0-9-]+)/(?P<id>[A-Za-z0-9]{6}-[A-Za-z0-9]{6})-"
    r"(?:(?P<what>playlist|chunklist)\.m3u8|media-(?P<number>\d{1,12})\.ts)"
)
_MIRROR: Final = re.compile(r"/(?P<slug>[a-z0-9-]+)/playlist\.m3u8")
_HLS_TYPE: Final = "application/vnd.apple.mpegurl"

type Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request, as it came in."""

    time: str
    """UTC, ISO 8601, by the simulator's clock."""
    method: str
    path: str
    query: Mapping[str, str]
    user_agent: str
    endpoint: str
    """Which part of the upstream it was for: a name of `Upstream.endpoints`, or ``unknown``."""


class Upstream:
    """One imagined upstream: its plan, what is wrong with it, and who asked for what."""

    def __init__(self, *, now: Callable[[], datetime], seed: int, segments: hls.Segments) -> None:
        self.schedule = Schedule(now, seed)
        self.faults = Faults()
        self.requests: list[LoggedRequest] = []
        self.high_water = 0
        """The most requests to the API that were in the works at once."""
        self.chain: Chain | None = None
        self._running = 0
        self._now = now
        self._random = Random(seed)
        self._segments = segments
        self._api: Mapping[str, Handler] = {
            "channelscurrentmedia": self._channels_current_media,
            "media": self._media,
            "playlists": self._playlists,
            "playlist": self._playlist,
            "mediainfo": self._media_info,
            "streamurl": self._stream_url,
        }

    @property
    def endpoints(self) -> frozenset[str]:
        """The names that the log and the faults use."""
        return frozenset({*self._api, "mirror", "stream", "artwork"})

    def application(self) -> web.Application:
        """Return the aiohttp application; paths are matched by hand, for case does not count."""
        app = web.Application()
        app.router.add_get("/_sim/log", self._show_log)
        app.router.add_delete("/_sim/log", self._clear_log)
        app.router.add_get(INTERMEDIATE_PATH, self._intermediate)
        app.router.add_post("/_sim/faults", self._set_faults)
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    def set_faults(self, data: Mapping[str, object]) -> None:
        """Replace all faults; the JSON form is `parse_faults`'. Raises ValueError."""
        self.faults = parse_faults(data, self.endpoints)

    def clear_log(self) -> None:
        """Forget all requests so far, and the high-water mark."""
        self.requests.clear()
        self.high_water = 0

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        endpoint, handler = self._route(request.path)
        self._log(request, endpoint)
        if request.method not in ("GET", "HEAD"):
            return _not_found(request)
        spoil = self.faults.spoiler(endpoint, request.query)
        if endpoint not in self._api:
            answer = await handler(request)
            return await spoil(request, answer) if spoil else answer
        self._running += 1
        self.high_water = max(self.high_water, self._running)
        try:
            if self.faults.latency:
                await asyncio.sleep(self.faults.latency)
            answer = await handler(request)
            return await spoil(request, answer) if spoil else answer
        finally:
            self._running -= 1

    def _route(self, path: str) -> tuple[str, Handler]:
        name = path.strip("/").lower()
        if name in self._api:
            return name, self._api[name]
        if _STREAM.fullmatch(path):
            return "stream", self._stream
        if _MIRROR.fullmatch(path.lower()):
            return "mirror", self._mirror
        if path.startswith(("/assets/imgur/", "/images/")):
            return "artwork", self._artwork
        return "unknown", _unknown

    def _log(self, request: web.Request, endpoint: str) -> None:
        self.requests.append(
            LoggedRequest(
                time=self._now().astimezone(UTC).isoformat(),
                method=request.method,
                path=request.path,
                query=dict(request.query),
                user_agent=request.headers.get("User-Agent", ""),
                endpoint=endpoint,
            )
        )

    def _at(self, request: web.Request, parameter: str) -> datetime | None:
        """Read a time of the query; absent is now, and what cannot be read is None."""
        text = request.query.get(parameter)
        if text is None:
            return self._now()
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    async def _channels_current_media(self, request: web.Request) -> web.Response:
        at = self._at(request, "startDate")
        if at is None:
            return web.Response()
        return _json(current_media(self.schedule, at, _origin(request), self.faults.lineup))

    async def _media(self, request: web.Request) -> web.Response:
        at = self._at(request, "dateString")
        count = _number(request.query.get("count", "50"))
        limit = self.faults.count_limit
        if at is None or not count or (limit is not None and count > limit):
            return web.Response()
        items = media(
            self.schedule,
            request.query.get("scheduleName", ""),
            at,
            count,
            cards=request.query.get("addBlockCard") == "true",
            origin=_origin(request),
        )
        return _json(items) if items else web.Response()

    async def _playlists(self, request: web.Request) -> web.Response:
        at = self._at(request, "startDate")
        if at is None:
            return web.Response()
        week = self.schedule.week(request.query.get("scheduleName", ""), at)
        return _json([playlist_head(playlist) for playlist in week])

    async def _playlist(self, request: web.Request) -> web.Response:
        playlist = self.schedule.find(request.query.get("id", ""))
        if playlist is None:
            return web.Response()
        info = request.query.get("addInfo") == "true"
        return _json(playlist_body(playlist, _origin(request), info=info))

    async def _media_info(self, request: web.Request) -> web.Response:
        query = request.query
        answer = media_info(
            _origin(request),
            query.get("name", ""),
            query.get("year", ""),
            query.get("episode", ""),
        )
        return _json(answer) if answer else web.Response()

    async def _stream_url(self, request: web.Request) -> web.Response:
        query = request.query
        if query.get("channelName", "") not in SLUGS:
            return web.Response()
        slug, delay = SLUGS[query["channelName"]]
        node = _number(query.get("overrideServer", "")[1:]) or self._random.randint(1, NODES)
        client = Random(f"{request.remote} {request.headers.get('User-Agent', '')}")
        path = f"/n{node}/livehttporigin/{slug}/{_letters(client)}-{_letters(self._random)}"
        delay = query.get("streamDelay") or delay
        suffix = f"?streamDelay={delay}" if delay else ""
        return web.Response(text=f"{_origin(request)}{path}-playlist.m3u8{suffix}")

    async def _mirror(self, request: web.Request) -> web.Response:
        match = _MIRROR.fullmatch(request.path.lower())
        slug = match["slug"] if match else ""
        if slug not in SLUGS:
            return _not_found(request)
        node, session = self._random.randint(1, NODES), _letters(self._random)
        base = f"/n{node}/livehttporigin/{SLUGS[slug][0]}/{session}-{_letters(self._random)}"
        delay = request.query.get("streamDelay") or SLUGS[slug][1]
        return await self._master(request, slug, base, f"streamDelay={delay}" if delay else "")

    async def _stream(self, request: web.Request) -> web.Response:
        match = _STREAM.fullmatch(request.path)
        if match is None or match["slug"] not in SLUGS:
            return _not_found(request)
        slug = match["slug"]
        if match["number"]:
            return await self._segment(slug, int(match["number"]))
        if match["what"] == "chunklist":
            return _hls(hls.chunklist(match["id"]))
        base = request.path.removesuffix("-playlist.m3u8")
        return await self._master(request, slug, base, request.query_string)

    async def _master(self, request: web.Request, slug: str, base: str, query: str) -> web.Response:
        try:
            await self._segments.prepare(_loop(slug))
        except hls.HlsUnavailableError as err:
            return web.Response(status=503, text=str(err))
        url = f"{_origin(request)}{base}-chunklist.m3u8"
        return _hls(hls.master(_loop(slug), f"{url}?{query}" if query else url))

    async def _segment(self, slug: str, number: int) -> web.Response:
        newest = int(time.time() / hls.SEGMENT_SECONDS)
        if not newest - 2 * hls.WINDOW_SEGMENTS <= number <= newest:
            return web.Response(status=404)
        try:
            body = await self._segments.read(_loop(slug), number)
        except hls.HlsUnavailableError as err:
            return web.Response(status=503, text=str(err))
        return web.Response(body=body, content_type="video/mp2t", headers=_OPEN)

    async def _artwork(self, request: web.Request) -> web.Response:
        if request.path.endswith(".gif"):
            return web.Response(body=artwork.gif(request.path), content_type="image/gif")
        return web.Response(body=artwork.png(request.path), content_type="image/png")

    async def _intermediate(self, request: web.Request) -> web.Response:
        if self.chain is None:
            return _not_found(request)
        return web.Response(body=self.chain.intermediate, content_type="application/pkix-cert")

    async def _show_log(self, request: web.Request) -> web.Response:
        requests = [asdict(entry) for entry in self.requests]
        return _json({"requests": requests, "high_water": self.high_water})

    async def _clear_log(self, request: web.Request) -> web.Response:
        self.clear_log()
        return web.Response(status=204)

    async def _set_faults(self, request: web.Request) -> web.Response:
        try:
            self.set_faults(await request.json())
        except (ValueError, TypeError, AttributeError) as err:
            return web.Response(status=400, text=str(err))
        return web.Response(status=204)


_OPEN: Final = {"Access-Control-Allow-Origin": "*"}


def _origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _number(text: str) -> int:
    """Return a number of the query; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _letters(random: Random) -> str:
    return "".join(random.choices(_ID_LETTERS, k=6))


def _loop(slug: str) -> hls.Loop:
    return hls.RADIO if slug == "radio" else hls.VIDEO


def _hls(text: str) -> web.Response:
    headers = {**_OPEN, "Cache-Control": "no-cache"}
    return web.Response(text=text, content_type=_HLS_TYPE, headers=headers)


def _json(data: object) -> web.Response:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return web.Response(text=text, content_type="application/json")


def _not_found(request: web.Request) -> web.Response:
    text = f"<pre>Cannot {request.method} {request.path}</pre>\n"
    return web.Response(status=404, text=text, content_type="text/html")


async def _unknown(request: web.Request) -> web.Response:
    return _not_found(request)
