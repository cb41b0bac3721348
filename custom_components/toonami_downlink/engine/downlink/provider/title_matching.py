"""Match titles: upstream's data base sometimes returns another programme."""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
import re
from typing import Final
import unicodedata

_YEAR_SUFFIX: Final = re.compile(r"(?<!\s)\s*+\((?:19|20)\d\d\)\s*$")
_SMALL_WORDS: Final = frozenset(("a", "an", "and", "the", "of", "series", "movie", "tv"))
_SAME_WORD: Final = 0.85
_SAME_TEXT: Final = 0.5
_SEQUEL_DIGITS: Final = 2
"""A longer number is a year or a part of a name: *Interstella 5555*."""
_NUMERALS: Final = {
    word: str(number)
    for number, word in enumerate(("ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"), 2)
}


def is_same_title(scheduled: str, found: Iterable[str]) -> bool:
    """Whether any of the names found could be that of what is scheduled.

    All words of one have to be in the other, up to a slip of the pen; a number more or less makes
    it another title. Initials (*DBZ*) and words written as one (*YuYu*) are understood.
    """
    words = _words(scheduled)
    return any(_is_same(words, _words(name)) for name in found)


def is_same_episode(scheduled: str, found: str) -> bool:
    """Whether two titles of an episode could be two spellings of one: more generous."""
    if set(_words(scheduled)) & set(_words(found)):
        return True
    matcher = SequenceMatcher(None, scheduled.casefold(), found.casefold())
    return matcher.ratio() >= _SAME_TEXT


def _words(title: str) -> Sequence[str]:
    plain = unicodedata.normalize("NFKD", _YEAR_SUFFIX.sub("", title))
    plain = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    words = re.findall(r"\w+", re.sub(r"['\u2019]", "", plain))
    numbered = [_NUMERALS.get(word, word) for word in words]
    return [word for word in numbered if word not in _SMALL_WORDS] or numbered


def _is_same(one: Sequence[str], other: Sequence[str]) -> bool:
    few, many = sorted((one, other), key=len)
    if not few:
        return False
    if len(few) == 1 and few[0] == "".join(word[0] for word in many):
        return True
    rest = set(many) - set(few)
    if any(word.isdigit() and len(word) <= _SEQUEL_DIGITS for word in rest):
        return False
    if "".join(few) in accumulate(many) or "".join(many) in accumulate(few):
        return True
    return all(word in many or _is_slip(word, rest) for word in few)


def _is_slip(word: str, others: Iterable[str]) -> bool:
    return any(SequenceMatcher(None, word, other).ratio() >= _SAME_WORD for other in others)
