"""The activity, with the real recorder: what one refresh leaves there."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause

from .factories import FAILING_COMMAND, NOON, copy_command
from .harness import move_clock, set_provider_command, setup_integration

EVENT = "event.toonami_downlink_refresh"
BUTTON = "button.toonami_downlink_refresh"
PROBLEM = "binary_sensor.toonami_downlink_refresh_problem"


@pytest.fixture(autouse=True)
def auto_enable_custom_integrations(recorder_mock: Any, enable_custom_integrations: None) -> None:
    """Let the recorder be there first, as it wants to be."""


async def lines(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, since: datetime
) -> list[dict[str, Any]]:
    """Return what the activity shows, beside the programmes of the channels."""
    await hass.async_block_till_done(wait_background_tasks=True)
    await async_wait_recording_done(hass)
    socket = await hass_ws_client(hass)
    await socket.send_json_auto_id(
        {
            "type": "logbook/get_events",
            "start_time": since.isoformat(),
            "end_time": (since + timedelta(hours=1)).isoformat(),
        }
    )
    found = (await socket.receive_json())["result"]
    return [line for line in found if "toonami_downlink" in line.get("entity_id", "")]


@pytest.fixture(name="coordinator")
async def set_up(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> DownlinkCoordinator:
    # The front end is not installed here; the activity only wants to be in its side bar.
    hass.config.components.add("frontend")
    assert await async_setup_component(hass, "logbook", {})
    hass.config.components.remove("frontend")
    coordinator = await setup_integration(hass, entry)
    await move_clock(hass, freezer, NOON + timedelta(minutes=5))
    return coordinator


def causes(line: dict[str, Any]) -> dict[str, Any]:
    """Return what a line says of who or what is behind it."""
    return {name: value for name, value in line.items() if name.startswith("context_")}


async def test_a_refresh_that_nobody_asked_for(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, hass_ws_client: WebSocketGenerator
) -> None:
    await coordinator.async_refresh_feed(Cause.SCHEDULE)

    (line,) = await lines(hass, hass_ws_client, NOON + timedelta(minutes=4))

    assert (line["entity_id"], line["attributes"]) == (EVENT, {"event_type": "succeeded"})
    assert causes(line) == {}


@pytest.mark.parametrize("way", ["panel", "action", "button"])
@pytest.mark.usefixtures("coordinator")
async def test_a_refresh_that_somebody_asked_for(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, hass_admin_user: MockUser, way: str
) -> None:
    called = {"context_event_type": "call_service"}
    if way == "panel":
        socket = await hass_ws_client(hass)
        await socket.send_json_auto_id({"type": "toonami_downlink/refresh"})
        assert (await socket.receive_json())["success"]
        called = {}
    else:
        domain, action, data = {
            "action": ("toonami_downlink", "refresh", {}),
            "button": ("button", "press", {"entity_id": BUTTON}),
        }[way]
        context = Context(user_id=hass_admin_user.id)
        await hass.services.async_call(domain, action, data, blocking=True, context=context)
        called |= {"context_domain": domain, "context_service": action}

    shown = await lines(hass, hass_ws_client, NOON + timedelta(minutes=4))

    (line,) = (line for line in shown if line["entity_id"] != BUTTON)
    assert (line["entity_id"], line["attributes"]) == (EVENT, {"event_type": "succeeded"})
    assert causes(line) == called | {"context_user_id": hass_admin_user.id}


async def test_an_outage(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    hass_ws_client: WebSocketGenerator,
    freezer: FrozenDateTimeFactory,
) -> None:
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await coordinator.async_refresh_feed(Cause.SCHEDULE)
    set_provider_command(hass, coordinator, copy_command(folder))
    freezer.tick(1)
    await coordinator.async_refresh_feed(Cause.RETRY)

    shown = await lines(hass, hass_ws_client, NOON + timedelta(minutes=4))

    assert [line["attributes"]["event_type"] for line in shown if line["entity_id"] == EVENT] == [
        "failed",
        "recovered",
    ]
    # That there is a problem, and that there is none any more, are states of their own.
    assert {line["entity_id"] for line in shown} == {EVENT, PROBLEM}
    assert [causes(line) for line in shown] == [{}] * 4
