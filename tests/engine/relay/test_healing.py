"""What upstream can do to a channel, and that its viewers go on watching."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing

from aiohttp import web
import pytest

from downlink.relay.errors import Reason, RelayError
from downlink.relay.position import Position
from downlink.relay.pull import Pull

from .house import downloader, house, marks, numbers, record, record_until_closed, steps
from .station import Node, Station, nodes, read_marked, wall_clock

FAST_TIME = True


async def test_all_is_well() -> None:
    async with nodes(1) as (node,), house(node) as home, home.relay.watch("east", "tv", "TV") as tv:
        found = await record(tv.ring, 60)
    assert steps(found) == []
    assert len(found) >= 30
    assert [one.segment.discontinuity for one in found[1:]].count(True) == 0
    assert home.events == []
    assert len(home.resolved) == 1


async def freeze(node: Node) -> None:
    node.frozen = node.station.newest


async def lose_segments(node: Node) -> None:
    node.bad = {"m": web.Response(status=404)}


async def lose_playlist(node: Node) -> None:
    node.bad = {"c": web.Response(status=404)}


async def answer_with_a_page(node: Node) -> None:
    node.bad = {"c": web.Response(text="<html>Bad gateway</html>")}


async def cut_segments(node: Node) -> None:
    node.cut = 1000


async def damage_segments(node: Node) -> None:
    node.bad = {"m": web.Response(body=b"\x47" + bytes(1879))}


async def stop_in_a_segment(node: Node) -> None:
    node.breaks_at = 1000


async def stop_before_a_segment(node: Node) -> None:
    node.bad = {"m": None}


async def stop_before_a_playlist(node: Node) -> None:
    node.bad = {"c": None}


async def go_back(node: Node) -> None:
    node.shift -= 500


async def vanish(node: Node) -> None:
    await node.vanish()


FAULTS = {
    freeze: Reason.FROZEN,
    lose_segments: Reason.NOT_FOUND,
    lose_playlist: Reason.NOT_FOUND,
    answer_with_a_page: Reason.WEB_PAGE,
    cut_segments: Reason.CORRUPT,
    damage_segments: Reason.CORRUPT,
    stop_in_a_segment: Reason.SILENT,
    stop_before_a_segment: Reason.SILENT,
    stop_before_a_playlist: Reason.SILENT,
    go_back: Reason.BACKWARDS,
    vanish: Reason.UNREACHABLE,
}


@pytest.mark.parametrize(("fault", "reason"), FAULTS.items())
async def test_faults_are_told_apart(
    fault: Callable[[Node], Awaitable[None]], reason: Reason
) -> None:
    client = downloader()
    async with nodes(1) as (node,):
        pull = Pull(client, node.url, Position(), now=wall_clock, read=read_marked)
        async with aclosing(pull.segments()) as segments:
            for _ in range(6):
                await anext(segments)
            await fault(node)
            with pytest.raises(RelayError) as caught:
                async for _ in segments:
                    pass
    await client.close()
    assert caught.value.reason is reason


@pytest.mark.parametrize("same_bytes", [True, False], ids=["same bytes", "other bytes"])
@pytest.mark.parametrize("has_dates", [True, False], ids=["dates", "no dates"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_another_node_goes_on(
    fault: Callable[[Node], Awaitable[None]], has_dates: bool, same_bytes: bool
) -> None:
    async with nodes(2) as (one, two), house(one, two) as home:
        for node in (one, two):
            node.has_dates, node.same_bytes = has_dates, same_bytes
        async with home.relay.watch("east", "tv", "TV") as tv:
            first = await record(tv.ring, 20.5)
            await fault(one)
            found = first + [
                more for more in await record(tv.ring, 60) if more.sequence > first[-1].sequence
            ]
            health = home.relay.channels["east"].health
    assert home.events == []
    changes = steps(found)
    if has_dates:
        assert changes == []
    else:
        assert len(changes) <= 1
        assert all(step in {0, 2} for step in changes)
    if same_bytes:
        assert changes == []
    assert numbers(found)[-1] >= one.station.newest - 2
    nodes_seen = [more.segment.node for more in found]
    change = nodes_seen.index(two.server)
    assert nodes_seen == [one.server] * change + [two.server] * (len(found) - change)
    assert [more.segment.discontinuity for more in found[1:]].count(True) == 1
    assert found[change].segment.discontinuity
    assert health.node == two.server
    assert health.node_changes == 1
    assert health.reason is None


@pytest.mark.parametrize(("seconds", "is_waited_for"), [(8.0, True), (20.0, False)])
async def test_another_node_that_is_behind(seconds: float, is_waited_for: bool) -> None:
    """What was seen is not shown again, unless it takes the slate to wait for what is new."""
    station, late = Station(target=4), Station(target=4)
    late.began += seconds
    async with nodes(1, station) as (one,), nodes(1, late) as (two,), house(one, two) as home:
        two.name = "late node"
        for node in (one, two):
            node.has_dates, node.same_bytes = True, False
        async with home.relay.watch("east", "tv", "TV") as tv:
            await record(tv.ring, 20.5)
            await one.vanish()
            await record(tv.ring, 30)
            window = tv.ring.window().segments
    assert window[-1].segment.node == two.server
    assert (steps(window) == []) is is_waited_for
    assert home.events == []


async def test_once_more_is_enough() -> None:
    """What goes wrong once is asked for again, at the same node."""
    async with (
        nodes(2) as (one, two),
        house(one, two) as home,
        home.relay.watch("east", "tv", "TV") as tv,
    ):
        found = await record(tv.ring, 10)
        for letter in ("m", "c"):
            one.bad, one.fails = {letter: web.Response(status=503)}, 1
            found += await record(tv.ring, 10)
        one.cut, one.fails = 188 * 3 + 1, 1
        found += await record(tv.ring, 10)
        window = tv.ring.window().segments
    assert steps(window) == []
    assert {one.segment.node for one in window} == {one.server}
    assert two.asked == []
    assert len(home.resolved) == 1
    assert not one.bad
    assert one.cut is None


async def test_upstream_gives_no_address() -> None:
    async with (
        nodes(1) as (mirror,),
        house(mirror=mirror) as home,
        home.relay.watch("east", "tv", "TV") as tv,
    ):
        found = await record(tv.ring, 20)
    assert len(found) >= 10
    assert found[-1].segment.node == mirror.server
    assert len(home.resolved) == 2
    assert home.events == []


async def test_mirror_is_the_last_resort() -> None:
    async with nodes(3) as (one, two, mirror), house(one, two, mirror=mirror) as home:
        await two.vanish()
        async with home.relay.watch("east", "tv", "TV") as tv:
            first = await record(tv.ring, 20)
            await one.vanish()
            await record(tv.ring, 20)
            window = tv.ring.window().segments
    assert steps(window) == []
    assert window[-1].segment.node == mirror.server
    assert first[-1].segment.node == one.server
    assert [one.segment.discontinuity for one in window[1:]].count(True) == 1
    assert home.events == []
    assert len(home.resolved) == 2


async def test_another_node_is_drawn_when_it_is_the_same_again() -> None:
    async with (
        nodes(3) as (one, two, mirror),
        house(one, one, two, mirror=mirror) as home,
        home.relay.watch("east", "tv", "TV") as tv,
    ):
        await record(tv.ring, 20)
        await one.vanish()
        await record(tv.ring, 20)
        assert tv.ring.newest
        assert tv.ring.newest.segment.node == two.server
    assert len(home.resolved) == 3
    assert mirror.asked == []
    assert home.events == []


async def test_slate_until_upstream_is_back() -> None:
    async with (
        nodes(1) as (one,),
        house(one, mirror=one) as home,
        home.relay.watch("east", "tv", "TV") as tv,
    ):
        await record(tv.ring, 20)
        one.bad = {"p": web.Response(status=502), "c": None, "m": None}
        before = tv.ring.next_sequence
        await record(tv.ring, 300)
        shown = tv.ring.next_sequence - before
        health = home.relay.channels["east"].health
        assert home.events == [("east", Reason.STATUS)]
        assert health.slate_since
        assert health.reason is Reason.STATUS
        assert all(one.segment.is_slate for one in tv.ring.window().segments)
        one.bad = {}
        await record(tv.ring, 40)
        window = tv.ring.window().segments
        health = home.relay.channels["east"].health
    # A slate lasts four seconds; it began when the silence had lasted for twelve.
    assert 300 / 4 - 4 <= shown <= 300 / 4
    assert home.events == [("east", Reason.STATUS), ("east", "healed")]
    assert health.slate_since is None
    assert health.reason is None
    back = next(index for index, one in enumerate(window) if not one.segment.is_slate)
    assert back > 0
    assert [one.segment.discontinuity for one in window[1:]].count(True) == 1
    assert window[back].segment.discontinuity
    assert steps(window) == []
    assert numbers(window)[-1] >= one.station.newest - 2
    assert [one.sequence for one in window] == list(
        range(window[0].sequence, window[0].sequence + len(window))
    )


async def test_slate_is_shown_to_the_first_viewer_of_a_channel_that_is_away() -> None:
    async with house() as home, home.relay.watch("east", "tv", "TV") as tv:
        found = await record(tv.ring, 30)
    assert marks(found)[:3] == ["slate 0", "slate 1", "slate 2"]
    assert len(found) == 7
    assert home.events == [("east", Reason.UNREACHABLE)]


async def test_picture_begins_anew_after_the_slate_of_the_beginning() -> None:
    async with nodes(1) as (one,), house(one, mirror=one) as home:
        one.bad = {"p": web.Response(status=404)}
        async with home.relay.watch("east", "tv", "TV") as tv:
            await record(tv.ring, 20)
            one.bad = {}
            await record(tv.ring, 30)
            window = tv.ring.window().segments
    back = next(index for index, one in enumerate(window) if not one.segment.is_slate)
    breaks = [index for index, one in enumerate(window) if one.segment.discontinuity]
    assert breaks == [0, back]
    assert home.events == [("east", Reason.NOT_FOUND), ("east", "healed")]


async def test_nodes_without_segments_do_not_hold_a_channel() -> None:
    """Left out is one segment, not all of them."""
    async with nodes(2) as (one, two), house(one, one, one, one, two, mirror=one) as home:
        one.missing = lambda _number: True
        async with home.relay.watch("east", "tv", "TV") as tv:
            await record(tv.ring, 30)
            window = tv.ring.window().segments
    assert window[-1].segment.node == two.server


async def test_upstream_is_asked_for_few_addresses() -> None:
    """At most six times in any minute, by all channels together, and ever more seldom."""
    async with (
        house() as home,
        home.relay.watch("east", "tv", "TV") as tv,
        home.relay.watch("west", "tv", "TV"),
        home.relay.watch("movies", "tv", "TV"),
    ):
        await record(tv.ring, 900)
    for index, begin in enumerate(home.resolved):
        assert sum(begin <= at < begin + 60 for at in home.resolved[index:]) <= 6
    assert 20 < len(home.resolved) <= 6 * 15


async def test_pace_of_trying_again() -> None:
    async with house() as home, home.relay.watch("east", "tv", "TV") as tv:
        home.budget._count = 1000  # noqa: SLF001  # to see the pace alone
        await record(tv.ring, 200)
    gaps = [round(b - a) for a, b in zip(home.resolved[1:], home.resolved[2:], strict=False)]
    assert gaps[:7] == [1, 3, 6, 9, 10, 10, 10]


async def test_node_that_only_ever_brings_one_segment() -> None:
    """It heals nothing: upstream is not asked faster for it."""
    async with (
        nodes(1) as (one,),
        house(one, mirror=one) as home,
        home.relay.watch("east", "tv", "TV") as tv,
    ):
        await record(tv.ring, 3)
        one.bad = {"c": web.Response(status=404)}
        for _ in range(40):
            one.fails = 2
            one.bad = {"c": web.Response(status=404)}
            await record(tv.ring, 10)
    for index, begin in enumerate(home.resolved):
        assert sum(begin <= at < begin + 60 for at in home.resolved[index:]) <= 6


async def test_nodes_that_fail_again_and_again_are_tried_ever_more_seldom() -> None:
    """Also if each brings a segment before it fails: that is no health."""
    async with (
        nodes(1) as (one,),
        house(one, mirror=one) as home,
        home.relay.watch("east", "tv", "TV") as tv,
    ):
        one.missing = lambda number: number % 2 == 0
        await record(tv.ring, 300)
    assert one.count("/playlist.m3u8") <= 300 / 5


async def test_segment_that_nobody_has() -> None:
    """It is missing, and holds up nothing that comes after it."""
    async with nodes(3) as (one, two, mirror), house(one, two, mirror=mirror) as home:
        for node in (one, two, mirror):
            node.missing = lambda number: number == 108
        async with home.relay.watch("east", "tv", "TV") as tv:
            await record(tv.ring, 40)
            window = tv.ring.window().segments
    assert steps(window) == [2]
    assert 108 not in numbers(window)
    assert [node.count("media-108") for node in (one, two, mirror)] == [2, 2, 2]
    assert home.events == []


async def test_upstream_ends_the_stream() -> None:
    async with (
        nodes(2) as (one, two),
        house(one, two) as home,
        home.relay.watch("east", "tv", "TV") as tv,
    ):
        await record(tv.ring, 10)
        text = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXT-X-MEDIA-SEQUENCE:900\n#EXT-X-ENDLIST\n"
        one.bad = {"c": web.Response(text=text)}
        await record(tv.ring, 10)
        window = tv.ring.window().segments
    assert steps(window) == []
    assert window[-1].segment.node == two.server


async def test_unknown_faults_end_a_channel_and_no_other(caplog: pytest.LogCaptureFixture) -> None:
    async with nodes(1) as (one,), house(one) as home:

        async def resolve() -> str:
            raise ZeroDivisionError

        home.resolve = resolve  # type: ignore[method-assign]
        async with home.relay.watch("east", "tv", "TV") as tv:
            await record_until_closed(tv.ring)
        assert "The relay of east has failed" in caplog.text
        del home.resolve
        async with home.relay.watch("east", "tv", "TV") as tv:
            assert len(await record(tv.ring, 10)) > 3
