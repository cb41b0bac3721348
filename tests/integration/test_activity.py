"""The activity, with the real recorder: what one refresh leaves there."""

from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.toonami_downlink.engine.downlink.models import Cause

from .factories import NOON
from .harness import move_clock, setup_integration

EVENT = "event.toonami_downlink_refresh"


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


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        pytest.param(Cause.PANEL, "from the panel", id="panel"),
        pytest.param(Cause.SCHEDULE, "on schedule", id="schedule"),
        pytest.param(Cause.REPAIR, "from a repair", id="repair"),
    ],
)
async def test_one_refresh(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
    cause: Cause,
    words: str,
) -> None:
    """One line of ours; the one that Home Assistant writes for the entity names it as its cause."""
    # The front end is not installed here; the activity only wants to be in its side bar.
    hass.config.components.add("frontend")
    assert await async_setup_component(hass, "logbook", {})
    hass.config.components.remove("frontend")
    coordinator = await setup_integration(hass, entry)
    await move_clock(hass, freezer, NOON + timedelta(minutes=5))
    await coordinator.async_refresh_feed(cause)

    shown = await lines(hass, hass_ws_client, NOON + timedelta(minutes=4))

    said = f"succeeded ({words}): 7 channels, 384 programmes"
    assert [line["message"] for line in shown if "message" in line] == [said]
    (entity,) = (line for line in shown if "message" not in line)
    assert (entity["entity_id"], entity["context_message"]) == (EVENT, said)
