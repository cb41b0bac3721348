"""What a pass with hours and a ceiling sees, and which of them are none."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from downlink.access import Ceiling, Hours
from downlink.models import SERIES, Channel, Feed, IngestReport, Programme, Source
from downlink.passes import MAX_USERS, Pass, PassError, line_up, read_pass
from downlink.publish.publication import Offer, Publication
from downlink.publish.store import Generation

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
RATINGS = ("TV-Y7", "TV-MA", None, "TV-14", "TV-Y7")
KIDS = Pass(identity="kids", name="Kids", ceiling=Ceiling(7))


def programme(number: int, rating: str | None) -> Programme:
    return Programme(
        start=NOON + number * HOUR,
        stop=NOON + (number + 1) * HOUR,
        title=f"Show {number}",
        episode_title="An episode",
        description="What it is about.",
        image="http://192.0.2.1/a.png",
        categories=("Series",),
        season=1,
        rating=rating,
    )


CHANNELS = tuple(
    Channel(key=key, name=key.title(), number=number, guide_id=f"{key}.tv", stream_url="")
    for number, key in enumerate(("east", "west"), 1)
)
FEED = Feed(
    made=NOON,
    channels=CHANNELS,
    guide={"east": tuple(programme(*one) for one in enumerate(RATINGS)), "west": ()},
)


def offer(one: Pass = KIDS, feed: Feed = FEED) -> Offer:
    report = IngestReport(channels=2, programmes=5, filler=0, guide_until=None)
    generation = Generation(
        number=1, feed=feed, report=report, playlist=b"", guide=b"<tv></tv>", digests={}
    )
    return Publication(generation).offer(one)


def test_what_is_rated_too_high_has_no_words() -> None:
    seen = line_up(FEED, KIDS).guide["east"]
    assert [one.title for one in seen] == ["Show 0", "East", "Show 2", "East", "Show 4"]
    assert [(one.start, one.stop) for one in seen] == [
        (one.start, one.stop) for one in FEED.guide["east"]
    ]
    hidden = seen[1]
    # Nor is it a new film, as what has no kind is to Plex.
    assert hidden == Programme(
        start=hidden.start,
        stop=hidden.stop,
        title="East",
        categories=(SERIES,),
        is_rerun=True,
        source=Source.FILLER,
    )


def test_a_guide_that_is_all_right_stays_the_same() -> None:
    assert line_up(FEED, replace(KIDS, ceiling=Ceiling(17))) is FEED
    assert line_up(FEED, replace(KIDS, ceiling=None)) is FEED
    narrowed = line_up(FEED, replace(KIDS, channels=("west",)))
    assert narrowed.guide == {"west": ()}


def test_filler_stays_as_it_is_for_one_that_sees_only_what_is_rated() -> None:
    filler = replace(programme(0, None), source=Source.FILLER)
    feed = replace(FEED, guide={"east": (filler, programme(1, None))})
    seen = line_up(feed, replace(KIDS, ceiling=Ceiling(7, shows_unrated=False))).guide["east"]
    assert seen[0] is filler
    assert seen[1].title == "East"


def test_own_order_and_numbers_stay() -> None:
    one = replace(KIDS, channels=("west", "east"), is_renumbered=True)
    seen = line_up(FEED, one)
    assert [(channel.key, channel.number) for channel in seen.channels] == [
        ("west", 1),
        ("east", 2),
    ]
    assert seen.guide["east"][1].is_filler


def test_offer() -> None:
    seen = offer()
    assert [one.title for one in seen.listed["east"]] == ["Show 0", "Show 2", "Show 4"]
    assert seen.of_guide is seen
    text = seen.guide("http://tv.local").content.decode()
    assert ("Show 0" in text, "Show 1" in text, "TV-MA" in text) == (True, False, False)
    free = offer(replace(KIDS, ceiling=None))
    assert free.listed["east"] == FEED.guide["east"]
    assert free.of_guide is free.publication


def test_what_may_be_seen_at_a_time() -> None:
    seen = offer()
    second = timedelta(seconds=1)
    found = [
        seen.allows("east", NOON + at)
        for at in (-second, HOUR - second, HOUR, 2 * HOUR - second, 2 * HOUR)
    ]
    assert found == [True, True, False, False, True]
    assert seen.allows("west", NOON)
    assert seen.allows("gone", NOON)
    strict = offer(replace(KIDS, ceiling=Ceiling(7, shows_unrated=False)))
    assert not strict.allows("gone", NOON)
    assert offer(replace(KIDS, ceiling=None)).allows("east", NOON + HOUR)


def test_how_far_one_may_see() -> None:
    until = offer().allowed_until
    assert until("east", NOON, NOON + HOUR) == NOON + HOUR
    assert until("east", NOON, NOON + 4 * HOUR) == NOON + HOUR
    assert until("east", NOON + HOUR, NOON + 2 * HOUR) is None
    assert until("east", NOON + HOUR + timedelta(minutes=59), NOON + 3 * HOUR) is None
    assert until("east", NOON + 2 * HOUR, NOON + 9 * HOUR) == NOON + 3 * HOUR
    assert until("east", NOON - 9 * HOUR, NOON) == NOON
    assert until("west", NOON, NOON + HOUR) == NOON + HOUR
    assert (
        offer(replace(KIDS, ceiling=None)).allowed_until("east", NOON, NOON + 4 * HOUR)
        == NOON + 4 * HOUR
    )


def test_pass() -> None:
    assert not Pass(identity="1", name="T").is_limited
    assert KIDS.is_limited
    assert replace(KIDS, ceiling=None, hours=Hours(time(6), time(20))).is_limited
    assert KIDS.is_open(NOON)
    assert not replace(KIDS, hours=Hours(time(6), time(12))).is_open(NOON)
    assert KIDS.may_see_of("east", programme(0, "TV-Y7"))
    assert not KIDS.may_see_of("east", programme(0, "TV-14"))
    assert not replace(KIDS, channels=("west",)).may_see_of("east", programme(0, "TV-Y7"))


def test_what_a_form_makes() -> None:
    one = read_pass("1", "T", {"allowed_from": "06:00", "allowed_until": "00:00", "max_age": 0})
    assert one.hours == Hours(time(6), time(0))
    assert one.ceiling == Ceiling(0)
    one = read_pass("1", "T", {"max_age": 18, "shows_unrated": False})
    assert one.hours is None
    assert one.ceiling == Ceiling(18, shows_unrated=False)
    users = ["u" * 100, *map(str, range(MAX_USERS - 1))]
    assert read_pass("1", "T", {"users": users}).users == tuple(users)
    assert read_pass("1", "T", {"users": ["a", "a"]}).users == ("a",)
    nothing: dict[str, Any] = dict.fromkeys(("allowed_from", "allowed_until", "max_age"))
    assert read_pass("1", "T", nothing) == Pass(identity="1", name="T")


@pytest.mark.parametrize(
    "data",
    [
        {"allowed_from": "06:00"},
        {"allowed_until": "20:30"},
        {"allowed_from": "06:00", "allowed_until": "06:00"},
        {"allowed_from": "6:00", "allowed_until": "20:30"},
        {"allowed_from": "24:00", "allowed_until": "20:30"},
        {"allowed_from": "06:00:00", "allowed_until": "20:30"},
        {"allowed_from": "06:00Z", "allowed_until": "20:30"},
        {"allowed_from": "T0600", "allowed_until": "20:30"},
        {"allowed_from": "", "allowed_until": "20:30"},
        {"allowed_from": 6, "allowed_until": "20:30"},
        {"allowed_from": ["06:00"], "allowed_until": "20:30"},
        {"allowed_from": "0" * 1_000_000, "allowed_until": "20:30"},
        {"max_age": -1},
        {"max_age": 19},
        {"max_age": 7.0},
        {"max_age": True},
        {"max_age": "7"},
        {"max_age": [7]},
        {"shows_unrated": "yes"},
        {"users": "me"},
        {"users": [1]},
        {"users": [""]},
        {"users": ["u" * 101]},
        {"users": ["u"] * (MAX_USERS + 1)},
    ],
    ids=lambda data: str(data)[:60],
)
def test_what_no_form_makes(data: dict[str, Any]) -> None:
    with pytest.raises(PassError):
        read_pass("1", "T", data)
