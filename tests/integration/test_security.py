"""What SECURITY.md promises: who may do what, and what strangers and users cannot break."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
import json
import logging
from pathlib import Path
import sys
from threading import Event
from typing import Any

from aiohttp import hdrs
from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.components.media_player import SearchMediaQuery
from homeassistant.components.media_source import MediaSourceItem
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import intent
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator
import voluptuous as vol

from custom_components.toonami_downlink.assist.matching import MAX_QUERY_CHARS
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.client_log import (
    CLIENTS_KEPT,
    REFUSED_KEPT,
    ClientLog,
    Outcome,
    RequestKind,
)
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.following.follows import async_follows
from custom_components.toonami_downlink.media_source import async_get_media_source
from custom_components.toonami_downlink.storage.log_filter import SecretFilter
from custom_components.toonami_downlink.views.rate_limit import WINDOW_SECONDS, RateLimit
from custom_components.toonami_downlink.views.response_cache import GuideCache
from tests.hostile import commands as hostile
from tests.hostile.commands import COMMANDS

from .harness import Harness
from .raw_http import raw_request
from .users import USERS, user_of

ACTIONS: dict[str, bool] = {
    "refresh": True,
    "rotate_credentials": True,
    "get_guide": False,
    "follow": False,
    "unfollow": False,
    "get_follows": False,
    "record": False,
    "cancel_recording": False,
    "delete_recording": True,
    "get_recordings": False,
}
"""Each action, and whether it is for administrators only."""
REFUSED_WHILE_OFF = frozenset({"record", "cancel_recording", "delete_recording"})
"""What those who may call it are told that recordings are switched off."""


# S3: one table, command by user


@pytest.mark.parametrize("kind", USERS)
@pytest.mark.parametrize("action", ACTIONS)
async def test_actions_are_for(
    hass: HomeAssistant, panel_coordinator: DownlinkCoordinator, action: str, kind: str
) -> None:
    assert set(hass.services.async_services_for_domain(DOMAIN)) == set(ACTIONS)
    assert set(hostile.ACTIONS) == set(ACTIONS)
    user: User = user_of(hass, kind)
    if action == "unfollow":
        follows = async_follows(hass)
        assert follows
        await follows.async_add(FollowKind.WORDS, "show")

    async def call() -> None:
        await hass.services.async_call(
            DOMAIN,
            action,
            dict(hostile.ACTIONS[action].fields),
            blocking=True,
            context=Context(user_id=user.id),
            return_response=hostile.ACTIONS[action].answers,
        )

    if ACTIONS[action] and kind != "administrator":
        with pytest.raises(Unauthorized):
            await call()
    elif action in REFUSED_WHILE_OFF:
        with pytest.raises(ServiceValidationError) as caught:
            await call()
        assert caught.value.translation_key == "recordings_off"
    else:
        await call()


@pytest.mark.parametrize("kind", USERS)
@pytest.mark.parametrize("command", COMMANDS)
async def test_commands_are_for(
    hass: HomeAssistant,
    panel_coordinator: DownlinkCoordinator,
    hass_ws_client: WebSocketGenerator,
    command: str,
    kind: str,
) -> None:
    user = user_of(hass, kind)
    login = await hass.auth.async_create_refresh_token(user, "https://panel.example")
    socket = await hass_ws_client(hass, hass.auth.async_create_access_token(login))
    about = COMMANDS[command]
    await socket.send_json_auto_id({"type": f"{DOMAIN}/{command}", **about.fields})
    answer = await socket.receive_json()
    is_refused = not answer["success"] and answer["error"]["code"] == "unauthorized"
    assert is_refused is not (about.is_for_all or kind == "administrator")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("administrator", HTTPStatus.OK),
        ("read-only", HTTPStatus.UNAUTHORIZED),
        ("nobody", HTTPStatus.UNAUTHORIZED),
    ],
)
async def test_the_status_is_for_administrators(
    harness: Harness,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
    hass_read_only_access_token: str,
    kind: str,
    status: HTTPStatus,
) -> None:
    clients: dict[str, Callable[[], Awaitable[Any]]] = {
        "administrator": hass_client,
        "read-only": lambda: hass_client(hass_read_only_access_token),
        "nobody": hass_client_no_auth,
    }
    client = await clients[kind]()
    assert (await client.get("/api/toonami_downlink/status")).status == status


# S5: what somebody types has a length before anything is done with it


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("field", ["search", "channel"])
async def test_texts_of_actions_are_short(
    hass: HomeAssistant, panel_coordinator: DownlinkCoordinator, field: str, extra: int
) -> None:
    text = "x" * (MAX_QUERY_CHARS + extra)
    expected = vol.Invalid if extra else HomeAssistantError if field == "channel" else None

    async def ask() -> None:
        await hass.services.async_call(
            DOMAIN, "get_guide", {field: text}, blocking=True, return_response=True
        )

    if expected is None:
        await ask()
    else:
        with pytest.raises(expected):
            await ask()


@pytest.mark.parametrize("slot", ["channel", "programme"])
async def test_texts_of_intents_are_short(
    hass: HomeAssistant, panel_coordinator: DownlinkCoordinator, slot: str
) -> None:
    slots = {"programme": {"value": "Show"}, slot: {"value": "\ufdfa" * (MAX_QUERY_CHARS + 1)}}
    from custom_components.toonami_downlink.intent import (  # noqa: PLC0415  # by name only
        async_setup_intents,
    )

    await async_setup_intents(hass)
    with pytest.raises(intent.InvalidSlotInfo):
        await intent.async_handle(hass, "test", "ToonamiDownlinkWhenIs", slots)


async def test_texts_of_the_media_source_are_short(
    hass: HomeAssistant, panel_coordinator: DownlinkCoordinator
) -> None:
    source = await async_get_media_source(hass)
    item = MediaSourceItem(hass, DOMAIN, "", None)
    found = await source.async_search_media(item, SearchMediaQuery(search_query="\ufdfa" * 1000))
    assert found.result == []
    with pytest.raises(HomeAssistantError):
        await source.async_browse_media(MediaSourceItem(hass, DOMAIN, "9" * 5000, None))


# S7: a known origin does not wait for strangers


async def test_known_origins_do_not_wait_for_strange_ones(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = harness.publication
    guides = GuideCache(harness.hass)
    television = "http://tv.local:8123"
    known = await guides.async_get(publication, television)
    again, strange_may_go_on = Event(), Event()
    make = publication.guide

    def slowly(origin: str) -> Any:
        if "strange" in origin:
            again.set()
            assert strange_may_go_on.wait(20)
        return make(origin)

    monkeypatch.setattr(publication, "guide", slowly)
    strange = [
        asyncio.ensure_future(guides.async_get(publication, f"http://strange{number}.example"))
        for number in range(200)
    ]
    await asyncio.to_thread(again.wait, 20)
    assert await guides.async_get(publication, television) is known
    # The address that the connection itself leads to cannot be made up.
    own = await guides.async_get(publication, "http://192.0.2.7:8123", is_own=True)
    assert own
    assert b"192.0.2.7" in own.content
    strange_may_go_on.set()
    answers = await asyncio.gather(*strange)
    assert sum(answer is not None for answer in answers) == 4
    assert await guides.async_get(publication, television) is known


@pytest.mark.parametrize(
    "path", ["{base}/guide.xml", "/xmltv.php?username={username}&password={password}"]
)
async def test_too_many_strange_origins_are_told_to_come_back(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    path = path.format(base=harness.base, **harness.login)
    made, go_on = Event(), Event()
    make = harness.publication.guide

    def slowly(origin: str) -> Any:
        made.set()
        assert go_on.wait(20)
        return make(origin)

    monkeypatch.setattr(harness.publication, "guide", slowly)

    def ask(number: int) -> asyncio.Task[Any]:
        head = f"GET {path} HTTP/1.1\nHost: strange{number}.example"
        return asyncio.ensure_future(raw_request(harness, head))

    waiting = [ask(number) for number in range(12)]
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    first = done.pop().result()
    assert first.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert first.headers[hdrs.RETRY_AFTER.lower()] == "30"
    go_on.set()
    statuses = [answer.status for answer in await asyncio.gather(*waiting)]
    assert (statuses.count(200), statuses.count(503)) == (4, 8)


# S8: strangers push nothing out


def test_made_up_players_do_not_push_known_ones_out() -> None:
    log = ClientLog()
    log.record("192.168.1.5", "TiviMate/5", RequestKind.PLAYLIST, Outcome.OLD_CREDENTIALS)
    log.record("192.168.1.6", "Kodi/21", RequestKind.GUIDE, Outcome.OK)
    for number in range(1000):
        log.record("192.168.1.9", f"Made-up {number}", RequestKind.STREAM, Outcome.REFUSED)
    assert [item.player for item in log.with_old_credentials] == ["TiviMate"]
    refused = [item for item in log.records if item.outcome is Outcome.REFUSED]
    assert len(refused) <= REFUSED_KEPT
    assert len(log.records) <= CLIENTS_KEPT + REFUSED_KEPT
    assert log.refused == 1000


@pytest.mark.parametrize(
    ("count", "kept"),
    [(REFUSED_KEPT, REFUSED_KEPT), (REFUSED_KEPT + 1, REFUSED_KEPT)],
)
def test_refused_requests_are_bounded(count: int, kept: int) -> None:
    log = ClientLog()
    for number in range(count):
        log.record(f"10.0.0.{number}", "VLC", RequestKind.STREAM, Outcome.REFUSED)
    assert len(log.records) == kept


# S13: two rotations at once, on a real disk


ROTATE = """
import asyncio, json, pathlib, sys
from homeassistant.core import HomeAssistant
from custom_components.toonami_downlink.storage.credentials import CredentialStore

async def main():
    hass = HomeAssistant(sys.argv[1])
    credentials = await CredentialStore.async_load(hass)
    leaked = credentials.feed_token
    failed = await asyncio.gather(
        *(credentials.async_rotate() for _ in range(5)), return_exceptions=True
    )
    path = pathlib.Path(sys.argv[1], ".storage", "toonami_downlink.credentials")
    stored = json.loads(path.read_text())["data"]["current"]["feed_token"]
    print(json.dumps({
        "failed": [repr(one) for one in failed if one],
        "leaked is valid": credentials.find_token(leaked) is not None,
        "disk agrees": stored == credentials.feed_token,
    }))
    await hass.async_stop(force=True)

asyncio.run(main())
"""


async def test_two_rotations_at_once(tmp_path: Path) -> None:
    """In a process of its own: the test plugin's stand-in for the storage never fails."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ROTATE, str(tmp_path)),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    assert json.loads(output) == {"failed": [], "leaked is valid": False, "disk agrees": True}


# S14: the end of a burst is logged too, and the filter never raises


async def test_a_burst_is_counted_to_its_end(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, freezer: FrozenDateTimeFactory
) -> None:
    rate_limit = RateLimit(hass)
    for _ in range(30):
        rate_limit.fail("192.168.1.9", "VLC")

    def lines() -> list[str]:
        return [
            text for text in map(logging.LogRecord.getMessage, caplog.records) if "Refused" in text
        ]

    assert ["Refused 1 " in text for text in lines()] == [True]
    freezer.tick(WINDOW_SECONDS + 1)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert ["Refused 29 " in text for text in lines()] == [False, True]


@pytest.mark.parametrize(
    ("message", "arguments"),
    [("%d requests", ("many",)), ("%s and %s", ("one",)), ("%(name)s", ({},)), ("%", (1,))],
)
def test_a_malformed_record_passes_the_filter(message: str, arguments: tuple[Any, ...]) -> None:
    record = logging.LogRecord("aiohttp.access", logging.INFO, "", 1, message, arguments, None)
    assert SecretFilter().filter(record)


# S12: what a guest is told


@pytest.mark.parametrize("host", ["evil.example:99999", '"><script>', "a b", ""])
async def test_a_guest_learns_no_address_of_ours(harness: Harness, host: str) -> None:
    answer = await raw_request(harness, f"GET /player_api.php HTTP/1.1\nHost: {host}")
    if answer.status == HTTPStatus.UNAUTHORIZED:
        server = json.loads(answer.body)["server_info"]
        assert (server["url"], server["port"]) == ("localhost", "80")
    for own in (b"10.10.10.10", b"127.0.0.1", str(harness.client.port).encode()):
        assert own not in answer.body
