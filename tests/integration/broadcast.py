"""A channel of which a test says what comes, and when it was on."""

import asyncio
from datetime import timedelta

from custom_components.toonami_downlink.engine.downlink.models import Channel
from custom_components.toonami_downlink.engine.downlink.relay.segment import Segment
from custom_components.toonami_downlink.engine.downlink.relay.source import Listener
from custom_components.toonami_downlink.streaming.manager import Watcher

from .factories import NOON
from .harness import Harness
from .upstream import SECONDS, body

BEFORE = 20
"""Segments that are held from before the programme that is on."""
COUNT = 80
SECOND = timedelta(seconds=SECONDS)


class Station:
    """Brings what a test says, in the place of upstream; it counts how often it is asked to."""

    def __init__(self) -> None:
        self.opened = 0
        self.listeners: list[Listener] = []
        self.count = 0

    def open(self, _key: str, listener: Listener) -> Station:
        self.opened += 1
        self.listeners.append(listener)
        return self

    async def run(self) -> None:
        if not self.count:
            self.bring(COUNT)
        await asyncio.Event().wait()

    def bring(self, count: int) -> None:
        """Send so many segments; the first of all is `BEFORE` segments before noon."""
        for number in range(self.count, self.count + count):
            date = NOON + (number - BEFORE) * SECOND
            self.listeners[0].on_segment(Segment(data=body(number), duration=SECONDS, date=date))
        self.count += count


def channel_of(home: Harness, number: int = 1) -> Channel:
    channel = home.publication.feed.channel(number)
    assert channel
    return channel


async def watch(home: Harness, number: int = 1) -> None:
    """Let somebody watch a channel."""
    viewer = await home.coordinator.streams.async_touch(
        channel_of(home, number), Watcher("192.0.2.1", "TV")
    )
    await viewer.ready()
