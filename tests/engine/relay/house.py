"""A relay as Home Assistant has one, with nodes of the tests as its upstream."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from itertools import pairwise

import pytest

from downlink.errors import UpstreamUnreachableError
from downlink.provider.tls import CertificateVerifier
from downlink.relay.addresses import AddressGuard
from downlink.relay.channel import Events, Settings
from downlink.relay.download import Downloader
from downlink.relay.errors import Reason, RingClosedError
from downlink.relay.memory import MOST_HELD
from downlink.relay.relay import Relay
from downlink.relay.ring import NumberedSegment, Ring
from downlink.relay.segment import TsTools
from downlink.relay.source import Listener, Origin, ResolutionBudget, Source

from .station import USER_AGENT, Node, as_it_is, mark_of, read_marked, slate, wall_clock

NOWHERE = "http://127.0.0.1:9/playlist.m3u8"


def guard() -> AddressGuard:
    """Only this one address; 127.0.0.2 is internal."""
    return AddressGuard(allowed=[ip_network("127.0.0.1/32")])


def downloader(user_agent: str = USER_AGENT) -> Downloader:
    return Downloader(guard(), CertificateVerifier(), user_agent)


@dataclass
class House:
    """A relay, and what it said and did."""

    addresses: list[str] = field(default_factory=list)
    """What upstream answers when it is asked for one: in turn, the last one again and again."""
    mirror: str = NOWHERE
    resolved: list[float] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)
    budget: ResolutionBudget = field(default_factory=ResolutionBudget)
    downloader: Downloader = field(default_factory=downloader)
    tools: TsTools = field(default_factory=lambda: TsTools(read_marked, as_it_is))
    relay: Relay = field(init=False)

    async def resolve(self) -> str:
        self.resolved.append(asyncio.get_running_loop().time())
        if not self.addresses:
            raise UpstreamUnreachableError("nobody answers")
        return self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]

    def open_source(self, _key: str, listener: Listener) -> Source:
        origin = Origin(self.resolve, self.mirror)
        return Source(
            self.downloader,
            origin,
            self.budget,
            slate,
            listener,
            now=wall_clock,
            tools=self.tools,
        )

    def on_broken(self, key: str, reason: Reason) -> None:
        self.events.append((key, reason))

    def on_healed(self, key: str) -> None:
        self.events.append((key, "healed"))


@asynccontextmanager
async def house(
    *upstream: Node,
    mirror: Node | None = None,
    max_channels: int = 4,
    settings: Settings | None = None,
    most_held: int = MOST_HELD,
) -> AsyncIterator[House]:
    made = House([node.url for node in upstream])
    if mirror:
        made.mirror = mirror.url
    made.relay = Relay(
        made.open_source,
        max_channels=max_channels,
        settings=settings or Settings(),
        events=Events(on_broken=made.on_broken, on_healed=made.on_healed),
        now=wall_clock,
        on_close=made.downloader.close,
        most_held=most_held,
    )
    try:
        yield made
    finally:
        await made.relay.close()


async def record(ring: Ring, seconds: float) -> list[NumberedSegment]:
    """Everything that comes in so many seconds of simulated time."""
    loop = asyncio.get_running_loop()
    found: list[NumberedSegment] = []
    after = -1
    try:
        async with asyncio.timeout(seconds):
            while True:
                found.append(await ring.wait_for(after))
                after = found[-1].sequence
    except TimeoutError:
        assert loop.time() > 0
    return found


def marks(found: Sequence[NumberedSegment]) -> list[str]:
    """What each segment is, by its content."""
    return [mark_of(one.segment.data) for one in found]


def numbers(found: Sequence[NumberedSegment]) -> list[int]:
    """The station's numbers of what was seen, without the slate."""
    return [int(mark_of(one.segment.data).split()[0]) for one in found if not one.segment.is_slate]


def steps(found: Sequence[NumberedSegment]) -> list[int]:
    """From one segment to the next, where it is not 1: 0 is one repeated, 2 one missing."""
    seen = numbers(found)
    return [b - a for a, b in pairwise(seen) if b - a != 1]


async def record_until_closed(ring: Ring) -> None:
    with pytest.raises(RingClosedError):
        await ring.wait_for(-1)
