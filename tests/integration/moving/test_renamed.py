"""Passes that nobody could make here do not stand in the way of a move."""

from homeassistant.core import HomeAssistant

from custom_components.toonami_downlink.engine.downlink.house_file import unseal
from custom_components.toonami_downlink.engine.downlink.passes import MAX_NAME
from custom_components.toonami_downlink.moving.content import read_house

from ..harness import Harness
from .house import PHRASE, Client, export


async def test_a_name_and_data_that_no_form_makes(
    hass: HomeAssistant, old: Harness, admin: Client
) -> None:
    """What cannot be read stays behind, and its secrets with it."""
    kids, guest = old.entry.subentries["kids"], old.entry.subentries["guest"]
    hass.config_entries.async_update_subentry(old.entry, kids, title="x" * (MAX_NAME + 1))
    hass.config_entries.async_update_subentry(old.entry, guest, data={"channels": "all"})
    await hass.async_block_till_done()
    assert old.coordinator.credentials.of("guest")
    house = read_house(unseal(await export(admin), PHRASE))
    (one,) = house.passes
    assert (one.identity, dict(one.data)) == ("kids", dict(kids.data))
    assert 0 < len(one.title) <= MAX_NAME
    assert house.secrets["passes"]["passes"].keys() == {"kids"}
    assert house.secrets["passes"]["codes"].keys() == {"home", "kids"}
