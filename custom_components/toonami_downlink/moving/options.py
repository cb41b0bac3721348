"""The options as a file has them: each of the right kind, and within its limits."""

from collections.abc import Mapping
from typing import Any, Final

import voluptuous as vol

from ..const import (
    CONF_GUIDE_DAYS,
    CONF_HDHOMERUN,
    CONF_LEAD_MINUTES,
    CONF_MAX_CHANNELS,
    CONF_NOTIFY,
    CONF_PADDING_AFTER,
    CONF_PADDING_BEFORE,
    CONF_PAST_DAYS,
    CONF_PAUSE_MINUTES,
    CONF_PROVIDER_TIMEOUT,
    CONF_RECORDINGS,
    CONF_RECORDINGS_DAYS,
    CONF_RECORDINGS_FOLDER,
    CONF_RECORDINGS_GB,
    CONF_SCHEDULE,
    CONF_STALE_HOURS,
    CONF_STREAM_LINKS,
    CONF_USERS_MAY_WATCH,
    CONF_WATCH_ON,
    LINKS_DIRECT,
    LINKS_HOME_ASSISTANT,
    LINKS_RELAY,
    MAX_LEAD_MINUTES,
    MAX_NOTIFY,
    MAX_PADDING,
    MAX_PAUSE_MINUTES,
    MAX_RECORDINGS_DAYS,
    MAX_RECORDINGS_GB,
)
from ..engine.downlink.cron import validate
from ..engine.downlink.errors import UsageError
from ..engine.downlink.limits import MAX_GUIDE_DAYS, MAX_PAST_DAYS, MAX_VALUE_CHARS

_MAX_PATH_CHARS: Final = 1024
_MAX_CHANNELS: Final = 32
_MAX_TIMEOUT: Final = 3600
_MAX_STALE_HOURS: Final = 720


def _schedule(text: str) -> str:
    try:
        validate(text)
    except UsageError as err:
        raise vol.Invalid("no schedule") from err
    return text


def _text(limit: int) -> vol.All:
    return vol.All(str, vol.Length(max=limit))


def _number(low: int, high: int) -> vol.All:
    # Home Assistant's forms give numbers with a point.
    return vol.All(vol.Any(int, float), vol.Range(low, high), vol.Coerce(int))


_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(key): value
        for key, value in {
            CONF_SCHEDULE: vol.All(_text(MAX_VALUE_CHARS), _schedule),
            CONF_GUIDE_DAYS: _number(1, MAX_GUIDE_DAYS),
            CONF_PAST_DAYS: _number(0, MAX_PAST_DAYS),
            CONF_STREAM_LINKS: vol.In((LINKS_RELAY, LINKS_HOME_ASSISTANT, LINKS_DIRECT)),
            CONF_PROVIDER_TIMEOUT: _number(30, _MAX_TIMEOUT),
            CONF_MAX_CHANNELS: _number(1, _MAX_CHANNELS),
            CONF_PAUSE_MINUTES: _number(0, MAX_PAUSE_MINUTES),
            CONF_HDHOMERUN: bool,
            CONF_STALE_HOURS: _number(1, _MAX_STALE_HOURS),
            CONF_USERS_MAY_WATCH: bool,
            CONF_LEAD_MINUTES: _number(1, MAX_LEAD_MINUTES),
            CONF_NOTIFY: vol.All([_text(MAX_VALUE_CHARS)], vol.Length(max=MAX_NOTIFY)),
            CONF_WATCH_ON: vol.Any(None, _text(MAX_VALUE_CHARS)),
            CONF_RECORDINGS: bool,
            CONF_RECORDINGS_FOLDER: _text(_MAX_PATH_CHARS),
            CONF_RECORDINGS_GB: _number(1, MAX_RECORDINGS_GB),
            CONF_RECORDINGS_DAYS: _number(0, MAX_RECORDINGS_DAYS),
            CONF_PADDING_BEFORE: _number(0, MAX_PADDING),
            CONF_PADDING_AFTER: _number(0, MAX_PADDING),
        }.items()
    },
    extra=vol.REMOVE_EXTRA,
)
KNOWN: Final = frozenset(str(key) for key in _SCHEMA.schema)
"""The options that are moved; a test compares them with those that there are."""


def read_options(data: Any) -> dict[str, Any]:
    """Read options; those of a later version are left out. Raises ValueError."""
    if not isinstance(data, Mapping):
        raise TypeError("no options")
    try:
        options: dict[str, Any] = _SCHEMA(dict(data))
    except vol.Invalid as err:
        raise ValueError("an option has a value that it cannot have") from err
    return options
