"""A process that is fed: it gets everything, says what it has to say, and is gone afterwards."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
import os
from pathlib import Path
import sys

import pytest

from downlink.limits import MAX_LINE_CHARS, MIB
from downlink.process.fed import Fed, run_fed

ENDLESS = 1 << 30


async def chunks(count: int = 3, size: int = 1) -> AsyncGenerator[bytes]:
    for number in range(count):
        yield b"%d" % (number % 10) * size


async def run(
    folder: Path, script: str, feed: AsyncGenerator[bytes] | None = None, timeout: float = 20.0
) -> Fed:
    argv = (sys.executable, "-I", "-c", f"import os, sys, time\n{script}")
    return await run_fed(
        argv, feed or chunks(), folder=folder, timeout=timeout, max_file_bytes=1000
    )


async def test_gets_everything_and_its_end(tmp_path: Path) -> None:
    script = "data = sys.stdin.buffer.read(); print(len(data), data[:3], data[-3:])"
    done = await run(tmp_path, script, chunks(300, 10_000))
    assert done == Fed(code=0, stdout="3000000 b'000' b'999'\n", stderr="")


async def test_works_in_its_folder(tmp_path: Path) -> None:
    done = await run(tmp_path, "print(os.getcwd(), os.environ['HOME'])")
    assert done.stdout.split() == [str(tmp_path)] * 2


@pytest.mark.parametrize("script", ["sys.exit(3)", "sys.stdin.close(); os.close(0); sys.exit(3)"])
async def test_may_end_before_it_has_everything(tmp_path: Path, script: str) -> None:
    done = await run(tmp_path, f"print('enough', file=sys.stderr); {script}", chunks(ENDLESS, 999))
    assert done == Fed(code=3, stdout="", stderr="enough\n")


async def test_only_the_end_of_what_it_says_is_kept(tmp_path: Path) -> None:
    script = "for out in (sys.stdout, sys.stderr): out.write('x' * 1_000_000 + 'end')"
    done = await run(tmp_path, script)
    for said in (done.stdout, done.stderr):
        assert said.endswith("xend")
        assert len(said) == MAX_LINE_CHARS


async def test_may_end_by_itself_when_it_is_asked_to(tmp_path: Path) -> None:
    script = """
import signal
def end(*_):
    time.sleep(0.3)
    open('ended', 'w').close()
    sys.exit()
signal.signal(signal.SIGTERM, end)
open('ready', 'w').close()
time.sleep(100)
"""
    task = asyncio.create_task(run(tmp_path, script))
    while not (tmp_path / "ready").exists():  # noqa: ASYNC110  # it tells by a file
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (tmp_path / "ended").exists()


async def test_memory_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("downlink.process.child.MAX_MEMORY_BYTES", 128 * MIB)
    done = await run(tmp_path, f"bytearray({256 * MIB})")
    assert done.code == 1
    assert "MemoryError" in done.stderr


async def test_ends_at_its_time(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        await run(tmp_path, PID + "time.sleep(100)", timeout=1.0)
    assert not is_alive(tmp_path)


async def test_ends_at_its_time_while_it_is_fed(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        await run(tmp_path, PID + "time.sleep(100)", chunks(ENDLESS, 100_000), timeout=1.0)
    assert not is_alive(tmp_path)


PID = "open('pid', 'w').write(str(os.getpid())); "


def is_alive(folder: Path) -> bool:
    pid = int((folder / "pid").read_text())
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def test_ends_with_whoever_wanted_it(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def feed() -> AsyncGenerator[bytes]:
        begun.set()
        while True:
            yield b"x" * 100_000

    script = PID + "print(sys.stdin.read(1)); time.sleep(100)"
    task = asyncio.create_task(run(tmp_path, script, feed()))
    await begun.wait()
    while not (tmp_path / "pid").exists():  # noqa: ASYNC110  # it tells by a file
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not is_alive(tmp_path)


async def test_ends_when_there_is_nothing_to_feed_it_with(tmp_path: Path) -> None:
    async def feed() -> AsyncGenerator[bytes]:
        yield b"x"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run(tmp_path, "time.sleep(100)", feed())


async def test_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await run_fed(
            [str(tmp_path / "missing")],
            chunks(),
            folder=tmp_path,
            timeout=10.0,
            max_file_bytes=1,
        )


async def test_writes_only_so_much(tmp_path: Path) -> None:
    """A thousand bytes and one, which shows that it was too much."""
    script = "open('out', 'wb', buffering=0).write(b'x' * {})"
    assert (await run(tmp_path, script.format(1001))).code == 0
    assert (await run(tmp_path, f"print({script.format(1002)})")).stdout == "1001\n"
