"""Dates as people write them in film data bases: as much of them as can be understood."""

from datetime import UTC, datetime
import re
from typing import Final

_YEAR: Final = re.compile(r"(?<!\d)(19\d\d|20\d\d)(?!\d)")
_MONTHS: Final = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
]
_WRITTEN: Final = re.compile(
    rf"(?:(?P<day>\d{{1,2}})\s+)?(?P<month>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?,?\s+(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_ISO: Final = re.compile(r"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)(?:-(?P<day>\d\d))?(?!\d)")


def read_year(text: str | None) -> str | None:
    """Return the first year in a text: ``TV Series (1994-2016)`` is 1994."""
    match = _YEAR.search(text) if text else None
    return match[1] if match else None


def read_date(text: str | None) -> str | None:
    """Return a date as ``YYYYMMDD``, ``YYYYMM`` or ``YYYY``, as exact as it is known.

    ``16 Apr. 1994``, ``1 May 1994``, ``Sep. 1998``, ``2001`` and ``1994-04-16`` are understood; of
    anything else, such as ``Summer 1994``, the year.
    """
    if not text:
        return None
    match = _WRITTEN.search(text) or _ISO.search(text)
    if not match:
        return read_year(text)
    year, month, day = match["year"], match["month"], match["day"]
    number = int(month) if month.isdigit() else _MONTHS.index(month.lower()) + 1
    forms = [f"{year}{number:02}{int(day):02}"] if day else []
    for form in (*forms, f"{year}{number:02}"):
        try:
            datetime.strptime(f"{form}01"[:8], "%Y%m%d").replace(tzinfo=UTC)
        except ValueError:
            continue
        return form
    return year
