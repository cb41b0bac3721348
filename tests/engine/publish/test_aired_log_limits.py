"""The aired log at its limits: its age, its size, a wrong clock, a bad disk, many threads."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
import threading
import zlib

import pytest

from downlink.errors import StoreError
from downlink.models import Programme
from downlink.policy import AIRED_KEPT_FOR, CLOCK_WAS_AHEAD
from downlink.publish.aired_log import AiredLog

from ..samples import HOUR, MINUTE, NOON, at
from .airing import DAY, EAST, WEST, freeze, opened, programme, row_of, titles, whole


def test_a_year_is_kept(log: AiredLog) -> None:
    year = AIRED_KEPT_FOR
    start, following = programme(0, title="First"), programme(30, title="Second")
    last = replace(start, start=at(0) + year, stop=at(30) + year, title="Third")
    freeze(log, {EAST: [start, following]}, at(60))
    freeze(log, {EAST: [last]}, last.stop)
    # What ended a year ago to the second goes.
    assert titles(whole(log)) == ["Second", "Third"]
    assert log.search("first", 9) == []
    assert log.search("second", 9) != []


def test_a_clock_that_is_wrong_for_a_day_does_not_cost_the_year(log: AiredLog) -> None:
    days = [programme(1440 * n, title=f"Day {n}") for n in range(9)]
    freeze(log, {EAST: days}, at(1440 * 9))
    far = [programme(1440 * (4000 + n), title=f"Far {n}") for n in range(2)]
    freeze(log, {EAST: far[:1]}, at(1440 * 4001))
    assert titles(log.between(EAST, NOON, NOON + 9999 * DAY)) == [
        *(f"Day {n}" for n in range(3, 9)),
        "Far 0",
    ]
    freeze(log, {EAST: far[:1]}, at(1440 * 4001))
    freeze(log, {EAST: far}, at(1440 * 4002))
    assert titles(log.between(EAST, NOON, NOON + 9999 * DAY))[0] == "Day 6"


@pytest.mark.parametrize(
    ("stop", "is_kept"),
    [
        pytest.param(CLOCK_WAS_AHEAD, True, id="the clock may have been set by that much"),
        pytest.param(CLOCK_WAS_AHEAD + timedelta(seconds=1), False, id="it was wrong"),
    ],
)
def test_what_a_clock_that_was_ahead_has_frozen(
    log: AiredLog, stop: timedelta, is_kept: bool
) -> None:
    plan = [
        Programme(start=NOON - HOUR, stop=NOON, title="Past"),
        Programme(start=NOON + stop - MINUTE, stop=NOON + stop, title="Future"),
    ]
    freeze(log, {EAST: plan}, NOON + 9 * DAY)
    freeze(log, {}, NOON)
    assert titles(whole(log)) == ["Past", *(["Future"] if is_kept else [])]
    # It is frozen again, when it is really over.
    freeze(log, {EAST: plan}, NOON + stop)
    assert titles(whole(log)) == ["Past", "Future"]


def test_a_clock_that_is_ahead_for_a_moment_costs_no_day(log: AiredLog) -> None:
    plan = row_of(0, 60)
    freeze(log, {EAST: plan}, at(30))
    freeze(log, {EAST: plan}, at(1500))
    freeze(log, {EAST: plan}, at(60))
    assert whole(log)[-1].programme.stop == at(60) + CLOCK_WAS_AHEAD
    freeze(log, {EAST: plan}, last := at(90) + CLOCK_WAS_AHEAD)
    assert (whole(log)[-1].programme.stop, whole(log)[-1].is_planned) == (last, False)


def test_a_clock_that_is_far_behind_costs_nothing(log: AiredLog) -> None:
    freeze(log, {EAST: row_of(0, 4)}, at(3000))
    freeze(log, {}, NOON - 3650 * DAY)
    assert len(whole(log)) == 4


def test_what_was_seen_to_end_is_never_dropped(log: AiredLog) -> None:
    for one in (plan := row_of(0, 8)):
        freeze(log, {EAST: plan}, one.stop)
    freeze(log, {}, NOON - 9 * HOUR)
    assert len(whole(log)) == 8


def test_a_file_that_grows_too_large_loses_its_oldest(tmp_path: Path) -> None:
    log = AiredLog(tmp_path / "small.db", max_bytes=128 * 1024)
    plan = [
        programme(30 * n, title=f"Show {n}", description="".join(map(chr, range(200 + n, 700 + n))))
        for n in range(400)
    ]
    for n in range(0, 400, 20):
        freeze(log, {EAST: plan[: n + 20]}, at(30 * (n + 20)))
        count, size = log.size()
        assert size <= 160 * 1024
    kept = [one.programme for one in whole(log)]
    assert 20 < len(kept) < 300
    assert kept == plan[-len(kept) :]
    assert count == len(kept)
    log.close()


def test_a_file_that_is_too_small_for_one_airing(tmp_path: Path) -> None:
    log = AiredLog(tmp_path / "tiny.db", max_bytes=1)
    freeze(log, {EAST: row_of(0, 4)}, at(3000))
    assert len(whole(log)) == 1
    log.close()


def test_many_at_once(log: AiredLog) -> None:
    assert freeze(log, {EAST: row_of(0, 1200)}, at(30 * 1200)) == 1200
    assert len(whole(log)) == 1200


def test_after_the_end(log: AiredLog) -> None:
    log.close()
    with pytest.raises(StoreError, match="cannot be used"):
        log.oldest()
    with pytest.raises(StoreError, match="cannot be used"):
        freeze(log, {EAST: row_of(0, 1)}, at(60))


def test_a_disk_that_cannot_be_written(log: AiredLog, path: Path) -> None:
    freeze(log, {EAST: row_of(0, 1)}, at(30))
    before = whole(log)
    with opened(path) as other:
        other.execute("BEGIN EXCLUSIVE")
        log._database.execute("PRAGMA busy_timeout = 0")  # noqa: SLF001  # or the test waits as long
        with pytest.raises(StoreError, match="locked"):
            freeze(log, {EAST: row_of(0, 2)}, at(60))
        other.execute("ROLLBACK")
    assert whole(log) == before
    assert freeze(log, {EAST: row_of(0, 2)}, at(60)) == 1


def test_nothing_of_a_transaction_that_failed(
    log: AiredLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise OSError("no")

    monkeypatch.setattr("downlink.publish.aired_log.programme_to_json", fail)
    with pytest.raises(StoreError, match="no"):
        freeze(log, {EAST: row_of(0, 2)}, at(60))
    monkeypatch.undo()
    assert whole(log) == []
    assert freeze(log, {EAST: row_of(0, 2)}, at(60)) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE detail SET content = x'00'",
        "UPDATE detail SET content = x'789c030000000001'",
        "UPDATE airing SET start = -99999999999999",
        "UPDATE airing SET stop = 9223372036854775807",
    ],
)
def test_rows_that_somebody_else_wrote(log: AiredLog, path: Path, statement: str) -> None:
    freeze(log, {EAST: row_of(0, 1)}, at(3000))
    with opened(path) as database:
        database.execute(statement)
    assert whole(log) == []
    assert log.search("trigun", 9) == []


def test_details_that_unpack_to_a_flood(log: AiredLog, path: Path) -> None:
    freeze(log, {EAST: row_of(0, 1)}, at(3000))
    bomb = zlib.compress(b'{"title":"' + b"a" * 50_000_000 + b'"}', 9)
    with opened(path) as database:
        database.execute("UPDATE detail SET content = ?", (bomb,))
    assert whole(log) == []


@pytest.mark.parametrize(("size", "is_read"), [(1024 * 1024, True), (1024 * 1024 + 1, False)])
def test_details_as_long_as_they_may_be(
    log: AiredLog, path: Path, size: int, is_read: bool
) -> None:
    freeze(log, {EAST: row_of(0, 1)}, at(3000))
    with opened(path) as database:
        ((content,),) = database.execute("SELECT content FROM detail").fetchall()
        text = zlib.decompress(content)
        longer = text[:1] + text[1:].rjust(size - 1)
        database.execute("UPDATE detail SET content = ?", (zlib.compress(longer),))
    assert bool(whole(log)) is is_read


def test_an_airing_whose_programme_is_gone(log: AiredLog, path: Path) -> None:
    freeze(log, {EAST: row_of(0, 2)}, at(3000))
    with opened(path) as database:
        database.execute("DELETE FROM airing")
    assert log.search("trigun", 9) == []


def test_threads(log: AiredLog) -> None:
    plan = {EAST: row_of(0, 300), WEST: row_of(0, 300, "Bebop")}
    failed: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            for _ in range(30):
                work()
        except BaseException as err:  # noqa: BLE001  # it is shown below
            failed.append(err)

    hours = iter(range(1, 10_000))
    jobs = (
        lambda: freeze(log, plan, at(next(hours) * 30)),
        lambda: whole(log),
        lambda: log.search("trigun", 9),
        lambda: log.count("trigun", NOON, at(9000), of_show=True),
    )
    threads = [threading.Thread(target=run, args=(job,)) for job in jobs * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    freeze(log, plan, at(9000))
    assert [one.programme for one in whole(log)] == plan[EAST]
