"""The HDHomeRun emulation: off, found, asked, watched."""

from collections.abc import AsyncIterator
from dataclasses import replace
from http import HTTPStatus
from xml.sax.saxutils import escape

from aiohttp import hdrs
from homeassistant.core import HomeAssistant
from lxml import etree
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import CONF_HDHOMERUN, CONF_MAX_CHANNELS
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.formats.m3u import parse_m3u
from tests.night import by_night

from .factories import MIDNIGHT, make_feed
from .harness import Harness, start_harness
from .stream_harness import Viewer, serve_app, wait_until
from .upstream import PACKET, Upstream

PATHS = (
    "",
    "/",
    "/discover.json",
    "/lineup.json",
    "/lineup.xml",
    "/lineup.m3u",
    "/lineup_status.json",
    "/lineup.post",
    "/device.xml",
    "/auto/v1",
)


ERROR = "X-HDHomeRun-Error"
pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
async def harness(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, upstream: Upstream
) -> AsyncIterator[Harness]:
    options = {CONF_HDHOMERUN: True, CONF_MAX_CHANNELS: 2}
    feed = upstream.bring(make_feed(MIDNIGHT))
    harness = await start_harness(hass, hass_client_no_auth, feed, options)
    yield harness
    await harness.coordinator.streams.async_stop_all()


@pytest.fixture
async def address(harness: Harness) -> AsyncIterator[tuple[str, int]]:
    """The server as Home Assistant runs it."""
    async with serve_app(harness.hass) as address:
        yield address


async def test_off_unless_wanted(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    harness = await start_harness(hass, hass_client_no_auth)
    for path in PATHS:
        answer = await harness.client.get(f"{harness.tuner}{path}")
        assert answer.status == HTTPStatus.NOT_FOUND
        assert await answer.read() == b""


async def test_discover(harness: Harness) -> None:
    base = f"{harness.origin}{harness.tuner}"
    answer = await harness.client.get(f"{harness.tuner}/discover.json")
    assert answer.content_type == "application/json"
    found = await answer.json()
    assert len(found["DeviceID"]) == 8
    assert int(found["DeviceID"], 16) > 0
    assert found == {
        "FriendlyName": "Toonami Downlink",
        "Manufacturer": "Silicondust",
        "ManufacturerURL": "https://github.com/zachyzissou/toonamiaftermath-downlink",
        "ModelNumber": "HDHR5-4US",
        "FirmwareName": "hdhomerun5_atsc",
        "FirmwareVersion": found["FirmwareVersion"],
        "DeviceID": found["DeviceID"],
        "DeviceAuth": "",
        "BaseURL": base,
        "LineupURL": f"{base}/lineup.json",
        "TunerCount": 2,
    }


async def test_lineup(harness: Harness) -> None:
    found = await (await harness.client.get(f"{harness.tuner}/lineup.json")).json()
    assert found[0] == {
        "GuideNumber": "1",
        "GuideName": "Toonami Aftermath East",
        "URL": f"{harness.origin}{harness.tuner}/auto/v1",
    }
    assert [item["GuideNumber"] for item in found] == ["1", "2", "3", "4", "5", "6", "7"]
    assert not [item for item in found if "?" in item["URL"]]


async def test_lineup_in_other_forms(harness: Harness) -> None:
    found = await (await harness.client.get(f"{harness.tuner}/lineup.json")).json()

    answer = await harness.client.get(f"{harness.tuner}/lineup.xml")
    assert answer.content_type == "application/xml"
    root = etree.fromstring(await answer.read())
    assert root.tag == "Lineup"
    assert [{item.tag: item.text for item in program} for program in root] == found

    answer = await harness.client.get(f"{harness.tuner}/lineup.m3u")
    assert answer.content_type == "audio/x-mpegurl"
    entries = parse_m3u(await answer.read())
    assert [(entry.attributes["tvg-chno"], entry.name, entry.url) for entry in entries] == [
        (item["GuideNumber"], item["GuideName"], item["URL"]) for item in found
    ]
    assert all(entry.attributes["tvg-logo"].startswith(harness.origin) for entry in entries)


async def test_a_name_with_markup_in_the_lineup(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    name = 'Tom & "Jerry" <b>]]>'
    feed = make_feed(MIDNIGHT)
    channels = (replace(feed.channels[0], name=name), *feed.channels[1:])
    feed = replace(feed, channels=channels)
    harness = await start_harness(hass, hass_client_no_auth, feed, {CONF_HDHOMERUN: True})
    content = await (await harness.client.get(f"{harness.tuner}/lineup.xml")).read()
    assert escape(name).encode() in content
    assert etree.fromstring(content)[0].findtext("GuideName") == name


async def test_lineup_status(harness: Harness) -> None:
    answer = await harness.client.get(f"{harness.tuner}/lineup_status.json")
    assert await answer.json() == {
        "ScanInProgress": 0,
        "ScanPossible": 1,
        "Source": "Cable",
        "SourceList": ["Cable"],
    }


async def test_a_search_for_channels_is_accepted(harness: Harness) -> None:
    for method in (hdrs.METH_POST, hdrs.METH_GET, hdrs.METH_HEAD):
        answer = await harness.client.request(
            method, f"{harness.tuner}/lineup.post?scan=start&source=Cable"
        )
        assert answer.status == HTTPStatus.OK
        assert await answer.read() == b""


async def test_device(harness: Harness) -> None:
    found = await (await harness.client.get(f"{harness.tuner}/discover.json")).json()
    for path in ("/device.xml", "/", ""):
        answer = await harness.client.get(f"{harness.tuner}{path}")
        assert answer.content_type == "application/xml"
        root = etree.fromstring(await answer.read())
        texts = {etree.QName(item).localname: item.text or "" for item in root.iter()}
        assert texts["URLBase"] == f"{harness.origin}{harness.tuner}"
        assert texts["friendlyName"] == "Toonami Downlink"
        assert texts["serialNumber"] == found["DeviceID"]
        assert texts["UDN"].startswith("uuid:")


async def test_wrong_token(harness: Harness) -> None:
    for path in PATHS:
        answer = await harness.client.get(f"/api/toonami_downlink/hdhr/wrong{path}")
        assert answer.status == HTTPStatus.FORBIDDEN
        assert await answer.read() == b""


async def test_head(harness: Harness, upstream: Upstream) -> None:
    for path in PATHS:
        answer = await harness.client.head(f"{harness.tuner}{path}")
        assert answer.status == HTTPStatus.OK
        assert await answer.read() == b""
    assert not upstream.asked


@pytest.mark.parametrize(
    "path",
    by_night(
        [
            "/auto/v1",
            "/tuner0/v1",
            "/tuner1/v1",
            "/auto/v1?transcode=none",
            "/auto/v1?duration=0",
            "/auto/v1?duration=x",
            "/auto/v1?duration=86401",
            f"/auto/v1?duration={'9' * 5000}",
        ],
        keep=["/auto/v1", "/tuner1/v1", "/auto/v1?duration=86401"],
    ),
)
async def test_watch(harness: Harness, address: tuple[str, int], path: str) -> None:
    viewer = Viewer(address)
    assert await viewer.open(f"{harness.tuner}{path}") == HTTPStatus.OK
    await viewer.read(PACKET * 200)
    record = harness.coordinator.clients.records[0]
    assert (record.kind, record.outcome) == (RequestKind.TUNER, Outcome.OK)
    assert harness.coordinator.streams.viewers == 1
    viewer.leave()
    await wait_until(lambda: harness.coordinator.streams.viewers == 0)


async def test_as_many_tuners_as_the_device_says(harness: Harness, upstream: Upstream) -> None:
    found = await (await harness.client.get(f"{harness.tuner}/discover.json")).json()
    for number in (found["TunerCount"], 10, 99, 100):
        answer = await harness.client.get(f"{harness.tuner}/tuner{number}/v1")
        assert answer.status == HTTPStatus.NOT_FOUND
    assert not upstream.asked


@pytest.mark.parametrize("tuner", ["auto", "tuner0"])
async def test_unknown_channel(harness: Harness, tuner: str) -> None:
    answer = await harness.client.get(f"{harness.tuner}/{tuner}/v99")
    assert answer.status == HTTPStatus.NOT_FOUND
    assert answer.headers[ERROR] == "801 Unknown Channel"
    assert harness.coordinator.clients.records[0].outcome is Outcome.NOT_FOUND


async def test_all_tuners_busy(harness: Harness, address: tuple[str, int]) -> None:
    viewers = [Viewer(address, f"Player{number}") for number in (1, 2)]
    for number, viewer in enumerate(viewers, 1):
        assert await viewer.open(f"{harness.tuner}/auto/v{number}") == HTTPStatus.OK
    answer = await harness.client.get(f"{harness.tuner}/auto/v3")
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.headers[ERROR] == "805 All Tuners In Use"
    assert hdrs.RETRY_AFTER in answer.headers
    # A channel that somebody watches takes no tuner more.
    another = Viewer(address, "Another")
    assert await another.open(f"{harness.tuner}/tuner0/v2") == HTTPStatus.OK
    viewers[0].leave()
    await wait_until(lambda: harness.coordinator.streams.viewers == 2)
    freed = Viewer(address, "Freed")
    assert await freed.open(f"{harness.tuner}/auto/v3") == HTTPStatus.OK
    for viewer in (viewers[1], another, freed):
        viewer.leave()


async def test_unavailable_while_not_loaded(harness: Harness) -> None:
    assert await harness.hass.config_entries.async_unload(harness.entry.entry_id)
    answer = await harness.client.get(f"{harness.tuner}/discover.json")
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
