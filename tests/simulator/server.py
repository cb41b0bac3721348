"""The upstream on a loopback port, to be used as an async context manager."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
import tempfile
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from .app import LoggedRequest, Upstream
from .hls import Segments, default_cache
from .tls import make_chain

HOST: Final = "127.0.0.1"
SEED: Final = 1997


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Simulator:
    """A running upstream: ``async with Simulator() as sim: … sim.url``.

    `now` is its clock for everything but the streams. With `tls` there is a second port whose
    certificate comes without its issuer (`https_url`), and `ca_file` to trust it with.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        now: Callable[[], datetime] = _utc_now,
        seed: int = SEED,
        tls: bool = False,
        cache: Path | None = None,
    ) -> None:
        self.upstream = Upstream(now=now, seed=seed, segments=Segments(cache or default_cache()))
        self.url = ""
        self.https_url = ""
        self.ca_file: Path | None = None
        self._port = port
        self._tls = tls
        self._stack = AsyncExitStack()
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

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
        """Replace all faults, in their JSON form; ``{}`` makes everything well again."""
        self.upstream.set_faults(data)

    async def go_offline(self) -> None:
        """Close the port, so that connections are refused; open ones stay."""
        if self._site:
            await self._site.stop()
            self._site = None

    async def go_online(self) -> None:
        """Open the same port again."""
        if self._runner and self._site is None:
            self._site = web.TCPSite(self._runner, HOST, self._port, reuse_address=True)
            await self._site.start()

    async def __aenter__(self) -> Self:
        """Open the ports."""
        runner = web.AppRunner(
            self.upstream.application(),
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=0.1,
        )
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        self._runner = runner
        await self.go_online()
        self._port = int(runner.addresses[0][1])
        self.url = f"http://{HOST}:{self._port}"
        if self._tls:
            await self._start_tls(runner)
        return self

    async def _start_tls(self, runner: web.AppRunner) -> None:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        chain = make_chain(self.url)
        self.upstream.chain = chain
        self.ca_file = folder / "root.pem"
        self.ca_file.write_bytes(chain.root_pem)
        context = chain.server_context(folder)
        await web.TCPSite(runner, HOST, 0, ssl_context=context).start()
        self.https_url = f"https://{HOST}:{runner.addresses[-1][1]}"

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything."""
        await self._stack.aclose()
