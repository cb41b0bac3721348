"""Segments are looked into and joined where they are pulled."""

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

from .house import house, marks, record
from .station import as_it_is, mark_of, nodes, packets, read_marked

FAST_TIME = True


async def test_segments_are_joined_once_and_told_where_it_breaks() -> None:
    inspected: list[bytes] = []
    joined: list[tuple[str, bool, object]] = []

    def read(data: bytes) -> Media:
        inspected.append(data)
        info: Any = SimpleNamespace(longest=60.0, mark=mark_of(data))
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


@pytest.mark.parametrize("count", [2 * MIB // PACKET, 2 * MIB // PACKET + 1])
async def test_large_segments_are_looked_into_elsewhere(count: int) -> None:
    threads: set[bool] = set()

    def read(data: bytes) -> Media:
        threads.add(threading.current_thread() is threading.main_thread())
        return Media(data)

    async with nodes(1) as (one,), house(one) as home:
        home.tools = TsTools(read, as_it_is)
        one.content = packets("large", count)
        async with home.relay.watch("east", "tv", "TV") as tv:
            await tv.ready()
    assert threads == {count == 2 * MIB // PACKET}
