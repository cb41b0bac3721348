"""The programme plan: one playlist a day for each schedule, made from a seed and a date.

The grid is New York's wall clock: a weekday's playlist begins at noon, a weekend's at six, and
each lasts until the next begins; weekend playlists of Toonami run past that. Sources for these
rules: the captured answers of ``/playlists`` and ``/playlist`` (2022 and 2026).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
import hashlib
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from .catalogue import BY_NAME, OVERRUN, SCHEDULES, TOONAMI, WEEKDAY, WEEKEND, BlockPlan, Fill, Show

NEW_YORK: Final = ZoneInfo("America/New_York")
HORIZON_DAYS: Final = 29
"""How many days ahead a playlist is made, each day at `PLANNED_AT`."""
PLANNED_AT: Final = timedelta(hours=12, minutes=20)
PAST_DAYS: Final = 21
SHORTEST: Final = timedelta(minutes=20)
"""A remainder of a day below this goes to the block before it."""
_SECONDS_EACH: Final = {Fill.SERIES: 1500, Fill.SHORTS: 720, Fill.FILM: 6600}
_GAPS: Final = (0, 30, 60, 90, 180, 350)
"""Seconds of bumpers and adverts after an item, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing on air; times are UTC with milliseconds, `end` before the next one's start."""

    start: datetime
    end: datetime
    fill: Fill
    block: str
    index: int
    """Its place in the playlist; bumpers and adverts between the items count."""
    show: Show | None = None
    """None for a short, which has no name of its own."""
    episode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A named stretch of a playlist."""

    name: str
    start: datetime
    end: datetime
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Playlist:
    """One day of one schedule."""

    id: str
    schedule: str
    day: date
    start: datetime
    end: datetime
    blocks: tuple[Block, ...]

    @property
    def items(self) -> Iterator[Item]:
        """All items in order."""
        return (item for block in self.blocks for item in block.items)


def is_weekend(day: date) -> bool:
    """Whether the day has the weekend's plan."""
    return day.weekday() >= 5


def day_start(day: date) -> datetime:
    """Return when the playlist of a New York day begins, in UTC."""
    local = datetime.combine(day, time(6 if is_weekend(day) else 12), NEW_YORK)
    return local.astimezone(UTC)


class Schedule:
    """Playlists by schedule name and day, the same for the same seed."""

    def __init__(self, now: Callable[[], datetime], seed: int) -> None:
        self._now = now
        self._seed = seed
        self._made: dict[tuple[str, date], Playlist] = {}

    def days(self) -> tuple[date, date]:
        """Return the first and the last day that playlists exist for."""
        today = self._now().astimezone(NEW_YORK).date()
        planned = (self._now().astimezone(UTC) - PLANNED_AT).date()
        return today - timedelta(days=PAST_DAYS), planned + timedelta(days=HORIZON_DAYS)

    def playlist(self, schedule: str, day: date) -> Playlist | None:
        """Return the playlist of a day, or None where there is none (yet)."""
        first, last = self.days()
        if schedule not in SCHEDULES or not first <= day <= last:
            return None
        key = (schedule, day)
        if key not in self._made:
            self._made[key] = _make(schedule, day, self._seed)
        return self._made[key]

    def find(self, playlist_id: str) -> Playlist | None:
        """Return the playlist with that id."""
        first, last = self.days()
        for schedule in SCHEDULES:
            for offset in range((last - first).days + 1):
                day = first + timedelta(days=offset)
                if _object_id(schedule, day, self._seed) == playlist_id:
                    return self.playlist(schedule, day)
        return None

    def after(self, schedule: str, at: datetime) -> Iterator[Item]:
        """Yield what ends after `at`: playlists end to end, so not sorted where they overlap."""
        day = at.astimezone(NEW_YORK).date() - timedelta(days=2)
        last = self.days()[1]
        while day <= last:
            if playlist := self.playlist(schedule, day):
                yield from (item for item in playlist.items if item.end > at)
            day += timedelta(days=1)

    def week(self, schedule: str, at: datetime) -> list[Playlist]:
        """Return the playlists of the New York week (Monday to Sunday) around `at`."""
        day = at.astimezone(NEW_YORK).date()
        monday = day - timedelta(days=day.weekday())
        days = (monday + timedelta(days=offset) for offset in range(7))
        return [playlist for each in days if (playlist := self.playlist(schedule, each))]


def _object_id(schedule: str, day: date, seed: int) -> str:
    """Return an id like upstream's: the second it was made on, then something unique."""
    made = datetime.combine(day - timedelta(days=HORIZON_DAYS), time(), UTC) + PLANNED_AT
    tail = hashlib.sha256(f"{seed}/{schedule}/{day}".encode()).hexdigest()
    return f"{int(made.timestamp()):08x}{tail[:16]}"


def _make(schedule: str, day: date, seed: int) -> Playlist:
    rng = Random(f"{seed}/{schedule}/{day}")
    start = day_start(day)
    grid_end = day_start(day + timedelta(days=1))
    plan = (WEEKEND if is_weekend(day) else WEEKDAY)[schedule]
    blocks: list[Block] = []
    index = 1
    for block_plan, begin, end in _cut(plan, start, grid_end + _overrun(schedule, day, rng)):
        items = tuple(_fill(block_plan, begin, end, day, rng, index))
        index = items[-1].index + 4
        blocks.append(Block(name=block_plan.name, start=begin, end=end, items=items))
    return Playlist(
        id=_object_id(schedule, day, seed),
        schedule=schedule,
        day=day,
        start=start,
        end=blocks[-1].end,
        blocks=tuple(blocks),
    )


def _overrun(schedule: str, day: date, rng: Random) -> timedelta:
    """Saturdays run up to almost three hours into Sunday, Sundays less far into Monday."""
    if schedule != TOONAMI or not is_weekend(day):
        return timedelta()
    return timedelta(seconds=rng.randint(3600, 10200 if day.weekday() == 5 else 6360))


def _cut(
    plan: tuple[BlockPlan, ...], start: datetime, end: datetime
) -> Iterator[tuple[BlockPlan, datetime, datetime]]:
    """Lay the plan's blocks end to end; what is left of the day is for more of the last kind."""
    begin = start
    for block in (*plan, *(OVERRUN,) * 8):
        stop = min(begin + timedelta(hours=block.hours), end)
        if end - stop < SHORTEST:
            stop = end
        yield block, begin, stop
        if stop == end:
            return
        begin = stop


def _fill(
    plan: BlockPlan, start: datetime, end: datetime, day: date, rng: Random, index: int
) -> Iterator[Item]:
    """Fill a block: items of odd lengths with gaps of 0 to 350 seconds between them."""
    count = max(1, round((end - start).total_seconds() / _SECONDS_EACH[plan.fill]))
    slot = (end - start) / count
    marks = [start + slot * (number + rng.uniform(-0.1, 0.1)) for number in range(count + 1)]
    marks[0], marks[-1] = start, end
    for number in range(count):
        length = (marks[number + 1] - marks[number]).total_seconds()
        gap = min(rng.choice(_GAPS) * rng.uniform(0.8, 1), length / 5)
        show, episode = _pick(plan, number, day)
        yield Item(
            start=_milliseconds(marks[number]),
            end=_milliseconds(marks[number + 1] - timedelta(seconds=gap)),
            fill=plan.fill,
            block=plan.name,
            index=index + number * 4,
            show=show,
            episode=episode,
        )


def _milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _pick(plan: BlockPlan, number: int, day: date) -> tuple[Show | None, int | None]:
    if plan.fill is Fill.SHORTS:
        return None, None
    show = BY_NAME[plan.shows[number % len(plan.shows)]]
    if show.is_film:
        return show, None
    return show, (day.toordinal() + number // len(plan.shows)) % show.episodes + 1
