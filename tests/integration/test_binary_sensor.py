"""Binary sensors: when there is a problem, and when it is over."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause, Source

from .factories import (
    FAILING_COMMAND,
    NOON,
    copy_command,
    make_entry,
    make_feed,
    write_provider_files,
)
from .harness import move_clock, set_provider_command, setup_integration, state_of

PROBLEM = "binary_sensor.toonami_downlink_refresh_problem"
STALE = "binary_sensor.toonami_downlink_guide_stale"


async def test_refresh_problem(
    hass: HomeAssistant, folder: Path, coordinator: DownlinkCoordinator
) -> None:
    assert state_of(hass, PROBLEM).state == STATE_OFF
    assert "error" not in state_of(hass, PROBLEM).attributes
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    for failures in (1, 2):
        await coordinator.async_refresh_feed(Cause.BUTTON)
        problem = state_of(hass, PROBLEM)
        assert problem.state == STATE_ON
        assert problem.attributes["error"] == "provider_failed"
        assert "no signal" not in str(problem.attributes)
        assert problem.attributes["consecutive_failures"] == failures
    assert state_of(hass, STALE).state == STATE_OFF
    set_provider_command(hass, coordinator, copy_command(folder))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert state_of(hass, PROBLEM).state == STATE_OFF
    assert "error" not in state_of(hass, PROBLEM).attributes


async def test_guide_stale(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder, stale_hours=3))
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await move_clock(hass, freezer, NOON + timedelta(hours=2, minutes=30))
    assert state_of(hass, STALE).state == STATE_OFF
    await move_clock(hass, freezer, NOON + timedelta(hours=3))
    assert state_of(hass, STALE).state == STATE_ON
    set_provider_command(hass, coordinator, copy_command(folder))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert state_of(hass, STALE).state == STATE_OFF


@pytest.mark.parametrize(
    "refused",
    ["<!DOCTYPE html><html><body>Sorry</body></html>", "<tv></tv>"],
    ids=["web page", "nothing"],
)
async def test_guide_that_is_refused_again_and_again_is_stale(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory, refused: str
) -> None:
    """The refreshes succeed, for the channels are well."""
    coordinator = await setup_integration(hass, make_entry(folder, stale_hours=3))
    guide = (folder / "index.xml").read_bytes()
    (folder / "index.xml").write_text(refused)
    shown = []
    for hours in (1, 2, 3):
        await move_clock(hass, freezer, NOON + timedelta(hours=hours))
        assert (await coordinator.async_refresh_feed(Cause.BUTTON)).succeeded
        shown.append(state_of(hass, STALE).state)
    assert shown == [STATE_OFF, STATE_OFF, STATE_ON]
    assert coordinator.last_success == NOON + timedelta(hours=3)
    assert coordinator.guide_made == NOON
    (folder / "index.xml").write_bytes(guide)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert state_of(hass, STALE).state == STATE_OFF


async def test_no_feed_yet_is_a_problem(hass: HomeAssistant, folder: Path) -> None:
    (folder / "index.m3u").unlink()
    await setup_integration(hass, make_entry(folder))
    assert state_of(hass, PROBLEM).state == STATE_ON
    assert state_of(hass, STALE).state == STATE_ON


async def test_what_is_on_next_is_no_guide(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder, stale_hours=3))
    feed = make_feed(NOON + timedelta(hours=3), hours=5)
    ten = {
        key: tuple(replace(one, source=Source.CURRENT) for one in programmes)
        for key, programmes in feed.guide.items()
    }
    write_provider_files(folder, replace(feed, guide=ten))
    await move_clock(hass, freezer, NOON + timedelta(hours=3))
    record = await coordinator.async_refresh_feed(Cause.BUTTON)
    assert record.succeeded
    assert state_of(hass, STALE).state == STATE_ON
    assert coordinator.next_refresh == record.finished + timedelta(hours=1)
