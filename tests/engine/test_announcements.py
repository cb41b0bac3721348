"""When followed showings are announced: each once, at its time, and a marathon as one message."""

from datetime import timedelta

import pytest

from downlink.announced import (
    postpone,
    put_aside,
)
from downlink.announcements import later_in_the_west, look
from downlink.follows import Showing
from downlink.policy import (
    LONGEST_PAUSE,
    MARATHON_LASTS,
    MARATHON_PARTS,
    STARTED_WITHIN,
)

from .announcing import LEAD, SECOND, SOON, TICK, House, airing, showing
from .samples import HOUR, MINUTE, NOON
from .test_airings import EAST, SNICK, WEST

# At its time


def test_before_and_at_its_start() -> None:
    house = House(showing(60)).run(120)
    assert house.said == [("one", "soon", EAST, 50), ("one", "started", EAST, 60)]
    assert house.messages == [
        ("one", "soon", ["one"], True, 50),
        ("one", "started", ["one"], False, 60),
    ]
    assert house.over == [("one", 90)]
    assert house.next is None


def test_not_a_moment_before() -> None:
    start = NOON + HOUR
    for now, stages in ((start - LEAD - TICK, []), (start - LEAD, [SOON]), (start - TICK, [SOON])):
        found = look([showing(60)], {}, LEAD, now)
        assert [one.stage for one in found.announcements] == stages
        assert found.next == (start if stages else start - LEAD)


@pytest.mark.parametrize("minutes", [1, 120])
def test_lead(minutes: int) -> None:
    house = House(showing(180), lead=minutes * MINUTE).run(240)
    assert [said[1:] for said in house.said] == [
        ("soon", EAST, 180 - minutes),
        ("started", EAST, 180),
    ]


def test_late_but_before_the_start() -> None:
    assert House(showing(60)).off(57).run(120).said == [
        ("one", "soon", EAST, 57),
        ("one", "started", EAST, 60),
    ]


@pytest.mark.parametrize(
    ("late", "said"),
    [
        (timedelta(), ["started"]),
        (STARTED_WITHIN - SECOND, ["started"]),
        (STARTED_WITHIN, []),
    ],
)
def test_late(late: timedelta, said: list[str]) -> None:
    """Nobody is told that something begins soon when it has begun."""
    house = House(showing(60)).off(60 + late / MINUTE).run(120)
    assert [one[1] for one in house.said] == said
    assert [(one[1], one[3]) for one in house.messages] == [(stage, True) for stage in said]


def test_off_from_before_until_long_after_the_start() -> None:
    house = House(showing(60, airing(600))).run(55).off(60 + STARTED_WITHIN / MINUTE)
    assert house.run(700).said == [("one", "soon", EAST, 50)]


def test_not_twice_over_a_restart() -> None:
    house = House(showing(60))
    for minute in (49, 50, 51, 59, 60, 61, 89, 91):
        house.run(minute).off(minute)
    assert [said[1] for said in house.said] == ["soon", "started"]
    assert house.over == [("one", 90)]


def test_not_twice_when_the_clock_goes_back() -> None:
    house = House(showing(60)).run(70).off(0).run(120)
    assert [said[1] for said in house.said] == ["soon", "started"]


def test_followed_within_the_lead() -> None:
    assert House().run(55).run(120, showing(60)).said[0] == ("one", "soon", EAST, 55)


# Where


def test_first_airing_only() -> None:
    house = House(showing(60, airing(240, WEST), airing(600))).run(700)
    assert house.said == [("one", "soon", EAST, 50), ("one", "started", EAST, 60)]


def test_second_chance_for_what_was_missed() -> None:
    house = House(showing(60, airing(240, WEST))).off(70).run(300)
    assert house.said == [("one", "soon", WEST, 230), ("one", "started", WEST, 240)]


def test_first_airing_leaves_the_feed_when_it_is_over() -> None:
    house = House(showing(60, airing(240, WEST))).run(100).run(300, showing(240, channel=WEST))
    assert [said[1] for said in house.said] == ["soon", "started"]


# What a refresh changes


def test_removed_before() -> None:
    house = House(showing(60)).run(45)
    house.showings = ()
    assert house.run(120).said == []
    assert house.over == []


def test_removed_after_it_was_said() -> None:
    house = House(showing(60)).run(55)
    house.showings = ()
    house.run(56).run(57)
    assert house.over == [("one", 55)]
    house.run(58, showing(60)).run(120)
    # It is back: people were told, and were told that it is off; that it is on is news to nobody.
    assert [said[1:] for said in house.said] == [("soon", EAST, 50), ("started", EAST, 60)]
    assert [one[1] for one in house.messages if one[3]] == ["soon", "started"]


def test_removed_while_it_is_on() -> None:
    house = House(showing(60)).run(70)
    house.showings = ()
    assert house.run(71).over == [("one", 70)]


def test_moved_before() -> None:
    assert House(showing(60)).run(45).run(200, showing(100)).said == [
        ("one", "soon", EAST, 90),
        ("one", "started", EAST, 100),
    ]


def test_moved_after_it_was_said() -> None:
    house = House(showing(60)).run(55).run(200, showing(70))
    assert house.said == [("one", "soon", EAST, 50), ("one", "started", EAST, 70)]
    assert house.messages == [
        ("one", "soon", ["one"], True, 50),
        ("one", "soon", ["one"], False, 55),
        ("one", "started", ["one"], False, 70),
    ]
    assert house.over == [("one", 100)]


def test_moved_far_away_after_it_was_said() -> None:
    house = House(showing(60)).run(55).run(500, showing(400))
    assert house.said == [("one", "soon", EAST, 50), ("one", "started", EAST, 400)]
    assert house.over[:1] == [("one", 55)]
    assert house.messages[-1] == ("one", "started", ["one"], True, 400)


def test_moved_to_an_earlier_time() -> None:
    house = House(showing(60)).run(45).run(120, showing(50))
    assert house.said == [("one", "soon", EAST, 45), ("one", "started", EAST, 50)]


def test_only_the_west_is_left() -> None:
    house = House(showing(60, airing(240, WEST))).run(45).run(300, showing(240, channel=WEST))
    assert house.said == [("one", "soon", WEST, 230), ("one", "started", WEST, 240)]


# What people answer


def test_not_this_one() -> None:
    house = House(showing(60, airing(240, WEST)), showing(1500, name="two")).run(55)
    house.records = put_aside(house.records, "one")
    house.off(56).run(1600)
    assert house.said == [
        ("one", "soon", EAST, 50),
        ("two", "soon", EAST, 1490),
        ("two", "started", EAST, 1500),
    ]
    assert house.over == [("two", 1530)]


@pytest.mark.parametrize("at", [55, 62])
def test_remind_me_on_west(at: float) -> None:
    house = House(showing(60, airing(120, SNICK), airing(240, WEST))).run(at)
    house.records = postpone(house.showings, house.records, "one", house.now)
    house.off(at + 1).run(300)
    assert [one for one in house.said if one[3] > at] == [
        ("one", "soon", WEST, 230),
        ("one", "started", WEST, 240),
    ]
    assert house.messages[-2:] == [
        ("one", "soon", ["one"], True, 230),
        ("one", "started", ["one"], False, 240),
    ]


def test_west_is_moved_and_taken_away() -> None:
    house = House(showing(60, airing(240, WEST))).run(55)
    house.records = postpone(house.showings, house.records, "one", house.now)
    house.run(70, showing(60, airing(250, WEST)))
    assert house.next == NOON + 240 * MINUTE
    house.run(80, showing(60)).run(300)
    assert [said[3] for said in house.said] == [50]
    house.off(90).run(300, showing(60, airing(250, WEST)))
    assert [said[1:] for said in house.said[1:]] == [("soon", WEST, 240), ("started", WEST, 250)]


def test_no_west() -> None:
    house = House(showing(60, airing(600))).run(55)
    part = look(house.showings, {}, LEAD, house.now).announcements[0].part
    assert later_in_the_west(part) is None
    house.records = postpone(house.showings, house.records, "one", house.now)
    assert len(house.run(700).said) == 1


def test_the_west_has_no_west() -> None:
    one = showing(60, airing(240, WEST))
    (east,) = look([one], {}, LEAD, NOON + 55 * MINUTE).announcements
    assert later_in_the_west(east.part) == one.others[0]
    (west,) = look([showing(240, airing(1000), channel=WEST)], {}, 4 * HOUR, NOON).announcements
    assert later_in_the_west(west.part) is None


def test_answers_to_what_is_not_there() -> None:
    house = House(showing(60)).run(55)
    for unknown in ("two", "", "one\0"):
        assert put_aside(house.records, unknown) == house.records
        assert postpone(house.showings, house.records, unknown, house.now) == house.records


# One message


def marathon(count: int, pause: timedelta = timedelta(), first: float = 60) -> list[Showing]:
    step = 30 + pause / MINUTE
    return [showing(first + step * index, name=f"{index:03}") for index in range(count)]


def test_marathon_is_one_message() -> None:
    house = House(*marathon(4)).run(300)
    assert [one for one in house.messages if one[3]] == [
        ("000", "soon", ["000", "001", "002", "003"], True, 50)
    ]
    assert [one[3] for one in house.said if one[1] == "soon"] == [50, 80, 110, 140]
    assert house.over == [("000", 180)]


def test_marathon_grows() -> None:
    """What a refresh adds to it goes on with it, over a restart too."""
    house = House(*marathon(2)).run(70).off(71)
    house.run(75, *marathon(3)).off(120).run(300, *marathon(4)[2:])
    assert [one[0] for one in house.messages if one[3]] == ["000"]
    assert house.over == [("000", 120)]


@pytest.mark.parametrize(("over", "messages"), [(timedelta(), 1), (SECOND, 2)])
def test_pause_in_a_marathon(over: timedelta, messages: int) -> None:
    house = House(*marathon(2, LONGEST_PAUSE + over)).run(300)
    assert len([one for one in house.messages if one[3]]) == messages


def test_other_channel_or_follow_is_no_marathon() -> None:
    for values in ({"channel": SNICK}, {"follow": "bebop"}):
        house = House(showing(60), showing(90, name="two", **values)).run(200)
        assert [one[0] for one in house.messages if one[3]] == ["one", "two"]


@pytest.mark.parametrize(("after", "messages"), [(70, 1), (70 + 1 / 60, 2)])
def test_several_within_the_lead(after: float, messages: int) -> None:
    house = House(showing(60), showing(after, name="two", channel=SNICK, follow="clarissa"))
    house.run(200)
    assert len([one for one in house.messages if one[3]]) == messages
    # Each is announced at its own lead nevertheless.
    assert [one[3] for one in house.said if one[1] == "soon"] == pytest.approx([50, after - 10])


def test_many_parts() -> None:
    short = [showing(60 + 5 * n, name=f"{n:03}", length=5) for n in range(MARATHON_PARTS + 1)]
    house = House(*short).run(55)
    assert len(house.messages[0][2]) == MARATHON_PARTS
    assert len([one for one in house.run(2000).messages if one[3]]) == 1
    assert len(House(*short[:-1]).run(55).messages[0][2]) == MARATHON_PARTS


@pytest.mark.parametrize("more", [0, 1])
def test_one_message_a_day_for_what_never_ends(more: int) -> None:
    day = MARATHON_LASTS // (30 * MINUTE)
    house = House(*marathon(day + more)).run(60 + 30 * (day + 2))
    assert [one[0] for one in house.messages if one[3]] == ["000", "048"][: 1 + more]


def test_not_this_marathon() -> None:
    house = House(*marathon(3)).run(55)
    house.records = put_aside(house.records, "000")
    house.off(56).run(300, *marathon(4))
    assert [said[3] for said in house.said] == [50]


def test_marathon_on_west() -> None:
    east = [
        one._replace(others=(airing(240 + 30 * index, WEST),) if index < 2 else ())
        for index, one in enumerate(marathon(3))
    ]
    house = House(*east).run(55)
    house.records = postpone(house.showings, house.records, "000", house.now)
    house.off(56).run(400)
    assert [one for one in house.messages if one[3]][1:] == [
        ("000", "soon", ["000", "001"], True, 230)
    ]
    assert house.over == [("000", 300)]


def test_part_of_a_marathon_is_left_on_west_only() -> None:
    """What people were told of it is not true any more: they are told again."""
    first, _ = marathon(2)
    house = House(*marathon(2)).run(55)
    house.run(300, first, showing(270, name="001", channel=WEST))
    assert [(one[0], one[4]) for one in house.messages if one[3]] == [("000", 50), ("001", 260)]


def test_head_of_a_marathon_is_removed() -> None:
    house = House(*marathon(3)).run(55)
    house.run(300, *marathon(3)[1:])
    assert house.over[:1] == [("000", 55)]
    assert [one[0] for one in house.messages if one[3]] == ["000", "001"]
