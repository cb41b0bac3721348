"""The guide of one schedule: upstream's daily playlists, and where they fail its media list."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
import logging
from typing import Any, Final, NamedTuple

from ..errors import DownlinkError
from ..models import Programme
from .api import Upstream
from .cache import Cache, Kind
from .fields import Ignored, objects
from .items import essence_of_playlist, programmes_of_playlist
from .media import MediaList

_LOGGER = logging.getLogger(__name__)
_MAX_DAYS: Final = 60
"""More playlists than that are not looked at."""
_LONGEST_DAY: Final = timedelta(hours=27)
"""A playlist starts at most this long before what it still plays: a day and its overrun."""
_SMALL_GAP: Final = timedelta(minutes=30)
"""Between two playlists this much may be left over."""
_SOON: Final = timedelta(hours=36)
_FRESH: Final = timedelta(hours=3)
"""How long the playlist of a day that begins before `_SOON` is good. Specials move at short notice;
three hours are enough for two refreshes in a row to share it."""
_DISTANT: Final = timedelta(hours=72)
"""How long one of a later day is good; each is seen again before it is soon."""


class Span(NamedTuple):
    """A time with its start and without its end, in UTC."""

    start: datetime
    stop: datetime


class Day(NamedTuple):
    """One daily playlist of a schedule."""

    id: str
    span: Span


class TvGuideReader:
    """Bring together the guide of one schedule from all that upstream says about it."""

    def __init__(
        self,
        upstream: Upstream,
        cache: Cache,
        schedule: str,
        ignored: Ignored,
        on_step: Callable[[int, int], None],
        on_day: Callable[[list[Programme]], None],
    ) -> None:
        """Read one schedule.

        `on_step` gets what was done and what became known to be left; `on_day` each day's part.
        """
        self._upstream = upstream
        self._cache = cache
        self._schedule = schedule
        self._ignored = ignored
        self._on_step = on_step
        self._on_day = on_day

    async def fetch(self, span: Span, now: datetime) -> list[Programme]:
        """Return the programmes of that time, in upstream's order.

        Whatever fails leaves a hole; nothing is raised.
        """
        try:
            days = await self._fetch_days(span)
        except DownlinkError as err:
            _LOGGER.warning("No list of playlists for %s: %s", self._schedule, err)
            days = []
        self._on_step(0, len(days))
        found = await asyncio.gather(*(self._fetch_day(day, span, now) for day in days))
        parts = [(day.span, part) for day, part in zip(days, found, strict=True) if part]
        parts += await self._fill_holes(span, [covered for covered, _ in parts])
        parts.sort(key=lambda part: part[0])
        return [programme for _, part in parts for programme in _within(span, part)]

    async def _fetch_days(self, span: Span) -> list[Day]:
        answers = await asyncio.gather(
            *(
                self._upstream.fetch_json(
                    "/playlists",
                    {
                        "scheduleName": self._schedule,
                        "startDate": week.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                        "thisWeek": "true",
                        "weekStartDay": "monday",
                    },
                    tries=2,
                )
                for week in _weeks(span)
            ),
            return_exceptions=True,
        )
        errors = [answer for answer in answers if isinstance(answer, BaseException)]
        for error in errors:
            if len(errors) == len(answers) or not isinstance(error, DownlinkError):
                raise error
        days = {day.id: day for answer in answers for day in self._days(answer)}
        wanted = [
            day
            for day in days.values()
            if day.span.start < span.stop and day.span.stop > span.start
        ]
        return sorted(wanted, key=lambda day: day.span)[:_MAX_DAYS]

    def _days(self, answer: Any) -> Iterator[Day]:
        for entry in objects(answer, self._ignored):
            identity = entry.text("_id")
            start, stop = entry.time("startDate"), entry.time("endDate")
            if identity and start and stop and start < stop:
                yield Day(identity, Span(start, stop))

    async def _fetch_day(self, day: Day, span: Span, now: datetime) -> list[Programme]:
        """Return a day's programmes; an earlier run's if those are fresh enough or all there is."""
        known = self._cache.find(Kind.PLAYLIST, day.id)
        programmes = programmes_of_playlist(known.answer, self._ignored) if known else []
        if not programmes or not known or known.age > _good_for(day, now):
            try:
                query = {"id": day.id, "addInfo": "true"}
                answer = await self._upstream.fetch_json("/playlist", query, tries=2)
                if fresh := programmes_of_playlist(answer, self._ignored):
                    self._cache.remember(Kind.PLAYLIST, day.id, essence_of_playlist(answer))
                    programmes = fresh
            except DownlinkError as err:
                _LOGGER.warning("No playlist for %s of %s: %s", day.span.start, self._schedule, err)
        self._on_step(1, 0)
        self._on_day(_within(span, programmes))
        return programmes

    async def _fill_holes(
        self, span: Span, covered: Sequence[Span]
    ) -> list[tuple[Span, list[Programme]]]:
        media = MediaList(self._upstream, self._schedule, self._ignored)
        filled: list[tuple[Span, list[Programme]]] = []
        for hole in _holes(span, covered):
            try:
                found = await media.fetch(*hole)
            except DownlinkError as err:
                _LOGGER.warning("No media list of %s: %s", self._schedule, err)
                break
            is_first = hole.start == span.start
            filled.append((hole, [one for one in found if is_first or one.start >= hole.start]))
        return filled


def _within(span: Span, programmes: Iterable[Programme]) -> list[Programme]:
    return [
        one
        for one in programmes
        if one.start < span.stop and max(one.stop, one.start + _SMALL_GAP) > span.start
    ]


def _good_for(day: Day, now: datetime) -> timedelta:
    if day.span.stop <= now:
        return timedelta.max
    return _FRESH if day.span.start < now + _SOON else _DISTANT


def _weeks(span: Span) -> Iterator[datetime]:
    """Yield the middle of each week (Wednesday) with a playlist that may touch that time.

    The middle, because nobody knows in which time zone upstream's weeks begin.
    """
    first, last = (span.start - _LONGEST_DAY).date(), span.stop.date()
    wednesday = first + timedelta(days=2 - first.weekday())
    while wednesday - timedelta(days=2) <= last:
        yield _noon(wednesday)
        wednesday += timedelta(weeks=1)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _holes(span: Span, covered: Sequence[Span]) -> Iterator[Span]:
    reached = span.start
    for part in sorted([*covered, Span(span.stop, span.stop)]):
        if part.start - reached > _SMALL_GAP:
            yield Span(reached, part.start)
        reached = max(reached, part.stop)
