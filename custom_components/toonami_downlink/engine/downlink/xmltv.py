"""XMLTV guides: read what a provider wrote, write what players read. Sources: iptv.md § 3."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
import re
from typing import Final
from xml.parsers import expat

from .errors import FeedError
from .limits import MAX_FILE_BYTES
from .models import Channel, Feed, Programme, Repair, Source
from .text import FORBIDDEN
from .xmltv_reader import FILE, ROLES, GuideReader
from .xmltv_values import SYSTEM, write_episode, write_source, write_time

_CHUNK: Final = 256 * 1024
_ENCODING: Final = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)", re.ASCII)
_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii", "utf-16"})
"""What a document in UTF-8 says that it is in; the last one comes from careless .NET programs."""
_ONE_BYTE: Final = ("iso-8859-", "windows-125")
_MARKS: Final = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
"""How a document in UTF-16 begins."""
_WEB_PAGE: Final = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_UNREADABLE: Final = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]"
    "|&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|5529[6-9]|55[3-9][0-9]{2}|56[0-9]{3}|57[0-2][0-9]{2}"
    "|573[0-3][0-9]|5734[0-3]|6553[45])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]"
    "|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF]));"
)
"""What XML forbids so strictly that no parser goes on behind it, plain or as a reference."""


@dataclass(frozen=True, slots=True)
class ParsedGuide:
    """A guide as it was found, with readable values but nothing put in order."""

    channels: Mapping[str, tuple[str, ...]]
    """XMLTV id to display names."""
    programmes: Mapping[str, Sequence[Programme]]
    """By XMLTV id, in the order of the file. ``stop <= start``: end unknown; title "": none."""
    flaws: Mapping[Repair, int]


def parse_xmltv(data: bytes) -> ParsedGuide:
    """The channels and programmes of an XMLTV document, whatever their order and spelling.

    Read as a stream by expat, which never fetches anything and keeps no tree. Raises FeedError for
    anything that is not whole, well-formed XMLTV, and for what is over a limit.
    """
    if len(data) > MAX_FILE_BYTES:
        raise FeedError(FILE, f"larger than {MAX_FILE_BYTES} bytes")
    if not data.strip():
        raise FeedError(FILE, "the file is empty")
    if _WEB_PAGE.match(data):
        raise FeedError(FILE, "a web page, not XMLTV", line=1)
    reader = GuideReader()
    try:
        for piece in _readable(_as_utf8(data), reader.flaws):
            reader.parser.Parse(piece)
        reader.parser.Parse(b"", True)
    except expat.ExpatError as err:
        why = expat.ErrorString(err.code)
        raise FeedError(FILE, f"not well-formed XML: {why}", line=err.lineno) from err
    return ParsedGuide(
        channels={key: tuple(names) for key, names in reader.channels.items()},
        programmes=reader.programmes,
        flaws={flaw: count for flaw, count in reader.flaws.items() if count},
    )


def _as_utf8(data: bytes) -> bytes:
    for mark, codec in _MARKS.items():
        if data.startswith(mark):
            return data.decode(codec, "replace").encode()
    declared = _ENCODING.match(data)
    name = declared[1].decode().lower() if declared else "utf-8"
    if name in _UTF8:
        return data
    try:
        if name.startswith(_ONE_BYTE):
            return data.decode(name, "replace").encode()
    except LookupError:
        pass
    raise FeedError(FILE, f"the encoding {name} is not supported", line=1)


def _readable(data: bytes, flaws: Counter[Repair]) -> Iterator[bytes]:
    """A UTF-8 document in pieces, without the characters that would end the parsing.

    Pieces end behind a tag, so that no character and no reference is torn.
    """
    position = 0
    while position < len(data):
        end = data.rfind(b">", position, position + _CHUNK) + 1 or position + _CHUNK
        piece = data[position:end]
        text = piece.decode("utf-8", "replace")
        text, lost = _UNREADABLE.subn("", text)
        flaws[Repair.TEXT_CUT] += lost + text.count("\ufffd") - piece.count(b"\xef\xbf\xbd")
        yield text.encode()
        position = end


_HEAD: Final = (
    '<tv date="{date}" source-info-name="Toonami Aftermath"'
    ' source-info-url="https://www.toonamiaftermath.com/"'
    ' generator-info-name="Toonami Downlink">\n'
)
_SPECIAL: Final = re.compile(rf"[&<>\"\r]|{FORBIDDEN.pattern}")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda match: _ESCAPES.get(match[0], ""), text)


def render_xmltv(feed: Feed, logo: Callable[[Channel], str]) -> bytes:
    """The guide of a feed in UTF-8, elements in the order of the DTD, all channels first."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n', _HEAD.format(date=write_time(feed.made))]
    parts += [_render_channel(channel, logo(channel)) for channel in feed.channels]
    for channel in feed.channels:
        identity = _escape(channel.guide_id)
        programmes = feed.guide.get(channel.key, ())
        parts += [_render_programme(programme, identity) for programme in programmes]
    parts.append("</tv>\n")
    return "".join(parts).encode()


def _render_channel(channel: Channel, logo: str) -> str:
    # The number as a second name is where Jellyfin looks for it.
    return (
        f'  <channel id="{_escape(channel.guide_id)}">\n'
        f"    <display-name>{_escape(channel.name)}</display-name>\n"
        f"    <display-name>{channel.number}</display-name>\n"
        f'    <icon src="{_escape(logo)}"/>\n'
        "  </channel>\n"
    )


def _render_programme(programme: Programme, channel: str) -> str:
    start, stop = write_time(programme.start), write_time(programme.stop)
    parts = [f'  <programme start="{start}" stop="{stop}" channel="{channel}">\n']

    def add(tag: str, text: str | None, attributes: str = "") -> None:
        if text:
            parts.append(f"    <{tag}{attributes}>{_escape(text)}</{tag}>\n")

    add("title", programme.title)
    add("sub-title", programme.episode_title)
    add("desc", programme.description)
    if programme.credits:
        ordered = sorted(programme.credits, key=lambda credit: ROLES.index(credit.role))
        people = "".join(
            f"      <{credit.role}>{_escape(credit.name)}</{credit.role}>\n" for credit in ordered
        )
        parts.append(f"    <credits>\n{people}    </credits>\n")
    add("date", programme.aired)
    for category in programme.categories:
        add("category", category)
    add("keyword", programme.block)
    if programme.image:
        parts.append(f'    <icon src="{_escape(programme.image)}"/>\n')
    if programme.source is not Source.GUIDE:
        add("url", write_source(programme.source), f' system="{SYSTEM}"')
    if numbers := write_episode(programme):
        add("episode-num", numbers[0], ' system="xmltv_ns"')
        add("episode-num", numbers[1], ' system="onscreen"')
    if programme.rating:
        parts.append(_rated("rating", ' system="VCHIP"', _escape(programme.rating)))
    if programme.stars is not None:
        parts.append(_rated("star-rating", "", f"{programme.stars:g}/10"))
    parts.append("  </programme>\n")
    return "".join(parts)


def _rated(tag: str, attributes: str, value: str) -> str:
    return f"    <{tag}{attributes}>\n      <value>{value}</value>\n    </{tag}>\n"
