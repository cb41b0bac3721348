"""One segment: what it is, and what upstream may send in its place."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..limits import MIB
from .errors import Reason, RelayError, UnsupportedFormatError, UpstreamError
from .joiner import Joiner
from .packed_audio import is_packed_audio, pack
from .segment_error import Flaw, SegmentError
from .segment_info import SegmentInfo
from .store import Kept
from .transport_stream import inspect

_AT_ONCE: Final = MIB // 4
"""Bytes that are worked on in the event loop: a millisecond, and some dozens for the oddest there
can be. The station's two seconds are fewer; the way to a thread takes a tenth of what more take."""
_IMAGES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\x00\x00\x01\x00")
_REASONS: Final = {
    Flaw.EMPTY: Reason.EMPTY,
    Flaw.TOO_LARGE: Reason.TOO_LARGE,
    Flaw.HTML: Reason.WEB_PAGE,
    Flaw.JSON: Reason.JSON,
    Flaw.IMAGE: Reason.IMAGE,
    Flaw.PLAYLIST: Reason.NOT_MEDIA,
    Flaw.SUBTITLES: Reason.NOT_MEDIA,
    Flaw.UNKNOWN: Reason.NOT_MEDIA,
}
"""What the flaws of a segment say about upstream; all others that it is damaged."""
_NOT_PASSED_ON: Final = {
    Flaw.SCRAMBLED: Reason.ENCRYPTED,
    Flaw.FRAGMENTED_MP4: Reason.FRAGMENTED_MP4,
    Flaw.PACKED_AUDIO: Reason.PACKED_AUDIO,
}


@dataclass(frozen=True, slots=True)
class Media:
    """What is in a segment, as a transport stream; `info` is what `inspect` said of it."""

    data: bytes
    info: SegmentInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A few whole seconds of a channel as MPEG-TS.

    `discontinuity`: from a pull, nothing in it goes on from the one before; once it is joined, a
    decoder that has played the one before cannot go on with it. `date` is aware: from a source,
    when upstream says that it was on air; in a ring, when it was here. `node` is the host that it
    came from. `is_slate`: it is not the channel's picture, but the notice that it is gone.
    """

    data: bytes
    duration: float
    discontinuity: bool = False
    date: datetime | None = None
    node: str = ""
    is_slate: bool = False
    missing: float = 0.0
    """Seconds on air between the one before and this one that nobody could bring."""
    info: SegmentInfo | None = None
    """What `inspect` said of `data`, until it is joined."""
    kept: Kept | None = None
    """In a ring: what is in the ring's store in the place of `data`, which then is empty."""

    @property
    def size(self) -> int:
        """Bytes, wherever they are."""
        return self.kept.size if self.kept else len(self.data)


type Join = Callable[[bytes, bool, SegmentInfo | None], bytes]
"""Gives a segment as the continuation of the one before; gets also whether there is a break, and
what `inspect` said of it."""


def read_media(data: bytes) -> Media:
    """Check what upstream sent as a segment; sound without a transport stream is put into one.

    Raises UpstreamError for what is no segment or not all of one, UnsupportedFormatError for one
    that is not passed on.
    """
    try:
        if is_packed_audio(data):
            data = pack(data)
        return Media(data, inspect(data))
    except SegmentError as err:
        raise _refusal(err) from err


def new_join() -> Join:
    """Begin the stream of a channel. What it returns raises SegmentError."""
    joiner = Joiner()

    def join(data: bytes, is_break: bool, info: SegmentInfo | None) -> bytes:
        return joiner.join(data, discontinuity=is_break, info=info)

    return join


@dataclass(frozen=True, slots=True)
class TsTools:
    """What is done to segments on their way through."""

    read: Callable[[bytes], Media] = read_media
    new_join: Callable[[], Join] = new_join


async def work_on[T](data: bytes, work: Callable[[], T]) -> T:
    """Read or join a segment: in a thread, if it is so large that it would hold the event loop."""
    return await asyncio.to_thread(work) if len(data) > _AT_ONCE else work()


def _refusal(error: SegmentError) -> RelayError:
    if reason := _NOT_PASSED_ON.get(error.flaw):
        return UnsupportedFormatError(reason, str(error))
    return UpstreamError(_REASONS.get(error.flaw, Reason.CORRUPT), str(error))


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
