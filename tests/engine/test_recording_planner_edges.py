"""Which of several airings a recording is of, and what it leaves to others."""

import pytest

from downlink.models import Programme
from downlink.recording.matching import may_be_same
from downlink.recording.model import Reason, State

from .planning import House, episode, film, rule
from .test_airings import EAST, SNICK, WEST, programme

P, R, C = State.PLANNED, State.RECORDING, State.COMPLETE
DAY = 24 * 60


@pytest.mark.parametrize(("moved_by", "found"), [(15, (1, EAST, 75, P)), (16, (1, WEST, 240, P))])
def test_how_near_is_near(moved_by: int, found: tuple[int, str, float, str]) -> None:
    """When it has lost its number, and may as well be another episode."""
    house = House(rule()).look({EAST: [episode(60)], WEST: [episode(240)]})
    shown = programme(60 + moved_by)
    assert house.look({EAST: [shown], WEST: [episode(240)]}).said()[0] == found


@pytest.mark.parametrize(("season", "same"), [(1, True), (2, False), (None, True)])
def test_the_same_number_of_another_season_is_another(season: int | None, same: bool) -> None:
    assert may_be_same(episode(60, season=1), episode(60, season=season)) is same


def test_an_airing_is_of_one_recording() -> None:
    """Of two that it may be, the first; the other has left the guide."""
    house = House(rule()).look({EAST: [episode(60), episode(90, 2)]})
    said = house.look({EAST: [programme(75)]}).said()
    assert [one[2] for one in said] == [75, 90]


def test_what_moves_far_stays_on_its_channel() -> None:
    """Even when it is on another one sooner."""
    house = House(rule()).look({EAST: [episode(60)]})
    assert house.look({EAST: [episode(480)], WEST: [episode(120)]}).said() == [(1, EAST, 480, P)]


@pytest.mark.parametrize("length", [15, 30])
@pytest.mark.parametrize("minute", [-1, 10])
def test_what_runs_is_not_what_was_shown_before(length: int, minute: int) -> None:
    """When nobody says which episode it is; with its padding, it may have begun before its time."""
    before, after = programme(0, length=length), programme(2 * length, "Zoids")
    house = House().look({SNICK: [before, programme(length, length=length), after]})
    house.record(SNICK, length)
    house.set(1, R)
    renamed = programme(length, "Trigun Special", length)
    house.at(length + minute).look({SNICK: [before, renamed, after]})
    assert (house.said(), house.minutes()) == (
        [(1, SNICK, length, R)],
        {1: (length, 2 * length)},
    )
    assert house.recordings[0].programme.title == "Trigun Special"


@pytest.mark.parametrize(("length", "start"), [(30, 200), (15, 15)])
def test_what_was_asked_for_is_not_what_was_shown_before(length: int, start: int) -> None:
    before = programme(0, length=length)
    house = House().look({SNICK: [before, programme(start, length=length)]})
    house.at(start - 10).record(SNICK, start)
    renamed = programme(start, "Trigun Special", length)
    assert house.at(max(start - 10, length)).look({SNICK: [before, renamed]}).said() == [
        (1, SNICK, start, P)
    ]


@pytest.mark.parametrize(
    ("shown", "start", "state"),
    [
        (episode(20), 20, State.FAILED),
        (programme(61, length=27), 61, State.FAILED),
        (programme(20), 60, P),
    ],
)
def test_what_is_over_may_be_what_was_planned(shown: Programme, start: int, state: State) -> None:
    """When it has its place, or is known to be the same episode."""
    was = episode(60) if shown.episode else programme(60)
    house = House(rule()).look({EAST: [was]})
    house.at(89).look({EAST: [shown, programme(100, "Zoids")]})
    assert house.said() == [(1, EAST, start, state)]


def test_what_was_asked_for_is_not_its_own_showing_before() -> None:
    """That was over by then; in the slot of its repeat is something else now."""
    house = House().look({SNICK: [episode(0), episode(180)]})
    house.at(40).record(SNICK, 180)
    assert house.look({SNICK: [episode(0), episode(180, 2)]}).said() == [(1, SNICK, 180, P)]
    assert house.recordings[0].programme.episode == 2


@pytest.mark.parametrize("is_by_hand", [False, True])
def test_what_moves_ahead_by_nights(is_by_hand: bool) -> None:
    house = House(*([] if is_by_hand else [rule()])).look({EAST: [episode(5 * DAY)]})
    if is_by_hand:
        house.record(EAST, 5 * DAY)
    shown = episode(2 * DAY)
    for instead in (film(5 * DAY), episode(5 * DAY)):
        assert house.look({EAST: [shown, instead]}).said() == [(1, EAST, 2 * DAY, P)]
        assert house.minutes() == {1: (2 * DAY, 2 * DAY + 30)}


def test_what_moves_back_by_nights_waits_for_its_time() -> None:
    house = House(rule()).look({EAST: [episode(2 * DAY)]})
    assert house.look({EAST: [film(2 * DAY), episode(4 * DAY)]}).said() == [(1, EAST, 2 * DAY, P)]
    assert house.at(2 * DAY + 30).look().said() == [(1, EAST, 4 * DAY, P)]


@pytest.mark.parametrize("state", [State.CANCELLED, C])
def test_what_leaves_the_guide_takes_nothing_of_another(state: State) -> None:
    house = House(rule(only_missing=state is not C)).look({EAST: [episode(60)]})
    house.set(1, state)
    house.look({EAST: [episode(60), episode(5 * DAY)]})
    house.look({EAST: [episode(60), episode(500), film(5 * DAY)]})
    assert house.said() == [(1, EAST, 60, state), (2, EAST, 5 * DAY, P)]
    assert house.recordings[1].reason is Reason.LEFT_GUIDE


@pytest.mark.parametrize(("state", "is_free"), [(P, True), (State.CANCELLED, False)])
def test_the_slot_of_what_has_left_the_guide(state: State, is_free: bool) -> None:
    """Another rule has it, unless somebody wanted nothing of it; and gives it back."""
    house = House(rule(), rule("Bebop", only_missing=False))
    house.look({EAST: [episode(60, 1, "Bebop")]}).set(1, C)
    house.at(2 * DAY).look({EAST: [episode(3 * DAY)]}).set(2, state)
    house.look({EAST: [episode(3 * DAY, 1, "Bebop")]})
    span = 3 * DAY, 3 * DAY + 30
    assert house.said()[1:] == [
        (2, EAST, 3 * DAY, state),
        *([(3, EAST, 3 * DAY, P)] if is_free else []),
    ]
    assert house.minutes() == ({3: span} if is_free else {})
    house.look({EAST: [episode(3 * DAY)]})
    assert house.minutes() == ({2: span} if is_free else {})
