"""The small grammars inside XMLTV: times, episode numbers, stars, dates; read and written.

Source: https://github.com/XMLTV/xmltv/blob/master/xmltv.dtd
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
import re
from typing import Final

from ..limits import MAX_VALUE_CHARS
from ..models import Programme, Role, Source

SYSTEM: Final = "toonami-downlink"
"""Marks the ``<url>`` that tells where a programme comes from."""
AIR_DATE: Final = "original-air-date"
"""The system of an ``<episode-num>`` that is the day of the first showing."""
ROLES: Final = tuple(Role)
"""Credits in the order of the DTD."""

_TIME: Final = re.compile(
    r"([0-9]{8})([0-9]{4})([0-9]{2})?(?:\.[0-9]{1,9})?"
    r"(?:([+-])([0-9]{1,2}?):?([0-9]{2})?|Z|UTC|GMT)?"
)
"""Without white space. Offsets: ``-0500``, ``-05:00``, ``-5:00``, ``-500``, ``-05``, ``-5``."""
_EARLIEST: Final = "1970"
_LATEST: Final = "2500"
_MADE: Final = re.compile(r"([12][0-9]{3})-?(?:([0-9]{2})-?(?:([0-9]{2})(?:[0-9T ].{0,200})?)?)?")
_DAY_DIGITS: Final = 8
_NUMBER: Final = r"(?:([0-9]{1,5})(?:-[0-9]{1,5})?)?(?:/[0-9]{0,5})?"
_NUMBERED: Final = re.compile(rf"{_NUMBER}\.{_NUMBER}(?:\.[^.]{{0,20}})?")
_ONSCREEN: Final = re.compile(
    r"(?:s(?:eason|eries)?[.:]?([0-9]{1,5}))?(?:/[0-9]{1,5})?[,.;:-]?"
    r"(?:e(?:p(?:isode)?)?[.:#]{0,2}([0-9]{1,5}))?(?:/[0-9]{1,5})?(?:-e?p?[0-9]{1,5})?"
)
_CROSSED: Final = re.compile(r"([0-9]{1,5})x([0-9]{1,5})(?:-[0-9]{1,5})?")
_ALONE: Final = re.compile(r"([0-9]{1,5})(?:/[0-9]{1,5})?")
"""All three in lower case, without white space and brackets."""
_CLUMP: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})")
_STARS: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)/([0-9]{1,3}(?:\.[0-9]{1,9})?)")
_SOURCE: Final = "guide:"
_MOST_STARS: Final = 10
_SYSTEMS: Final = ("xmltv_ns", "onscreen", "sxxexx", "common", "season", "episode")
"""Of episode numbers, the most exact one first; the last two give one half each."""

type Numbers = tuple[int | None, int | None]
"""Season and episode, counted from 1."""


def read_time(text: str | None) -> datetime | None:
    """A time such as ``20261010062907 -0300`` in UTC; no zone means UTC. None if unreadable."""
    match = _TIME.fullmatch(_packed(text)) if text else None
    if not match or not _EARLIEST <= match[1] < _LATEST:
        return None
    day, time, seconds, sign, hours, minutes = match.groups()
    offset = f"{sign}{hours:0>2}{minutes or '00'}" if sign else "Z"
    try:
        return datetime.fromisoformat(f"{day}T{time}{seconds or '00'}{offset}").astimezone(UTC)
    except ValueError:
        return None


def _packed(text: str) -> str:
    """Without any white space; empty for what is too long to be a value."""
    return "".join(text.split()) if len(text) <= MAX_VALUE_CHARS else ""


def write_time(moment: datetime) -> str:
    """A time in UTC, always with all fourteen digits and the offset, as players want it."""
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S} +0000"


def read_made(text: str) -> str | None:
    """A ``<date>`` as ``YYYY``, ``YYYYMM`` or ``YYYYMMDD``, as much of it as is a date."""
    match = _MADE.fullmatch(text.strip()) if len(text) <= MAX_VALUE_CHARS else None
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


def read_day(text: str) -> str | None:
    """A day as ``YYYYMMDD``, from a date or a time; None for anything less exact."""
    made = read_made(text)
    return made if made and len(made) == _DAY_DIGITS else None


def is_day_in_numbers(numbers: Numbers, day: str) -> bool:
    """Whether season and episode only repeat a day: S2019E1012 is the 12th of October 2019.

    Source: https://github.com/markcs/xml_tv/issues/19
    """
    return numbers == (int(day[:4]), int(day[4:]))


def read_numbers(system: str, text: str) -> tuple[int, Numbers]:
    """How exact an ``<episode-num>`` is (0 is best), and its season and episode.

    What is not known is None, and so is a 0. Systems may be spelled in any case, with a hyphen.
    """
    spelled = system.casefold().replace("-", "_") if len(system) <= MAX_VALUE_CHARS else ""
    if spelled not in _SYSTEMS:
        return len(_SYSTEMS), (None, None)
    packed = _packed(text).casefold()
    if spelled == "xmltv_ns":
        numbers = _numbers(_NUMBERED.fullmatch(packed), first=1)
    else:
        packed = packed.strip("()[]")
        numbers = _numbers(_ONSCREEN.fullmatch(packed) or _CROSSED.fullmatch(packed))
        alone = _ALONE.fullmatch(packed)
        if alone and spelled in {"season", "episode"}:
            number = int(alone[1]) or None
            numbers = (number, None) if spelled == "season" else (None, number)
    return _SYSTEMS.index(spelled), numbers


def best_numbers(found: Sequence[tuple[int, Numbers]]) -> Numbers:
    """The most exact of several numbers that are whole, or else what halves there are."""
    ordered = [numbers for _, numbers in sorted(found, key=lambda one: one[0]) if any(numbers)]
    for season, episode in ordered:
        if season and episode:
            return season, episode
    halves = {rank: numbers for rank, numbers in reversed(found) if any(numbers)}
    of_season, of_episode = (halves.get(_SYSTEMS.index(one)) for one in ("season", "episode"))
    if of_season and of_episode:
        return of_season[0], of_episode[1]
    return ordered[0] if ordered else (None, None)


def _numbers(match: re.Match[str] | None, first: int = 0) -> Numbers:
    if not match:
        return None, None
    season, episode = (int(group) + first if group else None for group in match.groups())
    return season or None, episode or None


def in_clump(start: datetime, stop: datetime, clump: str) -> tuple[datetime, datetime]:
    """The share of one programme in a slot that it has to share: ``1/2`` is the second half.

    Source: the attribute ``clumpidx`` in the DTD.
    """
    match = _CLUMP.fullmatch(_packed(clump))
    if not match or stop <= start:
        return start, stop
    index, count = int(match[1]), int(match[2])
    share = (stop - start) // count if count else stop - start
    share -= timedelta(microseconds=share.microseconds)
    if not index < count or not share:
        return start, stop
    begin = start + share * index
    return begin, stop if index == count - 1 else begin + share


def preference(lang: str, wanted: str) -> int:
    """How much a text in the language `lang` is preferred to others: 0 is most.

    `wanted` comes first, then another form of the same language, then English.
    """
    spelled, ours = (one[:MAX_VALUE_CHARS].casefold().replace("_", "-") for one in (lang, wanted))
    family = spelled.partition("-")[0]
    if spelled == ours:
        return 0
    if family and family == ours.partition("-")[0]:
        return 1
    return 2 if family == "en" else 3


def write_numbers(programme: Programme) -> Iterator[tuple[str, str]]:
    """The systems and forms of a programme's numbers, and the day of its first showing.

    The part stays empty, as Kodi takes a part for the episode; the day has no time, as Plex takes
    one for the episode. Sources: https://github.com/kodi-pvr/pvr.iptvsimple (22.1.0),
    https://github.com/markcs/xml_tv/issues/19
    """
    season, episode, day = programme.season, programme.episode, programme.first_shown
    if season or episode:
        yield "xmltv_ns", f"{season - 1 if season else ''}.{episode - 1 if episode else ''}."
        yield "onscreen", programme.episode_code
    if day:
        yield AIR_DATE, f"{day[:4]}-{day[4:6]}-{day[6:]}"


def stand_in_title(episode: int | None) -> str | None:
    """What stands where an episode has no title of its own, and means no more than its number.

    Recorders tell the episodes of a series apart by it.
    Source: https://github.com/jellyfin/jellyfin/issues/13124
    """
    return f"Episode {episode}" if episode else None


def read_stars(text: str) -> float | None:
    """A ``<star-rating>`` value such as ``4/5``, on a scale of 0 to 10 with one decimal."""
    match = _STARS.fullmatch(_packed(text))
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
