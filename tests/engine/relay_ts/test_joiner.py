"""Times that run on, as a judge sees them that shares no code with the joiner."""

from itertools import pairwise

import pytest

from downlink.relay.joiner import PMT_PID, START, Joiner, resume
from downlink.relay.segment_error import SegmentError
from downlink.relay.transport_stream import inspect

from .joining import LENGTH, PICTURE, TONE, good, joined, live
from .judge import HALF, WRAP, judge, steps
from .writer import (
    AAC,
    AUDIO,
    FRAME,
    H264,
    IDR,
    PACKET,
    SOUND,
    VIDEO,
    Writer,
    adts,
    pcr_fields,
    pes,
    segment,
)


def test_one_encoder_runs_on() -> None:
    verdict = good(joined(*live(123_456_789, 5)))
    assert verdict.dts[PICTURE] == [START + number * FRAME for number in range(50)]
    assert verdict.dts[TONE] == verdict.dts[PICTURE]
    assert verdict.pcr == [time - 9000 for time in verdict.dts[PICTURE]]
    assert verdict.types == {PICTURE: H264, TONE: AAC}
    assert verdict.pcr_pid == PICTURE
    assert verdict.pmt_pid == PMT_PID


def test_nothing_of_the_content_changes() -> None:
    parts = [segment(0), segment(9_999_999, video=0x100, audio=0x44)]
    verdict = good(joined(*parts, breaks=(1,)))
    # All but the timestamps in the heads of the PES packets, which are 14 bytes long.
    assert verdict.payload[PICTURE].count(IDR) == 2
    assert verdict.payload[TONE].count(adts(2)) == 20


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(0, id="starts-at-0"),
        pytest.param(START, id="overlaps"),
        pytest.param(WRAP - 1, id="just-before-the-wrap"),
        pytest.param(WRAP - LENGTH // 2, id="wraps-inside"),
        pytest.param(WRAP - LENGTH, id="wraps-at-its-end"),
        pytest.param(HALF, id="half-way"),
    ],
)
@pytest.mark.parametrize("announced", [True, False])
def test_another_node(at: int, announced: bool) -> None:
    """Its times, PIDs, counters and the lead of its clock are others; the stream goes on."""
    first = live(5_000_000, 2)
    second = live(at, 2, pids=(0x1FF0, 0x10), lead=20_000)
    data = joined(*first, *second, breaks=(2,) if announced else ())
    verdict = good(data)
    assert verdict.dts[PICTURE] == [START + number * FRAME for number in range(40)]
    assert set(steps(verdict.pcr)) == {FRAME}
    assert verdict.versions == [0]


def test_upstream_wraps_between_segments() -> None:
    verdict = good(joined(*live(WRAP - 3 * LENGTH, 6)))
    assert verdict.dts[PICTURE] == [START + number * FRAME for number in range(60)]


def test_our_own_times_wrap() -> None:
    """After 26.5 h, of which most go by in segments with a picture every nine seconds."""
    slow, nine = Writer(), 9 * 90_000
    slow.tables([(H264, VIDEO)], VIDEO)
    for now in range(0, 6 * nine, nine):
        slow.add(VIDEO, pes(now + 9000), fields=pcr_fields(now))
    joiner, parts = Joiner(), [b""]
    for _ in range(WRAP // (6 * nine) + 2):
        parts = [*parts[-2:], joiner.join(slow.data, discontinuity=True)]
    verdict = good(b"".join(parts))
    assert set(steps(verdict.dts[PICTURE])) == {nine}
    assert set(steps(verdict.pcr)) == {nine}
    assert min(verdict.dts[PICTURE]) < 6 * nine < WRAP - 6 * nine < max(verdict.dts[PICTURE])
    going_on = list(live(5, 3))
    parts += [joiner.join(part, discontinuity=part is going_on[0]) for part in going_on]
    good(b"".join(parts))


@pytest.mark.parametrize("lost", [1, 2, 30, 10_000])
def test_lost_segments_leave_no_gap(lost: int) -> None:
    """Also where nobody says that some are missing; under a second is upstream's own affair."""
    parts = [segment(0), segment(LENGTH * (lost + 1))]
    verdict = good(joined(*parts))
    gap = LENGTH * lost
    assert max(steps(verdict.dts[PICTURE])) == FRAME + (gap if gap <= 90_000 else 0)


@pytest.mark.parametrize(("by", "kept"), [(90_000, True), (90_001, False)])
def test_gap_that_is_kept(by: int, kept: bool) -> None:
    verdict = good(joined(segment(0), segment(LENGTH + by)))
    assert max(steps(verdict.dts[PICTURE])) == FRAME + by * kept


@pytest.mark.parametrize("back", [FRAME, LENGTH, LENGTH * 500])
def test_times_that_go_back_without_a_word(back: int) -> None:
    verdict = good(joined(*live(LENGTH * 900, 2), segment(LENGTH * 902 - back)))
    assert verdict.dts[PICTURE] == [START + number * FRAME for number in range(30)]


def pictures(*times: tuple[int, int], clocks: tuple[int, ...] = ()) -> bytes:
    """A segment of nothing but pictures, by PTS and DTS, and perhaps a clock with some."""
    writer = Writer()
    writer.tables([(H264, VIDEO)], VIDEO)
    for number, (shown, decoded) in enumerate(times):
        fields = pcr_fields(clocks[number]) if number < len(clocks) else None
        writer.add(VIDEO, pes(shown, decoded), fields=fields)
    return writer.data


@pytest.mark.parametrize("back", [0, 1, FRAME, 3 * FRAME])
def test_times_that_go_back_without_a_clock(back: int) -> None:
    first = FRAME - back
    two = [(FRAME, 0), (2 * FRAME, FRAME)], [(first + FRAME, first), (9 * FRAME, 8 * FRAME)]
    verdict = good(joined(pictures(*two[0]), pictures(*two[1])))
    assert verdict.dts[PICTURE][2] == START + 2 * FRAME


def test_pictures_out_of_order() -> None:
    """The last one to come is not the last one to be shown."""
    order = [(FRAME, 0), (4 * FRAME, FRAME), (2 * FRAME, 2 * FRAME), (3 * FRAME, 3 * FRAME)]
    other = [(9 * FRAME, 9 * FRAME), (10 * FRAME, 10 * FRAME)]
    verdict = good(joined(pictures(*order), pictures(*other), breaks=(1,)))
    assert sorted(verdict.pts[PICTURE])[4] - max(verdict.pts[PICTURE][:4]) == FRAME


def test_a_clock_that_goes_back_inside_a_segment() -> None:
    times = [(number * FRAME + 9000, number * FRAME + 9000) for number in range(3)]
    odd = pictures(*times, clocks=(0, 3 * FRAME + 500, FRAME))
    clocks = judge(joined(odd, odd, breaks=(1,))).pcr
    assert clocks[3] > max(clocks[:3])


def test_the_same_segment_over_and_over() -> None:
    part = segment(777)
    verdict = good(joined(*[part] * 20, breaks=tuple(range(20))))
    assert set(steps(verdict.dts[PICTURE])) == {FRAME}


def test_picture_and_sound_stay_together() -> None:
    """The sound of the second node starts earlier: it follows on at once, the picture waits."""
    first, second = segment(0), segment(50_000, late=-5000)
    verdict = good(joined(first, second, breaks=(1,)))
    video, audio = verdict.dts[PICTURE], verdict.dts[TONE]
    assert video[10] - audio[10] == 5000
    end = audio[9] + 2 * SOUND
    assert audio[10] == end
    assert video[10] - video[9] == end + 5000 - video[9]


@pytest.mark.parametrize(
    ("first", "second"), [(0, 2 * FRAME), (2 * FRAME, 0), (FRAME, 2 * FRAME), (FRAME, FRAME)]
)
def test_other_reordering(first: int, second: int) -> None:
    """Neither decoding nor showing goes back where one node reorders more than another."""
    data = joined(segment(0, delay=first), segment(0, delay=second), breaks=(1,))
    verdict = good(data)
    shown, decoded = verdict.pts[PICTURE], verdict.dts[PICTURE]
    assert shown[10] - shown[9] == FRAME + max(0, second - first)
    assert decoded[10] - decoded[9] == FRAME + max(0, first - second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(9000, 60_000, id="further-ahead"),
        pytest.param(60_000, 9000, id="less-far-ahead"),
        pytest.param(9000, 0, id="not-ahead"),
        pytest.param(0, 9000, id="ahead-then"),
        pytest.param(450_000, 9000, id="most-that-is-kept"),
        pytest.param(450_001, 9000, id="too-far-ahead"),
        pytest.param(-1, 9000, id="behind"),
        pytest.param(9000, -9000, id="behind-then"),
        pytest.param(900_000, 900_000, id="farthest"),
    ],
)
def test_lead_of_the_clock(first: int, second: int) -> None:
    verdict = good(joined(segment(0, lead=first), segment(0, lead=second), breaks=(1,)))
    assert len(verdict.pcr) == 20
    leads = [verdict.dts[PICTURE][at] - verdict.pcr[at] for at in (0, 10)]
    usual = first if 0 <= first <= 450_000 else 63_000
    assert leads[0] == usual
    assert leads[1] >= 0


def test_clock_that_cannot_be_later_moves_all() -> None:
    """It would go back, and nothing may come later than the clock says: so there is a gap."""
    first = segment(0, lead=9000)
    slow = Writer()
    slow.tables([(H264, VIDEO)], VIDEO)
    slow.packet(VIDEO, fields=pcr_fields(90_000))
    slow.add(VIDEO, pes(180_000, payload=IDR))
    slow.add(VIDEO, pes(180_000 + FRAME), fields=pcr_fields(180_000 + FRAME))
    verdict = good(joined(first, slow.data, breaks=(1,)))
    assert verdict.dts[PICTURE][10] - verdict.pcr[10] >= 90_000
    assert verdict.pcr[11] <= verdict.dts[PICTURE][11]


def test_segments_without_a_clock() -> None:
    bare = Writer()
    bare.tables([(H264, VIDEO), (AAC, AUDIO)], VIDEO)
    bare.add(VIDEO, pes(LENGTH, payload=IDR))
    bare.add(AUDIO, pes(LENGTH, payload=adts(2), kind=0xC0))
    verdict = good(joined(segment(0), bare.data, segment(LENGTH + FRAME)))
    assert verdict.dts[PICTURE] == [START + number * FRAME for number in range(21)]
    verdict = good(joined(bare.data, segment(LENGTH + FRAME)))
    assert verdict.dts[PICTURE] == [START + number * FRAME for number in range(11)]


def test_a_clock_that_goes_back_alone() -> None:
    verdict = good(joined(segment(0, lead=9000), segment(LENGTH, lead=60_000)))
    assert verdict.dts[PICTURE] == [START + number * FRAME for number in range(20)]


def test_what_was_inspected_is_not_inspected_again() -> None:
    part = segment(5)
    info = inspect(part)
    assert Joiner().join(part, discontinuity=False, info=info) == joined(part)


def test_a_refused_segment_leaves_no_trace() -> None:
    joiner = Joiner()
    parts = [joiner.join(segment(0), discontinuity=False)]
    with pytest.raises(SegmentError):
        joiner.join(segment(LENGTH)[:-1], discontinuity=True)
    parts.append(joiner.join(segment(LENGTH), discontinuity=False))
    assert b"".join(parts) == joined(segment(0), segment(LENGTH))


def test_a_viewer_that_skips() -> None:
    joiner = Joiner()
    parts = [joiner.join(part, discontinuity=False) for part in live(0, 9)]
    assert judge(parts[0] + parts[5]).wrong
    verdict = good(parts[0] + resume(parts[5]) + parts[5])
    assert max(steps(verdict.dts[PICTURE])) == FRAME + 4 * LENGTH
    assert len(resume(parts[5])) == 4 * PACKET
    alone = Writer()
    alone.packet(VIDEO, fields=pcr_fields(0))
    assert resume(alone.data)[3] == 0x20


def test_each_segment_can_be_the_first() -> None:
    joiner = Joiner()
    for number, part in enumerate((*live(0, 2), segment(0), segment(0, picture=False))):
        out = joiner.join(part, discontinuity=number == 2)
        verdict = good(out)
        assert verdict.types == {PICTURE: H264, TONE: AAC}


def test_many_changes() -> None:
    """A day of trouble: a change with every segment."""
    kinds = [
        segment(0),
        segment(WRAP - 5, video=AUDIO, audio=VIDEO, lead=30_000),
        segment(HALF, delay=FRAME, late=3000),
        segment(123, picture=False),
        segment(456, clock=0x99, lead=100),
        segment(789, sounds=False),
    ]
    parts = [kinds[(number * 7 + number // 6) % 6] for number in range(200)]
    verdict = good(joined(*parts, breaks=tuple(range(200))))
    # Never more missing than one node has to wait for another.
    assert max(steps(verdict.dts[TONE])) < 2 * LENGTH
    assert max(later - earlier for earlier, later in pairwise(verdict.pcr)) < LENGTH
