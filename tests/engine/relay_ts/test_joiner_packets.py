"""Packets, counters and tables of joined segments, as the same judge sees them."""

import pytest

from downlink.relay.joiner import PMT_PID, START

from .joining import LENGTH, PICTURE, TONE, good, joined, packets
from .judge import judge, steps, ticks
from .writer import (
    AAC,
    AC3,
    AUDIO,
    FRAME,
    H264,
    ID3,
    IDR,
    MP3,
    PMT,
    SOUND,
    VIDEO,
    Writer,
    adts,
    pcr_fields,
    pes,
    segment,
)


@pytest.mark.parametrize(
    "noise", [pytest.param(count, id=f"{count}-packets") for count in (0, 1, 5, 16, 33)]
)
def test_counters_wrap(noise: int) -> None:
    writer = Writer()
    writer.tables([(H264, VIDEO)], VIDEO)
    writer.add(VIDEO, pes(0, payload=bytes(184 * noise + 20)))
    good(joined(*[writer.data] * 5, breaks=tuple(range(5))))


def test_packets_without_payload_do_not_count() -> None:
    writer = Writer({VIDEO: 7})
    writer.tables([(H264, VIDEO)], VIDEO)
    writer.packet(VIDEO, fields=pcr_fields(0))
    writer.add(VIDEO, pes(9000))
    writer.packet(VIDEO, fields=pcr_fields(9001))
    good(joined(*[writer.data] * 5, breaks=tuple(range(5))))


def test_packets_that_are_sent_twice() -> None:
    writer = Writer()
    writer.tables([(H264, VIDEO)], VIDEO)
    writer.add(VIDEO, pes(0))
    writer.packets.append(writer.packets[-1])
    writer.add(VIDEO, pes(FRAME))
    data = joined(writer.data, writer.data)
    assert [packet[3] & 15 for packet in packets(data) if packet[1:3] == b"\x41\0"] == [
        *(0, 0, 1),
        *(2, 2, 3),
    ]


def test_losses_inside_a_segment_stay_visible() -> None:
    whole = packets(segment(0))
    del whole[6]
    (wrong,) = [text for text in judge(joined(b"".join(whole))).wrong if "counts" in text]
    assert "counts from 1 to 3" in wrong


def test_a_discontinuity_is_not_announced_any_more() -> None:
    writer = Writer()
    writer.tables([(H264, VIDEO)], VIDEO)
    writer.add(VIDEO, pes(9000, payload=IDR), fields=pcr_fields(0, flags=0xC0))
    data = joined(writer.data, writer.data)
    flags = [packet[5] for packet in packets(data) if packet[3] & 0x20 and packet[4] >= 7]
    assert flags == [0x50, 0x50]


@pytest.mark.parametrize("first", [1, 9, 10, 13, 14, 18])
def test_timestamps_over_packets(first: int) -> None:
    def spread(at: int) -> bytes:
        writer = Writer()
        writer.tables([(H264, VIDEO)], VIDEO)
        writer.add(VIDEO, pes(at + FRAME, at), first=first)
        writer.add(VIDEO, pes(at + 2 * FRAME, at + FRAME))
        return writer.data

    data = joined(spread(5), spread(77_777), breaks=(1,))
    heads = judge(data).payload[PICTURE].split(b"\0\0\1\xe0")[1:]
    decoded = [START + number * FRAME for number in range(4)]
    assert [ticks(head[10:15]) for head in heads] == decoded
    assert [ticks(head[5:10]) for head in heads] == [time + FRAME for time in decoded]


def test_only_the_two_streams_are_passed_on() -> None:
    writer = Writer()
    writer.null()
    writer.packet(0x11, bytes(184), start=True)
    writer.tables([(ID3, 0x50), (H264, VIDEO), (AAC, AUDIO), (AAC, 0x51)], VIDEO)
    for number in range(4):
        writer.add(VIDEO, pes(number * FRAME + 9000), fields=pcr_fields(number * FRAME))
        writer.null()
        writer.add(0x50, pes(number * FRAME, kind=0xBD))
        writer.add(0x51, pes(number * FRAME, payload=adts(), kind=0xC0))
        writer.add(AUDIO, pes(number * FRAME, payload=adts(2), kind=0xC0))
        writer.tables([(ID3, 0x50), (H264, VIDEO), (AAC, AUDIO), (AAC, 0x51)], VIDEO)
    data = joined(writer.data)
    verdict = good(data)
    assert set(verdict.types) == {PICTURE, TONE}
    pids = [int.from_bytes(packet[1:3]) & 0x1FFF for packet in packets(data)]
    assert pids == [0, PMT_PID, *[PICTURE, TONE, 0, PMT_PID] * 4]


def test_long_tables_become_short_ones() -> None:
    writer = Writer()
    writer.tables([(H264, VIDEO)], VIDEO)
    writer.add(VIDEO, pes(0))
    writer.table(PMT, segment_pmt := b"\2\xb0" + bytes([255]) + bytes(255))
    assert len(segment_pmt) > 184
    writer.add(VIDEO, pes(FRAME))
    pids = [int.from_bytes(packet[1:3]) & 0x1FFF for packet in packets(joined(writer.data))]
    assert pids == [0, PMT_PID, PICTURE, PMT_PID, PICTURE]


def test_sound_alone_between_pictures() -> None:
    """A slate for the radio, say: the picture stays declared, its clock comes by itself."""
    verdict = good(joined(segment(0), segment(9, picture=False), segment(99), breaks=(1, 2)))
    assert verdict.versions == [0]
    assert verdict.pcr_pid == PICTURE
    assert len(verdict.pcr) == 30
    assert max(steps(verdict.pcr)) <= FRAME + 2 * SOUND
    assert set(steps(verdict.dts[TONE])) <= {FRAME, 2 * SOUND}
    assert max(steps(verdict.dts[PICTURE])) <= LENGTH + 2 * FRAME


def test_sound_alone_and_then_a_picture_alone() -> None:
    silent = segment(99, sounds=False)
    parts = [segment(0), *[segment(9, picture=False)] * 3, silent]
    verdict = good(joined(*parts, breaks=(1, 2, 3, 4)))
    assert verdict.dts[PICTURE][10] == verdict.dts[TONE][-1] + 2 * SOUND


def test_a_picture_comes_later() -> None:
    verdict = good(joined(segment(0, picture=False), segment(0), breaks=(1,)))
    assert verdict.versions == [0, 1]
    assert verdict.types == {PICTURE: H264, TONE: AAC}


def test_nothing_in_common() -> None:
    data = joined(segment(0, picture=False), segment(0, sounds=False), breaks=(1,))
    verdict = good(data)
    assert verdict.dts[PICTURE][0] - verdict.dts[TONE][-1] == 2 * SOUND


@pytest.mark.parametrize("sound", [MP3, AC3])
def test_another_format(sound: int) -> None:
    verdict = good(joined(segment(0), segment(0, sound=sound), segment(LENGTH, sound=sound)))
    assert verdict.versions == [0, 1]
    assert verdict.types[TONE] == sound


@pytest.mark.parametrize("pid", [0x50, AUDIO])
def test_a_clock_on_another_pid(pid: int) -> None:
    parts = [segment(0), segment(9999, clock=pid), segment(9999 + LENGTH, clock=pid)]
    verdict = good(joined(*parts, breaks=(1,)))
    assert len(verdict.pcr) == 30
    assert set(steps(verdict.pcr)) == {FRAME}


def test_a_clock_with_the_sound() -> None:
    """Packets with both stay, and the clock goes ahead of each in one of its own."""
    writer = Writer()
    writer.tables([(H264, VIDEO), (AAC, AUDIO)], AUDIO)
    for number in range(5):
        now = number * FRAME
        writer.add(VIDEO, pes(now + 9000))
        writer.add(AUDIO, pes(now + 9000, payload=adts(2), kind=0xC0), fields=pcr_fields(now))
    data = joined(writer.data, writer.data, breaks=(1,))
    verdict = good(data)
    assert len(verdict.pcr) == 10
    assert len(verdict.dts[TONE]) == 10


def test_a_clock_where_the_tables_are() -> None:
    writer = Writer()
    writer.tables([(H264, VIDEO)], 0)
    writer.add(VIDEO, pes(9000))
    writer.packet(0, fields=pcr_fields(0))
    writer.add(VIDEO, pes(9000 + FRAME))
    assert good(joined(writer.data)).pcr == [START - 9000]


def test_a_stream_without_times_is_left_out() -> None:
    writer = Writer()
    writer.tables([(H264, VIDEO), (AAC, AUDIO)], VIDEO)
    writer.packet(AUDIO, bytes(184))
    writer.add(VIDEO, pes(9000))
    verdict = good(joined(writer.data))
    assert verdict.types == {PICTURE: H264}
