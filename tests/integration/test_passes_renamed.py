"""Passes that nobody could make here: under any title, and with data that cannot be read."""

from http import HTTPStatus
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.passes import MAX_NAME

from .harness import Harness, start_harness
from .test_passes import secrets, subentry
from .test_passes_flow import begin, proposed

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def house(hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator) -> Harness:
    passes = [subentry("kids", channels=["toonami_west"]), subentry("guest")]
    return await start_harness(hass, hass_client_no_auth, subentries=passes)


async def change(house: Harness, **values: Any) -> None:
    """Let Home Assistant change a pass, as its own *Rename* does."""
    entry = house.entry
    house.hass.config_entries.async_update_subentry(entry, entry.subentries["kids"], **values)
    await house.hass.async_block_till_done()


async def status(house: Harness, token: str) -> int:
    return (await house.client.get(f"/api/{DOMAIN}/{token}/playlist.m3u")).status


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("x" * (MAX_NAME + 1), "x" * (MAX_NAME - 1)),
        ("", "?"),
        (" \x01", "?"),
        ("The\nkids", "The kids"),
    ],
    ids=["long", "empty", "nothing to see", "two lines"],
)
async def test_any_title_is_taken(house: Harness, title: str, name: str) -> None:
    before, code = secrets(house, "kids"), house.coordinator.credentials.code("kids")
    await change(house, title=title)
    for _ in range(2):
        coordinator = house.entry.runtime_data
        one = coordinator.passes.find("kids")
        assert one
        assert one.channels == ("toonami_west",)
        assert len(one.name) <= MAX_NAME
        assert one.name.startswith(name)
        assert coordinator.credentials.of("kids") == before
        assert coordinator.credentials.code("kids") == code
        assert await status(house, before.feed_token) == HTTPStatus.OK
        assert await house.hass.config_entries.async_reload(house.entry.entry_id)
        await house.hass.async_block_till_done()


async def test_the_dialog_of_one_that_was_renamed_begins_with_what_it_may(house: Harness) -> None:
    await change(house, title="x" * (MAX_NAME + 1))
    form = proposed(await begin(house.hass, house.entry, house.entry.subentries["kids"]))
    assert form["channels"] == ["toonami_west"]
    assert 0 < len(form["name"]) <= MAX_NAME


async def test_one_that_is_mended_has_its_secrets(house: Harness) -> None:
    before, code = secrets(house, "kids"), house.coordinator.credentials.code("kids")
    await change(house, data={"channels": "all"})
    assert await status(house, before.feed_token) == HTTPStatus.FORBIDDEN
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert await status(house, before.feed_token) == HTTPStatus.FORBIDDEN
    await change(house, data={})
    credentials = house.entry.runtime_data.credentials
    assert (credentials.of("kids"), credentials.code("kids")) == (before, code)
    assert await status(house, before.feed_token) == HTTPStatus.OK
    await change(house, data={"channels": "all"})
    assert house.hass.config_entries.async_remove_subentry(house.entry, "kids")
    await house.hass.async_block_till_done()
    assert credentials.of("kids") is None
    assert credentials.code("kids") is None


async def test_one_that_never_could_be_read_has_none(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    passes = [subentry("kids", channels="all"), subentry("guest")]
    house = await start_harness(hass, hass_client_no_auth, subentries=passes)
    credentials = house.coordinator.credentials
    assert credentials.of("kids") is None
    assert credentials.code("kids") is None
    assert credentials.of("guest")
