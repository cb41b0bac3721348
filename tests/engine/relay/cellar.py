"""A store of a channel that fails, dawdles and forgets when it is told to."""

import asyncio
from collections.abc import Callable

from downlink.relay.store import StoreError


class Cellar:
    """Keeps segments for a test: a `SegmentStore`."""

    def __init__(self) -> None:
        self.there: dict[int, bytes] = {}
        self.seconds = 0.0
        """That everything takes."""
        self.refuses = False
        self.spoil: Callable[[bytes], bytes] = lambda data: data
        """What becomes of a segment until it is read."""
        self.asked: list[int] = []
        self.limits: list[int] = []
        self.at_once = self.most_at_once = 0
        self.is_closed = False

    async def put(self, sequence: int, data: bytes) -> None:
        await asyncio.sleep(self.seconds)
        if self.refuses:
            raise StoreError("full")
        self.there[sequence] = data

    async def get(self, sequence: int, size: int) -> bytes:
        self.asked.append(sequence)
        self.limits.append(size)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.at_once -= 1
        if sequence not in self.there:
            raise StoreError("gone")
        return self.spoil(self.there[sequence])

    async def drop(self, before: int) -> None:
        self.there = {one: data for one, data in self.there.items() if one >= before}

    async def close(self) -> None:
        self.is_closed = True
        self.there.clear()
