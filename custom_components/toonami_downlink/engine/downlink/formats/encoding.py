"""The bytes of a provider's file made into what its reader expects: unpacked, decoded."""

import codecs
from typing import Final
import zlib

from ..errors import FeedError
from ..limits import MAX_FILE_BYTES

_GZIP: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = zlib.MAX_WBITS | 16
_MARKS: Final = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_EVERYDAY: Final = {
    "ansi": "cp1252",
    "unicode": "utf-8",
    "utf8mb4": "utf-8",
    "western": "cp1252",
}
"""Names that people give to encodings, and no standard does."""
_CODECS: Final = frozenset(
    (
        *("ascii", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "koi8-r", "koi8-u", "mac-roman"),
        *(f"iso8859-{number}" for number in range(1, 17)),
        *(f"cp{number}" for number in (437, 850, 852, 866, 874, 932, 936, 949, 950)),
        *(f"cp{number}" for number in range(1250, 1259)),
        *("shift_jis", "euc_jp", "iso2022_jp", "gb2312", "gbk", "gb18030", "big5", "euc_kr"),
    )
)
"""Encodings of text, as Python calls them; it has others that do far more than decode."""


def unpack(data: bytes, file: str) -> bytes:
    """What is in a gzip file, told by its first bytes; anything else as it is.

    `file` is the name for a FeedError, which is raised for more than `MAX_FILE_BYTES` of content
    and for a file that is cut off or damaged.
    """
    if len(data) > MAX_FILE_BYTES:
        raise FeedError(file, f"larger than {MAX_FILE_BYTES} bytes")
    if not data.startswith(_GZIP):
        return data
    unpacked = bytearray()
    try:
        # A gzip file may be several, one after another.
        while data.startswith(_GZIP):
            member = zlib.decompressobj(_GZIP_WINDOW)
            unpacked += member.decompress(data, MAX_FILE_BYTES + 1 - len(unpacked))
            if len(unpacked) > MAX_FILE_BYTES:
                raise FeedError(file, f"larger than {MAX_FILE_BYTES} bytes when it is unpacked")
            if not member.eof:
                raise FeedError(file, "the gzip file is cut off")
            data = member.unused_data
    except zlib.error as err:
        raise FeedError(file, "the gzip file is damaged") from err
    return bytes(unpacked)


def codec_of_mark(data: bytes, first: str) -> str | None:
    """The UTF-16 codec of text that begins with the character `first`; None for anything else."""
    for mark, codec in _MARKS.items():
        if data.startswith(mark):
            return codec
    for codec in ("utf-16-le", "utf-16-be"):
        if data.startswith(first.encode(codec)):
            return codec
    return None


def codec_named(name: str) -> str | None:
    """Python's name for the encoding that a document says it is in; None for an unknown one."""
    spelled = name.casefold()
    spelled = _EVERYDAY.get(spelled, spelled)
    for prefix in ("windows", "win", "cp"):
        rest = spelled.removeprefix(prefix).lstrip("-_ ")
        if rest != spelled and rest.isdecimal():
            spelled = f"cp{rest}"
            break
    try:
        codec = codecs.lookup(spelled).name
    except LookupError, ValueError:
        return None
    return codec if codec in _CODECS else None
