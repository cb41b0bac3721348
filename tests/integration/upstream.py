"""A strict little upstream with live HLS, for tests of streams; all of it in this process."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Self

from aiohttp import hdrs, web
from freezegun import api

from custom_components.toonami_downlink.const import REPOSITORY
from custom_components.toonami_downlink.engine.downlink.models import Feed
from tests.engine.relay_ts.writer import FRAME, OTHER, VIDEO, Writer, pes, segment

SLUGS = ("est", "pst", "snick-est", "snick-pst", "mtv97", "movies", "radio")
PACKET = 188
FRAMES = 24
TICKS = FRAMES * FRAME
SECONDS = TICKS / 90_000
"""Of a segment: a little more than one."""
LISTED = 6


@cache
def body(number: int, extra: int = 0) -> bytes:
    """A segment of the time line; with so many more bytes in its last picture, about."""
    writer = Writer()
    segment(number * TICKS, frames=FRAMES - bool(extra), writer=writer)
    if extra:
        at = (number + 1) * TICKS - FRAME
        writer.add(VIDEO, pes(at, payload=OTHER + bytes(extra)))
    return writer.data


class Upstream:
    """One server with all channels. It notes what it is asked, and what is wrong about that."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.url = ""
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.is_broken = False
        """Whether it answers nothing but 503."""
        self.segments_at = ""
        """Where a playlist says that the segments are, instead of beside it."""
        self.leads_to = ""
        """Where a playlist is, according to a redirect."""
        self.extra = 0
        """Bytes that a segment is larger."""
        self._runner: web.AppRunner | None = None
        self._began = api.real_monotonic() - 100 * SECONDS

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(
            [
                web.get("/{slug}/playlist.m3u8", self._master),
                web.get("/{slug}/chunks.m3u8", self._media),
                web.get("/{slug}/{number}.ts", self._segment),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, 0).start()
        self.url = f"http://{self.host}:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner
        await self._runner.cleanup()
        assert not self.wrong, self.wrong

    def address(self, slug: str = "est") -> str:
        """Where a channel is."""
        return f"{self.url}/{slug}/playlist.m3u8"

    def bring(self, feed: Feed) -> Feed:
        """Let the channels of a feed be played from here."""
        return replace(
            feed,
            channels=tuple(
                replace(channel, stream_url=self.address(slug))
                for channel, slug in zip(feed.channels, SLUGS, strict=True)
            ),
        )

    def count(self, part: str) -> int:
        """How many requests there were for something."""
        return sum(part in path for path in self.asked)

    @property
    def twice(self) -> Sequence[str]:
        """Segments that were fetched more than once."""
        segments = [path for path in self.asked if path.endswith(".ts")]
        return [path for path in set(segments) if segments.count(path) > 1]

    def _check(self, request: web.Request) -> web.Response | None:
        self.asked.append(request.path)
        for name, value in (
            (hdrs.USER_AGENT, f"ToonamiDownlink (+{REPOSITORY})"),
            (hdrs.ACCEPT_ENCODING, "identity"),
            (hdrs.COOKIE, None),
            (hdrs.AUTHORIZATION, None),
        ):
            if request.headers.get(name) != value:
                self.wrong.append(f"{request.path}: {name}: {request.headers.get(name)}")
        return web.Response(status=503) if self.is_broken else None

    async def _master(self, request: web.Request) -> web.Response:
        if refusal := self._check(request):
            return refusal
        if self.leads_to:
            return web.Response(status=302, headers={hdrs.LOCATION: self.leads_to})
        return web.Response(text="#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=908743\nchunks.m3u8\n")

    @property
    def _newest(self) -> int:
        return int((api.real_monotonic() - self._began) / SECONDS) - 1

    async def _media(self, request: web.Request) -> web.Response:
        if refusal := self._check(request):
            return refusal
        first = self._newest - LISTED + 1
        lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:1", f"#EXT-X-MEDIA-SEQUENCE:{first}"]
        for number in range(first, self._newest + 1):
            lines += [f"#EXTINF:{SECONDS:.3f},", f"{self.segments_at}{number}.ts"]
        return web.Response(text="\n".join(lines) + "\n")

    async def _segment(self, request: web.Request) -> web.Response:
        if refusal := self._check(request):
            return refusal
        number = int(request.match_info["number"])
        if number > self._newest:
            self.wrong.append(f"{request.path}: not there yet")
        return web.Response(body=body(number, self.extra))
