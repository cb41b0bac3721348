"""Work on a disk that may hang, as a share on the network does: nothing waits for it for ever."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Any, Final

DISK_TIMEOUT: Final = 30.0
"""Seconds that a piece of work may take."""


class DiskError(Exception):
    """The disk refuses, or does not answer; the text is one line for the log."""


class DiskSilentError(DiskError):
    """The disk does not answer."""


class Disk:
    """Do one piece of work after the other, each in a thread of its own.

    A disk that no longer answers holds a thread for as long as the system likes. No other is
    started meanwhile, and Home Assistant does not wait for it when it stops.
    """

    def __init__(self) -> None:
        """Begin idle."""
        self._busy: Future[Any] | None = None

    async def run[T](self, work: Callable[[], T], seconds: float = DISK_TIMEOUT) -> T:
        """Return what `work` returns. Raises DiskError for an OSError or a piece that hangs."""
        answer: Future[T] = Future()

        def run() -> None:
            try:
                value = work()
            except BaseException as err:  # noqa: BLE001  # it is raised where it is waited for
                self._busy = None
                answer.set_exception(err)
            else:
                self._busy = None
                answer.set_result(value)

        try:
            async with asyncio.timeout(seconds):
                while before := self._busy:
                    its_end = asyncio.wrap_future(before)
                    its_end.add_done_callback(_hear)
                    await asyncio.wait([its_end])
                self._busy = answer
                answer.set_running_or_notify_cancel()
                # Not one of the loop's threads: at the end, it would wait for them.
                Thread(target=run, name="recordings disk", daemon=True).start()
                return await asyncio.wrap_future(answer)
        except TimeoutError as err:
            raise DiskSilentError(f"It did not answer within {seconds:g} seconds.") from err
        except OSError as err:
            raise DiskError(err.strerror or type(err).__name__) from err


def _hear(its_end: asyncio.Future[Any]) -> None:
    """Let an error be that is another's, so that it is not said to have been missed."""
    its_end.exception()
