"""Recordings to test with, and a house that makes some."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun import freeze_time
from freezegun.api import (
    FrozenDateTimeFactory,
    StepTickTimeFactory,
    TickingDateTimeFactory,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.models import Feed, Programme
from custom_components.toonami_downlink.engine.downlink.publish.publication import Publication
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
    Recording,
    State,
)
from custom_components.toonami_downlink.recording.manager import Recordings, async_recordings
from custom_components.toonami_downlink.recording.scheduler import RecordingScheduler
from custom_components.toonami_downlink.storage.recorded import Recorded, RecordingStore

from .factories import MIDNIGHT, NOON, SLOT, make_entry, make_feed
from .harness import NOW, publish_feed
from .stream_harness import wait_until
from .upstream import Upstream

STORE = f"{DOMAIN}.recordings"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
EAST = "toonami_east"
LONG = 5 * SECOND
"""Of the programme that is on: a few of upstream's segments."""


def make_recording(**values: Any) -> Recording:
    """Make a recording of what was on before noon, complete unless something else is said."""
    start = values.get("start", NOON - timedelta(hours=1))
    stop = values.get("stop", start + SLOT)
    usual = {
        "identity": "0123456789abcdef",
        "number": 1,
        "channel": "toonami_east",
        "start": start,
        "stop": stop,
        "programme": Programme(start=start, stop=stop, title="Outlaw Star", season=1, episode=3),
        "state": State.COMPLETE,
        "since": NOON - timedelta(days=1),
    }
    return Recording(**(usual | values))


def programmes(*lengths: timedelta, start: datetime = NOW) -> tuple[Programme, ...]:
    """Make programmes back to back."""
    made = []
    for number, length in enumerate(lengths):
        stop = start + length
        made.append(
            Programme(start=start, stop=stop, title=f"Show {number}", season=1, episode=number + 1)
        )
        start = stop
    return tuple(made)


async def store(house: House, *recordings: Recording) -> None:
    """Let recordings be known that were made before."""
    await RecordingStore(house.hass).async_save(
        Recorded(recordings=recordings, next_number=len(recordings) + 1)
    )


@dataclass(slots=True)
class House:
    """A Home Assistant that may record."""

    hass: HomeAssistant
    upstream: Upstream
    folder: Path
    freezer: FrozenDateTimeFactory | StepTickTimeFactory | TickingDateTimeFactory
    options: dict[str, Any]
    said: list[str] = field(default_factory=list)
    """The kinds of events, with the title."""
    entry: MockConfigEntry = field(init=False)

    @property
    def recordings(self) -> Recordings:
        found = async_recordings(self.hass)
        assert found
        return found

    @property
    def scheduler(self) -> RecordingScheduler:
        return self.recordings._scheduler  # noqa: SLF001

    @property
    def only(self) -> Recording:
        (recording,) = self.recordings.items
        return recording

    @property
    def files(self) -> set[str]:
        """What is in the folder, without folders."""
        return {
            str(one.relative_to(self.folder)) for one in self.folder.rglob("*") if one.is_file()
        }

    async def start(self, *east: Programme) -> None:
        feed = self.upstream.bring(make_feed(MIDNIGHT))
        feed = replace(feed, made=NOW, guide={**feed.guide, EAST: east or feed.guide[EAST]})
        await self.hass.async_add_executor_job(publish_feed, self.hass, feed)
        self.entry = make_entry("provider {m3u} {xmltv}", **self.options)
        self.entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        self.listen()
        await self.settle()
        # However long that took.
        self.freezer.move_to(NOW)

    def listen(self) -> None:
        self.recordings.async_add_event_listener(
            lambda kind, one: self.said.append(f"{kind} {one.programme.title}")
        )

    async def settle(self) -> None:
        """Let the look be over that was due."""
        await self.hass.async_block_till_done()
        scheduler = self.scheduler
        await wait_until(lambda: not scheduler._is_woken)  # noqa: SLF001
        async with scheduler._looking:  # noqa: SLF001
            pass
        await self.hass.async_block_till_done()

    async def stop(self) -> None:
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)

    async def restart(self) -> None:
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        self.listen()
        await self.settle()

    async def move_to(self, moment: datetime) -> None:
        self.freezer.move_to(moment)
        async_fire_time_changed(self.hass, moment)
        await self.settle()

    async def show(self, *east: Programme) -> None:
        """Publish another guide."""
        coordinator = self.entry.runtime_data
        feed: Feed = coordinator.data.feed
        feed = replace(feed, guide={**feed.guide, EAST: east})
        generation = replace(coordinator.generation, feed=feed)
        coordinator.async_set_updated_data(Publication(generation))
        await self.settle()

    async def until(self, *states: State) -> Recording:
        await wait_until(lambda: self.only.state in states, 30)
        return self.only

    async def until_file(self) -> Recording:
        await wait_until(lambda: self.only.file, 30)
        # The track is removed after that.
        await wait_until(lambda: not list((self.folder / TRACKS).iterdir()), 30)
        return self.only


@asynccontextmanager
async def open_house(hass: HomeAssistant, media: Path) -> AsyncIterator[House]:
    """Make a house that may record into a folder of that media directory; nothing is loaded."""
    folder = media / "Toonami"
    (folder / TRACKS).mkdir(parents=True)
    options = {
        "stream_links": "relay",
        "recordings": True,
        "recordings_folder": str(folder),
        "padding_before": 0,
        "padding_after": 0,
    }
    # The clock goes on from there: what is recorded comes in its own time.
    with freeze_time(NOW, tick=True, real_asyncio=True) as freezer:
        async with Upstream() as upstream:
            house = House(hass, upstream, folder, freezer, options)
            house.entry = make_entry("provider {m3u} {xmltv}")
            yield house
            if house.entry.state is ConfigEntryState.LOADED:
                await house.stop()
