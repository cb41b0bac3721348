"""The reading of an XMLTV document, event by event, into channels and programmes."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, NoReturn
from xml.parsers import expat

from .errors import FeedError
from .limits import MAX_CHANNELS, MAX_LIST_ITEMS, MAX_PROGRAMMES, MAX_XML_DEPTH
from .models import Credit, Programme, Repair, Role, Source
from .text import clean_line, clean_text, is_usable_url
from .xmltv_values import SYSTEM, read_episode, read_made, read_source, read_stars, read_time

FILE: Final = "guide"
ROLES: Final = tuple(Role)
"""Credits in the order of the DTD."""
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
_MAX_FIELDS: Final = 10 * MAX_LIST_ITEMS
"""More elements than any honest programme or channel has; what follows them is not read."""


class _Field(NamedTuple):
    tag: str
    attributes: Mapping[str, str]
    text: str


class GuideReader:
    """The state of one parsing."""

    def __init__(self) -> None:
        self.channels: dict[str, list[str]] = {}
        self.programmes: dict[str, list[Programme]] = {}
        self.flaws: Counter[Repair] = Counter()
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
            self.flaws[Repair.ORPHAN] += 1
            return
        if not start:
            self.flaws[Repair.BAD_TIME] += 1
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
        self.flaws[Repair.TEXT_CUT] += is_cut
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
