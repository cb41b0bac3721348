"""A recorder and what goes wrong with its channel, its clock, and itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import errno
from pathlib import Path
import threading

import pytest

from downlink.recording import (
    folder as folder_module,
    recorder as recorder_module,
    track as track_module,
)
from downlink.recording.model import Reason
from downlink.recording.recorder import Outcome
from downlink.recording.track import INDEX, Track
from downlink.relay.errors import BusyError, ViewerEndedError
from downlink.relay.viewer import Viewer

from .disk import Disk
from .recording import LENGTH, Studio, at, data_of, gaps, run


@pytest.fixture
async def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    for name in ("_FIRST_PAUSE", "_LONGEST_PAUSE", "_LOOK"):
        monkeypatch.setattr(recorder_module, name, 0.005)
    return Studio(tmp_path)


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [(BusyError("no place"), Reason.BUSY), (ViewerEndedError("ended"), Reason.NO_SIGNAL)],
    ids=["busy", "ended"],
)
async def test_tries_again_until_it_may_watch(
    studio: Studio, refusal: Exception, reason: Reason
) -> None:
    studio.refusals = [refusal] * 5
    task = asyncio.create_task(run(studio.recorder()))
    await studio.until(lambda: studio.watched == 6)
    studio.air(2, 3, 4)
    outcome = await task
    assert (outcome.gaps, outcome.reason) == (gaps((0, 20)), reason)


async def test_what_the_channel_leaves_out_is_upstreams_fault(studio: Studio) -> None:
    """Another node goes on later than the one before, and nothing else tells of it."""
    studio.air(0, 1)
    studio.air(3, discontinuity=True)
    studio.air(4)
    outcome = await run(studio.recorder())
    assert (outcome.gaps, outcome.reason) == (gaps((20, 30)), Reason.NO_SIGNAL)


@pytest.mark.parametrize(
    ("aired", "missing", "reason"),
    [
        ((0, 1, 2, 3, 4), (), None),
        ((2, 3, 4), ((0, 20),), Reason.DISK),
        ((1, 4), ((0, 10), (20, 40)), Reason.NO_SIGNAL),
        ((2, 4), ((0, 20), (30, 40)), Reason.DISK),
    ],
    ids=["in time", "late", "late, and more is missing later", "late, and less is"],
)
async def test_why_it_begins_late(
    studio: Studio,
    aired: tuple[int, ...],
    missing: tuple[tuple[int, int], ...],
    reason: Reason | None,
) -> None:
    """The reason is that of the longest gap."""
    studio.air(*aired)
    outcome = await run(studio.recorder(late_for=Reason.DISK))
    assert (outcome.gaps, outcome.reason) == (gaps(*missing), reason)


@pytest.mark.parametrize(
    ("late_for", "reason"), [(None, Reason.ABSENT), (Reason.DISK, Reason.DISK)]
)
async def test_why_it_has_not_gone_on(
    studio: Studio, late_for: Reason | None, reason: Reason
) -> None:
    """Because of a restart, if of nothing else."""
    studio.air(0, 1)
    first = studio.recorder()
    task = asyncio.create_task(run(first))
    await studio.until(lambda: first.until == at(20))
    task.cancel()
    await asyncio.wait([task])
    studio.restart()
    studio.air(3, 4)
    outcome = await run(studio.recorder(late_for=late_for))
    assert (outcome.gaps, outcome.reason) == (gaps((20, 30)), reason)


async def test_busy_until_the_end(studio: Studio) -> None:
    studio.refusals = [BusyError("no place")] * 10_000
    task = asyncio.create_task(run(studio.recorder()))
    await studio.until(lambda: studio.watched >= 3)
    studio.clock = at(1000)
    assert await task == Outcome(gaps=gaps((0, 50)), reason=Reason.BUSY, size=0)


@pytest.mark.parametrize("error", [None, errno.ENOSPC])
async def test_ended_while_a_segment_is_written(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int | None
) -> None:
    """It is there all the same, once; or it could not be written, which is not forgotten."""
    disk = Disk(tmp_path)
    disk.install(monkeypatch, folder_module, track_module)
    writes, goes_on = threading.Event(), threading.Event()
    begun: list[asyncio.Timeout] = []

    @asynccontextmanager
    async def watch() -> AsyncIterator[Viewer]:
        async with studio.watch() as viewer:
            scope = asyncio.timeout(None)
            begun.append(scope)
            try:
                async with scope:
                    yield viewer
            except TimeoutError as err:
                raise ViewerEndedError("ended") from err

    recorder = studio.recorder(watch=watch)
    task = asyncio.create_task(run(recorder))
    studio.air(0, 1)
    await studio.until(lambda: recorder.until == at(20))
    disk.hang("write", writes.set)
    disk.hang("write", goes_on.wait)
    if error:
        disk.fail("write", error)
    studio.air(2)
    await asyncio.to_thread(writes.wait)
    begun[0].reschedule(asyncio.get_running_loop().time())
    studio.restart()
    studio.air(2, 3, 4)
    await asyncio.sleep(0)
    goes_on.set()
    outcome = await task
    if error:
        assert (outcome.gaps, outcome.reason) == (gaps((20, 50)), Reason.DISK_FULL)
    else:
        assert (outcome.gaps, outcome.reason) == ((), None)
        assert studio.recorded() == [0, 1, 2, 3, 4]


async def test_pauses_grow_and_begin_anew(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "_FIRST_PAUSE", 1.0)
    monkeypatch.setattr(recorder_module, "_LONGEST_PAUSE", 30.0)
    slept: list[float] = []
    sleep = asyncio.sleep

    async def at_once(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 8:
            studio.air(0)
        await sleep(0)

    @asynccontextmanager
    async def watch() -> AsyncIterator[Viewer]:
        """Ends whoever has taken something."""
        if not studio.ring.count:
            raise BusyError("no place")
        async with studio.watch() as viewer:
            yield viewer

    monkeypatch.setattr(asyncio, "sleep", at_once)
    recorder = studio.recorder(watch=watch)
    task = asyncio.create_task(run(recorder))
    await studio.until(lambda: recorder.size)
    studio.restart()
    while len(slept) < 11:
        await sleep(0)
    studio.clock = at(1000)
    await task
    assert slept[:8] == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 30.0]
    assert slept[8:10] == [1.0, 2.0]


async def test_goes_on_with_the_channel_that_begins_anew(studio: Studio) -> None:
    """What it brings again is not recorded again."""
    studio.air(0, 1, 2)
    recorder = studio.recorder()
    task = asyncio.create_task(run(recorder))
    await studio.until(lambda: recorder.until == at(30))
    studio.restart()
    studio.air(1, 2, 3, 4)
    outcome = await task
    assert (outcome.gaps, outcome.reason) == ((), None)
    assert studio.recorded() == [0, 1, 2, 3, 4]
    assert studio.breaks() == [3]


async def test_the_same_ring_is_gone_on_with_where_it_was_left(studio: Studio) -> None:
    """A viewer that was ended comes back; dates may be what they want."""
    studio.air(0, 1)

    @asynccontextmanager
    async def watch() -> AsyncIterator[Viewer]:
        """End the first viewer as soon as two segments were recorded."""
        async with studio.watch() as viewer:
            if studio.watched > 1:
                yield viewer
                return
            scope = asyncio.timeout(None)
            try:
                async with scope:
                    task = asyncio.create_task(end(scope))
                    yield viewer
            except TimeoutError as err:
                await task
                raise ViewerEndedError("ended") from err

    async def end(scope: asyncio.Timeout) -> None:
        await studio.until(lambda: recorder.until == at(20))
        scope.reschedule(asyncio.get_running_loop().time())

    recorder = studio.recorder(watch=watch)
    task = asyncio.create_task(run(recorder))
    await studio.until(lambda: studio.watched == 2)
    studio.air(2, 3, 4)
    assert (await task).gaps == ()
    assert studio.recorded() == [0, 1, 2, 3, 4]
    assert studio.breaks() == []


@pytest.mark.parametrize(
    ("offset", "first"),
    [
        pytest.param(4.9, 2, id="a little later"),
        pytest.param(-4.9, 2, id="a little earlier"),
        pytest.param(-5.1, 3, id="half of it was there already"),
        pytest.param(5.1, 1, id="half of it was not there yet"),
    ],
)
async def test_dates_that_do_not_agree_are_told_apart_by_halves(
    studio: Studio, offset: float, first: int
) -> None:
    """Two pulls do not say the same of when something was on air."""
    studio.air(0, 1)
    recorder = studio.recorder()
    task = asyncio.create_task(run(recorder))
    await studio.until(lambda: recorder.until == at(20))
    studio.restart()
    studio.offset = offset
    studio.air(0, 1, 2, 3, 4, 5, 6)
    later = 10.0 * first + offset
    assert (await task).gaps == (gaps((20, later)) if later - 20 >= 1 else ())
    assert studio.recorded()[:3] == [0, 1, first]


async def test_a_clock_that_is_set_back_costs_nothing(studio: Studio) -> None:
    """What comes now is dated before what is there: it is recorded, and there is no gap."""
    studio.air(*range(20))
    recorder = studio.recorder(300.0)
    task = asyncio.create_task(run(recorder))
    await studio.until(lambda: recorder.until == at(200))
    studio.offset = -100.0
    studio.air(20, 21)
    await studio.until(lambda: recorder.until == at(120))
    studio.restart()
    studio.offset = -225.0
    await studio.until(lambda: studio.watched == 2)
    studio.air(22)
    await studio.until(lambda: recorder.until == at(5))
    studio.air(*range(23, 53))
    assert (await task).gaps == ()
    assert studio.recorded() == list(range(53))
    assert studio.breaks() == [22]


async def test_a_clock_that_is_set_ahead_leaves_a_gap(studio: Studio) -> None:
    studio.air(0, 1)
    studio.offset = 3600.0
    studio.air(2)
    outcome = await run(studio.recorder())
    assert (outcome.gaps, outcome.reason) == (gaps((20, 50)), Reason.NO_SIGNAL)
    assert studio.recorded() == [0, 1]


# What was there before


async def test_goes_on_after_a_restart(studio: Studio) -> None:
    before = Track.open(studio.folder)
    for number in (0, 1):
        before.append(data_of(number), at(LENGTH * number), LENGTH, False)
    before.release()
    studio.clock = at(32)
    studio.air(3, 4)
    outcome = await run(studio.recorder())
    assert (outcome.gaps, outcome.reason) == (gaps((20, 30)), Reason.ABSENT)
    assert studio.recorded() == [0, 1, 3, 4]
    assert studio.breaks() == [2]


async def test_what_the_ring_held_before_is_not_recorded_again(studio: Studio) -> None:
    """However long ago that was: a ring may hold two hours."""
    before = Track.open(studio.folder)
    for number in range(50):
        before.append(data_of(number), at(LENGTH * number), LENGTH, False)
    before.release()
    studio.air(*range(60))
    outcome = await run(studio.recorder(550.0))
    assert outcome.gaps == ()
    assert studio.recorded() == list(range(55))


async def test_complete_before_a_restart(studio: Studio) -> None:
    before = Track.open(studio.folder)
    for number in range(5):
        before.append(data_of(number), at(LENGTH * number), LENGTH, False)
    before.release()
    studio.clock = at(55)
    outcome = await run(studio.recorder())
    assert (outcome.gaps, outcome.reason, studio.watched) == ((), None, 0)
    assert (studio.folder / INDEX).read_bytes().endswith(b"ENDLIST\n")


@pytest.mark.parametrize(
    ("late", "is_gap"),
    [pytest.param(1.0, True, id="a second"), pytest.param(0.9, False, id="less")],
)
async def test_the_shortest_gap_has_a_reason(studio: Studio, late: float, is_gap: bool) -> None:
    studio.air(0, 1)
    studio.offset = late
    studio.air(2, 3, 4, discontinuity=True)
    outcome = await run(studio.recorder())
    assert outcome.gaps == (gaps((20, 20 + late)) if is_gap else ())
    assert outcome.reason is (Reason.NO_SIGNAL if is_gap else None)


@pytest.mark.parametrize(
    ("back", "is_held", "numbers"),
    [
        pytest.param(120, False, [], id="had"),
        pytest.param(121, False, [5], id="the clock was set back"),
        pytest.param(3600, True, [], id="from before"),
    ],
)
async def test_how_far_back_a_repetition_may_be_dated(
    studio: Studio, back: float, is_held: bool, numbers: list[int]
) -> None:
    """Of a channel that begins anew, with what nobody knows again."""
    studio.air(*range(14))
    recorder = studio.recorder(7200.0, start=-7200.0)
    task = asyncio.create_task(run(recorder))
    await studio.until(lambda: recorder.until == at(140))
    studio.restart()
    if not is_held:
        await studio.until(lambda: studio.watched == 2)
    studio.offset = 140 - back - 5 * LENGTH
    studio.air(5, data=lambda number: data_of(number) + b"again")
    studio.offset = 0.0
    await studio.until(lambda: studio.watched == 2)
    studio.air(15)
    await studio.until(lambda: recorder.until == at(160))
    studio.clock = at(9999)
    await task
    assert studio.recorded() == [*range(14), *numbers, 15]


async def test_the_longest_gap_has_the_reason(studio: Studio) -> None:
    studio.refusals = [BusyError("no place")]
    task = asyncio.create_task(run(studio.recorder(100.0)))
    await studio.until(lambda: studio.watched == 2)
    studio.air(3)
    studio.slate(4)
    studio.air(5, 6, 7, 8, 9)
    outcome = await task
    assert (outcome.gaps, outcome.reason) == (gaps((0, 30), (40, 50)), Reason.BUSY)


async def test_other_errors_are_not_hidden(studio: Studio) -> None:
    studio.refusals = [ZeroDivisionError("a mistake of ours")]
    with pytest.raises(ZeroDivisionError):
        await run(studio.recorder())
    Track.open(studio.folder).release()


async def test_cancelled(studio: Studio) -> None:
    """The track is left as it is, and open for the next one."""
    recorder = studio.recorder()
    task = asyncio.create_task(run(recorder))
    studio.air(0, 1)
    await studio.until(lambda: recorder.until == at(20))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert b"ENDLIST" not in (studio.folder / INDEX).read_bytes()
    studio.air(2, 3, 4)
    assert (await run(studio.recorder())).gaps == ()
    assert studio.recorded() == [0, 1, 2, 3, 4]
