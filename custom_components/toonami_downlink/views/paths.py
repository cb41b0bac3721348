"""The paths of everything that players fetch from Home Assistant's web server."""

from typing import Final

from ..const import DOMAIN

API: Final = f"/api/{DOMAIN}"
XTREAM_PREFIX: Final = f"{API}/xtream"
"""The Xtream Codes API is at the root of the server and below this."""
PLAYLIST: Final = "playlist.m3u"
GUIDE: Final = "guide.xml"
"""With ``.gz`` appended, the compressed one."""


def feed_path(token: str, file: str) -> str:
    """Return the path of a file of the feed: the playlist or a guide."""
    return f"{API}/{token}/{file}"


def playlist_path(token: str) -> str:
    """Return the path of the playlist."""
    return feed_path(token, PLAYLIST)


def guide_path(token: str) -> str:
    """Return the path of the guide."""
    return feed_path(token, GUIDE)


def stream_path(token: str, number: int | str, extension: str) -> str:
    """Return the path of a channel's stream; `extension` is ``m3u8`` or ``ts``."""
    return f"{API}/{token}/stream/{number}.{extension}"


def segment_path(token: str, number: int | str, sequence: int | str) -> str:
    """Return the path of a segment: what a relayed playlist names relative to its own path."""
    return f"{API}/{token}/stream/{number}/{sequence}.ts"


def watch_path(token: str, number: int | str) -> str:
    """Return the path of a channel's HLS for a user of Home Assistant."""
    return f"{API}/watch/{token}/{number}.m3u8"


def watch_segment_path(token: str, number: int | str, sequence: int | str) -> str:
    """Return the path of a segment of that."""
    return f"{API}/watch/{token}/{number}/{sequence}.ts"


def tuner_path(token: str) -> str:
    """Return the path of the HDHomeRun emulation, without a slash at the end."""
    return f"{API}/hdhr/{token}"


def watch_recording_path(token: str, name: str) -> str:
    """Return the path of a recording for a user of Home Assistant."""
    return f"{API}/watch/{token}/recordings/{name}"
