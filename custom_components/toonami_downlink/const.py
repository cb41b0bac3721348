"""Names and defaults that the whole integration shares."""

from datetime import timedelta
from typing import Final

DOMAIN: Final = "toonami_downlink"
NAME: Final = "Toonami Downlink"
PANEL_PATH: Final = "toonami-downlink"
EVENT_REFRESH: Final = f"{DOMAIN}_refresh"
"""Fired on the bus with ``type``, ``entity_id`` and the attributes of the event entity."""
REPOSITORY: Final = "https://github.com/zachyzissou/toonamiaftermath-downlink"

CONF_PROVIDER: Final = "provider"
PROVIDER_BUNDLED: Final = "bundled"
PROVIDER_COMMAND: Final = "command"
PROVIDER_FOLDER: Final = "folder"

CONF_API_URL: Final = "api_url"
CONF_VERIFY_TLS: Final = "verify_tls"
CONF_PROVIDER_COMMAND: Final = "provider_command"
CONF_PROVIDER_FOLDER: Final = "provider_folder"

CONF_SCHEDULE: Final = "schedule"
CONF_GUIDE_DAYS: Final = "guide_days"
SUBENTRY_TYPE: Final = "pass"
"""The kind of config subentry that a device's pass is."""
CONF_PAST_DAYS: Final = "past_days"
CONF_STREAM_LINKS: Final = "stream_links"
CONF_PROVIDER_TIMEOUT: Final = "provider_timeout"
CONF_MAX_CHANNELS: Final = "max_channels"
CONF_PAUSE_MINUTES: Final = "pause_minutes"
CONF_HDHOMERUN: Final = "hdhomerun"
CONF_STALE_HOURS: Final = "stale_hours"
CONF_USERS_MAY_WATCH: Final = "users_may_watch"
CONF_LEAD_MINUTES: Final = "lead_minutes"
CONF_NOTIFY: Final = "notify"
CONF_WATCH_ON: Final = "watch_on"

CONF_RECORDINGS: Final = "recordings"
CONF_RECORDINGS_FOLDER: Final = "recordings_folder"
CONF_RECORDINGS_GB: Final = "recordings_gb"
CONF_RECORDINGS_DAYS: Final = "recordings_days"
CONF_PADDING_BEFORE: Final = "padding_before"
CONF_PADDING_AFTER: Final = "padding_after"

LINKS_RELAY: Final = "relay"
LINKS_DIRECT: Final = "direct"
LINKS_HOME_ASSISTANT: Final = "home_assistant"

DEFAULT_API_URL: Final = "https://api.toonamiaftermath.com"
DEFAULT_SCHEDULE: Final = "0 3 * * *"
DEFAULT_GUIDE_DAYS: Final = 7
DEFAULT_PAST_DAYS: Final = 1
DEFAULT_PROVIDER_TIMEOUT: Final = 300
DEFAULT_MAX_CHANNELS: Final = 4
DEFAULT_PAUSE_MINUTES: Final = 10
MAX_PAUSE_MINUTES: Final = 240
DEFAULT_STALE_HOURS: Final = 48
DEFAULT_LEAD_MINUTES: Final = 10
MAX_LEAD_MINUTES: Final = 120
MAX_NOTIFY: Final = 20
"""Whom to tell when something begins that is followed."""

DEFAULT_RECORDINGS_GB: Final = 50
DEFAULT_RECORDINGS_DAYS: Final = 0
"""Recordings stay until there is no room."""
DEFAULT_PADDING_BEFORE: Final = 1
DEFAULT_PADDING_AFTER: Final = 3
MAX_RECORDINGS_GB: Final = 100_000
MAX_RECORDINGS_DAYS: Final = 3650
MAX_PADDING: Final = 60

RETRY_DELAYS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
"""How long to wait after the first, second… failure in a row; the last one repeats."""
WATCH_INTERVAL: Final = timedelta(seconds=30)
"""How often the clock and a provider folder are looked at."""
MISSED_AFTER: Final = timedelta(minutes=2)
"""A scheduled run that starts later than this counts as missed."""
CLOCK_STEP_BACK: Final = timedelta(days=1)
"""A clock that goes back by up to this much does not make a run happen twice."""
FEED_FROM_THE_FUTURE: Final = timedelta(hours=2)
"""A feed that will be made later than this was made while the clock was wrong."""
STREAM_URL_TTL: Final = timedelta(minutes=1)
WATCH_TOKEN_TTL: Final = timedelta(days=1)
"""For how long an address works that a user of Home Assistant was given to watch."""
PANEL_WATCH_TTL: Final = timedelta(hours=6)
"""The same in the panel, which asks for a new one before that."""
FAILURES_BEFORE_REPAIR: Final = 3
SILENT_BEFORE_REPAIR: Final = timedelta(minutes=10)
"""How long somebody has to wait for a channel before the user is told."""
