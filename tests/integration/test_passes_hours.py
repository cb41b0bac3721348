"""Devices with hours: what they get at every door outside of them, and what ends when."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from http import HTTPStatus

from aiohttp import hdrs
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.relay.slate import (
    NOTICE_SEGMENTS,
    notice,
    slate_segment,
)
from custom_components.toonami_downlink.passes import limits
from custom_components.toonami_downlink.passes.limits import (
    async_end_what_is_over,
    async_setup_limits,
)
from custom_components.toonami_downlink.views import notice as notices

from . import upstream as upstreams
from .harness import NOW, Harness
from .limited import (
    BEDTIME,
    GUEST,
    KIDS,
    MORNING,
    SECOND,
    TEEN,
    endless,
    get,
    go_on,
    is_closed,
    open_limited,
    playlists,
)
from .relayed import listed
from .stream_harness import Viewer, serve_app, wait_until
from .test_passes import secrets, stream, update
from .upstream import PACKET, Upstream

Address = tuple[str, int]
pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def upstream(socket_enabled: None) -> AsyncIterator[Upstream]:
    async with Upstream() as upstream:
        yield upstream


@pytest.fixture
async def house(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    upstream: Upstream,
    clock: FrozenDateTimeFactory,
) -> AsyncIterator[Harness]:
    house = await open_limited(hass, hass_client_no_auth, upstream)
    yield house
    await house.coordinator.streams.async_stop_all()


@pytest.fixture
async def address(house: Harness) -> AsyncIterator[Address]:
    async with serve_app(house.hass) as address:
        yield address


@pytest.fixture
def viewers(address: Address) -> Iterator[dict[str, Viewer]]:
    with ExitStack() as stack:
        sets = {identity: Viewer(address) for identity in (HOME, KIDS, TEEN, GUEST)}
        for one in sets.values():
            stack.callback(one.leave)
        yield sets


# Outside the hours


async def test_notice_as_hls(
    house: Harness, upstream: Upstream, clock: FrozenDateTimeFactory
) -> None:
    clock.move_to(BEDTIME)
    for path in playlists(house, KIDS):
        status, text = await get(house, path)
        assert status == HTTPStatus.OK
        assert text.endswith("#EXT-X-ENDLIST\n")
        assert "#EXT-X-TARGETDURATION:2\n" in text
        assert listed(text) == [f"1/notice{number}.ts" for number in range(NOTICE_SEGMENTS)]
        base = house.client.make_url(path)
        for name in listed(text):
            answer = await house.client.get(base.join(type(base)(name)).path)
            assert (answer.status, answer.content_type) == (HTTPStatus.OK, "video/mp2t")
            assert (await answer.read())[:1] == b"\x47"
        beyond = await house.client.get(base.join(type(base)(f"1/notice{NOTICE_SEGMENTS}.ts")).path)
        assert beyond.status == HTTPStatus.NOT_FOUND
        head = await house.client.head(path)
        assert head.status == HTTPStatus.OK
    assert upstream.asked == []
    assert house.coordinator.streams.sessions == []


async def test_notice_as_ts(
    house: Harness,
    upstream: Upstream,
    address: Address,
    clock: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock.move_to(BEDTIME)
    bodies = []
    monkeypatch.setattr(notices, "_AT_ONCE", NOTICE_SEGMENTS)
    for path in endless(house, KIDS):
        viewer = Viewer(address)
        assert await viewer.open(path) == HTTPStatus.OK
        # It ends by itself, and whole.
        answer = await house.client.get(path)
        assert answer.status == HTTPStatus.OK
        bodies.append(await answer.read())
        viewer.leave()
    assert len(set(bodies)) == 1
    assert len(bodies[0]) % PACKET == 0
    assert upstream.asked == []
    assert house.coordinator.streams.sessions == []


async def test_notice_comes_as_fast_as_it_is_played(
    house: Harness, clock: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.move_to(BEDTIME)
    waited: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        waited.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", note)
    await get(house, endless(house, KIDS)[0])
    assert 20 < sum(waited) < 30


async def test_one_that_does_not_read_the_notice_is_left(
    house: Harness,
    address: Address,
    clock: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock.move_to(BEDTIME)
    monkeypatch.setattr(notices, "notice", lambda _: ((bytes(10_000_000),), 0.0))
    monkeypatch.setattr(notices, "_READ_SECONDS", 0.1)
    viewer = Viewer(address)
    assert await viewer.open(endless(house, KIDS)[0], room=4096) == HTTPStatus.OK
    async with asyncio.timeout(5):
        assert len(await viewer.end()) < 10_000_000


async def test_one_that_leaves_the_notice(
    house: Harness, address: Address, clock: FrozenDateTimeFactory
) -> None:
    clock.move_to(BEDTIME)
    viewer = Viewer(address)
    assert await viewer.open(endless(house, KIDS)[0]) == HTTPStatus.OK
    await viewer.read(PACKET)
    viewer.leave()
    assert await is_closed(house, playlists(house, KIDS)[0])


async def test_what_is_no_television_stays(house: Harness, clock: FrozenDateTimeFactory) -> None:
    one = secrets(house, KIDS)
    base = f"/api/{DOMAIN}/{one.feed_token}"
    login = f"username={one.username}&password={one.password}"
    code = house.coordinator.credentials.code(KIDS)
    paths = [
        f"{base}/playlist.m3u",
        f"{base}/guide.xml",
        f"/api/{DOMAIN}/hdhr/{one.feed_token}/lineup.json",
        f"/player_api.php?{login}&action=get_live_streams",
        f"/tv/{code}",
        f"/tv/{code}/guide",
    ]
    by_day = [await get(house, path) for path in paths]
    clock.move_to(BEDTIME)
    assert [await get(house, path) for path in paths] == by_day
    assert {status for status, _ in by_day} == {HTTPStatus.OK}


async def test_others_watch(house: Harness, clock: FrozenDateTimeFactory) -> None:
    clock.move_to(BEDTIME)
    closed = [await is_closed(house, playlists(house, one)[0]) for one in (HOME, KIDS, GUEST)]
    assert closed == [False, True, False]


@pytest.mark.parametrize(
    ("at", "closed"),
    [
        (BEDTIME - SECOND, False),
        (BEDTIME, True),
        (MORNING - SECOND, True),
        (MORNING, False),
    ],
    ids=str,
)
async def test_limits_of_the_hours(
    house: Harness, clock: FrozenDateTimeFactory, at: datetime, closed: bool
) -> None:
    clock.move_to(at)
    assert await is_closed(house, playlists(house, KIDS)[0]) is closed


# While it is watched


async def test_the_hours_end_while_all_watch(
    house: Harness,
    viewers: dict[str, Viewer],
    address: Address,
    clock: FrozenDateTimeFactory,
) -> None:
    clock.move_to(BEDTIME - SECOND)
    for identity, viewer in viewers.items():
        assert await viewer.open(stream(house, identity)) == HTTPStatus.OK
    assert len(house.coordinator.streams.sessions) == len(viewers)
    go_on(house, clock, BEDTIME)
    async with asyncio.timeout(1):
        await viewers[KIDS].end()
        await wait_until(lambda: not house.coordinator.passes.watching(KIDS))
    for identity in (HOME, TEEN, GUEST):
        await viewers[identity].read(PACKET * 100)
        assert len(house.coordinator.passes.watching(identity)) == 1
    # It may come again at once, and gets the notice.
    again = Viewer(address)
    assert await again.open(stream(house, KIDS)) == HTTPStatus.OK
    assert not house.coordinator.passes.watching(KIDS)
    again.leave()


async def test_the_hours_end_for_one_that_watches_hls(
    house: Harness, clock: FrozenDateTimeFactory
) -> None:
    clock.move_to(BEDTIME - SECOND)
    path = playlists(house, KIDS)[0]
    _, text = await get(house, path)
    last = listed(text)[-1]
    segment = path.replace("1.m3u8", last)
    assert (await house.client.get(segment)).status == HTTPStatus.OK
    assert house.coordinator.streams.upstream_streams == 1
    go_on(house, clock, BEDTIME)
    # Nobody else watches.
    assert house.coordinator.streams.upstream_streams == 0
    assert house.coordinator.streams.sessions == []
    _, text = await get(house, path)
    assert listed(text)[0] == "1/notice0.ts"
    sequence = int(text.split("#EXT-X-MEDIA-SEQUENCE:")[1].split()[0])
    assert sequence > int(last.removeprefix("1/").removesuffix(".ts"))


async def test_a_player_goes_from_the_channel_to_the_notice_and_ends(
    house: Harness,
    address: Address,
    clock: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture, _ = slate_segment(radio=False)
    monkeypatch.setattr(upstreams, "body", lambda *_: picture)
    clock.move_to(BEDTIME - SECOND)
    host, port = address
    command = ("ffmpeg", "-v", "error", "-i", f"http://{host}:{port}{playlists(house, KIDS)[0]}")
    player = await asyncio.create_subprocess_exec(
        *(*command, "-c", "copy", "-f", "mpegts", "pipe:1"), stdout=asyncio.subprocess.PIPE
    )
    assert player.stdout
    await player.stdout.readexactly(PACKET * 100)
    go_on(house, clock, BEDTIME)
    async with asyncio.timeout(20):
        rest = await player.stdout.read()
        assert await player.wait() == 0
    assert len(rest) > sum(map(len, notice(radio=False)[0])) // 2


async def test_segments_are_closed_although_others_watch(
    house: Harness, clock: FrozenDateTimeFactory
) -> None:
    clock.move_to(BEDTIME - SECOND)
    paths = {identity: playlists(house, identity)[0] for identity in (KIDS, GUEST)}
    for path in paths.values():
        _, text = await get(house, path)
    last = listed(text)[-1]
    clock.move_to(BEDTIME)
    found = [
        (await house.client.get(path.replace("1.m3u8", last))).status for path in paths.values()
    ]
    assert found == [HTTPStatus.NOT_FOUND, HTTPStatus.OK]
    go_on(house, clock, BEDTIME)
    assert [one.watcher.identity for one in house.coordinator.streams.sessions] == [GUEST]


async def test_several_that_end_together_stop_the_channel(
    house: Harness, clock: FrozenDateTimeFactory
) -> None:
    clock.move_to(BEDTIME - SECOND)
    for player in ("VLC/3.0.20", "mpv 0.40"):
        path = playlists(house, KIDS)[0]
        answer = await house.client.get(path, headers={hdrs.USER_AGENT: player})
        assert answer.status == HTTPStatus.OK
    assert len(house.coordinator.streams.sessions) == 2
    go_on(house, clock, BEDTIME)
    assert house.coordinator.streams.upstream_streams == 0


async def test_other_hours_go_for_what_is_watched(
    house: Harness, clock: FrozenDateTimeFactory
) -> None:
    path = playlists(house, KIDS)[0]
    assert not await is_closed(house, path)
    update(house, KIDS, allowed_from="06:00", allowed_until="09:00")
    await house.hass.async_block_till_done()
    assert house.coordinator.streams.sessions == []
    assert await is_closed(house, path)


async def test_each_minute_is_looked_at(
    house: Harness, clock: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracked: list[tuple[Callable[[datetime], None], dict[str, int]]] = []

    def track(
        _hass: HomeAssistant, action: Callable[[datetime], None], **when: int
    ) -> Callable[[], None]:
        tracked.append((action, when))
        return lambda: None

    monkeypatch.setattr(limits, "async_track_time_change", track)
    async_setup_limits(house.coordinator.config_entry)
    ((action, when),) = tracked
    assert when == {"second": 0}
    assert not await is_closed(house, playlists(house, KIDS)[0])
    clock.move_to(BEDTIME)
    assert len(house.coordinator.streams.sessions) == 1
    action(BEDTIME)
    assert house.coordinator.streams.sessions == []


async def test_each_programme_is_looked_at(house: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[datetime] = []
    monkeypatch.setattr(limits, "async_end_what_is_over", lambda _: looked.append(dt_util.utcnow()))
    house.coordinator.async_update_listeners()
    assert looked == [NOW]


async def test_without_limits_nobody_is_ended(
    house: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    for identity in (KIDS, TEEN):
        update(house, identity, channels=[])
    await house.hass.async_block_till_done()
    ended: list[object] = []
    monkeypatch.setattr(house.coordinator.streams, "async_end_sessions", ended.append)
    async_end_what_is_over(house.coordinator)
    assert ended == []
