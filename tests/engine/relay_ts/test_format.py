"""What a segment says of how it is encoded: whether a decoder can go on with the next one."""

import pytest

from downlink.relay.elementary import aac_parameters, h264_parameters
from downlink.relay.slate import slate_segment
from downlink.relay.tables import Codec
from downlink.relay.transport_stream import inspect

from .nodes import run
from .writer import AAC, AUDIO, H264, IDR, MP3, OTHER, SPS, VIDEO, Writer, adts, pes, segment

START = b"\0\0\1"
AUD, SEI = START + b"\x09\xf0", START + b"\x06\x05\x01\x80"
PPS = START + b"\x68\xee\x3c\x80"
SLICE = START + b"\x65\x88"
KNOWN = SPS[1:] + PPS


@pytest.mark.parametrize(
    ("access_unit", "parameters"),
    [
        pytest.param(SPS + PPS + SLICE, KNOWN, id="usual"),
        pytest.param(AUD + SPS + b"\0" + SEI + PPS + SLICE, KNOWN, id="others between them"),
        pytest.param(SPS + bytes(9) + PPS + b"\0" + SLICE, KNOWN, id="zeros behind them"),
        pytest.param(b"\xff\0\0" + SPS + PPS, KNOWN, id="no slice"),
        pytest.param(SPS + PPS + PPS + SLICE, KNOWN + PPS, id="two for pictures"),
        pytest.param(SPS.replace(b"\x67", b"\x27") + SLICE, START + b"\x27" + SPS[5:], id="27"),
        pytest.param(SLICE + SPS + PPS, b"", id="behind the picture"),
        pytest.param(SPS + SLICE + PPS, SPS[1:], id="one behind the picture"),
        pytest.param(PPS + SLICE, b"", id="only for pictures"),
        pytest.param(IDR, b"", id="none"),
        pytest.param(OTHER, b"", id="no refresh"),
        pytest.param(b"", b"", id="nothing"),
        pytest.param(START, b"", id="only a start"),
        pytest.param(START * 9 + SPS + PPS, KNOWN, id="empty units"),
        pytest.param(SPS[:-1], SPS[1:-1], id="cut off"),
        pytest.param(AUD * 62 + SPS + PPS, KNOWN, id="64 units"),
        pytest.param(AUD * 64 + SPS + PPS, b"", id="more units"),
        pytest.param((START + b"\x67").ljust(1024, b"x"), "all", id="1024 bytes"),
        pytest.param((START + b"\x67").ljust(1025, b"x"), b"", id="1025 bytes"),
    ],
)
def test_parameters_of_a_picture(access_unit: bytes, parameters: bytes | str) -> None:
    expected = access_unit if isinstance(parameters, str) else parameters
    assert h264_parameters(access_unit) == expected


def test_a_picture_of_nothing_but_starts_takes_no_longer() -> None:
    assert h264_parameters(START * 1_000_000) == b""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(adts(), adts(5, size=99), True, id="longer"),
        pytest.param(adts(), b"\xff\xf0" + adts()[2:], True, id="checksum"),
        pytest.param(adts(), b"\xff\xf9" + adts()[2:], True, id="MPEG-2"),
        pytest.param(adts(), adts()[:2] + b"\x4e" + adts()[3:], True, id="private bit"),
        pytest.param(adts(), adts()[:3] + b"\xbc" + adts()[4:], True, id="copyright"),
        pytest.param(adts(), adts(rate=4), False, id="rate"),
        pytest.param(adts(), adts()[:2] + b"\x0c" + adts()[3:], False, id="profile"),
        pytest.param(adts(), adts()[:2] + b"\x4d" + adts()[3:], False, id="many channels"),
        pytest.param(adts(), adts()[:3] + b"\x40" + adts()[4:], False, id="one channel"),
    ],
)
def test_parameters_of_sound(one: bytes, other: bytes, same: bool) -> None:
    assert aac_parameters(one)
    assert aac_parameters(other)
    assert (aac_parameters(one) == aac_parameters(other)) is same


@pytest.mark.parametrize("payload", [b"", adts()[:3], b"ID3\4" + adts(), b"\xff\xfb\x90\0"])
def test_sound_that_does_not_say(payload: bytes) -> None:
    assert aac_parameters(payload) == b""


def test_both() -> None:
    info = inspect(segment(0, parameters=SPS + PPS))
    assert info.format == (
        ("video", Codec.H264, KNOWN),
        ("audio", Codec.AAC, aac_parameters(adts())),
    )
    assert info.format == inspect(segment(12345, frames=3, delay=9, parameters=SPS + PPS)).format


def test_only_what_is_there() -> None:
    info = inspect(segment(0, sounds=False, parameters=SPS + PPS))
    assert info.format == (("video", Codec.H264, KNOWN),)
    info = inspect(segment(0, picture=False))
    assert info.format == (("audio", Codec.AAC, aac_parameters(adts())),)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(segment(0), id="picture"),
        pytest.param(segment(0, parameters=SPS, sound=MP3), id="sound"),
    ],
)
def test_nothing_is_known_where_one_does_not_say(data: bytes) -> None:
    assert inspect(data).format is None


def test_the_first_picture_and_the_first_sound_count() -> None:
    writer = Writer()
    writer.tables([(H264, VIDEO), (AAC, AUDIO)], VIDEO)
    writer.add(VIDEO, pes(1, payload=bytes(300) + SPS + PPS + SLICE))
    writer.add(AUDIO, pes(1, payload=adts(rate=4), kind=0xC0))
    writer.add(VIDEO, pes(2, payload=SPS + SLICE))
    writer.add(AUDIO, pes(2, payload=adts(), kind=0xC0))
    assert inspect(writer.data).format == (
        ("video", Codec.H264, KNOWN),
        ("audio", Codec.AAC, aac_parameters(adts(rate=4))),
    )


def test_the_slate_says_what_the_decoder_is_set_up_with() -> None:
    """What ffmpeg finds in it as parameters is what is found here."""
    data = slate_segment(radio=False)[0]
    found = inspect(data).format
    assert found is not None
    assert [(kind, codec) for kind, codec, _ in found] == [
        ("video", Codec.H264),
        ("audio", Codec.AAC),
    ]
    command = ("ffmpeg", "-v", "error", "-i", "-", "-map", "0:v", "-c", "copy", "-frames:v", "1")
    only = ("-bsf:v", "filter_units=pass_types=7-8", "-f", "h264", "-")
    out, _ = run(*command, *only, data=data)
    assert found[0][2] == out.replace(b"\0\0\0\1", b"\0\0\1")
