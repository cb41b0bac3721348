"""Streams at their limits: what is counted, what is waited for, and who is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
import re
import socket
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import Mock, call

from aiohttp import hdrs, web
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import (
    DOMAIN,
    LINKS_DIRECT,
    LINKS_RELAY,
    SILENT_BEFORE_REPAIR,
)
from custom_components.toonami_downlink.engine.downlink.client_log import Outcome, RequestKind
from custom_components.toonami_downlink.engine.downlink.models import Channel, Feed, Programme
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.relay.errors import Reason
from custom_components.toonami_downlink.engine.downlink.relay.source import ResolutionBudget
from custom_components.toonami_downlink.engine.downlink.relay.viewer import Viewer
from custom_components.toonami_downlink.streaming import manager as manager_module
from custom_components.toonami_downlink.streaming.addresses import StreamAddresses
from custom_components.toonami_downlink.streaming.manager import StreamManager, Watcher
from custom_components.toonami_downlink.views import stream as stream_module

from .broadcast import BEFORE, COUNT, Station, channel_of, watch
from .factories import MIDNIGHT, NOON, make_feed
from .harness import NOW, Harness, start_harness
from .relayed import ask, get, listed, open_relayed
from .stream_harness import wait_until
from .test_passes import secrets, subentry
from .test_streaming_addresses import STORED, channel, make
from .upstream import PACKET, Upstream

EAST: Final = "toonami_east"
NOBODY: Final = "http://127.0.0.1:9"
"""Where nothing listens."""
LATE: Final = NOON + timedelta(minutes=1)
"""When what is not for all ends on East, which began before noon."""
SECOND: Final = timedelta(seconds=1)
TV: Final = Watcher("192.0.2.1", "TV")
pytestmark = [pytest.mark.usefixtures("socket_enabled"), pytest.mark.nightly]

type Open = Callable[..., Awaitable[Harness]]


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
async def start(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    station: Station,
    freezer: FrozenDateTimeFactory,
) -> AsyncIterator[Open]:
    """A house with the relay and the tuner, in which a test says what comes."""
    started: list[Harness] = []

    async def start(
        feed: Feed | None = None,
        passes: Iterable[ConfigSubentryDataWithId] = (),
        **options: Any,
    ) -> Harness:
        freezer.move_to(NOW)
        usual: dict[str, Any] = {"stream_links": LINKS_RELAY, "hdhomerun": True}
        home = await start_harness(hass, hass_client_no_auth, feed, usual | options, passes)
        started.append(home)
        return home

    yield start
    for home in started:
        await home.coordinator.streams.async_stop_all()


def send(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Let that be all that a viewer of an endless stream gets."""

    async def stream(_: Viewer) -> AsyncIterator[bytes]:
        yield data

    monkeypatch.setattr(Viewer, "stream", stream)


# As HLS


async def test_a_session_counts_the_bytes_of_playlists_and_segments(start: Open) -> None:
    home = await start()
    folder = f"{home.base}/stream"
    _, playlist = await get(home, f"{folder}/1.m3u8")
    (session,) = home.coordinator.streams.sessions
    assert re.fullmatch("[0-9a-f]{16}", session.identity)
    assert session.viewer.sent == len(playlist)
    status, segment = await get(home, f"{folder}/{listed(playlist.decode())[-1]}")
    assert status == HTTPStatus.OK
    assert session.viewer.sent == len(playlist) + len(segment)

    # What was on, by the same player.
    folder = f"{home.base}/timeshift/1/{int(NOON.timestamp())}"
    _, master = await get(home, f"{folder}/1800.m3u8")
    (address,) = listed(master.decode())
    assert session.viewer.sent == len(playlist) + len(segment)
    status, past = await get(home, f"{folder}/{address}")
    assert status == HTTPStatus.OK
    assert session.viewer.sent == len(playlist) + len(segment) + len(past)


def rated_feed() -> Feed:
    """What is on East until a minute after noon is not for all."""
    feed = make_feed(MIDNIGHT)

    def change(one: Programme) -> Programme:
        if one.stop == NOON:
            return replace(one, stop=LATE, rating="TV-MA")
        return replace(one, start=LATE) if one.start == NOON else one

    return replace(feed, guide={**feed.guide, EAST: tuple(map(change, feed.guide[EAST]))})


async def named(home: Harness, identity: str) -> list[str]:
    """Return what the playlist of East names for a pass."""
    path = f"/api/{DOMAIN}/{secrets(home, identity).feed_token}/stream/1.m3u8"
    _, playlist = await get(home, path)
    return listed(playlist.decode())


async def test_a_playlist_begins_right_after_what_is_rated_too_high(start: Open) -> None:
    passes = [subentry("teen", max_age=7), subentry("adult", max_age=18)]
    home = await start(rated_feed(), passes)
    whole = await named(home, HOME)
    assert len(whole) == COUNT
    # What comes in its last minute may be the next one already.
    assert await named(home, "teen") == whole[BEFORE:]
    assert await named(home, "adult") == whole


@pytest.mark.parametrize(
    ("links", "method", "name", "status"),
    [
        (LINKS_RELAY, hdrs.METH_HEAD, "1.m3u8", HTTPStatus.OK),
        (LINKS_RELAY, hdrs.METH_HEAD, "1.ts", HTTPStatus.OK),
        (LINKS_DIRECT, hdrs.METH_GET, "1.m3u8", HTTPStatus.FOUND),
    ],
)
async def test_who_watches_nothing_here_is_in_the_log_of_clients(
    start: Open, links: str, method: str, name: str, status: int
) -> None:
    home = await start(stream_links=links)
    answer = await ask(home, f"{home.base}/stream/{name}", method)
    assert answer.status == status
    (record,) = home.coordinator.clients.records
    assert (record.kind, record.outcome) == (RequestKind.STREAM, Outcome.OK)


# As one stream


async def test_what_is_large_is_sent_in_pieces(
    start: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    write = web.StreamResponse.write

    async def note(response: web.StreamResponse, data: memoryview) -> None:
        sizes.append(len(data))
        await write(response, data)

    monkeypatch.setattr(web.StreamResponse, "write", note)
    data = bytes(range(256)) * 2500
    send(monkeypatch, data)
    home = await start()
    answer = await home.client.get(f"{home.base}/stream/1.ts")
    assert await answer.read() == data
    assert sizes == [262_144, 262_144, 115_712]


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("", None), ("0", None), ("1", 1), ("86400", 86_400), ("86401", 86_400)],
)
async def test_how_long_a_stream_lasts_and_nobody_reads_it(
    start: Open, monkeypatch: pytest.MonkeyPatch, duration: str, seconds: int | None
) -> None:
    waited: list[float | None] = []

    def note(limit: float | None) -> asyncio.Timeout:
        waited.append(limit)
        return asyncio.timeout(limit)

    ours = SimpleNamespace(timeout=note, get_running_loop=asyncio.get_running_loop)
    monkeypatch.setattr(stream_module, "asyncio", ours)
    send(monkeypatch, b"G" * PACKET)
    home = await start()
    answer = await home.client.get(f"{home.tuner}/auto/v1", params={"duration": duration})
    assert await answer.read() == b"G" * PACKET
    # All of it, then its only piece, and its end.
    assert waited == [seconds, 30.0, 30.0]


def test_the_system_keeps_little_for_a_viewer() -> None:
    # Of a real socket, the system takes as much as it likes.
    request = Mock()
    stream_module._limit_unread(request)  # noqa: SLF001
    request.transport.get_extra_info.assert_called_once_with("socket")
    connection = request.transport.get_extra_info.return_value
    connection.setsockopt.assert_called_once_with(socket.SOL_SOCKET, socket.SO_SNDBUF, 262_144)


# Addresses


@pytest.mark.parametrize(
    ("provider", "key", "expected"),
    [
        ("bundled", "toonami_east", f"{NOBODY}/est/playlist.m3u8"),
        ("bundled", "toonami_west", f"{NOBODY}/est/playlist.m3u8?streamDelay=180"),
        ("bundled", "other_kids", STORED),
        ("command", "toonami_west", STORED),
    ],
)
def test_the_address_for_when_upstream_gives_none(
    hass: HomeAssistant, provider: str, key: str, expected: str
) -> None:
    assert make(hass, NOBODY, provider).mirror(channel(key)) == expected


async def test_an_address_is_good_for_a_minute(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def resolve(_: StreamAddresses, of: Channel) -> str:
        asked.append(of.key)
        return f"https://n{len(asked)}.example.com/x.m3u8"

    monkeypatch.setattr(StreamAddresses, "async_resolve", resolve)
    urls = make(hass, NOBODY)
    began, passed = int(hass.loop.time()), 0.0
    with monkeypatch.context() as patch:
        patch.setattr(hass.loop, "time", lambda: began + passed)
        for passed, count in ((0.0, 1), (59.9, 1), (60.0, 1), (60.1, 2)):
            found = await urls.async_get(channel())
            assert found == f"https://n{count}.example.com/x.m3u8", passed


async def test_a_stored_address_is_used_sixty_times_a_minute(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = await open_relayed(hass, hass_client_no_auth, upstream)
    budgets = Mock(wraps=ResolutionBudget)
    monkeypatch.setattr(manager_module, "ResolutionBudget", budgets)
    streams = home.coordinator.streams
    await streams.async_touch(channel_of(home), TV)
    await wait_until(lambda: budgets.called)
    await streams.async_stop_all()
    assert budgets.call_args_list == [call(60)]


# The manager


async def test_nobody_goes_back_unless_it_is_wanted(hass: HomeAssistant) -> None:
    manager = StreamManager(hass, make(hass, NOBODY), max_channels=1)
    assert manager.reach == 0
    await manager.async_stop_all()


@pytest.mark.parametrize(("minutes", "is_asked"), [(10, False), (11, True)])
async def test_ten_minutes_need_no_disk(hass: HomeAssistant, minutes: int, is_asked: bool) -> None:
    manager = StreamManager(hass, make(hass, NOBODY), max_channels=1, pause_minutes=minutes)
    open_store = Mock(return_value=None)
    manager.async_store_in(open_store)
    assert manager.reach == minutes * 60
    assert open_store.called is is_asked
    await manager.async_stop_all()


async def test_listeners_are_told_of_a_signal_that_is_lost_and_back(
    start: Open, station: Station
) -> None:
    home = await start()
    await watch(home)
    told = Mock()
    home.coordinator.streams.async_add_listener(told)
    (source,) = station.listeners
    source.on_broken(Reason.STATUS)
    assert told.call_count == 1
    source.on_healed()
    assert told.call_count == 2


async def test_a_channel_is_silent_from_the_tenth_minute_on(
    start: Open, station: Station, clock: FrozenDateTimeFactory
) -> None:
    home = await start()
    streams = home.coordinator.streams
    async with streams.async_watch(channel_of(home), TV):
        await wait_until(lambda: station.listeners)
        station.listeners[0].on_broken(Reason.STATUS)
        clock.move_to(NOW + SILENT_BEFORE_REPAIR - SECOND)
        assert streams.silent_channels == []
        clock.move_to(NOW + SILENT_BEFORE_REPAIR)
        assert streams.silent_channels == ["Toonami Aftermath East"]
