"""The file of the aired log: made, opened, checked, and set aside when it is damaged."""

from collections.abc import Iterator
from contextlib import contextmanager
import logging
from pathlib import Path
import sqlite3
from typing import Final

from ..errors import NewerVersionError, StoreError
from ..files import delete_aside, name_aside
from ..policy import AIRED_BYTES

_LOGGER = logging.getLogger(__name__)

_LAYOUT: Final = 1
_APPLICATION: Final = 0x746F6F6E
"""Says whose file it is (https://www.sqlite.org/fileformat2.html, § 1.2.17)."""
_SCHEMA: Final = (
    (
        "CREATE TABLE programme (id INTEGER PRIMARY KEY, show TEXT NOT NULL,"
        " identity TEXT NOT NULL, words TEXT NOT NULL, last INTEGER NOT NULL) STRICT"
    ),
    "CREATE INDEX programme_show ON programme (show)",
    "CREATE INDEX programme_identity ON programme (identity)",
    (
        "CREATE TABLE detail (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE,"
        " content BLOB NOT NULL) STRICT"
    ),
    (
        "CREATE TABLE airing (channel TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,"
        " programme INTEGER NOT NULL, planned INTEGER NOT NULL, PRIMARY KEY (channel, start))"
        " STRICT, WITHOUT ROWID"
    ),
    "CREATE INDEX airing_programme ON airing (programme, start)",
)
_SETTINGS: Final = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    # A reader of the file, such as a backup, has all of it in one place between transactions.
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
)
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
"""What SQLite says of a file that is not, or not any more, what it should be."""
_LARGEST_FILE: Final = 4 * AIRED_BYTES
_PRIMARY_CODE: Final = 0xFF
_WAIT_SECONDS: Final = 5.0
"""For another program that looks into the file."""


class _DamagedError(Exception):
    """The file is no aired log, or not any more."""


def open_file(path: Path) -> sqlite3.Connection:
    """Open the file, or make it. Transactions begin and end by statements; any thread may ask.

    One that is damaged is renamed, with one line in the log, and a new one made. Raises
    NewerVersionError when a newer version wrote it, and StoreError when it cannot be read or
    written: then it is left alone.
    """
    with failures(path):
        try:
            return _open(path)
        except _DamagedError as err:
            aside = name_aside(path)
            path.replace(aside)
            journal_of(path).unlink(missing_ok=True)
            _LOGGER.warning("%s is damaged (%s); it was renamed to %s", path, err, aside.name)
        return _open(path)


def delete_file(path: Path) -> None:
    """Delete the file and what belongs to it."""
    for one in (path, journal_of(path)):
        one.unlink(missing_ok=True)
    delete_aside(path)


def journal_of(path: Path) -> Path:
    """The file that SQLite has beside it during a transaction."""
    return path.with_name(f"{path.name}-journal")


@contextmanager
def failures(path: Path) -> Iterator[None]:
    """Raise StoreError for whatever goes wrong with the disk or the file."""
    try:
        yield
    except (OSError, sqlite3.Error, _DamagedError) as err:
        raise StoreError(f"The aired log {path} cannot be used: {err}.") from err


def _open(path: Path) -> sqlite3.Connection:
    if path.exists():
        if not path.is_file():
            raise OSError("it is no plain file")
        size = path.stat().st_size
        if size > _LARGEST_FILE:
            raise _DamagedError("it is far too large")
        if not size:
            _LOGGER.warning("%s is empty: what was on until now is not known any more", path)
    database = sqlite3.connect(
        path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        _check(database, path)
    except BaseException as err:
        database.close()
        if isinstance(err, sqlite3.Error) and err.sqlite_errorcode & _PRIMARY_CODE in _DAMAGED:
            raise _DamagedError(str(err)) from err
        raise
    return database


def _check(database: sqlite3.Connection, path: Path) -> None:
    """See that the file is whole and of today's layout; write the layout into an empty one."""
    for statement in _SETTINGS:
        database.execute(statement)
    ((flaw,),) = database.execute("PRAGMA quick_check(1)")
    if flaw != "ok":
        raise _DamagedError(str(flaw).partition("\n")[0])
    ((application,),) = database.execute("PRAGMA application_id")
    ((layout,),) = database.execute("PRAGMA user_version")
    found = [sql for (sql,) in database.execute("SELECT sql FROM sqlite_schema WHERE sql NOT NULL")]
    if application == _APPLICATION and layout > _LAYOUT:
        raise NewerVersionError(f"{path} has layout {layout}")
    if not (application or layout or found):
        _make(database)
    elif (application, layout, sorted(found)) != (_APPLICATION, _LAYOUT, sorted(_SCHEMA)):
        raise _DamagedError("it is no aired log")


def _make(database: sqlite3.Connection) -> None:
    database.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA:
        database.execute(statement)
    database.execute(f"PRAGMA application_id = {_APPLICATION}")
    database.execute(f"PRAGMA user_version = {_LAYOUT}")
    database.execute("COMMIT")
