"""Parts of files for a player that takes nothing of them."""

import asyncio
from pathlib import Path

from aiohttp import ClientPayloadError, web
from aiohttp.test_utils import TestClient, TestServer
import pytest

from custom_components.toonami_downlink.recording.disk import Disk
from custom_components.toonami_downlink.views import parts

SIZE = 100 * 1024 * 1024
"""More than two sockets and two programs keep between them."""


async def test_a_player_that_takes_nothing_is_cut(
    socket_enabled: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_READ_SECONDS", 0.5)
    path, ended = tmp_path / "recording.mp4", asyncio.Event()
    with path.open("wb") as file:
        file.truncate(SIZE)

    async def serve(request: web.Request) -> web.StreamResponse:
        try:
            return await parts.send_parts(request, Disk(), [parts.Part(path, 0, SIZE)], "video/mp4")
        finally:
            ended.set()

    app = web.Application()
    app.router.add_get("/", serve)
    async with TestClient(TestServer(app)) as client, client.get("/") as answer:
        async with asyncio.timeout(20):
            await ended.wait()
        with pytest.raises(ClientPayloadError):
            await answer.read()
