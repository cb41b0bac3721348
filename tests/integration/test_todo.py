"""The to-do list *Follow*: lines are follows, dates the next airing, ticked off is seen."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.limits import MAX_FOLLOWS
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.following.follows import Follows, async_follows

from .factories import NOON, make_entry, make_feed_with, write_provider_files
from .harness import move_clock, setup_integration, state_of

LIST = "todo.toonami_downlink_follow"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
async def loaded(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> MockConfigEntry:
    """Two shows: one at one for three days, the other once."""
    daily = [("Trigun", HOUR + day * DAY) for day in range(3)]
    write_provider_files(folder, make_feed_with(*daily[:1], ("Big O", 3 * HOUR), *daily[1:]))
    freezer.move_to(NOON)
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    return entry


@pytest.fixture
def follows(hass: HomeAssistant, loaded: MockConfigEntry) -> Follows:
    found = async_follows(hass)
    assert found
    return found


async def act(hass: HomeAssistant, action: str, **data: Any) -> None:
    await hass.services.async_call("todo", action, {"entity_id": LIST, **data}, blocking=True)
    await hass.async_block_till_done()


async def items(hass: HomeAssistant) -> list[dict[str, Any]]:
    answer: Any = await hass.services.async_call(
        "todo", "get_items", {"entity_id": LIST}, blocking=True, return_response=True
    )
    found: list[dict[str, Any]] = answer[LIST]["items"]
    return found


async def test_empty(hass: HomeAssistant, follows: Follows) -> None:
    assert state_of(hass, LIST).state == "0"
    assert await items(hass) == []


async def test_a_title_becomes_a_show(hass: HomeAssistant, follows: Follows) -> None:
    await act(hass, "add_item", item="trigun!")
    (follow,) = follows.items
    assert (follow.kind, follow.text) == (FollowKind.SHOW, "Trigun")
    assert state_of(hass, LIST).state == "1"
    assert await items(hass) == [
        {
            "uid": follow.identity,
            "summary": "Trigun",
            "status": "needs_action",
            "due": "2026-11-24T13:00:00+00:00",
            "description": "Toonami Aftermath East",
        }
    ]


async def test_what_no_title_has_becomes_words(hass: HomeAssistant, follows: Follows) -> None:
    await act(hass, "add_item", item="big")
    await act(hass, "add_item", item="opera singer")
    assert [(one.kind, one.text) for one in follows.items] == [
        (FollowKind.WORDS, "big"),
        (FollowKind.WORDS, "opera singer"),
    ]
    assert [one.get("due") for one in await items(hass)] == ["2026-11-24T15:00:00+00:00", None]


async def test_a_title_that_was_on_becomes_a_show(
    hass: HomeAssistant,
    folder: Path,
    loaded: MockConfigEntry,
    follows: Follows,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is not in the guide any more, but in the aired log."""
    await move_clock(hass, freezer, NOON + 5 * HOUR)
    write_provider_files(folder, make_feed_with(("Trigun", 25 * HOUR)))
    await loaded.runtime_data.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done(wait_background_tasks=True)
    await act(hass, "add_item", item="BIG O")
    assert [(one.kind, one.text) for one in follows.items] == [(FollowKind.SHOW, "Big O")]


async def test_ticked_off_is_seen(hass: HomeAssistant, follows: Follows) -> None:
    await act(hass, "add_item", item="Trigun")
    for due in ("2026-11-25T13:00:00+00:00", "2026-11-26T13:00:00+00:00", None):
        await act(hass, "update_item", item="Trigun", status="completed")
        (item,) = await items(hass)
        assert (item.get("due"), item["status"]) == (due, "needs_action")
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "update_item", item="Trigun", status="completed")
    assert raised.value.translation_key == "nothing_to_see"
    await act(hass, "update_item", item="Trigun", status="needs_action")
    assert len(follows.seen) == 3


async def test_date_moves_on_with_the_time(
    hass: HomeAssistant, follows: Follows, freezer: FrozenDateTimeFactory
) -> None:
    await act(hass, "add_item", item="Trigun")
    await move_clock(hass, freezer, NOON + 1.5 * HOUR)
    assert (await items(hass))[0]["due"] == "2026-11-24T13:00:00+00:00"
    await move_clock(hass, freezer, NOON + 2 * HOUR)
    assert (await items(hass))[0]["due"] == "2026-11-25T13:00:00+00:00"


async def test_date_follows_the_guide(
    hass: HomeAssistant, folder: Path, loaded: MockConfigEntry, follows: Follows
) -> None:
    await act(hass, "add_item", item="Trigun")
    write_provider_files(folder, make_feed_with(("Big O", HOUR), ("TRIGUN", 2 * HOUR)))
    await loaded.runtime_data.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done(wait_background_tasks=True)
    (item,) = await items(hass)
    assert (item["summary"], item["due"]) == ("Trigun", "2026-11-24T14:00:00+00:00")


async def test_deleted_is_unfollowed(hass: HomeAssistant, follows: Follows) -> None:
    for title in ("Trigun", "Big O", "opera"):
        await act(hass, "add_item", item=title)
    await act(hass, "remove_item", item=["Trigun", follows.items[2].identity])
    assert [one.text for one in follows.items] == ["Big O"]
    assert state_of(hass, LIST).state == "1"
    # Nothing is ever done, so this is nothing to do.
    await act(hass, "remove_completed_items")
    assert len(follows.items) == 1


@pytest.mark.parametrize("status", [{}, {"status": "completed"}])
async def test_it_cannot_be_renamed(
    hass: HomeAssistant, follows: Follows, status: dict[str, str]
) -> None:
    await act(hass, "add_item", item="Trigun")
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "update_item", item="Trigun", rename="Big O", **status)
    assert str(raised.value).startswith(
        "What is followed cannot be renamed. Delete the line and add another"
    )
    assert [one.text for one in follows.items] == ["Trigun"]
    assert follows.seen == frozenset()


@pytest.mark.parametrize(
    ("text", "key"), [("!!!", "cannot_follow"), ("x" * 10_000, "cannot_follow")]
)
async def test_lines_that_nothing_can_be_followed_by(
    hass: HomeAssistant, follows: Follows, text: str, key: str
) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "add_item", item=text)
    assert raised.value.translation_key == key
    assert follows.items == ()


async def test_one_too_many(hass: HomeAssistant, follows: Follows) -> None:
    for number in range(MAX_FOLLOWS):
        await follows.async_add(FollowKind.WORDS, f"word{number}")
    with pytest.raises(HomeAssistantError) as raised:
        await act(hass, "add_item", item="Trigun")
    assert raised.value.translation_key == "too_many_follows"
    assert state_of(hass, LIST).state == str(MAX_FOLLOWS)


async def test_only_changes_are_pushed(
    hass: HomeAssistant,
    follows: Follows,
    loaded: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    socket = await hass_ws_client(hass)
    await socket.send_json_auto_id({"type": "todo/item/subscribe", "entity_id": LIST})
    assert (await socket.receive_json())["success"]
    assert (await socket.receive_json())["event"] == {"items": []}
    for _ in range(3):
        loaded.runtime_data.async_update_listeners()
    await loaded.runtime_data.async_refresh_feed(Cause.BUTTON)
    await act(hass, "add_item", item="Trigun")
    pushed = (await socket.receive_json())["event"]["items"]
    assert [one["summary"] for one in pushed] == ["Trigun"]
