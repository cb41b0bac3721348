"""The state that survives a restart: numbers of channels, history, schedule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.downlink.lineup import Lineup
from ..engine.downlink.models import RefreshRecord
from ..engine.downlink.policy import HISTORY_KEPT
from ..engine.downlink.publish.history import record_from_json, record_to_json
from .versioned_store import Data, VersionedStore

_KEY: Final = f"{DOMAIN}.state"


@dataclass(slots=True)
class State:
    """The line-up's numbers, the history, and how far the schedule has been followed."""

    lineup: Lineup = field(default_factory=Lineup)
    history: tuple[RefreshRecord, ...] = ()
    done_until: datetime | None = None
    """Up to when scheduled refreshes are done with; UTC."""
    cron: str | None = None
    """The cron expression that `done_until` belongs to."""
    is_relay_declined: bool = False
    """Whether the user has been asked about the relay, and said no."""

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Self:
        """Load it; what cannot be used is left out. Raises as `VersionedStore.async_load`."""
        data = await _storage(hass).async_load() or {}
        cron = data.get("schedule")
        return cls(
            lineup=Lineup(_numbers(data.get("numbers"))),
            history=_records(data.get("history")),
            done_until=_moment(data.get("honoured")),
            cron=cron if isinstance(cron, str) else None,
            is_relay_declined=data.get("relay_declined") is True,
        )

    @property
    def failures(self) -> int:
        """Refreshes that failed in a row, up to now."""
        return self.history[-1].failures if self.history else 0

    async def async_save(self, hass: HomeAssistant) -> None:
        """Save it."""
        await _storage(hass).async_save(
            {
                "numbers": dict(self.lineup.assigned),
                "history": [record_to_json(record) for record in self.history],
                "honoured": self.done_until.isoformat() if self.done_until else None,
                "schedule": self.cron,
                "relay_declined": self.is_relay_declined,
            }
        )

    def remember(self, record: RefreshRecord) -> None:
        """Add a refresh to the history."""
        self.history = (*self.history, record)[-HISTORY_KEPT:]

    @staticmethod
    async def async_remove(hass: HomeAssistant) -> None:
        """Delete it."""
        await _storage(hass).async_remove()


def _rename_window(data: Data) -> Data:
    """Make layout 2 of 1: the same time has another name."""
    renamed = {"window": "honoured"}
    return {renamed.get(name, name): value for name, value in data.items()}


def _add_relay(data: Data) -> Data:
    """Make layout 3 of 2: it knows whether the relay was declined."""
    return {**data, "relay_declined": False}


def _numbers(data: Any) -> dict[str, int]:
    items = data.items() if isinstance(data, Mapping) else ()
    return {key: number for key, number in items if isinstance(number, int)}


def _records(data: Any) -> tuple[RefreshRecord, ...]:
    items = data[-HISTORY_KEPT:] if isinstance(data, list) else ()
    return tuple(record for item in items if (record := record_from_json(item)))


def _moment(data: Any) -> datetime | None:
    moment = dt_util.parse_datetime(data) if isinstance(data, str) else None
    return moment if moment and moment.tzinfo else None


def _storage(hass: HomeAssistant) -> VersionedStore:
    return VersionedStore(hass, _KEY, (_rename_window, _add_relay))
