"""The small grammars inside XMLTV: times, episode numbers, stars, dates; read and written.

Source: https://github.com/XMLTV/xmltv/blob/master/xmltv.dtd
"""

from datetime import UTC, date, datetime
import re
from typing import Final

from ..models import Programme, Role, Source

SYSTEM: Final = "toonami-downlink"
"""Marks the ``<url>`` that tells where a programme comes from."""
ROLES: Final = tuple(Role)
"""Credits in the order of the DTD."""

_TIME: Final = re.compile(
    r"\s*([0-9]{8})([0-9]{4})([0-9]{2})?(?:\.[0-9]+)?\s*(?:([+-][0-9]{2}):?([0-9]{2})|Z|UTC|GMT)?\s*"
)
_EARLIEST: Final = "1970"
_LATEST: Final = "2500"
_MADE: Final = re.compile(r"([12][0-9]{3})-?(?:([0-9]{2})-?(?:([0-9]{2})(?:[0-9T ].*)?)?)?")
_NUMBERED: Final = re.compile(
    r"\s*([0-9]{1,5})?\s*(?:/[^.]*)?\.\s*([0-9]{1,5})?\s*(?:/[^.]*)?(?:\.[^.]*)?"
)
_ONSCREEN: Final = re.compile(
    r"\s*(?:S([0-9]{1,5}))?\s*(?:E([0-9]{1,5}))?\s*", re.ASCII | re.IGNORECASE
)
_STARS: Final = re.compile(r"\s*([0-9]{1,3}(?:\.[0-9]+)?)\s*/\s*([0-9]{1,3}(?:\.[0-9]+)?)\s*")
_SOURCE: Final = "guide:"
_MOST_STARS: Final = 10


def read_time(text: str | None) -> datetime | None:
    """A time such as ``20261010062907 -0300`` in UTC; no zone means UTC. None if unreadable."""
    match = _TIME.fullmatch(text) if text else None
    if not match or not _EARLIEST <= match[1] < _LATEST:
        return None
    day, time, seconds, hours, minutes = match.groups()
    offset = f"{hours}{minutes}" if hours else "Z"
    try:
        return datetime.fromisoformat(f"{day}T{time}{seconds or '00'}{offset}").astimezone(UTC)
    except ValueError:
        return None


def write_time(moment: datetime) -> str:
    """A time in UTC, always with all fourteen digits and the offset, as players want it."""
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S} +0000"


def read_made(text: str) -> str | None:
    """A ``<date>`` as ``YYYY``, ``YYYYMM`` or ``YYYYMMDD``, as much of it as is a date."""
    match = _MADE.fullmatch(text.strip())
    if not match:
        return None
    year, month, day = match.groups()
    if day and _is_date(year + month + day):
        return f"{year}{month}{day}"
    if month and _is_date(f"{year}{month}01"):
        return f"{year}{month}"
    return str(year)


def _is_date(digits: str) -> bool:
    try:
        date.fromisoformat(digits)
    except ValueError:
        return False
    return True


def read_episode(system: str, text: str) -> tuple[int | None, int | None]:
    """Season and episode, counted from 1, from an ``<episode-num>``."""
    if system == "xmltv_ns":
        match, first = _NUMBERED.fullmatch(text), 1
    elif system == "onscreen":
        match, first = _ONSCREEN.fullmatch(text), 0
    else:
        return None, None
    if not match:
        return None, None
    season, episode = (int(group) + first if group else None for group in match.groups())
    return season or None, episode or None


def write_episode(programme: Programme) -> tuple[str, str] | None:
    """The ``xmltv_ns`` and ``onscreen`` forms; None when neither number is known.

    The part stays empty: Kodi takes a part for the episode.
    Source: https://github.com/kodi-pvr/pvr.iptvsimple (22.1.0)
    """
    season, episode = programme.season, programme.episode
    if not season and not episode:
        return None
    numbered = f"{season - 1 if season else ''}.{episode - 1 if episode else ''}."
    onscreen = (f"S{season:02}" if season else "") + (f"E{episode:02}" if episode else "")
    return numbered, onscreen


def read_stars(text: str) -> float | None:
    """A ``<star-rating>`` value such as ``4/5``, on a scale of 0 to 10 with one decimal."""
    match = _STARS.fullmatch(text)
    if not match or not float(match[2]):
        return None
    stars = round(float(match[1]) / float(match[2]) * _MOST_STARS, 1)
    return stars if stars <= _MOST_STARS else None


def read_source(text: str) -> Source | None:
    """The source that our own ``<url>`` names."""
    try:
        return Source(text.strip().removeprefix(_SOURCE))
    except ValueError:
        return None


def write_source(source: Source) -> str:
    """The source as something that cannot be taken for a link."""
    return f"{_SOURCE}{source.value}"
