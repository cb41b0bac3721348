"""What a channel makes of its source: dates, nodes, and words that come too late."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from downlink.relay.errors import Reason, ViewerEndedError
from downlink.relay.relay import Relay
from downlink.relay.segment import Segment
from downlink.relay.source import Listener

from .house import house, record
from .station import BEGINNING, nodes, wall_clock

FAST_TIME = True


class Script:
    """A source that says what it is told to."""

    def __init__(self, *segments: tuple[float, Segment]) -> None:
        self.segments = segments
        self.listener: Listener | None = None

    def open(self, _key: str, listener: Listener) -> Script:
        self.listener = listener
        return self

    async def run(self) -> None:
        for seconds, segment in self.segments:
            await asyncio.sleep(seconds)
            assert self.listener
            self.listener.on_segment(segment)
        await asyncio.sleep(1e5)


def at(seconds: float | None, *, is_break: bool = False, missing: float = 0.0) -> Segment:
    date = None if seconds is None else BEGINNING + timedelta(seconds=seconds)
    return Segment(data=b"G", duration=2.0, date=date, discontinuity=is_break, missing=missing)


async def test_dates_go_by_our_clock_and_follow_on_each_other() -> None:
    async with nodes(1) as (node,), house(node) as home, home.relay.watch("east", "tv", "TV") as tv:
        found = await record(tv.ring, 60)
    dates = [one.segment.date for one in found]
    assert all(dates)
    gaps = {round((b - a).total_seconds(), 3) for a, b in pairwise(dates) if a and b}
    assert gaps == {2.0}


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        pytest.param(at(2.4), 2.0, id="smoothed"),
        pytest.param(at(-27), 2.0, id="clock a little behind"),
        pytest.param(at(-29), -29.0, id="clock set back"),
        pytest.param(at(33), 33.0, id="clock set forward"),
        pytest.param(at(5, is_break=True), 5.0, id="something is missing"),
        pytest.param(at(1, is_break=True), 2.0, id="something is repeated"),
        pytest.param(at(None), None, id="no date"),
        pytest.param(at(4.4, missing=2), 4.0, id="nobody had what was before"),
        pytest.param(at(2.1, missing=2), 4.0, id="nobody had it, and it came at once"),
        pytest.param(at(42.4, missing=40), 42.0, id="nobody had much"),
        pytest.param(at(2.1, missing=1e9), 4.1, id="nobody had more than there can have been"),
        pytest.param(at(-27, missing=9), 2.0, id="nobody had it, by a clock a little behind"),
        pytest.param(at(5, missing=2, is_break=True), 5.0, id="that and something else"),
    ],
)
async def test_dates(second: Segment, expected: float | None) -> None:
    script = Script((0, at(0)), (1, second), (1, at(100)))
    relay = Relay(script.open, now=wall_clock)
    async with relay.watch("east", "tv", "TV") as tv:
        dates = [one.segment.date for one in await record(tv.ring, 5)]
    await relay.close()
    assert dates[1] == (None if expected is None else BEGINNING + timedelta(seconds=expected))
    assert dates[2] == BEGINNING + timedelta(seconds=100)


async def test_node_changes_are_counted_by_the_day() -> None:
    def of(node: str) -> Segment:
        return Segment(data=b"G", duration=2.0, node=node)

    days = 0
    script = Script(*((1.0, of(name)) for name in ("a", "a", "b", "a", "a", "c")))
    relay = Relay(script.open, now=lambda: wall_clock() + timedelta(days=days))
    async with relay.watch("east", "tv", "TV"):
        health = []
        for seconds in (4.5, 1.0, 1.0):
            await asyncio.sleep(seconds)
            health.append(relay.channels["east"].health)
            days = 1
    await relay.close()
    health.append(relay.channels["east"].health)
    assert [one.node_changes for one in health] == [2, 0, 1, 1]
    assert health[-1].node == "c"


async def test_source_that_goes_on_after_its_channel_has_stopped_is_not_heard() -> None:
    script = Script((0, at(0)))
    relay = Relay(script.open)
    viewer = relay.touch("east", "tv", "TV")
    await viewer.ready(1)
    await relay.close()
    assert script.listener
    script.listener.on_segment(at(2))
    script.listener.on_broken(Reason.SILENT)
    health = relay.channels["east"].health
    assert health.slate_since is None
    assert viewer.ring.newest is None


async def test_viewer_that_has_left_can_be_ended_no_more() -> None:
    relay = Relay(Script().open)
    async with relay.watch("east", "tv", "TV") as tv:
        pass
    relay.channels["east"].end(tv)
    tv.end()
    with pytest.raises(ViewerEndedError):
        relay.touch("east", "tv", "TV")
    await relay.close()
