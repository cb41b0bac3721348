"""Sound without a transport stream around it: what is made of it, and what is refused."""

from hypothesis import given, strategies as st
import pytest

from downlink.relay.packed_audio import is_packed_audio, pack
from downlink.relay.segment_error import Flaw, SegmentError
from downlink.relay.tables import PACKET, Codec
from downlink.relay.timestamps import HZ
from downlink.relay.transport_stream import inspect

from ..relay_ts.writer import adts

OWNER = b"com.apple.streaming.transportStreamTimestamp\0"


def tag(ticks: int) -> bytes:
    private = OWNER + ticks.to_bytes(8)
    frame = b"PRIV" + len(private).to_bytes(4) + b"\0\0" + private
    return b"ID3\x04\0\0" + bytes([0, 0, len(frame) >> 7, len(frame) & 127]) + frame


@pytest.mark.parametrize("count", [1, 8, 9, 94])
def test_sound_becomes_a_transport_stream(count: int) -> None:
    info = inspect(pack(adts(count)))
    assert (info.video, info.audio) == (None, Codec.AAC)
    frame = 1024 * HZ // 48_000
    assert info.last_pts - info.first_pts == (count - 1) // 8 * 8 * frame
    assert info.pcr_seconds is not None


# ISO/IEC 14496-3, table 1.18
RATES = (
    *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000),
    *(22_050, 16_000, 12_000, 11_025, 8_000, 7_350),
)


@pytest.mark.parametrize(("index", "rate"), enumerate(RATES))
def test_every_rate(index: int, rate: int) -> None:
    """Forty packets on, a rate that is wrong by one shows."""
    info = inspect(pack(adts(8 * 40 + 1, rate=index)))
    assert info.last_pts - info.first_pts == 40 * 8 * 1024 * HZ // rate


def test_the_tag_says_when() -> None:
    plain, later = inspect(pack(adts(10))), inspect(pack(tag(5 * HZ) + adts(10)))
    assert later.first_pts - plain.first_pts == 5 * HZ


# Frames as small as they come, as they are, and such that the last one just fills a packet or not.
@pytest.mark.parametrize("size", [7, 30, *range(343, 348), 371, 2000])
def test_not_one_byte_of_the_sound_is_lost(size: int) -> None:
    stream = pack(adts(49, size=size))
    assert len(stream) % PACKET == 0
    assert stream[::PACKET] == b"\x47" * (len(stream) // PACKET)
    packets = [stream[at : at + PACKET] for at in range(0, len(stream), PACKET)]
    body = b""
    for packet in packets[2:]:
        start = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
        body += packet[start:].removeprefix(packet[start : start + 14] if packet[1] & 0x40 else b"")
    assert body == adts(49, size=size)
    assert [packet[3] & 15 for packet in packets[2:]] == [n % 16 for n in range(len(packets) - 2)]


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        pytest.param(b"ID3", Flaw.CORRUPT, id="tag without a size"),
        pytest.param(b"ID3\4\0\0\xff\xff\xff\xff", Flaw.CORRUPT, id="size that is none"),
        pytest.param(b"ID3\4\0\0\0\0\1\0", Flaw.TRUNCATED, id="tag cut off"),
        pytest.param(b"ID3\4\0\0\x7f\x7f\x7f\x7f" + bytes(99), Flaw.TRUNCATED, id="endless tag"),
        pytest.param(tag(0), Flaw.NO_STREAMS, id="tag alone"),
        pytest.param(adts(3)[:-1], Flaw.TRUNCATED, id="frame cut off"),
        pytest.param(adts(3) + b"more", Flaw.CORRUPT, id="something behind it"),
        pytest.param(b"\xff\xf1\xfc\x80\0\xff\xfc", Flaw.CORRUPT, id="no such rate"),
        pytest.param(b"\xff\xf1\x50\x80\0\x1f\xfc", Flaw.CORRUPT, id="frame without a length"),
    ],
)
def test_refused(data: bytes, flaw: Flaw) -> None:
    assert is_packed_audio(data)
    with pytest.raises(SegmentError) as caught:
        pack(data)
    assert caught.value.flaw is flaw


@given(st.binary(max_size=2000), st.sampled_from([b"ID3", b"\xff\xf1", b""]))
def test_nothing_else_is_raised(data: bytes, start: bytes) -> None:
    try:
        stream = pack(start + data)
    except SegmentError:
        return
    assert len(stream) <= 2 * len(start + data) + 4 * PACKET + len(data) // 7 * PACKET
