"""The issues of the repairs page: raised and cleared as the condition of the feed changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, FAILURES_BEFORE_REPAIR, LINKS_RELAY, PANEL_PATH, PROVIDER_COMMAND
from ..engine.downlink.client_log import ClientLog, ClientRecord
from ..engine.downlink.errors import ProviderMissingError
from ..engine.downlink.models import RefreshRecord
from ..storage.settings import Settings
from .texts import error_text, markdown

PROVIDER_FAILING: Final = "provider_failing"
PROVIDER_COMMAND_MISSING: Final = ProviderMissingError.key
GUIDE_STALE: Final = "guide_stale"
OLD_CREDENTIALS_IN_USE: Final = "old_credentials_in_use"
CHANNEL_SILENT: Final = "channel_silent"
USE_THE_RELAY: Final = "use_the_relay"
RECORDINGS_DISK: Final = "recordings_disk"
ISSUES: Final = (
    PROVIDER_COMMAND_MISSING,
    PROVIDER_FAILING,
    GUIDE_STALE,
    OLD_CREDENTIALS_IN_USE,
    CHANNEL_SILENT,
    USE_THE_RELAY,
    RECORDINGS_DISK,
)
OLD_CREDENTIALS_FOR: Final = timedelta(days=1)
"""A player that has not asked for that long is not reported any more."""
_PLAYERS_NAMED: Final = 5
_CLIENTS: Final[HassKey[tuple[ClientLog, datetime]]] = HassKey(f"{DOMAIN}_clients")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCondition:
    """What the issues depend on."""

    settings: Settings
    last_refresh: RefreshRecord | None
    has_failed: bool
    """Whether a refresh has failed since the entry was loaded, and none has succeeded after it."""
    stale_guide: datetime | None
    """When a guide was made that is older than the user wants to accept, in UTC."""
    silent_channels: Sequence[str] = ()
    """The names of channels that somebody wants to watch, and that upstream does not bring."""
    is_relay_declined: bool = False
    """Whether the user has been asked about streams that go past the relay, and said no."""
    old_credentials: Sequence[ClientRecord]
    """The clients whose last request came with replaced credentials."""
    clients_known_since: datetime
    """When Home Assistant began to remember its clients, in UTC."""


def known_clients(hass: HomeAssistant) -> tuple[ClientLog, datetime]:
    """Return the clients seen since Home Assistant's start, and that time; a reload keeps them."""
    return hass.data.setdefault(_CLIENTS, (ClientLog(), dt_util.utcnow()))


@callback
def async_update_issues(hass: HomeAssistant, condition: FeedCondition) -> None:
    """Raise the issues that there are now, and clear those that are over."""
    record = condition.last_refresh
    failure = record if record and record.error else None
    is_missing = failure is not None and failure.error == PROVIDER_COMMAND_MISSING
    if is_missing and condition.settings.provider != PROVIDER_COMMAND:
        # Of the provider before, as long as the one in its place has not been asked.
        is_missing, failure = False, failure if condition.has_failed else None
    _update(
        hass,
        PROVIDER_COMMAND_MISSING,
        {"message": markdown(failure.message or "")} if failure and is_missing else None,
        severity=ir.IssueSeverity.ERROR,
    )
    is_failing = failure and not is_missing and failure.failures >= FAILURES_BEFORE_REPAIR
    _update(
        hass,
        PROVIDER_FAILING,
        _failing_placeholders(hass, failure) if failure and is_failing else None,
        severity=ir.IssueSeverity.WARNING,
    )
    _update(hass, GUIDE_STALE, _stale_placeholders(condition), severity=ir.IssueSeverity.ERROR)
    silent = condition.silent_channels
    _update(
        hass,
        CHANNEL_SILENT,
        {"channels": ", ".join(map(markdown, silent))} if silent else None,
        severity=ir.IssueSeverity.WARNING,
        page="status",
    )
    links = condition.settings.stream_links
    proposes_relay = links != LINKS_RELAY and not condition.is_relay_declined
    _update(
        hass,
        USE_THE_RELAY,
        {} if proposes_relay else None,
        severity=ir.IssueSeverity.WARNING,
    )
    players = _old_credentials_placeholders(condition)
    if players or not _may_be_forgotten(hass, condition):
        _update(
            hass,
            OLD_CREDENTIALS_IN_USE,
            players,
            severity=ir.IssueSeverity.WARNING,
            page="connect",
        )


@callback
def async_delete_issues(hass: HomeAssistant) -> None:
    """Clear all issues, because nothing runs any more that would."""
    for issue in ISSUES:
        ir.async_delete_issue(hass, DOMAIN, issue)


def _may_be_forgotten(hass: HomeAssistant, condition: FeedCondition) -> bool:
    """Whether an issue that is not shown since a restart may only not be known of yet.

    It would be raised as a new one when the player asks again, though the user has ignored it.
    """
    issue = ir.async_get(hass).async_get_issue(DOMAIN, OLD_CREDENTIALS_IN_USE)
    is_new = dt_util.utcnow() - condition.clients_known_since < OLD_CREDENTIALS_FOR
    return issue is not None and not issue.active and is_new


@callback
def _update(
    hass: HomeAssistant,
    issue: str,
    placeholders: dict[str, str] | None,
    *,
    severity: ir.IssueSeverity,
    page: str = "",
) -> None:
    """Raise or clear an issue: one with a way to mend it, or with a page of the panel about it."""
    if placeholders is None:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue,
        is_fixable=not page,
        learn_more_url=f"homeassistant://{PANEL_PATH}/{page}" if page else None,
        severity=severity,
        translation_key=issue,
        translation_placeholders=placeholders,
    )


def _failing_placeholders(hass: HomeAssistant, record: RefreshRecord) -> dict[str, str]:
    return {
        "failures": str(record.failures),
        "cause": markdown(error_text(hass, record.error, record.message)),
    }


def _stale_placeholders(condition: FeedCondition) -> dict[str, str] | None:
    """Return None as well when there is no guide yet: that is a failing provider."""
    made = condition.stale_guide
    if made is None:
        return None
    return {
        "hours": str(condition.settings.stale_hours),
        "made": f"{dt_util.as_local(made):%Y-%m-%d %H:%M}",
    }


def _old_credentials_placeholders(condition: FeedCondition) -> dict[str, str] | None:
    """Name the programs, and no address: every user may ask Home Assistant for all issues."""
    since = dt_util.utcnow() - OLD_CREDENTIALS_FOR
    recent = (item for item in condition.old_credentials if item.when > since)
    players = sorted({markdown(item.player) for item in recent})
    if not players:
        return None
    rest = ", …" if len(players) > _PLAYERS_NAMED else ""
    return {"players": ", ".join(players[:_PLAYERS_NAMED]) + rest}
