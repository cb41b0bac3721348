"""The limits of a ring, each from both sides, and what moves between its memory and its store."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from downlink.limits import MAX_BANDWIDTH
from downlink.relay.errors import RingClosedError
from downlink.relay.hls import listed
from downlink.relay.ring import (
    Capacity,
    NumberedSegment,
    Ring,
    Share,
    Window,
    first_sequence,
    pause_capacity,
)
from downlink.relay.segment import Segment
from downlink.relay.store import Kept, StoreError

FAST_TIME = True
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
SMALL = 60_000_000


class Shelf:
    """A store that takes a second to give something."""

    def __init__(self) -> None:
        self.held: dict[int, bytes] = {}
        self.reading = 0
        self.most_reading = 0

    async def put(self, sequence: int, data: bytes) -> None:
        self.held[sequence] = data

    async def get(self, sequence: int, size: int) -> bytes:
        self.reading += 1
        self.most_reading = max(self.most_reading, self.reading)
        await asyncio.sleep(1)
        self.reading -= 1
        if sequence not in self.held:
            raise StoreError("not there")
        return self.held[sequence][: size + 1]

    async def drop(self, before: int) -> None:
        self.held = {one: data for one, data in self.held.items() if one >= before}

    async def close(self) -> None:
        self.held.clear()


def segment(data: bytes = b"x", duration: float = 2.0) -> Segment:
    return Segment(data=data, duration=duration)


def filled(count: int, capacity: Capacity | None = None, shelf: Shelf | None = None) -> Ring:
    ring = Ring(7, capacity or Capacity(), store=shelf)
    for number in range(count):
        ring.append(segment(bytes([number]) * 10))
    return ring


def put_away(ring: Ring, shelf: Shelf, count: int) -> list[NumberedSegment]:
    """Bring the oldest to the store, as `spilling` does; return them as they were."""
    window = ring.window().segments[:count]
    for one in window:
        shelf.held[one.sequence] = one.segment.data
        ring.note_kept(one.sequence, Kept.of(one.segment.data))
    return list(window)


# How much


def test_small_capacity() -> None:
    assert Capacity() == Capacity(32, 60.0, SMALL, 30.0, 720, None)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, Capacity(752, 60.0, SMALL, 30.0, 720)),
        (30.0, Capacity(752, 60.0, SMALL, 30.0, 720)),
        (31.0, Capacity(752, 61.0, SMALL, 31.0, 720)),
        (322.0, Capacity(752, 352.0, SMALL, 322.0, 720)),
        (323.0, Capacity(752, 353.0, 60_147_427, 323.0, 720)),
        (7200.0, Capacity(752, 7230.0, 1_231_914_729, 7200.0, 720)),
        (7201.0, Capacity(753, 7231.0, 1_232_085_119, 7201.0, 721)),
    ],
)
def test_capacity_to_go_back_by(seconds: float, expected: Capacity) -> None:
    assert pause_capacity(seconds) == expected
    with_store = replace(expected, memory=Share(60.0, 10_223_359))
    assert pause_capacity(seconds, 60.0) == with_store


def test_best_stream_that_is_followed_can_be_played() -> None:
    """Players want three segments."""
    ring = Ring(0, Capacity())
    data = bytes(10 * MAX_BANDWIDTH // 8)
    for _ in range(6):
        ring.append(segment(data, duration=10.0))
    assert len(listed(ring.window())) == 6


@pytest.mark.parametrize(
    ("seconds", "first"), [(-1.0, 0), (0.0, 0), (0.24, 0), (0.25, 1), (0.5, 2), (1.0, 4)]
)
def test_first_number_counts_quarters_of_a_second(seconds: float, first: int) -> None:
    assert first_sequence(BEGINNING + timedelta(seconds=seconds)) == first


@pytest.mark.parametrize(("first", "count"), [(65_535, 65_535), (65_536, 0), (65_537, 1)])
def test_count_of_discontinuities_begins_below_a_limit(first: int, count: int) -> None:
    assert Ring(first, Capacity()).discontinuities == count
    assert Ring(first, Capacity(), 0).discontinuities == 0


def test_target_is_a_second_at_least() -> None:
    ring = Ring(0, Capacity())
    assert ring.target == 1
    ring.append(segment(duration=0.3))
    assert ring.target == 1


def test_only_segment_stays() -> None:
    ring = filled(2)
    assert ring.drop_oldest()
    assert [one.sequence for one in ring.window().segments] == [8]
    assert not ring.drop_oldest()
    assert (ring.count, ring.size, ring.next_sequence) == (1, 10, 9)
    assert not filled(0).drop_oldest()


def test_smaller_ring_lets_go_at_once() -> None:
    ring = filled(5)
    ring.resize(Capacity(count=2, listed=11.0, most_listed=9))
    window = ring.window()
    assert [one.sequence for one in window.segments] == [10, 11]
    assert (window.listed, window.most_listed, window.target) == (11.0, 9, 2)


def test_playlist_is_made_once_until_something_changes() -> None:
    ring = filled(5)
    asked: list[Window] = []

    def render(window: Window) -> bytes:
        asked.append(window)
        return b"%d" % len(asked)

    assert [ring.rendered(1, render), ring.rendered(1, render)] == [b"1", b"1"]
    assert [ring.rendered(2, render), ring.rendered(1, render)] == [b"2", b"1"]
    assert asked[0] == ring.window()
    ring.resize(Capacity())
    assert ring.rendered(1, render) == b"1"
    for number, change in enumerate(
        (
            lambda: ring.append(segment()),
            lambda: ring.raise_target(9),
            lambda: ring.resize(Capacity(listed=9.0)),
            ring.drop_oldest,
            ring.close,
        ),
        3,
    ):
        change()
        assert ring.rendered(1, render) == b"%d" % number
        assert ring.rendered(1, render) == b"%d" % number


async def test_all_who_wait_are_woken() -> None:
    ring = filled(1)
    waiting = [asyncio.create_task(ring.wait_for(after)) for after in (7, 7, 8)]
    await asyncio.sleep(1)
    second = ring.append(segment())
    await asyncio.sleep(1)
    assert [one.done() for one in waiting] == [True, True, False]
    third = ring.append(segment())
    assert await asyncio.gather(*waiting) == [second, second, third]


def test_closed_ring_has_nothing() -> None:
    shelf = Shelf()
    ring = filled(3, shelf=shelf)
    put_away(ring, shelf, 2)
    assert (ring.is_closed, ring.kept_size) == (False, 20)
    ring.close()
    assert (ring.is_closed, ring.count, ring.size, ring.kept_size) == (True, 0, 0, 0)
    assert ring.get(9) is None
    assert ring.window().segments == ()
    with pytest.raises(RingClosedError):
        ring.append(segment())
    assert ring.next_sequence == 10


# What is in the store


@pytest.mark.parametrize(
    ("share", "due"),
    [
        pytest.param(None, None, id="no share"),
        pytest.param(Share(6.0, 30), None, id="exactly so much"),
        pytest.param(Share(5.9, 30), 7, id="too long"),
        pytest.param(Share(6.0, 29), 7, id="too large"),
    ],
)
def test_what_is_due(share: Share | None, due: int | None) -> None:
    ring = filled(3, Capacity(memory=share))
    assert (ring.due.sequence if ring.due else None) == due


def test_newest_is_never_due() -> None:
    ring = filled(1, Capacity(memory=Share(0.0, 0)))
    assert ring.due is None
    ring = filled(1, Capacity(memory=Share(1.9, 1000)))
    assert ring.due is None


@pytest.mark.parametrize(
    ("share", "held"),
    [
        pytest.param(Share(8.0, 1000), 5, id="seconds"),
        pytest.param(Share(7.9, 1000), 4, id="seconds and more"),
        pytest.param(Share(99.0, 40), 5, id="bytes"),
        pytest.param(Share(99.0, 39), 4, id="bytes and more"),
    ],
)
def test_memory_holds_a_quarter_more_while_the_store_is_slow(share: Share, held: int) -> None:
    assert filled(5, Capacity(memory=share)).count == held


def test_what_is_in_the_store_is_no_longer_in_memory() -> None:
    shelf = Shelf()
    ring = filled(3, Capacity(memory=Share(4.9, 100)), shelf)
    for number, (memory, kept) in enumerate([(20, 10), (10, 20)]):
        ring.note_kept(7 + number, Kept.of(bytes([number]) * 10))
        assert (ring.size, ring.kept_size, ring.count) == (memory, kept, 3)
        one = ring.get(7 + number)
        assert one
        assert (one.segment.data, one.segment.size, one.segment.duration) == (b"", 10, 2.0)
    assert ring.due is None
    assert ring.take_dropped() is None


def test_the_next_that_is_due_is_the_oldest_in_memory() -> None:
    ring = filled(3, Capacity(memory=Share(6.5, 100)))
    for expected in (7, 8):
        ring.append(segment())
        due = ring.due
        assert due
        assert due.sequence == expected
        ring.note_kept(expected, Kept(10, 0))


@pytest.mark.parametrize("capacity", [Capacity(seconds=7.9), Capacity(size=39), Capacity(count=3)])
def test_what_is_in_the_store_counts(capacity: Capacity) -> None:
    shelf = Shelf()
    ring = filled(3, capacity, shelf)
    put_away(ring, shelf, 2)
    ring.append(segment(bytes(10)))
    assert [one.sequence for one in ring.window().segments] == [8, 9, 10]
    assert (ring.size, ring.kept_size) == (20, 10)
    assert [ring.take_dropped(), ring.take_dropped()] == [8, None]


def test_what_was_only_in_memory_is_no_news_for_the_store() -> None:
    ring = filled(4)
    ring.drop_oldest()
    assert ring.take_dropped() is None


def test_what_was_dropped_while_it_was_put_away_goes_from_the_store() -> None:
    ring = filled(4)
    ring.drop_oldest()
    ring.note_kept(7, Kept(10, 0))
    assert (ring.size, ring.kept_size) == (30, 0)
    assert [ring.take_dropped(), ring.take_dropped()] == [8, None]
    ring.close()
    ring.note_kept(8, Kept(10, 0))
    assert ring.take_dropped() == 11


async def test_what_is_read_is_what_was_there() -> None:
    shelf = Shelf()
    ring = filled(4, shelf=shelf)
    before = put_away(ring, shelf, 3)
    found = await asyncio.gather(*(ring.read(one) for one in ring.window().segments))
    assert found == [one.segment.data for one in before] + [b"\x03" * 10]
    assert shelf.most_reading == 2
    assert ring.count == 4


async def test_what_the_store_has_lost_is_forgotten_with_what_is_older() -> None:
    shelf = Shelf()
    ring = filled(5, shelf=shelf)
    put_away(ring, shelf, 3)
    lost = ring.get(8)
    assert lost
    del shelf.held[8]
    assert await ring.read(lost) is None
    assert [one.sequence for one in ring.window().segments] == [9, 10, 11]
    assert (ring.size, ring.kept_size) == (20, 10)
    assert ring.take_dropped() == 9


def test_without_its_store_a_ring_holds_what_memory_has_room_for() -> None:
    shelf = Shelf()
    ring = Ring(7, Capacity(memory=Share(6.0, 1000)), store=shelf)
    for _ in range(2):
        ring.append(segment())
    put_away(ring, shelf, 2)
    for _ in range(3):
        ring.append(segment())
    assert ring.count == 5
    ring.give_up_store()
    assert [one.sequence for one in ring.window().segments] == [9, 10, 11]
    assert ring.kept_size == 0
    assert ring.due is None


async def test_store_has_work_when_something_comes_and_when_something_kept_goes() -> None:
    shelf = Shelf()
    ring = filled(5, shelf=shelf)
    put_away(ring, shelf, 1)
    for change, is_work in (
        (ring.drop_oldest, True),
        (ring.drop_oldest, False),
        (lambda: ring.append(segment()), True),
    ):
        waiting = asyncio.create_task(ring.wait_for_work())
        await asyncio.sleep(1)
        assert not waiting.done()
        change()
        await asyncio.sleep(1)
        assert waiting.done() is is_work
        waiting.cancel()
