"""What Assist says of a channel of which there is nothing to say at the moment."""

from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from .assisted import HOUR, a_feed, handle, programme, set_up
from .factories import NOON
from .harness import move_clock

TRIGUN = "Trigun is next on Toonami Aftermath East, at 5:00 PM."


@pytest.mark.parametrize(("kind", "hours"), [("WhatsNext", 0), ("WhatsNext", 2), ("WhatsOn", 2)])
async def test_a_gap_in_the_guide_ends(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory, kind: str, hours: int
) -> None:
    await set_up(hass, folder, a_feed(programme(0, "Outlaw Star"), programme(5, "Trigun")))
    await move_clock(hass, freezer, NOON + HOUR * hours)
    said, data = await handle(hass, kind, channel="Toonami")
    assert (said, data["title"]) == (TRIGUN, "Trigun")
    # What is asked for everywhere is said of each channel that has a guide.
    assert (await handle(hass, kind))[0] == TRIGUN
    is_on_then = kind == "WhatsNext"
    assert [one["title"] for one in data["programmes"]] == ["Trigun"] * is_on_then


async def test_a_channel_without_a_guide_has_none(hass: HomeAssistant, folder: Path) -> None:
    await set_up(hass, folder, a_feed(programme(0, "Outlaw Star")))
    for kind in ("WhatsNext", "WhatsOn"):
        said, data = await handle(hass, kind, channel="MTV97")
        assert said == "There is no programme list for MTV97."
        assert "title" not in data
