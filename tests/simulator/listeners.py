"""Ports of loopback that can be closed, left without an answer, and opened again."""

import asyncio
import socket
import ssl
from typing import Final, Literal, Self

from aiohttp import web

from .spoilers import abort

HOST: Final = "127.0.0.1"
_BACKLOG: Final = 128

type State = Literal["open", "dead", "silent"]


class Listener:
    """One application on one port, which stays ours while nobody listens on it.

    A second socket is bound to the port all the time and never listens: connections are refused,
    and no other program can be given the number.
    """

    def __init__(
        self, app: web.Application, port: int = 0, context: ssl.SSLContext | None = None
    ) -> None:
        self.state: State = "dead"
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        if port:
            socket.create_server((HOST, port)).close()  # OSError if it is somebody else's
        self._keeper = _bound(port)
        self.port = int(self._keeper.getsockname()[1])
        self._context = context
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._lock = asyncio.Lock()
        self._is_opening = False

    @property
    def origin(self) -> str:
        """Its address, without a path."""
        return f"{'https' if self._context else 'http'}://{HOST}:{self.port}"

    @property
    def connections(self) -> int:
        """How many are open."""
        server = self._runner.server
        return len(server.connections) if server else 0

    def close(self, state: State = "dead", *, cut: bool = True) -> None:
        """Stop answering at once; with `cut`, the dead reset connections that are open."""
        if self._is_opening:
            self.state = state  # and then it is closed
            return
        is_cut = cut and state == "dead"
        if is_cut and self._runner.server:
            for connection in self._runner.server.connections:
                if connection.transport:
                    abort(connection.transport)
        if self._server:
            self._server.close()  # and the socket with it
            if is_cut:
                self._server.abort_clients()  # those that are not that far yet
            self._server = self._socket = None
        if self._socket and state == "dead":
            self._socket.close()
            self._socket = None
        if state == "silent" and self._socket is None:
            self._socket = _bound(self.port)
            self._socket.listen(_BACKLOG)  # and nobody accepts
        self.state = state

    async def open(self) -> None:
        """Answer from now on, also those who have waited."""
        async with self._lock:
            if self.state == "open" or self._runner.server is None:
                return
            if self._socket is None:
                self._socket = _bound(self.port)
            self.state = "open"
            loop = asyncio.get_running_loop()
            self._is_opening = True
            try:
                self._server = await loop.create_server(
                    self._runner.server, sock=self._socket, ssl=self._context, backlog=_BACKLOG
                )
            finally:
                self._is_opening = False
            if not self._is_open():
                self.close(self.state)

    def _is_open(self) -> bool:
        return self.state == "open"

    async def __aenter__(self) -> Self:
        """Open it."""
        await self._runner.setup()
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it for good."""
        self.close(cut=False)
        await self._runner.cleanup()
        self._keeper.close()


def _bound(port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    found.setblocking(False)
    try:
        found.bind((HOST, port))
    except OSError:
        found.close()
        raise
    return found
