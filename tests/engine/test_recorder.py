"""A recorder takes what is between two times, and says what it could not get."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from downlink.limits import MAX_SEGMENT_BYTES
from downlink.policy import LATE_BY
from downlink.recording import recorder as recorder_module
from downlink.recording.model import Reason
from downlink.recording.recorder import Outcome
from downlink.recording.track import INDEX, read_track
from downlink.relay.ring import Capacity, Ring
from downlink.relay.segment import Segment

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


@pytest.mark.parametrize("early", [3600, 0.5])
async def test_nothing_happens_before_it_starts(studio: Studio, early: float) -> None:
    studio.clock = at(-early)
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
        end = at(LENGTH * (number + 1))
        await studio.until(lambda end=end: recorder.until == end)  # type: ignore[misc]  # a loop
        studio.clock += timedelta(seconds=LENGTH)
    assert (await task).gaps == ()


async def test_dates_are_kept_in_utc(studio: Studio) -> None:
    date = at(0).astimezone(timezone(timedelta(hours=-5)))
    studio.ring.append(Segment(data=b"1", duration=10.0, date=date))
    await run(studio.recorder(10.0))
    (entry,) = read_track(studio.folder)
    assert (entry.start, entry.start.tzinfo) == (at(0), UTC)
