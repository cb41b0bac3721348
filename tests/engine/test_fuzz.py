"""The fuzzer finds what is planted, and what it has found before stays mended."""

from pathlib import Path
import re
import subprocess
import sys

import pytest

from scripts.lib.fuzz import __main__ as command, watch
from scripts.lib.fuzz.__main__ import HAS_ATHERIS, NAMES
from scripts.lib.fuzz.target import CORPUS, ROOT, load
from scripts.lib.fuzz.watch import Watch, Wrong, read

from .fuzz_planted import TARGETS as PLANTED
from .fuzz_targets import TARGETS

needs_atheris = pytest.mark.skipif(not HAS_ATHERIS, reason="there is no Atheris for this machine")
INPUTS = sorted(CORPUS.glob("*/*"))


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bad inputs are left for people; those of the tests are for nobody."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def fuzz(*arguments: str, seconds: int = 20) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "scripts.lib.fuzz", "--seed", "1", "--seconds", str(seconds)]
    return subprocess.run(  # noqa: S603  # ourselves
        [*argv, *arguments], cwd=ROOT, check=False, capture_output=True, text=True
    )


def bad_input_of(done: subprocess.CompletedProcess[str]) -> Path:
    assert done.returncode == 1, done.stdout + done.stderr
    found = re.search(r"^The input is in (\S+)\. Alone: scripts/fuzz", done.stdout, re.MULTILINE)
    assert found, done.stdout
    return Path(found[1])


@needs_atheris
def test_finds_an_error_behind_two_words() -> None:
    done = fuzz("tests.engine.fuzz_planted:raising")
    path = bad_input_of(done)
    data = path.read_bytes()
    assert data.startswith(b"HEAD")
    assert b"boom" in data
    assert "KeyError" in done.stdout
    alone = fuzz("--input", str(path), "tests.engine.fuzz_planted:raising")
    assert alone.returncode == 1
    assert "KeyError" in alone.stdout


@needs_atheris
def test_finds_quadratic_work() -> None:
    done = fuzz("tests.engine.fuzz_planted:slow")
    assert bad_input_of(done).exists()
    assert re.search(r"WRONG: \d+ bytes take", done.stdout)


@needs_atheris
def test_finds_nothing_where_there_is_nothing() -> None:
    done = fuzz("tests.engine.fuzz_planted:good", seconds=2)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"good: \d{3,} inputs, \d+ a second, \d+ edges", done.stdout)


def test_finds_memory_that_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(watch, "_LOOK_EVERY", -1)
    monkeypatch.setattr(watch, "MAX_GROWTH", 200)
    bad: list[bytes] = []
    one = Watch(PLANTED["leaking"], 0, 1, tmp_path / "current")
    for number in range(2_000):
        one.try_all(b"%d" % number, bad.append)
        if bad:
            break
    assert bad
    assert "blocks of memory are not given back" in capsys.readouterr().err


@pytest.mark.parametrize(("could_be", "code"), [(True, 1), (False, 0)])
def test_without_atheris(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], could_be: bool, code: int
) -> None:
    """The corpus alone is enough only where there is no Atheris."""
    monkeypatch.setattr(command, "find_spec", lambda _name: None)
    monkeypatch.setattr(command, "HAS_ATHERIS", could_be)
    monkeypatch.setattr("sys.argv", ["scripts/fuzz", "m3u"])
    monkeypatch.setattr("sys.path", [*sys.path])
    assert command.main() == code
    assert ("Atheris is missing" in capsys.readouterr().out) is could_be


def test_unknown_targets_are_named() -> None:
    with pytest.raises(LookupError):
        load("no-such")


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_found_before(path: Path) -> None:
    """Each input is read or refused, as it should be, and that in less than a second."""
    read(TARGETS[path.parent.name], path.read_bytes())


def test_odd_errors_are_wrong() -> None:
    with pytest.raises(Wrong, match="KeyError"):
        read(PLANTED["raising"], b"HEAD boom")


def test_every_target_has_a_corpus() -> None:
    assert {path.parent.name for path in INPUTS} == set(TARGETS)


def test_every_target_is_run_and_named() -> None:
    """By whoever names none: that is what is done with each change and every night."""
    assert sorted(NAMES) == sorted(TARGETS)
    script = (ROOT / "scripts" / "fuzz").read_text()
    assert f"# TARGET: {', '.join(NAMES)} " in script
    for place, seconds in ((".ci/run", 10), (".github/workflows/nightly.yml", 600)):
        called = re.findall(r"scripts/fuzz\b([^\],\n]*)", (ROOT / place).read_text())
        assert called == [f" --seconds {seconds}"], place
