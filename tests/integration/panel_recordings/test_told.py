"""What the panel is told of recordings."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
)

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.airings import Airing
from custom_components.toonami_downlink.engine.downlink.recording.conflicts import Conflict
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    Gap,
    Reason,
    RuleKind,
    State,
)
from custom_components.toonami_downlink.panel import recorded
from custom_components.toonami_downlink.panel.recordings import GROWTH_INTERVAL
from custom_components.toonami_downlink.recording.manager import Recordings

from ..factories import NOON, SLOT
from ..panel_client import event
from ..recorded import make_recording
from .helpers import NOBODY, put, subscribe


async def test_everything_is_told_and_then_what_has_changed(
    recordings: Recordings, library: Path, socket: MockHAClientWebSocket
) -> None:
    gap = Gap(NOON - SLOT, NOON - SLOT + timedelta(minutes=3))
    holed = make_recording(
        state=State.INTERRUPTED, reason=Reason.NO_SIGNAL, gaps=(gap,), file="a/b.mp4", size=7
    )
    gone = make_recording(identity="1" * 16, number=2, state=State.DELETED)
    still = make_recording(identity="2" * 16, number=3)
    await put(recordings, holed, gone, still)
    told = await subscribe(socket, all=True)
    assert told["recordings"].pop()["id"] == still.identity
    mark = {
        "id": holed.identity,
        "channel": 1,
        "start": int(holed.start.timestamp()),
        "stop": int(holed.stop.timestamp()),
        "state": "interrupted",
        "has_file": True,
    }
    whole = {
        **mark,
        "number": 1,
        "reason": "no_signal",
        "title": "Outlaw Star",
        "episode_title": None,
        "season": 1,
        "episode": 3,
        "image": None,
        "gaps": [[int(gap.start.timestamp()), int(gap.stop.timestamp())]],
        "missing": 180.0,
        "kept": False,
        "rule": None,
        "size": 7,
    }
    space = told.pop("space")
    assert told == {
        "loaded": True,
        "on": True,
        "whole": True,
        "recordings": [whole],
        "gone": [],
        "more": 0,
        "rules": [],
        "conflicts": [],
    }
    assert (space["used"], space["quota"]) == (7, 50_000_000_000)
    assert space["free"] > 0
    await recordings.async_keep(holed.identity, True)
    told = await event(socket)
    assert (told["whole"], told["gone"]) == (False, [])
    assert told["recordings"] == [{**whole, "kept": True}]
    await put(recordings, replace(holed, state=State.GONE))
    told = await event(socket)
    assert (told["recordings"], told["gone"]) == ([], [holed.identity])


async def test_without_all_there_are_only_marks(
    recordings: Recordings, socket: MockHAClientWebSocket
) -> None:
    await put(recordings, make_recording(channel="no_more"))
    told = await subscribe(socket)
    (mark,) = told["recordings"]
    assert mark.keys() == {"id", "channel", "start", "stop", "state", "has_file"}
    assert (mark["channel"], mark["has_file"]) == (None, False)
    assert "space" not in told


async def test_a_rule_and_a_conflict_are_told(
    panel_coordinator: DownlinkCoordinator,
    recordings: Recordings,
    socket: MockHAClientWebSocket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planned = make_recording(state=State.PLANNED, start=NOON + SLOT, identity="a" * 16)
    assert panel_coordinator.data
    feed = panel_coordinator.data.feed
    west = feed.channels[1]
    later = feed.guide[west.key][60]
    conflicts = (
        Conflict(planned.identity, (NOBODY,), Airing(west, later.start, later.stop, later)),
        Conflict("b" * 16, (), None),
    )
    monkeypatch.setattr(Recordings, "conflicts", conflicts)
    await recordings.async_add_rule(
        RuleKind.SHOW, "Trigun", "toonami_east", keep_last=3, days=frozenset((5, 0))
    )
    await put(recordings, planned)
    told = await subscribe(socket)
    (rule,) = told["rules"]
    assert rule == {
        "id": recordings.rules[0].identity,
        "kind": "show",
        "text": "Trigun",
        "channel": "toonami_east",
        "only_missing": True,
        "keep_last": 3,
        "days": [0, 5],
    }
    instead = {
        "channel": west.number,
        "start": int(later.start.timestamp()),
        "stop": int(later.stop.timestamp()),
        "title": later.title,
    }
    # What is not among the recordings is no conflict of theirs.
    assert told["conflicts"] == [{"id": planned.identity, "with": [NOBODY], "instead": instead}]


@pytest.mark.parametrize("extra", [0, 1])
async def test_most_that_is_told(
    recordings: Recordings,
    socket: MockHAClientWebSocket,
    monkeypatch: pytest.MonkeyPatch,
    extra: int,
) -> None:
    made = [
        make_recording(identity=f"{number:016x}", number=number, start=NOON - number * SLOT)
        for number in range(1, 5 + extra)
    ]
    await put(recordings, *made)
    monkeypatch.setattr(recorded, "MAX_TOLD", 4)
    told = await subscribe(socket)
    assert {one["id"] for one in told["recordings"]} == {one.identity for one in made[:4]}
    assert told["more"] == extra


@pytest.mark.parametrize("in_full", [True, False])
async def test_growth_is_told_only_to_who_shows_it(
    hass: HomeAssistant,
    recordings: Recordings,
    socket: MockHAClientWebSocket,
    freezer: FrozenDateTimeFactory,
    in_full: bool,
) -> None:
    running = make_recording(state=State.RECORDING, start=NOON, size=5)
    await put(recordings, running)
    await subscribe(socket, all=in_full)
    recordings._catalogue.async_grow(running.identity, 9)  # noqa: SLF001
    freezer.tick(GROWTH_INTERVAL)
    async_fire_time_changed(hass)
    if in_full:
        (told,) = (await event(socket))["recordings"]
        assert told["size"] == 9
    await socket.send_json_auto_id({"type": "ping"})
    assert (await socket.receive_json())["type"] == "pong"


async def test_subscription_outlives_a_reload(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    recordings: Recordings,
    socket: MockHAClientWebSocket,
) -> None:
    planned = make_recording(state=State.CANCELLED)
    await put(recordings, planned)
    before = await subscribe(socket)
    await hass.config_entries.async_unload(entry.entry_id)
    assert await event(socket) == {"loaded": False}
    await hass.config_entries.async_setup(entry.entry_id)
    assert await event(socket) == before
