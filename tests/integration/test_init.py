"""The life of the entry: loaded, unloaded, removed without a trace."""

from pathlib import Path
import shutil
from typing import Any
from unittest.mock import AsyncMock

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

import custom_components.toonami_downlink as integration
from custom_components.toonami_downlink import async_remove_config_entry_device, async_unload_entry
from custom_components.toonami_downlink.assist.triggers import Sentences
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import (
    DownlinkCoordinator,
    async_loaded_coordinator,
)
from custom_components.toonami_downlink.engine.downlink.errors import StoreError
from custom_components.toonami_downlink.refreshing.refresh import data_folder
from custom_components.toonami_downlink.storage.state import State

from .factories import make_entry
from .harness import setup_integration


async def test_nothing_to_do_without_an_entry(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    assert async_loaded_coordinator(hass) is None


async def test_unload_and_load_again(hass: HomeAssistant, folder: Path) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    state = hass.states.get("sensor.toonami_aftermath_east_now_playing")
    assert state is not None
    assert state.state == "Show 1-24"
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    state = hass.states.get("sensor.toonami_aftermath_east_now_playing")
    assert state is not None
    assert state.state == "unavailable"
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    state = hass.states.get("sensor.toonami_aftermath_east_now_playing")
    assert state is not None
    assert state.state == "Show 1-24"


async def test_entities_that_cannot_be_unloaded_keep_running(
    hass: HomeAssistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)

    async def refuse(*_: object) -> bool:
        return False

    with monkeypatch.context() as patch:
        patch.setattr(hass.config_entries, "async_unload_platforms", refuse)
        assert not await async_unload_entry(hass, entry)
    assert async_loaded_coordinator(hass) is entry.runtime_data


async def test_remove_leaves_nothing(
    hass: HomeAssistant, folder: Path, hass_storage: dict[str, Any]
) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    folder = data_folder(hass)
    assert (folder / "generations").is_dir()
    assert [key for key in hass_storage if key.startswith(DOMAIN)]
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not folder.exists()
    assert not [key for key in hass_storage if key.startswith(DOMAIN)]
    assert not [domain for domain, _ in ir.async_get(hass).issues if domain == DOMAIN]
    assert not [state for state in hass.states.async_all() if "toonami" in state.entity_id]


class Listeners:
    """How many listen to the bus, the dispatcher, the clock and the stop, by what they do."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    @property
    def counts(self) -> dict[str, int]:
        """Count them; what is always the same needs no name."""
        dispatcher = self._hass.data.get("dispatcher", {})
        timers: Any = self._hass.loop._scheduled  # type: ignore[attr-defined]  # noqa: SLF001
        return {
            **{str(kind): count for kind, count in self._hass.bus.async_listeners().items()},
            "dispatcher": sum(len(targets) for targets in dispatcher.values()),
            "timers": sum(not timer.cancelled() for timer in timers),
            "shutdown": len(self._hass._shutdown_jobs),  # noqa: SLF001
        }


@pytest.mark.parametrize("has_conversation", [False, True], ids=["no Assist", "Assist"])
async def test_repeated_set_up_leaves_no_listener(
    hass: HomeAssistant,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    has_conversation: bool,
) -> None:
    if has_conversation:
        hass.config.components.add("conversation")
        monkeypatch.setattr(Sentences, "async_update", AsyncMock())
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    listeners = Listeners(hass)
    before = listeners.counts
    for _ in range(10):
        assert await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert listeners.counts == before


@pytest.mark.parametrize("where", ["feed", "panel", "platforms"])
async def test_failed_set_up_leaves_no_listener(
    hass: HomeAssistant, folder: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    listeners = Listeners(hass)
    before = listeners.counts

    def fail(*_: object, **__: object) -> None:
        raise StoreError("the disk is gone")

    if where == "feed":
        monkeypatch.setattr(DownlinkCoordinator, "async_load", fail)
    elif where == "panel":
        monkeypatch.setattr(integration, "async_register_panel", fail)
    else:
        monkeypatch.setattr(hass.config_entries, "async_forward_entry_setups", fail)
    for _ in range(20):
        assert not await hass.config_entries.async_setup(entry.entry_id)
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert listeners.counts == before
    assert State.shared(hass) is None


async def test_device_of_an_entry_that_is_not_loaded(
    hass: HomeAssistant,
    folder: Path,
    device_registry: dr.DeviceRegistry,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert await async_setup_component(hass, "config", {})
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    gone = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "other_gone")}
    )
    await hass.config_entries.async_unload(entry.entry_id)
    socket = await hass_ws_client(hass)
    await socket.send_json_auto_id(
        {
            "type": "config/device_registry/remove_config_entry",
            "config_entry_id": entry.entry_id,
            "device_id": gone.id,
        }
    )
    answer = await socket.receive_json()
    assert not answer["success"]
    assert answer["error"]["message"].startswith("Toonami Downlink is not running at the moment.")
    assert "Traceback" not in caplog.text
    assert device_registry.async_get(gone.id)


async def test_devices(
    hass: HomeAssistant, folder: Path, device_registry: dr.DeviceRegistry
) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert {device.name for device in devices} == {
        "Toonami Downlink",
        "Toonami Aftermath East",
        "Toonami Aftermath West",
        "Snickelodeon East",
        "Snickelodeon West",
        "MTV97",
        "Movies",
        "Toonami Aftermath Radio",
    }
    service = next(device for device in devices if device.name == "Toonami Downlink")
    assert service.configuration_url == "homeassistant://toonami-downlink"
    movies = next(device for device in devices if device.name == "Movies")
    assert movies.configuration_url == "homeassistant://toonami-downlink/watch/6"
    for device in devices:
        assert not await async_remove_config_entry_device(hass, entry, device)
    gone = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "other_gone")}
    )
    assert await async_remove_config_entry_device(hass, entry, gone)
    entry.runtime_data.data = None
    assert await async_remove_config_entry_device(hass, entry, gone)


async def test_devices_that_went_while_it_was_away(
    hass: HomeAssistant, folder: Path, device_registry: dr.DeviceRegistry
) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    gone = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "other_gone")}
    )
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    foreign = device_registry.async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "other_gone")}
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert device_registry.async_get(gone.id) is None
    assert device_registry.async_get(foreign.id)
    assert len(dr.async_entries_for_config_entry(device_registry, entry.entry_id)) == 8


async def test_without_a_feed_no_device_goes(
    hass: HomeAssistant, folder: Path, device_registry: dr.DeviceRegistry
) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    shutil.rmtree(data_folder(hass) / "generations")
    (folder / "index.m3u").unlink()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.runtime_data.data is None
    assert len(dr.async_entries_for_config_entry(device_registry, entry.entry_id)) == 8
