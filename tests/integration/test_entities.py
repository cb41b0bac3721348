"""Every entity, as it is."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.toonami_downlink import PLATFORMS

from .harness import limit_platforms, setup_integration


@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_all(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    monkeypatch: pytest.MonkeyPatch,
    platform: Platform,
) -> None:
    limit_platforms(monkeypatch, [platform])
    await setup_integration(hass, entry)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
