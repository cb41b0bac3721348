"""The bytes of a file: unpacked by what they are, decoded by what they say."""

import gzip

import pytest

from downlink.errors import FeedError
from downlink.formats.encoding import codec_named, codec_of_mark, unpack
from downlink.formats.m3u import parse_m3u
from downlink.formats.xmltv_reader import parse_xmltv
from downlink.limits import MAX_FILE_BYTES

from ..samples import seconds_of


def test_other_files_stay_as_they_are() -> None:
    assert unpack(b"#EXTM3U", "playlist") == b"#EXTM3U"
    assert unpack(b"", "playlist") == b""


def test_gzip_whatever_the_name_says() -> None:
    data = gzip.compress(b"#EXTM3U\n#EXTINF:-1,Movies\nhttp://a/\n")
    assert [entry.name for entry in parse_m3u(data)] == ["Movies"]
    guide = gzip.compress(b"<tv><channel id='a'/></tv>")
    assert parse_xmltv(guide).channels == {"a": ()}


def test_several_in_one_file_and_something_behind_them() -> None:
    assert unpack(gzip.compress(b"a") + gzip.compress(b"b") + b"\0\0", "guide") == b"ab"


def test_at_the_limit() -> None:
    assert len(unpack(gzip.compress(b"\0" * MAX_FILE_BYTES), "guide")) == MAX_FILE_BYTES
    for data in (
        gzip.compress(b"\0" * (MAX_FILE_BYTES + 1)),
        gzip.compress(b"\0" * MAX_FILE_BYTES) + gzip.compress(b"\0"),
        b"\0" * (MAX_FILE_BYTES + 1),
    ):
        with pytest.raises(FeedError, match="larger than"):
            unpack(data, "guide")


def test_what_is_cut_off_or_damaged() -> None:
    whole = gzip.compress(bytes(range(256)) * 9)
    with pytest.raises(FeedError, match="cut off"):
        unpack(whole[:-1], "guide")
    with pytest.raises(FeedError, match="damaged"):
        unpack(whole[:-8] + b"\0\0\0\0" + whole[-4:], "guide")


def test_a_bomb_is_cheap() -> None:
    bomb = gzip.compress(b"\0" * (4 * MAX_FILE_BYTES))
    honest = gzip.compress(b"\0" * MAX_FILE_BYTES)

    def refused() -> None:
        with pytest.raises(FeedError):
            unpack(bomb, "guide")

    assert seconds_of(refused) < 3 * seconds_of(lambda: unpack(honest, "guide"))


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf8", "utf-8"),
        ("utf_8", "utf-8"),
        ("US-ASCII", "ascii"),
        ("latin1", "iso8859-1"),
        ("Latin-1", "iso8859-1"),
        ("ISO_8859-15", "iso8859-15"),
        ("iso8859_2", "iso8859-2"),
        ("windows-1252", "cp1252"),
        ("Windows_1251", "cp1251"),
        ("win1250", "cp1250"),
        ("WIN-1252", "cp1252"),
        ("cp-1252", "cp1252"),
        ("ANSI", "cp1252"),
        ("GB2312", "gb2312"),
        ("Big5", "big5"),
        ("EUC-KR", "euc_kr"),
        ("koi8-r", "koi8-r"),
        ("iso-8859-16", "iso8859-16"),
        ("windows-1250", "cp1250"),
        ("windows-1258", "cp1258"),
        ("Windows 874", "cp874"),
        ("unicode", "utf-8"),
        ("western", "cp1252"),
        ("utf8mb4", "utf-8"),
    ],
)
def test_everyday_names(name: str, codec: str) -> None:
    assert codec_named(name) == codec


@pytest.mark.parametrize(
    "name",
    [
        *("", "x", "win", "windows-", "../x", "a" * 40, "utf-8\0", "utf-7", "undefined", "zip"),
        *("unicode_escape", "raw_unicode_escape", "punycode", "idna", "base64", "rot13"),
    ],
)
def test_not_an_encoding_of_text(name: str) -> None:
    assert codec_named(name) is None


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_marks_of_utf_16(codec: str) -> None:
    data = "#EXTM3U".encode(codec)
    found = codec_of_mark(data, "#")
    assert found
    assert data.decode(found) == "#EXTM3U"
    assert codec_of_mark(b"#EXTM3U", "#") is None
    assert codec_of_mark(b"", "#") is None
