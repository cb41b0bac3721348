"""What bytes are that were to be a transport stream."""

import pytest

from downlink.relay.segment_error import Flaw, foreign


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (b"<html>", Flaw.HTML),
        (b"\xef\xbb\xbf \r\n<!DOCTYPE html>", Flaw.HTML),
        (b'{"error": 1}', Flaw.JSON),
        (b"\n[1]", Flaw.JSON),
        (b"#EXTM3U\n", Flaw.PLAYLIST),
        (b"#EXINF", Flaw.UNKNOWN),
        (b"\xef\xbb\xbfWEBVTT\n", Flaw.SUBTITLES),
        (b"ID3\x04", Flaw.PACKED_AUDIO),
        (b"\x0b\x77", Flaw.PACKED_AUDIO),
        (b"\xff\xe0", Flaw.PACKED_AUDIO),
        (b"\xff\xf1", Flaw.PACKED_AUDIO),
        (b"\xff\xdf", Flaw.UNKNOWN),
        (b"\xff", Flaw.UNKNOWN),
        (b"\xfe\xf1", Flaw.UNKNOWN),
        (b"", Flaw.UNKNOWN),
        (b"GIF89a", Flaw.IMAGE),
        (b"GIF9", Flaw.UNKNOWN),
        (b"\x89PNG", Flaw.IMAGE),
        (b"\xff\xd8\xff\xe0", Flaw.IMAGE),
        (b"\xff\xd8\xfe", Flaw.UNKNOWN),
        (b"RIFF\0\0\0\0WEBP", Flaw.IMAGE),
        *(
            (b"\0\0\0\x18" + box, Flaw.FRAGMENTED_MP4)
            for box in (b"ftyp", b"styp", b"moof", b"moov", b"sidx", b"emsg", b"prft", b"mdat")
        ),
        # What an MP4 is called by lies behind the length of its box, whatever that looks like.
        (b"<\0\0\0moof", Flaw.FRAGMENTED_MP4),
        (b"moof\0\0\0\0", Flaw.UNKNOWN),
        (b"\0\0\0\0\x18moof", Flaw.UNKNOWN),
        (b" " * 1023 + b"<html>", Flaw.HTML),
        (b" " * 1024 + b"<html>", Flaw.UNKNOWN),
    ],
)
def test_kind_of_something_else(data: bytes, flaw: Flaw) -> None:
    error = foreign(data)
    assert error.flaw is flaw
    assert "not a transport stream" in str(error)
