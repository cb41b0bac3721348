"""Places for channels: who gets them, who yields, and where else the same is on."""

import pytest

from downlink.models import Programme
from downlink.recording.model import Padding, Reason, State

from .planning import House, episode, film, rule
from .samples import MINUTE
from .test_airings import EAST, SNICK, WEST, programme

P, R, C = State.PLANNED, State.RECORDING, State.COMPLETE
DAY = 24 * 60
PADDING = Padding(before=MINUTE, after=3 * MINUTE)
SNICK_WEST = "snick_west"


def bebop(after: float, number: int = 1, **values: object) -> Programme:
    return episode(after, number, "Bebop", **values)


def test_padding() -> None:
    house = House(rule(), padding=PADDING).look({EAST: [episode(60)]})
    assert house.minutes() == {1: (59, 93)}


def test_one_channel_needs_one_place() -> None:
    house = House(rule(), places=1, padding=PADDING)
    house.look({EAST: [episode(60), episode(90, 2)]})
    assert house.minutes() == {1: (59, 93), 2: (89, 123)}
    assert house.conflicts() == []


@pytest.mark.parametrize(
    ("gap", "first", "second"),
    [
        (0, (59, 90), (90, 123)),
        (1, (59, 91), (91, 124)),
        (2, (59, 92), (92, 125)),
        (3, (59, 93), (93, 126)),
        (4, (59, 93), (93, 127)),
        (5, (59, 93), (94, 128)),
    ],
)
def test_padding_yields(gap: int, first: tuple[int, int], second: tuple[int, int]) -> None:
    house = House(rule(), rule("Bebop"), places=1, padding=PADDING)
    house.look({EAST: [episode(60)], SNICK: [bebop(90 + gap)]})
    assert house.conflicts() == []
    assert house.minutes() == {1: first, 2: second}


def test_padding_yields_only_where_all_places_are_needed() -> None:
    guide = {EAST: [episode(60)], SNICK: [bebop(90)], "movies": [film(45)]}
    rules = rule(), rule("Bebop"), rule("Akira")
    house = House(*rules, places=2, padding=PADDING).look(guide)
    assert house.minutes() == {1: (44, 168), 2: (59, 90), 3: (90, 123)}
    house = House(*rules, places=3, padding=PADDING).look(guide)
    assert house.minutes() == {1: (44, 168), 2: (59, 93), 3: (89, 123)}


def test_padding_begins_when_one_of_all_places_is_free() -> None:
    padding = Padding(before=10 * MINUTE, after=10 * MINUTE)
    rules = rule(), rule("Bebop"), rule("Akira")
    guide = {EAST: [episode(60)], SNICK: [bebop(15, length=30)], "movies": [film(10)]}
    house = House(*rules, places=2, padding=padding).look(guide)
    assert house.minutes()[3] == (55, 100)


def test_padding_that_another_of_the_channel_covers() -> None:
    """What the channel's place is needed for anyway is no more than one place."""
    house = House(rule(), rule("Bebop"), places=1, padding=PADDING)
    house.look({EAST: [episode(60)], SNICK: [bebop(92), bebop(122, 2)]})
    assert house.minutes() == {1: (59, 92), 2: (92, 125), 3: (121, 155)}


def test_what_runs_has_its_place() -> None:
    house = House(rule("Bebop"), padding=PADDING).look({SNICK: [bebop(60)], EAST: [episode(60)]})
    house.set(1, R)
    house.at(30).record(EAST, 60)
    house.places = 0
    house.at(61).look()
    assert house.conflicts() == [(2, [1], None)]
    assert house.minutes() == {1: (59, 93)}


def test_by_hand_before_rules_and_the_first_made_before_the_last() -> None:
    guide = {EAST: [episode(60)], SNICK: [bebop(75)], "movies": [film(45)]}
    house = House(rule(), rule("Bebop"), places=1).look(guide)
    assert house.conflicts() == [(2, [1], None)]
    house.record("movies", 45)
    house.look()
    assert sorted(house.conflicts()) == [(1, [3], None), (2, [3], None)]
    assert [one.reason for one in house.recordings] == [Reason.BUSY, Reason.BUSY, None]
    house.set(3, State.CANCELLED)
    house.at(20).record(SNICK, 75)
    house.look()
    assert house.conflicts() == [(1, [2], None)], "it was a rule's, and is asked for by hand now"
    house.at(110).look()
    assert [one.state for one in house.recordings] == [State.FAILED, State.FAILED, State.CANCELLED]
    assert [one.reason for one in house.recordings][:2] == [Reason.BUSY, Reason.ABSENT]


def test_a_rule_takes_the_west() -> None:
    guide = {EAST: [episode(60)], WEST: [episode(240)], SNICK: [bebop(60)]}
    house = House(rule("Bebop"), places=1).look(guide)
    house.rules = [*house.rules, rule()]
    house.look()
    assert house.said() == [(1, SNICK, 60, P), (2, WEST, 240, P)]
    assert house.conflicts() == []
    house.set(1, State.CANCELLED)
    assert house.look().said()[1] == (2, WEST, 240, P)


def test_by_hand_is_told_of_the_west() -> None:
    guide = {EAST: [episode(60)], WEST: [episode(240)], SNICK: [bebop(60)]}
    house = House(places=1).look(guide)
    house.record(SNICK, 60)
    house.record(EAST, 60)
    house.look()
    assert house.conflicts() == [(2, [1], (WEST, 240))]
    assert house.said()[1] == (2, EAST, 60, P)
    house.set(1, R)
    house.at(60).look()
    house.at(90).look()
    assert house.said()[1] == (2, WEST, 240, P), "it failed, and has its second chance"


def test_the_way_out_has_a_place_itself() -> None:
    guide = {
        EAST: [episode(60), episode(60 + DAY)],
        WEST: [episode(240)],
        SNICK: [bebop(60), bebop(225, 2)],
    }
    house = House(rule("Bebop"), places=1).look(guide)
    house.rules = [*house.rules, rule()]
    assert house.look().said()[2] == (3, EAST, 60 + DAY, P)
    taken = House(rule("Bebop"), rule(only_missing=False), places=1)
    taken.look(
        {key: [one for one in shown if one.title == "Bebop"] for key, shown in guide.items()}
    )
    taken.look(guide)
    assert taken.said()[2:] == [(3, EAST, 60, P), (4, EAST, 60 + DAY, P)]
    assert taken.conflicts() == [(3, [1], None)]


def test_two_places() -> None:
    guide = {
        EAST: [episode(60)],
        SNICK: [bebop(75)],
        "movies": [film(50)],
        SNICK_WEST: [programme(10, "Doug")],
    }
    house = House(rule("Akira"), rule(), rule("Bebop"), rule("Doug"), places=2).look(guide)
    assert house.conflicts() == [(4, [2, 3], None)]
    assert house.minutes() == {1: (10, 40), 2: (50, 170), 3: (60, 90)}


def test_two_do_not_take_the_same_way_out() -> None:
    """Unknown episodes of two nights, and one airing between that would do for both."""
    others = {EAST: [bebop(60), bebop(60 + 20 * 60, 2)]}
    house = House(rule("Bebop"), rule(), places=1).look(others)
    shown = [programme(60), programme(60 + 10 * 60), programme(60 + 20 * 60)]
    house.look({**others, SNICK: shown[::2]})
    assert sorted(house.conflicts()) == [(3, [1], None), (4, [2], None)]
    house.look({**others, SNICK: shown})
    assert house.said()[2:] == [(3, SNICK, 60 + 10 * 60, P), (4, SNICK, 60 + 20 * 60, P)]
    assert house.conflicts() == [(4, [2], None)]


def test_what_leaves_its_place_leaves_it_to_others() -> None:
    """The first has no way out, until the second takes its own."""
    house = House(rule("Bebop"), places=1).look({EAST: [bebop(60), bebop(300, 2)]})
    house.rules = [*house.rules, rule()]
    shown = [programme(60), programme(300), programme(400)]
    guide = {EAST: [bebop(60), bebop(300, 2)], SNICK: shown[:1]}
    house.look(guide)
    house.look({**guide, SNICK: shown})
    assert house.conflicts() == []
    assert house.said()[2] == (3, SNICK, 400, P)


def test_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the last round nothing moves: the way out is told, as if it was asked for by hand."""
    monkeypatch.setattr("downlink.recording.planner._ROUNDS", 1)
    guide = {EAST: [episode(60)], WEST: [episode(240)], SNICK: [bebop(60)]}
    house = House(rule("Bebop"), places=1).look(guide)
    house.rules = [*house.rules, rule()]
    house.look()
    assert house.said()[1] == (2, EAST, 60, P)
    assert house.conflicts() == [(2, [1], (WEST, 240))]
    assert house.minutes() == {1: (60, 90)}
