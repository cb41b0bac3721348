"""Hours and age ratings, at their limits, over midnight, and when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from downlink.access import Ceiling, Hours, age_of
from downlink.models import Programme

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
DAY = Hours(time(6), time(20, 30))
NIGHT = Hours(time(20, 30), time(6))
UNTIL_MIDNIGHT = Hours(time(6), time(0))


def rated(rating: str | None) -> Programme:
    noon = datetime(2026, 11, 26, 12, tzinfo=UTC)
    return Programme(start=noon, stop=noon + timedelta(hours=1), title="A show", rating=rating)


@pytest.mark.parametrize(
    ("at", "day", "night", "until_midnight"),
    [
        (time(0), False, True, False),
        (time(5, 59, 59, 999_999), False, True, False),
        (time(6), True, False, True),
        (time(20, 29, 59, 999_999), True, False, True),
        (time(20, 30), False, True, True),
        (time(23, 59, 59, 999_999), False, True, True),
    ],
    ids=str,
)
@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, "UTC"])
def test_hours(zone: str, at: time, day: bool, night: bool, until_midnight: bool) -> None:
    now = datetime.combine(date(2026, 11, 26), at, ZoneInfo(zone))
    found = [hours.are_open(now) for hours in (DAY, NIGHT, UNTIL_MIDNIGHT)]
    assert found == [day, night, until_midnight]


def open_minutes(hours: Hours, zone: str, day: date) -> int:
    """Count the minutes of a day that are open, as they pass."""
    here = ZoneInfo(zone)
    minute, end = (
        datetime.combine(one, time(), here).astimezone(UTC)
        for one in (day, day + timedelta(days=1))
    )
    count = 0
    while minute < end:
        count += hours.are_open(minute.astimezone(here))
        minute += timedelta(minutes=1)
    return count


@pytest.mark.parametrize(
    ("zone", "forward", "back", "hour"),
    [
        (BERLIN, date(2026, 3, 29), date(2026, 10, 25), 2),
        (NEW_YORK, date(2026, 3, 8), date(2026, 11, 1), 1),
    ],
)
def test_days_on_which_the_clock_changes(zone: str, forward: date, back: date, hour: int) -> None:
    # By day nothing changes.
    assert {open_minutes(DAY, zone, day) for day in (forward, back)} == {870}
    # The night is an hour shorter, or longer.
    night = 24 * 60 - 870
    assert open_minutes(NIGHT, zone, forward) == night - 60
    assert open_minutes(NIGHT, zone, back) == night + 60
    # The hour that is there twice is the same both times.
    twice = Hours(time(hour, 15), time(hour, 45))
    assert open_minutes(twice, zone, back) == 60
    # An end in the hour that is left out is reached at once.
    gone = Hours(time(1), time(2, 30))
    assert open_minutes(gone, zone, forward) == 60


@pytest.mark.parametrize(
    ("rating", "age"),
    [
        (None, None),
        ("", None),
        ("TV-Y", 0),
        ("TV-Y7", 7),
        ("TV-Y7-FV", 7),
        ("TV-G", 0),
        ("TV-PG", 10),
        ("TV-PG-DLV", 10),
        ("TV-PG (D)", 10),
        ("TV-14", 14),
        ("tv-14-dlsv", 14),
        ("TV-MA", 17),
        ("TV-MA-LSV", 17),
        ("USA:TV-MA", 17),
        ("G", 0),
        ("PG", 10),
        ("PG-13", 13),
        ("PG-12", 12),
        ("Rated R", 17),
        ("R", 17),
        ("NC-17", 18),
        ("X", 18),
        ("U", 0),
        ("12A", 12),
        ("FSK 0", 0),
        ("FSK 16", 16),
        ("16+", 16),
        ("R18+", 18),
        ("21", 18),
        ("22", None),
        ("12-15", 15),
        ("2019", None),
        ("Approved", None),
        *((rating, 0) for rating in ("L", "TP", "ATP")),
        ("XXX", 18),
        ("100", None),
        ("TV-G TV-PG", 10),
        ("TV-PG-L TV-MA-V", 17),
        ("16 12", 16),
        ("\u0661\u0662", None),
        ("TV-" * 20, None),
        ("-" * 50, None),
    ],
)
def test_age_of_a_rating(rating: str | None, age: int | None) -> None:
    assert age_of(rating) == age


def test_ceiling() -> None:
    ceiling = Ceiling(7)
    assert [ceiling.allows(rated(one)) for one in ("TV-Y", "TV-Y7", "FSK 8", "TV-14")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("shows_unrated", [True, False])
def test_what_has_no_rating(shows_unrated: bool) -> None:
    ceiling = Ceiling(7, shows_unrated)
    assert ceiling.allows(rated("TV-Y7"))
    assert not ceiling.allows(rated("TV-PG"))
    assert {ceiling.allows(rated(None)), ceiling.allows(rated("?")), ceiling.allows(None)} == {
        shows_unrated
    }
