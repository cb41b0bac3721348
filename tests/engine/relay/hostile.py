"""A hostile upstream, a trap for requests that lead inside, and a client to try them with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
import ssl

from aiohttp import web

from downlink.provider.tls import CertificateVerifier
from downlink.relay.addresses import AddressGuard
from downlink.relay.download import Bounds, Downloader
from downlink.relay.errors import Reason, RelayError
from downlink.relay.position import Position
from downlink.relay.pull import Pull
from downlink.relay.segment import Segment, read_media

from .station import USER_AGENT, wall_clock
from .test_addresses import Names

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n"


ONE = HEAD + "#EXTINF:4,\na.ts\n"


BOUNDS = Bounds(size=1000, total=10.0, silence=5.0)


@dataclass
class Trap:
    """A host in the house, on the same port as upstream: whoever connects is noted."""

    port: int
    connections: int = 0
    url: str = ""


@asynccontextmanager
async def trap(port: int) -> AsyncIterator[Trap]:
    made = Trap(port, url=f"http://127.0.0.2:{port}")

    async def note(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.connections += 1
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.2", port)
    async with server:
        yield made


@dataclass
class Upstream:
    """A server that answers what it is told to, and what it was asked for."""

    answers: dict[str, web.Response | Handler | str | bytes]
    asked: list[str] = field(default_factory=list)
    url: str = ""
    port: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        answer = self.answers.get(request.path, web.Response(status=404))
        if isinstance(answer, str):
            return web.Response(text=answer)
        if isinstance(answer, bytes):
            return web.Response(body=answer)
        if isinstance(answer, web.Response):
            return web.Response(body=answer.body, status=answer.status, headers=answer.headers)
        return await answer(request)


@asynccontextmanager
async def upstream(
    answers: dict[str, web.Response | Handler | str | bytes],
    context: ssl.SSLContext | None = None,
) -> AsyncIterator[Upstream]:
    made = Upstream(answers)
    app = web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    made.port = runner.addresses[0][1]
    made.url = f"{'https' if context else 'http'}://127.0.0.1:{made.port}"
    try:
        yield made
    finally:
        await runner.cleanup()


@asynccontextmanager
async def downloader(names: Names | None = None) -> AsyncIterator[Downloader]:
    guard = AddressGuard(allowed=[ip_network("127.0.0.1/32")], resolver=names or Names({}))
    made = Downloader(guard, CertificateVerifier(), USER_AGENT)
    try:
        yield made
    finally:
        await made.close()


def follow(client: Downloader, url: str) -> Pull:
    return Pull(client, url, Position(), now=wall_clock, read=read_media)


async def outcome(client: Downloader, url: str) -> Reason | None:
    """The reason why a pull brings no segment; None when it brings one."""
    segments = follow(client, url).segments()
    try:
        segment = await anext(segments)
    except RelayError as err:
        # An address may hold a secret, and this goes into the log.
        assert "://" not in str(err)  # noqa: PT017  # beside the result
        return err.reason
    else:
        assert isinstance(segment, Segment)
        return None
    finally:
        await segments.aclose()


def redirect(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


def variant(address: str) -> str:
    return f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{address}\n"


def listing(address: str) -> str:
    return f"{HEAD}#EXTINF:4,\n{address}\n"
