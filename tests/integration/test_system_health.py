"""System health: what the page shows."""

from pathlib import Path
from typing import Any

from aiohttp import ClientConnectionError
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.toonami_downlink.const import DEFAULT_API_URL, DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator

from .factories import make_entry
from .harness import setup_integration


async def info(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> dict[str, Any]:
    """Return the lines, with what arrives later filled in."""
    assert await async_setup_component(hass, "system_health", {})
    client = await hass_ws_client()
    await client.send_json_auto_id({"type": "system_health/info"})
    assert (await client.receive_json())["success"]
    event = (await client.receive_json())["event"]
    shown: dict[str, Any] = event["data"][DOMAIN]
    while event["type"] != "finish":
        if event["type"] == "update" and event["domain"] == DOMAIN:
            shown["info"][event["key"]] = event["data"]
        event = (await client.receive_json())["event"]
    return shown


async def test_all_is_well(
    hass: HomeAssistant,
    coordinator: DownlinkCoordinator,
    hass_ws_client: WebSocketGenerator,
    aioclient_mock: Any,
) -> None:
    aioclient_mock.get(DEFAULT_API_URL, status=404)
    coordinator.provider_version = "1.1.0"
    shown = await info(hass, hass_ws_client)
    assert shown["manage_url"] == "/toonami-downlink"
    assert shown["info"] == {
        "upstream": "ok",
        "state": "loaded",
        "provider": "command",
        "provider_version": "1.1.0",
        "last_refresh": {"type": "date", "value": "2026-11-24T12:00:00+00:00"},
        "next_refresh": {"type": "date", "value": "2026-11-25T03:00:00+00:00"},
        "failures": 0,
        "channels": 7,
        "programmes": 384,
        "guide_until": {"type": "date", "value": "2026-11-26T00:00:00+00:00"},
    }


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        pytest.param({"exc": TimeoutError}, "timeout", id="timeout"),
        pytest.param({"exc": ClientConnectionError}, "unreachable", id="unreachable"),
    ],
)
async def test_no_feed_and_no_upstream(
    hass: HomeAssistant,
    folder: Path,
    hass_ws_client: WebSocketGenerator,
    aioclient_mock: Any,
    error: dict[str, Any],
    shown: str,
) -> None:
    (folder / "index.m3u").unlink()
    await setup_integration(hass, make_entry(folder))
    aioclient_mock.get(DEFAULT_API_URL, **error)
    lines = (await info(hass, hass_ws_client))["info"]
    assert lines["upstream"] == {"type": "failed", "error": shown}
    assert lines["failures"] == 1
    assert lines["last_refresh"] is None
    assert lines["channels"] == 0


async def test_not_loaded(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, aioclient_mock: Any
) -> None:
    aioclient_mock.get(DEFAULT_API_URL)
    assert await async_setup_component(hass, DOMAIN, {})
    assert (await info(hass, hass_ws_client))["info"] == {
        "upstream": "ok",
        "state": "not_set_up",
    }


async def test_entry_that_is_not_loaded(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    aioclient_mock: Any,
) -> None:
    aioclient_mock.get(DEFAULT_API_URL)
    await setup_integration(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    lines = (await info(hass, hass_ws_client))["info"]
    assert lines == {"upstream": "ok", "state": "not_loaded"}
