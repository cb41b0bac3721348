"""Cache answers of upstream over runs, in one JSON file that may be lost at any time."""

from datetime import datetime, timedelta
from enum import StrEnum
import json
from pathlib import Path
from typing import Any, Final, NamedTuple

from ..files import read_limited, write_whole
from ..limits import MIB

_SCHEMA: Final = "toonami-downlink/1"
MAX_BYTES: Final = 4 * MIB
"""Of the file; what has not been used for longest goes first. Enough for 3000 episodes."""
MISS_AGE: Final = timedelta(days=7)
"""How long it is remembered that upstream knows nothing of something."""
_PLAYLIST_AGE: Final = timedelta(days=10)
"""How long a playlist is kept that nobody uses: it is over."""


class Kind(StrEnum):
    """The kind of a cached answer."""

    PLAYLIST = "playlists"
    DETAIL = "details"
    TITLE = "titles"
    """Whole titles of which upstream knows nothing."""


class Remembered(NamedTuple):
    """An answer, and how old it is."""

    answer: Any
    """As upstream gave it; None for nothing."""
    age: timedelta


class _Entry(NamedTuple):
    made: float
    used: float
    answer: Any


class Cache:
    """Answers by kind and key; without a file nothing outlives the run."""

    def __init__(self, path: Path | None, api_url: str, now: datetime) -> None:
        """Read the file; one that is damaged, foreign or of another server counts as empty."""
        self._path = path
        self._api_url = api_url
        self._now = now.timestamp()
        self._entries: dict[Kind, dict[str, _Entry]] = {kind: {} for kind in Kind}
        if path:
            self._load(path)

    def find(self, kind: Kind, key: str) -> Remembered | None:
        """Return what is remembered; that there is nothing only for `MISS_AGE`."""
        entry = self._entries[kind].get(key)
        if entry is None or (entry.answer is None and self._is_over(kind, entry)):
            return None
        self._entries[kind][key] = entry._replace(used=self._now)
        return Remembered(entry.answer, timedelta(seconds=self._now - entry.made))

    def remember(self, kind: Kind, key: str, answer: Any) -> None:
        """Keep an answer; None says that there is nothing."""
        self._entries[kind][key] = _Entry(self._now, self._now, answer)

    def save(self) -> None:
        """Write the file, up to `MAX_BYTES`. Raises CannotWriteError."""
        if not self._path:
            return
        lines = [
            (entry.used, kind, f"{json.dumps(key)}:{json.dumps(entry, separators=(',', ':'))}")
            for kind, entries in self._entries.items()
            for key, entry in entries.items()
            if not self._is_over(kind, entry)
        ]
        lines.sort(key=lambda line: line[0], reverse=True)
        kept: dict[Kind, list[str]] = {kind: [] for kind in Kind}
        room = MAX_BYTES - 1024
        for _, kind, line in lines:
            room -= len(line) + 2
            if room < 0:
                break
            kept[kind].append(line)
        # The Go CLI crashes on a cache file without this key (upstream.md 3.16).
        head = {"schema": _SCHEMA, "api": self._api_url, "episodeCache": {}}
        parts = [f"{json.dumps(key)}:{json.dumps(value)}" for key, value in head.items()]
        parts += [f'"{kind}":{{{",\n".join(entries)}}}' for kind, entries in kept.items()]
        write_whole({self._path: f"{{{',\n'.join(parts)}}}\n".encode()})

    def _is_over(self, kind: Kind, entry: _Entry) -> bool:
        if entry.answer is None:
            return self._now - entry.made > MISS_AGE.total_seconds()
        return kind is Kind.PLAYLIST and self._now - entry.used > _PLAYLIST_AGE.total_seconds()

    def _load(self, path: Path) -> None:
        try:
            data = json.loads(read_limited(path, 4 * MAX_BYTES))
        except OSError, RecursionError, ValueError:
            return
        if not isinstance(data, dict) or data.get("schema") != _SCHEMA:
            return
        if data.get("api") != self._api_url:
            return
        for kind in Kind:
            entries = data.get(kind)
            for key, entry in entries.items() if isinstance(entries, dict) else ():
                if (read := _read(entry)) and 0 <= read.made <= self._now:
                    # A damaged time may be larger than any that can be counted with.
                    self._entries[kind][key] = read._replace(used=min(read.used, self._now))


def _read(entry: Any) -> _Entry | None:
    match entry:
        case [int() | float() as made, int() | float() as used, answer]:
            return _Entry(made, used, answer)
    return None
