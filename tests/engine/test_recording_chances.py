"""What failed or has gaps: where it is recorded once more, and what goes then."""

from dataclasses import replace

import pytest

from downlink.follows import FollowKind, make_follow
from downlink.models import Source
from downlink.policy import REPEATED_FROM
from downlink.recording.model import Gap, Reason, RuleKind, State
from downlink.recording.planner import second_chance, superseded

from .planning import House, episode, film, minute_of, rule
from .samples import MINUTE, NOON
from .test_airings import EAST, SNICK, WEST, programme

P, R, C = State.PLANNED, State.RECORDING, State.COMPLETE
FAILED, HOLED = State.FAILED, State.INTERRUPTED
DAY = 24 * 60
GUIDE = {EAST: [episode(60), episode(60 + DAY)], WEST: [episode(240)]}


def chance(house: House, number: int = 1) -> tuple[str, float] | None:
    (one,) = (one for one in house.recordings if one.number == number)
    found = second_chance(house.feed, one, house.recordings, house.now)
    return found and (found.channel.key, minute_of(found.start))


def test_failed_on_the_east_recorded_on_the_west() -> None:
    house = House(rule()).look(GUIDE)
    (first,) = house.recordings
    house.at(65).set(1, FAILED, reason=Reason.NO_SIGNAL, size=5)
    assert chance(house) == (WEST, 240)
    (again,) = house.look().recordings
    assert (again.identity, again.number) == (first.identity, 1)
    assert (again.channel, again.state, again.reason, again.size) == (WEST, P, None, 0)
    house.at(300).set(1, FAILED, reason=Reason.BUSY)
    assert house.look().said() == [(1, EAST, 60 + DAY, P)]
    house.at(2 * DAY).set(1, FAILED, reason=Reason.BUSY)
    assert chance(house) is None
    assert house.look().said() == [(1, EAST, 60 + DAY, FAILED)]


def test_a_clock_that_was_ahead() -> None:
    house = House(rule()).look(GUIDE)
    house.at(400 * DAY).look()
    assert house.said() == [(1, EAST, 60, FAILED)]
    assert house.at(0).look().said() == [(1, EAST, 60, P)]


def test_unknown_episode_has_the_west_and_its_night() -> None:
    shown = {SNICK: [programme(60), programme(500), programme(60 + DAY)]}
    house = House(rule()).look(shown)
    assert house.said() == [(1, SNICK, 60, P), (2, SNICK, 60 + DAY, P)]
    house.at(65).set(1, FAILED)
    assert chance(house) == (SNICK, 500)
    house.look({**shown, "snick_west": [episode(240)]})
    assert house.said()[0] == (1, "snick_west", 240, P)
    assert house.recordings[0].programme.episode == 1
    house.at(600).set(1, FAILED)
    assert chance(house) is None


def test_filler_has_no_second_chance() -> None:
    filler = programme(0, "Movies", 120, source=Source.FILLER)
    house = House().look({"movies": [filler, programme(120, "Movies", 120, source=Source.FILLER)]})
    house.record("movies")
    house.set(1, FAILED)
    assert chance(house) is None


def test_not_where_another_recording_is() -> None:
    house = House(rule()).look({EAST: [episode(60)]})
    house.set(1, FAILED)
    house.at(DAY)
    house.feed = None
    assert chance(house) is None
    house.look({EAST: [episode(60 + DAY)], WEST: [episode(240 + DAY)]})
    assert house.said() == [(1, EAST, 60 + DAY, P)]
    again = House(rule()).look({EAST: [episode(60)]})
    again.set(1, State.CANCELLED)
    again.record(EAST, 60)
    again.set(1, FAILED)
    tombstone = replace(again.recordings[0], identity="f" * 16, number=2, state=State.CANCELLED)
    again.recordings = (*again.recordings, tombstone)
    assert chance(again) is None


@pytest.mark.parametrize("state", [P, R, C])
def test_not_when_another_has_it(state: State) -> None:
    house = House().look({EAST: [episode(60), episode(60 + DAY), episode(60 + 3 * DAY)]})
    house.record(EAST, 60)
    house.record(EAST, 60 + DAY)
    house.set(2, state)
    house.at(100).set(1, FAILED)
    assert chance(house) is None
    house.set(2, State.DELETED)
    assert chance(house) == (EAST, 60 + 3 * DAY)
    assert house.look().said()[0] == (1, EAST, 60 + 3 * DAY, P)


def test_a_rule_does_not_try_again_what_was_deleted() -> None:
    house = House(rule()).look({EAST: [episode(60)]})
    house.set(1, FAILED)
    (one,) = house.recordings
    house.recordings = (
        *house.recordings,
        replace(one, identity="f" * 16, number=2, state=State.DELETED),
    )
    house.at(DAY).look({EAST: [episode(2 * DAY)]})
    assert [state for *_, state in house.said()] == [FAILED, State.DELETED]


# With gaps


def test_one_with_gaps_is_replaced_by_a_complete_one() -> None:
    house = House(rule()).look(GUIDE)
    house.at(100).holed(1)
    first, second = house.look().recordings
    assert house.said() == [(1, EAST, 60, HOLED), (2, WEST, 240, P)]
    assert (second.replaces, second.rule, second.identity == first.identity) == (
        first.identity,
        first.rule,
        False,
    )
    assert superseded(house.recordings) == ()
    house.set(2, C)
    assert superseded(house.recordings) == (first.identity,)
    assert len(house.at(300).look().recordings) == 2
    house.holed(1, is_kept=True)
    assert superseded(house.recordings) == ()


def test_three_in_a_row() -> None:
    house = House(rule()).look(GUIDE)
    house.at(100).holed(1)
    house.look()
    house.at(300).holed(2)
    house.look()
    assert house.said()[2] == (3, EAST, 60 + DAY, P)
    house.set(3, C)
    assert superseded(house.recordings) == tuple(
        one.identity for one in reversed(house.recordings[:2])
    )
    house.set(2, State.DELETED)
    assert superseded(house.recordings) == (house.recordings[0].identity,)
    house.recordings = tuple(replace(one, replaces=one.identity) for one in house.recordings)
    assert superseded(house.recordings) == ()


def test_each_night_has_its_own_where_a_rule_takes_repeats() -> None:
    """What is planned for the next one is none of this."""
    house = House(rule(only_missing=False)).look(GUIDE)
    house.at(65).set(1, FAILED)
    assert house.look().said() == [(1, WEST, 240, P), (2, EAST, 60 + DAY, P)]
    house = House(rule(only_missing=False)).look(GUIDE)
    house.at(100).holed(1)
    assert house.look().said()[1:] == [(2, EAST, 60 + DAY, P), (3, WEST, 240, P)]
    assert house.recordings[2].replaces == house.recordings[0].identity
    house.at(300).set(3, FAILED)
    house.look({EAST: [*GUIDE[EAST], episode(60 + 2 * DAY)]})
    assert house.said()[2:] == [(3, WEST, 240, FAILED), (4, EAST, 60 + 2 * DAY, P)]


def test_the_new_one_has_its_own_second_chance() -> None:
    house = House(rule()).look(GUIDE)
    house.at(100).holed(1)
    house.look()
    house.at(250).set(2, FAILED)
    assert house.look().said() == [(1, EAST, 60, HOLED), (2, EAST, 60 + DAY, P)]
    house.set(2, State.CANCELLED)
    assert len(house.look().recordings) == 2, "it was not wanted"


@pytest.mark.parametrize(
    ("settled", "left"),
    [(State.DELETED, 1), (State.GONE, 1), (State.COMPLETE, 1), (State.INTERRUPTED, 2)],
)
def test_what_is_whole_or_deleted_is_not_repeated(settled: State, left: int) -> None:
    house = House(rule()).look(GUIDE)
    house.at(100).holed(1)
    house.look()
    house.set(1, settled)
    assert len(house.look().recordings) == left
    # Nor is what failed of it tried again.
    house = House(rule()).look(GUIDE)
    house.at(100).holed(1)
    house.look()
    house.at(250).set(2, FAILED)
    house.set(1, settled)
    again = P if settled is State.INTERRUPTED else FAILED
    assert [one.state for one in house.look().recordings] == [settled, again]


def test_what_is_kept_by_hand_is_made_though_the_first_is_deleted() -> None:
    house = House(rule()).look(GUIDE)
    house.at(100).holed(1)
    house.look()
    house.set(2, P, is_kept=True)
    house.set(1, State.DELETED)
    assert len(house.look().recordings) == 2


@pytest.mark.parametrize(
    ("missing", "reason", "count"),
    [
        (REPEATED_FROM, Reason.ABSENT, 2),
        (REPEATED_FROM - MINUTE / 60, Reason.ABSENT, 1),
        (REPEATED_FROM, None, 1),
    ],
)
def test_what_is_worth_repeating(missing: object, reason: Reason | None, count: int) -> None:
    house = House(rule()).look(GUIDE)
    start = house.recordings[0].start
    gap = Gap(start, start + missing)  # type: ignore[operator]  # mypy sees an object
    house.at(100).set(1, HOLED, reason=reason, gaps=(gap,))
    assert len(house.look().recordings) == count


def test_nothing_is_repeated_for_a_rule_that_is_gone() -> None:
    house = House(rule()).look(GUIDE)
    house.at(100).holed(1)
    house.rules = ()
    assert len(house.look().recordings) == 1
    film_house = House().look({"movies": [film(60), film(60 + DAY)]})
    film_house.record("movies", 60)
    film_house.at(200).holed(1)
    assert film_house.look().said()[1] == (2, "movies", 60 + DAY, P)


def test_nothing_is_repeated_that_is_not_followed_any_more() -> None:
    """The rule for what is followed is still there."""
    follows = [make_follow(FollowKind.SHOW, "Trigun", EAST, NOON)]
    house = House(rule("", RuleKind.FOLLOWED), follows=follows).look(GUIDE)
    house.at(100).holed(1)
    assert house.look().said()[1] == (2, WEST, 240, P), "on whichever channel"
    house.follows = ()
    house.recordings = house.recordings[:1]
    assert house.look().said() == [(1, EAST, 60, HOLED)]
    house = House(rule("", RuleKind.FOLLOWED), follows=follows).look({EAST: [episode(60)]})
    house.at(100).set(1, FAILED)
    house.follows = ()
    house.at(20 * DAY).look({EAST: [episode(21 * DAY)]})
    assert house.said() == [(1, EAST, 60, FAILED)]
    house.follows = follows
    assert house.look().said() == [(1, EAST, 21 * DAY, P)]


def test_nothing_is_repeated_without_room(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(rule()).look(GUIDE)
    house.at(100).holed(1)
    monkeypatch.setattr("downlink.recording.planner.MAX_RECORDINGS", 1)
    assert len(house.look().recordings) == 1
