"""Cache the bodies that are rendered from the published feed."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

from homeassistant.core import HomeAssistant

from ..const import DOMAIN
from ..engine.downlink.limits import MIB
from ..engine.downlink.publish.publication import Body, Offer, Publication

_KEPT: Final = 256
"""A few for each pass."""
_KEPT_BYTES: Final = 16 * MIB
"""The listing of a channel's whole week is 0.2 MiB."""
_ORIGINS_KNOWN: Final = 4
"""A house reaches us by a name, an address and a proxy; rarely by more."""
_ORIGIN_FORGOTTEN_AFTER: Final = 86_400.0
"""Seconds after which an origin that is not asked for any more makes room for another."""
_GUIDES_KEPT: Final = 40
"""One for each pass and some more, as far as `_GUIDE_BYTES` reach."""
_GUIDE_BYTES: Final = 64 * MIB
"""A week of all channels is 1.5 MiB."""
_STRANGE_ORIGINS_WAIT: Final = 4
"""Requests from origins that are not known that may wait for a guide at a time."""


class _Bodies[Key: Hashable]:
    """Bodies by what they were made of; those not asked for the longest make room for others.

    The newest is always kept, even if it is larger than all may be together.
    """

    def __init__(self, count: int, size: int) -> None:
        """Keep `count` bodies at most, and `size` bytes."""
        self._count = count
        self._limit = size
        self._size = 0
        self._kept: OrderedDict[Key, Body] = OrderedDict()

    @property
    def size(self) -> int:
        """Bytes kept."""
        return self._size

    def get(self, key: Key) -> Body | None:
        """Return a body that is kept."""
        if body := self._kept.get(key):
            self._kept.move_to_end(key)
        return body

    def put(self, key: Key, body: Body) -> None:
        """Keep a body."""
        if replaced := self._kept.pop(key, None):
            self._size -= replaced.size
        self._kept[key] = body
        self._size += body.size
        while len(self._kept) > 1 and (len(self._kept) > self._count or self._size > self._limit):
            self._size -= self._kept.popitem(last=False)[1].size

    def clear(self) -> None:
        """Keep nothing of it."""
        self._kept.clear()
        self._size = 0


class ResponseCache:
    """Bodies rendered from the published feed; another feed empties it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._publication: Publication | None = None
        self._bodies = _Bodies[tuple[object, ...]](_KEPT, _KEPT_BYTES)

    @property
    def size(self) -> int:
        """Bytes kept."""
        return self._bodies.size

    def get[*Arguments](
        self,
        offer: Offer,
        make: Callable[[Offer, *Arguments], bytes],
        *arguments: *Arguments,
    ) -> Body:
        """Return what `make` makes of those hashable arguments, made the first time only."""
        if offer.publication is not self._publication:
            self._publication = offer.publication
            self._bodies.clear()
        key = (make, offer, *arguments)
        body = self._bodies.get(key)
        if body is None:
            body = Body.of(make(offer, *arguments))
            self._bodies.put(key, body)
        return body


type _GuideKey = tuple[Offer, str]


class GuideCache:
    """The guide for each pass and origin, made in a thread by one request for all that wait for it.

    The origins of the house are known after a while, and never wait for others. A Host header is
    easily made up, though: what is not known is made one at a time, with few in the queue.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Make guides in Home Assistant's threads."""
        self._hass = hass
        self._publication: Publication | None = None
        self._bodies = _Bodies[_GuideKey](_GUIDES_KEPT, _GUIDE_BYTES)
        self._tasks: dict[_GuideKey, asyncio.Task[Body]] = {}
        self._known: dict[str, float] = {}
        """When each known origin was asked for last, in seconds of the loop's clock."""
        self._queue = asyncio.Lock()
        self._queued = 0

    @property
    def size(self) -> int:
        """Bytes kept."""
        return self._bodies.size

    def get(self, offer: Offer, origin: str) -> Body | None:
        """Return the guide for the clients of that origin, if it has been made."""
        if offer.publication is not self._publication:
            self._publication = offer.publication
            self._bodies.clear()
            self._tasks = {}
        if origin in self._known:
            self._known[origin] = self._hass.loop.time()
        return self._bodies.get((offer.of_guide, origin))

    async def async_get(self, offer: Offer, origin: str, *, is_own: bool = False) -> Body | None:
        """Return the guide for the clients of that origin; None when too many strange ones wait.

        `is_own`: it is the very address that the client's connection leads to.
        """
        offer = offer.of_guide
        if body := self.get(offer, origin):
            return body
        if (offer, origin) in self._tasks or is_own or origin in self._known:
            return await self._async_make(offer, origin, is_kept=True)
        if self._queued >= _STRANGE_ORIGINS_WAIT:
            return None
        self._queued += 1
        try:
            async with self._queue:
                return await self._async_make(offer, origin, is_kept=self._learn(origin))
        finally:
            self._queued -= 1

    async def _async_make(self, offer: Offer, origin: str, *, is_kept: bool) -> Body:
        task = self._tasks.get((offer, origin))
        if task is None:
            # One that had ended before it was in the table would stay there, guide and all.
            task = self._tasks[offer, origin] = self._hass.async_create_background_task(
                self._async_render(offer, origin, is_kept=is_kept),
                f"{DOMAIN} guide",
                eager_start=False,
            )
        # Who leaves must not cancel what others wait for.
        return await asyncio.shield(task)

    async def _async_render(self, offer: Offer, origin: str, *, is_kept: bool) -> Body:
        try:
            body = await self._hass.async_add_executor_job(offer.guide, origin)
        finally:
            if self._publication is offer.publication:
                self._tasks.pop((offer, origin), None)
        if self._publication is offer.publication and is_kept:
            self._bodies.put((offer, origin), body)
        return body

    def _learn(self, origin: str) -> bool:
        """Make an origin known while there is room for it; whether it is known now."""
        now = self._hass.loop.time()
        if len(self._known) >= _ORIGINS_KNOWN:
            oldest = min(self._known, key=self._known.__getitem__)
            if now - self._known[oldest] < _ORIGIN_FORGOTTEN_AFTER:
                return False
            del self._known[oldest]
        self._known[origin] = now
        return True
