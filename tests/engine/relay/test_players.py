"""A real player on the relay's playlist, over a node that breaks off and one that goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import shutil

from aiohttp import web
import pytest

from downlink.relay.hls import MIME_TYPE, listed, render_playlist
from downlink.relay.ring import Ring, pause_capacity
from downlink.relay.segment import Segment

from .house import House, house
from .station import Node, Station, nodes

FFMPEG = shutil.which("ffmpeg") or ""
FFPROBE = shutil.which("ffprobe") or ""
RATE = 5
SECONDS = 60
pytestmark = pytest.mark.skipif(not FFMPEG or not FFPROBE, reason="needs ffmpeg and ffprobe")


async def run(*command: str) -> tuple[str, str]:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, errors.decode()
    return output.decode(), errors.decode()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """A minute in segments of one second, small enough to be made in no time."""
    folder = tmp_path_factory.mktemp("film")
    picture = f"testsrc2=size=64x36:rate={RATE}:duration={SECONDS}"
    sound = f"sine=frequency=440:sample_rate=48000:duration={SECONDS}"
    asyncio.run(
        run(
            *(FFMPEG, "-v", "error", "-nostdin", "-f", "lavfi", "-i", picture),
            *("-f", "lavfi", "-i", sound, "-c:v", "libx264", "-preset", "ultrafast"),
            *("-g", f"{RATE}", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "32k"),
            *("-f", "hls", "-hls_time", "1", "-hls_list_size", "0"),
            *("-hls_segment_filename", f"{folder}/%03d.ts", f"{folder}/index.m3u8"),
        )
    )
    return [path.read_bytes() for path in sorted(Path(folder).glob("*.ts"))]


@asynccontextmanager
async def served(home: House) -> AsyncIterator[str]:
    """A relay over HTTP, as Home Assistant serves it."""

    async def playlist(_request: web.Request) -> web.Response:
        viewer = home.relay.touch("east", "player", "ffmpeg")
        await viewer.ready()
        body = render_playlist(viewer.ring.window(), lambda one: f"1/{one.sequence}.ts")
        return web.Response(body=body, content_type=MIME_TYPE)

    async def segment(request: web.Request) -> web.Response:
        viewer = home.relay.touch("east", "player", "ffmpeg")
        found = viewer.ring.get(int(request.match_info["sequence"]))
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found.segment.data, content_type="video/mp2t")

    app = web.Application()
    app.add_routes([web.get("/1.m3u8", playlist), web.get("/1/{sequence}.ts", segment)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/1.m3u8"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def showing(film: list[bytes]) -> AsyncIterator[tuple[list[Node], House, str]]:
    """Two nodes of a station that has been on air with a film for ten seconds."""
    station = Station(seconds=1.0, target=1)
    station.began = asyncio.get_running_loop().time() - 10
    station.bodies = film
    async with nodes(2, station) as both, house(*both) as home, served(home) as url:
        yield both, home, url


async def test_ffprobe_sees_a_live_stream(film: list[bytes]) -> None:
    async with showing(film) as (_, _, url):
        output, errors = await run(
            *(FFPROBE, "-v", "error", "-show_streams", "-show_format", "-of", "json", url)
        )
    assert errors == ""
    report = json.loads(output)
    assert report["format"]["format_name"] == "hls"
    assert "duration" not in report["format"]
    assert [one["codec_name"] for one in report["streams"]] == ["h264", "aac"]


async def test_ffmpeg_plays_on_when_a_node_vanishes(film: list[bytes]) -> None:
    async with showing(film) as ((one, two), home, url):
        playing = asyncio.create_task(
            run(
                *(FFMPEG, "-v", "warning", "-nostdin", "-i", url, "-t", "9", "-map", "0:v"),
                *("-f", "framehash", "-"),
            )
        )
        await one.wait_for("media", 6)
        await one.vanish()
        output, errors = await playing
        assert two.count("media") > 0
        assert home.relay.channels["east"].health.node_changes == 1
        assert home.events == []
    frames = [line.split(",")[5].strip() for line in output.splitlines() if line[0].isdigit()]
    assert len(frames) == 9 * RATE
    # The pictures move: each is there once.
    assert len(set(frames)) == len(frames)
    assert "error" not in errors.lower()


async def test_begins_live_where_one_can_go_back(film: list[bytes]) -> None:
    """As mpv and Kodi, which are made of the same, it reads no EXT-X-START."""
    ring = Ring(1000, pause_capacity(600))

    def go_on() -> None:
        number = ring.next_sequence % SECONDS
        ring.append(Segment(data=film[number], duration=1.0, discontinuity=not number))

    for _ in range(420):
        go_on()
    asked: list[int] = []

    async def playlist(_request: web.Request) -> web.Response:
        body = render_playlist(ring.window(), lambda one: f"1/{one.sequence}.ts")
        go_on()
        return web.Response(body=body, content_type=MIME_TYPE)

    async def segment(request: web.Request) -> web.Response:
        asked.append(int(request.match_info["sequence"]))
        found = ring.get(asked[-1])
        assert found is not None
        return web.Response(body=found.segment.data, content_type="video/mp2t")

    app = web.Application()
    app.add_routes([web.get("/1.m3u8", playlist), web.get("/1/{sequence}.ts", segment)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/1.m3u8"
        await run(FFMPEG, "-v", "error", "-nostdin", "-i", url, "-t", "1", "-f", "null", "-")
    finally:
        await runner.cleanup()
    assert len(listed(ring.window())) >= 420
    assert min(asked) >= 1420 - 3
