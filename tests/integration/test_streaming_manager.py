"""Sessions in the relay: who they are, their end, and what is said when a signal is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from http import HTTPStatus
import logging
from unittest.mock import Mock

from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.toonami_downlink.const import (
    CONF_MAX_CHANNELS,
    CONF_STREAM_LINKS,
    DOMAIN,
    LINKS_RELAY,
    SILENT_BEFORE_REPAIR,
)
from custom_components.toonami_downlink.engine.downlink.models import Channel
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.relay import pull, source
from custom_components.toonami_downlink.engine.downlink.relay.slate import slate_segment
from custom_components.toonami_downlink.panel.status import status_payload
from custom_components.toonami_downlink.refreshing.issues import CHANNEL_SILENT
from custom_components.toonami_downlink.streaming import manager as manager_module
from custom_components.toonami_downlink.streaming.manager import (
    BusyError,
    StreamManager,
    ViewerEndedError,
    Watcher,
)

from .factories import MIDNIGHT, make_feed
from .harness import NOW, Harness, start_harness, state_of
from .stream_harness import Viewer, move_loop, serve_app, wait_until
from .upstream import PACKET, Upstream, monotonic

Address = tuple[str, int]
TV = Watcher("192.168.1.5", "TiviMate")
pytestmark = pytest.mark.usefixtures("socket_enabled", "all_entities_enabled")


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
async def harness(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, upstream: Upstream
) -> AsyncIterator[Harness]:
    feed = upstream.bring(make_feed(MIDNIGHT))
    options = {CONF_STREAM_LINKS: LINKS_RELAY, CONF_MAX_CHANNELS: 1}
    harness = await start_harness(hass, hass_client_no_auth, feed, options)
    yield harness
    await harness.coordinator.streams.async_stop_all()


@pytest.fixture
def streams(harness: Harness) -> StreamManager:
    return harness.coordinator.streams


@pytest.fixture
async def address(harness: Harness) -> AsyncIterator[Address]:
    async with serve_app(harness.hass) as address:
        yield address


async def test_a_session(harness: Harness, streams: StreamManager) -> None:
    east, west = harness.publication.feed.channels[:2]
    await streams.async_touch(east, TV)
    async with streams.async_watch(east, Watcher("::1", "a player with blanks")) as viewer:
        shown = streams.sessions
        assert [(one.watcher, one.channel, one.is_continuous) for one in shown] == [
            (TV, "toonami_east", False),
            (Watcher("::1", "a player with blanks"), "toonami_east", True),
        ]
        assert len({one.identity for one in shown}) == 2
        assert TV.address not in "".join(one.identity for one in shown)
        with pytest.raises(BusyError):
            await streams.async_touch(west, TV)
        async with aclosing(viewer.stream()) as pieces:
            assert (await anext(pieces))[0] == 0x47
        assert viewer.sent == 0, "not yet taken"
    assert streams.viewers == 1


async def watch(streams: StreamManager, channel: Channel) -> None:
    async with streams.async_watch(channel, TV):
        await asyncio.Event().wait()


async def test_who_it_is_stays_known(
    harness: Harness, streams: StreamManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was silent for a while comes back, and one makes room for another."""
    east, west = harness.publication.feed.channels[:2]
    await streams.async_touch(east, TV)
    move_loop(monkeypatch, 20)
    assert streams.sessions == []
    await streams.async_touch(east, TV)
    assert [one.watcher for one in streams.sessions] == [TV]
    move_loop(monkeypatch, 20)
    await streams.async_touch(west, TV)
    assert [(one.watcher, one.channel) for one in streams.sessions] == [(TV, "toonami_west")]


async def test_listeners_are_told_of_each_change_once(
    harness: Harness, streams: StreamManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of one that is only noticed while another is told."""
    east = harness.publication.feed.channels[0]
    await streams.async_touch(east, TV)
    async with streams.async_watch(east, Watcher("192.168.1.6", "Kodi")):
        told: list[int] = []
        stop = streams.async_add_listener(lambda: told.append(streams.viewers))
        move_loop(monkeypatch, 20)
        # The television set has gone meanwhile: as many watch as before.
        async with streams.async_watch(east, Watcher("192.168.1.7", "VLC")):
            assert told == []
        assert told == [1]
        await streams.async_touch(east, TV)
        assert told == [1, 2]
        await streams.async_touch(east, TV)
        assert told == [1, 2]
        stop()


async def test_many_that_are_refused_leave_nothing(
    harness: Harness, streams: StreamManager
) -> None:
    east, west = harness.publication.feed.channels[:2]
    await streams.async_touch(east, TV)
    for number in range(1000):
        with pytest.raises(BusyError):
            await streams.async_touch(west, Watcher("192.168.1.9", f"P{number}"))
    held = [value for value in vars(streams).values() if isinstance(value, dict | list | set)]
    assert max(len(value) for value in held) <= 3


async def test_end_of_a_continuous_session(
    harness: Harness,
    streams: StreamManager,
    address: Address,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = f"{harness.base}/stream/1.ts"
    ended, other = Viewer(address), Viewer(address, "Kodi/21")
    assert await ended.open(path) == HTTPStatus.OK
    assert await other.open(path) == HTTPStatus.OK
    socket = await hass_ws_client(harness.hass)
    payload = status_payload(harness.coordinator)["streams"]["sessions"]
    session = next(one["id"] for one in payload if one["player"] == "VLC")
    await socket.send_json_auto_id({"type": f"{DOMAIN}/sessions/end", "session": session})
    assert (await socket.receive_json())["success"]
    await ended.end()
    assert [one.watcher.player for one in streams.sessions] == ["Kodi"]
    for name in ("1.ts", "1.m3u8"):
        again = Viewer(address)
        assert await again.open(f"{harness.base}/stream/{name}") == HTTPStatus.FORBIDDEN
        again.leave()
    await other.read(PACKET * 300)
    await socket.send_json_auto_id({"type": f"{DOMAIN}/sessions/end", "session": session})
    assert (await socket.receive_json())["error"]["code"] == "not_found"
    move_loop(monkeypatch, 40)
    again = Viewer(address)
    assert await again.open(path) == HTTPStatus.FORBIDDEN
    again.leave()
    move_loop(monkeypatch, 20)
    again = Viewer(address)
    assert await again.open(path) == HTTPStatus.OK
    again.leave()
    other.leave()


async def test_end_of_an_hls_session(
    harness: Harness, streams: StreamManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{harness.base}/stream/1.m3u8"
    headers = {"User-Agent": "TiviMate/5"}
    text = await (await harness.client.get(path, headers=headers)).text()
    segment = f"{harness.base}/stream/{text.splitlines()[-1]}"
    assert (await harness.client.get(path)).status == HTTPStatus.OK
    session = next(one for one in streams.sessions if one.watcher.player == "TiviMate")
    assert streams.async_end(session.identity)
    assert not streams.async_end(session.identity)
    for address in (path, segment):
        answer = await harness.client.get(address, headers=headers)
        assert (answer.status, await answer.read()) == (HTTPStatus.FORBIDDEN, b"")
        assert (await harness.client.get(address)).status == HTTPStatus.OK
    assert streams.viewers == 1
    move_loop(monkeypatch, 60.5)
    assert (await harness.client.get(path, headers=headers)).status == HTTPStatus.OK


async def test_end_all_lets_new_ones_come(harness: Harness, streams: StreamManager) -> None:
    east = harness.publication.feed.channels[0]
    watching = harness.hass.async_create_background_task(watch(streams, east), "viewer")
    await wait_until(lambda: streams.viewers)
    streams.async_end_of(HOME)
    with pytest.raises(ViewerEndedError):
        await watching
    assert streams.upstream_streams == 0
    assert await streams.async_touch(east, TV)


async def test_a_stored_address_costs_upstream_no_answer(
    harness: Harness,
    streams: StreamManager,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Six addresses a minute are for those that are asked for, not for those that are known."""
    asked = Mock(return_value=False)
    monkeypatch.setattr(streams._budget, "take", asked)  # noqa: SLF001
    await streams.async_touch(harness.publication.feed.channels[0], TV)
    await wait_until(lambda: upstream.count(".ts"))
    assert upstream.count("playlist.m3u8") == 1
    asked.assert_not_called()


async def test_after_the_stop_nothing_starts(
    hass: HomeAssistant, harness: Harness, streams: StreamManager, upstream: Upstream
) -> None:
    east = harness.publication.feed.channels[0]
    await streams.async_stop_all()
    await streams.async_stop_all()
    with pytest.raises(BusyError):
        await streams.async_touch(east, TV)
    with pytest.raises(BusyError):
        async with streams.async_watch(east, TV):
            pytest.fail("opened")  # pragma: no cover
    assert not upstream.asked
    assert streams.sessions == []


async def test_home_assistant_stops(
    hass: HomeAssistant,
    harness: Harness,
    streams: StreamManager,
    caplog: pytest.LogCaptureFixture,
) -> None:
    east = harness.publication.feed.channels[0]
    watching = hass.async_create_background_task(watch(streams, east), "viewer")
    await wait_until(lambda: streams.viewers)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    with pytest.raises(ViewerEndedError):
        await watching
    await streams.async_stop_all()
    assert "Unable to remove" not in caplog.text


async def test_a_manager_that_is_stopped_no_longer_listens(
    hass: HomeAssistant, harness: Harness
) -> None:
    before = hass.bus.async_listeners()
    manager = StreamManager(hass, harness.coordinator.stream_addresses, max_channels=1)
    assert hass.bus.async_listeners() != before
    await manager.async_stop_all()
    assert hass.bus.async_listeners() == before


async def test_sensors(hass: HomeAssistant, harness: Harness, address: Address) -> None:
    def shown() -> tuple[str, str]:
        return (
            state_of(hass, "sensor.toonami_downlink_viewers").state,
            state_of(hass, "sensor.toonami_downlink_streams_from_upstream").state,
        )

    assert shown() == ("0", "0")
    first, second = Viewer(address), Viewer(address, "Kodi/21")
    assert await first.open(f"{harness.base}/stream/1.ts") == HTTPStatus.OK
    assert shown() == ("1", "1")
    assert await second.open(f"{harness.base}/stream/1.ts") == HTTPStatus.OK
    assert shown() == ("2", "1")
    first.leave()
    second.leave()
    await wait_until(lambda: shown() == ("0", "1"))
    harness.coordinator.streams.async_end_of(HOME)
    assert shown() == ("0", "0")


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the slate come at once, and a node be tried again at once."""
    monkeypatch.setattr(source, "_MOST_SILENCE", 0.3)
    monkeypatch.setattr(source, "_LONGEST_BACK_OFF", 0.05)
    monkeypatch.setattr(pull, "_LONGEST_PAUSE", 0.05)


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [
        (record.levelno, record.getMessage())
        for record in caplog.records
        if record.name == manager_module.__name__
    ]


@pytest.mark.parametrize("number", [1, 7], ids=["television", "radio"])
async def test_a_signal_that_is_lost_and_comes_back(
    harness: Harness,
    streams: StreamManager,
    address: Address,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    number: int,
) -> None:
    impatient(monkeypatch)
    caplog.set_level(logging.INFO, manager_module.__name__)
    channel = harness.publication.feed.channels[number - 1]
    upstream.is_broken = True
    viewer = Viewer(address)
    assert await viewer.open(f"{harness.base}/stream/{number}.ts") == HTTPStatus.OK
    received = await viewer.read(20_000)
    assert b"G" in received
    (shown,) = status_payload(harness.coordinator)["streams"]["channels"]
    assert (shown["running"], shown["reason"], shown["node"]) == (True, "status", "")
    assert shown["slate_since"]
    text = await (await harness.client.get(f"{harness.base}/stream/{number}.m3u8")).text()
    assert f"#EXTINF:{slate_segment(channel.radio)[1]:.3f}," in text
    upstream.is_broken = False
    await wait_until(lambda: not streams.health[channel.key].slate_since)
    await viewer.read(20_000)
    (shown,) = status_payload(harness.coordinator)["streams"]["channels"]
    assert (shown["reason"], shown["slate_since"]) == (None, None)
    assert shown["last_segment"]
    assert shown["node"].startswith("127.0.0.1")
    assert said(caplog) == [
        (
            logging.WARNING,
            f"{channel.name}: the signal is lost (status); viewers see a notice until it is back",
        ),
        (logging.INFO, f"{channel.name}: the signal is back"),
    ]
    viewer.leave()


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FrozenDateTimeFactory]:
    """A clock that stands, while the event loop's goes on."""
    monkeypatch.setattr(asyncio.get_running_loop(), "time", monotonic)
    with freeze_time(NOW) as clock:
        yield clock  # type: ignore[misc]  # it does not tick by itself


async def test_a_channel_that_stays_silent(
    hass: HomeAssistant,
    harness: Harness,
    streams: StreamManager,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    clock: FrozenDateTimeFactory,
) -> None:
    impatient(monkeypatch)
    east = harness.publication.feed.channels[0]
    upstream.is_broken = True

    def issue_after(passed: timedelta) -> ir.IssueEntry | None:
        clock.move_to(NOW + passed)
        # As it is called every half a minute of the event loop, whose clock goes its own way.
        harness.coordinator._async_tick(NOW + passed)  # noqa: SLF001
        return ir.async_get(hass).async_get_issue(DOMAIN, CHANNEL_SILENT)

    second = timedelta(seconds=1)
    tick = timedelta(seconds=31)
    async with streams.async_watch(east, TV):
        await wait_until(lambda: streams.health[east.key].slate_since)
        assert not issue_after(SILENT_BEFORE_REPAIR - second)
        issue = issue_after(SILENT_BEFORE_REPAIR + tick)
        assert issue
        assert issue.translation_placeholders == {"channels": "Toonami Aftermath East"}
        assert not issue.is_fixable
        assert issue.learn_more_url == "homeassistant://toonami-downlink/status"
    # Nobody waits for it any more, while it is still being tried.
    assert streams.health[east.key].slate_since
    assert not issue_after(SILENT_BEFORE_REPAIR + 2 * tick)
    async with streams.async_watch(east, TV):
        assert issue_after(SILENT_BEFORE_REPAIR + 3 * tick)
        upstream.is_broken = False
        await wait_until(lambda: not streams.health[east.key].slate_since)
        assert not issue_after(SILENT_BEFORE_REPAIR + 4 * tick)
