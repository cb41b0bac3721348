"""Which recordings go: the oldest first, never what is kept by hand or still runs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, strategies as st
import pytest

from downlink.limits import MIB
from downlink.recording.by_hand import new
from downlink.recording.model import WITH_PICTURE, Recording, Rule, State
from downlink.recording.retention import to_delete

from .announcing import airing
from .planning import rule
from .samples import HOUR, NOON

DAY = timedelta(days=1)
TWO = rule("Trigun", keep_last=2)


def one(
    number: int, days: float, *, size: int = 1, state: State = State.COMPLETE, **values: object
) -> Recording:
    """A recording that ended so many days ago."""
    made = new(airing(0), number, NOON, replaces=None)
    stop = NOON - days * DAY
    return replace(made, start=stop - HOUR / 2, stop=stop, size=size, state=state, **values)  # type: ignore[arg-type]  # mypy sees one type


def going(
    *recordings: Recording,
    quota: int = 100,
    max_age: timedelta | None = None,
    rules: Sequence[Rule] = (),
) -> list[int]:
    numbers = {each.identity: each.number for each in recordings}
    found = to_delete(recordings, now=NOON, quota=quota, max_age=max_age, rules=rules)
    return [numbers[name] for name in found]


def test_nothing_goes_without_need() -> None:
    many = [one(n, n, size=10) for n in range(10)]
    assert going(*many) == []
    assert going() == []


def test_oldest_first_until_there_is_room() -> None:
    many = [one(n, n, size=10) for n in range(10)]
    assert going(*many, quota=99) == [9]
    assert going(*many, quota=90) == [9]
    assert going(*many, quota=65) == [9, 8, 7, 6]
    assert going(*many, quota=0) == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    "values",
    [{"is_kept": True}, {"state": State.RECORDING}, {"is_kept": True, "state": State.INTERRUPTED}],
)
def test_what_is_kept_or_runs_stays_but_counts(values: dict[str, object]) -> None:
    stays = one(1, 9, size=50, **values)  # type: ignore[arg-type]  # mypy sees one type
    assert going(stays, quota=0, max_age=DAY) == []
    assert going(stays, one(2, 3, size=30), one(3, 2, size=30), quota=80) == [2]


@pytest.mark.parametrize("state", sorted(set(State) - WITH_PICTURE))
def test_what_is_not_there_neither_goes_nor_counts(state: State) -> None:
    assert going(one(1, 9, state=state, size=500), one(2, 1, size=100), max_age=2 * DAY) == []


def test_age() -> None:
    many = [one(n, n) for n in range(5)]
    assert going(*many, max_age=3 * DAY) == [4, 3]
    assert going(*many, max_age=3 * DAY + timedelta(seconds=1)) == [4]
    assert going(*many, max_age=None) == []
    old = [one(1, 5, size=60), one(2, 1, size=50)]
    assert going(*old, quota=50, max_age=3 * DAY) == [1], "what goes by its age makes room"


def test_keep_last_of_each_rule() -> None:
    two, all_of = rule("Trigun", keep_last=2), rule("Bebop")
    many = [
        *(one(n, n, rule=two.identity) for n in range(4)),
        *(one(10 + n, n, rule=all_of.identity) for n in range(4)),
        one(20, 30),
        one(21, 9, rule=two.identity, is_kept=True),
        one(22, 0, rule=two.identity, state=State.RECORDING),
    ]
    assert going(*many, rules=[two, all_of]) == [3, 2]
    assert going(*many) == []


@pytest.mark.parametrize(
    ("limits", "without"),
    [({"rules": [TWO]}, [1]), ({"quota": 20}, [1]), ({"quota": 10}, [2, 1])],
)
def test_what_is_replaced_takes_the_place_of_no_other(
    limits: dict[str, Any], without: list[int]
) -> None:
    """It goes at the same time, and would have taken a whole one with it."""
    whole, again = (one(n, n, size=10, rule=TWO.identity) for n in (2, 0))
    holed = one(1, 1, size=10, rule=TWO.identity, state=State.INTERRUPTED)
    again = replace(again, replaces=holed.identity)
    assert going(whole, holed, again, **limits) == without
    kept = replace(holed, is_kept=True)
    assert 1 not in going(whole, kept, again, **limits), "what is kept is not replaced"


def test_of_two_that_began_at_once_the_first_made_goes() -> None:
    assert going(one(2, 1, size=60), one(1, 1, size=60)) == [1]


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.sampled_from(State), st.booleans(), st.integers(0, 9))
    ),
    st.integers(0, 100),
)
def test_afterwards_all_is_within_the_quota(
    drawn: list[tuple[int, State, bool, int]], quota: int
) -> None:
    many = [
        one(number, days, size=size * MIB, state=state, is_kept=is_kept)
        for number, (days, state, is_kept, size) in enumerate(drawn)
    ]
    gone = set(going(*many, quota=quota * MIB))
    left = [each for each in many if each.number not in gone and each.has_picture]
    may_go = [each for each in left if not each.is_kept and each.state is not State.RECORDING]
    assert sum(each.size for each in left) <= quota * MIB or not may_go
    stays = [each for each in many if each.is_kept or each.state is State.RECORDING]
    assert not gone & {each.number for each in stays}
    assert not to_delete(left, now=NOON, quota=quota * MIB, max_age=None, rules=())
