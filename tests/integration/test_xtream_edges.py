"""Xtream, recordings and the tuner: what is noted of requests, and limits from both sides."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from unittest.mock import Mock

from aiohttp import hdrs
from aiohttp.test_utils import make_mocked_request
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import (
    CONF_HDHOMERUN,
    DEFAULT_MAX_CHANNELS,
    DOMAIN,
)
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN
from custom_components.toonami_downlink.engine.downlink.models import Programme
from custom_components.toonami_downlink.engine.downlink.recording.model import Recording
from custom_components.toonami_downlink.recording.manager import Recordings
from custom_components.toonami_downlink.recording.scheduler import RecordingScheduler
from custom_components.toonami_downlink.views.base import admit
from custom_components.toonami_downlink.views.recordings import WatchRecordingView

from .factories import NOON, SLOT, make_feed
from .harness import NOW, Harness, start_harness
from .held import HEAD, PART, STORE, make, put_file, put_track, stored
from .test_passes import secrets, subentry
from .test_views_recordings import FILE, FILM, LOST, RUNNING, api, body, past
from .xtream_client import ask

pytestmark = pytest.mark.nightly

HOUR: Final = timedelta(hours=1)
BEDTIME: Final = NOON.replace(hour=20, minute=30)
PICTURE: Final = "https://images.example.com/akira.png"
BEGUN: Final = int(FILE.start.timestamp())

type Open = Callable[..., Awaitable[Harness]]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder with a finished recording, one that still runs, and none of the lost one."""
    folder = tmp_path / "library"
    put_file(folder, FILE, 12)
    put_track(folder, RUNNING, range(6))
    return folder


@pytest.fixture
def start(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    hass_storage: dict[str, Any],
    folder: Path,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Open:
    """A house with recordings, at noon in UTC."""
    # What is there stays as it is: nothing is recorded further, finished or found to be lost.
    monkeypatch.setattr(Recordings, "async_start", lambda _: None)
    monkeypatch.setattr(RecordingScheduler, "async_wake", lambda _: None)

    async def start(*recordings: Recording) -> Harness:
        hass_storage[STORE] = stored(*(recordings or (FILE, RUNNING, LOST)))
        options = {"recordings": True, "recordings_folder": str(library)}
        return await start_harness(hass, hass_client_no_auth, options=options)

    return start


def noted(home: Harness, player: str) -> list[tuple[RequestKind, Outcome]]:
    """Return what the log of clients has of a player."""
    records = home.coordinator.clients.records
    return [(one.kind, one.outcome) for one in records if one.player == player]


# What is noted

ASKED: Final = (
    ("/player_api.php", "", RequestKind.ACCOUNT),
    ("/player_api.php", "get_live_categories", RequestKind.CATEGORIES),
    ("/player_api.php", "get_live_streams", RequestKind.CHANNELS),
    ("/player_api.php", "get_short_epg", RequestKind.EPG),
    ("/player_api.php", "get_simple_data_table", RequestKind.EPG),
    ("/player_api.php", "get_simple_date_table", RequestKind.EPG),
    ("/player_api.php", "get_vod_categories", RequestKind.CATEGORIES),
    ("/player_api.php", "get_vod_streams", RequestKind.CATEGORIES),
    ("/player_api.php", "get_vod_info", RequestKind.CATEGORIES),
    ("/player_api.php", "get_series_categories", RequestKind.CATEGORIES),
    ("/player_api.php", "get_series", RequestKind.CATEGORIES),
    ("/player_api.php", "get_series_info", RequestKind.CATEGORIES),
    ("/panel_api.php", "", RequestKind.ACCOUNT),
    ("/get.php", "", RequestKind.PLAYLIST),
    ("/xmltv.php", "", RequestKind.GUIDE),
)


async def test_every_request_of_the_api_is_in_the_log_of_clients(harness: Harness) -> None:
    for number, (path, action, kind) in enumerate(ASKED):
        query = {**harness.login, **({"action": action} if action else {})}
        headers = {hdrs.USER_AGENT: f"Player{number}"}
        answer = await harness.client.get(path, params=query, headers=headers)
        assert answer.status == HTTPStatus.OK
        assert noted(harness, f"Player{number}") == [(kind, Outcome.OK)], (path, action)


ANSWERS: Final = (
    ("recordings/1.mp4", HTTPStatus.OK, Outcome.OK),
    ("recordings/1.m3u8", HTTPStatus.OK, Outcome.OK),
    ("recordings/3/000002.ts", HTTPStatus.OK, Outcome.OK),
    ("recordings/7.mp4", HTTPStatus.NOT_FOUND, Outcome.NOT_FOUND),
    ("recordings/7/000001.ts", HTTPStatus.NOT_FOUND, Outcome.NOT_FOUND),
    (f"timeshift/1/{BEGUN}/60.m3u8", HTTPStatus.OK, Outcome.OK),
    (f"timeshift/99/{BEGUN}/60.m3u8", HTTPStatus.NOT_FOUND, Outcome.NOT_FOUND),
)


async def test_every_request_for_recordings_is_in_the_log_of_clients(start: Open) -> None:
    home = await start()
    for number, (name, status, outcome) in enumerate(ANSWERS):
        headers = {hdrs.USER_AGENT: f"Player{number}"}
        answer = await home.client.get(f"{home.base}/{name}", headers=headers)
        assert answer.status == status, name
        await answer.read()
        assert noted(home, f"Player{number}") == [(RequestKind.STREAM, outcome)], name


async def test_who_comes_outside_the_hours_is_in_the_log_of_clients(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("UTC")
    kids = subentry("kids", allowed_from="06:00", allowed_until="12:10")
    home = await start_harness(hass, hass_client_no_auth, subentries=[kids])
    path = f"/api/{DOMAIN}/{secrets(home, 'kids').feed_token}/recordings/1.mp4"
    answer = await home.client.get(path, headers={hdrs.USER_AGENT: "Player"})
    assert answer.status == HTTPStatus.FORBIDDEN
    assert noted(home, "Player") == [(RequestKind.STREAM, Outcome.NOT_FOUND)]


TUNER: Final = (
    *("", "/", "/discover.json", "/lineup.json", "/lineup.xml", "/lineup.m3u"),
    *("/lineup_status.json", "/lineup.post", "/device.xml"),
)


async def test_every_look_at_the_tuner_is_in_the_log_of_clients(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    home = await start_harness(hass, hass_client_no_auth, options={CONF_HDHOMERUN: True})
    too_many = f"/tuner{DEFAULT_MAX_CHANNELS}/v1"
    for number, path in enumerate((*TUNER, too_many)):
        headers = {hdrs.USER_AGENT: f"Player{number}"}
        await home.client.get(f"{home.tuner}{path}", headers=headers)
        outcome = Outcome.NOT_FOUND if path == too_many else Outcome.OK
        assert noted(home, f"Player{number}") == [(RequestKind.TUNER, outcome)], path


# Limits


async def test_a_thousand_programmes_at_most(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    feed = make_feed(hours=520, channels=KNOWN[:1])
    home = await start_harness(hass, hass_client_no_auth, feed)
    for limit, count in ((999, 999), (1000, 1000), (1001, 1000)):
        answer = await ask(home, "get_short_epg", stream_id="1", limit=str(limit))
        assert len(answer["epg_listings"]) == count


async def test_how_long_a_number_may_be(harness: Harness) -> None:
    everything = [1, 2, 3, 4, 5, 6, 7]
    for length, numbers in ((31, [7]), (32, [7]), (33, everything)):
        category = "2.".ljust(length, "0")
        streams = await ask(harness, "get_live_streams", category_id=category)
        assert [one["stream_id"] for one in streams] == numbers, length


async def test_how_long_the_number_of_a_channel_may_be(start: Open) -> None:
    home = await start()
    for number, status in (("000000001", HTTPStatus.OK), ("0000000001", HTTPStatus.NOT_FOUND)):
        await body(home, f"/timeshift{home.live}/1/{BEGUN}/{number}.ts", status)


async def test_what_is_no_number_of_a_channel(start: Open) -> None:
    home = await start()
    for name in ("", "x", "x.ts", "-1", "²", "1²"):
        query = {**home.login, "stream": name, "start": str(BEGUN), "duration": "1"}
        answer = await home.client.get("/streaming/timeshift.php", params=query)
        assert answer.status == HTTPStatus.NOT_FOUND, name
        assert await answer.text() == "There is no such channel, or no such time.\n"


# Recordings


async def test_a_film_without_a_picture_has_the_logo_of_its_channel(start: Open) -> None:
    shown = replace(FILM, programme=replace(FILM.programme, image=PICTURE))
    bare = make(7, NOON - 6 * HOUR, title="Blue", categories=("Movie",), file="Blue.mp4")
    home = await start(shown, bare)
    films = await api(home, "get_vod_streams")
    logo = f"{home.origin}/api/{DOMAIN}/logos/toonami_east.png"
    assert {one["stream_id"]: one["stream_icon"] for one in films} == {2: PICTURE, 7: logo}


async def test_what_is_lost_or_not_reached_is_passed_over(start: Open) -> None:
    home = await start()
    await body(home, f"{home.base}/recordings/6/000001.ts", HTTPStatus.NOT_FOUND)
    # Of the second time, a recording that is over has had the beginning only.
    for at in (LOST.start + timedelta(seconds=5), RUNNING.start + timedelta(minutes=10)):
        for ending in ("m3u8", "ts"):
            found = await body(home, past(home, at, ending=ending), HTTPStatus.NOT_FOUND)
            assert found == b"Nothing of that time is held.\n"


async def test_a_part_of_a_file_begins_with_its_own_head(start: Open, library: Path) -> None:
    home = await start()
    whole = (library / str(FILE.file)).read_bytes()
    at = FILE.start + timedelta(seconds=35)
    data = await body(home, past(home, at, 20, "ts"))
    assert data == whole[:HEAD] + b"".join(bytes([number]) * PART for number in (3, 4, 5))


async def test_west_starts_over_with_what_east_has_shown(start: Open, library: Path) -> None:
    began = NOON - 5 * HOUR
    # What West shows three hours later, by the guide.
    shown = Programme(start=began, stop=began + SLOT, title="Show 2-20", season=2, episode=21)
    east = make(8, began, file="East.mp4", programme=shown)
    put_file(library, east, 12)
    home = await start(east)
    at = int((began + 3 * HOUR).timestamp()) + 35
    data = await body(home, f"{home.base}/timeshift/2/{at}/20.ts")
    assert data[HEAD:] == b"".join(bytes([number]) * PART for number in (3, 4, 5))
    # Three hours earlier, West had something else.
    await body(home, f"{home.base}/timeshift/2/{at - 3 * 3600}/20.ts", HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize(
    ("lasts", "over"),
    [
        pytest.param(HOUR, NOW + HOUR, id="the address is over"),
        pytest.param(24 * HOUR, BEDTIME, id="the hours are over"),
    ],
)
async def test_a_user_who_has_begun_with_a_recording_may_not_always_go_on(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    freezer: FrozenDateTimeFactory,
    lasts: timedelta,
    over: datetime,
) -> None:
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("UTC")
    kids = subentry("kids", allowed_from="06:00", allowed_until="20:30")
    home = await start_harness(hass, hass_client_no_auth, subentries=[kids])
    token = home.coordinator.credentials.watch_token(NOW + lasts, "kids")
    request = make_mocked_request("GET", "/", match_info={"feed_token": token})
    guest = admit(request, home.coordinator, "kids")
    assert guest
    asker = WatchRecordingView(Mock()).asker(guest)
    assert asker.may_go_on()
    freezer.move_to(over)
    assert not asker.may_go_on()
