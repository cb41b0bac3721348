"""The files of recordings: with ffmpeg or without, what lies beside them, what replaces what."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.engine.downlink.recording.finish import (
    FinishError,
    finish as make_file,
)
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
    Gap,
    Reason,
    Recording,
    State,
)
from custom_components.toonami_downlink.engine.downlink.recording.track import Track
from custom_components.toonami_downlink.recording import keeper
from custom_components.toonami_downlink.recording.disk import DiskError
from custom_components.toonami_downlink.recording.keeper import find_ffmpeg
from custom_components.toonami_downlink.recording.library import Library
from custom_components.toonami_downlink.recording.pictures import PictureError
from custom_components.toonami_downlink.storage.recorded import Recorded, RecordingStore

from .factories import NOON
from .recorded import MINUTE, House, make_recording, programmes
from .stream_harness import wait_until
from .upstream import SECONDS, body

LENGTH = timedelta(seconds=SECONDS)
WHOLE = make_recording(start=NOON - MINUTE, stop=NOON - MINUTE + 5 * LENGTH)


async def hold(house: House, recording: Recording, *segments: int) -> None:
    """Let a recording be known of which these segments are there, but no file."""

    def write() -> None:
        track = Track.open(house.folder / TRACKS / recording.track_name)
        for number in segments:
            track.append(body(number), recording.start + number * LENGTH, SECONDS, number == 0)
        track.close()

    await house.hass.async_add_executor_job(write)
    await RecordingStore(house.hass).async_save(
        Recorded(recordings=(recording,), next_number=recording.number + 1)
    )


async def finish(house: House) -> Recording:
    await house.start(*programmes(MINUTE, MINUTE))
    return await house.until_file()


async def test_without_ffmpeg(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is what was sent, and beside it what is known."""
    monkeypatch.setattr(keeper, "find_ffmpeg", lambda _: None)
    await hold(house, WHOLE, *range(5))
    recording = await finish(house)
    assert recording == replace(WHOLE, file=recording.file, size=recording.size)
    await wait_until(lambda: len(house.files) == 2)
    stem = "Outlaw Star/Season 01/Outlaw Star S01E03"
    assert house.files == {f"{stem}.ts", f"{stem}.nfo"}
    assert recording.file == f"{stem}.ts"
    await house.recordings.async_delete(recording.identity)
    assert house.files == set()


async def test_deleted_before_its_file_is_noted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = asyncio.Event()

    async def make_and_wait(*args: Any, ffmpeg: str | None) -> Any:
        await make_file(*args, ffmpeg=ffmpeg)
        made.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(keeper, "finish", make_and_wait)
    monkeypatch.setattr(keeper, "find_ffmpeg", lambda _: None)
    await hold(house, WHOLE, *range(5))
    await house.start(*programmes(MINUTE, MINUTE))
    await made.wait()
    assert {Path(name).suffix for name in house.files} >= {".ts"}

    await house.recordings.async_delete(WHOLE.identity)

    assert house.files == set()


async def test_what_ffmpeg_does_not_take(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []

    async def refuse(*args: Any, ffmpeg: str | None) -> Any:
        asked.append(ffmpeg)
        if ffmpeg:
            raise FinishError(None, "ffmpeg does not take it")
        return await make_file(*args, ffmpeg=ffmpeg)

    monkeypatch.setattr(keeper, "finish", refuse)
    monkeypatch.setattr(keeper, "find_ffmpeg", lambda _: "/usr/bin/ffmpeg")
    await hold(house, WHOLE, *range(5))
    recording = await finish(house)
    assert (asked, recording.state) == (["/usr/bin/ffmpeg", None], State.COMPLETE)
    assert (recording.file or "").endswith(".ts")


async def test_what_is_not_in_the_file_is_missing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "find_ffmpeg", lambda _: None)
    await hold(house, WHOLE, 0, 1, 2)
    recording = await finish(house)
    assert recording.state is State.INTERRUPTED
    assert recording.gaps == (Gap(WHOLE.start + 3 * LENGTH, WHOLE.stop),)


async def test_there_is_nothing_in_it(house: House) -> None:
    await hold(house, WHOLE)
    await house.start(*programmes(MINUTE, MINUTE))
    recording = await house.until(State.FAILED)
    assert (recording.reason, recording.size) == (Reason.NO_SIGNAL, 0)


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_picture(house: House, monkeypatch: pytest.MonkeyPatch, is_there: bool) -> None:
    """Whether it can be had or not, the recording is well."""
    asked: list[str] = []

    async def fetch(url: str) -> tuple[bytes, str]:
        asked.append(url)
        if not is_there:
            raise PictureError("it is not there")
        return b"picture", "jpg"

    monkeypatch.setattr(keeper, "find_ffmpeg", lambda _: None)
    monkeypatch.setattr(keeper, "async_fetch_picture", fetch)
    told = replace(WHOLE.programme, image="https://images.example.com/1.jpg")
    await hold(house, replace(WHOLE, programme=told), *range(5))
    assert (await finish(house)).state is State.COMPLETE
    await wait_until(lambda: asked)
    await wait_until(lambda: len(house.files) == 2 + is_there)
    assert asked == ["https://images.example.com/1.jpg"]
    thumb = house.folder / "Outlaw Star/Season 01/Outlaw Star S01E03-thumb.jpg"
    assert thumb.exists() is is_there


async def test_nothing_can_be_written_beside_it(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(*_: object) -> None:
        raise DiskError("Read-only file system")

    monkeypatch.setattr(keeper, "find_ffmpeg", lambda _: None)
    monkeypatch.setattr(Library, "async_write", refuse)
    await hold(house, WHOLE, *range(5))
    assert (await finish(house)).state is State.COMPLETE
    await wait_until(lambda: "Read-only file system" in caplog.text)


async def test_one_with_gaps_goes_when_there_is_one_without(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "find_ffmpeg", lambda _: None)
    holed = make_recording(
        identity="a" * 16,
        number=2,
        state=State.INTERRUPTED,
        gaps=(Gap(NOON - 50 * MINUTE, NOON - 40 * MINUTE),),
        file="a.mp4",
    )
    kept = replace(holed, identity="b" * 16, number=3, file="b.mp4", is_kept=True)
    for name in ("a.mp4", "b.mp4"):
        (house.folder / name).write_text("")
    await RecordingStore(house.hass).async_save(
        Recorded(
            recordings=(
                holed,
                kept,
                make_recording(file="c.mp4", replaces="a" * 16),
                make_recording(identity="d" * 16, number=4, file="d.mp4", replaces="b" * 16),
            ),
            next_number=5,
        )
    )
    for name in ("c.mp4", "d.mp4"):
        (house.folder / name).write_text("")
    await house.start(*programmes(MINUTE, MINUTE))
    states = {one.identity[0]: one.state for one in house.recordings.items}
    assert states == {
        "a": State.DELETED,
        "b": State.INTERRUPTED,
        "0": State.COMPLETE,
        "d": State.COMPLETE,
    }
    assert house.files == {"b.mp4", "c.mp4", "d.mp4"}


def test_which_ffmpeg_is_used(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that Home Assistant was told of, if it is there."""
    there = {"ffmpeg": "/usr/bin/ffmpeg", "/opt/ffmpeg": "/opt/ffmpeg"}
    monkeypatch.setattr(keeper.shutil, "which", there.get)  # type: ignore[attr-defined]
    assert find_ffmpeg(hass) == "/usr/bin/ffmpeg"
    for binary, found in (("/opt/ffmpeg", "/opt/ffmpeg"), ("/gone", "/usr/bin/ffmpeg")):
        hass.data["ffmpeg"] = SimpleNamespace(binary=binary)
        assert find_ffmpeg(hass) == found
    there.clear()
    assert find_ffmpeg(hass) is None
