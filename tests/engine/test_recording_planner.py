"""What is planned: by rules and by hand, each airing once, whatever a refresh makes of it."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from downlink.follows import FollowKind, make_follow
from downlink.limits import MAX_RECORDINGS
from downlink.models import Programme, Source
from downlink.policy import FORGOTTEN_AFTER
from downlink.recording.model import Reason, Recording, RuleKind, State

from .planning import House, episode, film, rule
from .samples import MINUTE, NOON
from .test_airings import EAST, SNICK, WEST, programme

P, R, C = State.PLANNED, State.RECORDING, State.COMPLETE
DAY = 24 * 60


def test_nothing_without_a_rule_or_a_guide() -> None:
    assert House().look({EAST: [episode(60)]}).recordings == ()
    house = House(rule()).look()
    assert (house.recordings, house.last and house.last.spans) == ((), {})


def test_east_and_west_and_repeats_of_a_night_are_one() -> None:
    guide = {
        EAST: [episode(60), episode(90, 2), episode(400)],
        WEST: [episode(240), episode(270, 2)],
    }
    house = House(rule()).look(guide)
    assert house.said() == [(1, EAST, 60, P), (2, EAST, 90, P)]
    (first, _) = house.recordings
    assert (first.programme, first.rule, first.since) == (guide[EAST][0], rule().identity, NOON)
    assert (first.stop - first.start, first.replaces) == (30 * MINUTE, None)
    assert first.track_name == first.identity


def test_first_airing_that_is_to_come() -> None:
    guide = {EAST: [episode(-10)], WEST: [episode(170)]}
    assert House(rule()).look(guide).said() == [(1, WEST, 170, P)]
    assert House(rule()).look({EAST: [episode(0)]}).said() == [(1, EAST, 0, P)]


def test_first_rule_that_asks_for_it() -> None:
    rules = rule("trigun", RuleKind.WORDS, only_missing=False), rule()
    (found,) = House(*rules).look({EAST: [episode(60)]}).recordings
    assert found.rule == rules[0].identity


def test_what_is_followed() -> None:
    follow = make_follow(FollowKind.SHOW, "Trigun", EAST, NOON)
    house = House(rule("", RuleKind.FOLLOWED), follows=[follow])
    guide = {EAST: [episode(60), episode(90, 1, "Bebop")], WEST: [episode(10, 5)]}
    assert house.look(guide).said() == [(1, EAST, 60, P)]


def test_filler_is_never_recorded_by_a_rule() -> None:
    shown = programme(60, "Movies", source=Source.FILLER)
    assert House(rule("movies", RuleKind.WORDS)).look({"movies": [shown]}).said() == []


# Only what is missing


@pytest.mark.parametrize(
    "state", sorted(set(State) - {State.CANCELLED, State.FAILED, State.PLANNED})
)
def test_an_episode_that_is_or_was_there(state: State) -> None:
    house = House(rule()).look({EAST: [episode(60)]})
    house.set(1, state)
    house.at(2 * DAY).look({EAST: [episode(3 * DAY), episode(3 * DAY + 30, 2)]})
    assert house.said() == [(1, EAST, 60, state), (2, EAST, 3 * DAY + 30, P)]
    repeats = House(rule(only_missing=False)).look({EAST: [episode(60)]})
    repeats.set(1, state)
    repeats.at(2 * DAY).look({EAST: [episode(3 * DAY)]})
    assert repeats.said() == [(1, EAST, 60, state), (2, EAST, 3 * DAY, P)]


def test_an_episode_that_is_planned_for_another_night() -> None:
    guide = {EAST: [episode(60), episode(60 + DAY)]}
    assert House(rule()).look(guide).said() == [(1, EAST, 60, P)]
    house = House(rule(only_missing=False)).look(guide)
    assert house.said() == [(1, EAST, 60, P), (2, EAST, 60 + DAY, P)]


def test_one_that_was_cancelled_is_missing_on_another_night() -> None:
    house = House(rule()).look({EAST: [episode(60)]})
    house.set(1, State.CANCELLED)
    house.look({EAST: [episode(60), episode(60 + 11 * 60), episode(60 + 2 * DAY)]})
    assert house.said() == [(1, EAST, 60, State.CANCELLED), (2, EAST, 60 + 2 * DAY, P)]


def test_a_film_is_one_thing_and_an_unknown_episode_one_a_night() -> None:
    films = {EAST: [film(60), film(60 + 2 * DAY)]}
    assert House(rule("Akira")).look(films).said() == [(1, EAST, 60, P)]
    nights = {
        SNICK: [programme(60), programme(90), *(programme(60 + n * DAY) for n in (1, 2))],
        "snick_west": [programme(240), programme(270)],
    }
    house = House(rule()).look(nights)
    assert house.said() == [(n + 1, SNICK, 60 + n * DAY, P) for n in range(3)]
    house.set(1, C)
    assert len(house.at(200).look().recordings) == 3


# The guide moves


def moved(
    house: House, *shown: Programme, **others: list[Programme]
) -> list[tuple[int, str, float, str]]:
    return house.look({EAST: list(shown), **others}).said()


@pytest.mark.parametrize("state", [P, State.CANCELLED, State.DELETED, State.GONE])
def test_it_moves_with_its_airing(state: State) -> None:
    house = House(rule()).look({EAST: [episode(300), episode(330, 2)]})
    house.set(1, state)
    for start in (315, 600, 480, 90, 300):
        assert moved(house, episode(start), episode(start + 30, 2))[0] == (1, EAST, start, state)
    assert len(house.recordings) == 2


def test_two_that_change_places() -> None:
    house = House(rule("Trigun"), rule("Bebop"))
    house.look({EAST: [episode(60), episode(90, 1, "Bebop")]})
    house.set(1, State.CANCELLED)
    found = moved(house, episode(60, 1, "Bebop"), episode(90))
    assert found == [(1, EAST, 90, State.CANCELLED), (2, EAST, 60, P)]


def test_what_leaves_the_east_is_recorded_on_the_west() -> None:
    house = House(rule()).look({EAST: [episode(60)], WEST: [episode(240)]})
    assert moved(house, programme(60, "Bebop"), toonami_west=[episode(240)]) == [(1, WEST, 240, P)]


@pytest.mark.parametrize(
    "now",
    [
        episode(60, title="TRIGUN!"),
        programme(60),
        programme(62, "Trigun", 40),
        episode(60, season=1, episode_title="The $$60 Billion Man"),
        episode(60, episode_title="The Hero"),
    ],
)
def test_another_spelling_and_an_episode_learnt_or_forgotten(now: Programme) -> None:
    house = House(rule()).look({EAST: [episode(60)]})
    moved(house, now)
    (found,) = house.recordings
    assert (found.number, found.start, found.programme.title) == (1, now.start, now.title)
    assert found.programme.episode == 1, "what the guide forgets is remembered"
    assert moved(house, episode(60)) == [(1, EAST, 60, P)]


def test_a_title_is_remembered_with_its_number_or_alone() -> None:
    house = House(rule()).look({EAST: [episode(60, episode_title="Hero")]})
    moved(house, programme(60, episode_title="The Hero"))
    (found,) = house.recordings
    assert (found.programme.episode_title, found.programme.episode) == ("The Hero", None)
    house = House(rule()).look({EAST: [programme(60, episode_title="Hero", season=2)]})
    moved(house, programme(60, episode_title="HERO"))
    (found,) = house.recordings
    assert (found.programme.season, found.programme.episode_title) == (2, "HERO")


def test_another_title_in_more_than_half_of_the_slot() -> None:
    house = House(rule()).look({EAST: [episode(60)]})
    assert moved(house, programme(74, "Bebop")) == [(1, EAST, 74, P)]
    assert house.recordings[0].programme.title == "Bebop"
    assert moved(house, programme(89, "Trigun Maximum")) == [(1, EAST, 74, P)]
    assert house.recordings[0].reason is Reason.LEFT_GUIDE
    assert moved(house, film(60)) == [(1, EAST, 74, P)]


def test_what_was_renamed_is_missing_again() -> None:
    house = House(rule()).look({EAST: [episode(60)]})
    found = moved(house, programme(60, "Bebop"), episode(60 + DAY))
    assert found == [(1, EAST, 60, P), (2, EAST, 60 + DAY, P)]


def test_a_slot_is_not_taken_from_another_recording() -> None:
    house = House(rule(), rule("Bebop"))
    house.look({EAST: [episode(60), episode(400, 1, "Bebop")]})
    house.set(2, C)
    moved(house, episode(60, 1, "Bebop"), episode(400, 1, "Bebop"))
    assert [(one.number, one.reason) for one in house.recordings] == [
        (1, Reason.LEFT_GUIDE),
        (2, None),
    ]


def test_a_slot_is_not_taken_for_an_episode_that_is_there() -> None:
    house = House(rule(), rule("Bebop")).look({EAST: [episode(60, 1, "Bebop")]})
    house.set(1, C)
    house.at(2 * DAY).look({EAST: [episode(3 * DAY)]})
    moved(house, episode(3 * DAY, 1, "Bebop"))
    assert [one.reason for one in house.recordings] == [None, Reason.LEFT_GUIDE]
    assert house.recordings[1].programme.title == "Trigun"


def test_neither_title_of_a_cancelled_slot_comes_back() -> None:
    house = House(rule(), rule("Bebop")).look({EAST: [episode(60)]})
    house.set(1, State.CANCELLED)
    off = State.CANCELLED
    assert moved(house, episode(60, 1, "Bebop")) == [(1, EAST, 60, off), (2, EAST, 60, off)]
    assert moved(house, episode(120, 1, "Bebop"), episode(400)) == [
        (1, EAST, 400, off),
        (2, EAST, 120, off),
    ]


def test_what_left_the_guide_comes_back_or_fails() -> None:
    house = House(rule()).look({EAST: [episode(60), programme(90, "Bebop")]})
    before = house.recordings
    for _ in range(2):
        assert moved(house, programme(20, "Bebop", 40), programme(90, "Bebop")) == [
            (1, EAST, 60, P)
        ]
        assert house.recordings[0].reason is Reason.LEFT_GUIDE
        assert house.minutes() == {}
        moved(house, episode(60), programme(90, "Bebop"))
        assert house.recordings == before
    moved(house, programme(20, "Bebop", 40), programme(90, "Bebop"))
    assert house.at(89).look().said() == [(1, EAST, 60, P)]
    house.at(90).look()
    assert house.said() == [(1, EAST, 60, State.FAILED)]
    assert house.recordings[0].reason is Reason.LEFT_GUIDE
    assert moved(house, programme(20, "Bebop"), episode(150)) == [(1, EAST, 150, P)]


def test_a_channel_that_is_gone_has_left_the_guide() -> None:
    house = House(rule()).look({EAST: [episode(60)]})
    assert house.feed
    channels = tuple(one for one in house.feed.channels if one.key != EAST)
    house.feed = type(house.feed)(made=NOON, channels=channels, guide={})
    assert house.look().recordings[0].reason is Reason.LEFT_GUIDE


@pytest.mark.parametrize(
    "guide",
    [None, {}, {EAST: [programme(0, "Bebop")]}, {EAST: [programme(90, "Bebop")]}],
)
def test_where_no_guide_is_known_it_is_recorded_as_planned(
    guide: dict[str, list[Programme]] | None,
) -> None:
    house = House(rule()).look({EAST: [episode(60), programme(90, "Bebop")]})
    house.look({EAST: [programme(20, "Bebop", 40), programme(90, "Bebop")]})
    assert house.recordings[0].reason is Reason.LEFT_GUIDE
    house.feed = None
    house.look(guide)
    assert house.recordings[0].reason is (None if guide is not None else Reason.LEFT_GUIDE)
    assert house.minutes() == ({1: (60, 90)} if guide is not None else {})


def test_what_runs_goes_on_where_it_is() -> None:
    house = House(rule()).look({EAST: [episode(60), episode(90, 2)], WEST: [episode(240)]})
    house.set(1, R)
    house.at(65)
    assert moved(house, episode(62, length=40), episode(102, 2)) == [
        (1, EAST, 62, R),
        (2, EAST, 102, P),
    ]
    assert house.minutes()[1] == (62, 102)
    house.look({EAST: [programme(60, "Bebop", 10)], WEST: [episode(240)]})
    assert house.said()[0] == (1, EAST, 62, R)
    moved(house, programme(60, "Bebop", 40))
    assert (house.recordings[0].programme.title, house.recordings[0].state) == ("Bebop", R)


def test_nobody_was_there() -> None:
    house = House(rule()).look({EAST: [episode(60)]})
    house.at(89).look()
    assert (house.said(), house.minutes()) == ([(1, EAST, 60, P)], {1: (60, 90)})
    house.at(90).look()
    assert house.said() == [(1, EAST, 60, State.FAILED)]
    assert house.recordings[0].reason is Reason.ABSENT


def test_it_was_moved_while_nobody_was_there() -> None:
    house = House(rule()).look({EAST: [episode(60)]})
    house.at(100).look({EAST: [episode(80)]})
    assert house.said() == [(1, EAST, 80, P)]


# What is planned twice


def test_two_that_turn_out_to_be_one_episode() -> None:
    house = House(rule()).look({SNICK: [programme(60), programme(60 + DAY)]})
    assert len(house.recordings) == 2
    house.look({SNICK: [episode(60), episode(60 + DAY)]})
    assert house.said() == [(1, SNICK, 60, P)]


def test_one_that_turns_out_to_be_there() -> None:
    house = House(rule()).look({EAST: [episode(60)]})
    house.set(1, State.DELETED)
    house.at(2 * DAY).look({EAST: [programme(3 * DAY)]})
    assert len(house.recordings) == 2
    assert moved(house, episode(3 * DAY)) == [(1, EAST, 60, State.DELETED)]
    house = House(rule(only_missing=False)).look({EAST: [episode(60)]})
    house.set(1, State.DELETED)
    house.at(2 * DAY).look({EAST: [programme(3 * DAY)]})
    assert len(moved(house, episode(3 * DAY))) == 2


def test_what_a_rule_planned_goes_with_it() -> None:
    house = House(rule()).look({EAST: [episode(60), episode(90, 2), episode(120, 3)]})
    house.set(2, P, is_kept=True)
    house.set(3, State.CANCELLED)
    house.rules = ()
    assert house.look().said() == [(2, EAST, 90, P), (3, EAST, 120, State.CANCELLED)]
    house.rules = [rule()]
    assert house.look().said()[2] == (4, EAST, 60, P)
    house.set(4, State.FAILED)
    house.rules = ()
    assert house.look().said()[2] == (4, EAST, 60, State.FAILED)


# Days


@pytest.mark.parametrize(
    "day", [datetime(2026, 10, 31, tzinfo=UTC), datetime(2027, 3, 13, tzinfo=UTC)]
)
def test_days_when_the_clocks_change(day: datetime) -> None:
    zone = ZoneInfo("America/New_York")
    house = House(rule(days=[6]), zone=zone)
    house.now = day
    first = (day - NOON) / MINUTE
    hours = [episode(first + 60 * n, n + 1) for n in range(72)]
    house.look({EAST: hours})
    local = [one.start.astimezone(zone) for one in house.recordings]
    assert {one.weekday() for one in local} == {6}
    assert len(local) == (25 if day.year == 2026 else 23)


# Limits


def test_most_recordings() -> None:
    house = House(rule())
    house.look({EAST: [episode(60)]})
    (one,) = house.recordings
    old = NOON - FORGOTTEN_AFTER

    def of(number: int, state: State, stop: datetime, title: str = "Old") -> Recording:
        shown = replace(episode(0, number, title), start=stop - 30 * MINUTE, stop=stop)
        return replace(
            one,
            identity=f"{number:016x}",
            number=number,
            start=shown.start,
            stop=stop,
            programme=shown,
            state=state,
        )

    full = tuple(of(number, C, old) for number in range(1, MAX_RECORDINGS + 1))
    house.next_number = MAX_RECORDINGS + 1
    for extra, is_forgotten in (
        (of(1, State.CANCELLED, old - MINUTE), True),
        (of(1, State.FAILED, old - MINUTE), True),
        (of(1, State.DELETED, old - MINUTE), True),
        (of(1, State.GONE, old), False),
        (replace(of(1, State.DELETED, old - MINUTE), programme=episode(90, 2)), False),
        (of(1, State.INTERRUPTED, old - MINUTE), False),
    ):
        house.recordings = (extra, *full[1:])
        found = house.look({EAST: [episode(60), episode(90, 2)]}).recordings
        assert len(found) == MAX_RECORDINGS
        assert (found[-1].programme.title == "Trigun") is is_forgotten
    house.recordings = full[1:]
    assert len(house.look().recordings) == MAX_RECORDINGS


def test_what_is_forgotten_on_the_west_is_still_it() -> None:
    house = House(rule()).look({EAST: [episode(60)], WEST: [episode(240)]})
    for start in (240, 300):
        found = moved(house, toonami_west=[programme(start)])
        assert found == [(1, WEST, start, P)]


def test_what_leaves_the_guide_is_not_what_was_shown_before() -> None:
    """It waits for its time, instead of having been missed on a channel where it is over."""
    house = House(rule()).look({EAST: [], SNICK: [episode(600)]})
    others = [programme(570, "Zoids"), programme(630, "Zoids")]
    shown = {EAST: [episode(60)], SNICK: others}
    assert house.at(560).look(shown).said() == [(1, SNICK, 600, P)]
    assert house.recordings[0].reason is Reason.LEFT_GUIDE
    others.insert(1, programme(600, "Special"))
    assert house.look(shown).said() == [(1, SNICK, 600, P)]
    assert house.recordings[0].reason is None
