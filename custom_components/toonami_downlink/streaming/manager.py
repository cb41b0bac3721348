"""Who watches continuous MPEG-TS: how many at a time, and that nothing is left of it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import logging
import shutil
from typing import Final

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant

from .ffmpeg import Remux, StreamFailedError, ffmpeg_arguments

_LOGGER = logging.getLogger(__name__)

_FFMPEG_TTL: Final = 300.0
"""Seconds after which ffmpeg is looked for again."""
_STOP_TIMEOUT: Final = 5.0


class StreamsBusyError(Exception):
    """As many viewers as the user allows are watching, or nobody may any more."""


class StreamManager:
    """Start, count and end the ffmpeg of each viewer.

    It belongs to a loaded entry; after `async_stop_all` it starts nothing any more.
    """

    def __init__(self, hass: HomeAssistant, max_streams: int) -> None:
        """Allow so many viewers at the same time."""
        self._hass = hass
        self._max_streams = max_streams
        self._starting = 0
        self._remuxes: set[Remux] = set()
        self._failed: set[str] = set()
        self._binary: str | None = None
        self._looked_at: float | None = None
        self._is_closed = False
        # Without this, Home Assistant would wait for the viewers to leave before it stops.
        self._forget_stop: CALLBACK_TYPE | None = hass.bus.async_listen_once(
            EVENT_HOMEASSISTANT_STOP, self._async_on_stop
        )

    @property
    def active(self) -> int:
        """How many streams are running, being started or being ended."""
        return self._starting + len(self._remuxes)

    @property
    def has_ffmpeg(self) -> bool:
        """Whether ffmpeg was there when it was last looked for."""
        return self._binary is not None

    async def async_find_ffmpeg(self) -> str | None:
        """Return the path of the ffmpeg that Home Assistant uses, None when there is none."""
        now = self._hass.loop.time()
        if self._looked_at is None or now - self._looked_at > _FFMPEG_TTL:
            self._binary = await self._hass.async_add_executor_job(
                shutil.which, self._configured_binary()
            )
            self._looked_at = now
        return self._binary

    def _configured_binary(self) -> str:
        if "ffmpeg" not in self._hass.config.components:
            return "ffmpeg"
        # What it requires is only installed where it is set up.
        from homeassistant.components.ffmpeg import get_ffmpeg_manager  # noqa: PLC0415

        return get_ffmpeg_manager(self._hass).binary

    @asynccontextmanager
    async def async_open(
        self, name: str, url: str, duration: int | None = None
    ) -> AsyncGenerator[Remux]:
        """Open the stream of the channel of that name; its first bytes are there.

        At the end of the block ffmpeg is killed. Raises StreamsBusyError or StreamFailedError.
        """
        remux = await self._async_start(ffmpeg_arguments(url, duration))
        try:
            await self._async_wait_until_ready(name, remux)
            yield remux
        finally:
            remux.kill()

    def _has_room(self) -> bool:
        return not self._is_closed and self.active < self._max_streams

    async def _async_start(self, arguments: list[str]) -> Remux:
        binary = await self.async_find_ffmpeg()
        if binary is None:
            raise StreamFailedError("ffmpeg is not installed")
        if not self._has_room():
            raise StreamsBusyError
        self._starting += 1
        try:
            remux = await Remux.start(binary, arguments)
            self._remuxes.add(remux)
        finally:
            self._starting -= 1
        remux.exited.add_done_callback(lambda _: self._remuxes.discard(remux))
        if self._is_closed:
            remux.kill()
        return remux

    async def _async_wait_until_ready(self, name: str, remux: Remux) -> None:
        """Wait for the first bytes; log once that there are none, and once that there are."""
        try:
            await remux.async_wait_until_ready()
        except StreamFailedError as err:
            if self._is_closed:
                raise StreamsBusyError from err
            if name not in self._failed:
                _LOGGER.warning("%s cannot be played at the moment: %s", name, err)
            self._failed.add(name)
            raise
        if name in self._failed:
            _LOGGER.info("%s can be played again", name)
            self._failed.discard(name)

    async def async_stop_all(self) -> None:
        """End all streams, wait until their processes are gone, and start no others."""
        if self._forget_stop:
            self._forget_stop()
        await self._async_on_stop(None)

    async def _async_on_stop(self, _event: Event | None) -> None:
        self._forget_stop = None
        self._is_closed = True
        ended = [remux.exited for remux in self._remuxes]
        for remux in self._remuxes:
            remux.stop()
        if ended:
            await asyncio.wait(ended, timeout=_STOP_TIMEOUT)
