"""The dialogs: every step, every error and the way out of it."""

from datetime import UTC, datetime
from pathlib import Path
import shlex
import sys
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause

from .homes import copying_command, make_entry, make_feed, set_up, write_files

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
async def files(hass: HomeAssistant, tmp_path: Path, freezer: FrozenDateTimeFactory) -> Path:
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(NOON)
    folder = tmp_path / "provider"
    write_files(folder, make_feed(NOON.replace(hour=0)))
    return folder


async def start(hass: HomeAssistant, provider: str) -> ConfigFlowResult:
    """Open the dialog and choose a kind of provider."""
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.MENU
    assert result["menu_options"] == ["bundled", "command", "folder"]
    result = await flow.async_configure(result["flow_id"], {"next_step_id": provider})
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == provider
    assert result["errors"] == {}
    return result


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, user_input: dict[str, Any]
) -> ConfigFlowResult:
    """Fill in a form, and see what it leads to after the progress page."""
    flow = hass.config_entries.flow
    result = await flow.async_configure(result["flow_id"], user_input)
    if result["type"] is FlowResultType.SHOW_PROGRESS:
        assert result["progress_action"] == "refresh"
        await hass.async_block_till_done()
        result = await flow.async_configure(result["flow_id"])
    return result


async def test_command(hass: HomeAssistant, files: Path) -> None:
    result = await start(hass, "command")
    command = copying_command(files)
    result = await submit(hass, result, {"provider_command": command})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "Toonami Downlink"
    assert result["data"] == {"provider": "command", "provider_command": command}
    assert result["options"] == {"stream_links": "relay"}
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator: DownlinkCoordinator = result["result"].runtime_data
    assert coordinator.data is not None
    assert [record.cause for record in coordinator.history] == [Cause.SETUP]


async def test_folder(hass: HomeAssistant, files: Path) -> None:
    result = await start(hass, "folder")
    result = await submit(hass, result, {"provider_folder": str(files)})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {"provider": "folder", "provider_folder": str(files)}


async def test_bundled_passes_what_was_entered(hass: HomeAssistant) -> None:
    result = await start(hass, "bundled")
    # Nothing listens on port 9 of the loopback: the real provider finds nobody.
    entered = {"api_url": "http://127.0.0.1:9", "verify_tls": False}
    result = await submit(hass, result, {"advanced": entered})
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "bundled"
    assert result["errors"] == {"base": "upstream_unreachable"}
    assert result["description_placeholders"] is not None
    assert "127.0.0.1" in result["description_placeholders"]["message"]


@pytest.mark.parametrize(
    ("provider", "user_input", "error"),
    [
        pytest.param("command", {"provider_command": "'open"}, "usage", id="quote left open"),
        pytest.param(
            "command",
            {"provider_command": "/nowhere/at/all"},
            "provider_command_missing",
            id="none",
        ),
        pytest.param(
            "command",
            {"provider_command": shlex.join([sys.executable, "-c", "raise SystemExit('no')"])},
            "provider_failed",
            id="fails",
        ),
        pytest.param("folder", {"provider_folder": "relative"}, "usage", id="relative folder"),
        pytest.param("folder", {"provider_folder": "/nowhere/at/all"}, "usage", id="no folder"),
        pytest.param(
            "folder", {"provider_folder": "/"}, "provider_output", id="folder without files"
        ),
        pytest.param(
            "bundled",
            {"advanced": {"api_url": "ftp://example.com", "verify_tls": True}},
            "usage",
            id="other scheme",
        ),
        pytest.param(
            "bundled",
            {"advanced": {"api_url": "http://[", "verify_tls": True}},
            "usage",
            id="no address",
        ),
    ],
)
async def test_error_and_recovery(
    hass: HomeAssistant, files: Path, provider: str, user_input: dict[str, Any], error: str
) -> None:
    result = await start(hass, provider)
    result = await submit(hass, result, user_input)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == provider
    assert result["errors"] == {"base": error}
    assert result["description_placeholders"] is not None
    assert result["description_placeholders"]["message"]
    assert not hass.config_entries.async_entries(DOMAIN)
    if provider == "command":
        good = {"provider_command": copying_command(files)}
        assert (await submit(hass, result, good))["type"] is FlowResultType.CREATE_ENTRY
    elif provider == "folder":
        good = {"provider_folder": str(files)}
        assert (await submit(hass, result, good))["type"] is FlowResultType.CREATE_ENTRY


async def test_closed_dialog_ends_the_provider(hass: HomeAssistant) -> None:
    result = await start(hass, "command")
    command = shlex.join([sys.executable, "-c", "import time; time.sleep(600)"])
    flow = hass.config_entries.flow
    result = await flow.async_configure(result["flow_id"], {"provider_command": command})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    flow.async_abort(result["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not flow.async_progress()


async def test_only_one_entry(hass: HomeAssistant, files: Path) -> None:
    await set_up(hass, make_entry(copying_command(files)))
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "single_instance_allowed"


async def test_reconfigure(hass: HomeAssistant, files: Path, tmp_path: Path) -> None:
    entry = make_entry(copying_command(files), guide_days=3)
    await set_up(hass, entry)
    other = tmp_path / "other"
    write_files(other, make_feed(NOON.replace(hour=0), show="Other"))
    result = await entry.start_reconfigure_flow(hass)
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "reconfigure"
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"next_step_id": "folder"}
    )
    result = await submit(hass, result, {"provider_folder": str(other)})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data == {"provider": "folder", "provider_folder": str(other)}
    assert entry.options == {"guide_days": 3}
    coordinator: DownlinkCoordinator = entry.runtime_data
    assert coordinator.data is not None
    assert coordinator.data.feed.guide["toonami_east"][0].title == "Other 1-0"
    assert Cause.SETUP in {record.cause for record in coordinator.history}


async def test_failed_reconfigure_changes_nothing(hass: HomeAssistant, files: Path) -> None:
    entry = make_entry(copying_command(files))
    coordinator = await set_up(hass, entry)
    published = coordinator.data
    result = await entry.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"next_step_id": "command"}
    )
    assert result["data_schema"] is not None
    assert result["data_schema"]({}) == {"provider_command": copying_command(files)}
    result = await submit(hass, result, {"provider_command": "/nowhere/at/all"})
    assert result["errors"] == {"base": "provider_command_missing"}
    assert entry.runtime_data.data is published
    assert entry.data["provider_command"] == copying_command(files)


async def test_options(hass: HomeAssistant, files: Path) -> None:
    entry = make_entry(copying_command(files))
    await set_up(hass, entry)
    options = {
        "schedule": "15 */6 * * *",
        "guide_days": 2,
        "stream_links": "home_assistant",
        "max_channels": 2,
        "hdhomerun": True,
        "provider_timeout": 60,
        "stale_hours": 24,
    }
    flow = hass.config_entries.options
    result = await flow.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.FORM
    result = await flow.async_configure(result["flow_id"], options | {"schedule": "now and then"})
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"schedule": "invalid_schedule"}
    result = await flow.async_configure(result["flow_id"], options)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == options
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator: DownlinkCoordinator = entry.runtime_data
    assert coordinator.settings.guide_days == 2
    assert (coordinator.settings.stream_links, coordinator.settings.max_channels) == (
        "home_assistant",
        2,
    )
    assert coordinator.next_refresh is not None
    assert coordinator.next_refresh.minute == 15
    assert Cause.MISSED not in {record.cause for record in coordinator.history}
