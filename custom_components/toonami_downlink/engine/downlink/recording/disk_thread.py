"""A thread for a disk that may never answer: nothing waits for it for ever."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, override

from ..policy import DISK_HANGS_AFTER
from .model import Reason
from .track import TrackError

_LET_GO: Final = 5.0
"""Seconds that whoever goes away waits for the disk."""


class DiskThread(Executor):
    """Does one thing after the other. It is no part of what Home Assistant waits for at its end.

    What hangs in the kernel cannot be ended: the thread stays until then, and whoever wanted
    something of it goes on without.
    """

    def __init__(self, name: str) -> None:
        """The thread begins with the first thing that it is to do."""
        self._name = name
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: Thread | None = None

    async def run[**P, T](self, func: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something in the thread. Raises TrackError if it takes `DISK_HANGS_AFTER`.

        It is done to its end also when nobody waits any more.
        """
        return await self.run_within(DISK_HANGS_AFTER.total_seconds(), func, *args, **kwargs)

    async def run_within[**P, T](
        self, seconds: float, func: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do the same with what may take longer. Raises TrackError if it takes `seconds`."""
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self, partial(func, *args, **kwargs))
        done.add_done_callback(_hear)
        await asyncio.wait((done,), timeout=seconds)
        if not done.done():
            raise TrackError(Reason.DISK, "The folder for recordings does not answer.")
        return done.result()

    async def end(self, func: Callable[[], object]) -> None:
        """Do one last thing, and let the thread end; wait for both only a little."""
        done = asyncio.wrap_future(self.submit(func))
        done.add_done_callback(_hear)
        self.shutdown()
        await asyncio.wait((done,), timeout=_LET_GO)

    @override
    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have something done; see `concurrent.futures.Executor`."""
        future: Future[T] = Future()
        self._work.put(partial(_do, future, partial(fn, *args, **kwargs)))
        if self._thread is None:
            self._thread = Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        return future

    @override
    def shutdown(self, wait: bool = False, *, cancel_futures: bool = False) -> None:
        """Let the thread end when it has done everything; nobody waits for it."""
        self._work.put(None)

    def _run(self) -> None:
        for work in iter(self._work.get, None):
            work()


def _hear(done: asyncio.Future[Any]) -> None:
    """Let an error be that nobody waits for any more; nobody takes such work back."""
    done.exception()


def _do(future: Future[Any], work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as err:  # noqa: BLE001  # whoever waits for it is told
        future.set_exception(err)
    else:
        future.set_result(result)
