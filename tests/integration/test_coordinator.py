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
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.toonami_downlink.coordinator import (
    DownlinkCoordinator,
    async_loaded_coordinator,
)
from custom_components.toonami_downlink.engine.downlink.models import Cause, RefreshRecord, Stage
from custom_components.toonami_downlink.refreshing.refresh import data_folder

from .homes import copying_command, make_entry, make_feed, set_up, write_files

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FAIL = shlex.join([sys.executable, "-c", "import sys; sys.exit('no signal from the dish')"])


class Heard(list[tuple[str, RefreshRecord | None, datetime | None]]):
    """The events of a coordinator."""

    def __init__(self, coordinator: DownlinkCoordinator) -> None:
        super().__init__()
        coordinator.async_add_event_listener(lambda *event: self.append(event))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self]


@pytest.fixture
async def files(hass: HomeAssistant, tmp_path: Path, freezer: FrozenDateTimeFactory) -> Path:
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(NOON)
    folder = tmp_path / "provider"
    write_files(folder, make_feed(NOON.replace(hour=0)))
    return folder


async def move(hass: HomeAssistant, freezer: FrozenDateTimeFactory, to: datetime) -> None:
    """Let the clock stand at that time, and wait for all that this sets off."""
    freezer.move_to(to)
    async_fire_time_changed(hass, to)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_first_start_refreshes(hass: HomeAssistant, files: Path) -> None:
    coordinator = await set_up(hass, make_entry(copying_command(files)))
    assert coordinator.data is not None
    assert coordinator.last_record is not None
    assert coordinator.last_record.cause is Cause.START
    assert set(coordinator.last_record.stages) == {Stage.PROVIDER, Stage.CHECK, Stage.PUBLISH}
    assert coordinator.last_success == NOON
    assert len(coordinator.data.feed.channels) == 7
    assert async_loaded_coordinator(hass) is coordinator


async def test_fresh_feed_is_not_refreshed_at_start(hass: HomeAssistant, files: Path) -> None:
    entry = make_entry(copying_command(files))
    await set_up(hass, entry)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator: DownlinkCoordinator = entry.runtime_data
    assert coordinator.data is not None
    assert [record.cause for record in coordinator.history] == [Cause.START]


async def test_schedule(hass: HomeAssistant, files: Path, freezer: FrozenDateTimeFactory) -> None:
    coordinator = await set_up(hass, make_entry(copying_command(files), schedule="30 * * * *"))
    assert coordinator.next_refresh == NOON + timedelta(minutes=30)
    heard = Heard(coordinator)
    await move(hass, freezer, NOON + timedelta(minutes=29, seconds=59))
    assert heard.kinds == []
    await move(hass, freezer, NOON + timedelta(minutes=30, seconds=1))
    assert heard.kinds == ["succeeded"]
    assert heard[0][1] is not None
    assert heard[0][1].cause is Cause.SCHEDULE
    assert coordinator.next_refresh == NOON + timedelta(minutes=90)


async def test_missed_while_away(
    hass: HomeAssistant, files: Path, freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(copying_command(files), schedule="0 3 * * *")
    await set_up(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    freezer.move_to(NOON + timedelta(days=3))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator: DownlinkCoordinator = entry.runtime_data
    assert [record.cause for record in coordinator.history] == [Cause.START, Cause.MISSED]


async def test_clock_jumps_forward_over_a_run(
    hass: HomeAssistant, files: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await set_up(hass, make_entry(copying_command(files), schedule="0 3 * * *"))
    heard = Heard(coordinator)
    await move(hass, freezer, NOON + timedelta(days=2))
    assert heard.kinds == ["missed", "succeeded"]
    assert heard[0][2] == NOON.replace(hour=3) + timedelta(days=2)
    await move(hass, freezer, NOON + timedelta(days=2, minutes=5))
    assert heard.kinds == ["missed", "succeeded"]


async def test_clock_goes_back(
    hass: HomeAssistant, files: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await set_up(hass, make_entry(copying_command(files), schedule="0 * * * *"))
    heard = Heard(coordinator)
    await move(hass, freezer, NOON + timedelta(hours=1, seconds=1))
    assert heard.kinds == ["succeeded"]
    await move(hass, freezer, NOON)
    await move(hass, freezer, NOON + timedelta(hours=1, seconds=2))
    assert heard.kinds == ["succeeded"]
    await move(hass, freezer, NOON + timedelta(hours=2, seconds=1))
    assert heard.kinds == ["succeeded", "succeeded"]


async def test_clock_was_far_ahead(
    hass: HomeAssistant, files: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await set_up(hass, make_entry(copying_command(files), schedule="0 * * * *"))
    await move(hass, freezer, NOON + timedelta(days=400))
    freezer.move_to(NOON + timedelta(minutes=1))
    # The clock was set back, but the timers go by the time that has really passed.
    async_fire_time_changed(hass, NOON + timedelta(days=400, minutes=1))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert coordinator.next_refresh == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("schedule", "before", "runs"),
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
    write_files(tmp_path, make_feed(start.replace(hour=0, minute=0)))
    coordinator = await set_up(hass, make_entry(copying_command(tmp_path), schedule=schedule))
    seen = []
    for _ in runs:
        due = coordinator.next_refresh
        assert due is not None
        seen.append(due.astimezone(zone).strftime("%m-%d %H:%M"))
        await move(hass, freezer, due + timedelta(seconds=1))
        assert coordinator.last_record is not None
        assert coordinator.last_record.cause is Cause.SCHEDULE
    assert seen == runs


async def test_failure_keeps_the_feed_and_retries(
    hass: HomeAssistant,
    files: Path,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    coordinator = await set_up(hass, make_entry(copying_command(files)))
    heard = Heard(coordinator)
    published = coordinator.data
    (files / "index.xml").write_text("<html>Bad gateway</html>")
    for minutes in (1, 5, 15, 30, 60, 60):
        if coordinator.failures == 0:
            await coordinator.async_refresh_feed(Cause.BUTTON)
        assert coordinator.data is published
        record = coordinator.last_record
        assert record is not None
        assert record.error == "feed_refused"
        assert record.message is not None
        assert "guide" in record.message
        due = coordinator.next_refresh
        assert due == record.finished + timedelta(minutes=minutes)
        await move(hass, freezer, due + timedelta(milliseconds=1))
    assert coordinator.failures == 7
    assert set(heard.kinds) == {"failed"}
    assert caplog.text.count("Error fetching Toonami Downlink data") == 1
    write_files(files, make_feed(NOON.replace(hour=0), show="Again"))
    record = await coordinator.async_refresh_feed(Cause.SERVICE)
    assert record.recovered
    assert record.failures == 0
    assert heard.kinds[-2:] == ["succeeded", "recovered"]
    assert coordinator.data is not published
    assert coordinator.failures == 0
    assert caplog.text.count("Fetching Toonami Downlink data recovered") == 1


async def test_retry_goes_on_after_a_restart(
    hass: HomeAssistant, files: Path, freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(copying_command(files))
    await set_up(hass, entry)
    good = (files / "index.m3u").read_bytes()
    (files / "index.m3u").write_bytes(b"")
    await entry.runtime_data.async_refresh_feed(Cause.BUTTON)
    await hass.config_entries.async_unload(entry.entry_id)
    (files / "index.m3u").write_bytes(good)
    freezer.tick(timedelta(minutes=10))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator: DownlinkCoordinator = entry.runtime_data
    assert coordinator.last_record is not None
    assert coordinator.last_record.cause is Cause.RETRY
    assert coordinator.last_record.recovered


async def test_no_feed_yet_is_not_fatal(hass: HomeAssistant, files: Path) -> None:
    coordinator = await set_up(hass, make_entry(FAIL))
    assert coordinator.data is None
    assert coordinator.is_guide_stale
    assert coordinator.last_record is not None
    assert coordinator.last_record.error == "provider_failed"
    assert coordinator.last_record.message == "python ended with exit code 1."
    assert coordinator.last_words == "no signal from the dish"


async def test_command_that_is_none(hass: HomeAssistant, files: Path) -> None:
    coordinator = await set_up(hass, make_entry("'unfinished"))
    assert coordinator.last_record is not None
    assert coordinator.last_record.error == "usage"


async def test_unexpected_error_is_a_failure(
    hass: HomeAssistant, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = await set_up(hass, make_entry(copying_command(files)))

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setattr("custom_components.toonami_downlink.refreshing.refresh.refresh", broken)
    record = await coordinator.async_refresh_feed(Cause.BUTTON)
    assert record.error == "unexpected"
    assert record.message == "ZeroDivisionError"
    assert coordinator.data is not None


async def test_one_refresh_at_a_time(hass: HomeAssistant, files: Path) -> None:
    coordinator = await set_up(hass, make_entry(copying_command(files)))
    first, second = await asyncio.gather(
        coordinator.async_refresh_feed(Cause.BUTTON), coordinator.async_refresh_feed(Cause.PANEL)
    )
    assert first is second
    assert len(coordinator.history) == 2


async def test_unload_ends_a_refresh(hass: HomeAssistant, files: Path, tmp_path: Path) -> None:
    entry = make_entry(copying_command(files))
    coordinator = await set_up(hass, entry)
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


async def test_refresh_after_the_end_is_none(hass: HomeAssistant, files: Path) -> None:
    """Nothing runs any more, and what came of the refresh before is not what came of this one."""
    coordinator = await set_up(hass, make_entry(copying_command(files)))
    heard = Heard(coordinator)
    await coordinator.async_shutdown()
    with pytest.raises(HomeAssistantError):
        await coordinator.async_refresh_feed(Cause.BUTTON)
    assert len(coordinator.history) == 1
    assert heard == []


@pytest.mark.parametrize("command", [FAIL, None], ids=["fails", "succeeds"])
async def test_refresh_that_a_shutdown_cuts_off(
    hass: HomeAssistant, files: Path, command: str | None, hass_storage: dict[str, Any]
) -> None:
    """Who stops Home Assistant may have ended the provider too: its end says nothing."""
    coordinator = await set_up(hass, make_entry(copying_command(files)))
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
    hass: HomeAssistant, files: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await set_up(hass, make_entry(copying_command(files)))
    called: list[datetime] = []
    coordinator.async_add_listener(lambda: called.append(datetime.now(UTC)))
    for minutes in (10, 29, 30, 45, 60, 75):
        await move(hass, freezer, NOON + timedelta(minutes=minutes))
    assert called == [NOON + timedelta(minutes=30), NOON + timedelta(minutes=60)]


async def test_progress(hass: HomeAssistant, files: Path) -> None:
    coordinator = await set_up(hass, make_entry(copying_command(files)))
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


async def test_folder(hass: HomeAssistant, files: Path, freezer: FrozenDateTimeFactory) -> None:
    entry = MockConfigEntry(
        domain="toonami_downlink", data={"provider": "folder", "provider_folder": str(files)}
    )
    coordinator = await set_up(hass, entry)
    assert coordinator.data is not None
    assert coordinator.provider_version is None
    write_files(files, make_feed(NOON.replace(hour=0), show="Something else"))
    for step in range(1, 5):
        await move(hass, freezer, NOON + timedelta(seconds=31 * step))
    assert coordinator.last_record is not None
    assert coordinator.last_record.cause is Cause.FOLDER
    assert coordinator.data.feed.guide["toonami_east"][0].title == "Something else 1-0"
    refreshed = len(coordinator.history)
    for step in range(5, 8):
        await move(hass, freezer, NOON + timedelta(seconds=31 * step))
    assert len(coordinator.history) == refreshed


async def test_damaged_generation_is_skipped(
    hass: HomeAssistant, files: Path, caplog: pytest.LogCaptureFixture
) -> None:
    entry = make_entry(copying_command(files))
    coordinator = await set_up(hass, entry)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert coordinator.generation is not None
    newest = coordinator.generation.number
    await hass.config_entries.async_unload(entry.entry_id)
    for guide in (data_folder(hass) / "generations").glob(f"*{newest}/guide.xml"):
        guide.write_bytes(b"damaged")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator = entry.runtime_data
    assert coordinator.generation is not None
    assert coordinator.generation.number == newest - 1
    assert "A stored feed is damaged" in caplog.text


async def test_numbers_are_remembered(
    hass: HomeAssistant, files: Path, hass_storage: dict[str, Any]
) -> None:
    playlist = (files / "index.m3u").read_text()
    extra = '#EXTINF:-1 tvg-name="Kids Central",Kids Central\nhttps://n1.example.com/k.m3u8\n'
    (files / "index.m3u").write_text(playlist + extra)
    coordinator = await set_up(hass, make_entry(copying_command(files)))
    assert coordinator.data is not None
    assert coordinator.data.feed.channel(8) is not None
    assert hass_storage["toonami_downlink.state"]["data"]["numbers"] == {"other_kids_central": 8}
