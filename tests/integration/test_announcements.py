"""Told in time: the event, the messages to people, and what they answer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import persistent_notification
from homeassistant.components.notify import NotifyEntity, NotifyEntityFeature
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, Platform
from homeassistant.core import CoreState, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.storage import Store
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    async_mock_service,
    mock_config_flow,
    mock_integration,
    mock_platform,
    setup_test_component_platform,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.models import Cause, Feed, Programme
from custom_components.toonami_downlink.following.announcements import EVENT_ACTION
from custom_components.toonami_downlink.following.follows import Follows, async_follows

from .factories import NOON, SLOT, make_entry, make_feed, write_provider_files
from .harness import limit_platforms, move_clock, setup_integration
from .phone import TARGET, Phone, make_phone

ENTITY = "event.toonami_downlink_followed"
EAST, WEST, SNICK = "toonami_east", "toonami_west", "snick_east"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TITLE = "Outlaw <a>Star"
OPEN = "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}"
CLOSE = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
NAME = f"Outlaw {OPEN}a{CLOSE}Star"
STORED = "toonami_downlink.announced"


def show(start: datetime, title: str = TITLE, number: int = 1, **values: Any) -> Programme:
    return Programme(
        start=start,
        stop=start + SLOT,
        title=title,
        season=1,
        episode=number,
        episode_title=f"Part {number}",
        **values,
    )


def feed(**channels: list[Programme]) -> Feed:
    """Make a feed with these programmes instead of what else is on at their times."""
    plain = make_feed()
    guide = dict(plain.guide)
    for key, shown in channels.items():
        starts = {one.start for one in shown}
        kept = [one for one in guide[key] if one.start not in starts]
        guide[key] = tuple(sorted((*kept, *shown), key=lambda one: one.start))
    return replace(plain, guide=guide)


def evening() -> Feed:
    """An hour after noon on East, and three hours later on West."""
    return feed(**{EAST: [show(NOON + HOUR)], WEST: [show(NOON + 4 * HOUR)]})


class Heard(list[dict[str, Any]]):
    """What the event entity said."""

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__()
        async_track_state_change_event(hass, ENTITY, self._on_event)

    @callback
    def _on_event(self, event: Event[Any]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        gone = {"unavailable", "unknown"}
        if old and new and old.state != "unavailable" and new.state not in gone | {old.state}:
            self.append(dict(new.attributes))

    @property
    def kinds(self) -> list[str]:
        return [one["event_type"] for one in self]


@pytest.fixture
async def folder(hass: HomeAssistant, tmp_path: Path, freezer: FrozenDateTimeFactory) -> Path:
    await hass.config.async_set_time_zone("America/New_York")
    freezer.move_to(NOON)
    folder = tmp_path / "provider"
    write_provider_files(folder, evening())
    return folder


@pytest.fixture(autouse=True)
def few_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_platforms(monkeypatch, (Platform.EVENT,))


@pytest.fixture
async def server() -> AsyncIterator[Any]:
    """Start servers on the loopback interface, and stop them in the end."""
    started: list[TestServer] = []

    async def start(application: web.Application) -> TestServer:
        server = TestServer(application)
        await server.start_server()
        started.append(server)
        return server

    yield start
    for one in started:
        await one.close()


@pytest.fixture
async def phone(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    server: Any,
    folder: Path,
    socket_enabled: None,
) -> Phone:
    return await make_phone(hass, hass_client, server)


async def start(
    hass: HomeAssistant, folder: Path, *follows: str, **options: Any
) -> MockConfigEntry:
    """Load an entry that tells of shows."""
    entry = make_entry(folder, **options)
    await setup_integration(hass, entry)
    for title in follows or (TITLE,):
        await followed(hass).async_add(FollowKind.SHOW, title)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


def followed(hass: HomeAssistant) -> Follows:
    follows = async_follows(hass)
    assert follows
    return follows


async def publish(hass: HomeAssistant, entry: MockConfigEntry, folder: Path, shown: Feed) -> None:
    write_provider_files(folder, shown)
    await entry.runtime_data.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done(wait_background_tasks=True)


def shown(hass: HomeAssistant) -> dict[str, Any]:
    """What is in the side bar."""
    notifications: dict[str, Any] = persistent_notification._async_get_or_create_notifications(hass)  # noqa: SLF001
    return notifications


# The event


async def test_event(hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory) -> None:
    await start(hass, folder)
    heard = Heard(hass)
    await move_clock(hass, freezer, NOON + 50 * MINUTE - timedelta(seconds=1))
    assert heard == []
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    (said,) = heard
    for name in ("event_types", "friendly_name"):
        del said[name]
    assert said == {
        "event_type": "soon",
        "title": TITLE,
        "channel": "Toonami Aftermath East",
        "start": "2026-11-24T08:00:00-05:00",
        "stop": "2026-11-24T08:30:00-05:00",
        "follow": [TITLE],
        "others": [
            {
                "channel": "Toonami Aftermath West",
                "start": "2026-11-24T11:00:00-05:00",
                "stop": "2026-11-24T11:30:00-05:00",
            }
        ],
    }
    for minutes in range(51, 500, 3):
        await move_clock(hass, freezer, NOON + minutes * MINUTE)
    assert heard.kinds == ["soon", "started"]


@pytest.mark.parametrize("lead", [1, 120])
async def test_lead(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory, lead: int
) -> None:
    shown = feed(**{EAST: [show(NOON + 3 * HOUR)]})
    write_provider_files(folder, shown)
    await start(hass, folder, lead_minutes=lead)
    heard = Heard(hass)
    at = NOON + 3 * HOUR - lead * MINUTE
    await move_clock(hass, freezer, at - timedelta(seconds=1))
    assert heard.kinds == []
    await move_clock(hass, freezer, at)
    assert heard.kinds == ["soon"]


async def test_refreshes(hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory) -> None:
    """What is removed is not announced, what comes back is, and what is moved at its new time."""
    entry = await start(hass, folder)
    heard = Heard(hass)
    await publish(hass, entry, folder, make_feed())
    await move_clock(hass, freezer, NOON + 51 * MINUTE)
    assert heard.kinds == []
    await publish(hass, entry, folder, evening())
    assert heard.kinds == ["soon"]
    await publish(hass, entry, folder, feed(**{EAST: [show(NOON + HOUR + SLOT)]}))
    await move_clock(hass, freezer, NOON + HOUR)
    assert heard.kinds == ["soon"]
    await move_clock(hass, freezer, NOON + HOUR + SLOT)
    assert heard.kinds == ["soon", "started"]


async def test_unfollowed_and_seen(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    write_provider_files(
        folder, feed(**{EAST: [show(NOON + HOUR), show(NOON + 2 * HOUR, "Trigun")]})
    )
    await start(hass, folder, TITLE, "Trigun")
    follows = followed(hass)
    heard = Heard(hass)
    await follows.async_remove(follows.items[0].identity)
    await follows.async_see(follows.showings[0].identity)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    await move_clock(hass, freezer, NOON + 110 * MINUTE)
    assert heard == []


# Restarts


async def test_restarts(
    hass: HomeAssistant, folder: Path, phone: Phone, freezer: FrozenDateTimeFactory
) -> None:
    entry = await start(hass, folder, notify=[TARGET])
    heard = Heard(hass)
    for minutes in (49, 50, 51, 59, 60, 61, 89, 91):
        await move_clock(hass, freezer, NOON + minutes * MINUTE)
        await hass.config_entries.async_reload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert heard.kinds == ["soon", "started"]
    assert len(phone.messages) == 1
    assert phone.shown == {}


async def test_off_at_the_start(
    hass: HomeAssistant, folder: Path, phone: Phone, freezer: FrozenDateTimeFactory
) -> None:
    """Nobody is told that something begins soon which is long on; of the West they are."""
    entry = await start(hass, folder, notify=[TARGET])
    await hass.config_entries.async_unload(entry.entry_id)
    freezer.move_to(NOON + 70 * MINUTE)
    heard = Heard(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (heard.kinds, phone.pushed) == ([], [])
    await move_clock(hass, freezer, NOON + 4 * HOUR - 10 * MINUTE)
    assert heard.kinds == ["soon"]
    assert heard[0]["channel"] == "Toonami Aftermath West"


async def test_saved_before_anybody_is_told(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    await start(hass, folder)
    known: list[Any] = []

    @callback
    def remember(event: Event[Any]) -> None:
        known.append(hass_storage[STORED]["data"]["records"][0]["stage"])

    async_track_state_change_event(hass, ENTITY, remember)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    await move_clock(hass, freezer, NOON + HOUR)
    assert known == ["soon", "started"]


async def test_full_disk(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What cannot be saved is announced nevertheless, and said once."""
    await start(hass, folder)
    heard = Heard(hass)
    save = Store.async_save

    async def fail(store: Store[Any], data: Any) -> None:
        if store.key != STORED:
            await save(store, data)

    monkeypatch.setattr(Store, "async_save", fail)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    await move_clock(hass, freezer, NOON + HOUR)
    assert heard.kinds == ["soon", "started"]
    assert caplog.text.count("What was announced could not be saved") == 1


async def test_damaged_store(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    hass_storage[STORED] = {"version": 1, "key": STORED, "data": {"records": [{"showing": 1}, 5]}}
    await start(hass, folder)
    heard = Heard(hass)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    assert heard.kinds == ["soon"]


async def test_removed_with_the_entry(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    entry = await start(hass, folder)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    assert STORED in hass_storage
    await hass.config_entries.async_remove(entry.entry_id)
    assert STORED not in hass_storage


async def test_waits_until_all_can_be_told(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    """While Home Assistant starts, the services of telephones are not there yet."""
    entry = await start(hass, folder, notify=["persistent_notification"])
    await hass.config_entries.async_unload(entry.entry_id)
    hass.set_state(CoreState.starting)
    freezer.move_to(NOON + 51 * MINUTE)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass) == {}
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(shown(hass)) == 1


# Messages


async def test_phone(
    hass: HomeAssistant, folder: Path, phone: Phone, freezer: FrozenDateTimeFactory
) -> None:
    hass.states.async_set("media_player.den", "idle", {"friendly_name": "the den"})
    await start(hass, folder, notify=[TARGET], watch_on="media_player.den")
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    (push,) = phone.pushed
    assert push["title"] == NAME
    assert push["message"] == (
        f"{NAME}, Part 1 begins at 8:00 AM on Toonami Aftermath East.\n"
        "Again at 11:00 AM on Toonami Aftermath West."
    )
    place = f"/toonami-downlink/guide/1/{int((NOON + HOUR).timestamp())}"
    data = push["data"]
    assert (data["url"], data["clickAction"]) == (place, place)
    assert [one["title"] for one in data["actions"]] == [
        "Watch on the den",
        "Remind me on West",
        "Not this one",
    ]
    await move_clock(hass, freezer, NOON + HOUR)
    assert len(phone.messages) == 1
    (replaced,) = phone.shown.values()
    assert replaced["message"].startswith(
        f"{NAME}, Part 1 is on Toonami Aftermath East now, until 8:30 AM."
    )
    assert replaced["data"]["push"] == {"sound": "none"}
    assert [one["title"] for one in replaced["data"]["actions"]] == [
        "Watch on the den",
        "Remind me on West",
    ]
    await move_clock(hass, freezer, NOON + HOUR + SLOT)
    assert phone.shown == {}


async def test_withdrawn(
    hass: HomeAssistant, folder: Path, phone: Phone, freezer: FrozenDateTimeFactory
) -> None:
    entry = await start(hass, folder, notify=[TARGET, "persistent_notification"])
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    assert len(phone.shown) == len(shown(hass)) == 1
    await publish(hass, entry, folder, make_feed())
    assert phone.pushed[-1]["message"] == "clear_notification"
    assert phone.shown == shown(hass) == {}


async def test_side_bar(hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory) -> None:
    await hass.config.async_update(language="de")
    await start(hass, folder, notify=["persistent_notification"])
    await hass.async_block_till_done(wait_background_tasks=True)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    (notice,) = shown(hass).values()
    assert notice["title"] == NAME
    assert notice["message"] == (
        f"{NAME}, Part 1 beginnt um 8:00 Uhr auf Toonami Aftermath East.\n\n"
        "Noch einmal um 11:00 Uhr auf Toonami Aftermath West.\n\n"
        f"[Im Programm öffnen](/toonami-downlink/guide/1/{int((NOON + HOUR).timestamp())})"
    )
    await move_clock(hass, freezer, NOON + HOUR)
    (notice,) = shown(hass).values()
    assert "läuft jetzt" in notice["message"]
    await move_clock(hass, freezer, NOON + HOUR + SLOT)
    assert shown(hass) == {}


async def test_markup_in_the_side_bar(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    title = "[Free](https://example.com) *TV* <img src=x> ![x](y)"
    write_provider_files(folder, feed(**{EAST: [show(NOON + HOUR, title)]}))
    await start(hass, folder, title, notify=["persistent_notification"])
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    (notice,) = shown(hass).values()
    words, _, link = notice["message"].partition("\n\n")
    assert r"\[Free\](https\://example.com) \*TV\*" in words
    assert rf"{OPEN}img src=x{CLOSE} \!\[x\](y)" in words
    assert link.startswith("[Open in the guide](/toonami-downlink/guide/1/")


class Board(NotifyEntity):
    """A notify entity that keeps what it is told."""

    _attr_name = "Board"
    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(self) -> None:
        self.told: list[tuple[str, str | None]] = []

    async def async_send_message(self, message: str, title: str | None = None) -> None:
        self.told.append((message, title))


@pytest.fixture
async def board(hass: HomeAssistant) -> Board:
    """Set up a notify entity of another integration."""

    async def set_up(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, [Platform.NOTIFY])
        return True

    board = Board()
    mock_integration(hass, MockModule("test", async_setup_entry=set_up))
    mock_platform(hass, "test.config_flow")
    setup_test_component_platform(hass, "notify", [board], from_config_entry=True)
    other = MockConfigEntry(domain="test")
    other.add_to_hass(hass)
    with mock_config_flow("test", ConfigFlow):
        assert await hass.config_entries.async_setup(other.entry_id)
    await hass.async_block_till_done()
    assert hass.states.get("notify.board")
    return board


async def test_entity(
    hass: HomeAssistant, folder: Path, board: Board, freezer: FrozenDateTimeFactory
) -> None:
    """It cannot take anything back: it is told once."""
    await hass.config.async_update(external_url="https://home.example.com")
    await start(hass, folder, notify=["notify.board"])
    for minutes in (50, 55, 60, 65, 90):
        await move_clock(hass, freezer, NOON + minutes * MINUTE)
    ((message, title),) = board.told
    assert title == NAME
    lines = message.splitlines()
    assert lines[0].startswith(f"{NAME}, Part 1 begins at 8:00 AM")
    assert lines[2].startswith("https://home.example.com/toonami-downlink/guide/1/")


async def test_marathon_is_one_message(
    hass: HomeAssistant, folder: Path, phone: Phone, freezer: FrozenDateTimeFactory
) -> None:
    east = [show(NOON + HOUR + SLOT * number, number=number + 1) for number in range(4)]
    snick = [show(NOON + HOUR, "Clarissa")]
    write_provider_files(folder, feed(**{EAST: east, SNICK: snick}))
    await start(hass, folder, TITLE, "Clarissa", notify=[TARGET])
    heard = Heard(hass)
    for minutes in range(45, 185, 5):
        await move_clock(hass, freezer, NOON + minutes * MINUTE)
    (push,) = phone.messages
    assert push["title"] == f"{NAME} + 4"
    assert push["message"].splitlines()[1:] == [
        "It goes on until 10:00 AM, 4 programmes in a row.",
        "At 8:00 AM on Snickelodeon East: Clarissa, Part 1.",
    ]
    assert sorted(heard.kinds) == ["soon"] * 5 + ["started"] * 5
    assert phone.shown == {}


async def test_gone_target_is_said_once(
    hass: HomeAssistant,
    folder: Path,
    phone: Phone,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    gone = ["notify.mobile_app_lost", "notify.nobody", "not a target"]
    await start(hass, folder, notify=[*gone, TARGET])
    heard = Heard(hass)
    for minutes in (50, 60, 90):
        await move_clock(hass, freezer, NOON + minutes * MINUTE)
    assert heard.kinds == ["soon", "started"]
    assert len(phone.messages) == 1
    for target in gone:
        assert caplog.text.count(f"{target} cannot be told what is on") == 1


async def test_failing_push(
    hass: HomeAssistant, folder: Path, phone: Phone, freezer: FrozenDateTimeFactory
) -> None:
    phone.status = HTTPStatus.INTERNAL_SERVER_ERROR
    await start(hass, folder, notify=[TARGET])
    heard = Heard(hass)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    phone.status = HTTPStatus.CREATED
    await move_clock(hass, freezer, NOON + HOUR)
    assert heard.kinds == ["soon", "started"]
    assert len(phone.shown) == 1


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
    assert (
        call.data
        == {
            "entity_id": ["media_player.den"],
            "media_content_id": "media-source://toonami_downlink/1",
            "media_content_type": "video",
        }
        or call.data["entity_id"] == "media_player.den"
    )
    assert call.data["media_content_id"] == "media-source://toonami_downlink/1"
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
