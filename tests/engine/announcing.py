"""A house that looks at showings when it is due, and keeps what comes of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
import json
from typing import Any

from downlink.airings import Airing
from downlink.announced import (
    AnnouncementStage,
    Records,
    records_from_json,
    records_to_json,
)
from downlink.announcements import Outlook, look
from downlink.follows import Showing

from .samples import MINUTE, NOON
from .test_airings import CHANNELS, EAST, programme

LEAD = 10 * MINUTE
SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)
SOON, STARTED = AnnouncementStage.SOON, AnnouncementStage.STARTED
BY_KEY = {channel.key: channel for channel in CHANNELS}

type Said = tuple[str, str, str, float]


def airing(after: float, channel: str = EAST, length: float = 30, title: str = "Trigun") -> Airing:
    shown = programme(after, title, length)
    return Airing(BY_KEY[channel], shown.start, shown.stop, shown)


def showing(
    after: float, *others: Airing, name: str = "one", follow: str = "trigun", **values: Any
) -> Showing:
    return Showing(name, (follow,), airing(after, **values), others)


class House:
    """Look when the last look said so, and whenever something happens; keep what comes of it."""

    def __init__(self, *showings: Showing, lead: timedelta = LEAD) -> None:
        self.showings: Sequence[Showing] = showings
        self.lead = lead
        self.records: Records = {}
        self.now = NOON
        self.said: list[Said] = []
        self.messages: list[tuple[str, str, list[str], bool, float]] = []
        self.over: list[tuple[str, float]] = []
        self.next: datetime | None = None
        self.is_on = True

    @property
    def minute(self) -> float:
        return (self.now - NOON) / MINUTE

    def look(self) -> Outlook:
        found = look(self.showings, self.records, self.lead, self.now)
        self.records, self.next = found.records, found.next
        for stage, (one, where) in found.announcements:
            self.said.append((one.identity, stage, where.channel.key, self.minute))
        for message in found.messages:
            names = [part.showing.identity for part in message.parts]
            self.messages.append(
                (message.identity, message.stage, names, message.is_new, self.minute)
            )
        self.over += [(identity, self.minute) for identity in found.over]
        assert found.next is None or found.next > self.now
        return found

    def run(self, until: float, *showings: Showing) -> House:
        """Let time pass up to so many minutes after noon, with other showings if any are given."""
        self.showings = showings or self.showings
        end = NOON + until * MINUTE
        self.look()
        while self.next and self.next <= end:
            self.now = self.next
            self.look()
        self.now = end
        return self

    def off(self, until: float) -> House:
        """Let time pass without anybody looking, and forget what was not kept."""
        self.now = NOON + until * MINUTE
        self.records = records_from_json(json.loads(json.dumps(records_to_json(self.records))))
        return self
