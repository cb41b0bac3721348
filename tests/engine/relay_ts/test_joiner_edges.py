"""Limits of what goes on and what is a break, and what a clock costs that would go back."""

import pytest

from downlink.relay.joiner import PIDS, START

from .joining import LENGTH, PICTURE, good, joined, packets
from .judge import judge, steps
from .test_joiner import pictures
from .writer import FRAME, H264, IDR, VIDEO, Writer, pcr_fields, pes, segment


def test_where_picture_and_sound_are() -> None:
    assert PIDS == {"video": 256, "audio": 257}


def test_when_a_stream_starts() -> None:
    assert START == 20 * 90_000
    assert good(joined(segment(5))).dts[PICTURE][0] == START


@pytest.mark.parametrize(("ahead", "step"), [(0, FRAME), (1, 1)])
def test_a_picture_right_after_the_last_one(ahead: int, step: int) -> None:
    """One at the same time as the last one is a break; one a tick later is upstream's affair."""
    first = pictures((0, 0), (FRAME, FRAME))
    second = pictures((FRAME + ahead, FRAME + ahead), (9 * FRAME, 9 * FRAME))
    assert steps(good(joined(first, second)).dts[PICTURE])[1] == step


@pytest.mark.parametrize(("late", "step"), [(89_000, FRAME + 1000), (89_001, FRAME)])
def test_a_gap_in_the_sound_alone_is_a_break(late: int, step: int) -> None:
    data = joined(segment(0), segment(LENGTH + 1000, late=late))
    assert steps(judge(data).dts[PICTURE])[9] == step


@pytest.mark.parametrize(
    ("step", "kept"), [(0, False), (1, True), (2 * 90_000, True), (2 * 90_000 + 1, False)]
)
def test_steps_of_the_clock_that_are_kept(step: int, kept: bool) -> None:
    data = joined(segment(0, lead=9000), segment(LENGTH, lead=9000 + FRAME - step))
    assert steps(judge(data).pcr)[9] == (step if kept else FRAME)


def test_a_clock_that_may_be_no_later_costs_just_what_is_missing() -> None:
    slow = Writer()
    slow.tables([(H264, VIDEO)], VIDEO)
    slow.packet(VIDEO, fields=pcr_fields(90_000))
    slow.add(VIDEO, pes(180_000, payload=IDR))
    slow.add(VIDEO, pes(180_000 + FRAME), fields=pcr_fields(180_000 + FRAME))
    verdict = good(joined(segment(0, lead=9000), slow.data, breaks=(1,)))
    assert verdict.pcr[10] - verdict.pcr[9] == 1
    assert verdict.dts[PICTURE][10] - verdict.dts[PICTURE][9] == 90_000 - 9000 + 1


@pytest.mark.parametrize("gap", [0, 1, 500])
def test_a_clock_is_later_before_anything_else_is(gap: int) -> None:
    """It would go back; it comes later by as much as it can, and only the rest is a gap."""
    times = [(at, at) for at in (60_000, 60_000 + FRAME)]
    first = pictures(*times, clocks=(0, 60_000 + FRAME - 100))
    slack = 60_000 - FRAME - 99 - gap
    second = pictures(*times, clocks=(0, 60_000 + FRAME - slack))
    verdict = good(joined(first, second, breaks=(1,)))
    assert verdict.pcr[2] - verdict.pcr[1] == 1
    assert verdict.dts[PICTURE][2] - verdict.dts[PICTURE][1] == FRAME + gap


def test_a_clock_of_its_own_repeats_the_counter_before_it() -> None:
    """Also the one that comes before the first picture of a segment."""
    data = joined(segment(0, clock=0x99), segment(LENGTH, clock=0x99))
    picture = [packet for packet in packets(data) if packet[1] & 31 == 1 and packet[2] == 0]
    clocks = [number for number, one in enumerate(picture) if not one[3] & 0x10]
    assert len(clocks) == 20
    for number in clocks[1:]:
        assert picture[number][3] & 15 == picture[number - 1][3] & 15
        assert picture[number][4:6] == b"\xb7\x10"
        assert picture[number][12:] == b"\xff" * 176
