"""Limits of what is read from H.264 and AAC."""

import pytest

from downlink.relay.elementary import aac_frames, aac_parameters, h264_parameters, starts_h264

from .writer import OTHER, SPS, adts

START = b"\0\0\1"
PPS = START + b"\x68\xee\x3c\x80"
AUD = START + b"\x09\xf0"
# ISO/IEC 14496-3, table 1.18
RATES = (
    *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000),
    *(22_050, 16_000, 12_000, 11_025, 8_000, 7_350),
)


@pytest.mark.parametrize(("index", "rate"), enumerate(RATES))
def test_how_long_a_frame_lasts_at_every_rate(index: int, rate: int) -> None:
    count, ticks = aac_frames(adts(2, rate=index))
    assert count == 2
    assert ticks == pytest.approx(1024 * 90_000 / rate)


@pytest.mark.parametrize("size", [7, 8, 255, 256, 2047, 2048, 4097, 8191])
def test_frames_of_every_length(size: int) -> None:
    assert aac_frames(adts(3, size=size)) == (3, 1920.0)


@pytest.mark.parametrize(
    ("behind", "count"),
    [
        pytest.param(adts()[:7], 2, id="head-alone"),
        pytest.param(adts()[:6], 1, id="part-of-a-head"),
        pytest.param(b"\xfe" + adts()[1:], 1, id="first-byte"),
        pytest.param(b"\xff\xe1" + adts()[2:], 1, id="second-byte"),
        pytest.param(b"\xff\xf3" + adts()[2:], 1, id="layer"),
        pytest.param(adts(1, rate=13), 1, id="no-such-rate"),
        pytest.param(adts(2, rate=12), 3, id="last-rate"),
        pytest.param(b"\xff\xf1\x4c\x80\0\xdf\xfc", 1, id="six-bytes-long"),
    ],
)
def test_counting_ends_where_no_frame_starts(behind: bytes, count: int) -> None:
    assert aac_frames(adts() + behind)[0] == count


def test_what_a_sound_says_of_itself() -> None:
    assert aac_parameters(b"\xff\xf1\xff\xff") == b"\xfd\xc0"
    assert aac_parameters(b"\xfe\xf1\xff\xff") == b""
    assert aac_parameters(b"\xff\xe1\xff\xff") == b""


@pytest.mark.parametrize("kind", range(32))
@pytest.mark.parametrize("importance", [1, 2, 3])
def test_decoding_starts_with_a_refresh_or_its_parameters(kind: int, importance: int) -> None:
    unit = START + bytes([importance << 5 | kind])
    assert starts_h264(OTHER + unit) is (kind in (5, 7))


@pytest.mark.parametrize("kind", range(32))
def test_parameters_end_with_the_first_slice(kind: int) -> None:
    unit = START + bytes([0x60 | kind]) + b"\x88"
    found = h264_parameters(SPS + unit + PPS)
    if 1 <= kind <= 5:
        assert found == SPS[1:]
    elif kind in (7, 8):
        assert found == SPS[1:] + unit + PPS
    else:
        assert found == SPS[1:] + PPS


def test_the_last_unit_that_is_looked_at() -> None:
    assert h264_parameters(AUD * 63 + SPS + PPS) == SPS[1:]
