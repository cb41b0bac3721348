"""The log of clients: which player asked for what, and what became of it."""

from aiohttp import hdrs, web

from ..coordinator import DownlinkCoordinator
from ..engine.downlink.client_log import Outcome, RequestKind


def record_request(
    coordinator: DownlinkCoordinator, request: web.Request, kind: RequestKind, outcome: Outcome
) -> None:
    """Add a request to the log of clients."""
    coordinator.clients.record(
        request.remote or "?", request.headers.get(hdrs.USER_AGENT, ""), kind, outcome
    )
