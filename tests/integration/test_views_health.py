"""Health for everybody, the whole status for those who are logged in."""

from dataclasses import replace
from datetime import timedelta
import hashlib
from http import HTTPStatus
import json

from aiohttp import hdrs
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.engine.downlink.models import Cause, Progress, Stage
from custom_components.toonami_downlink.panel.status import status_payload
from custom_components.toonami_downlink.views.health import Health, Reason, health_of, version

from .homes import make_entry, set_up
from .stations import Station

HEALTH = "/api/toonami_downlink/health"
STATUS = "/api/toonami_downlink/status"


async def test_well(station: Station) -> None:
    answer = await station.client.get(HEALTH)
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "application/json"
    assert answer.headers[hdrs.CACHE_CONTROL] == "no-store"
    assert await answer.json() == {
        "status": "ok",
        "version": version(station.hass),
        "artifacts": "m3u xml",
    }
    asked = await station.client.head(HEALTH)
    assert (asked.status, await asked.read()) == (HTTPStatus.OK, b"")
    assert health_of(station.coordinator) == (Health.OK, None)


async def test_degraded_by_a_refresh_that_failed(station: Station) -> None:
    record = await station.coordinator.async_refresh_feed(Cause.BUTTON)
    assert record.error
    answer = await station.client.get(HEALTH)
    assert answer.status == HTTPStatus.OK
    assert (await answer.json())["status"] == "degraded"
    assert (await answer.json())["artifacts"] == "m3u xml"
    assert health_of(station.coordinator) == (Health.DEGRADED, Reason.REFRESH_FAILED)


async def test_degraded_by_age(station: Station, freezer: FrozenDateTimeFactory) -> None:
    freezer.tick(timedelta(hours=47, minutes=59))
    assert health_of(station.coordinator) == (Health.OK, None)
    freezer.tick(60)
    assert health_of(station.coordinator) == (Health.DEGRADED, Reason.GUIDE_STALE)
    answer = await station.client.get(HEALTH)
    assert (await answer.json())["status"] == "degraded"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_error_without_an_entry(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, method: str
) -> None:
    assert await async_setup_component(hass, "toonami_downlink", {})
    client = await hass_client_no_auth()
    answer = await client.request(method, HEALTH)
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert hdrs.RETRY_AFTER in answer.headers
    body = await answer.read()
    if method == "GET":
        assert json.loads(body) == {"status": "error", "version": version(hass), "artifacts": ""}
    assert health_of(None) == (Health.ERROR, Reason.NOT_LOADED)


async def test_error_without_a_feed(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    entry = make_entry("/no/such/provider {m3u} {xmltv}")
    coordinator = await set_up(hass, entry)
    answer = await (await hass_client_no_auth()).get(HEALTH)
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert (await answer.json())["status"] == "error"
    assert health_of(coordinator) == (Health.ERROR, Reason.NO_FEED)
    status = await (await (await hass_client()).get(STATUS)).json()
    assert status["health"] == {"status": "error", "reason": "no_feed"}
    assert status["feed"] is None
    assert status["refresh"]["last_success"] is None
    assert status["refresh"]["failures"] == 1
    assert status["last_error"]["error"] == "provider_command_missing"
    assert status["history"] == [status["last_error"]]


async def test_status_needs_a_login(station: Station) -> None:
    answer = await station.client.get(STATUS)
    assert answer.status == HTTPStatus.UNAUTHORIZED


async def test_status_while_not_loaded(
    station: Station, hass_client: ClientSessionGenerator
) -> None:
    assert await station.hass.config_entries.async_unload(station.entry.entry_id)
    answer = await (await hass_client()).get(STATUS)
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE


def artifact(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


async def test_status(station: Station, hass_client: ClientSessionGenerator) -> None:
    await station.client.get(
        f"{station.base}/playlist.m3u", headers={hdrs.USER_AGENT: "Kodi/20.1 (X11; Linux)"}
    )
    client = await hass_client()
    answer = await client.get(STATUS)
    assert answer.status == HTTPStatus.OK
    assert answer.headers[hdrs.CACHE_CONTROL] == "no-store"
    text = await answer.text()
    generation = station.coordinator.generation
    assert generation is not None
    assert json.loads(text) == {
        "version": version(station.hass),
        "health": {"status": "ok", "reason": None},
        "provider": {"kind": "command", "version": None},
        "refresh": {
            "is_running": False,
            "progress": None,
            "schedule": "0 3 * * *",
            "next": "2026-11-25T11:00:00+00:00",
            "last_success": "2026-11-24T12:10:00+00:00",
            "failures": 0,
        },
        "last_error": None,
        "feed": {
            "generation": 1,
            "made": "2026-11-24T12:10:00+00:00",
            "channels": 7,
            "programmes": 384,
            "filler": 0,
            "guide_until": None,
            "repairs": {},
            "sources": {},
            "artifacts": [
                artifact("playlist.m3u", generation.playlist),
                artifact("guide.xml", generation.guide),
            ],
        },
        "streams": {"viewers": 0, "upstream": 0, "max": 4, "sessions": [], "channels": []},
        "players": [
            {
                "address": "127.0.0.1",
                "player": "Kodi",
                "asked": "playlist",
                "result": "ok",
                "when": "2026-11-24T12:10:00+00:00",
                "count": 1,
            }
        ],
        "history": [],
    }
    credentials = station.coordinator.credentials
    for secret in (credentials.feed_token, credentials.username, credentials.password):
        assert secret not in text


async def test_history_has_the_newest_first(
    station: Station, freezer: FrozenDateTimeFactory
) -> None:
    for _ in range(2):
        freezer.tick(60)
        await station.coordinator.async_refresh_feed(Cause.BUTTON)
    status = status_payload(station.coordinator)
    first, second = status["history"]
    assert first["started"] > second["started"]
    assert status["last_error"] == first
    assert status["refresh"]["failures"] == 2
    assert status["feed"]["generation"] == 1


async def test_progress(station: Station) -> None:
    station.coordinator.progress = replace(Progress(Stage.DETAILS), done=3, total=9)
    refresh = status_payload(station.coordinator)["refresh"]
    assert refresh["progress"] == {"stage": "details", "done": 3, "total": 9}
