"""What was on, from the ring of a channel that is being watched."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
import itertools
from typing import Any

import m3u8  # type: ignore[import-untyped]  # it has no types
import pytest

from downlink.policy import SLACK
from downlink.relay.channel import Settings
from downlink.relay.continuous import Span, continuous
from downlink.relay.hls import first_few, listed
from downlink.relay.past import Past, begun_in, extent, first_of, render_master
from downlink.relay.ring import NumberedSegment, Ring, Window, pause_capacity
from downlink.relay.segment import Segment

from .house import house, marks, record
from .station import nodes
from .test_pausing import poll, seconds

FAST_TIME = True
AT = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FIRST = 1000
TICK = timedelta(microseconds=1)


def address(numbered: NumberedSegment) -> str:
    return f"1/{numbered.sequence}.ts"


def segments(count: int, start: datetime = AT, **values: Any) -> Iterator[Segment]:
    """Segments of two seconds, one after the other."""
    for number in range(count):
        date = start + 2 * number * SECOND
        usual: dict[str, Any] = {"data": b"G", "duration": 2.0, "date": date}
        yield Segment(**(usual | values))


def filled(*found: Segment, minutes: float = 10) -> Ring:
    ring = Ring(FIRST, pause_capacity(minutes * 60), 7)
    ring.raise_target(2)
    for one in found:
        ring.append(one)
    return ring


def past(ring: Ring, first: int = FIRST, stop: timedelta = timedelta(hours=1)) -> Past:
    found = Past.of(ring.window(), first, AT + stop)
    assert found
    return found


def read(found: Past, *, is_new: bool = False) -> Any:
    return m3u8.loads(found.render(address, is_new=is_new).decode())


# Where it begins


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (-SLACK - TICK, None),
        (-SLACK, 0),
        (timedelta(), 0),
        (2 * SECOND - TICK, 0),
        (2 * SECOND, 1),
        (20 * SECOND - TICK, 9),
        (20 * SECOND, None),
    ],
)
def test_first_segment(at: timedelta, expected: int | None) -> None:
    window = filled(*segments(10)).window()
    assert first_of(window, AT + at) == (None if expected is None else FIRST + expected)
    assert begun_in(window, [AT + at]) == (frozenset() if expected is None else {AT + at})


def test_what_has_no_beginning() -> None:
    nothing = filled().window()
    assert first_of(nothing, AT) is None
    assert extent(nothing)[0] == extent(nothing)[1]
    undated = filled(*segments(3, date=None)).window()
    assert first_of(undated, AT) is None
    assert extent(undated) == extent(nothing)
    slate = filled(*segments(10, is_slate=True), *segments(1, AT + 20 * SECOND)).window()
    assert first_of(slate, AT) is None
    assert first_of(slate, AT + 5 * SECOND) == FIRST + 10


@pytest.mark.parametrize("at", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
def test_times_that_cannot_be(at: datetime) -> None:
    assert first_of(filled(*segments(3)).window(), at) is None


def test_what_is_about_to_go_is_not_offered() -> None:
    ring = filled(*segments(100), minutes=1)
    oldest = ring.window().segments[0].segment.date
    assert oldest
    assert first_of(ring.window(), oldest) is None
    first = listed(ring.window())[0]
    assert first.segment.date
    assert first_of(ring.window(), first.segment.date) == first.sequence


def test_extent() -> None:
    window = filled(*segments(10)).window()
    assert extent(window) == (AT - SLACK, AT + 20 * SECOND)


def test_a_clock_that_is_set_back() -> None:
    ring = filled(*segments(10), *segments(10, AT - 60 * SECOND))
    assert first_of(ring.window(), AT - 50 * SECOND) == FIRST + 15
    assert extent(ring.window()) == (AT - 60 * SECOND - SLACK, AT + 20 * SECOND)
    assert len(past(ring).segments) == 20


# As a playlist


def test_what_still_grows() -> None:
    ring = filled(*segments(10))
    playlist = read(past(ring, FIRST + 2))
    assert playlist.playlist_type == "event"
    assert not playlist.is_endlist
    assert playlist.media_sequence == FIRST + 2
    assert playlist.discontinuity_sequence == 7
    assert playlist.start.time_offset == 0
    assert playlist.segments[0].program_date_time == AT + 4 * SECOND
    assert [one.uri for one in playlist.segments] == [f"1/{FIRST + n}.ts" for n in range(2, 10)]


def test_one_who_begins_gets_a_few() -> None:
    """Some players begin near the end of what grows: so the end is near the beginning at first."""
    ring = filled(*segments(10))
    new = read(past(ring), is_new=True)
    assert len(new.segments) == 3
    assert not new.is_endlist
    assert len(read(past(ring)).segments) == 10
    over = past(ring, stop=10 * SECOND)
    assert len(read(over, is_new=True).segments) == 5


@pytest.mark.parametrize(("target", "count"), [(1, 3), (2, 3), (3, 5), (10, 15), (11, 15)])
def test_how_many_are_a_few(target: int, count: int) -> None:
    ring = filled(*segments(15))
    assert len(first_few(ring.window().segments, target)) == count


@pytest.mark.parametrize(
    ("stop", "count", "is_over"),
    [
        (20 * SECOND + TICK, 10, False),
        (20 * SECOND, 10, True),
        (18 * SECOND + TICK, 10, True),
        (18 * SECOND, 9, True),
        (2 * SECOND, 1, True),
    ],
)
def test_its_end(stop: timedelta, count: int, is_over: bool) -> None:
    found = past(filled(*segments(10)), stop=stop)
    assert (len(found.segments), found.is_over) == (count, is_over)
    assert read(found).is_endlist is is_over


def test_what_has_no_date_goes_with_the_rest() -> None:
    ring = filled(*segments(2), *segments(1, date=None), *segments(1, AT + 6 * SECOND))
    assert len(past(ring).segments) == 4
    assert len(past(ring, stop=5 * SECOND).segments) == 3


def test_what_goes_at_the_front() -> None:
    ring = filled(*segments(40), minutes=1)
    found = past(ring)
    assert found.segments[0].sequence == FIRST + 10
    assert not found.is_whole
    playlist = read(found)
    assert playlist.playlist_type is None
    assert playlist.media_sequence == FIRST + 10


@pytest.mark.parametrize(
    ("first", "stop"),
    [(FIRST + 10, timedelta(hours=1)), (10**12, timedelta(hours=1)), (FIRST, timedelta())],
)
def test_nothing_of_it(first: int, stop: timedelta) -> None:
    assert Past.of(filled(*segments(10)).window(), first, AT + stop) is None
    assert Past.of(filled().window(), 0, AT + stop) is None


def test_master() -> None:
    window = filled(*segments(1, data=bytes(250_000)), *segments(1, data=bytes(1000))).window()
    playlist = m3u8.loads(render_master(window, "60.m3u8?place=1000-1").decode())
    (only,) = playlist.playlists
    assert (only.uri, only.stream_info.bandwidth) == ("60.m3u8?place=1000-1", 1_000_000)
    assert b"BANDWIDTH=1\n" in render_master(filled(*segments(1, data=b"")).window(), "x")
    short = filled(*segments(1), *segments(1, duration=0.0)).window()
    assert b"BANDWIDTH=32\n" in render_master(short, "x"), "upstream says that it has no length"


# As one stream


def numbered_segments() -> Iterator[Segment]:
    for number in itertools.count():
        date = AT + 2 * number * SECOND
        yield Segment(data=b"%d" % number, duration=2.0, date=date)


async def test_a_span_goes_on_until_its_end() -> None:
    source = numbered_segments()
    ring = filled(*itertools.islice(source, 5))
    span = Span(FIRST + 2, AT + 14 * SECOND)
    async with aclosing(continuous(ring, span=span)) as stream:
        taken = [await anext(stream) for _ in range(3)]
        for one in itertools.islice(source, 5):
            ring.append(one)
        taken += [data async for data in stream]
    assert taken == [b"2", b"3", b"4", b"5", b"6"]
    assert not ring.is_closed


async def test_a_span_that_is_over_before_it_begins() -> None:
    ring = filled(*segments(3))
    assert [data async for data in continuous(ring, span=Span(FIRST, AT))] == []


async def test_a_span_without_dates_ends_with_the_channel() -> None:
    ring = filled(*segments(3, date=None))
    async with aclosing(continuous(ring, span=Span(FIRST, AT))) as stream:
        assert [await anext(stream) for _ in range(3)] == [b"G"] * 3
        ring.close()
        assert [data async for data in stream] == []


async def test_a_span_that_falls_out_goes_on_at_the_oldest() -> None:
    source = numbered_segments()
    ring = filled(*itertools.islice(source, 5), minutes=1)
    span = Span(FIRST, AT + timedelta(hours=1))
    async with aclosing(continuous(ring, span=span, resume=lambda _: b"again")) as stream:
        assert await anext(stream) == b"0"
        for one in itertools.islice(source, 100):
            ring.append(one)
        oldest = ring.window().segments[0].segment.data
        assert [await anext(stream) for _ in range(2)] == [b"again", oldest]


# In a channel


async def test_window_of_a_channel() -> None:
    async with nodes(1) as (node,), house(node) as home:
        await poll(home, 20)
        channel = home.relay.channels["east"]
        window = channel.window
        assert isinstance(window, Window)
        assert marks(window.segments)
        channel.stop()
        assert channel.window is None


@pytest.mark.parametrize("has_span", [True, False])
async def test_who_watches_what_was_on_keeps_the_ring(has_span: bool) -> None:
    settings = Settings(pause=pause_capacity(120))
    async with nodes(1) as (node,), house(node, settings=settings) as home:
        viewer = await poll(home, 200)
        first = listed(viewer.ring.window())[0]
        assert first.segment.date
        stop = first.segment.date + timedelta(seconds=120)
        span = Span(first.sequence, stop) if has_span else None
        async with home.relay.watch("east", "old", "TV", span) as old:
            home.relay.leave("east", "tv")
            await record(old.ring, 100)
            assert (seconds(old.ring) > 120) is has_span
            if has_span:
                async with asyncio.timeout(5):
                    assert len([data async for data in old.stream()]) > 0
        async with home.relay.watch("east", "other", "TV"):
            await asyncio.sleep(50)
            assert seconds(old.ring) <= 60
