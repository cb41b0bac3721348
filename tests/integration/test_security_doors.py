"""Home Assistant's own doors that lead to us: who may pass which, and what they are told there."""

from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from aiohttp import hdrs
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.toonami_downlink.const import (
    DEFAULT_API_URL,
    DOMAIN,
    LINKS_RELAY,
    WATCH_INTERVAL,
)
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.refreshing.issues import (
    OLD_CREDENTIALS_IN_USE,
    PROVIDER_FAILING,
)
from tests.hostile.commands import COMMANDS

from .factories import FAILING_COMMAND, NOON, make_entry
from .harness import move_clock, set_provider_command, setup_integration
from .users import USERS, token_of

ADMINISTRATORS: Final = frozenset({"administrator"})
ALL: Final = frozenset(USERS)
EAST: Final = "toonami_aftermath_east"
ISSUE: Final = {"domain": DOMAIN, "issue_id": PROVIDER_FAILING}
PAGES: Final[dict[tuple[str, str], tuple[dict[str, Any] | None, frozenset[str]]]] = {
    (hdrs.METH_GET, f"{DOMAIN}/status"): (None, ADMINISTRATORS),
    (hdrs.METH_GET, "diagnostics/config_entry/home"): (None, ADMINISTRATORS),
    (hdrs.METH_GET, f"states/sensor.{EAST}_now_playing"): (None, ALL),
    (hdrs.METH_GET, "states"): (None, ALL),
    (hdrs.METH_GET, "config/config_entries/entry"): (None, ALL),
    (hdrs.METH_POST, "config/config_entries/flow"): ({"handler": DOMAIN}, ADMINISTRATORS),
    (hdrs.METH_POST, "config/config_entries/options/flow"): ({"handler": "home"}, ADMINISTRATORS),
    (hdrs.METH_POST, "repairs/issues/fix"): (
        {"handler": DOMAIN, "issue_id": PROVIDER_FAILING},
        ADMINISTRATORS,
    ),
    (hdrs.METH_GET, f"calendars/calendar.{EAST}_guide?start=2026-11-24&end=2026-11-25"): (
        None,
        ALL,
    ),
}
"""Each page below ``/api``, with what is sent, and for whom it is. Nobody else gets anything."""
MEDIA: Final = f"media-source://{DOMAIN}"
MESSAGES: Final[dict[str, tuple[dict[str, Any], frozenset[str]]]] = {
    "media_source/browse_media": ({"media_content_id": MEDIA}, ALL),
    "media_source/search_media": ({"media_content_id": MEDIA, "search_query": "show"}, ALL),
    "media_source/resolve_media": ({"media_content_id": f"{MEDIA}/1"}, ALL),
    "diagnostics/list": ({}, ADMINISTRATORS),
    "config_entries/get_single": ({"entry_id": "home"}, ADMINISTRATORS),
    "config_entries/update": ({"entry_id": "home", "title": "Mine"}, ADMINISTRATORS),
    # Home Assistant lets every user see these, so nothing may be in them that is not for all.
    "repairs/list_issues": ({}, ALL),
    "repairs/get_issue_data": (ISSUE, ALL),
    "system_health/info": ({}, ALL),
}
"""Each of its websocket commands that answers with something of ours, and for whom it is."""
PLAYER: Final = "192.168.1.5"


@pytest.fixture
async def troubled(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> DownlinkCoordinator:
    """Load an entry whose provider has begun to fail, and a player of which has old secrets."""
    for name in ("api", "config", "diagnostics", "media_source", "repairs", "system_health"):
        assert await async_setup_component(hass, name, {})
    coordinator = await setup_integration(hass, make_entry(folder, stream_links=LINKS_RELAY))
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    for _ in range(3):
        await coordinator.async_refresh_feed(Cause.BUTTON)
    coordinator.clients.record(PLAYER, "TiviMate/5", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS)
    await move_clock(hass, freezer, NOON + WATCH_INTERVAL)
    return coordinator


def told(coordinator: DownlinkCoordinator, text: str) -> list[str]:
    """Return what of it is for administrators only."""
    known = coordinator.credentials
    kept = (known.feed_token, known.password, PLAYER, "no signal from the dish", FAILING_COMMAND)
    return [one for one in kept if one in text]


@pytest.mark.parametrize("kind", [*USERS, "nobody"])
async def test_pages(
    hass: HomeAssistant,
    troubled: DownlinkCoordinator,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
    kind: str,
) -> None:
    nobody = kind == "nobody"
    client = await (hass_client_no_auth() if nobody else hass_client(await token_of(hass, kind)))
    for (method, path), (body, may) in PAGES.items():
        async with client.request(method, f"/api/{path}", json=body) as answer:
            wanted = HTTPStatus.OK if kind in may else HTTPStatus.UNAUTHORIZED
            assert (path, answer.status) == (path, wanted)
            if kind not in ADMINISTRATORS:
                assert (path, told(troubled, await answer.text())) == (path, [])


@pytest.mark.parametrize("kind", USERS)
async def test_messages(
    hass: HomeAssistant,
    troubled: DownlinkCoordinator,
    hass_ws_client: WebSocketGenerator,
    aioclient_mock: Any,
    kind: str,
) -> None:
    aioclient_mock.get(DEFAULT_API_URL, status=404)
    socket = await hass_ws_client(hass, await token_of(hass, kind))
    seen = ""
    for name, (fields, may) in MESSAGES.items():
        await socket.send_json_auto_id({"type": name, **fields})
        answer = await socket.receive_json()
        while answer["type"] == "event":
            seen += str(answer)
            answer = await socket.receive_json()
        code = "ok" if answer["success"] else answer["error"]["code"]
        assert (name, code) == (name, "ok" if kind in may else "unauthorized")
        seen += str(answer)
    while "'finish'" not in seen:
        seen += str(await socket.receive_json())
    assert OLD_CREDENTIALS_IN_USE in seen
    assert PROVIDER_FAILING in seen
    if kind not in ADMINISTRATORS:
        assert told(troubled, seen) == []


# The heartbeat of a socket that Home Assistant itself has closed.
@pytest.mark.parametrize("expected_lingering_timers", [True])
async def test_nobody_gets_to_a_message(
    troubled: DownlinkCoordinator, hass_client_no_auth: ClientSessionGenerator
) -> None:
    client = await hass_client_no_auth()
    for name, fields in (
        *((name, fields) for name, (fields, _) in MESSAGES.items()),
        *((f"{DOMAIN}/{name}", about.fields) for name, about in COMMANDS.items()),
    ):
        async with client.ws_connect("/api/websocket") as socket:
            assert (await socket.receive_json())["type"] == "auth_required"
            await socket.send_json({"id": 1, "type": name, **fields})
            assert (name, (await socket.receive_json())["type"]) == (name, "auth_invalid")
