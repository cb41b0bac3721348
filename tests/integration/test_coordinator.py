"""The coordinator: when it refreshes, what a failure leaves alone, and what it says."""

import asyncio
from datetime import UTC, datetime, timedelta
import os
from pathlib import Path
import shlex
import sys
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.toonami_downlink.coordinator import (
    DownlinkCoordinator,
    async_loaded_coordinator,
)
from custom_components.toonami_downlink.engine.downlink.models import (
    Cause,
    Fix,
    RefreshRecord,
    Stage,
)
from tests.night import by_night

from .factories import FAILING_COMMAND, NOON, make_entry, make_feed, write_provider_files
from .harness import move_clock, setup_integration


class Heard(list[tuple[str, RefreshRecord | None, datetime | None, Context]]):
    """The events of a coordinator."""

    def __init__(self, coordinator: DownlinkCoordinator) -> None:
        super().__init__()
        coordinator.async_add_event_listener(lambda *event: self.append(event))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, *_ in self]


async def test_first_start_refreshes(hass: HomeAssistant, folder: Path) -> None:
    coordinator = await setup_integration(hass, make_entry(folder))
    assert coordinator.data is not None
    assert coordinator.last_record is not None
    assert coordinator.last_record.cause is Cause.START
    assert set(coordinator.last_record.stages) == {Stage.PROVIDER, Stage.CHECK, Stage.PUBLISH}
    assert coordinator.last_success == NOON
    assert len(coordinator.data.feed.channels) == 7
    assert async_loaded_coordinator(hass) is coordinator


async def test_fresh_feed_is_not_refreshed_at_start(hass: HomeAssistant, folder: Path) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator: DownlinkCoordinator = entry.runtime_data
    assert coordinator.data is not None
    assert [record.cause for record in coordinator.history] == [Cause.START]


async def test_schedule(hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory) -> None:
    coordinator = await setup_integration(hass, make_entry(folder, schedule="30 * * * *"))
    assert coordinator.next_refresh == NOON + timedelta(minutes=30)
    heard = Heard(coordinator)
    await move_clock(hass, freezer, NOON + timedelta(minutes=29, seconds=59))
    assert heard.kinds == []
    await move_clock(hass, freezer, NOON + timedelta(minutes=30, seconds=1))
    assert heard.kinds == ["succeeded"]
    assert heard[0][1] is not None
    assert heard[0][1].cause is Cause.SCHEDULE
    assert coordinator.next_refresh == NOON + timedelta(minutes=90)


async def test_missed_while_away(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(folder, schedule="0 3 * * *")
    await setup_integration(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    freezer.move_to(NOON + timedelta(days=3))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator: DownlinkCoordinator = entry.runtime_data
    assert [record.cause for record in coordinator.history] == [Cause.START, Cause.MISSED]


async def test_clock_jumps_forward_over_a_run(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder, schedule="0 3 * * *"))
    heard = Heard(coordinator)
    await move_clock(hass, freezer, NOON + timedelta(days=2))
    assert heard.kinds == ["missed", "succeeded"]
    assert heard[0][2] == NOON.replace(hour=3) + timedelta(days=2)
    await move_clock(hass, freezer, NOON + timedelta(days=2, minutes=5))
    assert heard.kinds == ["missed", "succeeded"]


async def test_clock_goes_back(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder, schedule="0 * * * *"))
    heard = Heard(coordinator)
    await move_clock(hass, freezer, NOON + timedelta(hours=1, seconds=1))
    assert heard.kinds == ["succeeded"]
    await move_clock(hass, freezer, NOON)
    await move_clock(hass, freezer, NOON + timedelta(hours=1, seconds=2))
    assert heard.kinds == ["succeeded"]
    await move_clock(hass, freezer, NOON + timedelta(hours=2, seconds=1))
    assert heard.kinds == ["succeeded", "succeeded"]


async def test_clock_was_far_ahead(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder, schedule="0 * * * *"))
    await move_clock(hass, freezer, NOON + timedelta(days=400))
    freezer.move_to(NOON + timedelta(minutes=1))
    # The clock was set back, but the timers go by the time that has really passed.
    async_fire_time_changed(hass, NOON + timedelta(days=400, minutes=1))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert coordinator.next_refresh == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("schedule", "before", "runs"),
    by_night(
        [
            pytest.param(
                "0 3 * * *", "2026-03-07 12:00", ["03-08 03:00", "03-09 03:00"], id="daily spring"
            ),
            pytest.param(
                "0 3 * * *", "2026-10-31 12:00", ["11-01 03:00", "11-02 03:00"], id="daily fall"
            ),
            pytest.param(
                "30 2 * * *",
                "2026-03-07 12:00",
                ["03-08 03:00", "03-09 02:30"],
                id="02:30 spring",
            ),
            pytest.param(
                "30 2 * * *",
                "2026-10-31 12:00",
                ["11-01 02:30", "11-02 02:30"],
                id="02:30 fall",
            ),
            pytest.param(
                "0 * * * *",
                "2026-03-08 00:30",
                ["03-08 01:00", "03-08 03:00"],
                id="hourly spring",
            ),
            pytest.param(
                "0 * * * *",
                "2026-11-01 00:30",
                ["11-01 01:00", "11-01 01:00", "11-01 02:00"],
                id="hourly fall",
            ),
        ],
        keep=["02:30 spring", "hourly fall"],
    ),
)
async def test_daylight_saving(
    hass: HomeAssistant,
    tmp_path: Path,
    freezer: FrozenDateTimeFactory,
    schedule: str,
    before: str,
    runs: list[str],
) -> None:
    zone = ZoneInfo("America/New_York")
    await hass.config.async_set_time_zone(str(zone))
    start = datetime.fromisoformat(before).replace(tzinfo=zone).astimezone(UTC)
    freezer.move_to(start)
    write_provider_files(tmp_path, make_feed(start.replace(hour=0, minute=0)))
    coordinator = await setup_integration(hass, make_entry(tmp_path, schedule=schedule))
    seen = []
    for _ in runs:
        due = coordinator.next_refresh
        assert due is not None
        seen.append(due.astimezone(zone).strftime("%m-%d %H:%M"))
        await move_clock(hass, freezer, due + timedelta(seconds=1))
        assert coordinator.last_record is not None
        assert coordinator.last_record.cause is Cause.SCHEDULE
    assert seen == runs


async def test_failure_keeps_the_feed_and_retries(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder))
    heard = Heard(coordinator)
    published = coordinator.data
    (folder / "index.m3u").write_text("<html>Bad gateway</html>")
    for minutes in (1, 5, 15, 30, 60, 60):
        if coordinator.failures == 0:
            await coordinator.async_refresh_feed(Cause.BUTTON)
        assert coordinator.data is published
        record = coordinator.last_record
        assert record is not None
        assert record.error == "feed_refused"
        assert record.message is not None
        assert "playlist" in record.message
        due = coordinator.next_refresh
        assert due == record.finished + timedelta(minutes=minutes)
        await move_clock(hass, freezer, due + timedelta(milliseconds=1))
    assert coordinator.failures == 7
    assert set(heard.kinds) == {"failed"}
    assert caplog.text.count("Error fetching Toonami Downlink data") == 1
    write_provider_files(folder, make_feed(show="Again"))
    record = await coordinator.async_refresh_feed(Cause.SERVICE)
    assert record.recovered
    assert record.failures == 0
    assert heard.kinds[-2:] == ["failed", "recovered"]
    assert coordinator.data is not published
    assert coordinator.failures == 0
    assert caplog.text.count("Fetching Toonami Downlink data recovered") == 1


async def test_a_guide_beyond_repair_costs_the_guide_and_is_tried_again(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder))
    assert coordinator.data
    before = coordinator.data.feed
    playlist = (folder / "index.m3u").read_text()
    (folder / "index.m3u").write_text(playlist.replace("playlist.m3u8", "other.m3u8"))
    (folder / "index.xml").write_text("<html>Bad gateway</html>")
    record = await coordinator.async_refresh_feed(Cause.SERVICE)
    assert record.succeeded
    assert record.report
    assert record.report.guide_error == "guide, line 1: a web page, not XMLTV"
    assert record.report.fixes[Fix.GUIDE_REFUSED] == 1
    assert {one.stream_url.rpartition("/")[2] for one in coordinator.data.feed.channels} == {
        "other.m3u8"
    }
    shows = {key: [one.title for one in shown] for key, shown in before.guide.items()}
    now = {key: [one.title for one in shown] for key, shown in coordinator.data.feed.guide.items()}
    assert now == shows
    assert coordinator.next_refresh == record.finished + timedelta(hours=1)
    write_provider_files(folder, make_feed(NOON.replace(hour=0), show="Again"))
    await move_clock(hass, freezer, coordinator.next_refresh + timedelta(seconds=1))
    assert coordinator.last_record
    assert coordinator.last_record.cause is Cause.RETRY
    assert coordinator.last_record.report
    assert coordinator.last_record.report.guide_error is None


async def test_retry_goes_on_after_a_restart(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    good = (folder / "index.m3u").read_bytes()
    (folder / "index.m3u").write_bytes(b"")
    await entry.runtime_data.async_refresh_feed(Cause.BUTTON)
    await hass.config_entries.async_unload(entry.entry_id)
    (folder / "index.m3u").write_bytes(good)
    freezer.tick(timedelta(minutes=10))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator: DownlinkCoordinator = entry.runtime_data
    assert coordinator.last_record is not None
    assert coordinator.last_record.cause is Cause.RETRY
    assert coordinator.last_record.recovered


async def test_no_feed_yet_is_not_fatal(hass: HomeAssistant, folder: Path) -> None:
    coordinator = await setup_integration(hass, make_entry(FAILING_COMMAND))
    assert coordinator.data is None
    assert coordinator.is_guide_stale
    assert coordinator.last_record is not None
    assert coordinator.last_record.error == "provider_failed"
    assert coordinator.last_record.message == "python ended with exit code 1."
    assert coordinator.last_words == "no signal from the dish"


async def test_command_that_is_none(hass: HomeAssistant, folder: Path) -> None:
    coordinator = await setup_integration(hass, make_entry("'unfinished"))
    assert coordinator.last_record is not None
    assert coordinator.last_record.error == "usage"


async def test_unexpected_error_is_a_failure(
    hass: HomeAssistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder))

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setattr("custom_components.toonami_downlink.refreshing.refresh.refresh", broken)
    record = await coordinator.async_refresh_feed(Cause.BUTTON)
    assert record.error == "unexpected"
    assert record.message == "ZeroDivisionError"
    assert coordinator.data is not None


async def test_one_refresh_at_a_time(hass: HomeAssistant, folder: Path) -> None:
    coordinator = await setup_integration(hass, make_entry(folder))
    first, second = await asyncio.gather(
        coordinator.async_refresh_feed(Cause.BUTTON), coordinator.async_refresh_feed(Cause.PANEL)
    )
    assert first is second
    assert len(coordinator.history) == 2


async def test_unload_ends_a_refresh(hass: HomeAssistant, folder: Path, tmp_path: Path) -> None:
    entry = make_entry(folder)
    coordinator = await setup_integration(hass, entry)
    started = tmp_path / "started"
    os.mkfifo(started)
    script = f"import pathlib, time; pathlib.Path({str(started)!r}).open('w'); time.sleep(600)"
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "provider_command": shlex.join([sys.executable, "-c", script])}
    )
    await hass.config_entries.async_reload(entry.entry_id)
    coordinator = entry.runtime_data
    waiting = hass.async_create_background_task(
        coordinator.async_refresh_feed(Cause.BUTTON), "waiting"
    )
    await hass.async_add_executor_job(started.read_bytes)
    assert coordinator.is_refreshing
    assert await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(HomeAssistantError):
        await waiting
    assert not coordinator.is_refreshing
    assert async_loaded_coordinator(hass) is None


async def test_refresh_after_the_end_is_none(hass: HomeAssistant, folder: Path) -> None:
    """Nothing runs any more, and what came of the refresh before is not what came of this one."""
    coordinator = await setup_integration(hass, make_entry(folder))
    heard = Heard(coordinator)
    await coordinator.async_shutdown()
    with pytest.raises(HomeAssistantError):
        await coordinator.async_refresh_feed(Cause.BUTTON)
    assert len(coordinator.history) == 1
    assert heard == []


@pytest.mark.parametrize("command", [FAILING_COMMAND, None], ids=["fails", "succeeds"])
async def test_refresh_that_a_shutdown_cuts_off(
    hass: HomeAssistant, folder: Path, command: str | None, hass_storage: dict[str, Any]
) -> None:
    """Who stops Home Assistant may have ended the provider too: its end says nothing."""
    coordinator = await setup_integration(hass, make_entry(folder))
    entry = coordinator.config_entry
    if command:
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, "provider_command": command}
        )
        coordinator.settings = type(coordinator.settings).from_entry(entry)
    refresh = hass.async_create_task(coordinator.async_refresh_feed(Cause.BUTTON))
    await asyncio.sleep(0)
    assert coordinator.is_refreshing
    hass.set_state(CoreState.stopping)
    with pytest.raises(HomeAssistantError):
        await refresh
    hass.set_state(CoreState.running)
    assert len(coordinator.history) == 1
    assert len(hass_storage["toonami_downlink.state"]["data"]["history"]) == 1
    assert coordinator.failures == 0


async def test_listeners_are_called_at_boundaries(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder))
    called: list[datetime] = []
    coordinator.async_add_listener(lambda: called.append(datetime.now(UTC)))
    for minutes in (10, 29, 30, 45, 60, 75):
        await move_clock(hass, freezer, NOON + timedelta(minutes=minutes))
    assert called == [NOON + timedelta(minutes=30), NOON + timedelta(minutes=60)]


async def test_progress(hass: HomeAssistant, folder: Path) -> None:
    coordinator = await setup_integration(hass, make_entry(folder))
    stages: list[Stage | None] = []
    cancel = coordinator.async_add_progress_listener(
        lambda progress: stages.append(progress.stage if progress else None)
    )
    await coordinator.async_refresh_feed(Cause.PANEL)
    assert stages == [Stage.PROVIDER, Stage.CHECK, Stage.PUBLISH, None]
    assert coordinator.progress is None
    cancel()
    await coordinator.async_refresh_feed(Cause.PANEL)
    assert len(stages) == 4
