"""Playlists: read what a provider wrote, write what players read. Sources: iptv.md § 2."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
import re
from typing import Final

from ..errors import FeedError
from ..limits import MAX_CHANNELS, MAX_LINE_CHARS, MAX_TITLE_CHARS, MAX_URL_CHARS
from ..models import Channel
from ..text import clean_line
from .encoding import codec_of_mark, unpack

GROUP: Final = "Toonami Aftermath"
"""The one group of all channels: several would be shown literally by most players."""

_FILE: Final = "playlist"
_HEADER: Final = "#EXTM3U"
_EXTINF: Final = "#EXTINF:"
_DURATION: Final = re.compile(r"[ \t]*+-?[0-9.]*+")
_KEY: Final = re.compile(r"[ \t]*+([A-Za-z0-9_-]{1,40}+)[ \t]*+=[ \t]*+")
_END_OF_WORD: Final = re.compile(r"[ \t,]|$")
_KNOWN_KEYS: Final = frozenset({"radio", "catchup", "timeshift", "lang", "language", "logo"})
"""Attributes whose names have no hyphen, and are still attributes behind a comma."""
_DATA_ADDRESS: Final = '="data:'
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
class RecordingEntry:
    """A recording in a playlist."""

    name: str
    address: str
    logo: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The addresses that a playlist for one client holds."""

    guide: str
    """Absolute; empty for a playlist that names no guide."""
    logo: Callable[[Channel], str]
    stream: Callable[[Channel], str]
    past: Callable[[Channel], str] | None = None
    """The address of what was on, in which players put start and length: ``{utc}`` and
    ``{duration}``, both in seconds (pvr.iptvsimple's README, *Catchup*)."""
    days: Mapping[str, int] = field(default_factory=dict)
    """How many days back there is anything, by channel key; nothing for those that have nothing."""
    recordings: Sequence[RecordingEntry] = ()


def parse_m3u(data: bytes) -> tuple[PlaylistEntry, ...]:
    """The entries of a playlist in the order of the file.

    Attributes may come in any order, in either kind of quotes or in none; names may hold commas
    and quotes, and an entry may lack its address. What the header says of ``tvg-shift`` goes for
    entries that say nothing. Gzip and UTF-16 are told by the first bytes. Raises FeedError for
    anything that is not a playlist and for one over a limit.
    """
    data = unpack(data, _FILE)
    codec = codec_of_mark(data, "#") or "utf-8-sig"
    text = data.decode(codec, "replace").removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    stripped = ((number, line.strip()) for number, line in enumerate(lines, 1))
    begin, header = next((one for one in stripped if one[1]), (1, ""))
    if not header.upper().startswith(_HEADER):
        raise FeedError(_FILE, _not_a_playlist(header), line=begin)
    common, _ = _attributes(_checked(header, begin)[len(_HEADER) :])
    found: list[_Lines] = []
    for number, line in enumerate(lines, 1):
        # Most of what is hostile is empty, and empty lines may be millions.
        if not line or not (written := _checked(line, number).strip()):
            continue
        if written[0] != "#":
            if found and not found[-1].address:
                found[-1].address = written
        elif written[: len(_EXTINF)].upper() == _EXTINF:
            if len(found) == MAX_CHANNELS:
                raise FeedError(_FILE, f"more than {MAX_CHANNELS} channels", line=number)
            found.append(_Lines(number, written[len(_EXTINF) :]))
    return tuple(_entry(one, common) for one in found)


@dataclass(slots=True)
class _Lines:
    """The lines of one entry, stripped."""

    number: int
    extinf: str
    """What follows the colon."""
    address: str = ""


def _checked(line: str, number: int) -> str:
    """The line, without the pictures that are in it instead of their addresses."""
    if len(line) <= MAX_LINE_CHARS:
        return line
    kept: list[str] = []
    position = 0
    while (mark := line.find(_DATA_ADDRESS, position)) >= 0:
        kept.append(f'{line[position:mark]}="')
        picture = mark + len(_DATA_ADDRESS)
        position = max(line.find('"', picture), picture)
    line = "".join((*kept, line[position:]))
    if len(line) > MAX_LINE_CHARS:
        raise FeedError(_FILE, f"a line longer than {MAX_LINE_CHARS} characters", line=number)
    return line


def _entry(lines: _Lines, common: Mapping[str, str]) -> PlaylistEntry:
    duration = _DURATION.match(lines.extinf)
    attributes, title = _attributes(lines.extinf[duration.end() if duration else 0 :])
    if "tvg-shift" in common:
        attributes.setdefault("tvg-shift", common["tvg-shift"])
    names = (title, attributes.get("tvg-name", ""), attributes.get("tvg-id", ""))
    # Kodi takes request headers behind a bar; nobody else can use such an address.
    url, _, _ = lines.address.strip("\"'").partition("|")
    return PlaylistEntry(
        name=next((name for raw in names if (name := clean_line(raw)[0])), ""),
        url=url.strip().strip("\"'").strip(),
        attributes=attributes,
        line=lines.number,
    )


def _attributes(text: str) -> tuple[dict[str, str], str]:
    """The attributes, keys in lower case, and the title: what follows the comma behind them."""
    attributes: dict[str, str] = {}
    position = 0
    last_key = _last_quoted_key(text)
    if (comma := _skip(text, 0)) < len(text) and text[comma] == ",":
        # Some write a comma behind the duration, and their attributes behind that.
        key = _KEY.match(text, comma + 1)
        position = comma + 1 if key and _is_attribute(key[1]) else comma
    while key := _KEY.match(text, position):
        value, position = _value(text, key.end(), last_key)
        attributes.setdefault(key[1].lower(), value.strip())
    _, _, title = text[position:].partition(",")
    return attributes, title


def _value(text: str, start: int, last_key: int) -> tuple[str, int]:
    """The value that begins at `start`, and where what follows it begins."""
    quote = text[start : start + 1]
    if quote not in ('"', "'"):
        word = _END_OF_WORD.search(text, start)
        end = word.start() if word else len(text)
        return text[start:end], end
    first = end = text.find(quote, start + 1)
    while end >= 0 and not _closes(text, end, last_key):
        end = text.find(quote, end + 1)
    if end < 0:
        end = first
    if end < 0:
        comma = text.find(",", start)
        end = comma if comma >= 0 else len(text)
        return text[start + 1 : end], end
    return text[start + 1 : end], end + 1


def _closes(text: str, quote: int, last_key: int) -> bool:
    """Whether a value ends with that quote, rather than having it in its text."""
    after = _skip(text, quote + 1)
    if after == len(text) or _KEY.match(text, after):
        return True
    return text[after] == "," and quote > last_key


def _last_quoted_key(text: str) -> int:
    """Where the value of the last attribute begins that stands behind a quote; -1 for none.

    A comma before that place is part of a value.
    """
    last = -1
    for quote in "\"'":
        position = text.rfind(f"{quote} ")
        while position >= 0 and last < position:
            key = _KEY.match(text, position + 1)
            if key and _is_attribute(key[1]) and text[key.end() : key.end() + 1] in ('"', "'"):
                last = max(last, key.end())
                break
            position = text.rfind(f"{quote} ", 0, position)
    return last


def _is_attribute(key: str) -> bool:
    return "-" in key.strip("-") or key.lower() in _KNOWN_KEYS


def _skip(text: str, position: int) -> int:
    """The first place from there on that is not blank."""
    while position < len(text) and text[position] in " \t":
        position += 1
    return position


def _not_a_playlist(start: str) -> str:
    if not start:
        return "the file is empty"
    if _MARKUP.match(start):
        return "a web page or other markup, not a playlist"
    return "not a playlist: it does not begin with #EXTM3U"


def render_m3u(channels: Sequence[Channel], links: Links) -> bytes:
    """A playlist of those channels in UTF-8.

    The format has no escape: quotes become apostrophes, and names lose their commas, because
    Jellyfin takes what follows the last one.
    """
    header = "#EXTM3U"
    if links.guide:
        header += _address("url-tvg", links.guide) + _address("x-tvg-url", links.guide)
    lines = [header]
    for channel in channels:
        name = _safe(channel.name.replace(",", " "))
        attributes = (
            _attribute("channel-id", channel.guide_id)
            + _attribute("tvg-id", channel.guide_id)
            + _attribute("tvg-name", name)
            + _attribute("tvg-chno", str(channel.number))
            + _address("tvg-logo", links.logo(channel))
            + _attribute("group-title", GROUP)
            + (_attribute("radio", "true") if channel.radio else "")
            + _catchup(channel, links)
        )
        lines.append(f"#EXTINF:-1{attributes},{name}")
        lines.append(links.stream(channel))
    for one in links.recordings:
        name = _safe(one.name.replace(",", " "))
        attributes = (
            _attribute("media", "true")
            + _address("tvg-logo", one.logo)
            + _attribute("group-title", "Recordings")
        )
        lines.append(f"#EXTINF:{one.seconds}{attributes},{name}")
        lines.append(one.address)
    return ("\n".join(lines) + "\n").encode()


def _catchup(channel: Channel, links: Links) -> str:
    days = links.days.get(channel.key)
    if links.past is None or not days:
        return ""
    return (
        _attribute("catchup", "default")
        + _attribute("catchup-days", str(days))
        + _address("catchup-source", links.past(channel))
    )


def _attribute(key: str, value: str) -> str:
    return f' {key}="{_safe(value)}"'


def _address(key: str, url: str) -> str:
    return f' {key}="{_safe(url, MAX_URL_CHARS)}"'


def _safe(value: str, limit: int = MAX_TITLE_CHARS) -> str:
    return clean_line(value, limit)[0].replace('"', "'")
