"""What released versions of the integration left behind, put where Home Assistant looks for it."""

from contextlib import closing
from datetime import UTC, datetime
import json
from pathlib import Path
import shutil
import sqlite3
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR
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
    if (log := layout / "aired.sql").exists():
        make_log(aired_file(hass), log.read_text())
    stored = json.loads((layout / "config_entry.json").read_text())
    subentries = stored.pop("subentries", [])
    entry = MockConfigEntry(
        domain=DOMAIN, title="Toonami Downlink", subentries_data=subentries, **stored
    )
    entry.add_to_hass(hass)
    return entry


def aired_file(hass: HomeAssistant) -> Path:
    """Return where the aired log is."""
    return Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.aired.db"))


def make_log(path: Path, statements: str) -> None:
    """Make an aired log by SQL: so a layout has it as text."""
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(statements)
