"""The dialogs of repairs."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import repairs
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.refreshing.issues import (
    GUIDE_STALE,
    PROVIDER_COMMAND_MISSING,
    PROVIDER_FAILING,
)

from ..factories import (
    FAILING_COMMAND,
    NOON,
    copy_command,
    make_entry,
    make_feed,
    write_provider_files,
)
from ..harness import move_clock, set_provider_command, setup_integration
from .client import API, MISSING, fail, issues, open_flow, post


async def test_use_bundled_provider(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    coordinator: DownlinkCoordinator,
    client: TestClient[Any, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_provider_command(hass, coordinator, MISSING)
    await fail(coordinator, 3)
    started: list[Cause] = []

    async def refresh_feed(_self: DownlinkCoordinator, cause: Cause) -> None:
        started.append(cause)

    monkeypatch.setattr(DownlinkCoordinator, "async_refresh_feed", refresh_feed)
    result = await open_flow(client, PROVIDER_COMMAND_MISSING)
    assert result["type"] == "form"
    assert result["step_id"] == "confirm"
    assert MISSING in result["description_placeholders"]["message"]
    result = await post(client, f"{API}/{result['flow_id']}", {})
    assert result["type"] == "create_entry"
    await hass.async_block_till_done()
    assert entry.data == {"provider": "bundled"}
    assert issues(hass) == {}
    assert entry.runtime_data is not coordinator
    assert entry.runtime_data.settings.provider == "bundled"
    assert started == [Cause.REPAIR]


async def test_refresh_from_the_dialog(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    client: TestClient[Any, Any],
) -> None:
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await fail(coordinator, 3)
    result = await open_flow(client, PROVIDER_FAILING)
    assert result["type"] == "menu"
    assert result["menu_options"] == ["refresh", "reconfigure"]
    assert "no signal" in result["description_placeholders"]["cause"]
    flow_path = f"{API}/{result['flow_id']}"
    result = await post(client, flow_path, {"next_step_id": "refresh"})
    assert result["type"] == "progress"
    assert result["progress_action"] == "refresh"
    await hass.async_block_till_done()
    result = await (await client.get(flow_path)).json()
    assert (result["type"], result["reason"]) == ("abort", "still_failing")
    assert "no signal from the dish" in result["description_placeholders"]["cause"]
    assert set(issues(hass)) == {PROVIDER_FAILING}
    set_provider_command(hass, coordinator, copy_command(folder))
    result = await open_flow(client, PROVIDER_FAILING)
    flow_path = f"{API}/{result['flow_id']}"
    await post(client, flow_path, {"next_step_id": "refresh"})
    await hass.async_block_till_done()
    result = await (await client.get(flow_path)).json()
    assert result["type"] == "create_entry"
    assert issues(hass) == {}
    assert coordinator.failures == 0


async def flow_of(hass: HomeAssistant, issue_id: str) -> Any:
    """Open a dialog without the web server, to see how it ends."""
    manager = repairs.repairs_flow_manager(hass)
    assert manager is not None
    return manager, await manager.async_init(
        DOMAIN, context={"issue_id": issue_id}, data={"issue_id": issue_id}
    )


async def test_a_refresh_that_brings_no_guide_leaves_a_stale_guide_stale(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    """It succeeds, for the channels are well."""
    await setup_integration(hass, make_entry(folder, stale_hours=3))
    (folder / "index.xml").write_text("<tv></tv>")
    await move_clock(hass, freezer, NOON + timedelta(hours=3))

    async def refresh() -> Any:
        manager, result = await flow_of(hass, GUIDE_STALE)
        result = await manager.async_configure(result["flow_id"], {"next_step_id": "refresh"})
        assert result["type"] == "progress"
        await hass.async_block_till_done(wait_background_tasks=True)
        return await manager.async_configure(result["flow_id"])

    result = await refresh()
    assert (result["type"], result["reason"]) == ("abort", "still_failing")
    assert result["description_placeholders"]["cause"] == (
        "What the provider wrote cannot be used: guide: it lists no programme of these channels"
    )
    assert set(issues(hass)) == {GUIDE_STALE}
    write_provider_files(folder, make_feed())
    assert (await refresh())["type"] == "create_entry"
    assert issues(hass) == {}


async def test_unloaded_while_the_dialog_waits(
    hass: HomeAssistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder))
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await fail(coordinator, 3)
    manager, result = await flow_of(hass, PROVIDER_FAILING)

    async def cancelled(_cause: Cause) -> None:
        raise HomeAssistantError

    monkeypatch.setattr(coordinator, "async_refresh_feed", cancelled)
    result = await manager.async_configure(result["flow_id"], {"next_step_id": "refresh"})
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")


async def test_closed_dialog_leaves_the_refresh_alone(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await fail(coordinator, 3)
    manager, result = await flow_of(hass, PROVIDER_FAILING)
    await manager.async_configure(result["flow_id"], {"next_step_id": "refresh"})
    manager.async_abort(result["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert coordinator.failures == 4


async def test_reconfigure_from_the_dialog(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await fail(coordinator, 3)
    manager, result = await flow_of(hass, PROVIDER_FAILING)
    result = await manager.async_configure(result["flow_id"], {"next_step_id": "reconfigure"})
    assert result["type"] == "abort"
    assert set(issues(hass)) == {PROVIDER_FAILING}
    if not hasattr(repairs, "FlowType"):
        assert result["reason"] == "reconfigure_by_hand"
        return
    assert result["reason"] == "reconfigure"
    kind, flow_id = result["next_flow"]
    assert kind == "config_flow"
    flow = hass.config_entries.flow.async_get(flow_id)
    assert flow["context"]["source"] == SOURCE_RECONFIGURE
    assert flow["step_id"] == "reconfigure"


async def test_reconfigure_where_a_repair_cannot_go_on(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(repairs, "FlowType", raising=False)
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await fail(coordinator, 3)
    manager, result = await flow_of(hass, PROVIDER_FAILING)
    result = await manager.async_configure(result["flow_id"], {"next_step_id": "reconfigure"})
    assert (result["type"], result["reason"]) == ("abort", "reconfigure_by_hand")
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.parametrize(
    ("command", "issue_id", "answer"),
    [
        pytest.param(FAILING_COMMAND, PROVIDER_FAILING, {"next_step_id": "refresh"}, id="refresh"),
        pytest.param(
            FAILING_COMMAND, PROVIDER_FAILING, {"next_step_id": "reconfigure"}, id="reconfigure"
        ),
        pytest.param(MISSING, PROVIDER_COMMAND_MISSING, {}, id="bundled"),
    ],
)
async def test_unloaded_while_the_dialog_is_open(
    hass: HomeAssistant, folder: Path, command: str, issue_id: str, answer: dict[str, str]
) -> None:
    entry = make_entry(folder)
    coordinator = await setup_integration(hass, entry)
    set_provider_command(hass, coordinator, command)
    await fail(coordinator, 3)
    manager, result = await flow_of(hass, issue_id)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    result = await manager.async_configure(result["flow_id"], answer)
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")


async def test_entry_that_does_not_come_back(
    hass: HomeAssistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = await setup_integration(hass, make_entry(folder))
    set_provider_command(hass, coordinator, MISSING)
    await fail(coordinator, 1)
    manager, result = await flow_of(hass, PROVIDER_COMMAND_MISSING)

    async def reload(_entry_id: str) -> bool:
        return False

    with monkeypatch.context() as patch:
        patch.setattr(hass.config_entries, "async_reload", reload)
        result = await manager.async_configure(result["flow_id"], {})
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")
