"""Dates as film data bases have them."""

import pytest

from downlink.provider.dates import read_date, read_year


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("16 Apr. 1994", "19940416", id="usual"),
        pytest.param("1 May 1994", "19940501", id="without a dot"),
        pytest.param("6 September 1998", "19980906", id="whole month"),
        pytest.param("Sep. 1998", "199809", id="month"),
        pytest.param("May 1995", "199505", id="month without a dot"),
        pytest.param("2001", "2001", id="year"),
        pytest.param("1994-04-16", "19940416", id="ISO"),
        pytest.param("1994-04", "199404", id="ISO month"),
        pytest.param("31 Feb. 1994", "199402", id="no such day"),
        pytest.param("1994-13-01", "1994", id="no such month"),
        pytest.param("Summer 1994", "1994", id="season"),
        pytest.param("16 avril 1994 (USA)", "1994", id="other language"),
        pytest.param("soon", None, id="word"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="nothing"),
        pytest.param("episode 19945", None, id="longer number"),
    ],
)
def test_dates(text: str | None, expected: str | None) -> None:
    assert read_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("TV Series (1994\u20132016)", "1994", id="series"),
        pytest.param("28 May 2003 (France)", "2003", id="film"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_years(text: str | None, expected: str | None) -> None:
    assert read_year(text) == expected
