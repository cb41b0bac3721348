"""Recordings from the relay to the file: made in time, and honest about what is missing."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
    Reason,
    RuleKind,
    State,
)
from custom_components.toonami_downlink.recording.manager import async_recordings

from .harness import NOW
from .recorded import EAST, LONG, MINUTE, SECOND, STORE, House, programmes
from .stream_harness import wait_until
from .upstream import body


async def test_what_is_on_is_recorded(house: House, hass_storage: dict[str, Any]) -> None:
    await house.start(*programmes(LONG, MINUTE))
    recording = await house.recordings.async_record(EAST)
    assert (recording.programme.title, recording.state) == ("Show 0", State.RECORDING)
    assert house.said == ["started Show 0"]
    assert hass_storage[STORE]["data"]["recordings"][0]["state"] == "recording"
    streams = house.entry.runtime_data.streams
    await wait_until(lambda: streams.sessions)
    sessions = streams.sessions
    assert [(one.watcher.player, one.channel) for one in sessions] == [("Recording", EAST)]
    assert [one.identity for one in house.recordings.running] == [recording.identity]
    recording = await house.until_file()
    assert (recording.state, recording.gaps, recording.reason) == (State.COMPLETE, (), None)
    assert house.said == ["started Show 0", "finished Show 0"]
    assert recording.file in house.files
    assert recording.size == (house.folder / recording.file).stat().st_size
    assert house.recordings.source_of(recording.identity) == house.folder / recording.file
    assert house.recordings.find(recording.number) == recording
    saved = hass_storage[STORE]["data"]["recordings"][0]
    assert (saved["file"], saved["state"]) == (recording.file, "complete")
    assert house.upstream.twice == []


async def test_what_begins_is_recorded_in_time(house: House) -> None:
    """It is planned, and begins by itself."""
    await house.start(*programmes(2 * SECOND, LONG, MINUTE))
    planned = await house.recordings.async_record(EAST, NOW + 2 * SECOND)
    assert (planned.state, house.recordings.next) == (State.PLANNED, planned)
    assert house.upstream.asked == []
    assert await house.recordings.async_record(EAST, NOW + 2 * SECOND) == planned
    await house.until(State.RECORDING)
    recording = await house.until_file()
    assert (recording.state, recording.number) == (State.COMPLETE, planned.number)


async def test_a_stop_that_moves(house: House) -> None:
    first, second = programmes(4 * SECOND, MINUTE)
    await house.start(first, second)
    await house.recordings.async_record(EAST)
    longer = replace(first, stop=first.stop + 4 * SECOND)
    await house.show(longer, replace(second, start=longer.stop))
    recording = await house.until_file()
    assert (recording.state, recording.stop) == (State.COMPLETE, longer.stop)
    assert recording.size > 5 * len(body(100)), "at least seven segments"


async def test_a_restart_in_the_middle(house: House) -> None:
    await house.start(*programmes(2 * LONG, MINUTE))
    before = await house.recordings.async_record(EAST)
    track = house.folder / TRACKS / before.track_name
    await wait_until(lambda: len(list(track.glob("*.ts"))) > 1, 20)
    await house.stop()
    assert async_recordings(house.hass) is None
    held = {one.name: one.stat().st_mtime_ns for one in track.glob("*.ts")}
    await house.restart()
    assert house.only.state is State.RECORDING
    assert house.said == ["started Show 0"], "it is no other recording"
    await wait_until(lambda: len(list(track.glob("*.ts"))) > len(held), 20)
    assert held.items() <= {one.name: one.stat().st_mtime_ns for one in track.glob("*.ts")}.items()
    recording = await house.until_file()
    assert recording.number == before.number
    assert recording.state in {State.COMPLETE, State.INTERRUPTED}
    assert recording.missing < 2 * LONG


async def test_the_end_was_missed(house: House) -> None:
    """Home Assistant was away when it ended: what is missing is said."""
    await house.start(*programmes(MINUTE, MINUTE))
    recording = await house.recordings.async_record(EAST)
    track = house.folder / TRACKS / recording.track_name
    await wait_until(lambda: len(list(track.glob("*.ts"))) > 1, 20)
    await house.stop()
    house.freezer.move_to(NOW + 10 * MINUTE)
    await house.restart()
    recording = await house.until_file()
    assert recording.state is State.INTERRUPTED
    assert recording.gaps[-1].stop == recording.stop == NOW + MINUTE
    assert timedelta(seconds=30) < recording.missing < MINUTE
    assert house.said == ["started Show 0", "interrupted Show 0"]


async def test_all_of_it_was_missed(house: House) -> None:
    await house.start(*programmes(MINUTE, MINUTE, MINUTE))
    await house.recordings.async_record(EAST, NOW + MINUTE)
    await house.stop()
    house.freezer.move_to(NOW + 10 * MINUTE)
    await house.restart()
    assert (house.only.state, house.only.reason) == (State.FAILED, Reason.ABSENT)
    assert house.upstream.asked == []


async def test_upstream_brings_nothing(house: House) -> None:
    house.upstream.is_broken = True
    await house.start(*programmes(LONG, MINUTE))
    await house.recordings.async_record(EAST)
    house.freezer.move_to(NOW + 3 * MINUTE)
    recording = await house.until(State.FAILED)
    assert (recording.reason, recording.size) == (Reason.NO_SIGNAL, 0)
    assert house.said == ["started Show 0", "failed Show 0"]
    await wait_until(lambda: house.files == set())


# What people do


async def test_stopping_keeps_what_is_there(house: House) -> None:
    await house.start(*programmes(MINUTE, MINUTE))
    recording = await house.recordings.async_record(EAST)
    track = house.folder / TRACKS / recording.track_name
    await wait_until(lambda: len(list(track.glob("*.ts"))) > 1, 20)
    await house.recordings.async_cancel(recording.identity)
    recording = house.only
    assert (recording.state, recording.reason) == (State.INTERRUPTED, None)
    recording = await house.until_file()
    assert recording.file in house.files
    with pytest.raises(ServiceValidationError, match="not being recorded"):
        await house.recordings.async_cancel(recording.identity)


async def test_stopping_before_there_is_anything(house: House) -> None:
    house.upstream.is_broken = True
    await house.start(*programmes(MINUTE, MINUTE))
    recording = await house.recordings.async_record(EAST)
    await house.recordings.async_cancel(recording.identity)
    assert house.only.state is State.CANCELLED
    assert house.files == set()


async def test_what_is_not_wanted(house: House) -> None:
    """It is not planned again by a rule; only by hand."""
    await house.start(*programmes(MINUTE, MINUTE))
    rule = await house.recordings.async_add_rule(RuleKind.SHOW, "Show 1")
    planned = house.only
    assert (planned.rule, planned.state) == (rule.identity, State.PLANNED)
    await house.recordings.async_cancel(planned.identity)
    await house.show(*programmes(MINUTE, 2 * MINUTE))
    assert house.only.state is State.CANCELLED
    again = await house.recordings.async_record(EAST, planned.start)
    assert (again.state, again.rule) == (State.PLANNED, None)
    assert await house.recordings.async_remove_rule(rule.identity)
    assert not await house.recordings.async_remove_rule(rule.identity)
    assert [one.state for one in house.recordings.items] == [State.PLANNED]


async def test_a_rule_goes_with_what_it_planned(house: House) -> None:
    await house.start(*programmes(MINUTE, MINUTE, MINUTE))
    rule = await house.recordings.async_add_rule(RuleKind.SHOW, "Show 1", EAST)
    assert house.recordings.rules == (rule,)
    assert await house.recordings.async_add_rule(RuleKind.SHOW, "SHOW 1", EAST, keep_last=2)
    assert [one.keep_last for one in house.recordings.rules] == [2]
    assert len(house.recordings.items) == 1
    await house.recordings.async_remove_rule(rule.identity)
    assert [*house.recordings.items, *house.recordings.rules] == []


async def test_deleting_what_is_being_recorded(house: House) -> None:
    await house.start(*programmes(MINUTE, MINUTE))
    recording = await house.recordings.async_record(EAST)
    track = house.folder / TRACKS / recording.track_name
    await wait_until(lambda: list(track.glob("*.ts")), 20)
    await house.recordings.async_delete(recording.identity)
    assert house.only.state is State.DELETED
    await house.settle()
    assert (house.files, house.only.state) == (set(), State.DELETED)
    assert house.recordings.source_of(recording.identity) is None


async def test_keeping(house: House, hass_storage: dict[str, Any]) -> None:
    await house.start(*programmes(MINUTE, MINUTE))
    planned = await house.recordings.async_record(EAST, NOW + MINUTE)
    await house.recordings.async_keep(planned.identity, True)
    assert house.only.is_kept
    assert hass_storage[STORE]["data"]["recordings"][0]["is_kept"] is True
    await house.recordings.async_keep(planned.identity, False)
    assert not house.only.is_kept


async def test_what_is_refused(house: House) -> None:
    await house.start(*programmes(MINUTE, MINUTE, MINUTE, start=NOW - MINUTE))
    recordings = house.recordings
    show = partial(recordings.async_add_rule, RuleKind.SHOW, "Show 1")
    for key, ask in (
        ("nothing_on", partial(recordings.async_record, EAST, NOW + timedelta(days=9))),
        ("nothing_on", partial(recordings.async_record, "no_such_channel")),
        ("already_over", partial(recordings.async_record, EAST, NOW - 30 * SECOND)),
        ("unknown_channel", partial(show, "x" * 10_000)),
        ("bad_rule", partial(recordings.async_add_rule, RuleKind.WORDS, "!!!")),
        ("no_days", partial(show, days=frozenset())),
        ("bad_keep_last", partial(show, keep_last=0)),
        ("unknown_recording", partial(recordings.async_delete, "x" * 10_000)),
        ("unknown_recording", partial(recordings.async_cancel, "0" * 16)),
        ("unknown_recording", partial(recordings.async_keep, "0" * 16, True)),
    ):
        with pytest.raises(ServiceValidationError) as raised:
            await ask()
        assert raised.value.translation_key == key
        assert len(str(raised.value)) < 1000
    assert recordings.items == ()
    assert house.upstream.asked == []
