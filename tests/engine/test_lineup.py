"""The line-up: channels are known by their names, and keep their numbers for ever."""

import re

from hypothesis import given, strategies as st
import pytest

from downlink.limits import MAX_TITLE_CHARS
from downlink.lineup import KNOWN, Lineup, find, is_ignored, is_known, logo_path, normalise

from .strategies import lines

GUIDE_ID = re.compile(r"[-a-zA-Z0-9]+(\.[-a-zA-Z0-9]+)+")
"""What `tv_validate_file` accepts."""


def test_identities_as_promised() -> None:
    assert [(one.number, one.key, one.name, one.guide_id) for one in KNOWN] == [
        (1, "toonami_east", "Toonami Aftermath East", "toonami-east.toonamiaftermath.com"),
        (2, "toonami_west", "Toonami Aftermath West", "toonami-west.toonamiaftermath.com"),
        (3, "snick_east", "Snickelodeon East", "snick-east.toonamiaftermath.com"),
        (4, "snick_west", "Snickelodeon West", "snick-west.toonamiaftermath.com"),
        (5, "mtv97", "MTV97", "mtv97.toonamiaftermath.com"),
        (6, "movies", "Movies", "movies.toonamiaftermath.com"),
        (7, "radio", "Toonami Aftermath Radio", "radio.toonamiaftermath.com"),
    ]


@pytest.mark.parametrize(
    ("spelling", "normal"),
    [
        ("Toonami  Aftermath-East", "toonami aftermath east"),
        (" MTV_97!", "mtv 97"),
        ("Pokémon", "pokemon"),
        ("\uff2d\uff2f\uff36\uff29\uff25\uff33", "movies"),
        ("…", ""),
    ],
)
def test_normalise(spelling: str, normal: str) -> None:
    assert normalise(spelling) == normal


@pytest.mark.parametrize(
    ("name", "key"),
    [
        *((one.name, one.key) for one in KNOWN),
        *((alias, one.key) for one in KNOWN for alias in one.aliases),
        ("TOONAMI AFTERMATH: EAST", "toonami_east"),
        ("Toonami Aftermath PST", "toonami_west"),
        ("Toonami Aftermath Movies", "movies"),
        ("Toonami Aftermath East (480p)", "toonami_east"),
        ("Toonami Aftermath West (1080p) [Not 24/7]", "toonami_west"),
        ("Toonami Aftermath (Pacific Time)", "toonami_west"),
        ("Toonami Aftermath (Eastern Time) HD", "toonami_east"),
        ("Toonami Aftermath EST+180", "toonami_west"),
        ("Snickelodeon EST+180", "snick_west"),
        ("Snickelodeon PDT", "snick_west"),
        ("US: MTV97 FHD", "mtv97"),
        ("|US| Movies", "movies"),
        ("ToonamiAftermath.us@East", "toonami_east"),
        ("ToonamiAftermath.us@West", "toonami_west"),
        ("ToonamiAftermath.us", "toonami_east"),
        ("ToonamiAftermathRadio.us@HD", "radio"),
        ("toonami-west.toonamiaftermath.com", "toonami_west"),
    ],
)
def test_known_by_name(name: str, key: str) -> None:
    known = find(name)
    assert known
    assert known.key == key


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "Toonami",
            "Toonami Aftermath North",
            "5",
            "Live Code",
            "HD",
            "US:",
            "(480p)",
            "East",
        ),
        *("Toonami Aftermath 2", "MTV", "97", "Movies 24", "Nickelodeon East", "Toonami.us@East+1"),
    ],
)
def test_not_known(name: str) -> None:
    assert find(name) is None


def test_a_name_of_its_own_goes_before_one_with_a_label() -> None:
    found = find("Toonami Aftermath HD", "Toonami Aftermath West")
    assert found
    assert found.key == "toonami_west"


def test_names_are_read_up_to_a_length() -> None:
    assert len(normalise("\ufdfa" * 1_000_000)) <= 18 * MAX_TITLE_CHARS
    assert normalise("a" * (MAX_TITLE_CHARS + 1)) == "a" * MAX_TITLE_CHARS


def test_ignored() -> None:
    assert is_ignored("Live Code")
    assert is_ignored("live-code")
    assert not is_ignored("Movies")


def test_logos() -> None:
    assert logo_path("mtv97") == "/api/toonami_downlink/logos/mtv97.png"
    assert is_known("mtv97")
    assert not is_known("other_x")
    assert logo_path("other_x") == "/api/toonami_downlink/logos/other.png"


def test_known_channels_are_not_remembered() -> None:
    channel, lineup = Lineup().admit("snickelodeon east")
    assert channel.key == "snick_east"
    assert lineup == Lineup()


def test_new_channels_get_the_next_free_number() -> None:
    lineup = Lineup()
    first, lineup = lineup.admit("Cartoon Café")
    second, lineup = lineup.admit("Midnight Run")
    again, same = lineup.admit("CARTOON CAFE")
    assert (first.key, first.number, first.name) == ("other_cartoon_cafe", 8, "Cartoon Café")
    assert first.guide_id == "cartoon-cafe.other.toonamiaftermath.com"
    assert (second.key, second.number) == ("other_midnight_run", 9)
    assert (again.key, again.number) == (first.key, 8)
    assert same == lineup


def test_numbers_are_not_given_twice() -> None:
    channel, lineup = Lineup({"other_gone": 12}).admit("New")
    assert channel.number == 13
    assert lineup.assigned == {"other_gone": 12, "other_new": 13}


def test_names_without_a_usable_letter() -> None:
    one, lineup = Lineup().admit("日本")
    other, _ = lineup.admit("!!!")
    assert one.key != other.key
    for channel in (one, other):
        assert GUIDE_ID.fullmatch(channel.guide_id)
        assert re.fullmatch(r"other_[a-z0-9_]+", channel.key)


@given(st.lists(lines() | st.text(min_size=1, max_size=90), max_size=8))
def test_identities_are_valid_and_differ(names: list[str]) -> None:
    lineup = Lineup()
    found: dict[int, str] = {}
    for name in names:
        channel, lineup = lineup.admit(name)
        assert GUIDE_ID.fullmatch(channel.guide_id)
        assert found.setdefault(channel.number, channel.key) == channel.key
    assert len(set(found.values())) == len(found)
