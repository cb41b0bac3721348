"""The Xtream Codes API over HTTP: logins, actions, methods, and what players get wrong."""

from base64 import b64decode
import gzip
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from aiohttp import FormData, hdrs
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink import xtream
from custom_components.toonami_downlink.engine.downlink.m3u import parse_m3u
from custom_components.toonami_downlink.players import Asked, Result

from .homes import make_entry, set_up
from .raw import raw_request
from .stations import NOON, Station, open_station

PREFIX = "/api/toonami_downlink/xtream"
PHP = ("/player_api.php", "/panel_api.php", "/get.php", "/xmltv.php")
METHODS = (hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_POST)


@pytest.fixture
async def station(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> Station:
    freezer.move_to(NOON)
    return await open_station(hass, hass_client_no_auth)


async def ask(station: Station, action: str = "", **parameters: str) -> Any:
    """Return the answer to an action."""
    query = {**station.login, **({"action": action} if action else {}), **parameters}
    answer = await station.client.get("/player_api.php", params=query)
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "application/json"
    return await answer.json()


def account(station: Station, **user_info: object) -> dict[str, Any]:
    """Return the account that the client of the test should see."""
    return {
        "user_info": {
            **station.login,
            "message": "",
            "auth": 1,
            "status": "Active",
            "exp_date": "2145916800",
            "is_trial": "0",
            "active_cons": "0",
            "created_at": "1577836800",
            "max_connections": "10",
            "allowed_output_formats": ["m3u8", "ts"],
            **user_info,
        },
        "server_info": {
            "url": "127.0.0.1",
            "port": str(station.client.port),
            "https_port": str(station.client.port),
            "server_protocol": "http",
            "rtmp_port": "0",
            "timezone": "UTC",
            "timestamp_now": int(NOON.timestamp()),
            "time_now": "2026-11-24 12:10:00",
            "process": True,
        },
    }


# The contract: one test for each action


@pytest.mark.parametrize(
    "action",
    ["", "get_account_info", "get_profile", "get_server_info", "no_such_action", "999"],
)
async def test_account(station: Station, action: str) -> None:
    assert await ask(station, action) == account(station)


async def test_account_is_never_stored(station: Station) -> None:
    answer = await station.client.get("/player_api.php", params=station.login)
    assert answer.headers[hdrs.CACHE_CONTROL] == "no-store"
    assert hdrs.ETAG not in answer.headers


@pytest.mark.parametrize("action", ["get_live_categories", "GET_LIVE_CATEGORIES", "201", " 201 "])
async def test_live_categories(station: Station, action: str) -> None:
    assert await ask(station, action) == [
        {"category_id": "1", "category_name": "Television", "parent_id": 0},
        {"category_id": "2", "category_name": "Radio", "parent_id": 0},
    ]


@pytest.mark.parametrize("action", ["get_live_streams", "202"])
async def test_live_streams(station: Station, action: str) -> None:
    streams = await ask(station, action)
    assert streams[6] == {
        "num": 7,
        "name": "Toonami Aftermath Radio",
        "stream_type": "live",
        "stream_id": 7,
        "stream_icon": f"{station.origin}/api/toonami_downlink/logos/radio.png",
        "epg_channel_id": "radio.toonamiaftermath.com",
        "added": "1577836800",
        "is_adult": "0",
        "category_id": "2",
        "category_ids": [2],
        "custom_sid": "",
        "tv_archive": 0,
        "direct_source": "",
        "tv_archive_duration": 0,
        "thumbnail": "",
    }
    assert [item["stream_id"] for item in streams] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("category", "numbers"),
    [
        pytest.param("1", [1, 2, 3, 4, 5, 6], id="television"),
        pytest.param("2", [7], id="radio"),
        pytest.param("2.0", [7], id="float"),
        pytest.param(" 2 ", [7], id="blanks"),
        pytest.param("3", [], id="unknown"),
        *(
            pytest.param(value, [1, 2, 3, 4, 5, 6, 7], id=f"all-{value or 'empty'}")
            for value in ("", "0", "*", "all", "null", "-1", "undefined", "٢", "2" * 400)
        ),
    ],
)
async def test_live_streams_of_a_category(
    station: Station, category: str, numbers: list[int]
) -> None:
    streams = await ask(station, "get_live_streams", category_id=category)
    assert [item["stream_id"] for item in streams] == numbers


@pytest.mark.parametrize(
    "action",
    [
        "get_vod_categories",
        "get_series_categories",
        "get_vod_streams",
        "get_series",
        "200",
        "206",
        "203",
        "208",
    ],
)
async def test_no_films_and_no_series(station: Station, action: str) -> None:
    assert await ask(station, action) == []
    assert await ask(station, action, category_id="1") == []


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        ("get_vod_info", {"info": [], "movie_data": []}),
        ("209", {"info": [], "movie_data": []}),
        ("get_series_info", {"seasons": [], "info": [], "episodes": []}),
        ("204", {"seasons": [], "info": [], "episodes": []}),
    ],
)
async def test_no_film_and_no_episode(station: Station, action: str, answer: object) -> None:
    assert await ask(station, action, vod_id="1", series_id="1") == answer


@pytest.mark.parametrize("action", ["get_short_epg", "205"])
async def test_short_epg(station: Station, action: str) -> None:
    answer = await ask(station, action, stream_id="1")
    assert list(answer) == ["epg_listings"]
    listings = answer["epg_listings"]
    assert len(listings) == xtream.DEFAULT_LIMIT
    assert listings[0] == {
        "id": "1525305601",
        "epg_id": "1",
        "title": "U2hvdyAxLTI0",
        "lang": "",
        "start": "2026-11-24 12:00:00",
        "end": "2026-11-24 12:30:00",
        "description": "UzAyRTI1IFBhcnQgMjQKV2hhdCBoYXBwZW5zIGluIHBhcnQgMjQu",
        "channel_id": "toonami-east.toonamiaftermath.com",
        "start_timestamp": "1795521600",
        "stop_timestamp": "1795523400",
        "stop": "2026-11-24 12:30:00",
    }
    assert b64decode(listings[0]["title"]).decode() == "Show 1-24"
    assert b64decode(listings[0]["description"]).decode() == (
        "S02E25 Part 24\nWhat happens in part 24."
    )


@pytest.mark.parametrize(
    ("limit", "count"),
    [
        pytest.param("1", 1, id="one"),
        pytest.param("10", 10, id="ten"),
        pytest.param("10.0", 10, id="float"),
        pytest.param("999999999", 72, id="more-than-there-are"),
        *(
            pytest.param(value, 4, id=f"default-{value or 'empty'}")
            for value in ("", "0", "-3", "many", "null", "NaN", "9" * 400)
        ),
    ],
)
async def test_limit_of_a_short_epg(station: Station, limit: str, count: int) -> None:
    answer = await ask(station, "get_short_epg", stream_id="2", limit=limit)
    assert len(answer["epg_listings"]) == count
    assert b64decode(answer["epg_listings"][0]["title"]).decode() == "Show 2-24"


async def test_short_epg_follows_the_clock(
    station: Station, freezer: FrozenDateTimeFactory
) -> None:
    first = await ask(station, "get_short_epg", stream_id="1", limit="1")
    freezer.tick(19 * 60)
    assert await ask(station, "get_short_epg", stream_id="1", limit="1") == first
    freezer.tick(60)
    second = await ask(station, "get_short_epg", stream_id="1", limit="1")
    assert second["epg_listings"][0]["start"] == first["epg_listings"][0]["end"]


@pytest.mark.parametrize("action", ["get_simple_data_table", "get_simple_date_table", "207"])
async def test_data_table(station: Station, action: str) -> None:
    answer = await ask(station, action, stream_id="1")
    listings = answer["epg_listings"]
    assert len(listings) == 96
    assert [item["now_playing"] for item in listings] == [0] * 24 + [1] + [0] * 71
    short = await ask(station, "get_short_epg", stream_id="1", limit="1")
    assert listings[24] == {**short["epg_listings"][0], "now_playing": 1, "has_archive": 0}


@pytest.mark.parametrize("action", ["get_short_epg", "get_simple_data_table"])
async def test_epg_of_nothing(station: Station, action: str) -> None:
    for number in ("", "0", "99", "-1", "one", "1,2", "1e0", "9" * 400):
        assert await ask(station, action, stream_id=number) == {"epg_listings": []}
    assert await ask(station, action) == {"epg_listings": []}
    # A channel that has no programmes.
    assert await ask(station, action, stream_id="5") == {"epg_listings": []}


async def test_panel(station: Station) -> None:
    answer = await station.client.get("/panel_api.php", params=station.login)
    assert answer.content_type == "application/json"
    body = await answer.json()
    channels = body.pop("available_channels")
    assert body.pop("categories") == {
        "live": await ask(station, "get_live_categories"),
        "movie": [],
        "series": [],
    }
    assert body == account(station)
    assert list(channels) == ["1", "2", "3", "4", "5", "6", "7"]
    (east, *_) = await ask(station, "get_live_streams")
    assert channels["1"] == {
        **east,
        "type_name": "Live Streams",
        "category_name": "Television",
        "series_no": None,
        "live": "1",
        "container_extension": "m3u8",
    }


@pytest.mark.parametrize(
    ("query", "extension"),
    [
        pytest.param({}, "m3u8", id="default"),
        pytest.param({"type": "m3u_plus", "output": "m3u8"}, "m3u8", id="m3u8"),
        pytest.param({"type": "m3u_plus", "output": "hls"}, "m3u8", id="hls"),
        pytest.param({"type": "m3u_plus", "output": "ts"}, "ts", id="ts"),
        pytest.param({"type": "M3U_PLUS", "output": "MPEGTS"}, "ts", id="mpegts"),
        pytest.param({"type": "other", "output": "rtmp"}, "m3u8", id="unknown"),
    ],
)
@pytest.mark.parametrize("prefix", ["", PREFIX])
async def test_playlist(
    station: Station, prefix: str, query: dict[str, str], extension: str
) -> None:
    answer = await station.client.get(f"{prefix}/get.php", params={**station.login, **query})
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "audio/x-mpegurl"
    assert answer.headers[hdrs.CONTENT_DISPOSITION].startswith("attachment")
    assert hdrs.ETAG in answer.headers
    body = await answer.read()
    base = f"{station.origin}{prefix}"
    guide = f"{base}/xmltv.php?{urlencode(station.login)}"
    assert body.decode().splitlines()[0] == f'#EXTM3U url-tvg="{guide}" x-tvg-url="{guide}"'
    assert [entry.url for entry in parse_m3u(body)] == [
        f"{base}/live{station.live}/{number}.{extension}" for number in range(1, 8)
    ]


async def test_plain_playlist(station: Station) -> None:
    query = {**station.login, "type": "m3u", "output": "ts"}
    answer = await station.client.get("/get.php", params=query)
    lines = (await answer.text()).splitlines()
    assert lines[:3] == [
        "#EXTM3U",
        "#EXTINF:-1,Toonami Aftermath East",
        f"{station.origin}/live{station.live}/1.ts",
    ]


async def test_playlist_after_new_credentials(station: Station) -> None:
    await station.client.get("/get.php", params=station.login)
    old = station.login["password"]
    await station.coordinator.credentials.async_rotate()
    answer = await station.client.get("/get.php", params=station.login)
    text = await answer.text()
    assert station.login["password"] in text
    assert old not in text


@pytest.mark.parametrize("prefix", ["", PREFIX])
async def test_guide(station: Station, prefix: str) -> None:
    ours = await station.client.get(f"{station.base}/guide.xml")
    answer = await station.client.get(f"{prefix}/xmltv.php", params=station.login)
    assert answer.content_type == "application/xml"
    assert await answer.read() == await ours.read()
    assert answer.headers[hdrs.ETAG] == ours.headers[hdrs.ETAG]


@pytest.mark.parametrize("value", ["1", "true"])
async def test_guide_as_a_compressed_file(station: Station, value: str) -> None:
    guide = await station.client.get("/xmltv.php", params=station.login)
    answer = await station.client.get("/xmltv.php", params={**station.login, "gzip": value})
    assert answer.content_type == "application/gzip"
    assert hdrs.CONTENT_ENCODING not in answer.headers
    assert gzip.decompress(await answer.read()) == await guide.read()


@pytest.mark.parametrize(
    "action",
    ["get_live_streams", "get_live_categories", "get_short_epg", "get_simple_data_table"],
)
async def test_lists_are_not_fetched_twice(station: Station, action: str) -> None:
    query = {**station.login, "action": action, "stream_id": "1"}
    first = await station.client.get("/player_api.php", params=query)
    headers = {hdrs.IF_NONE_MATCH: first.headers[hdrs.ETAG]}
    second = await station.client.get("/player_api.php", params=query, headers=headers)
    assert second.status == HTTPStatus.NOT_MODIFIED


# Who may ask


def wrong_logins(station: Station) -> list[dict[str, str]]:
    """Return logins that are wrong in one way each."""
    right = station.login
    return [
        {},
        {"username": right["username"]},
        {"password": right["password"]},
        {**right, "username": ""},
        {**right, "password": ""},
        {**right, "username": right["username"].upper()},
        {**right, "password": f"{right['password']}x"},
        {**right, "password": right["password"][:-1]},
        {"username": right["password"], "password": right["username"]},
        {**right, "password": "pässwörd\x00"},
    ]


@pytest.mark.parametrize("path", [*PHP, *(f"{PREFIX}{path}" for path in PHP)])
async def test_wrong_login(station: Station, path: str) -> None:
    expected = account(
        station,
        username="",
        password="",
        auth=0,
        status="Disabled",
        message="Wrong user name or password",
    )
    for index, login in enumerate(wrong_logins(station)):
        answer = await station.client.request(METHODS[index % 3], path, params=login)
        assert answer.status == HTTPStatus.UNAUTHORIZED
        assert answer.content_type == "application/json"
        assert hdrs.WWW_AUTHENTICATE not in answer.headers
        if index % 3 != 1:
            assert await answer.json() == expected


@pytest.mark.parametrize("prefix", ["", PREFIX])
@pytest.mark.parametrize("live", ["", "/live"])
async def test_wrong_login_of_a_stream(station: Station, prefix: str, live: str) -> None:
    username, password = station.login["username"], station.login["password"]
    for pair in (
        f"{username}/wrong",
        f"{username}/{password}x",
        f"{username}/{password.swapcase()}",
        f"toonamixxxxxx/{password}",
    ):
        answer = await station.client.get(f"{prefix}{live}/{pair}/1.m3u8")
        assert answer.status == HTTPStatus.UNAUTHORIZED
        assert await answer.read() == b""


async def test_login_after_decoding_once(station: Station) -> None:
    username = "".join(f"%{ord(char):02X}" for char in station.login["username"])
    query = f"username={username}&password={station.login['password']}"
    answer = await raw_request(station, f"GET /player_api.php?{query} HTTP/1.1\nHost: tv")
    assert answer.status == 200
    twice = query.replace("%", "%25")
    answer = await raw_request(station, f"GET /player_api.php?{twice} HTTP/1.1\nHost: tv")
    assert answer.status == 401


async def test_too_many_wrong_logins(
    station: Station, freezer: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    wrong = {**station.login, "password": "guessed-password"}
    statuses = [
        (await station.client.get("/player_api.php", params=wrong)).status for _ in range(20)
    ]
    assert statuses == [HTTPStatus.UNAUTHORIZED] * 20
    for path in ("/player_api.php", "/get.php", "/live/toonamixxxxxx/guessed-password/1.ts"):
        answer = await station.client.get(path, params=wrong)
        assert answer.status == HTTPStatus.TOO_MANY_REQUESTS
        assert 0 < int(answer.headers[hdrs.RETRY_AFTER]) <= 60
        assert await answer.read() == b""
    answer = await station.client.get(f"/api/{DOMAIN}/wrong/playlist.m3u")
    assert answer.status == HTTPStatus.TOO_MANY_REQUESTS
    # The other players of the house may have the same address.
    answer = await station.client.get("/player_api.php", params=station.login)
    assert answer.status == HTTPStatus.OK
    assert len([item for item in caplog.records if "wrong credentials" in item.message]) == 1
    ours = [item for item in caplog.records if "toonami_downlink" in item.name]
    assert not any("guessed-password" in item.getMessage() for item in ours)


async def test_wrong_logins_are_no_business_of_home_assistant(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    """Its ban would log the password and might lock the whole house out."""
    caplog.clear()
    for path in (
        "/player_api.php",
        "/live/toonamixxxxxx/secret/1.ts",
        f"/api/{DOMAIN}/x/guide.xml",
    ):
        await station.client.get(path, params={"password": "secret"})
    assert "homeassistant.components.http.ban" not in {item.name for item in caplog.records}


async def test_replaced_password(station: Station) -> None:
    old = station.login
    await station.coordinator.credentials.async_rotate()
    answer = await station.client.get(
        "/player_api.php", params=old, headers={hdrs.USER_AGENT: "IPTVSmartersPlayer"}
    )
    assert answer.status == HTTPStatus.UNAUTHORIZED
    (record,) = station.coordinator.players.with_old_credentials
    assert (record.player, record.asked) == ("IPTV Smarters", Asked.ACCOUNT)
    answer = await station.client.get("/player_api.php", params=station.login)
    assert answer.status == HTTPStatus.OK


@pytest.mark.parametrize("path", [*PHP, "{live}/1.m3u8", "/live{live}/1.ts"])
async def test_unavailable_while_not_loaded(station: Station, path: str) -> None:
    assert await station.hass.config_entries.async_unload(station.entry.entry_id)
    answer = await station.client.get(path.format(live=station.live), params=station.login)
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.headers[hdrs.RETRY_AFTER] == "30"


async def test_unavailable_before_the_first_feed(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    entry = make_entry("/no/such/provider {m3u} {xmltv}")
    coordinator = await set_up(hass, entry)
    station = Station(hass, entry, coordinator, await hass_client_no_auth())
    for path in (*PHP, f"{station.live}/1.m3u8"):
        answer = await station.client.get(path, params=station.login)
        assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
        assert answer.headers[hdrs.RETRY_AFTER] == "30"
    assert coordinator.players.records[0].result is Result.NO_FEED
    answer = await station.client.get("/player_api.php")
    assert answer.status == HTTPStatus.UNAUTHORIZED


# How they ask


@pytest.mark.parametrize("prefix", ["", PREFIX])
@pytest.mark.parametrize("path", PHP)
async def test_methods(station: Station, prefix: str, path: str) -> None:
    url = f"{prefix}{path}"
    got = await station.client.get(url, params=station.login)
    posted = await station.client.post(url, data=station.login)
    asked = await station.client.head(url, params=station.login)
    assert [it.status for it in (got, posted, asked)] == [HTTPStatus.OK] * 3
    assert await posted.read() == await got.read()
    assert await asked.read() == b""
    assert asked.headers[hdrs.CONTENT_LENGTH] == got.headers[hdrs.CONTENT_LENGTH]
    refused = await station.client.put(url, params=station.login)
    assert refused.status == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("path", PHP)
async def test_two_slashes(station: Station, path: str) -> None:
    query = urlencode(station.login)
    answer = await raw_request(station, f"GET /{path}?{query} HTTP/1.1\nHost: tv")
    assert answer.status == 200


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "body", "query"),
    [
        pytest.param(FORM, "{login}&action=get_live_categories", "", id="form"),
        pytest.param(
            f"{FORM}; charset=utf-8", "{login}&action=get_live_categories\r\n", "", id="charset"
        ),
        pytest.param("text/plain", "{login}&action=get_live_categories", "", id="text"),
        pytest.param("", "{login}&action=get_live_categories", "", id="no-type"),
        pytest.param(FORM, "action=get_live_categories", "{login}", id="login-in-query"),
        pytest.param(FORM, "{login}", "action=get_live_categories", id="action-in-query"),
        pytest.param(FORM, "", "{login}&action=get_live_categories", id="empty"),
        pytest.param(
            "application/json", "{{}}", "{login}&action=get_live_categories", id="empty-json"
        ),
        pytest.param(
            "application/json",
            '{{"username":"{username}","password":"{password}","action":201,"more":[1]}}',
            "",
            id="json",
        ),
        pytest.param(
            "application/json", "{{broken", "{login}&action=get_live_categories", id="broken-json"
        ),
        pytest.param(FORM, "\x00\xff%zz&&=&a", "{login}&action=201", id="nonsense"),
        pytest.param(FORM, "&".join("abcdefghij" * 9), "{login}&action=201", id="many-fields"),
        pytest.param(FORM, "a=" + "x" * 200_000, "{login}&action=201", id="far-too-long"),
        pytest.param(
            "multipart/form-data", "x" * 200_000, "{login}&action=201", id="multipart-too-long"
        ),
        pytest.param(
            "multipart/form-data; boundary=b", "not that", "{login}&action=201", id="multipart-bad"
        ),
        pytest.param("multipart/form-data", "nothing", "{login}&action=201", id="no-boundary"),
    ],
)
async def test_bodies(station: Station, kind: str, body: str, query: str) -> None:
    values = {"login": urlencode(station.login), **station.login}
    answer = await station.client.post(
        f"/player_api.php?{query.format(**values)}",
        data=body.format(**values).encode("latin-1") if "{" in body else body.encode("latin-1"),
        headers={hdrs.CONTENT_TYPE: kind} if kind else None,
        skip_auto_headers=[] if kind else [hdrs.CONTENT_TYPE],
    )
    assert answer.status == HTTPStatus.OK
    assert [item["category_id"] for item in await answer.json()] == ["1", "2"]


async def test_a_body_that_is_too_long_is_not_read(station: Station) -> None:
    body = f"a={'x' * 70_000}&{urlencode(station.login)}"
    answer = await station.client.post(
        "/player_api.php", data=body, headers={hdrs.CONTENT_TYPE: FORM}
    )
    assert answer.status == HTTPStatus.UNAUTHORIZED


async def test_multipart_body(station: Station) -> None:
    form = FormData({**station.login, "action": "get_live_categories"})
    form.add_field("file", b"content", filename="file.bin")
    answer = await station.client.post("/player_api.php", data=form)
    assert len(await answer.json()) == 2


async def test_the_body_wins_over_the_query(station: Station) -> None:
    query = {**station.login, "password": "wrong", "action": "get_live_streams"}
    answer = await station.client.post(
        "/player_api.php", params=query, data={**station.login, "action": "get_live_categories"}
    )
    assert len(await answer.json()) == 2


async def test_cors_on_every_method(station: Station) -> None:
    headers = {hdrs.ORIGIN: "https://player.example"}
    for path in PHP:
        for method in METHODS:
            answer = await station.client.request(
                method, path, params=station.login, headers=headers
            )
            assert answer.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] == "https://player.example"
            preflight = {**headers, hdrs.ACCESS_CONTROL_REQUEST_METHOD: method}
            answer = await station.client.options(path, headers=preflight)
            assert answer.status == HTTPStatus.OK
    refused = await station.client.get("/player_api.php", headers=headers)
    assert refused.status == HTTPStatus.UNAUTHORIZED
    assert refused.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] == "https://player.example"


async def test_without_ffmpeg_there_is_no_ts(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert (await ask(station))["user_info"]["allowed_output_formats"] == ["m3u8"]
    assert not station.coordinator.streams.has_ffmpeg


@pytest.mark.parametrize(
    "path",
    [
        "/live{live}/1.mkv",
        "/live{live}/99.m3u8",
        "/live{live}/0",
        "/live{live}/one.ts",
        "/live{live}/1.m3u8.ts",
        "/live{live}/-1.ts",
        "/live{live}/1111111111111111111111.ts",
        "{live}/99.m3u8",
        "/api/toonami_downlink/xtream{live}/99",
    ],
)
async def test_unknown_channel(station: Station, path: str) -> None:
    answer = await station.client.get(path.format(live=station.live))
    assert answer.status == HTTPStatus.NOT_FOUND
    assert await answer.read() == b""
    assert station.coordinator.players.records[0].result is Result.NOT_FOUND


@pytest.mark.parametrize(
    "path",
    [
        "/toonami/secret/1.ts",
        "/toonamiABC123/secret/1.ts",
        "/toonamiabc1234/secret/1.ts",
        "/xtoonamiabc123/secret/1.ts",
        "/movie{live}/1.mp4",
        "/toonami-downlink",
    ],
)
async def test_other_paths_stay_with_home_assistant(station: Station, path: str) -> None:
    answer = await station.client.get(path.format(live=station.live))
    assert await answer.read() == b"404: Not Found"
