"""Which players asked for what lately: for the panel, and to find those with old credentials."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
import re
from time import time
from typing import Final

CLIENTS_KEPT: Final = 50
_NAME_CHARS: Final = 40


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
    """How often it kind since it was first seen, with whatever outcome."""

    @property
    def when(self) -> datetime:
        """When, in UTC."""
        return datetime.fromtimestamp(self.timestamp, UTC)


class ClientLog:
    """The newest requests, one record for each address, player and thing asked for."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._records: OrderedDict[tuple[str, str, RequestKind], ClientRecord] = OrderedDict()

    @property
    def records(self) -> tuple[ClientRecord, ...]:
        """Everything that is remembered, the newest first."""
        return tuple(reversed(self._records.values()))

    @property
    def with_old_credentials(self) -> tuple[ClientRecord, ...]:
        """The players whose last request came with replaced credentials, the newest first."""
        return tuple(item for item in self.records if item.outcome is Outcome.OLD_CREDENTIALS)

    def record(self, address: str, user_agent: str, kind: RequestKind, outcome: Outcome) -> None:
        """Remember a request."""
        player, now = player_name(user_agent), time()
        key = (address, player, kind)
        if record := self._records.get(key):
            record.outcome, record.timestamp = outcome, now
            record.count += 1
            self._records.move_to_end(key)
            return
        self._records[key] = ClientRecord(
            address=address, player=player, kind=kind, outcome=outcome, timestamp=now, count=1
        )
        if len(self._records) > CLIENTS_KEPT:
            self._records.popitem(last=False)


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


@lru_cache(maxsize=128)
def player_name(user_agent: str) -> str:
    """Return a name for people: that of a known player, else the first word of the User-Agent."""
    folded = user_agent[:512].casefold()
    for word, name in _PLAYERS:
        if word in folded:
            return name
    first = re.match(r"[\w .+-]+", user_agent[:_NAME_CHARS].strip(), re.ASCII)
    return first.group().strip() if first else "?"
