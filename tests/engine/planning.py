"""A house that plans its recordings at every refresh, and keeps what comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from downlink.follows import Follow
from downlink.models import MOVIE, SERIES, Feed, Programme
from downlink.recording.model import Gap, Padding, Reason, Recording, Rule, RuleKind, State
from downlink.recording.planner import Plan, plan, record
from downlink.recording.rules import make_rule

from .samples import MINUTE, NOON
from .test_airings import feed, programme

NO_PADDING = Padding(before=timedelta(), after=timedelta())


def rule(text: str = "Trigun", kind: RuleKind = RuleKind.SHOW, **values: Any) -> Rule:
    return make_rule(kind, text, values.pop("channel", None), NOON, **values)


def episode(after: float, number: int = 1, title: str = "Trigun", **values: Any) -> Programme:
    return programme(after, title, episode=number, categories=(SERIES,), **values)


def film(after: float, title: str = "Akira", **values: Any) -> Programme:
    return programme(after, title, length=120, categories=(MOVIE,), **values)


class House:
    """What one house knows and wants; `last` is what was planned last."""

    def __init__(
        self,
        *rules: Rule,
        follows: Sequence[Follow] = (),
        places: int = 4,
        padding: Padding = NO_PADDING,
        zone: tzinfo = UTC,
    ) -> None:
        self.rules: Sequence[Rule] = rules
        self.follows = follows
        self.places = places
        self.padding = padding
        self.zone = zone
        self.now = NOON
        self.feed: Feed | None = None
        self.next_number = 1
        self.recordings: tuple[Recording, ...] = ()
        self.last: Plan | None = None

    def at(self, minute: float) -> House:
        self.now = NOON + minute * MINUTE
        return self

    def look(self, guide: Mapping[str, Sequence[Programme]] | None = None) -> House:
        """Plan, with another guide if one is given; to do so twice changes nothing."""
        if guide is not None:
            self.feed = feed(guide)
        found = self.plan()
        self.recordings, self.next_number, self.last = found.recordings, found.next_number, found
        assert self.plan() == found
        return self

    def plan(self) -> Plan:
        return plan(
            self.feed,
            self.rules,
            self.follows,
            self.recordings,
            self.now,
            places=self.places,
            padding=self.padding,
            zone=self.zone,
            next_number=self.next_number,
        )

    def record(self, channel: str, minute: float | None = None) -> Recording:
        start = None if minute is None else NOON + minute * MINUTE
        found = record(
            self.feed, self.recordings, channel, start, self.now, number=self.next_number
        )
        if found.number == self.next_number:
            self.next_number += 1
        others = [one for one in self.recordings if one.identity != found.identity]
        self.recordings = (*others, found)
        return found

    def set(self, number: int, state: State, **values: Any) -> Recording:
        """Say what became of a recording."""
        (one,) = (one for one in self.recordings if one.number == number)
        found = replace(one, state=state, **values)
        self.recordings = tuple(found if each is one else each for each in self.recordings)
        return found

    def holed(self, number: int, minutes: float = 3, **values: Any) -> Recording:
        """Say that something of a recording is missing."""
        (one,) = (one for one in self.recordings if one.number == number)
        gap = Gap(one.start, one.start + minutes * MINUTE)
        values = {"reason": Reason.ABSENT, "gaps": (gap,), **values}
        return self.set(number, State.INTERRUPTED, **values)

    def said(self) -> list[tuple[int, str, float, str]]:
        """Each recording: number, channel, minutes after noon, state."""
        return [
            (one.number, one.channel, (one.start - NOON) / MINUTE, one.state)
            for one in self.recordings
        ]

    def minutes(self) -> dict[int, tuple[float, float]]:
        """From when to when each is recorded, by number."""
        assert self.last
        numbers = {one.identity: one.number for one in self.recordings}
        return {
            numbers[name]: ((span.start - NOON) / MINUTE, (span.stop - NOON) / MINUTE)
            for name, span in self.last.spans.items()
        }

    def conflicts(self) -> list[tuple[int, list[int], tuple[str, float] | None]]:
        """Each conflict: the number, those of the others, where it is on instead."""
        assert self.last
        numbers = {one.identity: one.number for one in self.recordings}
        return [
            (
                numbers[one.identity],
                [numbers[name] for name in one.with_],
                one.instead and (one.instead.channel.key, minute_of(one.instead.start)),
            )
            for one in self.last.conflicts
        ]


def minute_of(moment: datetime) -> float:
    return (moment - NOON) / MINUTE
