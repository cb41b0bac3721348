"""Passes as the entry has them: secrets that come and go, streams that end, what is told."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import timedelta
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentry, ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import (
    CONF_MAX_CHANNELS,
    CONF_STREAM_LINKS,
    DOMAIN,
    LINKS_RELAY,
)
from custom_components.toonami_downlink.engine.downlink.old_address import OldSecrets
from custom_components.toonami_downlink.engine.downlink.passes import HOME, MAX_PASSES
from custom_components.toonami_downlink.engine.downlink.short_codes import is_code
from custom_components.toonami_downlink.panel.payloads import connect
from custom_components.toonami_downlink.panel.status import streams_payload
from custom_components.toonami_downlink.passes.manager import Passes
from custom_components.toonami_downlink.storage.secret_sets import Credentials
from custom_components.toonami_downlink.streaming.manager import RECORDER, Watcher

from .factories import MIDNIGHT, make_feed
from .harness import NOW, Harness, start_harness
from .stream_harness import Viewer, serve_app, wait_until
from .upstream import PACKET, Upstream

Address = tuple[str, int]
KEY, HOME_KEY = f"{DOMAIN}.passes", f"{DOMAIN}.credentials"
pytestmark = pytest.mark.usefixtures("socket_enabled")


def subentry(identity: str, title: Any = "", **data: Any) -> ConfigSubentryDataWithId:
    return ConfigSubentryDataWithId(
        data=data,
        subentry_id=identity,
        subentry_type="pass",
        title=title or f"The {identity}",
        unique_id=None,
    )


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
async def house(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, upstream: Upstream
) -> AsyncIterator[Harness]:
    """Start a house with the relay and two passes."""
    feed = upstream.bring(make_feed(MIDNIGHT))
    options = {CONF_STREAM_LINKS: LINKS_RELAY, CONF_MAX_CHANNELS: 3}
    passes = [subentry("kids"), subentry("guest")]
    house = await start_harness(hass, hass_client_no_auth, feed, options, passes)
    yield house
    await house.coordinator.streams.async_stop_all()


@pytest.fixture
async def address(house: Harness) -> AsyncIterator[Address]:
    async with serve_app(house.hass) as address:
        yield address


@pytest.fixture
def viewers(address: Address) -> Iterator[dict[str, Viewer]]:
    """One television set for each pass, all of one player at one address."""
    with ExitStack() as stack:
        sets = {identity: Viewer(address) for identity in (HOME, "kids", "guest")}
        for one in sets.values():
            stack.callback(one.leave)
        yield sets


def secrets(house: Harness, identity: str) -> Credentials:
    found = house.coordinator.credentials.of(identity)
    assert found
    return found


def stream(house: Harness, identity: str) -> str:
    return f"/api/{DOMAIN}/{secrets(house, identity).feed_token}/stream/1.ts"


async def watch(house: Harness, viewers: dict[str, Viewer]) -> None:
    for identity, viewer in viewers.items():
        assert await viewer.open(stream(house, identity)) == HTTPStatus.OK


async def ends(house: Harness, viewers: dict[str, Viewer], identity: str) -> None:
    """See that the stream of one ends within a second, and those of the others go on."""
    async with asyncio.timeout(1):
        await viewers[identity].end()
        await wait_until(lambda: not house.coordinator.passes.watching(identity))
    for other in viewers.keys() - {identity}:
        await viewers[other].read(PACKET * 500)
        assert len(house.coordinator.passes.watching(other)) == 1


def update(house: Harness, identity: str, title: str = "", **data: Any) -> None:
    entry = house.entry
    old = entry.subentries[identity]
    house.hass.config_entries.async_update_subentry(
        entry, old, data=data or dict(old.data), title=title or old.title
    )


# Secrets


async def test_each_has_secrets_of_its_own(house: Harness, hass_storage: dict[str, Any]) -> None:
    credentials = house.coordinator.credentials
    sets = [secrets(house, identity) for identity in (HOME, "kids", "guest")]
    values = [value for one in sets for value in (one.feed_token, one.username, one.password)]
    codes = [credentials.code(identity) or "" for identity in (HOME, "kids", "guest")]
    assert len({*values, *codes}) == 12
    assert all(is_code(code) for code in codes)
    assert [credentials.find_code(code) for code in codes] == [HOME, "kids", "guest"]
    assert set(credentials.all_secrets) == {
        *(one.feed_token for one in sets),
        *(one.password for one in sets),
        *codes,
    }
    assert hass_storage[KEY]["data"]["passes"].keys() == {"kids", "guest"}
    # An earlier version reads this one, and saves only what it knows of it.
    assert hass_storage[HOME_KEY]["data"].keys() == {"current", "previous"}


async def test_they_stay_over_a_reload(house: Harness) -> None:
    before = [secrets(house, identity) for identity in (HOME, "kids", "guest")]
    codes = [house.coordinator.credentials.code(one) for one in (HOME, "kids")]
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    credentials = house.entry.runtime_data.credentials
    assert [credentials.of(identity) for identity in (HOME, "kids", "guest")] == before
    assert [credentials.code(one) for one in (HOME, "kids")] == codes


# Rotation


async def test_rotate_one(house: Harness, viewers: dict[str, Viewer], address: Address) -> None:
    await watch(house, viewers)
    before = {identity: secrets(house, identity) for identity in viewers}
    code = house.coordinator.credentials.code("kids")
    old = stream(house, "kids")
    await house.coordinator.passes.async_rotate("kids")
    await ends(house, viewers, "kids")
    after = {identity: secrets(house, identity) for identity in viewers}
    assert [one for one in viewers if before[one] != after[one]] == ["kids"]
    assert before["kids"].username == after["kids"].username
    credentials = house.coordinator.credentials
    assert credentials.find_code(code or "") is None
    assert credentials.is_previous(before["kids"].feed_token)
    assert credentials.is_previous(before["kids"].password)
    again = Viewer(address)
    assert await again.open(old) == HTTPStatus.FORBIDDEN
    again.leave()
    # The same player may come back at once with what is new.
    new = Viewer(address)
    assert await new.open(stream(house, "kids")) == HTTPStatus.OK
    new.leave()


async def test_rotate_home(house: Harness, viewers: dict[str, Viewer]) -> None:
    await watch(house, viewers)
    kids = secrets(house, "kids")
    await house.coordinator.async_rotate_credentials()
    await ends(house, viewers, HOME)
    assert secrets(house, "kids") == kids


@pytest.mark.nightly
async def test_an_old_address(house: Harness, viewers: dict[str, Viewer]) -> None:
    await watch(house, viewers)
    await house.coordinator.passes.async_adopt("kids", OldSecrets(code="k7f3qx9m"))
    assert len(house.coordinator.passes.watching("kids")) == 1
    await house.coordinator.passes.async_adopt("kids", OldSecrets(feed_token="a" * 43))
    await ends(house, viewers, "kids")


async def test_a_recording_goes_on(house: Harness) -> None:
    streams, channel = house.coordinator.streams, house.publication.feed.channels[0]
    watcher = Watcher("recording-1", "Recording", RECORDER)
    async with streams.async_watch(channel, watcher) as viewer:
        await viewer.ready()
        await house.coordinator.async_rotate_credentials()
        assert [one.watcher.identity for one in streams.sessions] == [RECORDER]
        assert viewer.scope
        assert viewer.scope.when() is None


async def test_what_cannot_be_saved_is_not_replaced(
    house: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {identity: secrets(house, identity) for identity in (HOME, "kids")}

    async def fail(*_: object) -> None:
        raise WriteError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_async_write_data", fail)
        for identity in before:
            with pytest.raises(HomeAssistantError):
                await house.coordinator.passes.async_rotate(identity)
    assert {identity: secrets(house, identity) for identity in before} == before


# What happens to a pass


async def test_a_new_one(house: Harness) -> None:
    told: list[int] = []
    house.coordinator.passes.async_add_listener(lambda: told.append(1))
    reloaded = house.entry.runtime_data
    house.hass.config_entries.async_add_subentry(
        house.entry, ConfigSubentry(**_plain(subentry("tv", channels=["toonami_west"])))
    )
    await house.hass.async_block_till_done()
    assert house.entry.runtime_data is reloaded
    assert told
    assert [one.identity for one in house.coordinator.passes.items] == ["kids", "guest", "tv"]
    answer = await house.client.get(f"/api/{DOMAIN}/{secrets(house, 'tv').feed_token}/playlist.m3u")
    assert (await answer.text()).count("#EXTINF") == 1


def _plain(data: ConfigSubentryDataWithId) -> dict[str, Any]:
    return {**data, "data": MappingProxyType(dict(data["data"]))}


async def test_removed(house: Harness, viewers: dict[str, Viewer], address: Address) -> None:
    await watch(house, viewers)
    old = stream(house, "kids")
    token = secrets(house, "kids").feed_token
    house.hass.config_entries.async_remove_subentry(house.entry, "kids")
    await ends(house, viewers, "kids")
    await house.hass.async_block_till_done()
    credentials = house.coordinator.credentials
    assert (credentials.of("kids"), credentials.code("kids")) == (None, None)
    # Nobody is to be told to give it new ones.
    assert not credentials.is_previous(token)
    again = Viewer(address)
    assert await again.open(old) == HTTPStatus.FORBIDDEN
    again.leave()


async def test_switched_off_and_on(
    house: Harness, viewers: dict[str, Viewer], address: Address
) -> None:
    await watch(house, viewers)
    update(house, "kids", is_enabled=False)
    await ends(house, viewers, "kids")
    again = Viewer(address)
    assert await again.open(stream(house, "kids")) == HTTPStatus.FORBIDDEN
    again.leave()
    assert house.coordinator.passes.get("kids") is None
    assert house.coordinator.passes.find("kids")
    update(house, "kids", is_enabled=True)
    new = Viewer(address)
    assert await new.open(stream(house, "kids")) == HTTPStatus.OK
    new.leave()


@pytest.mark.nightly
async def test_other_channels_end_what_is_watched(
    house: Harness, viewers: dict[str, Viewer], address: Address
) -> None:
    await watch(house, viewers)
    update(house, "kids", channels=["toonami_west"])
    await ends(house, viewers, "kids")
    again = Viewer(address)
    assert await again.open(stream(house, "kids")) == HTTPStatus.NOT_FOUND
    again.leave()


@pytest.mark.nightly
async def test_another_name_ends_nothing(house: Harness, viewers: dict[str, Viewer]) -> None:
    await watch(house, viewers)
    update(house, "kids", title="Children")
    await house.hass.async_block_till_done()
    for viewer in viewers.values():
        await viewer.read(PACKET * 500)
    found = house.coordinator.passes.find("kids")
    assert found
    assert found.name == "Children"


async def test_end(house: Harness, viewers: dict[str, Viewer], address: Address) -> None:
    await watch(house, viewers)
    house.coordinator.passes.async_end("kids")
    await ends(house, viewers, "kids")
    again = Viewer(address)
    assert await again.open(stream(house, "kids")) == HTTPStatus.FORBIDDEN
    again.leave()


async def test_status_names_the_device(house: Harness, viewers: dict[str, Viewer]) -> None:
    await watch(house, viewers)
    sessions = streams_payload(house.coordinator)["sessions"]
    assert {session["device"] for session in sessions} == {None, "The kids", "The guest"}


async def test_connect_tells_each_its_own(house: Harness) -> None:
    house_data, kids = connect(house.coordinator), connect(house.coordinator, "kids")
    assert [one["id"] for one in kids["devices"]] == [HOME, "kids", "guest"]
    assert (house_data["device"], kids["device"]) == (HOME, "kids")
    assert kids["username"] == secrets(house, "kids").username
    assert secrets(house, "kids").feed_token in kids["playlist"]
    assert kids["short_url"] == f"/tv/{house.coordinator.credentials.code('kids')}"
    revisions = {one["id"]: one["revision"] for one in kids["devices"]}
    await house.coordinator.async_rotate_credentials("kids")
    now = {one["id"]: one["revision"] for one in connect(house.coordinator)["devices"]}
    assert [one for one in now if now[one] != revisions[one]] == ["kids"]
    update(house, "kids", is_enabled=False)
    off = connect(house.coordinator, "kids")
    assert off["device"] == HOME
    assert [one["id"] for one in off["devices"]] == [HOME, "guest"]


async def test_not_followed_once_it_is_unloaded(house: Harness) -> None:
    passes: Passes = house.coordinator.passes
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.hass.config_entries.async_remove_subentry(house.entry, "kids")
    await house.hass.async_block_till_done()
    assert passes.find("kids")


# What is told


async def test_seen_again_and_again_is_told_once_a_minute(
    house: Harness, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    passes, told = house.coordinator.passes, list[int]()
    assert passes.last_seen("kids") is None
    stop = passes.async_add_listener(lambda: told.append(1))
    for seconds, count in ((0, 1), (59, 1), (60, 2), (61, 2), (-3600, 3), (-3599, 3)):
        at = NOW + timedelta(seconds=seconds)
        freezer.move_to(at)
        passes.note("kids")
        assert (passes.last_seen("kids"), len(told)) == (at, count)
    assert passes.last_seen("guest") is None
    stop()
    passes.note("guest")
    assert len(told) == 3


async def test_a_request_is_noted(house: Harness) -> None:
    path = f"/api/{DOMAIN}/{secrets(house, 'kids').feed_token}/playlist.m3u"
    assert (await house.client.get(path)).status == HTTPStatus.OK
    assert house.coordinator.passes.last_seen("kids")
    assert house.coordinator.passes.last_seen(HOME) is None


# Limits


async def test_so_many_and_no_more(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    passes = [subentry(f"p{number}") for number in range(MAX_PASSES + 1)]
    house = await start_harness(hass, hass_client_no_auth, subentries=passes)
    assert len(house.coordinator.passes.items) == MAX_PASSES
    assert house.coordinator.credentials.of(f"p{MAX_PASSES}") is None
    assert caplog.text.count("Only the first 32 devices have a pass") == 1


async def test_what_is_no_pass_is_left_out(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = ConfigSubentryDataWithId(
        data={}, subentry_id="x", subentry_type="other", title="X", unique_id=None
    )
    passes = [subentry("bad", channels="east"), other, subentry("kids")]
    house = await start_harness(hass, hass_client_no_auth, subentries=passes)
    assert [one.identity for one in house.coordinator.passes.items] == ["kids"]
    assert caplog.text.count("A device has no pass") == 1
