"""The dialogs of the repairs."""

import asyncio
from contextlib import suppress
from typing import Any

from homeassistant.components import repairs
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .const import CONF_PROVIDER, CONF_STREAM_LINKS, DOMAIN, LINKS_RELAY, PROVIDER_BUNDLED
from .coordinator import async_loaded_coordinator
from .engine.downlink.errors import FeedError
from .engine.downlink.models import Cause, RefreshRecord
from .refreshing.issues import GUIDE_STALE, PROVIDER_COMMAND_MISSING, USE_THE_RELAY
from .refreshing.texts import error_text, markdown, quoted


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the dialog for an issue."""
    if issue_id == PROVIDER_COMMAND_MISSING:
        return UseBundledFlow(issue_id)
    if issue_id == USE_THE_RELAY:
        return UseRelayFlow(issue_id)
    return RefreshOrReconfigureFlow(issue_id)


class DownlinkRepairsFlow(RepairsFlow):
    """A dialog that shows what the issue shows."""

    def __init__(self, issue_id: str) -> None:
        """Belong to an issue."""
        self._issue = issue_id

    def _placeholders(self) -> dict[str, str]:
        """Return those of the issue; the dialog is for administrators, who may see more."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self._issue)
        known = dict(issue.translation_placeholders or {}) if issue else {}
        return {
            name: self._with_last_words(value) if name in ("cause", "message") else value
            for name, value in known.items()
        }

    def _with_last_words(self, said: str) -> str:
        coordinator = async_loaded_coordinator(self.hass)
        words = quoted(coordinator.last_words) if coordinator else ""
        return f"{said}\n\n{words}" if words else said

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
        if not (coordinator := async_loaded_coordinator(self.hass)):
            return self._abort_not_loaded()
        entry = coordinator.config_entry
        self.hass.config_entries.async_update_entry(entry, data={CONF_PROVIDER: PROVIDER_BUNDLED})
        if not await self.hass.config_entries.async_reload(entry.entry_id):
            return self._abort_not_loaded()
        entry.async_create_background_task(
            self.hass,
            entry.runtime_data.async_refresh_feed(Cause.REPAIR),
            f"{DOMAIN} refresh after repair",
        )
        return self.async_create_entry(data={})


class UseRelayFlow(DownlinkRepairsFlow):
    """Go over to streams from Home Assistant itself, or leave them as they are."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask which."""
        return self.async_show_menu(step_id="init", menu_options=["use", "leave"])

    async def async_step_use(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Change the option; players go on with the addresses that they have."""
        if not (coordinator := async_loaded_coordinator(self.hass)):
            return self._abort_not_loaded()
        entry = coordinator.config_entry
        self.hass.config_entries.async_update_entry(
            entry, options={**entry.options, CONF_STREAM_LINKS: LINKS_RELAY}
        )
        if not await self.hass.config_entries.async_reload(entry.entry_id):
            return self._abort_not_loaded()
        return self.async_create_entry(data={})

    async def async_step_leave(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Do not ask again."""
        if not (coordinator := async_loaded_coordinator(self.hass)):
            return self._abort_not_loaded()
        await coordinator.async_decline_relay()
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
        if not (coordinator := async_loaded_coordinator(self.hass)):
            return self._abort_not_loaded()
        if self._task is None:
            self._task = self.hass.async_create_task(
                coordinator.async_refresh_feed(Cause.REPAIR), f"{DOMAIN} repair"
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
        error, message = record.error, record.message
        if record.succeeded:
            if not self._is_guide_still_stale():
                return self.async_create_entry(data={})
            error, message = FeedError.key, record.report.guide_error if record.report else None
        cause = self._with_last_words(markdown(error_text(self.hass, error, message)))
        return self.async_abort(reason="still_failing", description_placeholders={"cause": cause})

    def _is_guide_still_stale(self) -> bool:
        """Whether the issue stays, though the channels are well."""
        coordinator = async_loaded_coordinator(self.hass)
        is_stale = coordinator is not None and coordinator.is_guide_stale
        return self._issue == GUIDE_STALE and is_stale

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Go on with the dialog that changes the provider."""
        if not (coordinator := async_loaded_coordinator(self.hass)):
            return self._abort_not_loaded()
        # Home Assistant 2026.8 has no way to go on to another dialog from here.
        if not hasattr(repairs, "FlowType"):
            return self.async_abort(reason="reconfigure_by_hand")
        flow = await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context={
                "source": SOURCE_RECONFIGURE,
                "entry_id": coordinator.config_entry.entry_id,
            },
        )
        return self.async_abort(
            reason="reconfigure",
            next_flow=(repairs.FlowType.CONFIG_FLOW, flow["flow_id"]),
        )
