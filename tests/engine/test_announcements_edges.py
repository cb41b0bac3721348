"""Announcements at their edges: what is looked at, which of several counts, what is not said."""

from datetime import timedelta

import pytest

from downlink.announced import put_aside
from downlink.announcements import look
from downlink.follows import Showing
from downlink.policy import STARTED_WITHIN

from .announcing import LEAD, SECOND, STARTED, TICK, House, airing, showing
from .samples import MINUTE, NOON
from .test_airings import SNICK, WEST

DAY = 24 * 60
"""In minutes."""


def row(count: int) -> list[Showing]:
    """A marathon: one half hour after the other, from 60 minutes after noon."""
    return [showing(60 + 30 * index, name=f"{index:03}") for index in range(count)]


# What is looked at


@pytest.mark.parametrize(("more", "is_seen"), [(timedelta(), True), (TICK, False)])
def test_a_showing_that_began_two_days_ago_is_the_last_that_is_looked_at(
    more: timedelta, is_seen: bool
) -> None:
    old = showing(-2 * DAY - more / MINUTE, airing(5))
    found = look([old], {}, LEAD, NOON)
    assert [one.part.airing.start for one in found.announcements] == [NOON + 5 * MINUTE] * is_seen


@pytest.mark.parametrize("days", [2, 3, 4, 13])
def test_what_is_days_away_is_looked_at_when_it_is_due(days: int) -> None:
    far = [showing(days * DAY + hour * 60, name=str(hour)) for hour in (0, 1, 2)]
    found = look(far, {}, LEAD, NOON)
    assert (found.announcements, found.records) == ((), {})
    assert found.next == NOON + days * DAY * MINUTE - LEAD


def test_the_next_time_is_the_first_of_several() -> None:
    assert look([], {}, LEAD, NOON).next is None
    two = [showing(60), showing(90, name="two")]
    first = look(two, {}, LEAD, NOON)
    assert first.next == NOON + 50 * MINUTE
    said = look(two, first.records, LEAD, NOON + 50 * MINUTE)
    assert said.next == NOON + 60 * MINUTE
    on = look(two, said.records, LEAD, NOON + 60 * MINUTE)
    assert on.next == NOON + 80 * MINUTE


def test_only_what_begins_within_the_lead_is_due() -> None:
    near = [showing(after, name=str(after)) for after in (-6, -4, 0, 9, 10, 11)]
    found = look(near, {}, LEAD, NOON)
    assert [(one.part.showing.identity, one.stage.value) for one in found.announcements] == [
        ("-4", "started"),
        ("0", "started"),
        ("9", "soon"),
        ("10", "soon"),
    ]


# Which airing


def test_of_several_airings_the_one_nearest_to_what_was_said_counts() -> None:
    house = House(showing(60)).run(55).run(200, showing(20, airing(62), airing(100)))
    assert [(one[1], one[3]) for one in house.said] == [("soon", 50), ("started", 62)]


def test_of_several_airings_those_elsewhere_do_not_count() -> None:
    house = House(showing(60)).run(55).run(200, showing(60, airing(63), channel=SNICK))
    assert [(one[1], one[2], one[3]) for one in house.said[1:]] == [
        ("started", "toonami_east", 63),
    ]


def test_the_second_chance_is_still_one_in_its_last_second() -> None:
    late = STARTED_WITHIN - SECOND
    one = showing(60, airing(240, WEST))
    for off, channel in ((late, "toonami_east"), (late + SECOND, WEST)):
        house = House(one).off(60 + off / MINUTE).run(400)
        assert {said[2] for said in house.said} == {channel}


# What a refresh changes


@pytest.mark.parametrize(("more", "is_kept"), [(timedelta(), True), (SECOND, False)])
def test_how_far_a_showing_may_move_without_being_lost(more: timedelta, is_kept: bool) -> None:
    house = House(showing(60)).run(55)
    moved = 55 + (2 * LEAD + STARTED_WITHIN + more) / MINUTE
    house.showings = [showing(moved)]
    found = house.look()
    assert bool(found.over) is not is_kept
    assert [one.is_new for one in found.messages] == [False] * is_kept


def test_what_has_been_on_for_too_long_to_be_told_is_taken_back() -> None:
    """And what goes on with it is told by itself: of the first one, people have no message."""
    house = House(showing(60)).run(55).run(200, showing(45), showing(75, name="two"))
    assert ("one", 55) in house.over
    assert house.messages == [
        ("one", "soon", ["one"], True, 50),
        ("two", "soon", ["two"], True, 65),
        ("two", "started", ["two"], False, 75),
    ]


@pytest.mark.parametrize(("late", "parts"), [(SECOND, ["one"]), (timedelta(), None)])
def test_how_long_something_may_have_been_on_to_be_told_of(
    late: timedelta, parts: list[str] | None
) -> None:
    house = House(showing(60)).run(55)
    house.showings = [showing(55 - (STARTED_WITHIN - late) / MINUTE)]
    found = house.look()
    assert found.over == (("one",) if parts is None else ())
    assert [[part.showing.identity for part in one.parts] for one in found.messages] == (
        [] if parts is None else [parts, parts]
    )


def test_a_message_of_several_goes_on_without_what_has_been_on_for_too_long() -> None:
    other = showing(65, name="two", channel=SNICK, follow="clarissa")
    house = House(showing(60), other).run(55).run(56, showing(45), other)
    assert house.over == []
    assert house.messages[1:] == [("one", "soon", ["two"], False, 55)]


def test_a_message_of_several_is_told_anew_in_its_new_order() -> None:
    other = showing(65, name="two", channel=SNICK, follow="clarissa")
    house = House(showing(60), other).run(55).run(56, other, showing(75))
    assert house.messages == [
        ("one", "soon", ["one", "two"], True, 50),
        ("one", "soon", ["two", "one"], False, 55),
    ]


def test_a_message_whose_second_showing_moves_is_not_told_anew() -> None:
    other = showing(65, name="two", channel=SNICK, follow="clarissa")
    moved = showing(66, name="two", channel=SNICK, follow="clarissa")
    house = House(showing(60), other).run(54).run(59, showing(60), moved)
    assert [one[4] for one in house.messages] == [50]
    assert house.records["two"].start == NOON + 66 * MINUTE


def test_what_ends_later_than_was_said_is_over_later() -> None:
    house = House(showing(60)).run(55).run(200, showing(60, length=40))
    assert house.over == [("one", 100)]
    assert [one[4] for one in house.messages] == [50, 60]


def test_the_time_of_what_is_on_is_not_changed_any_more() -> None:
    house = House(showing(60)).run(60).run(200, showing(61, length=60))
    assert [(one[1], one[3]) for one in house.said] == [("soon", 50), ("started", 60)]
    assert house.over == [("one", 90)]


# One message


def test_a_marathon_is_told_once_before_and_once_when_it_begins() -> None:
    house = House(*row(3)).run(300)
    assert house.messages == [
        ("000", "soon", ["000", "001", "002"], True, 50),
        ("000", "started", ["000"], False, 60),
    ]
    assert [one[:2] for one in house.said if one[1] == STARTED] == [
        (name, "started") for name in ("000", "001", "002")
    ]


def test_what_goes_on_with_something_that_nobody_wants_hides_no_other() -> None:
    other = showing(120, name="other", channel=SNICK, follow="clarissa")
    house = House(*row(2)).run(55)
    house.records = put_aside(house.records, "000")
    house.off(56).run(300, *row(3), other)
    assert [one[:2] for one in house.said[1:]] == [("other", "soon"), ("other", "started")]
    assert house.records["002"].is_aside


def test_what_goes_on_with_what_nobody_was_told_of_is_told() -> None:
    house = House(*row(1)).off(60 + STARTED_WITHIN / MINUTE).run(300, *row(2))
    assert house.messages[0] == ("001", "soon", ["001"], True, 80)


def test_a_marathon_goes_on_through_what_another_follow_has_too() -> None:
    first, second, third = row(3)
    both = second._replace(follows=("trigun", "bebop"))
    house = House(first, both, third._replace(follows=("bebop",))).run(300)
    assert [one[2] for one in house.messages if one[3]] == [["000", "001", "002"]]


def test_two_that_begin_at_once_are_one_message_of_each_stage() -> None:
    two = showing(60, name="two", channel=SNICK, follow="clarissa")
    house = House(showing(60), two).off(60).run(61)
    assert house.messages == [("one", "started", ["one", "two"], True, 60)]
    house = House(showing(60), two).run(61)
    assert house.messages == [
        ("one", "soon", ["one", "two"], True, 50),
        ("one", "started", ["one"], False, 60),
    ]
