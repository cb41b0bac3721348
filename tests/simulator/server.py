"""The upstream on a loopback port, to be used as an async context manager."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from random import Random
import ssl
import tempfile
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from .app import Upstream
from .faults import NODES, Faults
from .hls import WINDOW_SEGMENTS, Clock
from .listeners import Listener
from .loops import KILOBITS, Segments, default_cache
from .streams import LoggedRequest, Streams
from .tls import make_chain

SEED: Final = 1997


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Simulator:
    """A running upstream: ``async with Simulator() as sim: … sim.url``.

    `now` is its clock for everything but the streams, which have one of their own: `pace` times
    as fast as others, begun at a `position` in the loop. With `tls` there is a second port for the
    API whose certificate comes without its issuer (`https_url`), with `nodes` there are such
    ports for the streams too, one for each node (`nodes`). `ca_file` is the root to trust, and
    `chain_file` has the issuer as well, for clients that cannot find it.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        now: Callable[[], datetime] = _utc_now,
        seed: int = SEED,
        tls: bool = False,
        nodes: bool = False,
        cache: Path | None = None,
        pace: float = 1.0,
        position: float | None = None,
        window: int = WINDOW_SEGMENTS,
        kilobits: int = KILOBITS,
    ) -> None:
        segments = Segments(cache or default_cache(), kilobits)
        self.streams = Streams(segments, Clock(pace, position), Random(seed), window)
        self.upstream = Upstream(now=now, seed=seed, streams=self.streams)
        self.upstream.follow = self._follow
        self.upstream.connections = self._connections
        self.url = ""
        self.https_url = ""
        self.control_url = ""
        self.nodes: dict[str, str] = {}
        """The addresses of the nodes, by their names."""
        self.ca_file: Path | None = None
        self.chain_file: Path | None = None
        self._tls = tls or nodes
        self._has_nodes = nodes
        self._port = port
        self._stack = AsyncExitStack()
        self._apis: list[Listener] = []
        self._nodes: dict[str, Listener] = {}
        self._is_offline = False
        self._timed: Faults | None = None
        self._end_of_faults: asyncio.TimerHandle | None = None
        self._opening: set[asyncio.Task[None]] = set()

    @property
    def requests(self) -> list[LoggedRequest]:
        """All requests since the start or the last `clear_log`."""
        return self.upstream.requests

    @property
    def high_water(self) -> int:
        """The most API requests at once."""
        return self.upstream.high_water

    def count(self, endpoint: str) -> int:
        """Return how often an endpoint was asked."""
        return sum(1 for request in self.requests if request.endpoint == endpoint)

    def clear_log(self) -> None:
        """Forget all requests so far."""
        self.upstream.clear_log()

    def set_faults(self, data: Mapping[str, object]) -> None:
        """Replace all faults, in their JSON form; ``{}`` makes everything well again.

        What is to fail does so at once; ports open again as soon as the caller awaits something.
        """
        self.upstream.set_faults(data)
        if self._apis:
            self._shut()
            opening = asyncio.get_running_loop().create_task(self._follow())
            self._opening.add(opening)
            opening.add_done_callback(self._opening.discard)

    async def go_offline(self) -> None:
        """Close the port, so that connections are refused; open ones stay."""
        self._apis[0].close(cut=False)

    async def go_online(self) -> None:
        """Open the same port again."""
        await self._apis[0].open()

    def _connections(self) -> int:
        return sum(listener.connections for listener in (*self._apis, *self._nodes.values()))

    def _shut(self) -> None:
        """Close the ports that the faults say, and set the time for their end."""
        faults = self.upstream.faults
        for name, state in faults.nodes.items():
            if name in self._nodes and self._nodes[name].state != state:
                self._nodes[name].close("dead" if state == "dead" else "silent")
        if faults.offline and not self._is_offline:
            self._is_offline = True
            for listener in self._apis:
                listener.close()
        if faults is not self._timed:
            self._timed = faults
            if self._end_of_faults:
                self._end_of_faults.cancel()
            if faults.seconds is not None:
                self._end_of_faults = asyncio.get_running_loop().call_later(
                    faults.seconds / self.streams.clock.pace, self.set_faults, {}
                )

    async def _follow(self) -> None:
        """Close and open the ports as the faults say."""
        self._shut()
        faults = self.upstream.faults
        for name, listener in self._nodes.items():
            if name not in faults.nodes:
                await listener.open()
        if self._is_offline and not faults.offline:
            self._is_offline = False
            for listener in self._apis:
                await listener.open()

    async def __aenter__(self) -> Self:
        """Open the ports."""
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def _start(self) -> None:
        control = await self._listen(self.upstream.control())
        self.control_url = control.origin
        api = await self._listen(self.upstream.application(), self._port)
        self._apis, self.url = [api], api.origin
        if self._tls:
            await self._start_tls()
        await self._follow()

    async def _listen(
        self, app: web.Application, port: int = 0, context: ssl.SSLContext | None = None
    ) -> Listener:
        return await self._stack.enter_async_context(Listener(app, port, context))

    async def _start_tls(self) -> None:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        chain = make_chain(self.control_url)
        self.upstream.chain = chain
        self.ca_file, self.chain_file = chain.write_trusted(folder)
        context = chain.server_context(folder)
        secure = await self._listen(self.upstream.application(), 0, context)
        self._apis.append(secure)
        self.https_url = secure.origin
        for name in NODES if self._has_nodes else ():
            self._nodes[name] = await self._listen(self.upstream.application(name), 0, context)
            self.nodes[name] = self._nodes[name].origin
        self.streams.origins = self.nodes

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything."""
        if self._end_of_faults:
            self._end_of_faults.cancel()
        for opening in tuple(self._opening):
            opening.cancel()
        await self._stack.aclose()
