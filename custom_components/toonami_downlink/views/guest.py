"""A request with a right secret: whose it is, and what may be answered."""

from dataclasses import dataclass

from aiohttp import hdrs, web

from ..coordinator import DownlinkCoordinator
from ..engine.downlink.client_log import Outcome, RequestKind, player_name
from ..engine.downlink.models import Channel
from ..engine.downlink.publish.publication import Offer
from ..storage.credentials import Credentials
from ..streaming.manager import Watcher
from .log import record_request


@dataclass(frozen=True, slots=True)
class Guest:
    """Who asks: a device with a pass, or one with the secrets of *Home*."""

    request: web.Request
    coordinator: DownlinkCoordinator
    credentials: Credentials
    """Those that it came with."""
    offer: Offer
    """What its pass may see."""

    @property
    def identity(self) -> str:
        """Of its pass."""
        return self.offer.owner.identity

    @property
    def stream_links(self) -> str:
        """Where the addresses of its streams lead."""
        return self.offer.owner.links or self.coordinator.settings.stream_links

    @property
    def watcher(self) -> Watcher:
        """Who it is when it watches: its pass, its address and its player."""
        return Watcher(
            address=self.request.remote or "?",
            player=player_name(self.request.headers.get(hdrs.USER_AGENT, "")),
            identity=self.identity,
        )

    def channel(self, number: int) -> Channel | None:
        """Return the channel of that number among those that its pass may see."""
        return self.offer.feed.channel(number)

    def record(self, kind: RequestKind, outcome: Outcome = Outcome.OK) -> None:
        """Add the request to the log of clients."""
        record_request(self.coordinator, self.request, kind, outcome)
        self.coordinator.passes.note(self.identity)

    def is_right(self) -> bool:
        """Whether its secrets are still right, for what takes long."""
        coordinator = self.coordinator
        return (
            coordinator.credentials.of(self.identity) is self.credentials
            and coordinator.passes.get(self.identity) is not None
        )
