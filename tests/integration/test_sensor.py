"""Sensors: what they say, when it changes, and that nothing else is written."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.following.follows import async_follows

from .factories import FAILING_COMMAND, NOON, make_entry, make_feed, write_provider_files
from .harness import move_clock, set_provider_command, setup_integration

EAST = "sensor.toonami_aftermath_east_now_playing"
EAST_NEXT = "sensor.toonami_aftermath_east_up_next"


def state_of(hass: HomeAssistant, entity_id: str) -> str:
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state


@pytest.mark.usefixtures("coordinator")
async def test_off_by_default(entity_registry: er.EntityRegistry) -> None:
    disabled = {entity_id for entity_id, item in entity_registry.entities.items() if item.disabled}
    assert disabled == {
        "sensor.toonami_downlink_guide_until",
        "sensor.toonami_downlink_last_refresh",
        "sensor.toonami_downlink_next_refresh",
        "sensor.toonami_downlink_provider_version",
        "sensor.toonami_downlink_refresh_duration",
        "sensor.toonami_downlink_streams_from_upstream",
        "sensor.toonami_downlink_viewers",
    }


@pytest.mark.usefixtures("all_entities_enabled")
async def test_next_refresh_is_known_from_the_start(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await setup_integration(hass, entry)
    for _ in range(2):
        assert state_of(hass, "sensor.toonami_downlink_next_refresh") == "2026-11-25T03:00:00+00:00"
        await hass.config_entries.async_reload(entry.entry_id)


@pytest.mark.usefixtures("coordinator")
async def test_changes_at_the_second(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    assert (state_of(hass, EAST), state_of(hass, EAST_NEXT)) == ("Show 1-24", "Show 1-25")
    await move_clock(hass, freezer, NOON + timedelta(minutes=29, seconds=59))
    assert (state_of(hass, EAST), state_of(hass, EAST_NEXT)) == ("Show 1-24", "Show 1-25")
    await move_clock(hass, freezer, NOON + timedelta(minutes=30))
    assert (state_of(hass, EAST), state_of(hass, EAST_NEXT)) == ("Show 1-25", "Show 1-26")


async def test_an_hour_of_writes(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    write_provider_files(folder, make_feed(hours=15 * 24))
    entry = make_entry(folder, guide_days=14)
    coordinator = await setup_integration(hass, entry)
    assert coordinator.data is not None
    assert coordinator.data.report.programmes == 4 * 14 * 48
    writes: dict[str, Counter[datetime]] = {}

    @callback
    def count(event: Event[Any]) -> None:
        writes.setdefault(event.data["entity_id"], Counter())[dt_util.utcnow()] += 1

    hass.bus.async_listen(EVENT_STATE_CHANGED, count)
    hass.bus.async_listen(EVENT_STATE_REPORTED, count, event_filter=callback(lambda _: True))
    for step in range(1, 2 * 60 + 1):
        await move_clock(hass, freezer, NOON + timedelta(seconds=30 * step))
        if step == 80:
            await coordinator.async_refresh_feed(Cause.BUTTON)
    boundaries = [NOON + timedelta(minutes=30), NOON + timedelta(minutes=60)]
    refresh = NOON + timedelta(minutes=40)
    assert {time for times in writes.values() for time in times} == {*boundaries, refresh}
    # One for the boundary itself, and one by which a calendar makes sure of it.
    assert writes[EAST] == {boundaries[0]: 1, boundaries[1]: 1, refresh: 2}
    # The refresh brought nothing new.
    calendar = writes["calendar.toonami_aftermath_east_guide"]
    assert set(calendar) == {*boundaries}
    assert max(calendar.values()) <= 3


async def test_end_of_the_guide(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await move_clock(hass, freezer, NOON + timedelta(days=8))
    assert state_of(hass, EAST) == "unknown"
    assert state_of(hass, EAST_NEXT) == "unknown"
    state = hass.states.get(EAST)
    assert state is not None
    assert "title" not in state.attributes
    assert "entity_picture" not in state.attributes


async def test_new_channel_comes_by_itself(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    device_registry: dr.DeviceRegistry,
) -> None:
    kids = replace(
        KNOWN[0], key="", number=1, guide_id="kids", name="Kids Central", slug="kids", aliases=()
    )
    write_provider_files(folder, make_feed(channels=(*KNOWN, kids)))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done()
    assert state_of(hass, "sensor.kids_central_now_playing") == "Show 1-24"
    assert hass.states.get("calendar.kids_central_guide") is not None
    devices = dr.async_entries_for_config_entry(device_registry, "home")
    assert {(DOMAIN, "other_kids_central")} in [device.identifiers for device in devices]


async def test_device_of_a_channel_that_vanishes_goes_and_comes_back(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def devices() -> dict[str, dr.DeviceEntry]:
        return {one.id: one for one in dr.async_entries_for_config_entry(device_registry, "home")}

    before = devices()
    (east,) = (key for key, one in before.items() if one.name == "Toonami Aftermath East")
    device_registry.async_update_device(east, name_by_user="Mine")
    entity_registry.async_update_entity(EAST_NEXT, disabled_by=er.RegistryEntryDisabler.USER)

    write_provider_files(folder, make_feed(channels=KNOWN[1:]))
    for _ in range(2):
        await coordinator.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done()
    assert state_of(hass, EAST) == "Show 1-24"
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done()
    assert devices().keys() == before.keys() - {east}
    assert entity_registry.async_get(EAST) is None
    assert hass.states.get(EAST) is None
    assert hass.states.get("calendar.toonami_aftermath_east_guide") is None
    assert state_of(hass, "sensor.toonami_aftermath_west_now_playing") == "Show 2-24"

    write_provider_files(folder, make_feed())
    for _ in range(2):
        await coordinator.async_refresh_feed(Cause.BUTTON)
        await hass.async_block_till_done()
    assert devices().keys() == before.keys()
    assert devices()[east].name_by_user == "Mine"
    assert state_of(hass, EAST) == "Show 1-24"
    assert state_of(hass, "calendar.toonami_aftermath_east_guide") == "on"
    assert hass.states.get(EAST_NEXT) is None
    disabled = entity_registry.async_get(EAST_NEXT)
    assert disabled
    assert disabled.disabled_by is er.RegistryEntryDisabler.USER
    assert "does not generate unique IDs" not in caplog.text


async def test_renamed_entity_stays_the_only_one(
    hass: HomeAssistant,
    coordinator: DownlinkCoordinator,
    entity_registry: er.EntityRegistry,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entity_registry.async_update_entity(EAST, new_entity_id="sensor.east")
    entity_registry.async_update_entity(EAST_NEXT, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()
    await move_clock(hass, freezer, NOON + timedelta(minutes=30))
    assert state_of(hass, "sensor.east") == "Show 1-25"
    assert hass.states.get(EAST) is None
    assert hass.states.get(EAST_NEXT) is None
    assert "does not generate unique IDs" not in caplog.text


@pytest.mark.usefixtures("all_entities_enabled")
async def test_no_feed_yet(hass: HomeAssistant, folder: Path) -> None:
    (folder / "index.m3u").unlink()
    await setup_integration(hass, make_entry(folder))
    for key in ("last_refresh", "channels", "programmes", "guide_until"):
        assert state_of(hass, f"sensor.toonami_downlink_{key}") == "unknown"
    assert state_of(hass, "sensor.toonami_downlink_next_refresh") == "2026-11-24T12:01:00+00:00"


async def test_failure_leaves_everything_available(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    record = await coordinator.async_refresh_feed(Cause.BUTTON)
    assert record.error == "provider_failed"
    assert state_of(hass, EAST) == "Show 1-24"
    assert state_of(hass, "sensor.toonami_downlink_channels") == "7"


# What is followed

NEXT_FOLLOWED = "sensor.toonami_downlink_next_followed"


async def test_next_followed(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    follows = async_follows(hass)
    assert follows
    assert state_of(hass, NEXT_FOLLOWED) == "unknown"
    later = await follows.async_add(FollowKind.SHOW, "Show 2-30")
    await follows.async_add(FollowKind.WORDS, "Show", "mtv97")
    assert state_of(hass, NEXT_FOLLOWED) == "Show 2-30"
    await follows.async_add(FollowKind.SHOW, "show 1 - 26")
    state = hass.states.get(NEXT_FOLLOWED)
    assert state is not None
    assert state.state == "Show 1-26"
    assert {name: state.attributes[name] for name in ("channel", "start", "stop")} == {
        "channel": "Toonami Aftermath East",
        "start": NOON + timedelta(hours=1),
        "stop": NOON + timedelta(hours=1.5),
    }
    await move_clock(hass, freezer, NOON + timedelta(minutes=59, seconds=59))
    assert state_of(hass, NEXT_FOLLOWED) == "Show 1-26"
    await move_clock(hass, freezer, NOON + timedelta(hours=1))
    assert state_of(hass, NEXT_FOLLOWED) == "Show 2-30"
    await follows.async_see(follows.showings[-1].identity)
    assert state_of(hass, NEXT_FOLLOWED) == "unknown"
    await follows.async_remove(later.identity)
    state = hass.states.get(NEXT_FOLLOWED)
    assert state is not None
    assert "channel" not in state.attributes


async def test_next_followed_after_a_refresh(
    hass: HomeAssistant, folder: Path, coordinator: DownlinkCoordinator
) -> None:
    follows = async_follows(hass)
    assert follows
    await follows.async_add(FollowKind.SHOW, "Other 1-40")
    assert state_of(hass, NEXT_FOLLOWED) == "unknown"
    write_provider_files(folder, make_feed(show="Other"))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, NEXT_FOLLOWED) == "Other 1-40"
