"""Resolve upstream stream addresses when a viewer comes."""

import asyncio
import logging
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..const import DOMAIN, PROVIDER_BUNDLED, STREAM_URL_TTL
from ..engine.downlink.errors import DownlinkError
from ..engine.downlink.lineup import GUIDE_DOMAIN, KNOWN
from ..engine.downlink.models import Channel
from ..engine.downlink.provider.streams import mirror_url, resolve_stream
from ..engine.downlink.provider.tls import CertificateVerifier, shared_verifier
from ..storage.settings import Settings

_LOGGER = logging.getLogger(__name__)
_KNOWN: Final = {channel.key: channel for channel in KNOWN}


class StreamAddresses:
    """The stream addresses of channels: resolved anew, or as the provider wrote them."""

    def __init__(self, hass: HomeAssistant, settings: Settings, certificates: Path) -> None:
        """Resolve as the settings say; `certificates` is what the provider learnt of them."""
        self._hass = hass
        self._settings = settings
        self._certificates = certificates
        self._tasks: dict[str, asyncio.Task[str]] = {}
        self._made: dict[str, float] = {}

    @property
    def verifier(self) -> CertificateVerifier:
        """What checks upstream's certificates, completed by what the provider learnt."""
        return shared_verifier(verify=self._settings.verify_tls, remembered=self._certificates)

    def trusted_origin(self, channel: Channel) -> str:
        """Return the address that the user chose, whose network may be a private one.

        That is the API's; of another provider, the address that it wrote.
        """
        if self._settings.provider == PROVIDER_BUNDLED:
            return self._settings.api_url
        return channel.stream_url

    def can_resolve(self, channel: Channel) -> bool:
        """Whether upstream can be asked for an address; else the stored one is all there is."""
        known = _KNOWN.get(channel.key)
        if known is None or not known.slug:
            return False
        host = urlsplit(channel.stream_url).hostname or ""
        return self._settings.provider == PROVIDER_BUNDLED or host.endswith(f".{GUIDE_DOMAIN}")

    def mirror(self, channel: Channel) -> str:
        """Return the address for when upstream gives none."""
        if not self.can_resolve(channel):
            return channel.stream_url
        return mirror_url(self._settings.api_url, _KNOWN[channel.key])

    async def async_resolve(self, channel: Channel) -> str:
        """Ask upstream for an address now. Raises a `DownlinkError`."""
        if not self.can_resolve(channel):
            return channel.stream_url
        address = await resolve_stream(
            self._settings.api_url,
            _KNOWN[channel.key],
            async_get_clientsession(self._hass),
            verify_tls=self._settings.verify_tls,
            certificates=self._certificates,
        )
        return address.url

    async def async_get(self, channel: Channel) -> str:
        """Return an address of the last minute, or the stored one when upstream does not answer.

        All who ask at the same time get the same one.
        """
        if not self.can_resolve(channel):
            return channel.stream_url
        now = self._hass.loop.time()
        task = self._tasks.get(channel.key)
        if task is None or now - self._made[channel.key] > STREAM_URL_TTL.total_seconds():
            task = self._hass.async_create_background_task(
                self._async_resolve_or_stored(channel), f"{DOMAIN} stream address"
            )
            self._tasks[channel.key] = task
            self._made[channel.key] = now
        # A viewer who leaves must not cancel the answer that others wait for.
        return await asyncio.shield(task)

    async def _async_resolve_or_stored(self, channel: Channel) -> str:
        try:
            return await self.async_resolve(channel)
        except DownlinkError as err:
            _LOGGER.debug("No fresh address for %s: %s", channel.name, err)
            return channel.stream_url
