"""Providers as real processes: what they get, what they bring, and how they fail."""

from collections.abc import Callable
import os
from pathlib import Path
import shlex
import sys

import pytest

from downlink.errors import (
    CannotWriteError,
    DownlinkError,
    ProviderError,
    ProviderMissingError,
    ProviderOutputError,
    UpstreamUnreachableError,
    UsageError,
)
from downlink.models import Progress, Stage
from downlink.policy import CACHE_DROPPED_AFTER_FAILURES
from downlink.process.command import Command, bundled_command, parse_command
from downlink.process.runner import read_version, working_folder

from .harness import GOOD, RunnerHarness


@pytest.fixture
def harness(tmp_path: Path) -> RunnerHarness:
    return RunnerHarness(tmp_path)


async def test_good_run(harness: RunnerHarness) -> None:
    output = await harness.run(harness.script(GOOD))
    assert output.playlist == b"playlist"
    assert output.guide == b"guide"
    assert output.seconds > 0
    assert harness.left_over == []


async def test_environment_is_bare(harness: RunnerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERVISOR_TOKEN", "secret")
    monkeypatch.setenv("SSL_CERT_FILE", "/where/roots/are")
    code = """
        import json, os, pathlib, sys
        seen = {"env": dict(os.environ), "cwd": os.getcwd(), "group": os.getpgrp() == os.getpid()}
        pathlib.Path(sys.argv[1]).write_text(json.dumps(seen))
        pathlib.Path(sys.argv[2]).write_text("guide")
    """
    seen = (await harness.run(harness.script(code))).playlist.decode()
    assert "secret" not in seen
    assert f'"cwd": "{harness.staging}/run-' in seen
    assert '"group": true' in seen
    assert '"SSL_CERT_FILE": "/where/roots/are"' in seen


async def test_cache_is_kept(harness: RunnerHarness) -> None:
    await harness.run(harness.script(GOOD, "pathlib.Path(sys.argv[3]).write_text('remembered')"))
    assert harness.cache.read_text() == "remembered"


@pytest.mark.parametrize(
    ("failures", "bundled", "is_kept"),
    [
        pytest.param(CACHE_DROPPED_AFTER_FAILURES - 1, False, True, id="it may be anything else"),
        pytest.param(CACHE_DROPPED_AFTER_FAILURES, False, False, id="it may be the cache"),
        pytest.param(CACHE_DROPPED_AFTER_FAILURES + 1, False, True, id="it was not the cache"),
        pytest.param(CACHE_DROPPED_AFTER_FAILURES, True, True, id="our own reads any cache"),
    ],
)
async def test_cache_that_may_be_the_reason_is_removed_once(
    harness: RunnerHarness, failures: int, bundled: bool, is_kept: bool
) -> None:
    harness.cache.parent.mkdir()
    harness.cache.write_text("remembered")
    await harness.run(harness.script(GOOD, bundled=bundled), failures=failures)
    assert harness.cache.exists() is is_kept


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
    harness: RunnerHarness, make: Callable[[Path], None]
) -> None:
    harness.cache.parent.mkdir()
    make(harness.cache)
    await harness.run(harness.script(GOOD, "pathlib.Path(sys.argv[3]).write_text('remembered')"))
    assert not harness.cache.is_symlink()
    assert harness.cache.read_text() == "remembered"


async def test_progress(harness: RunnerHarness) -> None:
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
    await harness.run(harness.script(code, GOOD, bundled=True), on_progress=seen.append)
    assert seen == [Progress(Stage.GUIDE, 1, 2), Progress(Stage.DETAILS, 3, 3)]


@pytest.mark.parametrize(
    ("code", "error", "said"),
    [
        pytest.param(
            "import sys; print('one', file=sys.stderr); sys.exit('no\\tsignal\\x07')",
            ProviderError,
            r"ended with exit code 1\.$",
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
            "ended with exit code 1",
            id="too large",
        ),
    ],
)
async def test_failures(
    harness: RunnerHarness, code: str, error: type[DownlinkError], said: str
) -> None:
    with pytest.raises(error, match=said):
        await harness.run(harness.script(code))
    assert harness.left_over == []


async def test_system_without_limits_for_others(
    harness: RunnerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("resource.prlimit")
    assert (await harness.run(harness.script(GOOD))).guide == b"guide"


@pytest.mark.parametrize(("bundled", "limit"), [(True, "18"), (False, "{seconds}")])
async def test_only_the_bundled_one_is_told_the_time_limit(
    harness: RunnerHarness, bundled: bool, limit: str
) -> None:
    command = harness.script(GOOD, "pathlib.Path(sys.argv[1]).write_text(sys.argv[4])")
    argv = (*command.argv, "{seconds}")
    command = Command(argv=argv, name="The test", is_bundled=bundled)
    assert (await harness.run(command, timeout=20)).playlist.decode() == limit


async def test_last_words_are_kept(harness: RunnerHarness) -> None:
    code = "import sys; sys.stderr.write('x' * 50_000 + '\\n' + 'gone\\n\\n'); exit(1)"
    with pytest.raises(ProviderError) as caught:
        await harness.run(harness.script(code))
    assert caught.value.stderr == "gone"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        pytest.param(3, UpstreamUnreachableError, id="3"),
        pytest.param(5, CannotWriteError, id="5"),
        pytest.param(1, ProviderError, id="1"),
    ],
)
async def test_bundled_exit_codes(
    harness: RunnerHarness, code: int, error: type[DownlinkError]
) -> None:
    with pytest.raises(error) as caught:
        await harness.run(harness.script(f"exit({code})", bundled=True))
    assert type(caught.value) is error


@pytest.mark.parametrize("bundled", [True, False])
async def test_last_words_are_not_in_the_message(harness: RunnerHarness, bundled: bool) -> None:
    script = harness.script(
        "import sys; print('token=hunter2', file=sys.stderr); exit(3)", bundled=bundled
    )
    with pytest.raises(DownlinkError) as caught:
        await harness.run(script)
    assert str(caught.value) == "The test ended with exit code 3."
    assert caught.value.stderr == "token=hunter2"


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("/nowhere/at/all", id="missing"),
        pytest.param("/etc", id="folder"),
        pytest.param("{text}", id="not executable"),
        pytest.param("{garbage}", id="no program"),
    ],
)
async def test_not_a_program(harness: RunnerHarness, tmp_path: Path, program: str) -> None:
    text = tmp_path / "text"
    text.write_text("hello")
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"\x7fELF but not really")
    garbage.chmod(0o755)
    path = program.format(text=text, garbage=garbage)
    with pytest.raises(ProviderMissingError, match=path):
        await harness.run(Command(argv=(path,), name="The test"))


async def test_interpreter_that_is_missing(harness: RunnerHarness, tmp_path: Path) -> None:
    script = tmp_path / "cli"
    script.write_text("#!/nowhere/at/all/python\n")
    script.chmod(0o755)
    with pytest.raises(ProviderMissingError, match="cli is there, but the interpreter"):
        await harness.run(Command(argv=(str(script),), name="The test"))


async def test_null_device_that_is_missing(
    harness: RunnerHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.devnull", "/nowhere/null")
    with pytest.raises(ProviderError, match="There is no /nowhere/null") as caught:
        await harness.run(harness.script(GOOD))
    assert type(caught.value) is ProviderError


async def test_folder_that_is_missing(
    harness: RunnerHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something else clears the staging folder away before the program starts."""
    gone = tmp_path / "gone"
    monkeypatch.setattr("tempfile.mkdtemp", lambda **_: str(gone))
    with pytest.raises(ProviderError, match=f"There is no {gone}") as caught:
        await harness.run(harness.script(GOOD))
    assert type(caught.value) is ProviderError


async def test_data_folder_that_cannot_be_written(harness: RunnerHarness) -> None:
    harness.staging.write_text("a file, not a folder")
    with pytest.raises(CannotWriteError, match="data folder"):
        await harness.run(harness.script(GOOD))
    with pytest.raises(CannotWriteError, match=r"The data folder cannot be written: File exists\."):
        async with working_folder(harness.staging):
            pytest.fail("there is no folder")


async def test_what_a_failing_disk_left_behind_is_removed_by_the_next_run(
    harness: RunnerHarness,
) -> None:
    left = harness.staging / "run-left"
    left.mkdir(parents=True)
    async with working_folder(harness.staging) as folder:
        assert [path.name for path in harness.staging.iterdir()] == [folder.name]
    assert harness.left_over == []


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
    ("line", "program"),
    [
        pytest.param("/opt/cli", "/opt/cli", id="bare"),
        pytest.param("/opt/cli run", "/opt/cli", id="with run"),
        pytest.param("/opt/cli run -s 75 --log-level=debug", "/opt/cli", id="with options"),
        pytest.param("docker exec cli /opt/cli", "docker exec cli /opt/cli", id="in a container"),
        pytest.param("docker run --rm image run", "docker run --rm image", id="run twice"),
        pytest.param("docker run image", "", id="docker"),
        pytest.param("docker run --rm -v /a:/b image", "", id="docker, its own options"),
        pytest.param("docker run -m 512m image", "", id="docker, an option that both have"),
        pytest.param("/usr/bin/podman run image -s 75", "", id="podman"),
        pytest.param("uv run toonamiaftermath-cli", "", id="uv"),
    ],
)
def test_whom_the_version_is_asked_of(line: str, program: str) -> None:
    assert parse_command(line).program == tuple(program.split())


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


async def test_version_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (temporary := tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    script = tmp_path / "cli"
    script.write_text(f"#!{sys.executable}\nopen('left', 'w').close()\nexit(1)\n")
    script.chmod(0o755)
    assert await read_version(parse_command(str(script)), timeout=5) is None
    assert list(temporary.iterdir()) == []


async def test_version_of_nothing() -> None:
    assert await read_version(parse_command("/nowhere/at/all")) is None


async def test_version_of_a_template_is_not_asked(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    assert await read_version(parse_command(f"touch {touched} {{m3u}} {{xmltv}}")) is None
    assert not touched.exists()
