"""The aired log's file: whatever is found there, Home Assistant starts, and says so in one line."""

from collections.abc import Callable
from contextlib import closing, suppress
import logging
import os
from pathlib import Path
import shutil
import sqlite3
import subprocess
import sys
import threading

import pytest

from downlink.errors import NewerVersionError, StoreError
from downlink.models import Programme
from downlink.policy import AIRED_BYTES
from downlink.publish.aired_file import delete_file, journal_of
from downlink.publish.aired_log import AiredLog

from ..samples import MINUTE, NOON, at

EAST = "toonami_east"
LONG_AGO = NOON - 9000 * MINUTE


def plan(count: int) -> dict[str, list[Programme]]:
    return {
        EAST: [
            Programme(
                start=at(30 * n), stop=at(30 * n + 30), title=f"Show {n}", description="x" * n
            )
            for n in range(count)
        ]
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "aired.db"


@pytest.fixture
def filled(path: Path) -> Path:
    with closing(AiredLog(path)) as log:
        log.freeze(plan(400), at(30 * 400), LONG_AGO)
    return path


def count(path: Path) -> int:
    with closing(AiredLog(path)) as log:
        return log.size()[0]


def test_a_new_one(path: Path) -> None:
    assert count(path) == 0
    assert path.is_file()
    assert not journal_of(path).exists()


def test_an_empty_file_is_a_new_one(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A stub, such as a backup may hold, does not begin anew without a word."""
    path.touch()
    assert count(path) == 0
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "aired.db is empty" in record.getMessage()
    caplog.clear()
    assert count(path) == 0
    assert caplog.records == []


def test_whole(filled: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert count(filled) == 400
    assert not journal_of(filled).exists()
    assert caplog.records == []


def execute(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database:
            for statement in statements:
                database.execute(statement)
            database.commit()

    return change


def write(at_byte: int, data: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(at_byte)
            file.write(data)

    return change


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 // 4096 * 4096)


def of_zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def too_large(path: Path) -> None:
    os.truncate(path, 4 * AIRED_BYTES + 1)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.write_bytes(b"not a data base" * 999), id="text"),
        pytest.param(of_zeros, id="zeros"),
        pytest.param(cut, id="cut"),
        pytest.param(write(20_000, b"\xff" * 9000), id="pages"),
        pytest.param(write(100, b"\x00" * 500), id="the schema's page"),
        pytest.param(too_large, id="too large"),
        pytest.param(execute("PRAGMA application_id = 7"), id="of another program"),
        pytest.param(execute("PRAGMA user_version = 0"), id="of no layout"),
        pytest.param(execute("DROP TABLE airing"), id="a table less"),
        pytest.param(execute("CREATE VIEW more AS SELECT 1"), id="a view more"),
        pytest.param(
            execute("CREATE TRIGGER t AFTER INSERT ON airing BEGIN DELETE FROM airing; END"),
            id="a trigger",
        ),
        pytest.param(
            execute(
                "DROP INDEX airing_programme", "CREATE INDEX airing_programme ON airing (stop)"
            ),
            id="another index",
        ),
    ],
)
def test_damaged(
    filled: Path, damage: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    damage(filled)
    found = filled.read_bytes()
    with closing(AiredLog(filled)) as log:
        assert log.size()[0] == 0
        assert log.freeze(plan(3), at(90), LONG_AGO) == 3
    assert (filled.parent / "aired.db.corrupt").read_bytes() == found
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "it was renamed to aired.db.corrupt" in record.getMessage()
    assert "\n" not in record.getMessage()
    caplog.clear()
    assert count(filled) == 3
    assert caplog.records == []


def test_what_was_put_aside_stays(filled: Path) -> None:
    aside = filled.with_name("aired.db.corrupt")
    aside.write_bytes(b"worth something")
    of_zeros(filled)
    found = filled.read_bytes()
    assert count(filled) == 0
    assert aside.read_bytes() == b"worth something"
    assert filled.with_name("aired.db.corrupt.2").read_bytes() == found


def test_as_large_as_can_be(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.touch()
    os.truncate(path, 4 * AIRED_BYTES)
    # It is read, and is none for another reason.
    assert count(path) == 0
    assert "too large" not in caplog.text


def test_of_a_newer_version(filled: Path, caplog: pytest.LogCaptureFixture) -> None:
    execute("PRAGMA user_version = 2", "CREATE TABLE more (a)")(filled)
    found = filled.read_bytes()
    with pytest.raises(NewerVersionError, match="has layout 2"):
        AiredLog(filled)
    assert filled.read_bytes() == found
    assert [one.name for one in filled.parent.iterdir()] == ["aired.db"]
    assert caplog.records == []


def test_no_file_but_a_folder(path: Path) -> None:
    path.mkdir()
    with pytest.raises(StoreError, match="no plain file"):
        AiredLog(path)
    assert path.is_dir()


def test_a_pipe_does_not_hang(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(StoreError, match="no plain file"):
        AiredLog(path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used"):
        AiredLog(tmp_path / "none" / "aired.db")


def test_locked_by_another_program(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not damaged: it is left alone."""
    monkeypatch.setattr("downlink.publish.aired_file._WAIT_SECONDS", 0.01)
    with closing(sqlite3.connect(filled)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked"):
            AiredLog(filled)
    assert count(filled) == 400


def test_a_crash_in_a_transaction(filled: Path) -> None:
    """What a process that was killed has begun is undone, and nothing else."""
    program = (
        "import os, sqlite3, sys\n"
        "database = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "database.execute('PRAGMA cache_size = 1')\n"
        "database.execute('BEGIN IMMEDIATE')\n"
        "database.execute('DELETE FROM airing')\n"
        "database.execute('DELETE FROM programme')\n"
        "os._exit(1)\n"
    )
    argv = [sys.executable, "-c", program, str(filled)]
    subprocess.run(argv, check=False)  # noqa: S603  # it is written above
    assert journal_of(filled).exists()
    assert count(filled) == 400


def test_a_copy_between_transactions_is_whole(filled: Path, tmp_path: Path) -> None:
    """A backup that is told of, as Home Assistant's is, needs this one file."""
    with closing(AiredLog(filled)) as log:
        for n in range(20):
            copy = tmp_path / f"copy{n}.db"
            shutil.copy(filled, copy)
            assert not journal_of(filled).exists()
            assert count(copy) == 400 + n
            log.freeze(plan(401 + n), at(30 * (401 + n)), LONG_AGO)


def copy_of(path: Path, copy: Path) -> Path:
    """Copy what is there at this moment, one file after the other."""
    shutil.copy(path, copy)
    with suppress(FileNotFoundError):
        shutil.copy(journal_of(path), journal_of(copy))
    return copy


def test_copies_in_the_middle_of_everything(
    filled: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A backup that is not told of copies what it finds: that is opened, or set aside."""
    caplog.set_level(logging.CRITICAL)
    guide = plan(1000)
    stop = threading.Event()

    def work() -> None:
        with closing(AiredLog(filled)) as log:
            for n in range(400, 1000):
                if not stop.is_set():
                    log.freeze(guide, at(30 * n), LONG_AGO)

    thread = threading.Thread(target=work)
    thread.start()
    copies = [copy_of(filled, tmp_path / f"copy{n}.db") for n in range(20)]
    stop.set()
    thread.join()
    for copy in copies:
        is_whole = count(copy) >= 400
        assert is_whole is not copy.with_name(f"{copy.name}.corrupt").exists()


def test_deleted(filled: Path, caplog: pytest.LogCaptureFixture) -> None:
    of_zeros(filled)
    count(filled)
    delete_file(filled)
    assert list(filled.parent.iterdir()) == []
    delete_file(filled)
    assert len(caplog.records) == 1
