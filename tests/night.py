"""The cases of a long table that are tried with each change; the rest of it is for the night."""

from collections.abc import Collection, Iterable

from _pytest.mark import ParameterSet
import pytest


def by_night(cases: Iterable[object], *, keep: Collection[object]) -> list[ParameterSet]:
    """Return all cases of a table, marked ``nightly`` but for those to keep.

    A case is known by its id, or by its values if it has none. A tuple is the values of several
    arguments: a single value that is a tuple has to come as a ``pytest.param``.
    """
    table = [_as_set(case) for case in cases]
    names = [_name(case) for case in table]
    unknown = [name for name in keep if name not in names]
    assert unknown == [], f"There is no such case: {unknown}"
    return [
        case if name in keep else _marked(case) for name, case in zip(names, table, strict=True)
    ]


def _as_set(case: object) -> ParameterSet:
    # It is a tuple itself.
    if isinstance(case, ParameterSet):
        return case
    return pytest.param(*case) if isinstance(case, tuple) else pytest.param(case)


def _name(case: ParameterSet) -> object:
    if case.id is not None:
        return case.id
    return case.values[0] if len(case.values) == 1 else tuple(case.values)


def _marked(case: ParameterSet) -> ParameterSet:
    return pytest.param(*case.values, marks=(*case.marks, pytest.mark.nightly), id=case.id)
