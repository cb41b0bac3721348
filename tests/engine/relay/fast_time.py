"""An event loop with real sockets, whose clock jumps over the time in which nothing happens."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
import selectors
from typing import Any, override

_GRACE = 0.003
"""Real seconds in which something may still arrive before the clock jumps."""
_JUMP = 1.0
"""Simulated seconds at most for that: what a busy machine delivers late is no timeout yet."""


class _Jumping(selectors.DefaultSelector):
    """Waits only as long as anything may come, then says that the whole time is over."""

    def __init__(self) -> None:
        super().__init__()
        self.jumped = 0.0
        self.busy = 0
        """Threads that are at work: nobody knows how long they take."""

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= _GRACE or self.busy:
            return super().select(timeout)
        events = super().select(_GRACE)
        if not events:
            self.jumped += min(timeout, _JUMP) - _GRACE
        return events


class FastLoop(asyncio.SelectorEventLoop):
    """Simulated time for everything that asks the loop for it: sleeps, timeouts, aiohttp."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    @override
    def time(self) -> float:
        return super().time() + self._jumping.jumped

    @override
    def run_in_executor[*Ts, T](
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future: asyncio.Future[T] = super().run_in_executor(executor, func, *args)
        self._jumping.busy += 1

        def rest(_done: Any) -> None:
            self._jumping.busy -= 1

        future.add_done_callback(rest)
        return future
