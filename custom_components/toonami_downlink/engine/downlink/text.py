"""Text and addresses from outside, made fit for XML, playlists and screens."""

from html.entities import html5
from ipaddress import IPv6Address
import re
from typing import Final
import unicodedata

from .limits import MAX_TEXT_CHARS, MAX_TITLE_CHARS, MAX_URL_CHARS

_PLANE_ENDS: Final = "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(0x11))
FORBIDDEN: Final = re.compile(
    rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}]"
)
"""Characters that XML 1.0 forbids or advises against: controls, surrogates, non-characters.

Source: https://www.w3.org/TR/xml/#charsets
"""
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_ENTITY: Final = re.compile(
    r"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));"
)
_BREAK: Final = re.compile(r"<(?:br {0,5}/?|/p|/div|/li)>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?(?:b|i|u|em|strong|span|p|div|ul|li|small)>", re.IGNORECASE)
_WORD: Final = re.compile(r"\w+")
_LABEL: Final = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_URL: Final = re.compile(
    rf"https?://(?:{_LABEL}(?:\.{_LABEL})*\.?|\[([0-9a-f:.]+)\])(?::0*([1-9][0-9]{{0,4}}))?"
    r"(?:[/?#][!#-;=?-\[\]_a-z~]*)?",
    re.IGNORECASE | re.ASCII,
)
_LAST_PORT: Final = 65_535
_LAST_CHARACTER: Final = 0x10FFFF


def clean_line(text: str, limit: int = MAX_TITLE_CHARS) -> tuple[str, bool]:
    """One line of at most `limit` characters, and whether anything but white space was lost."""
    kept = FORBIDDEN.sub("", text)
    line, is_cut = _cut(" ".join(kept.split()), limit)
    return line, is_cut or kept != text


def clean_text(text: str, limit: int = MAX_TEXT_CHARS) -> tuple[str, bool]:
    """As `clean_line`, but with line ends (as LF) and blank lines kept."""
    kept = FORBIDDEN.sub("", text)
    lines = [" ".join(line.split()) for line in _LINE_END.split(kept)]
    clean, is_cut = _cut(_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip(), limit)
    return clean, is_cut or kept != text


def unescape(text: str) -> str:
    """Text that was escaped once more than it should have been, with the tags of its pages gone.

    What looks like an entity or a tag of that kind and is none stays as it is.
    """
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    return _TAG.sub("", _BREAK.sub("\n", text)) if "<" in text else text


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return html5.get(f"{name};", match[0])
    point = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(point) if point <= _LAST_CHARACTER else match[0]


def fold(text: str, limit: int = MAX_TITLE_CHARS) -> str:
    """Spell a text as words that do not tell its spellings apart, with a blank between them.

    Accents, case, punctuation and surplus white space do not count, nor does anything behind
    `limit`.
    """
    plain = unicodedata.normalize("NFKD", text[:limit])
    plain = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    return " ".join(_WORD.findall(plain.replace("_", " ")))


def is_usable_url(url: str) -> bool:
    """Whether a player can be sent to that address.

    It is http or https, printable ASCII, names a host and no user, and is not too long.
    """
    if len(url) > MAX_URL_CHARS or not (match := _URL.fullmatch(url)):
        return False
    address, port = match.groups()
    try:
        return int(port or 1) <= _LAST_PORT and (not address or bool(IPv6Address(address)))
    except ValueError:
        return False


def _cut(text: str, limit: int) -> tuple[str, bool]:
    if len(text) <= limit:
        return text, False
    return f"{text[: limit - 1].rstrip()}…", True
