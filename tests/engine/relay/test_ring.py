"""The newest segments in memory, and their numbers."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from downlink.limits import MIN_SEGMENT_SECONDS
from downlink.relay.continuous import continuous
from downlink.relay.errors import RingClosedError
from downlink.relay.ring import Capacity, Ring, first_sequence
from downlink.relay.segment import Segment

FAST_TIME = True
NOW = datetime(2026, 11, 26, tzinfo=UTC)


def segment(data: bytes = b"x", duration: float = 2.0, *, discontinuity: bool = False) -> Segment:
    return Segment(data=data, duration=duration, discontinuity=discontinuity)


@pytest.mark.parametrize(
    ("capacity", "added", "held"),
    [
        pytest.param(Capacity(count=5), [segment()] * 5, 5, id="count"),
        pytest.param(Capacity(count=5), [segment()] * 6, 5, id="count and one"),
        pytest.param(Capacity(seconds=10.0), [segment()] * 5, 5, id="seconds"),
        pytest.param(
            Capacity(seconds=10.0), [segment(duration=2.01)] * 5, 4, id="seconds and more"
        ),
        pytest.param(Capacity(size=50), [segment(bytes(10))] * 5, 5, id="size"),
        pytest.param(Capacity(size=50), [segment(bytes(10))] * 4 + [segment(bytes(11))], 4),
        pytest.param(Capacity(size=50), [segment(bytes(10))] * 4 + [segment(bytes(99))], 1),
    ],
)
async def test_bounds(capacity: Capacity, added: list[Segment], held: int) -> None:
    ring = Ring(7, capacity)
    for one in added:
        ring.append(one)
    window = ring.window().segments
    assert len(window) == held
    assert [one.sequence for one in window] == list(range(7 + len(added) - held, 7 + len(added)))
    assert ring.size == sum(len(one.segment.data) for one in window)


async def test_default_bounds() -> None:
    ring = Ring(0, Capacity())
    data = bytes(2_300_000)
    for _ in range(100):
        ring.append(segment(data, duration=2.0))
    assert ring.size <= 60_000_000
    assert len(ring.window().segments) == 26


async def test_get() -> None:
    ring = Ring(7, Capacity(count=3))
    assert ring.get(7) is None
    added = [ring.append(segment(bytes([number]))) for number in range(5)]
    assert ring.get(8) is None
    assert ring.get(9) is added[2]
    assert ring.get(11) is added[4]
    assert ring.get(12) is None
    assert ring.get(-1) is None


async def test_wait_for() -> None:
    ring = Ring(7, Capacity(count=3))
    waiting = asyncio.create_task(ring.wait_for(6))
    await asyncio.sleep(1)
    assert not waiting.done()
    added = [ring.append(segment(bytes([number]))) for number in range(5)]
    assert await waiting == added[2]  # those before it are gone by now
    assert await ring.wait_for(9) == added[3]
    assert await ring.wait_for(-1) == added[2]
    waiting = asyncio.create_task(ring.wait_for(11))
    await asyncio.sleep(1)
    ring.close()
    with pytest.raises(RingClosedError):
        await waiting
    with pytest.raises(RingClosedError):
        await ring.wait_for(-1)
    with pytest.raises(RingClosedError):
        ring.append(segment())
    assert ring.size == 0
    assert ring.newest is None


async def test_target_never_goes_down() -> None:
    ring = Ring(0, Capacity())
    targets = []
    for duration in (2.0, 3.4, 3.5, 2.0):
        ring.append(segment(duration=duration))
        targets.append(ring.target)
    ring.raise_target(3)
    assert [*targets, ring.target] == [2, 3, 4, 4, 4]


@pytest.mark.parametrize("seconds", [0.25, 1.0, 2.0, 10.0])
def test_numbers_of_a_later_start_are_higher(seconds: float) -> None:
    first = first_sequence(NOW)
    assert seconds >= MIN_SEGMENT_SECONDS
    for run in (60.0, 86_400.0, 366 * 86_400.0):
        last = first + int(run / seconds) - 1
        assert first_sequence(NOW + timedelta(seconds=run)) > last


async def test_count_of_discontinuities_begins_low_and_elsewhere_each_time() -> None:
    """Players keep things by it, and hls.js walks through all numbers up to it."""
    counts = []
    for seconds in (0, 1, 30, 3600, 86_400, 366 * 86_400):
        ring = Ring(first_sequence(NOW + timedelta(seconds=seconds)), Capacity())
        counts.append(ring.discontinuities)
        ring.append(segment(discontinuity=True))
        assert ring.discontinuities == counts[-1] + 1
    assert len({*counts, *(count + 1 for count in counts)}) == 2 * len(counts)
    assert max(counts) < 65536


async def test_count_of_discontinuities_goes_on_where_it_is_known() -> None:
    ring = Ring(first_sequence(NOW), Capacity(), 70_000)
    assert ring.append(segment(discontinuity=True)).discontinuities == 70_001


def test_numbers_fit_into_32_bits_for_years() -> None:
    assert 0 < first_sequence(NOW) < first_sequence(NOW + timedelta(days=365 * 12)) < 2**31
    assert first_sequence(datetime(1970, 1, 1, tzinfo=UTC)) == 0


# Continuous


def resume(data: bytes) -> bytes:
    return b"!" + data


def letters() -> Iterator[Segment]:
    for letter in b"abcdefghijklmnopqrstuvwxyz":
        yield segment(bytes([letter]))


async def test_continuous_begins_near_the_end() -> None:
    ring = Ring(0, Capacity())
    source = letters()
    for _ in range(5):
        ring.append(next(source))
    async with aclosing(continuous(ring, resume=resume)) as stream:
        assert [await anext(stream), await anext(stream)] == [b"d", b"e"]
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(1)
        assert not waiting.done()
        ring.append(next(source))
        assert await waiting == b"f"
    async with aclosing(continuous(ring, lead=0.5, resume=resume)) as stream:
        assert await anext(stream) == b"f"


async def test_slow_reader_skips_to_the_live_edge() -> None:
    ring = Ring(0, Capacity(count=5))
    source = letters()
    ring.append(next(source))
    async with aclosing(continuous(ring, resume=resume)) as stream:
        assert await anext(stream) == b"a"
        for _ in range(5):
            ring.append(next(source))
        # Just not too slow: nothing is skipped.
        assert await anext(stream) == b"b"
        for _ in range(5):
            ring.append(next(source))
        assert [await anext(stream) for _ in range(3)] == [b"!j", b"j", b"k"]


async def test_nothing_has_to_be_put_before_a_segment() -> None:
    ring = Ring(0, Capacity(count=1))
    source = letters()
    ring.append(next(source))
    async with aclosing(continuous(ring, resume=lambda _: b"")) as stream:
        assert await anext(stream) == b"a"
        for _ in range(3):
            ring.append(next(source))
        assert await anext(stream) == b"d"


async def test_continuous_ends_with_the_channel() -> None:
    ring = Ring(0, Capacity())
    ring.append(segment(b"a"))
    found = []
    async for data in continuous(ring, resume=resume):
        found.append(data)
        ring.close()
    assert found == [b"a"]


@pytest.mark.parametrize(
    ("newest", "first"),
    [
        pytest.param(1.5, b"c", id="two are just enough"),
        pytest.param(1.49, b"b", id="two are just too short"),
        pytest.param(2.0, b"c", id="two are more than enough"),
    ],
)
async def test_how_much_a_viewer_gets_at_once(newest: float, first: bytes) -> None:
    """One and a half target durations, if it is there; the target is two seconds here."""
    ring = Ring(0, Capacity())
    for data, duration in ((b"a", 2.0), (b"b", 2.0), (b"c", 1.5), (b"d", newest)):
        ring.append(segment(data, duration))
    async with aclosing(continuous(ring, resume=resume)) as stream:
        assert await anext(stream) == first


async def test_a_viewer_who_wants_more_than_there_is_gets_all() -> None:
    ring = Ring(7, Capacity())
    for data in (b"a", b"b"):
        ring.append(segment(data))
    async with aclosing(continuous(ring, lead=9.0, resume=resume)) as stream:
        assert [await anext(stream), await anext(stream)] == [b"a", b"b"]


async def test_a_viewer_who_wants_nothing_of_before_gets_the_next_one() -> None:
    ring = Ring(7, Capacity())
    ring.append(segment(b"a"))
    async with aclosing(continuous(ring, lead=0.0, resume=resume)) as stream:
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(1)
        assert not waiting.done()
        ring.append(segment(b"b"))
        assert await waiting == b"b"
