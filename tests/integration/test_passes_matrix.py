"""Every pass at every door: what it may have, and what of the others' it must never see."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
import gzip
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from aiohttp import hdrs
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.recording.model import TRACKS
from custom_components.toonami_downlink.recording.manager import Recordings
from custom_components.toonami_downlink.recording.scheduler import RecordingScheduler
from custom_components.toonami_downlink.storage.secret_sets import Credentials

from .factories import NOON
from .harness import NOW, Harness, start_harness
from .held import STORE, WEST, make, put_file, stored

OK: Final = HTTPStatus.OK
MISSING: Final = HTTPStatus.NOT_FOUND
SENT_ON: Final = HTTPStatus.FOUND
NO_METHOD: Final = HTTPStatus.METHOD_NOT_ALLOWED
HOUR: Final = timedelta(hours=1)
KIDS, GUEST, TEEN, OFF = "kids", "guest", "teen", "off"
EAST_FILE = make(1, title="Outlaw Star", file="East.mp4", size=10)
WEST_FILE = make(2, title="Gundam Wing", channel=WEST, file="West.mp4", size=10)
WEST_FILE = replace(WEST_FILE, programme=replace(WEST_FILE.programme, rating="TV-14"))
NAMES = {known.key: known.channel("").name for known in KNOWN}
IDS = {known.key: known.channel("").guide_id for known in KNOWN}
PASSES: Final[dict[str, dict[str, Any]]] = {
    KIDS: {"channels": ["snick_east", "toonami_east"], "is_renumbered": True},
    GUEST: {"channels": ["toonami_west"], "recordings": False},
    TEEN: {"max_age": 6},
    OFF: {"is_enabled": False},
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a pass sees of the house: a channel and a recording of its own, and others'."""

    keys: tuple[str, ...]
    own: int
    other: int
    own_recording: int | None
    other_recording: int


SEEN: Final = {
    # Everything in the guide is from 7 on.
    TEEN: Seen(tuple(NAMES), own=1, other=99, own_recording=1, other_recording=2),
    KIDS: Seen(("snick_east", "toonami_east"), own=2, other=3, own_recording=1, other_recording=2),
    GUEST: Seen(("toonami_west",), own=2, other=1, own_recording=None, other_recording=2),
    HOME: Seen(tuple(NAMES), own=1, other=99, own_recording=1, other_recording=99),
}


@pytest.fixture
async def house(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    hass_storage: dict[str, Any],
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    freezer: FrozenDateTimeFactory,
) -> Harness:
    """Start a house with a recording of East and one of West, and three passes."""
    monkeypatch.setattr(Recordings, "async_start", lambda _: None)
    monkeypatch.setattr(RecordingScheduler, "async_wake", lambda _: None)
    library = tmp_path / "library"
    (library / TRACKS).mkdir(parents=True)
    for recording in (EAST_FILE, WEST_FILE):
        put_file(library, recording, 3)
    hass_storage[STORE] = stored(EAST_FILE, WEST_FILE)
    freezer.move_to(NOW)
    subentries = [
        ConfigSubentryDataWithId(
            data=data,
            subentry_id=identity,
            subentry_type="pass",
            title=f"The {identity} device",
            unique_id=None,
        )
        for identity, data in PASSES.items()
    ]
    options = {
        "recordings": True,
        "recordings_folder": str(library),
        "hdhomerun": True,
        "stream_links": "home_assistant",
    }
    return await start_harness(hass, hass_client_no_auth, options=options, subentries=subentries)


def credentials_of(house: Harness, identity: str) -> Credentials:
    found = house.coordinator.credentials.of(identity)
    assert found
    return found


@dataclass(frozen=True, slots=True)
class Door:
    """An address, and what each method gets there."""

    path: str
    get: int = OK
    post: int = NO_METHOD
    is_read: bool = True
    """Whether what GET answers is looked through."""


def doors(one: Credentials, seen: Seen) -> Iterator[Door]:
    """Yield the addresses that belong to no channel."""
    base, tuner = f"/api/{DOMAIN}/{one.feed_token}", f"/api/{DOMAIN}/hdhr/{one.feed_token}"
    for name in ("playlist.m3u", "guide.xml", "guide.xml.gz"):
        yield Door(f"{base}/{name}")
    for name in ("", "/", "/discover.json", "/lineup.json", "/lineup.xml", "/lineup.m3u"):
        yield Door(f"{tuner}{name}")
    yield Door(f"{tuner}/lineup_status.json")
    yield Door(f"{tuner}/lineup.post", post=OK)
    yield Door(f"{tuner}/device.xml")
    for prefix in ("", f"/api/{DOMAIN}/xtream"):
        login = f"username={one.username}&password={one.password}"
        for php in ("player_api", "panel_api", "get", "xmltv"):
            yield Door(f"{prefix}/{php}.php?{login}", post=OK)
        yield Door(f"{prefix}/get.php?{login}&output=ts", post=OK)
        yield Door(f"{prefix}/xmltv.php?{login}&gzip=1", post=OK)
        for action in ACTIONS:
            yield Door(f"{prefix}/player_api.php?{login}&action={action}", post=OK)
        for number in (seen.own_recording, seen.other_recording):
            vod = f"{prefix}/player_api.php?{login}&action=get_vod_info&vod_id={number}"
            yield Door(vod, post=OK)


METHODS: Final = (hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_POST)
ACTIONS: Final = (
    *("get_live_categories", "get_live_streams", "get_vod_categories", "get_vod_streams"),
    *("get_vod_info", "get_series_categories", "get_series", "get_series_info"),
)


def channel_doors(one: Credentials, number: int, *, is_own: bool) -> Iterator[Door]:
    """Yield the addresses of a channel."""
    base, tuner = f"/api/{DOMAIN}/{one.feed_token}", f"/api/{DOMAIN}/hdhr/{one.feed_token}"
    sent = SENT_ON if is_own else MISSING
    # Nothing of the past is held: what is refused as unknown and what is not there look alike.
    start = int((NOON - 9 * HOUR).timestamp())
    yield Door(f"{base}/stream/{number}.m3u8", sent)
    yield Door(f"{base}/stream/{number}/7.ts", MISSING)
    yield Door(f"{base}/timeshift/{number}/{start}/1800.m3u8", MISSING)
    yield Door(f"{base}/timeshift/{number}/{start}/1800.ts", MISSING)
    for prefix in ("", f"/api/{DOMAIN}/xtream"):
        user = f"{one.username}/{one.password}"
        login = f"username={one.username}&password={one.password}"
        for live in ("/live", ""):
            yield Door(f"{prefix}{live}/{user}/{number}.m3u8", sent)
        yield Door(f"{prefix}/live/{user}/{number}/7.ts", MISSING)
        yield Door(f"{prefix}/timeshift/{user}/30/{start}/{number}.ts", MISSING)
        past = f"{prefix}/streaming/timeshift.php?{login}&stream={number}&start={start}&duration=30"
        yield Door(past, MISSING, MISSING)
        for action in ("get_short_epg", "get_simple_data_table"):
            path = f"{prefix}/player_api.php?{login}&action={action}&stream_id={number}"
            yield Door(path, post=OK)
    if not is_own:
        # Of its own this would be television.
        yield Door(f"{base}/stream/{number}.ts", MISSING)
        yield Door(f"{tuner}/auto/v{number}", MISSING)
        yield Door(f"/live/{one.username}/{one.password}/{number}", MISSING)


def recording_doors(one: Credentials, number: int, *, is_own: bool) -> Iterator[Door]:
    """Yield the addresses of a recording."""
    base, user = f"/api/{DOMAIN}/{one.feed_token}", f"{one.username}/{one.password}"
    status = OK if is_own else MISSING
    yield Door(f"{base}/recordings/{number}.mp4", status, is_read=False)
    yield Door(f"{base}/recordings/{number}.m3u8", status)
    yield Door(f"{base}/recordings/{number}/000001.ts", MISSING)
    for prefix in ("", f"/api/{DOMAIN}/xtream"):
        for kind in ("movie", "series"):
            yield Door(f"{prefix}/{kind}/{user}/{number}.mp4", status, is_read=False)
            yield Door(f"{prefix}/{kind}/{user}/{number}/000001.ts", MISSING)


def all_doors(house: Harness, identity: str) -> Iterator[Door]:
    one, seen = credentials_of(house, identity), SEEN[identity]
    yield from doors(one, seen)
    yield from channel_doors(one, seen.own, is_own=True)
    yield from channel_doors(one, seen.other, is_own=False)
    if seen.own_recording:
        yield from recording_doors(one, seen.own_recording, is_own=True)
    yield from recording_doors(one, seen.other_recording, is_own=False)


async def ask(house: Harness, method: str, path: str) -> tuple[int, bytes]:
    answer = await house.client.request(method, path, allow_redirects=False)
    return answer.status, await answer.read()


@pytest.mark.parametrize("identity", [KIDS, GUEST, TEEN, HOME])
async def test_matrix(house: Harness, identity: str) -> None:
    found, expected = {}, {}
    for door in all_doors(house, identity):
        get = OK if identity == TEEN and door.get == SENT_ON else door.get
        statuses = (get, get, door.post)
        for method, status in zip(
            (hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_POST), statuses, strict=True
        ):
            found[method, door.path] = (await ask(house, method, door.path))[0]
            expected[method, door.path] = status
    assert found == expected


@pytest.mark.parametrize("identity", [KIDS, GUEST])
async def test_nothing_of_others_in_any_body(house: Harness, identity: str) -> None:
    seen = SEEN[identity]
    others = [key for key in NAMES if key not in seen.keys]
    secrets = [
        secret
        for other in (HOME, KIDS, GUEST, OFF)
        if other != identity and (one := credentials_of(house, other))
        for secret in (one.feed_token, one.username, one.password)
    ]
    codes = [house.coordinator.credentials.code(one) for one in (HOME, KIDS, GUEST, OFF)]
    hidden = [
        *(f"Show {known.number}-" for known in KNOWN if known.key in others),
        *(IDS[key] for key in others),
        *(f"/{key}.png" for key in others),
        *secrets,
        *(code for code in codes if code),
        *(f"The {other} device" for other in (KIDS, GUEST, OFF) if other != identity),
        "Gundam Wing",
        *(["Outlaw Star"] if identity == GUEST else []),
    ]
    looked = 0
    for door in all_doors(house, identity):
        answer = await house.client.get(door.path, allow_redirects=False)
        text = (await answer.read()).decode("utf-8", "replace") + str(answer.headers)
        if door.is_read:
            looked += len(text)
            assert [word for word in hidden if word in text] == [], door.path
    assert looked > 100_000


async def test_nothing_that_is_rated_too_high_in_any_body(house: Harness) -> None:
    hidden = ["Show ", "What happens in part", "Part 1", "images.example.com", "Gundam Wing"]
    looked = 0
    for door in all_doors(house, TEEN):
        status, body = await ask(house, hdrs.METH_GET, door.path)
        text = gzip.decompress(body).decode() if body[:2] == b"\x1f\x8b" else body.decode("latin-1")
        if door.is_read and status == OK:
            looked += len(text)
            assert [word for word in hidden if word in text] == [], door.path
    assert looked > 100_000


async def test_home_sees_all(house: Harness) -> None:
    _, body = await ask(house, hdrs.METH_GET, f"{house.base}/guide.xml")
    assert [guide_id for guide_id in IDS.values() if guide_id.encode() not in body] == []


async def test_own_numbers_everywhere(house: Harness) -> None:
    one = credentials_of(house, KIDS)
    base = f"/api/{DOMAIN}/{one.feed_token}"
    _, playlist = await ask(house, hdrs.METH_GET, f"{base}/playlist.m3u")
    assert f"{base}/stream/1.m3u8" in playlist.decode()
    login = f"username={one.username}&password={one.password}"
    live = await house.client.get(f"/player_api.php?{login}&action=get_live_streams")
    assert [(item["num"], item["stream_id"], item["name"]) for item in await live.json()] == [
        (1, 1, NAMES["snick_east"]),
        (2, 2, NAMES["toonami_east"]),
    ]
    tuner = await house.client.get(f"/api/{DOMAIN}/hdhr/{one.feed_token}/lineup.json")
    assert [item["GuideNumber"] for item in await tuner.json()] == ["1", "2"]
    streams = house.coordinator.stream_addresses
    east = next(one for one in house.publication.feed.channels if one.key == "toonami_east")
    answer = await house.client.get(f"{base}/stream/2.m3u8", allow_redirects=False)
    assert answer.headers[hdrs.LOCATION] == await streams.async_get(east)


async def test_tuners_tell_themselves_apart(house: Harness) -> None:
    found = set()
    for identity in (HOME, KIDS, GUEST):
        token = credentials_of(house, identity).feed_token
        answer = await house.client.get(f"/api/{DOMAIN}/hdhr/{token}/discover.json")
        found.add((await answer.json())["DeviceID"])
    assert len(found) == 3


async def test_login_of_one_and_password_of_another(house: Harness) -> None:
    kids, guest = credentials_of(house, KIDS), credentials_of(house, GUEST)
    for pair in ((kids.username, guest.password), (guest.username, kids.password)):
        path = "/player_api.php?username={}&password={}".format(*pair)
        assert (await ask(house, hdrs.METH_GET, path))[0] == HTTPStatus.UNAUTHORIZED


async def test_a_pass_that_is_off_opens_nothing(house: Harness) -> None:
    one = credentials_of(house, OFF)
    seen = SEEN[HOME]
    refused = {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}
    some: list[Callable[[], Iterator[Door]]] = [
        lambda: doors(one, seen),
        lambda: channel_doors(one, 1, is_own=True),
        lambda: recording_doors(one, 1, is_own=True),
    ]
    for make_doors in some:
        for door in make_doors():
            status, body = await ask(house, hdrs.METH_GET, door.path)
            assert status in refused, door.path
            assert b"Toonami Aftermath" not in body
