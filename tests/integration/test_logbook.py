"""The activity log: a line for each refresh."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Event, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.toonami_downlink.const import EVENT_REFRESH
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.logbook import async_describe_events

from .factories import FAILING_COMMAND, NOON, copy_command
from .harness import move_clock, set_provider_command

type Describe = Callable[[Event[Any]], dict[str, Any]]


@pytest.fixture
def describe(hass: HomeAssistant) -> Describe:
    described: dict[tuple[str, str], Describe] = {}

    def register(domain: str, event: str, describe: Describe) -> None:
        described[(domain, event)] = describe

    async_describe_events(hass, register)
    assert list(described) == [("toonami_downlink", EVENT_REFRESH)]
    return described[("toonami_downlink", EVENT_REFRESH)]


async def test_lines(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    describe: Describe,
    freezer: FrozenDateTimeFactory,
) -> None:
    events = async_capture_events(hass, EVENT_REFRESH)
    await coordinator.async_refresh_feed(Cause.SERVICE)
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    set_provider_command(hass, coordinator, copy_command(folder))
    await move_clock(hass, freezer, NOON + timedelta(minutes=2))
    await move_clock(hass, freezer, NOON + timedelta(days=1))
    lines = [describe(event) for event in events]
    assert {line["name"] for line in lines} == {"Toonami Downlink Refresh"}
    assert {line["entity_id"] for line in lines} == {"event.toonami_downlink_refresh"}
    assert [line["message"] for line in lines] == [
        "succeeded (by an action): 7 channels, 384 programmes",
        "failed (by button). The provider failed",
        "works again (next try): 7 channels, 384 programmes; failures before that: 1",
        "was missed at 2026-11-25 03:00, and runs now",
        "succeeded (catching up): 7 channels, 192 programmes",
    ]


@pytest.mark.parametrize("cause", Cause)
async def test_every_cause_has_words(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, describe: Describe, cause: Cause
) -> None:
    events = async_capture_events(hass, EVENT_REFRESH)
    await coordinator.async_refresh_feed(cause)
    message = describe(events[0])["message"]
    assert "state_attributes" not in message
    assert message.startswith("succeeded (")
