"""The edges of refreshing: moments to the second, what is done once, and what is not done."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from pathlib import Path
import shlex
import sys
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.loader import async_get_integration
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink import async_remove_entry, async_unload_entry
from custom_components.toonami_downlink.const import DOMAIN, WATCH_INTERVAL
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.errors import StoreError, UsageError
from custom_components.toonami_downlink.engine.downlink.models import (
    Cause,
    Feed,
    Progress,
    RefreshRecord,
    Stage,
)
from custom_components.toonami_downlink.engine.downlink.process.watched_folder import FolderWatch
from custom_components.toonami_downlink.engine.downlink.publish.refresh import STAGING, Plan
from custom_components.toonami_downlink.refreshing.issues import (
    OLD_CREDENTIALS_IN_USE,
    USE_THE_RELAY,
    async_delete_issues,
)
from custom_components.toonami_downlink.refreshing.refresh import (
    async_provider_version,
    data_folder,
)
from custom_components.toonami_downlink.refreshing.scheduler import Scheduler, Timer
from custom_components.toonami_downlink.storage import log_filter
from custom_components.toonami_downlink.storage.aired_store import AiredStore
from custom_components.toonami_downlink.storage.settings import Settings
from custom_components.toonami_downlink.storage.state import State

from .factories import MIDNIGHT, NOON, make_entry, make_feed
from .harness import move_clock, publish_feed, setup_integration, state_of

pytestmark = pytest.mark.nightly

REFRESH = "custom_components.toonami_downlink.refreshing.refresh.refresh"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Clockwork:
    """A schedule by itself: what it begins, and what it says was missed."""

    def __init__(self, hass: HomeAssistant, cron: str, done_until: datetime) -> None:
        self.begun: list[Cause] = []
        self.missed: list[datetime] = []
        self.scheduler = Scheduler(
            hass,
            cron,
            State(done_until=done_until, cron=cron),
            begin=self.begun.append,
            on_missed=self.missed.append,
        )


type Make = Callable[[str, datetime], Clockwork]


@pytest.fixture
async def make(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> AsyncIterator[Make]:
    """Make schedules; those that a test made are stopped at its end."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(NOON)
    made: list[Clockwork] = []

    def make_one(cron: str, done_until: datetime) -> Clockwork:
        made.append(Clockwork(hass, cron, done_until))
        return made[-1]

    yield make_one
    for one in made:
        one.scheduler.async_stop()


@pytest.mark.parametrize(
    ("late", "cause"), [(0, Cause.SCHEDULE), (119, Cause.SCHEDULE), (120, Cause.MISSED)]
)
async def test_what_is_two_minutes_late_was_missed(
    make: Make, freezer: FrozenDateTimeFactory, late: int, cause: Cause
) -> None:
    clockwork = make("30 * * * *", NOON)
    due = NOON + 30 * MINUTE
    freezer.move_to(due + late * SECOND)
    clockwork.scheduler.async_check()
    assert clockwork.begun == [cause]
    assert clockwork.missed == ([due] if cause is Cause.MISSED else [])
    assert clockwork.scheduler.next == due + HOUR


async def test_a_retry_begins_at_its_second(make: Make, freezer: FrozenDateTimeFactory) -> None:
    clockwork = make("0 3 * * *", NOON)
    failed = RefreshRecord(
        started=NOON, finished=NOON, cause=Cause.BUTTON, error="usage", failures=1
    )
    clockwork.scheduler.async_update(failed, None)
    freezer.move_to(NOON + MINUTE - SECOND)
    clockwork.scheduler.async_check()
    assert (clockwork.begun, clockwork.scheduler.next) == ([], NOON + MINUTE)
    freezer.move_to(NOON + MINUTE)
    clockwork.scheduler.async_check()
    assert clockwork.begun == [Cause.RETRY]
    assert clockwork.scheduler.next == MIDNIGHT + DAY + 3 * HOUR


@pytest.mark.parametrize(
    ("back", "following"), [(DAY, NOON + 10 * MINUTE), (DAY + SECOND, NOON - DAY)]
)
async def test_what_was_done_is_forgotten_after_more_than_a_day_back(
    make: Make, freezer: FrozenDateTimeFactory, back: timedelta, following: datetime
) -> None:
    clockwork = make("*/10 * * * *", NOON)
    freezer.move_to(NOON - back)
    clockwork.scheduler.async_check()
    assert (clockwork.begun, clockwork.scheduler.next) == ([], following)


async def test_a_feed_from_the_future_takes_no_run_of_today_away(make: Make) -> None:
    ahead = NOON + 9 * HOUR
    clockwork = make("0 * * * *", ahead)
    clockwork.scheduler.async_update(None, ahead)
    clockwork.scheduler.async_check()
    assert clockwork.begun == [Cause.CLOCK]
    assert clockwork.scheduler.next == NOON + HOUR


@pytest.mark.parametrize(
    ("done_until", "made"), [(NOON, NOON + DAY), (NOON + DAY, NOON)], ids=["made", "done"]
)
async def test_the_later_of_what_was_done_and_what_was_made_counts(
    make: Make, freezer: FrozenDateTimeFactory, done_until: datetime, made: datetime
) -> None:
    clockwork = make("0 3 * * *", done_until)
    clockwork.scheduler.async_update(None, made)
    freezer.move_to(NOON + DAY + 5 * MINUTE)
    clockwork.scheduler.async_check()
    assert (clockwork.begun, clockwork.missed) == ([], [])
    assert clockwork.scheduler.next == MIDNIGHT + 2 * DAY + 3 * HOUR


async def test_a_timer_that_is_moved_rings_once(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOON)
    rung: list[datetime] = []
    timer = Timer(hass, "test", lambda: rung.append(NOON))
    timer.set(NOON + MINUTE)
    timer.set(NOON + 2 * MINUTE)
    await move_clock(hass, freezer, NOON + MINUTE)
    assert rung == []
    await move_clock(hass, freezer, NOON + 2 * MINUTE)
    assert len(rung) == 1
    timer.set(NOON + 3 * MINUTE)
    timer.set(None)
    await move_clock(hass, freezer, NOON + 3 * MINUTE)
    assert len(rung) == 1


async def test_a_new_schedule_has_missed_nothing_and_is_remembered(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(folder, schedule="0 3 * * *")
    await setup_integration(hass, entry)

    async def causes_after(at: datetime) -> list[Cause]:
        freezer.move_to(at)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        return [record.cause for record in entry.runtime_data.history]

    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(entry, options={"schedule": "0 * * * *"})
    assert await causes_after(NOON + 3.5 * HOUR) == [Cause.START]
    assert entry.runtime_data.next_refresh == NOON + 4 * HOUR
    await hass.config_entries.async_unload(entry.entry_id)
    assert await causes_after(NOON + 4.5 * HOUR) == [Cause.START, Cause.MISSED]


async def test_what_is_on_changes_at_the_second_right_after_a_start(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    await move_clock(hass, freezer, NOON + 30 * MINUTE - WATCH_INTERVAL / 2)
    assert await hass.config_entries.async_reload(coordinator.config_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await move_clock(hass, freezer, NOON + 30 * MINUTE)
    assert state_of(hass, "sensor.toonami_aftermath_east_now_playing").state == "Show 1-25"


async def test_issues_are_raised_at_the_start(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    async_delete_issues(hass)
    assert await hass.config_entries.async_reload(coordinator.config_entry.entry_id)
    assert ir.async_get(hass).async_get_issue(DOMAIN, USE_THE_RELAY)


async def test_what_a_crash_left_is_cleared_away_at_the_start(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    left = data_folder(hass) / STAGING / "run-left"
    left.mkdir(parents=True)
    assert await hass.config_entries.async_reload(coordinator.config_entry.entry_id)
    assert not left.exists()


async def test_the_start_waits_five_seconds_for_a_folder(
    hass: HomeAssistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def look(_self: FolderWatch, timeout: float = 0) -> bool:
        waited.append(timeout)
        return False

    monkeypatch.setattr(FolderWatch, "look", look)
    data = {"provider": "folder", "provider_folder": str(folder)}
    await setup_integration(hass, MockConfigEntry(domain=DOMAIN, data=data))
    assert waited == [5]


@pytest.mark.usefixtures("all_entities_enabled")
async def test_the_version_is_shown_as_soon_as_it_is_known(
    hass: HomeAssistant, folder: Path
) -> None:
    program = folder / "provider.py"
    program.write_text("print('provider 1.4.2')")
    # There is a feed already: no refresh comes that would show it by the way.
    await hass.async_add_executor_job(publish_feed, hass, replace(make_feed(), made=NOON))
    await setup_integration(hass, make_entry(shlex.join([sys.executable, str(program)])))
    assert state_of(hass, "sensor.toonami_downlink_provider_version").state == "1.4.2"


async def test_the_built_in_provider_has_our_version(hass: HomeAssistant) -> None:
    ours = (await async_get_integration(hass, DOMAIN)).version
    assert await async_provider_version(hass, Settings.from_mappings({}, {})) == str(ours)


async def test_players_are_looked_for_each_half_minute_and_five_are_all_named(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    for last in range(5, 0, -1):
        coordinator.clients.record(
            f"192.168.1.{last}", f"App{last}/21", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS
        )
    registry = ir.async_get(hass)
    await move_clock(hass, freezer, NOON + 29 * SECOND)
    assert registry.async_get_issue(DOMAIN, OLD_CREDENTIALS_IN_USE) is None
    await move_clock(hass, freezer, NOON + 30 * SECOND)
    issue = registry.async_get_issue(DOMAIN, OLD_CREDENTIALS_IN_USE)
    assert issue
    assert issue.translation_placeholders == {"players": "App1, App2, App3, App4, App5"}


async def test_updating_an_entity_is_no_refresh(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    assert await async_setup_component(hass, "homeassistant", {})
    before, records = coordinator.data, coordinator.history
    target = {"entity_id": ["sensor.toonami_aftermath_east_now_playing"]}
    await hass.services.async_call("homeassistant", "update_entity", target, blocking=True)
    assert coordinator.data is before
    assert (coordinator.history, coordinator.progress) == (records, None)


async def test_a_refresh_that_never_began_does_not_go_on(coordinator: DownlinkCoordinator) -> None:
    await coordinator.async_shutdown()
    with pytest.raises(HomeAssistantError):
        await coordinator.async_refresh_feed(Cause.BUTTON)
    assert not coordinator.is_refreshing


@pytest.mark.parametrize("reached", [None, Stage.GUIDE])
async def test_a_failure_says_how_far_it_came_and_how_long_it_took(
    hass: HomeAssistant,
    coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    reached: Stage | None,
) -> None:
    async def fail(*_: object, on_progress: Callable[[Progress], None], **__: object) -> None:
        if reached:
            on_progress(Progress(reached))
        freezer.tick(timedelta(seconds=1.26))
        raise StoreError("the disk is full")

    monkeypatch.setattr(REFRESH, fail)
    record = await coordinator.async_refresh_feed(Cause.BUTTON)
    assert record.stages == {reached or Stage.PROVIDER: 0.0}
    assert record.duration == pytest.approx(1.26)
    assert state_of(hass, "event.toonami_downlink_refresh").attributes["duration"] == 1.3


@pytest.mark.parametrize(("stage", "is_kept"), [(None, True), (Stage.PUBLISH, False)])
async def test_nothing_is_frozen_while_another_feed_is_made(
    coordinator: DownlinkCoordinator,
    monkeypatch: pytest.MonkeyPatch,
    stage: Stage | None,
    is_kept: bool,
) -> None:
    kept: list[Feed] = []

    async def freeze(_self: AiredStore, feed: Feed) -> None:
        kept.append(feed)

    monkeypatch.setattr(AiredStore, "async_freeze", freeze)
    coordinator.progress = Progress(stage) if stage else None
    await coordinator.async_freeze()
    assert bool(kept) is is_kept


async def test_a_dialog_insists_and_gives_the_state_back(
    hass: HomeAssistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[Plan] = []

    async def refuse(plan: Plan, *_: object, **__: object) -> None:
        plans.append(plan)
        raise UsageError("enough")

    monkeypatch.setattr(REFRESH, refuse)
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    given = {"advanced": {"provider": "folder", "provider_folder": str(folder)}}
    result = await flow.async_configure(result["flow_id"], given)
    await hass.async_block_till_done()
    result = await flow.async_configure(result["flow_id"])
    assert result["errors"] == {"base": "usage"}
    assert [plan.insist for plan in plans] == [True]
    assert State.shared(hass) is None


async def test_an_unload_that_is_refused_says_so(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> bool:
        return False

    with monkeypatch.context() as patch:
        patch.setattr(hass.config_entries, "async_unload_platforms", refuse)
        assert await async_unload_entry(hass, coordinator.config_entry) is False


async def test_every_file_goes_with_the_entry(
    hass: HomeAssistant, newest: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    assert await hass.config_entries.async_setup(newest.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert f"{DOMAIN}.recordings" in hass_storage
    await hass.config_entries.async_remove(newest.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [key for key in hass_storage if key.startswith(DOMAIN)] == []


async def test_an_entry_that_was_never_loaded_can_be_removed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    entry.add_to_hass(hass)
    assert not data_folder(hass).exists()
    await async_remove_entry(hass, entry)


async def test_secrets_are_kept_out_of_the_log_while_the_entry_is_disabled(
    hass: HomeAssistant, newest: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_filter._FILTER, "credentials", None)  # noqa: SLF001  # there is one
    await hass.config_entries.async_set_disabled_by(newest.entry_id, ConfigEntryDisabler.USER)
    assert await async_setup_component(hass, DOMAIN, {})
    path = f"/api/{DOMAIN}/{'F' * 43}/guide.xml"
    record = logging.LogRecord("aiohttp.access", logging.INFO, "", 1, "GET %s", (path,), None)
    assert logging.getLogger("aiohttp.access").filter(record)
    assert "F" * 43 not in record.getMessage()
