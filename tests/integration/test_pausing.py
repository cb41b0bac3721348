"""Going back by more than memory holds, over HTTP, with a folder on a real disk."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.recording.model import TRACKS
from custom_components.toonami_downlink.engine.downlink.relay.ring import Ring
from custom_components.toonami_downlink.recording import library, pausing
from custom_components.toonami_downlink.recording.folder import Place, look
from custom_components.toonami_downlink.recording.manager import async_recordings
from custom_components.toonami_downlink.recording.pausing import PAUSED
from custom_components.toonami_downlink.streaming import manager
from custom_components.toonami_downlink.streaming.manager import Watcher

from .broadcast import BEFORE, Station, channel_of, watch
from .factories import NOON
from .harness import NOW, Harness, start_harness
from .upstream import SECONDS, body

pytestmark = pytest.mark.usefixtures("socket_enabled")

IN_MEMORY = timedelta(seconds=20)
COUNT = 100
"""Segments that came one after the other, after all those that came at once."""

type Open = Callable[..., Awaitable[Harness]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    (folder / TRACKS).mkdir(parents=True)
    return folder


@pytest.fixture
async def start(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    station: Station,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Open]:
    """A house with a disk for recordings, which is what a test says it is."""
    monkeypatch.setattr(manager, "PAUSED_IN_MEMORY", IN_MEMORY)
    monkeypatch.setattr(pausing, "MIN_FREE_TO_PAUSE", 0)
    started: list[Harness] = []

    async def start(*, on: bool = True, minutes: int = 1, **place: bool) -> Harness:
        def told(folder: Path, config_dir: Path) -> Place:
            usual = {"beside_configuration": False, "in_backups": False}
            return replace(look(folder, config_dir), **(usual | place))

        monkeypatch.setattr(library, "look", told)
        freezer.move_to(NOW)
        options: dict[str, Any] = {
            "pause_minutes": minutes,
            "recordings": on,
            "stream_links": "relay",
        }
        home = await start_harness(
            hass, hass_client_no_auth, options=options | {"recordings_folder": str(folder)}
        )
        started.append(home)
        recordings = async_recordings(hass)
        assert recordings
        # What is on another disk than any folder of a test.
        recordings._pause_folder._config_dir = Path("/proc")  # noqa: SLF001  # another disk than the test's
        await until(lambda: not on or recordings.space.free)
        return home

    yield start
    for home in started:
        await home.coordinator.streams.async_stop_all()


async def air(home: Harness, station: Station, count: int = COUNT) -> Ring:
    """Let a channel be watched while so many segments come, each in its time."""
    await watch(home)
    ring = home.coordinator.streams.sessions[0].viewer.ring
    for _ in range(count):
        station.bring(1)
        await until(lambda: not ring.due)
    return ring


async def until(condition: Callable[[], object]) -> None:
    """Wait for a condition, though the clock stands still."""
    while not condition():  # noqa: ASYNC110  # what a thread does sets no event
        await asyncio.sleep(0)


def files(folder: Path) -> list[int]:
    return sorted(int(one.stem) for one in folder.glob(f"{PAUSED}/*/*.ts"))


async def get(home: Harness, path: str, status: int = HTTPStatus.OK) -> bytes:
    answer = await home.client.get(path, headers={"User-Agent": "VLC/3.0.20"})
    assert answer.status == status
    return await answer.read()


async def listed(home: Harness) -> list[str]:
    playlist = (await get(home, f"{home.base}/stream/1.m3u8")).decode()
    return [line for line in playlist.splitlines() if line and line[0] != "#"]


def paths(home: Harness, names: list[str]) -> list[str]:
    return [f"{home.base}/stream/{name}" for name in names]


def names_in(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


def lose(folder: Path, name: str) -> None:
    (lost,) = folder.glob(f"{PAUSED}/*/{Path(name).name}")
    lost.unlink()


def move(folder: Path, target: Path) -> None:
    folder.rename(target)


async def test_all_that_is_listed_is_as_it_was_live(
    start: Open, station: Station, folder: Path
) -> None:
    home = await start()
    ring = await air(home, station)
    names = await listed(home)
    in_memory = sum(not one.segment.kept for one in ring.window().segments)
    assert in_memory * SECONDS <= IN_MEMORY.total_seconds()
    assert len(names) * SECONDS >= 60
    assert len(files(folder)) > 2 * in_memory
    oldest = station.count - len(names)
    for number, path in enumerate(paths(home, names), oldest):
        assert await get(home, path) == body(number)
    answer = await home.client.head(paths(home, names)[0])
    assert answer.headers["Content-Length"] == str(len(body(oldest)))
    # Nothing is left of it when nobody watches any more.
    home.coordinator.streams.async_end_of(HOME)
    await home.coordinator.streams.async_stop_all()
    assert not (folder / PAUSED).exists()


async def test_start_over_as_one_stream(start: Open, station: Station, folder: Path) -> None:
    home = await start()
    await air(home, station)
    at = NOON + timedelta(seconds=SECONDS * (station.count - len(await listed(home)) - BEFORE + 2))
    path = f"{home.base}/timeshift/1/{int(at.timestamp()) + 1}/20.ts"
    data = await get(home, path)
    first = next(number for number in range(station.count) if data.startswith(body(number)))
    told = [body(number) for number in range(first, first + 25)]
    assert data in {b"".join(told[:count]) for count in range(18, 24)}
    assert first < station.count - 50


async def test_what_is_lost_is_not_listed_any_more(
    start: Open, station: Station, folder: Path
) -> None:
    home = await start()
    await air(home, station)
    names = await listed(home)
    lose(folder, names[10])
    await get(home, paths(home, names)[10], HTTPStatus.NOT_FOUND)
    assert await listed(home) == names[11:]
    await get(home, paths(home, names)[11])


async def test_disk_that_goes_away_and_comes_back(
    start: Open, station: Station, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pausing, "_REST", 0.0)
    home = await start()
    await air(home, station)
    move(folder, tmp_path / "away")
    ring = await air(home, station, 1)
    assert not any(one.segment.kept for one in ring.window().segments)
    assert len(await listed(home)) * SECONDS > IN_MEMORY.total_seconds() - 2
    assert folder.name not in names_in(tmp_path)
    move(tmp_path / "away", folder)
    await air(home, station, 30)
    assert len(await listed(home)) > 40


@pytest.mark.parametrize(
    "place",
    [
        pytest.param({"beside_configuration": True}, id="disk of the configuration"),
        pytest.param({"in_backups": True}, id="in backups"),
        pytest.param({"on": False}, id="recordings are off"),
    ],
)
async def test_no_place_for_it(
    start: Open, station: Station, folder: Path, place: dict[str, bool]
) -> None:
    home = await start(**place)
    ring = await air(home, station)
    assert len(await listed(home)) * SECONDS >= 60
    assert ring.kept_size == 0
    assert names_in(folder) == [TRACKS]


@pytest.mark.parametrize(
    ("minutes", "on", "expected"),
    [
        (0, True, 0),
        (120, False, 7200),
        (121, False, 7200),
        (240, False, 7200),
        (120, True, 7200),
        (240, True, 14_400),
    ],
)
async def test_how_far_one_can_go_back(
    start: Open, station: Station, minutes: int, on: bool, expected: int
) -> None:
    home = await start(minutes=minutes, on=on)
    streams = home.coordinator.streams
    assert streams.reach == expected
    viewer = await streams.async_touch(channel_of(home), Watcher("192.0.2.1", "TV"))
    assert viewer.ring.capacity.listed == max(expected, 30)
    assert (viewer.ring.store is not None) == (on and minutes > 0)


async def test_leftovers_are_removed_at_the_start(start: Open, folder: Path) -> None:
    left = folder / PAUSED / ("0" * 32)
    left.mkdir(parents=True)
    (left / "1.ts").write_bytes(b"x")
    await start()
    await until(lambda: not left.exists())
