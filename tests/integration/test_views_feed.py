"""The playlist and the guide, as players fetch them."""

import asyncio
import gzip
import hashlib
from http import HTTPStatus
from itertools import product
from threading import Event
from typing import Any

from aiohttp import hdrs
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import CONF_STREAM_LINKS, LINKS_HOME_ASSISTANT
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.formats.m3u import parse_m3u
from custom_components.toonami_downlink.engine.downlink.formats.xmltv_reader import parse_xmltv
from custom_components.toonami_downlink.engine.downlink.publish.publication import Body, Publication
from custom_components.toonami_downlink.views.base import accepts_gzip
from custom_components.toonami_downlink.views.response_cache import GuideCache, ResponseCache

from .factories import make_entry, make_feed, set_up
from .harness import MIDNIGHT, NOON, Station, open_station, publish

PLAIN = {hdrs.ACCEPT_ENCODING: "identity"}
FEED_PATHS = ("playlist.m3u", "guide.xml", "guide.xml.gz")


async def test_playlist(station: Station) -> None:
    answer = await station.client.get(f"{station.base}/playlist.m3u")
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "audio/x-mpegurl"
    assert answer.charset == "utf-8"
    assert answer.headers[hdrs.CACHE_CONTROL] == "private, no-cache"
    assert answer.headers[hdrs.VARY] == "Accept-Encoding"
    body = await answer.read()
    guide = f"{station.origin}{station.base}/guide.xml"
    header, first, *_ = body.decode().splitlines()
    assert header == f'#EXTM3U url-tvg="{guide}" x-tvg-url="{guide}"'
    assert f'tvg-logo="{station.origin}/api/toonami_downlink/logos/toonami_east.png"' in first
    entries = parse_m3u(body)
    assert [int(entry.attributes["tvg-chno"]) for entry in entries] == [1, 2, 3, 4, 5, 6, 7]
    assert entries[0].url == "https://n1.example.com/est/0/playlist.m3u8"


async def test_guide(station: Station) -> None:
    answer = await station.client.get(f"{station.base}/guide.xml")
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "application/xml"
    assert answer.charset == "utf-8"
    body = await answer.read()
    assert parse_xmltv(body).programmes == {
        channel.guide_id: list(station.publication.feed.guide[channel.key])
        for channel in station.publication.feed.channels
        if station.publication.feed.guide[channel.key]
    }
    assert f'<icon src="{station.origin}/api/toonami_downlink/logos/mtv97.png"'.encode() in body
    assert b"downlink.invalid" not in body


async def test_guide_file_is_the_gzipped_guide(station: Station) -> None:
    answer = await station.client.get(f"{station.base}/guide.xml.gz")
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "application/gzip"
    assert hdrs.CONTENT_ENCODING not in answer.headers
    guide = await station.client.get(f"{station.base}/guide.xml")
    assert gzip.decompress(await answer.read()) == await guide.read()
    assert answer.headers[hdrs.ETAG] != guide.headers[hdrs.ETAG]


async def test_streams_can_come_from_home_assistant(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOON)
    options = {CONF_STREAM_LINKS: LINKS_HOME_ASSISTANT}
    station = await open_station(hass, hass_client_no_auth, options=options)
    answer = await station.client.get(f"{station.base}/playlist.m3u")
    entries = parse_m3u(await answer.read())
    assert [entry.url for entry in entries] == [
        f"{station.origin}{station.base}/stream/{number}.m3u8" for number in range(1, 8)
    ]


@pytest.mark.parametrize("path", FEED_PATHS)
async def test_head_has_the_headers_of_get_and_no_body(station: Station, path: str) -> None:
    got = await station.client.get(f"{station.base}/{path}")
    asked = await station.client.head(f"{station.base}/{path}")
    assert asked.status == HTTPStatus.OK
    assert await asked.read() == b""
    ignored = {hdrs.DATE}
    assert {key: value for key, value in asked.headers.items() if key not in ignored} == {
        key: value for key, value in got.headers.items() if key not in ignored
    }
    assert int(asked.headers[hdrs.CONTENT_LENGTH]) > 100


@pytest.mark.parametrize("path", FEED_PATHS)
async def test_a_range_gets_the_whole(station: Station, path: str) -> None:
    url = f"{station.base}/{path}"
    whole = await (await station.client.get(url)).read()
    for value in ("bytes=0-", "bytes=100-200", "bytes=999999999-", "pages=1"):
        answer = await station.client.get(url, headers={hdrs.RANGE: value})
        assert answer.status == HTTPStatus.OK
        assert await answer.read() == whole


@pytest.mark.parametrize(
    ("accepted", "is_gzipped"),
    [
        pytest.param("gzip", True, id="gzip"),
        pytest.param("GZIP", True, id="upper-case"),
        pytest.param("x-gzip", True, id="old-name"),
        pytest.param("br, deflate, gzip;q=0.5", True, id="list"),
        pytest.param("*", True, id="anything"),
        pytest.param("*;q=0", False, id="nothing"),
        pytest.param("gzip;q=0", False, id="refused"),
        pytest.param("gzip; q=0.000, *", False, id="refused-but-anything-else"),
        pytest.param("gzip;q=nonsense", True, id="senseless-quality"),
        pytest.param("identity", False, id="identity"),
        pytest.param("", False, id="empty"),
    ],
)
def test_accept_encoding(accepted: str, is_gzipped: bool) -> None:
    assert accepts_gzip(accepted) is is_gzipped


@pytest.mark.parametrize("path", ["playlist.m3u", "guide.xml"])
async def test_gzip_is_made_once_and_is_the_same(station: Station, path: str) -> None:
    plain = await station.client.get(f"{station.base}/{path}", headers=PLAIN)
    client = station.client.session
    url = f"{station.origin}{station.base}/{path}"
    async with client.get(url, headers={hdrs.ACCEPT_ENCODING: "gzip"}, auto_decompress=False) as it:
        zipped = await it.read()
    assert hdrs.CONTENT_ENCODING not in plain.headers
    assert it.headers[hdrs.CONTENT_ENCODING] == "gzip"
    assert gzip.decompress(zipped) == await plain.read()
    assert int(it.headers[hdrs.CONTENT_LENGTH]) < int(plain.headers[hdrs.CONTENT_LENGTH])
    assert it.headers[hdrs.ETAG] != plain.headers[hdrs.ETAG]


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        pytest.param("{etag}", HTTPStatus.NOT_MODIFIED, id="same"),
        pytest.param("W/{etag}", HTTPStatus.NOT_MODIFIED, id="weak"),
        pytest.param('"other", W/"another" , {etag}', HTTPStatus.NOT_MODIFIED, id="list"),
        pytest.param("*", HTTPStatus.NOT_MODIFIED, id="anything"),
        pytest.param('"other"', HTTPStatus.OK, id="other"),
        pytest.param('"*"', HTTPStatus.OK, id="quoted-star"),
        pytest.param("nonsense", HTTPStatus.OK, id="nonsense"),
        pytest.param("", HTTPStatus.OK, id="empty"),
    ],
)
async def test_conditional_requests(station: Station, condition: str, status: HTTPStatus) -> None:
    requests = product(FEED_PATHS, (hdrs.METH_GET, hdrs.METH_HEAD))
    for path, method in requests:
        url = f"{station.base}/{path}"
        etag = (await station.client.get(url)).headers[hdrs.ETAG]
        assert etag.startswith('"')
        headers = {hdrs.IF_NONE_MATCH: condition.format(etag=etag)}
        answer = await station.client.request(method, url, headers=headers)
        assert answer.status == status
        assert answer.headers[hdrs.ETAG] == etag
        assert answer.headers[hdrs.CACHE_CONTROL] == "private, no-cache"
        if status is HTTPStatus.NOT_MODIFIED:
            assert await answer.read() == b""
            assert hdrs.CONTENT_ENCODING not in answer.headers


async def test_a_plain_copy_is_not_fetched_again_gzipped(station: Station) -> None:
    url = f"{station.base}/guide.xml"
    etag = (await station.client.get(url, headers=PLAIN)).headers[hdrs.ETAG]
    answer = await station.client.get(url, headers={hdrs.IF_NONE_MATCH: etag})
    assert answer.status == HTTPStatus.NOT_MODIFIED
    assert answer.headers[hdrs.ETAG] == etag


async def test_only_so_many_bodies_are_kept(station: Station) -> None:
    publication = station.publication
    bodies = ResponseCache()
    made: list[int] = []

    def make(_: Publication, number: int) -> bytes:
        made.append(number)
        return b"%d" % number

    for number in (*range(65), 64, 0):
        body = bodies.get(publication, make, number)
        assert body.content == b"%d" % number
    assert made == [*range(65), 0]


async def test_etag_names_the_content(station: Station) -> None:
    body = Body.of(b"content")
    assert body.etag == f'"{hashlib.sha256(b"content").hexdigest()[:32]}"'
    assert Body.of(b"content") == body
    answer = await station.client.get(f"{station.base}/playlist.m3u", headers=PLAIN)
    assert answer.headers[hdrs.ETAG] == Body.of(await answer.read()).etag


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("x" * 43, id="other"),
        pytest.param("x", id="short"),
        pytest.param("%C3%A9%00", id="not-ascii"),
        pytest.param("{token}x", id="longer"),
        pytest.param("{token:.42}", id="shorter"),
        pytest.param("{token!s:.0}%20", id="blank"),
    ],
)
async def test_wrong_token(station: Station, token: str) -> None:
    wrong = token.format(token=station.coordinator.credentials.feed_token)
    paths = (*FEED_PATHS, "stream/1.m3u8", "stream/1.ts")
    for path, method in product(paths, (hdrs.METH_GET, hdrs.METH_HEAD)):
        answer = await station.client.request(method, f"/api/toonami_downlink/{wrong}/{path}")
        assert answer.status == HTTPStatus.FORBIDDEN
        assert await answer.read() == b""
        assert hdrs.WWW_AUTHENTICATE not in answer.headers


@pytest.mark.parametrize("path", ["playlist.m3u", "guide.xml"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_other_methods(station: Station, path: str, method: str) -> None:
    answer = await station.client.request(method, f"{station.base}/{path}")
    assert answer.status == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("path", [*FEED_PATHS, "stream/1.m3u8"])
async def test_cors(station: Station, path: str) -> None:
    url = f"{station.base}/{path}"
    for origin in ("https://player.example", "null"):
        headers = {hdrs.ORIGIN: origin}
        for method in (hdrs.METH_GET, hdrs.METH_HEAD):
            answer = await station.client.request(
                method, url, headers=headers, allow_redirects=False
            )
            assert answer.headers.getall(hdrs.ACCESS_CONTROL_ALLOW_ORIGIN) == [origin]
            assert hdrs.ACCESS_CONTROL_ALLOW_CREDENTIALS not in answer.headers
        preflight = {**headers, hdrs.ACCESS_CONTROL_REQUEST_METHOD: "GET"}
        answer = await station.client.options(url, headers=preflight)
        assert answer.status == HTTPStatus.OK
        assert answer.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] == origin


async def test_unavailable_while_not_loaded(station: Station) -> None:
    url = f"{station.base}/playlist.m3u"
    assert await station.hass.config_entries.async_unload(station.entry.entry_id)
    for method in (hdrs.METH_GET, hdrs.METH_HEAD):
        answer = await station.client.request(method, url)
        assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
        assert answer.headers[hdrs.RETRY_AFTER] == "30"
        assert await answer.read() == b""
    assert await station.hass.config_entries.async_setup(station.entry.entry_id)
    await station.hass.async_block_till_done(wait_background_tasks=True)
    assert (await station.client.get(url)).status == HTTPStatus.OK


async def test_unavailable_before_an_entry(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, "toonami_downlink", {})
    client = await hass_client_no_auth()
    answer = await client.get("/api/toonami_downlink/token/playlist.m3u")
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE


async def test_unavailable_before_the_first_feed(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    entry = make_entry("/no/such/provider {m3u} {xmltv}")
    coordinator = await set_up(hass, entry)
    station = Station(hass, entry, coordinator, await hass_client_no_auth())
    answer = await station.client.get(f"{station.base}/playlist.m3u")
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.headers[hdrs.RETRY_AFTER] == "30"
    (record,) = coordinator.clients.records
    assert record.outcome is Outcome.NO_FEED
    wrong = await station.client.get("/api/toonami_downlink/wrong/playlist.m3u")
    assert wrong.status == HTTPStatus.FORBIDDEN
    (record,) = coordinator.clients.records
    assert record.outcome is Outcome.REFUSED


async def test_a_new_feed_is_served_at_once(
    station: Station, freezer: FrozenDateTimeFactory
) -> None:
    urls = [f"{station.base}/{path}" for path in FEED_PATHS]
    before = [await (await station.client.get(url)).read() for url in urls]
    feed = make_feed(MIDNIGHT, show="Other", channels=())
    await station.hass.async_add_executor_job(publish, station.hass, feed)
    assert await station.hass.config_entries.async_reload(station.entry.entry_id)
    await station.hass.async_block_till_done(wait_background_tasks=True)
    after = [await (await station.client.get(url)).read() for url in urls]
    assert all(old != new for old, new in zip(before, after, strict=True))


async def test_replaced_credentials(station: Station) -> None:
    old = station.base
    assert (await station.client.get(f"{old}/playlist.m3u")).status == HTTPStatus.OK
    await station.coordinator.credentials.async_rotate()
    refused = await station.client.get(
        f"{old}/playlist.m3u", headers={hdrs.USER_AGENT: "TiviMate/5.1"}
    )
    assert refused.status == HTTPStatus.FORBIDDEN
    (record,) = station.coordinator.clients.with_old_credentials
    assert (record.player, record.kind) == ("TiviMate", RequestKind.PLAYLIST)
    answer = await station.client.get(f"{station.base}/playlist.m3u")
    text = await answer.text()
    assert station.coordinator.credentials.feed_token in text
    assert old not in text


async def test_guides_are_made_once_for_all_who_wait(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = station.publication
    made: list[str] = []
    make, all_wait = publication.guide, Event()

    def count(origin: str) -> Any:
        made.append(origin)
        assert all_wait.wait(5)
        return make(origin)

    monkeypatch.setattr(publication, "guide", count)
    guides = GuideCache(station.hass)
    requests = asyncio.gather(*(guides.async_get(publication, station.origin) for _ in range(8)))
    station.hass.loop.call_soon(all_wait.set)
    first, *others = await requests
    assert all(other is first for other in others)
    assert made == [station.origin]


async def test_players_are_seen(station: Station) -> None:
    headers = {hdrs.USER_AGENT: "VLC/3.0.18 LibVLC/3.0.18"}
    for path in ("playlist.m3u", "guide.xml", "guide.xml.gz"):
        await station.client.get(f"{station.base}/{path}", headers=headers)
    newest, oldest = station.coordinator.clients.records
    assert (newest.kind, newest.count) == (RequestKind.GUIDE, 2)
    assert (oldest.kind, oldest.count) == (RequestKind.PLAYLIST, 1)
    assert {(item.address, item.player, item.outcome) for item in (newest, oldest)} == {
        ("127.0.0.1", "VLC", Outcome.OK)
    }


async def test_no_secret_in_the_log(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    caplog.clear()
    await station.client.get("/api/toonami_downlink/wrong-token/playlist.m3u")
    await station.client.get(f"{station.base}/playlist.m3u")
    ours = [item.getMessage() for item in caplog.records if "toonami_downlink" in item.name]
    assert len(ours) == 1
    assert "127.0.0.1" in ours[0]
    assert "wrong-token" not in ours[0]
