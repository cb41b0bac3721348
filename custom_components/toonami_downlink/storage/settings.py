"""The settings of the config entry, read in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from homeassistant.config_entries import ConfigEntry

from ..const import (
    CONF_API_URL,
    CONF_GUIDE_DAYS,
    CONF_HDHOMERUN,
    CONF_LEAD_MINUTES,
    CONF_MAX_CHANNELS,
    CONF_NOTIFY,
    CONF_PADDING_AFTER,
    CONF_PADDING_BEFORE,
    CONF_PAST_DAYS,
    CONF_PROVIDER,
    CONF_PROVIDER_COMMAND,
    CONF_PROVIDER_FOLDER,
    CONF_PROVIDER_TIMEOUT,
    CONF_RECORDINGS,
    CONF_RECORDINGS_DAYS,
    CONF_RECORDINGS_FOLDER,
    CONF_RECORDINGS_GB,
    CONF_SCHEDULE,
    CONF_STALE_HOURS,
    CONF_STREAM_LINKS,
    CONF_USERS_MAY_WATCH,
    CONF_VERIFY_TLS,
    CONF_WATCH_ON,
    DEFAULT_API_URL,
    DEFAULT_GUIDE_DAYS,
    DEFAULT_LEAD_MINUTES,
    DEFAULT_MAX_CHANNELS,
    DEFAULT_PADDING_AFTER,
    DEFAULT_PADDING_BEFORE,
    DEFAULT_PAST_DAYS,
    DEFAULT_PROVIDER_TIMEOUT,
    DEFAULT_RECORDINGS_DAYS,
    DEFAULT_RECORDINGS_GB,
    DEFAULT_SCHEDULE,
    DEFAULT_STALE_HOURS,
    LINKS_DIRECT,
    PROVIDER_BUNDLED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The user's choices; times are in seconds unless the name says otherwise."""

    provider: str
    api_url: str
    verify_tls: bool
    provider_command: str
    provider_folder: str
    cron: str
    """In Home Assistant's time zone."""
    guide_days: int
    past_days: int
    """Days before today that are in the guide."""
    stream_links: str
    provider_timeout: int
    max_channels: int
    hdhomerun: bool
    stale_hours: int
    users_may_watch: bool
    """Whether users who are no administrators may watch in the panel."""
    lead_minutes: int
    """How long before its start people are told of a showing that is followed."""
    notify: tuple[str, ...]
    """Whom to tell: see `following.notifications`."""
    watch_on: str | None
    """The media player that a message offers to watch on."""
    recordings: bool
    """Whether anything may be recorded."""
    recordings_folder: str
    """Where; empty for the folder that is proposed (`recording.folder.chosen_folder`)."""
    recordings_gb: int
    """How much they may take, in units of 1 000 000 000 bytes."""
    recordings_days: int
    """For how long they stay; 0 for as long as there is room."""
    padding_before: int
    padding_after: int
    """Minutes that are recorded beside the programme."""

    @classmethod
    def from_entry(cls, entry: ConfigEntry[Any]) -> Self:
        """Read a config entry."""
        return cls.from_mappings(entry.data, entry.options)

    @classmethod
    def from_mappings(cls, data: Mapping[str, Any], options: Mapping[str, Any]) -> Self:
        """Read an entry's data and options; what is absent has its default."""
        return cls(
            provider=data.get(CONF_PROVIDER, PROVIDER_BUNDLED),
            api_url=data.get(CONF_API_URL, DEFAULT_API_URL),
            verify_tls=data.get(CONF_VERIFY_TLS, True),
            provider_command=data.get(CONF_PROVIDER_COMMAND, ""),
            provider_folder=data.get(CONF_PROVIDER_FOLDER, ""),
            cron=options.get(CONF_SCHEDULE, DEFAULT_SCHEDULE),
            guide_days=int(options.get(CONF_GUIDE_DAYS, DEFAULT_GUIDE_DAYS)),
            past_days=int(options.get(CONF_PAST_DAYS, DEFAULT_PAST_DAYS)),
            stream_links=options.get(CONF_STREAM_LINKS, LINKS_DIRECT),
            provider_timeout=int(options.get(CONF_PROVIDER_TIMEOUT, DEFAULT_PROVIDER_TIMEOUT)),
            max_channels=int(options.get(CONF_MAX_CHANNELS, DEFAULT_MAX_CHANNELS)),
            hdhomerun=options.get(CONF_HDHOMERUN, False),
            stale_hours=int(options.get(CONF_STALE_HOURS, DEFAULT_STALE_HOURS)),
            users_may_watch=options.get(CONF_USERS_MAY_WATCH, True),
            lead_minutes=int(options.get(CONF_LEAD_MINUTES, DEFAULT_LEAD_MINUTES)),
            notify=tuple(options.get(CONF_NOTIFY, ())),
            watch_on=options.get(CONF_WATCH_ON),
            recordings=options.get(CONF_RECORDINGS, False),
            recordings_folder=options.get(CONF_RECORDINGS_FOLDER, ""),
            recordings_gb=int(options.get(CONF_RECORDINGS_GB, DEFAULT_RECORDINGS_GB)),
            recordings_days=int(options.get(CONF_RECORDINGS_DAYS, DEFAULT_RECORDINGS_DAYS)),
            padding_before=int(options.get(CONF_PADDING_BEFORE, DEFAULT_PADDING_BEFORE)),
            padding_after=int(options.get(CONF_PADDING_AFTER, DEFAULT_PADDING_AFTER)),
        )
