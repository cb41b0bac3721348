"""Which channel is meant by what somebody or a language model says."""

import pytest

from custom_components.toonami_downlink.assist.matching import find_channel, guess_channel
from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN
from custom_components.toonami_downlink.engine.downlink.models import Channel

OTHERS = ("Disney Junior", "Disney Channel", "Channel 5", "The Weather Network", "The Weather")


def channel_of(number: int, name: str) -> Channel:
    return Channel(key=f"other_{number}", name=name, number=number, guide_id="x", stream_url="x")


CHANNELS = (
    *(known.channel("https://example.com/live.m3u8") for known in KNOWN),
    *(channel_of(number, name) for number, name in enumerate(OTHERS, len(KNOWN) + 1)),
)


@pytest.mark.parametrize("name", [channel.name for channel in CHANNELS])
def test_each_channel_is_found_by_its_own_name(name: str) -> None:
    for spoken in (name, name.lower(), f" {name}! "):
        found = guess_channel(CHANNELS, spoken)
        assert found
        assert found.name == name


@pytest.mark.parametrize(
    ("spoken", "name"),
    [
        pytest.param("5", "MTV97", id="a number"),
        pytest.param("channel 4", "Snickelodeon West", id="a number that is called so"),
        pytest.param("the Disney Channel", "Disney Channel", id="a word before its own name"),
        pytest.param("Disney", "Disney Channel", id="a whole name before a part of one"),
        pytest.param("weather channel", "The Weather", id="words of any name"),
        pytest.param("junior", "Disney Junior", id="a part"),
        pytest.param("jun", "Disney Junior", id="the beginning of a part"),
        pytest.param("the", None, id="no name"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_what_is_meant(spoken: str, name: str | None) -> None:
    found = guess_channel(CHANNELS, spoken)
    assert (found.name if found else None) == name


def test_what_is_not_guessed() -> None:
    by_number = find_channel(CHANNELS, "5")
    assert by_number
    assert by_number.name == "MTV97"
    assert find_channel(CHANNELS, "Disney") is None
