"""Fixtures for all tests with Home Assistant."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
import threading
from typing import Any

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
from custom_components.toonami_downlink.panel import registration
from custom_components.toonami_downlink.panel.files import Files, read_files
from custom_components.toonami_downlink.recording import library
from custom_components.toonami_downlink.streaming.manager import StreamManager

from . import released
from .broadcast import Station
from .factories import NOON, make_entry, make_feed, write_provider_files
from .harness import NOW, Harness, limit_platforms, setup_integration, start_harness
from .phone import Phone, make_phone
from .recorded import House, open_house
from .upstream import monotonic


@pytest.fixture(scope="session", autouse=True)
def panel_files() -> Iterator[None]:
    """Make the panel's files once for all tests; those of another folder are made each time."""
    ours = registration.FRONTEND_DIR
    once = cache(read_files)

    def read(folder: Path) -> Files:
        return once(folder) if folder == ours else read_files(folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registration, "read_files", read)
        yield


@pytest.fixture(autouse=True)
async def enable_event_loop_debug() -> None:
    """Let the loop check what its debug mode checks, as the test plugin has it.

    Not noted is only where each task and callback was made, which took a fifth of a test's time:
    that is what others ask the loop for, who checks by itself.
    """
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    pytest.MonkeyPatch().setattr(loop, "get_debug", lambda: False)  # the loop is this test's alone


@pytest.fixture(autouse=True)
def threads_of_disks() -> Iterator[None]:
    """See the threads of recordings end, which have answered a moment before they do."""
    yield
    for thread in threading.enumerate():
        if thread.name == "recordings disk":
            thread.join(timeout=5)


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
    """Make a provider's folder with a guide of two days, of which half a day is over."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(NOON)
    folder = tmp_path / "provider"
    write_provider_files(folder, make_feed())
    return folder


@pytest.fixture
def entry(folder: Path) -> MockConfigEntry:
    """Make an entry on that folder; it is not set up."""
    return make_entry(folder)


@pytest.fixture
async def coordinator(hass: HomeAssistant, entry: MockConfigEntry) -> DownlinkCoordinator:
    """Set the entry up; return its coordinator with the first feed published."""
    return await setup_integration(hass, entry)


@pytest.fixture
def all_entities_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable entities that are off by default, too."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)


@pytest.fixture
async def harness(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> Harness:
    """Load an entry with a published feed, ten minutes into a programme."""
    freezer.move_to(NOW)
    return await start_harness(hass, hass_client_no_auth)


@pytest.fixture
async def panel_coordinator(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    freezer: FrozenDateTimeFactory,
) -> DownlinkCoordinator:
    """Set the entry up without entities, ten minutes into a programme."""
    freezer.move_to(NOW)
    limit_platforms(monkeypatch, ())
    return await setup_integration(hass, entry)


@pytest.fixture
async def socket(
    panel_coordinator: DownlinkCoordinator, hass_ws_client: WebSocketGenerator
) -> MockHAClientWebSocket:
    """Open the panel's websocket as an administrator."""
    return await hass_ws_client(panel_coordinator.hass)


@pytest.fixture
def newest(
    hass: HomeAssistant, hass_storage: dict[str, Any], freezer: FrozenDateTimeFactory
) -> MockConfigEntry:
    """What the newest layout leaves behind; nothing is loaded yet."""
    freezer.move_to(released.NOW)
    return released.restore(hass, max(released.LAYOUTS.iterdir()), hass_storage)


@pytest.fixture
async def phone(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    freezer: FrozenDateTimeFactory,
    socket_enabled: None,
) -> AsyncIterator[Phone]:
    """Register a telephone with the mobile app; it gets its messages on the loopback interface."""
    freezer.move_to(NOON)
    async with make_phone(hass, hass_client) as phone:
        yield phone


@pytest.fixture
async def house(
    hass: HomeAssistant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    socket_enabled: None,
    hass_storage: dict[str, Any],
) -> AsyncIterator[House]:
    """Make a house that may record, without entities; nothing is loaded."""
    limit_platforms(monkeypatch, ())
    monkeypatch.setattr(library, "MIN_FREE", 0)
    async with open_house(hass, tmp_path / "media") as house:
        yield house


@pytest.fixture
def station(monkeypatch: pytest.MonkeyPatch) -> Station:
    """Let segments come when a test says so, in place of those from upstream."""
    station = Station()
    monkeypatch.setattr(StreamManager, "_open_source", station.open)
    return station


@pytest.fixture
async def clock(
    freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> FrozenDateTimeFactory:
    """Stop the clock on the wall, ten minutes into a programme; what is timed goes on."""
    freezer.move_to(NOW)
    monkeypatch.setattr(asyncio.get_running_loop(), "time", monotonic)
    return freezer
