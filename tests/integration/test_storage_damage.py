"""What is stored and cannot be used: steps between layouts, damaged files."""

from datetime import timedelta
import json
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import storage
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.errors import NewerVersionError
from custom_components.toonami_downlink.engine.downlink.publish import store
from custom_components.toonami_downlink.refreshing.refresh import data_folder
from custom_components.toonami_downlink.storage.versioned_store import Data, VersionedStore

from .released import NOW

REAL = {name: getattr(storage.Store, name) for name in ("_async_load", "_async_write_data")}
STATE = f"{DOMAIN}.state"


def rename(data: Data) -> Data:
    return {"fresh": data["old"]}


def double(data: Data) -> Data:
    return {"fresh": data["fresh"] * 2}


@pytest.mark.parametrize(
    ("version", "data"),
    [(1, {"old": 4}), (2, {"fresh": 4}), (3, {"fresh": 8})],
    ids=["two-steps", "one-step", "none"],
)
async def test_steps_lead_to_the_newest_layout(
    hass: HomeAssistant, hass_storage: dict[str, Any], version: int, data: Data
) -> None:
    hass_storage["key"] = {"version": version, "minor_version": 1, "key": "key", "data": data}
    file = VersionedStore(hass, "key", (rename, double))

    assert await file.async_load() == {"fresh": 8}

    assert hass_storage["key"]["version"] == 3
    assert hass_storage["key"]["data"] == {"fresh": 8}
    assert await VersionedStore(hass, "key", (rename, double)).async_load() == {"fresh": 8}
    with pytest.raises(NewerVersionError):
        await VersionedStore(hass, "key", (rename,)).async_load()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("[]", id="list"),
        pytest.param("7", id="number"),
        pytest.param('{"data": {}}', id="no-version"),
        pytest.param('{"version": "1", "data": {}}', id="text-for-version"),
        pytest.param('{"version": 1, "minor_version": 1}', id="no-data"),
        pytest.param('{"version": 1, "minor_version": 1, "data": [1]}', id="data-is-a-list"),
        pytest.param('{"version": 1, "data": {"wrong": 1}}', id="step-does-not-fit"),
        pytest.param('{"version": 1, "minor', id="cut-off"),
    ],
)
async def test_a_damaged_file_is_put_aside(
    hass: HomeAssistant,
    content: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = Path(hass.config.path(storage.STORAGE_DIR, "key"))
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)  # noqa: ASYNC240  # the folder is of this test only
    with monkeypatch.context() as patch:
        for name, method in REAL.items():
            patch.setattr(storage.Store, name, method)
        file = VersionedStore(hass, "key", (rename,))

        assert not await file.async_load()

        assert [kept.read_text() for kept in path.parent.glob("key.corrupt*")] == [content]
        assert "corrupt" in caplog.text
        await file.async_save({"fresh": 1})
        assert await VersionedStore(hass, "key", (rename,)).async_load() == {"fresh": 1}


@pytest.mark.parametrize(
    "damage",
    [
        {"numbers": [], "history": {}, "honoured": 7, "schedule": 5},
        {"numbers": {"a": "1"}, "history": [None, 1, {}], "honoured": "soon", "schedule": None},
        {"honoured": "2026-11-24T12:00:00"},
        {"history": [{"started": "2026-11-24T12:00:00", "finished": "2026-11-24T12:00:01"}]},
        {"numbers": None, "history": None},
        {"relay_declined": "yes"},
    ],
    ids=["kinds", "values", "no-time-zone", "history-without-time-zone", "nothing", "flag"],
)
async def test_a_damaged_state_is_left_out(
    hass: HomeAssistant, newest: MockConfigEntry, hass_storage: dict[str, Any], damage: Data
) -> None:
    hass_storage[STATE]["data"] |= damage

    assert await hass.config_entries.async_setup(newest.entry_id)

    coordinator: DownlinkCoordinator = newest.runtime_data
    assert coordinator.data
    assert coordinator.next_refresh
    assert coordinator.next_refresh > NOW - timedelta(days=1)


async def test_what_a_later_version_counts_does_not_spoil_a_feed(
    hass: HomeAssistant, newest: MockConfigEntry
) -> None:
    path = next(data_folder(hass).rglob(store.MANIFEST))
    manifest = json.loads(path.read_text())
    manifest["report"]["repairs"] = {"from_the_future": 3, "overlap": 1}
    manifest["report"]["sources"] = {"from_the_future": 3}
    manifest["sha256"] = store._seal(manifest)  # noqa: SLF001  # as the later version does
    path.write_text(json.dumps(manifest))

    assert await hass.config_entries.async_setup(newest.entry_id)

    coordinator: DownlinkCoordinator = newest.runtime_data
    assert coordinator.data
    assert list(coordinator.data.report.fixes.values()) == [1]
