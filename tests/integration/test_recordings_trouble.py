"""Recordings when something is wrong: the disk, the store, the limits, and who else is there."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
import errno
from functools import partial
from pathlib import Path
import shutil
import threading
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.toonami_downlink.const import CONF_MAX_CHANNELS, DOMAIN
from custom_components.toonami_downlink.diagnostics import async_get_config_entry_diagnostics
from custom_components.toonami_downlink.engine.downlink.errors import StoreError
from custom_components.toonami_downlink.engine.downlink.recording.finish import FinishError
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
    Reason,
    Recording,
    RuleKind,
    State,
)
from custom_components.toonami_downlink.recording import keeper, library, scheduler
from custom_components.toonami_downlink.recording.disk import Disk
from custom_components.toonami_downlink.recording.library import Trouble
from custom_components.toonami_downlink.recording.manager import async_recordings
from custom_components.toonami_downlink.storage.recorded import Recorded, RecordingStore
from custom_components.toonami_downlink.streaming.manager import BusyError, Watcher

from .harness import NOW
from .recorded import EAST, LONG, MINUTE, SECOND, STORE, House, make_recording, programmes
from .stream_harness import wait_until

ISSUE = "recordings_disk"
TRIED = ((1, 0.5), (2, 1.5), (2, 3), (3, 5), (3, 8), (4, 10), (4, 14), (5, 16))
"""How often, and by what minute: there is a minute between, then two, four, and five each time."""
TRACK = "custom_components.toonami_downlink.engine.downlink.recording.track"


def issue(hass: HomeAssistant) -> str | None:
    found = ir.async_get(hass).async_get_issue(DOMAIN, ISSUE)
    return found.translation_key if found else None


async def store(house: House, *recordings: Recording) -> None:
    """Let recordings be known that were made before."""
    await RecordingStore(house.hass).async_save(
        Recorded(recordings=recordings, next_number=len(recordings) + 1)
    )


# Off


async def test_nothing_happens_before_the_option_is_on(
    house: House, hass_storage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted: files, requests, what is stored, threads, and looks at the disk."""
    looks: list[object] = []
    monkeypatch.setattr(Disk, "run", lambda *_: looks.append(1))
    monkeypatch.setattr(scheduler, "plan", lambda *_: looks.append(2))
    monkeypatch.setattr(RecordingStore, "async_load", lambda _: looks.append(3))
    monkeypatch.setattr(RecordingStore, "async_save", lambda *_: looks.append(4))
    house.options["recordings"] = False
    shutil.rmtree(house.folder)
    await house.start(*programmes(MINUTE, MINUTE))
    await house.move_to(NOW + 30 * SECOND)
    await house.move_to(NOW + 90 * MINUTE)
    recordings = house.recordings
    assert not recordings.is_on
    assert (recordings.items, recordings.rules, recordings.conflicts) == ((), (), ())
    for ask in (
        recordings.async_record(EAST),
        recordings.async_add_rule(RuleKind.FOLLOWED, ""),
        recordings.async_remove_rule("0" * 16),
        recordings.async_delete("0" * 16),
        recordings.async_cancel("0" * 16),
        recordings.async_keep("0" * 16, True),
    ):
        with pytest.raises(ServiceValidationError, match="switched off"):
            await ask
    assert (house.upstream.asked, looks, house.folder.exists()) == ([], [], False)
    assert STORE not in hass_storage
    assert not [one for one in threading.enumerate() if "record" in one.name]


async def test_switching_it_off_deletes_nothing(house: House, hass_storage: dict[str, Any]) -> None:
    await house.start(*programmes(MINUTE, MINUTE))
    recording = await house.recordings.async_record(EAST)
    track = house.folder / TRACKS / recording.track_name
    await wait_until(lambda: len(list(track.glob("*.ts"))) > 1, 20)
    house.hass.config_entries.async_update_entry(
        house.entry, options={**house.options, "recordings": False}
    )
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert not house.recordings.is_on
    assert house.entry.runtime_data.streams.viewers == 0
    held = house.files
    stored = hass_storage[STORE]["data"]["recordings"]
    assert (len(stored), stored[0]["state"]) == (1, "recording")
    await house.move_to(NOW + 90 * MINUTE)
    assert house.files == held
    house.hass.config_entries.async_update_entry(house.entry, options=house.options)
    await house.stop()
    await house.restart()
    assert (await house.until_file()).state is State.INTERRUPTED


# The disk


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
    house.scheduler._looked_at = None  # noqa: SLF001
    house.scheduler.async_wake()
    await house.settle()
    assert [house.recordings.trouble, issue(house.hass)] == [None, None]
    found = house.recordings.get(planned.identity)
    assert found
    assert found.state is State.RECORDING


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
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As one with a quota: what a look writes fits. It is tried again, but not all the time."""
    tries: list[object] = []

    def refuse(*name: object) -> None:
        tries.append(name)
        raise OSError(errno.ENOSPC, "No space left on device")

    def is_tried(times: int) -> bool:
        return len(tries) == times

    async def move_to(moment: datetime) -> None:
        house.freezer.move_to(moment)
        # As it does each minute; nothing that is on its way is to run out of time.
        house.scheduler.async_wake()
        await house.settle()

    house.options["padding_before"] = 1
    await house.start(*programmes(20 * SECOND, 30 * MINUTE))
    with monkeypatch.context() as patched:
        patched.setattr(f"{TRACK}.Folder.write", refuse)
        await house.recordings.async_record(EAST, NOW + 20 * SECOND)
        await wait_until(lambda: house.recordings.trouble, 20)
        for times, minutes in TRIED:
            await move_to(NOW + minutes * MINUTE)
            await wait_until(partial(is_tried, times), 20)
            await wait_until(lambda: house.recordings.trouble is Trouble.FULL, 20)
            assert (house.only.state, issue(house.hass)) == (State.PLANNED, "recordings_disk_full")
        assert len(house.said) == len(tries)
    await move_to(NOW + 22 * MINUTE)
    await wait_until(lambda: house.only.size, 20)
    assert (house.only.state, issue(house.hass)) == (State.RECORDING, None)


async def test_a_disk_that_refuses_in_the_middle(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    await house.start(*programmes(MINUTE, MINUTE))
    recording = await house.recordings.async_record(EAST)
    track = house.folder / TRACKS / recording.track_name
    await wait_until(lambda: len(list(track.glob("*.ts"))) > 1, 20)
    monkeypatch.setattr(library, "write_probe", refuse)
    monkeypatch.setattr(f"{TRACK}.Folder.write", refuse)
    recording = await house.until(State.INTERRUPTED)
    assert recording.reason is Reason.DISK
    await house.settle()
    assert (house.recordings.trouble, issue(house.hass)) == (
        Trouble.BROKEN,
        "recordings_disk_broken",
    )
    assert recording.file is None


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


# Limits


async def test_what_is_too_old_goes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def choose(recordings: Any, **limits: Any) -> tuple[str, ...]:
        asked.append(limits)
        return tuple(one.identity for one in recordings if one.has_picture)

    monkeypatch.setattr(scheduler, "to_delete", choose)
    (house.folder / "a.mp4").write_text("12345")
    await store(house, make_recording(file="a.mp4", size=5))
    house.options |= {"recordings_gb": 7, "recordings_days": 3}
    await house.start(*programmes(MINUTE, MINUTE))
    assert (house.only.state, house.files) == (State.DELETED, set())
    assert (asked[0]["quota"], asked[0]["max_age"]) == (7_000_000_000, 3 * 24 * 60 * MINUTE)


async def test_what_cannot_be_deleted_stays(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scheduler, "to_delete", lambda *_, **__: ("0123456789abcdef",))
    (house.folder / "a.mp4").mkdir()
    await store(house, make_recording(file="a.mp4", size=5))
    await house.start(*programmes(MINUTE, MINUTE))
    assert house.only.state is State.COMPLETE
    assert "could not be deleted" in caplog.text


# The file


async def test_a_file_that_cannot_be_made_is_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise FinishError(Reason.DISK, "the disk does not like it")

    with monkeypatch.context() as patched:
        patched.setattr(keeper, "finish", fail)
        await house.start(*programmes(LONG, MINUTE))
        recording = await house.recordings.async_record(EAST)
        await wait_until(lambda: "does not like it" in caplog.text, 30)
        assert house.only.state is State.COMPLETE
        track = house.recordings.source_of(recording.identity)
        assert track == house.folder / TRACKS / recording.track_name
    await house.move_to(NOW + 61 * MINUTE)
    assert (await house.until_file()).state is State.COMPLETE


async def test_a_file_that_cannot_be_noted_keeps_its_track(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    save = RecordingStore.async_save

    async def refuse(self: RecordingStore, recorded: Any) -> None:
        if any(one.file for one in recorded.recordings):
            raise StoreError("the disk is full")
        await save(self, recorded)

    monkeypatch.setattr(RecordingStore, "async_save", refuse)
    await house.start(*programmes(LONG, MINUTE))
    recording = await house.recordings.async_record(EAST)
    await wait_until(lambda: house.only.file, 30)
    await house.settle()
    assert list((house.folder / TRACKS / recording.track_name).glob("*.ts"))
    assert "could not be saved" in caplog.text


async def test_what_cannot_be_saved_is_not_planned(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise StoreError("the disk is full")

    await house.start(*programmes(MINUTE, MINUTE))
    monkeypatch.setattr(RecordingStore, "async_save", refuse)
    for ask in (
        house.recordings.async_record(EAST),
        house.recordings.async_add_rule(RuleKind.FOLLOWED, ""),
    ):
        with pytest.raises(HomeAssistantError, match="could not be saved"):
            await ask
    assert (house.recordings.items, house.recordings.rules) == ((), ())
    assert house.upstream.asked == []


# Who else is there


async def test_all_places_are_taken(house: House) -> None:
    """It waits for a place, and nobody who goes through the channels ends it."""
    house.options[CONF_MAX_CHANNELS] = 1
    await house.start(*programmes(MINUTE, MINUTE))
    streams = house.entry.runtime_data.streams
    east, west = house.entry.runtime_data.data.feed.channels[:2]
    async with streams.async_watch(west, Watcher("192.168.1.5", "VLC")):
        recording = await house.recordings.async_record(EAST)
        assert recording.state is State.RECORDING
        assert {one.channel for one in streams.sessions} == {west.key}
    await wait_until(lambda: [one.channel for one in streams.sessions] == [EAST], 20)
    await wait_until(lambda: house.only.size, 20)
    for channel in (east, west, east, west):
        with suppress(BusyError):
            await streams.async_touch(channel, Watcher("192.168.1.6", "TiviMate"))
    assert EAST in {one.channel for one in streams.sessions if one.watcher.player == "Recording"}


async def test_diagnostics_name_nothing_of_the_house(house: House) -> None:
    await store(house, make_recording(file="Outlaw Star/a.mp4"))
    await house.start(*programmes(MINUTE, MINUTE))
    await house.recordings.async_record(EAST, NOW + MINUTE)
    found = await async_get_config_entry_diagnostics(house.hass, house.entry)
    told = found["recordings"]
    assert told["states"] == {"gone": 1, "planned": 1}
    assert (told["quota"], told["trouble"], told["conflicts"]) == (50_000_000_000, None, 0)
    assert "Outlaw" not in str(told)
    assert str(house.folder) not in str(found)
    await house.stop()
    assert async_recordings(house.hass) is None
