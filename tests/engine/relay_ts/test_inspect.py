"""What is in a segment, and what is refused by which name."""

from collections.abc import Callable

import pytest

from downlink.errors import DownlinkError
from downlink.limits import MAX_SEGMENT_BYTES, MAX_SEGMENT_SECONDS, MIB
from downlink.relay import tables
from downlink.relay.joiner import Joiner
from downlink.relay.segment_error import Flaw, SegmentError
from downlink.relay.segment_info import MAX_JUMP
from downlink.relay.tables import Codec, crc32
from downlink.relay.transport_stream import MAX_BACK, inspect

from .writer import (
    AAC,
    AUDIO,
    FRAME,
    H264,
    ID3,
    IDR,
    MP3,
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
    section,
    segment,
)

WRAP = 1 << 33
USUAL = 3600
"""Ticks of what nothing says the length of."""


def flaw_of(data: bytes) -> Flaw:
    with pytest.raises(SegmentError) as caught:
        inspect(data)
    assert isinstance(caught.value, DownlinkError)
    assert str(caught.value).startswith("The segment was refused: ")
    return caught.value.flaw


def only(*parts: Callable[[Writer], object], clock: int = VIDEO) -> bytes:
    """A segment with a picture's packets made one by one."""
    writer = Writer()
    writer.tables([(H264, VIDEO), (AAC, AUDIO)], clock)
    for part in parts:
        part(writer)
    return writer.data


def shown(pts: int, dts: int | None = None, first: int = 0) -> Callable[[Writer], None]:
    return lambda writer: writer.add(VIDEO, pes(pts, dts), first=first)


def ticking(ticks: int) -> Callable[[Writer], object]:
    return lambda writer: writer.packet(VIDEO, fields=pcr_fields(ticks))


def test_says_what_is_there() -> None:
    info = inspect(segment(90_000, frames=10, delay=FRAME * 2))
    assert (info.video, info.audio) == (Codec.H264, Codec.AAC)
    assert info.first_pts == 90_000 + FRAME * 2
    assert info.last_pts == 90_000 + FRAME * 11
    assert info.seconds == 10 * FRAME / 90_000
    assert info.pcr_seconds == pytest.approx(9 * FRAME / 90_000)
    assert info.keyframe
    assert info.packets == 22
    assert info.tracks["audio"].end == 90_000 + FRAME * 9 + SOUND * 2


def test_radio() -> None:
    info = inspect(segment(5, picture=False))
    assert (info.video, info.audio, info.keyframe) == (None, Codec.AAC, False)
    assert info.seconds == pytest.approx(9 * FRAME / 90_000 + 2 * 1024 / 48_000)
    assert info.pcr_seconds == pytest.approx(9 * FRAME / 90_000)


def test_declared_but_not_there() -> None:
    info = inspect(segment(5, sounds=False))
    assert (info.video, info.audio) == (Codec.H264, None)


@pytest.mark.parametrize("at", [WRAP - 1, WRAP - FRAME * 5, 0, 1])
def test_wrap_inside(at: int) -> None:
    info = inspect(segment(at, frames=10))
    assert info.seconds == 10 * FRAME / 90_000
    assert info.pcr_seconds == pytest.approx(9 * FRAME / 90_000)


def test_no_clock_at_all() -> None:
    assert inspect(only(shown(100), shown(3700))).pcr_seconds is None


def test_one_picture_lasts_as_long_as_usual() -> None:
    assert inspect(only(shown(100))).seconds == 0.04


def test_sound_that_is_not_counted_lasts_as_long_as_the_one_before() -> None:
    data = segment(0, picture=False, sound=MP3)
    assert inspect(data).seconds == 10 * FRAME / 90_000


@pytest.mark.parametrize(
    ("payload", "ticks"),
    [
        pytest.param(adts(7), 7 * SOUND, id="48000"),
        pytest.param(adts(3, rate=4), round(2 * 1024 * 90_000 / 44_100) + 2090, id="44100"),
        pytest.param(adts(1, rate=12), round(1024 * 90_000 / 7_350), id="7350"),
        pytest.param(adts(2)[:40], 2 * SOUND, id="cut-short"),
        pytest.param(adts(1, rate=13), USUAL, id="no-such-rate"),
        pytest.param(adts(1, size=7)[:6] + b"\xfc", SOUND, id="shortest"),
        pytest.param(b"\xff\xf1\x4c\x80\0\xdf\xfc", USUAL, id="shorter-than-its-head"),
        pytest.param(b"no sound", USUAL, id="none"),
        pytest.param(adts(513, size=7), 512 * SOUND, id="too-many"),
    ],
)
def test_how_long_sound_lasts(payload: bytes, ticks: int) -> None:
    writer = Writer()
    writer.tables([(AAC, AUDIO)], AUDIO)
    writer.add(AUDIO, pes(1000, payload=payload, kind=0xC0))
    assert inspect(writer.data).tracks["audio"].end == 1000 + ticks


@pytest.mark.parametrize(
    ("payload", "fields", "keyframe"),
    [
        pytest.param(OTHER, b"\x40", True, id="announced"),
        pytest.param(IDR, b"\0", True, id="refresh"),
        pytest.param(b"\0\0\1\x67" + OTHER, None, True, id="parameters"),
        pytest.param(bytes(200) + IDR, None, True, id="in-a-later-packet"),
        pytest.param(OTHER, None, False, id="neither"),
        pytest.param(bytes(200) + OTHER, b"", False, id="nothing said"),
    ],
)
def test_keyframe(payload: bytes, fields: bytes | None, keyframe: bool) -> None:
    data = only(lambda writer: writer.add(VIDEO, pes(1, payload=payload), fields=fields))
    assert inspect(data).keyframe is keyframe


def test_keyframe_of_another_format_has_to_be_announced() -> None:
    writer = Writer()
    writer.tables([(0x02, VIDEO)], VIDEO)
    writer.add(VIDEO, pes(1, payload=IDR))
    assert not inspect(writer.data).keyframe


def test_the_next_picture_is_not_looked_into() -> None:
    assert not inspect(
        only(shown(1), lambda writer: writer.add(VIDEO, pes(2, payload=IDR)))
    ).keyframe


@pytest.mark.parametrize("first", [1, 8, 9, 13, 18])
def test_head_of_a_pes_packet_over_packets(first: int) -> None:
    data = only(shown(123_456, 120_000, first=first), shown(127_056, 123_600))
    info = inspect(data)
    assert (info.first_pts, info.last_pts) == (123_456, 127_056)
    assert info.tracks["video"].first == 120_000


def test_tables_over_packets_and_after_others() -> None:
    writer = Writer()
    writer.null()
    writer.packet(0x11, bytes(184), start=True)
    writer.table(0, pat(), room=9)
    writer.table(PMT, pmt(current=False), pmt(info=bytes(400)))
    writer.add(VIDEO, pes(1))
    assert inspect(writer.data).video is Codec.H264


HTML = b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        pytest.param(b"", Flaw.EMPTY, id="nothing"),
        pytest.param(HTML, Flaw.HTML, id="html"),
        pytest.param(b"\xef\xbb\xbf\r\n " + HTML * 9, Flaw.HTML, id="html-after-blanks"),
        pytest.param(b'{"error": 404}', Flaw.JSON, id="json"),
        pytest.param(b"[1, 2]", Flaw.JSON, id="json-list"),
        pytest.param(b"#EXTM3U\n#EXTINF:2,\na.ts\n", Flaw.PLAYLIST, id="playlist"),
        pytest.param(b"WEBVTT\n\n", Flaw.SUBTITLES, id="subtitles"),
        pytest.param(b"ID3\4\0\0" + adts(9), Flaw.PACKED_AUDIO, id="id3"),
        pytest.param(adts(20), Flaw.PACKED_AUDIO, id="adts"),
        pytest.param(b"\xff\xfb\x90\0" + bytes(900), Flaw.PACKED_AUDIO, id="mp3"),
        pytest.param(b"\x0b\x77" + bytes(900), Flaw.PACKED_AUDIO, id="ac3"),
        pytest.param(b"\0\0\0\x18ftypiso5" + bytes(900), Flaw.FRAGMENTED_MP4, id="ftyp"),
        pytest.param(b"\0\0\0\x18stypmsdh" + bytes(900), Flaw.FRAGMENTED_MP4, id="styp"),
        pytest.param(b"\0\0\0\x18moof" + bytes(900), Flaw.FRAGMENTED_MP4, id="moof"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(900), Flaw.IMAGE, id="png"),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(900), Flaw.IMAGE, id="jpeg"),
        pytest.param(b"GIF89a" + bytes(900), Flaw.IMAGE, id="gif-starts-like-a-packet"),
        pytest.param(b"RIFF\0\0\0\0WEBP" + bytes(900), Flaw.IMAGE, id="webp"),
        pytest.param(b"nothing that is known", Flaw.UNKNOWN, id="text"),
        pytest.param(bytes(9000), Flaw.UNKNOWN, id="zeros"),
        pytest.param(b"\x47", Flaw.TRUNCATED, id="one-byte"),
        pytest.param(segment(0)[: PACKET - 1], Flaw.TRUNCATED, id="first-packet"),
        pytest.param(segment(0)[:-1], Flaw.TRUNCATED, id="a-byte-less"),
        pytest.param(segment(0) + b"\x47", Flaw.TRUNCATED, id="a-byte-more"),
        pytest.param(segment(0)[1:], Flaw.CORRUPT, id="start-lost"),
        pytest.param(segment(0)[:500] + segment(0)[501:], Flaw.CORRUPT, id="sync-lost"),
        pytest.param(b"\0" + segment(0)[1:], Flaw.CORRUPT, id="first-sync-broken"),
        pytest.param(b"\x47\x1f\xff\x10" + bytes(184), Flaw.NO_TABLES, id="null"),
        pytest.param(segment(0)[PACKET:], Flaw.NO_TABLES, id="no-pat"),
        pytest.param(segment(0)[:PACKET] + segment(0)[2 * PACKET :], Flaw.NO_TABLES, id="no-pmt"),
        pytest.param(only(), Flaw.NO_TIMESTAMPS, id="tables-only"),
        pytest.param(
            only(lambda writer: writer.add(VIDEO, pes(None))), Flaw.NO_TIMESTAMPS, id="no-pts"
        ),
    ],
)
def test_refused(data: bytes, flaw: Flaw) -> None:
    assert flaw_of(data) is flaw


def test_refused_for_its_tables() -> None:
    def with_table(whole: bytes) -> bytes:
        writer = Writer()
        writer.table(0, pat())
        writer.table(PMT, whole)
        writer.add(VIDEO, pes(1))
        return writer.data

    assert flaw_of(with_table(pmt([(ID3, VIDEO)]))) is Flaw.NO_STREAMS
    assert flaw_of(with_table(pmt([(H264, PMT)]))) is Flaw.NO_TABLES
    assert flaw_of(with_table(pmt()[:-1] + b"\0")) is Flaw.NO_TABLES
    assert flaw_of(with_table(section(66, bytes(20)))) is Flaw.NO_TABLES
    assert inspect(with_table(pmt())).video is Codec.H264


def changed(data: bytes, packet: int, at: int, byte: int) -> bytes:
    return data[: packet * PACKET + at] + bytes([byte]) + data[packet * PACKET + at + 1 :]


@pytest.mark.parametrize(
    ("at", "byte", "flaw"),
    [
        pytest.param(1, 0xC0, Flaw.CORRUPT, id="marked-as-damaged"),
        pytest.param(3, 0x80, Flaw.SCRAMBLED, id="scrambled"),
        pytest.param(3, 0x71, Flaw.SCRAMBLED, id="scrambled-with-payload"),
        pytest.param(4, 184, Flaw.CORRUPT, id="adaptation-too-long"),
        pytest.param(4, 255, Flaw.CORRUPT, id="adaptation-much-too-long"),
        pytest.param(4, 183, Flaw.CORRUPT, id="no-room-for-the-head"),
    ],
)
def test_refused_for_a_packet(at: int, byte: int, flaw: Flaw) -> None:
    data = only(lambda writer: writer.add(VIDEO, pes(1, payload=b""), fields=b"\0" * 150))
    assert flaw_of(changed(data, 2, at, byte)) is flaw


def test_refused_for_a_packet_of_a_table() -> None:
    data = changed(only(shown(1)), 0, 3, 0x31)
    assert flaw_of(changed(data, 0, 4, 184)) is Flaw.CORRUPT
    assert flaw_of(changed(data, 0, 4, 183)) is Flaw.NO_TABLES


def test_null_packets_may_look_scrambled() -> None:
    data = only(shown(1), Writer.null)
    assert inspect(changed(data, 3, 3, 0xD0)).packets == 4


def test_a_packet_without_payload_has_no_head_to_be_read() -> None:
    data = only(shown(1), lambda writer: writer.packet(VIDEO, start=True, fields=b"\0"))
    assert inspect(data).packets == 4
    reserved = only(shown(1), lambda writer: writer.packet(VIDEO, b"x" * 184))
    assert inspect(changed(reserved, 3, 3, 0x00)).packets == 4
    no_length = only(shown(1), lambda writer: writer.packet(VIDEO, b"x" * 183))
    assert inspect(no_length).packets == 4


@pytest.mark.parametrize(
    ("whole", "flaw"),
    [
        pytest.param(b"\0\0\2\xe0" + bytes(30), Flaw.CORRUPT, id="no-start-code"),
        pytest.param(b"\0\0\1\xe0\0\0\x80\x80\4" + bytes(30), Flaw.CORRUPT, id="no-room-for-pts"),
        pytest.param(b"\0\0\1\xe0\0\0\x80\xc0\x09" + bytes(30), Flaw.CORRUPT, id="none-for-dts"),
        pytest.param(b"\0\0\1\xe0\0\0\xb0\x80\5" + bytes(30), Flaw.SCRAMBLED, id="scrambled"),
        pytest.param(pes(5)[:8], Flaw.CORRUPT, id="ends-in-its-head"),
        pytest.param(pes(5)[:13], Flaw.CORRUPT, id="ends-in-its-pts"),
    ],
)
def test_refused_for_a_pes_packet(whole: bytes, flaw: Flaw) -> None:
    assert flaw_of(only(lambda writer: writer.add(VIDEO, whole))) is flaw


def test_a_head_that_another_one_cuts_short() -> None:
    writer = Writer()
    writer.tables([(H264, VIDEO)], VIDEO)
    writer.packet(VIDEO, pes(5)[:10], start=True)
    writer.packet(AUDIO, bytes(184))
    writer.packet(VIDEO, pes(6)[:60], start=True)
    assert flaw_of(writer.data) is Flaw.CORRUPT


type Part = Callable[[Writer], object]


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(lambda by: (shown(0), shown(MAX_JUMP + by)), id="forward"),
        pytest.param(
            lambda by: (shown(9 * MAX_BACK, 9 * MAX_BACK), shown(9 * MAX_BACK, 8 * MAX_BACK - by)),
            id="back",
        ),
        pytest.param(lambda by: (ticking(0), shown(MAX_JUMP + by)), id="ahead-of-its-clock"),
        pytest.param(lambda by: (shown(0), ticking(MAX_JUMP + by)), id="clock-far-ahead"),
        pytest.param(lambda by: (shown(0), ticking(MAX_BACK), ticking(-by)), id="clock-goes-back"),
        pytest.param(lambda by: (shown(MAX_JUMP + by, 0),), id="shown-late"),
    ],
)
def test_a_timeline_that_breaks(parts: Callable[[int], tuple[Part, ...]]) -> None:
    assert inspect(only(*parts(0))).video is Codec.H264
    assert flaw_of(only(*parts(1))) is Flaw.TIMESTAMPS


def test_longest() -> None:
    times = [second * 90_000 for second in range(MAX_SEGMENT_SECONDS)]
    assert inspect(only(*map(shown, times))).seconds == MAX_SEGMENT_SECONDS
    times[-1] += 1
    assert flaw_of(only(*map(shown, times))) is Flaw.TIMESTAMPS


PADDING = b"\x47\x1f\xff\x10" + bytes(184)


def test_ten_seconds_of_a_good_picture() -> None:
    """Four megabits a second, of which most is padding here."""
    data = segment(0) + PADDING * (5 * MIB // PACKET)
    info = inspect(data)
    assert info.packets == len(data) // PACKET
    assert Joiner().join(data, discontinuity=False, info=info)


def test_largest() -> None:
    data = segment(0)
    room, rest = divmod(MAX_SEGMENT_BYTES, PACKET)
    largest = data + PADDING * (room - len(data) // PACKET)
    assert inspect(largest).packets == room
    assert flaw_of(largest + b"\x47" * rest) is Flaw.TRUNCATED
    assert flaw_of(largest + b"\x47" * (rest + 1)) is Flaw.TOO_LARGE


@pytest.mark.parametrize("pid", [0, PMT])
def test_what_looks_like_tables_is_not_looked_at_for_long(
    monkeypatch: pytest.MonkeyPatch, pid: int
) -> None:
    """A packet of zeros is taken for sixty sections of three bytes."""
    asked = 0

    def count(section: bytes) -> int:
        nonlocal asked
        asked += 1
        return crc32(section)

    monkeypatch.setattr(tables, "crc32", count)
    writer = Writer()
    writer.table(0, pat())
    zeros = b"\x47" + (0x4000 | pid).to_bytes(2) + b"\x10" + bytes(184)
    good = writer.data if pid else b""
    assert flaw_of(good + zeros * 11_000 + segment(0)) is Flaw.NO_TABLES
    assert 0 < asked < 10_000


def test_tables_may_come_late() -> None:
    late = b"".join([b"\x47\x40\0\x10" + b"\xff" * 184] * 127)
    assert inspect(late + segment(0)).video is Codec.H264
