"""The part of the options that is about recordings: its form, and whether it can be used."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import BooleanSelector, TextSelector
import voluptuous as vol

from ..const import (
    CONF_PADDING_AFTER,
    CONF_PADDING_BEFORE,
    CONF_RECORDINGS,
    CONF_RECORDINGS_DAYS,
    CONF_RECORDINGS_FOLDER,
    CONF_RECORDINGS_GB,
    MAX_PADDING,
    MAX_RECORDINGS_DAYS,
    MAX_RECORDINGS_GB,
)
from ..storage.settings import Settings
from .folder import async_prepare, async_warning, chosen_folder

RECORDED: Final = "recorded"
"""The section's name."""


def recorded_schema(settings: Settings, number: Callable[[int, int, str], vol.All]) -> vol.Schema:
    """Ask whether to record, where, and how much of it is kept; `number` makes a field of one."""
    folder = settings.recordings_folder
    fields = {
        CONF_RECORDINGS_GB: (settings.recordings_gb, number(1, MAX_RECORDINGS_GB, "GB")),
        CONF_RECORDINGS_DAYS: (settings.recordings_days, number(0, MAX_RECORDINGS_DAYS, "d")),
        CONF_PADDING_BEFORE: (settings.padding_before, number(0, MAX_PADDING, "min")),
        CONF_PADDING_AFTER: (settings.padding_after, number(0, MAX_PADDING, "min")),
    }
    return vol.Schema(
        {
            vol.Required(CONF_RECORDINGS, default=settings.recordings): BooleanSelector(),
            vol.Required(CONF_RECORDINGS_FOLDER, default=folder): TextSelector(),
            **{vol.Required(key, default=value): field for key, (value, field) in fields.items()},
        }
    )


class RecordingOptions:
    """What is asked of the folder while the form is open."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin with nothing said."""
        self._hass = hass
        self._seen: tuple[str, int] | None = None
        """The folder and the size that something was said about."""

    async def async_look(self, settings: Settings) -> tuple[Settings, str]:
        """Return the settings with the folder that is proposed, and what speaks against it."""
        folder = str(chosen_folder(self._hass.config, settings.recordings_folder))
        warning = await async_warning(self._hass, folder, settings.recordings_gb)
        self._seen = folder, settings.recordings_gb
        return replace(settings, recordings_folder=folder), warning

    async def async_error(self, old: Settings, new: Settings) -> str | None:
        """Make the folder ready when recordings are switched on, or get another one.

        Otherwise it is left as it is: its disk may be away, and other options are to be changed.
        Returns the key of an error; a warning that nobody has seen yet is one.
        """
        is_same = old.recordings and old.recordings_folder == new.recordings_folder
        if is_same or not new.recordings:
            return None
        if error := await async_prepare(self._hass, new.recordings_folder):
            return error
        folder, size = new.recordings_folder, new.recordings_gb
        if self._seen == (folder, size):
            return None
        return "recordings_warning" if await async_warning(self._hass, folder, size) else None
