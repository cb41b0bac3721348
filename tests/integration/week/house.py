"""A Home Assistant that records, on a clock that stands still until it is moved."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import os
from pathlib import Path
import shutil
import time
from typing import Any, Final

from freezegun import api as clocks
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.toonami_downlink.engine.downlink.errors import StoreError
from custom_components.toonami_downlink.engine.downlink.models import Feed
from custom_components.toonami_downlink.engine.downlink.publish.publication import Publication
from custom_components.toonami_downlink.engine.downlink.recording import (
    finish as finish_module,
    folder as folder_module,
    source as source_module,
    track as track_module,
)
from custom_components.toonami_downlink.engine.downlink.recording.disk_thread import DiskThread
from custom_components.toonami_downlink.engine.downlink.recording.model import TRACKS, Recording
from custom_components.toonami_downlink.recording import (
    folder as place_module,
    library as library_module,
    scheduler as scheduler_module,
)
from custom_components.toonami_downlink.recording.manager import Recordings, async_recordings
from custom_components.toonami_downlink.storage.versioned_store import VersionedStore
from custom_components.toonami_downlink.streaming.manager import StreamManager

from ..factories import make_entry
from ..harness import limit_platforms, publish_feed
from .disk import HouseDisk, answering
from .relay import Relay

PADDING: Final = (1, 3)
"""Minutes before and after."""
PLACES: Final = 4
"""Channels that may be fetched at once."""
_NAP: Final = 0.0005
_PATIENCE: Final = 240.0
"""Seconds of real time that anything may take."""
_BRIEF: Final = 0.05
_TICK: Final = timedelta(seconds=1)

_sleep = time.sleep
"""As it is before clocks are stopped."""


@dataclass(slots=True)
class Kept:
    """A file as it was when it was finished; what is deleted later can still be looked at."""

    recording: Recording
    path: Path


@dataclass(slots=True)
class House:
    """Home Assistant, its disk, its clock and its television."""

    hass: HomeAssistant
    relay: Relay
    disk: HouseDisk
    freezer: FrozenDateTimeFactory
    folder: Path
    kept_in: Path
    options: dict[str, Any]
    entry: Any = None
    kept: list[Kept] = field(default_factory=list)
    said: list[tuple[datetime, str, Recording]] = field(default_factory=list)
    """Events."""

    @property
    def now(self) -> datetime:
        return self.relay.now

    @property
    def recordings(self) -> Recordings:
        found = async_recordings(self.hass)
        assert found
        return found

    @property
    def items(self) -> tuple[Recording, ...]:
        return self.recordings.items

    # Life

    async def start(self, feed: Feed) -> None:
        """Start Home Assistant, with the guide that was loaded last."""
        await self.hass.async_add_executor_job(
            publish_feed, self.hass, replace(feed, made=self.now)
        )
        if self.entry is None:
            self.entry = make_entry("provider {m3u} {xmltv}", **self.options)
            self.entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        self.recordings.async_add_listener(self._keep)
        self.recordings.async_add_event_listener(
            lambda kind, one: self.said.append((self.now, kind, one))
        )
        await self.settle()

    async def stop(self) -> None:
        """Stop it; on a disk that hangs, time passes meanwhile."""
        assert await self.while_time_passes(
            self.hass.config_entries.async_unload(self.entry.entry_id)
        )

    async def while_time_passes[T](self, what: Awaitable[T]) -> T:
        """Wait for something that may need the clock to go on."""
        task = asyncio.ensure_future(what)
        while not task.done():
            begun = clocks.real_perf_counter()
            while not task.done() and clocks.real_perf_counter() - begun < _BRIEF:
                await self._nap()
            if not task.done():
                self.freezer.move_to(self.now + _TICK)
                self.relay.move_to(self.now + _TICK)
        return task.result()

    @callback
    def _keep(self) -> None:
        """Keep the files that are new."""
        known = {one.recording.identity for one in self.kept}
        for one in self.items:
            if one.file and one.identity not in known:
                path = self.kept_in / f"{one.number}{Path(one.file).suffix}"
                os.link(self.folder / one.file, path)
                self.kept.append(Kept(one, path))

    # Time

    async def move_to(self, moment: datetime) -> None:
        """Let it be that time; wait until all that this sets off is done."""
        self.freezer.move_to(moment)
        self.relay.move_to(moment)
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is left to be done before the clock goes on."""
        begun = clocks.real_perf_counter()
        quiet = 0
        while quiet < 2:
            await self._nap()
            quiet = 0 if self._is_busy() else quiet + 1
            took = clocks.real_perf_counter() - begun
            if (self.disk.is_hanging or self.disk.is_dead) and took > _BRIEF:
                return
            assert took < _PATIENCE, self._why()

    async def _nap(self) -> None:
        await self.hass.loop.run_in_executor(None, _sleep, _NAP)

    def _is_busy(self) -> bool:
        return bool(self._why())

    def _why(self) -> list[str]:
        """Say what is being done."""
        recordings = async_recordings(self.hass)
        if recordings is None:
            return []
        scheduler = recordings._scheduler  # noqa: SLF001
        keeper = scheduler._keeper  # noqa: SLF001
        found = {
            "a look is due": scheduler._is_woken,  # noqa: SLF001
            "a look": scheduler._looking.locked(),  # noqa: SLF001
            "a change": scheduler._catalogue.lock.locked(),  # noqa: SLF001
            "the library": scheduler.library._disk._busy,  # noqa: SLF001
            "a thread": self.disk.in_flight,
            "a segment": any(one.is_behind for one in self.relay.watching),
            "a file": any(one.recorder is None for one in keeper._runs.values()),  # noqa: SLF001
        }
        return [name for name, is_so in found.items() if is_so]

    # The guide

    async def show(self, feed: Feed) -> None:
        """Publish another guide."""
        coordinator = self.entry.runtime_data
        generation = replace(coordinator.generation, feed=feed)
        coordinator.async_set_updated_data(Publication(generation))
        await self.settle()

    async def ask(self, what: Awaitable[object]) -> None:
        """Ask for something that may be refused."""
        with suppress(HomeAssistantError):
            await self.while_time_passes(what)
        await self.settle()


def make_house(
    hass: HomeAssistant,
    relay: Relay,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    base: Path,
    *,
    quota: int,
) -> House:
    """Make a house whose recordings lie below `base` and take `quota` bytes at most."""
    folder, kept_in = base / "media" / "Toonami", base / "kept"
    (folder / TRACKS).mkdir(parents=True)
    kept_in.mkdir()
    disk = HouseDisk(folder)
    disk.install(monkeypatch, folder_module, track_module, source_module, finish_module)
    limit_platforms(monkeypatch, ())
    monkeypatch.setattr(scheduler_module, "_GB", quota)
    _replace_disk(monkeypatch, disk)
    run = DiskThread.run

    async def run_counted(thread: DiskThread, *args: Any, **kwargs: Any) -> Any:
        disk.in_flight += 1
        try:
            return await run(thread, *args, **kwargs)
        finally:
            disk.in_flight -= 1

    monkeypatch.setattr(DiskThread, "run", run_counted)
    save = VersionedStore.async_save_surely

    async def save_alive(store: VersionedStore, data: dict[str, Any]) -> None:
        if disk.is_dead:
            raise StoreError("There is nobody any more.")
        await save(store, data)

    monkeypatch.setattr(VersionedStore, "async_save_surely", save_alive)
    monkeypatch.setattr(
        StreamManager, "async_watch", lambda _self, channel, _watcher: relay.watch(channel.key)
    )
    options = {
        "stream_links": "relay",
        "schedule": "0 0 29 2 *",
        "max_channels": PLACES,
        "recordings": True,
        "recordings_folder": str(folder),
        "recordings_gb": 1,
        "padding_before": PADDING[0],
        "padding_after": PADDING[1],
    }
    return House(hass, relay, disk, freezer, folder, kept_in, options)


def _replace_disk(monkeypatch: pytest.MonkeyPatch, disk: HouseDisk) -> None:
    """Let the integration's own looks at the folder find the same disk."""
    usage = shutil.disk_usage

    def free_of(path: Path) -> Any:
        return usage(path)._replace(free=disk.free)

    monkeypatch.setattr(shutil, "disk_usage", free_of)
    monkeypatch.setattr(library_module, "is_there", answering(disk, place_module.is_there))
