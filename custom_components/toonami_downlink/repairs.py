"""Repairs: what only the user can set right, and the dialogs that do it."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from homeassistant.components import repairs
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import (
    CONF_PROVIDER,
    DOMAIN,
    FAILURES_BEFORE_REPAIR,
    PROVIDER_BUNDLED,
    PROVIDER_COMMAND,
)
from .engine.downlink.errors import ProviderMissingError
from .engine.downlink.models import Cause, RefreshRecord
from .texts import error_text

if TYPE_CHECKING:
    from .coordinator import DownlinkConfigEntry, DownlinkCoordinator

PROVIDER_FAILING: Final = "provider_failing"
PROVIDER_COMMAND_MISSING: Final = ProviderMissingError.key
GUIDE_STALE: Final = "guide_stale"
OLD_CREDENTIALS_IN_USE: Final = "old_credentials_in_use"

OLD_CREDENTIALS_FOR: Final = timedelta(days=1)
"""A player that has not asked for that long is not reported any more."""
_PLAYERS_NAMED: Final = 5


@callback
def async_update_issues(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
    """Raise the issues that there are now, and clear those that are over."""
    record = coordinator.last_record
    failure = record if record and record.error else None
    is_missing = (
        failure is not None
        and failure.error == PROVIDER_COMMAND_MISSING
        and coordinator.settings.provider == PROVIDER_COMMAND
    )
    _update(
        hass,
        PROVIDER_COMMAND_MISSING,
        {"message": failure.message or ""} if failure and is_missing else None,
        severity=ir.IssueSeverity.ERROR,
    )
    is_failing = failure and not is_missing and failure.failures >= FAILURES_BEFORE_REPAIR
    _update(
        hass,
        PROVIDER_FAILING,
        _failing_placeholders(hass, failure) if failure and is_failing else None,
        severity=ir.IssueSeverity.WARNING,
    )
    _update(hass, GUIDE_STALE, _stale_placeholders(coordinator), severity=ir.IssueSeverity.ERROR)
    _update(
        hass,
        OLD_CREDENTIALS_IN_USE,
        _old_credentials_placeholders(coordinator),
        severity=ir.IssueSeverity.WARNING,
        is_fixable=False,
    )


@callback
def async_delete_issues(hass: HomeAssistant) -> None:
    """Clear all issues, because nothing runs any more that would."""
    for issue in (PROVIDER_COMMAND_MISSING, PROVIDER_FAILING, GUIDE_STALE, OLD_CREDENTIALS_IN_USE):
        ir.async_delete_issue(hass, DOMAIN, issue)


@callback
def _update(
    hass: HomeAssistant,
    issue: str,
    placeholders: dict[str, str] | None,
    *,
    severity: ir.IssueSeverity,
    is_fixable: bool = True,
) -> None:
    if placeholders is None:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue,
        is_fixable=is_fixable,
        severity=severity,
        translation_key=issue,
        translation_placeholders=placeholders,
    )


def _failing_placeholders(hass: HomeAssistant, record: RefreshRecord) -> dict[str, str]:
    return {
        "failures": str(record.failures),
        "cause": error_text(hass, record.error, record.message),
    }


def _stale_placeholders(coordinator: DownlinkCoordinator) -> dict[str, str] | None:
    """Return None as well when there is no guide yet: that is a failing provider."""
    made = coordinator.last_success
    if made is None or not coordinator.is_guide_stale:
        return None
    return {
        "hours": str(coordinator.settings.stale_hours),
        "made": f"{dt_util.as_local(made):%Y-%m-%d %H:%M}",
    }


def _old_credentials_placeholders(coordinator: DownlinkCoordinator) -> dict[str, str] | None:
    since = dt_util.utcnow() - OLD_CREDENTIALS_FOR
    recent = (item for item in coordinator.players.with_old_credentials if item.when > since)
    players = sorted({f"{item.address} ({item.player})" for item in recent})
    if not players:
        return None
    rest = ", …" if len(players) > _PLAYERS_NAMED else ""
    return {"players": ", ".join(players[:_PLAYERS_NAMED]) + rest}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the dialog for an issue."""
    if issue_id == PROVIDER_COMMAND_MISSING:
        return UseBundledFlow(issue_id)
    return RefreshOrReconfigureFlow(issue_id)


class DownlinkRepairsFlow(RepairsFlow):
    """A dialog that shows what the issue shows."""

    def __init__(self, issue_id: str) -> None:
        """Belong to an issue."""
        self._issue = issue_id

    def _placeholders(self) -> dict[str, str]:
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self._issue)
        return dict(issue.translation_placeholders or {}) if issue else {}

    def _loaded_entry(self) -> DownlinkConfigEntry | None:
        entries: list[DownlinkConfigEntry] = self.hass.config_entries.async_loaded_entries(DOMAIN)
        return entries[0] if entries else None

    def _abort_not_loaded(self) -> RepairsFlowResult:
        return self.async_abort(reason="not_loaded")


class UseBundledFlow(DownlinkRepairsFlow):
    """Go over to the built-in provider."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask first."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Change the entry, and refresh with the other provider at once."""
        if user_input is None:
            return self.async_show_form(
                step_id="confirm", description_placeholders=self._placeholders()
            )
        if not (entry := self._loaded_entry()):
            return self._abort_not_loaded()
        self.hass.config_entries.async_update_entry(entry, data={CONF_PROVIDER: PROVIDER_BUNDLED})
        if not await self.hass.config_entries.async_reload(entry.entry_id):
            return self._abort_not_loaded()
        entry.async_create_background_task(
            self.hass,
            entry.runtime_data.async_refresh_feed(Cause.BUTTON),
            f"{DOMAIN} refresh after repair",
        )
        return self.async_create_entry(data={})


class RefreshOrReconfigureFlow(DownlinkRepairsFlow):
    """Try again now, or change the provider."""

    _task: asyncio.Task[RefreshRecord] | None = None
    _record: RefreshRecord | None = None

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask which."""
        return self.async_show_menu(
            step_id="init",
            menu_options=["refresh", "reconfigure"],
            description_placeholders=self._placeholders(),
        )

    async def async_step_refresh(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Refresh, and wait for the outcome."""
        if not (entry := self._loaded_entry()):
            return self._abort_not_loaded()
        if self._task is None:
            self._task = self.hass.async_create_task(
                entry.runtime_data.async_refresh_feed(Cause.BUTTON), f"{DOMAIN} repair"
            )
        if not self._task.done():
            return self.async_show_progress(
                step_id="refresh", progress_action="refresh", progress_task=self._task
            )
        with suppress(HomeAssistantError):  # unloaded meanwhile
            self._record = self._task.result()
        return self.async_show_progress_done(next_step_id="refreshed")

    async def async_step_refreshed(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Close the issue, or say why it stays."""
        record = self._record
        if record is None:
            return self._abort_not_loaded()
        if record.succeeded:
            return self.async_create_entry(data={})
        cause = error_text(self.hass, record.error, record.message)
        return self.async_abort(reason="still_failing", description_placeholders={"cause": cause})

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Go on with the dialog that changes the provider."""
        if not (entry := self._loaded_entry()):
            return self._abort_not_loaded()
        # Home Assistant 2026.8 has no way to go on to another dialog from here.
        if not hasattr(repairs, "FlowType"):
            return self.async_abort(reason="reconfigure_by_hand")
        flow = await self.hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
        )
        return self.async_abort(
            reason="reconfigure",
            next_flow=(repairs.FlowType.CONFIG_FLOW, flow["flow_id"]),
        )
