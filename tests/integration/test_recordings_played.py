"""Whoever plays a recording while it is made can play the rest of it: its file waits for that."""

import asyncio
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.recording.finish import finish as make_file
from custom_components.toonami_downlink.engine.downlink.recording.model import TRACKS, State
from custom_components.toonami_downlink.recording import keeper
from custom_components.toonami_downlink.recording.manager import Recordings
from custom_components.toonami_downlink.recording.played import Played
from custom_components.toonami_downlink.views import recordings as views

from .factories import NOON
from .harness import start_harness
from .held import PART, STORE, make, put_file, put_track, stored
from .recorded import EAST, LONG, MINUTE, House, programmes
from .stream_harness import move_loop, wait_until
from .test_recordings_files import WHOLE, hold


async def test_who_is_behind_gets_the_rest(
    house: House, hass_client_no_auth: ClientSessionGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "find_ffmpeg", lambda _: None)
    await house.start(*programmes(LONG, MINUTE))
    recording = await house.recordings.async_record(EAST)
    track = house.folder / TRACKS / recording.track_name
    await wait_until(lambda: len(list(track.glob("*.ts"))) > 1, 20)
    client = await hass_client_no_auth()
    token = house.entry.runtime_data.credentials.feed_token

    async def status(segment: str) -> int:
        path = f"/api/{DOMAIN}/{token}/recordings/{recording.number}/{segment}"
        async with client.get(path) as answer:
            await answer.read()
            return answer.status

    assert await status("000001.ts") == 200
    await house.until(State.COMPLETE)
    with pytest.raises(TimeoutError):
        await wait_until(lambda: house.only.file, 1)
    assert await status("000002.ts") == 200
    move_loop(monkeypatch, 600)
    await house.until_file()
    assert await status("000002.ts") == 404


async def test_who_starts_over_gets_what_is_recorded_meanwhile(
    house: House, hass_client_no_auth: ClientSessionGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "find_ffmpeg", lambda _: None)
    monkeypatch.setattr(views, "_LOOK_SECONDS", 0.1)
    await house.start(*programmes(LONG, MINUTE))
    recording = await house.recordings.async_record(EAST)
    track = house.folder / TRACKS / recording.track_name
    await wait_until(lambda: house.only.size and len(list(track.glob("*.ts"))) > 1, 20)
    client = await hass_client_no_auth()
    token = house.entry.runtime_data.credentials.feed_token
    began = len(list(track.glob("*.ts")))
    path = f"/api/{DOMAIN}/{token}/timeshift/1/{int(recording.start.timestamp())}/60.ts"
    async with client.get(path) as answer:
        data = await answer.read()
    assert house.only.state is not State.RECORDING
    segments = sorted(track.glob("*.ts"))
    assert began < len(segments)
    assert data == b"".join(one.read_bytes() for one in segments)


async def test_what_somebody_stops_is_a_file_at_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "find_ffmpeg", lambda _: None)
    await house.start(*programmes(MINUTE, MINUTE))
    recording = await house.recordings.async_record(EAST)
    await wait_until(lambda: house.only.size, 20)
    house.recordings.async_note_played(recording.identity)
    await house.recordings.async_cancel(recording.identity)
    await house.until_file()


async def begin_while_it_is_made(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be a file that is not noted, because somebody plays the track."""
    made = asyncio.Event()

    async def make_and_play(*args: Any, ffmpeg: str | None) -> Any:
        finished = await make_file(*args, ffmpeg=ffmpeg)
        if not made.is_set():
            house.recordings.async_note_played(WHOLE.identity)
            made.set()
        return finished

    monkeypatch.setattr(keeper, "find_ffmpeg", lambda _: None)
    monkeypatch.setattr(keeper, "finish", make_and_play)
    await hold(house, WHOLE, *range(5))
    await house.start(*programmes(MINUTE, MINUTE))
    await made.wait()
    await house.settle()
    assert house.only.file is None
    assert {f"{TRACKS}/{WHOLE.track_name}/000002.ts"} < house.files


async def test_who_begins_while_the_file_is_made(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restart nobody is known to play it, and it is the same file."""
    await begin_while_it_is_made(house, monkeypatch)
    await house.stop()
    await house.restart()
    recording = await house.until_file()
    await wait_until(lambda: len(house.files) == 2)
    stem = str(recording.file).removesuffix(".ts")
    assert house.files == {f"{stem}.ts", f"{stem}.nfo"}


async def test_what_is_played_can_be_deleted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await begin_while_it_is_made(house, monkeypatch)
    await house.recordings.async_delete(WHOLE.identity)
    assert house.files == set()


async def test_nobody_is_waited_for_for_ever() -> None:
    played, loop = Played(), asyncio.get_running_loop()
    played.async_note("a")
    async with asyncio.timeout(10):
        await played.async_until_left("b", loop.time() + 1000)
        await played.async_until_left("a", loop.time() + 0.05)


async def test_who_goes_on_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    played, loop = Played(), asyncio.get_running_loop()
    played.async_note("a")
    waiting = asyncio.create_task(played.async_until_left("a", loop.time() + 10_000))
    await asyncio.sleep(0)
    move_loop(monkeypatch, 599)
    played.async_note("a")
    move_loop(monkeypatch, 590)
    played.async_note("b")
    await asyncio.sleep(0.05)
    assert not waiting.done()
    move_loop(monkeypatch, 10)
    async with asyncio.timeout(10):
        await waiting


async def test_what_counts(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    hass_storage: dict[str, Any],
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is taken of a track; a file stays anyway."""
    noted: list[str] = []
    monkeypatch.setattr(Recordings, "async_start", lambda _: None)
    monkeypatch.setattr(Recordings, "async_note_played", lambda _, one: noted.append(one))
    done, running = make(1, file="a.mp4"), make(3, NOON - MINUTE, state=State.RECORDING)
    put_file(tmp_path, done, 3)
    put_track(tmp_path, running, range(3))
    hass_storage[STORE] = stored(done, running)
    options = {"recordings": True, "recordings_folder": str(tmp_path)}
    home = await start_harness(hass, hass_client_no_auth, options=options)
    for method, name, count in (
        ("GET", "1.mp4", 0),
        ("GET", "3.m3u8", 0),
        ("HEAD", "3.ts", 0),
        ("GET", "3.ts", 3),
        ("GET", "3/000002.ts", 1),
    ):
        noted.clear()
        answer = await home.client.request(method, f"{home.base}/recordings/{name}")
        assert (answer.status, len(await answer.read()) >= PART * count) == (200, True)
        assert noted == count * [running.identity], name
