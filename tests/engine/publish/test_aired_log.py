"""The aired log: what is over is frozen once, and found again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
import sqlite3
import threading
import zlib

import pytest

from downlink.errors import StoreError
from downlink.identity import identity
from downlink.models import Programme, Source
from downlink.policy import AIRED_KEPT_FOR, CLOCK_WAS_AHEAD, NOTICED_WITHIN
from downlink.publish.aired_log import MAX_AIRED, Aired, AiredLog

from ..samples import HOUR, MINUTE, NOON, at

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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "aired.db"


@pytest.fixture
def log(path: Path) -> Iterator[AiredLog]:
    log = AiredLog(path)
    yield log
    log.close()


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


def test_only_what_is_over(log: AiredLog) -> None:
    guide = {EAST: row_of(0, 4)}
    assert freeze(log, guide, at(60) - MINUTE) == 1
    assert freeze(log, guide, at(60)) == 1
    assert freeze(log, guide, at(60)) == 0
    assert [one.programme for one in whole(log)] == guide[EAST][:2]
    assert whole(log, WEST) == []


def test_it_outlives_the_process(log: AiredLog, path: Path) -> None:
    guide = {EAST: row_of(0, 4), WEST: row_of(180, 4)}
    freeze(log, guide, at(3000))
    found = whole(log), whole(log, WEST)
    log.close()
    again = AiredLog(path)
    assert (whole(again), whole(again, WEST)) == found
    assert freeze(again, guide, at(3000)) == 0
    again.close()


def test_first_writer_wins(log: AiredLog) -> None:
    freeze(log, {EAST: row_of(0, 2)}, at(60))
    before = whole(log)
    other = [programme(0, 20, "Bebop"), programme(20, 40, "Bebop"), *row_of(60, 1, "Bebop")]
    assert freeze(log, {EAST: other}, at(90)) == 1
    assert whole(log)[:2] == before
    assert titles(whole(log)) == ["Trigun", "Trigun", "Bebop"]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param(30, [(30, 90)], id="after it"),
        pytest.param(1, [(30, 90)], id="most of it is left"),
        pytest.param(-30, [], id="half of it is left"),
        pytest.param(-29, [(30, 90)], id="a little more than half"),
    ],
)
def test_what_runs_into_the_log_is_cut(
    log: AiredLog, start: float, expected: list[tuple[float, float]]
) -> None:
    freeze(log, {EAST: row_of(0, 1)}, at(30))
    freeze(log, {EAST: [programme(start, 90 - start, "Bebop")]}, at(90))
    assert [
        ((one.programme.start - NOON) / MINUTE, (one.programme.stop - NOON) / MINUTE)
        for one in whole(log)[1:]
    ] == expected


def test_filler_is_not_what_was_on(log: AiredLog) -> None:
    filler = programme(0, title="Movies", source=Source.FILLER)
    assert freeze(log, {"movies": [filler], EAST: [filler, *row_of(30, 1)]}, at(60)) == 1


@pytest.mark.parametrize(
    ("since", "now", "is_planned"),
    [
        pytest.param(-60, 30, False, id="seen to end"),
        pytest.param(29, 30, False, id="just begun to look"),
        pytest.param(30, 30, True, id="over before"),
        pytest.param(-60, 35 - 1 / 60, False, id="noticed a little late"),
        pytest.param(-60, 35, True, id="noticed far too late"),
    ],
)
def test_what_was_only_planned(log: AiredLog, since: float, now: float, is_planned: bool) -> None:
    assert NOTICED_WITHIN == 5 * MINUTE
    freeze(log, {EAST: row_of(0, 1)}, at(now), at(since))
    assert [one.is_planned for one in whole(log)] == [is_planned]


@pytest.mark.parametrize(
    ("start", "stop", "numbers"),
    [
        (0, 120, [1, 2, 3, 4]),
        (29, 31, [1, 2]),
        (30, 60, [2]),
        (30, 60.1, [2, 3]),
        (-60, 0, []),
        (-60, 1, [1]),
        (119, 500, [4]),
        (120, 500, []),
        (60, 60, []),
        (90, 30, []),
    ],
)
def test_what_was_on_between(log: AiredLog, start: float, stop: float, numbers: list[int]) -> None:
    freeze(log, {EAST: row_of(0, 4), WEST: row_of(0, 4, "Bebop")}, at(3000))
    found = log.between(EAST, at(start), at(stop))
    assert [one.programme.episode for one in found] == numbers
    assert set(titles(found)) <= {"Trigun"}


def test_not_more_than_asked_for(log: AiredLog) -> None:
    freeze(log, {EAST: row_of(0, 4)}, at(3000))
    assert len(log.between(EAST, at(0), at(3000), 3)) == 3
    assert len(log.between(EAST, at(0), at(3000), 4)) == 4
    assert MAX_AIRED > 14 * 271


def test_last_airings(log: AiredLog) -> None:
    again = [programme(600, episode=1), programme(1200, title="TRIGUN", episode=1)]
    freeze(log, {EAST: [*row_of(0, 3), *again], WEST: row_of(180, 3)}, at(3000))
    key = identity(again[0])
    found = log.last(key, at(3000), 9)
    assert [(one.channel, one.programme.start) for one in found] == [
        (EAST, at(1200)),
        (EAST, at(600)),
        (WEST, at(180)),
        (EAST, at(0)),
    ]
    assert log.last(key, at(1200)) == found[1:2]
    assert log.last(key, at(0)) == []
    assert log.last("trigun", at(3000)) == []
    assert log.last("trigun", at(600), of_show=True)[0].programme.episode == 3


def test_counts(log: AiredLog) -> None:
    freeze(log, {EAST: row_of(0, 3), WEST: row_of(180, 3)}, at(3000))
    key = identity(row_of(0, 1)[0])
    assert log.count(key, at(0), at(3000)) == 2
    assert log.count(key, at(0), at(180)) == 1
    assert log.count(key, at(1), at(181)) == 1
    assert log.count("trigun", at(0), at(3000), of_show=True) == 6
    assert log.count("bebop", at(0), at(3000), of_show=True) == 0


def test_search(log: AiredLog) -> None:
    bebop = programme(60, title="Cowboy Bebop", episode_title="Ballad of Fallen Angels")
    freeze(
        log,
        {
            EAST: [programme(0, title="Pokémon", block="Toonami"), bebop],
            WEST: [replace(bebop, start=at(300), stop=at(330)), programme(330)],
        },
        at(3000),
    )
    assert titles(log.search("POKEMON", 9)) == ["Pokémon"]
    assert titles(log.search("toonami", 9)) == ["Pokémon"]
    assert titles(log.search("o", 9)) == ["Cowboy Bebop", "Pokémon"]
    assert titles(log.search("o", 1)) == ["Cowboy Bebop"]
    # Each programme once, with its last airing.
    (found,) = log.search("angels cowboy", 9)
    assert (found.channel, found.programme.start) == (WEST, at(300))
    assert log.search("cowboy pokemon", 9) == []
    assert log.search(" !? ", 9) == []
    assert log.search("o " * 10 + "nothing of this", 9) != []


def test_search_finds_an_episode_once_however_it_is_described(log: AiredLog) -> None:
    one = programme(0, episode=1, description="Before.")
    two = programme(60, episode=1, description="After.")
    freeze(log, {EAST: [one, two]}, at(3000))
    assert [found.programme for found in log.search("trigun", 9)] == [two]


def test_what_programmes_say_is_kept_once(log: AiredLog, path: Path) -> None:
    freeze(log, {EAST: [programme(30 * n) for n in range(9)], WEST: row_of(0, 1)}, at(3000))
    with opened(path) as database:
        assert database.execute("SELECT count(*) FROM programme").fetchone() == (2,)


def test_size_and_oldest(log: AiredLog, path: Path) -> None:
    assert log.oldest() is None
    assert log.size() == (0, path.stat().st_size)
    freeze(log, {EAST: row_of(30, 3), WEST: row_of(0, 3)}, at(3000))
    assert log.oldest() == at(0)
    assert log.size() == (6, path.stat().st_size)


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
        "UPDATE programme SET detail = x'00'",
        "UPDATE programme SET detail = x'789c030000000001'",
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
        database.execute("UPDATE programme SET detail = ?", (bomb,))
    assert whole(log) == []


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
