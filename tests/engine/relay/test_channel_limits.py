"""How many channels run at once, and how many viewers are refused."""

import asyncio

import pytest

from downlink.relay.errors import BusyError, ViewerEndedError

from .house import House, house
from .station import nodes

FAST_TIME = True


def running(home: House) -> set[str]:
    return {key for key, one in home.relay.channels.items() if one.is_running}


async def test_limit_of_channels() -> None:
    async with nodes(1) as (node,), house(node, max_channels=2) as home:
        async with home.relay.watch("east", "tv", "TV"), home.relay.watch("west", "tv", "TV"):
            with pytest.raises(BusyError):
                home.relay.touch("movies", "tv", "TV")
            async with home.relay.watch("east", "other", "TV"):
                assert home.relay.running == 2
        assert "movies" not in home.relay.channels
        await asyncio.sleep(1)
        async with home.relay.watch("east", "tv", "TV"):
            await asyncio.sleep(1)
        # Nobody watches either, and West has been idle for longer.
        home.relay.touch("movies", "tv", "TV")
        assert running(home) == {"east", "movies"}


async def test_hls_player_goes_through_all_channels() -> None:
    """It does not say when it leaves one: what counts is what it watches, not where it was."""
    async with nodes(1) as (node,), house(node, max_channels=2) as home:
        for channel in ("east", "west", "movies", "mtv97"):
            await home.relay.touch(channel, "tv", "TV").ready()
            assert home.relay.running <= 2
            await asyncio.sleep(1)
        home.relay.touch("east", "other", "TV")
        assert running(home) == {"east", "mtv97"}


async def test_hls_player_watches_several_channels() -> None:
    """As long as it asks for all of them it has not switched."""
    async with nodes(1) as (node,), house(node, max_channels=2) as home:
        for _ in range(5):
            await home.relay.touch("east", "tv", "TV").ready()
            tv = home.relay.touch("west", "tv", "TV")
            await tv.ready()
            await asyncio.sleep(0.01)
        await asyncio.sleep(tv.ring.target + 1 - 0.2)
        home.relay.touch("west", "tv", "TV")
        home.relay.touch("east", "tv", "TV")
        for player in ("tv", "other"):
            with pytest.raises(BusyError):
                home.relay.touch("movies", player, "TV")
        assert running(home) == {"east", "west"}


async def test_hls_player_switches_where_there_is_room_for_one() -> None:
    async with nodes(1) as (node,), house(node, max_channels=1) as home:
        tv = home.relay.touch("east", "tv", "TV")
        await tv.ready()
        home.relay.touch("east", "tv", "TV")
        with pytest.raises(BusyError):
            home.relay.touch("west", "tv", "TV")
        await asyncio.sleep(tv.ring.target + 1)
        with pytest.raises(BusyError):
            home.relay.touch("west", "other", "TV")
        home.relay.touch("west", "tv", "TV")
        assert running(home) == {"west"}


async def test_four_up_for_which_one_place_is_missing() -> None:
    """What is watched already goes on, also while the one without a place asks again and again."""
    async with (
        nodes(1) as (node,),
        house(node, max_channels=3) as home,
        asyncio.TaskGroup() as group,
    ):
        await home.relay.touch("east", "tv", "TV").ready()
        await asyncio.sleep(1)
        for channel in ("west", "movies"):
            group.create_task(home.relay.touch(channel, "tv", "TV").ready())
        for _ in range(3):
            with pytest.raises(BusyError):
                home.relay.touch("mtv97", "tv", "TV")
            assert running(home) == {"east", "west", "movies"}
            await asyncio.sleep(1)
        for channel in ("west", "movies"):
            home.relay.touch(channel, "tv", "TV")
        await asyncio.sleep(2)
        # East has asked for nothing for too long.
        home.relay.touch("mtv97", "tv", "TV")
        assert running(home) == {"west", "movies", "mtv97"}


async def test_viewer_with_a_connection_has_not_switched() -> None:
    async with (
        nodes(1) as (node,),
        house(node, max_channels=1) as home,
        home.relay.watch("east", "tv", "TV"),
    ):
        await asyncio.sleep(60)
        with pytest.raises(BusyError):
            home.relay.touch("west", "tv", "TV")


@pytest.mark.parametrize("count", [100, 101])
async def test_limit_of_those_who_are_refused(count: int) -> None:
    async with nodes(1) as (node,), house(node) as home:
        for number in range(count):
            viewer = home.relay.touch("east", f"{number}", "TV")
            home.relay.channels["east"].end(viewer)
        if count > 100:
            home.relay.touch("east", "0", "TV")
        else:
            with pytest.raises(ViewerEndedError):
                home.relay.touch("east", "0", "TV")
        with pytest.raises(ViewerEndedError):
            home.relay.touch("east", f"{count - 1}", "TV")
