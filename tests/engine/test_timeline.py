"""Questions to one channel's programmes, checked against the slow way to answer them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from downlink.models import Programme, Source
from downlink.timeline import (
    between,
    is_anything_on,
    last_change,
    next_change,
    next_change_of_all,
    on_air,
    upcoming,
)

from .samples import MINUTE, NOON, at
from .strategies import moments, schedules, shows


def programme(start: float, stop: float) -> Programme:
    return Programme(start=at(start), stop=at(stop), title=f"{start}")


FIRST, SECOND, THIRD = programme(0, 30), programme(30, 60), programme(90, 120)
DAY = (FIRST, SECOND, THIRD)
BEGINNING = datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        pytest.param(-1, None, id="before the guide"),
        pytest.param(0, FIRST, id="at its start"),
        pytest.param(29.99, FIRST, id="before its end"),
        pytest.param(30, SECOND, id="at its end"),
        pytest.param(60, None, id="in a gap"),
        pytest.param(90, THIRD, id="after a gap"),
        pytest.param(120, None, id="after the guide"),
    ],
)
def test_on_air(minute: float, expected: Programme | None) -> None:
    assert on_air(DAY, at(minute)) is expected


def test_is_anything_on() -> None:
    filler = replace(FIRST, source=Source.FILLER)
    assert not is_anything_on((), at(0))
    assert not is_anything_on(((), (filler,)), at(0))
    assert is_anything_on(((filler,), DAY), at(0))
    assert not is_anything_on((DAY,), at(60))


@pytest.mark.parametrize(
    ("minute", "count", "expected"),
    [
        pytest.param(-1, 2, (FIRST, SECOND), id="before the guide"),
        pytest.param(0, 1, (SECOND,), id="what starts now is not upcoming"),
        pytest.param(30, 5, (THIRD,), id="fewer than asked for"),
        pytest.param(90, 5, (), id="none left"),
        pytest.param(-1, 0, (), id="none asked for"),
    ],
)
def test_upcoming(minute: float, count: int, expected: tuple[Programme, ...]) -> None:
    assert upcoming(DAY, at(minute), count) == expected


def test_upcoming_is_one_if_nothing_is_said() -> None:
    assert upcoming(DAY, at(0)) == (SECOND,)


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        pytest.param(-10, 0, (), id="ends where the guide begins"),
        pytest.param(29, 31, (FIRST, SECOND), id="part of two"),
        pytest.param(30, 31, (SECOND,), id="from a start"),
        pytest.param(60, 90, (), id="a gap"),
        pytest.param(-10, 200, DAY, id="all"),
        pytest.param(10, 10, (), id="no time at all"),
        pytest.param(20, 10, (), id="the wrong way round"),
    ],
)
def test_between(start: float, stop: float, expected: tuple[Programme, ...]) -> None:
    assert between(DAY, at(start), at(stop)) == expected


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        pytest.param(-1, 0, id="the guide begins"),
        pytest.param(0, 30, id="one ends and another starts"),
        pytest.param(59, 60, id="a gap begins"),
        pytest.param(60, 90, id="a gap ends"),
        pytest.param(119, 120, id="the guide ends"),
        pytest.param(120, None, id="after the guide"),
    ],
)
def test_next_change(minute: float, expected: float | None) -> None:
    assert next_change(DAY, at(minute)) == (None if expected is None else at(expected))


def test_next_change_of_all() -> None:
    """Of those that change at all; one after the other, in any order."""
    assert next_change_of_all([(), DAY], at(59)) == at(60)
    assert next_change_of_all([DAY, DAY[:1]], at(-1)) == at(0)
    assert next_change_of_all([DAY[-1:], DAY], at(0)) == at(30)
    assert next_change_of_all([DAY, ()], at(120)) is None
    assert next_change_of_all([], at(0)) is None


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        pytest.param(0, 0, id="the guide begins"),
        pytest.param(29, 0, id="the first"),
        pytest.param(30, 30, id="one ends and another starts"),
        pytest.param(60, 60, id="a gap begins"),
        pytest.param(89, 60, id="a gap"),
        pytest.param(500, 120, id="after the guide"),
    ],
)
def test_last_change(minute: float, expected: float) -> None:
    assert last_change(DAY, at(minute)) == at(expected)


def test_nothing_in_an_empty_guide() -> None:
    assert on_air((), NOON) is None
    assert upcoming((), NOON) == ()
    assert between((), NOON, NOON + MINUTE) == ()
    assert next_change((), NOON) is None
    assert last_change((), NOON) == last_change(DAY, at(-1)) == BEGINNING


NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
"""Its clocks change by half an hour."""
CLOCK_CHANGES = [
    pytest.param(NEW_YORK, datetime(2026, 3, 8, 5, tzinfo=UTC), id="New York, ahead"),
    pytest.param(NEW_YORK, datetime(2026, 11, 1, 4, tzinfo=UTC), id="New York, back"),
    pytest.param(LORD_HOWE, datetime(2026, 10, 3, 13, tzinfo=UTC), id="Lord Howe, ahead"),
    pytest.param(LORD_HOWE, datetime(2026, 4, 4, 13, tzinfo=UTC), id="Lord Howe, back"),
]


@pytest.mark.parametrize(
    ("zone", "start", "stop"),
    [
        pytest.param(NEW_YORK, "2026-11-01T01:30-04:00", "2026-11-01T01:15-05:00", id="New York"),
        pytest.param(LORD_HOWE, "2026-04-05T01:45+11:00", "2026-04-05T01:30+10:30", id="Lord Howe"),
    ],
)
def test_between_when_the_clocks_go_back(zone: ZoneInfo, start: str, stop: str) -> None:
    """The wall clock says that the end is before the start."""
    first, last = (datetime.fromisoformat(time).astimezone(zone) for time in (start, stop))
    assert first > last
    on = Programme(
        start=first.astimezone(UTC), stop=last.astimezone(UTC) + MINUTE, title="All the while"
    )
    assert between((on,), first, last) == (on,)
    assert between((on,), last, first) == ()


@pytest.mark.parametrize(("zone", "first"), CLOCK_CHANGES)
@given(data=st.data())
def test_as_the_slow_way_answers(zone: ZoneInfo, first: datetime, data: st.DataObject) -> None:
    programmes: Sequence[Programme] = data.draw(schedules(first, of=shows()))
    edges = [edge for one in programmes for edge in (one.start, one.stop)] or [first]
    local = moments(first - timedelta(hours=1), first + timedelta(hours=30)).map(
        lambda moment: moment.astimezone(zone)
    )
    asked = data.draw(st.sampled_from(edges) | local)
    until = data.draw(st.sampled_from(edges) | local)
    count = data.draw(st.integers(0, 4))

    now, later = asked.astimezone(UTC), until.astimezone(UTC)
    slow_on_air = [one for one in programmes if one.start <= now < one.stop]
    slow_upcoming = [one for one in programmes if one.start > now]
    slow_between = [one for one in programmes if one.start < later and one.stop > now]
    slow_changes = [edge for edge in edges if edge > now]

    assert on_air(programmes, asked) == (slow_on_air[0] if slow_on_air else None)
    assert upcoming(programmes, asked, count) == tuple(slow_upcoming[:count])
    assert between(programmes, asked, until) == (tuple(slow_between) if now < later else ())
    if programmes:
        assert next_change(programmes, asked) == min(slow_changes, default=None)
        past = [edge for edge in edges if edge <= now]
        assert last_change(programmes, asked) == max(past, default=BEGINNING)
