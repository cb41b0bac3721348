"""Read XMLTV guides, event by event. Sources: iptv.md § 3."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, NoReturn
from xml.parsers import expat

from ..errors import FeedError
from ..limits import (
    MAX_GUIDE_CHANNELS,
    MAX_LIST_ITEMS,
    MAX_PROGRAMMES,
    MAX_VALUE_CHARS,
    MAX_XML_DEPTH,
)
from ..models import Credit, Fix, Programme, Role, Source
from ..text import clean_line, clean_text, is_usable_url
from .encoding import unpack
from .xml_repair import readable
from .xmltv_document import FILE, find_document
from .xmltv_values import (
    AIR_DATE,
    ROLES,
    SYSTEM,
    Numbers,
    best_numbers,
    in_clump,
    is_day_in_numbers,
    preference,
    read_day,
    read_made,
    read_numbers,
    read_source,
    read_stars,
    read_time,
    stand_in_title,
)

_FIELDS: Final = frozenset(
    (
        *("title", "sub-title", "desc", "date", "category", "keyword"),
        *("icon", "image", "url", "episode-num", "display-name"),
        *("previously-shown", "premiere", "new"),
    )
)
_GROUPS: Final[Mapping[str, frozenset[str]]] = {
    "credits": frozenset(ROLES),
    "rating": frozenset({"value"}),
    "star-rating": frozenset({"value"}),
}
"""Elements that hold what we want one level deeper, and in which elements."""
_MAX_FIELD_CHARS: Final = 65_536
"""More than any text can keep; what follows is not even collected."""
_ADVISORY: Final = "advisory"
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


def parse_xmltv(
    data: bytes,
    *,
    language: str = "en",
    wanted: Callable[[str, Sequence[str]], bool] | None = None,
) -> ParsedGuide:
    """The channels and programmes of an XMLTV document, whatever their order and spelling.

    Of texts in several languages, the one in `language` is taken, else the English one, else the
    first. `wanted` says of an id and its names whether anybody asks for that channel: programmes
    of others are counted as orphans, and not read. Gzip is told by the first bytes.

    Read as a stream by expat, which never fetches anything and keeps no tree. Raises FeedError for
    anything that is not whole XMLTV that can be repaired, and for what is over a limit.
    """
    data = unpack(data, FILE)
    if not data.strip():
        raise FeedError(FILE, "the file is empty")
    reader = GuideReader(language, wanted)
    document, lines_before = find_document(data, reader.flaws)
    try:
        for piece in readable(document, reader.flaws):
            if reader.is_closed:
                reader.flaws[Fix.MARKUP] += bool(piece.strip())
                break
            reader.parser.Parse(piece)
        else:
            reader.parser.Parse(b"", True)
    except expat.ExpatError as err:
        if not reader.is_closed:
            why = expat.ErrorString(err.code)
            line = err.lineno + lines_before
            raise FeedError(FILE, f"not well-formed XML: {why}", line=line) from err
        reader.flaws[Fix.MARKUP] += 1
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

    def __init__(
        self, language: str, wanted: Callable[[str, Sequence[str]], bool] | None = None
    ) -> None:
        """Prefer texts in `language`, and read programmes of `wanted` channels only."""
        self.is_closed = False
        """Whether the ``</tv>`` has been read."""
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
        self._language = language
        self._wanted = wanted
        self._unwanted: set[str] = set()
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
        self._group: Mapping[str, str] = {}
        self._text: list[str] = []
        self._room = 0

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
            self._group = attributes
            if name in _FIELDS:
                self._open(name, attributes)
        elif depth == 4:
            if name in _GROUPS.get(self._path, ()):
                self._open(name, self._group)
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
            if attributes.get("channel", "").strip() in self._unwanted:
                self.flaws[Fix.ORPHAN] += 1
                self._finish = None
                return
            self._count += 1
            if self._count > MAX_PROGRAMMES:
                self._fail(f"more than {MAX_PROGRAMMES} programmes")
            self._finish = self._programme
        else:
            self._finish = self._channel if name == "channel" else None

    def _open(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._finish and self._field_count < _MAX_FIELDS:
            self._field_count += 1
            self._open_depth = self._depth
            self._tag = tag
            self._attributes = attributes
            self._text = []
            self._room = _MAX_FIELD_CHARS

    def _characters(self, text: str) -> None:
        if self._depth == self._open_depth and self._room > 0:
            self._text.append(text[: self._room])
            self._room -= len(text)

    def _end(self, _name: str) -> None:
        if self._depth == self._open_depth:
            field = _Field(self._tag, self._attributes, "".join(self._text))
            self._fields.setdefault(self._path, []).append(field)
            self._open_depth = 0
        elif self._depth == 2 and self._finish:
            self._finish()
        self._depth -= 1
        self.is_closed = not self._depth

    def _channel(self) -> None:
        identity = self._item.get("id", "").strip()
        if len(identity) > MAX_VALUE_CHARS:
            return
        if len(self.channels) + len(self._unwanted) >= MAX_GUIDE_CHANNELS and (
            identity not in self.channels and identity not in self._unwanted
        ):
            self._fail(f"more than {MAX_GUIDE_CHANNELS} channels")
        names = [*self.channels.get(identity, ()), *self._lines("display-name")][:MAX_LIST_ITEMS]
        is_new = identity not in self.channels
        if is_new and self._wanted and not self._wanted(identity, names):
            self._unwanted.add(identity)
            return
        self._unwanted.discard(identity)
        self.channels[identity] = names

    def _programme(self) -> None:
        channel = self._item.get("channel", "").strip()
        start = read_time(self._item.get("start"))
        if not channel or len(channel) > MAX_VALUE_CHARS:
            self.flaws[Fix.ORPHAN] += 1
            return
        if not start:
            self.flaws[Fix.BAD_TIME] += 1
            return
        stop = read_time(self._item.get("stop")) or start
        start, stop = in_clump(start, stop, self._item.get("clumpidx", ""))
        programme = (
            self._read(start, stop) if self._fields else Programme(start=start, stop=stop, title="")
        )
        self.programmes.setdefault(channel, []).append(programme)

    def _read(self, start: datetime, stop: datetime) -> Programme:
        first_shown = self._first_shown()
        season, episode = self._episode(first_shown)
        episode_title = self._text_of("sub-title")
        rating, rating_system = self._rating()
        return Programme(
            start=start,
            stop=stop,
            title=self._text_of("title") or "",
            episode_title=None if episode_title == stand_in_title(episode) else episode_title,
            description=self._text_of("desc", clean_text),
            season=season,
            episode=episode,
            aired=self._value("date", read_made),
            categories=tuple(self._lines("category")),
            block=self._first("keyword"),
            rating=rating,
            rating_system=rating_system,
            stars=self._value("star-rating", read_stars),
            image=self._image(),
            credits=self._credits(),
            is_rerun=bool(self._of("previously-shown")),
            first_shown=first_shown,
            is_premiere=bool(self._of("premiere")),
            is_new=bool(self._of("new")),
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

    def _text_of(
        self, path: str, clean: Callable[[str], tuple[str, bool]] = clean_line
    ) -> str | None:
        """That element's text, in the language that is preferred."""
        fields = self._of(path)
        if len(fields) > 1:
            fields = sorted(
                fields, key=lambda one: preference(one.attributes.get("lang", ""), self._language)
            )
        return next((text for one in fields if (text := self._clean(one.text, clean))), None)

    def _numbered(self) -> list[tuple[str, str]]:
        """The systems of episode numbers, and the numbers in them."""
        return [
            (field.attributes.get("system", "onscreen"), field.text)
            for field in self._of("episode-num")
        ]

    def _first_shown(self) -> str | None:
        said = [field.attributes.get("start", "") for field in self._of("previously-shown")]
        said += [text for system, text in self._numbered() if system.casefold() == AIR_DATE]
        return next((day for text in said if (day := read_day(text))), None)

    def _episode(self, first_shown: str | None) -> Numbers:
        numbers = best_numbers([read_numbers(system, text) for system, text in self._numbered()])
        is_day = first_shown and is_day_in_numbers(numbers, first_shown)
        return (None, None) if is_day else numbers

    def _rating(self) -> tuple[str | None, str | None]:
        """The first age, or else whatever is there, and who says so."""
        found: list[tuple[str, str | None]] = []
        for field in self._of("rating"):
            if value := self._clean(field.text):
                system, _ = clean_line(field.attributes.get("system", ""), MAX_VALUE_CHARS)
                found.append((value, system or None))
        ages = (one for one in found if _ADVISORY not in (one[1] or "").casefold())
        return next(ages, found[0] if found else (None, None))

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
