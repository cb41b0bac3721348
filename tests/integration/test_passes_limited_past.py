"""What a device with hours or a ceiling gets of the past: recordings, and what was on."""

from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from aiohttp.test_utils import make_mocked_request
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.models import Feed
from custom_components.toonami_downlink.engine.downlink.recording.model import TRACKS, Recording
from custom_components.toonami_downlink.recording.manager import Recordings
from custom_components.toonami_downlink.recording.media import ITEM
from custom_components.toonami_downlink.recording.scheduler import RecordingScheduler
from custom_components.toonami_downlink.views.base import admit

from .factories import NOON, SLOT, make_feed
from .harness import NOW, Harness, start_harness
from .held import STORE, make, put_file, stored
from .test_passes import secrets, subentry, update

KIDS, TEEN, HOME = "kids", "teen", "home"
HOUR: Final = timedelta(hours=1)
LONG: Final = make(1, NOON - 2 * HOUR, stop=NOON - HOUR, file="Long.mp4", size=10)
"""Recorded for forty minutes; what begins after half an hour is rated higher in the guide."""
ADULT: Final = NOON - 2 * HOUR + SLOT


def rated(recording: Recording, rating: str) -> Recording:
    return replace(recording, programme=replace(recording.programme, rating=rating))


HIGH: Final = rated(make(2, NOON - 4 * HOUR, title="Akira", file="High.mp4", size=10), "R")


def feed() -> Feed:
    made = make_feed()
    east = tuple(
        replace(one, title="Not for you", rating="TV-MA") if one.start == ADULT else one
        for one in made.guide["toonami_east"]
    )
    return replace(made, guide={**made.guide, "toonami_east": east})


@pytest.fixture
def child(hass: HomeAssistant) -> MockUser:
    user = MockUser(name="A child").add_to_hass(hass)
    user.mock_policy({"entities": {"all": True}})
    return user


@pytest.fixture
async def house(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    hass_storage: dict[str, Any],
    folder: Path,
    tmp_path: Path,
    child: MockUser,
    monkeypatch: pytest.MonkeyPatch,
    freezer: FrozenDateTimeFactory,
) -> Harness:
    """Start a house in UTC with two recordings, a device with hours and one with a ceiling."""
    monkeypatch.setattr(Recordings, "async_start", lambda _: None)
    monkeypatch.setattr(RecordingScheduler, "async_wake", lambda _: None)
    library = tmp_path / "library"
    (library / TRACKS).mkdir(parents=True)
    put_file(library, LONG, 240)
    put_file(library, HIGH, 1)
    hass_storage[STORE] = stored(LONG, HIGH)
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("UTC")
    assert await async_setup_component(hass, "media_source", {})
    passes = [
        subentry(KIDS, allowed_from="06:00", allowed_until="20:30"),
        subentry(TEEN, max_age=7, users=[child.id]),
    ]
    options = {"recordings": True, "recordings_folder": str(library)}
    return await start_harness(hass, hass_client_no_auth, feed(), options, passes)


def doors(house: Harness, identity: str, number: int, start: datetime) -> list[str]:
    one = secrets(house, identity)
    base, user = f"/api/{DOMAIN}/{one.feed_token}", f"{one.username}/{one.password}"
    login = f"username={one.username}&password={one.password}"
    at = int(start.timestamp())
    return [
        f"{base}/recordings/{number}.mp4",
        f"{base}/recordings/{number}.m3u8",
        f"/movie/{user}/{number}.mp4",
        f"/series/{user}/{number}.mp4",
        f"{base}/timeshift/1/{at}/600.m3u8",
        f"{base}/timeshift/1/{at}/600.ts",
        f"/timeshift/{user}/10/{at}/1.ts",
        f"/streaming/timeshift.php?{login}&stream=1&start={at}&duration=10",
    ]


async def statuses(house: Harness, paths: list[str]) -> set[int]:
    return {(await house.client.get(path, allow_redirects=False)).status for path in paths}


async def test_outside_the_hours(house: Harness, freezer: FrozenDateTimeFactory) -> None:
    paths = doors(house, KIDS, 1, LONG.start)
    assert await statuses(house, paths) == {HTTPStatus.OK}
    freezer.move_to(NOON.replace(hour=20, minute=30))
    assert await statuses(house, paths) == {HTTPStatus.FORBIDDEN}
    token = secrets(house, KIDS).feed_token
    segment = f"/api/{DOMAIN}/{token}/recordings/1/000001.ts"
    assert await statuses(house, [segment]) == {HTTPStatus.FORBIDDEN}
    answer = await house.client.get(paths[0])
    assert await answer.text() == "Not at this hour.\n"
    # It is still listed.
    playlist = await house.client.get(
        f"/api/{DOMAIN}/{token}/playlist.m3u", headers={"User-Agent": "Kodi/21.0"}
    )
    assert "Outlaw Star" in await playlist.text()
    assert await statuses(house, doors(house, HOME, 1, LONG.start)) == {HTTPStatus.OK}


async def test_a_recording_that_is_rated_too_high(house: Harness) -> None:
    paths = doors(house, TEEN, 2, HIGH.start)
    assert await statuses(house, paths) == {HTTPStatus.NOT_FOUND}
    assert await statuses(house, doors(house, KIDS, 2, HIGH.start)) == {HTTPStatus.OK}
    for identity, is_there in ((KIDS, True), (TEEN, False)):
        one = secrets(house, identity)
        answer = await house.client.get(
            f"/api/{DOMAIN}/{one.feed_token}/playlist.m3u", headers={"User-Agent": "Kodi/21.0"}
        )
        assert ("Akira" in await answer.text()) is is_there
        login = f"username={one.username}&password={one.password}"
        answer = await house.client.get(f"/player_api.php?{login}&action=get_series")
        assert ("Akira" in await answer.text()) is is_there


async def length(house: Harness, identity: str, start: datetime, seconds: int) -> float:
    token = secrets(house, identity).feed_token
    path = f"/api/{DOMAIN}/{token}/timeshift/1/{int(start.timestamp())}/{seconds}.m3u8"
    answer = await house.client.get(path)
    text = await answer.text()
    assert answer.status == HTTPStatus.OK, text
    return sum(
        float(line.removeprefix("#EXTINF:").rstrip(","))
        for line in text.splitlines()
        if line.startswith("#EXTINF")
    )


async def test_what_was_on_ends_before_what_is_rated_too_high(house: Harness) -> None:
    assert await length(house, KIDS, LONG.start, 3600) == 2400
    assert await length(house, TEEN, LONG.start, 3600) == SLOT.total_seconds()
    before = ADULT - timedelta(minutes=1)
    assert await length(house, TEEN, before, 3600) == 60
    paths = doors(house, TEEN, 2, ADULT)
    assert await statuses(house, paths) == {HTTPStatus.NOT_FOUND}
    text = await (await house.client.get(paths[4])).text()
    assert text == "What was on then is not for this device.\n"
    after = ADULT + timedelta(minutes=5)
    assert await statuses(house, doors(house, TEEN, 2, after)) == {HTTPStatus.NOT_FOUND}


async def test_what_is_being_sent_ends_with_the_hours(
    house: Harness, freezer: FrozenDateTimeFactory
) -> None:
    """A file that takes long is sent as long as this says so."""
    guest = admit(make_mocked_request("GET", "/"), house.coordinator, KIDS)
    assert guest
    assert guest.is_right()
    freezer.move_to(NOON.replace(hour=20, minute=30))
    assert not guest.is_right()


async def test_what_is_being_sent_ends_with_what_let_it_in(house: Harness) -> None:
    """The secrets and the pass, as the house has them now: there may have been a reload since."""
    request = make_mocked_request("GET", "/")
    kids, home = (admit(request, house.coordinator, one) for one in (KIDS, HOME))
    assert kids
    assert home
    update(house, KIDS, title="Children")
    assert kids.is_right()
    update(house, KIDS, allowed_from="06:00", allowed_until="20:30", recordings=False)
    assert not kids.is_right()
    update(house, KIDS, allowed_from="06:00", allowed_until="20:30")
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert home.is_right(), "a reload takes a moment"
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.hass.async_block_till_done()
    assert home.is_right()
    assert kids.is_right()
    update(house, KIDS, max_age=7)
    await house.entry.runtime_data.async_rotate_credentials()
    assert not home.is_right()
    assert not kids.is_right()


async def test_users_in_the_panel(
    house: Harness, child: MockUser, hass_ws_client: WebSocketGenerator
) -> None:
    hass = house.hass
    admin = MockUser(is_owner=True).add_to_hass(hass)
    found = {}
    for user in (child, admin):
        login = await hass.auth.async_create_refresh_token(user, "https://home.example")
        socket = await hass_ws_client(hass, hass.auth.async_create_access_token(login))
        for recording in (LONG, HIGH):
            command = f"{DOMAIN}/recordings/watch"
            await socket.send_json_auto_id({"type": command, "recording": recording.identity})
            answer = await socket.receive_json()
            found[user.id, recording.number] = answer["success"]
            if answer["success"]:
                played = await house.client.get(answer["result"]["url"])
                assert played.status == HTTPStatus.OK
                other = answer["result"]["url"].replace("/1.mp4", "/2.mp4")
                assert (await house.client.get(other)).status == (
                    HTTPStatus.NOT_FOUND if user is child else HTTPStatus.OK
                )
        await socket.close()
    assert found == {
        (child.id, 1): True,
        (child.id, 2): False,
        (admin.id, 1): True,
        (admin.id, 2): True,
    }


async def test_a_user_without_recordings_gets_no_address(
    house: Harness, child: MockUser, hass_ws_client: WebSocketGenerator
) -> None:
    update(house, TEEN, users=[child.id], recordings=False)
    await house.hass.async_block_till_done()
    login = await house.hass.auth.async_create_refresh_token(child, "https://home.example")
    socket = await hass_ws_client(house.hass, house.hass.auth.async_create_access_token(login))
    media = f"media-source://{DOMAIN}/{ITEM}/{LONG.number}"
    for message in (
        {"type": f"{DOMAIN}/recordings/watch", "recording": LONG.identity},
        {"type": "media_source/resolve_media", "media_content_id": media},
    ):
        await socket.send_json_auto_id(message)
        assert not (await socket.receive_json())["success"], message


async def test_users_in_the_media_browser(
    house: Harness, child: MockUser, hass_ws_client: WebSocketGenerator
) -> None:
    hass = house.hass
    login = await hass.auth.async_create_refresh_token(child, "https://home.example")
    socket = await hass_ws_client(hass, hass.auth.async_create_access_token(login))
    for recording, is_there in ((LONG, True), (HIGH, False)):
        media = f"media-source://{DOMAIN}/{ITEM}/{recording.number}"
        await socket.send_json_auto_id(
            {"type": "media_source/resolve_media", "media_content_id": media}
        )
        answer = await socket.receive_json()
        assert answer["success"] is is_there, answer
