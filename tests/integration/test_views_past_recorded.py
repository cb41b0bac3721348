"""What was on, from what is still being recorded, and from what is held beside recordings."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError, ClientResponse, hdrs
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import CoreState
import pytest

from custom_components.toonami_downlink.engine.downlink.recording.model import Recording, State
from custom_components.toonami_downlink.recording.catalogue import Catalogue
from custom_components.toonami_downlink.recording.disk import Disk, DiskSilentError
from custom_components.toonami_downlink.recording.manager import Recordings, async_recordings
from custom_components.toonami_downlink.recording.shelf import Shelf
from custom_components.toonami_downlink.streaming.manager import RECORDER, Watcher
from custom_components.toonami_downlink.views import recordings as views

from .broadcast import Station, channel_of, watch
from .factories import NOON, SLOT, make_feed
from .harness import NOW, Harness
from .held import EAST, PART, WEST, make, put_file, put_track
from .test_views_past import get, past
from .test_views_recordings import RUNNING, House, house, library  # noqa: F401  # fixtures

LATER: Final = timedelta(hours=3)
MINUTE: Final = timedelta(minutes=1)
THERE: Final = range(6)


def catalogue_of(home: Harness) -> Catalogue:
    recordings = async_recordings(home.hass)
    assert recordings
    return recordings._catalogue  # noqa: SLF001


def record(home: Harness, folder: Path, recording: Recording, *numbers: int) -> None:
    """Let segments be recorded, as one that is made is noted to grow."""
    put_track(folder, recording, numbers)
    catalogue_of(home).async_grow(recording.identity, PART * (numbers[-1] + 1))


def segments(*numbers: int) -> bytes:
    return b"".join(bytes([number]) * PART for number in numbers)


# What is still being recorded


@pytest.fixture
def quick(clock: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_LOOK_SECONDS", 0.01)


@pytest.fixture
async def running(quick: None, house: House) -> Harness:  # noqa: F811  # the fixture
    return await house()


async def begin(home: Harness, recording: Recording = RUNNING) -> ClientResponse:
    """Ask East for 75 seconds of it, and get what is there."""
    at = recording.start - (LATER if recording.channel == WEST else timedelta())
    answer = await home.client.get(past(home, at, 75, "ts"))
    assert (answer.status, hdrs.CONTENT_LENGTH in answer.headers) == (HTTPStatus.OK, False)
    assert await answer.content.readexactly(len(THERE) * PART) == segments(*THERE)
    return answer


def on_west() -> Recording:
    """Make a recording of what East has shown three hours before."""
    shown = next(one for one in make_feed().guide[EAST] if one.start == NOON - SLOT - LATER)
    programme = replace(shown, start=NOON - SLOT, stop=NOON)
    return make(7, NOON - SLOT, channel=WEST, programme=programme, state=State.RECORDING)


@pytest.mark.parametrize("recording", [RUNNING, on_west()], ids=["own", "other"])
async def test_it_goes_on_until_the_end(
    quick: None,
    house: House,  # noqa: F811  # the fixture
    library: Path,  # noqa: F811  # the fixture
    recording: Recording,
) -> None:
    if recording is not RUNNING:
        put_track(library, recording, THERE)
    home = await house(recording)
    answer = await begin(home, recording)
    record(home, library, recording, 6)
    assert await answer.content.readexactly(PART) == segments(6)
    record(home, library, recording, 7, 8)
    assert await answer.read() == segments(7)


async def test_it_is_over_with_the_recording(
    running: Harness,
    library: Path,  # noqa: F811  # the fixture
) -> None:
    answer = await begin(running)
    put_track(library, RUNNING, [6])
    await catalogue_of(running).async_note(replace(RUNNING, state=State.COMPLETE))
    assert await answer.read() == segments(6)


async def delete(home: Harness) -> None:
    recordings = async_recordings(home.hass)
    assert recordings
    await recordings.async_delete(RUNNING.identity)


async def become_a_file(home: Harness) -> None:
    await catalogue_of(home).async_note(replace(RUNNING, state=State.COMPLETE, file="a.mp4"))


async def rotate(home: Harness) -> None:
    await home.coordinator.async_rotate_credentials()


async def stop(home: Harness) -> None:
    home.hass.set_state(CoreState.stopping)


async def unload(home: Harness) -> None:
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)


async def come_to_nothing(home: Harness) -> None:
    pass


@pytest.mark.parametrize("happen", [delete, become_a_file, rotate, stop])
async def test_it_is_cut_when_nothing_may_come(
    running: Harness, happen: Callable[[Harness], Awaitable[None]]
) -> None:
    answer = await begin(running)
    await happen(running)
    with pytest.raises(ClientError):
        await answer.read()
    running.hass.set_state(CoreState.running)


@pytest.mark.parametrize("happen", [unload, come_to_nothing])
async def test_it_is_cut_when_nothing_comes(
    running: Harness,
    happen: Callable[[Harness], Awaitable[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(views, "_SILENT_SECONDS", 0.3)
    answer = await begin(running)
    await happen(running)
    with pytest.raises(ClientError):
        await answer.read()


async def test_it_is_cut_when_the_disk_hangs(
    running: Harness,
    library: Path,  # noqa: F811  # the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def silent(self: Disk, work: Callable[[], Any], seconds: float = 30) -> Any:
        raise DiskSilentError("silent")

    answer = await begin(running)
    monkeypatch.setattr(Disk, "run", silent)
    record(running, library, RUNNING, 6)
    with pytest.raises(ClientError):
        await answer.read()


async def test_a_look_takes_nothing_and_who_waits_asks_the_disk_for_nothing(
    running: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, asked = list[str](), list[Recording]()
    look = Shelf.async_holding

    async def note(self: Shelf, recordings: Recordings, recording: Recording) -> Any:
        asked.append(recording)
        return await look(self, recordings, recording)

    monkeypatch.setattr(Recordings, "async_note_played", lambda _, one: noted.append(one))
    head = await running.client.head(past(running, RUNNING.start, 75, "ts"))
    assert (head.status, await head.read(), noted) == (HTTPStatus.OK, b"", [])
    monkeypatch.setattr(Shelf, "async_holding", note)
    answer = await begin(running)
    await asyncio.sleep(0.2)
    assert len(asked) == 1
    assert noted == len(THERE) * [RUNNING.identity]
    answer.close()


# Beside what is held


async def test_padding_comes_after_what_is_held(
    house: House,  # noqa: F811  # the fixture
    library: Path,  # noqa: F811  # the fixture
    station: Station,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It would be over after three minutes."""
    freezer.move_to(NOW)
    before = make(9, NOON - SLOT, file="Before.mp4", size=10)
    put_file(library, before, 198)
    home = await house(before)
    for start in (NOON, NOON - MINUTE):
        assert "/recordings/9.mp4" in await get(home, past(home, start))
    await watch(home)
    assert "STREAM-INF" in await get(home, past(home))
    # What is not held any more, and what was to be recorded.
    for start in (NOON - MINUTE, NOON - timedelta(seconds=5)):
        assert "/recordings/9.mp4" in await get(home, past(home, start))
    await home.coordinator.streams.async_stop_all()


async def test_a_secret_that_is_replaced_while_the_disk_is_asked(
    house: House,  # noqa: F811  # the fixture
    station: Station,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    freezer.move_to(NOW)
    home = await house(make(7, NOON, state=State.RECORDING))
    streams = home.coordinator.streams

    async def slow(self: Disk, work: Callable[[], Any], seconds: float = 30) -> Any:
        await home.coordinator.async_rotate_credentials()
        raise DiskSilentError("silent")

    monkeypatch.setattr(Disk, "run", slow)
    # With a secret that stays.
    viewer = await streams.async_touch(channel_of(home), Watcher("192.0.2.1", "TV", RECORDER))
    await viewer.ready()
    for ending in ("m3u8", "ts"):
        await get(home, past(home, ending=ending), HTTPStatus.FORBIDDEN)
    await streams.async_stop_all()
