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
