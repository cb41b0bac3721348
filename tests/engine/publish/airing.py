"""Programmes that are on, and an aired log that they are written into."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
import sqlite3

from downlink.models import Programme
from downlink.publish.aired_log import Aired, AiredLog

from ..samples import NOON, at

EAST, WEST = "toonami_east", "toonami_west"
DAY = timedelta(days=1)
ALWAYS = NOON - 400 * DAY


def programme(
    after: float, length: float = 30, title: str = "Trigun", **values: object
) -> Programme:
    return Programme(start=at(after), stop=at(after + length), title=title, **values)  # type: ignore[arg-type]  # mypy sees one type


def row_of(start: float, count: int, title: str = "Trigun") -> list[Programme]:
    """Programmes of half an hour, back to back, numbered from 1."""
    return [programme(start + 30 * n, title=title, episode=n + 1) for n in range(count)]


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as another program sees it."""
    with closing(sqlite3.connect(path)) as database, database:
        yield database


def freeze(
    log: AiredLog, guide: Mapping[str, Sequence[Programme]], now: datetime, since: datetime = ALWAYS
) -> int:
    return log.freeze(guide, now, since)


def whole(log: AiredLog, channel: str = EAST) -> list[Aired]:
    return log.between(channel, NOON - 3650 * DAY, NOON + 3650 * DAY)


def titles(found: Sequence[Aired]) -> list[str]:
    return [one.programme.title for one in found]
