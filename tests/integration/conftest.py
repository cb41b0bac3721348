"""What every test with Home Assistant needs."""

from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

# Before the `hass` fixture, else the test plugin's own custom_components package is found first.
import custom_components.toonami_downlink  # noqa: F401
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator

from .common import MIDNIGHT, NOON, home_entry
from .homes import make_feed, set_up, write_files


@pytest.fixture(autouse=True)
def auto_enable_custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant load the integration."""


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Give each test a configuration folder of its own: feeds are kept in there."""
    return hass_tmp_config_dir


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Write snapshots as Home Assistant does, whichever plugin was loaded first."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
async def folder(hass: HomeAssistant, tmp_path: Path, freezer: FrozenDateTimeFactory) -> Path:
    """Give a provider two days of guide, of which half a day is over."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(NOON)
    folder = tmp_path / "provider"
    write_files(folder, make_feed(MIDNIGHT))
    return folder


@pytest.fixture
def entry(folder: Path) -> MockConfigEntry:
    """Give the entry of that home; it is not set up."""
    return home_entry(folder)


@pytest.fixture
async def coordinator(hass: HomeAssistant, entry: MockConfigEntry) -> DownlinkCoordinator:
    """Set the entry up, and give its coordinator with the first feed published."""
    return await set_up(hass, entry)


@pytest.fixture
def all_entities_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable those too that are off by default."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
