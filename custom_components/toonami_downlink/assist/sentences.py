"""What Assist is to understand: the tables of the languages, filled with the names of the day.

The sentences are given to Home Assistant as sentence triggers. Those come before everything else
that Assist understands, so they hold no wildcards: only the names of channels, titles, areas and
media players, and nothing else that somebody says can be taken for one of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
import re
from typing import Any, Final

from ..engine.downlink.lineup import KNOWN, normalise
from ..engine.downlink.models import Channel, Feed
from .languages import LANGUAGES
from .languages.language import Language
from .matching import MAX_QUERY_CHARS
from .names import (
    INTENT_FOLLOW,
    INTENT_UNFOLLOW,
    INTENT_WHEN_WAS,
    INTENTS,
    SLOT_AREA,
    SLOT_CHANNEL,
    SLOT_NAME,
    SLOT_PROGRAMME,
)

_SHORT_NAMES: Final = {"toonami_east": ("toonami",), "snick_east": ("snick",), "mtv97": ("mtv",)}
_TOO_GENERAL: Final = frozenset({"movies", "radio"})
"""Names that could mean anything in the house."""
_PLACE: Final = "place"
"""In a table: the name of an area or of a media player."""
MAX_GUIDE_TITLES: Final = 500
"""So many titles of the guide can be said. One of seven days has about a hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The names that can be said."""

    languages: tuple[str, ...]
    """Whose sentences are understood, as keys of `LANGUAGES`."""
    channels: Sequence[Channel]
    guide_titles: frozenset[str]
    aired_titles: frozenset[str] = frozenset()
    """What is in the aired log."""
    followed: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    players: frozenset[str] = frozenset()

    def titles(self, kind: str) -> frozenset[str]:
        """Return what may be called a programme in the sentences of an intent."""
        if not self._can_name(kind, SLOT_PROGRAMME):
            return frozenset()
        if kind == INTENT_UNFOLLOW:
            return self.followed
        if kind in (INTENT_FOLLOW, INTENT_WHEN_WAS):
            return self.guide_titles | self.aired_titles
        return self.guide_titles

    def places(self, kind: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return what may be called a media player in the sentences of an intent, and an area."""
        if not self._can_name(kind, _PLACE):
            return frozenset(), frozenset()
        return self.players, self.areas

    def _can_name(self, kind: str, slot: str) -> bool:
        tables = (LANGUAGES[key].sentences[kind] for key in self.languages)
        return any(f"{{{slot}}}" in row for rows in tables for row in rows)


def spoken_names(channel: Channel, language: Language) -> list[str]:
    """Return what a channel may be called in a language."""
    known = next((known for known in KNOWN if known.key == channel.key), None)
    found = {normalise(channel.name), *_SHORT_NAMES.get(channel.key, ())}
    found.update(known.aliases if known else ())
    return sorted((found - _TOO_GENERAL - {""}) | {*language.names.get(channel.key, ())})


@lru_cache(maxsize=4096)
def spoken_titles(title: str) -> frozenset[str]:
    """Return how a title may come out of speech recognition: as written, and as plain words."""
    quoted = title.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    # hassil leaves a slash in what was said.
    written = re.sub(r"[^\w'/ -]", "", quoted.replace("&", " and "))
    plain = normalise(written.replace("'", ""))
    # It leaves an ampersand, too, what is inside of a word, and the periods of initials, of which
    # the last is only left before something else.
    exact = re.sub(r"[^\w'/&.:,!? -]", "", quoted)
    exact = re.sub(r"(?<!\w)[.:,!?]|[:,!?](?!\w)|(?<!\w\.\w)\.(?!\w)", "", exact)
    # It does not look at case, but "ß" is not "ss" to it.
    spelled = {" ".join(one.split()).lower() for one in (written, exact, exact.rstrip("."))}
    return frozenset(spelled | {plain}) - {""}


@lru_cache(maxsize=4096)
def _spellings(title: str) -> frozenset[str]:
    """Return the same as `normalise` spells it."""
    return frozenset(normalise(spoken) for spoken in spoken_titles(title))


def titles_to_say(feed: Feed, now: datetime) -> frozenset[str]:
    """Return the titles in the guide that can be said: those that are on soonest."""
    soonest: dict[str, datetime] = {}
    for programmes in feed.guide.values():
        for one in programmes:
            if one.stop > now and not one.is_filler and len(one.title) <= MAX_QUERY_CHARS:
                soonest[one.title] = min(one.start, soonest.get(one.title, one.start))
    return frozenset(sorted(soonest, key=soonest.__getitem__)[:MAX_GUIDE_TITLES])


def guide_titles(feed: Feed) -> frozenset[str]:
    """Return the titles that are in the guide."""
    guides = feed.guide.values()
    return frozenset(item.title for guide in guides for item in guide if not item.is_filler)


def build_sentences(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """Write the sentences of each intent, for all languages together.

    They are together because one that means the same in two languages has to be found once.
    """
    built = {kind: _Rows() for kind in INTENTS}
    places = _alternatives(vocabulary.areas | vocabulary.players)
    for key in vocabulary.languages:
        language = LANGUAGES[key]
        values = {SLOT_CHANNEL: _channel(vocabulary.channels, language), _PLACE: places}
        for kind in INTENTS:
            for row in language.sentences[kind]:
                built[kind].add(_fill(_with_blanks(row, language), values))
    sentences = {
        kind: rows.sentences(_alternatives(vocabulary.titles(kind))) for kind, rows in built.items()
    }
    return {kind: texts for kind, texts in sentences.items() if texts}


class _Rows:
    """The sentences of one intent: together they have the titles but once or twice.

    There are hundreds of them, and reading a sentence takes as long as it is. So what can be said
    before a title and what can be said after it are put together, as long as it is needed the same:
    more than the tables say can be said then, but nothing that does not begin or end like it.
    """

    def __init__(self) -> None:
        self._whole: list[str] = []
        self._around: dict[tuple[bool, bool], tuple[list[str], list[str]]] = {}

    def add(self, row: str) -> None:
        """Add a sentence that is filled up to the title."""
        before, title, after = row.partition(f"{{{SLOT_PROGRAMME}}}")
        if title:
            kind = _is_optional(before), _is_optional(after)
            known = self._around.setdefault(kind, ([], []))
            for parts, part in ((known[0], before), (known[1], after)):
                if part.strip() and part not in parts:
                    parts.append(part)
        elif row:
            self._whole.append(row)

    def sentences(self, titles: str) -> list[str]:
        """Return them all, with these titles."""
        around = [
            f"{_either(before, is_optional=may_begin)}{titles}{_either(after, is_optional=may_end)}"
            for (may_begin, may_end), (before, after) in self._around.items()
        ]
        return self._whole + (around if titles else [])


def _either(parts: list[str], *, is_optional: bool) -> str:
    if not parts:
        return ""
    return f"[{'|'.join(parts)}]" if is_optional else f"({'|'.join(parts)})"


def _is_optional(part: str) -> bool:
    """Whether all of it is in brackets."""
    depth = 0
    for character in part:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if depth == 0 and character not in "] ":
            return False
    return True


def _channel(channels: Iterable[Channel], language: Language) -> str:
    found = {name for channel in channels for name in spoken_names(channel, language)}
    names = _any_of(_with_blanks(name, language) for name in found)
    return names and _with_blanks(language.channel, language).replace("{names}", names)


def _fill(sentence: str, values: Mapping[str, str]) -> str:
    """Put the names in; return "" for what cannot be said without one."""
    for slot, names in values.items():
        # What may be left out with a name that there is not, is left out.
        sentence = sentence if names else _without(sentence, f"{{{slot}}}")
        sentence = sentence.replace(f"{{{slot}}}", names)
    return sentence


def _without(sentence: str, slot: str) -> str:
    """Return the sentence without the part in brackets that names the slot; "" if it has to be."""
    while slot in sentence:
        start = _open_bracket(sentence, sentence.index(slot))
        if start is None:
            return ""
        depth = 0
        for index in range(start, len(sentence)):
            depth += {"[": 1, "]": -1}.get(sentence[index], 0)
            if depth == 0:
                sentence = sentence[:start].rstrip() + sentence[index + 1 :]
                break
    return sentence


def _open_bracket(sentence: str, place: int) -> int | None:
    """Return where the part in brackets begins that a place is in."""
    depth = 0
    for index in range(place - 1, -1, -1):
        if sentence[index] == "[" and depth == 0:
            return index
        depth += {"]": 1, "[": -1}.get(sentence[index], 0)
    return None


def _with_blanks(text: str, language: Language) -> str:
    """Let blanks be left out where the language does, but not between words in Latin letters."""
    if language.has_blanks:
        return text
    return re.sub(r"(?<![a-z0-9]) | (?![a-z0-9])", "[ ]", text)


def _alternatives(names: Iterable[str]) -> str:
    return _any_of({spoken for name in names for spoken in spoken_titles(name)})


def _any_of(words: Iterable[str]) -> str:
    found = sorted(words)
    return f"({'|'.join(found)})" if found else ""


def find_slots(vocabulary: Vocabulary, kind: str, text: str) -> dict[str, Any]:
    """Return the slots of a sentence that matched: the longest name of each kind in it."""
    said = normalise(text)
    players, areas = vocabulary.places(kind)
    # Of names as long as each other, that of the kind that comes first here is meant.
    known = {
        SLOT_PROGRAMME: _by_spelling(vocabulary.titles(kind)),
        SLOT_NAME: _by_spelling(players),
        SLOT_AREA: _by_spelling(areas),
        SLOT_CHANNEL: _channel_names(vocabulary),
    }
    found = [
        (slot, name) for slot, names in known.items() for name in names if name and name in said
    ]
    slots: dict[str, Any] = {}
    # A name of any kind may have one of another kind in it, which is not meant then.
    for slot, name in sorted(found, key=lambda one: len(one[1]), reverse=True):
        if slot not in slots and (start := _find_word(said, name)) >= 0:
            slots[slot] = {"value": known[slot][name]}
            said = f"{said[:start]} {said[start + len(name) :]}"
    return slots


def _by_spelling(names: Iterable[str]) -> dict[str, str]:
    return {spelling: name for name in sorted(names) for spelling in _spellings(name)}


def _channel_names(vocabulary: Vocabulary) -> dict[str, str]:
    found = {}
    for language in (LANGUAGES[key] for key in vocabulary.languages):
        for channel in vocabulary.channels:
            for name in spoken_names(channel, language):
                found[normalise(name)] = channel.name
                if not language.has_blanks:
                    found[normalise(name.replace(" ", ""))] = channel.name
    return found


def _find_word(said: str, name: str) -> int:
    """Return where a name begins that is no part of a longer word; -1 if it is nowhere."""
    start = said.find(name)
    while start >= 0:
        end = start + len(name)
        if not (_is_one_word(said[start - 1 : start + 1]) or _is_one_word(said[end - 1 : end + 1])):
            return start
        start = said.find(name, start + 1)
    return -1


def _is_one_word(characters: str) -> bool:
    """Whether two characters belong to one word. Japanese has no blanks between words."""
    return len(characters) > 1 and characters.isascii() and characters.isalnum()
