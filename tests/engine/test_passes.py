"""What a pass may see, and what is none."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from downlink.models import Channel, Feed, Programme
from downlink.passes import HOME, MAX_NAME, Pass, PassError, line_up, read_pass

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
KEYS = ("east", "west", "radio")
CHANNELS = tuple(
    Channel(key=key, name=key.title(), number=10 + number, guide_id=f"{key}.tv", stream_url="")
    for number, key in enumerate(KEYS)
)
FEED = Feed(
    made=NOON,
    channels=CHANNELS,
    guide={
        key: (Programme(start=NOON, stop=NOON.replace(hour=13), title=f"On {key}"),) for key in KEYS
    },
)


def make_pass(**changes: Any) -> Pass:
    return replace(Pass(identity="1", name="Telephone"), **changes)


def numbers(feed: Feed) -> list[tuple[str, int]]:
    return [(channel.key, channel.number) for channel in feed.channels]


def test_a_pass_without_channels_sees_all_of_them() -> None:
    assert line_up(FEED, make_pass()) is FEED
    assert make_pass().may_see("anything")


def test_all_channels_keep_the_numbers_of_the_house() -> None:
    """By their places, all would move when one of them is away."""
    assert line_up(FEED, make_pass(is_renumbered=True)) is FEED


def test_channels_in_an_order_with_the_numbers_of_the_house() -> None:
    one = make_pass(channels=("radio", "east"))
    narrowed = line_up(FEED, one)
    assert numbers(narrowed) == [("radio", 12), ("east", 10)]
    assert list(narrowed.guide) == ["radio", "east"]
    assert narrowed.guide["east"] is FEED.guide["east"]
    assert narrowed.channel(11) is None
    assert not one.may_see("west")
    assert one.may_see("radio")


def test_channels_in_an_order_with_their_own_numbers() -> None:
    narrowed = line_up(FEED, make_pass(channels=("radio", "east"), is_renumbered=True))
    assert numbers(narrowed) == [("radio", 1), ("east", 2)]
    assert [channel.guide_id for channel in narrowed.channels] == ["radio.tv", "east.tv"]


def test_a_channel_that_is_not_there_leaves_its_number_free() -> None:
    one = make_pass(channels=("gone", "west"), is_renumbered=True)
    assert numbers(line_up(FEED, one)) == [("west", 2)]


def test_a_channel_without_a_guide() -> None:
    feed = replace(FEED, guide={})
    assert line_up(feed, make_pass(channels=("east",))).guide == {}


def test_what_a_form_makes() -> None:
    assert read_pass("1", " Telephone ", {}) == Pass(identity="1", name="Telephone")
    data = {
        "channels": ["east", "west", "east"],
        "is_renumbered": True,
        "stream_links": "direct",
        "recordings": False,
        "is_enabled": False,
    }
    assert read_pass("1", "T" * MAX_NAME, data) == Pass(
        identity="1",
        name="T" * MAX_NAME,
        channels=("east", "west"),
        is_renumbered=True,
        links="direct",
        sees_recordings=False,
        is_enabled=False,
    )
    assert read_pass("1", "a\nb", {}).name == "a b"
    assert read_pass("1", "T", {"stream_links": "house", "channels": []}).links is None
    assert read_pass("1", "T", {"channels": ["k" * 100] * 200}).channels == ("k" * 100,)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("", {}),
        (" \t", {}),
        ("T" * (MAX_NAME + 1), {}),
        ("a\x00b", {}),
        (None, {}),
        ("T", {"channels": "east"}),
        ("T", {"channels": ["east"] * 201}),
        ("T", {"channels": ["k" * 101]}),
        ("T", {"channels": [""]}),
        ("T", {"channels": [1]}),
        ("T", {"stream_links": "upstream"}),
        ("T", {"stream_links": None}),
        ("T", {"stream_links": ["relay"]}),
        ("T", {"is_renumbered": 1}),
        ("T", {"recordings": "no"}),
        ("T", {"is_enabled": None}),
    ],
)
def test_what_no_form_makes(name: Any, data: dict[str, Any]) -> None:
    with pytest.raises(PassError):
        read_pass("1", name, data)


def test_home() -> None:
    assert Pass(identity=HOME, name="Home").may_see("anything")
