"""What people answer to a message in a mobile app."""

from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    async_mock_service,
)

from custom_components.toonami_downlink.following.announcements import EVENT_ACTION
from tests.night import by_night

from .announcing import HOUR, MINUTE, Heard, followed, start
from .factories import NOON, SLOT
from .harness import limit_platforms, move_clock
from .phone import TARGET, Phone


@pytest.fixture(autouse=True)
def few_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_platforms(monkeypatch, (Platform.EVENT,))


# Answers


@pytest.fixture
async def told(
    hass: HomeAssistant, folder: Path, phone: Phone, freezer: FrozenDateTimeFactory
) -> Phone:
    """Tell a telephone of what begins soon."""
    hass.states.async_set("media_player.den", "idle", {"friendly_name": "the den"})
    await start(hass, folder, notify=[TARGET], watch_on="media_player.den")
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    return phone


async def test_watch_on(hass: HomeAssistant, told: Phone) -> None:
    played = async_mock_service(hass, "media_player", "play_media")
    await told.tap(told.action("Watch on the den"))
    (call,) = played
    assert call.data == {
        "entity_id": "media_player.den",
        "media_content_id": "media-source://toonami_downlink/1",
        "media_content_type": "video",
    }
    # In the name of whoever tapped: who may not use the player cannot do so here either.
    assert call.context.user_id
    assert len(told.shown) == 1


async def test_player_that_fails(
    hass: HomeAssistant, told: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    await told.tap(told.action("Watch on the den"))
    assert "media_player.den does not play Toonami Aftermath East" in caplog.text


async def test_remind_me_on_west(
    hass: HomeAssistant, told: Phone, freezer: FrozenDateTimeFactory
) -> None:
    heard = Heard(hass)
    await told.tap(told.action("Remind me on West"))
    assert told.shown == {}
    for minutes in (60, 90, 229):
        await move_clock(hass, freezer, NOON + minutes * MINUTE)
    assert (heard.kinds, len(told.messages)) == ([], 1)
    await move_clock(hass, freezer, NOON + 230 * MINUTE)
    assert heard.kinds == ["soon"]
    assert "on Toonami Aftermath West" in told.messages[-1]["message"]
    assert [one["title"] for one in told.messages[-1]["data"]["actions"]] == [
        "Watch on the den",
        "Not this one",
    ]


async def test_not_this_one(
    hass: HomeAssistant, told: Phone, freezer: FrozenDateTimeFactory
) -> None:
    heard = Heard(hass)
    await told.tap(told.action("Not this one"))
    assert told.shown == {}
    assert followed(hass).seen == {followed(hass).showings[0].identity}
    for minutes in (60, 230, 240):
        await move_clock(hass, freezer, NOON + minutes * MINUTE)
    assert heard.kinds == []
    assert len(told.messages) == 1


async def test_answers_work_after_a_restart(
    hass: HomeAssistant, told: Phone, freezer: FrozenDateTimeFactory
) -> None:
    action = told.action("Not this one")
    (entry,) = hass.config_entries.async_loaded_entries("toonami_downlink")
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await told.tap(action)
    assert told.shown == {}


async def test_old_answers_do_nothing(
    hass: HomeAssistant, told: Phone, freezer: FrozenDateTimeFactory
) -> None:
    played = async_mock_service(hass, "media_player", "play_media")
    action = told.action("Watch on the den")
    await move_clock(hass, freezer, NOON + HOUR + SLOT)
    await told.tap(action)
    assert played == []


@pytest.mark.parametrize(
    "action",
    by_night(
        [
            None,
            17,
            ["toonami_downlink:not_this:{id}"],
            {"action": "toonami_downlink:not_this:{id}"},
            "",
            "toonami_downlink",
            "toonami_downlink:",
            "toonami_downlink:not_this",
            "toonami_downlink:not_this:",
            "toonami_downlink:not_this:0123456789abcdef",
            "toonami_downlink:not_this:{id} ",
            "toonami_downlink:not_this:{id}:{id}",
            "toonami_downlink:delete:{id}",
            "not_this:{id}",
            "NOT_THIS",
            "toonami_downlink:not_this:" + "x" * 75,
            pytest.param("toonami_downlink:not_this:" + "{id}" * 100_000, id="long"),
        ],
        keep=[
            "toonami_downlink:not_this:0123456789abcdef",
            "toonami_downlink:not_this:{id}:{id}",
            "long",
        ],
    ),
)
async def test_forged_answers(
    hass: HomeAssistant, told: Phone, action: Any, caplog: pytest.LogCaptureFixture
) -> None:
    identity = told.action("Not this one").rpartition(":")[2]
    if isinstance(action, str):
        action = action.replace("{id}", identity)
    caplog.clear()
    hass.bus.async_fire(EVENT_ACTION, {"action": action})
    hass.bus.async_fire(EVENT_ACTION, {})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(told.shown) == 1
    assert not followed(hass).seen
    assert "Traceback" not in caplog.text


async def test_flood_of_answers(hass: HomeAssistant, told: Phone) -> None:
    played = async_mock_service(hass, "media_player", "play_media")
    action = told.action("Watch on the den")
    for _ in range(20):
        hass.bus.async_fire(EVENT_ACTION, {"action": action})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(played) == 20
    await told.tap(action)
    assert len(played) == 20


async def test_not_after_unloading(hass: HomeAssistant, told: Phone) -> None:
    action = told.action("Not this one")
    (entry,) = hass.config_entries.async_loaded_entries("toonami_downlink")
    await hass.config_entries.async_unload(entry.entry_id)
    await told.tap(action)
    assert len(told.shown) == 1
