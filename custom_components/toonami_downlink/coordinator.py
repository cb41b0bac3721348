"""The coordinator: the only place that refreshes the feed, and the one that everything reads."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
import logging
from pathlib import Path
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, Context, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .const import DOMAIN, NAME, PROVIDER_FOLDER, WATCH_INTERVAL
from .engine.downlink.errors import DownlinkError
from .engine.downlink.models import Cause, Progress, RefreshRecord, Stage
from .engine.downlink.passes import HOME
from .engine.downlink.process.runner import clear_staging
from .engine.downlink.process.watched_folder import FolderWatch
from .engine.downlink.provider.fetch import links_file
from .engine.downlink.publish.publication import Publication
from .engine.downlink.publish.refresh import STAGING, Refreshed, cache_file
from .engine.downlink.publish.store import Generation
from .engine.downlink.timeline import next_change_of_all
from .passes.manager import Passes
from .refreshing.issues import FeedCondition, async_update_issues, known_clients
from .refreshing.records import kind_of, make_record
from .refreshing.refresh import (
    async_load_generation,
    async_provider_version,
    async_refresh_once,
    data_folder,
)
from .refreshing.scheduler import Scheduler, Timer, for_the_house
from .storage.aired_store import AiredStore
from .storage.credentials import CredentialStore
from .storage.settings import Settings
from .storage.state import State
from .streaming.addresses import StreamAddresses
from .streaming.manager import StreamManager

_LOGGER = logging.getLogger(__name__)
_FIRST_LOOK_TIMEOUT = 5.0
"""Seconds that the set-up waits for a provider folder, which may be on a mount that hangs."""
_ASKED_FOR = frozenset({Cause.BUTTON, Cause.SERVICE, Cause.PANEL, Cause.SETUP, Cause.REPAIR})
"""A person wants it: what was refused before is tried again."""

type DownlinkConfigEntry = ConfigEntry[DownlinkCoordinator]
type EventListener = Callable[[str, RefreshRecord | None, datetime | None, Context], None]
type ProgressListener = Callable[[Progress | None], None]


class DownlinkCoordinator(DataUpdateCoordinator[Publication | None]):
    """Refresh on schedule, after failures and on request; publish; say what happened.

    `data` is the published feed, None before the first one. Listeners are called when anything
    here changes and when a programme begins or ends.
    """

    config_entry: DownlinkConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: DownlinkConfigEntry,
        credentials: CredentialStore,
        state: State,
    ) -> None:
        """Take what was loaded; `async_load` and `async_start` do the rest."""
        super().__init__(hass, _LOGGER, config_entry=entry, name=NAME)
        self.settings = Settings.from_entry(entry)
        self.credentials = credentials
        self.clients, self._clients_known_since = known_clients(hass)
        self.aired = AiredStore(hass)
        self.generation: Generation | None = None
        self.progress: Progress | None = None
        self.provider_version: str | None = None
        self._insist = False
        self.last_words = ""
        """What the provider wrote last when the last refresh failed: for administrators only."""
        self._state = state
        certificates = links_file(cache_file(data_folder(hass)))
        self.stream_addresses = StreamAddresses(hass, self.settings, certificates)
        self.streams = StreamManager(
            hass,
            self.stream_addresses,
            max_channels=self.settings.max_channels,
            pause_minutes=self.settings.pause_minutes,
        )
        self.passes = Passes(hass, entry, credentials, self.streams)
        self._refreshed: Refreshed | None = None
        self._task: asyncio.Task[RefreshRecord] | None = None
        self._folder_watch: FolderWatch | None = None
        self._event_listeners: list[EventListener] = []
        self._progress_listeners: list[ProgressListener] = []
        self._scheduler = Scheduler(
            hass,
            self.settings.cron,
            state,
            begin=self._begin,
            on_missed=lambda window: self.async_tell(None, Context(), window),
        )
        self._boundary = Timer(hass, "boundary", self._async_on_boundary)

    # What the rest of the integration reads

    @property
    def history(self) -> tuple[RefreshRecord, ...]:
        """The last refreshes, the newest last."""
        return self._state.history

    @property
    def last_record(self) -> RefreshRecord | None:
        """The last refresh."""
        return self.history[-1] if self.history else None

    @property
    def failures(self) -> int:
        """Refreshes that failed in a row, up to now."""
        return self._state.failures

    @property
    def last_success(self) -> datetime | None:
        """When the published feed was made, in UTC."""
        return self.data.feed.made if self.data else None

    @property
    def guide_made(self) -> datetime | None:
        """When the published guide was read, in UTC: a refresh may have had to keep the old one."""
        report = self.data.report if self.data else None
        return self._state.guide_made(self.last_success, report)

    @property
    def next_refresh(self) -> datetime | None:
        """When the next refresh begins by itself, in UTC."""
        return self._scheduler.next

    @property
    def is_refreshing(self) -> bool:
        """Whether a refresh is running."""
        return self._task is not None

    @property
    def is_guide_stale(self) -> bool:
        """Whether there is no guide, or it is older than the user wants to accept."""
        limit = timedelta(hours=self.settings.stale_hours)
        return self.guide_made is None or dt_util.utcnow() - self.guide_made >= limit

    @callback
    def async_add_event_listener(self, listener: EventListener) -> CALLBACK_TYPE:
        """Tell `listener` of ``succeeded``, ``failed``, ``recovered`` and ``missed``."""
        self._event_listeners.append(listener)
        return lambda: self._event_listeners.remove(listener)

    @callback
    def async_add_progress_listener(self, listener: ProgressListener) -> CALLBACK_TYPE:
        """Tell `listener` how far a refresh is, and None at its end."""
        self._progress_listeners.append(listener)
        return lambda: self._progress_listeners.remove(listener)

    async def async_rotate_credentials(self, identity: str = HOME) -> None:
        """Replace the secrets of a pass, and end what is watched with the old ones.

        Raises HomeAssistantError when they cannot be saved; then nothing has changed.
        """
        await self.passes.async_rotate(identity)
        self.async_update_listeners()

    # Life

    async def async_load(self) -> None:
        """Publish the newest feed on disk that is whole, and clear away what a crash left."""
        await self.hass.async_add_executor_job(clear_staging, data_folder(self.hass) / STAGING)
        self.generation = await async_load_generation(self.hass)
        await self.aired.async_open()
        if self.generation:
            self.data = await self.hass.async_add_executor_job(Publication, self.generation)
            await self.async_freeze()
        if self.settings.provider == PROVIDER_FOLDER:
            self._folder_watch = FolderWatch(Path(self.settings.provider_folder))
            await self._folder_watch.look(_FIRST_LOOK_TIMEOUT)
        await self._scheduler.async_load()

    async def async_freeze(self) -> None:
        """Keep what is over in the aired log, unless another feed is about to be published."""
        stage = self.progress.stage if self.progress else None
        if self.data and stage not in {Stage.CHECK, Stage.PUBLISH}:
            await self.aired.async_freeze(self.data.feed)

    @callback
    def async_start(self) -> None:
        """Begin to follow the schedule, the programmes and a provider folder."""
        hass, entry = self.hass, self.config_entry
        on_unload, tick = entry.async_on_unload, self._async_tick
        on_unload(async_track_time_interval(hass, tick, WATCH_INTERVAL, cancel_on_shutdown=True))
        on_unload(self._scheduler.async_stop)
        on_unload(lambda: self._boundary.set(None))
        on_unload(hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._async_on_config))
        entry.async_create_background_task(hass, self._async_read_version(), f"{DOMAIN} version")
        self._boundary.set(self._next_boundary())
        self._scheduler.async_update(self.last_record, self.last_success)
        self._scheduler.async_check()
        # A folder costs nothing to read, and may have changed while it was not watched.
        if self.data is None or self._folder_watch:
            self._begin(Cause.START)
        self._update_issues()
        self.async_update_listeners()

    async def _async_read_version(self) -> None:
        self.provider_version = await async_provider_version(self.hass, self.settings)
        self.async_update_listeners()

    # Refreshing

    async def async_refresh_feed(
        self, cause: Cause, context: Context | None = None
    ) -> RefreshRecord:
        """Refresh now, or join the refresh that is running; wait for its outcome.

        `context` is that of whoever asked. Raises HomeAssistantError only when the integration is
        unloaded or Home Assistant stops meanwhile.
        """
        task = self._begin(cause, context)
        await asyncio.wait((task,))
        if task.cancelled():
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="refresh_cancelled")
        return task.result()

    async def async_refresh_or_raise(self, cause: Cause, context: Context | None) -> RefreshRecord:
        """Refresh as `async_refresh_feed`; raises a translated HomeAssistantError if it failed."""
        record = await self.async_refresh_feed(cause, context)
        if record.error:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key=record.error,
                translation_placeholders={"message": record.message or ""},
            )
        return record

    @callback
    def _begin(self, cause: Cause, context: Context | None = None) -> asyncio.Task[RefreshRecord]:
        """Begin a refresh, or join the one that is running."""
        if not self._task:
            run = self._async_run(cause, context)
            name, begin = f"{DOMAIN} refresh", self.config_entry.async_create_background_task
            self._task = for_the_house(lambda: begin(self.hass, run, name, eager_start=False))
        return self._task

    async def _async_run(self, cause: Cause, context: Context | None) -> RefreshRecord:
        started = dt_util.utcnow()
        self._forget_outcome()
        try:
            self._insist = cause in _ASKED_FOR
            await self.async_refresh()
            if self.hass.is_stopping or not (self._refreshed or self.last_exception):
                # What came of it says nothing: its provider may have been ended with everything.
                raise asyncio.CancelledError
            record = make_record(
                cause,
                started,
                self.failures,
                self._refreshed or self.last_exception,
                self.progress.stage if self.progress else Stage.PROVIDER,
            )
            self._state.remember(record)
            self._scheduler.async_update(record, self.last_success)
            await self._state.async_save(self.hass)
        finally:
            self._task = None
            self._set_progress(None)
        await self.async_freeze()
        self._boundary.set(self._next_boundary())
        self._scheduler.async_check()
        self._update_issues()
        self.async_tell(record, context or Context())
        self.async_update_listeners()
        return record

    @override
    async def async_request_refresh(self) -> None:
        """Fetch nothing: that is no entity's business, whoever has Home Assistant update it."""

    def _forget_outcome(self) -> None:
        """Forget what came of the refresh before, so that it is not taken for that of the next."""
        self._refreshed = self.last_exception = None
        self.last_words = ""

    @override
    async def _async_update_data(self) -> Publication:
        try:
            refreshed = await async_refresh_once(
                self.hass,
                self.settings,
                self._state,
                self.generation,
                self._set_progress,
                past=partial(self.aired.async_past, self.data.feed if self.data else None),
                insist=self._insist,
            )
        except DownlinkError as err:
            self.last_words = err.stderr
            raise UpdateFailed(
                str(err),
                translation_domain=DOMAIN,
                translation_key=err.key,
                translation_placeholders={"message": str(err)},
            ) from err
        self._refreshed, self.generation = refreshed, refreshed.generation
        published = await self.hass.async_add_executor_job(Publication, refreshed.generation)
        self.streams.async_know(published.feed.channels)
        return published

    @callback
    def _update_issues(self) -> None:
        async_update_issues(
            self.hass,
            FeedCondition(
                settings=self.settings,
                last_refresh=self.last_record,
                has_failed=not self.last_update_success,
                stale_guide=self.guide_made if self.is_guide_stale else None,
                silent_channels=self.streams.silent_channels,
                is_relay_declined=self._state.is_relay_declined,
                old_credentials=self.clients.with_old_credentials,
                clients_known_since=self._clients_known_since,
            ),
        )

    async def async_decline_relay(self) -> None:
        """Leave the streams as they are, and do not ask again."""
        self._state.is_relay_declined = True
        await self._state.async_save(self.hass)
        self._update_issues()

    @callback
    def _set_progress(self, progress: Progress | None) -> None:
        self.progress = progress
        for listener in tuple(self._progress_listeners):
            listener(progress)

    @callback
    def async_tell(
        self, record: RefreshRecord | None, context: Context, missed: datetime | None = None
    ) -> None:
        """Tell what came of a refresh, also of one in a dialog, or which one was `missed`."""
        for listener in tuple(self._event_listeners):
            listener(kind_of(record), record, missed, context)

    # Time

    @callback
    def _async_tick(self, _now: datetime) -> None:
        """Look at the clock, which may have jumped, and at the provider folder."""
        known = self._boundary.at, self.next_refresh
        self._scheduler.async_check()
        if known != (self._next_boundary(), self.next_refresh):
            self._async_on_boundary()
        self._update_issues()
        if self._folder_watch and not self.is_refreshing:
            look = self._async_look_at_folder(self._folder_watch)
            self.config_entry.async_create_background_task(self.hass, look, f"{DOMAIN} folder")

    async def _async_on_config(self, event: Event[Any]) -> None:
        """Follow another language or time zone of the installation at once."""
        if "language" in event.data:
            await async_load_integrations(self.hass, {DOMAIN})
        if "time_zone" in event.data:
            self._scheduler.async_follow_zone()
        self._async_tick(dt_util.utcnow())

    async def _async_look_at_folder(self, watch: FolderWatch) -> None:
        if await watch.look():
            self._begin(Cause.FOLDER)

    def _next_boundary(self) -> datetime | None:
        """Return when the next programme begins or ends on any channel."""
        guides = self.data.feed.guide.values() if self.data else ()
        return next_change_of_all(guides, dt_util.utcnow())

    @callback
    def _async_on_boundary(self) -> None:
        """Let everything show what is on now; nothing is fetched for that."""
        self.async_update_listeners()
        self._boundary.set(self._next_boundary())
        freeze = self.async_freeze()
        self.config_entry.async_create_background_task(self.hass, freeze, f"{DOMAIN} aired log")


@callback
def async_loaded_coordinator(hass: HomeAssistant) -> DownlinkCoordinator | None:
    """Return the coordinator of the entry, while it is loaded."""
    entries: list[DownlinkConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    return entries[0].runtime_data if entries else None
