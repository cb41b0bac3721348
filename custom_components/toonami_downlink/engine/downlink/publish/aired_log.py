"""The aired log: what was on, kept for a year in one SQLite file, and not changed any more.

A programme is frozen when it is over. Who writes first wins: a later feed that says otherwise about
the same time is not heard. Everything here blocks: call it in an executor. Any thread may.

The file is written in short transactions with a rollback journal: between them it is whole by
itself. What programmes say is kept once for all their airings, which are mostly repeats.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
import hashlib
from itertools import batched
from operator import attrgetter
from pathlib import Path
import sqlite3
from threading import Lock
from typing import Any, Final, NamedTuple
import zlib

from ..identity import identity, show_key
from ..models import Programme
from ..policy import AIRED_BYTES, AIRED_KEPT_FOR, CLOCK_WAS_AHEAD, NOTICED_WITHIN
from ..text import fold
from .aired_file import failures, open_file
from .programme_json import programme_to_json, values_from_json

MAX_AIRED: Final = 20_000
"""In one answer."""
_MAX_DETAIL_BYTES: Final = 1024 * 1024
_REMEMBERED_BYTES: Final = 2048
"""The longest text about a programme whose values are remembered; most have less than half."""
_ROWS_AT_ONCE: Final = 500
_DAY: Final = 86_400
_PRUNED_AT_ONCE: Final = 2 * _DAY
"""So much a day goes at the old end, and no more: the clock may be wrong."""
_SHARE_TO_PRUNE: Final = 10
"""A file that is too large loses one of so many of its airings at a time."""
_FORESEEN_AT_MOST: Final = 16 * _DAY
"""So far ahead of a clock that was set right an airing can lie that was frozen before that."""

_BETWEEN: Final = """
    SELECT a.channel, a.start, a.stop, d.content, a.planned
    FROM airing AS a JOIN detail AS d ON d.id = a.programme
    WHERE a.channel = ?1 AND a.start < ?3 AND a.stop > ?2 AND a.start >=
        ifnull((SELECT max(start) FROM airing WHERE channel = ?1 AND start <= ?2), ?2)
    ORDER BY a.start LIMIT ?4"""
_LAST: Final = """
    SELECT a.channel, a.start, a.stop, d.content, a.planned
    FROM programme AS p JOIN airing AS a ON a.programme = p.id JOIN detail AS d ON d.id = p.id
    WHERE p.identity = ? AND a.start < ? ORDER BY a.start DESC, a.channel LIMIT ?"""
_LAST_OF_SHOW: Final = _LAST.replace("p.identity", "p.show")
_LAST_OF_PROGRAMME: Final = _LAST.replace("p.identity", "p.id")
_COUNT: Final = """
    SELECT count(*) FROM programme AS p JOIN airing AS a ON a.programme = p.id
    WHERE p.identity = ? AND a.start >= ? AND a.start < ?"""
_COUNT_OF_SHOW: Final = _COUNT.replace("p.identity", "p.show")

_SEARCH: Final = """
    SELECT id, identity FROM programme
    WHERE instr(words, ?) AND instr(words, ?) AND instr(words, ?) AND instr(words, ?)
        AND instr(words, ?) AND instr(words, ?) AND instr(words, ?) AND instr(words, ?)
    ORDER BY last DESC"""
_MAX_WORDS: Final = _SEARCH.count("?")
"""Of a question; the others are not looked at."""
_TITLES: Final = """
    SELECT d.content FROM (
        SELECT id, max(last) AS latest FROM programme GROUP BY show ORDER BY latest DESC LIMIT ?
    ) AS p JOIN detail AS d ON d.id = p.id ORDER BY p.latest DESC"""
_DELETE: Final = {
    "start": "DELETE FROM airing WHERE start <= ?",
    "stop": "DELETE FROM airing WHERE stop <= ?",
}
_END: Final = 2**62

_stop = attrgetter("stop")


class Aired(NamedTuple):
    """A programme that was on."""

    channel: str
    """The channel's key."""
    programme: Programme
    is_planned: bool
    """Whether nobody saw it end: as far as is known, it was only planned."""


class _Row(NamedTuple):
    channel: str
    start: int
    stop: int
    programme: Programme
    is_planned: bool


class AiredLog:
    """The log in one file."""

    def __init__(self, path: Path, *, max_bytes: int = AIRED_BYTES) -> None:
        """Open the file, or make it. Raises as `open_file`."""
        self._path = path
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._pruned_on = 0
        self._database = open_file(path)
        with self._using() as database:
            self._over = _ends(database)

    def close(self) -> None:
        """Close the file; from now on every call raises StoreError."""
        with self._lock:
            self._database.close()

    def freeze(
        self, guide: Mapping[str, Sequence[Programme]], now: datetime, since: datetime
    ) -> int:
        """Add what is over in the guide of each channel and is not in the log; return how many.

        `since` is when Home Assistant began to look: what had ended before was only planned. What
        overlaps with what is in the log already is cut, or left out if less than half remains.
        Raises StoreError; what was added until then stays.
        """
        with self._using() as database:
            self._forget_future(database, now)
            added = 0
            for rows in batched(self._over_in(guide, now, since), _ROWS_AT_ONCE, strict=False):
                with _transaction(database):
                    for row in rows:
                        _insert(database, row)
                for row in rows:
                    self._over[row.channel] = row.stop
                added += len(rows)
                self._prune(database)
            return added

    @property
    def channels(self) -> tuple[str, ...]:
        """The keys of the channels that anything is known of."""
        return tuple(self._over)

    def put(self, aired: Iterable[Aired]) -> None:
        """Fill an empty log; no two airings of a channel overlap. Raises StoreError."""
        with self._using() as database:
            with _transaction(database):
                for channel, one, is_planned in aired:
                    times = _seconds(one.start), _seconds(one.stop)
                    _insert(database, _Row(channel, *times, one, is_planned))
            self._over = _ends(database)

    def between(
        self, channel: str, start: datetime, stop: datetime, limit: int = MAX_AIRED
    ) -> list[Aired]:
        """Return what was on a channel in ``[start, stop)``, the first first. Raises StoreError."""
        return self._ask(_BETWEEN, channel, _seconds(start), _seconds(stop), limit)

    def since(self, start: datetime, now: datetime) -> dict[str, list[Programme]]:
        """Return what was on since that time and is over, by channel key; the last of it at least.

        Raises StoreError.
        """
        found = {}
        for key, over in tuple(self._over.items()):
            last = datetime.fromtimestamp(over - 1, UTC)
            aired = self.between(key, min(start, last), now)
            found[key] = [one.programme for one in aired if one.programme.stop <= now]
        return found

    def last(
        self, key: str, before: datetime, limit: int = 1, *, of_show: bool = False
    ) -> list[Aired]:
        """Return the last airings with that identity that began before, the last first.

        `of_show`: `key` is that of a show, and any episode will do. Raises StoreError.
        """
        return self._ask(_LAST_OF_SHOW if of_show else _LAST, key, _seconds(before), limit)

    def count(self, key: str, start: datetime, stop: datetime, *, of_show: bool = False) -> int:
        """Return how many airings with that identity began in ``[start, stop)``.

        `of_show`: `key` is that of a show, and any episode will do. Raises StoreError.
        """
        query = _COUNT_OF_SHOW if of_show else _COUNT
        with self._using() as database:
            ((found,),) = database.execute(query, (key, _seconds(start), _seconds(stop)))
        return int(found)

    def search(self, query: str, limit: int) -> list[Aired]:
        """Return the last airing of each programme that has all words of the query, the last first.

        Looked for is in titles, titles of episodes and blocks; spelling does not count. Raises
        StoreError.
        """
        words = fold(query).split()[:_MAX_WORDS]
        if not words:
            return []
        words += [""] * (_MAX_WORDS - len(words))  # which is in every text
        found: dict[str, list[Aired]] = {}
        with self._using() as database:
            for programme, key in database.execute(_SEARCH, words):
                if key not in found:
                    rows = database.execute(_LAST_OF_PROGRAMME, (programme, _END, 1))
                    if aired := _aired(rows.fetchall()):
                        found[key] = aired
                        if len(found) == limit:
                            break
        return [one for aired in found.values() for one in aired]

    def titles(self, limit: int) -> list[str]:
        """Return the titles of shows, each once, the one that was on last first.

        Raises StoreError.
        """
        with self._using() as database:
            rows = database.execute(_TITLES, (limit,)).fetchall()
        found = []
        for (detail,) in rows:
            with suppress(TypeError, ValueError, zlib.error):
                found.append(_values(detail)["title"])
        return found

    def oldest(self) -> datetime | None:
        """Return when the first airing in the log began; None while it is empty."""
        with self._using() as database:
            ((found,),) = database.execute("SELECT min(start) FROM airing")
        return None if found is None else datetime.fromtimestamp(found, UTC)

    def size(self) -> tuple[int, int]:
        """Return how many airings there are, and how many bytes the file has."""
        with self._using() as database:
            ((count,),) = database.execute("SELECT count(*) FROM airing")
            return count, self._path.stat().st_size

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock, failures(self._path):
            yield self._database

    def _ask(self, query: str, *arguments: str | int) -> list[Aired]:
        with self._using() as database:
            rows = database.execute(query, arguments).fetchall()
        return _aired(rows)

    def _over_in(
        self, guide: Mapping[str, Sequence[Programme]], now: datetime, since: datetime
    ) -> Iterator[_Row]:
        """Yield what is over and behind the last airing of its channel, in order."""
        unseen = max(since, now - NOTICED_WITHIN)
        for channel, programmes in guide.items():
            over = self._over.get(channel, 0)
            first = bisect_right(programmes, datetime.fromtimestamp(over, UTC), key=_stop)
            # Several that end at once were seen by a clock that has jumped, maybe ahead.
            has_jumped = False
            for one in programmes[first:]:
                if one.stop > now:
                    break
                start, stop = max(_seconds(one.start), over), _seconds(one.stop)
                if one.is_filler or (stop - start) * 2 <= stop - _seconds(one.start):
                    continue
                is_planned = has_jumped or one.stop <= unseen
                yield _Row(channel, start, stop, one, is_planned)
                over, has_jumped = stop, True

    def _forget_future(self, database: sqlite3.Connection, now: datetime) -> None:
        """Drop what was frozen by a clock that was ahead, and cannot have been on yet."""
        from_here = _seconds(now + CLOCK_WAS_AHEAD)
        if max(self._over.values(), default=0) > from_here:
            with _transaction(database):
                database.execute(
                    "DELETE FROM airing WHERE planned = 1 AND stop > ? AND stop <= ?",
                    (from_here, from_here + _FORESEEN_AT_MOST),
                )
            self._over = _ends(database)

    def _prune(self, database: sqlite3.Connection) -> None:
        newest = max(self._over.values())
        if newest // _DAY > self._pruned_on:
            self._pruned_on = newest // _DAY
            ((oldest,),) = database.execute("SELECT min(stop) FROM airing")
            kept_from = newest - int(AIRED_KEPT_FOR.total_seconds())
            if oldest <= kept_from:
                _delete_until(database, "stop", min(kept_from, oldest + _PRUNED_AT_ONCE))
        while _used_bytes(database) > self._max_bytes:
            ((count,),) = database.execute("SELECT count(*) FROM airing")
            if count <= 1:
                break
            ((start,),) = database.execute(
                "SELECT start FROM airing ORDER BY start LIMIT 1 OFFSET ?",
                ((count - 1) // _SHARE_TO_PRUNE,),
            )
            _delete_until(database, "start", start)


def _insert(database: sqlite3.Connection, row: _Row) -> None:
    detail = programme_to_json(row.programme).encode()
    digest = hashlib.blake2b(detail, digest_size=16).digest()
    known = database.execute("SELECT id FROM detail WHERE digest = ?", (digest,)).fetchone()
    if known:
        (number,) = known
        database.execute(
            "UPDATE programme SET last = max(last, ?) WHERE id = ?", (row.start, number)
        )
    else:
        number = _insert_programme(database, row.programme, row.start)
        database.execute(
            "INSERT INTO detail (id, digest, content) VALUES (?, ?, ?)",
            (number, digest, zlib.compress(detail, 9)),
        )
    database.execute(
        "INSERT INTO airing (channel, start, stop, programme, planned) VALUES (?, ?, ?, ?, ?)",
        (row.channel, row.start, row.stop, number, int(row.is_planned)),
    )


def _insert_programme(database: sqlite3.Connection, programme: Programme, start: int) -> int:
    texts = (programme.title, programme.episode_title, programme.block)
    ((number,),) = database.execute(
        "INSERT INTO programme (show, identity, words, last) VALUES (?, ?, ?, ?) RETURNING id",
        (
            show_key(programme.title),
            identity(programme),
            fold(" ".join(filter(None, texts))),
            start,
        ),
    )
    return int(number)


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            database.execute("ROLLBACK")
        raise


def _delete_until(database: sqlite3.Connection, column: str, until: int) -> None:
    """Delete the airings up to and with that time, and what nothing refers to any more."""
    with _transaction(database):
        database.execute(_DELETE[column], (until,))
        database.execute(
            "DELETE FROM programme WHERE last <= ?"
            " AND NOT EXISTS (SELECT 1 FROM airing WHERE programme = programme.id)",
            (until,),
        )
        database.execute(
            "DELETE FROM detail WHERE NOT EXISTS (SELECT 1 FROM programme WHERE id = detail.id)"
        )


def _ends(database: sqlite3.Connection) -> dict[str, int]:
    """Return when the last airing of each channel ended."""
    return dict(database.execute("SELECT channel, max(stop) FROM airing GROUP BY channel"))


def _used_bytes(database: sqlite3.Connection) -> int:
    ((pages,),) = database.execute("PRAGMA page_count")
    ((free,),) = database.execute("PRAGMA freelist_count")
    ((size,),) = database.execute("PRAGMA page_size")
    return int((pages - free) * size)


def _aired(rows: Sequence[tuple[Any, ...]]) -> list[Aired]:
    """Make airings of rows; what somebody else wrote into the file and cannot be is left out."""
    found = []
    for channel, start, stop, detail, planned in rows:
        with suppress(OSError, OverflowError, TypeError, ValueError, zlib.error):
            programme = Programme(
                start=datetime.fromtimestamp(start, UTC),
                stop=datetime.fromtimestamp(stop, UTC),
                **_values(detail),
            )
            found.append(Aired(channel, programme, bool(planned)))
    return found


def _values(detail: bytes) -> dict[str, Any]:
    """Read what a programme is; nobody changes it. Raises ValueError or zlib.error."""
    short = _short_values(detail) if len(detail) <= _REMEMBERED_BYTES else None
    return short or values_from_json(zlib.decompressobj().decompress(detail, _MAX_DETAIL_BYTES))


@lru_cache(maxsize=4096)
def _short_values(detail: bytes) -> dict[str, Any] | None:
    """Do so, and remember it; None when the text is too long for that."""
    text = zlib.decompressobj().decompress(detail, _REMEMBERED_BYTES + 1)
    return values_from_json(text) if len(text) <= _REMEMBERED_BYTES else None


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
