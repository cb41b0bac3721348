"""The event entity: what it is told, in which order, and what goes on the bus with it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.toonami_downlink.const import EVENT_REFRESH
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause

from .factories import FAILING_COMMAND, NOON, copy_command
from .harness import move_clock, set_provider_command, setup_integration

ENTITY = "event.toonami_downlink_refresh"


class Heard(list[dict[str, Any]]):
    """The attributes of the entity at each event, without those that never change."""

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__()
        async_track_state_change_event(hass, ENTITY, self._on_event)

    @callback
    def _on_event(self, event: Event[Any]) -> None:
        attributes = dict(event.data["new_state"].attributes)
        del attributes["event_types"], attributes["friendly_name"]
        attributes.pop("duration", None)
        self.append(attributes)

    @property
    def kinds(self) -> list[str]:
        return [attributes["event_type"] for attributes in self]


async def test_failed_succeeded_and_recovered(
    hass: HomeAssistant, folder: Path, coordinator: DownlinkCoordinator
) -> None:
    heard = Heard(hass)
    lines = async_capture_events(hass, EVENT_REFRESH)
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await coordinator.async_refresh_feed(Cause.SERVICE)
    set_provider_command(hass, coordinator, copy_command(folder))
    await coordinator.async_refresh_feed(Cause.PANEL)
    await coordinator.async_refresh_feed(Cause.PANEL)
    await hass.async_block_till_done()
    assert heard.kinds == ["failed", "failed", "recovered", "succeeded"]
    failed = heard[1]
    assert failed == {
        "event_type": "failed",
        "cause": "service",
        "error": "provider_failed",
        "consecutive_failures": 2,
    }
    assert heard[2] == {
        "event_type": "recovered",
        "cause": "panel",
        "channels": 7,
        "programmes": 4 * 2 * 48,
        "consecutive_failures": 2,
    }
    assert [line.data["type"] for line in lines] == heard.kinds
    assert {line.data["entity_id"] for line in lines} == {ENTITY}


@pytest.mark.usefixtures("coordinator")
async def test_missed(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    heard = Heard(hass)
    await move_clock(hass, freezer, NOON + timedelta(days=2))
    assert heard.kinds == ["missed", "succeeded"]
    assert heard[0] == {"event_type": "missed", "scheduled": "2026-11-26T03:00:00+00:00"}
    assert heard[1]["cause"] == "missed"


async def test_missed_while_away(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await setup_integration(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    freezer.move_to(NOON + timedelta(days=1))
    heard = Heard(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [kind for kind in heard.kinds if kind][-2:] == ["missed", "succeeded"]


async def test_disabled_entity_does_not_silence_the_bus(
    hass: HomeAssistant, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    coordinator = await setup_integration(hass, entry)
    entity_registry.async_update_entity(ENTITY, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.config_entries.async_reload(entry.entry_id)
    coordinator = entry.runtime_data
    lines = async_capture_events(hass, EVENT_REFRESH)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert [line.data["type"] for line in lines] == ["succeeded"]
    assert hass.states.get(ENTITY) is None
