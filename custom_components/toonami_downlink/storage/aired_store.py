"""The aired log in Home Assistant's storage: asked and written in a thread, one job at a time."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
import logging
from pathlib import Path
import sys
from typing import Final, NamedTuple

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.downlink.errors import DownlinkError, StoreError
from ..engine.downlink.identity import identity, show_key
from ..engine.downlink.ingest.past import AiredByChannel
from ..engine.downlink.models import Feed, Programme
from ..engine.downlink.publish.aired_file import delete_file, failures
from ..engine.downlink.publish.aired_log import MAX_AIRED, Aired, AiredLog
from ..engine.downlink.timeline import between

_LOGGER = logging.getLogger(__name__)
_FILE: Final = f"{DOMAIN}.aired.db"
_NEXT_FILE: Final = f"{DOMAIN}.aired.next.db"
"""A log that is to take the place of the other one."""
_EVER: Final = (datetime.fromtimestamp(0, UTC), datetime.max.replace(tzinfo=UTC))


class History(NamedTuple):
    """What the log knows of a programme and of its show."""

    last: Aired | None
    """The last airing of the same before it."""
    times: int
    """Airings of the same in the span that was asked for."""
    last_of_show: Aired | None
    times_of_show: int


_NO_HISTORY: Final = History(None, 0, None, 0)


class AiredStore:
    """The aired log, as long as there is one.

    A log that cannot be used is no reason for anything else not to work: then nothing is known of
    the past, one line says why, and it is tried again with the next programme that ends.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin closed."""
        self.begins: datetime | None = None
        """Since when anything is known; None for nothing."""
        self._hass = hass
        self._path = _path(hass)
        self._log: AiredLog | None = None
        self._lock = asyncio.Lock()
        self._since = dt_util.utcnow()
        self._is_held = False
        self._is_broken = False
        self._stop_listening: CALLBACK_TYPE | None = None

    async def async_open(self) -> None:
        """Open it. What ended before now was not seen to end."""
        self._since = dt_util.utcnow()
        self._stop_listening = self._hass.bus.async_listen(
            EVENT_HOMEASSISTANT_FINAL_WRITE, self._async_on_final_write
        )
        async with self._lock:
            await self._async_open()

    async def async_close(self) -> None:
        """Close it: nothing is written any more, and nothing known."""
        if self._stop_listening:
            self._stop_listening()
            self._stop_listening = None
        async with self._lock:
            await self._async_close()

    async def async_freeze(self, feed: Feed) -> None:
        """Keep what is over in a feed. During a backup, that waits for another time."""
        now = dt_util.utcnow()
        # The clock may have been ahead at the start: what ends from here on is seen all the same.
        since = self._since = min(self._since, now)

        def freeze(log: AiredLog) -> datetime | None:
            log.freeze(feed.guide, now, since)
            return log.oldest()

        # The lock is held until it is written: else a backup could begin before that.
        async with self._lock:
            if self._is_held or self._stop_listening is None:
                return
            if self._log is None:
                await self._async_open()
            self.begins = await self._async_answer(freeze, self.begins)

    async def async_past(self, feed: Feed | None, start: datetime) -> AiredByChannel:
        """Return what was on since that time and is over, and freeze what `feed` says of it."""
        if feed:
            await self.async_freeze(feed)
        now = dt_util.utcnow()
        return await self._async_ask(lambda log: log.since(start, now), {})

    async def async_between(
        self, channels: Iterable[str], start: datetime, stop: datetime, limit: int = MAX_AIRED
    ) -> dict[str, list[Aired]]:
        """Return what was on in ``[start, stop)``, by channel key; no more than `limit` of each."""
        keys = tuple(channels)

        def read(log: AiredLog) -> dict[str, list[Aired]]:
            return {key: log.between(key, start, stop, limit) for key in keys}

        return await self._async_ask(read, {key: [] for key in keys})

    async def async_guide(
        self,
        feed: Feed,
        channels: Iterable[str],
        start: datetime,
        stop: datetime,
        limit: int = MAX_AIRED,
    ) -> dict[str, list[Programme]]:
        """Return what was, is and will be on in ``[start, stop)``, by channel key.

        It is the guide of the feed, and before that begins the log, no more than `limit` of it.
        """
        whole = {key: list(between(feed.guide.get(key, ()), start, stop)) for key in channels}
        begins = {key: _begin(feed, key) for key in whole}
        earlier = [key for key, begin in begins.items() if start < begin]
        if earlier:
            last = max(begins[key] for key in earlier)
            found = await self.async_between(earlier, start, min(stop, last), limit)
            for key, aired in found.items():
                past = (one.programme for one in aired)
                whole[key][:0] = [one for one in past if one.stop <= begins[key]]
        return whole

    async def async_history(self, programme: Programme, start: datetime, stop: datetime) -> History:
        """Return what is known of a programme: before it, and from `start` to `stop`."""
        key, show, before = identity(programme), show_key(programme.title), programme.start

        def read(log: AiredLog) -> History:
            return History(
                last=next(iter(log.last(key, before)), None),
                times=log.count(key, start, stop),
                last_of_show=next(iter(log.last(show, before, of_show=True)), None),
                times_of_show=log.count(show, start, stop, of_show=True),
            )

        return await self._async_ask(read, _NO_HISTORY)

    async def async_search(self, query: str, limit: int) -> list[Aired]:
        """Return the last airing of each programme with all words of the query, the last first."""
        return await self._async_ask(lambda log: log.search(query, limit), [])

    async def async_last(self, title: str, before: datetime, limit: int) -> list[Aired]:
        """Return the last airings of a show that began before, the last first."""
        key = show_key(title)
        return await self._async_ask(lambda log: log.last(key, before, limit, of_show=True), [])

    async def async_titles(self, limit: int) -> list[str]:
        """Return the titles of shows, each once, the one that was on last first."""
        return await self._async_ask(lambda log: log.titles(limit), [])

    async def async_all(self) -> list[Aired]:
        """Return everything that was on, each channel's in order.

        Raises StoreError where others get nothing: who moves the house takes it for all there is.
        """

        def read(log: AiredLog) -> list[Aired] | None:
            return [one for key in log.channels for one in log.between(key, *_EVER, sys.maxsize)]

        if (found := await self._async_ask(read, None)) is None:
            raise StoreError("What was on cannot be read now.")
        return found

    async def async_size(self) -> tuple[int, int]:
        """Return how many airings there are, and how many bytes they take."""
        return await self._async_ask(lambda log: log.size(), (0, 0))

    async def async_hold(self) -> None:
        """Leave the file as it is from now on, so that it can be copied."""
        async with self._lock:
            self._is_held = True

    async def async_let_go(self) -> None:
        """Write again."""
        async with self._lock:
            self._is_held = False

    @staticmethod
    async def async_remove(hass: HomeAssistant) -> None:
        """Delete it."""
        await hass.async_add_executor_job(delete_file, _path(hass))

    @staticmethod
    async def async_prepare(hass: HomeAssistant, aired: Iterable[Aired]) -> None:
        """Write a log beside this one, for `async_take`. Raises StoreError."""
        await hass.async_add_executor_job(_prepare, _path(hass, _NEXT_FILE), aired)

    @staticmethod
    async def async_take(hass: HomeAssistant) -> None:
        """Let what was prepared take the place of this one, which is closed. Raises StoreError."""
        await hass.async_add_executor_job(_take, _path(hass, _NEXT_FILE), _path(hass))

    @staticmethod
    async def async_drop(hass: HomeAssistant) -> None:
        """Delete what was prepared, if anything was; what cannot be, at a later start."""
        with suppress(OSError):
            await hass.async_add_executor_job(delete_file, _path(hass, _NEXT_FILE))

    async def _async_ask[Answer](
        self, ask: Callable[[AiredLog], Answer], otherwise: Answer
    ) -> Answer:
        async with self._lock:
            return await self._async_answer(ask, otherwise)

    async def _async_answer[Answer](
        self, ask: Callable[[AiredLog], Answer], otherwise: Answer
    ) -> Answer:
        """Ask for whoever holds the lock."""
        if self._log is None:
            return otherwise
        try:
            answer = await self._hass.async_add_executor_job(ask, self._log)
        except DownlinkError as err:
            self._complain(err)
            await self._async_close()
            return otherwise
        self._is_broken = False
        return answer

    async def _async_open(self) -> None:
        try:
            self._log = await self._hass.async_add_executor_job(_open, self._path)
        except (DownlinkError, OSError) as err:
            self._complain(err)

    async def _async_close(self) -> None:
        if self._log:
            await self._hass.async_add_executor_job(self._log.close)
            self._log = None

    async def _async_on_final_write(self, _event: Event) -> None:
        await self.async_close()

    def _complain(self, err: Exception) -> None:
        if not self._is_broken:
            self._is_broken = True
            _LOGGER.warning("What was on is not remembered: %s", err)


def _begin(feed: Feed, key: str) -> datetime:
    programmes = feed.guide.get(key)
    return programmes[0].start if programmes else feed.made


def _open(path: Path) -> AiredLog:
    path.parent.mkdir(exist_ok=True)
    return AiredLog(path)


def _prepare(path: Path, aired: Iterable[Aired]) -> None:
    with failures(path):
        delete_file(path)
        log = _open(path)
    try:
        log.put(aired)
    finally:
        log.close()


def _take(prepared: Path, path: Path) -> None:
    with failures(path):
        if prepared.exists():
            delete_file(path)
            prepared.replace(path)


def _path(hass: HomeAssistant, name: str = _FILE) -> Path:
    return Path(hass.config.path(STORAGE_DIR, name))
