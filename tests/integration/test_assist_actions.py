"""Assist that acts: watch on a player, follow, and the aired log; by sentence, intent and tool."""

from datetime import timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.assist.matching import resolve_title

from .assisted import a_feed, handle, programme, set_up
from .factories import NOON
from .harness import move_clock

HOUR = timedelta(hours=1)


# The aired log, and what is on again


async def test_when_was(hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory) -> None:
    feed = a_feed(
        programme(-2, "Trigun"),
        programme(-1, "Outlaw Star"),
        programme(0, "Outlaw Star"),
        toonami_west=(programme(-2, "Outlaw Star"), programme(-1, "Sailor Moon")),
    )
    await set_up(hass, folder, feed)
    await move_clock(hass, freezer, NOON + HOUR)
    assert await handle(hass, "WhenWas", programme="trigun") == (
        "Trigun was on Toonami Aftermath East today at 10:00 AM.",
        {
            "title": "Trigun",
            "last": {
                "title": "Trigun",
                "channel": "Toonami Aftermath East",
                "number": 1,
                "start": "2026-11-24T10:00:00+00:00",
                "stop": "2026-11-24T11:00:00+00:00",
                "link": "/toonami-downlink/guide/1/1795514400",
            },
            "times_in_30_days": 1,
            "done": False,
        },
    )
    said, data = await handle(hass, "WhenWas", programme="outlaw")
    assert said == (
        "Outlaw Star was on Toonami Aftermath East today at 12:00 PM. "
        "It was on 3 times in the last thirty days."
    )
    said, data = await handle(hass, "WhenWas", programme="Outlaw Star", channel="west")
    assert said == "Outlaw Star was on Toonami Aftermath West today at 10:00 AM."
    assert data["times_in_30_days"] == 1
    await move_clock(hass, freezer, NOON + timedelta(days=1))
    said, _ = await handle(hass, "WhenWas", programme="sailor moon")
    assert said == "Sailor Moon was on Toonami Aftermath West yesterday at 11:00 AM."
    await move_clock(hass, freezer, NOON + timedelta(days=40))
    said, data = await handle(hass, "WhenWas", programme="sailor moon")
    assert said == "Sailor Moon was on Toonami Aftermath West 40 days ago, on Tuesday at 11:00 AM."
    assert data["times_in_30_days"] == 0


async def test_what_never_was_on(hass: HomeAssistant, folder: Path) -> None:
    await set_up(hass, folder, a_feed(programme(1, "Sailor Moon"), programme(2, "Trigun")))
    assert await handle(hass, "WhenWas", programme="sailor moon") == (
        "As far as I remember, Sailor Moon was not on.",
        {"found": False, "done": False},
    )
    assert await handle(hass, "WhenWas", programme="Sailer Mon") == (
        "I cannot find Sailer Mon in the guide. Do you mean Sailor Moon?",
        {"found": False, "nearest": ["Sailor Moon"], "done": False},
    )


async def test_when_again(hass: HomeAssistant, folder: Path) -> None:
    feed = a_feed(
        programme(0, "Trigun", season=1, episode=1),
        programme(1, "Reboot"),
        programme(4, "Trigun", season=1, episode=2),
        programme(30, "Trigun", season=1, episode=3),
        toonami_west=(programme(3, "Trigun", season=1, episode=1),),
    )
    await set_up(hass, folder, feed)
    said, data = await handle(hass, "WhenAgain", programme="trigun")
    assert said == (
        "Trigun is on again at 3:00 PM on Toonami Aftermath West. "
        "It is on again at 4:00 PM on Toonami Aftermath East."
    )
    assert [airing["start"][11:13] for airing in data["airings"]][:2] == ["15", "16"]
    assert [airing["channel"] for airing in data["also"]] == ["Toonami Aftermath West"]
    assert (await handle(hass, "WhenAgain", programme="trigun", channel="snick"))[0] == (
        "I cannot find trigun in the guide."
    )
    assert (await handle(hass, "WhenAgain"))[0] == "Which programme do you mean?"


async def test_an_answer_is_about_one_title(hass: HomeAssistant, folder: Path) -> None:
    shows = ((1, "Gundam Wing"), (3, "SD Gundam"))
    await set_up(hass, folder, a_feed(*(programme(*show) for show in shows)))
    said, data = await handle(hass, "WhenIs", programme="gundam", channel="east")
    assert said == "Gundam Wing is on Toonami Aftermath East at 1:00 PM."
    assert [airing["title"] for airing in data["airings"]] == ["Gundam Wing"]
    said, data = await handle(hass, "WhenAgain", programme="gundam", channel="east")
    assert said == "Gundam Wing is on again at 1:00 PM on Toonami Aftermath East."
    assert [airing["title"] for airing in data["airings"]] == ["Gundam Wing"]


async def test_not_on_again(hass: HomeAssistant, folder: Path) -> None:
    await set_up(hass, folder, a_feed(snick_east=(programme(0, "Doug"),)))
    said, data = await handle(hass, "WhenAgain", programme="doug", channel="snick east")
    assert said == "Doug is not in the guide again."
    assert data["title"] == "Doug"


@pytest.mark.parametrize(
    ("wanted", "title", "nearest"),
    [
        pytest.param("GUNDAM WING", "Gundam Wing", (), id="whole"),
        pytest.param("gundam", None, ("Gundam Wing", "SD Gundam"), id="part of several"),
        pytest.param("moon", "Sailor Moon", (), id="part of one"),
        pytest.param("Gundm Wing", None, ("Gundam Wing",), id="nearly"),
        pytest.param("The News", None, (), id="nothing like it"),
        pytest.param("!?", None, (), id="nothing at all"),
    ],
)
def test_titles(wanted: str, title: str | None, nearest: tuple[str, ...]) -> None:
    known = ("Gundam Wing", "SD Gundam", "Sailor Moon", "Trigun")
    assert resolve_title(known, wanted) == (title, nearest)
