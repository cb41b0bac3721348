"""A month of announcements, with refreshes and restarts at random times and clocks that change."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import json
from random import Random
from zoneinfo import ZoneInfo

import pytest

from downlink.announced import AnnouncementStage, Records, records_from_json, records_to_json
from downlink.announcements import look
from downlink.follows import FollowKind, Mark, Showing, find_showings, make_follow, marks_of
from downlink.models import Feed, Programme
from downlink.policy import STARTED_WITHIN

from .samples import HOUR, MINUTE
from .test_airings import CHANNELS, EAST, SNICK, WEST

DAYS = 30
RESTARTS = 50
REFRESHES = 90
LEAD = 10 * MINUTE
SECOND = timedelta(seconds=1)
NEVER = datetime.max.replace(tzinfo=UTC)
SPELLINGS = ("Trigun", "TRIGUN", "Trigun!", "Trig\u00fan")
SOON, STARTED = AnnouncementStage.SOON, AnnouncementStage.STARTED


@dataclass(slots=True)
class Planned:
    """One episode as the guide has it today: where and when it is on; nowhere while it is gone."""

    number: int
    title: str
    airings: dict[str, datetime]
    is_gone: bool = False

    def shown(self) -> Iterator[tuple[str, datetime]]:
        if not self.is_gone:
            yield from self.airings.items()


@dataclass(slots=True)
class Span:
    """A time in which the house looked at one guide."""

    start: datetime
    guide: dict[int, dict[str, datetime]]
    stop: datetime = NEVER


@dataclass(slots=True)
class Month:
    """A house that follows one show, from the first to the last day."""

    random: Random
    first: datetime
    planned: list[Planned] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    said: list[tuple[datetime, AnnouncementStage, int, str]] = field(default_factory=list)
    records: Records = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    showings: tuple[Showing, ...] = ()

    @property
    def last(self) -> datetime:
        return self.first.astimezone(UTC) + (DAYS + 2) * 24 * HOUR

    def plan(self) -> None:
        """Plan an episode or several for each evening of the wall clock, on East and West."""
        number = 0
        for day in range(DAYS):
            evening = self.first + timedelta(days=day, hours=self.random.choice((18, 21, 23)))
            for _ in range(self.random.choice((1, 1, 2, 6))):
                number += 1
                east = evening.astimezone(UTC) + timedelta(minutes=30 * (number % 7))
                airings = {EAST: east, WEST: east + 3 * HOUR}
                if number % 5 == 0:
                    airings = {SNICK: east + 17 * MINUTE}
                self.planned.append(Planned(number, "Trigun", airings))

    def change(self, now: datetime) -> None:
        """Move, rename, remove and bring back some of what has not begun."""
        for one in self.planned:
            if min(one.airings.values()) < now + 2 * MINUTE:
                continue
            what = self.random.random()
            if what < 0.06:
                by = self.random.randint(-40 * 60, 40 * 60) * SECOND
                moved = {key: at + by for key, at in one.airings.items()}
                one.airings = moved if min(moved.values()) > now else one.airings
            elif what < 0.10:
                one.is_gone = not one.is_gone
            elif what < 0.16:
                one.title = self.random.choice(SPELLINGS)

    def refresh(self, now: datetime) -> None:
        """Publish the guide as it is planned now."""
        guide: dict[str, list[Programme]] = {channel.key: [] for channel in CHANNELS}
        for one in self.planned:
            for key, at in one.shown():
                shown = Programme(
                    start=at, stop=at + 25 * MINUTE, title=one.title, season=1, episode=one.number
                )
                guide[key].append(shown)
        whole = {
            key: tuple(sorted(found, key=lambda one: one.start)) for key, found in guide.items()
        }
        feed = Feed(made=now, channels=CHANNELS, guide=whole)
        follow = make_follow(FollowKind.SHOW, "Trigun", None, now)
        self.showings = find_showings(
            feed, [follow], now - 24 * HOUR, now + 7 * 24 * HOUR, self.marks
        )
        self.marks = marks_of(self.showings, self.marks, now)
        self.end_span(now)
        # What the house can know: the same days as above.
        known = {
            one.airing.programme.episode: {
                each.channel.key: each.start for each in (one.airing, *one.others)
            }
            for one in self.showings
        }
        self.spans.append(Span(now, {number: at for number, at in known.items() if number}))

    def end_span(self, now: datetime) -> None:
        if self.spans:
            self.spans[-1].stop = min(self.spans[-1].stop, now)

    def look(self, now: datetime) -> datetime | None:
        found = look(self.showings, self.records, LEAD, now)
        self.records = found.records
        for stage, part in found.announcements:
            number = part.airing.programme.episode
            assert number
            self.said.append((now, stage, number, part.airing.channel.key))
        return found.next

    def restart(self, now: datetime) -> datetime:
        """Stop for up to twenty minutes, with nothing kept but what was written down."""
        self.end_span(now)
        back = now + self.random.randint(0, 20 * 60) * SECOND
        self.records = records_from_json(json.loads(json.dumps(records_to_json(self.records))))
        self.refresh(back)
        return back

    def run(self) -> None:
        self.plan()
        now = self.first.astimezone(UTC)
        self.refresh(now)
        happens = self.moments(REFRESHES, self.change) + self.moments(RESTARTS, None)
        happens.sort(key=lambda one: one[0])
        for at, change in happens:
            while (due := self.look(now)) and due < at:
                now = due
            # Two things happen at two times, also after a restart that took long.
            now = max(now + SECOND, at)
            if change:
                change(now)
                self.refresh(now)
            else:
                now = self.restart(now)
        while (due := self.look(now)) and due < self.last:
            now = due
        self.end_span(self.last)

    def moments[What](self, count: int, what: What) -> list[tuple[datetime, What]]:
        """Return random moments; half of them near a start, where it is the most difficult."""
        seconds = int((self.last - self.first.astimezone(UTC)).total_seconds())
        found = []
        for index in range(count):
            at = self.first.astimezone(UTC) + self.random.randrange(seconds) * SECOND
            if index % 2:
                near = self.random.choice(list(self.random.choice(self.planned).airings.values()))
                at = near + self.random.randint(-15 * 60, 60) * SECOND
            found.append((at, what))
        return found


@pytest.fixture(
    scope="module",
    params=[
        (zone, first, seed)
        for zone, first in (
            ("America/New_York", datetime(2026, 10, 15)),  # noqa: DTZ001  # its zone is beside it
            ("America/New_York", datetime(2027, 2, 25)),  # noqa: DTZ001  # its zone is beside it
            ("Europe/Berlin", datetime(2027, 3, 10)),  # noqa: DTZ001  # its zone is beside it
        )
        for seed in range(4)
    ],
    ids=str,
)
def month(request: pytest.FixtureRequest) -> Month:
    zone, first, seed = request.param
    month = Month(Random(seed), first.replace(tzinfo=ZoneInfo(zone)))
    month.run()
    return month


def expected(month: Month, number: int) -> datetime | None:
    """Return when an episode is to be announced: it begins within the lead, and somebody looks.

    It is the first airing that has not begun that counts; what has begun is not said to be soon.
    """
    for span in month.spans:
        airings = sorted(span.guide.get(number, {}).values())
        for index, at in enumerate(airings):
            # From when on this airing is the first that can still be announced at all.
            turn = airings[index - 1] + STARTED_WITHIN if index else span.start
            begin = max(span.start, at - LEAD, turn)
            if begin < min(at, span.stop):
                return begin
    return None


def test_each_once_at_its_lead(month: Month) -> None:
    soon = [one for one in month.said if one[1] is SOON]
    assert len(soon) > DAYS
    said = {number: at for at, _, number, _ in soon}
    assert len(said) == len(soon), "said twice"
    started = {number: at for at, stage, number, _ in month.said if stage is STARTED}
    for one in month.planned:
        wanted = expected(month, one.number)
        at = said.get(one.number)
        if wanted and not is_begun_before(started, one.number, wanted):
            assert at is not None, (one, wanted)
            assert abs(at - wanted) <= SECOND, (one, wanted)
        else:
            assert at is None, one


def is_begun_before(started: dict[int, datetime], number: int, at: datetime) -> bool:
    """Whether there was only time to say that it had begun, on the channel that is first."""
    return number in started and started[number] <= at


def test_none_after_it_was_removed(month: Month) -> None:
    for at, stage, number, key in month.said:
        (span,) = (one for one in month.spans if one.start <= at < one.stop)
        start = span.guide[number][key]
        if stage is SOON:
            assert timedelta() < start - at <= LEAD
        else:
            assert timedelta() <= at - start < STARTED_WITHIN


def test_begun_once_and_after_it_was_said(month: Month) -> None:
    started = [number for _, stage, number, _ in month.said if stage is STARTED]
    assert len(set(started)) == len(started)
    order = [(number, at) for at, stage, number, _ in sorted(month.said) if stage is SOON]
    begun = {number: at for at, stage, number, _ in month.said if stage is STARTED}
    assert all(begun[number] > at for number, at in order if number in begun)


def test_it_was_a_difficult_month(month: Month) -> None:
    """The month has what it is to have: otherwise the tests above would show nothing."""
    assert len(month.spans) == 1 + REFRESHES + RESTARTS
    zone = month.first.tzinfo
    assert {at.astimezone(zone).utcoffset() for at, *_ in month.said} != {month.first.utcoffset()}
    gone = sum(
        number not in later.guide and at > later.start
        for before, later in pairwise(month.spans)
        for number, airings in before.guide.items()
        for at in airings.values()
    )
    assert gone
    downtime = [later.start - before.stop for before, later in pairwise(month.spans)]
    assert sum(off > MINUTE for off in downtime) > RESTARTS / 2
