"""The command line of the provider, mostly in this process, sometimes in one of its own."""

import asyncio
from collections.abc import Iterator
import json
from pathlib import Path
import subprocess
import sys

import pytest

from downlink.formats.m3u import parse_m3u
from downlink.formats.xmltv_reader import parse_xmltv
from downlink.models import Stage
from downlink.process.command import bundled_command
from downlink.process.runner import read_version, run
from downlink.provider import cli
from downlink.provider.cli import main, version
from tests.simulator import Simulator

from .upstream import forget_logging, simulator

ENGINE = Path(cli.__file__).parents[2]
MANIFEST = json.loads((ENGINE.parent / "manifest.json").read_text())


async def call(sim: Simulator | None, *arguments: str) -> int:
    address = ["--api-url", sim.url] if sim else []
    return await asyncio.to_thread(main, ["run", *address, *arguments])


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    forget_logging()


def present(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_files_of_the_usual_names(working_folder: Path) -> None:
    async with simulator() as sim:
        assert await call(sim, "--guide-days", "1") == 0
    assert present(working_folder) == ["cache.json", "index.m3u", "index.xml"]
    entries = parse_m3u((working_folder / "index.m3u").read_bytes())
    guide = parse_xmltv((working_folder / "index.xml").read_bytes())
    assert [entry.attributes["tvg-id"] for entry in entries] == list(guide.channels)
    assert entries[0].name == "Toonami Aftermath East"
    assert not guide.flaws


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("-m", "-x", "-C", "-s", "-c", "-l", "-f"), id="short"),
        pytest.param(
            (
                *("--m3u-output", "--xmltv-output", "--cache-file", "--scrape-count"),
                *("--cron-expression", "--log-level", "--log-format"),
            ),
            id="long",
        ),
    ],
)
async def test_flags_of_the_go_program(
    working_folder: Path, names: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    values = ("a.m3u", "b.xml", "", "75", "", "INFO", "json")
    arguments = [text for pair in zip(names, values, strict=True) for text in pair]
    async with simulator() as sim:
        assert await call(sim, *arguments, "--guide-days=1") == 0
    assert present(working_folder) == ["a.m3u", "b.xml"]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["level"] for line in lines} == {"info"}
    assert any("Snickelodeon West: " in line["msg"] for line in lines)


async def test_text_log(capsys: pytest.CaptureFixture[str]) -> None:
    async with simulator() as sim:
        assert await call(sim, "--guide-days", "1") == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    first, *_ = captured.out.splitlines()
    assert first.startswith('time="20')
    assert ' level=info msg="Toonami Aftermath East: ' in first


async def test_log_flags_before_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    async with simulator() as sim:
        arguments = ["-l", "error", "run", "--api-url", sim.url, "--guide-days", "1"]
        assert await asyncio.to_thread(main, arguments) == 0
    assert capsys.readouterr().out == ""


async def test_progress(capsys: pytest.CaptureFixture[str]) -> None:
    async with simulator() as sim:
        sim.set_faults({"rules": [{"endpoint": "streamurl", "kind": "html502"}]})
        assert await call(sim, "--progress", "--guide-days", "1") == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = [json.loads(line) for line in captured.out.splitlines()]
    assert {line["stage"] for line in lines} == {"channels", "streams", "guide", "details"}
    assert {"stage": "streams", "done": 7, "total": 7} in lines
    assert all(Stage(line["stage"]) for line in lines)


async def test_user_agent_says_who_it_is() -> None:
    async with simulator() as sim:
        await call(sim, "--guide-days", "1")
        agents = {request.user_agent for request in sim.requests}
    page = "https://github.com/zachyzissou/toonamiaftermath-downlink"
    assert agents == {f"ToonamiDownlink/{MANIFEST['version']} (+{page})"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["run", "--bogus"], "unrecognized arguments: --bogus", id="unknown flag"),
        pytest.param(["fly"], "invalid choice: 'fly'", id="unknown command"),
        pytest.param(["run", "--api-url", "ftp://a"], "address with http", id="scheme"),
        pytest.param(["run", "--api-url", "http://a:99999"], "address with http", id="port"),
        pytest.param(["run", "--guide-days", "0"], "between 1 and 14", id="no days"),
        pytest.param(["run", "--guide-days", "15"], "between 1 and 14", id="too many days"),
        pytest.param(["run", "--guide-days", "x"], "between 1 and 14", id="no number"),
        pytest.param(["run", "--time-limit", "-1"], "number of seconds", id="no time"),
        pytest.param(["run", "--time-limit", "x"], "invalid", id="time in words"),
        pytest.param(["run", "-l", "loud"], "not one of trace", id="log level"),
        pytest.param(["run", "-f", "xml"], "invalid choice: 'xml'", id="log format"),
        pytest.param(["run", "-c", "0 3 * * *"], "runs once", id="schedule"),
        pytest.param(["run", "-s", "many"], "invalid int", id="scrape count"),
    ],
)
def test_usage(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], working_folder: Path
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.endswith("Try --help.\n")
    assert error.count("\n") == 1
    assert present(working_folder) == []


@pytest.mark.parametrize("arguments", [[], ["--help"], ["run", "--help"]], ids=str)
def test_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    if arguments:
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 0
    else:
        assert main(arguments) == 0
    assert "usage: downlink" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == 0
    assert capsys.readouterr().out == f"{MANIFEST['version']}\n"


@pytest.mark.parametrize("content", [None, "", "[]", "{}", "\x00"], ids=repr)
def test_version_without_a_manifest(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = tmp_path / "manifest.json"
    if content is not None:
        manifest.write_text(content)
    monkeypatch.setattr(cli, "_MANIFEST", manifest)
    assert version() == "0"


@pytest.mark.parametrize(
    ("faults", "code", "said"),
    [
        pytest.param({"rules": [{"endpoint": "*", "kind": "html502"}]}, 4, "502", id="nonsense"),
        pytest.param({"rules": [{"endpoint": "*", "kind": "silence"}]}, 3, "0.3", id="silence"),
        pytest.param({"latency": 9}, 6, "Allow more time", id="slow"),
    ],
)
async def test_bad_upstream_leaves_old_files_alone(
    faults: dict[str, object],
    code: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
    working_folder: Path,
) -> None:
    for name in ("index.m3u", "index.xml"):
        (working_folder / name).write_text("old")
    answer, limit = ("9", "0.2") if code == 6 else ("0.3", "20")
    async with simulator() as sim:
        sim.set_faults(faults)
        arguments = ("--answer-timeout", answer, "--time-limit", limit, "--progress")
        assert await call(sim, *arguments) == code
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert [(working_folder / name).read_text() for name in ("index.m3u", "index.xml")] == [
        "old",
        "old",
    ]


async def test_offline(capsys: pytest.CaptureFixture[str]) -> None:
    assert await asyncio.to_thread(main, ["run", "--api-url", "http://127.0.0.1:1"]) == 3
    assert "Check the internet connection" in capsys.readouterr().err


async def test_place_that_cannot_be_written(
    capsys: pytest.CaptureFixture[str], working_folder: Path
) -> None:
    (working_folder / "index.xml").write_text("old")
    async with simulator() as sim:
        assert await call(sim, "-m", "nowhere/index.m3u", "--guide-days", "1") == 5
    assert "nowhere/index.m3u cannot be written" in capsys.readouterr().err
    assert (working_folder / "index.xml").read_text() == "old"


async def test_certificates(monkeypatch: pytest.MonkeyPatch, working_folder: Path) -> None:
    async with simulator(tls=True) as sim:
        address = ("--api-url", sim.https_url, "--guide-days", "1")
        assert await call(None, *address) == 3
        assert await call(None, *address, "--insecure") == 0
        assert not (working_folder / "cache.certificates.pem").exists()
        monkeypatch.setenv("SSL_CERT_FILE", str(sim.ca_file))
        assert await call(None, *address) == 0
    assert (working_folder / "cache.certificates.pem").exists()


def test_interrupted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async def interrupted(_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", interrupted)
    assert main(["run"]) == 130
    assert "Interrupted" in capsys.readouterr().err


async def test_as_a_process_of_its_own(working_folder: Path) -> None:
    command = bundled_command(ENGINE, api_url="", guide_days=1, verify_tls=True)
    assert await read_version(command) == MANIFEST["version"]
    async with simulator() as sim:
        command = bundled_command(ENGINE, api_url=sim.url, guide_days=1, verify_tls=True)
        stages: list[Stage] = []
        output = await run(
            command,
            staging=working_folder / "staging",
            cache_file=working_folder / "provider" / "cache.json",
            timeout=25,
            on_progress=lambda progress: stages.append(progress.stage),
        )
    assert parse_m3u(output.playlist)
    assert parse_xmltv(output.guide).programmes
    assert set(stages) == {Stage.CHANNELS, Stage.STREAMS, Stage.GUIDE, Stage.DETAILS}
    assert present(working_folder / "provider") == ["cache.json"]


MEASURE = """
import re, sys
sys.path.insert(0, sys.argv[1])
from downlink.provider.cli import main
code = main(sys.argv[2:])
peak = re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1]
print(code, int(peak) // 1024)
"""


@pytest.mark.parametrize(
    "kinds",
    [
        pytest.param({}, id="good answers"),
        pytest.param({"playlist": "gzip_bomb", "mediainfo": "huge"}, id="monstrous answers"),
    ],
)
async def test_memory_is_limited(kinds: dict[str, str]) -> None:
    async with simulator() as sim:
        rules = [{"endpoint": endpoint, "kind": kind} for endpoint, kind in kinds.items()]
        sim.set_faults({"rules": rules})
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", MEASURE, str(ENGINE)),
            *("run", "--api-url", sim.url, "--log-level", "error"),
            stdout=subprocess.PIPE,
        )
        output, _ = await process.communicate()
    code, peak = map(int, output.split())
    assert code == 0
    assert peak < 120


def test_saying_the_version_loads_little() -> None:
    done = subprocess.run(  # noqa: S603  # our own command line
        [sys.executable, "-I", "-X", "importtime", str(ENGINE), "version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert done.stdout.strip() == MANIFEST["version"]
    assert "aiohttp" not in done.stderr
