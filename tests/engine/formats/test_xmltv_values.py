"""Values of XMLTV at the limits of what they may be."""

from datetime import UTC, datetime, timedelta

import pytest

from downlink.formats.xmltv_values import (
    Numbers,
    best_numbers,
    in_clump,
    is_day_in_numbers,
    preference,
    read_day,
    read_made,
    read_numbers,
    read_source,
    read_stars,
    read_time,
    stand_in_title,
    write_source,
)
from downlink.limits import MAX_VALUE_CHARS
from downlink.models import Source

from ..samples import HOUR, NOON


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19691231235959", None),
        ("19700101000000", datetime(1970, 1, 1, tzinfo=UTC)),
        ("24991231235959", datetime(2499, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("25000101000000", None),
        ("20261014120000 +0130", datetime(2026, 10, 14, 10, 30, tzinfo=UTC)),
        ("202610141200 -5", datetime(2026, 10, 14, 17, tzinfo=UTC)),
        ("20261014120000".ljust(MAX_VALUE_CHARS), datetime(2026, 10, 14, 12, tzinfo=UTC)),
        ("20261014120000".ljust(MAX_VALUE_CHARS + 1), None),
        ("", None),
        (None, None),
    ],
)
def test_times_at_their_limits(text: str | None, expected: datetime | None) -> None:
    assert read_time(text) == expected


@pytest.mark.parametrize(
    ("text", "made", "day"),
    [
        ("2019", "2019", None),
        ("201910", "201910", None),
        ("20191012", "20191012", "20191012"),
        ("20190230", "201902", None),
        ("20191301", "2019", None),
        ("2019-10-12 20:00", "20191012", "20191012"),
        ("20191012".ljust(MAX_VALUE_CHARS), "20191012", "20191012"),
        ("20191012".ljust(MAX_VALUE_CHARS + 1), None, None),
    ],
)
def test_as_much_of_a_date_as_is_one(text: str, made: str | None, day: str | None) -> None:
    assert (read_made(text), read_day(text)) == (made, day)


@pytest.mark.parametrize(
    ("numbers", "is_day"),
    [((2019, 1012), True), ((2019, 1013), False), ((2018, 1012), False), ((None, 1012), False)],
)
def test_a_day_is_both_numbers(numbers: Numbers, is_day: bool) -> None:
    assert is_day_in_numbers(numbers, "20191012") is is_day


@pytest.mark.parametrize(
    ("system", "text", "expected"),
    [
        ("xmltv_ns", "0.0.", (0, (1, 1))),
        ("XMLTV-NS", " 1 . 4 . 0/1", (0, (2, 5))),
        ("xmltv_ns", ".4.", (0, (None, 5))),
        ("onscreen", "(S2E5)", (1, (2, 5))),
        ("onscreen", "2x5", (1, (2, 5))),
        ("onscreen", "S0E5", (1, (None, 5))),
        ("onscreen", "5", (1, (None, None))),
        ("season", "2", (4, (2, None))),
        ("season", "0", (4, (None, None))),
        ("episode", "5/12", (5, (None, 5))),
        ("dd_progid", "EP1", (6, (None, None))),
    ],
)
def test_numbers_and_how_exact_they_are(
    system: str, text: str, expected: tuple[int, Numbers]
) -> None:
    assert read_numbers(system, text) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], (None, None)),
        ([(1, (1, 2)), (0, (3, 4))], (3, 4)),
        ([(0, (3, 4)), (0, (5, 6))], (3, 4)),
        ([(0, (None, 4)), (1, (1, 2))], (1, 2)),
        ([(0, (3, None)), (1, (1, 2))], (1, 2)),
        ([(4, (2, None)), (5, (None, 7))], (2, 7)),
        ([(4, (2, None)), (4, (3, None)), (5, (None, 7)), (5, (None, 8))], (2, 7)),
        ([(1, (None, 9)), (4, (2, None)), (5, (None, 7))], (2, 7)),
        ([(5, (None, 7)), (1, (None, 9))], (None, 9)),
        ([(4, (2, None))], (2, None)),
        ([(0, (None, None)), (4, (2, None)), (4, (None, None))], (2, None)),
    ],
)
def test_the_best_of_several_numbers(found: list[tuple[int, Numbers]], expected: Numbers) -> None:
    assert best_numbers(found) == expected


@pytest.mark.parametrize(
    ("clump", "begin", "end"),
    [
        ("0/3", 0, 20),
        ("1/3", 20, 40),
        ("2/3", 40, 60),
        ("3/3", 0, 60),
        ("0/1", 0, 60),
        ("0/0", 0, 60),
        ("1/0", 0, 60),
        ("", 0, 60),
    ],
)
def test_shares_of_a_slot(clump: str, begin: int, end: int) -> None:
    minutes = timedelta(minutes=1)
    shared = in_clump(NOON, NOON + HOUR, clump)
    assert shared == (NOON + begin * minutes, NOON + end * minutes)


def test_shares_are_whole_seconds_and_the_last_one_has_the_rest() -> None:
    second = timedelta(seconds=1)
    shares = [in_clump(NOON, NOON + 11 * second, f"{index}/3") for index in range(3)]
    seconds = [((start - NOON) / second, (stop - NOON) / second) for start, stop in shares]
    assert seconds == [(0, 3), (3, 6), (6, 11)]
    assert in_clump(NOON, NOON + 2 * second, "1/2") == (NOON + second, NOON + 2 * second)
    assert in_clump(NOON, NOON + 2 * second, "1/3") == (NOON, NOON + 2 * second)
    assert in_clump(NOON, NOON, "1/2") == (NOON, NOON)


@pytest.mark.parametrize(
    ("lang", "wanted", "rank"),
    [
        ("de", "de", 0),
        ("DE_at", "de-AT", 0),
        ("", "", 0),
        ("de", "de-AT", 1),
        ("de-CH", "de", 1),
        ("en-GB", "en", 1),
        ("en", "de", 2),
        ("en-US", "de", 2),
        ("fr", "de", 3),
        ("", "de", 3),
        ("", "-x", 3),
    ],
)
def test_languages_in_their_order(lang: str, wanted: str, rank: int) -> None:
    assert preference(lang, wanted) == rank


@pytest.mark.parametrize(
    ("text", "stars"),
    [
        ("0/5", 0),
        ("5/5", 10),
        ("101/100", None),
        ("1/3", 3.3),
        ("5/0", None),
        ("5/0.0", None),
        ("5", None),
    ],
)
def test_stars_up_to_all_of_them(text: str, stars: float | None) -> None:
    assert read_stars(text) == stars


def test_there_is_no_stand_in_without_a_number() -> None:
    assert [stand_in_title(one) for one in (None, 0, 1)] == [None, None, "Episode 1"]


@pytest.mark.parametrize("source", list(Source))
def test_sources_are_read_back(source: Source) -> None:
    assert read_source(f" {write_source(source)} ") is source
    assert read_source(f"{write_source(source)}?") is None
