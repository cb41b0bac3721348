"""Raise issues, read them, and go through their dialogs as the front end does."""

from http import HTTPStatus
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.refreshing.issues import (
    USE_THE_RELAY,
)

MISSING = "/nowhere/at/all/toonamiaftermath"
API = "/api/repairs/issues/fix"


def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return what was raised, but for the proposal that every entry here has."""
    known = ir.async_get(hass).issues
    return {
        issue_id: issue
        for (domain, issue_id), issue in known.items()
        if domain == DOMAIN and issue_id != USE_THE_RELAY
    }


async def post(client: TestClient[Any, Any], path: str, data: dict[str, Any]) -> dict[str, Any]:
    response = await client.post(path, json=data)
    assert response.status == HTTPStatus.OK
    answer: dict[str, Any] = await response.json()
    return answer


async def open_flow(client: TestClient[Any, Any], issue_id: str) -> dict[str, Any]:
    return await post(client, API, {"handler": DOMAIN, "issue_id": issue_id})


async def fail(coordinator: DownlinkCoordinator, times: int) -> None:
    for _ in range(times):
        await coordinator.async_refresh_feed(Cause.BUTTON)
