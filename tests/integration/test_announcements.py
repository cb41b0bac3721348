"""Told in time: the event of what is followed, over refreshes and restarts."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.websocket_api import current_connection
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, Platform
from homeassistant.core import CoreState, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.storage import Store
import pytest

from custom_components.toonami_downlink.engine.downlink.follows import FollowKind

from .announcing import (
    EAST,
    ENTITY,
    HOUR,
    MINUTE,
    STORED,
    TITLE,
    Heard,
    evening,
    feed,
    followed,
    publish,
    show,
    side_bar,
    start,
)
from .factories import NOON, SLOT, make_feed
from .harness import limit_platforms, move_clock
from .phone import TARGET, Phone
from .users import asked_by_a_child


@pytest.fixture(autouse=True)
def few_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_platforms(monkeypatch, (Platform.EVENT,))


# The event


async def test_event(hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory) -> None:
    await start(hass, folder)
    heard = Heard(hass)
    await move_clock(hass, freezer, NOON + 50 * MINUTE - timedelta(seconds=1))
    assert heard == []
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    (said,) = heard
    for name in ("event_types", "friendly_name"):
        del said[name]
    assert said == {
        "event_type": "soon",
        "title": TITLE,
        "channel": "Toonami Aftermath East",
        "start": "2026-11-24T08:00:00-05:00",
        "stop": "2026-11-24T08:30:00-05:00",
        "follow": [TITLE],
        "others": [
            {
                "channel": "Toonami Aftermath West",
                "start": "2026-11-24T11:00:00-05:00",
                "stop": "2026-11-24T11:30:00-05:00",
            }
        ],
    }
    for minutes in range(51, 500, 3):
        await move_clock(hass, freezer, NOON + minutes * MINUTE)
    assert heard.kinds == ["soon", "started"]


@pytest.mark.parametrize("lead", [1, 120])
async def test_lead(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory, lead: int
) -> None:
    later = feed(**{EAST: [show(NOON + 3 * HOUR)]})
    await start(hass, folder, shown=later, lead_minutes=lead)
    heard = Heard(hass)
    at = NOON + 3 * HOUR - lead * MINUTE
    await move_clock(hass, freezer, at - timedelta(seconds=1))
    assert heard.kinds == []
    await move_clock(hass, freezer, at)
    assert heard.kinds == ["soon"]


async def test_refreshes(hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory) -> None:
    """What is removed is not announced, what comes back is, and what is moved at its new time."""
    entry = await start(hass, folder)
    heard = Heard(hass)
    await publish(hass, entry, folder, make_feed())
    await move_clock(hass, freezer, NOON + 51 * MINUTE)
    assert heard.kinds == []
    await publish(hass, entry, folder, evening())
    assert heard.kinds == ["soon"]
    await publish(hass, entry, folder, feed(**{EAST: [show(NOON + HOUR + SLOT)]}))
    await move_clock(hass, freezer, NOON + HOUR)
    assert heard.kinds == ["soon"]
    await move_clock(hass, freezer, NOON + HOUR + SLOT)
    assert heard.kinds == ["soon", "started"]


async def test_what_a_child_follows_is_announced_to_the_house(
    hass: HomeAssistant, folder: Path
) -> None:
    """What it sets off plays with the pass of whoever is connected."""
    await start(hass, folder, "Trigun", shown=feed(**{EAST: [show(NOON)]}))
    heard: list[Any] = []

    @callback
    def on_event(_event: Event[Any]) -> None:
        heard.append(current_connection.get())

    async_track_state_change_event(hass, ENTITY, on_event)
    asking = followed(hass).async_add(FollowKind.SHOW, TITLE)
    await asyncio.create_task(asking, context=asked_by_a_child())
    await hass.async_block_till_done(wait_background_tasks=True)
    assert heard == [None]


async def test_unfollowed_and_seen(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    two = feed(**{EAST: [show(NOON + HOUR), show(NOON + 2 * HOUR, "Trigun")]})
    await start(hass, folder, TITLE, "Trigun", shown=two)
    follows = followed(hass)
    heard = Heard(hass)
    await follows.async_remove(follows.items[0].identity)
    await follows.async_see(follows.showings[0].identity)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    await move_clock(hass, freezer, NOON + 110 * MINUTE)
    assert heard == []


# Restarts


async def test_restarts(
    hass: HomeAssistant, folder: Path, phone: Phone, freezer: FrozenDateTimeFactory
) -> None:
    entry = await start(hass, folder, notify=[TARGET])
    heard = Heard(hass)
    for minutes in (49, 50, 51, 59, 60, 61, 89, 91):
        await move_clock(hass, freezer, NOON + minutes * MINUTE)
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert heard.kinds == ["soon", "started"]
    assert len(phone.messages) == 1
    assert phone.shown == {}


async def test_off_at_the_start(
    hass: HomeAssistant, folder: Path, phone: Phone, freezer: FrozenDateTimeFactory
) -> None:
    """Nobody is told that something begins soon which is long on; of the West they are."""
    entry = await start(hass, folder, notify=[TARGET])
    await hass.config_entries.async_unload(entry.entry_id)
    freezer.move_to(NOON + 70 * MINUTE)
    heard = Heard(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (heard.kinds, phone.pushed) == ([], [])
    await move_clock(hass, freezer, NOON + 4 * HOUR - 10 * MINUTE)
    assert heard.kinds == ["soon"]
    assert heard[0]["channel"] == "Toonami Aftermath West"


async def test_saved_before_anybody_is_told(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    await start(hass, folder)
    known: list[Any] = []

    @callback
    def remember(event: Event[Any]) -> None:
        known.append(hass_storage[STORED]["data"]["records"][0]["stage"])

    async_track_state_change_event(hass, ENTITY, remember)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    await move_clock(hass, freezer, NOON + HOUR)
    assert known == ["soon", "started"]


async def test_full_disk(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What cannot be saved is announced nevertheless, and said once."""
    await start(hass, folder)
    heard = Heard(hass)
    save = Store.async_save

    async def fail(store: Store[Any], data: Any) -> None:
        if store.key != STORED:
            await save(store, data)

    monkeypatch.setattr(Store, "async_save", fail)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    await move_clock(hass, freezer, NOON + HOUR)
    assert heard.kinds == ["soon", "started"]
    assert caplog.text.count("What was announced could not be saved") == 1


async def test_damaged_store(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    hass_storage[STORED] = {"version": 1, "key": STORED, "data": {"records": [{"showing": 1}, 5]}}
    await start(hass, folder)
    heard = Heard(hass)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    assert heard.kinds == ["soon"]


async def test_removed_with_the_entry(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    entry = await start(hass, folder)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    assert STORED in hass_storage
    await hass.config_entries.async_remove(entry.entry_id)
    assert STORED not in hass_storage


async def test_waits_until_all_can_be_told(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    """While Home Assistant starts, the services of telephones are not there yet."""
    entry = await start(hass, folder, notify=["persistent_notification"])
    await hass.config_entries.async_unload(entry.entry_id)
    hass.set_state(CoreState.starting)
    freezer.move_to(NOON + 51 * MINUTE)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert side_bar(hass) == {}
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(side_bar(hass)) == 1
