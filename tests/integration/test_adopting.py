"""Old addresses after a reinstall: the players go on, and nobody else gets in."""

from http import HTTPStatus
import json
import logging
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.storage.credentials import CredentialStore

from .factories import make_entry
from .harness import NOW, Harness, setup_integration, start_harness
from .panel_client import ask
from .test_passes import subentry
from .users import token_of

TOKEN = "Zk3vQ9bX7mT2pL8nR4sW6yA1cE5gJ0hKdFuViOqBtNz"
USER, PASSWORD = "toonamik3x9qz", "pW7xK2mQ9vL4nT8bR3zC"
CODE = "k7f3qx9m"
HOST = "http://192.168.1.5:8123"
PLAYLIST = f"/api/{DOMAIN}/{TOKEN}/playlist.m3u"
ADDRESSES = {
    "playlist": PLAYLIST,
    "guide": f"/api/{DOMAIN}/{TOKEN}/guide.xml",
    "login": f"/get.php?username={USER}&password={PASSWORD}&type=m3u_plus",
    "code": f"/tv/{CODE}",
}
KEYS = (f"{DOMAIN}.credentials", f"{DOMAIN}.passes")


@pytest.fixture
async def house(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> Harness:
    """Start a house with one pass beside Home."""
    freezer.move_to(NOW)
    return await start_harness(hass, hass_client_no_auth, subentries=[subentry("kids")])


@pytest.fixture
async def admin(house: Harness, hass_ws_client: WebSocketGenerator) -> MockHAClientWebSocket:
    """Open the panel's websocket as an administrator."""
    return await hass_ws_client(house.hass)


async def adopt(socket: MockHAClientWebSocket, address: str, device: str = HOME) -> dict[str, Any]:
    return await ask(socket, "credentials/adopt", address=address, device=device)


async def refused(socket: MockHAClientWebSocket, address: str, device: str = HOME) -> str:
    """Return why an address is refused."""
    error = (await adopt(socket, address, device))["error"]
    assert error["code"] == "address_refused"
    reason: str = error["translation_key"]
    return reason


@pytest.mark.parametrize("device", [HOME, "kids"])
@pytest.mark.parametrize("path", ADDRESSES.values(), ids=ADDRESSES)
async def test_the_player_goes_on(
    house: Harness, admin: MockHAClientWebSocket, path: str, device: str
) -> None:
    credentials = house.coordinator.credentials
    others = "kids" if device == HOME else HOME
    before = credentials.of(device), credentials.of(others), credentials.code(others)
    code = credentials.code(device)
    assert (await house.client.get(path)).status != HTTPStatus.OK

    answer = await adopt(admin, HOST + path, device)

    assert answer["success"]
    assert (await house.client.get(path)).status == HTTPStatus.OK
    told = json.dumps(answer["result"])
    assert answer["result"]["device"] == device
    assert any(secret in told for secret in (TOKEN, PASSWORD, CODE))
    # What it replaces is over, and what it does not stays.
    old = before[0]
    now = credentials.of(device)
    assert old
    assert now
    assert (now.feed_token == old.feed_token) is (TOKEN not in path)
    assert (now.password == old.password) is (PASSWORD not in path)
    assert (credentials.code(device) == code) is (CODE not in path)
    assert credentials.is_previous(old.feed_token) is (TOKEN in path)
    assert credentials.is_previous(old.password) is (PASSWORD in path)
    assert (credentials.of(others), credentials.code(others)) == before[1:]
    again = await CredentialStore.async_load(house.hass)
    assert (again.of(device), again.code(device)) == (now, credentials.code(device))


async def test_what_is_refused_changes_nothing(
    house: Harness, admin: MockHAClientWebSocket, hass_storage: dict[str, Any]
) -> None:
    credentials = house.coordinator.credentials
    kids = credentials.of("kids")
    assert kids
    home = credentials.home
    stored = json.dumps([hass_storage[key] for key in KEYS])
    refusals = {
        "": "empty",
        "/" * 2049: "too_long",
        "http://iptv.example/get.php?username=bob&password=x": "not_ours",
        f"/api/{DOMAIN}/{TOKEN[:-1]}/playlist.m3u": "damaged",
        f"/api/{DOMAIN}/watch/x/1.m3u8": "temporary",
        f"/api/{DOMAIN}/{kids.feed_token}/playlist.m3u": "taken",
        f"/{kids.username}/{kids.password}/3.ts": "taken",
        # Their user name with a password from before a rotation.
        f"/{kids.username}/{PASSWORD}/3.ts": "taken",
        f"/tv/{credentials.code('kids')}": "taken",
        f"/api/{DOMAIN}/{home.feed_token}/playlist.m3u": "already",
        f"/{home.username}/{home.password}/3.ts": "already",
        f"/tv/{credentials.code(HOME)}": "already",
    }
    assert {address: await refused(admin, address) for address in refusals} == refusals
    assert await refused(admin, PLAYLIST, "nobody") == "no_device"
    assert await refused(admin, f"/api/{DOMAIN}/{home.feed_token}/guide.xml", "kids") == "taken"
    assert json.dumps([hass_storage[key] for key in KEYS]) == stored
    assert (credentials.home, credentials.of("kids")) == (home, kids)


async def test_a_password_from_before_a_rotation(
    house: Harness, admin: MockHAClientWebSocket
) -> None:
    """Whoever replaced it by mistake gets it back, and it is not taken for an old one then."""
    credentials = house.coordinator.credentials
    old = credentials.home
    await credentials.async_rotate()
    assert credentials.is_previous(old.password)
    assert (await adopt(admin, f"/{old.username}/{old.password}/3.ts"))["success"]
    assert (await adopt(admin, f"/api/{DOMAIN}/{old.feed_token}/guide.xml"))["success"]
    assert credentials.home == old
    assert not credentials.is_previous(old.password)
    assert not credentials.is_previous(old.feed_token)


async def test_what_cannot_be_saved_changes_nothing(
    house: Harness, admin: MockHAClientWebSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise WriteError("no space left on device")

    credentials = house.coordinator.credentials
    before = credentials.home, credentials.code(HOME)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        for path in ADDRESSES.values():
            assert (await adopt(admin, path))["error"]["code"] == "not_saved"
    assert (credentials.home, credentials.code(HOME)) == before
    assert (await adopt(admin, PLAYLIST))["success"]


@pytest.mark.parametrize("kind", ["user", "read-only"])
async def test_not_for_others(
    house: Harness, hass_ws_client: WebSocketGenerator, kind: str
) -> None:
    socket = await hass_ws_client(house.hass, await token_of(house.hass, kind))
    before = house.coordinator.credentials.home
    assert (await adopt(socket, PLAYLIST))["error"]["code"] == "unauthorized"
    assert house.coordinator.credentials.home == before


async def test_nothing_of_it_is_logged(
    house: Harness, hass_ws_client: WebSocketGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    """Home Assistant writes down each message when it is told to log everything."""
    # It stands for the disk here, and tells what it keeps.
    caplog.set_level(logging.INFO, "pytest_homeassistant_custom_component.common")
    caplog.set_level(logging.DEBUG)
    admin = await hass_ws_client(house.hass)
    for address in (*ADDRESSES.values(), f"/api/{DOMAIN}/{TOKEN[:-1]}/playlist.m3u", PLAYLIST):
        await adopt(admin, address)
    assert "credentials/adopt **REDACTED**" in caplog.text
    for secret in (TOKEN[:-1], PASSWORD, CODE):
        assert secret not in caplog.text


async def test_two_installations_make_the_same_of_a_feed(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    folder: Path,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Channels keep their keys, numbers and guide ids: only the secrets differ."""
    bodies = []
    for identity in ("first", "second"):
        entry = make_entry(folder)
        object.__setattr__(entry, "entry_id", identity)
        coordinator = await setup_integration(hass, entry)
        token = coordinator.credentials.feed_token
        base = f"/api/{DOMAIN}/{token}"
        client = await hass_client_no_auth()
        answers = [await client.get(f"{base}/{name}") for name in ("playlist.m3u", "guide.xml")]
        origin = str(client.make_url("/").origin())
        texts = [await one.text() for one in answers]
        bodies.append([one.replace(token, "TOKEN").replace(origin, "") for one in texts])
        assert all("toonami" in body for body in bodies[-1])
        await hass.config_entries.async_remove(identity)
    assert bodies[0] == bodies[1]
