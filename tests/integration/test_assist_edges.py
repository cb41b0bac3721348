"""Where what Assist says and does begins and ends: months, nights, players and recordings."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import AsyncMock

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.assist import following, recording as by_voice
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.models import Feed, Programme
from custom_components.toonami_downlink.engine.downlink.recording.model import RuleKind, State
from custom_components.toonami_downlink.following.follows import Follows, async_follows
from custom_components.toonami_downlink.recording.manager import Recordings

from .assisted import a_feed, handle, programme, set_up
from .factories import NOON
from .harness import move_clock
from .recorded import House, make_recording
from .test_assist_recording import open_with, planned
from .test_assist_watching import EAST, House as Home

pytestmark = pytest.mark.nightly

HOUR = timedelta(hours=1)
HOURS_OF_A_MONTH = 30 * 24


async def was_on(coordinator: DownlinkCoordinator, **channels: tuple[Programme, ...]) -> None:
    """Put into the aired log what is in no guide any more."""
    assert coordinator.data is not None
    await coordinator.aired.async_freeze(replace(coordinator.data.feed, guide=channels))


# What was on, and what is on again


async def test_a_month_has_thirty_days_to_the_second(hass: HomeAssistant, folder: Path) -> None:
    coordinator = await set_up(hass, folder, a_feed(programme(1, "Doug")))
    hours = (-HOURS_OF_A_MONTH - 1, -HOURS_OF_A_MONTH, -1)
    await was_on(coordinator, toonami_east=tuple(programme(hour, "Trigun") for hour in hours))
    said, data = await handle(hass, "WhenWas", programme="trigun")
    assert said == (
        "Trigun was on Toonami Aftermath East today at 11:00 AM. "
        "It was on 2 times in the last thirty days."
    )
    assert data["times_in_30_days"] == 2


async def test_what_only_was_on_is_no_guess_at_what_will_be(
    hass: HomeAssistant, folder: Path
) -> None:
    coordinator = await set_up(hass, folder, a_feed(programme(1, "Doug")))
    await was_on(coordinator, toonami_east=(programme(-5, "Sailor Moon"),))
    assert await handle(hass, "WhenIs", programme="Sailer Moon") == (
        "I cannot find Sailer Moon in the guide.",
        {"found": False, "nearest": [], "done": False},
    )


async def test_what_only_was_on_can_be_followed(hass: HomeAssistant, folder: Path) -> None:
    coordinator = await set_up(hass, folder, a_feed(programme(1, "Doug")))
    await was_on(coordinator, toonami_east=(programme(-5, "Sailor Moon"),))
    assert await handle(hass, "Follow", programme="sailor moon") == (
        "I follow Sailor Moon now. It is not in the guide at the moment.",
        {"title": "Sailor Moon", "kind": "show", "followed": True, "done": True},
    )


async def test_what_should_be_on_elsewhere_stands_in_its_place(
    hass: HomeAssistant, folder: Path
) -> None:
    feed = a_feed(
        programme(1, "Trigun", season=1, episode=5),
        programme(6, "Trigun", season=1, episode=6),
        toonami_west=(programme(9, "Reboot"),),
    )
    await set_up(hass, folder, feed)
    said, data = await handle(hass, "WhenAgain", programme="trigun")
    assert said == (
        "Trigun is on again at 1:00 PM on Toonami Aftermath East. It should be on "
        "Toonami Aftermath West at 4:00 PM as well, give or take some minutes."
    )
    assert [airing["start"][11:13] for airing in data["airings"]] == ["13", "16", "18"]
    assert [airing["about"] for airing in data["also"]] == [True]
    assert "about" not in data["airings"][0]


async def test_the_same_elsewhere_is_not_said_of_what_comes_before(
    hass: HomeAssistant, folder: Path
) -> None:
    trigun = programme(5, "Trigun", season=1, episode=5)
    feed = a_feed(programme(9, "Reboot"), toonami_west=(trigun,))
    await set_up(hass, folder, feed)
    said, data = await handle(hass, "WhenIs", programme="trigun")
    assert said == "Trigun is on Toonami Aftermath West at 5:00 PM."
    assert data["also"] == []


async def test_ten_airings_are_in_an_answer(hass: HomeAssistant, folder: Path) -> None:
    feed = a_feed(*(programme(hour, "Trigun") for hour in range(1, 25, 2)))
    await set_up(hass, folder, feed)
    _, data = await handle(hass, "WhenIs", programme="trigun")
    assert (len(data["airings"]), len(data["also"])) == (10, 10)


# Following


async def open_followed(hass: HomeAssistant, folder: Path, feed: Feed) -> Follows:
    await set_up(hass, folder, feed)
    follows = async_follows(hass)
    assert follows
    return follows


async def test_a_block_goes_before_a_part_of_a_title(hass: HomeAssistant, folder: Path) -> None:
    special = programme(1, "Midnight Run Special", block="Midnight Run")
    follows = await open_followed(hass, folder, a_feed(special))
    await handle(hass, "Follow", programme="midnight run")
    assert [(item.kind, item.text) for item in follows.items] == [
        (FollowKind.BLOCK, "Midnight Run")
    ]


async def test_one_channel_is_followed_no_more(hass: HomeAssistant, folder: Path) -> None:
    follows = await open_followed(hass, folder, a_feed(programme(1, "Trigun")))
    await follows.async_add(FollowKind.SHOW, "Trigun")
    await follows.async_add(FollowKind.SHOW, "Trigun", "toonami_east")
    assert await handle(hass, "Unfollow", programme="Trigun", channel="west") == (
        "I do not follow Trigun. I follow Trigun and Trigun.",
        {"followed": False, "follows": ["Trigun", "Trigun"], "done": False},
    )
    _, data = await handle(hass, "Unfollow", programme="Trigun", channel="east")
    assert data["removed"] == 1
    assert [item.channel for item in follows.items] == [None]


async def test_five_follows_are_named(hass: HomeAssistant, folder: Path) -> None:
    follows = await open_followed(hass, folder, a_feed(programme(1, "Trigun")))
    for words in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta"):
        await follows.async_add(FollowKind.WORDS, words)
    said, data = await handle(hass, "Unfollow", programme="Trigun")
    assert said == "I do not follow Trigun. I follow alpha, beta, gamma, delta and epsilon."
    assert len(data["follows"]) == 6


@pytest.mark.parametrize(
    ("hours", "answer"),
    [
        pytest.param(
            1,
            "Doug is on Snickelodeon West at 3:00 PM. "
            "Trigun is on Toonami Aftermath East at 5:00 PM. "
            "Outlaw Star is on Toonami Aftermath East tomorrow at 5:00 AM.",
            id="at one in the afternoon, when Trigun is just over",
        ),
        pytest.param(13, "Outlaw Star is on Toonami Aftermath East at 5:00 AM.", id="at one"),
        pytest.param(
            18, "Zoids is on Toonami Aftermath East right now, until 7:00 AM.", id="at six"
        ),
    ],
)
async def test_a_night_ends_at_six(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory, hours: int, answer: str
) -> None:
    shows = ((0, "Trigun"), (5, "Trigun"), (17, "Outlaw Star"), (18, "Zoids"))
    feed = a_feed(*(programme(*show) for show in shows), snick_west=(programme(3, "Doug"),))
    follows = await open_followed(hass, folder, feed)
    for title in ("Trigun", "Outlaw Star", "Zoids", "Doug"):
        await follows.async_add(FollowKind.SHOW, title)
    await move_clock(hass, freezer, NOON + HOUR * hours)
    assert (await handle(hass, "FollowedTonight"))[0] == answer


async def test_five_showings_are_said_of_a_long_night(hass: HomeAssistant, folder: Path) -> None:
    feed = a_feed(*(programme(number + 1, f"Show {number}") for number in range(11)))
    follows = await open_followed(hass, folder, feed)
    await follows.async_add(FollowKind.WORDS, "show")
    said, data = await handle(hass, "FollowedTonight")
    assert said.count(" is on ") == 5
    assert said.endswith("And 6 more.")
    assert (len(data["tonight"]), data["count"]) == (10, 11)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("Follow", "There is no TV guide yet."),
        ("Unfollow", "There is no TV guide yet."),
        ("FollowedTonight", "Nothing is followed yet."),
        ("Record", "There is no TV guide yet."),
        ("CancelRecording", "There is no TV guide yet."),
    ],
)
async def test_a_guide_without_follows_and_recordings(
    hass: HomeAssistant, folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str, answer: str
) -> None:
    await set_up(hass, folder, a_feed(programme(1, "Trigun")))
    monkeypatch.setattr(following, "async_follows", lambda _hass: None)
    monkeypatch.setattr(by_voice, "async_recordings", lambda _hass: None)
    said, data = await handle(hass, kind, programme="Trigun")
    assert said == answer
    assert data["done"] is False


# Watching


@pytest.fixture
async def home(hass: HomeAssistant, folder: Path) -> Home:
    """Make a house with media players."""
    await set_up(hass, folder, a_feed(programme(0, "Trigun"), programme(2, "Outlaw Star")))
    home = Home(hass)
    await home.build()
    return home


async def test_a_player_that_is_named_is_meant_wherever_it_is_said(
    hass: HomeAssistant, home: Home
) -> None:
    entry = MockConfigEntry()
    entry.add_to_hass(hass)
    satellite = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "satellite")}
    )
    dr.async_get(hass).async_update_device(satellite.id, area_id=home.areas["Kitchen"])
    await handle(hass, "WatchOn", channel="1", name="shelf speaker", device_id=satellite.id)
    assert home.played == {"Shelf speaker": [EAST]}
    await handle(hass, "WatchOn", channel="1", area="living room", device_id=satellite.id)
    assert home.played == {"Shelf speaker": [EAST], "Big screen": [EAST]}


@pytest.mark.parametrize(("channel", "kind"), [("1", "channel"), ("radio", "music")])
async def test_only_the_radio_is_music(
    hass: HomeAssistant, home: Home, channel: str, kind: str
) -> None:
    await handle(hass, "WatchOn", channel=channel, area="Kitchen")
    assert [media_type for media_type, _, _ in home.kitchen.played] == [kind]


async def test_what_comes_later_is_not_played(hass: HomeAssistant, home: Home) -> None:
    _, data = await handle(hass, "WatchOn", programme="Outlaw Star", area="Kitchen")
    assert (data["title"], data["played"]) == ("Outlaw Star", False)
    assert home.played == {}


def add_player(hass: HomeAssistant, identity: str, name: str) -> None:
    values = {"friendly_name": name, "supported_features": 512}
    hass.states.async_set(f"media_player.{identity}", "idle", values)


async def test_five_players_are_named(hass: HomeAssistant, folder: Path) -> None:
    await set_up(hass, folder, a_feed(programme(0, "Trigun")))
    for number in range(6):
        add_player(hass, f"player_{number}", f"Player {number}")
    said, data = await handle(hass, "WatchOn", channel="1")
    assert said == (
        "Which media player do you mean: Player 0, Player 1, Player 2, Player 3 or Player 4?"
    )
    named = [f"Player {number}" for number in range(5)]
    assert data == {"played": False, "players": named, "done": False}


async def test_two_players_may_have_one_name(hass: HomeAssistant, folder: Path) -> None:
    await set_up(hass, folder, a_feed(programme(0, "Trigun")))
    add_player(hass, "one", "Den")
    add_player(hass, "other", "Den")
    said, _ = await handle(hass, "WatchOn", channel="1", name="Den")
    assert said == "Which media player do you mean: Den or Den?"


# Recording


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        pytest.param(
            HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="recording_is_over",
                translation_placeholders={"title": "Trigun"},
            ),
            "Trigun is not planned and not being recorded.",
            id="with words",
        ),
        pytest.param(HomeAssistantError("no words"), "That did not work.", id="without"),
    ],
)
async def test_why_something_is_not_recorded_is_said(
    hass: HomeAssistant,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    error: HomeAssistantError,
    answer: str,
) -> None:
    await open_with(house, toonami_east=(programme(1, "Trigun"),))
    monkeypatch.setattr(Recordings, "async_record", AsyncMock(side_effect=error))
    assert await handle(hass, "Record", programme="Trigun") == (
        answer,
        {"recorded": False, "done": False},
    )


async def test_what_is_on_is_stopped_before_what_is_planned(
    hass: HomeAssistant, house: House
) -> None:
    episodes = ((0, 1), (3, 2))
    dougs = tuple(programme(hour, "Doug", season=1, episode=one) for hour, one in episodes)
    await open_with(house, snick_west=dougs)
    await handle(hass, "Record", channel="snick west")
    await house.recordings.async_record("snick_west", NOON + 3 * HOUR)
    said, data = await handle(hass, "CancelRecording", programme="doug")
    assert said == (
        "I have stopped recording Doug on Snickelodeon West. What is there of it is kept. "
        "Still planned of it: 1."
    )
    assert data["more"] == 1
    assert ("Doug", "snick_west", State.PLANNED) in planned(house)


async def test_what_is_on_and_waits_for_the_folder_is_cancelled(
    hass: HomeAssistant, house: House
) -> None:
    await open_with(house, snick_west=(programme(0, "Doug"),))
    moved = house.folder.rename(house.folder.with_name("elsewhere"))
    await handle(hass, "Record", channel="snick west")
    said, _ = await handle(hass, "CancelRecording", channel="snick west")
    assert said == "I will not record Doug at 12:00 PM on Snickelodeon West."
    await house.settle()
    moved.rename(house.folder)


async def test_what_is_recorded_is_named_in_its_order(hass: HomeAssistant, house: House) -> None:
    await open_with(house, toonami_east=(programme(1, "Trigun"), programme(30, "Zoids")))
    await handle(hass, "Record", programme="zoids")
    await handle(hass, "Record", programme="trigun")
    said, data = await handle(hass, "CancelRecording", programme="Doug", channel="east")
    assert said == "I am not going to record Doug. I am going to record Trigun and Zoids."
    assert [one["title"] for one in data["planned"]] == ["Trigun", "Zoids"]


async def test_what_had_no_room_before_is_not_displaced(hass: HomeAssistant, house: House) -> None:
    house.options["max_channels"] = 1
    trigun = programme(1, "Trigun", season=1, episode=4)
    doug = programme(1, "Doug", season=1, episode=2)
    await open_with(house, toonami_east=(trigun,), snick_east=(doug,))
    await handle(hass, "Record", programme="trigun")
    await handle(hass, "Record", programme="doug")
    said, _ = await handle(hass, "Record", programme="trigun")
    assert said == (
        "Trigun is planned already: I will record it at 1:00 PM on Toonami Aftermath East."
    )


async def test_five_that_give_way_are_named(hass: HomeAssistant, house: House) -> None:
    house.options["max_channels"] = 1
    film = replace(programme(1, "Film"), stop=NOON + 8 * HOUR)
    dougs = tuple(programme(hour, "Doug", season=1, episode=hour) for hour in range(1, 7))
    await open_with(house, toonami_east=(film,), snick_east=dougs)
    await house.recordings.async_add_rule(RuleKind.SHOW, "Doug", only_missing=False)
    said, _ = await handle(hass, "Record", programme="film")
    assert len(house.recordings.conflicts) == 6
    assert said.count("has to give way") == 5


@pytest.mark.parametrize(("seconds", "is_on"), [(-1, False), (0, True), (59, True), (60, False)])
def test_a_programme_is_on_from_its_start_to_its_end(seconds: int, is_on: bool) -> None:
    recording = make_recording(start=NOON, stop=NOON + timedelta(minutes=1))
    assert by_voice._is_on(recording, NOON + timedelta(seconds=seconds)) is is_on  # noqa: SLF001
