"""The Xtream Codes API over HTTP: what its actions answer."""

from base64 import b64decode
import gzip
from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import hdrs
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.toonami_downlink.engine.downlink.formats import xtream
from custom_components.toonami_downlink.engine.downlink.formats.m3u import parse_m3u
from tests.night import by_night

from .harness import Harness
from .xtream_client import PREFIX, account, ask


@pytest.mark.parametrize(
    "action",
    ["", "get_account_info", "get_profile", "get_server_info", "no_such_action", "999"],
)
async def test_account(harness: Harness, action: str) -> None:
    assert await ask(harness, action) == account(harness)


async def test_account_is_never_stored(harness: Harness) -> None:
    answer = await harness.client.get("/player_api.php", params=harness.login)
    assert answer.headers[hdrs.CACHE_CONTROL] == "no-store"
    assert hdrs.ETAG not in answer.headers


@pytest.mark.parametrize("action", ["get_live_categories", "GET_LIVE_CATEGORIES"])
async def test_live_categories(harness: Harness, action: str) -> None:
    assert await ask(harness, action) == [
        {"category_id": "1", "category_name": "Television", "parent_id": 0},
        {"category_id": "2", "category_name": "Radio", "parent_id": 0},
    ]


@pytest.mark.parametrize("action", ["get_live_streams"])
async def test_live_streams(harness: Harness, action: str) -> None:
    streams = await ask(harness, action)
    assert streams[6] == {
        "num": 7,
        "name": "Toonami Aftermath Radio",
        "stream_type": "live",
        "stream_id": 7,
        "stream_icon": f"{harness.origin}/api/toonami_downlink/logos/radio.png",
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
    by_night(
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
        keep=["television", "unknown", "all-0"],
    ),
)
async def test_live_streams_of_a_category(
    harness: Harness, category: str, numbers: list[int]
) -> None:
    streams = await ask(harness, "get_live_streams", category_id=category)
    assert [item["stream_id"] for item in streams] == numbers


@pytest.mark.parametrize(
    "action",
    [
        "get_vod_categories",
        "get_series_categories",
        "get_vod_streams",
        "get_series",
    ],
)
async def test_no_films_and_no_series(harness: Harness, action: str) -> None:
    assert await ask(harness, action) == []
    assert await ask(harness, action, category_id="1") == []


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        ("get_vod_info", {"info": [], "movie_data": []}),
        ("get_series_info", {"seasons": [], "info": [], "episodes": []}),
    ],
)
async def test_no_film_and_no_episode(harness: Harness, action: str, answer: object) -> None:
    assert await ask(harness, action, vod_id="1", series_id="1") == answer


@pytest.mark.parametrize("action", ["get_short_epg"])
async def test_short_epg(harness: Harness, action: str) -> None:
    answer = await ask(harness, action, stream_id="1")
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
    by_night(
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
        keep=["ten", "more-than-there-are", "default-empty"],
    ),
)
async def test_limit_of_a_short_epg(harness: Harness, limit: str, count: int) -> None:
    answer = await ask(harness, "get_short_epg", stream_id="2", limit=limit)
    assert len(answer["epg_listings"]) == count
    assert b64decode(answer["epg_listings"][0]["title"]).decode() == "Show 2-24"


async def test_short_epg_follows_the_clock(
    harness: Harness, freezer: FrozenDateTimeFactory
) -> None:
    first = await ask(harness, "get_short_epg", stream_id="1", limit="1")
    freezer.tick(19 * 60)
    assert await ask(harness, "get_short_epg", stream_id="1", limit="1") == first
    freezer.tick(60)
    second = await ask(harness, "get_short_epg", stream_id="1", limit="1")
    assert second["epg_listings"][0]["start"] == first["epg_listings"][0]["end"]


@pytest.mark.parametrize("action", ["get_simple_data_table", "get_simple_date_table"])
async def test_data_table(harness: Harness, action: str) -> None:
    answer = await ask(harness, action, stream_id="1")
    listings = answer["epg_listings"]
    assert len(listings) == 96
    assert [item["now_playing"] for item in listings] == [0] * 24 + [1] + [0] * 71
    short = await ask(harness, "get_short_epg", stream_id="1", limit="1")
    assert listings[24] == {**short["epg_listings"][0], "now_playing": 1, "has_archive": 0}


@pytest.mark.parametrize("action", ["get_short_epg", "get_simple_data_table"])
async def test_epg_of_nothing(harness: Harness, action: str) -> None:
    for number in ("", "0", "99", "-1", "one", "1,2", "1e0", "9" * 400):
        assert await ask(harness, action, stream_id=number) == {"epg_listings": []}
    assert await ask(harness, action) == {"epg_listings": []}
    # A channel that has no programmes.
    assert await ask(harness, action, stream_id="5") == {"epg_listings": []}


async def test_panel(harness: Harness) -> None:
    answer = await harness.client.get("/panel_api.php", params=harness.login)
    assert answer.content_type == "application/json"
    body = await answer.json()
    channels = body.pop("available_channels")
    assert body.pop("categories") == {
        "live": await ask(harness, "get_live_categories"),
        "movie": [],
        "series": [],
    }
    assert body == account(harness)
    assert list(channels) == ["1", "2", "3", "4", "5", "6", "7"]
    (east, *_) = await ask(harness, "get_live_streams")
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
    by_night(
        [
            pytest.param({}, "m3u8", id="default"),
            pytest.param({"type": "m3u_plus", "output": "m3u8"}, "m3u8", id="m3u8"),
            pytest.param({"type": "m3u_plus", "output": "hls"}, "m3u8", id="hls"),
            pytest.param({"type": "m3u_plus", "output": "ts"}, "ts", id="ts"),
            pytest.param({"type": "M3U_PLUS", "output": "MPEGTS"}, "ts", id="mpegts"),
            pytest.param({"type": "other", "output": "rtmp"}, "m3u8", id="unknown"),
        ],
        keep=["default", "ts"],
    ),
)
@pytest.mark.parametrize("prefix", ["", PREFIX])
async def test_playlist(
    harness: Harness, prefix: str, query: dict[str, str], extension: str
) -> None:
    answer = await harness.client.get(f"{prefix}/get.php", params={**harness.login, **query})
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "audio/x-mpegurl"
    assert answer.headers[hdrs.CONTENT_DISPOSITION].startswith("attachment")
    assert hdrs.ETAG in answer.headers
    body = await answer.read()
    base = f"{harness.origin}{prefix}"
    guide = f"{base}/xmltv.php?{urlencode(harness.login)}"
    assert body.decode().splitlines()[0] == f'#EXTM3U url-tvg="{guide}" x-tvg-url="{guide}"'
    assert [entry.url for entry in parse_m3u(body)] == [
        f"{base}/live{harness.live}/{number}.{extension}" for number in range(1, 8)
    ]


async def test_playlist_after_new_credentials(harness: Harness) -> None:
    await harness.client.get("/get.php", params=harness.login)
    old = harness.login["password"]
    await harness.coordinator.credentials.async_rotate()
    answer = await harness.client.get("/get.php", params=harness.login)
    text = await answer.text()
    assert harness.login["password"] in text
    assert old not in text


@pytest.mark.parametrize("prefix", ["", PREFIX])
async def test_guide(harness: Harness, prefix: str) -> None:
    ours = await harness.client.get(f"{harness.base}/guide.xml")
    answer = await harness.client.get(f"{prefix}/xmltv.php", params=harness.login)
    assert answer.content_type == "application/xml"
    assert await answer.read() == await ours.read()
    assert answer.headers[hdrs.ETAG] == ours.headers[hdrs.ETAG]


@pytest.mark.parametrize("value", ["1", "true"])
async def test_guide_as_a_compressed_file(harness: Harness, value: str) -> None:
    guide = await harness.client.get("/xmltv.php", params=harness.login)
    answer = await harness.client.get("/xmltv.php", params={**harness.login, "gzip": value})
    assert answer.content_type == "application/gzip"
    assert hdrs.CONTENT_ENCODING not in answer.headers
    assert gzip.decompress(await answer.read()) == await guide.read()


@pytest.mark.parametrize(
    "action",
    ["get_live_streams", "get_live_categories", "get_short_epg", "get_simple_data_table"],
)
async def test_lists_are_not_fetched_twice(harness: Harness, action: str) -> None:
    query = {**harness.login, "action": action, "stream_id": "1"}
    first = await harness.client.get("/player_api.php", params=query)
    headers = {hdrs.IF_NONE_MATCH: first.headers[hdrs.ETAG]}
    second = await harness.client.get("/player_api.php", params=query, headers=headers)
    assert second.status == HTTPStatus.NOT_MODIFIED


# Who may ask
