"""The clock of a soak that goes faster: a program that has it, and what that program starts."""

import os
from pathlib import Path
import shutil
import subprocess
import sys
from textwrap import dedent
import time

import pytest

from scripts.lib.develop.waiting import DevelopError
from scripts.lib.soak.fast_clock import fast_clock

SPEED = 100
MINUTE = 60
WAITS = {
    "sleep": "time.sleep(60)",
    "event loop": "asyncio.run(asyncio.sleep(60))",
    "lock": "lock = threading.Lock(); lock.acquire(); lock.acquire(timeout=60)",
    "event": "threading.Event().wait(60)",
    "poll": "select.poll().poll(60_000)",
    "select": "select.select([], [], [], 60)",
    "child": "subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'], env={})",
    "session": "subprocess.run(['sleep', '60'], env={}, start_new_session=True)",
}
NEEDS_A_COMPILER = pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler")


def lived(folder: Path, wait: str) -> tuple[float, float, float]:
    """Return the seconds that went by on both clocks of a program, and those of the world."""
    code = f"""
        import asyncio, select, subprocess, sys, threading, time
        wall, began = time.time(), time.monotonic()
        {wait}
        print(time.time() - wall, time.monotonic() - began)
        """
    env = {**os.environ, **fast_clock(SPEED, folder)}
    began = time.monotonic()
    argv = [sys.executable, "-c", dedent(code)]
    done = subprocess.run(argv, env=env, check=True, capture_output=True, text=True)  # noqa: S603  # ours
    world = time.monotonic() - began
    wall, monotonic = map(float, done.stdout.split())
    return wall, monotonic, world


@NEEDS_A_COMPILER
@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
def test_a_minute_of_it_is_less_of_the_world(tmp_path: Path, wait: str) -> None:
    wall, monotonic, world = lived(tmp_path, wait)
    assert wall == pytest.approx(monotonic, abs=1)
    assert monotonic >= MINUTE
    assert world < monotonic


@NEEDS_A_COMPILER
def test_other_programs_agree_about_the_time(tmp_path: Path) -> None:
    """Also those that are started with an environment that knows nothing of it."""
    code = """
        import subprocess, sys, time
        time.sleep(6000)
        before = time.time()
        argv = [sys.executable, "-c", "import time; print(time.time())"]
        own = subprocess.run(argv, env={}, capture_output=True, text=True).stdout
        print(before <= float(own) <= time.time())
        """
    env = {**os.environ, **fast_clock(10_000, tmp_path)}
    argv = [sys.executable, "-c", dedent(code)]
    done = subprocess.run(argv, env=env, check=True, capture_output=True, text=True)  # noqa: S603  # ours
    assert done.stdout == "True\n"


def test_it_has_to_be_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DevelopError, match="C compiler"):
        fast_clock(SPEED, tmp_path)
