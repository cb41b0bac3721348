"""A recorder on a real relay, which fetches from real servers; in simulated time."""

import asyncio
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aiohttp import web
import pytest

from downlink.recording.model import TRACKS, Reason
from downlink.recording.recorder import Recorder
from downlink.recording.track import read_track
from downlink.relay.segment import Media, TsTools

from .house import House, house
from .station import Node, Station, as_it_is, mark_of, wall_clock

FAST_TIME = True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / TRACKS / "0123456789abcdef"


def recorder_of(made: House, folder: Path, key: str = "east") -> Recorder:
    """One that begins in ten seconds, and lasts a minute."""
    start = wall_clock() + timedelta(seconds=10)
    return Recorder(
        folder,
        start,
        start + timedelta(minutes=1),
        watch=partial(made.relay.watch, key, f"recorder {key}", "Recorder"),
        now=wall_clock,
        min_free=0,
    )


def recorded(folder: Path) -> list[int]:
    """The station's numbers of what is there."""
    return [
        int(mark_of((folder / entry.name).read_bytes()).split()[0]) for entry in read_track(folder)
    ]


def steps(folder: Path) -> list[int]:
    return [after - before for before, after in pairwise(recorded(folder))]


async def until(recorder: Recorder, seconds: float) -> None:
    """Wait until so much of a recording is there."""
    while recorder.until < recorder.start + timedelta(seconds=seconds):  # noqa: ASYNC110  # a clock
        await asyncio.sleep(0.5)


async def test_nobody_else_watches(folder: Path) -> None:
    """Nothing is fetched before it begins; then every segment is there once."""
    async with Node(Station()) as node, house(node) as made:
        recorder = recorder_of(made, folder)
        task = asyncio.create_task(recorder.run())
        await asyncio.sleep(9)
        assert node.asked == []
        outcome = await task
        assert (outcome.gaps, outcome.reason) == ((), None)
        assert set(steps(folder)) == {1}
        assert 30 <= len(recorded(folder)) <= 32
        assert made.relay.viewers == []


async def test_beside_a_viewer_it_costs_upstream_nothing(folder: Path) -> None:
    async with Node(Station()) as node, house(node) as made:
        async with made.relay.watch("east", "viewer", "Viewer"):
            recorder = recorder_of(made, folder)
            assert (await recorder.run()).gaps == ()
            assert set(steps(folder)) == {1}
        paths = [path for _, path in node.asked if "media" in path]
        assert len(paths) == len(set(paths)), "each segment was fetched once"


async def test_a_channel_that_is_stopped_meanwhile(folder: Path) -> None:
    """Its next run brings again what is there already."""
    async with Node(Station()) as node, house(node) as made:
        recorder = recorder_of(made, folder)
        task = asyncio.create_task(recorder.run())
        for seconds in (10, 20, 40):
            await until(recorder, seconds)
            made.relay.channels["east"].stop()
        outcome = await task
        assert (outcome.gaps, outcome.reason) == ((), None)
        assert set(steps(folder)) == {1}
        assert len(recorded(folder)) >= 30


async def test_a_recorder_that_is_ended_and_begun_again(folder: Path) -> None:
    async with Node(Station()) as node, house(node) as made:
        first = recorder_of(made, folder)
        task = asyncio.create_task(first.run())
        await until(first, 20)
        task.cancel()
        await asyncio.wait((task,))
        again = recorder_of(made, folder)
        again.start, again.stop = first.start, first.stop
        outcome = await again.run()
        assert (outcome.gaps, outcome.reason) == ((), None)
        assert set(steps(folder)) == {1}


async def test_upstream_is_away_for_a_while(folder: Path) -> None:
    """Slate is no picture: what is missing is said."""
    async with Node(Station()) as node, house(node) as made:
        recorder = recorder_of(made, folder)
        recorder.stop += timedelta(minutes=2)
        task = asyncio.create_task(recorder.run())
        await until(recorder, 20)
        node.bad = {letter: web.Response(status=503) for letter in "pcm"}
        await asyncio.sleep(25)
        node.bad = {}
        outcome = await task
        missing = sum((gap.stop - gap.start).total_seconds() for gap in outcome.gaps)
        lost = 2 * (sum(steps(folder)) - len(steps(folder)))
        assert outcome.reason is Reason.NO_SIGNAL
        assert missing == pytest.approx(lost, abs=15)
        assert 10 <= lost <= 90
        assert min(steps(folder)) == 1, "nothing is there twice"


async def test_a_piece_that_nobody_has(folder: Path) -> None:
    """Players need not know of it, and see one stream; what is missing is said all the same."""

    def read(data: bytes) -> Media:
        info: Any = SimpleNamespace(longest=60.0, format="one and the same")
        return Media(data, info)

    async with Node(Station()) as node, house(node, mirror=node) as made:
        made.tools = TsTools(read, as_it_is)
        node.missing = lambda number: number == 112
        outcome = await recorder_of(made, folder).run()
        assert 112 not in recorded(folder)
        assert [step for step in steps(folder) if step != 1] == [2]
        (gap,) = outcome.gaps
        assert (gap.stop - gap.start).total_seconds() == pytest.approx(2)
        assert outcome.reason is Reason.NO_SIGNAL
        assert made.events == []
