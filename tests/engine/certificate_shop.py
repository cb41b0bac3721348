"""Where an authority hands out its certificates, and servers that present them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import ssl

from aiohttp import web

from downlink.provider.tls import CertificateVerifier

from .upstream import asking, serving


class Shop:
    """An authority's address, in clear, and what was asked for there."""

    def __init__(self) -> None:
        self.goods: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if request.path == "/slow":
            response = web.StreamResponse()
            await response.prepare(request)
            for byte in self.goods["/middle"]:
                await response.write(bytes([byte]))
                await asyncio.sleep(0)
            return response
        if request.path == "/moved":
            return web.Response(status=302, headers={"Location": "/middle"})
        return web.Response(body=self.goods.get(request.path, b""))


async def hello(_request: web.Request) -> web.Response:
    return web.Response(text="hello")


@asynccontextmanager
async def server(context: ssl.SSLContext) -> AsyncIterator[str]:
    async with serving(web.get("/hello", hello), context=context) as url:
        yield url


async def greet(url: str, verifier: CertificateVerifier | None = None) -> str:
    """Ask over TLS, as the provider does; what is raised is what the provider would see."""
    async with asking(url, verifier=verifier) as upstream:
        return await upstream.fetch_text("/hello", {})
