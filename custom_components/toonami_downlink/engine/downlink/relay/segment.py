"""One segment: what it is, and what upstream may send in its place."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from .errors import Reason, UnsupportedFormatError, UpstreamError

PACKET: Final = 188
"""Bytes of a packet of MPEG-TS (ISO/IEC 13818-1 § 2.4.3.2)."""
_SYNC: Final = b"\x47"
_IMAGES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\x00\x00\x01\x00")
_BOXES: Final = frozenset({b"ftyp", b"styp", b"sidx", b"moof", b"moov", b"emsg"})
"""How files of the MP4 family begin, after a length of four bytes (ISO/IEC 14496-12)."""


class Form(StrEnum):
    """What is in a segment."""

    TS = "ts"
    PACKED_AUDIO = "packed_audio"
    """AAC, MP3 or AC-3 as it is (RFC 8216 § 3.4): players of HLS know it, others need ffmpeg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A few whole seconds of a channel.

    `discontinuity`: nothing in it goes on from the one before. `date` is aware: from a source,
    when upstream says that it was on air; in a ring, when it was here. `node` is the host that it
    came from. `is_slate`: it is not the channel's picture, but the notice that it is gone.
    """

    data: bytes
    duration: float
    discontinuity: bool = False
    date: datetime | None = None
    node: str = ""
    is_slate: bool = False
    form: Form = Form.TS
    info: object = field(default=None, compare=False, repr=False)
    """What `TsTools.inspect` said, until the segment is joined."""


type Join = Callable[[bytes, bool, object], bytes]
"""Gives a segment as the continuation of the one before; gets also whether there is a break, and
what `inspect` said of it (None if it was not asked)."""


@dataclass(frozen=True, slots=True)
class TsTools:
    """What knows MPEG-TS better than this package has to; by default nothing does."""

    inspect: Callable[[bytes], object] = lambda _data: None
    """Looks into a segment of the form TS. Raises DownlinkError for one that is not fit."""
    new_join: Callable[[], Join] = lambda: lambda data, _is_break, _info: data
    """Begins the stream of a channel. What it returns raises DownlinkError as well."""


def form_of(data: bytes) -> Form:
    """Say what is in a segment from upstream.

    Raises UpstreamError for what is no segment or not all of one, UnsupportedFormatError for one
    that is not passed on.
    """
    if data[:1] == _SYNC:
        # Of a packet that is cut off there is one sync byte too many.
        if data[::PACKET] != _SYNC * (len(data) // PACKET):
            raise UpstreamError(Reason.CORRUPT, "A segment is cut off or damaged.")
        return Form.TS
    if data[4:8] in _BOXES:
        raise UnsupportedFormatError(Reason.FRAGMENTED_MP4, "Fragmented MP4 is not passed on.")
    if data.startswith((b"ID3", b"\x0b\x77")) or _is_audio_frame(data):
        return Form.PACKED_AUDIO
    raise kind_of(data, Reason.NOT_MEDIA, "a segment")


def kind_of(data: bytes, otherwise: Reason, expected: str) -> UpstreamError:
    """Return the error for something else than what was expected, with the best reason."""
    head = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    reason = otherwise
    if not data:
        reason = Reason.EMPTY
    elif head.startswith(b"<"):
        reason = Reason.WEB_PAGE
    elif head.startswith((b"{", b"[")):
        reason = Reason.JSON
    elif data.startswith(_IMAGES):
        reason = Reason.IMAGE
    return UpstreamError(reason, f"What came is not {expected}: {reason.replace('_', ' ')}.")


def _is_audio_frame(data: bytes) -> bool:
    """Whether it begins like ADTS or MPEG audio: eleven bits set, and a version that exists."""
    return len(data) > 2 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0 and data[1] & 0x18 != 0x08
