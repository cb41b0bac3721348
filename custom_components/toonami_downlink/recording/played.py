"""Which tracks somebody plays: they stay until whoever has begun to has seen the rest."""

import asyncio
from typing import Final

from homeassistant.core import callback

_LEFT_AFTER: Final = 600.0
"""Seconds; whoever has taken nothing for so long does not come back."""


class Played:
    """When something was last taken of each track."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._taken: dict[str, float] = {}

    @callback
    def async_note(self, identity: str) -> None:
        """Note that somebody takes a piece of the track of a recording."""
        now = asyncio.get_running_loop().time()
        recent = {one: at for one, at in self._taken.items() if now - at < _LEFT_AFTER}
        self._taken = recent | {identity: now}

    async def async_until_left(self, identity: str, latest: float) -> None:
        """Wait until nobody plays a track, but not beyond `latest` on the loop's clock."""
        loop = asyncio.get_running_loop()
        while (taken := self._taken.get(identity)) is not None:
            seconds = min(taken + _LEFT_AFTER, latest) - loop.time()
            if seconds <= 0:
                return
            await asyncio.sleep(seconds)
