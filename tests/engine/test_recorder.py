"""A recorder takes what is between two times, and says what it could not get."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from downlink.limits import MAX_SEGMENT_BYTES
from downlink.policy import LATE_BY
from downlink.recording import recorder as recorder_module
from downlink.recording.model import Reason
from downlink.recording.recorder import Outcome
from downlink.recording.track import INDEX, Track, read_track
from downlink.relay.errors import BusyError, ViewerEndedError
from downlink.relay.ring import Capacity, Ring
from downlink.relay.segment import Segment
from downlink.relay.viewer import Viewer

from .recording import LENGTH, Studio, at, data_of, gaps, run


@pytest.fixture
async def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    for name in ("_FIRST_PAUSE", "_LONGEST_PAUSE", "_LONGEST_SLEEP", "_LOOK"):
        monkeypatch.setattr(recorder_module, name, 0.005)
    return Studio(tmp_path)


async def test_from_start_to_stop(studio: Studio) -> None:
    """What is on air at the start is the first, and what is on air at the stop the last."""
    studio.air(-2, -1, 0, 1, 2)
    recorder = studio.recorder(45.0)
    assert (recorder.size, recorder.gaps, recorder.until) == (0, (), at(0))
    task = asyncio.create_task(run(recorder))
    await studio.until(lambda: recorder.until == at(30))
    assert (recorder.size, recorder.gaps) == (3 * len(data_of(0)), ())
    studio.air(3, 4, 5)
    assert await task == Outcome(gaps=(), reason=None, size=5 * len(data_of(0)))
    assert studio.recorded() == [0, 1, 2, 3, 4]
    assert studio.breaks() == []
    assert (studio.folder / INDEX).read_bytes().endswith(b"ENDLIST\n")
    assert studio.watched == 1
    assert studio.viewer is not None
    assert studio.viewer.sent == 7 * len(data_of(0))


@pytest.mark.parametrize(
    ("start", "stop", "numbers"),
    [
        (0.0, 50.0, [0, 1, 2, 3, 4]),
        (-0.001, 50.001, [-1, 0, 1, 2, 3, 4, 5]),
        (9.999, 40.001, [0, 1, 2, 3, 4]),
        (10.0, 40.0, [1, 2, 3]),
        (10.0, 10.5, [1]),
        (12.0, 18.0, [1]),
    ],
)
async def test_the_segments_that_hold_start_and_stop_belong_to_it(
    studio: Studio, start: float, stop: float, numbers: list[int]
) -> None:
    studio.clock = at(60)
    studio.air(*range(-3, 8))
    outcome = await run(studio.recorder(stop, start=start))
    assert outcome.gaps == ()
    assert studio.recorded() == numbers


async def test_nothing_happens_before_it_starts(studio: Studio) -> None:
    studio.clock = at(-3600)
    looks = 0

    def now() -> datetime:
        nonlocal looks
        looks += 1
        studio.changed.set()
        return studio.clock

    recorder = studio.recorder()
    recorder._now = now  # noqa: SLF001  # to see that it looks at the clock
    task = asyncio.create_task(run(recorder))
    await studio.until(lambda: looks >= 5)
    assert studio.watched == 0
    assert not studio.folder.parent.exists()
    studio.clock = at(0)
    studio.air(*range(5))
    assert (await task).gaps == ()


async def test_what_the_ring_does_not_hold_any_more_is_missing(studio: Studio) -> None:
    """Nobody says why: whoever has made the recorder knows since when it was wanted."""
    studio.clock = at(25)
    studio.air(2, 3, 4)
    outcome = await run(studio.recorder())
    assert outcome == Outcome(gaps=gaps((0, 20)), reason=None, size=3 * len(data_of(0)))


async def test_the_end_may_move(studio: Studio) -> None:
    recorder = studio.recorder(20.0)
    task = asyncio.create_task(run(recorder))
    studio.air(0)
    await studio.until(lambda: recorder.size)
    recorder.stop = at(40)
    studio.air(1, 2)
    await studio.until(lambda: recorder.until == at(30))
    assert not task.done()
    recorder.stop = at(30)
    assert (await task).gaps == ()
    assert studio.recorded() == [0, 1, 2]


async def test_a_channel_that_says_nothing_is_waited_for_a_while(studio: Studio) -> None:
    recorder = studio.recorder()
    task = asyncio.create_task(run(recorder))
    studio.air(0, 1, 2)
    await studio.until(lambda: recorder.until == at(30))
    studio.clock = at(50) + LATE_BY - timedelta(seconds=1)
    studio.air(3)
    await studio.until(lambda: recorder.until == at(40))
    studio.clock += timedelta(seconds=1)
    assert await task == Outcome(
        gaps=gaps((40, 50)), reason=Reason.NO_SIGNAL, size=4 * len(data_of(0))
    )


async def test_nothing_at_all(studio: Studio) -> None:
    task = asyncio.create_task(run(studio.recorder()))
    await studio.until(lambda: studio.watched)
    studio.clock = at(1000)
    assert await task == Outcome(gaps=gaps((0, 50)), reason=Reason.NO_SIGNAL, size=0)
    assert read_track(studio.folder) == ()


async def test_over_before_it_began(studio: Studio) -> None:
    studio.clock = at(1000)
    assert await run(studio.recorder()) == Outcome(gaps=gaps((0, 50)), reason=None, size=0)
    assert studio.watched == 0


async def test_slate_is_a_gap(studio: Studio) -> None:
    studio.air(0, 1)
    studio.slate(2)
    studio.slate(3)
    studio.air(4)
    outcome = await run(studio.recorder())
    assert (outcome.gaps, outcome.reason) == (gaps((20, 40)), Reason.NO_SIGNAL)
    assert studio.recorded() == [0, 1, 4]
    assert studio.breaks() == [2]


async def test_what_falls_out_of_the_ring_is_a_gap(studio: Studio) -> None:
    studio.ring = Ring(1, Capacity(count=2))
    studio.air(0, 1)
    recorder = studio.recorder()
    task = asyncio.create_task(run(recorder))
    await studio.until(lambda: recorder.until == at(20))
    studio.air(2, 3, 4)
    outcome = await task
    assert (outcome.gaps, outcome.reason) == (gaps((20, 30)), Reason.NO_SIGNAL)
    assert studio.recorded() == [0, 1, 3, 4]
    assert studio.breaks() == [2]


@pytest.mark.parametrize("data", [b"", bytes(MAX_SEGMENT_BYTES + 1)], ids=["empty", "huge"])
async def test_what_is_no_segment_is_a_gap(studio: Studio, data: bytes) -> None:
    studio.air(0, 1)
    studio.air(2, data=lambda _: data)
    studio.air(3, 4)
    outcome = await run(studio.recorder())
    assert (outcome.gaps, outcome.reason) == (gaps((20, 30)), Reason.NO_SIGNAL)
    assert studio.recorded() == [0, 1, 3, 4]
    assert studio.breaks() == [2]


async def test_announced_breaks_are_kept(studio: Studio) -> None:
    studio.air(0, 1)
    studio.air(2, discontinuity=True)
    studio.air(3, 4)
    assert (await run(studio.recorder())).gaps == ()
    assert studio.breaks() == [2]


async def test_segments_without_dates_are_from_now(studio: Studio) -> None:
    studio.clock = at(LENGTH)
    recorder = studio.recorder()
    task = asyncio.create_task(run(recorder))
    for number in range(5):
        studio.ring.append(Segment(data=data_of(number), duration=LENGTH))
        await studio.until(lambda number=number: recorder.until == at(LENGTH * (number + 1)))
        studio.clock += timedelta(seconds=LENGTH)
    assert (await task).gaps == ()


async def test_dates_are_kept_in_utc(studio: Studio) -> None:
    date = at(0).astimezone(timezone(timedelta(hours=-5)))
    studio.ring.append(Segment(data=b"1", duration=10.0, date=date))
    await run(studio.recorder(10.0))
    (entry,) = read_track(studio.folder)
    assert (entry.start, entry.start.tzinfo) == (at(0), UTC)


# What goes wrong with the channel


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


async def test_busy_until_the_end(studio: Studio) -> None:
    studio.refusals = [BusyError("no place")] * 10_000
    task = asyncio.create_task(run(studio.recorder()))
    await studio.until(lambda: studio.watched >= 3)
    studio.clock = at(1000)
    assert await task == Outcome(gaps=gaps((0, 50)), reason=Reason.BUSY, size=0)


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

    monkeypatch.setattr(recorder_module.asyncio, "sleep", at_once)
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
