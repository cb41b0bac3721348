"""What somebody asks to be recorded."""

from dataclasses import replace
from datetime import timedelta

import pytest

from downlink.limits import MAX_RECORDINGS
from downlink.models import Source
from downlink.recording.model import Reason, RecordingError, State

from .planning import House, episode, rule
from .samples import MINUTE, NOON
from .test_airings import EAST, SNICK, WEST, feed, programme

P, R, C = State.PLANNED, State.RECORDING, State.COMPLETE
DAY = 24 * 60
GUIDE = {EAST: [episode(-10), episode(60, 2)], WEST: [episode(170), episode(240, 2)]}


def refused(house: House, channel: str, minute: float | None = None) -> str:
    with pytest.raises(RecordingError) as info:
        house.record(channel, minute)
    return info.value.key


def test_what_is_on_now() -> None:
    house = House().look(GUIDE)
    made = house.record(EAST)
    assert (made.channel, made.start, made.rule, made.since) == (
        EAST,
        NOON - 10 * MINUTE,
        None,
        NOON,
    )
    assert (house.record(EAST), house.record(EAST, -3), house.record(WEST, 170)) == (made,) * 3
    assert house.look().said() == [(1, EAST, -10, P)]
    assert house.record(EAST, 75).start == NOON + 60 * MINUTE


def test_what_cannot_be_recorded() -> None:
    house = House()
    assert refused(house, EAST) == "nothing_on"
    house.look(GUIDE)
    assert refused(house, EAST, 30) == "nothing_on"
    assert refused(house, "strange") == "nothing_on"
    house.at(20)
    assert refused(house, EAST, -10) == "already_over"
    house.at(19.9)
    assert house.record(EAST, -10)


def test_most_recordings() -> None:
    house = House().look(GUIDE)
    one = house.record(EAST, 60)
    many = [replace(one, identity=f"{n:016x}", number=n, start=one.start - timedelta(days=99))
            for n in range(1, MAX_RECORDINGS + 1)]  # fmt: skip
    old = [replace(each, stop=each.start + 30 * MINUTE) for each in many]
    house.recordings = tuple(old)
    assert refused(house, EAST) == "too_many_recordings"
    house.recordings = tuple(old[1:])
    assert house.record(EAST)


def test_what_a_rule_has_planned_stays_without_the_rule() -> None:
    house = House(rule()).look(GUIDE)
    (planned, _) = house.recordings
    assert planned.rule == rule().identity
    asked = house.at(5).record(WEST, 240)
    assert asked == replace(planned, rule=None, since=NOON + 5 * MINUTE)
    assert house.at(6).record(EAST, 60) == asked, "to ask again changes nothing"
    house.rules = ()
    assert house.look().recordings == (asked,)


def test_what_a_rule_has_planned_comes_before_what_only_rules_want() -> None:
    house = House(rule(), rule("Bebop"), places=1)
    house.look({EAST: [episode(60)], SNICK: [episode(60, 1, "Bebop")]})
    assert house.conflicts() == [(2, [1], None)]
    house.record(SNICK, 60)
    assert house.look().conflicts() == [(1, [2], None)]


@pytest.mark.parametrize("state", [R, C])
def test_what_is_there_comes_back_as_it_is(state: State) -> None:
    house = House(rule()).look(GUIDE)
    done = house.set(1, state)
    assert house.record(WEST, 240) == done
    house.look({EAST: [episode(60 + DAY, 2)]})
    assert house.record(EAST, 60 + DAY).number == 3, "another night"


@pytest.mark.parametrize("state", [State.CANCELLED, State.DELETED, State.GONE, State.FAILED])
def test_what_was_not_wanted_is_wanted_again(state: State) -> None:
    house = House(rule()).look({EAST: [episode(60, 2)]})
    before = house.set(1, state, reason=Reason.DISK, size=5, file="a/b.mp4", is_kept=True)
    house.at(5).feed = feed({**GUIDE, EAST: []})
    again = house.record(WEST, 240)
    assert (again.identity, again.number, again.state) == (before.identity, before.number, P)
    assert (again.channel, again.reason, again.size, again.file) == (WEST, None, 0, None)
    assert (again.rule, again.is_kept, again.since) == (None, False, NOON + 5 * MINUTE)
    assert house.look().recordings[0] == again


def test_one_with_gaps_is_recorded_anew() -> None:
    house = House().look(GUIDE)
    house.record(EAST)
    first = house.holed(1)
    again = house.record(EAST)
    assert (again.number, again.start, again.replaces) == (2, first.start, first.identity)
    assert house.record(EAST) == again, "and not a third time"


def test_each_of_two_unknown_episodes_of_a_night() -> None:
    guide = {
        SNICK: [programme(60), programme(90), programme(60 + DAY)],
        "snick_west": [programme(240), programme(270)],
    }
    house = House(rule()).look(guide)
    assert house.said() == [(1, SNICK, 60, P), (2, SNICK, 60 + DAY, P)]
    second = house.record(SNICK, 90)
    assert (second.number, house.record("snick_west", 270)) == (3, second)
    assert house.record("snick_west", 240).number == 1
    house.look({**guide, SNICK: [programme(65), programme(95), programme(60 + DAY)]})
    assert house.said()[::2] == [(1, SNICK, 65, P), (3, SNICK, 95, P)]


def test_where_nobody_knows_what_is_on() -> None:
    filler = [programme(120 * n, "Movies", 120, source=Source.FILLER) for n in range(3)]
    house = House().look({"movies": filler}).at(115.5)
    made = house.record("movies")
    assert (made.start, made.stop) == (NOON + 115.5 * MINUTE, NOON + 235.5 * MINUTE)
    assert (made.programme.title, made.programme.is_filler) == ("Movies", True)
    assert made.programme.start == made.start
    assert house.at(120).record("movies") == made
    later = house.record("movies", 240)
    assert (later.number, later.start, later.stop) == (2, NOON + 240 * MINUTE, NOON + 360 * MINUTE)
    assert house.look({"movies": filler[1:]}).recordings == (made, later)
    known = [programme(241, "Akira", 110)]
    house.look({"movies": known})
    assert house.recordings[1].programme == known[0]


def test_what_is_recorded_anew_does_not_go_with_the_first() -> None:
    house = House().look(GUIDE)
    house.record(EAST)
    first = house.holed(1, reason=None)
    assert house.record(WEST, 170).replaces == first.identity
    house.set(1, State.DELETED)
    assert [one.state for one in house.look().recordings] == [State.DELETED, P]
