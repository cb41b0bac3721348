"""When a programme is on again, at the edges: how many, how near, and which channel first."""

from datetime import timedelta

import pytest

from downlink.airings import Airings
from downlink.models import Feed
from downlink.policy import SAME_SLOT

from .samples import HOUR, MINUTE, NOON
from .test_airings import BEFORE, CHANNELS, EAST, SNICK, WEST, feed, programme, said

TICK = timedelta(microseconds=1)


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_a_limit_counts_neither_itself_nor_what_is_over(limit: int) -> None:
    row = [programme(60 * n, episode=1) for n in range(4)]
    airings = Airings(feed({SNICK: row}))
    listed = [one for one in said(airings.also(SNICK, row[1], NOON - TICK)) if not one[2]]
    assert listed == [(SNICK, 0, False), (SNICK, 120, False), (SNICK, 180, False)]
    assert said(airings.also(SNICK, row[1], NOON - TICK, limit)) == listed[:limit]


def test_a_limit_counts_what_only_the_delay_tells() -> None:
    one = programme(0, episode=1)
    airings = Airings(feed({EAST: [one], SNICK: [programme(240, episode=1)]}))
    both = [(WEST, 180, True), (SNICK, 240, False)]
    assert said(airings.also(EAST, one, BEFORE)) == both
    assert said(airings.also(EAST, one, BEFORE, 1)) == both[:1]
    assert said(airings.also(EAST, one, BEFORE, 2)) == both


def test_what_the_delay_tells_is_to_come_as_well() -> None:
    one = programme(0, episode=1)
    airings = Airings(feed({EAST: [one]}))
    assert said(airings.also(EAST, one, NOON + 3 * HOUR - TICK)) == [(WEST, 180, True)]
    assert airings.also(EAST, one, NOON + 3 * HOUR) == ()


def test_at_one_time_the_lower_number_is_first() -> None:
    one = programme(0, episode=1)
    twice = [programme(180, episode=1)]
    airings = Airings(feed({SNICK: [one, *twice], WEST: twice, EAST: twice}))
    found = [each[0] for each in said(airings.also(SNICK, one, BEFORE)) if each[1] == 180]
    assert found[:3] == [EAST, WEST, SNICK]


@pytest.mark.parametrize("off", [SAME_SLOT, -SAME_SLOT])
def test_what_is_listed_at_the_edge_of_the_slot_is_the_same_broadcast(off: timedelta) -> None:
    one = programme(0, episode=1)
    for more, is_told in ((timedelta(), False), (TICK if off > timedelta() else -TICK, True)):
        there = programme(180 + (off + more) / MINUTE, episode=1)
        found = Airings(feed({EAST: [one], WEST: [there]})).also(EAST, one, BEFORE)
        assert [each.is_about for each in found].count(True) == int(is_told)


def test_what_the_west_lists_with_less_known_is_what_it_shows() -> None:
    one, there = programme(0, episode=1), programme(180)
    found = Airings(feed({EAST: [one], WEST: [there]})).also(EAST, one, BEFORE)
    assert [(each.channel.key, each.programme) for each in found] == [(WEST, there)]


def test_what_is_listed_on_another_channel_says_nothing_of_the_west() -> None:
    one = programme(0, episode=1)
    airings = Airings(feed({EAST: [one], SNICK: [programme(180, episode=1)]}))
    assert said(airings.also(EAST, one, BEFORE)) == [(WEST, 180, True), (SNICK, 180, False)]


def test_the_time_of_the_west_is_as_long_as_that_of_the_east() -> None:
    one = programme(0, length=45)
    (found,) = Airings(feed({EAST: [one]})).also(EAST, one, BEFORE)
    assert (found.start, found.stop) == (NOON + 180 * MINUTE, NOON + 225 * MINUTE)
    assert found.programme is one


def test_a_feed_that_has_no_guide_for_a_channel() -> None:
    one = programme(0)
    airings = Airings(Feed(made=NOON, channels=CHANNELS, guide={EAST: (one,)}))
    assert said(airings.also(EAST, one, BEFORE)) == [(WEST, 180, True)]
    assert airings.also("gone", one, NOON) == ()
