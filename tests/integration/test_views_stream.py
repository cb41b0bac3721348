"""HLS from the relay: every way in, what is below it, and who may."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
import re
from urllib.parse import urljoin

from aiohttp import hdrs
from aiohttp.test_utils import make_mocked_request
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import LINKS_DIRECT, LINKS_HOME_ASSISTANT
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.models import Channel
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.relay.viewer import Viewer
from custom_components.toonami_downlink.views.base import admit
from custom_components.toonami_downlink.views.stream import transport_stream
from tests.night import by_night

from .harness import Harness
from .relayed import (
    API,
    FRESH,
    HLS,
    ORIGIN,
    WAYS,
    ask,
    get,
    listed,
    open_relayed,
    watch_token,
    ways,
)
from .stream_harness import wait_until
from .upstream import PACKET, Upstream

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
async def harness(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, upstream: Upstream
) -> AsyncIterator[Harness]:
    harness = await open_relayed(hass, hass_client_no_auth, upstream)
    yield harness
    await harness.coordinator.streams.async_stop_all()


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_in(harness: Harness, upstream: Upstream, way: str) -> None:
    base = ways(harness)[way]

    answer = await ask(harness, f"{base}/1.m3u8", Origin=ORIGIN)

    assert answer.status == HTTPStatus.OK
    assert answer.content_type == HLS
    assert answer.headers[hdrs.CACHE_CONTROL] == "no-store"
    assert answer.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] == ORIGIN
    assert hdrs.ACCESS_CONTROL_ALLOW_CREDENTIALS not in answer.headers
    found = listed(text := await answer.text())
    assert len(found) >= 3
    assert upstream.url not in text
    assert all(re.fullmatch(r"1/\d+\.ts", address) for address in found)
    assert f"#EXT-X-MEDIA-SEQUENCE:{found[0][2:-3]}\n" in text
    for address in found[-3:]:
        segment = await ask(harness, f"{base}/{address}", Origin=ORIGIN)
        assert segment.status == HTTPStatus.OK
        assert segment.content_type == "video/mp2t"
        assert "immutable" in segment.headers[hdrs.CACHE_CONTROL]
        assert "private" in segment.headers[hdrs.CACHE_CONTROL]
        assert segment.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] == ORIGIN
        content = await segment.read()
        assert set(content[::PACKET]) == {0x47}
    (session,) = harness.coordinator.streams.sessions
    assert (session.watcher.address, session.is_continuous) == ("127.0.0.1", False)
    assert session.viewer.sent > len(content)
    assert not upstream.twice


async def test_all_ways_share_one_pull(harness: Harness, upstream: Upstream) -> None:
    contents = set()
    for base in ways(harness).values():
        playlist = (await get(harness, f"{base}/1.m3u8"))[1].decode()
        newest = listed(playlist)[0]
        contents.add((await get(harness, f"{base}/{newest}"))[1])
    assert len(contents) <= 2, "one, or two if the time went on"
    assert upstream.count("/playlist.m3u8") == 1
    assert not upstream.twice
    record = harness.coordinator.clients.records[0]
    assert (record.kind, record.outcome) == (RequestKind.STREAM, Outcome.OK)


async def test_preflight(harness: Harness) -> None:
    headers = {"Origin": ORIGIN, hdrs.ACCESS_CONTROL_REQUEST_METHOD: "GET"}
    for base in ways(harness).values():
        for name in ("1.m3u8", "1/1.ts"):
            answer = await ask(harness, f"{base}/{name}", hdrs.METH_OPTIONS, **headers)
            assert answer.status == HTTPStatus.OK


@pytest.mark.parametrize("accepted", ["br, zstd, gzip, deflate", "*", "gzip, identity;q=0"])
@pytest.mark.parametrize("way", ["token", "watch", "root live"])
async def test_nothing_is_compressed(harness: Harness, way: str, accepted: str) -> None:
    """Segments are as small as they can be, and a playlist is about one packet of the network."""
    base = ways(harness)[way]
    headers = {hdrs.ACCEPT_ENCODING: accepted}
    names = ["1.m3u8", listed((await get(harness, f"{base}/1.m3u8"))[1].decode())[0]]
    for name in names if way == "watch" else (*names, "1.ts"):
        answer = await ask(harness, f"{base}/{name}", **headers)
        assert answer.status == HTTPStatus.OK
        assert hdrs.CONTENT_ENCODING not in answer.headers
        # So the answer does not depend on what was asked for, either.
        assert hdrs.VARY not in answer.headers
        assert (await answer.content.readexactly(1)) == (b"#" if name == names[0] else b"\x47")
        answer.close()


@pytest.mark.parametrize("name", ["1.m3u8", "1.ts", "1/4711.ts"])
async def test_head_starts_nothing(harness: Harness, upstream: Upstream, name: str) -> None:
    expected = HTTPStatus.NOT_FOUND if "/" in name else HTTPStatus.OK
    for way, base in ways(harness).items():
        if (way, name) == ("watch", "1.ts"):
            continue
        answer = await ask(harness, f"{base}/{name}", hdrs.METH_HEAD)
        assert answer.status == expected
        if expected == HTTPStatus.OK:
            assert answer.content_type == (HLS if name == "1.m3u8" else "video/mp2t")
        assert await answer.read() == b""
    assert harness.coordinator.streams.viewers == 0
    assert not upstream.asked


async def test_head_of_a_segment_that_is_there(harness: Harness) -> None:
    path = f"{harness.base}/stream/1.m3u8"
    address = urljoin(path, listed((await get(harness, path))[1].decode())[-1])
    (session,) = harness.coordinator.streams.sessions
    sent = session.viewer.sent
    answer = await ask(harness, address, hdrs.METH_HEAD)
    assert answer.status == HTTPStatus.OK
    assert int(answer.headers[hdrs.CONTENT_LENGTH]) > PACKET
    assert await answer.read() == b""
    assert session.viewer.sent == sent


@pytest.mark.parametrize(
    "name",
    by_night(
        [
            "8.m3u8",
            "0.m3u8",
            "one.m3u8",
            "11111111111111.m3u8",
            "²/1.ts",
            "8/1.ts",
            "1/x.ts",
            "1/1111111111111.ts",
            "1/1.m3u8",
            "1/²2.ts",
        ],
        keep=["8.m3u8", "8/1.ts", "1/x.ts"],
    ),
)
async def test_nothing_of_that_name(harness: Harness, upstream: Upstream, name: str) -> None:
    for base in ways(harness).values():
        answer = await ask(harness, f"{base}/{name}")
        assert answer.status == HTTPStatus.NOT_FOUND
    assert not upstream.asked


async def test_a_segment_of_a_channel_that_nobody_watches(
    harness: Harness, upstream: Upstream
) -> None:
    path = f"{harness.base}/stream/1.m3u8"
    segment = listed((await get(harness, path))[1].decode())[-1]
    for base in ways(harness).values():
        for address in (segment.replace("1/", "2/"), "2/0.ts", f"2/{'9' * 12}.ts"):
            assert await get(harness, f"{base}/{address}") == (HTTPStatus.NOT_FOUND, b"")
    assert not upstream.count("/pst/")
    harness.coordinator.streams.async_end_of(HOME)
    asked = len(upstream.asked)
    assert await get(harness, urljoin(path, segment)) == (HTTPStatus.NOT_FOUND, b"")
    assert harness.coordinator.streams.upstream_streams == 0
    assert upstream.asked[asked:] == []


async def test_numbers_go_on_after_the_channel_has_stopped(harness: Harness) -> None:
    path = f"{harness.base}/stream/1.m3u8"
    before = listed((await get(harness, path))[1].decode())
    harness.coordinator.streams.async_end_of(HOME)
    text = (await get(harness, path))[1].decode()
    after = listed(text)
    assert int(after[0][2:-3]) > int(before[-1][2:-3])
    assert "#EXT-X-DISCONTINUITY\n" in text


def wrong_secrets(harness: Harness) -> dict[str, str]:
    """Return where a stream would be if these were right."""
    user, password = harness.coordinator.credentials.username, "wrong"
    return {
        "token": f"{harness.base[:-1]}/stream",
        "watch for token": f"{API}/{watch_token(harness, hours=1)}/stream",
        "token for watch": f"{API}/watch/{harness.coordinator.credentials.feed_token}",
        "password": f"/live/{user}/{password}",
        "user": f"/live/toonami000000/{harness.coordinator.credentials.password}",
        "short": f"/{user}/{password}",
        "prefix": f"{API}/xtream/live/{user}/{password}",
        "watch token for password": f"/live/{user}/{watch_token(harness, hours=1)}",
    }


async def test_wrong_secrets(harness: Harness, upstream: Upstream) -> None:
    await get(harness, f"{harness.base}/stream/1.m3u8")
    for base in wrong_secrets(harness).values():
        for name in ("2.m3u8", "1/1.ts"):
            status, content = await get(harness, f"{base}/{name}")
            assert status in {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED, 429}
            assert content == b""
    assert not upstream.count("/pst/")


async def test_old_secrets(harness: Harness, upstream: Upstream) -> None:
    before = ways(harness)
    await harness.coordinator.async_rotate_credentials()
    for base in before.values():
        for name in ("1.m3u8", "1/1.ts"):
            status, _ = await get(harness, f"{base}/{name}")
            assert status in {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED}
    assert not upstream.asked
    for base in ways(harness).values():
        assert (await get(harness, f"{base}/1.m3u8"))[0] == HTTPStatus.OK


@pytest.mark.parametrize("links", [LINKS_DIRECT, LINKS_HOME_ASSISTANT])
async def test_without_the_relay_players_are_sent_to_upstream(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    links: str,
) -> None:
    harness = await open_relayed(hass, hass_client_no_auth, upstream, links)

    async def fresh(channel: Channel) -> str:
        return f"{FRESH}&channel={channel.number}"

    monkeypatch.setattr(harness.coordinator.stream_addresses, "async_get", fresh)
    found = ways(harness)
    watch = found.pop("watch")
    for base in found.values():
        for method in (hdrs.METH_GET, hdrs.METH_HEAD):
            answer = await ask(harness, f"{base}/3.m3u8", method)
            assert answer.status == HTTPStatus.FOUND
            assert answer.headers[hdrs.LOCATION] == f"{FRESH}&channel=3"
            assert answer.content_type == HLS
            assert answer.headers[hdrs.CACHE_CONTROL] == "no-store"
            assert await answer.read() == b""
    assert not upstream.asked
    # Who has logged in, and everybody who wants MPEG-TS, gets it from here all the same.
    assert (await get(harness, f"{watch}/3.m3u8"))[0] == HTTPStatus.OK
    async with harness.client.get(f"{harness.base}/stream/3.ts") as answer:
        assert (await answer.content.readexactly(PACKET))[0] == 0x47
    await harness.coordinator.streams.async_stop_all()


async def test_as_many_channels_as_allowed(harness: Harness, upstream: Upstream) -> None:
    for number, player in ((1, "VLC/3"), (2, "mpv/1")):
        url = f"{harness.base}/stream/{number}.m3u8"
        assert (await get(harness, url, **{"User-Agent": player}))[0] == HTTPStatus.OK
    answer = await harness.client.get(f"{harness.base}/stream/3.m3u8")
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert int(answer.headers[hdrs.RETRY_AFTER]) > 0
    assert harness.coordinator.clients.records[0].outcome is Outcome.BUSY
    assert not upstream.count("/snick-est/")
    # Whoever joins a channel that is on is welcome.
    status, *_ = await get(harness, f"{harness.base}/stream/2.m3u8", **{"User-Agent": "Kodi/21"})
    assert status == HTTPStatus.OK
    assert harness.coordinator.streams.viewers == 3
    account = await (await harness.client.get("/player_api.php", params=harness.login)).json()
    assert account["user_info"]["active_cons"] == "3"


async def test_not_loaded(harness: Harness, upstream: Upstream) -> None:
    found = ways(harness)
    assert await harness.hass.config_entries.async_unload(harness.entry.entry_id)
    for base in found.values():
        for name in ("1.m3u8", "1/1.ts"):
            assert (await get(harness, f"{base}/{name}"))[0] == HTTPStatus.SERVICE_UNAVAILABLE
    assert not upstream.asked


async def test_the_channel_stops_while_a_playlist_is_waited_for(
    harness: Harness, upstream: Upstream
) -> None:
    upstream.is_broken = True
    asked = harness.hass.async_create_background_task(
        get(harness, f"{harness.base}/stream/1.m3u8"), "viewer"
    )
    await wait_until(lambda: upstream.asked)
    harness.coordinator.streams.async_end_of(HOME)
    assert (await asked)[0] == HTTPStatus.SERVICE_UNAVAILABLE
    assert harness.coordinator.clients.records[0].outcome is Outcome.FAILED


async def test_the_channel_stops_just_when_its_playlist_is_ready(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = Viewer.ready

    async def stopped(viewer: Viewer) -> None:
        await ready(viewer)
        harness.coordinator.streams.async_end_of(HOME)

    monkeypatch.setattr(Viewer, "ready", stopped)
    status, _ = await get(harness, f"{harness.base}/stream/1.m3u8")
    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    assert harness.coordinator.clients.records[0].outcome is Outcome.FAILED


async def test_a_player_that_left_before_its_stream_began(harness: Harness) -> None:
    """Its handler may still go on for a step; the connection is not there any more."""
    request = make_mocked_request("GET", "/")
    request.protocol.transport = None
    guest = admit(request, harness.coordinator, HOME)
    assert guest
    channel = harness.publication.feed.channels[0]
    sending = asyncio.ensure_future(transport_stream(guest, channel, RequestKind.STREAM))
    streams = harness.coordinator.streams
    await wait_until(lambda: streams.viewers)
    assert streams.async_end(streams.sessions[0].identity)
    assert (await sending).prepared
    assert streams.viewers == 0
