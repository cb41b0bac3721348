"""Recordings and what was on, as players fetch them."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import ClientError
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.models import Feed
from custom_components.toonami_downlink.engine.downlink.recording.model import Recording, State
from custom_components.toonami_downlink.recording.disk import Disk, DiskSilentError
from custom_components.toonami_downlink.recording.manager import Recordings, async_recordings
from custom_components.toonami_downlink.recording.scheduler import RecordingScheduler
from custom_components.toonami_downlink.views import parts

from .factories import NOON
from .harness import Harness, start_harness
from .held import HEAD, PART, STORE, make, put_file, put_track, stored

HOUR = timedelta(hours=1)
FILE = make(1, file="Outlaw Star/Season 01/Outlaw Star S01E01.mp4", size=10)
FILM = make(
    2,
    NOON - 3 * HOUR,
    title="Akira",
    categories=("Movie",),
    file="Akira (1988)/Akira (1988).mp4",
    size=10,
)
RUNNING = make(3, NOON - HOUR / 2, state=State.RECORDING)
OLD = make(4, NOON - 4 * HOUR, file="Old.ts", size=10)
PLANNED = make(5, NOON + HOUR, state=State.PLANNED)
LOST = make(6, NOON - 5 * HOUR, file="Lost.mp4", size=10)
KODI = {"User-Agent": "Kodi/21.0 (X11; Linux x86_64)"}
ALL = FILE, FILM, RUNNING, OLD, PLANNED, LOST

type House = Callable[..., Awaitable[Harness]]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    put_file(folder, FILE, 12)
    put_file(folder, FILM, 3)
    put_track(folder, RUNNING, range(6))
    (folder / "Old.ts").write_bytes(b"ts" * 500)
    return folder


@pytest.fixture
def house(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    hass_storage: dict[str, Any],
    folder: Path,
    library: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> House:
    # What is there stays as it is: nothing is recorded further, finished or found to be lost.
    monkeypatch.setattr(Recordings, "async_start", lambda _: None)
    monkeypatch.setattr(RecordingScheduler, "async_wake", lambda _: None)

    async def start(*recordings: Recording, feed: Feed | None = None, **options: Any) -> Harness:
        hass_storage[STORE] = stored(*(recordings or ALL))
        options = {"recordings": True, "recordings_folder": str(library), **options}
        return await start_harness(hass, hass_client_no_auth, feed, options)

    return start


async def body(house: Harness, path: str, status: int = 200, asked: str = "") -> bytes:
    headers = {"Range": asked} if asked else {}
    answer = await house.client.get(path, headers=headers, allow_redirects=False)
    assert answer.status == status, await answer.text()
    return await answer.read()


# Recordings


async def test_a_file(house: House) -> None:
    home = await house()
    answer = await home.client.get(f"{home.base}/recordings/1.mp4")
    data = await answer.read()
    assert answer.status == HTTPStatus.OK
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert len(data) == HEAD + 32 + 12 * 12 + 12 * PART
    assert data.endswith(bytes([11]) * PART)
    head = await home.client.head(f"{home.base}/recordings/1.mp4")
    assert head.headers["Content-Length"] == str(len(data))


RANGES = [
    ("bytes=0-3", 206, slice(0, 4)),
    ("bytes=100-", 206, slice(100, None)),
    ("bytes=-10", 206, slice(-10, None)),
    ("bytes=0-99999999", 206, slice(None)),
    ("bytes=-99999999", 206, slice(None)),
    ("bytes=99999999-", 416, slice(0)),
    ("bytes=5-4", 416, slice(0)),
    ("bytes=-0", 416, slice(0)),
    ("bytes=-", 200, slice(None)),
    ("bytes=0-1,5-6", 200, slice(None)),
    ("lines=1-2", 200, slice(None)),
    ("bytes=" + "9" * 30 + "-", 200, slice(None)),
]


async def test_ranges(house: House, library: Path) -> None:
    home = await house()
    path, whole = f"{home.base}/recordings/1.mp4", (library / str(FILE.file)).read_bytes()
    for asked, status, expected in RANGES:
        answer = await home.client.get(path, headers={"Range": asked})
        assert (answer.status, await answer.read()) == (status, whole[expected]), asked
        start, stop, _ = expected.indices(len(whole))
        said = {206: f"bytes {start}-{stop - 1}/{len(whole)}", 416: f"bytes */{len(whole)}"}
        assert answer.headers.get("Content-Range") == said.get(status), asked


async def test_a_range_of_what_was_there_before(house: House) -> None:
    home = await house()
    path = f"{home.base}/recordings/1.mp4"
    etag = (await home.client.head(path)).headers["ETag"]
    for known, size in ((etag, 4), ('"other"', None)):
        answer = await home.client.get(path, headers={"Range": "bytes=0-3", "If-Range": known})
        assert (len(await answer.read()) == 4) is (size == 4)


async def test_a_file_as_hls(house: House) -> None:
    home = await house()
    lines = (await body(home, f"{home.base}/recordings/1.m3u8")).decode().splitlines()
    assert f'#EXT-X-MAP:URI="1.mp4",BYTERANGE="{HEAD}@0"' in lines
    assert lines.count("1.mp4") == 12
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T11:00:00.000Z" in lines


async def test_a_file_that_can_only_be_played_as_a_whole(house: House) -> None:
    home = await house()
    answer = await home.client.get(f"{home.base}/recordings/4.m3u8", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (HTTPStatus.FOUND, "4.ts")
    assert await body(home, f"{home.base}/recordings/4.ts") == b"ts" * 500


async def test_what_still_runs(house: House) -> None:
    home = await house()
    lines = (await body(home, f"{home.base}/recordings/3.m3u8")).decode().splitlines()
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in lines
    assert [one for one in lines if one.endswith(".ts")] == [
        f"3/{number:06}.ts" for number in range(1, 7)
    ]
    assert await body(home, f"{home.base}/recordings/3/000002.ts") == bytes([1]) * PART
    whole = b"".join(bytes([number]) * PART for number in range(6))
    assert await body(home, f"{home.base}/recordings/3.ts") == whole
    assert await body(home, f"{home.base}/recordings/3.ts", 206, "bytes=990-1010") == (
        bytes([0]) * 10 + bytes([1]) * 11
    )


MISSING = (
    *("5.m3u8", "6.mp4", "7.mp4", "0.mp4", "1.exe", "x.mp4", "9999999999.mp4", "3/000009.ts"),
    *("1/000001.ts", "3/..ts", "3/index.m3u8", "²/000001.ts"),
)


async def test_what_is_not_there(house: House) -> None:
    home = await house()
    for name in MISSING:
        await body(home, f"{home.base}/recordings/{name}", 404)


async def test_links_are_not_followed(house: House, library: Path, tmp_path: Path) -> None:
    home = await house()
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (library / str(FILE.file)).unlink()
    (library / str(FILE.file)).symlink_to(secret)
    assert b"secret" not in await (await home.client.get(f"{home.base}/recordings/1.mp4")).read()
    segment = library / ".tracks" / RUNNING.track_name / "000001.ts"
    segment.unlink()
    segment.symlink_to(secret)
    answer = await home.client.get(f"{home.base}/recordings/3/000001.ts")
    assert answer.status >= 400


async def test_secrets(house: House) -> None:
    home = await house()
    for path in ("recordings/1.mp4", "recordings/3/000001.ts", "timeshift/1/1764190800/60.m3u8"):
        await body(home, f"/api/{DOMAIN}/{'x' * 43}/{path}", 403)
        await body(home, f"/api/{DOMAIN}/watch/{'x' * 43}/{path}", 403 if "rec" in path else 404)
    for kind in ("movie", "series"):
        await body(home, f"/{kind}/toonami/wrong/1.mp4", 401)
        await body(home, f"/{kind}{home.live}/1.mp4")
        await body(home, f"/{kind}{home.live}/3/000001.ts")
    token = home.coordinator.credentials.watch_token(NOON + HOUR)
    await body(home, f"/api/{DOMAIN}/watch/{token}/recordings/1.mp4")
    await body(home, f"/api/{DOMAIN}/watch/{token}/recordings/3/000001.ts")
    assert b"3/000001" in await body(home, f"/api/{DOMAIN}/watch/{token}/recordings/3.m3u8")


async def test_off(house: House) -> None:
    home = await house(recordings=False)
    await body(home, f"{home.base}/recordings/1.mp4", 404)
    await body(home, past(home, NOON - HOUR), 404)
    assert b"catchup" not in await body(home, f"{home.base}/playlist.m3u")


async def test_a_disk_that_hangs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    home = await house()

    async def silent(self: Disk, work: Callable[[], Any], seconds: float = 30) -> Any:
        raise DiskSilentError("silent")

    monkeypatch.setattr(Disk, "run", silent)
    for path in ("recordings/1.mp4", "recordings/1.m3u8", "recordings/3/000001.ts"):
        await body(home, f"{home.base}/{path}", 503)
    await body(home, past(home, NOON - HOUR), 503)


async def test_a_file_that_gets_shorter(house: House, library: Path) -> None:
    home = await house()
    path = library / str(FILE.file)
    with path.open("ab") as file:
        file.truncate(parts._CHUNK * 200)  # noqa: SLF001
    answer = await home.client.get(f"{home.base}/recordings/1.mp4")
    first = await answer.content.readexactly(10)
    path.write_bytes(first)
    with pytest.raises(ClientError):
        await answer.read()


async def test_a_replaced_secret_ends_it(house: House, library: Path) -> None:
    home = await house()
    path = library / str(FILE.file)
    with path.open("ab") as file:
        file.truncate(parts._CHUNK * 40)  # noqa: SLF001
    answer = await home.client.get(f"{home.base}/recordings/1.mp4")
    await answer.content.readexactly(10)
    await home.coordinator.async_rotate_credentials()
    with pytest.raises(ClientError):
        await answer.read()


# What was on


def past(home: Harness, start: datetime, seconds: int = 60, ending: str = "m3u8") -> str:
    return f"{home.base}/timeshift/1/{int(start.timestamp())}/{seconds}.{ending}"


async def test_a_part_of_a_file(house: House) -> None:
    home = await house()
    at = FILE.start + timedelta(seconds=35)
    lines = (await body(home, past(home, at, 20))).decode().splitlines()
    ranges = [one for one in lines if one.startswith("#EXT-X-BYTERANGE")]
    first = HEAD + 32 + 12 * 12 + 3 * PART
    assert ranges == [f"#EXT-X-BYTERANGE:{PART}@{first + PART * number}" for number in range(3)]
    assert lines[-2] == "../../../recordings/1.mp4"
    data = await body(home, past(home, at, 20, "ts"))
    assert data[HEAD:] == bytes([3]) * PART + bytes([4]) * PART + bytes([5]) * PART
    assert await (await home.client.get(past(home, at, 20), headers=KODI)).read() == data
    path = past(home, RUNNING.start + timedelta(seconds=20), 10)
    assert b"#EXTM3U" in await (await home.client.get(path, headers=KODI)).read()


async def test_a_part_of_what_runs(house: House) -> None:
    home = await house()
    at = RUNNING.start + timedelta(seconds=20)
    lines = (await body(home, past(home, at, 10))).decode().splitlines()
    assert "../../../recordings/3/000003.ts" in lines
    assert lines[-1] == "#EXT-X-ENDLIST"
    lines = (await body(home, past(home, at, 3600))).decode().splitlines()
    assert lines[-1].endswith("000006.ts")
    assert await body(home, past(home, at, 10, "ts")) == bytes([2]) * PART


UNKNOWN = (
    *("1/0/60.m3u8", "1/now/60.m3u8", "1/1764190800/0.m3u8", "99/1764190800/60.m3u8"),
    *("1/1764190800/x.m3u8", "1/1464190800/60.ts"),
)


async def test_no_such_time(house: House) -> None:
    home = await house()
    for path in UNKNOWN:
        answer = await home.client.get(f"{home.base}/timeshift/{path}")
        assert answer.status == HTTPStatus.NOT_FOUND
        assert (await answer.text()).endswith(".\n"), path
    for start in ("", "soon", "2026-11-24"):
        query = {**home.login, "stream": "1", "start": start, "duration": "1"}
        answer = await home.client.get("/streaming/timeshift.php", params=query)
        assert answer.status == HTTPStatus.NOT_FOUND


FORMS = ["%Y-%m-%d:%H-%M", "%Y-%m-%d_%H-%M", "%Y-%m-%d:%H:%M", "%Y%m%d%H%M", "%s"]


async def test_all_forms_hit_the_same(house: House) -> None:
    home = await house()
    at = FILE.start + timedelta(minutes=1)
    for form in FORMS:
        written = str(int(at.timestamp())) if form == "%s" else at.strftime(form)
        await all_hit_the_same(home, at, written)


async def all_hit_the_same(home: Harness, at: datetime, written: str) -> None:
    expected = await body(home, f"/timeshift{home.live}/1/{int(at.timestamp())}/1.m3u8")
    assert b"/movie/" in expected
    assert expected.count(b"#EXTINF") == 6
    assert await body(home, f"/timeshift{home.live}/1/{written}/1.m3u8") == expected
    query = {**home.login, "stream": "1", "start": written, "duration": "1", "extension": "m3u8"}
    for prefix in ("", f"/api/{DOMAIN}/xtream"):
        answer = await home.client.get(f"{prefix}/streaming/timeshift.php", params=query)
        assert (await answer.read()).replace(prefix.encode(), b"") == expected
        answer = await home.client.post(f"{prefix}/streaming/timeshift.php", data=query)
        assert answer.status == HTTPStatus.OK
    data = await body(home, f"/timeshift{home.live}/1/{written}/1.ts")
    assert len(data) == HEAD + 6 * PART
    assert await body(home, f"/timeshift{home.live}/1/{written}/1") == data


async def test_addresses_in_a_playlist_open(house: House) -> None:
    home = await house()
    written = str(int(FILE.start.timestamp()))
    for prefix in ("", f"/api/{DOMAIN}/xtream"):
        playlist = await body(home, f"{prefix}/timeshift{home.live}/1/{written}/1.m3u8")
        address = playlist.decode().splitlines()[-2]
        await body(home, address)


# What players are told


async def api(home: Harness, action: str, **parameters: str) -> Any:
    query = {**home.login, "action": action, **parameters}
    return await (await home.client.get("/player_api.php", params=query)).json(content_type=None)


async def test_films_and_series(house: House) -> None:
    home = await house()
    assert [one["category_name"] for one in await api(home, "get_vod_categories")] == ["Recordings"]
    (film,) = await api(home, "get_vod_streams")
    assert (film["name"], film["stream_id"]) == ("Akira S01E02", 2)
    assert (await api(home, "get_vod_info", vod_id="2"))["movie_data"]["stream_id"] == 2
    assert await api(home, "get_vod_info", vod_id="1") == {"info": [], "movie_data": []}
    (show,) = await api(home, "get_series")
    series = await api(home, "get_series_info", series_id=str(show["series_id"]))
    listed = {one["id"]: one["container_extension"] for one in series["episodes"]["1"]}
    assert listed == {"1": "mp4", "3": "m3u8", "4": "ts", "6": "mp4"}
    assert (await api(home, "get_series_info", series_id="5"))["episodes"] == []
    assert len(await api(home, "get_series_categories")) == 1
    await body(home, f"/series{home.live}/1.mp4")


async def test_archive(house: House) -> None:
    home = await house()
    streams = {one["stream_id"]: one for one in await api(home, "get_live_streams")}
    assert (streams[1]["tv_archive"], streams[1]["tv_archive_duration"]) == (1, 1)
    assert streams[3]["tv_archive"] == 0
    table = await api(home, "get_simple_data_table", stream_id="1")
    marked = {int(one["start_timestamp"]) for one in table["epg_listings"] if one["has_archive"]}
    assert marked == {int(one.start.timestamp()) for one in (FILE, FILM, RUNNING, OLD, LOST)}


async def test_playlist(house: House) -> None:
    home = await house()
    text = (await body(home, f"{home.base}/playlist.m3u")).decode()
    source = f"{home.origin}{home.base}/timeshift/1/{{utc}}/{{duration}}.m3u8"
    assert f'catchup="default" catchup-days="1" catchup-source="{source}"' in text
    assert "media=" not in text
    text = await (await home.client.get(f"{home.base}/playlist.m3u", headers=KODI)).text()
    assert text.count('media="true"') == 5
    assert f"{home.origin}{home.base}/recordings/1.mp4" in text
    answer = await home.client.get("/get.php", params=home.login)
    assert f"/timeshift{home.live}/{{duration:60}}/{{utc}}/1.m3u8" in await answer.text()


async def test_what_changes_is_told_anew(house: House, hass: HomeAssistant) -> None:
    home = await house()
    recordings = async_recordings(hass)
    assert recordings
    assert len(await api(home, "get_vod_streams")) == 1
    await recordings.async_delete(FILM.identity)
    assert await api(home, "get_vod_streams") == []
