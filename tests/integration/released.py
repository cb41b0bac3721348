"""What released versions of the integration left behind, put where Home Assistant looks for it."""

from datetime import UTC, datetime
import json
from pathlib import Path
import shutil
from typing import Any

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.refreshing.refresh import data_folder

LAYOUTS = Path(__file__).parent / "layouts"
NOW = datetime(2026, 11, 24, 12, 10, tzinfo=UTC)
"""Ten minutes after the feed of the layouts was made."""


def restore(hass: HomeAssistant, layout: Path, hass_storage: dict[str, Any]) -> MockConfigEntry:
    """Put everything where Home Assistant expects it after an upgrade or a downgrade."""
    for path in (layout / "storage").iterdir():
        hass_storage[path.name] = json.loads(path.read_text())
    shutil.copytree(layout / "data", data_folder(hass))
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Toonami Downlink",
        **json.loads((layout / "config_entry.json").read_text()),
    )
    entry.add_to_hass(hass)
    return entry
