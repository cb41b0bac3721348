"""Text and addresses from outside, made fit for XML, playlists and screens."""

from ipaddress import IPv6Address
import re
from typing import Final

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
_LABEL: Final = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_URL: Final = re.compile(
    rf"https?://(?:{_LABEL}(?:\.{_LABEL})*\.?|\[([0-9a-f:.]+)\])(?::0*([1-9][0-9]{{0,4}}))?"
    r"(?:[/?#][!#-;=?-\[\]_a-z~]*)?",
    re.IGNORECASE | re.ASCII,
)
_LAST_PORT: Final = 65_535


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
