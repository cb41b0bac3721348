"""The file of the aired log: how it is opened, and what belongs to it."""

from contextlib import closing
from pathlib import Path
import sqlite3

import pytest

from downlink.publish.aired_file import delete_file, journal_of, open_file


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("busy_timeout", 5000),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("journal_mode", "delete"),
        ("synchronous", 2),
        ("temp_store", 2),
        ("application_id", 0x746F6F6E),
        ("user_version", 1),
    ],
)
def test_how_it_is_opened(path: Path, pragma: str, value: object) -> None:
    for _ in range(2):
        with closing(open_file(path)) as database:
            assert database.execute(f"PRAGMA {pragma}").fetchall() == [(value,)]
            assert not database.in_transaction
            assert database.isolation_level is None


@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA application_id = 77",
        "PRAGMA user_version = 0",
        "CREATE TABLE other (a)",
        "DROP INDEX airing_programme",
    ],
)
def test_a_file_that_is_not_quite_ours_is_put_aside(
    path: Path, caplog: pytest.LogCaptureFixture, statement: str
) -> None:
    open_file(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()
    with closing(open_file(path)) as database:
        assert database.execute("PRAGMA user_version").fetchall() == [(1,)]
    (record,) = caplog.records
    assert "is no aired log" in record.getMessage()
    assert len(list(path.parent.iterdir())) == 2


@pytest.mark.parametrize(
    "statement",
    ["PRAGMA application_id = 77", "PRAGMA user_version = 2", "CREATE TABLE other (a)"],
)
def test_a_file_of_another_program_is_not_made_ours(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()
    open_file(path).close()
    assert len(list(path.parent.iterdir())) == 2


def test_what_is_whole_is_opened_without_a_word(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    open_file(path).close()
    open_file(path).close()
    assert caplog.records == []
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_journal_does_not_outlive_its_file(path: Path) -> None:
    assert journal_of(path).name == "aired.db-journal"
    open_file(path).close()
    path.write_bytes(b"no database, but as long as the head of one" * 100)
    journal_of(path).write_bytes(b"left")
    open_file(path).close()
    assert not journal_of(path).exists()
    journal_of(path).write_bytes(b"left")
    delete_file(path)
    assert list(path.parent.iterdir()) == []
    delete_file(path)
