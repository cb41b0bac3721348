"""Keep the players' secrets out of what Home Assistant itself writes about requests.

They are in addresses, because players know no other place, and in what the Connect page is sent.
Home Assistant logs both when it is told to log everything, and of what a media player cannot play
some of it always.
"""

from collections.abc import Iterable
import logging
import re
from typing import Final, override
from urllib.parse import unquote

from homeassistant.core import callback

from ..const import DOMAIN
from ..engine.downlink.short_codes import ALPHABET, LENGTH, MAX_CHARS
from .credentials import CredentialStore

_PLAYERS: Final = (
    "homeassistant.components.apple_tv.media_player",
    "homeassistant.components.cast.helpers",
    "homeassistant.components.cast.media_player",
    "homeassistant.components.dlna_dmr",
    "homeassistant.components.esphome.ffmpeg_proxy",
    "homeassistant.components.sonos.media_player",
    "homeassistant.components.soundtouch.media_player",
)
"""The media players that log the address of what they are to play."""
_LOGGERS: Final = (
    "aiohttp.access",
    "aiohttp.server",
    "homeassistant.components.http.auth",
    "homeassistant.components.http.ban",
    "homeassistant.components.http.security_filter",
    "homeassistant.components.websocket_api.http.connection",
    # A media player's state has the address of what it plays.
    "homeassistant.core",
    "homeassistant.helpers.http",
    *_PLAYERS,
)
_INSTEAD: Final = "**REDACTED**"
_TYPED: Final = re.compile(
    rf"(/tv/)(?:[{ALPHABET}-]|%[0-9a-f]{{2}}){{{LENGTH},{3 * MAX_CHARS}}}", re.IGNORECASE
)
"""A short code however it was typed: with capitals, with dashes, or nearly right."""
_WATCHING: Final = re.compile(r"(/watch/)[0-9a-f]{42}", re.IGNORECASE)
"""A token for the streams: each is made when it is asked for, and is in no list of secrets."""
_ADOPTING: Final = f"{DOMAIN}/credentials/adopt"
"""The message that brings a secret which nobody knows yet."""
_FORMATTER: Final = logging.Formatter()


class SecretFilter(logging.Filter):
    """Cross the secrets out; every record stays."""

    credentials: CredentialStore | None = None

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001  # a caller's own mistake must not become an error in it
            message = f"{record.msg} {record.args}"
        if _ADOPTING in message:
            message = record.msg = f"{_ADOPTING} {_INSTEAD}"
            record.args = ()
        if text := self._crossed_out(message):
            record.msg, record.args = text, ()
        # The web server quotes what it could not read in the exception.
        if record.exc_info and (
            text := self._crossed_out(_FORMATTER.formatException(record.exc_info))
        ):
            record.exc_info, record.exc_text = None, text
        return True

    def _crossed_out(self, text: str) -> str | None:
        """Return the text without the secrets; None when there are none in it."""
        if not (known := self.credentials):
            return None
        secrets = known.all_secrets
        # As it is written first: what stands before a secret may take its first digits along.
        safe = _without(secrets, unquote(_TYPED.sub(rf"\1{_INSTEAD}", _without(secrets, text))))
        safe = _WATCHING.sub(rf"\1{_INSTEAD}", safe)
        return safe if safe != unquote(text) else None


def _without(secrets: Iterable[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, _INSTEAD)
    return text


_FILTER: Final = SecretFilter()


@callback
def async_keep_out_of_logs(credentials: CredentialStore) -> None:
    """Cross these secrets out from now on, and no others."""
    _FILTER.credentials = credentials
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
