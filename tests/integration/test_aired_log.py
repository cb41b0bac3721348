"""The aired log in Home Assistant: written when a programme ends, kept over everything."""

from datetime import timedelta
from http import HTTPStatus
import logging
from pathlib import Path
import shutil
import sqlite3

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.backup.const import DATA_MANAGER
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.engine.downlink.publish.aired_log import Aired
from custom_components.toonami_downlink.storage.aired_store import AiredStore

from .factories import MIDNIGHT, NOON, SLOT, make_entry, make_feed, write_provider_files
from .harness import move_clock, setup_integration

EAST = "toonami_east"
YEARS = timedelta(days=3650)


def file_of(hass: HomeAssistant) -> Path:
    return Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.aired.db"))


async def aired(coordinator: DownlinkCoordinator, key: str = EAST) -> list[Aired]:
    """Return all that is known of a channel."""
    found = await coordinator.aired.async_between((key,), NOON - YEARS, NOON + YEARS)
    return found[key]


async def test_what_was_over_at_the_start_was_planned(coordinator: DownlinkCoordinator) -> None:
    found = await aired(coordinator)
    assert [one.programme.title for one in found] == [f"Show 1-{n}" for n in range(24)]
    assert all(one.is_planned for one in found)
    assert await aired(coordinator, "mtv97") == []
    assert coordinator.aired.begins == MIDNIGHT
    assert (await coordinator.aired.async_size())[0] == 4 * 24


async def test_frozen_when_it_ends(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    await move_clock(hass, freezer, NOON + SLOT - timedelta(seconds=1))
    assert len(await aired(coordinator)) == 24
    await move_clock(hass, freezer, NOON + SLOT)
    last = (await aired(coordinator))[-1]
    assert (last.programme.title, last.is_planned) == ("Show 1-24", False)


async def test_a_refresh_changes_only_the_future(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    await move_clock(hass, freezer, NOON + SLOT)
    before = await aired(coordinator)
    write_provider_files(folder, make_feed(show="Other"))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert await aired(coordinator) == before
    await move_clock(hass, freezer, NOON + 2 * SLOT)
    assert [one.programme.title for one in await aired(coordinator)][-2:] == [
        "Show 1-24",
        "Other 1-25",
    ]


async def test_yesterday_is_in_the_guide(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    entry = make_entry(folder, past_days=1)
    coordinator = await setup_integration(hass, entry)
    tomorrow = MIDNIGHT + timedelta(days=1)
    write_provider_files(folder, make_feed(tomorrow, show="Other"))
    freezer.move_to(tomorrow + SLOT)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert coordinator.data is not None
    east = coordinator.data.feed.guide[EAST]
    assert [one.title for one in east][46:50] == [
        "Show 1-46",
        "Show 1-47",
        "Show 1-48",
        "Other 1-1",
    ]
    assert east[0].start == MIDNIGHT
    # The days before that are in the log, and not in the guide.
    freezer.move_to(tomorrow + timedelta(days=1))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert coordinator.data.feed.guide[EAST][0].start == tomorrow
    assert (await aired(coordinator))[0].programme.start == MIDNIGHT
    client = await hass_client_no_auth()
    path = f"/api/{DOMAIN}/{coordinator.credentials.feed_token}/guide.xml"
    answer = await client.get(path)
    guide = await answer.read()
    assert b"<title>Show 1-48</title>" in guide
    assert b"<title>Show 1-47</title>" not in guide
    # A programme that ends makes no other guide of it.
    etag = answer.headers["ETag"]
    await move_clock(hass, freezer, tomorrow + timedelta(days=1) + SLOT)
    answer = await client.get(path, headers={"If-None-Match": etag})
    assert answer.status == HTTPStatus.NOT_MODIFIED


async def test_no_day_of_the_past(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder, past_days=0))
    tomorrow = MIDNIGHT + timedelta(days=1)
    freezer.move_to(tomorrow + SLOT)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert coordinator.data is not None
    assert coordinator.data.feed.guide[EAST][0].start == tomorrow


async def test_over_a_reload_and_a_time_without_home_assistant(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    await move_clock(hass, freezer, NOON + SLOT)
    entry = coordinator.config_entry
    assert await hass.config_entries.async_unload(entry.entry_id)
    freezer.move_to(NOON + 3 * SLOT)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    found = await aired(entry.runtime_data)
    assert [(one.programme.title, one.is_planned) for one in found[-3:]] == [
        ("Show 1-24", False),
        ("Show 1-25", True),
        ("Show 1-26", True),
    ]
    assert await aired(coordinator) == []


async def test_a_clock_that_was_ahead_at_the_start(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    store = AiredStore(hass)
    freezer.move_to(NOON + timedelta(hours=9))
    await store.async_open()
    for slots in (0, 4, 5):
        freezer.move_to(NOON + slots * SLOT)
        await store.async_freeze(make_feed())
    last = (await store.async_between((EAST,), NOON - YEARS, NOON + YEARS))[EAST][-1]
    assert (last.programme.stop, last.is_planned) == (NOON + 5 * SLOT, False)
    await store.async_close()


@pytest.mark.parametrize(
    "damage",
    [lambda path: path.write_bytes(b"no data base"), lambda path: path.mkdir()],
    ids=["damaged", "a folder"],
)
async def test_no_reason_not_to_start(
    hass: HomeAssistant, folder: Path, caplog: pytest.LogCaptureFixture, damage: object
) -> None:
    file_of(hass).parent.mkdir(exist_ok=True)
    damage(file_of(hass))  # type: ignore[operator]  # one of those above
    coordinator = await setup_integration(hass, make_entry(folder))
    assert coordinator.data is not None
    lines = [
        record.getMessage()
        for record in caplog.records
        if DOMAIN in record.name and record.levelno >= logging.WARNING
    ]
    assert len(lines) == 1
    if file_of(hass).is_file():
        assert "is damaged" in lines[0]
        assert len(await aired(coordinator)) == 24
    else:
        assert lines[0].startswith("What was on is not remembered")
        assert await aired(coordinator) == []
        assert await coordinator.aired.async_size() == (0, 0)
        # It is tried again with the next programme that ends.
        file_of(hass).rmdir()
        await coordinator.async_freeze()
        assert len(await aired(coordinator)) == 24


async def test_a_file_of_a_newer_version_is_left_alone(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, caplog: pytest.LogCaptureFixture
) -> None:
    entry = coordinator.config_entry
    assert await hass.config_entries.async_unload(entry.entry_id)
    database = sqlite3.connect(file_of(hass))
    database.execute("PRAGMA user_version = 99")
    database.close()
    before = file_of(hass).read_bytes()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "has layout 99" in caplog.text
    assert file_of(hass).read_bytes() == before
    assert await aired(entry.runtime_data) == []


async def test_what_breaks_while_it_runs(
    hass: HomeAssistant,
    coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file_of(hass).write_bytes(b"\0" * 65_536)
    await move_clock(hass, freezer, NOON + SLOT)
    assert caplog.text.count("What was on is not remembered") == 1
    await move_clock(hass, freezer, NOON + 2 * SLOT)
    assert "is damaged" in caplog.text
    # The day is in the feed, and so it is known again.
    assert len(await aired(coordinator)) == 26


async def test_a_backup_finds_it_whole(
    hass: HomeAssistant,
    coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
    tmp_path: Path,
) -> None:
    assert await async_setup_component(hass, "backup", {})
    await hass.async_block_till_done()
    manager = hass.data[DATA_MANAGER]
    await manager.async_pre_backup_actions()
    before = file_of(hass).read_bytes()
    await move_clock(hass, freezer, NOON + SLOT)
    shutil.copy(file_of(hass), tmp_path / "copy.db")
    assert file_of(hass).read_bytes() == before
    assert len(await aired(coordinator)) == 24
    await manager.async_post_backup_actions()
    assert len(await aired(coordinator)) == 25
    database = sqlite3.connect(tmp_path / "copy.db")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()


async def test_a_backup_waits_for_what_is_being_written(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    store = coordinator.aired
    freezer.move_to(NOON + SLOT)
    reading = hass.async_create_task(store.async_size())
    freezing = hass.async_create_task(coordinator.async_freeze())
    await hass.async_create_task(store.async_hold())
    assert reading.done()
    assert freezing.done()
    assert len(await aired(coordinator)) == 25


async def test_a_backup_without_the_entry(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "backup", {})
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()
    await hass.data[DATA_MANAGER].async_pre_backup_actions()
    await hass.data[DATA_MANAGER].async_post_backup_actions()


async def test_it_is_deleted_with_the_entry(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    assert file_of(hass).is_file()
    assert await hass.config_entries.async_remove(coordinator.config_entry.entry_id)
    await hass.async_block_till_done()
    assert not file_of(hass).exists()
