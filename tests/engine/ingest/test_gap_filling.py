"""Which gaps are closed and which are filled, to the second."""

from collections import Counter
from datetime import UTC, timedelta

import pytest

from downlink.ingest.gap_filling import Window, fill_gaps, filler_for
from downlink.models import SERIES, Fix, Programme, Source
from downlink.policy import FILLER_LENGTH, LONGEST_PAUSE

from ..samples import HOUR, NOON

SECOND = timedelta(seconds=1)
WINDOW = Window.of_days(NOON, 1, UTC)
MIDNIGHT = WINDOW.start
FILLER = filler_for("Movies", "Films all day")


def show(start: timedelta, stop: timedelta) -> Programme:
    return Programme(start=MIDNIGHT + start, stop=MIDNIGHT + stop, title="Show")


def filled(
    *shows: Programme, silent: tuple[timedelta, ...] = ()
) -> tuple[list[tuple[timedelta, timedelta, bool]], dict[Fix, int]]:
    fixes: Counter[Fix] = Counter()
    moments = [MIDNIGHT + one for one in silent]
    guide = fill_gaps(shows, WINDOW, FILLER, moments, fixes)
    return [(one.start - MIDNIGHT, one.stop - MIDNIGHT, one.is_filler) for one in guide], fixes


def test_filler_says_what_the_channel_is() -> None:
    assert (FILLER.title, FILLER.description) == ("Movies", "Films all day")
    assert (FILLER.categories, FILLER.source) == ((SERIES,), Source.FILLER)


@pytest.mark.parametrize(
    ("pause", "fixes"),
    [
        (timedelta(), {}),
        (SECOND, {Fix.GAP_CLOSED: 1}),
        (LONGEST_PAUSE, {Fix.GAP_CLOSED: 1}),
        (LONGEST_PAUSE + SECOND, {Fix.GAP_FILLED: 1}),
    ],
)
def test_pauses_up_to_the_longest_are_closed(pause: timedelta, fixes: dict[Fix, int]) -> None:
    stop = HOUR + pause
    guide, found = filled(show(timedelta(), HOUR), show(stop, 24 * HOUR))
    assert found == fixes
    assert [one[:2] for one in guide if one[2]] == ([(HOUR, stop)] if pause > LONGEST_PAUSE else [])
    assert guide[0][1] == (HOUR if pause > LONGEST_PAUSE else stop)


@pytest.mark.parametrize(
    ("moment", "is_silent"),
    [
        (HOUR - SECOND, False),
        (HOUR, True),
        (HOUR + 9 * SECOND, True),
        (HOUR + 10 * SECOND, False),
    ],
)
def test_a_pause_in_which_something_nameless_begins_is_filled(
    moment: timedelta, is_silent: bool
) -> None:
    shows = show(timedelta(), HOUR), show(HOUR + 10 * SECOND, 24 * HOUR)
    _, fixes = filled(*shows, silent=(moment,))
    assert fixes == {Fix.GAP_FILLED if is_silent else Fix.GAP_CLOSED: 1}


def test_nothing_before_the_first_programme_could_close_a_gap() -> None:
    guide, fixes = filled(show(SECOND, 24 * HOUR - SECOND))
    assert guide == [(timedelta(), SECOND, True), (SECOND, 24 * HOUR, False)]
    assert fixes == {Fix.GAP_FILLED: 1, Fix.GAP_CLOSED: 1}


def test_gaps_are_counted_and_not_their_blocks() -> None:
    guide, fixes = filled(
        show(FILLER_LENGTH, 2 * FILLER_LENGTH),
        show(4 * FILLER_LENGTH, 5 * FILLER_LENGTH + SECOND),
        show(6 * FILLER_LENGTH + SECOND, 24 * HOUR),
    )
    assert fixes == {Fix.GAP_FILLED: 3}
    assert [one[:2] for one in guide if one[2]] == [
        (timedelta(), FILLER_LENGTH),
        (2 * FILLER_LENGTH, 3 * FILLER_LENGTH),
        (3 * FILLER_LENGTH, 4 * FILLER_LENGTH),
        (5 * FILLER_LENGTH + SECOND, 6 * FILLER_LENGTH),
        (6 * FILLER_LENGTH, 6 * FILLER_LENGTH + SECOND),
    ]


def test_programmes_may_reach_over_the_window() -> None:
    assert filled(show(-HOUR, 25 * HOUR)) == ([(-HOUR, 25 * HOUR, False)], {})


@pytest.mark.parametrize(
    ("start", "stop", "is_in"),
    [
        (-HOUR, timedelta(), False),
        (-HOUR, SECOND, True),
        (24 * HOUR - SECOND, 25 * HOUR, True),
        (24 * HOUR, 25 * HOUR, False),
    ],
)
def test_what_is_in_the_window(start: timedelta, stop: timedelta, is_in: bool) -> None:
    one = show(start, stop)
    assert WINDOW.overlapping([one]) == ([one] if is_in else [])
