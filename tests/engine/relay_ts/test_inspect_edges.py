"""Limits of what is in a segment: each just reached, and by one more than that."""

import pytest

from downlink.relay.segment_error import Flaw, SegmentError
from downlink.relay.segment_info import MAX_JUMP, SegmentInfo
from downlink.relay.tables import Codec
from downlink.relay.transport_stream import MAX_BACK, inspect, payload_start

from .test_inspect import changed, flaw_of, only, shown, ticking
from .writer import (
    AAC,
    AUDIO,
    H264,
    IDR,
    OTHER,
    PACKET,
    PMT,
    SOUND,
    VIDEO,
    Writer,
    adts,
    pat,
    pcr_fields,
    pes,
    pmt,
    segment,
)

SECOND = 90_000


def test_the_limits_themselves() -> None:
    """The other tests use them by their names."""
    assert (MAX_BACK, MAX_JUMP) == (SECOND, 10 * SECOND)


@pytest.mark.parametrize(
    ("before", "count", "flaw"),
    [
        pytest.param(1, 4, Flaw.CORRUPT, id="four-in-a-row"),
        pytest.param(1, 3, Flaw.UNKNOWN, id="three-in-a-row"),
        pytest.param(2 * PACKET - 1, 4, Flaw.CORRUPT, id="within-two-packets"),
        pytest.param(2 * PACKET, 4, Flaw.UNKNOWN, id="after-two-packets"),
    ],
)
def test_packets_behind_something_else(before: int, count: int, flaw: Flaw) -> None:
    assert flaw_of(bytes(before) + segment(0)[: count * PACKET]) is flaw


def test_scrambled_with_the_first_of_two_keys() -> None:
    assert flaw_of(changed(only(shown(1), shown(2)), 2, 3, 0x40)) is Flaw.SCRAMBLED


@pytest.mark.parametrize("at", [0, PACKET])
@pytest.mark.parametrize(
    ("kind", "length", "start"),
    [
        pytest.param(0x1F, 99, 4, id="payload-only"),
        pytest.param(0x0F, 99, PACKET, id="neither"),
        pytest.param(0x20, 0, PACKET, id="field-only"),
        pytest.param(0x20, 183, PACKET, id="field-fills-it"),
        pytest.param(0x30, 0, 5, id="empty-field"),
        pytest.param(0x30, 182, PACKET - 1, id="one-byte"),
        pytest.param(0x30, 183, PACKET, id="no-byte"),
        pytest.param(0x30, 184, None, id="field-too-long"),
        pytest.param(0x20, 184, None, id="field-alone-too-long"),
    ],
)
def test_where_the_payload_starts(at: int, kind: int, length: int, start: int | None) -> None:
    data = bytes(at) + bytes([0x47, 0, 0, kind, length]).ljust(PACKET, b"\xff")
    if start is not None:
        assert payload_start(data, at) == at + start
        return
    with pytest.raises(SegmentError) as caught:
        payload_start(data, at)
    assert caught.value.flaw is Flaw.CORRUPT


def test_the_first_tables_count() -> None:
    writer = Writer()
    writer.table(0, pat())
    writer.table(0, pat(0x65))
    writer.table(0x65, pmt([(0x24, VIDEO)]))
    writer.table(PMT, pmt())
    writer.table(PMT, pmt([(0x02, VIDEO)]))
    writer.add(VIDEO, pes(1))
    info = inspect(writer.data)
    assert (info.video, info.layout.pmt_pid) == (Codec.H264, PMT)


def test_sound_where_the_table_is() -> None:
    writer = Writer()
    writer.table(0, pat())
    writer.table(PMT, pmt([(H264, VIDEO), (AAC, PMT)]))
    writer.add(VIDEO, pes(1))
    assert flaw_of(writer.data) is Flaw.NO_TABLES


def with_fields(fields: bytes, pid: int = VIDEO, room: int | None = None) -> SegmentInfo:
    """Say what is in a segment whose third packet has an adaptation field."""
    room = len(fields) if room is None else room
    payload = b"\xd0" * (PACKET - 5 - room)
    return inspect(only(lambda writer: writer.packet(pid, payload, fields=fields), shown(1)))


def test_where_a_discontinuity_is_announced() -> None:
    place = 2 * PACKET + 5
    assert with_fields(b"\x80").layout.flags == [place]
    assert with_fields(b"\x80", AUDIO).layout.flags == [place], "of the sound too"
    assert with_fields(b"\x7f").layout.flags == []
    assert with_fields(b"\x80", 0x99).layout.flags == [], "of a stream that is left out"
    assert inspect(segment(0)).layout.flags == []


def test_where_a_clock_is() -> None:
    clock = pcr_fields(77)
    assert with_fields(clock).layout.clocks == [(2, 2 * PACKET + 6, 77)]
    assert with_fields(clock[:6]).layout.clocks == [], "there is no room for it"
    assert with_fields(b"\xef" + clock[1:]).layout.clocks == [], "there is none"
    assert with_fields(clock, AUDIO).layout.clocks == [], "it is another programme's"


def test_a_field_without_a_byte_says_nothing() -> None:
    layout = with_fields(b"").layout
    assert (layout.flags, layout.clocks) == ([], [])


def test_a_clock_that_goes_back_counts_by_its_latest() -> None:
    info = inspect(only(ticking(0), ticking(SECOND), ticking(SECOND // 2), shown(SECOND)))
    assert info.pcr_seconds == 1.0
    assert [clock.ticks for clock in info.layout.clocks] == [0, SECOND, SECOND // 2]
    assert info.layout.slack == 0


def test_how_much_later_the_clock_could_be() -> None:
    assert inspect(only(shown(5))).layout.slack == MAX_JUMP
    parts = (ticking(0), shown(9000), ticking(5000), shown(10_000), ticking(6000), shown(13_000))
    assert inspect(only(*parts)).layout.slack == 5000


@pytest.mark.parametrize(
    ("times", "end"),
    [
        pytest.param((0, 0, 100), 200, id="twice-the-same"),
        pytest.param((0, 100, 200, 900), 1000, id="one-gap"),
        pytest.param((0, 700, 800), 900, id="shorter-of-two"),
        pytest.param((1000, 500), 1000 + 3600, id="back"),
        pytest.param((1000, 500, 1001), 1002, id="back-and-on"),
    ],
)
def test_how_long_the_last_picture_lasts(times: tuple[int, ...], end: int) -> None:
    assert inspect(only(*map(shown, times))).tracks["video"].end == end


def test_pictures_that_are_shown_out_of_order() -> None:
    info = inspect(only(shown(500, 0), shown(900, 1), shown(300, 2), shown(400, 3)))
    assert (info.first_pts, info.last_pts) == (300, 900)


def test_shown_earlier_than_the_one_before() -> None:
    assert inspect(only(shown(MAX_JUMP, 0), shown(0, 1))).first_pts == 0
    assert flaw_of(only(shown(MAX_JUMP, 0), shown(-1, 1))) is Flaw.TIMESTAMPS


@pytest.mark.parametrize("bit", [0x10, 0x20])
def test_each_bit_that_says_scrambled(bit: int) -> None:
    whole = bytearray(pes(5))
    whole[6] |= bit
    assert flaw_of(only(lambda writer: writer.add(VIDEO, bytes(whole)))) is Flaw.SCRAMBLED


def test_heads_that_just_fit() -> None:
    def cut(length: int) -> bytes:
        head = pes(5, 4)[:length]
        return only(lambda writer: writer.packet(VIDEO, head, start=True))

    assert inspect(cut(19)).last_pts == 5
    assert flaw_of(cut(18)) is Flaw.CORRUPT
    empty = only(lambda writer: writer.packet(VIDEO, pes(None, payload=b""), start=True), shown(7))
    assert inspect(empty).last_pts == 7


def test_stuffing_in_a_head_is_no_sound() -> None:
    whole = pes(0, payload=b"\xff" * 3 + adts(9), kind=0xC0)
    writer = Writer()
    writer.tables([(AAC, AUDIO)], AUDIO)
    writer.add(AUDIO, whole[:8] + bytes([8]) + whole[9:])
    assert inspect(writer.data).tracks["audio"].end == 9 * SOUND


@pytest.mark.parametrize("first", [1, 5, 8, 9, 13])
def test_a_head_over_packets_is_no_sound(first: int) -> None:
    writer = Writer()
    writer.tables([(AAC, AUDIO)], AUDIO)
    writer.add(AUDIO, pes(0, payload=adts(9), kind=0xC0), first=first)
    assert inspect(writer.data).tracks["audio"].end == 9 * SOUND


def test_the_packet_that_is_broken_is_named() -> None:
    data = bytearray(segment(0, frames=10))
    data[3 * PACKET] = 0
    with pytest.raises(SegmentError, match=r"packet 3 does not start"):
        inspect(bytes(data))


def test_only_the_picture_says_where_decoding_can_start() -> None:
    def sound(writer: Writer) -> None:
        writer.add(AUDIO, pes(1, payload=IDR + adts(), kind=0xC0), fields=b"\x40")

    assert not inspect(only(shown(1), sound)).keyframe
    assert not inspect(only(sound, shown(1))).keyframe
    early = only(lambda writer: writer.packet(VIDEO, fields=b"\x40"), shown(1))
    assert not inspect(early).keyframe, "said before the picture"
    late = only(shown(1), lambda writer: writer.add(VIDEO, pes(2, payload=OTHER), fields=b"\x40"))
    assert not inspect(late).keyframe, "said of the second picture"
