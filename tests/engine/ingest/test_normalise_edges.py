"""One channel's programmes put in order: exactly at the limits, and what is counted."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from downlink.ingest.normalise import in_order, with_ends
from downlink.models import Fix, Programme, Source
from downlink.policy import LONGEST_PROGRAMME, OPEN_END_REACHES, USUAL_LENGTH

from ..samples import HOUR, NOON

SECOND = timedelta(seconds=1)


def show(start: timedelta, stop: timedelta, title: str = "Show") -> Programme:
    return Programme(start=NOON + start, stop=NOON + stop, title=title)


def ordered(
    *shows: Programme,
) -> tuple[list[tuple[timedelta, timedelta, str]], dict[Fix, int]]:
    fixes: Counter[Fix] = Counter()
    found = in_order(shows, fixes)
    flaws = {fix: count for fix, count in fixes.items() if count}
    return [(one.start - NOON, one.stop - NOON, one.title) for one in found], flaws


NOW = timedelta()
OPEN = show(NOW, NOW)


@pytest.mark.parametrize(
    ("length", "is_known"),
    [(-SECOND, False), (SECOND, True), (LONGEST_PROGRAMME, True), (LONGEST_PROGRAMME * 2, False)],
)
def test_a_programme_may_be_as_long_as_the_longest(length: timedelta, is_known: bool) -> None:
    found, fixes = ordered(show(NOW, length))
    assert found == [(NOW, length if is_known else NOW, "Show")]
    assert fixes == ({} if is_known else {Fix.UNKNOWN_END: 1})
    assert ordered(show(NOW, LONGEST_PROGRAMME + SECOND))[1] == {Fix.UNKNOWN_END: 1}


@pytest.mark.parametrize("far", [OPEN_END_REACHES, OPEN_END_REACHES + SECOND])
def test_an_open_end_reaches_no_further_than_its_limit(far: timedelta) -> None:
    found, _ = ordered(OPEN, show(far, far + HOUR))
    assert found[0][1] == (far if far == OPEN_END_REACHES else NOW)
    old = [show(-HOUR, -SECOND), show(far, far + HOUR)]
    (ended,) = with_ends([OPEN], old)
    assert ended.stop - NOON == (far if far == OPEN_END_REACHES else USUAL_LENGTH)


@pytest.mark.parametrize("following", [SECOND, USUAL_LENGTH - SECOND, USUAL_LENGTH, HOUR])
def test_a_guessed_end_is_not_behind_the_next_start(following: timedelta) -> None:
    found = with_ends([OPEN, show(following, 2 * HOUR)], [])
    assert [one.stop - NOON for one in found] == [min(USUAL_LENGTH, following), 2 * HOUR]


def test_filler_of_the_last_feed_suggests_no_end() -> None:
    filler = replace(show(NOW, HOUR), source=Source.FILLER)
    later = replace(show(HOUR, 2 * HOUR), source=Source.FILLER)
    for old in ([filler], [later], [show(-HOUR, HOUR)]):
        assert with_ends([OPEN], old)[0].stop - NOON == USUAL_LENGTH
    assert with_ends([OPEN], [show(NOW, HOUR)])[0].stop - NOON == HOUR


def test_each_duplicate_and_each_overlap_is_counted() -> None:
    one, two, three = show(NOW, 2 * HOUR), show(HOUR, 3 * HOUR), show(2 * HOUR, 4 * HOUR)
    found, fixes = ordered(one, one, one, two, three)
    assert [each[:2] for each in found] == [(NOW, HOUR), (HOUR, 2 * HOUR), (2 * HOUR, 4 * HOUR)]
    assert fixes == {Fix.DUPLICATE: 2, Fix.OVERLAP: 2}


def test_each_step_back_is_counted() -> None:
    shows = [show(n * HOUR, n * HOUR + HOUR) for n in (4, 2, 3, 0)]
    found, fixes = ordered(*shows)
    assert [each[0] for each in found] == [NOW, 2 * HOUR, 3 * HOUR, 4 * HOUR]
    assert fixes == {Fix.UNSORTED: 2}


def test_what_ends_when_the_next_begins_does_not_overlap() -> None:
    assert ordered(show(NOW, HOUR), show(HOUR, 2 * HOUR))[1] == {}
    assert ordered(show(HOUR, 2 * HOUR), show(NOW, HOUR))[1] == {Fix.UNSORTED: 1}


@pytest.mark.parametrize("is_richer_first", [True, False])
def test_of_two_at_one_start_the_one_that_says_more_is_kept(is_richer_first: bool) -> None:
    rich = replace(show(NOW, HOUR, "Rich"), description="What it is of")
    poor = show(NOW, HOUR, "Poor")
    found, fixes = ordered(*((rich, poor) if is_richer_first else (poor, rich)))
    assert (found, fixes) == ([(NOW, HOUR, "Rich")], {Fix.OVERLAP: 1})
    assert ordered(poor, replace(poor, title="Late"))[0] == [(NOW, HOUR, "Late")]
