"""Short codes: made of what nobody confuses, read however they were typed."""

from hypothesis import given, strategies as st
import pytest

from downlink.short_codes import ALPHABET, LENGTH, is_code, make_code, read_code

LOOK_ALIKE = "il1o0s5z2b8uv"
CODE = "k7f3qx9m"


def test_the_alphabet_has_nothing_that_looks_like_something_else() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 23
    assert not set(ALPHABET) & set(LOOK_ALIKE)
    assert ALPHABET.isascii()
    assert ALPHABET.isalnum()
    assert ALPHABET.islower()


def test_codes_are_made_of_the_whole_alphabet_and_never_twice() -> None:
    codes = [make_code() for _ in range(2000)]
    assert len(set(codes)) == len(codes)
    assert all(is_code(code) for code in codes)
    # Sixteen thousand draws out of 23: that one never comes is out of the question.
    assert set("".join(codes)) == set(ALPHABET)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(CODE, id="as shown"),
        pytest.param(CODE.upper(), id="capitals"),
        pytest.param("k7f3-qx9m", id="a dash"),
        pytest.param("K7F3 qx9m", id="a blank"),
        pytest.param(" k7f3qx9m ", id="blanks around"),
        pytest.param("-k-7-f-3-q-x-9-m-", id="dashes everywhere"),
        pytest.param(CODE + " " * 24, id="just not too long"),
    ],
)
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert read_code(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("", id="nothing"),
        pytest.param("--------", id="dashes only"),
        pytest.param(CODE[:-1], id="too short"),
        pytest.param(CODE + "a", id="too long"),
        pytest.param(CODE + " " * 25, id="longer than anybody types"),
        pytest.param("k7f3qx9l", id="a letter that is in no code"),
        pytest.param("k7f3qx90", id="a digit that is in no code"),
        pytest.param("k7f3_qx9m", id="an underscore"),
        pytest.param("k7f3\tqx9m", id="a tab"),
        pytest.param(CODE + "\n", id="a line's end"),
        pytest.param("\N{KELVIN SIGN}7f3qx9m", id="a sign that is a k in lower case"),
        pytest.param("k\N{FULLWIDTH DIGIT SEVEN}f3qx9m", id="a digit of another script"),
        pytest.param("k7f3\N{EN DASH}qx9m", id="a dash of another script"),
        pytest.param("k7f3qx9\N{COMBINING ACUTE ACCENT}m", id="an accent"),
        pytest.param("\udcff" * LENGTH, id="half a character"),
    ],
)
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert read_code(typed) is None


@given(st.text(max_size=40) | st.text(alphabet=ALPHABET + " -", max_size=40))
def test_what_is_read_is_always_a_code(typed: str) -> None:
    code = read_code(typed)
    assert code is None or (is_code(code) and len(code) == LENGTH and read_code(code) == code)


@pytest.mark.parametrize("text", [CODE.upper(), f" {CODE}", f"{CODE}\n", "k7f3-qx9m", ""])
def test_a_code_is_kept_in_one_form_only(text: str) -> None:
    assert is_code(CODE)
    assert not is_code(text)
