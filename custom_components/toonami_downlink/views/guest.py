"""A request with a right secret: whose it is, and what may be answered."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from aiohttp import hdrs, web
from homeassistant.util import dt as dt_util

from ..const import LINKS_DIRECT, LINKS_HOME_ASSISTANT
from ..coordinator import DownlinkCoordinator, async_loaded_coordinator
from ..engine.downlink.client_log import Outcome, RequestKind, player_name
from ..engine.downlink.models import Channel
from ..engine.downlink.publish.publication import Offer
from ..storage.secret_sets import Credentials
from ..streaming.manager import Watcher
from .log import record_request

_INEXACT: Final = timedelta(minutes=1)
"""How much earlier than the guide says a programme may begin, and players begin behind."""


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
        """Where the addresses of its streams lead.

        One that may not always watch has to ask us each time.
        """
        links = self.offer.owner.links or self.coordinator.settings.stream_links
        is_asked = links == LINKS_DIRECT and self.offer.owner.is_limited
        return LINKS_HOME_ASSISTANT if is_asked else links

    @property
    def is_open(self) -> bool:
        """Whether its pass may watch anything at this hour."""
        return self.offer.owner.is_open(dt_util.now())

    def may_watch(self, channel: Channel) -> bool:
        """Whether its pass may watch what is on now."""
        return self.is_open and self.offer.allows(channel.key, dt_util.utcnow())

    def may_have(self, channel: Channel, at: datetime | None) -> bool:
        """Whether its pass may have now what was on at a time; None: nobody knows when that was."""
        allows = self.offer.allows
        return self.is_open and (
            at is None or allows(channel.key, at) or allows(channel.key, at + _INEXACT)
        )

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
        """Whether its secrets are still right, and its pass and the hour, for what takes long.

        What is sent outlives a reload, and the coordinator that let it in knows of nothing since.
        """
        coordinator = async_loaded_coordinator(self.coordinator.hass) or self.coordinator
        one, owner = coordinator.passes.get(self.identity), self.offer.owner
        return (
            coordinator.credentials.of(self.identity) == self.credentials
            and one is not None
            # Under another name everything else is what it was.
            and replace(one, name=owner.name) == owner
            and one.is_open(dt_util.now())
        )
