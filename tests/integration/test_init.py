"""The life of the entry: loaded, unloaded, removed without a trace."""

from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest

from custom_components.toonami_downlink import async_remove_config_entry_device, async_unload_entry
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import async_loaded_coordinator
from custom_components.toonami_downlink.refreshing.refresh import data_folder

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
    for device in devices:
        assert not await async_remove_config_entry_device(hass, entry, device)
    gone = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "other_gone")}
    )
    assert await async_remove_config_entry_device(hass, entry, gone)
    entry.runtime_data.data = None
    assert await async_remove_config_entry_device(hass, entry, gone)
