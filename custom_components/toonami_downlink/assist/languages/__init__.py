"""The sentences that Assist understands, one table for each language."""

from collections.abc import Mapping
from typing import Final

from . import de, en, es, fr, ja, pt
from .language import Language

LANGUAGES: Final[Mapping[str, Language]] = {
    "de": de.LANGUAGE,
    "en": en.LANGUAGE,
    "es": es.LANGUAGE,
    "fr": fr.LANGUAGE,
    "ja": ja.LANGUAGE,
    "pt": pt.LANGUAGE,
}
"""By the first part of the language's tag: English is the same in London."""
_TRANSLATIONS: Final = {"pt": "pt-BR"}
"""Translations that are called otherwise than the language."""


def language_key(tag: str) -> str:
    """Return under which key `LANGUAGES` has a language, if it has it: ``en`` for ``en-GB``."""
    return tag.partition("-")[0].casefold()


def translation_of(tag: str) -> str:
    """Return the tag of the translation that a language is answered with: ``de`` for ``de-CH``.

    Home Assistant looks for that of the whole tag alone, and else takes the English one.
    """
    key = language_key(tag)
    return _TRANSLATIONS.get(key, key) if key in LANGUAGES else tag
