"""Recordings when something is wrong: the disk, the store, the limits, and who else is there."""

from contextlib import suppress
import shutil
import threading
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.toonami_downlink.const import CONF_MAX_CHANNELS
from custom_components.toonami_downlink.diagnostics import async_get_config_entry_diagnostics
from custom_components.toonami_downlink.engine.downlink.errors import StoreError
from custom_components.toonami_downlink.engine.downlink.recording.finish import FinishError
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
    Reason,
    RuleKind,
    State,
)
from custom_components.toonami_downlink.recording import keeper, scheduler
from custom_components.toonami_downlink.recording.disk import Disk
from custom_components.toonami_downlink.recording.manager import async_recordings
from custom_components.toonami_downlink.storage.recorded import RecordingStore
from custom_components.toonami_downlink.streaming.manager import BusyError, Watcher

from .harness import NOW
from .recorded import EAST, LONG, MINUTE, SECOND, STORE, House, make_recording, programmes, store
from .stream_harness import wait_until

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
