"""Who watches, what upstream is asked for it, and that nothing is left."""

import asyncio
from contextlib import AsyncExitStack
import gc
from pathlib import Path

import pytest

from downlink.relay.channel import Settings
from downlink.relay.errors import BusyError, RingClosedError, ViewerEndedError
from downlink.relay.hls import listed, render_playlist
from downlink.relay.ring import Capacity
from downlink.relay.viewer import Viewer

from .house import House, house, marks, numbers, record
from .station import Node, mark_of, nodes, packets

FAST_TIME = True


async def drink(viewer: Viewer) -> None:
    async for _ in viewer.stream():
        pass


def check_kindness(node: Node, since: int, seconds: float) -> None:
    """One playlist in a target duration, each segment once."""
    asked = node.asked[since:]
    playlists = [at for at, path in asked if "chunklist" in path]
    assert len(playlists) <= seconds / node.station.target + 1
    # In any ten, too; a busy machine may note one of them late.
    assert all(
        b - a > 9 * node.station.target for a, b in zip(playlists, playlists[10:], strict=False)
    )
    segments = [path for _, path in node.asked if "media" in path]
    assert len(segments) == len(set(segments))


@pytest.mark.parametrize("count", [1, 50])
async def test_kindness(count: int) -> None:
    async with nodes(1) as (node,), house(node) as home, AsyncExitStack() as stack:
        group = await stack.enter_async_context(asyncio.TaskGroup())
        viewers = [
            await stack.enter_async_context(home.relay.watch("east", f"tv {number}", "TV"))
            for number in range(count)
        ]
        tasks = [group.create_task(drink(viewer)) for viewer in viewers]
        await asyncio.sleep(300)
        check_kindness(node, 0, 300)
        assert node.count("media") >= 149
        assert node.count("playlist.m3u8") == 1
        assert len(home.resolved) == 1
        assert all(viewer.sent >= 149 * len(packets("")) for viewer in viewers)
        for task in tasks:
            task.cancel()


async def test_kindness_to_players_that_come_and_go() -> None:
    async with nodes(1) as (node,), house(node) as home:
        began = asyncio.get_running_loop().time()
        for _ in range(100):
            for number in range(20):
                viewer = home.relay.touch("east", f"tv {number}", "TV")
                await viewer.ready()
            await asyncio.sleep(2)
        check_kindness(node, 0, asyncio.get_running_loop().time() - began)
        assert len(home.relay.viewers) == 20
        assert len(home.resolved) == 1


async def test_stops_thirty_seconds_after_the_last_viewer() -> None:
    async with nodes(1) as (node,), house(node) as home:
        async with home.relay.watch("east", "tv", "TV") as tv:
            await record(tv.ring, 10)
        before = len(node.asked)
        await asyncio.sleep(29)
        assert home.relay.running == 1
        assert len(node.asked) > before
        await asyncio.sleep(1.5)
        assert home.relay.running == 0
        after = len(node.asked)
        await asyncio.sleep(300)
        assert len(node.asked) == after
        assert home.relay.channels["east"].health.last_segment


async def test_comes_back_while_the_channel_lingers() -> None:
    async with nodes(1) as (node,), house(node) as home:
        for _ in range(5):
            async with home.relay.watch("east", "tv", "TV") as tv:
                await record(tv.ring, 5)
            await asyncio.sleep(25)
        assert len(home.resolved) == 1
        ring = tv.ring
        async with home.relay.watch("east", "tv", "TV") as tv:
            assert tv.ring is ring
            # What is there is there at once.
            assert (await tv.ring.wait_for(-1)).segment


async def test_numbers_go_on_after_a_silence() -> None:
    async with nodes(1) as (node,), house(node) as home:
        async with home.relay.watch("east", "tv", "TV") as tv:
            first = await record(tv.ring, 20)
        await asyncio.sleep(60)
        async with home.relay.watch("east", "tv", "TV") as tv:
            second = await record(tv.ring, 20)
    assert second[0].sequence > first[-1].sequence
    assert second[0].discontinuities > first[-1].discontinuities


@pytest.mark.parametrize("silence", [31, 600])
async def test_who_comes_after_a_silence_begins_at_the_live_edge(silence: float) -> None:
    """Nothing that was shown before it, nor during it, is in the playlist then."""
    async with nodes(1) as (node,), house(node) as home:
        async with home.relay.watch("east", "tv", "TV") as tv:
            before = await record(tv.ring, 20)
        await asyncio.sleep(silence)
        on_air = node.station.newest
        viewer = home.relay.touch("east", "tv", "TV")
        await viewer.ready()
        shown = listed(viewer.ring.window())
        playlist = render_playlist(viewer.ring.window(), lambda one: mark_of(one.segment.data))

    assert 3 <= len(shown) <= node.station.listed
    assert min(numbers(shown)) > max(on_air - node.station.listed, *numbers(before))
    assert not set(playlist.decode().splitlines()) & set(marks(before))


async def test_visitor_is_gone_three_target_durations_after_its_last_request() -> None:
    async with nodes(1) as (node,), house(node) as home:
        viewer = home.relay.touch("east", "tv", "TV")
        await viewer.ready()
        await asyncio.sleep(4)
        assert home.relay.touch("east", "tv", "TV") is viewer
        # The target is that of the slate, four seconds.
        await asyncio.sleep(11.5)
        assert [one.key for _, one in home.relay.viewers] == ["tv"]
        await asyncio.sleep(1)
        assert home.relay.viewers == []
        await asyncio.sleep(29)
        assert home.relay.running == 1
        await asyncio.sleep(1.5)
        assert home.relay.running == 0


async def test_visitor_who_says_that_it_leaves() -> None:
    async with nodes(1) as (node,), house(node) as home:
        viewer = home.relay.touch("east", "tv", "TV")
        home.relay.touch("east", "phone", "Phone")
        await viewer.ready()
        home.relay.leave("east", "tv")
        assert [one.key for _, one in home.relay.viewers] == ["phone"]
        home.relay.leave("east", "tv")
        home.relay.leave("west", "tv")
        await asyncio.sleep(9)
        assert home.relay.running == 1

        home.relay.leave("east", "phone")
        assert home.relay.viewers == []
        await asyncio.sleep(4.5)
        assert home.relay.running == 1
        await asyncio.sleep(1)
        assert home.relay.running == 0


async def test_channel_lingers_as_ever_when_the_last_viewer_has_not_said_so() -> None:
    async with nodes(1) as (node,), house(node) as home:
        async with home.relay.watch("east", "tv", "TV") as tv:
            await record(tv.ring, 5)
            home.relay.touch("east", "phone", "Phone")
            home.relay.leave("east", "phone")
        await asyncio.sleep(29)
        assert home.relay.running == 1
        await asyncio.sleep(1.5)
        assert home.relay.running == 0


async def watch_and_be_ended(home: House) -> None:
    async with home.relay.watch("east", "tv", "TV") as tv:
        home.relay.channels["east"].end(tv)
        home.relay.channels["east"].end(tv)
        await asyncio.sleep(1e5)


async def test_end_a_viewer() -> None:
    async with nodes(1) as (node,), house(node) as home:
        with pytest.raises(ViewerEndedError):
            await watch_and_be_ended(home)
        channel = home.relay.channels["east"]
        with pytest.raises(ViewerEndedError):
            async with home.relay.watch("east", "tv", "TV"):
                pass
        with pytest.raises(ViewerEndedError):
            home.relay.touch("east", "tv", "TV")
        async with home.relay.watch("east", "other", "TV"):
            await asyncio.sleep(61)
        viewer = home.relay.touch("east", "tv", "TV")
        channel.end(viewer)
        assert channel.viewers == []
        with pytest.raises(ViewerEndedError):
            home.relay.touch("east", "tv", "TV")


@pytest.mark.parametrize("is_continuous", [False, True])
async def test_nobody_waits_long_for_a_viewer_who_was_ended(is_continuous: bool) -> None:
    """It may not come again for a minute."""
    async with nodes(1) as (node,), house(node) as home:
        if is_continuous:
            with pytest.raises(ViewerEndedError):
                await watch_and_be_ended(home)
        else:
            tv = home.relay.touch("east", "tv", "TV")
            home.relay.channels["east"].end(tv)
        await asyncio.sleep(4.5)
        assert home.relay.running == 1
        await asyncio.sleep(1)
        assert home.relay.running == 0


async def test_own_timeouts_of_a_viewer_stay_its_own() -> None:
    async with nodes(1) as (node,), house(node) as home:
        with pytest.raises(TimeoutError):
            async with home.relay.watch("east", "tv", "TV"), asyncio.timeout(1):
                await asyncio.sleep(1e5)


def sockets() -> int:
    links = Path("/proc/self/fd").iterdir()
    return sum(one.is_symlink() and str(one.readlink()).startswith("socket:") for one in links)


async def visit(home: House, number: int) -> None:
    try:
        async with home.relay.watch(f"{number % 3}", f"{number}", "TV") as viewer:
            async with asyncio.timeout(number / 50):
                await drink(viewer)
    except TimeoutError, RingClosedError:
        pass


async def test_two_hundred_come_and_leave() -> None:
    async with nodes(1) as (node,):
        tasks, open_sockets = asyncio.all_tasks(), sockets()
        async with house(node) as home:
            async with asyncio.TaskGroup() as group:
                for number in range(200):
                    group.create_task(visit(home, number))
            assert home.relay.viewers == []
            assert home.relay.running == 3
            check_kindness_of_all(node, 3)
        await settle()
        assert asyncio.all_tasks() - tasks == set()
        assert sockets() == open_sockets
    gc.collect()


def check_kindness_of_all(node: Node, channels: int) -> None:
    assert node.count("/playlist.m3u8") == channels


async def settle() -> None:
    """Let the other side notice that connections are closed."""
    await asyncio.sleep(1)


async def test_close_ends_all_who_watch() -> None:
    async with nodes(1) as (node,):
        tasks = asyncio.all_tasks()
        async with house(node) as home:
            ended = []

            async def watch(number: int) -> None:
                try:
                    async with home.relay.watch("east", f"{number}", "TV"):
                        await asyncio.sleep(1e5)  # as one that writes to somebody who does not read
                except ViewerEndedError:
                    ended.append(number)

            async with asyncio.TaskGroup() as group:
                for number in range(20):
                    group.create_task(watch(number))
                await asyncio.sleep(5)
                await home.relay.close()
            assert sorted(ended) == list(range(20))
            with pytest.raises(BusyError):
                home.relay.touch("east", "tv", "TV")
        await settle()
        assert asyncio.all_tasks() - tasks == set()


async def test_close_while_nobody_has_come() -> None:
    async with house() as home:
        home.relay.touch("east", "tv", "TV")
        await home.relay.close()
        assert home.relay.running == 0


async def test_memory_of_a_ring() -> None:
    small = Settings(capacity=Capacity(count=5))
    async with (
        nodes(1) as (node,),
        house(node, settings=small) as home,
        home.relay.watch("east", "tv", "TV") as tv,
    ):
        await record(tv.ring, 60)
        assert len(tv.ring.window().segments) == 5


async def test_who_waits_for_the_slate_is_the_same_viewer_after_it() -> None:
    async with house() as home:
        viewer = home.relay.touch("east", "tv", "TV")
        await viewer.ready()
        assert viewer.until
        assert 8 + 10 <= viewer.until - viewer.asked < 8.9 + 10
        await asyncio.sleep(0.1)
        assert home.relay.touch("east", "tv", "TV") is viewer


async def test_ready_waits_for_as_much_as_players_ask_for() -> None:
    async with nodes(1) as (node,), house(node) as home:
        viewer = home.relay.touch("east", "tv", "TV")
        await viewer.ready()
        assert len(viewer.ring.window().segments) == 3
        # More than there is: not for ever.
        before = asyncio.get_running_loop().time()
        await viewer.ready(50)
        assert 1.9 < asyncio.get_running_loop().time() - before < 3
