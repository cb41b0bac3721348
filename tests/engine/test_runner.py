"""Providers as real processes: what they get, what they may do, and that nothing stays behind."""

import asyncio
from collections.abc import Callable
import os
from pathlib import Path
import shlex
import signal
import sys
import textwrap

import pytest

from downlink.errors import (
    CannotWriteError,
    DownlinkError,
    ProviderError,
    ProviderMissingError,
    ProviderOutputError,
    ProviderTimedOutError,
    UpstreamUnreachableError,
    UsageError,
)
from downlink.limits import MIB
from downlink.models import Progress, Stage
from downlink.runner import (
    Command,
    Output,
    bundled_command,
    clear_staging,
    parse_command,
    read_version,
    run,
)
from downlink.strays import MARK

GOOD = """
    import pathlib, sys
    pathlib.Path(sys.argv[1]).write_text("playlist")
    pathlib.Path(sys.argv[2]).write_text("guide")
"""


class Bench:
    """A place to run providers in."""

    def __init__(self, folder: Path) -> None:
        self.staging = folder / "staging"
        self.cache = folder / "provider" / "cache.json"

    def script(self, *code: str, bundled: bool = False) -> Command:
        text = "".join(textwrap.dedent(part) for part in code)
        argv = (sys.executable, "-c", text, "{m3u}", "{xmltv}", "{cache}")
        return Command(argv=argv, name="The test", is_bundled=bundled)

    async def run(
        self,
        command: Command,
        *,
        timeout: float = 20,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Output:
        return await run(
            command,
            staging=self.staging,
            cache_file=self.cache,
            timeout=timeout,
            on_progress=on_progress,
        )

    @property
    def left_over(self) -> list[str]:
        return sorted(path.name for path in self.staging.iterdir())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_good_run(bench: Bench) -> None:
    output = await bench.run(bench.script(GOOD))
    assert output.playlist == b"playlist"
    assert output.guide == b"guide"
    assert output.seconds > 0
    assert bench.left_over == []


async def test_environment_is_bare(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERVISOR_TOKEN", "secret")
    monkeypatch.setenv("SSL_CERT_FILE", "/where/roots/are")
    code = """
        import json, os, pathlib, sys
        seen = {"env": dict(os.environ), "cwd": os.getcwd(), "group": os.getpgrp() == os.getpid()}
        pathlib.Path(sys.argv[1]).write_text(json.dumps(seen))
        pathlib.Path(sys.argv[2]).write_text("guide")
    """
    seen = (await bench.run(bench.script(code))).playlist.decode()
    assert "secret" not in seen
    assert f'"cwd": "{bench.staging}/run-' in seen
    assert '"group": true' in seen
    assert '"SSL_CERT_FILE": "/where/roots/are"' in seen


async def test_cache_is_kept(bench: Bench) -> None:
    await bench.run(bench.script(GOOD, "pathlib.Path(sys.argv[3]).write_text('remembered')"))
    assert bench.cache.read_text() == "remembered"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda path: path.symlink_to("/nowhere/at/all"), id="link to nowhere"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), id="link to a device"),
        pytest.param(os.mkfifo, id="pipe"),
        pytest.param(lambda path: (path / "more").mkdir(parents=True), id="folder"),
    ],
)
async def test_what_is_no_cache_makes_room_for_one(
    bench: Bench, make: Callable[[Path], None]
) -> None:
    bench.cache.parent.mkdir()
    make(bench.cache)
    await bench.run(bench.script(GOOD, "pathlib.Path(sys.argv[3]).write_text('remembered')"))
    assert not bench.cache.is_symlink()
    assert bench.cache.read_text() == "remembered"


async def test_progress(bench: Bench) -> None:
    code = """
        import json
        print("starting up")
        print(json.dumps({"stage": "guide", "done": 1, "total": 2}))
        print('{"stage": "guide"}')
        print('{"stage": "boredom", "done": 1, "total": 2}')
        print('{"stage": ["guide"], "done": 1, "total": 2}')
        print('{' + '"a":{' * 5000)
        print("x" * 100_000)
        print(json.dumps({"stage": "details", "done": 3, "total": 3}), flush=True)
    """
    seen: list[Progress] = []
    await bench.run(bench.script(code, GOOD, bundled=True), on_progress=seen.append)
    assert seen == [Progress(Stage.GUIDE, 1, 2), Progress(Stage.DETAILS, 3, 3)]


@pytest.mark.parametrize(
    ("code", "error", "said"),
    [
        pytest.param(
            "import sys; print('one', file=sys.stderr); sys.exit('no\\tsignal\\x07')",
            ProviderError,
            "ended with exit code 1: no signal",
            id="exit code",
        ),
        pytest.param("exit(7)", ProviderError, "exit code 7 and said nothing", id="silent"),
        pytest.param(
            "import os; os.kill(os.getpid(), 11)", ProviderError, "ended by signal 11", id="crash"
        ),
        pytest.param("", ProviderOutputError, "There is no index.m3u", id="no files"),
        pytest.param(
            "import sys; open(sys.argv[1], 'w').write('playlist')",
            ProviderOutputError,
            "There is no index.xml",
            id="no guide",
        ),
        pytest.param(
            "import sys; open(sys.argv[1], 'w')", ProviderOutputError, "is empty", id="empty file"
        ),
        pytest.param(
            "import os, sys; os.symlink('/etc/hostname', sys.argv[1])",
            ProviderOutputError,
            "link that leads out",
            id="symlink",
        ),
        pytest.param(
            "import os, sys; os.mkfifo(sys.argv[1])",
            ProviderOutputError,
            "not a plain file",
            id="pipe",
        ),
        pytest.param(
            "import sys; f = open(sys.argv[1], 'wb'); [f.write(bytes(2**20)) for _ in range(66)]",
            ProviderError,
            "File too large",
            id="too large",
        ),
    ],
)
async def test_failures(bench: Bench, code: str, error: type[DownlinkError], said: str) -> None:
    with pytest.raises(error, match=said):
        await bench.run(bench.script(code))
    assert bench.left_over == []


async def test_system_without_limits_for_others(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("resource.prlimit")
    assert (await bench.run(bench.script(GOOD))).guide == b"guide"


@pytest.mark.parametrize(("bundled", "limit"), [(True, "18"), (False, "{seconds}")])
async def test_only_the_bundled_one_is_told_the_time_limit(
    bench: Bench, bundled: bool, limit: str
) -> None:
    command = bench.script(GOOD, "pathlib.Path(sys.argv[1]).write_text(sys.argv[4])")
    argv = (*command.argv, "{seconds}")
    command = Command(argv=argv, name="The test", is_bundled=bundled)
    assert (await bench.run(command, timeout=20)).playlist.decode() == limit


async def test_last_words_are_kept(bench: Bench) -> None:
    code = "import sys; sys.stderr.write('x' * 50_000 + '\\n' + 'gone\\n\\n'); exit(1)"
    with pytest.raises(ProviderError) as caught:
        await bench.run(bench.script(code))
    assert caught.value.stderr == "gone"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        pytest.param(3, UpstreamUnreachableError, id="3"),
        pytest.param(5, CannotWriteError, id="5"),
        pytest.param(1, ProviderError, id="1"),
    ],
)
async def test_bundled_exit_codes(bench: Bench, code: int, error: type[DownlinkError]) -> None:
    with pytest.raises(error) as caught:
        await bench.run(bench.script(f"exit({code})", bundled=True))
    assert type(caught.value) is error


async def test_time_limit_ends_the_whole_group(bench: Bench, tmp_path: Path) -> None:
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
        await bench.run(bench.script(code), timeout=1.5)
    assert caught.value.stderr == "working"
    assert bench.left_over == []
    for pid in pids.read_text().split():
        assert await _is_gone(int(pid))


async def test_child_left_behind_is_ended(bench: Bench, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    code = f"""
        import subprocess
        sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
        child = subprocess.Popen(sleep)
        pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))
    """
    output = await bench.run(bench.script(GOOD, code))
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


async def test_daemon_is_ended(bench: Bench, tmp_path: Path) -> None:
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
    output = await bench.run(bench.script(GOOD, DAEMON, code))
    assert output.guide == b"guide"
    assert await _is_gone(int(pid_file.read_text()))


async def test_daemons_that_go_on_forking_are_ended(bench: Bench, tmp_path: Path) -> None:
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
    await bench.run(bench.script(GOOD, DAEMON, code))
    try:
        # The pipe has nobody left at its other end; else this would raise BlockingIOError.
        assert os.read(end, 1) == b""
    finally:
        os.close(end)


async def test_what_a_killed_home_assistant_left_behind_is_ended(
    bench: Bench, tmp_path: Path
) -> None:
    folder = bench.staging / "run-old"
    folder.mkdir(parents=True)
    (folder / "index.m3u").write_text("half")
    environment = {MARK: str(folder)}
    old = await asyncio.create_subprocess_exec("sleep", "600", env=environment)
    neighbour = {MARK: f"{bench.staging}-of-another/run-new"}
    other = await asyncio.create_subprocess_exec("sleep", "600", env=neighbour)

    await asyncio.to_thread(clear_staging, bench.staging)

    assert await old.wait() == -signal.SIGKILL
    assert bench.left_over == []
    assert other.returncode is None
    other.kill()
    assert await other.wait() == -signal.SIGKILL


async def test_run_that_goes_on_is_not_taken_for_left_behind(bench: Bench, tmp_path: Path) -> None:
    started, go = tmp_path / "started", tmp_path / "go"
    for pipe in (started, go):
        os.mkfifo(pipe)
    code = f"""
        pathlib.Path({str(started)!r}).write_text("here")
        pathlib.Path({str(go)!r}).read_text()
    """
    task = asyncio.create_task(bench.run(bench.script(GOOD, code)))
    await asyncio.to_thread(started.read_text)
    await asyncio.to_thread(clear_staging, bench.staging)
    await asyncio.to_thread(go.write_text, "go")
    assert (await task).guide == b"guide"


async def test_folder_that_could_not_be_removed_goes_with_the_next_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", lambda *_, **__: None)
        await bench.run(bench.script(GOOD))
    assert len(bench.left_over) == 1
    await bench.run(bench.script(GOOD))
    assert bench.left_over == []


async def test_system_that_shows_no_processes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("downlink.strays._PROC", tmp_path / "nowhere")
    assert (await bench.run(bench.script(GOOD))).guide == b"guide"


async def test_memory_is_limited(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("downlink.runner.MAX_MEMORY_BYTES", 128 * MIB)
    with pytest.raises(ProviderError, match="MemoryError"):
        await bench.run(bench.script(f"bytearray({256 * MIB})"))


async def test_memory_that_is_only_reserved_does_not_count(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("downlink.runner.MAX_MEMORY_BYTES", 128 * MIB)
    reserve = f"""
        import mmap
        space = mmap.mmap(-1, {4096 * MIB}, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
    """
    assert (await bench.run(bench.script(GOOD, reserve))).guide == b"guide"


async def test_flood_of_words_is_read_and_forgotten(bench: Bench) -> None:
    code = """
        for stream in (sys.stdout, sys.stderr):
            for _ in range(16):
                stream.write("noise\\n" * 200_000)
        sys.exit("gone")
    """
    with pytest.raises(ProviderError) as caught:
        await bench.run(bench.script(GOOD, code))
    assert caught.value.stderr == "gone"


async def test_cancelled(bench: Bench, tmp_path: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    code = f"""
        import os, pathlib, time
        with pathlib.Path({str(started)!r}).open("w") as file:
            file.write(str(os.getpid()))
        time.sleep(600)
    """
    task = asyncio.create_task(bench.run(bench.script(code)))
    pid = int(await asyncio.to_thread(started.read_text))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _is_gone(pid)
    assert bench.left_over == []


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


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("/nowhere/at/all", id="missing"),
        pytest.param("/etc", id="folder"),
        pytest.param("{text}", id="not executable"),
        pytest.param("{garbage}", id="no program"),
    ],
)
async def test_not_a_program(bench: Bench, tmp_path: Path, program: str) -> None:
    text = tmp_path / "text"
    text.write_text("hello")
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"\x7fELF but not really")
    garbage.chmod(0o755)
    path = program.format(text=text, garbage=garbage)
    with pytest.raises(ProviderMissingError, match=path):
        await bench.run(Command(argv=(path,), name="The test"))


async def test_data_folder_that_cannot_be_written(bench: Bench) -> None:
    bench.staging.write_text("a file, not a folder")
    with pytest.raises(CannotWriteError, match="data folder"):
        await bench.run(bench.script(GOOD))


@pytest.mark.parametrize(
    ("line", "argv"),
    [
        pytest.param(
            "/opt/cli",
            "/opt/cli run --m3u-output {m3u} --xmltv-output {xmltv} --cache-file {cache}",
            id="bare",
        ),
        pytest.param(
            "/opt/cli run -s 75",
            "/opt/cli run -s 75 --m3u-output {m3u} --xmltv-output {xmltv} --cache-file {cache}",
            id="with run",
        ),
        pytest.param("/opt/cli -m {m3u} -x {xmltv}", "/opt/cli -m {m3u} -x {xmltv}", id="filled"),
        pytest.param(
            "sh -c 'cli > {m3u} 2> {xmltv}'", "sh -c 'cli > {m3u} 2> {xmltv}'", id="quoted"
        ),
    ],
)
def test_command_line(line: str, argv: str) -> None:
    command = parse_command(line)
    assert list(command.argv) == shlex.split(argv)
    assert not command.is_bundled


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("", id="empty"),
        pytest.param("   ", id="blank"),
        pytest.param("''", id="empty word"),
        pytest.param("'open", id="open quote"),
        pytest.param("cli\nrm", id="line end"),
        pytest.param("cli " + "x" * 5000, id="long"),
        pytest.param("cli {m3u}", id="only the playlist"),
    ],
)
def test_what_is_no_command_line(line: str) -> None:
    with pytest.raises(UsageError):
        parse_command(line)


def test_bundled_command_line() -> None:
    command = bundled_command(
        Path("/engine"), api_url="https://example.com", guide_days=3, verify_tls=True
    )
    assert command.is_bundled
    assert command.argv[:4] == (sys.executable, "-I", "/engine", "run")
    assert command.program == command.argv[:3]
    assert "--insecure" not in command.argv
    other = bundled_command(
        Path("/engine"), api_url="https://example.com", guide_days=3, verify_tls=False
    )
    assert other.argv[-1] == "--insecure"


@pytest.mark.parametrize(
    ("code", "version"),
    [
        pytest.param(
            "if sys.argv[1] == 'version': print('level=info msg=\"Version: v1.1.0\" go=go')",
            "1.1.0",
            id="word, as the Go CLI",
        ),
        pytest.param(
            "print('tool 2.4') if sys.argv[1] == '--version' else exit(1)", "2.4", id="flag"
        ),
        pytest.param("print('none')", None, id="says nothing useful"),
        pytest.param("exit(1)", None, id="fails"),
        pytest.param("__import__('time').sleep(600)", None, id="hangs"),
    ],
)
async def test_version(tmp_path: Path, code: str, version: str | None) -> None:
    script = tmp_path / "cli"
    script.write_text(f"#!{sys.executable}\nimport sys\n{code}\n")
    script.chmod(0o755)
    assert await read_version(parse_command(str(script)), timeout=1.5) == version


async def test_version_of_nothing() -> None:
    assert await read_version(parse_command("/nowhere/at/all")) is None


async def test_version_of_a_template_is_not_asked(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    assert await read_version(parse_command(f"touch {touched} {{m3u}} {{xmltv}}")) is None
    assert not touched.exists()
