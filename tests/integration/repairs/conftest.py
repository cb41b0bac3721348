"""What tests of repairs start with."""

from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import LINKS_RELAY
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator

from ..factories import make_entry


@pytest.fixture(autouse=True)
async def repairs_component(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "repairs", {})


@pytest.fixture
def entry(folder: Path) -> MockConfigEntry:
    """Give an entry as new ones are: nothing is proposed to it."""
    return make_entry(folder, stream_links=LINKS_RELAY)


@pytest.fixture
async def client(
    coordinator: DownlinkCoordinator, hass_client: ClientSessionGenerator
) -> TestClient[Any, Any]:
    return await hass_client()
