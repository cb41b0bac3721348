"""Upstream for tests of the provider: the simulator with its clock stopped, and how to ask it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
import logging
from pathlib import Path
import socket
import ssl
from typing import Any

import aiohttp
from aiohttp import web
import pytest

from downlink.models import Progress
from downlink.provider.api import Timeouts, Upstream
from downlink.provider.fetch import ProviderConfig
from downlink.provider.tls import CertificateVerifier
from tests.simulator import Simulator

NOW = datetime(2026, 10, 14, 15, 30, tzinfo=UTC)
"""A Wednesday, half past eleven in New York."""
QUICK = Timeouts(answer=15, run=25, details=20)
"""As patient as a test may be: enough for anything that is going to happen."""
HASTY = Timeouts(answer=0.4, run=25, details=20)
"""For what is not going to happen."""


@asynccontextmanager
async def simulator(now: datetime = NOW, *, tls: bool = False) -> AsyncIterator[Simulator]:
    async with Simulator(now=lambda: now, tls=tls) as running:
        yield running


@asynccontextmanager
async def asking(
    url: str, timeouts: Timeouts = QUICK, verifier: CertificateVerifier | None = None
) -> AsyncIterator[Upstream]:
    async with aiohttp.ClientSession() as session:
        yield Upstream(session, url, verifier=verifier or CertificateVerifier(), timeouts=timeouts)


@asynccontextmanager
async def serving(
    *routes: web.RouteDef, context: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Serve something that the simulator cannot; yield the address."""
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        scheme = "https" if context else "http"
        yield f"{scheme}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def hanging_up() -> AsyncIterator[str]:
    """Be a server that hangs up before it has said who it is; yield the address."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            writer.write_eof()
            await reader.read()
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def pretend_names(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Make names lead to this machine, as a name service could that is in the wrong hands."""
    real = socket.getaddrinfo

    def look_up(name: Any, *arguments: Any, **options: Any) -> Any:
        return real("127.0.0.1" if name in names else name, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(aiohttp.connector, "DefaultResolver", aiohttp.ThreadedResolver)


def forget_logging() -> None:
    """Undo what the command line does to the logger of its process."""
    logger = logging.getLogger("downlink")
    logger.handlers = []
    logger.propagate = True
    logger.setLevel(logging.NOTSET)


def config(url: str, cache_file: Path | None = None, timeouts: Timeouts = QUICK) -> ProviderConfig:
    return ProviderConfig(api_url=url, guide_days=7, cache_file=cache_file, timeouts=timeouts)


def ignore(_progress: Progress) -> None:
    pass
