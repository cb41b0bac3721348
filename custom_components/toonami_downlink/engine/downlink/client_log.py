"""The log of clients: which player asked for what lately, and what it got."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
import re
from time import time
from typing import Final

CLIENTS_KEPT: Final = 50
REFUSED_KEPT: Final = 20
"""Records of requests with a wrong secret."""
_NAME_CHARS: Final = 40
_USER_AGENT_CHARS: Final = 512
"""What is looked at of a User-Agent, and kept in memory."""


class RequestKind(StrEnum):
    """What a player asked for."""

    PLAYLIST = "playlist"
    GUIDE = "guide"
    ACCOUNT = "account"
    CATEGORIES = "categories"
    CHANNELS = "channels"
    EPG = "epg"
    STREAM = "stream"
    TUNER = "tuner"
    SHORT = "short"
    """The playlist, by a short address."""
    PAGE = "page"
    """The page for people behind a short address."""


class Outcome(StrEnum):
    """What a player got."""

    OK = "ok"
    REFUSED = "refused"
    """A wrong token, user name or password."""
    OLD_CREDENTIALS = "old_credentials"
    """A token or password that was right before it was replaced."""
    NOT_FOUND = "not_found"
    NO_FEED = "no_feed"
    BUSY = "busy"
    """No stream was free."""
    FAILED = "failed"
    """The upstream stream could not be opened."""


@dataclass(slots=True, kw_only=True)
class ClientRecord:
    """The last time that one player asked for one thing; no secret is in it.

    It changes when the player asks again.
    """

    address: str
    player: str
    """Its name, as far as its User-Agent tells."""
    kind: RequestKind
    outcome: Outcome
    timestamp: float
    """When, in seconds since 1970."""
    count: int
    """How often it asked since it was first seen, with whatever outcome."""

    @property
    def when(self) -> datetime:
        """When, in UTC."""
        return datetime.fromtimestamp(self.timestamp, UTC)

    def as_dict(self) -> dict[str, str | int]:
        """Return it as JSON values; ``when`` is ISO 8601 in UTC."""
        return {
            "address": self.address,
            "player": self.player,
            "asked": self.kind.value,
            "result": self.outcome.value,
            "when": self.when.isoformat(),
            "count": self.count,
        }


class ClientLog:
    """The newest requests, one record for each address, player and thing asked for.

    Requests with a secret that is or was right, and all others, have their places apart: whoever
    makes up requests cannot push out what is known of the players in the house.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self._known = _Records(CLIENTS_KEPT)
        self._refused = _Records(REFUSED_KEPT)
        self.refused = 0
        """How many requests came with a secret that never was right."""

    @property
    def records(self) -> tuple[ClientRecord, ...]:
        """Everything that is remembered, the newest first."""
        return tuple(
            sorted(
                (*reversed(self._known.values()), *reversed(self._refused.values())),
                key=lambda record: -record.timestamp,
            )
        )

    @property
    def with_old_credentials(self) -> tuple[ClientRecord, ...]:
        """The players whose last request came with replaced credentials, the newest first."""
        return tuple(item for item in self.records if item.outcome is Outcome.OLD_CREDENTIALS)

    def record(self, address: str, user_agent: str, kind: RequestKind, outcome: Outcome) -> None:
        """Remember a request."""
        is_refused = outcome is Outcome.REFUSED
        self.refused += is_refused
        records = self._refused if is_refused else self._known
        records.add(address, player_name(user_agent), kind, outcome)


class _Records(OrderedDict[tuple[str, str, RequestKind], ClientRecord]):
    """A bounded number of records, the oldest first."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def add(self, address: str, player: str, kind: RequestKind, outcome: Outcome) -> None:
        key = (address, player, kind)
        if record := self.get(key):
            record.outcome, record.timestamp = outcome, time()
            record.count += 1
            self.move_to_end(key)
            return
        self[key] = ClientRecord(
            address=address, player=player, kind=kind, outcome=outcome, timestamp=time(), count=1
        )
        if len(self) > self._size:
            self.popitem(last=False)


# What is told by a word somewhere in the User-Agent; several call themselves VLC or a browser too.
_PLAYERS: Final = (
    ("tivimate", "TiviMate"),
    ("smarters", "IPTV Smarters"),
    ("televizo", "Televizo"),
    ("ott navigator", "OTT Navigator"),
    ("ottnavigator", "OTT Navigator"),
    ("sparkle", "Sparkle TV"),
    ("implayer", "iMPlayer"),
    ("iptvnator", "IPTVnator"),
    ("xstreamity", "XStreamity"),
    ("dispatcharr", "Dispatcharr"),
    ("threadfin", "Threadfin"),
    ("jellyfin", "Jellyfin"),
    ("emby", "Emby"),
    ("plex", "Plex"),
    ("channelsdvr", "Channels DVR"),
    ("channels dvr", "Channels DVR"),
    ("kodi", "Kodi"),
    ("tvheadend", "Tvheadend"),
    ("vlc", "VLC"),
    ("libmpv", "mpv"),
    ("mpv", "mpv"),
    ("lavf", "FFmpeg"),
    ("ffmpeg", "FFmpeg"),
    ("streamlink", "Streamlink"),
    ("exoplayer", "ExoPlayer"),
    ("okhttp", "Android app"),
    ("applecoremedia", "Apple player"),
    ("curl", "curl"),
    ("wget", "Wget"),
    ("homeassistant", "Home Assistant"),
    ("python", "Python"),
    ("firefox", "Firefox"),
    ("edg/", "Edge"),
    ("chrome", "Chrome"),
    ("safari", "Safari"),
)


def player_name(user_agent: str) -> str:
    """Return a name for people: that of a known player, else the first word of the User-Agent."""
    return _player_name(user_agent[:_USER_AGENT_CHARS])


@lru_cache(maxsize=128)
def _player_name(user_agent: str) -> str:
    folded = user_agent.casefold()
    for word, name in _PLAYERS:
        if word in folded:
            return name
    first = re.match(r"[\w .+-]+", user_agent[:_NAME_CHARS].strip(), re.ASCII)
    return first.group().strip() if first else "?"
