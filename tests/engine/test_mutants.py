"""What scripts/mutants changes in a module, and who tries it."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
import subprocess
import sys
from textwrap import dedent
import time

import pytest

from scripts.lib.mutants import __main__ as command, equivalent, run
from scripts.lib.mutants.mutations import ARITHMETIC, COMPARISONS, Mutant, mutants
from scripts.lib.mutants.reach import ENGINE, ENGINE_TESTS, ROOT, Reach, suite_of
from scripts.lib.mutants.run import Result, Runner, Trouble, Verdict, run_limited, trees
from scripts.lib.mutants.score import PARTS, Score, part_of, scores

MODULE = f"{ENGINE}/downlink/small.py"
TEST = "tests/engine/test_small.py"
CODE = """\
LIMIT = 3


def is_long(text: str) -> bool:
    return len(text) >= LIMIT


def rest(number: int) -> int:
    while number > 5:
        number -= 5
    return number


def unused() -> bool:
    return True
"""
TESTS = """\
from downlink.small import is_long, rest


def test_is_long():
    assert is_long("four")
    assert not is_long("no")


def test_rest():
    assert rest(7) == 2
    assert rest(1) == 1
"""


@pytest.fixture(autouse=True)
def few_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small tests need one plugin, and many of them are run."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "pytest_timeout")


def changes(source: str) -> list[str]:
    return [one.change for one in mutants("x.py", dedent(source).encode())]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["< → <="]),
        ("a not in (b)", ["not in → in"]),
        ("(a) is not (b)", ["is not → is"]),
        ("a == b != c", ["== → !=", "!= → =="]),
        ("a and b and c", ["and → or", "and → or"]),
        ("x = a or (b and c)", ["or → and", "and → or"]),
        ("not a", ["not → nothing"]),
        ("a + b * c", ["+ → -", "* → //"]),
        ("a -= b", ["-= → +="]),
        ("a + 'text'", []),
        ("'%s' % a", []),
        ("a += f'{b}'", []),
        ("60", ["60 → 61"]),
        ("0.5", ["0.5 → 1.5"]),
        ("x = True, None", ["True → False"]),
        ("def f():\n return a", ["a → None"]),
        ("def f():\n return None", []),
        ("def f():\n return False", ["False → True"]),
        ("def f():\n return", []),
        ("if a: b", ["a → not (a)"]),
        ("if not a: b", ["not → nothing"]),
        ("if a == b: c", ["== → !="]),
        ("if a < b: c", ["a < b → not (a < b)", "< → <="]),
        ("while a: b", ["a → not (a)"]),
        ("while True: b", ["True → False"]),
        ("a if b else c", ["b → not (b)"]),
        ("[a for a in b if c]", ["c → not (c)"]),
        ("match a:\n case b if c: d", ["c → not (c)"]),
        ("a.b(c)", ["a.b(c) → pass"]),
        ("async def f():\n await a()", ["await a() → pass"]),
        ("for a in b: break", ["break → continue"]),
        ("for a in b: continue", ["continue → break"]),
        ("x = min(a, b), max(c)", ["min → max", "max → min"]),
        ("a[b:c]", ["b → nothing", "c → nothing"]),
        ("a[:2]", ["2 → nothing", "2 → 3"]),
    ],
)
def test_operators(source: str, expected: list[str]) -> None:
    assert sorted(changes(source)) == sorted(expected)


@pytest.mark.parametrize(
    "source",
    [
        '"""Text with 1 < 2 and not 3."""',
        "x: Literal[1] | None",
        "def f(a: Literal[1]) -> A | B: ...",
        "type X = A | B",
        "if TYPE_CHECKING:\n import a\n a(1)",
        'if __name__ == "__main__":\n main(1)',
        '__all__ = ["a"] + b',
        "@decorator(1)\ndef f(): ...",
        "@decorator(1)\nclass A: ...",
        'NAME = "text"',
        '_LOGGER.debug("%s", 1)',
        "x = isinstance(a, A | B)",
        "x = cast(A | B, a)",
    ],
)
def test_left_alone(source: str) -> None:
    assert changes(source) == []


def test_warnings_are_left_out_but_not_changed() -> None:
    assert changes('_LOGGER.warning("%s", 1 + a)') == ['_LOGGER.warning("%s", 1 + a) → pass']


def test_tables_are_whole() -> None:
    """Every operator that there is."""
    assert set(COMPARISONS) == set(ast.cmpop.__subclasses__())
    assert set(ARITHMETIC) == set(ast.operator.__subclasses__())


@pytest.mark.parametrize("operator", sorted(COMPARISONS.values()))
def test_comparisons(operator: tuple[str, str]) -> None:
    old, new = operator
    source = f"é = 'ü' if (\n  'ß'  # {old}\n  {old} b\n) else c"
    found = mutants("x.py", source.encode())
    (one,) = [one for one in found if one.operator == "comparison"]
    assert one.applied(source.encode()).decode() == source.replace(f"  {old} b", f"  {new} b")


def test_only_the_place_changes() -> None:
    """Counted in bytes, whatever stands before it; the rest stays as it is."""
    source = "name = 'Ünïcødé 日本'; limit = '日' if a  <  1 else b   # 1 < 2\r\n".encode()
    applied = {one.change: one.applied(source) for one in mutants("x.py", source)}
    assert applied["< → <="] == source.replace(b"a  <  1", b"a  <=  1")
    assert applied["1 → 2"] == source.replace(b"<  1 else", b"<  2 else")
    assert applied["a < 1 → not (a < 1)"] == source.replace(b"a  <  1", b"not (a  <  1)")
    assert len(applied) == 3


def test_inside_of_texts() -> None:
    source = "x = f'ä{a + 1:>{b}}' + g".encode()
    assert [one.applied(source).decode() for one in mutants("x.py", source)] == [
        "x = f'ä{a - 1:>{b}}' + g",
        "x = f'ä{a + 2:>{b}}' + g",
    ]


def test_all_of_our_modules_can_be_changed() -> None:
    """Each mutant of some real modules is Python, and differs."""
    for name in ("text.py", "relay/tables.py", "process/runner.py"):
        source = (ROOT / ENGINE / "downlink" / name).read_bytes()
        found = mutants(name, source)
        assert len(found) > 20
        for one in found:
            assert one.applied(source) != source
            compile(one.applied(source), name, "exec")


def where(source: str, change: str) -> Mutant:
    (one,) = [one for one in mutants(MODULE, dedent(source).encode()) if one.change == change]
    return one


def test_says_when_code_runs() -> None:
    source = """\
        LIMIT: Final = 1
        class A:
            size = 2
            def f(self, a=3):
                x = (
                    4
                )
        """
    limit, size = where(source, "1 → 2"), where(source, "2 → 3")
    assert (limit.line, limit.names, limit.is_called) == (1, ("LIMIT",), False)
    assert (size.line, size.names, size.is_called) == (3, ("size", "A"), False)
    default, value = where(source, "3 → 4"), where(source, "4 → 5")
    assert (default.body, default.is_called) == ((5, 7), False)
    assert (value.line, value.statement, value.body, value.is_called) == (6, 5, None, True)
    assert str(value) == f"{MODULE}:6  4 → 5"


def reach_of(root: Path, lines: dict[int, list[str]], **seconds: float) -> Reach:
    named = {line: frozenset(f"{TEST}::{test}" for test in tests) for line, tests in lines.items()}
    return Reach({MODULE: named}, {f"{TEST}::{test}": s for test, s in seconds.items()}, root)


def test_who_reaches_what(tmp_path: Path) -> None:
    path = tmp_path / MODULE
    path.parent.mkdir(parents=True)
    source = "LIMIT = 1\nOTHER = 2\ndef f(a=3):\n  x = (\n    4\n  )\n  return LIMIT\n"
    path.write_text(source)
    lines = {4: ["test_a", "test_b", "test_bad"], 6: ["test_c"], 7: ["test_a"]}
    reach = reach_of(tmp_path, lines, test_a=0.1, test_b=6, test_c=0.1)

    def tests(change: str) -> list[str]:
        return [name.partition("::")[2] for name in reach.tests(where(source, change))]

    assert tests("1 → 2") == ["test_a"]  # who reaches a line that names it
    assert tests("2 → 3") == ["test_c", "test_a", "test_b"]  # nobody names it: the module's
    assert tests("3 → 4") == ["test_c", "test_a", "test_b"]  # the function's
    assert tests("4 → 5") == ["test_a", "test_b"]  # the statement's; slow ones last


def test_own_tests_come_first(tmp_path: Path) -> None:
    other = "tests/engine/test_other.py::test_a"
    lines = {MODULE: {1: frozenset({other, f"{TEST}::test_b"}), 2: frozenset({f"{TEST}::test_b"})}}
    reach = Reach(lines, {other: 0.1, f"{TEST}::test_b": 0.1}, tmp_path)
    (one,) = mutants(MODULE, b"def f(): return a")
    assert reach.tests(one) == [f"{TEST}::test_b", other]


def test_same_sample_for_same_seed() -> None:
    every = mutants(MODULE, CODE.encode())
    assert command.sampled(every, 5, 7) == command.sampled(every, 5, 7)
    assert len(command.sampled(every, 5, 7)) == 5
    assert command.sampled(every, 5, 7) != command.sampled(every, 5, 8)
    assert len(command.sampled(every, 1000, 7)) == len(every)


def test_equivalent_ones_are_found_by_content() -> None:
    text = f"# A comment\n\n{MODULE}\n    while number > 5:\n  > → >=\n  five is\n"
    (one,) = equivalent.parse(text)
    assert one.reason == "five is"
    moved = mutants(MODULE, f"# another line\n{CODE}".encode())
    assert [mutant.line for mutant in moved if one.matches(mutant)] == [10]
    assert equivalent.stale([one], lambda _path: moved) == []
    changed = mutants(MODULE, CODE.replace("number > 5", "number > 6").encode())
    assert equivalent.stale([one], lambda _path: changed) == [one]


def test_equivalent_ones_have_reasons() -> None:
    with pytest.raises(ValueError, match="four lines"):
        equivalent.parse(f"{MODULE}\nwhile number > 5:\n> → >=\n")


def test_our_list_is_fresh() -> None:
    listed = equivalent.parse(equivalent.LIST.read_text("utf-8"))
    assert equivalent.stale(listed, command.mutants_of) == []


def test_stale_entries_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "equivalent.txt"
    path.write_text(f"{ENGINE}/downlink/gone.py\nx = 1\n1 → 2\nbecause\n")
    monkeypatch.setattr(equivalent, "LIST", path)
    monkeypatch.setattr(sys, "argv", ["scripts/mutants", "--seed", "1"])
    assert command.main() == 1
    assert "nothing is like that" in capsys.readouterr().out


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
    monkeypatch.setattr(run, "suite_of", lambda _path: replace(ENGINE_TESTS, start=3))
    (result,) = runner.run([where(CODE, "-= → +=")], lambda _result: None, None)
    assert (result.verdict, result.is_killed) == (Verdict.HUNG, True)


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


def test_programs_that_hang_are_killed(tmp_path: Path) -> None:
    assert run_limited([sys.executable, "-c", "while True: pass"], tmp_path, 1) == (None, "")
    assert run_limited([sys.executable, "-c", "print(1); exit(7)"], tmp_path, 60) == (7, "1\n")


@pytest.mark.skipif(not Path("/proc").exists(), reason="nothing tells who runs")
def test_nothing_is_left_running(tmp_path: Path) -> None:
    """Not even what has a session of its own and holds the output."""
    child = "import os, time; print(os.getpid(), flush=True); os.write(2, b'.'); time.sleep(600)"
    code = f"""
        import subprocess, sys
        argv = [sys.executable, "-c", {child!r}]
        child = subprocess.Popen(argv, start_new_session=True, stderr=subprocess.PIPE)
        child.stderr.read(1)
        """
    done, text = run_limited([sys.executable, "-c", dedent(code)], tmp_path, 60)
    assert done == 0
    command_line = Path("/proc") / text.strip() / "cmdline"
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
    assert suite_of(MODULE) is ENGINE_TESTS
