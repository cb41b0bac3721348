"""What memory has no room for goes to a store, and comes back as it was."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import pytest

from downlink.relay.channel import Settings
from downlink.relay.continuous import Span, continuous
from downlink.relay.errors import RingClosedError
from downlink.relay.hls import listed
from downlink.relay.past import render_master
from downlink.relay.ring import Capacity, Ring, Share, pause_capacity
from downlink.relay.segment import Segment
from downlink.relay.spill import spilling

from .cellar import Cellar
from .house import House, house, record
from .station import nodes
from .test_past import AT, FIRST, SECOND, segments
from .test_pausing import poll, seconds

FAST_TIME = True
IN_MEMORY = 20.0
SMALL = Capacity(count=1000, seconds=120.0, listed=120.0, memory=Share(IN_MEMORY, 10_000_000))
CAPACITY = pause_capacity(120, IN_MEMORY)


@asynccontextmanager
async def stored_house() -> AsyncIterator[tuple[House, Cellar]]:
    """Two minutes can be gone back by, of which twenty seconds are in memory."""
    cellar = Cellar()
    settings = Settings(pause=CAPACITY, open_store=lambda: cellar, pause_with_store=CAPACITY)
    async with nodes(1) as (node,), house(node, settings=settings) as home:
        yield home, cellar


@asynccontextmanager
async def stored_ring(
    count: int = 40, capacity: Capacity = SMALL, seconds: float = 2.0
) -> AsyncIterator[tuple[Ring, Cellar]]:
    """A ring with segments that are told apart by their content, and a store."""
    cellar = Cellar()
    ring = Ring(FIRST, capacity, 7, cellar)
    ring.raise_target(2)
    async with spilling(ring):
        await air(ring, count, seconds)
        yield ring, cellar
    assert cellar.is_closed


async def air(ring: Ring, count: int, seconds: float = 2.0) -> None:
    for _ in range(count):
        number = ring.next_sequence - FIRST
        date = AT + number * seconds * SECOND
        ring.append(Segment(data=content(number), duration=seconds, date=date))
        await settle()


def content(number: int) -> bytes:
    return f"{number:6}".encode() * 10


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def in_memory(ring: Ring) -> list[int]:
    return [one.sequence for one in ring.window().segments if not one.segment.kept]


def held(ring: Ring) -> list[int]:
    return [one.sequence for one in ring.window().segments]


# In a channel


async def test_window_is_longer_than_what_is_in_memory() -> None:
    async with stored_house() as (home, cellar):
        viewer = home.relay.touch("east", "tv", "TV")
        ring, live, most = viewer.ring, dict[int, bytes](), 0.0
        for _ in range(150):
            newest = await ring.wait_for(max(live, default=-1))
            live[newest.sequence] = newest.segment.data
            most = max(most, sum(2.0 for one in in_memory(ring)))
            home.relay.touch("east", "tv", "TV")
        assert 140 < seconds(ring) <= 150
        # One more until it is in the store.
        assert most <= IN_MEMORY + 2
        assert ring.kept_size > 5 * ring.size
        assert home.relay.held == ring.size
        # Nothing is left there that nobody can ask for.
        assert sorted(cellar.there) == [one for one in held(ring) if one not in in_memory(ring)]
        shown = listed(ring.window())
        assert sum(one.segment.duration for one in shown) >= 120
        for one in ring.window().segments:
            assert one.segment.size == len(live[one.sequence])
            assert await ring.read(one) == live[one.sequence]
        assert held(ring)[0] in cellar.asked
        home.relay.channels["east"].stop()
        await home.relay.channels["east"].wait_stopped()
        assert cellar.is_closed
        assert not cellar.there


async def test_store_is_left_when_nobody_can_go_back_any_more() -> None:
    async with stored_house() as (home, cellar), home.relay.watch("east", "old", "TV") as old:
        await poll(home, 100)
        assert len(cellar.there) > 30
        await asyncio.sleep(60)
        assert seconds(old.ring) <= 60
        assert sorted(cellar.there) == held(old.ring)[: len(cellar.there)]
        await record(old.ring, 60)
        # For those who cannot go back nothing is brought there.
        assert not cellar.there


async def test_each_run_of_a_channel_has_a_store_of_its_own() -> None:
    cellars: list[Cellar] = []

    def open_store() -> Cellar:
        cellars.append(Cellar())
        return cellars[-1]

    settings = Settings(open_store=open_store, pause_with_store=CAPACITY)
    async with nodes(1) as (node,), house(node, settings=settings) as home:
        await poll(home, 60)
        home.relay.channels["east"].stop()
        await poll(home, 60)
        assert [one.is_closed for one in cellars] == [True, False]
        assert not cellars[0].there
        assert cellars[1].there


async def test_without_a_store_all_is_in_memory() -> None:
    settings = Settings(pause=pause_capacity(120), pause_with_store=pause_capacity(600, 20))
    async with nodes(1) as (node,), house(node, settings=settings) as home:
        viewer = await poll(home, 200)
        assert 140 < seconds(viewer.ring) <= 150
        assert viewer.ring.kept_size == 0


# A store that does not do what it should


async def test_store_that_refuses_and_is_right_again() -> None:
    async with stored_ring() as (ring, cellar):
        assert len(held(ring)) == 40
        cellar.refuses = True
        await air(ring, 1)
        # What memory has, and nothing else.
        assert held(ring) == in_memory(ring)
        assert len(held(ring)) == IN_MEMORY / 2
        assert not cellar.there
        await air(ring, 5)
        assert len(held(ring)) == IN_MEMORY / 2
        cellar.refuses = False
        await air(ring, 5)
        assert len(held(ring)) == IN_MEMORY / 2 + 5
        assert sorted(cellar.there) == held(ring)[:5]


@pytest.mark.parametrize("takes", [3600.0, 19.0, 4.0])
async def test_slow_store_does_not_let_memory_grow(takes: float) -> None:
    async with stored_ring(10) as (ring, cellar):
        cellar.seconds = takes
        for _ in range(100):
            await air(ring, 1)
            assert ring.size <= 1.25 * IN_MEMORY / 2 * len(content(0))
            assert held(ring)[-1] == ring.next_sequence - 1
            await asyncio.sleep(2)
        assert held(ring)[0] + len(held(ring)) == ring.next_sequence
        cellar.seconds = 0
        await asyncio.sleep(30)
        # What came too late is not left there either.
        assert set(cellar.there) <= set(held(ring))
        await air(ring, 20)
        assert len(held(ring)) >= 30


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda data: data[:-1], id="shorter"),
        pytest.param(lambda data: data + b"x", id="longer"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda data: b"x" + data[1:], id="other bytes"),
        pytest.param(lambda data: data[::-1], id="other order"),
    ],
)
async def test_store_that_returns_something_else(spoil: Callable[[bytes], bytes]) -> None:
    async with stored_ring() as (ring, cellar):
        cellar.spoil = spoil
        window = ring.window().segments
        assert await ring.read(window[3]) is None
        assert cellar.limits == [len(content(3))]
        # It is not offered any more, nor what is older.
        assert held(ring) == [one.sequence for one in window[4:]]
        assert ring.get(window[3].sequence) is None
        await settle()
        assert min(cellar.there) == window[4].sequence
        cellar.spoil = lambda data: data
        assert await ring.read(window[4]) == content(4)


async def test_store_that_loses_a_segment() -> None:
    async with stored_ring() as (ring, cellar):
        window = ring.window().segments
        del cellar.there[window[10].sequence]
        assert await ring.read(window[9]) == content(9)
        assert await ring.read(window[10]) is None
        assert await ring.read(window[9]) is None
        assert held(ring)[0] == window[11].sequence


async def test_store_that_hangs_holds_nobody_who_watches_live() -> None:
    async with stored_ring() as (ring, cellar):
        cellar.seconds = 3600.0
        oldest = ring.window().segments[:5]
        reading = [asyncio.create_task(ring.read(one)) for one in oldest]
        began = asyncio.get_running_loop().time()
        async with aclosing(continuous(ring)) as stream:
            taken = [await anext(stream) for _ in range(2)]
        assert asyncio.get_running_loop().time() - began < 1
        assert taken == [content(38), content(39)]
        assert await asyncio.gather(*reading) == [None] * 5
        # Two at a time, five seconds for each.
        assert asyncio.get_running_loop().time() - began < 16
        assert cellar.most_at_once == 2
        assert await ring.read(ring.window().segments[-1]) == content(39)


async def test_ring_that_is_closed_while_something_is_read() -> None:
    async with stored_ring() as (ring, cellar):
        cellar.seconds = 1.0
        reading = asyncio.create_task(ring.read(ring.window().segments[0]))
        await asyncio.sleep(0.5)
        ring.close()
        cellar.there.clear()
        assert await reading is None
        assert (ring.size, ring.kept_size, ring.count) == (0, 0, 0)
        with pytest.raises(RingClosedError):
            await ring.wait_for(-1)


async def test_segment_that_falls_out_while_it_is_brought_there() -> None:
    async with stored_ring(10) as (ring, cellar):
        cellar.seconds = 10.0
        await air(ring, 1)
        await asyncio.sleep(5)
        ring.resize(Capacity(count=3))
        await asyncio.sleep(6)
        assert held(ring) == in_memory(ring) == [FIRST + 8, FIRST + 9, FIRST + 10]
        assert not cellar.there


async def test_channel_that_stops_while_something_is_brought_there() -> None:
    async with stored_ring(10) as (ring, cellar):
        cellar.seconds = 10.0
        await air(ring, 1)
        await asyncio.sleep(5)
        ring.close()
        await asyncio.sleep(6)
        assert not cellar.there


# Those who read


async def test_transport_stream_from_the_store() -> None:
    async with stored_ring() as (ring, _):
        span = Span(FIRST + 2, AT + timedelta(seconds=70))
        taken = [data async for data in continuous(ring, span=span)]
        assert taken == [content(number) for number in range(2, 35)]


async def test_transport_stream_goes_on_after_what_is_lost() -> None:
    async with stored_ring() as (ring, cellar):
        del cellar.there[FIRST + 2], cellar.there[FIRST + 4]
        span = Span(FIRST, AT + timedelta(seconds=12))
        told = [data async for data in continuous(ring, span=span, resume=lambda _: b"again")]
        numbers = [0, 1, 3, 5]
        expected = [content(number) for number in numbers]
        assert told == [*expected[:2], b"again", expected[2], b"again", expected[3]]


async def test_master_playlist_knows_the_rate_of_what_is_stored() -> None:
    async with stored_ring() as (ring, cellar):
        assert b"BANDWIDTH=240\n" in render_master(ring.window(), "x")
        assert not cellar.asked


# Limits


@pytest.mark.parametrize(("count", "kept"), [(1, 0), (10, 0), (11, 1), (12, 2)])
async def test_limit_of_seconds_in_memory(count: int, kept: int) -> None:
    async with stored_ring(count) as (ring, cellar):
        assert len(cellar.there) == kept
        assert len(in_memory(ring)) == count - kept


@pytest.mark.parametrize(("size", "kept"), [(300, 0), (299, 1), (240, 1)])
async def test_limit_of_bytes_in_memory(size: int, kept: int) -> None:
    capacity = Capacity(count=1000, seconds=120.0, memory=Share(1e9, size))
    async with stored_ring(0, capacity) as (ring, cellar):
        for _ in range(5):
            await air(ring, 1)
        assert len(cellar.there) == kept
        assert len(held(ring)) == 5


@pytest.mark.parametrize(
    ("capacity", "count"),
    [
        (Capacity(count=30, seconds=1e9, memory=SMALL.memory), 30),
        (Capacity(count=99, seconds=60.0, memory=SMALL.memory), 30),
        (Capacity(count=99, seconds=59.9, memory=SMALL.memory), 29),
        (Capacity(count=99, seconds=1e9, size=1800, memory=SMALL.memory), 30),
        (Capacity(count=99, seconds=1e9, size=1799, memory=SMALL.memory), 29),
    ],
)
async def test_limits_of_both_together(capacity: Capacity, count: int) -> None:
    async with stored_ring(0, capacity) as (ring, cellar):
        for _ in range(50):
            await air(ring, 1)
        assert len(held(ring)) == count
        assert len(cellar.there) == count - 10
        assert ring.size + ring.kept_size == count * 60


def test_what_is_held_for_four_hours() -> None:
    four_hours = pause_capacity(4 * 3600, 600)
    assert four_hours.seconds == 4 * 3600 + 30
    assert four_hours.listed == 4 * 3600
    assert four_hours.most_listed == 1440
    assert four_hours.count == 1472
    assert four_hours.memory == Share(600, round(600 * 908_743 / 8 * 1.5))
    assert pause_capacity(7200, 600).most_listed == 720
    # 1.6 GB at the rate of upstream, and half as much again.
    assert 1_630_000_000 < four_hours.size / 1.5 < 1_650_000_000


async def test_length_of_the_longest_playlist_with_a_store() -> None:
    ring = Ring(0, pause_capacity(4 * 3600))
    for _ in range(1500):
        ring.append(Segment(data=b"G", duration=10.0))
    assert len(listed(ring.window())) == 1440


async def test_what_is_in_a_window_stays_readable() -> None:
    """Also when it has gone to the store since, and from there."""
    ring = Ring(FIRST, SMALL, 7)
    for one in segments(10):
        ring.append(one)
    first = ring.window().segments[0]
    ring.resize(Capacity(count=3))
    assert await ring.read(first) == b"G"
