"""What brings the older segments of a ring into its store, one after the other."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from . import store as stores
from .ring import Ring
from .store import SegmentStore

type OpenStore = Callable[[], SegmentStore | None]
"""Gives a channel that starts a store of its own; None: all of its ring is in memory."""


@asynccontextmanager
async def spilling(ring: Ring) -> AsyncGenerator[None]:
    """Keep what a ring has in memory small as long as the block lasts, if it has a store.

    After that nothing is left in the store.
    """
    if ring.store is None:
        yield
        return
    task = asyncio.create_task(_spill(ring, ring.store), name="relay store")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))
        await ring.store.close()


async def _spill(ring: Ring, store: SegmentStore) -> None:
    while True:
        if (before := ring.take_dropped()) is not None:
            await store.drop(before)
        if (due := ring.due) is None:
            await ring.wait_for_work()
        elif kept := await stores.put(store, due.sequence, due.segment.data):
            ring.note_kept(due.sequence, kept)
        else:
            ring.give_up_store()
