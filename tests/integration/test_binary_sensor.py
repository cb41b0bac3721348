"""Binary sensors: when there is a problem, and when it is over."""

from datetime import timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause

from .common import FAIL, NOON, home_entry, move, state_of, use_command
from .homes import copying_command, set_up

PROBLEM = "binary_sensor.toonami_downlink_refresh_problem"
STALE = "binary_sensor.toonami_downlink_guide_stale"


async def test_refresh_problem(
    hass: HomeAssistant, folder: Path, coordinator: DownlinkCoordinator
) -> None:
    assert state_of(hass, PROBLEM).state == STATE_OFF
    assert "error" not in state_of(hass, PROBLEM).attributes
    use_command(hass, coordinator, FAIL)
    for failures in (1, 2):
        await coordinator.async_refresh_feed(Cause.BUTTON)
        problem = state_of(hass, PROBLEM)
        assert problem.state == STATE_ON
        assert problem.attributes["error"] == "provider_failed"
        assert "no signal" not in str(problem.attributes)
        assert problem.attributes["consecutive_failures"] == failures
    assert state_of(hass, STALE).state == STATE_OFF
    use_command(hass, coordinator, copying_command(folder))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert state_of(hass, PROBLEM).state == STATE_OFF
    assert "error" not in state_of(hass, PROBLEM).attributes


async def test_guide_stale(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await set_up(hass, home_entry(folder, stale_hours=3))
    use_command(hass, coordinator, FAIL)
    await move(hass, freezer, NOON + timedelta(hours=2, minutes=30))
    assert state_of(hass, STALE).state == STATE_OFF
    await move(hass, freezer, NOON + timedelta(hours=3))
    assert state_of(hass, STALE).state == STATE_ON
    use_command(hass, coordinator, copying_command(folder))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert state_of(hass, STALE).state == STATE_OFF


async def test_no_feed_yet_is_a_problem(hass: HomeAssistant, folder: Path) -> None:
    (folder / "index.m3u").unlink()
    await set_up(hass, home_entry(folder))
    assert state_of(hass, PROBLEM).state == STATE_ON
    assert state_of(hass, STALE).state == STATE_ON
