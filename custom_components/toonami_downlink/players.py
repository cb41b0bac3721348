"""Which players asked for what lately: for the panel, and to find those with old credentials."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
import re
from time import time
from typing import Final

from homeassistant.util import dt as dt_util

PLAYERS_KEPT: Final = 50
_NAME_CHARS: Final = 40


class Asked(StrEnum):
    """What a player asked for."""

    PLAYLIST = "playlist"
    GUIDE = "guide"
    ACCOUNT = "account"
    CATEGORIES = "categories"
    CHANNELS = "channels"
    EPG = "epg"
    STREAM = "stream"
    TUNER = "tuner"


class Result(StrEnum):
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
class PlayerRecord:
    """The last time that one player asked for one thing; no secret is in it.

    It changes when the player asks again.
    """

    address: str
    player: str
    """Its name, as far as its User-Agent tells."""
    asked: Asked
    result: Result
    timestamp: float
    """When, in seconds since 1970."""
    count: int
    """How often it asked since it was first seen, with whatever result."""

    @property
    def when(self) -> datetime:
        """When, in UTC."""
        return dt_util.utc_from_timestamp(self.timestamp)


class PlayerLog:
    """The newest requests, one record for each address, player and thing asked for."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._records: OrderedDict[tuple[str, str, Asked], PlayerRecord] = OrderedDict()

    @property
    def records(self) -> tuple[PlayerRecord, ...]:
        """Everything that is remembered, the newest first."""
        return tuple(reversed(self._records.values()))

    @property
    def with_old_credentials(self) -> tuple[PlayerRecord, ...]:
        """The players whose last request came with replaced credentials, the newest first."""
        return tuple(item for item in self.records if item.result is Result.OLD_CREDENTIALS)

    def note(self, address: str, user_agent: str, asked: Asked, result: Result) -> None:
        """Remember a request."""
        player, now = player_name(user_agent), time()
        key = (address, player, asked)
        if record := self._records.get(key):
            record.result, record.timestamp = result, now
            record.count += 1
            self._records.move_to_end(key)
            return
        self._records[key] = PlayerRecord(
            address=address, player=player, asked=asked, result=result, timestamp=now, count=1
        )
        if len(self._records) > PLAYERS_KEPT:
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
