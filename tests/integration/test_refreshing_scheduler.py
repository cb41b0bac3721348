"""When a refresh begins by itself, while the clock of the house jumps about."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.websocket_api import current_connection
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.toonami_downlink.const import EVENT_REFRESH, FEED_FROM_THE_FUTURE
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.refreshing.refresh import data_folder
from custom_components.toonami_downlink.refreshing.scheduler import Timer
from custom_components.toonami_downlink.views.health import Health, Reason, health_of
from tests.night import by_night

from .factories import FAILING_COMMAND, NOON, SLOT, make_entry, make_feed, write_provider_files
from .harness import move_clock, set_provider_command, setup_integration
from .users import asked_by_a_child

YEAR = timedelta(days=365)


async def jump(hass: HomeAssistant, freezer: FrozenDateTimeFactory, to: datetime) -> None:
    """Set the clock; the timers go by the time that has really passed, of which there is little."""
    now = datetime.now(to.tzinfo)
    freezer.move_to(to)
    async_fire_time_changed(hass, now + timedelta(seconds=31))
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def hourly(hass: HomeAssistant, folder: Path) -> DownlinkCoordinator:
    """Set up a home that refreshes at each full hour."""
    return await setup_integration(hass, make_entry(folder, schedule="0 * * * *"))


@pytest.mark.usefixtures("all_entities_enabled")
async def test_schedule_goes_on_after_a_clock_that_was_a_year_ahead(
    hass: HomeAssistant, hourly: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    await move_clock(hass, freezer, NOON + YEAR)
    await jump(hass, freezer, NOON + timedelta(minutes=1))
    assert hourly.next_refresh == NOON + timedelta(hours=1)
    shown = hass.states.get("sensor.toonami_downlink_next_refresh")
    assert shown
    assert shown.state == "2026-11-24T13:00:00+00:00"
    await move_clock(hass, freezer, NOON + timedelta(hours=1, seconds=1))
    await move_clock(hass, freezer, NOON + timedelta(hours=2, seconds=1))
    assert [record.cause for record in hourly.history[-2:]] == [Cause.SCHEDULE, Cause.SCHEDULE]
    assert hourly.last_success == NOON + timedelta(hours=2, seconds=1)


@pytest.mark.parametrize("ahead", [timedelta(hours=9), timedelta(days=3), YEAR])
async def test_feed_from_the_future_is_due_at_once(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory, ahead: timedelta
) -> None:
    """The clock was ahead at boot, and is set right."""
    freezer.move_to(NOON + ahead)
    write_provider_files(folder, make_feed(NOON + ahead))
    coordinator = await setup_integration(hass, make_entry(folder))
    assert coordinator.last_success == NOON + ahead
    write_provider_files(folder, make_feed(NOON))
    await jump(hass, freezer, NOON)
    assert [record.cause for record in coordinator.history] == [Cause.START, Cause.CLOCK]
    assert coordinator.last_success == NOON
    assert health_of(coordinator) == (Health.OK, None)
    await jump(hass, freezer, NOON + timedelta(minutes=1))
    assert len(coordinator.history) == 2
    assert coordinator.next_refresh == NOON + timedelta(hours=15)


async def test_feed_from_the_future_that_cannot_be_replaced(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    """It is tried again as after any failure, not each time that the clock is looked at."""
    freezer.move_to(NOON + YEAR)
    write_provider_files(folder, make_feed(NOON + YEAR))
    coordinator = await setup_integration(hass, make_entry(folder))
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    for seconds in (0, 31, 62, 100):
        await jump(hass, freezer, NOON + timedelta(seconds=seconds))
    causes = [record.cause for record in coordinator.history]
    assert causes == [Cause.START, Cause.CLOCK, Cause.RETRY]
    assert health_of(coordinator) == (Health.DEGRADED, Reason.REFRESH_FAILED)


async def test_clock_that_was_a_little_ahead_costs_no_refresh(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    await jump(hass, freezer, NOON - FEED_FROM_THE_FUTURE)
    assert len(coordinator.history) == 1
    await jump(hass, freezer, NOON - FEED_FROM_THE_FUTURE - timedelta(seconds=1))
    assert len(coordinator.history) == 2


async def test_retry_comes_soon_after_a_clock_that_was_a_year_ahead(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOON + YEAR)
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await jump(hass, freezer, NOON)
    assert coordinator.next_refresh == NOON + timedelta(hours=1)


async def test_schedule_that_is_due_while_a_refresh_runs_joins_it(
    hass: HomeAssistant, hourly: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOON + timedelta(hours=1, seconds=-1))
    refresh = hass.async_create_task(hourly.async_refresh_feed(Cause.BUTTON), eager_start=True)
    await move_clock(hass, freezer, NOON + timedelta(hours=1, seconds=1))
    await refresh
    assert [record.cause for record in hourly.history] == [Cause.START, Cause.BUTTON]
    assert hourly.next_refresh == NOON + timedelta(hours=2)


@pytest.mark.parametrize("how", ["asleep", "off"])
@pytest.mark.parametrize(
    ("schedule", "since", "until", "missed", "following"),
    by_night(
        [
            pytest.param(
                "30 2 * * *",
                "03-08 01:00",
                "03-08 09:00",
                "03-08 03:00",
                "03-09 02:30",
                id="spring",
            ),
            pytest.param(
                "30 2 * * *", "11-01 00:00", "11-01 09:00", "11-01 02:30", "11-02 02:30", id="fall"
            ),
            pytest.param(
                "0 3 * * *", "03-07 12:00", "03-09 12:00", "03-09 03:00", "03-10 03:00", id="daily"
            ),
            pytest.param(
                "0 * * * *", "11-01 00:30", "11-01 05:30", "11-01 05:00", "11-01 06:00", id="hourly"
            ),
        ],
        keep=["spring", "fall"],
    ),
)
async def test_missed_over_a_change_of_the_clocks(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    schedule: str,
    since: str,
    until: str,
    missed: str,
    following: str,
    how: str,
) -> None:
    zone = ZoneInfo("America/New_York")
    await hass.config.async_set_time_zone(str(zone))
    start, wake = (
        datetime.strptime(f"2026-{time}", "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)
        for time in (since, until)
    )
    freezer.move_to(start)
    write_provider_files(folder, make_feed(start, hours=2))
    entry = make_entry(folder, schedule=schedule)
    coordinator = await setup_integration(hass, entry)
    events = async_capture_events(hass, EVENT_REFRESH)
    write_provider_files(folder, make_feed(wake))
    if how == "off":
        assert await hass.config_entries.async_unload(entry.entry_id)
        freezer.move_to(wake)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        coordinator = entry.runtime_data
    else:
        await jump(hass, freezer, wake)

    def local(time: datetime) -> str:
        return time.astimezone(zone).strftime("%m-%d %H:%M")

    assert [event.data["type"] for event in events] == ["missed", "succeeded"]
    assert local(datetime.fromisoformat(events[0].data["scheduled"])) == missed
    assert events[1].data["cause"] == Cause.MISSED
    assert coordinator.next_refresh is not None
    assert local(coordinator.next_refresh) == following


async def test_lost_state_does_not_lose_a_run(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    del hass_storage["toonami_downlink.state"]
    assert data_folder(hass).exists()
    freezer.move_to(NOON + timedelta(days=1))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [record.cause for record in entry.runtime_data.history] == [Cause.MISSED]


async def test_programmes_follow_the_clock_back_and_forth(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    shown = "sensor.toonami_aftermath_east_now_playing"
    titles = []
    for hours in (0, -2, 1, -1):
        await jump(hass, freezer, NOON + timedelta(hours=hours))
        state = hass.states.get(shown)
        assert state
        titles.append(state.state)
    assert titles == ["Show 1-24", "Show 1-20", "Show 1-26", "Show 1-22"]


# Whoever sets it off


async def test_whoever_sets_a_timer_is_not_for_whom_it_rings(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOON)
    heard: list[Any] = []
    timer = Timer(hass, "test", lambda: heard.append(current_connection.get()))
    asked_by_a_child().run(timer.set, NOON + SLOT)
    await move_clock(hass, freezer, NOON + SLOT)
    assert heard == [None]


async def test_a_timer_that_is_set_to_nothing_does_not_ring(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOON)
    heard: list[Any] = []
    timer = Timer(hass, "test", lambda: heard.append(current_connection.get()))
    for at in (NOON + SLOT, None, None):
        timer.set(at)
    assert timer.at is None
    await move_clock(hass, freezer, NOON + SLOT)
    assert heard == []


async def test_whoever_asks_for_a_refresh_is_not_for_whom_it_is_done(
    coordinator: DownlinkCoordinator,
) -> None:
    """What it changes sets off automations, which play with the pass of whoever is connected."""
    heard: list[Any] = []
    coordinator.async_add_listener(lambda: heard.append(current_connection.get()))
    asking = coordinator.async_refresh_feed(Cause.BUTTON)
    await asyncio.create_task(asking, context=asked_by_a_child())
    assert set(heard) == {None}


async def test_another_time_zone_has_missed_nothing(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    """Three o'clock was two hours ago there, which is no time that Home Assistant was away."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    coordinator = await setup_integration(hass, make_entry(folder))
    events = async_capture_events(hass, EVENT_REFRESH)
    await move_clock(hass, freezer, NOON + timedelta(hours=8))
    await hass.config.async_update(time_zone="Asia/Tokyo")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert events == []
    assert coordinator.next_refresh == NOON + timedelta(hours=30)
