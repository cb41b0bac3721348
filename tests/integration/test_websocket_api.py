"""The websocket commands: who may, what is answered, and what is pushed."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.toonami_downlink import panel_data
from custom_components.toonami_downlink.const import CONF_HDHOMERUN, DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.limits import MAX_GUIDE_DAYS
from custom_components.toonami_downlink.engine.downlink.models import Cause, Programme
from custom_components.toonami_downlink.players import Asked, Result

from .common import FAIL, MIDNIGHT, home_entry, move, only, use_command
from .homes import make_entry, make_feed, set_up, write_files

NOW = datetime(2026, 11, 24, 12, 10, tzinfo=UTC)
"""Ten minutes into a programme."""
DAY = 86_400
START = int(MIDNIGHT.timestamp())

ADMIN_ONLY = (
    "status/subscribe",
    "connect",
    "connect/subscribe",
    "refresh",
    "credentials/rotate",
)
FOR_ALL: tuple[tuple[str, dict[str, Any]], ...] = (
    ("overview/subscribe", {}),
    ("guide", {"from": START, "to": START + DAY}),
    ("guide/programme", {"channel": 1, "start": START}),
    ("guide/search", {"query": "show"}),
)

type Ask = Callable[..., Coroutine[Any, Any, dict[str, Any]]]


@pytest.fixture
async def home(
    hass: HomeAssistant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    freezer: FrozenDateTimeFactory,
) -> DownlinkCoordinator:
    """A loaded entry with a feed of two days."""
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("UTC")
    only(monkeypatch, ())
    write_files(tmp_path / "provider", make_feed(MIDNIGHT))
    return await set_up(hass, home_entry(tmp_path / "provider"))


@pytest.fixture
async def socket(
    home: DownlinkCoordinator, hass_ws_client: WebSocketGenerator
) -> MockHAClientWebSocket:
    """The connection of an administrator."""
    return await hass_ws_client(home.hass)


async def ask(socket: MockHAClientWebSocket, command: str, **fields: Any) -> dict[str, Any]:
    """Send a command and return the whole answer."""
    await socket.send_json_auto_id({"type": f"toonami_downlink/{command}", **fields})
    answer: dict[str, Any] = await socket.receive_json()
    return answer


async def event(socket: MockHAClientWebSocket) -> dict[str, Any]:
    """Return the next event."""
    async with asyncio.timeout(5):
        message = await socket.receive_json()
    assert message["type"] == "event", message
    pushed: dict[str, Any] = message["event"]
    return pushed


async def test_overview(home: DownlinkCoordinator, socket: MockHAClientWebSocket) -> None:
    assert (await ask(socket, "overview/subscribe"))["success"]

    overview = await event(socket)

    assert overview["loaded"]
    assert overview["health"] == {"status": "ok", "reason": None}
    assert overview["generation"] == 1
    assert overview["made"] == int(NOW.timestamp())
    assert overview["guide"] == {"from": START, "until": START + 7 * DAY}
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
    home: DownlinkCoordinator, socket: MockHAClientWebSocket, freezer: FrozenDateTimeFactory
) -> None:
    await ask(socket, "overview/subscribe")
    await event(socket)

    await move(home.hass, freezer, NOW + timedelta(minutes=20))

    assert (await event(socket))["channels"][0]["now"]["title"] == "Show 1-25"


async def test_overview_before_the_first_feed(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    only(monkeypatch, ())
    await set_up(hass, make_entry(FAIL))
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
    home: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    await ask(socket, "overview/subscribe")
    await event(socket)
    use_command(home.hass, home, FAIL)

    await home.async_refresh_feed(Cause.BUTTON)

    assert (await event(socket))["refreshing"]
    while (overview := await event(socket))["refreshing"] or not overview["error"]:
        pass
    assert overview["health"] == {"status": "degraded", "reason": "refresh_failed"}
    assert overview["error"] == "provider_failed"
    assert len(overview["channels"]) == 7


async def test_a_subscription_outlives_a_reload(
    home: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    hass, entry_id = home.hass, home.config_entry.entry_id
    await ask(socket, "overview/subscribe")
    await event(socket)

    await hass.config_entries.async_unload(entry_id)
    assert await event(socket) == {"loaded": False}

    await hass.config_entries.async_setup(entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (await event(socket))["generation"] == 1


async def test_a_subscription_ends(
    home: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    answer = await ask(socket, "overview/subscribe")
    await event(socket)

    await socket.send_json_auto_id({"type": "unsubscribe_events", "subscription": answer["id"]})
    assert (await socket.receive_json())["success"]
    await home.hass.config_entries.async_unload(home.config_entry.entry_id)

    await socket.send_json_auto_id({"type": "ping"})
    assert (await socket.receive_json())["type"] == "pong"


@pytest.mark.parametrize(
    ("fields", "numbers", "titles"),
    [
        pytest.param(
            {"from": START + 1800, "to": START + 5400},
            ["1", "2", "3", "4", "5", "6", "7"],
            ["Show 1-1", "Show 1-2"],
            id="all channels",
        ),
        pytest.param(
            {"from": START + 1, "to": START + 1801, "channels": [1, 4]},
            ["1", "4"],
            ["Show 1-0", "Show 1-1"],
            id="some channels, programmes cut at both ends",
        ),
    ],
)
async def test_guide(
    socket: MockHAClientWebSocket,
    fields: dict[str, Any],
    numbers: list[str],
    titles: list[str],
) -> None:
    result = (await ask(socket, "guide", **fields))["result"]

    assert result["generation"] == 1
    assert list(result["rows"]) == numbers
    assert [row[2] for row in result["rows"]["1"]] == titles


async def test_a_row_of_the_guide(socket: MockHAClientWebSocket) -> None:
    fields = {"from": START, "to": START + 1, "channels": [1, 7]}
    rows = (await ask(socket, "guide", **fields))["result"]["rows"]

    assert rows["1"] == [[START, START + 1800, "Show 1-0", "Part 0", 2, 1, 0]]
    assert rows["7"][0][3:] == [None, None, None, 1]


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        pytest.param(START, START, id="empty"),
        pytest.param(START, START - 1, id="backwards"),
        pytest.param(START, START + (MAX_GUIDE_DAYS + 2) * DAY + 1, id="too long"),
    ],
)
async def test_a_window_that_cannot_be(
    socket: MockHAClientWebSocket, start: int, stop: int
) -> None:
    answer = await ask(socket, "guide", **{"from": start, "to": stop})

    assert answer["error"]["code"] == "bad_range"


async def test_the_longest_window(socket: MockHAClientWebSocket) -> None:
    fields = {"from": START, "to": START + (MAX_GUIDE_DAYS + 2) * DAY}

    assert (await ask(socket, "guide", **fields))["success"]


async def test_too_many_rows(
    socket: MockHAClientWebSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel_data, "MAX_ROWS", 3)

    answer = await ask(socket, "guide", **{"from": START, "to": START + DAY})

    assert answer["error"]["code"] == "too_many_rows"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        pytest.param("guide", {"from": START}, id="guide without an end"),
        pytest.param("guide", {"from": "now", "to": START}, id="guide from a word"),
        pytest.param("guide", {"from": -1, "to": START}, id="guide before 1970"),
        pytest.param("guide", {"from": 0, "to": 2**40}, id="guide of the far future"),
        pytest.param("guide", {"from": 0, "to": 1, "channels": [0]}, id="guide of channel 0"),
        pytest.param(
            "guide", {"from": 0, "to": 1, "channels": [1] * 201}, id="guide of 201 channels"
        ),
        pytest.param("guide/search", {"query": ""}, id="search for nothing"),
        pytest.param("guide/search", {"query": "x" * 101}, id="search for too much"),
        pytest.param("guide/search", {"query": "x", "limit": 101}, id="search without end"),
        pytest.param("guide/programme", {"channel": 1}, id="programme without a start"),
        pytest.param("connect", {"secrets": True}, id="a field that nobody knows"),
    ],
)
async def test_the_schemas_refuse(
    socket: MockHAClientWebSocket, command: str, fields: dict[str, Any]
) -> None:
    answer = await ask(socket, command, **fields)

    assert answer["error"]["code"] == "invalid_format"


async def test_programme(socket: MockHAClientWebSocket) -> None:
    answer = await ask(socket, "guide/programme", channel=1, start=START + 60)

    assert answer["result"] == {
        "start": START,
        "stop": START + 1800,
        "title": "Show 1-0",
        "episode_title": "Part 0",
        "description": "What happens in part 0.",
        "season": 2,
        "episode": 1,
        "year": 1999,
        "categories": ["Animation", "Series"],
        "block": None,
        "rating": "TV-Y7",
        "stars": None,
        "image": "https://images.example.com/0.png",
        "credits": [],
        "filler": False,
    }


@pytest.mark.parametrize(
    ("channel", "start"), [pytest.param(99, START, id="channel"), pytest.param(1, 1, id="time")]
)
async def test_no_such_programme(socket: MockHAClientWebSocket, channel: int, start: int) -> None:
    answer = await ask(socket, "guide/programme", channel=channel, start=start)

    assert answer["error"]["code"] == "not_found"


async def test_search_finds_what_comes_first(socket: MockHAClientWebSocket) -> None:
    result = (await ask(socket, "guide/search", query="PART  24", limit=3))["result"]

    assert result["total"] == 4
    start = START + DAY // 2
    assert result["results"] == [
        [number, start, start + 1800, f"Show {number}-24", "Part 24", 2, 25, 0]
        for number in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        pytest.param("pokemon", ["Pokémon"], id="accents and case"),
        pytest.param("pilot pok", ["Pokémon"], id="words of title and episode, in any order"),
        pytest.param("nick at nite", ["All That"], id="the block"),
        pytest.param("that", ["All That", "All That"], id="what is over comes last"),
        pytest.param("zzz", [], id="nothing"),
        pytest.param("!?", [], id="no word at all"),
        pytest.param("mtv97", [], id="no filler"),
    ],
)
async def test_search(home: DownlinkCoordinator, query: str, titles: list[str]) -> None:
    feed = make_feed(MIDNIGHT, hours=0)
    hour = timedelta(hours=1)
    programmes = (
        Programme(start=NOW - 3 * hour, stop=NOW - 2 * hour, title="All That"),
        Programme(start=NOW, stop=NOW + hour, title="Pokémon", episode_title="The Pilot"),
        Programme(start=NOW + hour, stop=NOW + 2 * hour, title="All That", block="Nick at Nite"),
    )
    feed = replace(feed, guide={**feed.guide, "toonami_east": programmes})

    result = panel_data.search(feed, query, NOW, 10)

    assert [row[3] for row in result["results"]] == titles
    starts = [row[1] for row in result["results"]]
    assert starts == sorted(starts, reverse=query == "that")


async def test_status(home: DownlinkCoordinator, socket: MockHAClientWebSocket) -> None:
    await ask(socket, "status/subscribe")
    pushed = await event(socket)
    assert pushed["loaded"]
    assert pushed["status"]["feed"]["generation"] == 1

    answer = asyncio.create_task(home.async_refresh_feed(Cause.BUTTON))
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
    only(monkeypatch, ())
    hass.config.internal_url = "http://192.168.1.5:8123"
    hass.config.external_url = "https://tv.example.com"
    write_files(tmp_path / "provider", make_feed(MIDNIGHT))
    home = await set_up(hass, home_entry(tmp_path / "provider", **{CONF_HDHOMERUN: True}))
    home.players.note("192.168.1.7", "Kodi/21", Asked.GUIDE, Result.OK)
    token = home.credentials.feed_token
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
    assert result == {
        "version": "1.0.0",
        "origins": ["http://192.168.1.5:8123", "https://tv.example.com"],
        "username": home.credentials.username,
        "password": home.credentials.password,
        "playlist": f"/api/toonami_downlink/{token}/playlist.m3u",
        "guide": f"/api/toonami_downlink/{token}/guide.xml",
        "xtream": "/api/toonami_downlink/xtream",
        "hdhomerun": f"/api/toonami_downlink/hdhr/{token}",
        "has_feed": True,
        "players": [player],
    }


async def test_connect_without_addresses_and_tuner(
    home: DownlinkCoordinator, socket: MockHAClientWebSocket
) -> None:
    result = (await ask(socket, "connect"))["result"]

    assert result["hdhomerun"] is None
    assert len(result["origins"]) <= 1


async def test_players_are_pushed_as_they_come(
    home: DownlinkCoordinator, socket: MockHAClientWebSocket, freezer: FrozenDateTimeFactory
) -> None:
    await ask(socket, "connect/subscribe")
    assert await event(socket) == {"loaded": True, "players": []}

    home.players.note("192.168.1.7", "TiviMate/5", Asked.PLAYLIST, Result.OK)
    for _ in range(2):
        freezer.tick(1.1)
        async_fire_time_changed(home.hass)
        await home.hass.async_block_till_done()

    assert [seen["player"] for seen in (await event(socket))["players"]] == ["TiviMate"]
    assert (await ask(socket, "connect"))["type"] == "result", "nothing is pushed twice"


async def test_refresh(home: DownlinkCoordinator, socket: MockHAClientWebSocket) -> None:
    result = (await ask(socket, "refresh"))["result"]

    assert result["error"] is None
    assert result["cause"] == "panel"
    assert home.data
    assert home.data.generation == 2


async def test_rotate(home: DownlinkCoordinator, socket: MockHAClientWebSocket) -> None:
    before = (await ask(socket, "connect"))["result"]

    after = (await ask(socket, "credentials/rotate"))["result"]

    assert after["password"] == home.credentials.password != before["password"]
    assert home.credentials.feed_token in after["playlist"]
    assert after["playlist"] != before["playlist"]
    assert after["username"] == before["username"]


@pytest.mark.parametrize("command", ADMIN_ONLY)
async def test_only_administrators_may(
    home: DownlinkCoordinator,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
    command: str,
) -> None:
    hass_admin_user.groups = []
    socket = await hass_ws_client(home.hass)
    token = home.credentials.feed_token

    assert (await ask(socket, command))["error"]["code"] == "unauthorized"

    assert home.credentials.feed_token == token
    assert home.data
    assert home.data.generation == 1


@pytest.mark.parametrize(("command", "fields"), FOR_ALL, ids=[name for name, _ in FOR_ALL])
async def test_everybody_may(
    home: DownlinkCoordinator,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    command: str,
    fields: dict[str, Any],
) -> None:
    socket = await hass_ws_client(home.hass, hass_read_only_access_token)

    await socket.send_json_auto_id({"type": f"toonami_downlink/{command}", **fields})
    text = await socket.receive_str()

    assert '"success":true' in text
    assert home.credentials.feed_token not in text
    assert home.credentials.password not in text


@pytest.mark.parametrize(("command", "fields"), [*FOR_ALL, *((name, {}) for name in ADMIN_ONLY)])
async def test_nothing_is_loaded(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    command: str,
    fields: dict[str, Any],
) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    socket = await hass_ws_client(hass)

    assert (await ask(socket, command, **fields))["error"]["code"] == "not_loaded"
