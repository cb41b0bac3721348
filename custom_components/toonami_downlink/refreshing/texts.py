"""Texts from the translations, where Home Assistant itself does not fill them in."""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_cached_translations

from ..const import DOMAIN

_UNKNOWN: Final = "unexpected"


def text(hass: HomeAssistant, path: str, **values: object) -> str:
    """Return the text at that path, in the language of the installation, with values filled in.

    The path is that in the translation files, such as ``common.log_failed``; without a text
    there, it is returned itself.
    """
    category, _, _ = path.partition(".")
    texts = async_get_cached_translations(hass, hass.config.language, category, DOMAIN)
    template = texts.get(f"component.{DOMAIN}.{path}")
    return template.format(**values) if template else path


def error_text(hass: HomeAssistant, error: str | None, message: str | None) -> str:
    """Say what an error of the history means, with its own message in it."""
    return text(hass, f"exceptions.{error or _UNKNOWN}.message", message=message or "")
