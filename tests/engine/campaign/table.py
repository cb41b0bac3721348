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
    """``always``, ``first`` request or one in the ``middle``."""
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

    @property
    def faults(self) -> dict[str, Any]:
        """In the simulator's form."""
        faults = dict(self.more)
        nth = {"always": [], "first": [1], "middle": [4]}[self.when]
        rules = [
            {"endpoint": endpoint, "kind": self.fault, "nth": nth}
            for endpoint in self.endpoint.split("+")
            if self.fault not in _NOT_A_RULE
        ]
        return faults | {"rules": rules + list(faults.get("rules", ()))}


_NOT_A_RULE = frozenset({"offline", "slow", "lineup", "cache", "latency"})


def _rows(
    endpoint: str, when: str, faults: str, outcome: frozenset[Lack] | int, **more: Any
) -> list[Row]:
    return [
        Row(fault=fault, endpoint=endpoint, when=when, outcome=outcome, **more)
        for fault in faults.split()
    ]


_LISTS_ARE_DOWN = {"rules": [{"endpoint": "playlists", "kind": "html502"}]}
_MIRROR = frozenset({Lack.MIRROR})
_FROM_MEDIA = frozenset({Lack.PLAYLIST})
_TEN_ITEMS = frozenset({Lack.MEDIA, Lack.FRESH})
_NO_DETAILS = frozenset({Lack.DETAILS})

ROWS = [
    # The list of channels: in case of need it is known by heart.
    *_rows(
        "channelscurrentmedia",
        "always",
        "html500 html502 html200 empty null list object truncated quoted not_utf8 wrong_types"
        " reset silence drip huge gzip_bomb redirect_loop",
        FULL,
    ),
    *_rows("channelscurrentmedia", "first", "html502 truncated reset", FULL),
    # Stream addresses: there is a second way to each stream.
    *_rows(
        "streamurl",
        "always",
        "html502 html200 empty null truncated not_utf8 reset silence drip huge gzip_bomb"
        " redirect_loop",
        _MIRROR,
    ),
    *_rows("streamurl", "always", "quoted", FULL),
    *_rows("streamurl", "first", "html502 empty", FULL),
    *_rows("streamurl", "middle", "html502", FULL),
    *_rows("streamurl", "middle", "silence", _MIRROR),
    # The guide: playlists, or the media list, or the next ten items, or what was published.
    *_rows(
        "playlists",
        "always",
        "html502 html200 empty null list object truncated wrong_types reset silence gzip_bomb",
        _FROM_MEDIA,
    ),
    *_rows("playlists", "first", "html502 truncated", FULL),
    *_rows(
        "playlist",
        "always",
        "html502 html200 empty null list object truncated wrong_types reset silence drip huge"
        " gzip_bomb redirect_loop",
        _FROM_MEDIA,
    ),
    *_rows("playlist", "middle", "html502 truncated reset", FULL),
    *_rows("playlist", "middle", "silence empty wrong_types", _FROM_MEDIA),
    *_rows("playlist", "always", "text_episode_number", FULL),
    *_rows("media", "always", "html502 silence", FULL),
    *_rows(
        "media",
        "always",
        "html502 empty list wrong_types silence",
        _TEN_ITEMS,
        more=_LISTS_ARE_DOWN,
    ),
    *_rows("media", "first", "html502", _FROM_MEDIA, more=_LISTS_ARE_DOWN),
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
    *_rows(
        "mediainfo",
        "always",
        "html502 html200 empty null list object truncated not_utf8 wrong_types reset silence drip"
        " huge gzip_bomb redirect_loop",
        _NO_DETAILS,
    ),
    *_rows("mediainfo", "always", "odd_air_date text_episode_number", FULL),
    *_rows("mediainfo", "first", "html502 silence empty", FULL),
    *_rows("mediainfo", "middle", "truncated reset gzip_bomb", FULL),
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
    *_rows(
        "*",
        "always",
        "html502 html200 empty null list object truncated not_utf8 wrong_types huge gzip_bomb"
        " redirect_loop",
        NONSENSE,
    ),
    *_rows("*", "always", "reset silence drip offline", UNREACHABLE),
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
