"""What scripts/mutants changes in a module, and who tries it."""

import ast
from pathlib import Path
import sys
from textwrap import dedent

import pytest

from scripts.lib.mutants import __main__ as command, equivalent
from scripts.lib.mutants.mutations import ARITHMETIC, COMPARISONS, mutants
from scripts.lib.mutants.reach import ENGINE, ROOT, Reach

from .mutating import CODE, MODULE, TEST, reach_of, where


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


def test_who_names_a_constant(tmp_path: Path) -> None:
    """Such as who compares all constants; no line of the module runs for that."""
    (tmp_path / MODULE).parent.mkdir(parents=True)
    (tmp_path / MODULE).write_text("LIMIT = 1\n\n\ndef f():\n    return 0\n")
    tests = {name: tmp_path / f"tests/engine/{name}.py" for name in ("test_numbers", "test_other")}
    tests["test_numbers"].parent.mkdir(parents=True)
    tests["test_numbers"].write_text('assert vars(module)["LIMIT"] == 1')
    tests["test_other"].write_text("LIMITS = 1")
    known = {f"tests/engine/{name}.py::test_a": 0.1 for name in tests}
    reach = Reach({MODULE: {5: frozenset(known)}}, known, tmp_path)
    (one, *_) = mutants(MODULE, b"LIMIT = 1\n")
    assert reach.tests(one) == ["tests/engine/test_numbers.py::test_a"]


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


def test_modules_that_are_tried() -> None:
    """Never one that ends processes of the whole machine: a mutant would end this one as well."""
    everything = command.modules(None, ())
    assert not set(command.UNTRIED) & set(everything)
    assert all((ROOT / path).is_file() for path in command.UNTRIED)
    code = {path: (ROOT / path).read_text("utf-8") for path in everything}
    assert [path for path, text in code.items() if "os.kill(" in text or '"/proc"' in text] == []
    engine, rest = command.modules("engine", ()), command.modules("rest", ())
    assert sorted([*engine, *rest]) == everything
    assert all(path.startswith(ENGINE) for path in engine)
    name = f"{ENGINE}/downlink/text.py"
    assert command.modules("engine", [str(ROOT / name)]) == [name]
    with pytest.raises(SystemExit, match="no modules of this part"):
        command.modules("rest", [str(ROOT / name)])


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
