"""What becomes of mutants: real tests in real processes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
import subprocess
from textwrap import dedent
import time

import pytest

from scripts.lib.mutants import run
from scripts.lib.mutants.forks import MEMORY, Forks, Trouble
from scripts.lib.mutants.reach import ENGINE_TESTS, INTEGRATION_TESTS, suites_of
from scripts.lib.mutants.run import Result, Runner, Verdict, trees
from scripts.lib.mutants.score import PARTS, Score, part_of, scores

from .mutating import CODE, MODULE, TEST, TESTS, reach_of, where


@pytest.fixture(autouse=True)
def few_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small tests need one plugin, and many of them are run."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "pytest_timeout")


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True)  # noqa: S603, S607


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one module and its tests."""
    folder = tmp_path_factory.mktemp("home")
    texts = {MODULE: CODE, TEST: TESTS, "pyproject.toml": "[tool.pytest.ini_options]\n"}
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "all")
    return folder


@pytest.fixture
def runner(home: Path) -> Iterator[Runner]:
    lines = {5: ["test_is_long"], 9: ["test_rest"], 10: ["test_rest"], 11: ["test_rest"]}
    reach = reach_of(home, lines, test_is_long=0.1, test_rest=0.1)
    with trees(1, home) as made:
        yield Runner({"engine": reach}, made)
        assert (made[0] / MODULE).read_text() == CODE
    assert not made[0].exists()


def test_what_becomes_of_mutants(runner: Runner) -> None:
    """One that is noticed, one that is not for want of a limit, and one that nobody reaches."""
    told: list[Result] = []
    sample = [
        where(CODE, change)
        for change in (">= → >", "number > 5 → not (number > 5)", "True → False")
    ]
    results = runner.run(sample, told.append, None)
    assert results == told
    assert [(one.verdict, one.by.partition("::")[2]) for one in results] == [
        (Verdict.SURVIVED, ""),
        (Verdict.KILLED, "test_rest"),
        (Verdict.UNREACHED, ""),
    ]
    assert runner.run(sample, told.append, -1) == []


def test_mutants_that_hang_are_killed(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "suites_of", lambda _path: (replace(ENGINE_TESTS, start=3),))
    (result,) = runner.run([where(CODE, "-= → +=")], lambda _result: None, None)
    assert (result.verdict, result.is_killed) == (Verdict.HUNG, True)


def test_others_are_asked_as_well(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the engine's own tests have not noticed."""
    second = replace(ENGINE_TESTS, name="integration")
    monkeypatch.setattr(run, "SUITES", (ENGINE_TESTS, second))
    monkeypatch.setattr(run, "suites_of", lambda _path: (ENGINE_TESTS, second))
    reach = {
        "engine": reach_of(home, {5: ["test_rest"]}, test_rest=0.1),
        "integration": reach_of(home, {5: ["test_is_long"]}, test_is_long=0.1),
    }
    one = where(CODE, "len(text) >= LIMIT → None")
    with trees(1, home) as made:
        (result,) = Runner(reach, made).run([one], lambda _result: None, None)
        assert (result.verdict, result.by) == (Verdict.KILLED, f"{TEST}::test_is_long")
        del reach["integration"]
        (result,) = Runner(reach, made).run([one], lambda _result: None, None)
        assert result.verdict is Verdict.SURVIVED


def test_modules_that_cannot_be_imported_are_noticed(runner: Runner) -> None:
    one = replace(where(CODE, "3 → 4"), new="0 / 0")
    (result,) = runner.run([one], lambda _result: None, None)
    assert result.verdict is Verdict.KILLED


def test_tests_that_are_not_there_are_trouble(home: Path) -> None:
    reach = reach_of(home, {5: ["test_gone"]}, test_gone=0.1)
    with trees(1, home) as made, pytest.raises(Trouble, match="not found unchanged"):
        Runner({"engine": reach}, made).run([where(CODE, ">= → >")], lambda _result: None, None)


def test_unsteady_tests_do_not_count(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A test that fails without a mutant as well has noticed nothing."""
    with trees(1, home) as made:
        (made[0] / TEST).write_text(f"{TESTS}\n\ndef test_bad():\n    assert not is_long('four')\n")
        reach = reach_of(home, {5: ["test_bad", "test_is_long"]}, test_bad=0.1, test_is_long=0.1)
        (result,) = Runner({"engine": reach}, made).run(
            [where(CODE, ">= → >")], lambda _result: None, None
        )
    assert result.verdict is Verdict.SURVIVED
    assert capsys.readouterr().out == f"unsteady: {TEST}::test_bad\n"


def test_python_sees_each_change(home: Path) -> None:
    """It compiles anew what has another size or another second."""
    with trees(1, home) as (tree,):
        path = tree / MODULE
        before, seconds = path.stat(), []
        for change in ("number > 5 → not (number > 5)", "3 → 4", "3 → 4"):
            with run.changed(tree, where(CODE, change)):
                seconds.append(int(path.stat().st_mtime))
                assert path.read_text() != CODE
            assert (path.read_text(), path.stat().st_mtime_ns) == (CODE, before.st_mtime_ns)
    assert len({int(before.st_mtime), *seconds}) == 4


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[Forks]:
    (tmp_path / ".mutants").mkdir()
    forks = Forks(tmp_path, ["-q", "-s", "-p", "no:cacheprovider"])
    yield forks
    forks.close()


def test_tests_that_hang_are_killed(forks: Forks, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it():\n    while True: pass\n")
    assert forks.run(["test_it.py"], 3) == (None, "")
    (tmp_path / "test_it.py").write_text("def test_it():\n    print('seen')\n    assert 0\n")
    code, text = forks.run(["test_it.py"], 60)
    assert code == 1
    assert "seen" in text


def test_what_is_ours_is_imported_anew(forks: Forks, tmp_path: Path) -> None:
    """What others have written is not: the second run finds it there."""
    (tmp_path / "ours.py").write_text("VALUE = 1\n")
    test = "import sys\nbefore = 'colorsys' in sys.modules\nimport colorsys, ours\n"
    test += "def test_it():\n    print(before, ours.VALUE, len(ours.__dict__))\n"
    (tmp_path / "test_it.py").write_text(test)
    assert forks.run(["test_it.py"], 60)[1].startswith("False 1 ")
    (tmp_path / "ours.py").write_text("VALUE = 1 + 1\n")
    assert forks.run(["test_it.py"], 60)[1].startswith("True 2 ")


def test_memory_is_limited(forks: Forks, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(f"def test_it():\n    bytearray({MEMORY} * 1024)\n")
    code, text = forks.run(["test_it.py"], 60)
    assert (code, "MemoryError" in text) == (1, True)


def test_a_process_that_has_ended_is_trouble(forks: Forks, tmp_path: Path) -> None:
    test = "import os, signal\ndef test_it():\n    os.kill(os.getppid(), signal.SIGKILL)\n"
    (tmp_path / "test_it.py").write_text(test)
    with pytest.raises(Trouble, match="has ended"):
        forks.run(["test_it.py"], 60)


@pytest.mark.skipif(not Path("/proc").exists(), reason="nothing tells who runs")
def test_nothing_is_left_running(forks: Forks, tmp_path: Path) -> None:
    """Not even what has a session of its own and holds the output."""
    child = "import os, time; print(os.getpid(), flush=True); os.write(2, b'.'); time.sleep(600)"
    code = f"""
        import subprocess, sys
        def test_it():
            argv = [sys.executable, "-c", {child!r}]
            child = subprocess.Popen(argv, start_new_session=True, stderr=subprocess.PIPE)
            child.stderr.read(1)
        """
    (tmp_path / "test_it.py").write_text(dedent(code))
    _, text = forks.run(["test_it.py"], 60)
    command_line = Path("/proc") / text.split()[0] / "cmdline"
    while command_line.exists() and command_line.read_bytes():  # until it is no more than a number
        time.sleep(0.01)


def test_scores() -> None:
    one = where(CODE, "3 → 4")
    other = replace(one, path="custom_components/toonami_downlink/views/feed.py")
    results = [Result(one, Verdict.KILLED)] * 18 + [Result(one, Verdict.HUNG)]
    (at_goal,) = scores([*results, Result(one, Verdict.UNREACHED)], {"engine": 2})
    assert at_goal.is_reached
    assert str(at_goal) == (
        "engine: 95.0 % of 20 (at least 95 %): "
        "18 killed, 1 killed by the time limit, 1 reached by no test; 2 equivalent"
    )
    below, rest = scores(
        [*results[1:], Result(one, Verdict.SURVIVED), Result(other, Verdict.KILLED)], {}
    )
    assert not below.is_reached
    assert isinstance(rest, Score)
    assert rest.part.name == "views, redaction, streams"


def test_parts() -> None:
    names = ("engine/downlink/text.py", "storage/credentials.py", "storage/state.py")
    found = [part_of(f"custom_components/toonami_downlink/{name}") for name in names]
    assert tuple(found) == PARTS
    assert suites_of(MODULE) == (ENGINE_TESTS, INTEGRATION_TESTS)
    assert suites_of("custom_components/toonami_downlink/sensor.py") == (INTEGRATION_TESTS,)
