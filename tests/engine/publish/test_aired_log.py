"""The aired log: what is over is frozen once, and found again."""

from dataclasses import replace
from pathlib import Path

import pytest

from downlink.errors import StoreError
from downlink.identity import identity
from downlink.models import Source
from downlink.policy import NOTICED_WITHIN
from downlink.publish.aired_log import MAX_AIRED, AiredLog

from ..samples import MINUTE, NOON, at
from .airing import EAST, WEST, freeze, opened, programme, row_of, titles, whole


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


def test_what_was_on_since(log: AiredLog) -> None:
    freeze(log, {EAST: row_of(0, 4), WEST: row_of(-300, 2)}, at(3000))

    def since(start: float, now: float) -> dict[str, list[int | None]]:
        return {
            key: [one.episode for one in programmes]
            for key, programmes in log.since(at(start), at(now)).items()
        }

    # The last of all is there, however long ago it was.
    assert since(45, 120) == {EAST: [2, 3, 4], WEST: [2]}
    assert since(60, 120) == {EAST: [3, 4], WEST: [2]}
    assert since(3000, 3000) == {EAST: [4], WEST: [2]}
    assert since(-9000, 3000) == {EAST: [1, 2, 3, 4], WEST: [1, 2]}
    # A clock that was ahead has frozen what is not over yet.
    assert since(0, 119) == {EAST: [1, 2, 3], WEST: [2]}


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


def test_titles_of_shows(log: AiredLog) -> None:
    respelled = programme(600, title="TRIGUN", episode=9)
    freeze(log, {EAST: [*row_of(0, 3), respelled], WEST: row_of(180, 3, "Bebop")}, at(3000))
    assert log.titles(9) == ["TRIGUN", "Bebop"]
    assert log.titles(1) == ["TRIGUN"]
    assert log.titles(0) == []


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
    assert log.search("o " * 8 + "nothing of this", 9) != []
    assert log.search("o " * 7 + "nothing of this", 9) == []


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


def test_filled_with_another(log: AiredLog, tmp_path: Path) -> None:
    """What a log knows can be put into an empty one, which goes on from there."""
    freeze(log, {EAST: row_of(0, 4), WEST: row_of(180, 4)}, at(3000))
    assert log.channels == (EAST, WEST)
    other = AiredLog(tmp_path / "other.db")
    other.put([*whole(log), *whole(log, WEST)])
    assert other.channels == (EAST, WEST)
    assert (whole(other), whole(other, WEST)) == (whole(log), whole(log, WEST))
    assert other.last(identity(row_of(0, 4)[0]), at(3000)) == log.last(
        identity(row_of(0, 4)[0]), at(3000)
    )
    assert freeze(other, {EAST: row_of(0, 5)}, at(3000)) == 1
    with pytest.raises(StoreError):
        other.put(whole(log)[:1])
    other.close()
