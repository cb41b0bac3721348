"""Whatever the disk, the power or the system does to a track, what was written stays."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
import errno
import os
from pathlib import Path
from random import Random
import signal
import subprocess
import sys

import pytest

from downlink.recording import folder as folder_module, track as track_module
from downlink.recording.folder import Folder
from downlink.recording.model import TRACKS, Reason
from downlink.recording.track import INDEX, Entry, Track, TrackError, read_track

from .disk import ERRORS, Disk

T = datetime(2026, 11, 26, 21, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / TRACKS / "0123456789abcdef"


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(tmp_path)
    made.install(monkeypatch, folder_module, track_module)
    return made


def data_of(number: int) -> bytes:
    return f"segment {number} ".encode() * 50


def append(track: Track, number: int) -> Entry:
    start = T + timedelta(seconds=10 * number)
    return track.append(data_of(number), start, 10.0, False)


def numbers_of(folder: Path, entries: tuple[Entry, ...]) -> list[int]:
    """Which segments there are; each is whole, or this fails."""
    found = []
    for entry in entries:
        number = round((entry.start - T).total_seconds() / 10)
        assert (folder / entry.name).read_bytes() == data_of(number)
        found.append(number)
    return found


def record(folder: Path, count: int, written: list[int]) -> None:
    """Open a track, append to it, and end it; note in `written` what was acknowledged."""
    track = Track.open(folder)
    try:
        begin = len(track.entries)
        for number in range(begin, begin + count):
            append(track, number)
            written.append(number)
        track.close()
    finally:
        track.release()


def calls_of(folder: Path, disk: Disk) -> int:
    """How many calls of a recording can go wrong."""
    record(folder, 3, [])
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.parent.rmdir()
    return len(disk.calls)


@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_any_call_may_fail(folder: Path, disk: Disk, error: int) -> None:
    for number in range(calls_of(folder, disk)):
        written: list[int] = []
        disk.fail_at(number, error)
        assert reason_of(lambda: record(folder, 3, written)) in {  # noqa: B023  # at once
            None,
            Reason.DISK_FULL if error in {errno.ENOSPC, errno.EDQUOT} else Reason.DISK,
        }
        disk.heal()
        assert numbers_of(folder, read_track(folder)) == written
        if folder.exists():
            assert {path.name for path in folder.iterdir()} - {INDEX} == {
                entry.name for entry in read_track(folder)
            }, f"call {number} left something"
        record(folder, 2, written)
        assert numbers_of(folder, read_track(folder)) == list(range(len(written)))
        remove(folder)


def reason_of(work: Callable[[], object]) -> Reason | None:
    try:
        work()
    except TrackError as err:
        return err.reason
    return None


def remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO], ids=errno.errorcode.get)
def test_nothing_may_work_any_more(folder: Path, disk: Disk, error: int) -> None:
    """When undoing fails too, it is done when the track is opened the next time."""
    for number in range(calls_of(folder, disk)):
        written: list[int] = []
        disk.fail_from(number, error)
        with suppress(TrackError):
            record(folder, 3, written)
        disk.heal()
        before = len(written)
        record(folder, 2, written)
        found = numbers_of(folder, read_track(folder))
        assert found == list(range(len(found)))
        assert before + 2 <= len(found) <= before + 3, "at most the segment in flight is more"
        remove(folder)


def test_a_full_disk_takes_half_of_a_segment_and_nothing_stays(folder: Path, disk: Disk) -> None:
    track = Track.open(folder)
    append(track, 0)
    content = (folder / INDEX).read_bytes()
    disk.fail("write", errno.ENOSPC)
    with pytest.raises(TrackError):
        append(track, 1)
    assert {path.name for path in folder.iterdir()} == {INDEX, "000001.ts"}
    assert (folder / INDEX).read_bytes() == content


def test_a_full_disk_takes_half_of_a_line_and_nothing_stays(folder: Path, disk: Disk) -> None:
    track = Track.open(folder)
    append(track, 0)
    content = (folder / INDEX).read_bytes()
    disk.fail("write", errno.ENOSPC, after=1)
    with pytest.raises(TrackError):
        append(track, 1)
    assert {path.name for path in folder.iterdir()} == {INDEX, "000001.ts"}
    assert (folder / INDEX).read_bytes() == content


def test_a_journal_that_cannot_be_read_now_is_not_taken_for_none(folder: Path, disk: Disk) -> None:
    """Otherwise all segments would be strangers, and go."""
    record(folder, 3, [])
    disk.fail("read", errno.EIO)
    with pytest.raises(TrackError):
        Track.open(folder)
    with pytest.raises(TrackError):
        read_track(folder)
    disk.heal()
    assert numbers_of(folder, read_track(folder)) == [0, 1, 2]


def test_what_cannot_be_removed_stays(folder: Path, disk: Disk) -> None:
    record(folder, 3, [])
    (folder / "stranger").touch()
    disk.fail("unlink", errno.EPERM)
    Track.open(folder).release()
    assert (folder / "stranger").exists()


@pytest.mark.parametrize(("error", "is_fatal"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_some_file_systems_do_not_sync_folders(
    tmp_path: Path, disk: Disk, error: int, is_fatal: bool
) -> None:
    with Folder.open(tmp_path) as folder:
        disk.fail("fsync", error)
        if is_fatal:
            with pytest.raises(OSError, match="error"):
                folder.sync()
        else:
            folder.sync()


@pytest.mark.parametrize("seed", range(40))
def test_the_power_may_be_cut(folder: Path, disk: Disk, seed: int) -> None:
    """Again and again, at any call: what was acknowledged is there, and nothing is torn."""
    random = Random(seed)
    written: list[int] = []
    for _ in range(6):
        disk.fail_at(random.randrange(70), errno.EIO)
        try:
            record(folder, 5, written)
        except TrackError:
            disk.cut_power(random)
        disk.heal()
        if folder.exists():
            track = Track.open(folder)
            found = numbers_of(folder, track.entries)
            track.release()
            assert found == list(range(len(found)))
            assert len(written) <= len(found) <= len(written) + 1
            written = found


def test_an_append_does_the_same_whatever_is_there_already(folder: Path, disk: Disk) -> None:
    """Hours of it cost no more a segment than the first: nothing is read, or written again."""
    track = Track.open(folder)
    steps = []
    for number in range(150):
        before = len(disk.calls)
        append(track, number)
        steps.append(tuple(disk.calls[before:]))
    assert set(steps) == {
        ("unlink", "open", "write", "fsync", "rename", "fsync", "write", "fsync"),
    }


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from datetime import UTC, datetime, timedelta
from pathlib import Path
from downlink.recording.track import Track
track = Track.open(Path(sys.argv[2]))
number = len(track.entries)
while True:
    data = f"segment {number} ".encode() * 50
    start = datetime(2026, 11, 26, 21, tzinfo=UTC) + timedelta(seconds=10 * number)
    track.append(data, start, 10.0, False)
    print(number, flush=True)
    number += 1
"""


def test_the_process_may_be_killed(folder: Path) -> None:
    engine = Path(track_module.__file__).parents[2]
    folder.parent.parent.mkdir(exist_ok=True)
    expected = 0
    for rest in range(1, 8):
        with subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", "-c", KILLED, str(engine), str(folder)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            said = [int(process.stdout.readline()) for _ in range(rest)]
            os.kill(process.pid, signal.SIGKILL)
            said += [int(line) for line in process.stdout.read().splitlines()]
        track = Track.open(folder)
        found = numbers_of(folder, track.entries)
        track.release()
        assert said[0] == expected
        assert found == list(range(len(found)))
        assert said[-1] <= found[-1] <= said[-1] + 1
        assert {path.name for path in folder.iterdir()} == {
            INDEX,
            *(entry.name for entry in track.entries),
        }
        expected = len(found)
