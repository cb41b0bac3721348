"""What is followed, in a guide that never stands still."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from random import Random

from hypothesis import given, strategies as st
import pytest

from downlink.follows import Mark, find_showings, marks_of
from downlink.identity import show_key
from downlink.models import Programme, Source
from downlink.policy import NIGHT

from .samples import HOUR, MINUTE, NOON, seconds_of
from .strategies import programmes
from .test_airings import EAST, WEST, feed, programme
from .test_follows import show, showings, words

DAY = 24 * HOUR
ALWAYS = NOON - 400 * DAY, NOON + 400 * DAY


@dataclass(frozen=True, slots=True)
class Plan:
    """One airing that the station plans: however a guide tells it, it is this one."""

    show: str
    episode: int
    channel: str
    start: datetime


SHOWS = ("Dragon Ball Z", "Pokémon", "Kenan & Kel", "Dexter's Laboratory", "Yu-Gi-Oh!", "Trigun")
SPELLINGS: Sequence[Callable[[str], str]] = (
    str,
    str.upper,
    str.casefold,
    lambda title: title.replace("é", "e"),
    lambda title: title.replace("&", "and"),
    lambda title: title.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}"),
    lambda title: title.replace("-", " "),
    lambda title: f" {title}!",
)


def planned() -> list[Plan]:
    """Each show once a night for five nights on the East, and three hours later on the West."""
    return [
        Plan(title, 7 * night + number + 1, channel, start + delay)
        for night in range(5)
        for number, title in enumerate(SHOWS)
        for start in (NOON + night * DAY + number * HOUR,)
        for channel, delay in ((EAST, 0 * HOUR), (WEST, 3 * HOUR))
    ]


def told(plan: Plan, chance: Random) -> Programme:
    """A planned airing as a guide may tell it today: by another spelling, some minutes off."""
    start = plan.start + chance.randint(-14, 14) * MINUTE
    return Programme(
        start=start,
        stop=start + chance.choice([20, 25, 30]) * MINUTE,
        title=chance.choice(SPELLINGS)(plan.show),
        episode=plan.episode,
        description=chance.choice([None, "Whatever."]),
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_refreshes(seed: int) -> None:
    chance = Random(seed)
    plans = planned()
    follows = [show(title) for title in SHOWS[::2]]
    names: dict[tuple[str, int], str] = {}
    marks: tuple[Mark, ...] = ()
    listed = set(plans)
    for _ in range(1000):
        # Some leave the guide, some come back, and at times there is nearly nothing.
        listed ^= {one for one in plans if chance.random() < 0.1}
        shown = [one for one in plans if one in listed]
        shown = shown[: len(shown) // chance.choice([1, 1, 1, 2, 8])]
        guide = {
            key: sorted(
                (told(one, chance) for one in shown if one.channel == key),
                key=lambda each: each.start,
            )
            for key in (EAST, WEST)
        }
        found = find_showings(feed(guide), follows, *ALWAYS, marks)
        marks = marks_of(found, marks, NOON)
        wanted = {(show_key(one.show), one.episode) for one in shown if one.show in SHOWS[::2]}
        keys = [
            (show_key(one.airing.programme.title), one.airing.programme.episode or 0)
            for one in found
        ]
        assert sorted(keys) == sorted(wanted)
        for key, one in zip(keys, found, strict=True):
            assert names.setdefault(key, one.identity) == one.identity
    assert len(set(names.values())) == len(names) == 5 * len(follows)


@given(programmes(), st.sampled_from(SPELLINGS))
def test_a_follow_of_a_title_matches_it_in_every_spelling(
    one: Programme, spell: Callable[[str], str]
) -> None:
    follow = show(one.title)
    airing = replace(one, stop=one.start + HOUR, source=Source.GUIDE)
    respelt = replace(airing, title=spell(one.title))
    assert len(showings(feed({EAST: [airing]}), follow)) == 1
    is_same_show = show_key(respelt.title) == follow.key
    assert len(showings(feed({EAST: [respelt]}), follow)) == is_same_show


@given(st.lists(st.tuples(st.sampled_from(SHOWS), st.integers(0, 4000)), max_size=30))
def test_sorted_and_every_airing_once(plan: list[tuple[str, int]]) -> None:
    guide = [programme(after, title) for title, after in sorted(plan, key=lambda one: one[1])]
    found = showings(feed({EAST: guide}), *(show(title) for title in SHOWS))
    assert all(one.airing.start <= other.airing.start for one, other in pairwise(found))
    everything = sorted(each.start for one in found for each in (one.airing, *one.others))
    assert everything == [one.start for one in guide]
    assert len({one.identity for one in found}) == len(found)
    for one in found:
        assert all(each.start - one.airing.start < NIGHT for each in one.others)


@pytest.mark.parametrize(
    "title",
    ["\ufdfa" * 500, "a " * 250, "x" * 500, "1" * 500],
    ids=["one letter of many", "words", "a word", "a number"],
)
def test_hostile_titles_take_time_in_proportion(title: str) -> None:
    follows = [words(f"{title[:480]} {number}") for number in range(200)]

    def work(count: int) -> Callable[[], object]:
        guide = [
            programme(number, f"{number} {title}", length=1, episode_title=title)
            for number in range(count)
        ]
        found = feed({EAST: guide})
        return lambda: showings(found, *follows)

    few, many = seconds_of(work(250)), seconds_of(work(1000))
    assert many < 4 * few * 3 + 0.05
