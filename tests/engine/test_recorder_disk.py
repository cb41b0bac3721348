"""A recorder and a disk that fails, hangs or is full; and what it costs."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import timedelta
import errno
import logging
from pathlib import Path
from random import Random
import signal
import subprocess
import sys
import threading

import pytest

from downlink.recording import (
    disk_thread as disk_thread_module,
    folder as folder_module,
    recorder as recorder_module,
    track as track_module,
)
from downlink.recording.disk_thread import DiskThread
from downlink.recording.model import Reason
from downlink.recording.overlap import fingerprint
from downlink.recording.recorder import Outcome
from downlink.recording.track import Track, TrackError

from .disk import Disk
from .recording import LENGTH, Studio, at, data_of, gaps, joined, run


@pytest.fixture
async def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    for name in ("_FIRST_PAUSE", "_LONGEST_PAUSE", "_LOOK"):
        monkeypatch.setattr(recorder_module, name, 0.005)
    return Studio(tmp_path)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(tmp_path)
    made.install(monkeypatch, folder_module, track_module)
    return made


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What a disk waits for that hangs; patience is short."""
    monkeypatch.setattr(disk_thread_module, "DISK_HANGS_AFTER", timedelta(seconds=0.2))
    monkeypatch.setattr(disk_thread_module, "_LET_GO", 0.05)
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (errno.ENOSPC, Reason.DISK_FULL),
        (errno.EDQUOT, Reason.DISK_FULL),
        (errno.EIO, Reason.DISK),
        (errno.EROFS, Reason.DISK),
    ],
    ids=str,
)
async def test_a_disk_that_fails_ends_it(
    studio: Studio,
    disk: Disk,
    caplog: pytest.LogCaptureFixture,
    error: int,
    reason: Reason,
) -> None:
    recorder = studio.recorder()
    task = asyncio.create_task(run(recorder))
    studio.air(0, 1)
    await studio.until(lambda: recorder.until == at(20))
    disk.fail("write", error)
    studio.air(2)
    assert await task == Outcome(gaps=gaps((20, 50)), reason=reason, size=2 * len(data_of(0)))
    assert studio.recorded() == [0, 1]
    (said,) = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert studio.folder.name in said
    disk.heal()
    studio.clock = at(1000)
    assert (await run(studio.recorder())).gaps == gaps((20, 50))


@pytest.mark.parametrize(
    ("aired", "outcome"),
    [
        ((0, 1), Outcome(gaps=gaps((20, 50)), reason=Reason.NO_SIGNAL, size=2 * len(data_of(0)))),
        (range(5), Outcome(gaps=(), reason=None, size=5 * len(data_of(0)))),
    ],
    ids=["upstream has cost the end", "nothing is missing"],
)
async def test_a_disk_that_fails_when_all_is_over_has_cost_nothing(
    studio: Studio, disk: Disk, aired: Iterable[int], outcome: Outcome
) -> None:
    recorder = studio.recorder()
    task = asyncio.create_task(run(recorder))
    studio.air(*aired)
    await studio.until(lambda: recorder.until == at(10 * len(tuple(aired))))
    disk.fail("write", errno.EROFS)
    studio.clock = at(1000)
    studio.air(6)
    assert await task == outcome


async def test_a_disk_that_fails_from_the_start(studio: Studio, disk: Disk) -> None:
    disk.fail("mkdir", errno.EROFS)
    assert await run(studio.recorder()) == Outcome(gaps=gaps((0, 50)), reason=Reason.DISK, size=0)
    assert studio.watched == 0


async def test_nothing_is_missing_of_nothing(studio: Studio, disk: Disk) -> None:
    disk.fail("mkdir", errno.EROFS)
    assert await run(studio.recorder(0.0)) == Outcome(gaps=(), reason=Reason.DISK, size=0)


async def test_space_is_left(studio: Studio) -> None:
    assert await run(studio.recorder(min_free=10**18)) == Outcome(
        gaps=gaps((0, 50)), reason=Reason.DISK_FULL, size=0
    )
    assert studio.watched == 0


async def test_what_is_there_is_known_again_only_if_it_can_be_read(
    studio: Studio, disk: Disk
) -> None:
    before = Track.open(studio.folder)
    before.append(data_of(0), at(0), LENGTH, False)
    before.release()
    disk.fail("read", errno.EIO, after=2)
    assert (await run(studio.recorder())).reason is Reason.DISK
    assert studio.watched == 0


async def test_the_event_loop_has_nothing_to_do_with_the_disk(studio: Studio, disk: Disk) -> None:
    names: set[str] = set()
    for call in ("open", "read", "write", "fsync", "rename", "unlink", "mkdir"):
        disk.hang(call, lambda: names.add(threading.current_thread().name))
    studio.air(*range(6))
    assert (await run(studio.recorder())).gaps == ()
    assert names == {"recorder 0123456789abcdef"}


@pytest.mark.parametrize("call", ["open", "write", "fsync"])
async def test_a_disk_that_hangs_is_given_up(
    studio: Studio, disk: Disk, held: threading.Event, call: str
) -> None:
    recorder = studio.recorder()
    task = asyncio.create_task(run(recorder))
    studio.air(0, 1)
    await studio.until(lambda: recorder.until == at(20))
    disk.hang(call, held.wait)
    studio.air(2)
    outcome = await task
    assert (outcome.gaps, outcome.reason) == (gaps((20, 50)), Reason.DISK)
    again = await run(studio.recorder())
    assert again.reason is Reason.DISK, "the one that hangs still writes"
    held.set()


async def test_a_disk_that_hangs_when_it_is_opened(
    studio: Studio, disk: Disk, held: threading.Event
) -> None:
    """Once it goes on, the track is let go of."""
    disk.hang("open", held.wait)
    assert (await run(studio.recorder())).reason is Reason.DISK
    held.set()
    disk.heal()
    for thread in threading.enumerate():
        if thread.name.startswith("recorder"):
            thread.join(10)
    Track.open(studio.folder).release()


async def test_cancelling_waits_for_no_disk(
    studio: Studio, disk: Disk, held: threading.Event
) -> None:
    recorder = studio.recorder()
    task = asyncio.create_task(run(recorder))
    studio.air(0)
    await studio.until(lambda: recorder.size)
    hangs = threading.Event()
    disk.hang("write", hangs.set)
    disk.hang("write", held.wait)
    studio.air(1)
    await asyncio.to_thread(hangs.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    held.set()


HANGS = """
import sys
sys.path.insert(0, sys.argv[1])
import asyncio, threading
from downlink.recording.disk_thread import DiskThread
async def main():
    thread = DiskThread("hangs")
    task = asyncio.create_task(thread.run(threading.Event().wait))
    await asyncio.sleep(0)
    task.cancel()
    print("left")
asyncio.run(main())
"""


def test_the_process_ends_while_a_disk_hangs() -> None:
    engine = Path(track_module.__file__).parents[2]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-c", HANGS, str(engine)],
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert done.stdout == b"left\n"


async def test_a_thread_does_one_thing_after_the_other() -> None:
    thread = DiskThread("test")
    done: list[int] = []
    futures = [thread.submit(done.append, number) for number in range(100)]
    thread.shutdown()
    for future in futures:
        future.result(10)
    assert done == list(range(100))
    for one in threading.enumerate():
        if one.name == "test":
            one.join(10)


async def test_what_was_taken_back_is_not_done() -> None:
    thread = DiskThread("test")
    go_on = threading.Event()
    done: list[int] = []
    thread.submit(go_on.wait)
    unwanted = thread.submit(done.append, 1)
    wanted = thread.submit(done.append, 2)
    assert unwanted.cancel()
    go_on.set()
    wanted.result(10)
    assert done == [2]


async def test_errors_come_from_the_thread() -> None:
    thread = DiskThread("test")
    with pytest.raises(ZeroDivisionError):
        await thread.run(lambda: 1 // 0)


async def test_an_error_that_nobody_waits_for_is_quiet(
    held: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    thread = DiskThread("test")

    def fail() -> None:
        held.wait()
        raise OSError("too late")

    with pytest.raises(TrackError, match="does not answer"):
        await thread.run(fail)
    held.set()
    await thread.run(lambda: None)
    assert caplog.records == []


# What is the same though it was joined to another stream


def test_a_segment_is_known_again_in_another_stream(east: list[bytes], west: list[bytes]) -> None:
    ours, others = joined(east), joined(east[2:])
    assert ours[2] != others[0]
    assert [fingerprint(data) for data in ours[2:]] == [fingerprint(data) for data in others]
    marks = {fingerprint(data) for data in (*ours, *joined(west))}
    assert len(marks) == len(east) + len(west)
    assert b"" not in marks


@pytest.mark.parametrize("data", [b"", b"G" * 187, data_of(1)], ids=["empty", "short", "text"])
def test_what_cannot_be_told_has_no_mark(data: bytes) -> None:
    assert fingerprint(data.replace(b" ", b"\x40")) == b""


@pytest.mark.parametrize("offset", [-7.0, -0.5, 0.0, 7.0])
@pytest.mark.parametrize("is_restarted", [False, True], ids=["channel", "everything"])
async def test_a_repetition_is_known_by_what_is_in_it(
    studio: Studio, east: list[bytes], offset: float, is_restarted: bool
) -> None:
    """Whatever its dates say, not a picture is there twice, or missing; and it is no gap."""
    ours, others = joined(east), joined(east[1:])
    recorder = studio.recorder()
    task = asyncio.create_task(run(recorder))
    studio.air(0, 1, 2, data=ours.__getitem__)
    await studio.until(lambda: recorder.until == at(30))
    if is_restarted:
        task.cancel()
        await asyncio.wait((task,))
        recorder = studio.recorder()
        task = asyncio.create_task(run(recorder))
    studio.restart()
    studio.offset = offset
    studio.air(1, 2, 3, 4, 5, data=lambda number: others[number - 1])
    outcome = await task
    files = sorted(studio.folder.glob("*.ts"))
    kept = [fingerprint(path.read_bytes()) for path in files]
    assert kept == [fingerprint(data) for data in ours][: len(kept)]
    assert len(kept) >= 5
    assert (outcome.gaps, outcome.reason) == ((), None)
    assert studio.breaks() == [3]


RECORDS = """
import sys
sys.path[:0] = sys.argv[1:3]
import asyncio
from pathlib import Path
from tests.engine.recording import LENGTH, Path, Studio, at
async def main():
    studio = Studio(Path(sys.argv[3]))
    first = int(sys.argv[4])
    recorder = studio.recorder(10_000.0)
    task = asyncio.create_task(recorder.run())
    for number in range(first, 1000):
        studio.air(number)
        await studio.until(lambda: recorder.until >= at(LENGTH * (number + 1)))
        print(number, flush=True)
asyncio.run(main())
"""


async def test_killed_and_gone_on_with(studio: Studio, tmp_path: Path) -> None:
    """At most the segment in flight is missing, and that is said."""
    here = Path(__file__).parents[2]
    engine = Path(track_module.__file__).parents[2]
    random = Random(1)
    first = 0
    lost: list[int] = []
    for _ in range(4):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", RECORDS, str(engine), str(here), str(tmp_path), str(first)),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        for _ in range(random.randrange(1, 9)):
            await process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        await process.wait()
        last = studio.recorded()[-1]
        lost.append(last + 1)
        first = last + 2
    studio.clock = at(LENGTH * first)
    studio.air(first)
    outcome = await run(studio.recorder(LENGTH * (first + 1)))
    numbers = studio.recorded()
    assert numbers == [number for number in range(first + 1) if number not in lost]
    assert outcome.reason is Reason.ABSENT
    assert outcome.gaps == gaps(*((LENGTH * one, LENGTH * (one + 1)) for one in lost))
