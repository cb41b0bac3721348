"""Sound that comes without a transport stream around it, put into one.

HLS allows segments of plain ADTS frames with their time in an ID3 tag (RFC 8216 § 3.4); more tags,
as with the title of a song, may be anywhere between the frames. Players of continuous MPEG-TS know
nothing of that; with a transport stream around it, all players do.
"""

from collections.abc import Iterator
from typing import Final

from .segment_error import Flaw, SegmentError, foreign
from .tables import PACKET, PAT_PID, Codec, Stream, Streams, packet_of, pat_section, pmt_section
from .timestamps import HZ, WRAP, pcr, stamp

_PMT_PID: Final = 0x1000
_AUDIO_PID: Final = 0x101
_SAMPLES: Final = 1024
"""Of each AAC frame."""
_RATES: Final = (
    *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000),
    *(22_050, 16_000, 12_000, 11_025, 8_000, 7_350),
)
"""By the index in a frame's header (ISO/IEC 14496-3, table 1.18)."""
_FRAMES_TOGETHER: Final = 8
"""Frames in one packet of the elementary stream: a fifth of a second."""
_MAX_FRAME: Final = (0xFFFF - 8) // _FRAMES_TOGETHER
"""Bytes: so many frames of it are as long as such a packet can say that it is."""
_TAG: Final = b"ID3"
_OWNER: Final = b"com.apple.streaming.transportStreamTimestamp\0"
_MAX_TAG: Final = 64 * 1024
_LEAD: Final = HZ // 10
"""Ticks from the clock to the first frame."""


def is_packed_audio(data: bytes) -> bool:
    """Whether it begins like ADTS frames, with or without an ID3 tag before them."""
    return data.startswith(_TAG) or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xF6 == 0xF0)


def pack(data: bytes) -> bytes:
    """Return a transport stream with the frames of a segment. Raises SegmentError."""
    ticks = _first_time(data)
    rate, frames = _frames(data)
    out = bytearray(packet_of(pat_section(_PMT_PID), PAT_PID, 0))
    streams = Streams(_AUDIO_PID, None, Stream(_AUDIO_PID, Codec.AAC))
    out += packet_of(pmt_section(0, streams), _PMT_PID, 0)
    counter = 0
    for first in range(0, len(frames), _FRAMES_TOGETHER):
        time = ticks + first * _SAMPLES * HZ // rate
        body = b"".join(frames[first : first + _FRAMES_TOGETHER])
        for packet in _packets(body, time, counter):
            out += packet
            counter = (counter + 1) & 15
    return bytes(out)


def _first_time(data: bytes) -> int:
    """Return the time of the first frame in ticks, by a tag before it; 0 if none says."""
    at = 0
    while data.startswith(_TAG, at):
        end = _end_of_tag(data, at)
        where = data.find(_OWNER, at, end)
        value = where + len(_OWNER)
        if where >= 0 and value + 8 <= end:
            return int.from_bytes(data[value : value + 8]) % WRAP
        at = end
    return 0


def _end_of_tag(data: bytes, at: int) -> int:
    """Return where the tag ends that begins at `at`."""
    head = data[at : at + 10]
    if len(head) < 10 or any(byte & 0x80 for byte in head[6:]):
        raise SegmentError(Flaw.CORRUPT, "its tag is damaged")
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    end = at + len(head) + size
    if size > _MAX_TAG or end > len(data):
        raise SegmentError(Flaw.TRUNCATED, "it ends within its tag")
    return end


def _frames(data: bytes) -> tuple[int, list[bytes]]:
    """Return the samples a second, and the frames."""
    frames: list[bytes] = []
    rate = at = 0
    while at < len(data):
        if data.startswith(_TAG, at):
            at = _end_of_tag(data, at)
            continue
        head = data[at : at + 7]
        is_frame = is_packed_audio(head)
        # Behind a tag there may be MP3 or AC-3, which is whole but of no use here.
        if not frames and not is_frame and (other := foreign(head)).flaw is Flaw.PACKED_AUDIO:
            raise other
        if len(head) < 7 or not is_frame:
            raise SegmentError(Flaw.CORRUPT, "a frame of its sound does not start as one")
        length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        index = head[2] >> 2 & 15
        if not 7 <= length <= _MAX_FRAME or index >= len(_RATES):
            raise SegmentError(Flaw.CORRUPT, "a frame of its sound is damaged")
        if at + length > len(data):
            raise SegmentError(Flaw.TRUNCATED, "it ends in the middle of a frame")
        rate = rate or _RATES[index]
        frames.append(data[at : at + length])
        at += length
    if not frames:
        raise SegmentError(Flaw.NO_STREAMS, "there is no sound in it")
    return rate, frames


def _packets(body: bytes, ticks: int, counter: int) -> Iterator[bytes]:
    """Yield the packets of one piece of sound, the first one with the clock."""
    head = b"\x00\x00\x01\xc0" + (len(body) + 8).to_bytes(2) + b"\x80\x80\x05"
    payload = head + stamp(0x20, ticks + _LEAD) + body
    clock = b"\x10" + pcr(bytes(6), ticks)
    at = 0
    while at < len(payload):
        field = clock if at == 0 else b""
        room = PACKET - 4 - (1 + len(field) if field else 0)
        piece = payload[at : at + room]
        missing = room - len(piece)
        if field or missing:
            # An adaptation field takes up what the payload does not fill.
            content = field or (b"\x00" if missing > 1 else b"")
            length = PACKET - 5 - len(piece)
            adaptation = bytes([length]) + content.ljust(length, b"\xff")
            kind = 0x30
        else:
            adaptation, kind = b"", 0x10
        start = 0x40 if at == 0 else 0
        head4 = bytes([0x47, start | _AUDIO_PID >> 8, _AUDIO_PID & 0xFF, kind | counter])
        yield head4 + adaptation + piece
        at += len(piece)
        counter = (counter + 1) & 15
