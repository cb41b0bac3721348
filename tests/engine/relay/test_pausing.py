"""What is kept so that those who watch can pause and go back."""

import asyncio
from contextlib import aclosing

import m3u8  # type: ignore[import-untyped]  # it has no types
import pytest

from downlink.relay.channel import Settings
from downlink.relay.hls import listed, render_playlist
from downlink.relay.memory import MOST_HELD, Memory
from downlink.relay.ring import MOST_LISTED, Capacity, Ring, pause_capacity
from downlink.relay.segment import Segment
from downlink.relay.viewer import Viewer

from .house import House, house, numbers, record
from .station import nodes

FAST_TIME = True
TWO_MINUTES = Settings(pause=pause_capacity(120))


def seconds(ring: Ring) -> float:
    return sum(one.segment.duration for one in ring.window().segments)


async def poll(home: House, for_seconds: float, channel: str = "east") -> Viewer:
    """Ask for the playlist again and again, as an HLS player does that watches or pauses."""
    viewer = home.relay.touch(channel, "tv", "TV")
    for _ in range(int(for_seconds / 2)):
        await asyncio.sleep(2)
        viewer = home.relay.touch(channel, "tv", "TV")
    return viewer


async def test_window_of_one_who_can_go_back() -> None:
    async with nodes(1) as (node,), house(node, settings=TWO_MINUTES) as home:
        viewer = await poll(home, 300)
        shown = listed(viewer.ring.window())
        playlist = m3u8.loads(
            render_playlist(viewer.ring.window(), lambda one: f"{one.sequence}").decode()
        )
        # Some more is there for those who have read of it a while ago.
        assert 120 <= sum(one.segment.duration for one in shown) <= 122
        assert 148 <= seconds(viewer.ring) <= 150
        assert numbers(shown) == list(range(numbers(shown)[0], numbers(shown)[-1] + 1))
        assert playlist.media_sequence == shown[0].sequence
        assert len(playlist.segments) == len(shown)
        # They begin live.
        assert playlist.start.time_offset == -3 * playlist.target_duration


async def test_a_pause_that_is_too_long_goes_on_at_the_oldest() -> None:
    async with nodes(1) as (node,), house(node, settings=TWO_MINUTES) as home:
        viewer = await poll(home, 20)
        paused_at = listed(viewer.ring.window())[-1].sequence
        viewer = await poll(home, 110)
        assert viewer.ring.get(paused_at)
        assert listed(viewer.ring.window())[0].sequence <= paused_at
        viewer = await poll(home, 60)
        oldest = listed(viewer.ring.window())[0]
        assert viewer.ring.get(paused_at) is None
        assert paused_at < oldest.sequence
        assert viewer.ring.get(oldest.sequence) is oldest
        assert len(home.relay.viewers) == 1


@pytest.mark.parametrize("settings", [TWO_MINUTES, Settings()])
async def test_ring_of_those_who_cannot_go_back_stays_small(settings: Settings) -> None:
    async with (
        nodes(1) as (node,),
        house(node, settings=settings) as home,
        home.relay.watch("east", "tv", "TV") as tv,
    ):
        await record(tv.ring, 200)
        assert seconds(tv.ring) <= 60
        if settings.pause is None:
            await poll(home, 100)
            assert seconds(tv.ring) <= 60


async def test_ring_grows_and_shrinks_with_those_who_can_go_back() -> None:
    async with (
        nodes(1) as (node,),
        house(node, settings=TWO_MINUTES) as home,
        home.relay.watch("east", "old", "TV") as old,
    ):
        await record(old.ring, 100)
        first = home.relay.touch("east", "tv", "TV").ring.window().segments[0].sequence
        viewer = await poll(home, 60)
        assert viewer.ring is old.ring
        assert 110 < seconds(viewer.ring) < 125
        assert viewer.ring.window().segments[0].sequence == first
        # Twelve seconds until it is gone, and thirty that are waited for it.
        await asyncio.sleep(13)
        assert [one.key for _, one in home.relay.viewers] == ["old"]
        await asyncio.sleep(27)
        assert seconds(old.ring) > 140
        await asyncio.sleep(6)
        assert seconds(old.ring) <= 60
        await record(old.ring, 60)
        assert seconds(old.ring) <= 60
        await poll(home, 60)
        assert seconds(old.ring) > 100
        home.relay.leave("east", "tv")
        await asyncio.sleep(50)
        assert seconds(old.ring) <= 60


async def test_who_was_answered_late_is_waited_for_as_long_as_others() -> None:
    async with (
        house(settings=TWO_MINUTES) as home,
        home.relay.watch("east", "old", "TV") as old,
    ):
        # It gets the slate after eight seconds, and is gone ten seconds after that.
        await home.relay.touch("east", "tv", "TV").ready()
        await asyncio.sleep(34)
        assert old.ring.capacity == TWO_MINUTES.pause
        await asyncio.sleep(6)
        assert old.ring.capacity == TWO_MINUTES.capacity


async def test_who_comes_back_finds_it_as_it_was() -> None:
    async with nodes(1) as (node,), house(node, settings=TWO_MINUTES) as home:
        await poll(home, 200)
        await asyncio.sleep(30)
        viewer = home.relay.touch("east", "tv", "TV")
        assert seconds(viewer.ring) > 140


async def test_continuous_viewer_beside_one_who_can_go_back() -> None:
    """It begins near the end, and gets each segment once."""
    async with nodes(1) as (node,), house(node, settings=TWO_MINUTES) as home:
        viewer = await poll(home, 200)
        before = viewer.ring.next_sequence
        async with home.relay.watch("east", "old", "TV") as old, aclosing(old.stream()) as stream:
            taken = [await anext(stream)]
            while old.ring.next_sequence < before + 10:
                taken.append(await anext(stream))
            held = [one.segment.data for one in old.ring.window().segments]
        assert held[-len(taken) :] == taken
        assert 10 < len(taken) <= 10 + 1 + 1.5 * old.ring.target / 2


# Limits


def test_what_is_held_for_a_pause() -> None:
    ten = pause_capacity(600)
    assert (ten.seconds, ten.listed) == (630, 600)
    # As much as the station sends in that time, and half as much again.
    assert 68_000_000 < ten.size / 1.5 < 72_000_000
    assert pause_capacity(10) == Capacity(count=ten.count)
    assert pause_capacity(7200).size / 1.5 < MOST_HELD
    assert 4 * ten.size < MOST_HELD


@pytest.mark.parametrize(
    ("duration", "count"),
    [
        pytest.param(10.0, 720, id="two hours"),
        pytest.param(6.0, MOST_LISTED, id="as many as there may be"),
        pytest.param(11.0, 655, id="two hours in longer ones"),
    ],
)
async def test_size_of_the_longest_playlist(duration: float, count: int) -> None:
    ring = Ring(123_456_789, pause_capacity(7200))
    for _ in range(2000):
        ring.append(Segment(data=b"G", duration=duration))
    body = render_playlist(ring.window(), lambda one: f"1/{one.sequence}.ts")
    assert len(listed(ring.window())) == count
    assert ring.count > count
    # With dates, which these segments do not have.
    assert len(body) + count * len("#EXT-X-PROGRAM-DATE-TIME:2026-11-26T12:30:15.250Z\n") < 64_000


@pytest.mark.parametrize("spare", [0, -1])
async def test_limit_of_all_rings_together(spare: int) -> None:
    memory = Memory(200 + spare)
    one, other = Ring(0, pause_capacity(600)), Ring(0, pause_capacity(600))
    memory.add(one)
    memory.add(other)
    for _ in range(15):
        one.append(Segment(data=bytes(10), duration=1.0))
    for _ in range(5):
        other.append(Segment(data=bytes(10), duration=1.0))
        memory.make_place()
    # The larger one gives way.
    assert (one.count, other.count) == (15 + spare, 5)
    assert memory.size == 200 + 10 * spare
    memory.remove(one)
    assert memory.size == 50


async def test_the_newest_is_kept_however_little_may_be_held() -> None:
    memory = Memory(5)
    ring = Ring(0, Capacity())
    memory.add(ring)
    for _ in range(3):
        ring.append(Segment(data=bytes(10), duration=1.0))
        memory.make_place()
    assert ring.count == 1
    assert ring.newest is not None
    assert ring.newest.sequence == 2


async def test_limit_of_the_relay() -> None:
    async with nodes(1) as (node,), house(node, settings=TWO_MINUTES, most_held=100_000) as home:
        for _ in range(100):
            await asyncio.gather(poll(home, 2, "east"), poll(home, 2, "west"))
        assert 95_000 < home.relay.held <= 100_000
        rings = [viewer.ring for _, viewer in home.relay.viewers]
        assert abs(rings[0].size - rings[1].size) < 3_000
        await asyncio.sleep(60)
        assert home.relay.held == 0


async def test_another_size_is_told_to_those_who_read_next() -> None:
    ring = Ring(0, pause_capacity(600))
    for _ in range(100):
        ring.append(Segment(data=b"G", duration=2.0))

    def count() -> bytes:
        return ring.rendered(1, lambda window: b"%d" % len(listed(window)))

    assert count() == b"100"
    ring.resize(Capacity())
    assert count() == b"15"
    ring.resize(Capacity())
    assert (count(), ring.count) == (b"15", 30)
    ring.resize(pause_capacity(600))
    assert count() == b"30"
