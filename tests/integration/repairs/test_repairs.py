"""Repairs: what raises an issue, what clears it, and what its dialog does."""

import dataclasses
from datetime import timedelta
import json
from pathlib import Path
import shlex
import sys
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.toonami_downlink.const import DOMAIN, EVENT_REFRESH, WATCH_INTERVAL
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.engine.downlink.process.command import parse_command
from custom_components.toonami_downlink.refreshing import refresh
from custom_components.toonami_downlink.refreshing.issues import (
    GUIDE_STALE,
    OLD_CREDENTIALS_FOR,
    OLD_CREDENTIALS_IN_USE,
    PROVIDER_COMMAND_MISSING,
    PROVIDER_FAILING,
    async_delete_issues,
)
from custom_components.toonami_downlink.storage.settings import Settings

from ..factories import FAILING_COMMAND, NOON, copy_command, make_entry
from ..harness import move_clock, set_provider_command, setup_integration
from .client import MISSING, fail, issues, open_flow


async def test_nothing_to_repair(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert issues(hass) == {}


async def test_provider_failing(
    hass: HomeAssistant, folder: Path, coordinator: DownlinkCoordinator
) -> None:
    set_provider_command(hass, coordinator, FAILING_COMMAND)
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
    assert "no signal" not in placeholders["cause"], "all users can read the issues"
    await fail(coordinator, 1)
    placeholders = issues(hass)[PROVIDER_FAILING].translation_placeholders
    assert placeholders is not None
    assert placeholders["failures"] == "4"
    set_provider_command(hass, coordinator, copy_command(folder))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert issues(hass) == {}


async def test_cause_in_another_language_falls_back(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    hass.config.language = "nl"
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await fail(coordinator, 3)
    placeholders = issues(hass)[PROVIDER_FAILING].translation_placeholders
    assert placeholders is not None
    assert placeholders["cause"]


async def test_failing_survives_a_restart(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(folder)
    coordinator = await setup_integration(hass, entry)
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await fail(coordinator, 3)
    async_delete_issues(hass)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await move_clock(hass, freezer, NOON + WATCH_INTERVAL)
    assert set(issues(hass)) == {PROVIDER_FAILING}


async def test_issues_do_not_vanish_over_a_reload(hass: HomeAssistant, folder: Path) -> None:
    entry = make_entry(folder)
    set_provider_command(hass, await setup_integration(hass, entry), FAILING_COMMAND)
    await fail(entry.runtime_data, 3)
    changes = async_capture_events(hass, ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED)
    for _ in range(2):
        assert await hass.config_entries.async_reload(entry.entry_id)
        assert set(issues(hass)) == {PROVIDER_FAILING}
    assert not [change for change in changes if change.data["action"] == "remove"]


async def test_ignored_issues_stay_ignored_over_a_reload(hass: HomeAssistant, folder: Path) -> None:
    entry = make_entry(folder)
    coordinator = await setup_integration(hass, entry)
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await fail(coordinator, 3)
    coordinator.clients.record(
        "192.168.1.5", "Kodi/21", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS
    )
    assert await hass.config_entries.async_reload(entry.entry_id)
    for issue_id in (PROVIDER_FAILING, OLD_CREDENTIALS_IN_USE):
        ir.async_ignore_issue(hass, DOMAIN, issue_id, True)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert set(issues(hass)) == {PROVIDER_FAILING, OLD_CREDENTIALS_IN_USE}
    assert all(issue.dismissed_version for issue in issues(hass).values())
    set_provider_command(hass, entry.runtime_data, copy_command(folder))
    await entry.runtime_data.async_refresh_feed(Cause.BUTTON)
    assert set(issues(hass)) == {OLD_CREDENTIALS_IN_USE}, "what is over is over"


async def test_ignored_player_stays_ignored_over_a_restart(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    """Nobody remembers the players; they ask again within hours."""
    registry = ir.async_get(hass)
    registry.issues[DOMAIN, OLD_CREDENTIALS_IN_USE] = dataclasses.replace(
        make_inactive_issue(), dismissed_version="2026.10.4"
    )
    await move_clock(hass, freezer, NOON + WATCH_INTERVAL)
    coordinator.clients.record(
        "192.168.1.5", "Kodi/21", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS
    )
    await move_clock(hass, freezer, NOON + 2 * WATCH_INTERVAL)
    issue = issues(hass)[OLD_CREDENTIALS_IN_USE]
    assert (issue.active, issue.dismissed_version) == (True, "2026.10.4")


async def test_ignored_player_that_never_came_back(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    ir.async_get(hass).issues[DOMAIN, OLD_CREDENTIALS_IN_USE] = make_inactive_issue()
    await move_clock(hass, freezer, NOON + OLD_CREDENTIALS_FOR - WATCH_INTERVAL)
    assert OLD_CREDENTIALS_IN_USE in issues(hass)
    await move_clock(hass, freezer, NOON + OLD_CREDENTIALS_FOR)
    assert OLD_CREDENTIALS_IN_USE not in issues(hass)


def make_inactive_issue() -> ir.IssueEntry:
    """Make what the registry knows after a restart of an issue that was ignored before."""
    return ir.IssueEntry(
        active=False,
        breaks_in_ha_version=None,
        created=NOON,
        data=None,
        dismissed_version="2026.10.4",
        domain=DOMAIN,
        is_fixable=None,
        is_persistent=False,
        issue_domain=None,
        issue_id=OLD_CREDENTIALS_IN_USE,
        learn_more_url=None,
        severity=None,
        translation_key=None,
        translation_placeholders=None,
    )


async def test_disabling_clears(hass: HomeAssistant, folder: Path) -> None:
    entry = make_entry(folder)
    set_provider_command(hass, await setup_integration(hass, entry), FAILING_COMMAND)
    await fail(entry.runtime_data, 3)
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    assert issues(hass) == {}


async def test_sentences_follow_the_language(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await fail(coordinator, 3)
    await hass.config.async_update(language="de")
    await hass.async_block_till_done(wait_background_tasks=True)
    placeholders = issues(hass)[PROVIDER_FAILING].translation_placeholders
    assert placeholders
    assert placeholders["cause"].startswith("Der Anbieter ist fehlgeschlagen: ")


HOSTILE = (
    "![x](http://evil.example/x.png) [a](https://evil.example) www.evil.example <img src=x> `b`"
)


async def test_last_words_are_for_administrators_and_shown_as_text(
    hass: HomeAssistant,
    coordinator: DownlinkCoordinator,
    client: TestClient[Any, Any],
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    command = shlex.join([sys.executable, "-c", f"import sys; sys.exit({HOSTILE!r})"])
    set_provider_command(hass, coordinator, command)
    await fail(coordinator, 3)
    shown = "`" + HOSTILE.replace("`", "'") + "`"
    result = await open_flow(client, PROVIDER_FAILING)
    cause = result["description_placeholders"]["cause"]
    assert cause.endswith(f"python ended with exit code 1.\n\n{shown}")
    guest = await hass_ws_client(hass, hass_read_only_access_token)
    await guest.send_json_auto_id({"type": "repairs/list_issues"})
    seen = json.dumps(await guest.receive_json())
    assert PROVIDER_FAILING in seen
    states = json.dumps([state.as_dict() for state in hass.states.async_all()], default=str)
    stored = json.dumps(
        {key: value for key, value in hass_storage.items() if key != "core.config_entries"},
        default=str,
    )
    for where in (seen, states, stored, caplog.text):
        assert "evil.example" not in where


async def test_names_of_players_are_shown_as_text(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    """A player's name is the first word of its User-Agent, whatever it sends."""
    coordinator.clients.record(
        "192.168.1.5", "www.evil.example", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS
    )
    coordinator.clients.record(
        "192.168.1.6", "__bold__", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS
    )
    await move_clock(hass, freezer, NOON + WATCH_INTERVAL)
    placeholders = issues(hass)[OLD_CREDENTIALS_IN_USE].translation_placeholders
    assert placeholders == {"players": "\\_\\_bold\\_\\_, www\\.evil.example"}


async def test_changing_the_provider_clears(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    entry = make_entry(folder)
    coordinator = await setup_integration(hass, entry)
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await fail(coordinator, 3)
    freezer.tick(timedelta(seconds=5))
    result = await entry.start_reconfigure_flow(hass)
    flow = hass.config_entries.flow
    given = {"advanced": {"provider": "folder", "provider_folder": str(folder)}}
    result = await flow.async_configure(result["flow_id"], given)
    await hass.async_block_till_done()
    assert set(issues(hass)) == {PROVIDER_FAILING}
    await flow.async_configure(result["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    await move_clock(hass, freezer, NOON + 2 * WATCH_INTERVAL)
    assert issues(hass) == {}


async def test_changing_the_provider_is_told(hass: HomeAssistant, folder: Path) -> None:
    """Those who were told of the failures wait to be told of their end."""
    entry = make_entry(folder)
    coordinator = await setup_integration(hass, entry)
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await fail(coordinator, 3)
    events = async_capture_events(hass, EVENT_REFRESH)
    result = await entry.start_reconfigure_flow(hass)
    given = {"advanced": {"provider": "folder", "provider_folder": str(folder)}}
    result = await hass.config_entries.flow.async_configure(result["flow_id"], given)
    await hass.async_block_till_done()
    await hass.config_entries.flow.async_configure(result["flow_id"])
    await hass.async_block_till_done(wait_background_tasks=True)
    told = [(one.data["type"], one.data["cause"]) for one in events]
    assert told == [("recovered", "setup"), ("succeeded", "start")]
    assert [one.data["consecutive_failures"] for one in events] == [3, 0]


async def test_built_in_provider_that_cannot_be_run(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python itself may be replaced while it runs; there is no command then to be changed."""
    command = parse_command(MISSING)
    monkeypatch.setattr(refresh, "bundled_command", lambda *_, **__: command)
    entry = coordinator.config_entry
    hass.config_entries.async_update_entry(entry, data={"provider": "bundled"})
    coordinator.settings = Settings.from_entry(entry)
    await fail(coordinator, 3)
    assert set(issues(hass)) == {PROVIDER_FAILING}


async def test_command_missing(
    hass: HomeAssistant, folder: Path, coordinator: DownlinkCoordinator
) -> None:
    set_provider_command(hass, coordinator, MISSING)
    await fail(coordinator, 4)
    assert set(issues(hass)) == {PROVIDER_COMMAND_MISSING}
    issue = issues(hass)[PROVIDER_COMMAND_MISSING]
    assert issue.severity is ir.IssueSeverity.ERROR
    assert issue.translation_placeholders is not None
    assert MISSING in issue.translation_placeholders["message"]
    set_provider_command(hass, coordinator, copy_command(folder))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert issues(hass) == {}


async def test_guide_stale(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await setup_integration(
        hass, make_entry(folder, stale_hours=3, schedule="0 0 1 1 *")
    )
    await move_clock(hass, freezer, NOON + timedelta(hours=3) - WATCH_INTERVAL)
    assert issues(hass) == {}
    await move_clock(hass, freezer, NOON + timedelta(hours=3))
    issue = issues(hass)[GUIDE_STALE]
    assert issue.translation_placeholders == {"made": "2026-11-24 12:00", "hours": "3"}
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert issues(hass) == {}


async def test_no_feed_yet_is_not_stale(hass: HomeAssistant, folder: Path) -> None:
    (folder / "index.m3u").unlink()
    await setup_integration(hass, make_entry(folder))
    assert issues(hass) == {}


async def test_old_credentials(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    record = coordinator.clients.record
    record("192.168.1.5", "TiviMate/4.7.0", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS)
    record("192.168.1.6", "Kodi/21", RequestKind.GUIDE, Outcome.REFUSED)
    await move_clock(hass, freezer, NOON + WATCH_INTERVAL)
    assert set(issues(hass)) == {OLD_CREDENTIALS_IN_USE}
    issue = issues(hass)[OLD_CREDENTIALS_IN_USE]
    assert not issue.is_fixable
    assert issue.translation_placeholders == {"players": "TiviMate"}
    record("192.168.1.5", "TiviMate/4.7.0", RequestKind.PLAYLIST, Outcome.OK)
    await move_clock(hass, freezer, NOON + 2 * WATCH_INTERVAL)
    assert issues(hass) == {}


async def test_old_credentials_are_forgotten(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    for last in range(7, 0, -1):
        coordinator.clients.record(
            f"192.168.1.{last}", f"App{last}/21", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS
        )
    await move_clock(hass, freezer, NOON + timedelta(hours=23))
    placeholders = issues(hass)[OLD_CREDENTIALS_IN_USE].translation_placeholders
    assert placeholders == {"players": "App1, App2, App3, App4, App5, …"}
    await move_clock(hass, freezer, NOON + timedelta(hours=24))
    assert OLD_CREDENTIALS_IN_USE not in issues(hass)


async def test_delete_issues(
    hass: HomeAssistant, folder: Path, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    coordinator = await setup_integration(hass, entry)
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    await move_clock(hass, freezer, NOON + timedelta(days=4))
    await fail(coordinator, 3)
    assert set(issues(hass)) == {PROVIDER_FAILING, GUIDE_STALE}
    async_delete_issues(hass)
    assert issues(hass) == {}
