"""The aired log at its edges: what goes and what stays, to the second and to the byte."""

from datetime import timedelta
from pathlib import Path
import random

import pytest

from downlink.models import Programme
from downlink.policy import AIRED_KEPT_FOR, CLOCK_WAS_AHEAD
from downlink.publish.aired_log import Aired, AiredLog

from ..samples import MINUTE, NOON, at
from .airing import DAY, EAST, WEST, freeze, opened, programme, row_of, titles, whole

SECOND = timedelta(seconds=1)


def rows(path: Path, table: str) -> int:
    with opened(path) as database:
        ((count,),) = database.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  # our names
    return int(count)


@pytest.mark.parametrize(("more", "is_kept"), [(timedelta(), False), (SECOND, True)])
def test_how_far_ahead_something_frozen_too_early_can_lie(
    log: AiredLog, more: timedelta, is_kept: bool
) -> None:
    stop = NOON + CLOCK_WAS_AHEAD + 16 * DAY + more
    freeze(log, {EAST: [Programme(start=stop - MINUTE, stop=stop, title="Far")]}, stop + DAY)
    freeze(log, {}, NOON)
    assert titles(whole(log)) == ["Far"] * is_kept


def test_a_clock_that_was_ahead_costs_one_channel_nothing_of_the_other(log: AiredLog) -> None:
    freeze(log, {EAST: row_of(0, 1), WEST: row_of(0, 1)}, at(30))
    freeze(log, {WEST: row_of(3000, 1)}, at(9000))
    freeze(log, {}, at(60))
    assert (len(whole(log)), len(whole(log, WEST))) == (1, 1)
    assert freeze(log, {EAST: row_of(0, 2), WEST: row_of(0, 2)}, at(60)) == 2


def test_two_days_of_what_is_a_year_old_go_in_one_day(log: AiredLog, path: Path) -> None:
    days = [programme(1440 * n, title=f"Day {n}") for n in range(5)]
    late = days[-1].stop + AIRED_KEPT_FOR
    freeze(log, {EAST: days}, at(1440 * 9))
    last = [
        Programme(start=stop - 30 * MINUTE, stop=stop, title="Late")
        for stop in (late, late + 31 * MINUTE)
    ]
    freeze(log, {EAST: last[:1]}, late)
    assert titles(whole(log)) == ["Day 3", "Day 4", "Late"]
    # On the same day nothing more goes, and nothing of what is gone is left in the file.
    freeze(log, {EAST: last}, late + DAY)
    assert titles(whole(log)) == ["Day 3", "Day 4", "Late", "Late"]
    assert (rows(path, "programme"), rows(path, "detail")) == (3, 3)


def test_what_is_on_again_is_found_when_its_first_airing_is_gone(log: AiredLog, path: Path) -> None:
    first = programme(0)
    again = Programme(
        start=first.start + AIRED_KEPT_FOR, stop=first.stop + AIRED_KEPT_FOR, title=first.title
    )
    freeze(log, {EAST: [first]}, first.stop)
    freeze(log, {EAST: [again]}, again.stop)
    assert [one.programme for one in whole(log)] == [again]
    assert [one.programme for one in log.search("trigun", 9)] == [again]
    assert (rows(path, "programme"), rows(path, "detail")) == (1, 1)


def test_a_file_that_is_just_large_enough_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "first.db"
    for limit in (1 << 20, None):
        size = path.stat().st_size if path.exists() else 0
        path = tmp_path / f"{limit}.db"
        log = AiredLog(path, max_bytes=limit or size)
        freeze(log, {EAST: row_of(0, 4)}, at(3000))
        assert len(whole(log)) == 4
        log.close()
    smaller = AiredLog(tmp_path / "smaller.db", max_bytes=size - 1)
    freeze(smaller, {EAST: row_of(0, 4)}, at(3000))
    assert [one.programme.episode for one in whole(smaller)][-1:] == [4]
    assert len(whole(smaller)) < 4
    smaller.close()


def test_what_a_later_guide_overlaps_in_itself_is_cut(log: AiredLog) -> None:
    overlapping = [programme(0, 60, "One"), programme(30, 90, "Two")]
    assert freeze(log, {EAST: overlapping}, at(120)) == 2
    assert [one.programme.start for one in whole(log)] == [at(0), at(60)]


def test_added_is_counted_over_channels_and_pieces(log: AiredLog) -> None:
    plan = {EAST: row_of(0, 501), WEST: row_of(0, 502, "Bebop")}
    assert freeze(log, plan, at(30 * 600)) == 1003
    assert (len(whole(log)), len(whole(log, WEST))) == (501, 502)
    assert log.size()[0] == 1003
    assert freeze(log, plan, at(30 * 600)) == 0


def test_what_is_put_keeps_what_was_planned_and_when_it_was_on_last(log: AiredLog) -> None:
    trigun, bebop = programme(0), programme(60, title="Bebop")
    again = Programme(start=at(300), stop=at(330), title="Trigun")
    aired = [
        Aired(WEST, again, is_planned=True),
        Aired(EAST, trigun, is_planned=False),
        Aired(EAST, bebop, is_planned=True),
    ]
    log.put(aired)
    assert [(one.programme, one.is_planned) for one in whole(log)] == [
        (trigun, False),
        (bebop, True),
    ]
    assert whole(log, WEST) == aired[:1]
    assert titles(log.search("i b", 9)) == []
    assert log.titles(9) == ["Trigun", "Bebop"]
    assert [one.programme.start for one in log.search("trigun", 9)] == [at(300)]


def test_a_title_that_cannot_be_read_hides_no_other(log: AiredLog, path: Path) -> None:
    freeze(log, {EAST: [programme(30 * n, title=f"Show {n}") for n in range(3)]}, at(3000))
    with opened(path) as database:
        database.execute(
            "UPDATE detail SET content = x'00' WHERE id = (SELECT id FROM programme"
            " WHERE words = 'show 1')"
        )
    assert log.titles(9) == ["Show 2", "Show 0"]
    assert titles(whole(log)) == ["Show 0", "Show 2"]
    assert titles(log.search("show", 9)) == ["Show 2", "Show 0"]


@pytest.mark.parametrize("length", [1, 1900, 2000, 2040, 2048, 2049, 5000])
@pytest.mark.parametrize("is_dense", [False, True])
def test_a_text_of_any_length_comes_back_each_time(
    log: AiredLog, length: int, is_dense: bool
) -> None:
    letters = [chr(one) for one in range(0x4E00, 0x9000)] if is_dense else ["a"]
    text = "".join(random.Random(7).choices(letters, k=length))
    shown = programme(0, description=text)
    freeze(log, {EAST: [shown]}, at(30))
    assert [[one.programme for one in whole(log)] for _ in range(2)] == [[shown], [shown]]


def test_the_last_airings_of_two_channels_at_one_time_are_in_order(log: AiredLog) -> None:
    freeze(log, {WEST: row_of(0, 1), EAST: row_of(0, 1)}, at(30))
    found = log.last("trigun", at(1), 9, of_show=True)
    assert [one.channel for one in found] == [EAST, WEST]
    assert len(log.last("trigun", at(1), of_show=True)) == 1
    assert log.count("trigun", at(0), at(1), of_show=True) == 2


def test_a_log_that_was_closed_knows_its_channels_when_it_is_opened_again(
    log: AiredLog, path: Path
) -> None:
    assert log.channels == ()
    freeze(log, {EAST: row_of(0, 2), WEST: row_of(0, 1)}, at(60))
    again = AiredLog(path)
    assert again.channels == (EAST, WEST)
    assert freeze(again, {EAST: row_of(0, 3)}, at(90)) == 1
    again.close()
