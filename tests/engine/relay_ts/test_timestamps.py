"""33 bits that start anew: reading, writing, comparing."""

from hypothesis import given, strategies as st
import pytest

from downlink.relay.timestamps import WRAP, apart, pcr, read_pcr, read_stamp, stamp

from .. import strategies as settings  # noqa: F401  # its profile
from .writer import pcr_fields, ticks_field

TICKS = st.integers(0, WRAP - 1)


@given(TICKS, st.sampled_from([1, 2, 3]))
def test_stamps(ticks: int, mark: int) -> None:
    assert read_stamp(ticks_field(mark, ticks)) == ticks
    assert stamp(mark << 4, ticks) == ticks_field(mark, ticks)


@given(TICKS, TICKS, st.integers(0, 299))
def test_clock(before: int, ticks: int, low: int) -> None:
    was, is_now = pcr_fields(before, low=low)[1:], pcr_fields(ticks, low=low)[1:]
    assert read_pcr(was) == before
    assert pcr(was, ticks) == is_now


@given(st.integers(-(WRAP // 2), WRAP // 2 - 1), TICKS, st.integers(-3, 3))
def test_apart(ahead: int, ticks: int, turns: int) -> None:
    assert apart(ticks + ahead + turns * WRAP, ticks) == ahead


@pytest.mark.parametrize("ticks", [-1, WRAP, WRAP + 5, -WRAP])
def test_what_is_beyond_starts_anew(ticks: int) -> None:
    assert read_stamp(stamp(0x20, ticks)) == ticks % WRAP
    assert read_pcr(pcr(bytes(6), ticks)) == ticks % WRAP


def test_only_the_upper_half_of_a_mark_counts() -> None:
    assert stamp(0x3F, 5) == ticks_field(3, 5)
