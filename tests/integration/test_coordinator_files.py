"""What the coordinator makes of provider folders, stored feeds and files that break the ingest."""

from datetime import timedelta
from pathlib import Path
from threading import Event, enumerate as enumerate_threads
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.toonami_downlink.const import WATCH_INTERVAL
from custom_components.toonami_downlink.engine.downlink.models import (
    Cause,
)
from custom_components.toonami_downlink.engine.downlink.process import watched_folder
from custom_components.toonami_downlink.engine.downlink.publish import ingest_process
from custom_components.toonami_downlink.refreshing.refresh import data_folder

from .factories import NOON, make_entry, make_feed, write_provider_files
from .harness import move_clock, setup_integration


async def test_folder(hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory) -> None:
    entry = MockConfigEntry(
        domain="toonami_downlink", data={"provider": "folder", "provider_folder": str(folder)}
    )
    coordinator = await setup_integration(hass, entry)
    assert coordinator.data is not None
    assert coordinator.provider_version is None
    write_provider_files(folder, make_feed(show="Something else"))
    for step in range(1, 5):
        await move_clock(hass, freezer, NOON + timedelta(seconds=31 * step))
    assert coordinator.last_record is not None
    assert coordinator.last_record.cause is Cause.FOLDER
    assert coordinator.data.feed.guide["toonami_east"][95].title == "Something else 1-95"
    refreshed = len(coordinator.history)
    for step in range(5, 8):
        await move_clock(hass, freezer, NOON + timedelta(seconds=31 * step))
    assert len(coordinator.history) == refreshed


async def test_damaged_generation_is_skipped(
    hass: HomeAssistant, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    entry = make_entry(folder)
    coordinator = await setup_integration(hass, entry)
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
    hass: HomeAssistant, folder: Path, hass_storage: dict[str, Any]
) -> None:
    playlist = (folder / "index.m3u").read_text()
    extra = '#EXTINF:-1 tvg-name="Kids Central",Kids Central\nhttps://n1.example.com/k.m3u8\n'
    (folder / "index.m3u").write_text(playlist + extra)
    coordinator = await setup_integration(hass, make_entry(folder))
    assert coordinator.data is not None
    assert coordinator.data.feed.channel(8) is not None
    assert hass_storage["toonami_downlink.state"]["data"]["numbers"] == {"other_kids_central": 8}


@pytest.mark.parametrize("asked", [Cause.BUTTON, Cause.REPAIR])
async def test_files_that_broke_the_ingest_wait_for_a_person(
    hass: HomeAssistant,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: Cause,
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder))
    (folder / "index.xml").write_text((folder / "index.xml").read_text() + "\n")
    with monkeypatch.context() as patch:
        (tmp_path / "__main__.py").write_text("import os; os.abort()")
        patch.setattr(ingest_process, "ENGINE_DIR", tmp_path)
        record = await coordinator.async_refresh_feed(Cause.SCHEDULE)
        assert record.error == "feed_refused"
        assert record.message
        assert "ended with code -6" in record.message
    for cause in (Cause.START, Cause.RETRY, Cause.FOLDER, Cause.SCHEDULE, Cause.MISSED):
        record = await coordinator.async_refresh_feed(cause)
        assert record.message
        assert record.message.endswith("and has not changed since")
    assert (await coordinator.async_refresh_feed(asked)).succeeded
    assert (await coordinator.async_refresh_feed(Cause.SCHEDULE)).succeeded


async def test_a_folder_that_does_not_answer_holds_up_neither_set_up_nor_ticks(
    hass: HomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Event()
    asked: list[Path] = []

    def stuck(path: Path, *_: object) -> tuple[int, int]:
        asked.append(path)
        assert answer.wait(60)
        return 1, 1

    monkeypatch.setattr(watched_folder, "_signature", stuck)
    monkeypatch.setattr(watched_folder.FolderWatch.look, "__defaults__", (0.01,))
    monkeypatch.setattr("custom_components.toonami_downlink.coordinator._FIRST_LOOK_TIMEOUT", 0.01)
    entry = MockConfigEntry(
        domain="toonami_downlink",
        data={"provider": "folder", "provider_folder": str(tmp_path)},
        options={"provider_timeout": 1},
    )
    try:
        coordinator = await setup_integration(hass, entry)
        record = coordinator.last_record
        assert record
        assert record.error == "provider_timed_out"
        # The clock is the real one here: a loop whose clock stands still runs out of no time.
        for tick in range(1, 6):
            async_fire_time_changed(hass, dt_util.utcnow() + tick * WATCH_INTERVAL)
            await hass.async_block_till_done(wait_background_tasks=True)
        assert len(asked) == 1
        looking = [one for one in enumerate_threads() if one.name.startswith("look at ")]
        assert len(looking) == 1
    finally:
        answer.set()
