"""The HDHomeRun emulation: off, found, asked, watched."""

from http import HTTPStatus
import os
from pathlib import Path

from aiohttp import hdrs
from homeassistant.core import HomeAssistant
from lxml import etree
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import CONF_HDHOMERUN, CONF_MAX_STREAMS
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind

from .harness import Harness, start_harness
from .stream_harness import child_pids, wait_until, write_fake_ffmpeg

PATHS = (
    "/",
    "/discover.json",
    "/lineup.json",
    "/lineup_status.json",
    "/lineup.post",
    "/device.xml",
    "/auto/v1",
)


@pytest.fixture
async def harness(hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator) -> Harness:
    options = {CONF_HDHOMERUN: True, CONF_MAX_STREAMS: 1}
    return await start_harness(hass, hass_client_no_auth, options=options)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a stand-in that is found before the real ffmpeg."""
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


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
        "TunerCount": 1,
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
    for path in ("/device.xml", "/"):
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


async def test_head(harness: Harness) -> None:
    for path in PATHS:
        answer = await harness.client.head(f"{harness.tuner}{path}")
        assert answer.status == HTTPStatus.OK
        assert await answer.read() == b""
    assert not child_pids()


@pytest.mark.parametrize(
    ("path", "duration"),
    [
        pytest.param("/auto/v1", None, id="any"),
        pytest.param("/tuner0/v1", None, id="a-certain-one"),
        pytest.param("/auto/v1?transcode=none", None, id="transcode"),
        pytest.param("/auto/v1?duration=30", "30", id="duration"),
        pytest.param("/auto/v1?duration=0", None, id="no-duration"),
        pytest.param("/auto/v1?duration=x", None, id="senseless-duration"),
        pytest.param(f"/auto/v1?duration={'9' * 5000}", None, id="endless-duration"),
    ],
)
async def test_watch(harness: Harness, fake: Path, path: str, duration: str | None) -> None:
    write_fake_ffmpeg(fake, 'echo "$@"')
    answer = await harness.client.get(f"{harness.tuner}{path}")
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "video/mp2t"
    words = (await answer.text()).split()
    assert (words[words.index("-t") + 1] if "-t" in words else None) == duration
    record = harness.coordinator.clients.records[0]
    assert (record.kind, record.outcome) == (RequestKind.TUNER, Outcome.OK)
    await wait_until(lambda: not child_pids())


async def test_unknown_channel(harness: Harness) -> None:
    answer = await harness.client.get(f"{harness.tuner}/auto/v99")
    assert answer.status == HTTPStatus.NOT_FOUND
    assert answer.headers["X-HDHomeRun-Error"] == "801 Unknown Channel"
    assert harness.coordinator.clients.records[0].outcome is Outcome.NOT_FOUND


async def test_all_tuners_busy(harness: Harness, fake: Path) -> None:
    write_fake_ffmpeg(fake, "exec cat /dev/zero")
    async with harness.coordinator.streams.async_open("East", "http://upstream.example/a.m3u8"):
        answer = await harness.client.get(f"{harness.tuner}/auto/v2")
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer.headers["X-HDHomeRun-Error"] == "805 All Tuners In Use"
    assert hdrs.RETRY_AFTER in answer.headers
    await wait_until(lambda: not child_pids())


async def test_unavailable_while_not_loaded(harness: Harness) -> None:
    assert await harness.hass.config_entries.async_unload(harness.entry.entry_id)
    answer = await harness.client.get(f"{harness.tuner}/discover.json")
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
