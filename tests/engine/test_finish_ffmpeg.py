"""Finishing and what goes wrong with ffmpeg, or with us meanwhile."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
import shutil
import signal
import sys

import pytest

from downlink.recording import finish as finish_module, track as track_module
from downlink.recording.file_index import read_index
from downlink.recording.finish import FinishError
from downlink.recording.journal import Entry
from downlink.recording.model import TRACKS, Reason
from downlink.recording.source import Part

from .recording import attempt, files_in, is_as_it_was, joined, make_track

FFMPEG = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="there is no ffmpeg here")


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


def program(tmp_path: Path, script: str) -> str:
    """A program in ffmpeg's place; `ARGS` are its words, `REAL` is ffmpeg's path."""
    path = tmp_path / "ffmpeg"
    head = f"#!{sys.executable} -I\nimport os, subprocess, sys, time\n"
    names = f"ARGS = sys.argv[1:]\nREAL = {FFMPEG!r}\nIS_CHECK = 'null' in ARGS\n"
    real = "def real(*words): return subprocess.run([REAL, *words]).returncode\n"
    path.write_text(f"{head}{names}{real}{script}\n")
    path.chmod(0o755)
    return str(path)


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
            r"lasts 1\.[01] s, and its segments 3\.0 s",
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


@needs_ffmpeg
@pytest.mark.parametrize("codec", ["ac3", "eac3"])
async def test_sound_of_dolby(tmp_path: Path, codec: str) -> None:
    """Of which ffmpeg knows only after its first packet what has to be said of it."""
    made = tmp_path / "made.ts"
    tone = ("-v", "error", "-f", "lavfi", "-i", "sine", "-t", "3", "-c", codec, str(made))
    await (await asyncio.create_subprocess_exec(str(FFMPEG), *tone)).wait()
    folder = tmp_path / "media" / TRACKS / "0123456789abcdef"
    folder.parents[1].mkdir()
    make_track(folder, dict(enumerate(joined([made.read_bytes()]))))
    done = await attempt(folder, FFMPEG)
    with done.path.open("rb") as file:
        index = read_index(file)
    assert sum(one.duration for one in index.fragments) == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize(("codec", "is_packed"), [("aac", True), ("mp3", False)])
def test_only_aac_is_packed_anew(codec: str, is_packed: bool) -> None:
    entry = Entry("000001.ts", datetime(2026, 11, 26, tzinfo=UTC), 1.0, 1, discontinuity=False)
    words = tuple(finish_module._layout([Part(entry, 1.0, (("video", "h264"), ("audio", codec)))]))  # noqa: SLF001
    assert ("aac_adtstoasc" in words) is is_packed
