"""A UTF-8 document made readable for an XML parser: what was meant, and what cannot be read."""

import codecs
from collections import Counter
from collections.abc import Iterator
from html.entities import html5
import re
from typing import Final

from ..models import Fix

_CHUNK: Final = 256 * 1024
_UNREADABLE: Final = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]"
    "|&#(?:0{0,8}(?:[0-8]|1[124-9]|2[0-9]|3[01]|5529[6-9]|55[3-9][0-9]{2}|56[0-9]{3}"
    "|57[0-2][0-9]{2}|573[0-3][0-9]|5734[0-3]|6553[45])|x0{0,8}(?:[0-8bBcCeEfF]|1[0-9a-fA-F]"
    "|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF]));"
)
"""What XML forbids so strictly that no parser goes on behind it, plain or as a reference."""
_LOOSE: Final = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#0{0,8}[0-9]{1,7}|#x0{0,8}[0-9a-fA-F]{1,6});)"
    r"([A-Za-z][A-Za-z0-9]{1,31};)?"
    r"|<(?=[\s0-9=<>&,.;()*+'\"-]|\Z)"
    r"|\]\]>"
)
"""An ampersand that begins no reference, or one that only HTML knows; a ``<`` of no tag.

The ``<`` of a tag is never the last character of what is mended at once.
"""
_TOO_HIGH: Final = re.compile(r"&#(?:([0-9]{7,15})|x([0-9a-fA-F]{6,14}));")
_SECTION: Final = re.compile(r"(<!\[CDATA\[|\]\]>)")
_OPENS: Final = "<![CDATA["
_LONGEST: Final = 48
"""Characters; no pattern above looks at more at once."""


def readable(data: bytes, flaws: Counter[Fix]) -> Iterator[bytes]:
    """The document in pieces, without what would end the parsing.

    Counts in `flaws` what was lost (`Fix.TEXT_CUT`) and what was read as it was meant
    (`Fix.MARKUP`). Lines stay where they are.
    """
    repair = _Repair(flaws)
    for piece in _pieces(data, flaws):
        yield repair(piece).encode()


def _pieces(data: bytes, flaws: Counter[Fix]) -> Iterator[str]:
    """The text in pieces that tear no character, no reference and no section's mark."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    held = ""
    for position in range(0, len(data), _CHUNK):
        chunk = data[position : position + _CHUNK]
        fresh = decoder.decode(chunk, position + _CHUNK >= len(data))
        flaws[Fix.TEXT_CUT] += fresh.count("\ufffd")
        text = held + fresh
        tail = max(len(text) - _LONGEST, 0)
        starts = [found for mark in "&<]" if (found := text.find(mark, tail)) >= 0]
        cut = min(starts, default=len(text))
        # The end of a section may begin just before what was searched.
        cut -= text[cut - 1 : cut + 1] == "]]"
        held = text[cut:]
        yield text[:cut]
    flaws[Fix.TEXT_CUT] -= data.count(b"\xef\xbf\xbd")
    yield held


class _Repair:
    """The repair of one document, piece by piece."""

    def __init__(self, flaws: Counter[Fix]) -> None:
        self._flaws = flaws
        self._in_section = False

    def __call__(self, text: str) -> str:
        text, lost = _UNREADABLE.subn("", text)
        if "&#" in text:
            whole = len(text)
            text = _TOO_HIGH.sub(_without_nonsense, text)
            lost += len(text) < whole
        self._flaws[Fix.TEXT_CUT] += lost
        if not self._in_section and _OPENS not in text:
            return self._mend(text)
        # In a section, everything means itself.
        parts: list[str] = []
        for part in _SECTION.split(text):
            if part == _OPENS or (part == "]]>" and self._in_section):
                self._in_section = part == _OPENS
                parts.append(part)
            else:
                parts.append(part if self._in_section else self._mend(part))
        return "".join(parts)

    def _mend(self, text: str) -> str:
        text, count = _LOOSE.subn(_meant, text)
        self._flaws[Fix.MARKUP] += count
        return text


def _without_nonsense(match: re.Match[str]) -> str:
    """Keep a reference, unless there is no such character."""
    decimal, hexadecimal = match.groups()
    point = int(decimal) if decimal else int(hexadecimal, 16)
    return match[0] if point <= 0x10FFFF else ""


def _meant(match: re.Match[str]) -> str:
    """What an ampersand, a ``<`` or a ``]]>`` in the wrong place stands for."""
    found = match[0]
    if found == "<":
        return "&lt;"
    if found == "]]>":
        return "]]&gt;"
    name = match[1]
    if name and (meant := html5.get(name)):
        # As references: an entity may stand for a line end or for a ``<``.
        return "".join(f"&#{ord(character)};" for character in meant)
    return f"&amp;{name or ''}"
