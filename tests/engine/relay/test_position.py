"""Where another node goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from downlink.relay.playlist import ListedSegment, MediaPlaylist
from downlink.relay.position import Position, within_reach

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def listed(
    count: int,
    *,
    dated: bool = False,
    begin: datetime = NOON,
    target: int = 2,
    duration: float = 2.0,
) -> MediaPlaylist:
    """Segments of two seconds, from number 0 on."""
    return MediaPlaylist(
        target=target,
        segments=tuple(
            ListedSegment(
                url=f"http://a.example/{number}.ts",
                sequence=number,
                duration=duration,
                is_discontinuity=False,
                is_gap=False,
                date=begin + timedelta(seconds=2 * number) if dated else None,
            )
            for number in range(count)
        ),
        is_ended=False,
    )


def chosen(position: Position, playlist: MediaPlaylist, now: float = 100.0) -> list[int]:
    return [one.sequence for one in position.choose(playlist, now)]


def after(end: datetime | None = None, *, waiting: int = 0) -> Position:
    return Position(listed_at=100.0, waiting=waiting, end=end)


@pytest.mark.parametrize(
    ("playlist", "first"),
    [
        pytest.param(listed(0), [], id="none"),
        pytest.param(listed(2), [0, 1], id="few"),
        pytest.param(listed(9), [5, 6, 7, 8], id="four targets"),
        pytest.param(listed(9, target=3), [3, 4, 5, 6, 7, 8], id="of another length"),
        pytest.param(listed(9, duration=2.001), [6, 7, 8], id="not quite four"),
        pytest.param(listed(9, target=10, duration=10.0), [6, 7, 8], id="half a minute"),
        pytest.param(listed(9, target=20, duration=20.0), [6, 7, 8], id="three at least"),
        pytest.param(listed(99, target=50), list(range(84, 99)), id="half a minute in parts"),
    ],
)
def test_at_the_start(playlist: MediaPlaylist, first: list[int]) -> None:
    assert chosen(Position(), playlist) == first


@pytest.mark.parametrize(
    ("seconds", "first"),
    [
        pytest.param(0.0, [8], id="at once"),
        pytest.param(1.9, [8], id="less than one"),
        pytest.param(2.0, [7, 8], id="one"),
        pytest.param(5.0, [6, 7, 8], id="more"),
        pytest.param(90.0, list(range(9)), id="all"),
    ],
)
def test_by_count(seconds: float, first: list[int]) -> None:
    assert chosen(after(), listed(9), 100 + seconds) == first


def test_those_that_were_waiting_count() -> None:
    assert chosen(after(waiting=2), listed(9), 102.0) == [5, 6, 7, 8]


@pytest.mark.parametrize(
    ("end", "first"),
    [
        pytest.param(NOON + timedelta(seconds=12), [6, 7, 8], id="on a border"),
        pytest.param(NOON + timedelta(seconds=12.9), [6, 7, 8], id="a little late"),
        pytest.param(NOON + timedelta(seconds=11.1), [6, 7, 8], id="a little early"),
        pytest.param(NOON + timedelta(seconds=18), [], id="nothing new"),
        pytest.param(NOON - timedelta(seconds=20), list(range(9)), id="a gap"),
        pytest.param(NOON - timedelta(seconds=61), [8], id="clock far ahead"),
        pytest.param(NOON + timedelta(seconds=79), [8], id="clock far behind"),
    ],
)
def test_by_date(end: datetime, first: list[int]) -> None:
    assert chosen(after(end), listed(9, dated=True)) == first


def test_dates_that_are_not_all_there() -> None:
    some = listed(9, dated=True).segments[:4] + listed(9).segments[4:]
    for segments in (some, some[::-1], some[:2] + some[4:] + some[2:4]):
        assert len(chosen(after(NOON), MediaPlaylist(2, segments, is_ended=False))) == 1


def test_nothing_listed() -> None:
    assert chosen(after(NOON), listed(0)) == []


def test_after_a_slate_there_is_little_to_catch_up_with() -> None:
    position = after()
    position.is_after_slate = True
    assert chosen(position, listed(9), 160.0) == [7, 8]


@pytest.mark.parametrize(("count", "held"), [(15, 15), (16, 15), (99, 15)])
def test_reach(count: int, held: int) -> None:
    """Half a minute; one segment in any case."""
    assert len(within_reach(listed(count).segments)) == held
    assert len(within_reach(listed(count).segments, 4.0)) == 2
    assert len(within_reach(listed(count).segments, 0.0)) == 1


# Limits from both sides


@pytest.mark.parametrize(
    ("end", "first"),
    [
        pytest.param(NOON - timedelta(seconds=60), list(range(9)), id="a minute before"),
        pytest.param(NOON - timedelta(seconds=60.001), [8], id="more than a minute before"),
        pytest.param(NOON + timedelta(seconds=78), [], id="a minute after"),
        pytest.param(NOON + timedelta(seconds=78.001), [8], id="more than a minute after"),
        pytest.param(NOON + timedelta(seconds=13), [6, 7, 8], id="half of one"),
        pytest.param(NOON + timedelta(seconds=13.001), [7, 8], id="more than half of one"),
    ],
)
def test_limits_of_dates(end: datetime, first: list[int]) -> None:
    assert chosen(after(end), listed(9, dated=True)) == first


def test_dates_say_what_comes_after_a_slate() -> None:
    position = after(NOON + timedelta(seconds=16))
    position.is_after_slate = True
    assert chosen(position, listed(9, dated=True)) == [8]


def test_dates_of_another_clock_leave_it_to_the_count() -> None:
    position = after(NOON + timedelta(days=1), waiting=1)
    assert chosen(position, listed(9, dated=True), 104.0) == [5, 6, 7, 8]


def test_length_that_counts_is_the_mean() -> None:
    playlist = listed(4, duration=1.0)
    mixed = playlist.segments + listed(4, duration=3.0).segments
    assert len(chosen(after(), MediaPlaylist(2, mixed, is_ended=False), 103.9)) == 2
    assert len(chosen(after(), MediaPlaylist(2, mixed, is_ended=False), 104.0)) == 3


@pytest.mark.parametrize(
    ("end", "slate_at", "unseen"),
    [
        pytest.param(None, 999.0, [0, 1, 2], id="no end"),
        pytest.param(NOON + timedelta(minutes=2), 999.0, [0, 1, 2], id="another clock"),
        pytest.param(NOON, 0.0, [0, 1, 2], id="all are new"),
        pytest.param(NOON + timedelta(seconds=4), 0.0, [2], id="one is new"),
        # The next one is new, or the one after it; the node is asked for it every three seconds.
        pytest.param(NOON + timedelta(seconds=6), 103.1, [], id="one reload"),
        pytest.param(NOON + timedelta(seconds=6), 103.0, [0, 1, 2], id="one is too many"),
        pytest.param(NOON + timedelta(seconds=8), 106.1, [], id="two reloads"),
        pytest.param(NOON + timedelta(seconds=8), 106.0, [0, 1, 2], id="two are too many"),
    ],
)
def test_unseen(end: datetime | None, slate_at: float, unseen: list[int]) -> None:
    position = after(end)
    position.slate_at = slate_at
    dated = listed(3, dated=True).segments
    assert [one.sequence for one in position.unseen(dated, 100.0, 3)] == unseen
    without = listed(3).segments
    assert position.unseen(without, 100.0, 3) == without
    assert position.unseen((), 100.0, 3) == ()


def test_what_was_passed_on_is_noted() -> None:
    assert (Position().misses, Position().short) == (0, 0)
    position = Position(is_after_slate=True, misses=2, short=3)
    one = listed(1, dated=True).segments[0]
    assert (position.listed_at, position.waiting, position.end) == (None, 0, None)
    position.advance(one, b"a", 7.0, 5)
    assert (position.listed_at, position.waiting) == (7.0, 5)
    assert position.end == NOON + timedelta(seconds=2)
    assert (position.is_after_slate, position.misses, position.short) == (False, 0, 3)


def test_sixteen_are_remembered() -> None:
    position = Position()
    one = listed(1).segments[0]
    assert not position.has_had(b"\0")
    for number in range(16):
        position.advance(one, bytes([number]), 0.0, 0)
    assert position.has_had(b"\0")
    position.advance(one, b"\x10", 0.0, 0)
    assert not position.has_had(b"\0")
    assert position.has_had(b"\x01")
    assert position.has_had(b"\x10")
    assert position.end is None


def test_reach_is_half_a_minute_whatever_is_asked_for() -> None:
    assert len(within_reach(listed(99).segments, 60.0)) == 15
    assert [one.sequence for one in within_reach(listed(3).segments, 3.9)] == [2]
    assert [one.sequence for one in within_reach(listed(3).segments, 4.0)] == [1, 2]
    assert [one.sequence for one in within_reach(listed(2, duration=99.0).segments)] == [1]
