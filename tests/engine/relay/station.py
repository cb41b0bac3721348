"""A strict upstream for the relay: one time line, told by nodes that can go wrong in every way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from aiohttp import web

from downlink.relay.errors import Reason, UpstreamError
from downlink.relay.segment import Join, Media, Segment, read_media
from downlink.relay.tables import PACKET

BEGINNING = datetime(2026, 11, 26, 12, tzinfo=UTC)
USER_AGENT = "ToonamiDownlink/1.0 (+https://example.org)"


def wall_clock() -> datetime:
    """The time of day in simulated time."""
    return BEGINNING + timedelta(seconds=asyncio.get_running_loop().time() % 1e6)


def packets(mark: str, count: int = 8) -> bytes:
    """MPEG-TS, as far as sync bytes go, that says what it is."""
    return (b"\x47\x1f\xff\x10" + mark.encode().ljust(PACKET - 4, b"\xff")) * count


def read_marked(data: bytes) -> Media:
    """Check such packets as `read_media` checks real ones, as far as sync bytes go."""
    count, rest = divmod(len(data), PACKET)
    if data[:1] != b"\x47":
        return read_media(data)
    if rest or data[::PACKET] != b"\x47" * count:
        raise UpstreamError(Reason.CORRUPT, "A segment is cut off or damaged.")
    return Media(data)


def as_it_is() -> Join:
    """Join nothing: the marks stay readable."""
    return lambda data, _is_break, _info: data


def mark_of(data: bytes) -> str:
    return data[4:PACKET].rstrip(b"\xff").decode()


def slate(number: int) -> Segment:
    return Segment(data=packets(f"slate {number}"), duration=4.0)


@dataclass
class Station:
    """What is on air: segment n has been there since its end, n + 1 times its length."""

    seconds: float = 2.0
    target: int = 3
    listed: int = 6
    began: float = field(default=0.0)
    bodies: Sequence[bytes] = ()
    """What the segments are, when they have to be real ones."""

    def __post_init__(self) -> None:
        self.began = asyncio.get_running_loop().time() - 100 * self.seconds

    @property
    def newest(self) -> int:
        return int((asyncio.get_running_loop().time() - self.began) / self.seconds) - 1


class Node:
    """One server of a station. Set what goes wrong; `asked` has the loop time of each request."""

    def __init__(self, station: Station, name: str = "node") -> None:
        self.station = station
        self.name = name
        self.asked: list[tuple[float, str]] = []
        self.shift = 1000
        """Between its own sequence numbers and the station's."""
        self.same_bytes = True
        self.has_dates = False
        self.frozen: int | None = None
        self.bad: dict[str, web.Response | None] = {}
        """Instead of its answer, by the first letter of the path; None: silence for ever."""
        self.cut: int | None = None
        """Bytes after which a segment ends, as if that were all."""
        self.breaks_at: int | None = None
        """Bytes of a segment after which nothing more comes."""
        self.content: bytes | None = None
        """Of each segment, instead of packets."""
        self.bodies: Sequence[bytes] = ()
        """What its segments are, instead of the station's."""
        self.missing: Callable[[int], bool] = lambda _number: False
        """Which segments there are none of."""
        self.fails = 0
        """How often it goes wrong, and then no longer; 0 is for ever."""
        self.url = ""
        self._was_asked = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(
            [
                web.get("/playlist.m3u8", self._master),
                web.get("/chunklist.m3u8", self._media),
                web.get("/media-{number}.ts", self._segment),
            ]
        )
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/playlist.m3u8"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.vanish()

    async def vanish(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    @property
    def server(self) -> str:
        return self.url.split("/")[2]

    def count(self, part: str) -> int:
        return sum(part in path for _, path in self.asked)

    async def wait_for(self, part: str, count: int) -> None:
        """Wait until so many requests for something have come."""
        while self.count(part) < count:
            self._was_asked.clear()
            await self._was_asked.wait()

    async def _check(self, request: web.Request) -> web.Response | None:
        """Note a request, be strict about it, and go wrong if that is wanted."""
        self.asked.append((asyncio.get_running_loop().time(), request.path))
        self._was_asked.set()
        assert request.headers["User-Agent"] == USER_AGENT
        assert request.headers["Accept-Encoding"] == "identity"
        assert "Cookie" not in request.headers
        letter = request.path[1]
        if letter not in self.bad:
            return None
        answer = self.bad[letter]
        self._went_wrong()
        if answer is None:
            await asyncio.sleep(1e5)
        return answer and web.Response(
            status=answer.status, body=answer.body, headers=answer.headers
        )

    def _went_wrong(self) -> None:
        if self.fails:
            self.fails -= 1
            if not self.fails:
                self.bad, self.cut, self.breaks_at = {}, None, None

    async def _master(self, request: web.Request) -> web.StreamResponse:
        text = (
            "#EXTM3U\n#EXT-X-VERSION:3\n"
            '#EXT-X-STREAM-INF:BANDWIDTH=908743,CODECS="avc1.100.31,mp4a.40.2"\nchunklist.m3u8\n'
        )
        return await self._check(request) or web.Response(text=text)

    async def _media(self, request: web.Request) -> web.StreamResponse:
        if wrong := await self._check(request):
            return wrong
        station = self.station
        newest = station.newest if self.frozen is None else self.frozen
        first = newest - station.listed + 1
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:3",
            f"#EXT-X-TARGETDURATION:{station.target}",
            f"#EXT-X-MEDIA-SEQUENCE:{first + self.shift}",
        ]
        for number in range(first, newest + 1):
            if self.has_dates:
                date = BEGINNING + timedelta(seconds=number * station.seconds)
                lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{date.isoformat()}")
            lines += [f"#EXTINF:{station.seconds:.3f},", f"media-{number}.ts"]
        return web.Response(text="\n".join(lines) + "\n")

    async def _segment(self, request: web.Request) -> web.StreamResponse:
        if wrong := await self._check(request):
            return wrong
        number = int(request.match_info["number"])
        assert number <= self.station.newest, "asked for what is not there yet"
        if self.missing(number):
            return web.Response(status=404)
        body = packets(f"{number}" if self.same_bytes else f"{number} {self.name}")
        if bodies := self.bodies or self.station.bodies:
            body = bodies[number]
        if self.content is not None:
            body = self.content
        if self.cut is not None:
            body = body[: self.cut]
            self._went_wrong()
        if self.breaks_at is not None:
            response = web.StreamResponse()
            response.content_length = len(body)
            await response.prepare(request)
            await response.write(body[: self.breaks_at])
            self._went_wrong()
            await asyncio.sleep(1e5)
        return web.Response(body=body)


@asynccontextmanager
async def nodes(count: int, station: Station | None = None) -> AsyncIterator[list[Node]]:
    """Several nodes of one station, each with numbers of its own."""
    station = station or Station()
    made = [Node(station, f"node {number}") for number in range(count)]
    for number, node in enumerate(made):
        node.shift = 1000 * number + 1007
        await node.__aenter__()
    try:
        yield made
    finally:
        for node in made:
            await node.vanish()
