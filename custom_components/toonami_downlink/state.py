"""What the integration remembers over a restart beside the feed itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .engine.downlink.history import record_from_json, record_to_json
from .engine.downlink.limits import HISTORY_KEPT
from .engine.downlink.lineup import Lineup
from .engine.downlink.models import RefreshRecord

_VERSION: Final = 1
_KEY: Final = f"{DOMAIN}.state"


@dataclass(slots=True)
class State:
    """The line-up's numbers, the history, and how far the schedule has been followed."""

    lineup: Lineup = field(default_factory=Lineup)
    history: tuple[RefreshRecord, ...] = ()
    honoured: datetime | None = None
    """Up to when scheduled refreshes are done with; UTC."""
    schedule: str | None = None
    """The cron expression that `honoured` belongs to."""

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Self:
        """Load it; what cannot be read is left out."""
        data = await _storage(hass).async_load() or {}
        records = (record_from_json(item) for item in data.get("history", ()))
        return cls(
            lineup=Lineup(_numbers(data.get("numbers", {}))),
            history=tuple(record for record in records if record),
            honoured=dt_util.parse_datetime(data.get("honoured") or ""),
            schedule=data.get("schedule"),
        )

    async def async_save(self, hass: HomeAssistant) -> None:
        """Save it."""
        await _storage(hass).async_save(
            {
                "numbers": dict(self.lineup.assigned),
                "history": [record_to_json(record) for record in self.history],
                "honoured": self.honoured.isoformat() if self.honoured else None,
                "schedule": self.schedule,
            }
        )

    def remember(self, record: RefreshRecord) -> None:
        """Add a refresh to the history."""
        self.history = (*self.history, record)[-HISTORY_KEPT:]

    @staticmethod
    async def async_remove(hass: HomeAssistant) -> None:
        """Delete it."""
        await _storage(hass).async_remove()


def _numbers(data: Mapping[str, Any]) -> dict[str, int]:
    return {key: number for key, number in data.items() if isinstance(number, int)}


def _storage(hass: HomeAssistant) -> Store[dict[str, Any]]:
    return Store(hass, _VERSION, _KEY, atomic_writes=True)
