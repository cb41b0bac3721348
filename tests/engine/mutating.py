"""A small module with its tests, for those who try mutants."""

from pathlib import Path
from textwrap import dedent

from scripts.lib.mutants.mutations import Mutant, mutants
from scripts.lib.mutants.reach import ENGINE, Reach

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


def where(source: str, change: str) -> Mutant:
    (one,) = [one for one in mutants(MODULE, dedent(source).encode()) if one.change == change]
    return one


def reach_of(root: Path, lines: dict[int, list[str]], **seconds: float) -> Reach:
    named = {line: frozenset(f"{TEST}::{test}" for test in tests) for line, tests in lines.items()}
    return Reach({MODULE: named}, {f"{TEST}::{test}": s for test, s in seconds.items()}, root)
