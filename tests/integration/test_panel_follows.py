"""The websocket commands about what is followed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.limits import (
    MAX_FOLLOWS,
    MAX_TITLE_CHARS,
    MAX_VALUE_CHARS,
)
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.following.follows import Follows, async_follows
from custom_components.toonami_downlink.panel import follows as commands
from tests.night import by_night

from .factories import NOON, make_feed, make_feed_with, write_provider_files
from .harness import move_clock
from .panel_client import ask, event

START = int(NOON.timestamp()) + 3 * 3600
AIRING = {
    "channel": 1,
    "title": "Show 1-30",
    "episode_title": "Part 30",
    "season": 2,
    "episode": 31,
    "block": None,
    "image": "https://images.example.com/30.png",
    "start": START,
    "stop": START + 1800,
}


@pytest.fixture
def follows(panel_coordinator: DownlinkCoordinator) -> Follows:
    found = async_follows(panel_coordinator.hass)
    assert found
    return found


async def add(socket: MockHAClientWebSocket, **fields: Any) -> str:
    answer = await ask(socket, "follows/add", **{"kind": "show", "text": "Show 1-30", **fields})
    assert answer["success"], answer
    identity: str = answer["result"]["id"]
    return identity


async def test_pushed_on_every_change(
    panel_coordinator: DownlinkCoordinator, follows: Follows, socket: MockHAClientWebSocket
) -> None:
    assert (await ask(socket, "follows/subscribe"))["success"]
    assert await event(socket) == {"loaded": True, "follows": [], "showings": []}
    follow = await follows.async_add(FollowKind.SHOW, "show 1-30", "toonami_east")
    (showing,) = follows.showings
    told = {
        "id": follow.identity,
        "kind": "show",
        "text": "show 1-30",
        "channel": "toonami_east",
        "next": AIRING,
    }
    shown = {
        "id": showing.identity,
        "follows": [follow.identity],
        "seen": False,
        "airing": AIRING,
        "others": [],
    }
    assert await event(socket) == {"loaded": True, "follows": [told], "showings": [shown]}
    await follows.async_see(showing.identity)
    assert await event(socket) == {
        "loaded": True,
        "follows": [{**told, "next": None}],
        "showings": [{**shown, "seen": True}],
    }
    panel_coordinator.async_update_listeners()
    await follows.async_remove(follow.identity)
    assert await event(socket) == {"loaded": True, "follows": [], "showings": []}


async def test_what_is_over_goes(
    hass: HomeAssistant,
    follows: Follows,
    socket: MockHAClientWebSocket,
    freezer: FrozenDateTimeFactory,
) -> None:
    await follows.async_add(FollowKind.SHOW, "Show 1-25")
    await follows.async_add(FollowKind.SHOW, "Show 1-26")
    await ask(socket, "follows/subscribe")
    assert len((await event(socket))["showings"]) == 2
    await move_clock(hass, freezer, NOON + timedelta(hours=1))
    pushed = await event(socket)
    assert [one["airing"]["title"] for one in pushed["showings"]] == ["Show 1-26"]
    assert [one["next"] and one["next"]["title"] for one in pushed["follows"]] == [
        None,
        "Show 1-26",
    ]


async def test_it_follows_the_feed(
    panel_coordinator: DownlinkCoordinator,
    follows: Follows,
    socket: MockHAClientWebSocket,
    folder: Path,
) -> None:
    await follows.async_add(FollowKind.SHOW, "Other 1-40")
    await ask(socket, "follows/subscribe")
    assert (await event(socket))["showings"] == []
    write_provider_files(folder, make_feed(show="Other"))
    await panel_coordinator.async_refresh_feed(Cause.BUTTON)
    assert [one["airing"]["title"] for one in (await event(socket))["showings"]] == ["Other 1-40"]


async def test_subscription_outlives_a_reload(
    hass: HomeAssistant, entry: MockConfigEntry, follows: Follows, socket: MockHAClientWebSocket
) -> None:
    await follows.async_add(FollowKind.SHOW, "Show 1-30")
    await ask(socket, "follows/subscribe")
    before = await event(socket)
    await hass.config_entries.async_unload(entry.entry_id)
    assert await event(socket) == {"loaded": False}
    await hass.config_entries.async_setup(entry.entry_id)
    assert await event(socket) == before


async def test_add_and_remove(follows: Follows, socket: MockHAClientWebSocket) -> None:
    identity = await add(socket)
    assert await add(socket, text="SHOW 1 30") == identity
    other = await add(socket, kind="block", text="Toonami", channel="toonami_east")
    assert [(one.kind, one.text, one.channel) for one in follows.items] == [
        (FollowKind.SHOW, "Show 1-30", None),
        (FollowKind.BLOCK, "Toonami", "toonami_east"),
    ]
    assert (await ask(socket, "follows/remove", follow=other))["success"]
    answer = await ask(socket, "follows/remove", follow=other)
    assert answer["error"]["code"] == "not_found"
    assert [one.identity for one in follows.items] == [identity]


async def test_preview(follows: Follows, socket: MockHAClientWebSocket) -> None:
    answer = await ask(socket, "follows/preview", kind="words", text="part 30", channel=None)
    assert answer["result"]["count"] == 4
    assert answer["result"]["showings"][0]["airing"] == AIRING
    assert follows.items == ()


@pytest.mark.parametrize("extra", [0, 1])
async def test_most_showings(
    socket: MockHAClientWebSocket, monkeypatch: pytest.MonkeyPatch, extra: int
) -> None:
    limit = 72 - extra  # from what is on now to the end of the guide there are 72
    monkeypatch.setattr(commands, "MAX_SHOWINGS", limit)
    answer = await ask(socket, "follows/preview", kind="words", text="show", channel="toonami_east")
    assert answer["result"]["count"] == 72
    assert len(answer["result"]["showings"]) == limit


@pytest.mark.parametrize("extra", [0, 1])
async def test_most_alternatives(
    panel_coordinator: DownlinkCoordinator,
    socket: MockHAClientWebSocket,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    extra: int,
) -> None:
    shows = [("Trigun", timedelta(hours=hours)) for hours in range(5)]
    write_provider_files(folder, make_feed_with(*shows))
    await panel_coordinator.async_refresh_feed(Cause.BUTTON)
    monkeypatch.setattr(commands, "MAX_OTHERS", 4 - extra)
    answer = await ask(socket, "follows/preview", kind="show", text="Trigun")
    (showing,) = answer["result"]["showings"]
    assert len(showing["others"]) == 4 - extra


@pytest.mark.parametrize(
    ("follow", "code"),
    [
        ("0" * 16, "not_found"),
        ("0" * 15, "invalid_format"),
        ("0" * 17, "invalid_format"),
        ("x" * 16, "not_found"),
    ],
)
async def test_names_of_follows(socket: MockHAClientWebSocket, follow: str, code: str) -> None:
    answer = await ask(socket, "follows/remove", follow=follow)
    assert answer["error"]["code"] == code


@pytest.mark.parametrize("command", ["follows/add", "follows/preview"])
@pytest.mark.parametrize(
    ("fields", "code", "key"),
    by_night(
        [
            ({"text": ""}, "invalid_format", None),
            ({"text": "x" * (MAX_TITLE_CHARS + 1)}, "invalid_format", None),
            ({"kind": "cult"}, "invalid_format", None),
            ({"channel": "x" * (MAX_VALUE_CHARS + 1)}, "invalid_format", None),
            ({"channel": 1}, "invalid_format", None),
            ({"text": "\0"}, "follow_refused", "cannot_follow"),
            ({"channel": "x" * MAX_VALUE_CHARS}, "follow_refused", "unknown_channel"),
        ],
        keep=[
            ({"text": ""}, "invalid_format", None),
            ({"text": "\0"}, "follow_refused", "cannot_follow"),
        ],
    ),
)
async def test_what_is_refused(
    follows: Follows,
    socket: MockHAClientWebSocket,
    command: str,
    fields: dict[str, Any],
    code: str,
    key: str | None,
) -> None:
    answer = await ask(socket, command, **{"kind": "show", "text": "x" * MAX_TITLE_CHARS, **fields})
    assert answer["error"]["code"] == code
    assert answer["error"].get("translation_key") == key
    assert follows.items == ()


async def test_one_too_many(follows: Follows, socket: MockHAClientWebSocket) -> None:
    for number in range(MAX_FOLLOWS):
        await follows.async_add(FollowKind.WORDS, f"word{number}")
    answer = await ask(socket, "follows/add", kind="show", text="Show 1-30")
    assert answer["error"]["translation_key"] == "too_many_follows"
    assert answer["error"]["translation_placeholders"] == {"limit": "200"}


async def test_not_loaded(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    follows: Follows,
    socket: MockHAClientWebSocket,
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    for command, fields in (
        ("follows/subscribe", {}),
        ("follows/add", {"kind": "show", "text": "x"}),
        ("follows/preview", {"kind": "show", "text": "x"}),
        ("follows/remove", {"follow": "0" * 16}),
    ):
        answer = await ask(socket, command, **fields)
        assert answer["error"]["code"] == "not_loaded"
