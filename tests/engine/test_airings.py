"""When a programme is on again: by what it is, and by how far the West is behind the East."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from downlink.airings import DELAYS, Airing, Airings
from downlink.lineup import KNOWN
from downlink.models import Feed, Programme, Source
from downlink.policy import SAME_SLOT

from .samples import HOUR, MINUTE, NOON

EAST, WEST, SNICK = "toonami_east", "toonami_west", "snick_east"
CHANNELS = tuple(known.channel(f"https://n1.example.com/{known.key}") for known in KNOWN)
DELAY = 3 * HOUR
BEFORE = NOON - HOUR


def programme(
    after: float, title: str = "Trigun", length: float = 30, **values: object
) -> Programme:
    start = NOON + after * MINUTE
    return Programme(start=start, stop=start + length * MINUTE, title=title, **values)  # type: ignore[arg-type]  # mypy sees one type


def feed(guide: Mapping[str, Sequence[Programme]]) -> Feed:
    whole = {channel.key: tuple(guide.get(channel.key, ())) for channel in CHANNELS}
    return Feed(made=NOON, channels=CHANNELS, guide=whole)


def said(airings: Sequence[Airing]) -> list[tuple[str, float, bool]]:
    return [(one.channel.key, (one.start - NOON) / MINUTE, one.is_about) for one in airings]


def test_line_up_has_two_pairs() -> None:
    assert DELAYS[EAST] == {WEST: DELAY}
    assert DELAYS[WEST] == {EAST: -DELAY}
    assert set(DELAYS) == {EAST, WEST, "snick_east", "snick_west"}


def test_same_episode_elsewhere_and_later() -> None:
    one = programme(0, season=1, episode=5)
    airings = Airings(
        feed(
            {
                EAST: [
                    one,
                    programme(60, season=1, episode=6),
                    programme(600, season=1, episode=5),
                ],
                WEST: [programme(180, season=1, episode=5)],
                SNICK: [programme(60, "TRIGUN", season=1, episode=5)],
            }
        )
    )
    assert said(airings.also(EAST, one, BEFORE)) == [
        (SNICK, 60, False),
        (WEST, 180, False),
        (EAST, 600, False),
    ]


def test_limit() -> None:
    one = programme(0, episode=1)
    airings = Airings(feed({SNICK: [one, *(programme(60 * n, episode=1) for n in range(1, 9))]}))
    assert said(airings.also(SNICK, one, BEFORE, 3))[:2] == [
        (SNICK, 60, False),
        (SNICK, 120, False),
    ]
    assert len(airings.also(SNICK, one, BEFORE, 3)) == 3


def test_nothing_about_filler() -> None:
    filler = programme(0, "Movies", source=Source.FILLER)
    airings = Airings(feed({"movies": [filler, replace(filler, start=filler.stop)]}))
    assert airings.also("movies", filler, BEFORE) == ()


def test_only_what_is_to_come() -> None:
    one, two = programme(0, episode=1), programme(60, episode=1)
    airings = Airings(feed({SNICK: [one, two]}))
    assert said(airings.also(SNICK, two, NOON - MINUTE))[0] == (SNICK, 0, False)
    assert (SNICK, 0, False) not in said(airings.also(SNICK, two, NOON))


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        pytest.param([], [(WEST, 180, True)], id="nothing is known there"),
        pytest.param(
            [programme(170, "Filler", source=Source.FILLER)], [(WEST, 180, True)], id="filler"
        ),
        pytest.param([programme(180, episode=5)], [(WEST, 180, False)], id="listed"),
        pytest.param([programme(185, episode=5)], [(WEST, 185, False)], id="a little later"),
        pytest.param(
            [programme(195, episode=5)], [(WEST, 195, False)], id="at the edge of the same slot"
        ),
        pytest.param(
            [programme(196, episode=5)],
            [(WEST, 180, True), (WEST, 196, False)],
            id="too late to be the same broadcast",
        ),
        pytest.param([programme(170, episode=5)], [(WEST, 170, False)], id="a little earlier"),
        pytest.param([programme(180)], [(WEST, 180, True)], id="without its number"),
        pytest.param([programme(170)], [(WEST, 180, True)], id="without its number, earlier"),
        pytest.param(
            [programme(170, length=12), programme(182, "Bebop")], [], id="mostly another show"
        ),
        pytest.param(
            [programme(170, "Bebop", length=20)], [(WEST, 180, True)], id="another show overruns"
        ),
        pytest.param([programme(180, episode=6)], [], id="another episode"),
        pytest.param([programme(180, "Bebop", episode=5)], [], id="another show"),
        pytest.param([programme(180, "Bebop")], [], id="another show without a number"),
    ],
)
def test_west_is_three_hours_later(
    there: Sequence[Programme], expected: list[tuple[str, float, bool]]
) -> None:
    one = programme(0, episode=5)
    airings = Airings(feed({EAST: [one], WEST: there}))
    found = airings.also(EAST, one, BEFORE)
    assert said(found) == expected
    assert all(each.stop - each.start == 30 * MINUTE for each in found)


def test_east_is_three_hours_earlier() -> None:
    one = programme(300)
    assert said(Airings(feed({WEST: [one]})).also(WEST, one, BEFORE)) == [(EAST, 120, True)]


def test_a_channel_that_is_not_in_the_feed() -> None:
    one = programme(0)
    alone = Feed(made=NOON, channels=CHANNELS[:1], guide={EAST: (one,)})
    assert Airings(alone).also(EAST, one, BEFORE) == ()


def test_a_programme_that_is_over_and_gone() -> None:
    airings = Airings(feed({SNICK: [programme(60, episode=2)]}))
    assert said(airings.also(SNICK, programme(-600, episode=2), NOON)) == [(SNICK, 60, False)]


TITLES = st.sampled_from(["Trigun", "trigun!", "Cowboy Bebop", "Kenan & Kel"])
EPISODES = st.sampled_from([None, None, 1, 2])


@st.composite
def guides(draw: st.DrawFn) -> Feed:
    """Feeds with many repeats, in which the West mostly shows what the East did."""
    guide: dict[str, Sequence[Programme]] = {}
    for key in (EAST, SNICK, "mtv97"):
        at, plan = NOON, []
        for _ in range(draw(st.integers(0, 12))):
            at += draw(st.sampled_from([0, 0, 30, 180])) * MINUTE
            length = draw(st.sampled_from([10, 30, 60])) * MINUTE
            source = draw(st.sampled_from([Source.GUIDE, Source.GUIDE, Source.FILLER]))
            plan.append(
                Programme(
                    start=at,
                    stop=at + length,
                    title=draw(TITLES),
                    episode=draw(EPISODES),
                    source=source,
                )
            )
            at += length
        guide[key] = plan
    for east, west in ((EAST, WEST), (SNICK, "snick_west")):
        guide[west] = [
            replace(
                one,
                start=one.start + DELAY,
                stop=one.stop + DELAY,
                episode=draw(st.sampled_from([one.episode, one.episode, None, 3])),
                title=draw(st.sampled_from([one.title] * 4 + ["Big O"])),
            )
            for one in guide[east]
            if draw(st.integers(0, 9))
        ]
    return feed(guide)


def listed(found: Feed) -> list[tuple[str, Programme]]:
    return [(key, one) for key, guide in found.guide.items() for one in guide if not one.is_filler]


@given(guides(), st.integers(-60, 2000).map(lambda after: NOON + after * MINUTE))
def test_symmetric_future_only_and_never_itself(found: Feed, now: datetime) -> None:
    airings = Airings(found)
    others = {
        (key, one.start): {(each.channel.key, each.start) for each in airings.also(key, one, now)}
        for key, one in listed(found)
    }
    for place, also in others.items():
        assert place not in also
        assert all(start > now for _, start in also)
        for other in also & others.keys():
            assert place[1] <= now or place in others[other]


@given(guides(), st.data())
def test_sorted_and_each_once(found: Feed, data: st.DataObject) -> None:
    for key, one in listed(found):
        also = said(Airings(found).also(key, one, BEFORE))
        assert all(first[1] <= second[1] for first, second in pairwise(also))
        assert len({each[:2] for each in also}) == len(also)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Feed, list[Programme]]:
    """An East schedule, and a West one that lacks some of it or is some minutes off."""
    east = [
        programme(30 * n, draw(TITLES), episode=n if draw(st.booleans()) else None)
        for n in range(draw(st.integers(1, 20)))
    ]
    shift = draw(st.integers(-int(SAME_SLOT / MINUTE) + 1, int(SAME_SLOT / MINUTE) - 1)) * MINUTE
    west = [
        replace(one, start=one.start + DELAY + shift, stop=one.stop + DELAY + shift)
        for one in east
        if draw(st.booleans())
    ]
    return feed({EAST: east, WEST: west}), east


@given(schedules())
def test_every_programme_of_the_east_has_its_second_chance(
    schedule: tuple[Feed, list[Programme]],
) -> None:
    found, east = schedule
    airings = Airings(found)
    for one in east:
        wanted = one.start + DELAY
        assert any(
            each.channel.key == WEST and abs(each.start - wanted) <= SAME_SLOT
            for each in airings.also(EAST, one, BEFORE)
        ), one
