"""Keys of shows and episodes: one for all spellings, another for everything else."""

from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from downlink.identity import identity, show_key
from downlink.models import Programme

from .samples import NOON
from .strategies import lines, programmes

BARE = Programme(start=NOON, stop=NOON, title="Outlaw Star")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Pokemon", "Pokémon"),
        ("Yu-Gi-Oh!", "YU GI OH"),
        ("Dexter's Laboratory", "Dexter\N{RIGHT SINGLE QUOTATION MARK}s  laboratory"),
        ("Kenan & Kel", "Kenan and Kel"),
        ("_ReBoot_", "reboot"),
        ("!!!", "!!!"),
    ],
)
def test_spellings_of_one_show(one: str, other: str) -> None:
    assert show_key(one) == show_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Big O", "Big O 2"), ("!!!", "???"), ("Kimba", "カウボーイビバップ")]
)
def test_two_shows(one: str, other: str) -> None:
    assert show_key(one) != show_key(other)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({}, "outlawstar"),
        ({"season": 1}, "outlawstar"),
        ({"episode": 5}, "outlawstar#e5"),
        ({"season": 1, "episode": 5}, "outlawstar#s1e5"),
        ({"season": 1, "episode": 5, "episode_title": "Mukai"}, "outlawstar#s1e5"),
        (
            {"episode_title": "The Beast Girl, Ready to Pounce!"},
            "outlawstar:thebeastgirlreadytopounce",
        ),
    ],
)
def test_key_of_an_episode(values: dict[str, object], key: str) -> None:
    assert identity(replace(BARE, **values)) == key  # type: ignore[arg-type]  # mypy sees one type


def test_an_episode_called_like_a_number_is_not_that_number() -> None:
    named = replace(BARE, episode_title="E5")
    assert identity(named) != identity(replace(BARE, episode=5))


@given(programmes(), lines())
def test_what_else_is_said_does_not_count(programme: Programme, text: str) -> None:
    other = replace(programme, description=text, block=text, rating=text, is_rerun=True)
    assert identity(other) == identity(programme)
    assert identity(programme).startswith(show_key(programme.title))


@given(st.text(max_size=600))
def test_there_is_always_a_key(title: str) -> None:
    assert bool(show_key(title)) is bool(title)
