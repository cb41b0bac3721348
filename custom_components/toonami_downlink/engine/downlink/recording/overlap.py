"""Whether a segment is one that was recorded before, though it was joined to another stream."""

from hashlib import blake2b
from typing import Final

from ..relay.tables import PACKET

_LOOKED_AT: Final = 32
"""Packets in the middle of a segment: a few kilobytes of picture are like no others."""


def fingerprint(joined: bytes) -> bytes:
    """Return what stands for what is in a segment; nothing for one that cannot be told.

    Joining changes heads and times of packets, and never what else they carry; nor their order.
    """
    digest = blake2b(digest_size=16)
    first = max(0, len(joined) // PACKET - _LOOKED_AT) // 2 * PACKET
    has_any = False
    for at in range(first, min(first + _LOOKED_AT * PACKET, len(joined) - PACKET + 1), PACKET):
        # Neither the start of something, nor with an adaptation field: nothing but payload.
        if not joined[at + 1] & 0x40 and joined[at + 3] & 0x30 == 0x10:
            digest.update(joined[at + 4 : at + PACKET])
            has_any = True
    return digest.digest() if has_any else b""
