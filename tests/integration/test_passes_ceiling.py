"""Devices with an age rating, and where the addresses of devices with limits lead."""

import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from http import HTTPStatus

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.engine.downlink.relay.continuous import Span

from .factories import SLOT
from .harness import NOW, Harness
from .limited import (
    ADULT,
    BEDTIME,
    GUEST,
    KIDS,
    TEEN,
    get,
    go_on,
    is_closed,
    open_limited,
    playlists,
)
from .relayed import listed
from .test_passes import secrets, update
from .upstream import Upstream

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


async def test_nobody_winds_back_to_it(house: Harness, clock: FrozenDateTimeFactory) -> None:
    clock.move_to(ADULT + timedelta(minutes=10))
    _, text = await get(house, playlists(house, GUEST)[0])
    hidden = set(listed(text))
    clock.move_to(ADULT + SLOT)
    east = playlists(house, TEEN)[0]
    found: list[str] = []
    # At first there is nothing else.
    while not found:
        found = [name for name in listed((await get(house, east))[1]) if "notice" not in name]
    assert not hidden & set(found)
    assert hidden & set(listed((await get(house, playlists(house, GUEST)[0]))[1]))


async def test_who_watches_what_was_on_is_not_ended(
    house: Harness, clock: FrozenDateTimeFactory
) -> None:
    """It was judged when it was asked for."""
    assert not await is_closed(house, playlists(house, TEEN)[0])
    (session,) = house.coordinator.streams.sessions
    session.viewer.span = Span(0, ADULT)
    go_on(house, clock, ADULT)
    assert house.coordinator.streams.sessions == [session]
    session.viewer.span = None
    go_on(house, clock, ADULT)
    assert house.coordinator.streams.sessions == []


async def go_back(house: Harness, live: str) -> tuple[str, str]:
    """Watch, and then what was on by HLS; return that playlist, and its first segment."""
    assert not await is_closed(house, live)
    start = int((NOW - timedelta(seconds=2)).timestamp())
    path = f"/api/{DOMAIN}/{secrets(house, TEEN).feed_token}/timeshift/1/{start}/3600.m3u8"
    (address,) = listed((await get(house, path))[1])
    path = str(URL(path).join(URL(address)))
    (before, *_) = listed((await get(house, path))[1])
    return path, str(URL(path).join(URL(before)))


@pytest.mark.parametrize("goes_back", [True, False])
async def test_who_goes_back_by_hls_is_not_ended(
    house: Harness, clock: FrozenDateTimeFactory, goes_back: bool
) -> None:
    """Nobody else watches: what is held would be gone with it."""
    live = playlists(house, TEEN)[0]
    path, before = await go_back(house, live)
    if not goes_back:
        # And from there to what is on.
        await get(house, live)
    sessions = house.coordinator.streams.sessions
    go_on(house, clock, ADULT)
    assert house.coordinator.streams.sessions == (sessions if goes_back else [])
    assert house.coordinator.streams.upstream_streams == goes_back
    assert await is_closed(house, live)
    status = HTTPStatus.OK if goes_back else HTTPStatus.NOT_FOUND
    for asked in (path, before):
        assert (await get(house, asked))[0] == status


async def test_who_goes_on_after_a_pause_is_not_ended(
    house: Harness, clock: FrozenDateTimeFactory
) -> None:
    """A player asks once for a playlist that is over, and then for its segments alone."""
    live = playlists(house, TEEN)[0]
    _, before = await go_back(house, live)
    streams = house.coordinator.streams
    (session,) = streams.sessions
    streams._relay.leave("toonami_east", session.viewer.key)  # noqa: SLF001  # forgotten
    assert (await get(house, before))[0] == HTTPStatus.OK
    go_on(house, clock, ADULT)
    assert len(streams.sessions) == 1


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
