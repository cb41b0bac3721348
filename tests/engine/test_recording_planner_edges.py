"""Which of several airings a recording is of, where they are nearly the same."""

import pytest

from downlink.recording.matching import may_be_same
from downlink.recording.model import State

from .planning import House, episode, rule
from .test_airings import EAST, WEST, programme

P = State.PLANNED


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
