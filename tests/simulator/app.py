"""The endpoints of the upstream, and the simulator's own ones below ``/_sim/``."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
import json
from typing import Final

from aiohttp import web

from . import artwork
from .answers import current_media, media, playlist_body, playlist_head
from .details import media_info
from .faults import Asked, Faults, parse_faults
from .schedule import Schedule
from .streams import LoggedRequest, Streams, summary
from .tls import INTERMEDIATE_PATH, Chain

NODE: Final = web.AppKey("node", str)

type Handler = Callable[[web.Request], Awaitable[web.Response]]


class Upstream:
    """One imagined upstream: its plan, what is wrong with it, and who asked for what."""

    def __init__(self, *, now: Callable[[], datetime], seed: int, streams: Streams) -> None:
        self.schedule = Schedule(now, seed)
        self.streams = streams
        self.faults = Faults()
        self.requests: list[LoggedRequest] = []
        self.high_water = 0
        """The most requests to the API that were in the works at once."""
        self.chain: Chain | None = None
        self.follow: Callable[[], Awaitable[None]] | None = None
        """What is to be done about faults that are set over HTTP."""
        self.connections: Callable[[], int] = int
        """How many there are, to the API and the nodes."""
        self._running = 0
        self._now = now
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

    def application(self, node: str = "") -> web.Application:
        """Return the aiohttp application of the API, or of a node.

        Paths are matched by hand, for case does not count.
        """
        app = self.control() if not node else web.Application()
        app[NODE] = node
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    def control(self) -> web.Application:
        """Return an application with nothing but the simulator's own endpoints."""
        app = web.Application()
        app.router.add_get("/_sim/log", self._show_log)
        app.router.add_delete("/_sim/log", self._clear_log)
        app.router.add_get("/_sim/streams", self._show_streams)
        app.router.add_get(INTERMEDIATE_PATH, self._intermediate)
        app.router.add_post("/_sim/faults", self._set_faults)
        return app

    def set_faults(self, data: Mapping[str, object]) -> None:
        """Replace all faults; the JSON form is `parse_faults`'. Raises ValueError."""
        now = self.streams.clock.seconds()
        self.faults = parse_faults(data, self.endpoints, now, self.faults)

    def clear_log(self) -> None:
        """Forget all requests so far, and the high-water mark."""
        self.requests.clear()
        self.high_water = 0

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        node = request.app[NODE]
        endpoint, asked = self._endpoint(request, node)
        self._log(request, endpoint, asked, node)
        if request.method not in ("GET", "HEAD"):
            return _not_found(request)
        spoil = self.faults.spoiler(endpoint, request.query, asked)
        if endpoint not in self._api:
            answer = await self._other(request, endpoint, asked)
            return await spoil(request, answer) if spoil else answer
        self._running += 1
        self.high_water = max(self.high_water, self._running)
        try:
            if self.faults.latency:
                await asyncio.sleep(self.faults.latency)
            if endpoint == "streamurl" and asked:
                answer = web.Response(text=self.streams.address(asked, request, self.faults))
            else:
                answer = await self._api[endpoint](request)
            return await spoil(request, answer) if spoil else answer
        finally:
            self._running -= 1

    def _endpoint(self, request: web.Request, node: str) -> tuple[str, Asked | None]:
        """Tell what a request is for; if it is about a stream, about which one."""
        path, faults = request.path, self.faults
        if asked := self.streams.asked(path, node, faults):
            return "stream", asked
        if node:
            return "unknown", None
        name = path.strip("/").lower()
        if name in self._api:
            wanted = name == "streamurl" and self.streams.wanted(request.query, faults)
            return name, wanted or None
        if asked := self.streams.mirrored(path, faults):
            return "mirror", asked
        if path.startswith(("/assets/imgur/", "/images/")):
            return "artwork", None
        return "unknown", None

    async def _other(
        self, request: web.Request, endpoint: str, asked: Asked | None
    ) -> web.Response:
        """Answer what is not of the API."""
        if endpoint == "stream" and asked:
            return await self.streams.answer(asked, request, self.faults)
        if endpoint == "mirror" and asked:
            return await self.streams.mirror(asked, request, self.faults)
        return _artwork(request) if endpoint == "artwork" else _not_found(request)

    def _log(self, request: web.Request, endpoint: str, asked: Asked | None, node: str) -> None:
        entry = LoggedRequest(
            time=self._now().astimezone(UTC).isoformat(),
            at=self.streams.clock.seconds(),
            method=request.method,
            path=request.path,
            query=dict(request.query),
            user_agent=request.headers.get("User-Agent", ""),
            endpoint=endpoint,
            secure=request.secure,
            node=node,
        )
        if asked:
            entry.node, entry.slug = asked.node, asked.slug
            entry.part, entry.number = asked.part, asked.number
        self.requests.append(entry)

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
        return web.Response()  # for a slug that nobody knows

    async def _intermediate(self, request: web.Request) -> web.Response:
        if self.chain is None:
            return _not_found(request)
        return web.Response(body=self.chain.intermediate, content_type="application/pkix-cert")

    async def _show_log(self, request: web.Request) -> web.Response:
        requests = [asdict(entry) for entry in self.requests]
        return _json({"requests": requests, "high_water": self.high_water})

    async def _show_streams(self, request: web.Request) -> web.Response:
        found = summary(self.requests, self.streams.clock)
        return _json({**found, "connections": self.connections()})

    async def _clear_log(self, request: web.Request) -> web.Response:
        self.clear_log()
        return web.Response(status=204)

    async def _set_faults(self, request: web.Request) -> web.Response:
        try:
            self.set_faults(await request.json())
        except (ValueError, TypeError, AttributeError) as err:
            return web.Response(status=400, text=str(err))
        if self.follow:
            await self.follow()
        return web.Response(status=204)


def _origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _number(text: str) -> int:
    """Return a number of the query; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _artwork(request: web.Request) -> web.Response:
    if request.path.endswith(".gif"):
        return web.Response(body=artwork.gif(request.path), content_type="image/gif")
    return web.Response(body=artwork.png(request.path), content_type="image/png")


def _json(data: object) -> web.Response:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return web.Response(text=text, content_type="application/json")


def _not_found(request: web.Request) -> web.Response:
    text = f"<pre>Cannot {request.method} {request.path}</pre>\n"
    return web.Response(status=404, text=text, content_type="text/html")
