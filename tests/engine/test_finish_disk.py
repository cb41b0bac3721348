"""Finishing and a disk that fails, hangs, loses its power, or gives a file one name only."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
import errno
from functools import partial
from pathlib import Path
from random import Random
import shutil
import threading
import time

import pytest

from downlink.recording import (
    disk_thread as disk_thread_module,
    finish as finish_module,
    folder as folder_module,
    source as source_module,
    track as track_module,
)
from downlink.recording.finish import FinishError, extension_for
from downlink.recording.model import TRACKS, Reason
from downlink.recording.source import Finished
from downlink.recording.track import NOTE, TrackError, read_track, remove_track

from .disk import Disk
from .recording import attempt, files_in, is_as_it_was, joined, make_track

FFMPEG = shutil.which("ffmpeg")


@pytest.fixture
def folder(tmp_path: Path, east: list[bytes]) -> Path:
    """A track of three seconds."""
    made = tmp_path / "media" / TRACKS / "0123456789abcdef"
    (tmp_path / "media").mkdir()
    make_track(made, dict(enumerate(joined(east[:3]))))
    return made


@pytest.fixture
def base(folder: Path) -> Path:
    return folder.parent.parent


@pytest.fixture
def disk(base: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk(base)
    made.install(monkeypatch, folder_module, track_module, source_module, finish_module)
    return made


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What a disk waits for that hangs; patience is short."""
    monkeypatch.setattr(disk_thread_module, "DISK_HANGS_AFTER", timedelta(seconds=0.2))
    monkeypatch.setattr(disk_thread_module, "_LET_GO", 0.05)
    monkeypatch.setattr(finish_module, "_LEAST_SECONDS", 2.0)
    event = threading.Event()
    yield event
    event.set()


async def run_with(disk: Disk, plan: Callable[[], None], folder: Path) -> Finished | FinishError:
    """Finish while something goes wrong."""
    plan()
    try:
        return await attempt(folder)
    except FinishError as err:
        return err
    finally:
        disk.heal()


async def calls_of(folder: Path, base: Path, disk: Disk) -> int:
    before = len(disk.calls)
    await attempt(folder)
    (folder / NOTE).unlink()
    (base / "x.ts").unlink()
    return len(disk.calls) - before


@pytest.mark.parametrize(
    ("error", "is_for_good"),
    [
        pytest.param(errno.ENOSPC, False, id="once"),
        pytest.param(errno.EIO, True, id="from then on"),
    ],
)
async def test_any_call_may_fail(
    folder: Path, base: Path, disk: Disk, error: int, is_for_good: bool
) -> None:
    """There is one file in the end, whole, and nothing else."""
    content: set[bytes] = set()
    for number in range(await calls_of(folder, base, disk)):
        plan = partial(disk.fail_from if is_for_good else disk.fail_at, number, error)
        first = await run_with(disk, plan, folder)
        if isinstance(first, FinishError):
            assert first.reason in {Reason.DISK, Reason.DISK_FULL}
        done = await attempt(folder)
        assert files_in(base) == [done.path.name], f"call {number}"
        assert len(done.entries) == 3
        content.add(done.path.read_bytes())
        assert is_as_it_was(folder)
        done.path.unlink()
        (folder / NOTE).unlink()
    assert len(content) == 1


@pytest.mark.parametrize("seed", range(20))
async def test_the_power_may_be_cut(folder: Path, base: Path, disk: Disk, seed: int) -> None:
    random = Random(seed)
    expected = b"".join((folder / entry.name).read_bytes() for entry in read_track(folder))
    number = random.randrange(60)
    await run_with(disk, lambda: disk.fail_from(number, errno.EIO), folder)
    disk.cut_power(random)
    assert len(read_track(folder)) == 3
    done = await attempt(folder)
    disk.cut_power(random)
    remove_track(folder)
    (name,) = files_in(base)
    assert base / name == done.path
    assert len(done.path.read_bytes()) == len(expected)


@pytest.mark.parametrize("error", [errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK])
async def test_a_file_system_where_a_file_has_one_name(
    folder: Path, base: Path, disk: Disk, error: int
) -> None:
    (base / "x.ts").write_text("mine")
    disk.fail("link", error)
    assert (await attempt(folder)).path == base / "x (2).ts"
    assert (base / "x.ts").read_text() == "mine"
    assert is_as_it_was(folder)


async def test_ended_while_a_file_of_one_name_gets_it(folder: Path, base: Path, disk: Disk) -> None:
    """The name is taken first, and found again."""
    disk.fail("link", errno.EPERM)
    disk.fail("rename", errno.EIO, after=1)
    with pytest.raises(FinishError):
        await attempt(folder)
    assert (base / "x.ts").read_bytes() == b""
    disk.heal()
    done = await attempt(folder)
    assert (done.path, files_in(base)) == (base / "x.ts", ["x.ts"])
    assert done.size == (base / "x.ts").stat().st_size > 0


@pytest.mark.parametrize("has_links", [True, False])
async def test_somebody_takes_the_name_first(
    folder: Path, base: Path, disk: Disk, has_links: bool
) -> None:
    target = base / "x.ts"

    def take() -> None:
        if not target.exists():
            target.write_text("theirs")

    disk.hang("link", take)
    if not has_links:
        disk.fail("link", errno.EPERM)
    done = await attempt(folder)
    assert done.path == base / "x (2).ts"
    assert target.read_text() == "theirs"


async def test_the_disk_gives_something_else(
    folder: Path, base: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = finish_module._read  # noqa: SLF001  # what it reads is to be wrong

    def flipped(descriptor: int) -> bytes:
        return read(descriptor).replace(b"\x47", b"\x46", 1)

    monkeypatch.setattr(finish_module, "_read", flipped)
    with pytest.raises(FinishError, match="does not give what was written") as caught:
        await attempt(folder)
    assert caught.value.reason is Reason.DISK
    assert files_in(base) == []
    assert is_as_it_was(folder)


async def test_a_segment_goes_meanwhile(
    folder: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = source_module.Source.look

    def look(source: source_module.Source, entry: track_module.Entry) -> object:
        found = looked(source, entry)
        if entry.name == "000003.ts":
            (folder / "000002.ts").unlink()
        return found

    monkeypatch.setattr(source_module.Source, "look", look)
    with pytest.raises(FinishError, match="changes meanwhile"):
        await attempt(folder)
    assert files_in(base) == []


async def test_the_event_loop_has_nothing_to_do_with_the_disk(folder: Path, disk: Disk) -> None:
    names: set[str] = set()
    for call in ("open", "read", "write", "fsync", "rename", "unlink", "mkdir", "link"):
        disk.hang(call, lambda: names.add(threading.current_thread().name))
    await attempt(folder)
    assert names == {"finish 0123456789abcdef"}


@pytest.mark.parametrize("call", ["open", "read", "write", "fsync"])
async def test_a_disk_that_hangs_is_given_up(
    folder: Path, disk: Disk, held: threading.Event, call: str
) -> None:
    disk.hang(call, held.wait)
    with pytest.raises(FinishError, match="does not answer") as caught:
        await attempt(folder)
    assert caught.value.reason is Reason.DISK
    held.set()
    disk.heal()
    for thread in threading.enumerate():
        if thread.name.startswith("finish"):
            thread.join(10)
    assert is_as_it_was(folder)


@pytest.mark.parametrize("ffmpeg", [None, FFMPEG] if FFMPEG else [None])
async def test_what_is_written_late_takes_its_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch, held: threading.Event, ffmpeg: str | None
) -> None:
    """Most of a film may go to the disk only when it is to last."""
    monkeypatch.setattr(finish_module, "_LEAST_SECONDS", 20.0)
    make_last = source_module.Source.make_last

    def slowly(source: source_module.Source, name: str) -> None:
        time.sleep(0.6)
        make_last(source, name)

    monkeypatch.setattr(source_module.Source, "make_last", slowly)
    assert len((await attempt(folder, ffmpeg)).entries) == 3


async def test_a_disk_that_hangs_while_it_is_opened_may_be_left(
    folder: Path, disk: Disk, held: threading.Event
) -> None:
    disk.hang("open", held.wait)
    task = asyncio.create_task(extension_for(folder, ffmpeg="ffmpeg"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_mistake_of_ours_is_not_hidden(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistake(_source: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(source_module.Source, "free", mistake)
    with pytest.raises(ZeroDivisionError):
        await attempt(folder)
    assert is_as_it_was(folder)


@pytest.mark.parametrize("kind", ["link", "file"])
def test_only_a_tracks_folder_is_removed(folder: Path, base: Path, kind: str) -> None:
    entries = read_track(folder)
    folder.rename(base / "elsewhere")
    if kind == "link":
        folder.symlink_to(base / "elsewhere")
    else:
        folder.write_text("")
    with pytest.raises(TrackError):
        remove_track(folder)
    assert len(list((base / "elsewhere").iterdir())) == len(entries) + 1


def test_a_track_that_is_not_there_is_removed(folder: Path, base: Path) -> None:
    remove_track(base / "nowhere" / TRACKS / "x")
    remove_track(folder.with_name("x"))
    remove_track(folder)
    assert not folder.exists()


@pytest.mark.parametrize("seed", range(8))
def test_what_was_removed_does_not_come_back(folder: Path, disk: Disk, seed: int) -> None:
    remove_track(folder)
    disk.cut_power(Random(seed))
    assert not folder.exists()
