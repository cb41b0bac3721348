"""Texts from the translations, where Home Assistant itself does not fill them in."""

import re
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_cached_translations

from ..const import DOMAIN
from ..engine.downlink.text import clean_line

_UNKNOWN: Final = "unexpected"
_MARKUP: Final = re.compile(
    r"[\\`*_{}\[\]<>#|~!&@]|(?<=http):|(?<=https):|(?<=ftp):|(?<=www)\.", re.IGNORECASE
)
"""What begins something in Markdown: links that are not marked as such too."""
_MAX_WORDS: Final = 300


def text(hass: HomeAssistant, path: str, **values: object) -> str:
    """Return the text at that path, in the language of the installation, with values filled in.

    The path is that in the translation files, such as ``common.no_details``; without a text
    there, it is returned itself.
    """
    category, _, _ = path.partition(".")
    texts = async_get_cached_translations(hass, hass.config.language, category, DOMAIN)
    template = texts.get(f"component.{DOMAIN}.{path}")
    return template.format(**values) if template else path


def error_text(hass: HomeAssistant, error: str | None, message: str | None) -> str:
    """Say what an error of the history means, with its own message in it."""
    said = message or text(hass, "common.no_details")
    return text(hass, f"exceptions.{error or _UNKNOWN}.message", message=said)


def markdown(words: str) -> str:
    """Write words for a place that takes Markdown, where they shall be no link and no picture."""
    return _MARKUP.sub(r"\\\g<0>", _shorten(words))


def quoted(words: str) -> str:
    """Quote what an outsider wrote, for people to read as it is; an empty text stays empty.

    Where Markdown is taken it is shown as code, in which nothing else means anything; elsewhere
    the marks look like quotation marks.
    """
    shown = _shorten(words).replace("`", "'")
    return f"`{shown}`" if shown else ""


def _shorten(words: str) -> str:
    return clean_line(words, _MAX_WORDS)[0]
