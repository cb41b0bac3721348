"""The paths of everything that players fetch from Home Assistant's web server."""

from typing import Final

from ..const import DOMAIN

API: Final = f"/api/{DOMAIN}"
XTREAM_PREFIX: Final = f"{API}/xtream"
"""The Xtream Codes API is at the root of the server and below this."""
SHORT_PREFIX: Final = "/tv"
"""Short addresses are below it: what is typed with a remote."""
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


def short_path(code: str) -> str:
    """Return the short address of a pass, for the home network."""
    return f"{SHORT_PREFIX}/{code}"


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


def recording_path(token: str, name: str) -> str:
    """Return the path of a recording; `name` is its number with ``.m3u8`` or a file's ending."""
    return f"{API}/{token}/recordings/{name}"


def recording_segment_path(token: str, number: int | str, name: str) -> str:
    """Return the path of a segment of a recording that is not finished."""
    return f"{API}/{token}/recordings/{number}/{name}"


def watch_recording_path(token: str, name: str) -> str:
    """Return the path of a recording for a user of Home Assistant."""
    return f"{API}/watch/{token}/recordings/{name}"


def watch_recording_segment_path(token: str, number: int | str, name: str) -> str:
    """Return the path of a segment of that."""
    return f"{API}/watch/{token}/recordings/{number}/{name}"


def timeshift_path(
    token: str, number: int | str, start: int | str, length: int | str, ending: str
) -> str:
    """Return the path of what was on a channel, from `start` on, so many seconds."""
    return f"{API}/{token}/timeshift/{number}/{start}/{length}.{ending}"
