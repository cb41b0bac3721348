"""Fresh upstream stream addresses, asked for when somebody wants to watch."""

import asyncio
import logging
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .const import DOMAIN, PROVIDER_BUNDLED, STREAM_URL_TTL
from .engine.downlink.errors import DownlinkError
from .engine.downlink.lineup import GUIDE_DOMAIN, KNOWN
from .engine.downlink.models import Channel
from .engine.downlink.provider.streams import resolve_stream
from .settings import Settings

_LOGGER = logging.getLogger(__name__)
_KNOWN: Final = {channel.key: channel for channel in KNOWN}


class StreamUrls:
    """Resolve a channel's address, at most once a minute, for all who ask at the same time."""

    def __init__(self, hass: HomeAssistant, settings: Settings, certificates: Path) -> None:
        """Resolve as the settings say; `certificates` is what the provider learnt of them."""
        self._hass = hass
        self._settings = settings
        self._certificates = certificates
        self._tasks: dict[str, asyncio.Task[str]] = {}
        self._made: dict[str, float] = {}

    async def async_get(self, channel: Channel) -> str:
        """Return the freshest address there is; the stored one when upstream does not answer."""
        if not self._can_resolve(channel):
            return channel.stream_url
        now = self._hass.loop.time()
        task = self._tasks.get(channel.key)
        if task is None or now - self._made[channel.key] > STREAM_URL_TTL.total_seconds():
            task = self._hass.async_create_background_task(
                self._async_resolve(channel), f"{DOMAIN} stream address"
            )
            self._tasks[channel.key] = task
            self._made[channel.key] = now
        # A viewer who leaves must not cancel the answer that others wait for.
        return await asyncio.shield(task)

    def _can_resolve(self, channel: Channel) -> bool:
        """Whether the provider's own upstream is the one that made the stored address."""
        known = _KNOWN.get(channel.key)
        if known is None or not known.slug:
            return False
        host = urlsplit(channel.stream_url).hostname or ""
        return self._settings.provider == PROVIDER_BUNDLED or host.endswith(f".{GUIDE_DOMAIN}")

    async def _async_resolve(self, channel: Channel) -> str:
        settings = self._settings
        try:
            address = await resolve_stream(
                settings.api_url,
                _KNOWN[channel.key],
                async_get_clientsession(self._hass),
                verify_tls=settings.verify_tls,
                certificates=self._certificates,
            )
        except DownlinkError as err:
            _LOGGER.debug("No fresh address for %s: %s", channel.name, err)
            return channel.stream_url
        return address.url
