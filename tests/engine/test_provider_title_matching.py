"""Titles that mean the same, and titles that only look like it."""

import pytest

from downlink.provider.title_matching import is_same_episode, is_same_title


@pytest.mark.parametrize(
    ("scheduled", "found"),
    [
        pytest.param("All That", "All That", id="same"),
        pytest.param("Pokemon", "Pok\u00e9mon", id="accent"),
        pytest.param("Rockos Modern Life", "Rocko's Modern Life", id="apostrophe"),
        pytest.param("Ed Edd Eddy", "Ed, Edd n Eddy", id="little word"),
        pytest.param("Interstella 5555", "Interstella 5555: The 5tory of the 5ecret 5tar (2003)"),
        pytest.param("Street Fighter II V", "Street Fighter II: V", id="numerals"),
        pytest.param("Verdant Nine II", "Verdant Nine 2: The Drowned Sky", id="other numerals"),
        pytest.param("DBZ", "Dragon Ball Z", id="initials"),
        pytest.param("YuYu Hakusho", "Y\u00fb y\u00fb hakusho: Ghost Files", id="one word"),
        pytest.param("Yu Yu Hakusho", "Yuyu", id="one word, the other way round"),
        pytest.param("Kaze no Hana", "Kaze no hana: \u98a8\u306e\u82b1", id="two scripts"),
        pytest.param("Lunar Courriers", "The Lunar Couriers", id="slip of the pen"),
        pytest.param("The The", "The The", id="only little words"),
    ],
)
def test_same_titles(scheduled: str, found: str) -> None:
    assert is_same_title(scheduled, [found])
    assert is_same_title(found, [scheduled])


@pytest.mark.parametrize(
    ("scheduled", "found"),
    [
        pytest.param("Rifftrax Shorts", "RiffTrax: Shortstoberfest (2011)", id="seen in 2026"),
        pytest.param("Couch Critics Shorts", "Couch Critics: Shortfest", id="the simulator's"),
        pytest.param("Iron Comet", "Iron Comet 2", id="sequel"),
        pytest.param("Iron Comet", "Iron Comet III", id="third"),
        pytest.param("Moose Lake High", "Auntie Gravity", id="something else"),
        pytest.param("???", "Anything", id="no words"),
    ],
)
def test_other_titles(scheduled: str, found: str) -> None:
    assert not is_same_title(scheduled, [found])


def test_any_name_will_do() -> None:
    assert is_same_title("Cromartie", ["Sakigake!! Kuromati K\u00f4k\u00f4", "Cromartie"])
    assert not is_same_title("Cromartie", [])


@pytest.mark.parametrize(
    ("scheduled", "found", "expected"),
    [
        pytest.param("Proteus (Part 1)", "Proteus: Part One", True, id="part"),
        pytest.param("Ghostship", "The Ghost Ship", True, id="one word"),
        pytest.param("Ice Age", "The Paper Mirror", False, id="other"),
    ],
)
def test_episodes(scheduled: str, found: str, expected: bool) -> None:
    assert is_same_episode(scheduled, found) is expected
