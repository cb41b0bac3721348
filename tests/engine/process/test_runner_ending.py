"""Providers that do not end by themselves, or want too much: nothing of them stays behind."""

import asyncio
import os
from pathlib import Path
import signal
import tempfile
from threading import Event
import time
from typing import Any

import pytest

from downlink.errors import ProviderError, ProviderTimedOutError
from downlink.limits import MIB
from downlink.process.orphans import RUN_VARIABLE
from downlink.process.runner import clear_staging

from .harness import GOOD, RunnerHarness


@pytest.fixture
def harness(tmp_path: Path) -> RunnerHarness:
    return RunnerHarness(tmp_path)


async def test_time_limit_ends_the_whole_group(harness: RunnerHarness, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = f"""
        import os, pathlib, signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        pathlib.Path({str(pids)!r}).write_text(f"{{os.getpid()}} {{child.pid}}")
        print("working", file=sys.stderr, flush=True)
        time.sleep(600)
    """
    with pytest.raises(ProviderTimedOutError, match=r"within 1\.5 seconds") as caught:
        await harness.run(harness.script(code), timeout=1.5)
    assert caught.value.stderr == "working"
    assert harness.left_over == []
    for pid in pids.read_text().split():
        assert await _is_gone(int(pid))


async def test_child_left_behind_is_ended(harness: RunnerHarness, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    code = f"""
        import subprocess
        sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
        child = subprocess.Popen(sleep)
        pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))
    """
    output = await harness.run(harness.script(GOOD, code))
    assert output.guide == b"guide"
    assert await _is_gone(int(pid_file.read_text()))


DAEMON = """
    import os, time
    def daemon(work):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.chdir("/")
                work()
            os._exit(0)
"""


async def test_daemon_is_ended(harness: RunnerHarness, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    code = f"""
        read, write = os.pipe()
        def work():
            pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()))
            os.close(write)
            time.sleep(600)
        daemon(work)
        os.close(write)
        os.read(read, 1)
    """
    output = await harness.run(harness.script(GOOD, DAEMON, code))
    assert output.guide == b"guide"
    assert await _is_gone(int(pid_file.read_text()))


async def test_daemons_that_go_on_forking_are_ended(harness: RunnerHarness, tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    code = f"""
        alive = os.open({str(alive)!r}, os.O_RDWR)
        read, write = os.pipe()
        def hop():
            while os.fork() == 0:
                os.setsid()
                os.write(write, b".")
            os._exit(0)
        for _ in range(3):
            daemon(hop)
        for _ in range(30):
            os.read(read, 1)
    """
    end = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    await harness.run(harness.script(GOOD, DAEMON, code))
    try:
        # The pipe has nobody left at its other end; else this would raise BlockingIOError.
        assert os.read(end, 1) == b""
    finally:
        os.close(end)


async def test_what_a_killed_home_assistant_left_behind_is_ended(
    harness: RunnerHarness, tmp_path: Path
) -> None:
    folder = harness.staging / "run-old"
    folder.mkdir(parents=True)
    (folder / "index.m3u").write_text("half")
    environment = {RUN_VARIABLE: str(folder)}
    old = await asyncio.create_subprocess_exec("sleep", "600", env=environment)
    neighbour = {RUN_VARIABLE: f"{harness.staging}-of-another/run-new"}
    other = await asyncio.create_subprocess_exec("sleep", "600", env=neighbour)

    await asyncio.to_thread(clear_staging, harness.staging)

    assert await old.wait() == -signal.SIGKILL
    assert harness.left_over == []
    assert other.returncode is None
    other.kill()
    assert await other.wait() == -signal.SIGKILL


async def test_what_takes_a_moment_to_end_is_waited_for(
    harness: RunnerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = harness.staging / "run-old"
    folder.mkdir(parents=True)
    old = await asyncio.create_subprocess_exec("sleep", "600", env={RUN_VARIABLE: str(folder)})
    kill = os.kill
    pauses: list[int] = []

    def pause(_seconds: float) -> None:
        if not pauses:
            kill(old.pid, signal.SIGKILL)
        pauses.append(old.pid)

    monkeypatch.setattr("downlink.process.orphans.os.kill", lambda *_: None)
    monkeypatch.setattr("downlink.process.orphans.time.sleep", pause)
    await asyncio.to_thread(clear_staging, harness.staging)
    assert pauses
    assert await old.wait() == -signal.SIGKILL


async def test_run_that_goes_on_is_not_taken_for_left_behind(
    harness: RunnerHarness, tmp_path: Path
) -> None:
    started, go = tmp_path / "started", tmp_path / "go"
    for pipe in (started, go):
        os.mkfifo(pipe)
    code = f"""
        pathlib.Path({str(started)!r}).write_text("here")
        pathlib.Path({str(go)!r}).read_text()
    """
    task = asyncio.create_task(harness.run(harness.script(GOOD, code)))
    await asyncio.to_thread(started.read_text)
    await asyncio.to_thread(clear_staging, harness.staging)
    await asyncio.to_thread(go.write_text, "go")
    assert (await task).guide == b"guide"


async def test_folder_that_could_not_be_removed_goes_with_the_next_run(
    harness: RunnerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", lambda *_, **__: None)
        await harness.run(harness.script(GOOD))
    assert len(harness.left_over) == 1
    await harness.run(harness.script(GOOD))
    assert harness.left_over == []


async def test_system_that_shows_no_processes(
    harness: RunnerHarness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("downlink.process.orphans._PROC", tmp_path / "nowhere")
    assert (await harness.run(harness.script(GOOD))).guide == b"guide"


async def test_memory_is_limited(harness: RunnerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("downlink.process.child.MAX_MEMORY_BYTES", 128 * MIB)
    with pytest.raises(ProviderError) as caught:
        await harness.run(harness.script(f"bytearray({256 * MIB})"))
    assert "MemoryError" in caught.value.stderr


async def test_memory_that_is_only_reserved_does_not_count(
    harness: RunnerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("downlink.process.child.MAX_MEMORY_BYTES", 128 * MIB)
    reserve = f"""
        import mmap
        space = mmap.mmap(-1, {4096 * MIB}, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
    """
    assert (await harness.run(harness.script(GOOD, reserve))).guide == b"guide"


async def test_flood_of_words_is_read_and_forgotten(harness: RunnerHarness) -> None:
    code = """
        for stream in (sys.stdout, sys.stderr):
            for _ in range(16):
                stream.write("noise\\n" * 200_000)
        sys.exit("gone")
    """
    with pytest.raises(ProviderError) as caught:
        await harness.run(harness.script(GOOD, code))
    assert caught.value.stderr == "gone"


async def test_cancelled(harness: RunnerHarness, tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    code = f"""
        import os, pathlib, time
        with pathlib.Path({str(started)!r}).open("w") as file:
            file.write(str(os.getpid()))
        time.sleep(600)
    """
    task = asyncio.create_task(harness.run(harness.script(code)))
    pid = int(await asyncio.to_thread(started.read_text))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _is_gone(pid)
    assert harness.left_over == []


@pytest.mark.parametrize("is_refused", [False, True], ids=["made", "refused"])
async def test_cancelled_before_it_begins(
    harness: RunnerHarness, monkeypatch: pytest.MonkeyPatch, is_refused: bool
) -> None:
    """A reload comes while a slow disk makes the run's folder."""
    made, go = Event(), Event()
    make = tempfile.mkdtemp

    def slow(**where: Any) -> str:
        folder: str = make(**where)
        made.set()
        assert go.wait(20)
        if is_refused:
            Path(folder).rmdir()
            raise OSError(5, "The disk fails")
        return folder

    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "mkdtemp", slow)
        task = asyncio.create_task(harness.run(harness.script(GOOD)))
        assert await asyncio.to_thread(made.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go.set()
        assert await asyncio.to_thread(_is_empty, harness.staging)
    assert (await harness.run(harness.script(GOOD))).guide == b"guide"


def _is_empty(folder: Path) -> bool:
    """Wait until there is nothing in a folder."""
    until = time.monotonic() + 20
    while any(folder.iterdir()) and time.monotonic() < until:
        time.sleep(0)
    return not any(folder.iterdir())


async def _is_gone(pid: int) -> bool:
    """Wait until a process has ended; a zombie that init has not seen yet counts as ended."""
    async with asyncio.timeout(5):
        while True:
            try:
                os.kill(pid, signal.SIG_DFL)
                stat = await asyncio.to_thread(Path(f"/proc/{pid}/stat").read_text)
            except ProcessLookupError, FileNotFoundError:
                return True
            if stat.rpartition(")")[2].split()[0] == "Z":
                return True
            await asyncio.sleep(0)
