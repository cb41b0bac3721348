"""Where the segments go that memory has no room for, while somebody may go back to them."""

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol, Self
import zlib

_WRITE_SECONDS: Final = 20.0
_READ_SECONDS: Final = 5.0
"""A store that takes longer has failed: a player waits for it, and another one after that."""


class StoreError(Exception):
    """The store does not take or give a segment; the text is one line for the log."""


class SegmentStore(Protocol):
    """What keeps the segments of one channel, by their numbers, outside of memory.

    Called in the event loop, which it must not hold.
    """

    async def put(self, sequence: int, data: bytes) -> None:
        """Keep a segment. Raises StoreError; then nothing of it is left in the long run."""

    async def get(self, sequence: int, size: int) -> bytes:
        """Return a segment, `size` + 1 bytes of it at most. Raises StoreError."""

    async def drop(self, before: int) -> None:
        """Remove the segments with smaller numbers; what cannot be removed stays until `close`."""

    async def close(self) -> None:
        """Remove all of it. It raises nothing, and does not wait for long."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a segment in a store has to be like when it comes back."""

    size: int
    """Bytes."""
    checksum: int

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Return what is true of a segment."""
        return cls(len(data), zlib.crc32(data))


async def put(store: SegmentStore, sequence: int, data: bytes) -> Kept | None:
    """Put a segment into a store; None when it does not take it, or not in time."""
    try:
        async with asyncio.timeout(_WRITE_SECONDS):
            await store.put(sequence, data)
    except StoreError, TimeoutError:
        return None
    return Kept.of(data)


async def get(store: SegmentStore, sequence: int, kept: Kept) -> bytes | None:
    """Return a segment as it was put there; None when that is not what comes, or not in time."""
    try:
        async with asyncio.timeout(_READ_SECONDS):
            data = await store.get(sequence, kept.size)
    except StoreError, TimeoutError:
        return None
    return data if Kept.of(data) == kept else None
