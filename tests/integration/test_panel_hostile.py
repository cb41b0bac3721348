"""A logged-in guest who sends websocket commands that the panel would not."""

from collections.abc import Iterator, Mapping
import logging
import re
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)
import voluptuous as vol

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from tests.hostile.commands import ACTIONS, COMMANDS, Command, messages
from tests.hostile.guest import Secrets, leaks
from tests.hostile.requests import targets

from .panel_client import ask

DAY = 86_400
OURS = re.compile(r"toonami|^/tv|[{]password[}]|[.]php$")
"""What is in an address of ours, as the router writes it; Xtream's have no name of ours."""
SAID_BY_ITSELF = {"credentials/adopt": "address_refused"}
FILLED = ("1", "1.ts", "60.ts", "k7f3qx9m")
"""What makes an address of what the campaign fills with nonsense."""
NOW = 1_795_521_600
ADMIN_ONLY = [name for name, command in COMMANDS.items() if not command.is_for_all]
FINE = {
    *("unauthorized", "invalid_format", "not_found", "bad_range", "too_many_rows", "not_loaded"),
    *("follow_refused", "recording_refused", "address_refused"),
}


async def try_all(socket: MockHAClientWebSocket, *, is_guest: bool = False) -> dict[str, int]:
    """Send everything; return how often each error came, ``ok`` for none."""
    fine = {"ok", *FINE, *(["unauthorized"] if is_guest else [])}
    seen: dict[str, int] = {}
    for name, fields, is_right in messages():
        if is_right and name in ADMIN_ONLY:
            continue
        answer = await ask(socket, name, **fields)
        code = "ok" if answer["success"] else answer["error"]["code"]
        assert code in fine, (name, fields, answer)
        seen[code] = seen.get(code, 0) + 1
    await socket.send_json_auto_id({"type": "ping"})
    while (answer := await socket.receive_json())["type"] == "event":
        pass
    assert answer["type"] == "pong"
    return seen


def secrets_of(coordinator: DownlinkCoordinator) -> Secrets:
    known = coordinator.credentials
    return Secrets(known.feed_token, known.username, known.password)


def test_no_command_and_no_action_is_left_out(coordinator: DownlinkCoordinator) -> None:
    """What is registered is what the campaigns send, here and in a real Home Assistant."""
    registered = coordinator.hass.data["websocket_api"]
    ours = {name.removeprefix(f"{DOMAIN}/") for name in registered if name.startswith(f"{DOMAIN}/")}
    assert ours == set(COMMANDS)
    assert set(coordinator.hass.services.async_services_for_domain(DOMAIN)) == set(ACTIONS)


def test_no_address_is_left_out(coordinator: DownlinkCoordinator) -> None:
    """What the web server knows of us is what the campaign asks for, in a real Home Assistant."""
    known = secrets_of(coordinator)
    asked = {template.partition("?")[0] for template, _ in targets(known)}
    left_out = []
    for resource in coordinator.hass.http.app.router.resources():
        address = resource.canonical
        if not OURS.search(address):
            continue
        # The panel's files are below a folder that is named by what they are.
        values = (*FILLED, *address.split("/")[2:3])
        info = resource.get_info()
        fits = re.compile(
            info["pattern"] if "pattern" in info else re.escape(info.get("path", f"{address}/1"))
        )
        paths = (path.replace("{}", value) for path in asked for value in values)
        if not any(map(fits.fullmatch, paths)):
            left_out.append(address)
    assert left_out == []


def stretched(value: object) -> object:
    """Return a text that is too long, or a list of one."""
    return [stretched(one) for one in value] if isinstance(value, list) else "x" * 100_000


def texts(
    commands: Mapping[str, Command], *beside: tuple[str, str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Make each command with each of its texts too long; also with fields `beside` the others."""
    for name, command in commands.items():
        fields = {**command.fields, **{key: "" for other, key in beside if other == name}}
        for key, value in fields.items():
            if isinstance(value, str) or (isinstance(value, list) and isinstance(value[0], str)):
                yield name, {**command.fields, key: stretched(value)}


async def test_every_text_has_a_length(
    coordinator: DownlinkCoordinator, hass_ws_client: WebSocketGenerator
) -> None:
    """It is refused for its length, by the schema, before anything is done with it."""
    socket = await hass_ws_client(coordinator.hass)
    tried = 0
    for name, fields in texts(COMMANDS, ("credentials/rotate", "device")):
        answer = await ask(socket, name, **fields)
        code = answer.get("error", {}).get("code")
        # An address says itself that it is too long, in the words of the page that it was typed in.
        assert code in {"invalid_format", SAID_BY_ITSELF.get(name)}, (name, fields.keys())
        tried += 1
    for name, fields in texts(ACTIONS, ("follow", "title"), ("unfollow", "title")):
        with pytest.raises(vol.Invalid):
            await coordinator.hass.services.async_call(
                DOMAIN, name, fields, blocking=True, return_response=ACTIONS[name].answers
            )
        tried += 1
    assert tried > 25


async def test_nonsense_of_a_guest(
    coordinator: DownlinkCoordinator,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    hass_admin_user.groups = []
    before = secrets_of(coordinator)

    socket = await hass_ws_client(coordinator.hass)
    seen = await try_all(socket, is_guest=True)

    print(f"{sum(seen.values())} commands: {seen}")
    assert seen["invalid_format"] > 100
    for command in ADMIN_ONLY:
        answer = await ask(socket, command, **COMMANDS[command].fields)
        assert answer["error"]["code"] == "unauthorized"
    assert secrets_of(coordinator) == before
    assert coordinator.data
    assert coordinator.data.generation == 1
    assert leaks(caplog.text, before) == []
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR and one.exc_info]


async def test_nonsense_of_an_administrator(
    coordinator: DownlinkCoordinator,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Extra fields are refused before anything is done: nothing is refreshed or replaced."""
    caplog.set_level(logging.DEBUG)
    before = secrets_of(coordinator)

    seen = await try_all(await hass_ws_client(coordinator.hass))

    assert seen["invalid_format"] > 100
    assert secrets_of(coordinator) == before
    assert coordinator.data
    assert coordinator.data.generation == 1
    assert leaks(caplog.text, before) == []


async def test_what_the_connect_page_is_sent_is_not_logged(
    coordinator: DownlinkCoordinator,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    socket = await hass_ws_client(coordinator.hass)
    before = secrets_of(coordinator)

    for command in ("connect", "credentials/rotate", "connect"):
        fields = COMMANDS[command].fields
        await socket.send_json_auto_id({"type": f"{DOMAIN}/{command}", **fields})
        assert (await socket.receive_json())["success"]

    after = secrets_of(coordinator)
    told = "\n".join(
        one.getMessage() for one in caplog.records if "custom_component.common" not in one.name
    )
    assert '"password":"**REDACTED**"' in told
    assert leaks(told, before) == leaks(told, after) == []


async def test_nonsense_after_the_entry_was_unloaded(
    coordinator: DownlinkCoordinator,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
) -> None:
    socket = await hass_ws_client(hass)
    for number, command in enumerate(("overview", "status", "connect"), 1):
        await socket.send_json({"id": number, "type": f"{DOMAIN}/{command}/subscribe"})
        assert (await socket.receive_json())["success"]
        assert (await socket.receive_json())["event"]["loaded"]

    await hass.config_entries.async_unload(coordinator.config_entry.entry_id)
    await hass.async_block_till_done()
    pushed = [await socket.receive_json() for _ in range(3)]

    assert [one["event"] for one in pushed] == [{"loaded": False}] * 3
    fresh = await hass_ws_client(hass)
    assert set(await try_all(fresh)) == {"invalid_format", "not_loaded"}
    assert await hass.config_entries.async_setup(coordinator.config_entry.entry_id)
    await hass.async_block_till_done()
    assert (await socket.receive_json())["event"]["loaded"]


async def test_connect_a_device_that_is_not_there(socket: MockHAClientWebSocket) -> None:
    house = (await ask(socket, "connect"))["result"]
    assert (await ask(socket, "connect", device="x" * 64))["result"] == house
    refused = await ask(socket, "connect", device="x" * 65)
    assert refused["error"]["code"] == "invalid_format"
    # Nothing is replaced for it.
    rotated = (await ask(socket, "credentials/rotate", device="gone"))["result"]
    assert rotated["password"] == house["password"]
