"""The secrets of passes on disk: what is damaged, what is kept, what goes."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.short_codes import is_code
from custom_components.toonami_downlink.storage.credentials import CredentialStore

KEY = f"{DOMAIN}.passes"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"passes": [], "codes": "x", "previous": 7},
        {"passes": {"kids": None, "guest": {"feed_token": 7}}, "codes": {"kids": 1, HOME: "x"}},
    ],
)
async def test_what_is_damaged_is_made_anew(
    hass: HomeAssistant, hass_storage: dict[str, Any], data: dict[str, Any]
) -> None:
    await CredentialStore.async_load(hass)
    hass_storage[KEY]["data"] = data
    credentials = await CredentialStore.async_load(hass)
    await credentials.async_keep(["kids", "guest"])
    assert is_code(credentials.code(HOME) or "")
    for identity in ("kids", "guest"):
        one = credentials.of(identity)
        assert one
        assert credentials.find_token(one.feed_token) == identity
        assert credentials.find_login(one.username, one.password) == identity
    assert credentials.of(HOME)


async def test_what_is_whole_of_a_damaged_one_stays(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    credentials = await CredentialStore.async_load(hass)
    await credentials.async_keep(["kids"])
    before = credentials.of("kids")
    hass_storage[KEY]["data"]["passes"]["kids"]["password"] = "short"
    after = (await CredentialStore.async_load(hass)).of("kids")
    assert before
    assert after
    assert (after.feed_token, after.username) == (before.feed_token, before.username)
    assert after.password != before.password


async def test_removed_with_all_others(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    await CredentialStore.async_load(hass)
    assert KEY in hass_storage
    await CredentialStore.async_remove(hass)
    assert KEY not in hass_storage


async def test_replaced_ones_do_not_pile_up(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    credentials = await CredentialStore.async_load(hass)
    await credentials.async_keep(["kids"])
    for _ in range(40):
        await credentials.async_rotate("kids")
    assert len(hass_storage[KEY]["data"]["previous"]) == 64
