"""What is written is all of the house or nothing: a file of it may be damaged meanwhile."""

from http import HTTPStatus
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.house_file import unseal
from custom_components.toonami_downlink.recording.manager import async_recordings
from custom_components.toonami_downlink.storage.recorded import Recorded, RecordingStore

from ..harness import Harness
from ..test_storage_recorded import HOLED, RULE
from .house import PHRASE, Client, export, send

NOT_READ = HTTPStatus.BAD_REQUEST, b'{"error": "not_read"}'


@pytest.fixture
async def recorded(hass: HomeAssistant, old: Harness) -> None:
    """Know the recordings, as a house does whose option is on."""
    recordings = async_recordings(hass)
    assert recordings
    await recordings._catalogue.async_load()  # noqa: SLF001  # nothing is to be recorded here
    assert (recordings.rules, recordings.items) == ((RULE,), (HOLED,))


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("file", ["follows", "recordings"])
async def test_a_file_that_was_damaged_meanwhile(
    admin: Client, hass_storage: dict[str, Any], file: str
) -> None:
    await export(admin)
    hass_storage[f"{DOMAIN}.{file}"]["data"] = {}
    assert await send(admin, "export", passphrase=PHRASE) == NOT_READ


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    "left", [Recorded(rules=(RULE,)), Recorded(recordings=(HOLED,))], ids=["rules", "recordings"]
)
async def test_a_part_of_what_is_known_is_missing(
    hass: HomeAssistant, admin: Client, left: Recorded
) -> None:
    await RecordingStore(hass).async_save(left)
    assert await send(admin, "export", passphrase=PHRASE) == NOT_READ


async def test_recordings_that_are_off_are_in_it_all_the_same(old: Harness, admin: Client) -> None:
    names = [name for name, _ in unseal(await export(admin), PHRASE)]
    assert {"rules", "recordings"} <= set(names)


async def test_the_numbers_are_those_that_players_have(
    old: Harness, admin: Client, hass_storage: dict[str, Any]
) -> None:
    hass_storage[f"{DOMAIN}.state"]["data"] = {}
    assert ("numbers", {"other_late": 12}) in unseal(await export(admin), PHRASE)
