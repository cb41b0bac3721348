"""Hours and age ratings of devices: what they get at every door, and what ends when."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.const import CONF_STREAM_LINKS, DOMAIN, LINKS_RELAY
from custom_components.toonami_downlink.engine.downlink.models import Feed
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.relay.slate import NOTICE_SEGMENTS
from custom_components.toonami_downlink.passes import limits
from custom_components.toonami_downlink.passes.limits import (
    async_end_what_is_over,
)
from custom_components.toonami_downlink.views import notice as notices

from .factories import MIDNIGHT, NOON, SLOT, make_feed
from .harness import NOW, Harness, start_harness
from .relayed import listed
from .stream_harness import Viewer, serve_app, wait_until
from .test_passes import secrets, stream, subentry, update
from .upstream import PACKET, Upstream

Address = tuple[str, int]
pytestmark = pytest.mark.usefixtures("socket_enabled")

ZONE: Final = "Europe/Berlin"
BEDTIME: Final = MIDNIGHT + timedelta(hours=19, minutes=30)
"""Half past eight in the evening there."""
MORNING: Final = MIDNIGHT + timedelta(days=1, hours=5)
SECOND: Final = timedelta(seconds=1)
ADULT: Final = NOON + SLOT
"""When East shows something that is not for all."""
KIDS, TEEN, GUEST = "kids", "teen", "guest"


def feed_with_something_for_adults(upstream: Upstream) -> Feed:
    feed = make_feed(MIDNIGHT)
    guide = dict(feed.guide)
    guide["toonami_east"] = tuple(
        replace(one, title="Not for you", rating="TV-MA") if one.start == ADULT else one
        for one in guide["toonami_east"]
    )
    return upstream.bring(replace(feed, guide=guide))


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
    """Start a house in Berlin with the relay: one device has hours, one a ceiling, one neither."""
    await hass.config.async_set_time_zone(ZONE)
    options: dict[str, Any] = {CONF_STREAM_LINKS: LINKS_RELAY, "hdhomerun": True}
    passes = [
        subentry(KIDS, allowed_from="06:00", allowed_until="20:30"),
        subentry(TEEN, max_age=7),
        subentry(GUEST),
    ]
    feed = feed_with_something_for_adults(upstream)
    house = await start_harness(hass, hass_client_no_auth, feed, options, passes)
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


def playlists(house: Harness, identity: str, number: int = 1) -> list[str]:
    one = secrets(house, identity)
    user = f"{one.username}/{one.password}"
    return [
        f"/api/{DOMAIN}/{one.feed_token}/stream/{number}.m3u8",
        f"/live/{user}/{number}.m3u8",
        f"/{user}/{number}.m3u8",
        f"/api/{DOMAIN}/xtream/live/{user}/{number}.m3u8",
    ]


def endless(house: Harness, identity: str, number: int = 1) -> list[str]:
    one = secrets(house, identity)
    user = f"{one.username}/{one.password}"
    return [
        f"/api/{DOMAIN}/{one.feed_token}/stream/{number}.ts",
        f"/api/{DOMAIN}/hdhr/{one.feed_token}/auto/v{number}",
        f"/api/{DOMAIN}/hdhr/{one.feed_token}/tuner1/v{number}",
        f"/live/{user}/{number}",
        f"/{user}/{number}.ts",
    ]


async def get(house: Harness, path: str) -> tuple[int, str]:
    answer = await house.client.get(path, allow_redirects=False)
    return answer.status, (await answer.read()).decode("utf-8", "replace")


async def is_closed(house: Harness, path: str) -> bool:
    """Whether a channel's playlist is the notice, and nothing but that."""
    status, text = await get(house, path)
    assert status == HTTPStatus.OK
    names = [name.startswith("1/notice") for name in listed(text)]
    assert all(names) == any(names)
    return all(names)


def go_on(house: Harness, clock: FrozenDateTimeFactory, to: datetime) -> None:
    """Let it be that time, and look at the clock, as each minute does."""
    clock.move_to(to)
    async_end_what_is_over(house.coordinator)


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
    clock.move_to(BEDTIME)
    async with asyncio.timeout(5):
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


# What is rated too high


async def test_a_ceiling_while_it_is_watched(
    house: Harness, upstream: Upstream, clock: FrozenDateTimeFactory
) -> None:
    east, west = (playlists(house, TEEN, number)[0] for number in (1, 2))
    assert not await is_closed(house, east)
    asked = listed((await get(house, east))[1])[-1]
    go_on(house, clock, ADULT)
    assert house.coordinator.streams.sessions == []
    assert house.coordinator.streams.upstream_streams == 0
    assert await is_closed(house, east)
    assert (await get(house, east.replace("1.m3u8", asked)))[0] == HTTPStatus.NOT_FOUND
    assert "notice" not in (await get(house, west))[1]
    assert not await is_closed(house, playlists(house, KIDS)[0])
    clock.move_to(ADULT + SLOT)
    assert not await is_closed(house, east)


async def test_a_segment_of_what_is_rated_too_high(
    house: Harness, clock: FrozenDateTimeFactory
) -> None:
    """Others watch it, and so it is there; also afterwards, for a while."""
    clock.move_to(ADULT + timedelta(minutes=10))
    _, text = await get(house, playlists(house, GUEST)[0])
    last = listed(text)[-1]
    statuses = []
    for at in (ADULT + timedelta(minutes=10), ADULT + SLOT):
        clock.move_to(at)
        path = playlists(house, TEEN)[0].replace("1.m3u8", last)
        statuses.append((await get(house, path))[0])
    assert statuses == [HTTPStatus.NOT_FOUND, HTTPStatus.NOT_FOUND]
    path = playlists(house, GUEST)[0].replace("1.m3u8", last)
    assert (await get(house, path))[0] == HTTPStatus.OK


async def test_guide_without_its_words(house: Harness) -> None:
    for identity, is_there in ((HOME, True), (KIDS, True), (TEEN, False)):
        one = secrets(house, identity)
        login = f"username={one.username}&password={one.password}"
        for path in (
            f"/api/{DOMAIN}/{one.feed_token}/guide.xml",
            f"/xmltv.php?{login}",
        ):
            assert ("Not for you" in (await get(house, path))[1]) is is_there
        path = f"/player_api.php?{login}&action=get_simple_data_table&stream_id=1"
        table = (await (await house.client.get(path)).json())["epg_listings"]
        starts = [int(item["start_timestamp"]) for item in table]
        # Its place is kept.
        assert int(ADULT.timestamp()) in starts
        titles = {base64.b64decode(item["title"]).decode() for item in table}
        assert ("Not for you" in titles) is is_there


# Where streams come from


@pytest.mark.parametrize("links", ["home_assistant", "direct"])
async def test_links_that_lead_to_upstream(
    house: Harness, upstream: Upstream, clock: FrozenDateTimeFactory, links: str
) -> None:
    data = {"allowed_from": "06:00", "allowed_until": "20:30", "stream_links": links}
    update(house, KIDS, **data)
    update(house, GUEST, stream_links=links)
    await house.hass.async_block_till_done()
    token = secrets(house, KIDS).feed_token
    _, playlist = await get(house, f"/api/{DOMAIN}/{token}/playlist.m3u")
    # An address of the station's own would go on for ever.
    assert upstream.url not in playlist
    other = f"/api/{DOMAIN}/{secrets(house, GUEST).feed_token}/playlist.m3u"
    assert (upstream.url in (await get(house, other))[1]) is (links == "direct")
    path = playlists(house, KIDS)[0]
    assert (await get(house, path))[0] == HTTPStatus.FOUND
    clock.move_to(BEDTIME)
    assert await is_closed(house, path)
