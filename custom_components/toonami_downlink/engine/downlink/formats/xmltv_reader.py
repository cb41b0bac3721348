"""Read XMLTV guides, event by event. Sources: iptv.md § 3."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
import re
from typing import Final, NamedTuple, NoReturn
from xml.parsers import expat

from ..errors import FeedError
from ..limits import MAX_CHANNELS, MAX_FILE_BYTES, MAX_LIST_ITEMS, MAX_PROGRAMMES, MAX_XML_DEPTH
from ..models import Credit, Fix, Programme, Role, Source
from ..text import clean_line, clean_text, is_usable_url
from .xmltv_values import ROLES, SYSTEM, read_episode, read_made, read_source, read_stars, read_time

FILE: Final = "guide"
_FIELDS: Final = frozenset(
    (
        *("title", "sub-title", "desc", "date", "category", "keyword"),
        *("icon", "image", "url", "episode-num", "display-name"),
    )
)
_GROUPS: Final[Mapping[str, frozenset[str]]] = {
    "credits": frozenset(ROLES),
    "rating": frozenset({"value"}),
    "star-rating": frozenset({"value"}),
}
"""Elements that hold what we want one level deeper, and in which elements."""
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
_MAX_FIELDS: Final = 10 * MAX_LIST_ITEMS
"""More elements than any honest programme or channel has; what follows them is not read."""


@dataclass(frozen=True, slots=True)
class ParsedGuide:
    """A guide as it was found, with readable values but nothing put in order."""

    channels: Mapping[str, tuple[str, ...]]
    """XMLTV id to display names."""
    programmes: Mapping[str, Sequence[Programme]]
    """By XMLTV id, in the order of the file. ``stop <= start``: end unknown; title "": none."""
    flaws: Mapping[Fix, int]


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


class _Field(NamedTuple):
    tag: str
    attributes: Mapping[str, str]
    text: str


class GuideReader:
    """The state of one parsing."""

    def __init__(self) -> None:
        self.channels: dict[str, list[str]] = {}
        self.programmes: dict[str, list[Programme]] = {}
        self.flaws: Counter[Fix] = Counter()
        # UTF-8 whatever the document declares: what comes here has been converted.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self._count = 0
        self._depth = 0
        self._finish: Callable[[], None] | None = None
        self._item: Mapping[str, str] = {}
        self._fields: dict[str, list[_Field]] = {}
        self._field_count = 0
        self._path = ""
        self._open_depth = 0
        self._tag = ""
        self._attributes: Mapping[str, str] = {}
        self._text: list[str] = []

    def _fail(self, why: str) -> NoReturn:
        raise FeedError(FILE, why, line=self.parser.CurrentLineNumber)

    def _doctype(
        self, _name: str, _system: str | None, _public: str | None, has_internal_subset: int
    ) -> None:
        # Entities and default attributes can only be declared there, and both can be bombs.
        if has_internal_subset:
            self._fail("declarations inside the document type are not allowed")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        depth = self._depth
        if depth == 3:
            self._path = name
            if name in _FIELDS:
                self._open(name, attributes)
        elif depth == 4:
            if name in _GROUPS.get(self._path, ()):
                self._open(name, attributes)
        elif depth == 2:
            self._start_item(name, attributes)
        elif depth == 1:
            if name != "tv":
                self._fail(f"not XMLTV: it begins with <{name[:40]}> instead of <tv>")
        elif depth > MAX_XML_DEPTH:
            self._fail(f"elements nested more than {MAX_XML_DEPTH} deep")

    def _start_item(self, name: str, attributes: dict[str, str]) -> None:
        self._item = attributes
        self._fields = {}
        self._field_count = 0
        if name == "programme":
            self._count += 1
            if self._count > MAX_PROGRAMMES:
                self._fail(f"more than {MAX_PROGRAMMES} programmes")
            self._finish = self._programme
        else:
            self._finish = self._channel if name == "channel" else None

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        if self._finish and self._field_count < _MAX_FIELDS:
            self._field_count += 1
            self._open_depth = self._depth
            self._tag = tag
            self._attributes = attributes
            self._text = []

    def _characters(self, text: str) -> None:
        if self._depth == self._open_depth:
            self._text.append(text)

    def _end(self, _name: str) -> None:
        if self._depth == self._open_depth:
            field = _Field(self._tag, self._attributes, "".join(self._text))
            self._fields.setdefault(self._path, []).append(field)
            self._open_depth = 0
        elif self._depth == 2 and self._finish:
            self._finish()
        self._depth -= 1

    def _channel(self) -> None:
        names = self.channels.setdefault(self._item.get("id", "").strip(), [])
        if len(self.channels) > MAX_CHANNELS:
            self._fail(f"more than {MAX_CHANNELS} channels")
        names += self._lines("display-name")

    def _programme(self) -> None:
        channel = self._item.get("channel", "").strip()
        start = read_time(self._item.get("start"))
        if not channel:
            self.flaws[Fix.ORPHAN] += 1
            return
        if not start:
            self.flaws[Fix.BAD_TIME] += 1
            return
        stop = read_time(self._item.get("stop")) or start
        programme = (
            self._read(start, stop) if self._fields else Programme(start=start, stop=stop, title="")
        )
        self.programmes.setdefault(channel, []).append(programme)

    def _read(self, start: datetime, stop: datetime) -> Programme:
        season, episode = self._episode()
        return Programme(
            start=start,
            stop=stop,
            title=self._first("title") or "",
            episode_title=self._first("sub-title"),
            description=self._description(),
            season=season,
            episode=episode,
            aired=self._value("date", read_made),
            categories=tuple(self._lines("category")),
            block=self._first("keyword"),
            rating=self._first("rating"),
            stars=self._value("star-rating", read_stars),
            image=self._image(),
            credits=self._credits(),
            source=self._source(),
        )

    def _of(self, path: str) -> Sequence[_Field]:
        return self._fields.get(path, ())

    def _clean(self, text: str, clean: Callable[[str], tuple[str, bool]] = clean_line) -> str:
        kept, is_cut = clean(text)
        self.flaws[Fix.TEXT_CUT] += is_cut
        return kept

    def _lines(self, path: str) -> list[str]:
        """Different texts of those elements, without the empty ones."""
        lines = {line: None for field in self._of(path) if (line := self._clean(field.text))}
        return list(lines)[:MAX_LIST_ITEMS]

    def _value[T](self, path: str, read: Callable[[str], T | None]) -> T | None:
        """The first of those elements that has a value."""
        for field in self._of(path):
            if (value := read(field.text)) is not None:
                return value
        return None

    def _first(self, path: str) -> str | None:
        return self._value(path, lambda text: self._clean(text) or None)

    def _description(self) -> str | None:
        return self._value("desc", lambda text: self._clean(text, clean_text) or None)

    def _episode(self) -> tuple[int | None, int | None]:
        """From ``xmltv_ns`` if it is there, as it is the exact one, else from ``onscreen``."""
        found: dict[str, tuple[int | None, int | None]] = {}
        for field in self._of("episode-num"):
            system = field.attributes.get("system", "onscreen")
            numbers = read_episode(system, field.text)
            if any(numbers):
                found.setdefault(system, numbers)
        return found.get("xmltv_ns") or found.get("onscreen") or (None, None)

    def _image(self) -> str | None:
        for field in (*self._of("icon"), *self._of("image")):
            url = (field.text if field.tag == "image" else field.attributes.get("src", "")).strip()
            if is_usable_url(url):
                return url
        return None

    def _credits(self) -> tuple[Credit, ...]:
        found = {
            Credit(Role(field.tag), name): None
            for field in self._of("credits")
            if (name := self._clean(field.text))
        }
        ordered = sorted(found, key=lambda credit: ROLES.index(credit.role))
        return tuple(ordered[:MAX_LIST_ITEMS])

    def _source(self) -> Source:
        for field in self._of("url"):
            if field.attributes.get("system") == SYSTEM and (source := read_source(field.text)):
                return source
        return Source.GUIDE


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


def _readable(data: bytes, flaws: Counter[Fix]) -> Iterator[bytes]:
    """A UTF-8 document in pieces, without the characters that would end the parsing.

    Pieces end behind a tag, so that no character and no reference is torn.
    """
    position = 0
    while position < len(data):
        end = data.rfind(b">", position, position + _CHUNK) + 1 or position + _CHUNK
        piece = data[position:end]
        text = piece.decode("utf-8", "replace")
        text, lost = _UNREADABLE.subn("", text)
        flaws[Fix.TEXT_CUT] += lost + text.count("\ufffd") - piece.count(b"\xef\xbf\xbd")
        yield text.encode()
        position = end
