"""What all views share, at its limits: who asks, what is listed, what is kept, what is closed."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from types import SimpleNamespace
from typing import Any, Final, cast
from unittest.mock import AsyncMock, Mock

from aiohttp import hdrs, web
from aiohttp.test_utils import make_mocked_request
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.toonami_downlink.const import LINKS_DIRECT
from custom_components.toonami_downlink.engine.downlink.access import Ceiling, Hours
from custom_components.toonami_downlink.engine.downlink.client_log import (
    ClientLog,
    Outcome,
    RequestKind,
)
from custom_components.toonami_downlink.engine.downlink.limits import MIB
from custom_components.toonami_downlink.engine.downlink.models import Programme
from custom_components.toonami_downlink.engine.downlink.passes import MAX_PASSES, Pass
from custom_components.toonami_downlink.engine.downlink.publish.publication import Body, Offer
from custom_components.toonami_downlink.engine.downlink.recording.model import Recording
from custom_components.toonami_downlink.engine.downlink.relay.ring import first_sequence
from custom_components.toonami_downlink.engine.downlink.relay.slate import notice
from custom_components.toonami_downlink.storage.secret_sets import Credentials
from custom_components.toonami_downlink.streaming.manager import Watcher
from custom_components.toonami_downlink.views import held
from custom_components.toonami_downlink.views.base import admit, refuse
from custom_components.toonami_downlink.views.feed import playlist_for
from custom_components.toonami_downlink.views.guest import Guest
from custom_components.toonami_downlink.views.held import NOTHING, Held, HeldCache
from custom_components.toonami_downlink.views.notice import notice_playlist, send_notice
from custom_components.toonami_downlink.views.response_cache import GuideCache, ResponseCache

from .factories import MIDNIGHT, NOON, make_feed
from .held import EAST, WEST, make
from .test_views_edges_short import note_timeouts

pytestmark = pytest.mark.nightly

type Guide = Mapping[str, tuple[Programme, ...]]

MADE: Final = make_feed()
RATED_EAST: Final = tuple(
    replace(one, rating="TV-MA") if one.start == NOON else one for one in MADE.guide[EAST]
)
FEED: Final = replace(MADE, guide={**MADE.guide, EAST: RATED_EAST})
"""At noon East shows something that is not for all."""
KIDS: Final = Pass(identity="kids", name="Kids")
CLOSED: Final = replace(KIDS, hours=Hours(time(13), time(14)))
RATED: Final = replace(KIDS, ceiling=Ceiling(7))
CREDENTIALS = Credentials(feed_token="t" * 43, username="toonamiabcdef", password="p" * 20)
URL: Final = "http://tv.lan"
SECOND: Final = timedelta(seconds=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


def offered(owner: Pass = KIDS, guide: Guide = FEED.guide) -> Offer:
    """Offer what is in a guide, each time of another publication."""
    feed = replace(FEED, guide=guide)
    return Offer(cast("Any", SimpleNamespace(feed=feed)), owner, feed, guide)


def request_from(address: str = "", headers: Mapping[str, str] | None = None) -> web.Request:
    request = make_mocked_request("GET", "/", headers=headers)
    return request.clone(remote=address) if address else request


def guest_of(owner: Pass, request: web.Request, **coordinator: Any) -> Guest:
    """Return who asks; of the coordinator there is what is given, and nothing else."""
    there = cast("Any", SimpleNamespace(**coordinator))
    return Guest(request, there, CREDENTIALS, offered(owner))


@pytest.fixture
async def noon(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock at noon, in UTC."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(NOON)


# Who asks


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize(
    ("owner", "after", "expected"),
    [
        (KIDS, 0, True),
        (CLOSED, -1, False),
        (CLOSED, None, False),
        (RATED, None, True),
        (RATED, -1, True),
        (RATED, 0, False),
        (RATED, 1739, False),
        (RATED, 1740, True),
        (RATED, 1800, True),
    ],
)
def test_the_last_minute_of_a_programme_counts_as_the_next(
    owner: Pass, after: int | None, expected: bool
) -> None:
    at = None if after is None else NOON + timedelta(seconds=after)
    assert guest_of(owner, request_from()).may_have(FEED.channels[0], at) is expected


@pytest.mark.parametrize(("remote", "address"), [("10.0.0.7", "10.0.0.7"), ("", "?")])
def test_who_it_is_that_asks(remote: str, address: str) -> None:
    request = request_from(remote, {hdrs.USER_AGENT: "VLC/3.0.20"})
    clients, noted, failed = ClientLog(), list[str](), list[tuple[str, ...]]()
    passes = SimpleNamespace(note=noted.append)
    guest = guest_of(KIDS, request, clients=clients, passes=passes)
    assert guest.watcher == Watcher(address, "VLC", "kids")
    guest.record(RequestKind.GUIDE)
    (record,) = clients.records
    assert (record.address, record.player, record.outcome) == (address, "VLC", Outcome.OK)
    assert noted == ["kids"]
    limit = cast("Any", SimpleNamespace(fail=lambda *who: failed.append(who)))
    answer = refuse(limit, guest.coordinator, request, RequestKind.EPG, is_old=False)
    assert (answer.status, failed) == (403, [(address, "VLC")])
    assert clients.refused == 1


@pytest.mark.parametrize("missing", ["", "data", "credentials", "pass"])
def test_nobody_is_let_in_who_lacks_anything(missing: str) -> None:
    found = None if missing == "pass" else KIDS
    secrets = None if missing == "credentials" else CREDENTIALS
    coordinator = SimpleNamespace(
        data=None if missing == "data" else object(),
        credentials=SimpleNamespace(of=lambda _: secrets),
        passes=SimpleNamespace(get=lambda _: found, offer=lambda _data, one: offered(one)),
    )
    guest = admit(request_from(), cast("Any", coordinator), "kids")
    assert (guest is None) == bool(missing)


# What is listed


def recordings_are(
    monkeypatch: pytest.MonkeyPatch, *recordings: Recording, is_on: bool = True
) -> None:
    found = SimpleNamespace(items=recordings, is_on=is_on)
    monkeypatch.setattr(held, "async_recordings", lambda _hass: found)


@pytest.mark.parametrize(
    ("passed", "days"),
    [(-HOUR, 1), (HOUR, 1), (DAY, 1), (DAY + SECOND, 2), (2 * DAY, 2), (2 * DAY + SECOND, 3)],
)
async def test_how_many_days_one_can_go_back(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    freezer: FrozenDateTimeFactory,
    passed: timedelta,
    days: int,
) -> None:
    freezer.move_to(MIDNIGHT + passed)
    recordings_are(monkeypatch, make(1, MIDNIGHT), make(2, NOON))
    assert HeldCache(hass).get(offered()).days == {EAST: days}


@pytest.mark.parametrize(
    ("stop", "found"),
    [(MIDNIGHT, frozenset()), (MIDNIGHT + SECOND, frozenset({(EAST, MIDNIGHT)}))],
)
async def test_what_was_over_when_the_guide_begins_is_not_in_it(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    stop: datetime,
    found: frozenset[tuple[str, datetime]],
) -> None:
    recordings_are(monkeypatch, make(1, MIDNIGHT - timedelta(minutes=10), stop=stop))
    # Not all of the channels have a guide, and not all guides begin at the same time.
    guide = {**FEED.guide, WEST: FEED.guide[WEST][4:]}
    assert HeldCache(hass).get(offered(guide=guide)).archived == found


async def test_one_can_go_back_further_as_time_goes_by(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(MIDNIGHT + HOUR)
    recordings_are(monkeypatch, make(1, MIDNIGHT))
    cache, offer = HeldCache(hass), offered()
    first = cache.get(offer)
    freezer.move_to(MIDNIGHT + 2 * HOUR - SECOND)
    assert cache.get(offer) is first
    freezer.move_to(MIDNIGHT + 2 * DAY + HOUR)
    assert (first.days, cache.get(offer).days) == ({EAST: 1}, {EAST: 3})


@pytest.mark.parametrize(("early", "is_found"), [(timedelta(), True), (3 * HOUR, False)])
async def test_what_east_has_shown_before_the_guide_begins_west_shows_in_it(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, early: timedelta, is_found: bool
) -> None:
    first = FEED.guide[WEST][0]
    began = first.start - 3 * HOUR - early
    recordings_are(monkeypatch, make(1, began, programme=replace(first, start=began)))
    found = HeldCache(hass).get(offered()).archived
    assert ((WEST, first.start) in found) is is_found


async def test_recordings_without_a_guide(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings_are(monkeypatch, make(1))
    seen = HeldCache(hass).get(offered(guide={EAST: ()}))
    assert (len(seen.recordings), seen.archived, seen.days) == (1, frozenset(), {})


@pytest.mark.parametrize(
    ("owner", "is_on"), [(KIDS, False), (replace(KIDS, sees_recordings=False), True)]
)
async def test_recordings_that_nobody_is_to_see(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, owner: Pass, is_on: bool
) -> None:
    recordings_are(monkeypatch, make(1), is_on=is_on)
    assert HeldCache(hass).get(offered(owner)) is NOTHING


async def test_as_much_is_remembered_as_there_may_be_passes(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings_are(monkeypatch, make(1))
    cache, home = HeldCache(hass), offered()
    offers = [Offer(home.publication, KIDS, home.feed, home.listed) for _ in range(MAX_PASSES + 1)]
    known = [cache.get(one) for one in offers]
    assert all(cache.get(one) is seen for one, seen in zip(offers, known, strict=True))
    # One more than that, and all have to look again.
    cache.get(home)
    assert cache.get(offers[0]) is not known[0]


async def test_nothing_is_remembered_of_another_feed(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings_are(monkeypatch, make(1))
    cache, one = HeldCache(hass), offered()
    seen = cache.get(one)
    assert cache.get(one) is seen
    cache.get(offered())
    assert cache.get(one) is not seen


def test_a_recording_in_the_playlist_of_kodi() -> None:
    plain = make(1, file="One.mp4")
    picture = "https://images.example.com/2.png"
    programme = replace(plain.programme, image=picture, episode_title="Part 2")
    seen = Held(recordings=(plain, make(2, file="Two.ts", programme=programme)))
    found = SimpleNamespace(cache=ResponseCache(), held=SimpleNamespace(get=lambda _: seen))
    settings = SimpleNamespace(stream_links=LINKS_DIRECT)

    def lines(player: str) -> list[str]:
        request = request_from(headers={hdrs.HOST: "tv.lan", hdrs.USER_AGENT: player})
        guest = guest_of(KIDS, request, settings=settings)
        return playlist_for(cast("Any", found), guest).content.decode().splitlines()

    base = f"{URL}/api/toonami_downlink"
    entry = '#EXTINF:1800 media="true" tvg-logo="{}" group-title="Recordings",{}'
    assert lines("Kodi/21.0")[-4:] == [
        entry.format(f"{base}/logos/toonami_east.png", "Outlaw Star S01E01"),
        f"{base}/{CREDENTIALS.feed_token}/recordings/1.mp4",
        entry.format(picture, "Outlaw Star S01E01 Part 2"),
        f"{base}/{CREDENTIALS.feed_token}/recordings/2.ts",
    ]
    assert not any("media=" in line for line in lines("VLC/3.0.20"))


# What is kept


class Published:
    """A feed of which a guide of that size is made."""

    def __init__(self, size: int) -> None:
        self.publication = self.of_guide = self
        self._size = size

    def guide(self, _origin: str) -> Body:
        return Body(bytes(self._size), b"", '"x"')


def published(size: int = 20) -> Offer:
    return cast("Offer", Published(size))


def test_another_feed_empties_what_is_kept() -> None:
    cache = ResponseCache()

    def make_body(_offer: Offer) -> bytes:
        return b"#EXTM3U\n"

    cache.get(offered(), make_body)
    size = cache.size
    cache.get(offered(), make_body)
    assert cache.size == size > 0


async def test_another_feed_empties_the_guides(hass: HomeAssistant) -> None:
    cache = GuideCache(hass)
    await cache.async_get(published(), URL, is_own=True)
    assert cache.size == 20
    assert cache.get(published(), URL) is None
    assert cache.size == 0


@pytest.mark.parametrize(("size", "kept"), [(32 * MIB, 2), (32 * MIB + 1, 1)])
async def test_guides_are_kept_up_to_64_mib(hass: HomeAssistant, size: int, kept: int) -> None:
    cache, feed = GuideCache(hass), published(size)
    for origin in (URL, "http://192.0.2.7"):
        await cache.async_get(feed, origin, is_own=True)
    assert cache.size == kept * size


async def test_an_origin_is_known_for_a_day(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(hass.loop, "time", lambda: now[-1])
    cache, feed = GuideCache(hass), published()
    for number in range(4):
        assert await cache.async_get(feed, f"http://tv{number}.lan")
    for moment, is_kept in ((87_399.5, False), (87_400.0, True)):
        now.append(moment)
        assert await cache.async_get(feed, URL)
        assert (cache.get(feed, URL) is not None) is is_kept


# What a device gets in place of a channel


@pytest.mark.usefixtures("noon")
async def test_the_notice_as_a_playlist(hass: HomeAssistant) -> None:
    clients, noted = ClientLog(), list[str]()
    passes = SimpleNamespace(note=noted.append)
    guest = guest_of(KIDS, request_from(), hass=hass, clients=clients, passes=passes)
    answer = await notice_playlist(guest, FEED.channels[0])
    pieces, seconds = notice(FEED.channels[0].radio)
    assert isinstance(answer.body, bytes)
    lines = answer.body.decode().splitlines()
    assert lines[3:8] == [
        f"#EXT-X-MEDIA-SEQUENCE:{first_sequence(NOON)}",
        "#EXT-X-DISCONTINUITY-SEQUENCE:0",
        "#EXT-X-DISCONTINUITY",
        f"#EXTINF:{seconds:.3f},",
        "1/notice0.ts",
    ]
    assert lines.count("#EXT-X-DISCONTINUITY") == 1
    assert lines[-2:] == [f"1/notice{len(pieces) - 1}.ts", "#EXT-X-ENDLIST"]
    (record,) = clients.records
    assert (record.kind, record.outcome, noted) == (RequestKind.STREAM, Outcome.OK, ["kids"])


async def test_the_notice_as_one_stream(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients, noted, slept, sleep = ClientLog(), list[str](), list[float](), asyncio.sleep
    waited = note_timeouts(monkeypatch)

    async def note(seconds: float) -> None:
        slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", note)
    writer = Mock(write_headers=AsyncMock(), write=AsyncMock(), write_eof=AsyncMock())
    request = make_mocked_request("GET", "/", writer=writer)
    passes = SimpleNamespace(note=noted.append)
    guest = guest_of(KIDS, request, hass=hass, clients=clients, passes=passes)
    answer = await send_notice(guest, FEED.channels[0], RequestKind.TUNER)
    pieces, seconds = notice(FEED.channels[0].radio)
    assert isinstance(answer, web.StreamResponse)
    assert [call.args[0] for call in writer.write.await_args_list] == list(pieces)
    writer.write_eof.assert_awaited_once()
    assert slept.count(seconds) == len(pieces) - 3
    assert waited.count(30.0) == len(pieces)
    (record,) = clients.records
    assert (record.kind, record.outcome, noted) == (RequestKind.TUNER, Outcome.OK, ["kids"])
