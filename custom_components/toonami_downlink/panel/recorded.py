"""What a page is told of recordings: first everything, and then what has changed."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..coordinator import DownlinkCoordinator
from ..engine.downlink.recording.model import Recording, Rule
from ..recording.manager import Recordings
from .payloads import details, seconds

MAX_TOLD: Final = 1_000
"""Recordings that a page is told of: what is to come, and the newest ones."""
_DETAILS: Final = ("title", "episode_title", "season", "episode", "image")


class Teller:
    """Tells one page what it does not know yet."""

    def __init__(
        self, coordinator: DownlinkCoordinator, recordings: Recordings, *, in_full: bool
    ) -> None:
        """Without `in_full`, it is told what marks the recordings in the guide."""
        self._coordinator = coordinator
        self._recordings = recordings
        self._in_full = in_full
        self._told: dict[str, tuple[Recording, int | None]] | None = None

    def tell(self) -> dict[str, Any]:
        """Return the next event."""
        recordings, numbers = self._recordings, numbers_of(self._coordinator)
        shown, more = _chosen(recordings.items)
        known = {one.identity: (one, numbers.get(one.channel)) for one in shown}
        told = self._told or {}
        changed = [value for identity, value in known.items() if told.get(identity) != value]
        payload = _recording if self._in_full else _mark
        event = {
            "loaded": True,
            "on": recordings.is_on,
            "whole": self._told is None,
            "recordings": [payload(one, number) for one, number in changed],
            "gone": [identity for identity in told if identity not in known],
            "more": more,
            "rules": [_rule(rule) for rule in recordings.rules],
            "conflicts": self._conflicts(known),
            **({"space": _space(recordings)} if self._in_full else {}),
        }
        self._told = known
        return event

    def _conflicts(self, known: Mapping[str, object]) -> list[dict[str, Any]]:
        return [
            {
                "id": conflict.identity,
                "with": list(conflict.with_),
                "instead": conflict.instead
                and {
                    "channel": conflict.instead.channel.number,
                    "start": seconds(conflict.instead.start),
                    "stop": seconds(conflict.instead.stop),
                    "title": conflict.instead.programme.title,
                },
            }
            for conflict in self._recordings.conflicts
            if conflict.identity in known
        ]


def _chosen(items: Iterable[Recording]) -> tuple[list[Recording], int]:
    """Return what is told, and how much is left out."""
    alive = [one for one in items if not one.is_tombstone]
    if len(alive) > MAX_TOLD:
        newest = sorted(alive, key=lambda one: one.start, reverse=True)
        return newest[:MAX_TOLD], len(alive) - MAX_TOLD
    return alive, 0


def numbers_of(coordinator: DownlinkCoordinator) -> dict[str, int]:
    """Return the numbers of the channels by their keys."""
    channels = coordinator.data.feed.channels if coordinator.data else ()
    return {channel.key: channel.number for channel in channels}


def _mark(recording: Recording, number: int | None) -> dict[str, Any]:
    return {
        "id": recording.identity,
        "channel": number,
        "start": seconds(recording.start),
        "stop": seconds(recording.stop),
        "state": recording.state.value,
        "has_file": recording.file is not None,
    }


def _recording(recording: Recording, number: int | None) -> dict[str, Any]:
    known = details(recording.programme)
    return {
        **_mark(recording, number),
        "number": recording.number,
        "reason": recording.reason and recording.reason.value,
        **{name: known[name] for name in _DETAILS},
        "gaps": [[seconds(gap.start), seconds(gap.stop)] for gap in recording.gaps],
        "missing": recording.missing.total_seconds(),
        "kept": recording.is_kept,
        "rule": recording.rule,
        "size": recording.size,
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.identity,
        "kind": rule.kind.value,
        "text": rule.text,
        "channel": rule.channel,
        "only_missing": rule.only_missing,
        "keep_last": rule.keep_last,
        "days": sorted(rule.days),
    }


def _space(recordings: Recordings) -> dict[str, Any]:
    space = recordings.space
    return {
        "used": space.used,
        "quota": space.quota,
        "free": space.free or None,
        "warning": space.warning,
    }
