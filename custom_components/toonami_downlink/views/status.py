"""How it is: in one word for everybody, in full for those who are logged in."""

from http import HTTPStatus
from typing import override

from aiohttp import web
from homeassistant.components.http import KEY_HASS, HomeAssistantView
from homeassistant.helpers.json import json_bytes

from ..coordinator import async_loaded_coordinator
from ..paths import API
from ..status import Health, health_of, status_payload, version
from .base import JSON_TYPE, RETRY_SECONDS, DownlinkView, respond_once, unavailable


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


class StatusView(HomeAssistantView):
    """Everything that the panel's status page shows; for users of Home Assistant."""

    url = f"{API}/status"
    name = "toonami_downlink:status"

    async def get(self, request: web.Request) -> web.Response:
        """Answer GET."""
        coordinator = async_loaded_coordinator(request.app[KEY_HASS])
        if coordinator is None:
            return unavailable()
        return respond_once(json_bytes(status_payload(coordinator)), JSON_TYPE)
