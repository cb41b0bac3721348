"""What became of followed showings: what was announced, and what people answered.

All times are aware and in UTC.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from .airings import DELAYS, Airing
from .follows import Showing
from .limits import MAX_ANNOUNCED, MAX_FOLLOWS, MAX_VALUE_CHARS
from .policy import ANNOUNCED_KEPT_FOR


class AnnouncementStage(StrEnum):
    """What is announced of a showing."""

    SOON = "soon"
    """It begins within the lead."""
    STARTED = "started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What became of one showing."""

    channel: str
    """The key of the channel whose airing is, or was, announced."""
    start: datetime
    stop: datetime
    """When that airing is on, as far as was known until it began."""
    follows: tuple[str, ...] = ()
    """The identities of the follows that it matches."""
    stage: AnnouncementStage | None = None
    """The last that was announced."""
    message: str = ""
    """The message that it is in, by the identity of the first showing there; empty without one."""
    is_aside: bool = False
    """Whether nobody wants to be told."""
    is_postponed: bool = False
    """Whether it is to be announced at this airing and no other."""
    is_withdrawn: bool = False
    """Whether people have the message no more, because what it spoke of is over."""

    @property
    def is_loose(self) -> bool:
        """Whether another airing of it will do, because nothing was announced of this one."""
        return not (self.stage or self.is_aside or self.is_postponed)

    @property
    def is_open(self) -> bool:
        """Whether it is not announced, put aside or in a message yet."""
        return not (self.stage or self.message or self.is_aside)


type Records = Mapping[str, Record]
"""By the identities of showings."""


def fresh(records: Records, now: datetime) -> dict[str, Record]:
    """Forget what is long over; of too many keep those nearest to now."""
    kept = {key: one for key, one in records.items() if one.stop > now - ANNOUNCED_KEPT_FOR}
    if len(kept) > MAX_ANNOUNCED:
        nearest = sorted(kept, key=lambda key: abs(kept[key].start - now))
        kept = {key: kept[key] for key in nearest[:MAX_ANNOUNCED]}
    return kept


def put_aside(records: Records, message: str) -> Records:
    """Announce nothing more of what a message speaks of."""
    return {
        key: replace(one, is_aside=True, message="") if one.message == message else one
        for key, one in records.items()
    }


def postpone(showings: Iterable[Showing], records: Records, message: str, now: datetime) -> Records:
    """Announce what a message speaks of at the later airing of the West, and until then no more.

    What has none there is put aside.
    """
    changed = dict(records)
    known = {showing.identity: showing for showing in showings}
    for key, one in records.items():
        if one.message != message:
            continue
        showing = known.get(key)
        west = west_of(showing, one.channel, one.start) if showing else None
        if west and west.start > now:
            changed[key] = Record(
                channel=west.channel.key,
                start=west.start,
                stop=west.stop,
                follows=one.follows,
                is_postponed=True,
            )
        else:
            changed[key] = replace(one, is_aside=True, message="")
    return changed


def west_of(showing: Showing, channel: str, start: datetime) -> Airing | None:
    """Return the airing after the one at `start`, on a channel that is behind that one."""
    behind = DELAYS.get(channel, {})
    for one in (showing.airing, *showing.others):
        if one.start > start and behind.get(one.channel.key, timedelta()) > timedelta():
            return one
    return None


def records_to_json(records: Records) -> list[dict[str, Any]]:
    """Write records as JSON values; times are ISO 8601."""
    return [
        {
            "showing": key,
            "channel": one.channel,
            "start": one.start.isoformat(),
            "stop": one.stop.isoformat(),
            "follows": list(one.follows),
            "stage": one.stage.value if one.stage else None,
            "message": one.message,
            "aside": one.is_aside,
            "postponed": one.is_postponed,
            "withdrawn": one.is_withdrawn,
        }
        for key, one in records.items()
    ]


def records_from_json(data: object) -> dict[str, Record]:
    """Read what `records_to_json` wrote; what cannot be used is left out."""
    items = data[:MAX_ANNOUNCED] if isinstance(data, list) else []
    return dict(filter(None, map(_record, items)))


def _record(data: Any) -> tuple[str, Record] | None:
    if not isinstance(data, Mapping):
        return None
    try:
        record = Record(
            channel=_key(data["channel"]),
            start=_moment(data["start"]),
            stop=_moment(data["stop"]),
            follows=tuple(_key(one) for one in data["follows"][:MAX_FOLLOWS]),
            stage=AnnouncementStage(data["stage"]) if data["stage"] else None,
            message=_key(data["message"]),
            is_aside=data["aside"] is True,
            is_postponed=data["postponed"] is True,
            is_withdrawn=data["withdrawn"] is True,
        )
        return _key(data["showing"]), record
    except KeyError, OverflowError, TypeError, ValueError:
        return None


def _key(value: object) -> str:
    """Read a key. Raises ValueError for what is none of ours."""
    if not isinstance(value, str) or len(value) > MAX_VALUE_CHARS:
        raise ValueError("That is no key")
    return value


def _moment(text: str) -> datetime:
    """Read a time. Raises TypeError or ValueError, also for one that belongs to no time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("A time needs its zone")
    return moment.astimezone(UTC)
