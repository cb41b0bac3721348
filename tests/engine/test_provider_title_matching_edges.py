"""How much two titles may differ."""

import pytest

from downlink.provider.title_matching import is_same_episode, is_same_title

NUMERALS = list(enumerate(("ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"), 2))


@pytest.mark.parametrize(("number", "numeral"), NUMERALS)
def test_each_numeral_is_its_number(number: int, numeral: str) -> None:
    assert is_same_title(f"Iron Comet {numeral.upper()}", [f"Iron Comet {number}"])
    assert not is_same_title(f"Iron Comet {numeral}", [f"Iron Comet {number + 1}"])


@pytest.mark.parametrize(("number", "same"), [("2", False), ("12", False), ("123", True)])
def test_a_long_number_makes_no_sequel(number: str, same: bool) -> None:
    assert is_same_title("Iron Comet", [f"Iron Comet {number}"]) is same


@pytest.mark.parametrize("word", ["a", "an", "and", "the", "of", "series", "movie", "tv"])
def test_each_little_word_may_be_missing(word: str) -> None:
    assert is_same_title(f"Comet {word} Lake", ["Comet Lake"])
    assert is_same_title(f"{word} Comet Lake Moose", ["Moose Comet Lake"])


@pytest.mark.parametrize(
    ("scheduled", "found", "same"),
    [
        pytest.param("abcdefghijklmnopqrst", "abcdefghijklmnopq123", True, id="85 percent"),
        pytest.param("abcdefghijklmnopqrs", "abcdefghijklmnop123", False, id="less"),
    ],
)
def test_a_slip_of_the_pen_is_small(scheduled: str, found: str, same: bool) -> None:
    assert is_same_title(f"Iron {scheduled}", [f"Iron {found}"]) is same


@pytest.mark.parametrize(
    ("scheduled", "found", "same"),
    [
        pytest.param("abcd", "abxy", True, id="half"),
        pytest.param("ABCD", "abxy", True, id="case"),
        pytest.param("abcde", "abxyz", False, id="less"),
    ],
)
def test_half_of_an_episodes_title_is_enough(scheduled: str, found: str, same: bool) -> None:
    assert is_same_episode(scheduled, found) is same


@pytest.mark.parametrize(
    ("scheduled", "found", "same"),
    [
        pytest.param("DB", "Dragon Ball Z", False, id="too few initials"),
        pytest.param("Dragon Ball Z", "DBZ", True, id="initials found"),
        pytest.param("DBZ Kai", "Dragon Ball Zero", False, id="initials and more"),
        pytest.param("Comet", "Comet (1999)", True, id="year"),
        pytest.param("Comet", "Comet(2005) ", True, id="year without a blank"),
        pytest.param("Comet 12", "Comet 12 (2005)", True, id="number and year"),
        pytest.param("Iron Comet", "Comet Moose", False, id="one of two words"),
        pytest.param("Comet", "", False, id="nothing found"),
    ],
)
def test_names_in_short(scheduled: str, found: str, same: bool) -> None:
    assert is_same_title(scheduled, [found]) is same
