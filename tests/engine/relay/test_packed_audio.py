"""Sound without a transport stream around it: what is made of it, and what is refused."""

from hypothesis import given, strategies as st
import pytest

from downlink.relay.packed_audio import is_packed_audio, pack
from downlink.relay.segment_error import Flaw, SegmentError
from downlink.relay.tables import PACKET, Codec
from downlink.relay.timestamps import HZ
from downlink.relay.transport_stream import inspect

from ..relay_ts.writer import adts, pat, pes, pmt

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


@pytest.mark.parametrize(
    ("data", "packed"),
    [
        (b"ID3", True),
        (b"ID", False),
        (b"\xff\xf1", True),
        (b"\xff\xf8", True),
        (b"\xff", False),
        (b"\xff\xfb", False),
        (b"\xff\xe1", False),
        (b"\xfe\xf1", False),
        (b"", False),
    ],
)
def test_what_begins_like_sound(data: bytes, packed: bool) -> None:
    assert is_packed_audio(data) is packed


def bare(body: bytes) -> bytes:
    """A tag with a body, whatever that is."""
    sizes = [len(body) >> shift & 127 for shift in (21, 14, 7, 0)]
    return b"ID3\4\0\0" + bytes(sizes) + body


def clock_of(data: bytes) -> int:
    return inspect(pack(data)).layout.clocks[0].ticks


@pytest.mark.parametrize(
    ("body", "ticks"),
    [
        pytest.param(OWNER + (7).to_bytes(8), 7, id="at the start"),
        pytest.param(OWNER + (7).to_bytes(8) + b"more", 7, id="something behind it"),
        pytest.param(OWNER + (7).to_bytes(7), 0, id="a byte too short"),
        pytest.param(OWNER.upper() + (7).to_bytes(8), 0, id="another owner"),
        pytest.param((7).to_bytes(8) * 9, 0, id="no owner"),
        pytest.param(OWNER + ((1 << 33) + 7).to_bytes(8), 7, id="more than 33 bits"),
        pytest.param(b"", 0, id="empty"),
        pytest.param(b"\xff" * 20_000 + OWNER + (7).to_bytes(8), 7, id="long"),
    ],
)
def test_what_a_tag_says(body: bytes, ticks: int) -> None:
    assert clock_of(bare(body) + adts(1)) == ticks


TITLE = bare(b"TIT2\0\0\0\5\0\0\3Song")


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(TITLE + adts(9), id="before"),
        pytest.param(adts(4) + TITLE + adts(5), id="between"),
        pytest.param(adts(9) + TITLE, id="behind"),
        pytest.param(TITLE * 2 + adts(4) + TITLE * 2 + adts(5) + TITLE * 2, id="twice"),
    ],
)
def test_more_tags_than_one(sound: bytes) -> None:
    assert pack(tag(HZ) + sound) == pack(tag(HZ) + adts(9))


def test_first_time_before_the_first_frame_counts() -> None:
    assert clock_of(TITLE + tag(HZ) + tag(2 * HZ) + adts(1) + tag(3 * HZ) + adts(1)) == HZ
    assert clock_of(TITLE + adts(1) + tag(HZ) + adts(1)) == 0


def test_longest_tag() -> None:
    assert clock_of(bare(bytes(65_536)) + adts(1)) == 0
    with pytest.raises(SegmentError) as caught:
        pack(bare(bytes(65_537)) + adts(1))
    assert caught.value.flaw is Flaw.TRUNCATED


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        pytest.param(bare(b"")[:9], Flaw.CORRUPT, id="9 bytes"),
        pytest.param(bare(b""), Flaw.NO_STREAMS, id="10 bytes"),
        pytest.param(b"ID3\4\0\0\1\0\0\0" + adts(1), Flaw.TRUNCATED, id="2 MiB"),
        *(
            pytest.param(
                b"ID3\4\0\0" + bytes(at) + b"\x80" + bytes(3 - at) + adts(9),
                Flaw.CORRUPT,
                id=f"byte {at} of the size",
            )
            for at in range(4)
        ),
        pytest.param(adts(1) + bare(b"")[:9], Flaw.CORRUPT, id="9 bytes of a later tag"),
        pytest.param(adts(1) + tag(0)[:-1], Flaw.TRUNCATED, id="later tag cut off"),
        pytest.param(adts(1) + bare(bytes(65_537)), Flaw.TRUNCATED, id="later tag too long"),
        pytest.param(tag(0) + adts(1)[:6], Flaw.CORRUPT, id="first head cut off"),
        pytest.param(tag(0) * 2 + b"\xff\xfb\x90\0", Flaw.PACKED_AUDIO, id="MP3 behind tags"),
        pytest.param(adts(1) + b"\xff\xfb\x90\0" + bytes(9), Flaw.CORRUPT, id="MP3 behind AAC"),
        pytest.param(adts(1) + adts(1)[:6], Flaw.CORRUPT, id="head cut off"),
        pytest.param(adts(1) + b"\xfe" + adts(1)[1:], Flaw.CORRUPT, id="first byte"),
        pytest.param(adts(1) + b"\xff\xe1" + adts(1)[2:], Flaw.CORRUPT, id="second byte"),
        pytest.param(adts(1, rate=13), Flaw.CORRUPT, id="first rate that is none"),
        pytest.param(b"\xff\xf1\x4c\x80\0\xdf\xfc", Flaw.CORRUPT, id="six bytes long"),
        pytest.param(adts(8, size=8191), Flaw.CORRUPT, id="longer than a packet can say"),
    ],
)
def test_refused_at_a_limit(data: bytes, flaw: Flaw) -> None:
    with pytest.raises(SegmentError) as caught:
        pack(data)
    assert caught.value.flaw is flaw


@pytest.mark.parametrize("size", [2047, 2048, 4097, 8190])
def test_frames_of_every_length(size: int) -> None:
    info = inspect(pack(adts(16, size=size)))
    assert info.tracks["audio"].end - info.tracks["audio"].first == 16 * 1920


def test_the_rate_of_the_first_frame_counts() -> None:
    info = inspect(pack(adts(8) + adts(8, rate=12)))
    assert info.last_pts - info.first_pts == 8 * 1920


def test_what_is_around_the_sound() -> None:
    """Both tables, then the clock a tenth of a second ahead, and how long the piece is."""
    stream = pack(bare(OWNER + (HZ).to_bytes(8)) + adts(1))
    tables = [stream[:PACKET], stream[PACKET : 2 * PACKET]]
    assert tables[0] == (b"\x47\x40\0\x10\0" + pat(0x1000)).ljust(PACKET, b"\xff")
    whole = pmt([(0x0F, 0x101)], pcr=0x101)
    assert tables[1] == (b"\x47\x50\0\x10\0" + whole).ljust(PACKET, b"\xff")
    piece = bytearray(pes(HZ + HZ // 10, payload=adts(1), kind=0xC0))
    piece[4:6] = (len(piece) - 6).to_bytes(2)
    assert len(stream) == 3 * PACKET
    assert stream.endswith(piece)
    assert stream[2 * PACKET :].startswith(b"\x47\x41\x01\x30")
    assert inspect(stream).layout.clocks[0].ticks == HZ
