"""The part of the options that is about recordings: its form, and whether it can be used."""

from collections.abc import Callable
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


def recorded_schema(
    hass: HomeAssistant, settings: Settings, number: Callable[[int, int, str], vol.All]
) -> vol.Schema:
    """Ask whether to record, where, and how much of it is kept; `number` makes a field of one."""
    folder = str(chosen_folder(hass.config, settings.recordings_folder))
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
        self._said = ""

    async def async_warning(self, settings: Settings) -> str:
        """Say what speaks against the folder that the form shows; else nothing."""
        folder = chosen_folder(self._hass.config, settings.recordings_folder)
        self._said = await async_warning(self._hass, str(folder), settings.recordings_gb)
        return self._said

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
        before, warning = self._said, await self.async_warning(new)
        return "recordings_warning" if warning and warning != before else None
