"""What each recording has to hold: told by what was on air, and by nothing that the house says.

It reads the files with ffprobe, and the counter in each picture of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
import subprocess
from typing import Final

from custom_components.toonami_downlink.engine.downlink.policy import REPEATED_FROM
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TOMBSTONES,
    TRACKS,
    Gap,
    Reason,
    Recording,
    State,
)
from tests.simulator import counter

from .house import PADDING, PLACES, House, Kept
from .relay import LENGTH, SIZE, at, seconds_of
from .station import MINUTE, Show, Station

SLACK: Final = timedelta(seconds=LENGTH + 2)
"""A segment in flight, and the beginning of one."""
_SEGMENT: Final = timedelta(seconds=LENGTH)
_BACK: Final = timedelta(minutes=10)
_TIMEOUT: Final = 60
_DIFFERENCE: Final = 1.5
"""Seconds that ffprobe may see it otherwise."""
_WITH_FILE: Final = frozenset({State.COMPLETE, State.INTERRUPTED})

_REASONS: Final = {
    "kill": Reason.ABSENT,
    "power cut": Reason.ABSENT,
    "restart": Reason.ABSENT,
    "disk full": Reason.DISK_FULL,
    "no space left": Reason.DISK_FULL,
    "read-only": Reason.DISK,
    "hang": Reason.DISK,
    "node": Reason.NO_SIGNAL,
    "no upstream": Reason.NO_SIGNAL,
}
"""What is to be said of what goes wrong."""

type Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A time in which something may be missing; of one channel, or of all."""

    kind: str
    start: datetime
    stop: datetime
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file holds."""

    numbers: Sequence[int | None]
    duration: float


@dataclass(slots=True)
class Verdict:
    """What was found."""

    problems: list[str] = field(default_factory=list)
    files: int = 0
    holes: int = 0
    seconds_missing: int = 0
    pictures: int = 0
    states: Counter[str] = field(default_factory=Counter)


def see(path: Path) -> Seen:
    """Read a file: all of its pictures, and how long ffprobe says that it is."""
    probe = ("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0")
    duration = _run(*probe, str(path))
    width, height = SIZE
    frames = _run(
        *("ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-an"),
        *("-vf", f"scale={width}:{height}", "-pix_fmt", "gray", "-fps_mode", "passthrough"),
        *("-f", "rawvideo", "pipe:1"),
    )
    size = width * height
    numbers = [
        counter.read_centres(frames[place : place + size], width, height)
        for place in range(0, len(frames) - size + 1, size)
    ]
    return Seen(numbers, float(duration))


def _run(*words: str) -> bytes:
    done = subprocess.run(  # noqa: S603  # a test's own words
        words, capture_output=True, timeout=_TIMEOUT, check=False
    )
    if done.returncode or done.stderr:
        raise RuntimeError(f"{words[0]}: {done.stderr.decode(errors='replace')}")
    return done.stdout


class Judge:
    """Compare what was to be recorded with what is there."""

    def __init__(self, station: Station, house: House, troubles: Sequence[Trouble]) -> None:
        self.verdict = Verdict()
        self._station = station
        self._house = house
        self._troubles = troubles
        self._of: dict[tuple[str, datetime], Show] = {
            (channel, start): show
            for show in station.shows
            for channel, start, _ in show.showings()
        }
        self._items = {one.identity: one for one in house.items}

    def judge(self) -> Verdict:
        """Look at everything, once the week is over."""
        with ThreadPoolExecutor(2) as pool:
            for kept, seen in zip(
                self._house.kept,
                pool.map(lambda one: see(one.path), self._house.kept),
                strict=True,
            ):
                for problem in self._look_at(kept, seen):
                    self._say(kept.recording, problem)
        for one in self._house.items:
            self.verdict.states[one.state.value] += 1
            if one.state in {State.PLANNED, State.RECORDING}:
                self._say(one, f"it is still {one.state.value}")
        for show in self._station.shows:
            self._look_for(show)
        self._look_at_works()
        self._look_at_folder()
        return self.verdict

    def _say(self, one: Recording, problem: str) -> None:
        name = f"{one.programme.title} {one.programme.episode_code}".strip()
        self.verdict.problems.append(
            f"recording {one.number} ({name}, {one.channel}, {one.start:%d %H:%M}, "
            f"{one.state.value}): {problem}"
        )

    # One file

    def _look_at(self, kept: Kept, seen: Seen) -> Iterator[str]:
        one = kept.recording
        self.verdict.files += 1
        self.verdict.pictures += len(seen.numbers)
        show = self._of.get((one.channel, one.start))
        if show is None or not self._is_as_long(one, show):
            yield f"nothing was on from {one.start:%H:%M:%S} to {one.stop:%H:%M:%S}"
            return
        if show.is_dropped:
            yield "the station did not show it"
        air = self._house.relay.airs[one.channel]
        seconds = seconds_of(air, seen.numbers, one.start - _BACK)
        if None in seconds:
            yield f"{seconds.count(None)} pictures have no counter"
        held = [second for second in seconds if second is not None]
        if any(after <= before for before, after in pairwise(held)):
            yield "it goes back, or has something twice"
        if abs(seen.duration - len(held)) > _DIFFERENCE:
            yield f"it lasts {seen.duration} s, with {len(held)} pictures, one a second"
        yield from self._look_at_holes(one, set(held))

    def _is_as_long(self, one: Recording, show: Show) -> bool:
        """Whether it ends with the programme, or ended before that was made longer."""
        length = one.stop - one.start
        return length == show.length or (one.state is not State.COMPLETE and length in show.lengths)

    def _look_at_holes(self, one: Recording, held: set[int]) -> Iterator[str]:
        before, after = (minutes * MINUTE for minutes in PADDING)
        first, last = one.start - before, one.stop + after
        strange = [s for s in held if not first - SLACK <= at(s) <= last + SLACK]
        if strange:
            yield f"{len(strange)} seconds are not of it"
        for start, stop in missing(held, one.start, one.stop):
            self.verdict.holes += 1
            self.verdict.seconds_missing += round((stop - start).total_seconds())
            if not any(gap.start - _S <= start and stop <= gap.stop + _S for gap in one.gaps):
                yield f"a hole that is not stated, {_said(start, stop)}"
        for gap in one.gaps:
            wrong = [s for s in held if gap.start + _S <= at(s) < gap.stop - _S]
            if wrong:
                yield f"{len(wrong)} seconds are there of the hole {_said(gap.start, gap.stop)}"
        if (one.state is State.COMPLETE) is bool(one.gaps):
            yield f"{len(one.gaps)} holes"
        yield from self._look_for_reasons(one, missing(held, first + SLACK, last - SLACK))

    def _look_for_reasons(self, one: Recording, holes: Iterable[Span]) -> Iterator[str]:
        """Say what is missing without a reason, or for another one than is stated."""
        if one.gaps and one.reason not in (reasons := self._reasons_of(one)):
            yield f"its reason is {one.reason}, and not one of {sorted(reasons)}"
        for start, stop in holes:
            is_padding = stop <= one.start + _S or one.stop - _S <= start
            if is_padding and self._were_places_taken(one, start, stop):
                continue
            # What is stopped when the programme is over, does not go on for the padding.
            until = one.stop if start < one.stop < stop else stop
            is_over = one.stop - _S <= start
            if not self._is_explained(one.channel, start, start + _S if is_over else until):
                yield f"nothing was wrong {_said(start, stop)}, and it is not there"

    def _reasons_of(self, one: Recording) -> set[Reason]:
        """Return why something may be missing of it."""
        before, after = (minutes * MINUTE for minutes in PADDING)
        # What has ended it in the padding is the reason, too.
        padding = Gap(one.start - before, one.start), Gap(one.stop, one.stop + after)
        reasons = {
            _REASONS[trouble.kind]
            for trouble in self._troubles
            for gap in (*one.gaps, *padding)
            if trouble.channel in {None, one.channel}
            and trouble.start < gap.stop + SLACK
            and gap.start - SLACK < trouble.stop
        }
        was_away = any(
            _REASONS[trouble.kind] is Reason.ABSENT
            and trouble.start < one.stop + after
            and one.start - before < trouble.stop
            for trouble in self._troubles
        )
        # Why something was missing before a restart is not known afterwards.
        return reasons | ({Reason.ABSENT} if was_away else set())

    def _were_places_taken(self, one: Recording, start: datetime, stop: datetime) -> bool:
        """Whether others needed all places at some time: padding gives way to them."""
        before, after = (minutes * MINUTE for minutes in PADDING)
        others = {
            kept.recording.channel
            for kept in self._house.kept
            if kept.recording.start - before < stop and start < kept.recording.stop + after
        }
        return len(others | {one.channel}) > PLACES

    def _is_explained(self, channel: str, start: datetime, stop: datetime) -> bool:
        """Whether there was trouble all the time."""
        reached = start
        for one in sorted(self._troubles, key=lambda one: one.start):
            if one.channel in {None, channel} and one.start - SLACK <= reached < one.stop + SLACK:
                reached = max(reached, one.stop + SLACK)
        return reached >= stop

    def _was_trouble(self, channel: str, start: datetime, stop: datetime) -> bool:
        """Whether there was any trouble between two times."""
        return any(
            one.channel in {None, channel} and one.start < stop and start < one.stop
            for one in self._troubles
        )

    # One programme

    def _recordings_of(self, show: Show) -> list[Recording]:
        times = {(channel, start) for channel, start, _ in show.showings()}
        return [one for one in self._items.values() if (one.channel, one.start) in times]

    def _look_for(self, show: Show) -> None:
        """A programme is there whole, if it was to be had whole on the East or on the West."""
        if show.is_cancelled or show.is_deleted:
            self._look_for_none(show)
            return
        if show.is_dropped or show.repeats:
            return
        found = [one for each in self._same_as(show) for one in self._recordings_of(each)]
        states = {one.state for one in found}
        is_nearly = any(
            one.state is State.INTERRUPTED and one.missing < REPEATED_FROM for one in found
        )
        if states & {State.COMPLETE, *TOMBSTONES} or is_nearly:
            return
        if found and all(show.start < one.start for one in found):
            # Another one was planned by then, and nobody could know what became of it.
            return
        chances = [
            f"{channel} {start:%d %H:%M}"
            for channel, start, stop in show.showings()
            if not self._was_trouble(channel, start - 2 * MINUTE, stop + _SEGMENT)
        ]
        if chances or not found:
            said = [f"{one.number} {one.state.value} {one.reason}" for one in found]
            self.verdict.problems.append(f"{show}: {said}, and nothing was wrong: {chances}")

    def _look_for_none(self, show: Show) -> None:
        """What somebody did not want does not come back."""
        shows = self._same_as(show) if show.is_deleted else [show]
        found = [one for each in shows for one in self._recordings_of(each) if one.has_picture]
        if found:
            self.verdict.problems.append(f"{show} has come back: {[one.number for one in found]}")

    def _same_as(self, show: Show) -> list[Show]:
        return [one for one in self._station.shows if one.work == show.work]

    def _look_at_works(self) -> None:
        """Nothing is there twice, but for what has holes each time."""
        works: defaultdict[tuple[str, int], list[Recording]] = defaultdict(list)
        for one in self._items.values():
            show = self._of.get((one.channel, one.start))
            # What the guide called something else cannot be known again.
            if show and show.title == one.programme.title and one.state in _WITH_FILE:
                works[show.work].append(one)
        for work, found in works.items():
            complete = [one for one in found if one.state is State.COMPLETE]
            by_replacing = {one.replaces for one in found}
            loose = [one for one in found if one.identity not in by_replacing]
            if len(complete) > 1 or (complete and len(found) > 1) or len(loose) > 1:
                numbers = [(one.number, one.state.value, one.channel) for one in found]
                self.verdict.problems.append(f"{work} is there more than once: {numbers}")

    # The folder

    def _look_at_folder(self) -> None:
        folder = self._house.folder
        files = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
        ours = {one.file for one in self._items.values() if one.file}
        beside = {str(Path(name).with_suffix(".nfo")) for name in ours}
        if left := files - ours - beside:
            self.verdict.problems.append(f"left over: {sorted(left)[:10]}")
        if gone := ours - files:
            self.verdict.problems.append(f"not there: {sorted(gone)[:10]}")
        tracks = [one.name for one in (folder / TRACKS).iterdir()]
        if tracks:
            self.verdict.problems.append(f"tracks are left over: {tracks[:10]}")
        empty = [one for one in folder.rglob("*") if one.is_dir() and not any(one.iterdir())]
        if any(one.name != TRACKS for one in empty):
            self.verdict.problems.append(f"empty folders are left over: {empty[:10]}")
        used, quota = (
            sum(path.stat().st_size for path in folder.rglob("*.mp4")),
            self._house.recordings.space.quota,
        )
        if used > quota:
            self.verdict.problems.append(f"{used} bytes are used of {quota}")


_S: Final = timedelta(seconds=1)


def missing(held: Iterable[int], first: datetime, last: datetime) -> Iterator[Span]:
    """Yield where nothing is held, for two seconds or longer."""
    reached = first
    for second in (*sorted(held), int(last.timestamp())):
        start = min(at(second), last)
        if start - reached >= 2 * _S:
            yield reached, start
        reached = max(reached, at(second) + _S)


def _said(start: datetime, stop: datetime) -> str:
    return f"{start:%H:%M:%S}-{stop:%H:%M:%S}"
