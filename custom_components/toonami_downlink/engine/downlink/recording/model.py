"""Recordings and rules: immutable values, all times aware and in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ..follows import FollowKind
from ..models import Programme


class State(StrEnum):
    """How a recording is."""

    PLANNED = "planned"
    RECORDING = "recording"
    COMPLETE = "complete"
    """Everything from its start to its end is there."""
    INTERRUPTED = "interrupted"
    """Some of it is missing: see `Recording.gaps`."""
    FAILED = "failed"
    """Nothing of it is there: see `Recording.reason`."""
    CANCELLED = "cancelled"
    """Somebody did not want it, before anything of it was there."""
    DELETED = "deleted"
    """Somebody, or what limits the space, has deleted it."""
    GONE = "gone"
    """Its file was taken away, but not by us."""


WITH_PICTURE: Final = frozenset({State.RECORDING, State.COMPLETE, State.INTERRUPTED})
"""The states in which there is something to play."""
TOMBSTONES: Final = frozenset({State.CANCELLED, State.DELETED, State.GONE})
"""The states that only say: not again."""


class Reason(StrEnum):
    """Why some or all of a recording is not there."""

    NO_SIGNAL = "no_signal"
    """Upstream sent nothing."""
    BUSY = "busy"
    """All channels that may be fetched at once were needed otherwise."""
    DISK_FULL = "disk_full"
    DISK = "disk"
    """The folder could not be written to, or did not answer."""
    ABSENT = "absent"
    """Home Assistant was not running."""
    LATE = "late"
    """It was asked for when it was on already."""
    LEFT_GUIDE = "left_guide"
    """The guide does not have the programme any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Padding:
    """How much more than the programme is recorded."""

    before: timedelta = timedelta(minutes=1)
    after: timedelta = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing of a recording: ``[start, stop)``."""

    start: datetime
    stop: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One airing that is kept, is to be kept, or is not to be kept again."""

    identity: str
    """16 hexadecimal digits: of the airing, whatever the guide makes of it later."""
    number: int
    """Counted from 1 and never given twice: what Xtream players call it."""
    channel: str
    """The key of the channel that it is recorded from."""
    start: datetime
    stop: datetime
    """Of the programme, without padding, as the guide last had it."""
    programme: Programme
    """As the guide last had it."""
    state: State = State.PLANNED
    reason: Reason | None = None
    """Why it failed, or has gaps; None where somebody stopped it. Of one that is planned: why it
    will not be recorded as it is, `LEFT_GUIDE` or `BUSY`."""
    gaps: tuple[Gap, ...] = ()
    """Of the programme."""
    lost: tuple[Gap, ...] = ()
    """What is missing between the beginning and the end of its file, padding included. Files of
    earlier versions have none, whatever is missing."""
    rule: str | None = None
    """The identity of the rule that made it; None when somebody asked for it."""
    is_kept: bool = False
    """Whether it stays until somebody deletes it."""
    file: str | None = None
    """The finished file: its path below the recordings' folder, with slashes. Until there is one,
    a recording with a picture is a track (`track_name`)."""
    size: int = 0
    """Bytes on the disk, of the file or the track."""
    since: datetime
    """When it was planned."""
    replaces: str | None = None
    """The identity of the recording with gaps that goes once this one is complete."""

    @property
    def has_picture(self) -> bool:
        """Whether there is something to play."""
        return self.state in WITH_PICTURE

    @property
    def is_tombstone(self) -> bool:
        """Whether all it says is: not again."""
        return self.state in TOMBSTONES

    @property
    def track_name(self) -> str:
        """The name of its folder of segments, below `TRACKS` in the recordings' folder."""
        return self.identity

    @property
    def missing(self) -> timedelta:
        """How long all gaps are together."""
        return sum((gap.stop - gap.start for gap in self.gaps), timedelta())


TRACKS: Final = ".tracks"
"""The folder, in the recordings' folder, of what is not finished yet."""
ENDINGS: Final = frozenset({".mp4", ".m4a", ".ts"})
"""Of the files that are made of recordings."""


class RuleKind(StrEnum):
    """What a rule goes by."""

    FOLLOWED = "followed"
    """Everything that the house follows."""
    SHOW = FollowKind.SHOW.value
    BLOCK = FollowKind.BLOCK.value
    WORDS = FollowKind.WORDS.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What makes recordings by itself. See `rules.make_rule`."""

    identity: str
    """16 hexadecimal digits of kind, key and channel: the same rule twice is one rule."""
    kind: RuleKind
    text: str
    """As people see it, like `Follow.text`; empty for `RuleKind.FOLLOWED`."""
    key: str
    channel: str | None
    """The key of the only channel that counts; None for any."""
    only_missing: bool = True
    """Whether an episode that is there already, or was deleted, is left out."""
    keep_last: int | None = None
    """How many of its recordings are kept; the oldest go. None: all."""
    days: frozenset[int] = frozenset(range(7))
    """On which days a programme may begin, in the house's zone: 0 is Monday."""
    since: datetime


class RecordingError(Exception):
    """Why something cannot be recorded; `key` names the text for people, with `values` in it."""

    def __init__(self, key: str, message: str, **values: str) -> None:
        """`message` is for the log."""
        super().__init__(message)
        self.key = key
        self.values: Mapping[str, str] = values
