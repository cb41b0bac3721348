"""The blueprints: Home Assistant takes them, and they do what they say."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import Event, HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events, async_mock_service

from custom_components.toonami_downlink.const import DOMAIN, REPOSITORY
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause

from .factories import FAILING_COMMAND, MIDNIGHT, NOON, copy_command
from .harness import move_clock, set_provider_command

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "blueprints" / "automation" / DOMAIN
BLUEPRINTS = sorted(path.name for path in FOLDER.glob("*.yaml"))
EAST = "calendar.toonami_aftermath_east_guide"


@pytest.fixture
async def installed(hass: HomeAssistant) -> AsyncIterator[None]:
    """Put the blueprints where an import puts them; switch what was made of them off."""
    shutil.copytree(FOLDER, hass.config.path("blueprints", "automation", DOMAIN))
    yield
    made = hass.states.async_entity_ids("automation")
    await hass.services.async_call("automation", "turn_off", {"entity_id": made}, blocking=True)


async def automate(hass: HomeAssistant, blueprint: str, **inputs: Any) -> None:
    """Make an automation from a blueprint."""
    use = {"path": f"{DOMAIN}/{blueprint}.yaml", "input": inputs}
    config = {"automation": [{"id": blueprint, "alias": blueprint, "use_blueprint": use}]}
    assert await async_setup_component(hass, "automation", config)
    await hass.async_block_till_done()
    state = hass.states.get(f"automation.{blueprint}")
    assert state is not None
    assert state.state == "on"


def say(event: str, *variables: str) -> list[dict[str, Any]]:
    """Return an action that fires an event with these variables."""
    data = {name: f"{{{{ {name} }}}}" for name in variables}
    return [{"event": event, "event_data": data}]


def said(events: list[Event[Any]]) -> list[dict[str, Any]]:
    return [dict(event.data) for event in events]


def test_there_are_some() -> None:
    assert BLUEPRINTS == ["programme_start.yaml", "refresh_problem.yaml", "weekly_guide.yaml"]


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_schema(name: str) -> None:
    data = load_yaml_dict(str(FOLDER / name))
    blueprint = Blueprint(
        data, path=name, expected_domain="automation", schema=AUTOMATION_BLUEPRINT_SCHEMA
    )
    assert blueprint.validate() is None
    assert blueprint.name.startswith("Toonami Downlink: ")
    assert blueprint.metadata["source_url"] == (
        f"{REPOSITORY}/blob/main/blueprints/automation/{DOMAIN}/{name}"
    )
    for key, item in blueprint.inputs.items():
        assert item["name"], key
        assert item["description"], key
        assert item["selector"], key


@pytest.mark.usefixtures("installed")
async def test_refresh_problem(
    hass: HomeAssistant, folder: Path, coordinator: DownlinkCoordinator
) -> None:
    told = async_capture_events(hass, "told")
    await automate(
        hass,
        "refresh_problem",
        refresh_event="event.toonami_downlink_refresh",
        failures=2,
        failed_actions=say("told", "title", "message"),
        recovered_actions=say("told", "title", "message"),
    )
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    for _ in range(4):
        await coordinator.async_refresh_feed(Cause.BUTTON)
        await hass.async_block_till_done()
    assert said(told) == [
        {
            "title": "Toonami Downlink cannot be refreshed",
            "message": "2 refreshes in a row have failed. The provider failed.",
        }
    ]
    set_provider_command(hass, coordinator, copy_command(folder))
    for _ in range(2):
        await coordinator.async_refresh_feed(Cause.BUTTON)
        await hass.async_block_till_done()
    assert said(told)[1:] == [
        {
            "title": "Toonami Downlink works again",
            "message": "The feed was refreshed after 4 failures in a row.",
        }
    ]


@pytest.mark.usefixtures("installed")
async def test_a_single_failure_is_not_worth_a_word(
    hass: HomeAssistant, folder: Path, coordinator: DownlinkCoordinator
) -> None:
    shown = async_mock_service(hass, "persistent_notification", "create")
    dismissed = async_mock_service(hass, "persistent_notification", "dismiss")
    await automate(hass, "refresh_problem", refresh_event="event.toonami_downlink_refresh")
    for times in (1, 3):
        set_provider_command(hass, coordinator, FAILING_COMMAND)
        for _ in range(times):
            await coordinator.async_refresh_feed(Cause.BUTTON)
        set_provider_command(hass, coordinator, copy_command(folder))
        await coordinator.async_refresh_feed(Cause.BUTTON)
        await hass.async_block_till_done()
        assert len(shown) == len(dismissed) == (times == 3)


@pytest.mark.usefixtures("installed", "coordinator")
async def test_programme_start(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    told = async_capture_events(hass, "told")
    played = async_mock_service(hass, "media_player", "play_media")
    await automate(
        hass,
        "programme_start",
        guide=EAST,
        titles=["Bebop", "SHOW 1-27"],
        announcement=say("told", "title", "episode", "channel", "link"),
        screen={
            "entity_id": "media_player.living_room",
            "media_content_id": "media-source://toonami_downlink/1",
            "media_content_type": "application/vnd.apple.mpegurl",
        },
    )
    for minutes in range(0, 121, 10):
        await move_clock(hass, freezer, NOON + timedelta(minutes=minutes, seconds=1))
    start = NOON + timedelta(minutes=90)
    assert said(told) == [
        {
            "title": "Show 1-27",
            "episode": "S02E28 Part 27",
            "channel": "Toonami Aftermath East",
            "link": f"/toonami-downlink/guide/1/{int(start.timestamp())}",
        }
    ]
    assert [media_of(call) for call in played] == [
        (["media_player.living_room"], "media-source://toonami_downlink/1")
    ]


def media_of(call: ServiceCall) -> tuple[Any, Any]:
    media = call.data.get("media", call.data)
    return call.data["entity_id"], media["media_content_id"]


@pytest.mark.usefixtures("installed", "coordinator")
async def test_programme_is_announced_only(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    told = async_capture_events(hass, "told")
    played = async_mock_service(hass, "media_player", "play_media")
    await automate(
        hass,
        "programme_start",
        guide=EAST,
        titles=["show 1-26"],
        offset="-00:05:00",
        announcement=say("told", "title"),
    )
    for minutes in range(0, 55, 6):
        await move_clock(hass, freezer, NOON + timedelta(minutes=minutes, seconds=1))
    assert said(told) == []
    await move_clock(hass, freezer, NOON + timedelta(minutes=55, seconds=1))
    assert said(told) == [{"title": "Show 1-26"}]
    assert played == []


@pytest.mark.usefixtures("installed", "coordinator")
@pytest.mark.parametrize(
    ("inputs", "lines"),
    [
        pytest.param(
            {"titles": ["show 1-50", "Part 1", "SHOW 3-49"]},
            [
                "Wed 00:30 Show 3-49: Part 49 (Snickelodeon East)",
                "Wed 01:00 Show 1-50: Part 50 (Toonami Aftermath East)",
            ],
            id="all channels",
        ),
        pytest.param(
            {"titles": ["-60"], "channels": ["Snickelodeon East", "4"]},
            [
                "Wed 06:00 Show 3-60: Part 60 (Snickelodeon East)",
                "Wed 06:00 Show 4-60: Part 60 (Snickelodeon West)",
            ],
            id="some channels",
        ),
        pytest.param({"titles": ["Bebop"]}, None, id="nothing to tell"),
    ],
)
async def test_weekly_guide(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    inputs: dict[str, Any],
    lines: list[str] | None,
) -> None:
    told = async_capture_events(hass, "told")
    await automate(
        hass,
        "weekly_guide",
        weekdays=["tue"],
        at="20:00:00",
        actions=say("told", "title", "message"),
        **inputs,
    )
    await move_clock(hass, freezer, MIDNIGHT + timedelta(hours=20))
    assert said(told) == (
        [{"title": "On Toonami Aftermath", "message": "\n".join(lines)}] if lines else []
    )
    await move_clock(hass, freezer, MIDNIGHT + timedelta(days=1, hours=20))
    assert len(told) == bool(lines)
