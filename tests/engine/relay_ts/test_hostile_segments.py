"""Bytes that nobody made on purpose: refused by name or joined, and nothing else."""

from hypothesis import given, settings, strategies as st
import pytest

from downlink.relay.joiner import Joiner
from downlink.relay.segment_error import SegmentError
from downlink.relay.slate import slate_segment
from downlink.relay.transport_stream import inspect

from .. import strategies as profile  # noqa: F401
from .judge import judge
from .writer import AUDIO, PACKET, PMT, VIDEO, Writer, segment

GOOD = (
    segment(0, delay=7200),
    segment(1 << 32, picture=False),
    segment((1 << 33) - 9, clock=AUDIO, lead=0),
)
ORDER = (" DTS ", "PCR ", "counts")


def survives(data: bytes, *, strict: bool = False) -> bool:
    """Whether a segment is joined between two good ones."""
    joiner = Joiner()
    before = joiner.join(GOOD[0], discontinuity=False)
    try:
        info = inspect(data)
    except SegmentError:
        return False
    out = joiner.join(data, discontinuity=False, info=info)
    assert len(out) <= 2 * len(data) + 2 * PACKET
    after = joiner.join(GOOD[0], discontinuity=True)
    # What is wrong inside of a segment is its own affair, but nothing is wrong with the others.
    wrong = judge(before + out + after).wrong
    alone = [text for text in wrong if strict or not any(word in text for word in ORDER)]
    assert not alone
    assert not judge(after).wrong
    return True


@given(st.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    assert not survives(data)


@st.composite
def packets_of_any_kind(draw: st.DrawFn) -> bytes:
    """Whole packets below tables in order, with anything in them."""
    writer = Writer()
    writer.tables([(0x1B, VIDEO), (0x0F, AUDIO)], draw(st.sampled_from([VIDEO, AUDIO, PMT, 0, 5])))
    for _ in range(draw(st.integers(0, 12))):
        pid = draw(st.sampled_from([VIDEO, AUDIO, 0, PMT, 5, 0x1FFF]))
        head = bytes([0x47, draw(st.sampled_from([0, 0x40])) | pid >> 8, pid & 0xFF])
        rest = draw(st.binary(max_size=40))
        tail = draw(st.sampled_from([0, 0x10, 0x20, 0x30])) | draw(st.integers(0, 15))
        start = draw(st.sampled_from([b"", b"\0\0\1\xe0\0\0\x80\x80\5!\0\1\0\1", b"\0\0\1\xc0"]))
        writer.packets.append((head + bytes([tail]) + start + rest).ljust(PACKET, b"\0"))
    return writer.data


@given(packets_of_any_kind())
def test_any_packets(data: bytes) -> None:
    joiner = Joiner()
    joiner.join(GOOD[0], discontinuity=False)
    try:
        out = joiner.join(data, discontinuity=False)
    except SegmentError:
        return
    assert len(out) <= 2 * len(data) + 2 * PACKET


@given(st.sampled_from(GOOD), st.data())
def test_changed_bytes(good: bytes, data: st.DataObject) -> None:
    changed = bytearray(good)
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    joiner = Joiner()
    joiner.join(GOOD[0], discontinuity=False)
    try:
        out = joiner.join(bytes(changed), discontinuity=data.draw(st.booleans()))
    except SegmentError:
        pass
    else:
        assert len(out) <= 2 * len(changed) + 2 * PACKET
    assert not judge(joiner.join(GOOD[0], discontinuity=True)).wrong


@given(st.sampled_from(GOOD), st.data())
def test_lost_and_mixed_packets(good: bytes, data: st.DataObject) -> None:
    packets = [good[at : at + PACKET] for at in range(0, len(good), PACKET)]
    some = data.draw(st.lists(st.sampled_from(packets), max_size=40))
    survives(b"".join(packets[:2] + some))


@given(st.integers(0, len(GOOD[0])), st.integers(0, len(GOOD[0])))
def test_cuts(begin: int, end: int) -> None:
    part = GOOD[0][begin:end]
    joinable = begin == 0 and end % PACKET == 0 and end >= 3 * PACKET
    assert survives(part) is joinable


@settings(max_examples=25)
@given(st.integers(0, 2_000), st.integers(0, 255), st.booleans())
def test_changed_slate(at: int, byte: int, radio: bool) -> None:
    data = bytearray(slate_segment(radio)[0])
    data[at] = byte
    survives(bytes(data))


@pytest.mark.parametrize("first", range(1, 19))
def test_heads_in_pieces_take_no_longer(first: int) -> None:
    """Each starts anew before the last one is whole; only the last one is."""
    writer = Writer()
    writer.tables([(0x1B, VIDEO)], VIDEO)
    for _ in range(200):
        writer.packet(VIDEO, b"\0\0\1\xe0\0\0\x80\0\0" + bytes(first), start=True)
    assert not survives(writer.data)
