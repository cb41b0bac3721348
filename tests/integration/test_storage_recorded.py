"""The file of what is recorded: what comes out is what went in, and nothing that is damaged."""

from dataclasses import replace
from datetime import timedelta
import json
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.errors import NewerVersionError
from custom_components.toonami_downlink.engine.downlink.limits import (
    MAX_GAPS,
    MAX_RECORDINGS,
    MAX_RULES,
    MAX_TITLE_CHARS,
)
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    Gap,
    Reason,
    RuleKind,
    State,
)
from custom_components.toonami_downlink.engine.downlink.recording.rules import make_rule
from custom_components.toonami_downlink.storage.recorded import Recorded, RecordingStore, trimmed
from tests.night import by_night

from .factories import NOON
from .recorded import MINUTE, SECOND, STORE, make_recording

RULE = make_rule(
    RuleKind.SHOW, "Trigun", "toonami_east", NOON, only_missing=False, keep_last=3, days={0, 6}
)
HOLED = make_recording(
    state=State.INTERRUPTED,
    reason=Reason.NO_SIGNAL,
    gaps=(Gap(NOON - 50 * MINUTE, NOON - 47 * MINUTE),),
    lost=(Gap(NOON - 61 * MINUTE, NOON - 60 * MINUTE),),
    rule=RULE.identity,
    is_kept=True,
    file="Outlaw Star/a.mp4",
    size=2**40,
    replaces="f" * 16,
)


async def saved(hass: HomeAssistant, hass_storage: dict[str, Any]) -> dict[str, Any]:
    """Save something, and return what is in the file."""
    recorded = Recorded(rules=(RULE,), recordings=(HOLED,), next_number=7)
    await RecordingStore(hass).async_save(recorded)
    data: dict[str, Any] = hass_storage[STORE]["data"]
    return data


async def test_what_comes_out_is_what_went_in(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    store = RecordingStore(hass)
    assert await store.async_load() == Recorded()
    planned = make_recording(identity="1" * 16, number=2, state=State.PLANNED)
    recorded = Recorded(rules=(RULE,), recordings=(HOLED, planned), next_number=7)
    await store.async_save(recorded)
    hass_storage[STORE] = json.loads(json.dumps(hass_storage[STORE]))
    assert await store.async_load() == recorded
    await store.async_remove()
    assert STORE not in hass_storage


async def test_a_later_version_wrote_it(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    await saved(hass, hass_storage)
    hass_storage[STORE]["version"] = 2
    with pytest.raises(NewerVersionError):
        await RecordingStore(hass).async_load()


async def test_what_earlier_versions_stored_has_nothing_lost(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    data = await saved(hass, hass_storage)
    del data["recordings"][0]["lost"]
    loaded = await RecordingStore(hass).async_load()
    assert loaded.recordings == (replace(HOLED, lost=()),)
    assert not loaded.is_partial
    await RecordingStore(hass).async_save(loaded)
    assert "lost" not in hass_storage[STORE]["data"]["recordings"][0]


async def test_tombstones_remember_less(hass: HomeAssistant) -> None:
    told = replace(HOLED.programme, description="Long.", image="https://x.example/1.png")
    store = RecordingStore(hass)
    gone = replace(HOLED, programme=told, state=State.DELETED, file=None)
    await store.async_save(Recorded(recordings=(gone,)))
    (loaded,) = (await store.async_load()).recordings
    assert loaded == replace(HOLED, state=State.DELETED, file=None)


@pytest.mark.parametrize(
    ("field", "value"),
    by_night(
        [
            ("identity", "0123456789abcde"),
            ("identity", "../../../../etc/"),
            ("identity", None),
            ("number", 0),
            ("number", 2**31),
            ("number", True),
            ("number", "1"),
            ("channel", 7),
            ("channel", "x" * (MAX_TITLE_CHARS + 1)),
            ("start", "2026-11-24T12:00:00"),
            ("start", "2026-11-24T13:00:00+00:00"),
            ("stop", 1),
            ("programme", {}),
            ("programme", "[]"),
            ("programme", "{}"),
            ("programme", "[" * 100_000),
            ("state", "marvellous"),
            ("state", None),
            ("reason", "because"),
            ("gaps", None),
            ("gaps", [["2026-11-24T12:00:00+00:00"]]),
            ("gaps", [["2026-11-24T12:00:00+00:00", "2026-11-24T12:00:00+00:00"]]),
            ("gaps", [[1, 2]]),
            ("lost", None),
            ("lost", [[1, 2]]),
            ("rule", "trigun"),
            ("is_kept", 1),
            ("file", ""),
            ("file", "/etc/passwd"),
            ("file", "/a.mp4"),
            ("file", "a/../../b.mp4"),
            ("file", "a\0.mp4"),
            ("file", "."),
            ("file", "x" * 1025),
            ("file", f"{'x' * 1021}.mp4"),
            ("file", "private/scan.pdf"),
            ("file", "private/a.mp4/scan"),
            ("file", "Outlaw Star/a.MP4"),
            ("file", ".mp4"),
            ("file", 1),
            ("size", -1),
            ("size", 2**63 + 1),
            ("size", 1.5),
            ("since", "yesterday"),
            ("replaces", "x"),
        ],
        keep=[
            ("identity", "../../../../etc/"),
            ("programme", "[" * 100_000),
            ("gaps", [[1, 2]]),
            ("file", "a/../../b.mp4"),
            ("file", "private/scan.pdf"),
            ("size", -1),
        ],
    ),
)
async def test_damaged_recordings_are_left_out(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    field: str,
    value: Any,
) -> None:
    data = await saved(hass, hass_storage)
    whole = {**data["recordings"][0], "identity": "a" * 16, "number": 3}
    data["recordings"] = [data["recordings"][0] | {field: value}, whole, None, [], "x"]
    loaded = await RecordingStore(hass).async_load()
    assert [one.identity for one in loaded.recordings] == ["a" * 16]
    assert (loaded.is_partial, loaded.rules, loaded.next_number) == (True, (RULE,), 7)
    assert "were left out" in caplog.text


@pytest.mark.parametrize(
    ("field", "value"),
    by_night(
        [
            ("kind", "marvellous"),
            ("text", ""),
            ("text", 1),
            ("channel", 1),
            ("only_missing", None),
            ("keep_last", 0),
            ("keep_last", "3"),
            ("days", []),
            ("days", [7]),
            ("days", ["0"]),
            ("days", None),
            ("since", None),
        ],
        keep=[("kind", "marvellous"), ("days", [7])],
    ),
)
async def test_damaged_rules_are_left_out(
    hass: HomeAssistant, hass_storage: dict[str, Any], field: str, value: Any
) -> None:
    data = await saved(hass, hass_storage)
    data["rules"] = [data["rules"][0] | {field: value}, {}]
    loaded = await RecordingStore(hass).async_load()
    assert (loaded.rules, loaded.is_partial) == ((), True)
    assert loaded.recordings == (HOLED,)


@pytest.mark.parametrize("data", [{}, {"rules": {}, "recordings": 1, "next_number": "x"}])
async def test_what_is_no_list(
    hass: HomeAssistant, hass_storage: dict[str, Any], data: dict[str, Any]
) -> None:
    hass_storage[STORE] = {"version": 1, "minor_version": 1, "key": STORE, "data": data}
    assert await RecordingStore(hass).async_load() == Recorded(is_partial=True)


async def test_nothing_has_a_name_or_number_twice(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    data = await saved(hass, hass_storage)
    one = data["recordings"][0]
    data["recordings"] = [one, one | {"number": 9}, one | {"identity": "a" * 16}]
    data["next_number"] = 1
    loaded = await RecordingStore(hass).async_load()
    assert loaded.recordings == (HOLED,)
    assert loaded.next_number == 2, "none is given twice"


async def test_limits(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    """At most so many are read, and of gaps so many are written."""
    data = await saved(hass, hass_storage)
    one = data["recordings"][0]
    many = [
        one | {"identity": f"{number:016x}", "number": number}
        for number in range(1, MAX_RECORDINGS + 2)
    ]
    rule = data["rules"][0]
    rules = [rule | {"text": f"Show {number}"} for number in range(MAX_RULES + 1)]
    data |= {"recordings": many[:-1], "rules": rules[:-1]}
    loaded = await RecordingStore(hass).async_load()
    assert (len(loaded.recordings), len(loaded.rules)) == (MAX_RECORDINGS, MAX_RULES)
    assert not loaded.is_partial
    data |= {"recordings": many, "rules": rules}
    loaded = await RecordingStore(hass).async_load()
    assert (len(loaded.recordings), len(loaded.rules)) == (MAX_RECORDINGS, MAX_RULES)
    assert loaded.is_partial
    gap = one["gaps"][0]
    data |= {"recordings": [one | {"gaps": (MAX_GAPS + 1) * [gap]}], "rules": []}
    assert (await RecordingStore(hass).async_load()).recordings == ()
    gaps = tuple(
        Gap(NOON + number * SECOND, NOON + number * SECOND + SECOND)
        for number in range(MAX_GAPS + 1)
    )
    await RecordingStore(hass).async_save(Recorded(recordings=(replace(HOLED, gaps=gaps),)))
    (loaded_one,) = (await RecordingStore(hass).async_load()).recordings
    assert loaded_one.gaps == gaps[:-1]


def test_what_need_not_be_remembered() -> None:
    """What has no picture is forgotten after a year; what can be played never."""
    year = timedelta(days=365)
    states = (State.CANCELLED, State.DELETED, State.GONE, State.FAILED)
    old = [
        make_recording(identity=f"{number:016x}", number=number, state=state)
        for number, state in enumerate((*states, State.COMPLETE, State.PLANNED), 1)
    ]
    assert trimmed(old, old[0].stop + year - SECOND) == tuple(old)
    assert [one.state for one in trimmed(old, old[0].stop + year)] == [
        State.COMPLETE,
        State.PLANNED,
    ]


def test_the_oldest_tombstones_make_room() -> None:
    old = make_recording(identity="a" * 16, number=1, state=State.GONE, start=NOON - 99 * MINUTE)
    newer = make_recording(identity="b" * 16, number=2, state=State.GONE)
    whole = [
        make_recording(identity=f"{number:016x}", number=number)
        for number in range(3, MAX_RECORDINGS + 2)
    ]
    assert len(trimmed((old, *whole), NOON)) == MAX_RECORDINGS
    assert trimmed((newer, old, *whole), NOON) == (newer, *whole)


def test_the_key() -> None:
    assert f"{DOMAIN}.recordings" == STORE
