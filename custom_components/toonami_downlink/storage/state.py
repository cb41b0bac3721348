"""The state that survives a restart: numbers of channels, history, schedule."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
import logging
from typing import Any, Final, Self

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..engine.downlink.lineup import Lineup
from ..engine.downlink.models import IngestReport, RefreshRecord
from ..engine.downlink.policy import HISTORY_KEPT
from ..engine.downlink.publish.history import record_from_json, record_to_json
from .versioned_store import Data, VersionedStore

_LOGGER = logging.getLogger(__name__)
_KEY: Final = f"{DOMAIN}.state"


@dataclass(slots=True)
class State:
    """The line-up's numbers, the history, and how far the schedule has been followed.

    The coordinator and the dialogs share one, so that none saves without what the other knows.
    """

    lineup: Lineup = field(default_factory=Lineup)
    history: tuple[RefreshRecord, ...] = ()
    done_until: datetime | None = None
    """Up to when scheduled refreshes are done with; UTC."""
    cron: str | None = None
    """The cron expression that `done_until` belongs to."""
    is_relay_declined: bool = False
    """Whether the user has been asked about the relay, and said no."""
    refreshing: asyncio.Lock = field(default_factory=asyncio.Lock, compare=False)
    """Held by a refresh: there is never more than one."""
    users: int = field(default=0, compare=False)

    @classmethod
    async def async_acquire(cls, hass: HomeAssistant) -> State:
        """Return the one that is in use, else load it; give it back with `async_release`.

        Raises as `VersionedStore.async_load`.
        """
        async with hass.data.setdefault(_LOADING, asyncio.Lock()):
            if (state := cls.shared(hass)) is None:
                state = hass.data[_IN_USE] = await cls.async_load(hass)
        state.users += 1
        return state

    @callback
    def async_release(self, hass: HomeAssistant) -> None:
        """Say that it is not used any more; after the last time it is loaded anew."""
        self.users -= 1
        if not self.users:
            hass.data.pop(_IN_USE, None)

    @staticmethod
    def shared(hass: HomeAssistant) -> State | None:
        """Return the one that is in use; None when nobody uses any."""
        return hass.data.get(_IN_USE)

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> Self:
        """Load it; what cannot be used is left out. Raises as `VersionedStore.async_load`.

        Where that is a channel's number, a copy is kept and the log says so: players know it.
        """
        file = _storage(hass)
        data = await file.async_load() or {}
        numbers = read_numbers(data.get("numbers"))
        if data and numbers != data.get("numbers"):
            kept = await file.async_keep_copy()
            _LOGGER.warning("Some channels' numbers are damaged and were left out; see %s", kept)
        cron = data.get("schedule")
        return cls(
            lineup=Lineup(numbers),
            history=_records(data.get("history")),
            done_until=_moment(data.get("honoured")),
            cron=cron if isinstance(cron, str) else None,
            is_relay_declined=data.get("relay_declined") is True,
        )

    @property
    def failures(self) -> int:
        """Refreshes that failed in a row, up to now."""
        return self.history[-1].failures if self.history else 0

    def guide_made(self, made: datetime | None, report: IngestReport | None) -> datetime | None:
        """When the guide of a feed was read, in UTC, from when that was made, and its report.

        As far as that is known: a feed that had no guide yet is as old as it says. None without a
        feed.
        """
        read = next((one.finished for one in reversed(self.history) if _has_guide(one)), None)
        if made is None or read is None or report is None or _is_guide(report):
            return made
        return min(made, read)

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
        """Add a refresh to the history. Of the oldest, the last that read a guide stays.

        How old a guide is that each refresh has had to keep is known from nothing else.
        """
        history = (*self.history, record)
        if len(history) > HISTORY_KEPT:
            is_last = _has_guide(history[0]) and not any(map(_has_guide, history[1:]))
            history = (history[0], *history[2:]) if is_last else history[1:]
        self.history = history

    @staticmethod
    async def async_remove(hass: HomeAssistant) -> None:
        """Delete it."""
        await _storage(hass).async_remove()


def _has_guide(record: RefreshRecord) -> bool:
    """Whether a guide was read in that refresh."""
    return record.report is not None and _is_guide(record.report)


def _is_guide(report: IngestReport) -> bool:
    # Of one without a programme, nothing is left that could grow old; what is on next is no guide.
    return report.guide_error is None and report.programmes > 0 and not report.is_makeshift


def _rename_window(data: Data) -> Data:
    """Make layout 2 of 1: the same time has another name."""
    renamed = {"window": "honoured"}
    return {renamed.get(name, name): value for name, value in data.items()}


def _forget_messages(data: Data) -> Data:
    """Make layout 3 of 2: no provider's last words in messages; whether the relay was declined."""
    history = data.get("history")
    records = history if isinstance(history, list) else []
    return {
        **data,
        "relay_declined": False,
        "history": [
            {**record, "message": None} if isinstance(record, Mapping) else record
            for record in records
        ],
    }


def read_numbers(data: Any) -> dict[str, int]:
    """Read the numbers of channels that are not the station's own, by their keys.

    Of two channels with one number, the first keeps it.
    """
    items = data.items() if isinstance(data, Mapping) else ()
    found: dict[int, str] = {}
    for key, number in items:
        if type(number) is int and number > 0:
            found.setdefault(number, key)
    return {key: number for number, key in found.items()}


def _records(data: Any) -> tuple[RefreshRecord, ...]:
    items = data[-HISTORY_KEPT:] if isinstance(data, list) else ()
    return tuple(record for item in items if (record := record_from_json(item)))


def _moment(data: Any) -> datetime | None:
    moment = dt_util.parse_datetime(data) if isinstance(data, str) else None
    return moment if moment and moment.tzinfo else None


def _storage(hass: HomeAssistant) -> VersionedStore:
    return VersionedStore(hass, _KEY, (_rename_window, _forget_messages))


_IN_USE: Final[HassKey[State]] = HassKey(f"{DOMAIN}_state")
_LOADING: Final[HassKey[asyncio.Lock]] = HassKey(f"{DOMAIN}_state_loading")
