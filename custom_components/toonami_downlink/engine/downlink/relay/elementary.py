"""As much of H.264 and AAC as joining needs.

Where one can start, how long a sound lasts, and whether a decoder can go on from one to another.
"""

import re
from typing import Final

from .timestamps import HZ

_MAX_FRAMES: Final = 512
"""Frames that are counted in one PES packet: eleven seconds at 48 kHz."""
_SAMPLES: Final = 1024
"""Of one AAC frame."""
_RATES: Final = (
    *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050),
    *(16_000, 12_000, 11_025, 8_000, 7_350),
)
"""Samples a second by their number in an ADTS header (ISO/IEC 14496-3, table 1.18)."""
_UNIT: Final = b"\0\0\1"
_SLICES: Final = range(1, 6)
_SPS, _PPS = 7, 8
_MAX_UNITS: Final = 64
"""Units of an access unit that are looked at: there are a handful before the first slice."""
_MAX_PARAMETERS: Final = 1024
"""Bytes of parameter sets: usually there are fifty."""
_H264_START: Final = re.compile(rb"\x00\x00\x01[\x25\x27\x45\x47\x65\x67]")
"""An instantaneous refresh or its parameters: NAL units 5 and 7 (ISO/IEC 14496-10, table 7-1)."""


def starts_h264(access_unit: bytes) -> bool:
    """Whether decoding can start with an access unit of H.264."""
    return _H264_START.search(access_unit) is not None


def h264_parameters(access_unit: bytes) -> bytes:
    """Return the parameter sets that an access unit begins with (§ 7.3.2.1, 7.3.2.2).

    The same bytes mean that a decoder can go on as it is. Empty if there is no sequence parameter
    set, or too much of them.
    """
    found: list[bytes] = []
    has_sequence = False
    begin = access_unit.find(_UNIT)
    for _ in range(_MAX_UNITS):
        if begin < 0:
            break
        end = access_unit.find(_UNIT, begin + len(_UNIT))
        unit = access_unit[begin : None if end < 0 else end].rstrip(b"\0")
        kind = unit[len(_UNIT)] & 31 if len(unit) > len(_UNIT) else 0
        if kind in _SLICES:
            break
        if kind in (_SPS, _PPS):
            found.append(unit)
            has_sequence = has_sequence or kind == _SPS
        begin = end
    parameters = b"".join(found)
    return parameters if has_sequence and len(parameters) <= _MAX_PARAMETERS else b""


def aac_parameters(payload: bytes) -> bytes:
    """Return what the first ADTS header in a PES packet says of how the sound is encoded.

    Profile, rate and channels, without the bits between them that mean nothing to a decoder
    (ISO/IEC 14496-3, table 1.A.5). Empty where there is no header.
    """
    if len(payload) < 4 or payload[0] != 0xFF or payload[1] & 0xF6 != 0xF0:
        return b""
    return bytes([payload[2] & 0xFD, payload[3] & 0xC0])


def aac_frames(payload: bytes) -> tuple[int, float]:
    """Count the ADTS frames in a PES packet; return how many, and the ticks of one."""
    count, at, ticks = 0, 0, 0.0
    while at + 7 <= len(payload) and count < _MAX_FRAMES:
        if payload[at] != 0xFF or payload[at + 1] & 0xF6 != 0xF0:
            break
        rate = payload[at + 2] >> 2 & 15
        length = (payload[at + 3] & 3) << 11 | payload[at + 4] << 3 | payload[at + 5] >> 5
        if rate >= len(_RATES) or length < 7:
            break
        count += 1
        ticks = _SAMPLES * HZ / _RATES[rate]
        at += length
    return count, ticks
