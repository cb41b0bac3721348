"""When followed showings are announced: each once, before it begins and when it has begun.

`look` says what is due; what it returns as records is to be kept, also over a restart. All times
are aware and in UTC. Nothing here asks the clock.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from .airings import Airing
from .announced import AnnouncementStage, Record, Records, fresh, west_of
from .follows import Showing
from .policy import (
    LONGEST_PAUSE,
    MARATHON_LASTS,
    MARATHON_PARTS,
    STARTED_WITHIN,
)

_BACK: Final = timedelta(days=2)
_AHEAD: Final = timedelta(days=3)
"""Showings whose first airing is further away have no record yet, and nothing is due of them."""


class Part(NamedTuple):
    """A showing, and which of its airings is announced."""

    showing: Showing
    airing: Airing


class Announcement(NamedTuple):
    """One stage of one showing."""

    stage: AnnouncementStage
    part: Part


class Message(NamedTuple):
    """What people are told at one time: a marathon is one message."""

    identity: str
    """The identity of the first showing in it."""
    stage: AnnouncementStage
    parts: tuple[Part, ...]
    """By their start; one at least."""
    is_new: bool
    """Whether it is the first with that identity; else it takes the place of that one."""


class Outlook(NamedTuple):
    """What is to be done at one time, and when to look again."""

    announcements: tuple[Announcement, ...]
    """By start."""
    messages: tuple[Message, ...]
    over: tuple[str, ...]
    """The identities of messages to withdraw: what they spoke of is over, or is not to come."""
    records: Records
    next: datetime | None
    """When something changes next if nothing else does; None when nothing will."""


def look(showings: Sequence[Showing], records: Records, lead: timedelta, now: datetime) -> Outlook:
    """Say what is due at a time, given all showings (by their first airing) and the last records.

    A showing is announced at its first airing that can still be announced, and nothing of it is
    announced twice, whatever happens to the guide or the clock meanwhile. That it begins soon is
    not said once it has begun, and that it has begun only for `STARTED_WITHIN` after that.
    """
    first = bisect_left(showings, now - _BACK, key=_first_start)
    end = bisect_left(showings, now + _AHEAD, lo=first, key=_first_start)
    looking = _Look(showings[first:end], fresh(records, now), lead, now)
    over, changed = looking.update()
    announcements, messages = looking.announce()
    after = showings[end].airing.start - lead if end < len(showings) else None
    times = [*looking.times(), *((after,) if after else ())]
    return Outlook(
        announcements=announcements,
        messages=(*changed, *messages),
        over=over,
        records=looking.records,
        next=min(times, default=None),
    )


def later_in_the_west(part: Part) -> Airing | None:
    """Return the airing on a channel that is behind the one that is announced."""
    return west_of(part.showing, part.airing.channel.key, part.airing.start)


class _Look:
    """One look at what is near."""

    def __init__(
        self,
        showings: Sequence[Showing],
        records: dict[str, Record],
        lead: timedelta,
        now: datetime,
    ) -> None:
        self.records = records
        self._showings = showings
        self._known = {showing.identity: showing for showing in showings}
        self._lead = lead
        self._now = now

    def update(self) -> tuple[tuple[str, ...], list[Message]]:
        """Follow what the guide has moved or lost; return messages to withdraw and to replace."""
        moved = {key for key in tuple(self.records) if self._move(key)}
        over, changed = [], []
        for message, keys in self._messages().items():
            parts = tuple(sorted(filter(None, map(self._part, keys)), key=_part_start))
            # Perhaps it was moved to a time so long ago that nobody is told that it has begun.
            if self._is_lost(message) or (message in moved and not parts):
                over.append(message)
                for key in keys:
                    self.records[key] = replace(self.records[key], message="")
            elif not any(map(self._is_alive, keys)):
                over.append(message)
                for key in keys:
                    self.records[key] = replace(self.records[key], is_withdrawn=True)
            elif message in moved:
                changed.append(Message(message, AnnouncementStage.SOON, parts, is_new=False))
        return tuple(over), changed

    def announce(self) -> tuple[tuple[Announcement, ...], list[Message]]:
        """Take down what is due now; return it, and the messages that say so."""
        due: list[Announcement] = []
        messages: list[Message] = []
        unsaid: dict[AnnouncementStage, list[Part]] = {stage: [] for stage in AnnouncementStage}
        for stage, part in sorted(self._due(), key=lambda one: _part_start(one.part)):
            record = self._record(part)
            if record.is_aside:
                self.records[part.showing.identity] = record
                continue
            self.records[part.showing.identity] = replace(record, stage=stage)
            due.append(Announcement(stage, part))
            if not record.message:
                unsaid[stage].append(part)
            elif stage is AnnouncementStage.STARTED and record.message == part.showing.identity:
                messages.append(Message(record.message, stage, (part,), is_new=False))
        for stage, parts in unsaid.items():
            if parts:
                messages.append(self._message(stage, parts))
        return tuple(due), messages

    def times(self) -> Iterator[datetime]:
        """Yield when something is due next, or a message is over."""
        for showing in self._showings:
            part = self._part_of(showing)
            if part and (start := part.airing.start) > self._now:
                record = self.records.get(showing.identity)
                soon = start - self._lead
                is_said = record and record.stage
                yield start if is_said or soon <= self._now else soon
        for keys in self._messages().values():
            yield max(self.records[key].stop for key in keys)

    def _due(self) -> Iterator[Announcement]:
        for showing in self._showings:
            if showing.airing.start > self._now + self._lead:
                break
            if part := self._part_of(showing):
                record = self.records.get(showing.identity)
                if part.airing.start <= self._now:
                    yield Announcement(AnnouncementStage.STARTED, part)
                elif part.airing.start - self._lead <= self._now and not (record and record.stage):
                    yield Announcement(AnnouncementStage.SOON, part)

    def _part_of(self, showing: Showing) -> Part | None:
        """Return which airing is to be announced; None when nothing more is."""
        airings = (showing.airing, *showing.others)
        record = self.records.get(showing.identity)
        if record is None or record.is_loose:
            coming = (one for one in airings if self._now < one.start + STARTED_WITHIN)
            return next((Part(showing, one) for one in coming), None)
        is_done = record.is_aside or record.stage is AnnouncementStage.STARTED
        if is_done or self._now >= record.start + STARTED_WITHIN:
            return None
        there = (one for one in airings if one.channel.key == record.channel)
        nearest = min(there, key=lambda one: abs(one.start - record.start), default=None)
        return Part(showing, nearest) if nearest else None

    def _part(self, key: str) -> Part | None:
        return self._part_of(self._known[key]) if key in self._known else None

    def _move(self, key: str) -> bool:
        """Note when an airing that has not begun is on now; return whether it was moved."""
        record = self.records[key]
        part = self._part(key)
        if part is None or (record.start <= self._now and not record.is_loose):
            return False
        start, stop, channel = part.airing.start, part.airing.stop, part.airing.channel.key
        is_there = channel == record.channel
        # What people were told of it is not true of another channel.
        message = record.message if is_there else ""
        self.records[key] = replace(
            record, channel=channel, start=start, stop=stop, message=message
        )
        return is_there and start != record.start

    def _messages(self) -> dict[str, list[str]]:
        """Return the messages that people have, with the showings of which each speaks."""
        found: dict[str, list[str]] = {}
        for key, record in self.records.items():
            if record.message and not record.is_withdrawn:
                found.setdefault(record.message, []).append(key)
        return found

    def _is_lost(self, message: str) -> bool:
        """Whether the first showing that a message speaks of is not what it says any more."""
        head = self.records.get(message)
        if head is None or head.message != message:
            return True
        return head.stop > self._now and not self._is_to_come(message, head)

    def _is_alive(self, key: str) -> bool:
        return key in self._known and self.records[key].stop > self._now

    def _is_to_come(self, key: str, record: Record) -> bool:
        """Whether what was announced is still in the guide, at about the time that was said."""
        if record.start <= self._now:
            return key in self._known
        near = record.start <= self._now + 2 * self._lead + STARTED_WITHIN
        return near and self._part(key) is not None

    def _record(self, part: Part) -> Record:
        """Return the record of what is due; the first time, a new one."""
        if record := self.records.get(part.showing.identity):
            return record
        before = self._before(part)
        return Record(
            channel=part.airing.channel.key,
            start=part.airing.start,
            stop=part.airing.stop,
            follows=part.showing.follows,
            message=before.message if before else "",
            is_aside=before.is_aside if before else False,
            is_withdrawn=before.is_withdrawn if before else False,
        )

    def _before(self, part: Part) -> Record | None:
        """Return what goes on with this, back to back, if people were told of it or want it not."""
        return next(
            (
                one
                for one in self.records.values()
                if (one.is_aside or self._is_told_of(one, part)) and _goes_on(one, part)
            ),
            None,
        )

    def _is_told_of(self, record: Record, part: Part) -> bool:
        """Whether the message that a record is in can still speak of one more showing."""
        head = self.records.get(record.message)
        return head is not None and part.airing.start < head.start + MARATHON_LASTS

    def _message(self, stage: AnnouncementStage, parts: list[Part]) -> Message:
        """Make a new message of what is due, and of what comes with it."""
        identity = parts[0].showing.identity
        if stage is AnnouncementStage.SOON:
            parts = [*parts, *self._coming_with(parts)]
        for part in parts:
            record = self._record(part)
            self.records[part.showing.identity] = replace(record, message=identity)
        return Message(identity, stage, tuple(parts), is_new=True)

    def _coming_with(self, parts: Sequence[Part]) -> Iterator[Part]:
        """Yield what begins within another lead, and what goes on with any of it back to back."""
        first = parts[0].airing.start
        until, end = first + self._lead, first + MARATHON_LASTS
        last = {
            (part.airing.channel.key, follow): part.airing.stop
            for part in parts
            for follow in part.showing.follows
        }
        coming = (
            part
            for showing in self._showings
            if self._is_open(showing.identity) and (part := self._part_of(showing))
        )
        count = len(parts)
        for part in sorted(coming, key=_part_start):
            places = [(part.airing.channel.key, follow) for follow in part.showing.follows]
            goes_on = any(place in last and _is_next(last[place], part) for place in places)
            if part.airing.start >= end:
                return
            if goes_on or self._now < part.airing.start <= until:
                if (count := count + 1) > MARATHON_PARTS:
                    return
                last |= dict.fromkeys(places, part.airing.stop)
                yield part

    def _is_open(self, key: str) -> bool:
        record = self.records.get(key)
        return record is None or record.is_open


def _goes_on(record: Record, part: Part) -> bool:
    """Whether a showing goes on with that of a record on the same channel, for the same follow."""
    return (
        record.channel == part.airing.channel.key
        and _is_next(record.stop, part)
        and not set(record.follows).isdisjoint(part.showing.follows)
    )


def _is_next(stop: datetime, part: Part) -> bool:
    return abs(part.airing.start - stop) <= LONGEST_PAUSE


def _first_start(showing: Showing) -> datetime:
    return showing.airing.start


def _part_start(part: Part) -> datetime:
    return part.airing.start
