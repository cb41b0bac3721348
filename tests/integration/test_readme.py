"""The automations in README and docs: whoever copies one gets what is written above it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause

from .factories import FAILING_COMMAND, MIDNIGHT, NOON
from .harness import move_clock, set_provider_command

ROOT = Path(__file__).parents[2]
TEXTS = [
    path.read_text("utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
]
EXAMPLES = [
    example
    for text in TEXTS
    for example in re.findall(r"^([^\n]+):\n\n```yaml\n(.*?)```$", text, re.DOTALL | re.MULTILINE)
]


@pytest.fixture
async def ending(hass: HomeAssistant) -> AsyncIterator[None]:
    """Switch off what was automated, so that no timer is left."""
    yield
    made = hass.states.async_entity_ids("automation")
    await hass.services.async_call("automation", "turn_off", {"entity_id": made}, blocking=True)


async def automate(hass: HomeAssistant, what: str, **replace: str) -> None:
    """Set up the example of that name, with some words replaced."""
    ((_, text),) = (example for example in EXAMPLES if what in example[0])
    for old, new in replace.items():
        text = text.replace(old.replace("_", " "), new)
    automation: Any = parse_yaml(text)
    assert await async_setup_component(
        hass, "automation", {"automation": {"alias": "example", **automation}}
    )
    await hass.async_block_till_done()
    assert (state := hass.states.get("automation.example"))
    assert state.state == "on"


def test_there_are_five() -> None:
    assert len(EXAMPLES) == sum(text.count("```yaml") for text in TEXTS) == 5


@pytest.mark.usefixtures("coordinator", "ending")
async def test_switch_on(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    played = async_mock_service(hass, "media_player", "play_media")
    await automate(hass, "Switch the television on", Outlaw_Star="Show 1-27")
    for minutes in range(0, 121, 10):
        await move_clock(hass, freezer, NOON + timedelta(minutes=minutes, seconds=1))
    assert [call.data["media_content_id"] for call in played] == [
        "media-source://toonami_downlink/1"
    ]
    assert played[0].data["entity_id"] == ["media_player.living_room"]


@pytest.mark.usefixtures("coordinator", "ending")
async def test_lights(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    dimmed = async_mock_service(hass, "light", "turn_on")
    await automate(hass, "Let the lights go down", Outlaw_Star="Show 1-27")
    for minutes in range(0, 121, 10):
        await move_clock(hass, freezer, NOON + timedelta(minutes=minutes, seconds=1))
    assert [call.data for call in dimmed] == [
        {"entity_id": ["light.living_room"], "brightness_pct": 10}
    ]


@pytest.mark.usefixtures("coordinator", "ending")
async def test_ten_minutes_before(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    told = async_mock_service(hass, "notify", "notify")
    await automate(hass, "Tell the telephone", Outlaw_Star="Show 1-27")
    when: list[int] = []
    for minutes in range(0, 121, 5):
        await move_clock(hass, freezer, NOON + timedelta(minutes=minutes, seconds=1))
        when += [minutes] * (len(told) - len(when))
    assert [call.data["message"] for call in told] == ["Show 1-27 in ten minutes"]
    assert when == [80]


@pytest.mark.usefixtures("ending")
async def test_failures(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
    told = async_mock_service(hass, "notify", "notify")
    await automate(hass, "three times in a row")
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    for _ in range(4):
        await coordinator.async_refresh_feed(Cause.BUTTON)
        await hass.async_block_till_done()
    assert [call.data["message"] for call in told] == ["Toonami: The provider failed"]


@pytest.mark.usefixtures("coordinator", "ending")
async def test_tonight(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    told = async_mock_service(hass, "notify", "notify")
    await automate(hass, "what is on tonight")
    await move_clock(hass, freezer, MIDNIGHT + timedelta(hours=18))
    (message,) = (call.data["message"].splitlines() for call in told)
    assert message[0] == "18:00 Show 1-36"
    assert message[-1] == "22:30 Show 1-45"
    assert len(message) == 10
