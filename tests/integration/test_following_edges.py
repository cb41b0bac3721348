"""What is followed and told, at its limits: how many, how long, how late, and who hears of it."""

# ruff: noqa: SLF001  # what is near to a title has no name of its own

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.storage import Store
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.airings import Airing
from custom_components.toonami_downlink.engine.downlink.announced import AnnouncementStage
from custom_components.toonami_downlink.engine.downlink.announcements import Message, Part
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind, Showing
from custom_components.toonami_downlink.engine.downlink.limits import MAX_TITLE_CHARS
from custom_components.toonami_downlink.engine.downlink.models import Cause, Programme
from custom_components.toonami_downlink.following import announcements, titles
from custom_components.toonami_downlink.following.actions import async_follow_title, async_unfollow
from custom_components.toonami_downlink.following.messages import Notice, read_action, write_notice
from custom_components.toonami_downlink.following.notifications import Notifications

from .announcing import (
    EAST,
    HOUR,
    MINUTE,
    SNICK,
    STORED,
    TITLE,
    Heard,
    feed,
    followed,
    show,
    side_bar,
    start,
)
from .factories import NOON, write_provider_files
from .harness import limit_platforms, move_clock
from .phone import TARGET, Phone

pytestmark = pytest.mark.nightly

type Clock = Callable[[int], Awaitable[None]]
"""Waits until so many minutes after noon."""

APP, BOARD = "notify.mobile_app_den", "notify.board"
FOLLOWS = f"{DOMAIN}.follows"
PLACE = "/toonami-downlink/guide/1/2"


@pytest.fixture(autouse=True)
def few_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_platforms(monkeypatch, (Platform.EVENT,))


@pytest.fixture
def until(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Clock:
    return lambda minutes: move_clock(hass, freezer, NOON + minutes * MINUTE)


@pytest.fixture
async def told(hass: HomeAssistant, folder: Path, phone: Phone, until: Clock) -> Phone:
    """Tell a telephone of what begins soon."""
    hass.states.async_set("media_player.den", "idle", {"friendly_name": "the den"})
    await start(hass, folder, notify=[TARGET], watch_on="media_player.den")
    await until(50)
    return phone


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


def break_stores(monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    """Let nothing be saved under some keys from now on."""
    save = Store.async_save

    async def fail(store: Store[Any], data: Any) -> None:
        if store.key not in keys:
            await save(store, data)

    monkeypatch.setattr(Store, "async_save", fail)


async def test_ten_later_airings_are_told(hass: HomeAssistant, folder: Path, until: Clock) -> None:
    hourly = [show(NOON + number * HOUR) for number in range(1, 13)]
    await start(hass, folder, shown=feed(**{EAST: hourly, SNICK: hourly[:1]}))
    heard = Heard(hass)
    await until(50)
    later = [f"2026-11-24T{hour:02}:00:00-05:00" for hour in range(9, 19)]
    assert [[one["start"] for one in said["others"]] for said in heard] == [later]


async def test_it_is_told_when_something_else_has_changed(
    hass: HomeAssistant,
    folder: Path,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(announcements, "Timer", Mock())  # as if it had no clock of its own
    entry = await start(hass, folder)
    heard = Heard(hass)
    freezer.move_to(NOON + 25 * MINUTE)
    await followed(hass).async_add(FollowKind.SHOW, "Show 1-25")
    await settle(hass)
    assert [one["title"] for one in heard] == ["Show 1-25"]
    freezer.move_to(NOON + 51 * MINUTE)
    entry.runtime_data.async_update_listeners()
    await settle(hass)
    assert [one["title"] for one in heard] == ["Show 1-25", TITLE]


async def test_unloaded_nothing_is_told(hass: HomeAssistant, folder: Path, until: Clock) -> None:
    entry = await start(hass, folder, notify=["persistent_notification"])
    assert announcements.async_announcements(hass)
    await hass.config_entries.async_unload(entry.entry_id)
    assert announcements.async_announcements(hass) is None
    await until(50)
    assert side_bar(hass) == {}


async def test_answers_are_taken_again_after_a_minute(
    hass: HomeAssistant, told: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = async_mock_service(hass, "media_player", "play_media")
    action = told.action("Watch on the den")
    began = int(hass.loop.time())

    async def answer(seconds: float) -> int:
        with monkeypatch.context() as patch:
            patch.setattr(hass.loop, "time", lambda: began + seconds)
            hass.bus.async_fire(announcements.EVENT_ACTION, {"action": action})
        await settle(hass)
        return len(played)

    assert [await answer(number) for number in range(20)] == list(range(1, 21))
    # The first of twenty has to be a minute ago, and then the second.
    assert [await answer(seconds) for seconds in (59.5, 60, 60.5, 61)] == [20, 21, 21, 22]
    assert {call.data["media_content_type"] for call in played} == {"video"}


@pytest.mark.parametrize("answer", ["watch", "west", "not_this"])
async def test_an_answer_to_no_message_does_nothing(
    told: Phone, caplog: pytest.LogCaptureFixture, answer: str
) -> None:
    before = len(told.pushed)
    await told.tap(f"{DOMAIN}:{answer}:{'0' * 16}")
    assert len(told.pushed) == before
    assert f"custom_components/{DOMAIN}" not in caplog.text


async def test_an_answer_that_cannot_be_saved_is_said(
    hass: HomeAssistant,
    told: Phone,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    break_stores(monkeypatch, STORED, FOLLOWS)
    await told.tap(told.action("Not this one"))
    assert caplog.text.count("What was announced could not be saved") == 1
    assert "What was put aside is not marked as seen" in caplog.text
    assert followed(hass).seen == frozenset()


async def test_what_a_player_says_against_it_is_said(
    hass: HomeAssistant, told: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    refusal = HomeAssistantError("it is off")
    async_mock_service(hass, "media_player", "play_media", raise_exception=refusal)
    await told.tap(told.action("Watch on the den"))
    assert "media_player.den does not play Toonami Aftermath East: it is off" in caplog.text


async def test_nothing_is_played_without_a_player(
    hass: HomeAssistant, folder: Path, phone: Phone, until: Clock
) -> None:
    await start(hass, folder, notify=[TARGET])
    await until(50)
    played = async_mock_service(hass, "media_player", "play_media")
    await phone.tap(phone.action("Not this one").replace("not_this", "watch"))
    assert played == []


@pytest.mark.parametrize(
    ("action", "found"),
    [
        (f"toonami_downlink:west:{'x' * 78}", ("west", "x" * 78)),
        (f"toonami_downlink:west:{'x' * 79}", None),
        ("toonami_downlink:west:", None),
        ("toonami_downlink:delete:x", None),
        ("west:x", None),
    ],
)
def test_which_actions_are_ours(action: str, found: tuple[str, str] | None) -> None:
    assert read_action(action) == found


def board_of(hass: HomeAssistant, target: str) -> Notifications:
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    return Notifications(hass, entry, [target])


async def bring(hass: HomeAssistant, board: Notifications, **values: Any) -> None:
    """Tell of something that is over at noon, unless something else is said."""
    usual: dict[str, Any] = {"tag": "one", "title": "Trigun", "place": PLACE, "is_new": True}
    usual |= {"lines": ("It begins.",), "actions": (("later", "Later"),), "until": NOON}
    board.async_tell(Notice(**(usual | values)))
    await settle(hass)


@pytest.mark.parametrize(("seconds", "left"), [(-5, 1), (0, 1), (1, 1), (2, 2), (90.9, 90)])
async def test_how_long_a_telephone_shows_it(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float, left: int
) -> None:
    freezer.move_to(NOON)
    sent = async_mock_service(hass, "notify", "mobile_app_den")
    board, stop = board_of(hass, APP), NOON + timedelta(seconds=seconds)
    for is_new in (True, False):
        await bring(hass, board, until=stop, is_new=is_new)
    data = [call.data["data"] for call in sent]
    assert [(one["timeout"], one["ttl"]) for one in data] == [(left, 0), (left, 0)]
    assert [one.get("alert_once") for one in data] == [None, True]


@pytest.mark.parametrize(("target", "service"), [(APP, "mobile_app_den"), (BOARD, "send_message")])
async def test_a_target_that_has_worked_again_is_missed_again(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, target: str, service: str
) -> None:
    hass.states.async_set(BOARD, "unknown")
    board = board_of(hass, target)
    for trouble in ("no way", "no way", "", "once more"):
        refusal = HomeAssistantError(trouble) if trouble else None
        async_mock_service(hass, "notify", service, raise_exception=refusal)
        await bring(hass, board)
    said = [one.getMessage() for one in caplog.records if "cannot be told" in one.getMessage()]
    assert said == [f"{target} cannot be told what is on: {why}" for why in ("no way", "once more")]


async def test_an_entity_is_told_when_it_is_available(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    hass.config.internal_url = "http://192.168.1.5:8123"
    hass.config.external_url = "https://home.example.com"
    sent = async_mock_service(hass, "notify", "send_message")
    board = board_of(hass, BOARD)
    for state in ("unavailable", "unknown"):
        hass.states.async_set(BOARD, state)
        await bring(hass, board)
    assert f"{BOARD} cannot be told what is on: {BOARD} is not there" in caplog.text
    message = f"It begins.\nhttps://home.example.com{PLACE}"
    assert [call.data["message"] for call in sent] == [message]


def written(
    coordinator: DownlinkCoordinator, *shown: tuple[int, int, int], title: str = "Trigun"
) -> Notice:
    """Write a message of what is on: which channel, so many minutes after noon, for so long."""
    assert coordinator.data
    parts = []
    for index, begin, minutes in shown:
        channel, first = coordinator.data.feed.channels[index], NOON + begin * MINUTE
        programme = Programme(start=first, stop=first + minutes * MINUTE, title=title)
        airing = Airing(channel, programme.start, programme.stop, programme)
        parts.append(Part(Showing(f"{index} {begin}", (), airing, ()), airing))
    name = parts[0].showing.identity
    message = Message(name, AnnouncementStage.SOON, tuple(parts), is_new=True)
    return write_notice(coordinator.hass, message, None)


@pytest.mark.parametrize(
    ("pause", "line"),
    [
        (15, "It goes on until 1:45 PM, 2 programmes in a row."),
        (16, "At 1:16 PM on Toonami Aftermath East: Trigun."),
    ],
)
async def test_what_goes_on_after_a_pause(
    panel_coordinator: DownlinkCoordinator, pause: int, line: str
) -> None:
    assert written(panel_coordinator, (0, 30, 30), (0, 60 + pause, 30)).lines[1:] == (line,)


async def test_what_is_short_goes_on_once(panel_coordinator: DownlinkCoordinator) -> None:
    """A programme does not go on with itself, nor with what was on before it."""
    (line,) = written(panel_coordinator, (0, 30, 15)).lines
    assert line == "Trigun begins at 12:30 PM on Toonami Aftermath East."
    found = written(panel_coordinator, (0, 37, 7), (0, 30, 7), (0, 44, 7))
    assert found.lines[1] == "It goes on until 12:51 PM, 2 programmes in a row."
    assert found.lines[2] == "At 12:30 PM on Toonami Aftermath East: Trigun."


async def test_four_others_are_named(panel_coordinator: DownlinkCoordinator) -> None:
    others = [(2, 60 + later, 30) for later in range(0, 300, 60)]
    found = written(panel_coordinator, (0, 30, 630), *others)
    assert [line[:10] for line in found.lines[1:]] == [f"At {hour}:00 PM" for hour in range(1, 5)]
    assert (found.title, found.until) == ("Trigun + 5", NOON + 11 * HOUR)


@pytest.mark.parametrize(("length", "shown"), [(80, "x" * 80), (81, "x" * 79 + "…")])
async def test_a_long_title_is_cut(
    panel_coordinator: DownlinkCoordinator, length: int, shown: str
) -> None:
    assert written(panel_coordinator, (0, 30, 30), title="x" * length).title == shown


async def test_marks_that_cannot_be_saved_are_said(
    panel_coordinator: DownlinkCoordinator,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    follows = followed(panel_coordinator.hass)
    await follows.async_add(FollowKind.SHOW, TITLE)
    counts: list[int] = []
    follows.async_add_listener(lambda: counts.append(len(follows.showings)))
    break_stores(monkeypatch, FOLLOWS)
    write_provider_files(folder, feed(**{EAST: [show(NOON + HOUR)]}))
    await panel_coordinator.async_refresh_feed(Cause.BUTTON)
    await settle(panel_coordinator.hass)
    assert "What was found of the follows could not be saved" in caplog.text
    assert counts == [1]


@pytest.mark.usefixtures("panel_coordinator")
async def test_the_answer_to_a_follow(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    async def follow(**what: str) -> Any:
        return await hass.services.async_call(DOMAIN, "follow", what, True, return_response=True)

    assert len((await follow(words="part"))["showings"]) == 20
    # What ends now is over.
    freezer.move_to(NOON + HOUR)
    answer = await follow(title="Show 1-25")
    assert (answer["showing_count"], answer["next"]) == (0, None)


async def test_a_long_title_is_not_said_whole(panel_coordinator: DownlinkCoordinator) -> None:
    follows = followed(panel_coordinator.hass)
    long, said = "q" * (MAX_TITLE_CHARS + 1), {"title": "q" * MAX_TITLE_CHARS}
    with pytest.raises(ServiceValidationError) as raised:
        await async_follow_title(panel_coordinator, follows, long, None)
    assert raised.value.translation_placeholders == said
    with pytest.raises(ServiceValidationError) as raised:
        await async_unfollow(follows, long, None, is_title=True)
    assert raised.value.translation_placeholders == said


async def test_a_title_is_known_up_to_its_limit(panel_coordinator: DownlinkCoordinator) -> None:
    text = " " * (MAX_TITLE_CHARS - len("Show 1-30")) + "Show 1-30zzz"
    for asked, title in ((text, "Show 1-30"), (" ", None)):
        found = await titles.async_find_title(panel_coordinator, asked)
        assert found == titles.TitleFound(title)


@pytest.mark.parametrize(
    ("known", "key", "is_near"),
    [
        ("q" * 30 + "abc", "abc", True),
        ("q" * 30 + "ab", "ab", False),
        ("abc", "abc" + "q" * 30, True),
        ("ab", "ab" + "q" * 30, False),
        # Of sixty letters, three fifths are the same; or one less.
        ("a" * 36 + "b" * 99, "a" * 36 + "c" * 99, True),
        ("a" * 35 + "b" * 99, "a" * 35 + "c" * 99, False),
    ],
)
def test_what_is_near(known: str, key: str, is_near: bool) -> None:
    assert titles._nearest({known: "Known"}, key) == (("Known",) if is_near else ())


def test_three_titles_are_near_at_most() -> None:
    parts = {f"trigun{number}": f"Trigun {number}" for number in range(5)}
    assert len(titles._nearest(parts, "trigun")) == 3
    mixed = {"trigun" + "q" * 40: "Part", "trigux": "X", "triguy": "Y", "triguz": "Z"}
    found = titles._nearest(mixed, "trigun")
    assert (found[0], len(found)) == ("Part", 3)


@pytest.mark.parametrize(("others", "found"), [(1_999, ("Trigun",)), (2_000, ())])
def test_two_thousand_titles_are_compared(others: int, found: tuple[str, ...]) -> None:
    known = {f"{number:x}" * 9: "Another" for number in range(others)}
    assert titles._nearest({**known, "trigun": "Trigun"}, "trygun") == found
