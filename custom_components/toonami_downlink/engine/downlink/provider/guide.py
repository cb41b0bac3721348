"""The guide of one schedule, from upstream's daily playlists."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from ..errors import DownlinkError
from ..models import Programme
from .api import Upstream
from .items import line_of, programmes_of_playlist, time_of

_WEEK: Final = timedelta(days=7)
_MAX_DAYS: Final = 60
"""More playlists than that are not looked at."""


class Day(NamedTuple):
    """One daily playlist of a schedule; times are UTC."""

    id: str
    start: datetime
    stop: datetime


async def fetch_days(
    upstream: Upstream, schedule: str, start: datetime, stop: datetime
) -> list[Day]:
    """Return the playlists that touch ``[start, stop)``, in order. Raises a DownlinkError."""
    answers = await asyncio.gather(
        *(
            upstream.fetch_json(
                "/playlists",
                {
                    "scheduleName": schedule,
                    "startDate": _iso(week),
                    "thisWeek": "true",
                    "weekStartDay": "monday",
                },
            )
            for week in _weeks(start, stop)
        )
    )
    days = {day.id: day for answer in answers for day in _days(answer)}
    wanted = [day for day in days.values() if day.start < stop and day.stop > start]
    return sorted(wanted, key=lambda day: day.start)[:_MAX_DAYS]


async def fetch_programmes(
    upstream: Upstream, days: list[Day], on_day: Callable[[], None]
) -> list[Programme]:
    """Return the programmes of those playlists, as they follow each other there.

    A day that fails is left out; when all fail, the first error is raised.
    """

    async def fetch(day: Day) -> list[Programme]:
        answer = await upstream.fetch_json("/playlist", {"id": day.id, "addInfo": "true"})
        on_day()
        return programmes_of_playlist(answer)

    results = await asyncio.gather(*(fetch(day) for day in days), return_exceptions=True)
    programmes: list[Programme] = []
    errors: list[BaseException] = []
    for result in results:
        if isinstance(result, BaseException):
            errors.append(result)
        else:
            programmes += result
    unexpected = [error for error in errors if not isinstance(error, DownlinkError)]
    if unexpected or (errors and not programmes):
        raise (unexpected or errors)[0]
    return programmes


def _weeks(start: datetime, stop: datetime) -> Iterator[datetime]:
    """A time in each week of New York that `start` to `stop` touches, as upstream counts them."""
    moment = start - timedelta(days=1)
    while moment < stop + _WEEK:
        yield moment
        moment += _WEEK


def _days(answer: Any) -> Iterator[Day]:
    for entry in answer if isinstance(answer, list) else ():
        if not isinstance(entry, Mapping):
            continue
        identity = line_of(entry.get("_id"))
        start, stop = time_of(entry.get("startDate")), time_of(entry.get("endDate"))
        if identity and start and stop and start < stop:
            yield Day(identity, start, stop)


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
