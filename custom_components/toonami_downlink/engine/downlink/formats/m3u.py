"""Playlists: read what a provider wrote, write what players read. Sources: iptv.md § 2."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
import re
from typing import Final

from ..errors import FeedError
from ..limits import MAX_CHANNELS, MAX_FILE_BYTES, MAX_LINE_CHARS
from ..models import Channel
from ..text import clean_line

GROUP: Final = "Toonami Aftermath"
"""The one group of all channels: several would be shown literally by most players."""

_FILE: Final = "playlist"
_ENTRY: Final = re.compile(r"^[ \t]*#EXTINF:[ \t]*-?[\d.]*", re.IGNORECASE | re.MULTILINE)
_ATTRIBUTE: Final = re.compile(r"[ \t]*([A-Za-z0-9_-]+)=\"([^\"\n]*)\"")
_ADDRESS: Final = re.compile(r"^[ \t]*[^#\s].*$", re.MULTILINE)
_LONG_LINE: Final = re.compile(rf"^.{{{MAX_LINE_CHARS + 1}}}", re.MULTILINE)
_MARKUP: Final = re.compile(r"<[!?]?[a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlaylistEntry:
    """One ``#EXTINF`` and the address below it, as they were found."""

    name: str
    """What follows the comma, or else ``tvg-name``, or else ``tvg-id``."""
    url: str
    """Without white space and quotes around it; empty when there is none. Not checked."""
    attributes: Mapping[str, str]
    """Keys in lower case."""
    line: int
    """Of the ``#EXTINF``, counted from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The addresses that a playlist for one client holds."""

    guide: str
    """Absolute; empty for a playlist that names no guide."""
    logo: Callable[[Channel], str]
    stream: Callable[[Channel], str]


def parse_m3u(data: bytes) -> tuple[PlaylistEntry, ...]:
    """The entries of a playlist in the order of the file.

    Attributes may come in any order, names may hold commas and quotes, and an entry may lack its
    address. Raises FeedError for anything that is not a playlist and for one over a limit.
    """
    if len(data) > MAX_FILE_BYTES:
        raise FeedError(_FILE, f"larger than {MAX_FILE_BYTES} bytes")
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    start = text.lstrip()
    if not start.upper().startswith("#EXTM3U"):
        raise FeedError(_FILE, _not_a_playlist(start), line=1)
    if long := _LONG_LINE.search(text):
        line = _line(text, long.start())
        raise FeedError(_FILE, f"a line longer than {MAX_LINE_CHARS} characters", line=line)
    found: list[re.Match[str]] = []
    for match in _ENTRY.finditer(text):
        if len(found) == MAX_CHANNELS:
            line = _line(text, match.start())
            raise FeedError(_FILE, f"more than {MAX_CHANNELS} channels", line=line)
        found.append(match)
    ends = [*(match.start() for match in found), len(text)][1:]
    return tuple(_entry(text, match, end) for match, end in zip(found, ends, strict=True))


def _entry(text: str, match: re.Match[str], end: int) -> PlaylistEntry:
    position = match.end()
    attributes: dict[str, str] = {}
    while attribute := _ATTRIBUTE.match(text, position, end):
        attributes.setdefault(attribute[1].lower(), attribute[2].strip())
        position = attribute.end()
    line_end = text.find("\n", position, end)
    if line_end < 0:
        line_end = end
    _, _, title = text[position:line_end].partition(",")
    address = _ADDRESS.search(text, line_end, end)
    names = (title, attributes.get("tvg-name", ""), attributes.get("tvg-id", ""))
    return PlaylistEntry(
        name=next((name for raw in names if (name := clean_line(raw)[0])), ""),
        url=address[0].strip().strip("\"'").strip() if address else "",
        attributes=attributes,
        line=_line(text, match.start()),
    )


def _not_a_playlist(start: str) -> str:
    if not start:
        return "the file is empty"
    if _MARKUP.match(start):
        return "a web page or other markup, not a playlist"
    return "not a playlist: it does not begin with #EXTM3U"


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def render_m3u(channels: Sequence[Channel], links: Links) -> bytes:
    """A playlist of those channels in UTF-8.

    The format has no escape: quotes become apostrophes, and names lose their commas, because
    Jellyfin takes what follows the last one.
    """
    header = "#EXTM3U"
    if links.guide:
        header += _attribute("url-tvg", links.guide) + _attribute("x-tvg-url", links.guide)
    lines = [header]
    for channel in channels:
        name = _safe(channel.name.replace(",", " "))
        attributes = (
            _attribute("channel-id", channel.guide_id)
            + _attribute("tvg-id", channel.guide_id)
            + _attribute("tvg-name", name)
            + _attribute("tvg-chno", str(channel.number))
            + _attribute("tvg-logo", links.logo(channel))
            + _attribute("group-title", GROUP)
            + (_attribute("radio", "true") if channel.radio else "")
        )
        lines.append(f"#EXTINF:-1{attributes},{name}")
        lines.append(links.stream(channel))
    return ("\n".join(lines) + "\n").encode()


def _attribute(key: str, value: str) -> str:
    return f' {key}="{_safe(value)}"'


def _safe(value: str) -> str:
    return clean_line(value)[0].replace('"', "'")
