"""Where segments go that memory has no room for: a folder on a disk that may fail."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
import errno
import logging
import os
from pathlib import Path
import threading

import pytest

from custom_components.toonami_downlink.engine.downlink.policy import MIN_FREE, MIN_FREE_TO_PAUSE
from custom_components.toonami_downlink.engine.downlink.recording.folder import Folder
from custom_components.toonami_downlink.engine.downlink.recording.model import TRACKS
from custom_components.toonami_downlink.engine.downlink.relay.store import StoreError
from custom_components.toonami_downlink.recording import pausing
from custom_components.toonami_downlink.recording.pausing import PAUSED, PauseFolder

ELSEWHERE = Path("/proc")
"""What is on another disk than any folder of a test."""
DATA = bytes(range(256)) * 100


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pausing, "MIN_FREE_TO_PAUSE", 0)
    folder = tmp_path / "recordings"
    (folder / TRACKS).mkdir(parents=True)
    return folder


@pytest.fixture
def place(folder: Path) -> PauseFolder:
    return PauseFolder(folder, ELSEWHERE)


def files(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.glob(f"{PAUSED}/*/*"))


def folders(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


def move(folder: Path, target: Path) -> None:
    folder.rename(target)


async def test_what_is_put_comes_back(place: PauseFolder, folder: Path) -> None:
    one, other = place.open(), place.open()
    for number in range(3):
        await one.put(number, DATA + bytes([number]))
        await other.put(number, b"other")
    assert files(folder) == sorted(["0.ts", "1.ts", "2.ts"] * 2)
    assert await one.get(1, len(DATA) + 1) == DATA + b"\x01"
    assert await one.get(1, 9) == DATA[:10]
    assert await other.get(1, 5) == b"other"
    await one.drop(0)
    await one.drop(2)
    assert files(folder) == ["0.ts", "1.ts", "2.ts", "2.ts"]
    with pytest.raises(StoreError):
        await one.get(1, 5)
    await one.close()
    assert files(folder) == ["0.ts", "1.ts", "2.ts"]
    await other.close()
    assert folders(folder) == [TRACKS]


async def test_nothing_is_made_before_the_first_segment(place: PauseFolder, folder: Path) -> None:
    store = place.open()
    await store.drop(5)
    await store.close()
    await place.async_clean()
    assert folders(folder) == [TRACKS]


# What a crash has left


async def test_leftovers_are_removed(folder: Path) -> None:
    left = PauseFolder(folder, ELSEWHERE).open()
    await left.put(1, DATA)
    (folder / PAUSED / "mine").mkdir()
    (folder / PAUSED / "mine" / "note.txt").write_text("kept")
    place = PauseFolder(folder, ELSEWHERE)
    await place.async_clean()
    assert files(folder) == ["note.txt"]
    store = place.open()
    await store.put(2, DATA)
    await place.async_clean()
    assert files(folder) == ["2.ts", "note.txt"]


async def test_leftovers_of_a_disk_that_comes_later(folder: Path, tmp_path: Path) -> None:
    await PauseFolder(folder, ELSEWHERE).open().put(1, DATA)
    move(folder, tmp_path / "away")
    place = PauseFolder(folder, ELSEWHERE)
    await place.async_clean()
    move(tmp_path / "away", folder)
    await place.open().put(2, DATA)
    assert files(folder) == ["2.ts"]


@pytest.mark.parametrize("where", [PAUSED, f"{PAUSED}/{'0' * 32}"])
async def test_links_lead_nowhere(
    place: PauseFolder, folder: Path, tmp_path: Path, where: str
) -> None:
    outside = tmp_path / "outside"
    (outside / ("0" * 32)).mkdir(parents=True)
    (outside / ("0" * 32) / "1.ts").write_text("kept")
    (folder / where).parent.mkdir(exist_ok=True)
    (folder / where).symlink_to(outside)
    await place.async_clean()
    store = place.open()
    if where == PAUSED:
        with pytest.raises(StoreError):
            await store.put(1, DATA)
    else:
        with pytest.raises(StoreError):
            await place.write("0" * 32, "2.ts", DATA)
    await store.close()
    assert [path.name for path in outside.rglob("*.ts")] == ["1.ts"]


# A disk that fails


def absent(folder: Path, _monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / TRACKS).rmdir()


def failing(number: int) -> Callable[[Path, pytest.MonkeyPatch], None]:
    def fail(_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def write(descriptor: int, data: bytes) -> int:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "write", write)

    return fail


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(absent, id="absent"),
        pytest.param(failing(errno.ENOSPC), id="full"),
        pytest.param(failing(errno.EROFS), id="read-only"),
        pytest.param(failing(errno.EIO), id="broken"),
    ],
)
async def test_disk_that_fails_is_told_of_once_and_left_alone(
    place: PauseFolder,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[Path, pytest.MonkeyPatch], None],
) -> None:
    caplog.set_level(logging.INFO)
    loop = asyncio.get_running_loop()
    now = loop.time
    later = 0.0
    monkeypatch.setattr(loop, "time", lambda: now() + later)
    store = place.open()
    await store.put(1, DATA)
    with monkeypatch.context() as context:
        spoil(folder, context)
        for number in range(2, 5):
            with pytest.raises(StoreError):
                await store.put(number, DATA)
            later += 61
        assert files(folder) == ["1.ts"]
    (folder / TRACKS).mkdir(exist_ok=True)
    later -= 61
    with pytest.raises(StoreError, match="a moment ago"):
        await store.put(5, DATA)
    later += 61
    await store.put(6, DATA)
    await store.put(7, DATA)
    assert files(folder) == ["1.ts", "6.ts", "7.ts"]
    said = [one.levelname for one in caplog.records if one.name == pausing.__name__]
    assert said == ["WARNING", "INFO"]
    await store.close()
    assert not files(folder)


async def test_disk_that_hangs(
    place: PauseFolder, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, hangs = place.open(), threading.Event()
    await store.put(1, DATA)
    for name in ("_WRITE_SECONDS", "_READ_SECONDS", "_CLOSE_SECONDS"):
        monkeypatch.setattr(pausing, name, 0.05)
    read = Folder.read

    def hang(opened: Folder, name: str, limit: int) -> bytes:
        hangs.wait()
        return read(opened, name, limit)

    monkeypatch.setattr(Folder, "read", hang)
    before = threading.active_count()
    with pytest.raises(StoreError):
        await store.get(1, len(DATA))
    for number in (2, 3):
        with pytest.raises(StoreError):
            await store.put(number, DATA)
    with pytest.raises(StoreError):
        await store.get(1, len(DATA))
    await store.drop(2)
    await store.close()
    assert threading.active_count() <= before + 1
    assert files(folder) == ["1.ts"]
    hangs.set()
    # What could not be removed goes before the next one.
    monkeypatch.setattr(pausing, "_WRITE_SECONDS", 10.0)
    monkeypatch.setattr(pausing, "_REST", 0.0)
    await place.open().put(4, DATA)
    assert files(folder) == ["4.ts"]


# Limits


async def test_disk_of_the_configuration_is_not_written_to(folder: Path, tmp_path: Path) -> None:
    store = PauseFolder(folder, tmp_path).open()
    with pytest.raises(StoreError, match="disk of the configuration"):
        await store.put(1, DATA)
    assert not files(folder)


@pytest.mark.parametrize(
    ("free", "is_taken"),
    [
        (MIN_FREE_TO_PAUSE + len(DATA), True),
        (MIN_FREE_TO_PAUSE + len(DATA) - 1, False),
        (0, False),
        (None, True),
    ],
)
async def test_space_that_stays_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int | None, is_taken: bool
) -> None:
    (tmp_path / TRACKS).mkdir()
    monkeypatch.setattr(Folder, "free", property(lambda _: free))
    store = PauseFolder(tmp_path, ELSEWHERE).open()
    refusal = pytest.raises(StoreError, match="too little space")
    with nullcontext() if is_taken else refusal:
        await store.put(1, DATA)
    assert files(tmp_path) == ["1.ts"] * is_taken


def test_the_floor_is_above_that_of_recordings() -> None:
    assert MIN_FREE_TO_PAUSE > MIN_FREE
