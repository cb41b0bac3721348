"""Following by sentence and by intent."""

from datetime import timedelta
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.toonami_downlink.assist import following
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.limits import MAX_FOLLOWS
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.following.follows import Follows, async_follows

from .assisted import a_feed, handle, needs_conversation, programme, set_up
from .factories import NOON, write_provider_files
from .harness import move_clock
from .test_assist_conversation import converse

HOUR = timedelta(hours=1)


@pytest.fixture
async def follows(hass: HomeAssistant, folder: Path) -> Follows:
    feed = a_feed(
        programme(1, "Trigun", block="Midnight Run"),
        programme(2, "Outlaw Star", block="Midnight Run"),
        programme(9, "Trigun"),
        programme(40, "Sailor Moon"),
        snick_west=(programme(3, "Doug"),),
    )
    await set_up(hass, folder, feed)
    follows = async_follows(hass)
    assert follows
    return follows


async def test_follow(hass: HomeAssistant, follows: Follows) -> None:
    said, data = await handle(hass, "Follow", programme="trigun")
    assert said == "I follow Trigun now. Trigun is on Toonami Aftermath East at 1:00 PM."
    assert [(item.kind, item.text, item.channel) for item in follows.items] == [
        (FollowKind.SHOW, "Trigun", None)
    ]
    assert data["followed"] is data["done"] is True
    assert data["next"]["start"] == "2026-11-24T13:00:00+00:00"
    said, data = await handle(hass, "Follow", programme="Trigun")
    assert said.startswith("I follow Trigun already.")
    assert len(follows.items) == 1


async def test_follow_a_block_on_one_channel(hass: HomeAssistant, follows: Follows) -> None:
    said, data = await handle(hass, "Follow", programme="midnight run", channel="east")
    assert said.startswith("I follow Midnight Run now. Trigun is on")
    assert data["kind"] == "block"
    assert [(item.kind, item.channel) for item in follows.items] == [
        (FollowKind.BLOCK, "toonami_east")
    ]


async def test_what_comes_next_of_a_channel_is_on_that_channel(
    hass: HomeAssistant, folder: Path
) -> None:
    """East and West are one showing, as long as both are followed."""
    feed = a_feed(programme(1, "Trigun"), toonami_west=(programme(4, "Trigun"),))
    await set_up(hass, folder, feed)
    await handle(hass, "Follow", programme="Trigun")
    said, _ = await handle(hass, "Follow", programme="Trigun", channel="west")
    assert said == "I follow Trigun now. Trigun is on Toonami Aftermath West at 4:00 PM."


async def test_a_title_is_known_before_it_is_promised(
    hass: HomeAssistant, follows: Follows
) -> None:
    said, data = await handle(hass, "Follow", programme="Sailer Moon")
    assert said == "I cannot find Sailer Moon in the guide. Do you mean Sailor Moon?"
    assert data["nearest"] == ["Sailor Moon"]
    assert data["done"] is False
    assert follows.items == ()


async def test_follow_what_was_on(
    hass: HomeAssistant,
    folder: Path,
    follows: Follows,
    freezer: FrozenDateTimeFactory,
) -> None:
    await move_clock(hass, freezer, NOON + HOUR * 5)
    coordinator = hass.config_entries.async_loaded_entries("toonami_downlink")[0].runtime_data
    write_provider_files(folder, a_feed(programme(40, "Sailor Moon")))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await move_clock(hass, freezer, NOON + timedelta(days=3))
    said, _ = await handle(hass, "Follow", programme="Doug", channel="snick west")
    assert said == "I follow Doug now. It is not in the guide at the moment."


async def test_too_many_follows(hass: HomeAssistant, follows: Follows) -> None:
    for number in range(MAX_FOLLOWS - 1):
        await follows.async_add(FollowKind.WORDS, f"words {number}")
    assert (await handle(hass, "Follow", programme="Trigun"))[1]["followed"] is True
    said, data = await handle(hass, "Follow", programme="Doug")
    assert said == "I cannot follow Doug: it would be more than 200."
    assert data["followed"] is data["done"] is False
    assert len(follows.items) == MAX_FOLLOWS


async def test_unfollow(hass: HomeAssistant, follows: Follows) -> None:
    said, _ = await handle(hass, "Unfollow", programme="trigun")
    assert said == "I do not follow trigun. Nothing is followed yet."
    await follows.async_add(FollowKind.SHOW, "Trigun")
    await follows.async_add(FollowKind.SHOW, "Trigun", "toonami_east")
    await follows.async_add(FollowKind.WORDS, "gundam wing")
    await follows.async_add(FollowKind.BLOCK, "Midnight Run")
    said, data = await handle(hass, "Unfollow", programme="Doug")
    assert said == "I do not follow Doug. I follow Trigun, Trigun, gundam wing and Midnight Run."
    assert data["done"] is False
    said, data = await handle(hass, "Unfollow", programme="TRIGUN")
    assert said == "I do not follow Trigun any more."
    assert data == {"title": "Trigun", "followed": False, "removed": 2, "done": True}
    await handle(hass, "Unfollow", programme="gundam")
    assert [item.text for item in follows.items] == ["Midnight Run"]


async def test_followed_tonight(
    hass: HomeAssistant, follows: Follows, freezer: FrozenDateTimeFactory
) -> None:
    assert (await handle(hass, "FollowedTonight"))[0] == "Nothing is followed yet."
    await follows.async_add(FollowKind.SHOW, "Sailor Moon")
    assert (await handle(hass, "FollowedTonight"))[0] == ("Nothing of what I follow is on tonight.")
    for title in ("Trigun", "Doug"):
        await follows.async_add(FollowKind.SHOW, title)
    said, data = await handle(hass, "FollowedTonight")
    assert said == (
        "Trigun is on Toonami Aftermath East at 1:00 PM. Doug is on Snickelodeon West at 3:00 PM."
    )
    assert data["follows"] == ["Sailor Moon", "Trigun", "Doug"]
    assert [airing["title"] for airing in data["tonight"]] == ["Trigun", "Doug"]
    await follows.async_see(follows.showings[0].identity)
    assert "Trigun" not in (await handle(hass, "FollowedTonight"))[0]
    # Tomorrow at four in the morning, Sailor Moon is on: before dawn that is still tonight.
    await move_clock(hass, freezer, NOON + timedelta(hours=37))
    assert (await handle(hass, "FollowedTonight"))[0] == (
        "Sailor Moon is on Toonami Aftermath East at 4:00 AM."
    )


async def test_a_long_night(hass: HomeAssistant, folder: Path) -> None:
    titles = [f"Show {number}" for number in range(following.MAX_TONIGHT + 2)]
    feed = a_feed(*(programme(hour + 1, title) for hour, title in enumerate(titles)))
    await set_up(hass, folder, feed)
    follows = async_follows(hass)
    assert follows
    await follows.async_add(FollowKind.WORDS, "show")
    said, data = await handle(hass, "FollowedTonight")
    assert said.endswith("And 2 more.")
    assert said.count("Show") == following.MAX_TONIGHT
    assert data["count"] == len(titles)


async def test_nothing_is_followed_while_unloaded(hass: HomeAssistant, follows: Follows) -> None:
    (entry,) = hass.config_entries.async_loaded_entries("toonami_downlink")
    await hass.config_entries.async_unload(entry.entry_id)
    for kind in ("Follow", "Unfollow", "WatchOn"):
        assert (await handle(hass, kind, programme="Trigun"))[0] == "There is no TV guide yet."
    assert (await handle(hass, "FollowedTonight"))[0] == "There is no TV guide yet."


@needs_conversation
async def test_follow_by_sentences(hass: HomeAssistant, follows: Follows) -> None:
    assert await async_setup_component(hass, "conversation", {})
    await hass.async_block_till_done()
    assert (await converse(hass, "Follow Trigun"))[1].startswith("I follow Trigun now.")
    await hass.async_block_till_done()
    assert (await converse(hass, "what do I follow tonight?"))[1].startswith("Trigun is on")
    assert (await converse(hass, "Stop following Trigun"))[1] == "I do not follow Trigun any more."
    await hass.async_block_till_done()
    assert follows.items == ()
    # What is not followed is no sentence of ours.
    assert (await converse(hass, "Stop following Trigun"))[0] == "error"
