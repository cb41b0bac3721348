"""Repairs: what raises an issue, what clears it, and what its dialog does."""

from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import repairs
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN, LINKS_RELAY, WATCH_INTERVAL
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.refreshing.issues import (
    GUIDE_STALE,
    OLD_CREDENTIALS_IN_USE,
    PROVIDER_COMMAND_MISSING,
    PROVIDER_FAILING,
    async_delete_issues,
)

from .common import FAIL, NOON, home_entry, move, use_command
from .homes import copying_command, set_up

MISSING = "/nowhere/at/all/toonamiaftermath"
API = "/api/repairs/issues/fix"


def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    known = ir.async_get(hass).issues
    return {issue_id: issue for (domain, issue_id), issue in known.items() if domain == DOMAIN}


@pytest.fixture(autouse=True)
async def repairs_component(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "repairs", {})


@pytest.fixture
def entry(folder: Path) -> MockConfigEntry:
    """Give an entry as new ones are: nothing is proposed to it."""
    return home_entry(folder, stream_links=LINKS_RELAY)


@pytest.fixture
async def client(
    coordinator: DownlinkCoordinator, hass_client: ClientSessionGenerator
) -> TestClient[Any, Any]:
    return await hass_client()


async def post(client: TestClient[Any, Any], path: str, data: dict[str, Any]) -> dict[str, Any]:
    response = await client.post(path, json=data)
    assert response.status == HTTPStatus.OK
    answer: dict[str, Any] = await response.json()
    return answer


async def open_flow(client: TestClient[Any, Any], issue_id: str) -> dict[str, Any]:
    return await post(client, API, {"handler": DOMAIN, "issue_id": issue_id})


async def test_nothing_to_repair(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert issues(hass) == {}


async def fail(coordinator: DownlinkCoordinator, times: int) -> None:
    for _ in range(times):
        await coordinator.async_refresh_feed(Cause.BUTTON)


async def test_provider_failing(
    hass: HomeAssistant, folder: Path, coordinator: DownlinkCoordinator
) -> None:
    use_command(hass, coordinator, FAIL)
    await fail(coordinator, 2)
    assert issues(hass) == {}
    await fail(coordinator, 1)
    issue = issues(hass)[PROVIDER_FAILING]
    assert issue.severity is ir.IssueSeverity.WARNING
    assert issue.is_fixable
    placeholders = issue.translation_placeholders
    assert placeholders is not None
    assert placeholders["failures"] == "3"
    assert placeholders["cause"].startswith("The provider failed: ")
    assert "no signal from the dish" in placeholders["cause"]
    await fail(coordinator, 1)
    placeholders = issues(hass)[PROVIDER_FAILING].translation_placeholders
    assert placeholders is not None
    assert placeholders["failures"] == "4"
    use_command(hass, coordinator, copying_command(folder))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert issues(hass) == {}


async def test_cause_in_another_language_falls_back(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    hass.config.language = "nl"
    use_command(hass, coordinator, FAIL)
    await fail(coordinator, 3)
    placeholders = issues(hass)[PROVIDER_FAILING].translation_placeholders
    assert placeholders is not None
    assert placeholders["cause"]


async def test_failing_survives_a_restart(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    entry = home_entry(folder, stream_links=LINKS_RELAY)
    coordinator = await set_up(hass, entry)
    use_command(hass, coordinator, FAIL)
    await fail(coordinator, 3)
    async_delete_issues(hass)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await move(hass, freezer, NOON + WATCH_INTERVAL)
    assert set(issues(hass)) == {PROVIDER_FAILING}


async def test_changing_the_provider_clears(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    entry = home_entry(folder, stream_links=LINKS_RELAY)
    coordinator = await set_up(hass, entry)
    use_command(hass, coordinator, FAIL)
    await fail(coordinator, 3)
    freezer.tick(timedelta(seconds=5))
    result = await entry.start_reconfigure_flow(hass)
    flow = hass.config_entries.flow
    result = await flow.async_configure(result["flow_id"], {"next_step_id": "folder"})
    result = await flow.async_configure(result["flow_id"], {"provider_folder": str(folder)})
    await hass.async_block_till_done()
    assert set(issues(hass)) == {PROVIDER_FAILING}
    await flow.async_configure(result["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    await move(hass, freezer, NOON + 2 * WATCH_INTERVAL)
    assert issues(hass) == {}


async def test_command_missing(
    hass: HomeAssistant, folder: Path, coordinator: DownlinkCoordinator
) -> None:
    use_command(hass, coordinator, MISSING)
    await fail(coordinator, 4)
    assert set(issues(hass)) == {PROVIDER_COMMAND_MISSING}
    issue = issues(hass)[PROVIDER_COMMAND_MISSING]
    assert issue.severity is ir.IssueSeverity.ERROR
    assert issue.translation_placeholders is not None
    assert MISSING in issue.translation_placeholders["message"]
    use_command(hass, coordinator, copying_command(folder))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert issues(hass) == {}


async def test_guide_stale(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    options = {"stream_links": LINKS_RELAY, "stale_hours": 3, "schedule": "0 0 1 1 *"}
    coordinator = await set_up(hass, home_entry(folder, **options))
    await move(hass, freezer, NOON + timedelta(hours=3) - WATCH_INTERVAL)
    assert issues(hass) == {}
    await move(hass, freezer, NOON + timedelta(hours=3))
    issue = issues(hass)[GUIDE_STALE]
    assert issue.translation_placeholders == {"made": "2026-11-24 12:00", "hours": "3"}
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert issues(hass) == {}


async def test_no_feed_yet_is_not_stale(hass: HomeAssistant, folder: Path) -> None:
    (folder / "index.m3u").unlink()
    await set_up(hass, home_entry(folder, stream_links=LINKS_RELAY))
    assert issues(hass) == {}


async def test_old_credentials(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    record = coordinator.clients.record
    record("192.168.1.5", "TiviMate/4.7.0", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS)
    record("192.168.1.6", "Kodi/21", RequestKind.GUIDE, Outcome.REFUSED)
    await move(hass, freezer, NOON + WATCH_INTERVAL)
    assert set(issues(hass)) == {OLD_CREDENTIALS_IN_USE}
    issue = issues(hass)[OLD_CREDENTIALS_IN_USE]
    assert not issue.is_fixable
    assert issue.translation_placeholders == {"players": "192.168.1.5 (TiviMate)"}
    record("192.168.1.5", "TiviMate/4.7.0", RequestKind.PLAYLIST, Outcome.OK)
    await move(hass, freezer, NOON + 2 * WATCH_INTERVAL)
    assert issues(hass) == {}


async def test_old_credentials_are_forgotten(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    for last in range(7, 0, -1):
        coordinator.clients.record(
            f"192.168.1.{last}", "Kodi/21", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS
        )
    await move(hass, freezer, NOON + timedelta(hours=23))
    placeholders = issues(hass)[OLD_CREDENTIALS_IN_USE].translation_placeholders
    assert placeholders is not None
    assert placeholders["players"].startswith("192.168.1.1 (Kodi), 192.168.1.2 (Kodi), ")
    assert placeholders["players"].endswith("192.168.1.5 (Kodi), …")
    await move(hass, freezer, NOON + timedelta(hours=24))
    assert OLD_CREDENTIALS_IN_USE not in issues(hass)


async def test_use_bundled_provider(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    coordinator: DownlinkCoordinator,
    client: TestClient[Any, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_command(hass, coordinator, MISSING)
    await fail(coordinator, 1)
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
    assert started == [Cause.BUTTON]


async def test_refresh_from_the_dialog(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    client: TestClient[Any, Any],
) -> None:
    use_command(hass, coordinator, FAIL)
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
    use_command(hass, coordinator, copying_command(folder))
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


async def test_unloaded_while_the_dialog_waits(
    hass: HomeAssistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = await set_up(hass, home_entry(folder, stream_links=LINKS_RELAY))
    use_command(hass, coordinator, FAIL)
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
    use_command(hass, coordinator, FAIL)
    await fail(coordinator, 3)
    manager, result = await flow_of(hass, PROVIDER_FAILING)
    await manager.async_configure(result["flow_id"], {"next_step_id": "refresh"})
    manager.async_abort(result["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert coordinator.failures == 4


async def test_reconfigure_from_the_dialog(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    use_command(hass, coordinator, FAIL)
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
    use_command(hass, coordinator, FAIL)
    await fail(coordinator, 3)
    manager, result = await flow_of(hass, PROVIDER_FAILING)
    result = await manager.async_configure(result["flow_id"], {"next_step_id": "reconfigure"})
    assert (result["type"], result["reason"]) == ("abort", "reconfigure_by_hand")
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.parametrize(
    ("command", "issue_id", "answer"),
    [
        pytest.param(FAIL, PROVIDER_FAILING, {"next_step_id": "refresh"}, id="refresh"),
        pytest.param(FAIL, PROVIDER_FAILING, {"next_step_id": "reconfigure"}, id="reconfigure"),
        pytest.param(MISSING, PROVIDER_COMMAND_MISSING, {}, id="bundled"),
    ],
)
async def test_unloaded_while_the_dialog_is_open(
    hass: HomeAssistant, folder: Path, command: str, issue_id: str, answer: dict[str, str]
) -> None:
    entry = home_entry(folder, stream_links=LINKS_RELAY)
    coordinator = await set_up(hass, entry)
    use_command(hass, coordinator, command)
    await fail(coordinator, 3)
    manager, result = await flow_of(hass, issue_id)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    result = await manager.async_configure(result["flow_id"], answer)
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")


async def test_entry_that_does_not_come_back(
    hass: HomeAssistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = await set_up(hass, home_entry(folder, stream_links=LINKS_RELAY))
    use_command(hass, coordinator, MISSING)
    await fail(coordinator, 1)
    manager, result = await flow_of(hass, PROVIDER_COMMAND_MISSING)

    async def reload(_entry_id: str) -> bool:
        return False

    with monkeypatch.context() as patch:
        patch.setattr(hass.config_entries, "async_reload", reload)
        result = await manager.async_configure(result["flow_id"], {})
    assert (result["type"], result["reason"]) == ("abort", "not_loaded")


async def test_delete_issues(
    hass: HomeAssistant, folder: Path, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await set_up(hass, entry)
    use_command(hass, coordinator, FAIL)
    await move(hass, freezer, NOON + timedelta(days=4))
    await fail(coordinator, 3)
    assert set(issues(hass)) == {PROVIDER_FAILING, GUIDE_STALE}
    async_delete_issues(hass)
    assert issues(hass) == {}
