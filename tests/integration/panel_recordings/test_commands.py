"""What the panel asks for, and who may."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockUser,
)
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.toonami_downlink.const import DOMAIN, PANEL_WATCH_TTL
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.limits import (
    MAX_KEEP_LAST,
    MAX_TITLE_CHARS,
    MAX_VALUE_CHARS,
)
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
    RuleKind,
    State,
)
from custom_components.toonami_downlink.recording.manager import Recordings

from ..factories import make_entry
from ..harness import NOW, limit_platforms, setup_integration
from ..panel_client import ask
from ..recorded import make_recording
from .helpers import ADMINS, MINE, NOBODY, SOON, code, put, states, subscribe


async def test_record_and_cancel(recordings: Recordings, socket: MockHAClientWebSocket) -> None:
    answer = await ask(socket, "recordings/record", channel=1, start=SOON)
    (made,) = recordings.items
    assert answer["result"] == {"id": made.identity}
    assert (made.state, made.channel) == (State.PLANNED, "toonami_east")
    assert made.start.timestamp() == SOON
    again = await ask(socket, "recordings/record", channel=1, start=SOON)
    assert again["result"] == {"id": made.identity}
    assert (await ask(socket, "recordings/cancel", recording=made.identity))["success"]
    assert states(recordings) == [State.CANCELLED]
    over = await ask(socket, "recordings/cancel", recording=made.identity)
    assert over["error"]["translation_key"] == "recording_is_over"
    lifted = await ask(socket, "recordings/record", channel=1, start=SOON)
    assert lifted["result"] == {"id": made.identity}
    assert states(recordings) == [State.PLANNED]


async def test_delete_and_keep(
    recordings: Recordings, library: Path, socket: MockHAClientWebSocket
) -> None:
    file = library / "Outlaw Star.mp4"
    file.write_bytes(b"0" * 7)
    made = make_recording(file=file.name, size=7)
    await put(recordings, made)
    assert (await ask(socket, "recordings/keep", recording=made.identity, keep=True))["success"]
    assert [one.is_kept for one in recordings.items] == [True]
    assert (await ask(socket, "recordings/keep", recording=made.identity, keep=False))["success"]
    assert [one.is_kept for one in recordings.items] == [False]
    assert (await ask(socket, "recordings/delete", recording=made.identity))["success"]
    assert states(recordings) == [State.DELETED]
    assert not file.exists()


async def test_rules(recordings: Recordings, socket: MockHAClientWebSocket) -> None:
    answer = await ask(socket, "recordings/rules/add", kind="followed")
    (rule,) = recordings.rules
    assert answer["result"] == {"id": rule.identity}
    assert (rule.kind, rule.days, rule.only_missing) == (
        RuleKind.FOLLOWED,
        frozenset(range(7)),
        True,
    )
    answer = await ask(
        socket,
        "recordings/rules/add",
        kind="words",
        text="Part 30",
        channel="toonami_west",
        only_missing=False,
        keep_last=MAX_KEEP_LAST,
        days=[6, 6],
    )
    other = recordings.rules[1]
    assert answer["result"] == {"id": other.identity}
    assert (other.text, other.channel, other.only_missing, other.keep_last, other.days) == (
        *("Part 30", "toonami_west", False, MAX_KEEP_LAST),
        frozenset({6}),
    )
    assert (await ask(socket, "recordings/rules/remove", rule=rule.identity))["success"]
    assert recordings.rules == (other,)


HLS = "application/vnd.apple.mpegurl"


async def test_watch(
    panel_coordinator: DownlinkCoordinator, recordings: Recordings, socket: MockHAClientWebSocket
) -> None:
    token = panel_coordinator.credentials.watch_token(NOW + PANEL_WATCH_TTL)
    made = make_recording(number=7)
    for fields, ending, kind in (
        ({"file": "a/b.mp4"}, "7.mp4", "video/mp4"),
        ({"file": "a/b.m4a"}, "7.m4a", "audio/mp4"),
        # Few browsers play it, and none as HLS: there are no segments of it.
        ({"file": "a/b.ts"}, "7.ts", "video/mp2t"),
        ({"state": State.RECORDING}, "7.m3u8", HLS),
        ({"state": State.INTERRUPTED}, "7.m3u8", HLS),
    ):
        await put(recordings, replace(made, **fields))
        result = (await ask(socket, "recordings/watch", recording=made.identity))["result"]
        assert result == {
            "url": f"/api/toonami_downlink/watch/{token}/recordings/{ending}",
            "type": kind,
            "expires_in": 6 * 3600,
        }
    for state in set(State) - {State.RECORDING, State.COMPLETE, State.INTERRUPTED}:
        await put(recordings, replace(made, state=state))
        answer = await ask(socket, "recordings/watch", recording=made.identity)
        assert code(answer) == "not_found", state


LIMITS: list[tuple[str, dict[str, Any], str]] = [
    ("record", {"channel": 99}, "not_found"),
    ("record", {"channel": 0}, "invalid_format"),
    ("record", {"channel": 2**31}, "invalid_format"),
    ("record", {"start": -1}, "invalid_format"),
    ("record", {"start": 2**33 + 1}, "invalid_format"),
    ("record", {"start": 2**33}, "recording_refused"),
    ("record", {"start": 0}, "recording_refused"),
    ("record", {"channel": "toonami_east"}, "invalid_format"),
    *(
        (command, {"recording": identity}, expected)
        for command in ("cancel", "watch", "delete", "keep")
        for identity, expected in (
            (NOBODY, "not_found"),
            ("0" * 15, "invalid_format"),
            ("0" * 17, "invalid_format"),
            ("0" * 16 + "\n", "invalid_format"),
            ("G" * 16, "invalid_format"),
            (0, "invalid_format"),
        )
    ),
    ("keep", {"keep": 1}, "invalid_format"),
    ("rules/remove", {"rule": NOBODY}, "not_found"),
    ("rules/remove", {"rule": "../" + "0" * 13}, "invalid_format"),
    ("rules/add", {"kind": "cult"}, "invalid_format"),
    ("rules/add", {"text": "x" * MAX_TITLE_CHARS}, "ok"),
    ("rules/add", {"text": "x" * (MAX_TITLE_CHARS + 1)}, "invalid_format"),
    ("rules/add", {"text": ""}, "recording_refused"),
    ("rules/add", {"text": "\0"}, "recording_refused"),
    ("rules/add", {"channel": "x" * MAX_VALUE_CHARS}, "recording_refused"),
    ("rules/add", {"channel": "x" * (MAX_VALUE_CHARS + 1)}, "invalid_format"),
    ("rules/add", {"channel": 1}, "invalid_format"),
    ("rules/add", {"keep_last": 1}, "ok"),
    ("rules/add", {"keep_last": 0}, "invalid_format"),
    ("rules/add", {"keep_last": MAX_KEEP_LAST + 1}, "invalid_format"),
    ("rules/add", {"days": []}, "invalid_format"),
    ("rules/add", {"days": [0] * 7}, "ok"),
    ("rules/add", {"days": [0] * 8}, "invalid_format"),
    ("rules/add", {"days": [7]}, "invalid_format"),
    ("rules/add", {"days": [-1]}, "invalid_format"),
    ("rules/add", {"only_missing": "yes"}, "invalid_format"),
    ("subscribe", {"all": 1}, "invalid_format"),
]


async def test_limits(recordings: Recordings, socket: MockHAClientWebSocket) -> None:
    usual = {**MINE, **ADMINS}
    for command, fields, expected in LIMITS:
        name = f"recordings/{command}"
        answer = await ask(socket, name, **{**usual.get(name, {}), **fields})
        assert code(answer) == expected, (command, fields)


async def user_socket(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, group: str
) -> MockHAClientWebSocket:
    """Open a websocket as somebody who is no administrator."""
    group_of = await hass.auth.async_get_group(group)
    user = MockUser(groups=[group_of] if group_of else []).add_to_hass(hass)
    token = await hass.auth.async_create_refresh_token(user, "https://example.com/")
    return await hass_ws_client(hass, hass.auth.async_create_access_token(token))


@pytest.mark.parametrize("group", [GROUP_ID_USER, GROUP_ID_READ_ONLY])
@pytest.mark.parametrize("may_watch", [True, False])
async def test_who_may_what(
    hass: HomeAssistant,
    folder: Path,
    library: Path,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
    group: str,
    may_watch: bool,
) -> None:
    limit_platforms(monkeypatch, ())
    options = {"recordings_folder": str(library), "users_may_watch": may_watch}
    await setup_integration(hass, make_entry(folder, recordings=True, **options))
    assert await async_setup_component(hass, "websocket_api", {})
    socket = await user_socket(hass, hass_ws_client, group)
    for command, fields in ADMINS.items():
        assert code(await ask(socket, command, **fields)) == "unauthorized", command
    for command, fields in MINE.items():
        is_known = command == "recordings/record"
        expected = ("ok" if is_known else "not_found") if may_watch else "unauthorized"
        assert code(await ask(socket, command, **fields)) == expected, command
    # Which there are is for everybody, as the guide is.
    told = await subscribe(socket, all=True)
    assert len(told["recordings"]) == may_watch


async def test_nothing_is_done_while_it_is_off(
    hass: HomeAssistant,
    folder: Path,
    library: Path,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit_platforms(monkeypatch, ())
    await setup_integration(hass, make_entry(folder, recordings_folder=str(library)))
    assert await async_setup_component(hass, "websocket_api", {})
    socket = await hass_ws_client(hass)
    told = await subscribe(socket, all=True)
    assert (told["on"], told["recordings"]) == (False, [])
    answers = {
        name: await ask(socket, name, **fields) for name, fields in {**MINE, **ADMINS}.items()
    }
    for name in ("recordings/record", "recordings/rules/add", "recordings/rules/remove"):
        assert answers[name]["error"]["code"] == "recording_refused"
        assert answers[name]["error"]["translation_key"] == "recordings_off"
    for name in ("cancel", "watch", "delete", "keep"):
        assert code(answers[f"recordings/{name}"]) == "not_found"
    held = await hass.async_add_executor_job(lambda: list(library.iterdir()))
    assert held == [library / TRACKS]


async def test_nothing_is_loaded(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    socket = await hass_ws_client(hass)
    for command, fields in {"recordings/subscribe": {}, **MINE, **ADMINS}.items():
        assert code(await ask(socket, command, **fields)) == "not_loaded", command


async def test_a_disk_that_refuses_is_told(
    recordings: Recordings, socket: MockHAClientWebSocket, library: Path
) -> None:
    """What cannot be deleted is said in a text of Home Assistant, and stays."""
    in_the_way = library / "Outlaw Star.mp4"
    (in_the_way / "inside").mkdir(parents=True)
    made = make_recording(file=in_the_way.name)
    await put(recordings, made)
    answer = await ask(socket, "recordings/delete", recording=made.identity)
    assert answer["error"]["code"] == "recording_refused"
    assert answer["error"]["translation_key"] == "recording_not_deleted"
    assert answer["error"]["translation_placeholders"]["title"] == "Outlaw Star"
