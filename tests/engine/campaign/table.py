"""The table of faults: what goes wrong where and when, and what may be lost by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Lack(StrEnum):
    """What a feed lacks in comparison with a full one."""

    MIRROR = "stream addresses from /streamUrl"
    PLAYLIST = "ends of programmes, because some come from /media"
    MEDIA = "anything but the next ten items, at least for a time"
    FRESH = "news, because some programmes are kept from the published feed"
    DETAILS = "descriptions"
    CHANNEL = "a channel, which is kept from the published feed"


FULL: frozenset[Lack] = frozenset()
UNREACHABLE, NONSENSE, TIMED_OUT = 3, 4, 6


@dataclass(frozen=True, kw_only=True)
class Row:
    """One way of going wrong."""

    fault: str
    endpoint: str
    when: str
    """``always``, the ``first`` request, one in the ``middle``; ``half``: one schedule of two."""
    outcome: frozenset[Lack] | int
    """What the feed lacks; or the exit code with which the run is refused."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Faults of the simulator besides this one."""
    arguments: tuple[str, ...] = ()
    cache: bytes | None = None
    """What is in the cache file before the run."""

    @property
    def name(self) -> str:
        """How a report calls the row."""
        return f"{self.endpoint}-{self.when}-{self.fault}"

    def faults(self, on_air: str | None = None) -> dict[str, Any]:
        """In the simulator's form; `on_air` is the id of the playlist that is on.

        In the middle of the playlists is that one, at whatever time of the day this runs. For whom
        it makes no difference which is missing, the fourth will do.
        """
        faults = dict(self.more)
        nth = {"first": [1], "middle": [4]}.get(self.when, [])
        query = {"scheduleName": "Toonami Aftermath EST"} if self.when == "half" else {}
        if on_air and (self.endpoint, self.when) == ("playlist", "middle"):
            nth, query = [1], {"id": on_air}
        rules = [
            {"endpoint": endpoint, "kind": self.fault, "nth": nth, "query": query}
            for endpoint in self.endpoint.split("+")
            if self.fault not in _NOT_A_RULE
        ]
        return faults | {"rules": rules + list(faults.get("rules", ()))}


_NOT_A_RULE = frozenset(
    {"offline", "slow", "lineup", "cache", "latency", "no_issuer", "unknown_root"}
)
"""Not spoilt answers, but something else: what a test has to do for it."""


def _rows(
    endpoint: str, when: str, faults: str, outcome: frozenset[Lack] | int, **more: Any
) -> list[Row]:
    return [
        Row(fault=fault, endpoint=endpoint, when=time, outcome=outcome, **more)
        for time in when.split()
        for fault in faults.split()
    ]


_BROKEN = "reset html500 html502 html200 truncated huge gzip_bomb redirect_loop"
"""No answer: it is worth to ask once more."""
_NOTHING = "empty null list object not_utf8 wrong_types"
"""An answer, of which nothing can be used."""
_SLOW = "silence drip"
"""Nothing is asked twice that takes so long."""
_EVERYTHING = f"{_BROKEN} {_NOTHING} {_SLOW}"

_LISTS_ARE_DOWN = {"rules": [{"endpoint": "playlists", "kind": "html502"}]}
_MIRROR = frozenset({Lack.MIRROR})
_FROM_MEDIA = frozenset({Lack.PLAYLIST})
_TEN_ITEMS = frozenset({Lack.MEDIA, Lack.FRESH})
_NO_DETAILS = frozenset({Lack.DETAILS})

ROWS = [
    # The list of channels, asked for once: in case of need it is known by heart.
    *_rows("channelscurrentmedia", "always first", f"{_EVERYTHING} quoted", FULL),
    # Stream addresses: there is a second way to each stream.
    *_rows("streamurl", "always", f"{_BROKEN} {_SLOW} empty null list object not_utf8", _MIRROR),
    *_rows("streamurl", "always", "quoted", FULL),
    *_rows("streamurl", "first middle", f"{_BROKEN} empty null list object not_utf8", FULL),
    *_rows("streamurl", "first middle", _SLOW, _MIRROR),
    # The guide: playlists, or the media list, or the next ten items, or what was published.
    *_rows("playlists", "always half", _EVERYTHING, _FROM_MEDIA),
    *_rows("playlists", "first", _BROKEN, FULL),
    *_rows("playlist", "always", _EVERYTHING, _FROM_MEDIA),
    *_rows("playlist", "first middle", _BROKEN, FULL),
    *_rows("playlist", "middle", f"{_NOTHING} {_SLOW}", _FROM_MEDIA),
    *_rows("playlist", "always", "text_episode_number", FULL),
    *_rows("media", "always", "html502 silence", FULL),
    *_rows("media", "always", _EVERYTHING, _TEN_ITEMS, more=_LISTS_ARE_DOWN),
    *_rows("media", "first middle", f"{_BROKEN} {_NOTHING}", _FROM_MEDIA, more=_LISTS_ARE_DOWN),
    *_rows("media", "half", _SLOW, _FROM_MEDIA | _TEN_ITEMS, more=_LISTS_ARE_DOWN),
    *_rows(
        "media",
        "always",
        "text_episode_number",
        _FROM_MEDIA,
        more=_LISTS_ARE_DOWN | {"count_limit": 75},
    ),
    *_rows(
        "media",
        "always",
        "text_episode_number",
        _TEN_ITEMS,
        more=_LISTS_ARE_DOWN | {"count_limit": 20},
    ),
    *_rows(
        "playlists+media+channelscurrentmedia", "always", "html502 silence", frozenset({Lack.FRESH})
    ),
    # Details: nice to have.
    *_rows("mediainfo", "always", _EVERYTHING, _NO_DETAILS),
    *_rows("mediainfo", "always", "odd_air_date text_episode_number", FULL),
    *_rows("mediainfo", "first middle", _EVERYTHING, FULL),
    *_rows("mediainfo", "middle", "offline", _NO_DETAILS),
    # Other channels than usual.
    *_rows("channels-reversed", "always", "lineup", FULL, more={"lineup": {"reverse": True}}),
    *_rows("channel-added", "always", "lineup", FULL, more={"lineup": {"added": ["Movies 2"]}}),
    *_rows(
        "channel-renamed",
        "always",
        "lineup",
        FULL,
        more={"lineup": {"renamed": {"Toonami Aftermath East": "TOONAMI AFTERMATH EST"}}},
    ),
    *_rows(
        "channel-removed",
        "always",
        "lineup",
        frozenset({Lack.CHANNEL}),
        more={"lineup": {"removed": ["MTV97"]}},
    ),
    # What earlier runs left behind.
    *_rows("cache-garbage", "always", "cache", FULL, cache=b"\x00garbage"),
    *_rows(
        "cache-of-the-go-program",
        "always",
        "cache",
        FULL,
        cache=b'{"episodeCache":{"https://a/mediaInfo":{}}}',
    ),
    # Nothing works.
    *_rows("*", "always", _NOTHING, NONSENSE),
    *_rows("*", "always", _BROKEN.replace("reset ", ""), NONSENSE),
    *_rows("*", "always", f"reset {_SLOW} offline unknown_root", UNREACHABLE),
    *_rows("*", "always", "no_issuer", FULL),
    *_rows(
        "*",
        "always",
        "slow",
        TIMED_OUT,
        more={"latency": 9},
        arguments=("--answer-timeout", "9", "--time-limit", "0.3"),
    ),
    *_rows("*", "always", "latency", FULL, more={"latency": 0.02}),
]
