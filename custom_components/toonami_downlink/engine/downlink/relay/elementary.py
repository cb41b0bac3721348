"""As much of H.264 and AAC as joining needs: where one can start, and how long a sound lasts."""

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
_H264_START: Final = re.compile(rb"\x00\x00\x01[\x25\x27\x45\x47\x65\x67]")
"""An instantaneous refresh or its parameters: NAL units 5 and 7 (ISO/IEC 14496-10, table 7-1)."""


def starts_h264(access_unit: bytes) -> bool:
    """Whether decoding can start with an access unit of H.264."""
    return _H264_START.search(access_unit) is not None


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
