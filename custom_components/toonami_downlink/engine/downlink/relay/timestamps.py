"""Times in a transport stream: 33 bits that count 90 000 in a second and start anew after 26.5 h.

ISO/IEC 13818-1 § 2.4.3. Whole numbers without that limit are used between reading and writing.
"""

from typing import Final

HZ: Final = 90_000
WRAP: Final = 1 << 33


def apart(later: int, earlier: int) -> int:
    """Return how far a time is after another (negative: before), whatever wrapped in between."""
    half = WRAP >> 1
    return (later - earlier + half) % WRAP - half


def read_stamp(field: bytes) -> int:
    """Return the time in the five bytes of a PTS or DTS: 3, 15 and 15 bits, a one after each."""
    bits = int.from_bytes(field)
    return bits >> 3 & 7 << 30 | bits >> 2 & 0x7FFF << 15 | bits >> 1 & 0x7FFF


def stamp(mark: int, ticks: int) -> bytes:
    """Return the five bytes of a PTS or DTS; the upper four bits of `mark` say which of them."""
    spread = (ticks & 7 << 30) << 3 | (ticks & 0x7FFF << 15) << 2 | (ticks & 0x7FFF) << 1
    return ((mark & 0xF0) << 32 | spread | 0x1_0001_0001).to_bytes(5)


def read_pcr(field: bytes) -> int:
    """Return the upper part of a PCR, which counts as PTS and DTS do."""
    return int.from_bytes(field[:5]) >> 7


def pcr(field: bytes, ticks: int) -> bytes:
    """Return the six bytes of a PCR with another upper part, and the lower part of `field`."""
    return ((ticks % WRAP) << 15 | int.from_bytes(field) & 0x7FFF).to_bytes(6)
