"""Recordings and their disk: it is away, full, broken, or does not answer."""

from dataclasses import replace
from datetime import datetime
import errno
from functools import partial
from pathlib import Path
import threading
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
    Reason,
    Recording,
    State,
)
from custom_components.toonami_downlink.recording import library
from custom_components.toonami_downlink.recording.disk import Disk
from custom_components.toonami_downlink.recording.library import Trouble

from .harness import NOW
from .recorded import EAST, LONG, MINUTE, SECOND, STORE, House, make_recording, programmes, store
from .stream_harness import wait_until

ISSUE = "recordings_disk"
TRACK = "custom_components.toonami_downlink.engine.downlink.recording.track"


def issue(hass: HomeAssistant) -> str | None:
    found = ir.async_get(hass).async_get_issue(DOMAIN, ISSUE)
    return found.translation_key if found else None


async def move_to(house: House, moment: datetime) -> None:
    """Let it be that time, and tell so; nothing that is on its way is to run out of time."""
    await wait_until(lambda: not house.scheduler._keeper._runs, 20)  # noqa: SLF001  # nobody else knows
    await house.settle()
    house.freezer.move_to(moment)
    house.scheduler.async_wake()
    await house.settle()


async def test_the_folder_is_away(house: House, tmp_path: Path) -> None:
    """Nothing is gone, and nothing is written to what lies below; then it is back."""
    (house.folder / "a.mp4").write_text("12345")
    await store(house, make_recording(file="a.mp4", size=5))
    house.folder.rename(tmp_path / "away")
    await house.start(*programmes(2 * SECOND, MINUTE))
    assert (house.recordings.trouble, issue(house.hass)) == (
        Trouble.ABSENT,
        "recordings_disk_absent",
    )
    planned = await house.recordings.async_record(EAST, NOW + 2 * SECOND)
    house.folder.mkdir()
    await house.move_to(NOW + 30 * SECOND)
    assert [one.state for one in house.recordings.items] == [State.COMPLETE, State.PLANNED]
    assert (list(house.folder.iterdir()), house.upstream.asked) == ([], [])
    with pytest.raises(HomeAssistantError, match="could not be deleted"):
        await house.recordings.async_delete(house.recordings.items[0].identity)
    house.folder.rmdir()
    (tmp_path / "away").rename(house.folder)
    await house.move_to(NOW + 45 * SECOND)
    assert house.recordings.trouble is Trouble.ABSENT, "it is looked at once a minute"
    house.scheduler._looked_at = None  # noqa: SLF001  # as after a minute
    house.scheduler.async_wake()
    await house.settle()
    assert [house.recordings.trouble, issue(house.hass)] == [None, None]

    def found() -> Recording:
        recording = house.recordings.get(planned.identity)
        assert recording
        return recording

    assert found().state is State.RECORDING
    await wait_until(lambda: found().file, 40)
    assert (found().state, found().reason) == (State.INTERRUPTED, Reason.DISK)


async def test_a_disk_that_stays_away(house: House, tmp_path: Path) -> None:
    house.folder.rename(tmp_path / "away")
    await house.start(*programmes(MINUTE, MINUTE))
    await house.recordings.async_record(EAST)
    await house.move_to(NOW + 2 * MINUTE)
    assert (house.only.state, house.only.reason) == (State.FAILED, Reason.DISK)
    assert house.said == ["failed Show 0"]


async def test_a_full_disk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "MIN_FREE", 2**62)
    await house.start(*programmes(LONG, MINUTE))
    await house.recordings.async_record(EAST)
    assert (house.only.state, issue(house.hass)) == (State.PLANNED, "recordings_disk_full")
    await house.move_to(NOW + 2 * MINUTE)
    assert (house.only.state, house.only.reason) == (State.FAILED, Reason.DISK_FULL)


async def test_a_disk_that_is_full_and_does_not_say_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one with a quota: what a look writes fits. It is tried again, but not all the time."""
    tries: list[object] = []

    def refuse(*name: object) -> None:
        tries.append(name)
        raise OSError(errno.ENOSPC, "No space left on device")

    def is_tried(times: int) -> bool:
        return len(tries) == times

    house.options["padding_before"] = 1
    await house.start(*programmes(20 * SECOND, 30 * MINUTE))
    with monkeypatch.context() as patched:
        patched.setattr(f"{TRACK}.Folder.write", refuse)
        await house.recordings.async_record(EAST, NOW + 20 * SECOND)
        await wait_until(lambda: house.recordings.trouble, 20)
        for times, minutes in ((1, 0.5), (2, 1.5), (2, 2), (3, 3), (4, 4.5)):
            await move_to(house, NOW + minutes * MINUTE)
            await wait_until(partial(is_tried, times), 20)
            await house.until(State.PLANNED)
            assert house.recordings.trouble is Trouble.FULL
            assert issue(house.hass) == "recordings_disk_full"
        assert len(house.said) == len(tries)
    await move_to(house, NOW + 22 * MINUTE)
    await wait_until(lambda: house.only.size, 20)
    assert (house.only.state, issue(house.hass)) == (State.RECORDING, None)


async def stopped(house: House, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the disk refuse in the middle of a recording; return the recording's track."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    await house.start(*programmes(5 * MINUTE, MINUTE))
    recording = await house.recordings.async_record(EAST)
    track = house.folder / TRACKS / recording.track_name
    await wait_until(lambda: len(list(track.glob("*.ts"))) > 1, 20)
    monkeypatch.setattr(library, "write_probe", refuse)
    monkeypatch.setattr(f"{TRACK}.Folder.write", refuse)
    await wait_until(lambda: house.recordings.trouble, 20)
    return track


async def test_a_disk_that_refuses_in_the_middle(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on in the same recording, and says what is missing, and why."""
    with monkeypatch.context() as patched:
        track = await stopped(house, patched)
        await move_to(house, NOW + 3 * MINUTE)
        assert (house.recordings.trouble, issue(house.hass)) == (
            Trouble.BROKEN,
            "recordings_disk_broken",
        )
        assert (house.only.state, house.only.file) == (State.RECORDING, None)
        assert house.only.size
    held = len(list(track.glob("*.ts")))
    await move_to(house, NOW + 4 * MINUTE + 45 * SECOND)
    await wait_until(lambda: len(list(track.glob("*.ts"))) > held, 20)
    house.scheduler.async_wake()
    await wait_until(lambda: issue(house.hass) is None, 20)
    house.freezer.move_to(NOW + 5 * MINUTE)
    recording = await house.until_file()
    assert (recording.state, recording.reason) == (State.INTERRUPTED, Reason.DISK)
    assert [kind.split()[0] for kind in house.said] == ["started", "interrupted"]


async def test_a_disk_that_refuses_to_the_end(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it is over, and what is there of it becomes a file when that can be made."""
    with monkeypatch.context() as patched:
        await stopped(house, patched)
        for minutes in (3, 6):
            await move_to(house, NOW + minutes * MINUTE)
        assert (house.only.state, house.only.reason) == (State.INTERRUPTED, Reason.DISK)
        assert (house.only.file, house.said[-1]) == (None, "interrupted Show 0")
    await move_to(house, NOW + 8 * MINUTE)
    recording = await house.until_file()
    assert (recording.state, recording.reason) == (State.INTERRUPTED, Reason.DISK)
    assert recording.missing > 4 * MINUTE


async def test_a_disk_that_hangs_holds_nobody_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the look, not what people ask for, not the end."""
    go_on = threading.Event()
    await house.start(*programmes(MINUTE, MINUTE))
    monkeypatch.setattr(library, "is_there", lambda _: go_on.wait())
    monkeypatch.setattr("custom_components.toonami_downlink.recording.disk.DISK_TIMEOUT", 0.1)
    monkeypatch.setattr(Disk.run, "__defaults__", (0.1,))
    await house.recordings.async_record(EAST)
    assert (house.only.state, issue(house.hass)) == (State.PLANNED, "recordings_disk_silent")
    await house.stop()
    go_on.set()
    await wait_until(lambda: not [one for one in threading.enumerate() if "record" in one.name])


async def test_what_is_taken_away_is_noticed(house: House) -> None:
    """And never recorded again, nor written again."""
    (house.folder / "b.mp4").write_text("12345")
    await store(
        house,
        make_recording(file="a.mp4", size=5),
        make_recording(identity="1" * 16, number=2, file="b.mp4", size=99),
    )
    await house.start(*programmes(MINUTE, MINUTE))
    gone, there = house.recordings.items
    assert (gone.state, gone.file, gone.size) == (State.GONE, None, 0)
    assert (there.state, there.size) == (State.COMPLETE, 5)
    assert house.recordings.space.used == 5
    (house.folder / "b.mp4").rename(house.folder / "c.mp4")
    await house.move_to(NOW + 61 * MINUTE)
    assert [one.state for one in house.recordings.items] == 2 * [State.GONE]
    assert house.files == {"c.mp4"}


@pytest.mark.parametrize(("count", "end"), [(5, "Show 4"), (6, "Show 4, and of 1 more shows")])
async def test_what_was_taken_away_is_named(
    house: House, caplog: pytest.LogCaptureFixture, count: int, end: str
) -> None:
    """After a restore, files are where they were, or nowhere: the log says which."""
    recordings = [
        make_recording(
            identity=f"{number:016x}",
            number=number + 1,
            file=f"{number}.mp4",
            start=NOW - number * MINUTE - 60 * MINUTE,
            stop=NOW - number * MINUTE - 59 * MINUTE,
            programme=replace(programmes(MINUTE)[0], title=f"Show {number}"),
        )
        for number in range(count)
    ]
    await store(house, *recordings)
    await house.start(*programmes(MINUTE, MINUTE))
    (text,) = (text for text in caplog.messages if "not there any more" in text)
    assert text.endswith(f"more: Show 0, Show 1, Show 2, Show 3, {end}")


async def test_what_is_left_over_goes(house: House) -> None:
    for name in ("a" * 16, "b" * 16):
        (house.folder / TRACKS / name).mkdir()
        (house.folder / TRACKS / name / "000001.ts").write_text("")
    await store(house, make_recording(file="a.mp4"))
    (house.folder / "a.mp4").write_text("")
    await house.start(*programmes(MINUTE, MINUTE))
    assert house.files == {"a.mp4"}


async def test_what_may_be_restored_stays(
    house: House, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """When some of the store is damaged, a track may belong to what could not be read."""
    (house.folder / TRACKS / ("a" * 16)).mkdir()
    await store(house, make_recording())
    hass_storage[STORE]["data"]["recordings"][0]["state"] = "marvellous"
    await house.start(*programmes(MINUTE, MINUTE))
    assert "were left out" in caplog.text
    assert house.recordings.items == ()
    assert (house.folder / TRACKS / ("a" * 16)).exists()
