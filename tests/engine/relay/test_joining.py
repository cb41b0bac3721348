"""Segments are looked into and joined where they are pulled, and players told what they need."""

import threading
from types import SimpleNamespace
from typing import Any

from aiohttp import web
import pytest

from downlink.limits import MIB
from downlink.relay.errors import Reason, UpstreamError
from downlink.relay.segment import Media, TsTools
from downlink.relay.segment_error import Flaw, SegmentError
from downlink.relay.tables import PACKET

from .house import house, marks, numbers, record
from .station import as_it_is, mark_of, nodes, packets, read_marked

FAST_TIME = True


async def test_segments_are_joined_once_and_told_where_it_breaks() -> None:
    inspected: list[bytes] = []
    joined: list[tuple[str, bool, object]] = []

    def read(data: bytes) -> Media:
        inspected.append(data)
        info: Any = SimpleNamespace(longest=60.0, mark=mark_of(data), format=None)
        return Media(data, info)

    def join(data: bytes, is_break: bool, info: object) -> bytes:
        joined.append((mark_of(data), is_break, getattr(info, "mark", None)))
        return data[:PACKET]

    async with nodes(1) as (one,), house(one, mirror=one) as home:
        home.tools = TsTools(read, lambda: join)
        async with (
            home.relay.watch("east", "tv", "TV") as tv,
            home.relay.watch("east", "other", "TV"),
        ):
            await record(tv.ring, 10)
            one.bad = {letter: web.Response(status=404) for letter in "pcm"}
            await record(tv.ring, 20)
            one.bad = {}
            await record(tv.ring, 20)
            window = tv.ring.window().segments
    assert {len(one.segment.data) for one in window} == {PACKET}
    assert {one.segment.info for one in window} == {None}
    assert len(window) == len(joined)
    assert len(inspected) == len([one for one in window if not one.segment.is_slate])
    # The slate is ours: nobody has to look into it.
    assert all(info == (None if "slate" in mark else mark) for mark, _, info in joined)
    marks_joined = [mark for mark, _, _ in joined]
    back = max(index for index, mark in enumerate(marks_joined) if "slate" in mark) + 1
    breaks = [index for index, (_, is_break, _) in enumerate(joined) if is_break]
    assert breaks == [marks_joined.index("slate 0"), back]


@pytest.mark.parametrize("where", ["read", "join"])
async def test_segment_that_is_not_fit_is_one_that_is_corrupt(where: str) -> None:
    async with nodes(2) as (one, two), house(one, two) as home:
        bad = 105

        def read(data: bytes) -> Media:
            if mark_of(data) == f"{bad} node 0":
                raise UpstreamError(Reason.CORRUPT, "No timestamps.")
            return Media(data)

        def join(data: bytes, *_: object) -> bytes:
            if mark_of(data) == f"{bad} node 0":
                raise SegmentError(Flaw.TIMESTAMPS, "they jump")
            return data

        one.same_bytes = two.same_bytes = False
        if where == "read":
            home.tools = TsTools(read, as_it_is)
        else:
            home.tools = TsTools(read_marked, lambda: join)
        async with home.relay.watch("east", "tv", "TV") as tv:
            await record(tv.ring, 30)
            window = tv.ring.window().segments
    seen = marks(window)
    assert f"{bad} node 0" not in seen
    assert f"{bad - 1} node 0" in seen
    assert f"{bad} node 1" in seen
    assert one.count(f"media-{bad}.ts") == (2 if where == "read" else 1)
    assert home.events == []


@pytest.mark.parametrize("count", [MIB // 4 // PACKET, MIB // 4 // PACKET + 1])
async def test_large_segments_are_read_and_joined_elsewhere(count: int) -> None:
    threads: set[tuple[str, bool]] = set()

    def note(what: str) -> None:
        threads.add((what, threading.current_thread() is threading.main_thread()))

    def read(data: bytes) -> Media:
        note("read")
        return Media(data)

    def join(data: bytes, *_: object) -> bytes:
        note("join")
        return data

    async with nodes(1) as (one,), house(one) as home:
        home.tools = TsTools(read, lambda: join)
        one.content = packets("large", count)
        async with home.relay.watch("east", "tv", "TV") as tv:
            await tv.ready()
    is_here = count == MIB // 4 // PACKET
    assert threads == {("read", is_here), ("join", is_here)}


def says(**formats: str | None) -> TsTools:
    """Find in segments the format of the node that they come from."""

    def read(data: bytes) -> Media:
        node = mark_of(data).split()[-1]
        info: Any = SimpleNamespace(longest=60.0, format=formats[f"node_{node}"])
        return Media(data, info)

    return TsTools(read, as_it_is)


@pytest.mark.parametrize(
    ("one_says", "two_says", "is_marked"),
    [
        pytest.param("a", "a", False, id="same"),
        pytest.param("a", "b", True, id="other"),
        pytest.param("a", None, True, id="second unknown"),
        pytest.param(None, "a", True, id="first unknown"),
        pytest.param(None, None, True, id="both unknown"),
    ],
)
async def test_players_are_told_of_a_break_unless_the_format_stays(
    one_says: str | None, two_says: str | None, is_marked: bool
) -> None:
    async with nodes(2) as (one, two), house(one, two) as home:
        one.same_bytes = two.same_bytes = False
        home.tools = says(node_0=one_says, node_1=two_says)
        async with home.relay.watch("east", "tv", "TV") as tv:
            await record(tv.ring, 20)
            await one.vanish()
            await record(tv.ring, 20)
            window = tv.ring.window().segments
    change = [one.segment.node for one in window].index(two.server)
    marked = [index for index, one in enumerate(window) if one.segment.discontinuity]
    assert change > 0
    assert marked == ([0, change] if is_marked else [0])


async def test_format_that_changes_without_a_break_is_not_marked() -> None:
    """Some encoders write something else at every picture to start with: that is one stream."""
    formats = iter(range(1000))

    def read(data: bytes) -> Media:
        info: Any = SimpleNamespace(longest=60.0, format=next(formats))
        return Media(data, info)

    async with nodes(1) as (one,), house(one) as home:
        home.tools = TsTools(read, as_it_is)
        async with home.relay.watch("east", "tv", "TV") as tv:
            window = await record(tv.ring, 30)
    assert len(window) > 10
    assert [one.segment.discontinuity for one in window[1:]].count(True) == 0


async def test_slate_is_marked_on_both_sides_though_the_node_is_the_same() -> None:
    async with nodes(1) as (one,), house(one, mirror=one) as home:
        one.same_bytes = False
        home.tools = says(node_0="a")
        async with home.relay.watch("east", "tv", "TV") as tv:
            await record(tv.ring, 10)
            one.bad = {letter: web.Response(status=404) for letter in "pcm"}
            await record(tv.ring, 20)
            one.bad = {}
            await record(tv.ring, 20)
            window = tv.ring.window().segments
    kinds = [one.segment.is_slate for one in window]
    slate = kinds.index(True)
    back = kinds.index(False, slate)
    marked = [index for index, one in enumerate(window) if one.segment.discontinuity]
    assert marked == [0, slate, back]


async def test_segment_that_nobody_has_is_no_reason_to_begin_anew() -> None:
    async with nodes(2) as (one, two), house(one, two, mirror=one) as home:
        for node in (one, two):
            node.same_bytes = False
            node.missing = lambda number: number == 103
        home.tools = says(node_0="a", node_1="a")
        async with home.relay.watch("east", "tv", "TV") as tv:
            found = await record(tv.ring, 60)
    assert 103 not in numbers(found)
    assert numbers(found)[-1] > 103
    assert [one.segment.discontinuity for one in found[1:]].count(True) == 0
