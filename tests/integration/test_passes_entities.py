"""The device of each pass: it comes and goes with it, and shows who watches with it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.button import DOMAIN as BUTTON_DOMAIN, SERVICE_PRESS
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    mock_restore_cache_with_extra_data,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink import async_remove_config_entry_device
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.passes import MAX_NAME

from .harness import NOW, Harness, setup_integration, state_of
from .relayed import open_relayed
from .upstream import Upstream

WATCHING = "sensor.tablet_watching"
LAST_SEEN = "sensor.tablet_last_seen"
END = "button.tablet_end"
CONNECT = "event.tablet_connection"
ENTITIES = {WATCHING, LAST_SEEN, END, CONNECT}


def make(name: str = "Tablet", **data: Any) -> ConfigSubentry:
    return ConfigSubentry(
        data=MappingProxyType(data),
        subentry_type="pass",
        title=name,
        unique_id=None,
        subentry_id=f"pass-of-{name}"[:26],
    )


async def add(
    hass: HomeAssistant, entry: MockConfigEntry, name: str = "Tablet", **data: Any
) -> ConfigSubentry:
    """Let a pass come while the entry is loaded."""
    subentry = make(name, **data)
    hass.config_entries.async_add_subentry(entry, subentry)
    await hass.async_block_till_done()
    return subentry


async def change(
    hass: HomeAssistant, entry: MockConfigEntry, subentry: ConfigSubentry, **values: Any
) -> None:
    hass.config_entries.async_update_subentry(entry, subentry, **values)
    await hass.async_block_till_done()


def device_of(hass: HomeAssistant, subentry: ConfigSubentry) -> dr.DeviceEntry | None:
    identifier = DOMAIN, f"pass_{subentry.subentry_id}"
    return dr.async_get(hass).async_get_device_by_identifier(identifier, "home")


def shown(hass: HomeAssistant) -> set[str]:
    """Return the entities of devices with passes that have a state."""
    return {state.entity_id for state in hass.states.async_all() if "tablet" in state.entity_id}


async def press(hass: HomeAssistant) -> None:
    target = {ATTR_ENTITY_ID: END}
    await hass.services.async_call(BUTTON_DOMAIN, SERVICE_PRESS, target, blocking=True)
    await hass.async_block_till_done()


async def test_a_device_comes_with_its_pass(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: DownlinkCoordinator
) -> None:
    subentry = await add(hass, entry)

    assert entry.runtime_data is coordinator
    device = device_of(hass, subentry)
    assert device is not None
    assert (device.name, device.entry_type) == ("Tablet", dr.DeviceEntryType.SERVICE)
    assert device.config_subentry_id == subentry.subentry_id
    registry = dr.async_get(hass)
    station = registry.async_get_device_by_identifier((DOMAIN, "home"), "home")
    assert station is not None
    assert device.via_device_id == station.id
    found = er.async_entries_for_device(er.async_get(hass), device.id, True)
    assert {one.entity_id for one in found} == ENTITIES
    assert {one.config_subentry_id for one in found} == {subentry.subentry_id}
    assert [one.entity_id for one in found if one.disabled] == [CONNECT]
    assert {name: state_of(hass, name).state for name in shown(hass)} == {
        WATCHING: "none",
        LAST_SEEN: STATE_UNKNOWN,
        END: STATE_UNKNOWN,
    }


async def test_it_goes_with_its_pass(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: DownlinkCoordinator
) -> None:
    subentry, other = await add(hass, entry), await add(hass, entry, "Phone")
    before = shown(hass)

    assert hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done()

    assert len(before) == 3
    assert shown(hass) == set()
    assert device_of(hass, subentry) is None
    assert device_of(hass, other) is not None
    assert state_of(hass, "sensor.phone_watching").state == "none"
    assert entry.runtime_data is coordinator
    # One of the same name may come, with nothing of the one that was.
    await add(hass, entry)
    assert shown(hass) == before


async def test_it_stays_when_channels_go(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: DownlinkCoordinator
) -> None:
    """Devices of channels are removed when they leave the feed; this is none."""
    subentry = await add(hass, entry, channels=["gone"])
    coordinator.async_update_listeners()
    device = device_of(hass, subentry)
    assert device is not None
    assert not await async_remove_config_entry_device(hass, entry, device)


async def test_its_name(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: DownlinkCoordinator
) -> None:
    subentry = await add(hass, entry)
    name = "<b>{0}</b> %s 📺".ljust(MAX_NAME, "x")
    await change(hass, entry, subentry, title=name)
    device = device_of(hass, subentry)
    assert device is not None
    assert device.name == name
    dr.async_get(hass).async_update_device(device.id, name_by_user="My own")
    await change(hass, entry, subentry, title="Phone")
    device = device_of(hass, subentry)
    assert device is not None
    assert (device.name, device.name_by_user) == ("Phone", "My own")
    assert entry.runtime_data is coordinator


@pytest.mark.usefixtures("coordinator")
async def test_one_that_cannot_be_read(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    subentry = await add(hass, entry)
    await change(hass, entry, subentry, data={"channels": "all"})
    assert {state_of(hass, name).state for name in shown(hass)} == {STATE_UNAVAILABLE}
    await change(hass, entry, subentry, data={})
    assert state_of(hass, WATCHING).state == "none"
    assert len(shown(hass)) == 3


@pytest.mark.usefixtures("coordinator")
async def test_an_entity_that_was_deleted_comes_back(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    subentry = await add(hass, entry)
    er.async_get(hass).async_remove(WATCHING)
    await hass.async_block_till_done()
    assert WATCHING not in shown(hass)
    await change(hass, entry, subentry, data={"recordings": False})
    assert WATCHING in shown(hass)


@pytest.mark.usefixtures("all_entities_enabled")
async def test_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """Entities, device and secrets are the same ones; when it was seen is still known."""
    seen = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
    stored = {
        "native_value": {"__type": str(datetime), "isoformat": seen.isoformat()},
        "native_unit_of_measurement": None,
    }
    mock_restore_cache_with_extra_data(hass, [(State(LAST_SEEN, seen.isoformat()), stored)])
    coordinator = await setup_integration(hass, entry)
    subentry = await add(hass, entry)
    assert state_of(hass, LAST_SEEN).state == seen.isoformat()
    secrets = coordinator.credentials.of(subentry.subentry_id)
    before = shown(hass), device_of(hass, subentry)

    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()

    assert (shown(hass), device_of(hass, subentry)) == before
    assert shown(hass) == ENTITIES
    assert entry.runtime_data is not coordinator
    assert entry.runtime_data.credentials.of(subentry.subentry_id) == secrets
    entry.runtime_data.passes.note(subentry.subentry_id)
    assert state_of(hass, LAST_SEEN).state == "2026-11-24T12:00:00+00:00"


async def test_nonsense_was_stored(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    stored = {"native_value": "yesterday", "native_unit_of_measurement": None}
    mock_restore_cache_with_extra_data(hass, [(State(LAST_SEEN, "yesterday"), stored)])
    await setup_integration(hass, entry)
    await add(hass, entry)
    assert state_of(hass, LAST_SEEN).state == STATE_UNKNOWN


@pytest.mark.usefixtures("all_entities_enabled")
async def test_connected(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    passes = (await setup_integration(hass, entry)).passes
    one, other = await add(hass, entry), await add(hass, entry, "Phone")
    times = []
    for minutes in (0, 1, 60, 119, 179):
        freezer.move_to(NOW + timedelta(minutes=minutes))
        passes.note(one.subentry_id)
        times.append(state_of(hass, CONNECT).state[11:16])
    assert times == ["12:10", "12:10", "12:10", "12:10", "15:09"]
    assert state_of(hass, CONNECT).attributes["event_type"] == "connected"
    assert state_of(hass, "event.phone_connection").state == STATE_UNKNOWN
    passes.note(other.subentry_id)
    assert state_of(hass, "event.phone_connection").state[11:16] == "15:09"


@pytest.mark.usefixtures("all_entities_enabled")
async def test_connected_after_a_clock_that_was_wrong(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    passes = (await setup_integration(hass, entry)).passes
    one = await add(hass, entry)
    changes = []
    for hours in (0, 10_000, 1, 1.5, 3):
        before = state_of(hass, CONNECT).state
        freezer.move_to(NOW + timedelta(hours=hours))
        passes.note(one.subentry_id)
        changes.append(state_of(hass, CONNECT).state != before)
    assert changes == [True, True, False, False, True]


@pytest.mark.usefixtures("all_entities_enabled")
async def test_nobody_connects_because_of_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await setup_integration(hass, entry)
    one = await add(hass, entry)
    # Who keeps this need not keep the sensor, which knows it as well.
    er.async_get(hass).async_update_entity(LAST_SEEN, disabled_by=er.RegistryEntryDisabler.USER)
    times = []
    for minutes in (0, 1, 60, 120):
        freezer.move_to(NOW + timedelta(minutes=minutes))
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done()
        entry.runtime_data.passes.note(one.subentry_id)
        times.append(state_of(hass, CONNECT).state[11:16])
    assert times == ["12:10", "12:10", "12:10", "14:10"]


@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("seen", ["yesterday", "2026-11-24T12:00:00", 7, None])
async def test_nonsense_was_stored_of_a_connection(
    hass: HomeAssistant, entry: MockConfigEntry, seen: Any
) -> None:
    stored = {"last_event_type": "watching", "last_event_attributes": {}, "seen": seen}
    before = State(CONNECT, "2026-11-24T12:00:00.000+00:00")
    mock_restore_cache_with_extra_data(hass, [(before, stored)])
    coordinator = await setup_integration(hass, entry)
    one = await add(hass, entry)
    assert state_of(hass, CONNECT).attributes["event_type"] == "watching"
    coordinator.passes.note(one.subentry_id)
    assert state_of(hass, CONNECT).attributes["event_type"] == "connected"


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
async def relayed(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    upstream: Upstream,
    all_entities_enabled: None,
) -> AsyncIterator[Harness]:
    harness = await open_relayed(hass, hass_client_no_auth, upstream)
    yield harness
    await harness.coordinator.streams.async_stop_all()


async def watch(harness: Harness, number: int, subentry: ConfigSubentry | None = None) -> int:
    """Ask for a channel with a pass, or with the secrets of the house."""
    store = harness.coordinator.credentials
    credentials = store.of(subentry.subentry_id) if subentry else store
    assert credentials
    path = f"/api/{DOMAIN}/{credentials.feed_token}/stream/{number}.m3u8"
    response = await harness.client.get(path, headers={"User-Agent": "TiviMate/5"})
    await harness.hass.async_block_till_done()
    return response.status


async def test_watching(hass: HomeAssistant, relayed: Harness) -> None:
    tablet, phone = await add(hass, relayed.entry), await add(hass, relayed.entry, "Phone")
    east, west = relayed.publication.feed.channels[:2]
    assert await watch(relayed, 1) == 200
    assert state_of(hass, WATCHING).state == "none"
    assert "player" not in state_of(hass, WATCHING).attributes

    events: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        assert state
        events.append(state.attributes["event_type"])

    async_track_state_change_event(hass, CONNECT, note)
    assert await watch(relayed, 1, tablet) == 200
    assert await watch(relayed, 1, phone) == 200

    state = state_of(hass, WATCHING)
    assert state.state == east.name
    session = relayed.coordinator.passes.watching(tablet.subentry_id)[0]
    told = {name: state.attributes[name] for name in ("since", "address", "player")}
    assert told == {
        "since": session.viewer.since,
        "address": "127.0.0.1",
        "player": "TiviMate",
    }
    # First that it is there, then what it watches.
    assert events == ["connected", "watching"]
    event = state_of(hass, CONNECT)
    assert event.attributes["event_type"] == "watching"
    assert event.attributes["channel"] == east.name
    assert event.attributes["player"] == "TiviMate"
    assert state_of(hass, LAST_SEEN).state != STATE_UNKNOWN

    assert await watch(relayed, 2, tablet) == 200
    assert state_of(hass, WATCHING).state == west.name, "what was begun last"
    assert state_of(hass, CONNECT).attributes["channel"] == west.name

    await press(hass)

    assert state_of(hass, WATCHING).state == "none"
    assert state_of(hass, "sensor.phone_watching").state == east.name
    assert {one.watcher.identity for one in relayed.coordinator.streams.sessions} == {
        "home",
        phone.subentry_id,
    }
    assert await watch(relayed, 1, tablet) == 403, "it may come back after a minute"
    assert await watch(relayed, 1, phone) == 200
    await press(hass)  # nothing is left to end


async def test_a_channel_that_leaves_the_feed(hass: HomeAssistant, relayed: Harness) -> None:
    tablet = await add(hass, relayed.entry)
    assert await watch(relayed, 1, tablet) == 200
    relayed.coordinator.data = None
    await add(hass, relayed.entry, "Phone")
    assert state_of(hass, WATCHING).state == "toonami_east"
