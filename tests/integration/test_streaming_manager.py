"""The ffmpeg of each viewer: started, counted, and gone without a trace."""

import asyncio
from collections.abc import AsyncIterator
import os
from pathlib import Path
import sys
from types import ModuleType
from unittest.mock import Mock

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.streaming import (
    ffmpeg as remux_module,
    manager as streams_module,
)
from custom_components.toonami_downlink.streaming.ffmpeg import (
    Remux,
    StreamFailedError,
    ffmpeg_arguments,
)
from custom_components.toonami_downlink.streaming.manager import StreamManager, StreamsBusyError
from tests.simulator.server import Simulator

from .stream_harness import child_pids, count_open_files, is_alive, wait_until, write_fake_ffmpeg

URL = "http://upstream.example/playlist.m3u8"
FOREVER = "exec cat /dev/zero"
pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def manager(hass: HomeAssistant) -> AsyncIterator[StreamManager]:
    manager = StreamManager(hass, 2)
    yield manager
    await manager.async_stop_all()
    assert manager.active == 0


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a stand-in that is found before the real ffmpeg."""
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def test_arguments() -> None:
    arguments = ffmpeg_arguments(URL)
    assert arguments[arguments.index("-i") + 1] == URL
    assert "file" not in arguments[arguments.index("-protocol_whitelist") + 1]
    assert arguments.index("-protocol_whitelist") < arguments.index("-i")
    assert arguments[-5:] == ["-flush_packets", "1", "-f", "mpegts", "pipe:1"]
    assert "-nostdin" in arguments
    assert "-t" not in arguments


def test_arguments_for_a_duration() -> None:
    arguments = ffmpeg_arguments(URL, 30)
    assert arguments[arguments.index("-t") + 1] == "30"
    assert arguments.index("-t") > arguments.index("-i")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "-i",
        "/etc/passwd",
        "file:///etc/passwd",
        "concat:http://a|/etc/passwd",
        "rtmp://upstream.example/live",
        "http:///playlist.m3u8",
        "http://upstream.example/a b",
        "http://upstream.example/a\nb",
        "http://upstream.example/a\0b",
    ],
)
async def test_addresses_that_ffmpeg_never_sees(manager: StreamManager, url: str) -> None:
    with pytest.raises(StreamFailedError, match="not one for http"):
        async with manager.async_open("East", url):
            pytest.fail("opened")  # pragma: no cover
    assert manager.active == 0


async def test_real_television(manager: StreamManager) -> None:
    async with Simulator() as upstream:
        url = f"{upstream.url}/est/playlist.m3u8"
        async with manager.async_open("East", url) as remux:
            assert manager.active == 1
            received = b""
            while len(received) < 188 * 500:
                received += await remux.async_read()
            assert set(received[::188]) == {0x47}
            (pid,) = child_pids()
        await wait_until(lambda: manager.active == 0)
        assert not is_alive(pid)
    assert not child_pids()


async def test_a_duration_ends_the_stream(manager: StreamManager) -> None:
    async with (
        Simulator() as upstream,
        manager.async_open("Radio", f"{upstream.url}/radio/playlist.m3u8", 2) as remux,
    ):
        size = 0
        while data := await remux.async_read():
            size += len(data)
    assert 10_000 < size < 200_000


async def test_environment_and_process_group(
    manager: StreamManager, fake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_fake_ffmpeg(
        fake, "env; echo GROUP=$(cut -d' ' -f5 /proc/$$/stat); echo SELF=$$; exec cat /dev/zero"
    )
    monkeypatch.setenv("SUPERVISOR_TOKEN", "secret")
    monkeypatch.setenv("https_proxy", "http://proxy.example")
    async with manager.async_open("East", URL) as remux:
        text = b""
        while b"SELF=" not in text:
            text += await remux.async_read()
    lines = text.partition(b"\0")[0].decode().splitlines()
    values = dict(line.split("=", 1) for line in lines)
    assert "SUPERVISOR_TOKEN" not in values
    assert values["https_proxy"] == "http://proxy.example"
    assert values["GROUP"] == values["SELF"]


async def test_everything_that_ffmpeg_started_is_killed(manager: StreamManager, fake: Path) -> None:
    write_fake_ffmpeg(
        fake, "trap '' TERM INT HUP PIPE; sleep 600 & echo $!; while :; do wait; done"
    )
    async with manager.async_open("East", URL) as remux:
        grandchild = int((await remux.async_read()).split()[0])
        (child,) = child_pids()
        assert is_alive(child)
        assert is_alive(grandchild)
    await wait_until(lambda: not is_alive(child) and not is_alive(grandchild))
    await wait_until(lambda: not child_pids())


async def test_nothing_is_left_after_many_streams(manager: StreamManager, fake: Path) -> None:
    write_fake_ffmpeg(fake, FOREVER)
    async with manager.async_open("East", URL) as remux:
        await remux.async_read()
    await wait_until(lambda: manager.active == 0)
    files, tasks = count_open_files(), len(asyncio.all_tasks())
    for _ in range(20):
        async with manager.async_open("East", URL):
            pass
        await wait_until(lambda: manager.active == 0)
    assert not child_pids()
    await wait_until(lambda: count_open_files() <= files)
    assert len(asyncio.all_tasks()) <= tasks


async def test_ffmpeg_waits_for_the_viewer(manager: StreamManager, fake: Path) -> None:
    write_fake_ffmpeg(fake, "head -c 8000000 /dev/zero")
    async with manager.async_open("East", URL) as remux:
        await wait_until(lambda: remux.is_full)
        pieces = [await remux.async_read()]
        assert len(pieces[0]) < 2_000_000
        while piece := await remux.async_read():
            pieces.append(piece)
        assert all(len(piece) < 2_000_000 for piece in pieces)
        assert sum(len(piece) for piece in pieces) == 8_000_000


async def test_a_failure_is_told_once_and_its_end_too(
    manager: StreamManager, fake: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_fake_ffmpeg(
        fake, f"echo 'noise' >&2; echo '{URL}?key=1: Server returned 404' >&2; exit 1"
    )
    for _ in range(2):
        with pytest.raises(StreamFailedError, match="… Server returned 404"):
            async with manager.async_open("East", URL):
                pytest.fail("opened")  # pragma: no cover
    write_fake_ffmpeg(fake, FOREVER)
    for _ in range(2):
        async with manager.async_open("East", URL):
            pass
        await wait_until(lambda: manager.active == 0)
    lines = [item.getMessage() for item in caplog.records if item.name == streams_module.__name__]
    assert lines == [
        "East cannot be played at the moment: … Server returned 404",
        "East can be played again",
    ]


async def test_much_noise_is_cut(manager: StreamManager, fake: Path) -> None:
    write_fake_ffmpeg(fake, "yes error | head -c 3000000 >&2; echo last >&2")
    with pytest.raises(StreamFailedError, match=r"\Alast\Z"):
        async with manager.async_open("East", URL):
            pytest.fail("opened")  # pragma: no cover


async def test_no_noise_at_all(manager: StreamManager, fake: Path) -> None:
    write_fake_ffmpeg(fake, "exit 1")
    with pytest.raises(StreamFailedError, match="no reason given"):
        async with manager.async_open("East", URL):
            pytest.fail("opened")  # pragma: no cover


async def test_upstream_that_sends_nothing(
    manager: StreamManager, fake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remux_module, "_START_TIMEOUT", 0.1)
    write_fake_ffmpeg(fake, "exec sleep 600")
    with pytest.raises(StreamFailedError, match="sends nothing"):
        async with manager.async_open("East", URL):
            pytest.fail("opened")  # pragma: no cover
    await wait_until(lambda: not child_pids())


async def test_a_stream_that_stalls_ends(
    manager: StreamManager, fake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remux_module, "_STALL_TIMEOUT", 0.1)
    write_fake_ffmpeg(fake, "echo data; exec sleep 600")
    async with manager.async_open("East", URL) as remux:
        assert await remux.async_read() == b"data\n"
        assert await remux.async_read() == b""


async def test_no_more_viewers_than_allowed(manager: StreamManager, fake: Path) -> None:
    write_fake_ffmpeg(fake, FOREVER)
    async with manager.async_open("East", URL), manager.async_open("West", URL):
        assert manager.active == 2
        with pytest.raises(StreamsBusyError):
            async with manager.async_open("Movies", URL):
                pytest.fail("opened")  # pragma: no cover
    await wait_until(lambda: manager.active == 0)
    async with manager.async_open("Movies", URL):
        assert manager.active == 1


async def test_a_viewer_who_leaves_while_ffmpeg_starts(
    hass: HomeAssistant, manager: StreamManager, fake: Path
) -> None:
    write_fake_ffmpeg(fake, "exec sleep 600")

    async def watch() -> None:
        async with manager.async_open("East", URL):
            pytest.fail("opened")  # pragma: no cover

    for delay in range(12):
        task = hass.async_create_background_task(watch(), "viewer")
        for _ in range(delay):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await wait_until(lambda: manager.active == 0 and not child_pids())


async def test_stop_all(manager: StreamManager, fake: Path) -> None:
    write_fake_ffmpeg(fake, FOREVER)
    async with manager.async_open("East", URL) as remux:
        remux.viewer = viewer = Mock(spec=asyncio.Transport)
        await manager.async_stop_all()
        assert manager.active == 0
        assert not child_pids()
        viewer.abort.assert_called_once_with()
    await manager.async_stop_all()
    with pytest.raises(StreamsBusyError):
        async with manager.async_open("East", URL):
            pytest.fail("opened")  # pragma: no cover


async def test_home_assistant_stops(
    hass: HomeAssistant, manager: StreamManager, fake: Path
) -> None:
    write_fake_ffmpeg(fake, FOREVER)
    async with manager.async_open("East", URL):
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await hass.async_block_till_done()
        assert manager.active == 0
        assert not child_pids()


async def test_a_manager_that_is_stopped_no_longer_listens(hass: HomeAssistant) -> None:
    before = hass.bus.async_listeners()
    manager = StreamManager(hass, 1)
    assert hass.bus.async_listeners() != before
    await manager.async_stop_all()
    assert hass.bus.async_listeners() == before


async def test_stopped_while_ffmpeg_starts(
    manager: StreamManager,
    fake: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    write_fake_ffmpeg(fake, "exec sleep 600")
    start = Remux.start

    async def start_slowly(binary: str, arguments: list[str]) -> Remux:
        remux = await start(binary, arguments)
        await manager.async_stop_all()
        return remux

    monkeypatch.setattr(Remux, "start", start_slowly)
    with pytest.raises(StreamsBusyError):
        async with asyncio.timeout(5), manager.async_open("East", URL):
            pytest.fail("opened")  # pragma: no cover
    await wait_until(lambda: manager.active == 0 and not child_pids())
    # It is not upstream's fault.
    assert "cannot be played" not in caplog.text


async def test_an_ffmpeg_that_cannot_be_started(manager: StreamManager, fake: Path) -> None:
    write_fake_ffmpeg(fake, "").write_text("#!/no/such/interpreter\n")
    with pytest.raises(StreamFailedError, match="does not start"):
        async with manager.async_open("East", URL):
            pytest.fail("opened")  # pragma: no cover
    assert manager.active == 0


async def test_no_ffmpeg(
    hass: HomeAssistant, manager: StreamManager, fake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = hass.loop.time()
    monkeypatch.setattr(hass.loop, "time", lambda: now)
    monkeypatch.setenv("PATH", str(fake))
    assert await manager.async_find_ffmpeg() is None
    with pytest.raises(StreamFailedError, match="not installed"):
        async with manager.async_open("East", URL):
            pytest.fail("opened")  # pragma: no cover
    program = write_fake_ffmpeg(fake, FOREVER)
    assert await manager.async_find_ffmpeg() is None
    assert not manager.has_ffmpeg
    monkeypatch.setattr(hass.loop, "time", lambda: now + 301)
    assert await manager.async_find_ffmpeg() == str(program)
    assert manager.has_ffmpeg


async def test_the_ffmpeg_that_home_assistant_uses(
    hass: HomeAssistant, manager: StreamManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = write_fake_ffmpeg(tmp_path / "opt", FOREVER)
    component = ModuleType("homeassistant.components.ffmpeg")
    component.get_ffmpeg_manager = lambda _: Mock(binary=str(program))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, component.__name__, component)
    hass.config.components.add("ffmpeg")
    assert await manager.async_find_ffmpeg() == str(program)
