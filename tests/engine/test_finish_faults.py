"""Finishing and what goes wrong meanwhile: ffmpeg, the disk, the power, ourselves."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
import errno
import os
from pathlib import Path
from random import Random
import shutil
import signal
import sys
import threading

import pytest

from downlink.recording import (
    disk_thread as disk_thread_module,
    finish as finish_module,
    folder as folder_module,
    source as source_module,
    track as track_module,
)
from downlink.recording.finish import FinishError, extension_for, finish
from downlink.recording.model import TRACKS, Reason
from downlink.recording.source import Finished
from downlink.recording.tags import Tags
from downlink.recording.track import INDEX, NOTE, Track, TrackError, read_track, remove_track

from .disk import Disk
from .recording import files_in, joined, make_track

FFMPEG = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="there is no ffmpeg here")
TAGS = Tags(title="Asteroid Blues")


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
    event = threading.Event()
    yield event
    event.set()


def is_as_it_was(folder: Path) -> bool:
    """Whether there is nothing of an attempt, and the track can be finished or go on."""
    entries = read_track(folder)
    names = {path.name for path in folder.iterdir()} - {NOTE}
    Track.open(folder).release()
    return names == {INDEX, *(entry.name for entry in entries)} and len(entries) == 3


def program(tmp_path: Path, script: str) -> str:
    """A program in ffmpeg's place; `ARGS` are its words, `REAL` is ffmpeg's path."""
    path = tmp_path / "ffmpeg"
    head = f"#!{sys.executable} -I\nimport os, subprocess, sys, time\n"
    names = f"ARGS = sys.argv[1:]\nREAL = {FFMPEG!r}\nIS_CHECK = 'null' in ARGS\n"
    real = "def real(*words): return subprocess.run([REAL, *words]).returncode\n"
    path.write_text(f"{head}{names}{real}{script}\n")
    path.chmod(0o755)
    return str(path)


async def attempt(folder: Path, ffmpeg: str | None = None) -> Finished:
    name = "x.mp4" if ffmpeg else "x.ts"
    return await finish(folder, folder.parent.parent / name, TAGS, ffmpeg=ffmpeg, min_free=0)


# ffmpeg


@pytest.mark.parametrize(
    ("script", "reason", "message", "said"),
    [
        pytest.param(
            "sys.exit('first\\nsecond\\x1b[0m')", None, "with code 1", "second[0m", id="refuses"
        ),
        pytest.param("sys.exit(3)", None, "with code 3", "", id="says nothing"),
        pytest.param(
            "sys.exit('x.mp4: No space left on device')",
            Reason.DISK_FULL,
            "code 1",
            "x.mp4: No space left on device",
            id="full",
        ),
        pytest.param("os.kill(os.getpid(), 11)", None, "by signal 11", "", id="crashes"),
        pytest.param(
            "[sys.stderr.write('x' * 100) for _ in range(10**5)]; sys.exit(1)",
            None,
            "code 1",
            "x" * 299 + "…",
            id="never stops talking",
        ),
        pytest.param(
            "sys.stdin.buffer.read()", Reason.DISK, "No such file", "", id="writes nothing"
        ),
        pytest.param(
            "os.symlink('/etc/passwd', 'whole')", Reason.DISK, "no plain file", "", id="links"
        ),
        pytest.param(
            "IS_CHECK or real(*ARGS); IS_CHECK and sys.exit('damaged')",
            None,
            "code 1",
            "damaged",
            id="cannot be read back",
            marks=needs_ffmpeg,
        ),
        pytest.param(
            "real(*(ARGS if IS_CHECK else [*ARGS[:-1], '-t', '1', ARGS[-1]]))",
            None,
            "lasts 1.0 s, and its segments 3.0 s",
            "",
            id="leaves out the end",
            marks=needs_ffmpeg,
        ),
        pytest.param(
            "real(*ARGS); IS_CHECK or os.truncate('whole', os.stat('whole').st_size * 2 // 3)",
            None,
            "not what was given",
            "",
            id="loses the end",
            marks=needs_ffmpeg,
        ),
        pytest.param(
            "code = real(*ARGS); print('frame=1') if IS_CHECK else None",
            None,
            "not what was given",
            "",
            id="loses pictures",
            marks=needs_ffmpeg,
        ),
        pytest.param(
            "code = real(*ARGS); print('out_time_us=9000000') if IS_CHECK else None",
            None,
            "not what was given",
            "",
            id="gains time",
            marks=needs_ffmpeg,
        ),
    ],
)
async def test_ffmpeg_that_does_not_do_it(
    folder: Path,
    base: Path,
    tmp_path: Path,
    script: str,
    reason: Reason | None,
    message: str,
    said: str,
) -> None:
    with pytest.raises(FinishError, match=message) as caught:
        await attempt(folder, program(tmp_path, script))
    assert (caught.value.reason, caught.value.stderr) == (reason, said)
    assert files_in(base) == []
    assert is_as_it_was(folder)


@needs_ffmpeg
@pytest.mark.parametrize("version", ["old", "new"])
async def test_progress_of_other_versions(folder: Path, tmp_path: Path, version: str) -> None:
    """Before 4.0 there was ``out_time_ms`` only, in microseconds too."""
    old = "print(out.decode().replace('out_time_us', 'out_time'))"
    script = (
        "out = subprocess.run([REAL, *ARGS], stdout=-1).stdout\n"
        f"{old if version == 'old' else 'print(out.decode())'}"
    )
    done = await attempt(folder, program(tmp_path, script))
    assert done.duration == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("name", ["missing", "text", "folder"])
async def test_no_ffmpeg(folder: Path, base: Path, tmp_path: Path, name: str) -> None:
    """Without it, or a place for it, there is still a file to be had."""
    (tmp_path / "text").write_text("not a program")
    (tmp_path / "folder").mkdir()
    with pytest.raises(FinishError, match="cannot be run") as caught:
        await attempt(folder, str(tmp_path / name))
    assert caught.value.reason is None
    assert is_as_it_was(folder)
    await attempt(folder, None)
    assert files_in(base) == ["x.ts"]


async def test_ffmpeg_has_its_time(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finish_module, "_LEAST_SECONDS", 1.0)
    with pytest.raises(FinishError, match="took too long") as caught:
        await attempt(folder, program(tmp_path, "time.sleep(100)"))
    assert caught.value.reason is None
    assert is_as_it_was(folder)


async def test_cancelled(folder: Path, base: Path, tmp_path: Path) -> None:
    script = "open('../pid', 'w').write(str(os.getpid())); time.sleep(100)"
    task = asyncio.create_task(attempt(folder, program(tmp_path, script)))
    pid = await asyncio.to_thread(wait_for_pid, folder.parent / "pid")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not is_running(pid)
    assert files_in(base) == []
    assert is_as_it_was(folder)


def wait_for_pid(path: Path) -> int:
    while True:
        with suppress(FileNotFoundError, ValueError):
            return int(path.read_text())


def is_running(pid: int) -> bool:
    """Whether it has not ended, though nobody may have asked how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
import asyncio
from pathlib import Path
from downlink.recording.finish import finish
from downlink.recording.tags import Tags
folder = Path(sys.argv[2])
target = folder.parent.parent / "x.mp4"
asyncio.run(finish(folder, target, Tags(title="x"), ffmpeg=sys.argv[3], min_free=0))
"""


@needs_ffmpeg
async def test_ffmpeg_does_not_outlive_us(folder: Path, base: Path, tmp_path: Path) -> None:
    """Killed, we leave it: it ends when nobody feeds it, or when we come again."""
    engine = Path(track_module.__file__).parents[2]
    script = "open('../pid', 'w').write(str(os.getpid())); time.sleep(100)"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-c", KILLED, str(engine), str(folder)),
        program(tmp_path, script),
    )
    pid = await asyncio.to_thread(wait_for_pid, folder.parent / "pid")
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert is_running(pid)
    done = await attempt(folder, FFMPEG)
    assert not is_running(pid)
    assert files_in(base) == ["x.mp4"]
    assert done.duration == pytest.approx(3.0, abs=0.1)
    assert is_as_it_was(folder)


# The disk


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
    plan = disk.fail_from if is_for_good else disk.fail_at
    content: set[bytes] = set()
    for number in range(await calls_of(folder, base, disk)):
        first = await run_with(disk, lambda number=number: plan(number, error), folder)
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
