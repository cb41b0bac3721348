"""The two tables: what is read from them, and how ours are written."""

from itertools import batched

from hypothesis import given, strategies as st
import pytest

from downlink.relay.tables import (
    STREAM_TYPES,
    Codec,
    Stream,
    Streams,
    crc32,
    packet_of,
    pat_section,
    pmt_pid,
    pmt_section,
    sections,
    streams,
)

from .. import strategies as settings  # noqa: F401  # its profile
from .writer import AAC, AC3, AUDIO, H264, ID3, MP3, PMT, VIDEO, crc32 as bitwise, pat, pmt, section


@given(st.binary(max_size=300))
def test_checksum(data: bytes) -> None:
    assert crc32(data) == bitwise(data)
    assert crc32(data + bitwise(data).to_bytes(4)) == 0


def test_reads_a_pat() -> None:
    assert pmt_pid(pat(0x1234)) == 0x1234


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(section(0, b""), id="no-programme"),
        pytest.param(pat(number=0), id="network-only"),
        pytest.param(pat(PMT, current=False), id="not-yet-in-force"),
        pytest.param(pat(0x0F), id="pid-too-low"),
        pytest.param(pat(0x1FFF), id="null-pid"),
        pytest.param(pmt(), id="a-pmt"),
        pytest.param(b"\0\xb0\0", id="short"),
    ],
)
def test_not_a_pat(whole: bytes) -> None:
    assert pmt_pid(whole) is None


def test_first_programme_after_the_network() -> None:
    body = b"\0\0\xe0\x10" + b"\0\7\xf2\x22" + b"\0\x08\xf3\x33"
    assert pmt_pid(section(0, body)) == 0x1222


def test_lowest_and_highest_pid() -> None:
    assert pmt_pid(pat(0x10)) == 0x10
    assert pmt_pid(pat(0x1FFE)) == 0x1FFE


def test_reads_a_pmt() -> None:
    assert streams(pmt()) == Streams(VIDEO, Stream(VIDEO, Codec.H264), Stream(AUDIO, Codec.AAC))


def test_first_picture_and_first_sound() -> None:
    found = streams(
        pmt([(ID3, 0x50), (MP3, 0x51), (AAC, 0x52), (0x02, 0x53), (H264, 0x54)], info=b"\5\0")
    )
    assert found == Streams(VIDEO, Stream(0x53, Codec.MPEG2), Stream(0x51, Codec.MP3))


def test_reserved_pids_are_no_streams() -> None:
    assert streams(pmt([(H264, 0x0F), (AC3, 0x1FFF)])) == Streams(VIDEO, None, None)


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(pat(), id="a-pat"),
        pytest.param(pmt(current=False), id="not-yet-in-force"),
        pytest.param(section(2, b"\xe0\x31\xf0\xff" + b"\0" * 4), id="info-longer-than-table"),
        pytest.param(section(2, b"\xe0\x31\xf0\0\x1b\xe0\x31\xf0\xff"), id="stream-longer"),
        pytest.param(section(2, b"\xe0\x31\xf0\0\x1b\xe0\x31"), id="half-a-stream"),
        pytest.param(pmt([(H264, VIDEO), (AAC, VIDEO)]), id="one-pid-for-both"),
        pytest.param(b"\2\xb0\0", id="short"),
    ],
)
def test_not_a_pmt(whole: bytes) -> None:
    assert streams(whole) is None


@pytest.mark.parametrize("version", [0, 1, 31, 32])
def test_our_own_are_read_back(version: int) -> None:
    found = Streams(0x100, Stream(0x100, Codec.HEVC), Stream(0x101, Codec.LATM))
    whole = pmt_section(version, found)
    assert streams(whole) == found
    assert whole[5] >> 1 & 31 == version % 32
    assert bitwise(whole) == 0
    assert pmt_pid(pat_section(0x1000)) == 0x1000
    packet = packet_of(whole, 0x1000, 15)
    assert packet[:5] == b"\x47\x50\x00\x1f\0"
    assert len(packet) == 188


def whole_sections(data: bytes, size: int) -> list[bytes]:
    """Read sections that are spread over payloads of a size, the first with a pointer."""
    payloads = [bytes(part) for part in batched(data, size, strict=False)]
    return list(sections((number == 0, part) for number, part in enumerate(payloads)))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 184])
def test_sections_over_packets(size: int) -> None:
    both = [pat(), pmt(info=bytes(300))]
    assert whole_sections(b"\0" + b"".join(both) + b"\xff" * 50, size) == both


def test_a_section_ends_where_another_packet_starts() -> None:
    first, second = pmt(info=bytes(200)), pat()
    payloads = [
        (True, b"\0" + first[:180]),
        (True, bytes([len(first) - 180]) + first[180:] + second),
        (False, b"\xff" * 184),
    ]
    assert list(sections(payloads)) == [first, second]


def test_sections_without_a_start_and_with_a_wrong_checksum() -> None:
    broken = bytearray(pat())
    broken[-1] ^= 1
    assert list(sections([(False, b"\0" + pat())])) == []
    assert list(sections([(True, b"\0" + broken + pat())])) == [pat()]
    assert list(sections([(True, b"\0\xff\0\0" + pat())])) == [], "after stuffing"
    assert list(sections([(True, b""), (True, b"\xf0")])) == []


def test_longest_section() -> None:
    longest, longer = section(2, bytes(1024 - 12)), section(2, bytes(1024 - 11))
    assert whole_sections(b"\0" + longest, 184) == [longest]
    assert whole_sections(b"\0" + longer + pat(), 184) == [pat()]


def test_stuffing_without_end_is_let_go_of() -> None:
    held = ((number == 0, bytes(1) + b"\xff" * 183) for number in range(50))
    assert list(sections(held)) == []


def test_our_own_are_what_the_standard_says() -> None:
    found = Streams(0x101, Stream(0x100, Codec.H264), Stream(0x101, Codec.AAC))
    assert pat_section(0x1000) == pat(0x1000)
    both = pmt([(H264, 0x100), (AAC, 0x101)], pcr=0x101)
    assert pmt_section(0, found) == both
    assert packet_of(both, 0x123, 0) == (b"\x47\x41\x23\x10\0" + both).ljust(188, b"\xff")


@pytest.mark.parametrize(
    ("kind", "codec"),
    [
        (0x02, Codec.MPEG2),
        (0x1B, Codec.H264),
        (0x24, Codec.HEVC),
        (0x03, Codec.MP3),
        (0x04, Codec.MP2),
        (0x0F, Codec.AAC),
        (0x11, Codec.LATM),
        (0x81, Codec.AC3),
    ],
)
@pytest.mark.parametrize("pid", [0x10, 0x1FFE])
def test_every_format(kind: int, codec: Codec, pid: int) -> None:
    found = streams(pmt([(kind, pid)]))
    assert found is not None
    assert {found.video, found.audio} == {Stream(pid, codec), None}
    assert (found.video is None) is (codec.value.startswith(("mp2", "mp3", "a")))
    assert STREAM_TYPES[codec] == kind


def described(*sounds: tuple[int, bytes]) -> bytes:
    """A PMT with sound on the PIDs from 0x40 on, each of a type and with descriptors."""
    body = (0xE000 | VIDEO).to_bytes(2) + b"\xf0\x00"
    for pid, (kind, descriptors) in enumerate(sounds, 0x40):
        body += bytes([kind]) + (0xE000 | pid).to_bytes(2)
        body += (0xF000 | len(descriptors)).to_bytes(2) + descriptors
    return section(2, body)


@pytest.mark.parametrize(
    ("kind", "descriptors", "codec"),
    [
        pytest.param(0x87, b"", Codec.EAC3, id="ATSC"),
        pytest.param(0x06, b"\x6a\1\0", Codec.AC3, id="DVB, AC-3"),
        pytest.param(0x06, b"\x7a\0", Codec.EAC3, id="DVB, nothing behind the tag"),
        pytest.param(0x06, b"\x0a\4eng\0\x7a\1\0", Codec.EAC3, id="DVB, after the language"),
        pytest.param(0x06, b"\x0a\4\x6a\x7a\x6a\x7a", None, id="in another descriptor"),
        pytest.param(0x06, b"\x0a\0\x6a", None, id="half a descriptor"),
        pytest.param(0x06, b"\x0a\xff\x6a\0", None, id="descriptor too long"),
        pytest.param(0x06, b"", None, id="private"),
        pytest.param(0x05, b"\x6a\1\0", None, id="of another type"),
        pytest.param(0x88, b"", None, id="next type"),
    ],
)
def test_sound_that_few_players_know(kind: int, descriptors: bytes, codec: Codec | None) -> None:
    found = streams(described((kind, descriptors)))
    assert found is not None
    assert found.audio == (Stream(0x40, codec) if codec else None)


@pytest.mark.parametrize("rarer", [(0x87, b""), (0x06, b"\x6a\1\0")])
def test_other_sound_comes_before_what_few_players_know(rarer: tuple[int, bytes]) -> None:
    for kind, codec in ((AAC, Codec.AAC), (AC3, Codec.AC3)):
        found = streams(described(rarer, (kind, b"\x7a\1\0")))
        assert found is not None
        assert found.audio == Stream(0x41, codec)
    found = streams(described(rarer, (0x87, b"")))
    assert found is not None
    assert found.audio is not None
    assert found.audio.pid == 0x40


def test_enhanced_sound_is_declared_as_by_dvb() -> None:
    """hls.js plays no channel with type 0x87 in its tables, but one with what it does not know."""
    found = Streams(0x40, None, Stream(0x40, Codec.EAC3))
    whole = pmt_section(0, found)
    assert whole[12:-4] == b"\x06\xe0\x40\xf0\3\x7a\1\0"
    assert bitwise(whole) == 0
    assert streams(whole) == found
    both = found._replace(video=Stream(0x100, Codec.H264))
    assert streams(pmt_section(0, both)) == both


def test_a_table_without_a_stream() -> None:
    assert streams(pmt([])) == Streams(VIDEO, None, None)


def test_a_programme_that_is_nowhere_is_passed_over() -> None:
    assert pmt_pid(section(0, b"\0\1\xff\xff" + b"\0\2\xe1\x23")) == 0x123


@pytest.mark.parametrize(("first", "found"), [(1023, [pat()]), (1024, [])])
def test_a_section_that_is_too_long_for_one_is_let_go_of(first: int, found: list[bytes]) -> None:
    longer = section(2, bytes(1024 - 11))
    payloads = [(True, b"\0" + longer[:first]), (False, longer[first:] + pat())]
    assert list(sections(payloads)) == found


def test_after_too_much_stuffing_a_section_has_to_start() -> None:
    stuffed = (True, b"\0" + b"\xff" * 1024)
    assert list(sections([stuffed, (False, pat()), (True, b"\0" + pmt())])) == [pmt()]
