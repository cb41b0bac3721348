"""What is followed, at its edges: identities that outlive an update, half days, marks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from downlink.follows import FollowKind, Mark, Showing, find_showings, make_follow, marks_of
from downlink.limits import MAX_MARKS
from downlink.policy import SAME_SLOT

from .samples import HOUR, MINUTE, NOON
from .test_airings import EAST, SNICK, WEST, feed, programme
from .test_follows import DAY, said, show, showings, words

TRIGUN = show("Trigun")


def begins(at: datetime) -> Showing:
    """The showing of one programme that begins then."""
    guide = feed({EAST: [replace(programme(0), start=at, stop=at + 30 * MINUTE)]})
    (found,) = find_showings(guide, [TRIGUN], at - DAY, at + DAY)
    return found


def test_identities_are_those_of_the_versions_before() -> None:
    """They are stored, and in messages that people have: other ones would announce all anew."""
    assert TRIGUN.identity == "0f86a18773493e98"
    assert show("Trigun", EAST).identity == "4df7360eeb78b15a"
    assert begins(datetime(2026, 11, 26, 12, tzinfo=UTC)).identity == "e787e45a75a93a60"
    (mark,) = marks_of([begins(NOON)], (), NOON)
    assert (mark.thing, mark.show) == ("bcccc95f629c7678", "bcccc95f629c7678")


@pytest.mark.parametrize(
    "day", [datetime(2026, 3, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)]
)
def test_half_days_begin_at_two_times_of_the_day(day: datetime) -> None:
    morning, evening = day + timedelta(hours=9, minutes=37), day + timedelta(hours=21, minutes=37)
    second = timedelta(seconds=1)
    names = [
        begins(at).identity
        for at in (
            morning - second,
            morning,
            evening - second,
            evening,
            evening + 12 * HOUR - second,
        )
    ]
    assert names[1] == names[2]
    assert names[3] == names[4]
    assert len(set(names)) == 3


def test_shortest_key_of_a_channel() -> None:
    assert show("Trigun", "x").channel == "x"


def test_each_channel_and_every_kind_has_its_own_follow() -> None:
    made = [
        make_follow(kind, "Trigun", channel, NOON)
        for kind in FollowKind
        for channel in (None, EAST, WEST)
    ]
    assert len({one.identity for one in made}) == 9


@pytest.mark.parametrize(("text", "is_there"), [("outlaw star", True), ("outlaw stars", False)])
def test_all_words_have_to_be_there(text: str, is_there: bool) -> None:
    guide = feed({SNICK: [programme(0, "Star of the Outlaw")]})
    assert bool(showings(guide, words(text))) is is_there


def test_two_follows_by_the_same_words_on_two_channels() -> None:
    follows = words("gundam wing", EAST), words("wing gundam", SNICK), words("wing")
    guide = feed({EAST: [programme(0, "Gundam Wing")], SNICK: [programme(600, "Wing")]})
    found = showings(guide, *follows)
    assert [one.follows for one in found] == [
        (follows[0].identity, follows[2].identity),
        (follows[2].identity,),
    ]


def test_the_same_words_elsewhere_in_a_programme_are_found_again() -> None:
    """What was found for a title is not given for another episode or block of it."""
    guide = [
        programme(0, "Toonami", episode_title="Intro"),
        programme(600, "Toonami", episode_title="Trigun"),
        programme(1200, "Toonami", episode_title="Intro", block="Trigun"),
    ]
    block = make_follow(FollowKind.BLOCK, "Trigun", None, NOON)
    found = showings(feed({SNICK: guide}), words("trigun"), block)
    assert [len(one.follows) for one in found] == [1, 2]


def test_at_one_time_the_channel_with_the_lower_number_is_first() -> None:
    guide = feed({SNICK: [programme(0)], EAST: [programme(0)]})
    assert said(showings(guide, TRIGUN)) == [[(EAST, 0), (SNICK, 0)]]
    shows = feed({SNICK: [programme(0)], EAST: [programme(0, "Bebop")]})
    assert [one.airing.channel.key for one in showings(shows, TRIGUN, show("Bebop"))] == [
        EAST,
        SNICK,
    ]


def test_an_episode_that_becomes_known_is_told_from_its_later_night() -> None:
    before = showings(feed({EAST: [programme(0), programme(1440, episode=5)]}), TRIGUN)
    guide = [programme(after, episode=5) for after in (0, 60, 1440)]
    after = showings(feed({EAST: guide}), TRIGUN, known=marks_of(before, (), NOON))
    assert said(after) == [[(EAST, 0), (EAST, 60)], [(EAST, 1440)]]
    assert [one.identity for one in after] == [one.identity for one in before]


def test_of_two_that_were_known_about_then_the_second_is_taken_when_the_first_is_on() -> None:
    one, two = programme(0, episode=1, length=10), programme(10, episode=2)
    before = showings(feed({EAST: [one, two]}), TRIGUN)
    after = showings(feed({EAST: [one, programme(10)]}), TRIGUN, known=marks_of(before, (), NOON))
    assert [found.identity for found in after] == [found.identity for found in before]


@pytest.mark.parametrize(
    ("off", "is_same"), [(SAME_SLOT, True), (SAME_SLOT + timedelta(seconds=1), False)]
)
def test_an_episode_that_begins_earlier_than_the_show_was_known_to(
    off: timedelta, is_same: bool
) -> None:
    before = showings(feed({EAST: [programme(0)]}), TRIGUN)
    earlier = programme(-off / MINUTE, episode=5)
    after = showings(feed({EAST: [earlier]}), TRIGUN, known=marks_of(before, (), NOON))
    assert (after[0].identity == before[0].identity) is is_same


def test_marks_of_what_has_moved_have_the_new_time() -> None:
    before = marks_of(showings(feed({EAST: [programme(0)]}), TRIGUN), (), NOON)
    moved = showings(feed({EAST: [programme(60)]}), TRIGUN, known=before)
    (mark,) = marks_of(moved, before, NOON)
    assert mark == before[0]._replace(start=NOON + HOUR)


def test_marks_that_are_nearest_are_kept_by_their_start_and_name() -> None:
    far = Mark("0" * 16, "", "", NOON - 47 * HOUR)
    near = Mark("1" * 16, "", "", NOON - HOUR)
    many = [
        Mark(f"{number:016x}", "", "", NOON + number // 2 * MINUTE)
        for number in range(2 * MAX_MARKS - 2, MAX_MARKS - 1, -1)
    ]
    found = marks_of((), [*many, far, near], NOON)
    assert found == (near, *sorted(many, key=lambda mark: mark.identity))
