"""The two tables of a transport stream: which streams it has, and on which PIDs.

ISO/IEC 13818-1 § 2.4.4. The PAT names the PID of the PMT, the PMT names those of picture and sound.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple
import zlib

PACKET: Final = 188
"""Bytes of a packet."""
PAT_PID: Final = 0
NULL_PID: Final = 0x1FFF
_FREE_PIDS: Final = range(0x10, NULL_PID)
_PAT: Final = 0
_PMT: Final = 2
_MAX_SECTION: Final = 1024
"""Bytes of a section, head and checksum included."""
_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Codec(StrEnum):
    """A format of picture or sound that can be joined."""

    MPEG2 = "mpeg2video"
    H264 = "h264"
    HEVC = "hevc"
    MP2 = "mp2"
    MP3 = "mp3"
    AAC = "aac"
    LATM = "aac_latm"
    AC3 = "ac3"
    EAC3 = "eac3"


_VIDEO: Final = {0x02: Codec.MPEG2, 0x1B: Codec.H264, 0x24: Codec.HEVC}
_AUDIO: Final = {
    0x03: Codec.MP3,
    0x04: Codec.MP2,
    0x0F: Codec.AAC,
    0x11: Codec.LATM,
    0x81: Codec.AC3,
}
_EAC3: Final = 0x87
"""E-AC-3 by ATSC A/52, annex G. It is only read: hls.js takes it for an error, and at least shows
the picture where the sound is declared as DVB does it."""
_PRIVATE: Final = 0x06
_DESCRIBED: Final = {0x6A: Codec.AC3, 0x7A: Codec.EAC3}
"""What a stream of that type is, by the tags of its descriptors (ETSI EN 300 468, annex D)."""
STREAM_TYPES: Final = {codec: number for number, codec in (_VIDEO | _AUDIO).items()} | {
    Codec.EAC3: _PRIVATE
}
_DESCRIPTORS: Final = {Codec.EAC3: b"\x7a\x01\x00"}
"""What is written behind these types where it takes more to know the format."""


class Stream(NamedTuple):
    """One stream of picture or sound."""

    pid: int
    codec: Codec


class Streams(NamedTuple):
    """What a PMT says, as far as it is passed on: the first picture and the first sound.

    Sound that `_rarer` knows is taken only where there is no other, which more players can play.
    """

    pcr_pid: int
    video: Stream | None
    audio: Stream | None


def crc32(section: bytes) -> int:
    """Return the checksum of a section (§ 2.4.4, annex A): 0 for one that ends with its own.

    It is zlib's with the bits of all bytes, and of the result, in the opposite order.
    """
    mirrored = zlib.crc32(section.translate(_REVERSED)) ^ 0xFFFF_FFFF
    return int.from_bytes(mirrored.to_bytes(4).translate(_REVERSED), "little")


def sections(payloads: Iterable[tuple[bool, bytes]]) -> Iterator[bytes]:
    """Yield the whole sections with a right checksum in the packets of one PID.

    Each packet is its payload, and whether a section starts in it.
    """
    held = bytearray()
    started = False
    for starts, payload in payloads:
        if starts and payload:
            begin = payload[0] + 1
            if started:
                held += payload[1:begin]
                yield from _taken(held)
            held = bytearray(payload[begin:])
            started = True
        elif started:
            held += payload
        yield from _taken(held)
        if len(held) >= _MAX_SECTION:
            held.clear()
            started = False


def _taken(held: bytearray) -> Iterator[bytes]:
    """Take the whole sections off the front."""
    while len(held) >= 3 and held[0] != 0xFF:
        length = 3 + (int.from_bytes(held[1:3]) & 0xFFF)
        if len(held) < length:
            return
        section = bytes(held[:length])
        del held[:length]
        if length <= _MAX_SECTION and not crc32(section):
            yield section


def pmt_pid(section: bytes) -> int | None:
    """Return the PID of the first programme's PMT, if a section is a PAT that is in force."""
    if len(section) < 12 or section[0] != _PAT or not section[5] & 1:
        return None
    for at in range(8, len(section) - 7, 4):
        number, pid = int.from_bytes(section[at : at + 2]), _pid(section, at + 2)
        if number and pid in _FREE_PIDS:
            return pid
    return None


def streams(section: bytes) -> Streams | None:
    """Return what is in a section, if it is a PMT that is in force and in order."""
    if len(section) < 16 or section[0] != _PMT or not section[5] & 1:
        return None
    end = len(section) - 4
    at = 12 + _length(section, 10)
    video = audio = rarer = None
    while at + 5 <= end:
        kind, pid = section[at], _pid(section, at + 1)
        begin = at + 5
        at = begin + _length(section, at + 3)
        if pid not in _FREE_PIDS:
            continue
        if kind in _VIDEO:
            video = video or Stream(pid, _VIDEO[kind])
        elif kind in _AUDIO:
            audio = audio or Stream(pid, _AUDIO[kind])
        elif codec := _rarer(kind, section[begin:at]):
            rarer = rarer or Stream(pid, codec)
    audio = audio or rarer
    if at != end or (video and audio and video.pid == audio.pid):
        return None
    return Streams(_pid(section, 8), video, audio)


def _rarer(kind: int, descriptors: bytes) -> Codec | None:
    """Return which sound a stream is that is E-AC-3, or declared as DVB declares AC-3."""
    if kind == _EAC3:
        return Codec.EAC3
    at = 0
    while kind == _PRIVATE and at + 1 < len(descriptors):
        if codec := _DESCRIBED.get(descriptors[at]):
            return codec
        at += 2 + descriptors[at + 1]
    return None


def _pid(section: bytes, at: int) -> int:
    return int.from_bytes(section[at : at + 2]) & 0x1FFF


def _length(section: bytes, at: int) -> int:
    return int.from_bytes(section[at : at + 2]) & 0xFFF


def pat_section(pmt: int) -> bytes:
    """Return a PAT with one programme, number 1."""
    return _section(_PAT, 1, 0, b"\x00\x01" + (0xE000 | pmt).to_bytes(2))


def pmt_section(version: int, found: Streams) -> bytes:
    """Return the PMT of programme 1; `version` goes up with each change."""
    body = (0xE000 | found.pcr_pid).to_bytes(2) + b"\xf0\x00"
    for stream in (found.video, found.audio):
        if stream:
            descriptors = _DESCRIPTORS.get(stream.codec, b"")
            body += bytes([STREAM_TYPES[stream.codec]]) + (0xE000 | stream.pid).to_bytes(2)
            body += (0xF000 | len(descriptors)).to_bytes(2) + descriptors
    return _section(_PMT, 1, version, body)


def _section(table: int, number: int, version: int, body: bytes) -> bytes:
    length = 0xB000 | (len(body) + 9)
    head = bytes([table]) + length.to_bytes(2) + number.to_bytes(2)
    section = head + bytes([0xC1 | (version & 31) << 1, 0, 0]) + body
    return section + crc32(section).to_bytes(4)


def packet_of(section: bytes, pid: int, counter: int) -> bytes:
    """Return the packet that carries a short section of our own; `counter` is 0 to 15."""
    head = bytes([0x47, 0x40 | pid >> 8, pid & 0xFF, 0x10 | counter, 0])
    return (head + section).ljust(PACKET, b"\xff")
