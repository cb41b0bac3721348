"""The health of the feed, in one word for everybody."""

from enum import StrEnum
from http import HTTPStatus
from typing import override

from aiohttp import web
from homeassistant.components.http import KEY_HASS
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_bytes
from homeassistant.loader import async_get_loaded_integration
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..coordinator import DownlinkCoordinator, async_loaded_coordinator
from ..engine.downlink.timeline import is_anything_on
from .base import JSON_TYPE, RETRY_SECONDS, DownlinkView, respond_once
from .paths import API


class Health(StrEnum):
    """The state of the whole, the worst last."""

    OK = "ok"
    DEGRADED = "degraded"
    """A feed is published, but it is getting old or the last refresh failed."""
    ERROR = "error"
    """There is nothing to serve."""


class Reason(StrEnum):
    """Why the health is not ok; the first that applies."""

    NOT_LOADED = "not_loaded"
    NO_FEED = "no_feed"
    REFRESH_FAILED = "refresh_failed"
    GUIDE_STALE = "guide_stale"
    NOTHING_ON = "nothing_on"
    """The guide is over, or has not begun."""


def version(hass: HomeAssistant) -> str:
    """Return the integration's version."""
    return str(async_get_loaded_integration(hass, DOMAIN).version)


def health_of(coordinator: DownlinkCoordinator | None) -> tuple[Health, Reason | None]:
    """Return the health, and why it is not better."""
    if coordinator is None:
        return Health.ERROR, Reason.NOT_LOADED
    if coordinator.data is None:
        return Health.ERROR, Reason.NO_FEED
    if coordinator.failures:
        return Health.DEGRADED, Reason.REFRESH_FAILED
    if coordinator.is_guide_stale:
        return Health.DEGRADED, Reason.GUIDE_STALE
    if not is_anything_on(coordinator.data.feed.guide.values(), dt_util.utcnow()):
        return Health.DEGRADED, Reason.NOTHING_ON
    return Health.OK, None


class HealthView(DownlinkView):
    """The state in one word, for monitors; it tells nothing that is worth a login."""

    url = f"{API}/health"
    name = "toonami_downlink:health"

    @override
    async def get(self, request: web.Request, **_: str) -> web.StreamResponse:
        hass = request.app[KEY_HASS]
        health = health_of(async_loaded_coordinator(hass))[0]
        is_error = health is Health.ERROR
        body = {
            "status": health,
            "version": version(hass),
            "artifacts": "" if is_error else "m3u xml",
        }
        response = respond_once(json_bytes(body), JSON_TYPE)
        if is_error:
            response.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
            response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response
