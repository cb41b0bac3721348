"""Who watches a channel."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .continuous import Span, continuous
from .ring import Ring

SWITCHED_SECONDS: Final = 1.0
"""Beyond a target duration without a request: an HLS player that watches has asked by then."""
LEAST_REQUEST_SECONDS: Final = 10.0
"""For which an HLS player counts as a viewer at least: after its last request, and after what it
waited for has come."""


@dataclass(slots=True, eq=False, kw_only=True)
class Viewer:
    """One viewer on one channel, from the first byte to the last.

    `key` tells devices apart, and `label` is what people call this one.
    """

    key: str
    label: str
    since: datetime
    began: float
    asked: float
    """Loop times of its first and of its last request."""
    ring: Ring
    sent: int = 0
    """Bytes."""
    until: float | None = None
    """For one that comes and goes (HLS): the loop time at which it counts as gone."""
    is_one_of_several: bool = False
    """Whether another channel, that had no room, was asked for in the moment in which it began."""
    waited_for: float | None = None
    """Since when (loop time) it has not taken what was sent to it; None while it does."""
    span: Span | None = None
    """For one that watches what was on: what it watches of it."""
    scope: asyncio.Timeout | None = None
    """For one with a connection of its own: what ends the block that it is in."""

    @property
    def is_quiet(self) -> bool:
        """Whether it has asked for nothing for longer than an HLS player does that watches."""
        patience = self.ring.target + SWITCHED_SECONDS
        return asyncio.get_running_loop().time() - self.asked >= patience

    def end(self) -> None:
        """End the block that the viewer is in, whatever it is waiting for."""
        if self.scope and not self.scope.expired():
            self.scope.reschedule(asyncio.get_running_loop().time())

    async def ready(self, count: int = 3, seconds: float = 2.0) -> None:
        """Wait for the first segment, and a little for `count` of them, which players ask for.

        Raises RingClosedError.
        """
        first = await self.ring.wait_for(-1)
        if self.until is not None:
            # It could not ask for anything while it waited, which may have taken as long.
            now = asyncio.get_running_loop().time()
            self.until = max(self.until, now + LEAST_REQUEST_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.ring.wait_for(first.sequence + count - 2)

    async def stream(self) -> AsyncGenerator[bytes]:
        """Yield the channel as continuous MPEG-TS (`continuous`), and count what was taken."""
        async for data in continuous(self.ring, span=self.span):
            yield data
            self.sent += len(data)
