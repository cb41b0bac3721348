"""What every test with Home Assistant needs."""

from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    MockHAClientWebSocket,
    WebSocketGenerator,
)
from syrupy.assertion import SnapshotAssertion

# Before the `hass` fixture, else the test plugin's own custom_components package is found first.
import custom_components.toonami_downlink  # noqa: F401
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator

from . import harness
from .common import MIDNIGHT, NOON, home_entry, only
from .factories import make_feed, set_up, write_files
from .harness import Station


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


@pytest.fixture
async def station(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> Station:
    """Give a feed that is published, ten minutes into a programme, and a client as players are."""
    freezer.move_to(harness.NOON)
    return await harness.open_station(hass, hass_client_no_auth)


@pytest.fixture
async def home(
    hass: HomeAssistant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    freezer: FrozenDateTimeFactory,
) -> DownlinkCoordinator:
    """Give a loaded entry without entities, with a feed of two days, for the panel."""
    freezer.move_to(harness.NOON)
    await hass.config.async_set_time_zone("UTC")
    only(monkeypatch, ())
    write_files(tmp_path / "provider", make_feed(MIDNIGHT))
    return await set_up(hass, home_entry(tmp_path / "provider"))


@pytest.fixture
async def socket(
    home: DownlinkCoordinator, hass_ws_client: WebSocketGenerator
) -> MockHAClientWebSocket:
    """Give the panel's connection, of an administrator."""
    return await hass_ws_client(home.hass)
