"""Bodies that are made once for each published feed."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from homeassistant.core import HomeAssistant

from ..engine.downlink.publish.publication import Body, Publication

_KEPT: Final = 64


class ResponseCache:
    """What was made from the published feed, forgotten when there is another one."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._publication: Publication | None = None
        self._bodies: OrderedDict[tuple[object, ...], Body] = OrderedDict()

    def get[*Arguments](
        self,
        publication: Publication,
        make: Callable[[Publication, *Arguments], bytes],
        *arguments: *Arguments,
    ) -> Body:
        """Return what `make` makes of those hashable arguments, made the first time only."""
        if publication is not self._publication:
            self._publication = publication
            self._bodies.clear()
        key = (make, *arguments)
        body = self._bodies.get(key)
        if body is None:
            body = self._bodies[key] = Body.of(make(publication, *arguments))
            if len(self._bodies) > _KEPT:
                self._bodies.popitem(last=False)
        self._bodies.move_to_end(key)
        return body


class GuideCache:
    """The guide for each origin, made in a thread, by one request for all that wait for it."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Make guides in Home Assistant's threads."""
        self._hass = hass
        self._lock = asyncio.Lock()

    async def async_get(self, publication: Publication, origin: str) -> Body:
        """Return the guide for the clients of that origin."""
        if body := publication.cached_guide(origin):
            return body
        async with self._lock:
            if body := publication.cached_guide(origin):
                return body
            return await self._hass.async_add_executor_job(publication.guide, origin)
