"""What the last feed knew, and filler where nobody knows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from downlink.ingest.gap_filling import Window, fill_gaps, filler_for
from downlink.ingest.merge import carry_over
from downlink.models import Fix, Programme, Source
from downlink.policy import FILLER_LENGTH

from ..samples import HOUR, NOON, at, shape
from ..strategies import schedules, shows


def show(start: float, stop: float, title: str = "Show", **fields: object) -> Programme:
    return Programme(start=at(start), stop=at(stop), title=title, **fields)  # type: ignore[arg-type]


def kept(
    new: Sequence[Programme], old: Sequence[Programme]
) -> tuple[list[tuple[float, float, str]], int]:
    fixes: Counter[Fix] = Counter()
    merged = carry_over(new, old, WIDE, fixes)
    assert [one for one in merged if one.source is not Source.PUBLISHED] == list(new)
    return shape(merged), fixes[Fix.KEPT]


WIDE = Window(at(-10_000), at(10_000), ())
NEW = [show(0, 30, "N1"), show(90, 120, "N2")]


@pytest.mark.parametrize(
    ("old", "expected", "count"),
    [
        pytest.param([show(30, 60, "O")], [(30, 60, "O")], 1, id="in a gap"),
        pytest.param([show(-60, -30, "O")], [(-60, -30, "O")], 1, id="before all"),
        pytest.param([show(120, 180, "O")], [(120, 180, "O")], 1, id="after all"),
        pytest.param([show(0, 30, "O")], [], 0, id="where the new one knows better"),
        pytest.param([show(20, 60, "O")], [(30, 60, "O")], 1, id="for the most part in a gap"),
        pytest.param([show(0, 60, "O")], [], 0, id="half in a gap"),
        pytest.param([show(70, 100, "O")], [(70, 90, "O")], 1, id="cut at the end"),
        pytest.param([show(85, 100, "O")], [], 0, id="too little left"),
        pytest.param([show(25, 95, "O")], [(30, 90, "O")], 1, id="cut at both ends"),
        pytest.param([show(-60, 200, "O")], [], 0, id="over everything"),
        pytest.param(
            [show(30, 50, "O", source=Source.FILLER), show(50, 90, "P")],
            [(50, 90, "P")],
            1,
            id="filler is not kept",
        ),
    ],
)
def test_kept(old: list[Programme], expected: list[tuple[float, float, str]], count: int) -> None:
    found, kept_count = kept(NEW, old)
    assert sorted(shape(NEW) + expected) == found
    assert kept_count == count


def test_the_larger_part_counts_wherever_it_lies() -> None:
    assert kept([show(35, 40, "N")], [show(0, 100, "O")]) == (
        [(35, 40, "N"), (40, 100, "O")],
        1,
    )


def test_all_is_kept_when_nothing_is_new() -> None:
    assert kept([], [show(0, 30, "O"), show(40, 60, "P")]) == ([(0, 30, "O"), (40, 60, "P")], 2)


def test_what_is_kept_reaches_into_the_window() -> None:
    old = [show(-30, 1, "O"), show(1, 20, "P"), show(50, 70, "Q")]
    window = Window(at(0), at(50), ())
    assert shape(carry_over([], old, window, Counter())) == [(-30, 1, "O"), (1, 20, "P")]
    assert shape(carry_over([show(0, 10, "N")], old, window, Counter())) == [
        (0, 10, "N"),
        (10, 20, "P"),
    ]


@given(new=schedules(of=shows()), old=schedules(NOON - HOUR, of=shows()))
def test_the_merged_guide_is_in_order_and_never_shorter(
    new: tuple[Programme, ...], old: tuple[Programme, ...]
) -> None:
    new = tuple(replace(one, source=Source.GUIDE) for one in new)
    merged = carry_over(new, old, WIDE, Counter())
    assert all(one.start < one.stop for one in merged)
    assert all(one.stop <= two.start for one, two in pairwise(merged))
    assert set(new) <= set(merged)
    ahead = [
        one
        for one in old
        if not one.is_filler and one.start >= (new[-1].stop if new else NOON - HOUR)
    ]
    assert [replace(one, source=Source.PUBLISHED) for one in ahead] == merged[
        len(merged) - len(ahead) :
    ]


# The window


@pytest.mark.parametrize(
    ("zone", "now", "days", "start", "stop"),
    [
        pytest.param(
            "America/New_York",
            "2026-10-14T12:00",
            1,
            "2026-10-14T04:00",
            "2026-10-15T04:00",
            id="a day",
        ),
        pytest.param(
            "America/New_York",
            "2026-10-14T03:59",
            14,
            "2026-10-13T04:00",
            "2026-10-27T04:00",
            id="still yesterday there",
        ),
        pytest.param(
            "America/New_York",
            "2026-03-07T12:00",
            2,
            "2026-03-07T05:00",
            "2026-03-09T04:00",
            id="spring",
        ),
        pytest.param(
            "America/New_York",
            "2026-11-01T12:00",
            1,
            "2026-11-01T04:00",
            "2026-11-02T05:00",
            id="autumn",
        ),
        pytest.param(
            "America/Havana",
            "2026-03-08T12:00",
            1,
            "2026-03-08T05:00",
            "2026-03-09T04:00",
            id="no midnight",
        ),
        pytest.param(
            "America/Havana",
            "2026-11-01T12:00",
            1,
            "2026-11-01T04:00",
            "2026-11-02T05:00",
            id="two midnights",
        ),
        pytest.param(
            "Asia/Kathmandu",
            "2026-10-14T12:00",
            1,
            "2026-10-13T18:15",
            "2026-10-14T18:15",
            id="quarters of an hour",
        ),
        pytest.param(
            "UTC", "2026-12-31T12:00", 1, "2026-12-31T00:00", "2027-01-01T00:00", id="UTC"
        ),
    ],
)
def test_window(zone: str, now: str, days: int, start: str, stop: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    window = Window.of_days(moment, days, ZoneInfo(zone))
    assert window.start == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert window.stop == datetime.fromisoformat(stop).replace(tzinfo=UTC)


def test_what_overlaps_the_window() -> None:
    window = Window(at(0), at(60), ())
    inside = [show(-30, 1), show(10, 20), show(59, 90)]
    assert window.overlapping([show(-30, 0), *inside, show(60, 90)]) == inside


# Filling

FILLER = filler_for("Movies", "Films.")
WINDOW = Window.of_days(NOON, 1, ZoneInfo("UTC"))


def filled(
    *programmes: Programme, silent: Sequence[datetime] = (), window: Window = WINDOW
) -> tuple[list[Programme], dict[Fix, int]]:
    fixes: Counter[Fix] = Counter()
    found = fill_gaps(programmes, window, FILLER, silent, fixes)
    assert found[0].start <= window.start
    assert found[-1].stop >= window.stop
    assert all(one.stop == two.start for one, two in pairwise(found))
    return list(found), dict(fixes)


def test_filler() -> None:
    assert (FILLER.title, FILLER.description, FILLER.source) == ("Movies", "Films.", Source.FILLER)


def test_an_empty_day_is_even_blocks_on_the_hour() -> None:
    found, fixes = filled()
    assert [one.start.hour for one in found] == list(range(0, 24, 2))
    assert all(one.stop - one.start == FILLER_LENGTH for one in found)
    assert all(one == replace(FILLER, start=one.start, stop=one.stop) for one in found)
    assert fixes == {Fix.GAP_FILLED: 1}


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param("2026-03-08", [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22], id="spring"),
        pytest.param("2026-11-01", [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24], id="autumn"),
    ],
)
def test_blocks_when_the_clock_changes(day: str, hours: list[int]) -> None:
    zone = ZoneInfo("America/New_York")
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone)
    window = Window.of_days(noon, 2, zone)
    found, _ = filled(window=window)
    midnight = noon.replace(hour=0).astimezone(UTC)
    tomorrow = (noon + timedelta(days=1)).replace(hour=0).astimezone(UTC)
    today = [one for one in found if one.start < tomorrow]
    assert [(one.start - midnight) / HOUR for one in today] == hours
    assert today[-1].stop - today[-1].start == HOUR
    assert found[len(today)].start.astimezone(zone).hour == 0


def test_blocks_do_not_depend_on_what_is_known() -> None:
    found, _ = filled(show(-30, 30, "A"))
    starts = {one.start for one in found if one.is_filler}
    assert starts == {
        *(NOON.replace(hour=hour) for hour in (0, 2, 4, 6, 8, 10, 14, 16, 18, 20, 22)),
        at(30),
    }


@pytest.mark.parametrize(
    ("gap", "is_closed"), [(1 / 60, True), (15, True), (15 + 1 / 60, False), (45, False)]
)
def test_a_short_gap_belongs_to_the_programme_before_it(gap: float, is_closed: bool) -> None:
    found, fixes = filled(show(-720, 0, "A"), show(gap, 720, "B"))
    if is_closed:
        assert shape(found) == [(-720, gap, "A"), (gap, 720, "B")]
        assert fixes == {Fix.GAP_CLOSED: 1}
    else:
        assert shape(found) == [(-720, 0, "A"), (0, gap, "Movies"), (gap, 720, "B")]
        assert fixes == {Fix.GAP_FILLED: 1}


def test_a_short_gap_before_all_is_filled() -> None:
    found, fixes = filled(show(-715, 720, "A"))
    assert shape(found) == [(-720, -715, "Movies"), (-715, 720, "A")]
    assert fixes == {Fix.GAP_FILLED: 1}


def test_a_short_gap_after_all_is_closed() -> None:
    found, _ = filled(show(-720, 710, "A"))
    assert shape(found) == [(-720, 720, "A")]


@pytest.mark.parametrize(
    ("silent", "is_filled"),
    [
        pytest.param(at(0), True, id="where the gap begins"),
        pytest.param(at(9.9), True, id="in the gap"),
        pytest.param(at(10), False, id="where it ends"),
        pytest.param(at(-5), False, id="before it"),
    ],
)
def test_a_gap_in_which_something_nameless_was_on(silent: datetime, is_filled: bool) -> None:
    found, _ = filled(show(-720, 0, "A"), show(10, 720, "B"), silent=[silent])
    assert any(one.is_filler for one in found) is is_filled


def test_what_reaches_over_the_ends_stays_whole() -> None:
    found, fixes = filled(show(-1000, 0, "A"), show(0, 1000, "B"))
    assert shape(found) == [(-1000, 0, "A"), (0, 1000, "B")]
    assert fixes == {}


@given(
    programmes=schedules(NOON - 15 * HOUR, of=shows()),
    silent=st.lists(st.integers(-700, 700).map(at)).map(sorted),
)
def test_any_order_becomes_gapless(
    programmes: tuple[Programme, ...], silent: list[datetime]
) -> None:
    known = [one for one in WINDOW.overlapping(programmes) if not one.is_filler]
    found, _ = filled(*known, silent=silent)
    assert [one.start for one in found if not one.is_filler] == [one.start for one in known]
    blocks = [one for one in found if one.is_filler]
    assert all(timedelta() < one.stop - one.start <= FILLER_LENGTH for one in blocks)
