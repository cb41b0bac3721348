"""Why a segment is not passed on, and what bytes are that were to be one."""

from enum import StrEnum
from typing import Final

from ..errors import DownlinkError

_LOOKED_AT: Final = 1024
"""Bytes at the start that tell one format from another."""


class Flaw(StrEnum):
    """What is wrong with a segment; the text is for logs and diagnostics."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    SCRAMBLED = "scrambled"
    NO_TABLES = "no_tables"
    NO_STREAMS = "no_streams"
    NO_TIMESTAMPS = "no_timestamps"
    TIMESTAMPS = "timestamps"
    HTML = "html"
    JSON = "json"
    PLAYLIST = "playlist"
    SUBTITLES = "subtitles"
    PACKED_AUDIO = "packed_audio"
    FRAGMENTED_MP4 = "fragmented_mp4"
    IMAGE = "image"
    UNKNOWN = "unknown"


class SegmentError(DownlinkError):
    """A segment that is not passed on; `flaw` names the reason."""

    def __init__(self, flaw: Flaw, why: str) -> None:
        """Keep the reason beside the sentence about it."""
        super().__init__(f"The segment was refused: {why}.")
        self.flaw = flaw


_STARTS: Final = (
    (b"<", Flaw.HTML),
    (b"{", Flaw.JSON),
    (b"[", Flaw.JSON),
    (b"#EXT", Flaw.PLAYLIST),
    (b"WEBVTT", Flaw.SUBTITLES),
    (b"ID3", Flaw.PACKED_AUDIO),
    (b"\x0b\x77", Flaw.PACKED_AUDIO),
    (b"GIF8", Flaw.IMAGE),
    (b"\x89PNG", Flaw.IMAGE),
    (b"\xff\xd8\xff", Flaw.IMAGE),
    (b"RIFF", Flaw.IMAGE),
)
_BOXES: Final = {b"ftyp", b"styp", b"moof", b"moov", b"sidx", b"emsg", b"prft", b"mdat"}
"""What an MP4 can begin with: a box's name is its bytes 4 to 7 (ISO/IEC 14496-12 § 4.2)."""
_WORDS: Final = {
    Flaw.HTML: "a web page",
    Flaw.JSON: "JSON",
    Flaw.PLAYLIST: "a playlist",
    Flaw.SUBTITLES: "subtitles",
    Flaw.PACKED_AUDIO: "audio without a transport stream around it",
    Flaw.FRAGMENTED_MP4: "fragmented MP4",
    Flaw.IMAGE: "a picture",
    Flaw.UNKNOWN: "nothing that is known",
}


def foreign(data: bytes) -> SegmentError:
    """Say what bytes are that are no transport stream; `Flaw.UNKNOWN` if nobody can tell."""
    flaw = _kind(data[:_LOOKED_AT])
    return SegmentError(flaw, f"it is {_WORDS[flaw]}, not a transport stream")


def _kind(head: bytes) -> Flaw:
    if head[4:8] in _BOXES:
        return Flaw.FRAGMENTED_MP4
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for start, flaw in _STARTS:
        if head.startswith(start) or text.startswith(start):
            return flaw
    # The syncword of MPEG audio and of ADTS: eleven ones (ISO/IEC 11172-3, 13818-7).
    if head[:1] == b"\xff" and head[1:2] >= b"\xe0":
        return Flaw.PACKED_AUDIO
    return Flaw.UNKNOWN
