"""The playlist and the guide, as players fetch them."""

import gzip
import hashlib
from http import HTTPStatus
from itertools import product

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
from custom_components.toonami_downlink.engine.downlink.publish.publication import Body, Offer
from custom_components.toonami_downlink.views.base import accepts_gzip
from custom_components.toonami_downlink.views.response_cache import ResponseCache
from tests.night import by_night

from .factories import make_feed
from .harness import NOW, Harness, publish_feed, start_harness, start_without_feed

PLAIN = {hdrs.ACCEPT_ENCODING: "identity"}
FEED_PATHS = ("playlist.m3u", "guide.xml", "guide.xml.gz")


async def test_playlist(harness: Harness) -> None:
    answer = await harness.client.get(f"{harness.base}/playlist.m3u")
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "audio/x-mpegurl"
    assert answer.charset == "utf-8"
    assert answer.headers[hdrs.CACHE_CONTROL] == "private, no-cache"
    assert answer.headers[hdrs.VARY] == "Accept-Encoding"
    body = await answer.read()
    guide = f"{harness.origin}{harness.base}/guide.xml"
    header, first, *_ = body.decode().splitlines()
    assert header == f'#EXTM3U url-tvg="{guide}" x-tvg-url="{guide}"'
    assert f'tvg-logo="{harness.origin}/api/toonami_downlink/logos/toonami_east.png"' in first
    entries = parse_m3u(body)
    assert [int(entry.attributes["tvg-chno"]) for entry in entries] == [1, 2, 3, 4, 5, 6, 7]
    assert entries[0].url == "https://n1.example.com/est/0/playlist.m3u8"


async def test_guide(harness: Harness) -> None:
    answer = await harness.client.get(f"{harness.base}/guide.xml")
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "application/xml"
    assert answer.charset == "utf-8"
    body = await answer.read()
    assert parse_xmltv(body).programmes == {
        channel.guide_id: list(harness.publication.feed.guide[channel.key])
        for channel in harness.publication.feed.channels
        if harness.publication.feed.guide[channel.key]
    }
    assert f'<icon src="{harness.origin}/api/toonami_downlink/logos/mtv97.png"'.encode() in body
    assert b"downlink.invalid" not in body


async def test_guide_file_is_the_gzipped_guide(harness: Harness) -> None:
    answer = await harness.client.get(f"{harness.base}/guide.xml.gz")
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "application/gzip"
    assert hdrs.CONTENT_ENCODING not in answer.headers
    guide = await harness.client.get(f"{harness.base}/guide.xml")
    assert gzip.decompress(await answer.read()) == await guide.read()
    assert answer.headers[hdrs.ETAG] != guide.headers[hdrs.ETAG]


async def test_streams_can_come_from_home_assistant(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NOW)
    options = {CONF_STREAM_LINKS: LINKS_HOME_ASSISTANT}
    harness = await start_harness(hass, hass_client_no_auth, options=options)
    answer = await harness.client.get(f"{harness.base}/playlist.m3u")
    entries = parse_m3u(await answer.read())
    assert [entry.url for entry in entries] == [
        f"{harness.origin}{harness.base}/stream/{number}.m3u8" for number in range(1, 8)
    ]


@pytest.mark.parametrize("path", FEED_PATHS)
async def test_head_has_the_headers_of_get_and_no_body(harness: Harness, path: str) -> None:
    got = await harness.client.get(f"{harness.base}/{path}")
    asked = await harness.client.head(f"{harness.base}/{path}")
    assert asked.status == HTTPStatus.OK
    assert await asked.read() == b""
    ignored = {hdrs.DATE}
    assert {key: value for key, value in asked.headers.items() if key not in ignored} == {
        key: value for key, value in got.headers.items() if key not in ignored
    }
    assert int(asked.headers[hdrs.CONTENT_LENGTH]) > 100


@pytest.mark.parametrize("path", FEED_PATHS)
async def test_a_range_gets_the_whole(harness: Harness, path: str) -> None:
    url = f"{harness.base}/{path}"
    whole = await (await harness.client.get(url)).read()
    for value in ("bytes=0-", "bytes=100-200", "bytes=999999999-", "pages=1"):
        answer = await harness.client.get(url, headers={hdrs.RANGE: value})
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
async def test_gzip_is_made_once_and_is_the_same(harness: Harness, path: str) -> None:
    plain = await harness.client.get(f"{harness.base}/{path}", headers=PLAIN)
    client = harness.client.session
    url = f"{harness.origin}{harness.base}/{path}"
    async with client.get(url, headers={hdrs.ACCEPT_ENCODING: "gzip"}, auto_decompress=False) as it:
        zipped = await it.read()
    assert hdrs.CONTENT_ENCODING not in plain.headers
    assert it.headers[hdrs.CONTENT_ENCODING] == "gzip"
    assert gzip.decompress(zipped) == await plain.read()
    assert int(it.headers[hdrs.CONTENT_LENGTH]) < int(plain.headers[hdrs.CONTENT_LENGTH])
    assert it.headers[hdrs.ETAG] != plain.headers[hdrs.ETAG]


@pytest.mark.parametrize(
    ("condition", "status"),
    by_night(
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
        keep=["same", "list", "other"],
    ),
)
async def test_conditional_requests(harness: Harness, condition: str, status: HTTPStatus) -> None:
    requests = product(FEED_PATHS, (hdrs.METH_GET, hdrs.METH_HEAD))
    for path, method in requests:
        url = f"{harness.base}/{path}"
        etag = (await harness.client.get(url)).headers[hdrs.ETAG]
        assert etag.startswith('"')
        headers = {hdrs.IF_NONE_MATCH: condition.format(etag=etag)}
        answer = await harness.client.request(method, url, headers=headers)
        assert answer.status == status
        assert answer.headers[hdrs.ETAG] == etag
        assert answer.headers[hdrs.CACHE_CONTROL] == "private, no-cache"
        if status is HTTPStatus.NOT_MODIFIED:
            assert await answer.read() == b""
            assert hdrs.CONTENT_ENCODING not in answer.headers


async def test_a_plain_copy_is_not_fetched_again_gzipped(harness: Harness) -> None:
    url = f"{harness.base}/guide.xml"
    etag = (await harness.client.get(url, headers=PLAIN)).headers[hdrs.ETAG]
    answer = await harness.client.get(url, headers={hdrs.IF_NONE_MATCH: etag})
    assert answer.status == HTTPStatus.NOT_MODIFIED
    assert answer.headers[hdrs.ETAG] == etag


async def test_only_so_many_bodies_are_kept(harness: Harness) -> None:
    publication = harness.publication
    bodies = ResponseCache()
    made: list[int] = []

    def make(_: Offer, number: int) -> bytes:
        made.append(number)
        return b"%d" % number

    for number in (*range(257), 256, 0):
        body = bodies.get(publication, make, number)
        assert body.content == b"%d" % number
    assert made == [*range(257), 0]


async def test_etag_names_the_content(harness: Harness) -> None:
    body = Body.of(b"content")
    assert body.etag == f'"{hashlib.sha256(b"content").hexdigest()[:32]}"'
    assert Body.of(b"content") == body
    answer = await harness.client.get(f"{harness.base}/playlist.m3u", headers=PLAIN)
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
async def test_wrong_token(harness: Harness, token: str) -> None:
    wrong = token.format(token=harness.coordinator.credentials.feed_token)
    paths = (*FEED_PATHS, "stream/1.m3u8", "stream/1.ts")
    for path, method in product(paths, (hdrs.METH_GET, hdrs.METH_HEAD)):
        answer = await harness.client.request(method, f"/api/toonami_downlink/{wrong}/{path}")
        assert answer.status == HTTPStatus.FORBIDDEN
        assert await answer.read() == b""
        assert hdrs.WWW_AUTHENTICATE not in answer.headers


@pytest.mark.parametrize("path", ["playlist.m3u", "guide.xml"])
@pytest.mark.parametrize("method", by_night(["POST", "PUT", "DELETE", "PATCH"], keep=["POST"]))
async def test_other_methods(harness: Harness, path: str, method: str) -> None:
    answer = await harness.client.request(method, f"{harness.base}/{path}")
    assert answer.status == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("path", [*FEED_PATHS, "stream/1.m3u8"])
async def test_cors(harness: Harness, path: str) -> None:
    url = f"{harness.base}/{path}"
    for origin in ("https://player.example", "null"):
        headers = {hdrs.ORIGIN: origin}
        for method in (hdrs.METH_GET, hdrs.METH_HEAD):
            answer = await harness.client.request(
                method, url, headers=headers, allow_redirects=False
            )
            assert answer.headers.getall(hdrs.ACCESS_CONTROL_ALLOW_ORIGIN) == [origin]
            assert hdrs.ACCESS_CONTROL_ALLOW_CREDENTIALS not in answer.headers
        preflight = {**headers, hdrs.ACCESS_CONTROL_REQUEST_METHOD: "GET"}
        answer = await harness.client.options(url, headers=preflight)
        assert answer.status == HTTPStatus.OK
        assert answer.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] == origin


async def test_unavailable_while_not_loaded(harness: Harness) -> None:
    url = f"{harness.base}/playlist.m3u"
    assert await harness.hass.config_entries.async_unload(harness.entry.entry_id)
    for method in (hdrs.METH_GET, hdrs.METH_HEAD):
        answer = await harness.client.request(method, url)
        assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
        assert answer.headers[hdrs.RETRY_AFTER] == "30"
        assert await answer.read() == b""
    assert await harness.hass.config_entries.async_setup(harness.entry.entry_id)
    await harness.hass.async_block_till_done(wait_background_tasks=True)
    assert (await harness.client.get(url)).status == HTTPStatus.OK


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
    harness = await start_without_feed(hass, hass_client_no_auth)
    answer = await harness.client.get(f"{harness.base}/playlist.m3u")
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.headers[hdrs.RETRY_AFTER] == "30"
    (record,) = harness.coordinator.clients.records
    assert record.outcome is Outcome.NO_FEED
    wrong = await harness.client.get("/api/toonami_downlink/wrong/playlist.m3u")
    assert wrong.status == HTTPStatus.FORBIDDEN
    # What never was right has a place of its own, and pushes nothing out.
    assert {item.outcome for item in harness.coordinator.clients.records} == {
        Outcome.NO_FEED,
        Outcome.REFUSED,
    }


async def test_a_new_feed_is_served_at_once(
    harness: Harness, freezer: FrozenDateTimeFactory
) -> None:
    urls = [f"{harness.base}/{path}" for path in FEED_PATHS]
    before = [await (await harness.client.get(url)).read() for url in urls]
    feed = make_feed(show="Other", channels=())
    await harness.hass.async_add_executor_job(publish_feed, harness.hass, feed)
    assert await harness.hass.config_entries.async_reload(harness.entry.entry_id)
    await harness.hass.async_block_till_done(wait_background_tasks=True)
    after = [await (await harness.client.get(url)).read() for url in urls]
    assert all(old != new for old, new in zip(before, after, strict=True))


async def test_replaced_credentials(harness: Harness) -> None:
    old = harness.base
    assert (await harness.client.get(f"{old}/playlist.m3u")).status == HTTPStatus.OK
    await harness.coordinator.credentials.async_rotate()
    refused = await harness.client.get(
        f"{old}/playlist.m3u", headers={hdrs.USER_AGENT: "TiviMate/5.1"}
    )
    assert refused.status == HTTPStatus.FORBIDDEN
    (record,) = harness.coordinator.clients.with_old_credentials
    assert (record.player, record.kind) == ("TiviMate", RequestKind.PLAYLIST)
    answer = await harness.client.get(f"{harness.base}/playlist.m3u")
    text = await answer.text()
    assert harness.coordinator.credentials.feed_token in text
    assert old not in text


async def test_players_are_seen(harness: Harness) -> None:
    headers = {hdrs.USER_AGENT: "VLC/3.0.18 LibVLC/3.0.18"}
    for path in ("playlist.m3u", "guide.xml", "guide.xml.gz"):
        await harness.client.get(f"{harness.base}/{path}", headers=headers)
    newest, oldest = harness.coordinator.clients.records
    assert (newest.kind, newest.count) == (RequestKind.GUIDE, 2)
    assert (oldest.kind, oldest.count) == (RequestKind.PLAYLIST, 1)
    assert {(item.address, item.player, item.outcome) for item in (newest, oldest)} == {
        ("127.0.0.1", "VLC", Outcome.OK)
    }


async def test_no_secret_in_the_log(harness: Harness, caplog: pytest.LogCaptureFixture) -> None:
    caplog.clear()
    await harness.client.get("/api/toonami_downlink/wrong-token/playlist.m3u")
    await harness.client.get(f"{harness.base}/playlist.m3u")
    ours = [item.getMessage() for item in caplog.records if "toonami_downlink" in item.name]
    assert len(ours) == 1
    assert "127.0.0.1" in ours[0]
    assert "wrong-token" not in ours[0]
