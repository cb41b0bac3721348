"""Limit how often wrong tokens and passwords are tried, and log it once a minute."""

import asyncio
from collections import OrderedDict
import logging
from math import ceil
from typing import Final

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback

_LOGGER = logging.getLogger(__name__)

WINDOW_SECONDS: Final = 60
FAILURES_ALLOWED: Final = 20
ADDRESSES_KEPT: Final = 1000


class RateLimit:
    """Count failed logins by address.

    Right credentials are never held up: behind a container's network all players of a house can
    have one address, and a player with an old password must not lock the others out.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin with no failed login."""
        self._loop = hass.loop
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._unlogged = 0
        self._last = ("", "")
        self._logged_at = -float(WINDOW_SECONDS)
        self._next_log: asyncio.TimerHandle | None = None
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._on_stop)

    def fail(self, address: str, player: str) -> int | None:
        """Take note of a failed login.

        Returns None, or after too many the seconds until the address may try again.
        """
        now = self._loop.time()
        start, count = self._windows.get(address, (now, 0))
        if now - start >= WINDOW_SECONDS:
            start, count = now, 0
        self._windows[address] = (start, count + 1)
        self._windows.move_to_end(address)
        if len(self._windows) > ADDRESSES_KEPT:
            self._windows.popitem(last=False)
        self._log(now, address, player)
        return None if count < FAILURES_ALLOWED else ceil(start + WINDOW_SECONDS - now)

    @callback
    def _on_stop(self, _event: Event) -> None:
        self._cancel_log()

    def _cancel_log(self) -> None:
        if self._next_log:
            self._next_log.cancel()
            self._next_log = None

    def _log(self, now: float, address: str, player: str) -> None:
        self._unlogged += 1
        self._last = address, player
        wait = self._logged_at + WINDOW_SECONDS - now
        if wait <= 0:
            self._write_log()
        elif self._next_log is None:
            # The end of a burst counts too, whether or not another one comes.
            self._next_log = self._loop.call_later(wait, self._write_log)

    def _write_log(self) -> None:
        address, player = self._last
        _LOGGER.warning(
            "Refused %d request(s) with wrong credentials, the last from %s (%s); "
            "check the addresses that the player was given on the Connect page",
            self._unlogged,
            address,
            player,
        )
        self._cancel_log()
        self._unlogged = 0
        self._logged_at = self._loop.time()
