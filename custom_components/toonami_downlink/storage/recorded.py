"""What is recorded, was recorded and is to be recorded, in Home Assistant's storage."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import logging
from pathlib import PurePosixPath
import re
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.downlink.limits import (
    MAX_GAPS,
    MAX_LIST_ITEMS,
    MAX_RECORDINGS,
    MAX_RULES,
    MAX_TITLE_CHARS,
)
from ..engine.downlink.models import Programme
from ..engine.downlink.publish.programme_json import programme_from_json, programme_to_json
from ..engine.downlink.recording.model import (
    ENDINGS,
    Gap,
    Reason,
    Recording,
    RecordingError,
    Rule,
    RuleKind,
    State,
)
from ..engine.downlink.recording.rules import make_rule
from .versioned_store import Data, VersionedStore

_LOGGER = logging.getLogger(__name__)
_KEY: Final = f"{DOMAIN}.recordings"
_IDENTITY: Final = re.compile(r"[0-9a-f]{16}")
_REMEMBERED_FOR: Final = timedelta(days=365)
_MAX_PATH_CHARS: Final = 1024
_MAX_NUMBER: Final = 2**31 - 1
"""Players keep the numbers of what they play in 32 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The rules, the recordings, and what has to be remembered of them."""

    rules: tuple[Rule, ...] = ()
    recordings: tuple[Recording, ...] = ()
    next_number: int = 1
    is_partial: bool = False
    """Whether some of what was stored is damaged, and not in here."""


class RecordingStore:
    """The file that the rules and recordings are in."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without a look at it."""
        self._file = VersionedStore(hass, _KEY)

    async def async_load(self) -> Recorded:
        """Load it; what cannot be used is left out of it, but stays in a copy, and the log says so.

        Raises as `VersionedStore.async_load`.
        """
        data = await self._file.async_load()
        if not data:
            return Recorded(is_partial=data is not None)
        recorded = read_recorded(data)
        if recorded.is_partial:
            kept = await self._file.async_keep_copy()
            _LOGGER.warning("Some of the recordings are damaged and were left out; see %s", kept)
        return recorded

    async def async_save(self, recorded: Recorded) -> None:
        """Save it, or raise StoreError."""
        await self._file.async_save_surely(recorded_to_json(recorded))

    async def async_remove(self) -> None:
        """Delete it. The recordings themselves stay where they are."""
        await self._file.async_remove()


def recorded_to_json(recorded: Recorded) -> Data:
    """Write it as it is stored."""
    return {
        "rules": [_rule_to_json(rule) for rule in recorded.rules],
        "recordings": [_recording_to_json(one) for one in recorded.recordings],
        "next_number": recorded.next_number,
    }


def read_recorded(data: Data) -> Recorded:
    """Read what was stored; what cannot be used is left out."""
    rules, bad_rules = _rules(data.get("rules"))
    recordings, bad_recordings = _recordings(data.get("recordings"))
    return Recorded(
        rules=rules,
        recordings=recordings,
        next_number=_next_number(data.get("next_number"), recordings),
        is_partial=bool(bad_rules or bad_recordings),
    )


def trimmed(recordings: Iterable[Recording], now: datetime) -> tuple[Recording, ...]:
    """Return the recordings without those that need not be remembered any more.

    That is what has no picture and was on more than a year ago, and the oldest of it when there
    are more than `MAX_RECORDINGS`.
    """
    kept = [one for one in recordings if one.state not in _PAST or one.stop > now - _REMEMBERED_FOR]
    surplus = len(kept) - MAX_RECORDINGS
    if surplus > 0:
        oldest = sorted((one for one in kept if one.state in _PAST), key=lambda one: one.stop)
        gone = {one.identity for one in oldest[:surplus]}
        kept = [one for one in kept if one.identity not in gone]
    return tuple(kept)


_PAST: Final = frozenset({State.FAILED, State.CANCELLED, State.DELETED, State.GONE})


def _next_number(data: Any, recordings: Iterable[Recording]) -> int:
    given = max((one.number for one in recordings), default=0)
    stored = data if type(data) is int and 0 < data <= _MAX_NUMBER else 1
    return max(given + 1, stored)


# Rules


def _rule_to_json(rule: Rule) -> Data:
    return {
        "kind": rule.kind.value,
        "text": rule.text,
        "channel": rule.channel,
        "only_missing": rule.only_missing,
        "keep_last": rule.keep_last,
        "days": sorted(rule.days),
        "since": rule.since.isoformat(),
    }


def _rules(data: Any) -> tuple[tuple[Rule, ...], int]:
    """Read the rules; the second value is how many cannot be used."""
    items = data if isinstance(data, list) else []
    found = {rule.identity: rule for item in items if (rule := _rule(item))}
    rules = tuple(found.values())[:MAX_RULES]
    return rules, len(items) - len(rules) if isinstance(data, list) else 1


def _rule(data: Any) -> Rule | None:
    try:
        return make_rule(
            RuleKind(data["kind"]),
            _text(data["text"]),
            _optional_text(data["channel"]),
            _moment(data["since"]),
            only_missing=_flag(data["only_missing"]),
            keep_last=None if data["keep_last"] is None else _number(data["keep_last"]),
            days=frozenset(map(_number, _list(data["days"]))),
        )
    except KeyError, TypeError, ValueError, RecordingError:
        return None


# Recordings


def _recording_to_json(recording: Recording) -> Data:
    return {
        "identity": recording.identity,
        "number": recording.number,
        "channel": recording.channel,
        "start": recording.start.isoformat(),
        "stop": recording.stop.isoformat(),
        "programme": _programme_to_json(recording),
        "state": recording.state.value,
        "reason": recording.reason and recording.reason.value,
        "gaps": _gaps_to_json(recording.gaps),
        # What has none is stored as by earlier versions.
        **({"lost": _gaps_to_json(recording.lost)} if recording.lost else {}),
        "rule": recording.rule,
        "is_kept": recording.is_kept,
        "file": recording.file,
        "size": recording.size,
        "since": recording.since.isoformat(),
        "replaces": recording.replaces,
    }


def _gaps_to_json(gaps: tuple[Gap, ...]) -> list[list[str]]:
    return [[gap.start.isoformat(), gap.stop.isoformat()] for gap in gaps[:MAX_GAPS]]


def _programme_to_json(recording: Recording) -> str:
    programme = recording.programme
    if recording.is_tombstone:
        # Enough to know it again.
        programme = replace(programme, description=None, image=None, credits=(), categories=())
    return programme_to_json(programme)


def _recordings(data: Any) -> tuple[tuple[Recording, ...], int]:
    """Read the recordings; the second value is how many cannot be used."""
    items = data if isinstance(data, list) else []
    found: dict[str, Recording] = {}
    numbers: set[int] = set()
    for item in items[:MAX_RECORDINGS]:
        one = _recording(item)
        if one and one.identity not in found and one.number not in numbers:
            found[one.identity] = one
            numbers.add(one.number)
    return tuple(found.values()), len(items) - len(found) if isinstance(data, list) else 1


def _recording(data: Any) -> Recording | None:
    try:
        start, stop = _moment(data["start"]), _moment(data["stop"])
        file = data["file"]
        if start >= stop or not (file is None or _is_file(file)):
            return None
        return Recording(
            identity=_identity(data["identity"]),
            number=_number(data["number"], 1),
            channel=_text(data["channel"]),
            start=start,
            stop=stop,
            programme=_programme(data["programme"], start, stop),
            state=State(data["state"]),
            reason=None if data["reason"] is None else Reason(data["reason"]),
            gaps=_gaps(data["gaps"]),
            lost=_gaps(data.get("lost", [])),
            rule=None if data["rule"] is None else _identity(data["rule"]),
            is_kept=_flag(data["is_kept"]),
            file=file,
            size=_number(data["size"], 0, 2**63),
            since=_moment(data["since"]),
            replaces=None if data["replaces"] is None else _identity(data["replaces"]),
        )
    except KeyError, TypeError, ValueError:
        return None


def _programme(data: Any, start: datetime, stop: datetime) -> Programme:
    if not isinstance(data, str):
        raise TypeError("it is no text")
    return programme_from_json(data, start, stop)


def _gaps(data: Any) -> tuple[Gap, ...]:
    return tuple(map(_gap, _list(data, MAX_GAPS)))


def _gap(data: Any) -> Gap:
    start, stop = map(_moment, _list(data, 2))
    if start >= stop:
        raise ValueError("it ends before it begins")
    return Gap(start, stop)


def _is_file(data: Any) -> bool:
    """Whether it is a recording's path below a folder, and stays there as far as names tell."""
    if not isinstance(data, str) or not 0 < len(data) <= _MAX_PATH_CHARS or "\0" in data:
        return False
    path = PurePosixPath(data)
    # Everybody who may watch gets it, and the folder is one that others keep things in as well.
    return not path.is_absolute() and ".." not in path.parts and path.suffix in ENDINGS


def _identity(data: Any) -> str:
    if not isinstance(data, str) or not _IDENTITY.fullmatch(data):
        raise ValueError("it is no identity")
    return data


def _moment(data: Any) -> datetime:
    moment = dt_util.parse_datetime(data) if isinstance(data, str) else None
    if moment is None or moment.tzinfo is None:
        raise ValueError("it is no moment")
    return dt_util.as_utc(moment)


def _number(data: Any, low: int = 0, high: int = _MAX_NUMBER) -> int:
    if type(data) is not int or not low <= data <= high:
        raise ValueError("it is no such number")
    return data


def _flag(data: Any) -> bool:
    if type(data) is not bool:
        raise ValueError("neither true nor false")
    return data


def _text(data: Any) -> str:
    if not isinstance(data, str) or len(data) > MAX_TITLE_CHARS:
        raise ValueError("it is no text")
    return data


def _optional_text(data: Any) -> str | None:
    return None if data is None else _text(data)


def _list(data: Any, limit: int = MAX_LIST_ITEMS) -> list[Any]:
    if not isinstance(data, list) or len(data) > limit:
        raise ValueError("it is no list, or too long")
    return data
