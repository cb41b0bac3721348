"""Count guesses of short codes, so that many of them cost nothing and fill no log."""

from collections import OrderedDict
from collections.abc import Callable
import logging
from typing import Final

_LOGGER = logging.getLogger(__name__)

WINDOW_SECONDS: Final = 60
GUESSES_ALLOWED: Final = 20
"""From one address, in a window."""
GUESSES_ALLOWED_TOGETHER: Final = 100
"""From all addresses."""
ADDRESSES_KEPT: Final = 1000


class GuessLimit:
    """Count the wrong codes of a window, by address and together.

    A right code is never held up: it is compared before this is asked. A wrong one is answered in
    the same way before and after; only nothing more is noted of it.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with no guess; `clock` gives seconds that never go back."""
        self._clock = clock
        self._start = -float(WINDOW_SECONDS)
        self._together = 0
        self._by_address: OrderedDict[str, int] = OrderedDict()
        self._is_told = False

    def is_noted(self, address: str) -> bool:
        """Take a wrong code from an address; whether it is one of the few to take note of."""
        now = self._clock()
        if now - self._start >= WINDOW_SECONDS:
            if self._together < GUESSES_ALLOWED:
                # As long as somebody goes on, he has been told of.
                self._is_told = False
            self._start, self._together = now, 0
            self._by_address.clear()
        self._together += 1
        count = self._by_address[address] = self._by_address.get(address, 0) + 1
        self._by_address.move_to_end(address)
        if len(self._by_address) > ADDRESSES_KEPT:
            self._by_address.popitem(last=False)
        if count <= GUESSES_ALLOWED and self._together <= GUESSES_ALLOWED_TOGETHER:
            return True
        if not self._is_told:
            self._is_told = True
            _LOGGER.info(
                "Somebody guesses short addresses, now from %s; this opens nothing, and those who "
                "have a right one notice nothing",
                address,
            )
        return False
