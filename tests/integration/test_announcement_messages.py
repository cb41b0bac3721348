"""Messages about what is followed: who gets which, once, and what is taken back."""

from http import HTTPStatus
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.notify import NotifyEntity, NotifyEntityFeature
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_config_flow,
    mock_integration,
    mock_platform,
    setup_test_component_platform,
)

from .announcing import (
    CLOSE,
    EAST,
    HOUR,
    MINUTE,
    NAME,
    OPEN,
    SNICK,
    TITLE,
    Heard,
    feed,
    publish,
    show,
    side_bar,
    start,
)
from .factories import NOON, SLOT, make_feed
from .harness import limit_platforms, move_clock
from .phone import TARGET, Phone


@pytest.fixture(autouse=True)
def few_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    limit_platforms(monkeypatch, (Platform.EVENT,))


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
    assert len(phone.shown) == len(side_bar(hass)) == 1
    await publish(hass, entry, folder, make_feed())
    assert phone.pushed[-1]["message"] == "clear_notification"
    assert phone.shown == side_bar(hass) == {}


async def test_side_bar(hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory) -> None:
    await hass.config.async_update(language="de")
    await start(hass, folder, notify=["persistent_notification"])
    await hass.async_block_till_done(wait_background_tasks=True)
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    (notice,) = side_bar(hass).values()
    assert notice["title"] == NAME
    assert notice["message"] == (
        f"{NAME}, Part 1 beginnt um 8:00 Uhr auf Toonami Aftermath East.\n\n"
        "Noch einmal um 11:00 Uhr auf Toonami Aftermath West.\n\n"
        f"[Im Programm öffnen](/toonami-downlink/guide/1/{int((NOON + HOUR).timestamp())})"
    )
    await move_clock(hass, freezer, NOON + HOUR)
    (notice,) = side_bar(hass).values()
    assert "läuft jetzt" in notice["message"]
    await move_clock(hass, freezer, NOON + HOUR + SLOT)
    assert side_bar(hass) == {}


async def test_markup_in_the_side_bar(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    title = "[Free](https://example.com) *TV* <img src=x> ![x](y)"
    shown = feed(**{EAST: [show(NOON + HOUR, title)]})
    await start(hass, folder, title, shown=shown, notify=["persistent_notification"])
    await move_clock(hass, freezer, NOON + 50 * MINUTE)
    (notice,) = side_bar(hass).values()
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
    shown = feed(**{EAST: east, SNICK: snick})
    await start(hass, folder, TITLE, "Clarissa", shown=shown, notify=[TARGET])
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
