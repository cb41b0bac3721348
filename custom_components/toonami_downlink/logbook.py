"""Lines for the activity log: what became of each refresh, in words."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .const import DOMAIN, EVENT_REFRESH, NAME
from .refreshing.texts import error_kind, text

_ENTITY: Final = "entity.event.refresh.name"
_CAUSE: Final = "entity.event.refresh.state_attributes.cause.state"


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, Any]]], None],
) -> None:
    """Describe the events that the event platform fires on the bus."""

    @callback
    def describe(event: Event) -> dict[str, Any]:
        return {
            # The front end prefers the name of the entity, so the message has to go with both.
            LOGBOOK_ENTRY_NAME: f"{NAME} {text(hass, _ENTITY)}",
            LOGBOOK_ENTRY_MESSAGE: describe_refresh(hass, event.data),
            LOGBOOK_ENTRY_ENTITY_ID: event.data["entity_id"],
        }

    async_describe_event(DOMAIN, EVENT_REFRESH, describe)


def describe_refresh(hass: HomeAssistant, data: Mapping[str, Any]) -> str:
    """Say in words what the data of such an event says."""
    if data["type"] == "missed":
        scheduled = dt_util.as_local(dt_util.parse_datetime(data["scheduled"], raise_on_error=True))
        return text(hass, "common.log_missed", scheduled=f"{scheduled:%Y-%m-%d %H:%M}")
    return text(
        hass,
        f"common.log_{data['type']}",
        cause=text(hass, f"{_CAUSE}.{data['cause']}"),
        failures=data.get("consecutive_failures"),
        reason=error_kind(hass, data.get("error")),
        channels=data.get("channels"),
        programmes=data.get("programmes"),
    )
