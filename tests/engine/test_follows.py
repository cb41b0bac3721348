"""What is followed: found however a guide spells and moves it, and each night once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from downlink.errors import FollowError
from downlink.follows import Follow, FollowKind, Mark, Showing, find_showings, make_follow, marks_of
from downlink.limits import MAX_MARKS, MAX_TITLE_CHARS, MAX_VALUE_CHARS
from downlink.models import Feed, Source
from downlink.policy import MARKED_FOR, MOVED_AHEAD, NIGHT, SAME_SLOT

from .samples import HOUR, MINUTE, NOON
from .test_airings import EAST, SNICK, WEST, feed, programme

DAY = 24 * HOUR
ALWAYS = NOON - 400 * DAY, NOON + 400 * DAY


def show(title: str, channel: str | None = None) -> Follow:
    return make_follow(FollowKind.SHOW, title, channel, NOON)


def words(text: str, channel: str | None = None) -> Follow:
    return make_follow(FollowKind.WORDS, text, channel, NOON)


def showings(found: Feed, *follows: Follow, known: Sequence[Mark] = ()) -> tuple[Showing, ...]:
    return find_showings(found, follows, *ALWAYS, known)


def said(found: Sequence[Showing]) -> list[list[tuple[str, float]]]:
    """The airings of each showing: the channel, and minutes after noon."""
    return [
        [(each.channel.key, (each.start - NOON) / MINUTE) for each in (one.airing, *one.others)]
        for one in found
    ]


# What can be followed


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        (FollowKind.SHOW, "Yu-Gi-Oh!", "yugioh"),
        (FollowKind.SHOW, "Kenan & Kel", "kenanandkel"),
        (FollowKind.SHOW, "???", "???"),
        (FollowKind.BLOCK, "Nick at Nite", "nickatnite"),
        (FollowKind.WORDS, "  Dragon \n BALL ", "dragon ball"),
        (FollowKind.WORDS, "Pok\N{COMBINING ACUTE ACCENT}mon\0", "pokmon"),
    ],
)
def test_key(kind: FollowKind, text: str, key: str) -> None:
    made = make_follow(kind, text, EAST, NOON)
    assert (made.kind, made.key, made.channel, made.since) == (kind, key, EAST, NOON)


def test_text_is_kept_as_it_is_but_for_what_no_screen_shows() -> None:
    assert show("<b>\N{RIGHT-TO-LEFT OVERRIDE}Ed\x1b</b>\n & Co").text == (
        "<b>\N{RIGHT-TO-LEFT OVERRIDE}Ed</b> & Co"
    )


def test_the_same_twice_is_one_follow() -> None:
    later = make_follow(FollowKind.SHOW, "DRAGON BALL - Z", None, NOON + DAY)
    assert show("Dragon Ball Z").identity == later.identity
    others = (
        show("Dragon Ball"),
        show("Dragon Ball Z", EAST),
        words("Dragon Ball Z"),
        make_follow(FollowKind.BLOCK, "Dragon Ball Z", None, NOON),
    )
    assert len({later.identity, *(one.identity for one in others)}) == 5


@pytest.mark.parametrize("kind", FollowKind)
@pytest.mark.parametrize("text", ["", " \n", "\0\x1b", "\ud800"])
def test_nothing_to_follow(kind: FollowKind, text: str) -> None:
    with pytest.raises(FollowError, match="no letter"):
        make_follow(kind, text, None, NOON)


def test_words_have_a_letter_or_a_digit() -> None:
    with pytest.raises(FollowError, match="no letter"):
        words("!!! ???")


def test_longest_text() -> None:
    assert len(show("x" * MAX_TITLE_CHARS).text) == MAX_TITLE_CHARS
    with pytest.raises(FollowError, match="500 characters"):
        show("x" * (MAX_TITLE_CHARS + 1))


def test_longest_key_of_a_channel() -> None:
    assert show("Trigun", "x" * MAX_VALUE_CHARS).channel
    for key in ("", "x" * (MAX_VALUE_CHARS + 1)):
        with pytest.raises(FollowError, match="channel"):
            show("Trigun", key)


def test_since_is_in_utc() -> None:
    begun = datetime(2026, 11, 26, 20, tzinfo=timezone(-5 * HOUR))
    since = make_follow(FollowKind.SHOW, "Trigun", None, begun).since
    assert (since, since.tzinfo) == (begun, UTC)


# What it matches


@pytest.mark.parametrize(
    ("follow", "matches"),
    [
        (show("trigun"), ["Trigun"]),
        (show("Trigun", EAST), []),
        (show("Trigun", SNICK), ["Trigun"]),
        (words("gundam wing"), ["Gundam Wing", "Wing, the Gundam"]),
        (words("wing"), ["Gundam Wing", "Wing, the Gundam"]),
        (words("wings"), []),
        (words("gun"), []),
        (words("the Gundam"), ["Wing, the Gundam"]),
        (words("beast girl"), ["Outlaw Star"]),
        (words("outlaw beast"), ["Outlaw Star"]),
        (make_follow(FollowKind.BLOCK, "midnight run", None, NOON), ["Outlaw Star"]),
        (words("midnight"), ["Outlaw Star"]),
        (words("movies"), []),
    ],
    ids=lambda value: value.text if isinstance(value, Follow) else "",
)
def test_what_a_follow_matches(follow: Follow, matches: list[str]) -> None:
    guide = [
        programme(0, "Trigun"),
        programme(30, "Gundam Wing"),
        programme(60, "Wing, the Gundam"),
        programme(90, "Outlaw Star", episode_title="The Beast Girl", block="Midnight Run"),
        programme(120, "Movies", source=Source.FILLER),
    ]
    found = showings(feed({SNICK: guide}), follow)
    assert [one.airing.programme.title for one in found] == matches
    assert all(one.follows == (follow.identity,) for one in found)


def test_a_showing_names_all_follows_that_it_matches_in_their_order() -> None:
    follows = words("trigun"), show("Trigun"), show("Trigun", WEST), show("Bebop")
    guide = feed({EAST: [programme(0)], WEST: [programme(180)]})
    (found,) = showings(guide, *follows)
    assert found.follows == tuple(one.identity for one in follows[:3])


def test_nothing_is_followed() -> None:
    assert showings(feed({EAST: [programme(0)]})) == ()
    assert showings(Feed(made=NOON, channels=()), show("Trigun")) == ()


# One showing a night


def test_east_west_and_repeats_of_one_night_are_one() -> None:
    east = [programme(0, episode=1), programme(60, episode=1), programme(24 * 60, episode=1)]
    west = [programme(180, episode=1)]
    found = showings(feed({EAST: east, WEST: west}), show("Trigun"))
    assert said(found) == [[(EAST, 0), (EAST, 60), (WEST, 180)], [(EAST, 24 * 60)]]
    assert found[0].identity != found[1].identity


def test_each_episode_is_a_thing_to_see() -> None:
    east = [programme(30 * number, episode=number) for number in (1, 2)]
    assert said(showings(feed({EAST: east}), show("Trigun"))) == [[(EAST, 30)], [(EAST, 60)]]


@pytest.mark.parametrize(("later", "count"), [(NIGHT - MINUTE, 1), (NIGHT, 2)])
def test_how_long_a_night_is(later: timedelta, count: int) -> None:
    east = [programme(0), programme(later / MINUTE)]
    assert len(showings(feed({EAST: east}), show("Trigun"))) == count


def test_only_what_is_on_in_the_time_that_is_asked_for() -> None:
    east = [programme(0, episode=1), programme(60, episode=2)]
    found = feed({EAST: east, WEST: [programme(180, episode=1)]})

    def asked(start: float, stop: float) -> list[float]:
        begin, end = NOON + start * MINUTE, NOON + stop * MINUTE
        return [row[0][1] for row in said(find_showings(found, [show("Trigun")], begin, end))]

    assert asked(-60, 0) == []
    assert asked(-60, 1) == [0]
    assert asked(29, 60) == [0]
    assert asked(30, 60) == []
    assert asked(30, 61) == [60]
    # The first airing is over, but it is one showing with the one that is to come.
    assert asked(180, 181) == [0]


# The same showing has the same identity


def refreshed(before: Feed, after: Feed) -> tuple[list[str], list[str], list[str]]:
    """The identities before, after, and after for those who know nothing of the time before."""
    follow = show("Trigun")
    first = showings(before, follow)
    second = showings(after, follow, known=marks_of(first, (), NOON))
    return (
        [one.identity for one in first],
        [one.identity for one in second],
        [one.identity for one in showings(after, follow)],
    )


@pytest.mark.parametrize("minutes", [-14, -1, 1, 14])
def test_moved_by_minutes(minutes: int) -> None:
    before, after, anew = refreshed(
        feed({EAST: [programme(0, episode=1)]}), feed({EAST: [programme(minutes, episode=1)]})
    )
    assert before == after == anew


@pytest.mark.parametrize(
    ("by", "is_same"),
    [
        (-MOVED_AHEAD - MINUTE, False),
        (-MOVED_AHEAD, True),
        (NIGHT - MINUTE, True),
        (NIGHT, False),
    ],
)
def test_moved_by_hours(by: timedelta, is_same: bool) -> None:
    before, after, _ = refreshed(
        feed({EAST: [programme(0, episode=1)]}), feed({EAST: [programme(by / MINUTE, episode=1)]})
    )
    assert (before == after) is is_same


def test_first_airing_is_gone() -> None:
    east, west = programme(0, episode=1), programme(180, episode=1)
    before, after, _ = refreshed(feed({EAST: [east], WEST: [west]}), feed({WEST: [west]}))
    assert before == after


def test_east_after_the_west_was_all_that_counted() -> None:
    found = feed({EAST: [programme(0)], WEST: [programme(180)]})
    first = showings(found, show("Trigun", WEST))
    (second,) = showings(found, show("Trigun"), known=marks_of(first, (), NOON))
    assert second.identity == first[0].identity


@pytest.mark.parametrize("learns", [True, False])
@pytest.mark.parametrize(
    ("off", "is_same"), [(timedelta(), True), (SAME_SLOT, True), (SAME_SLOT + MINUTE, False)]
)
def test_which_episode_it_is_becomes_known(learns: bool, off: timedelta, is_same: bool) -> None:
    feeds = feed({EAST: [programme(0)]}), feed({EAST: [programme(off / MINUTE, episode=5)]})
    before, after, _ = refreshed(*(feeds if learns else feeds[::-1]))
    assert (before == after) is is_same


def test_another_episode_is_another_showing() -> None:
    before, after, _ = refreshed(
        feed({EAST: [programme(0, episode=1)]}), feed({EAST: [programme(0, episode=2)]})
    )
    assert before != after


def test_two_nights_that_begin_in_one_half_day_have_two_identities() -> None:
    # Without the marks, both would be called after the half day that they begin in.
    early = datetime(2026, 10, 14, 9, 40, tzinfo=UTC)
    first = feed({EAST: [replace(programme(0), start=early + 5 * HOUR, stop=early + 6 * HOUR)]})
    both = [
        replace(programme(0), start=early + hours * HOUR, stop=early + hours * HOUR + MINUTE)
        for hours in (0, 5)
    ]
    known = marks_of(showings(first, show("Trigun")), (), NOON)
    found = showings(feed({EAST: both}), show("Trigun"), known=known)
    assert len({one.identity for one in found}) == 2
    assert found[1].identity == known[0].identity


def test_the_same_mark_twice_is_one() -> None:
    found = feed({EAST: [programme(0)]})
    marks = marks_of(showings(found, show("Trigun")), (), NOON)
    assert showings(found, show("Trigun"), known=marks * 2) == showings(found, show("Trigun"))


def test_a_showing_that_is_gone_is_remembered_for_a_while() -> None:
    marks = marks_of(showings(feed({EAST: [programme(0)]}), show("Trigun")), (), NOON)
    assert marks_of((), marks, NOON + MARKED_FOR - MINUTE) == marks
    assert marks_of((), marks, NOON + MARKED_FOR) == ()


@pytest.mark.parametrize("extra", [0, 1])
def test_most_marks(extra: int) -> None:
    many = tuple(
        Mark(f"{number:016x}", "", "", NOON + number * MINUTE)
        for number in range(MAX_MARKS + extra)
    )
    assert marks_of((), many, NOON) == many[:MAX_MARKS]
