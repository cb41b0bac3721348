"""The websocket commands: who may, what is answered, and what is pushed."""

import asyncio
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.toonami_downlink.const import CONF_HDHOMERUN, DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.engine.downlink.passes import HOME

from .factories import FAILING_COMMAND, make_entry, make_feed, write_provider_files
from .harness import NOW, limit_platforms, move_clock, set_provider_command, setup_integration
from .panel_client import DAY, START, ask, event

ADMIN_ONLY = (
    "status/subscribe",
    "connect",
    "connect/subscribe",
    "refresh",
    "credentials/rotate",
    "sessions/end",
    "tuner",
)
REQUIRED: dict[str, dict[str, Any]] = {
    "sessions/end": {"session": "0123456789abcdef"},
    "tuner": {"on": True},
}
FOR_ALL: tuple[tuple[str, dict[str, Any]], ...] = (
    ("overview/subscribe", {}),
    ("guide", {"from": START, "to": START + DAY}),
    ("guide/programme", {"channel": 1, "start": START}),
    ("guide/search", {"query": "show"}),
    ("watch", {"channel": 1}),
)


async def test_overview(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    assert (await ask(socket, "overview/subscribe"))["success"]

    overview = await event(socket)

    assert (overview["loaded"], overview["health"]) == (True, {"status": "ok", "reason": None})
    assert overview["generation"] == 1
    assert overview["made"] == int(NOW.timestamp())
    assert overview["guide"] == {"since": START, "from": START, "until": START + 7 * DAY}
    assert not overview["refreshing"]
    assert [channel["number"] for channel in overview["channels"]] == [1, 2, 3, 4, 5, 6, 7]
    first = overview["channels"][0]
    assert first["logo"] == "/api/toonami_downlink/logos/toonami_east.png"
    assert first["now"]["title"] == "Show 1-24"
    assert first["now"]["start"] == START + DAY // 2
    assert first["next"]["title"] == "Show 1-25"
    assert overview["channels"][6]["radio"]
    assert overview["channels"][6]["now"]["filler"]


async def test_overview_follows_the_programmes(
    panel_coordinator: DownlinkCoordinator,
    socket: MockHAClientWebSocket,
    freezer: FrozenDateTimeFactory,
) -> None:
    await ask(socket, "overview/subscribe")
    await event(socket)

    await move_clock(panel_coordinator.hass, freezer, NOW + timedelta(minutes=20))

    assert (await event(socket))["channels"][0]["now"]["title"] == "Show 1-25"


async def test_overview_before_the_first_feed(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit_platforms(monkeypatch, ())
    await setup_integration(hass, make_entry(FAILING_COMMAND))
    socket = await hass_ws_client(hass)

    await ask(socket, "overview/subscribe")
    overview = await event(socket)

    assert overview["health"] == {"status": "error", "reason": "no_feed"}
    assert overview["error"] == "provider_failed"
    assert overview["generation"] is overview["made"] is overview["guide"] is None
    assert overview["channels"] == []
    for command, fields in FOR_ALL[1:3]:
        assert (await ask(socket, command, **fields))["error"]["code"] == "no_feed"
    assert (await ask(socket, "guide/search", query="x"))["result"] == {"total": 0, "results": []}


async def test_overview_says_that_a_refresh_runs_and_how_it_ended(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    await ask(socket, "overview/subscribe")
    await event(socket)
    set_provider_command(panel_coordinator.hass, panel_coordinator, FAILING_COMMAND)

    await panel_coordinator.async_refresh_feed(Cause.BUTTON)

    assert (await event(socket))["refreshing"]
    while (overview := await event(socket))["refreshing"] or not overview["error"]:
        pass
    assert overview["health"] == {"status": "degraded", "reason": "refresh_failed"}
    assert overview["error"] == "provider_failed"
    assert len(overview["channels"]) == 7


async def test_a_subscription_outlives_a_reload(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    hass, entry_id = panel_coordinator.hass, panel_coordinator.config_entry.entry_id
    await ask(socket, "overview/subscribe")
    await event(socket)

    await hass.config_entries.async_unload(entry_id)
    assert await event(socket) == {"loaded": False}

    await hass.config_entries.async_setup(entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (await event(socket))["generation"] == 1


async def test_a_subscription_ends(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    answer = await ask(socket, "overview/subscribe")
    await event(socket)

    await socket.send_json_auto_id({"type": "unsubscribe_events", "subscription": answer["id"]})
    assert (await socket.receive_json())["success"]
    await panel_coordinator.hass.config_entries.async_unload(
        panel_coordinator.config_entry.entry_id
    )

    await socket.send_json_auto_id({"type": "ping"})
    assert (await socket.receive_json())["type"] == "pong"


async def test_status(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    await ask(socket, "status/subscribe")
    pushed = await event(socket)
    assert pushed["loaded"]
    assert pushed["status"]["feed"]["generation"] == 1

    answer = asyncio.create_task(panel_coordinator.async_refresh_feed(Cause.BUTTON))
    stages = []
    while "status" not in (pushed := await event(socket)) or None not in stages:
        if "status" not in pushed:
            stages.append(pushed["progress"] and pushed["progress"]["stage"])
            assert pushed["running"] is (pushed["progress"] is not None)

    assert stages[0] == "provider"
    assert stages[-2:] == ["publish", None]
    assert pushed["status"]["feed"]["generation"] == 2
    await answer


async def test_connect(
    hass: HomeAssistant,
    tmp_path: Path,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit_platforms(monkeypatch, ())
    hass.config.internal_url = "http://192.168.1.5:8123"
    hass.config.external_url = "https://tv.example.com"
    write_provider_files(tmp_path / "provider", make_feed())
    panel_coordinator = await setup_integration(
        hass, make_entry(tmp_path / "provider", **{CONF_HDHOMERUN: True})
    )
    panel_coordinator.clients.record("192.168.1.7", "Kodi/21", RequestKind.GUIDE, Outcome.OK)
    token = panel_coordinator.credentials.feed_token
    socket = await hass_ws_client(hass)

    result = (await ask(socket, "connect"))["result"]

    player = result["players"][0]
    assert player.pop("when") > 0
    assert player == {
        "address": "192.168.1.7",
        "player": "Kodi",
        "asked": "guide",
        "result": "ok",
        "count": 1,
    }
    revision = sha256(token.encode()).hexdigest()[:8]
    assert result == {
        "version": "1.0.0",
        "short_url": f"/tv/{panel_coordinator.credentials.code(HOME)}",
        "device": HOME,
        "devices": [{"id": HOME, "name": "", "revision": revision}],
        "origins": ["http://192.168.1.5:8123", "https://tv.example.com"],
        "username": panel_coordinator.credentials.username,
        "password": panel_coordinator.credentials.password,
        "playlist": f"/api/toonami_downlink/{token}/playlist.m3u",
        "guide": f"/api/toonami_downlink/{token}/guide.xml",
        "xtream": "/api/toonami_downlink/xtream",
        "hdhomerun": f"/api/toonami_downlink/hdhr/{token}",
        "has_feed": True,
        "players": [player],
    }


async def test_connect_without_addresses_and_tuner(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    result = (await ask(socket, "connect"))["result"]
    assert result["hdhomerun"] is None
    assert len(result["origins"]) <= 1


async def test_refresh(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    result = (await ask(socket, "refresh"))["result"]

    assert result["error"] is None
    assert result["cause"] == "panel"
    assert panel_coordinator.data
    assert panel_coordinator.data.generation == 2


async def test_rotate(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    before = (await ask(socket, "connect"))["result"]
    after = (await ask(socket, "credentials/rotate"))["result"]
    assert after["password"] == panel_coordinator.credentials.password != before["password"]
    assert panel_coordinator.credentials.feed_token in after["playlist"]
    assert after["playlist"] != before["playlist"]
    assert after["username"] == before["username"]


async def test_the_tuner_is_switched_without_a_reload(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    entry = panel_coordinator.config_entry
    before = dict(entry.options)
    token = panel_coordinator.credentials.feed_token

    assert (await ask(socket, "tuner", on=True))["result"]["hdhomerun"] == (
        f"/api/toonami_downlink/hdhr/{token}"
    )
    assert entry.options == before | {"hdhomerun": True}
    assert panel_coordinator.settings.hdhomerun
    assert entry.runtime_data is panel_coordinator

    assert (await ask(socket, "tuner", on=False))["result"]["hdhomerun"] is None
    assert not panel_coordinator.settings.hdhomerun


@pytest.mark.parametrize("fields", [{}, {"on": "yes"}, {"on": 1}, {"on": None}])
async def test_what_does_not_switch_the_tuner(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket, fields: dict[str, Any]
) -> None:
    assert (await ask(socket, "tuner", **fields))["error"]["code"] == "invalid_format"
    assert not panel_coordinator.settings.hdhomerun


@pytest.mark.parametrize("session", ["0123456789abcdef", "x" * 32, "\0"])
async def test_the_end_of_a_session_that_nobody_has(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket, session: str
) -> None:
    answer = await ask(socket, "sessions/end", session=session)
    assert answer["error"]["code"] == "not_found"


@pytest.mark.parametrize("fields", [{}, {"session": ""}, {"session": "x" * 33}, {"session": 7}])
async def test_what_is_no_session(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket, fields: dict[str, Any]
) -> None:
    assert (await ask(socket, "sessions/end", **fields))["error"]["code"] == "invalid_format"


@pytest.mark.parametrize("command", ADMIN_ONLY)
async def test_only_administrators_may(
    panel_coordinator: DownlinkCoordinator,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
    command: str,
) -> None:
    hass_admin_user.groups = []
    socket = await hass_ws_client(panel_coordinator.hass)
    token = panel_coordinator.credentials.feed_token

    answer = await ask(socket, command, **REQUIRED.get(command, {}))

    assert answer["error"]["code"] == "unauthorized"

    assert panel_coordinator.credentials.feed_token == token
    assert panel_coordinator.data
    assert panel_coordinator.data.generation == 1


@pytest.mark.parametrize("number", [8, 2**31 - 1])
async def test_watching_a_channel_that_is_not_there(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket, number: int
) -> None:
    assert (await ask(socket, "watch", channel=number))["error"]["code"] == "not_found"


@pytest.mark.parametrize("fields", [{}, {"channel": 0}, {"channel": 2**31}, {"channel": "1"}])
async def test_what_is_no_channel_to_watch(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket, fields: dict[str, Any]
) -> None:
    assert (await ask(socket, "watch", **fields))["error"]["code"] == "invalid_format"


async def test_watching(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    answer = (await ask(socket, "watch", channel=3))["result"]

    assert (answer["expires_in"], answer["pause"]) == (6 * 3600, 600)
    base, _, name = answer["url"].rpartition("/")
    assert name == "3.m3u8"
    token = base.removeprefix("/api/toonami_downlink/watch/")
    matches = panel_coordinator.credentials.find_watch_token
    assert matches(token, NOW + timedelta(hours=6, seconds=-1))
    assert not matches(token, NOW + timedelta(hours=6, seconds=1))


async def test_the_address_has_the_channels_own_number(
    panel_coordinator: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    # To Python, what is true is one.
    assert (await ask(socket, "watch", channel=True))["result"]["url"].endswith("/1.m3u8")


@pytest.mark.parametrize("is_allowed", [True, False])
async def test_whether_everybody_may_watch(
    hass: HomeAssistant,
    folder: Path,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    is_allowed: bool,
) -> None:
    await setup_integration(hass, make_entry(folder, users_may_watch=is_allowed))
    assert await async_setup_component(hass, "websocket_api", {})
    admin = await hass_ws_client(hass)
    user = await hass_ws_client(hass, hass_read_only_access_token)

    assert (await ask(admin, "watch", channel=1))["success"]
    answer = await ask(user, "watch", channel=1)
    await ask(user, "overview/subscribe")

    assert answer["success"] is is_allowed
    assert is_allowed or answer["error"]["code"] == "unauthorized"
    assert (await event(user))["users_may_watch"] is is_allowed


@pytest.mark.parametrize(("command", "fields"), FOR_ALL, ids=[name for name, _ in FOR_ALL])
async def test_everybody_may(
    panel_coordinator: DownlinkCoordinator,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    command: str,
    fields: dict[str, Any],
) -> None:
    socket = await hass_ws_client(panel_coordinator.hass, hass_read_only_access_token)

    await socket.send_json_auto_id({"type": f"toonami_downlink/{command}", **fields})
    text = await socket.receive_str()

    assert '"success":true' in text
    assert panel_coordinator.credentials.feed_token not in text
    assert panel_coordinator.credentials.password not in text


@pytest.mark.parametrize(
    ("command", "fields"), [*FOR_ALL, *((name, REQUIRED.get(name, {})) for name in ADMIN_ONLY)]
)
async def test_nothing_is_loaded(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    command: str,
    fields: dict[str, Any],
) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    socket = await hass_ws_client(hass)

    assert (await ask(socket, command, **fields))["error"]["code"] == "not_loaded"
