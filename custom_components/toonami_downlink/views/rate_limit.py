"""Slow down those who guess tokens and passwords, and say so in the log, but not too often."""

from collections import OrderedDict
import logging
from math import ceil
from typing import Final

from homeassistant.core import HomeAssistant

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
        """Begin with nobody."""
        self._loop = hass.loop
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._unlogged = 0
        self._logged_at = -float(WINDOW_SECONDS)

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

    def _log(self, now: float, address: str, player: str) -> None:
        self._unlogged += 1
        if now - self._logged_at < WINDOW_SECONDS:
            return
        _LOGGER.warning(
            "Refused %d request(s) with wrong credentials, the last from %s (%s); "
            "check the addresses that the player was given on the Connect page",
            self._unlogged,
            address,
            player,
        )
        self._unlogged = 0
        self._logged_at = now
