"""The secrets: made once, kept, replaced on demand, recognised afterwards."""

import json
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import pytest

from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.storage.credentials import CredentialStore

KEY = "toonami_downlink.credentials"


async def test_shape(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    credentials = await CredentialStore.async_load(hass)
    assert re.fullmatch(r"[A-Za-z0-9]{43}", credentials.feed_token)
    assert re.fullmatch(r"toonami[a-z0-9]{6}", credentials.username)
    assert re.fullmatch(r"[A-Za-z0-9]{20}", credentials.password)
    assert hass_storage[KEY]["data"]["current"]["feed_token"] == credentials.feed_token


async def test_kept_over_a_restart(hass: HomeAssistant) -> None:
    first = await CredentialStore.async_load(hass)
    second = await CredentialStore.async_load(hass)
    assert second.feed_token == first.feed_token
    assert second.find_login(first.username, first.password) == HOME


async def test_rotate(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    credentials = await CredentialStore.async_load(hass)
    token, username, password = (
        credentials.feed_token,
        credentials.username,
        credentials.password,
    )
    await credentials.async_rotate()
    assert credentials.username == username
    assert credentials.find_token(token) is None
    assert credentials.find_login(username, password) is None
    assert credentials.is_previous(token)
    assert credentials.is_previous(password)
    assert not credentials.is_previous(credentials.password)
    reloaded = await CredentialStore.async_load(hass)
    assert reloaded.is_previous(password)
    assert password not in str(hass_storage[KEY])


async def test_what_cannot_be_saved_is_not_replaced(
    hass: HomeAssistant, hass_storage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the old ones, which may be known to others, would open the feed after a restart."""
    credentials = await CredentialStore.async_load(hass)
    token, stored = credentials.feed_token, json.dumps(hass_storage[KEY])

    async def fail(*_: object) -> None:
        raise WriteError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        with pytest.raises(HomeAssistantError) as caught:
            await credentials.async_rotate()

    assert caught.value.translation_key == "cannot_store"
    assert credentials.find_token(token) == HOME
    assert not credentials.is_previous(token)
    assert json.dumps(hass_storage[KEY]) == stored
    await credentials.async_rotate()
    assert credentials.is_previous(token)


async def test_replaced_ones_do_not_pile_up(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    credentials = await CredentialStore.async_load(hass)
    for _ in range(20):
        await credentials.async_rotate()
    assert len(hass_storage[KEY]["data"]["previous"]) == 10


@pytest.mark.parametrize("strange", ["", "é", "\ud800", "x" * 10_000])
async def test_strange_input_is_only_wrong(hass: HomeAssistant, strange: str) -> None:
    credentials = await CredentialStore.async_load(hass)
    assert credentials.find_token(strange) is None
    assert credentials.find_login(credentials.username, strange) is None
    assert credentials.find_login(strange, credentials.password) is None
    assert not credentials.is_previous(strange)


async def test_remove(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    first = await CredentialStore.async_load(hass)
    await CredentialStore.async_remove(hass)
    assert KEY not in hass_storage
    assert (await CredentialStore.async_load(hass)).feed_token != first.feed_token


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("feed_token", None),
        ("feed_token", 7),
        ("feed_token", "../../secrets"),
        ("username", "toonami"),
        ("username", "toonamiABC123"),
        ("password", ["x"]),
        ("password", ""),
    ],
)
async def test_only_what_is_damaged_is_made_anew(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    name: str,
    damage: object,
) -> None:
    await CredentialStore.async_load(hass)
    before = dict(hass_storage[KEY]["data"]["current"])
    hass_storage[KEY]["data"]["current"][name] = damage

    second = await CredentialStore.async_load(hass)

    after = hass_storage[KEY]["data"]["current"]
    assert {key for key in before if before[key] != after[key]} == {name}
    assert (second.feed_token, second.username, second.password) == tuple(after.values())
    assert f"credentials were damaged; give the players new ones ({name})" in caplog.text
    told = " ".join(one.getMessage() for one in caplog.records if "downlink" in one.name)
    assert not any(secret in told for secret in (*before.values(), *after.values()))


@pytest.mark.parametrize("data", [{}, {"current": None}, {"current": []}, {"previous": 5}])
async def test_nothing_usable_is_stored(
    hass: HomeAssistant, hass_storage: dict[str, Any], data: dict[str, Any]
) -> None:
    hass_storage[KEY] = {"version": 1, "minor_version": 1, "key": KEY, "data": data}

    credentials = await CredentialStore.async_load(hass)

    assert hass_storage[KEY]["data"]["current"]["password"] == credentials.password
    assert not credentials.is_previous("x")
