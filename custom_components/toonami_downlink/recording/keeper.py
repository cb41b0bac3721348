"""The making of recordings: one task for each, from its first segment to its file."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
import logging
from pathlib import PurePosixPath
import shutil
from typing import Final, Protocol

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.recording.conflicts import Span
from ..engine.downlink.recording.finish import FinishError, extension_for, finish
from ..engine.downlink.recording.model import Reason, Recording, State
from ..engine.downlink.recording.naming import file_name, is_film, nfo, nfo_name, picture_name
from ..engine.downlink.recording.recorder import Outcome, Recorder
from ..engine.downlink.recording.source import Finished
from ..engine.downlink.recording.tags import Tags
from ..engine.downlink.relay.viewer import Viewer
from ..refreshing.scheduler import for_the_house
from ..refreshing.texts import text
from ..streaming.manager import RECORDER, BusyError, Watcher
from .describing import channel_name
from .disk import DiskError
from .doubt import TROUBLES
from .library import Library
from .pictures import PictureError, async_fetch_picture
from .played import Played

_LOGGER = logging.getLogger(__name__)

_STOP_TIMEOUT: Final = 10.0
"""Seconds that the end of a recorder is waited for."""
_PLAYED_AT_MOST: Final = 6 * 3600.0
"""Seconds that a track stays for players, so that none that never ends keeps it for ever."""


def find_ffmpeg(hass: HomeAssistant) -> str | None:
    """Return the ffmpeg that Home Assistant was told of, or the system's, if there is one. Blocks.

    Home Assistant's own integration is used if it is set up; nothing of it is imported, for that
    would have it installed.
    """
    known = getattr(hass.data.get("ffmpeg"), "binary", None)
    return (shutil.which(known) if isinstance(known, str) else None) or shutil.which("ffmpeg")


class Owner(Protocol):
    """Who is told what has become of a recording; saves it."""

    def get(self, identity: str) -> Recording | None:
        """Return the recording as it is now."""

    async def async_ended(self, identity: str, outcome: Outcome) -> None:
        """Note that nothing is added to it any more."""

    async def async_finished(self, identity: str, path: str, finished: Finished) -> bool:
        """Note its file; whether that was saved."""

    async def async_unfinished(self, identity: str, reason: Reason | None) -> None:
        """Note that no file could be made of it for now."""

    def async_grew(self, identity: str, size: int) -> None:
        """Note how large it is."""


@dataclass(slots=True, eq=False)
class Run:
    """A recording that is being made, or made into a file."""

    recorder: Recorder | None
    """None when nothing is added any more."""
    is_late: bool = False
    """Whether it was on before it was begun, as the guide says by now."""
    task: asyncio.Task[None] | None = None


class Keeper:
    """Run all recordings of the entry; what has become of them is for its owner."""

    def __init__(
        self,
        hass: HomeAssistant,
        coordinator: DownlinkCoordinator,
        library: Library,
        owner: Owner,
        played: Played,
    ) -> None:
        """Begin with none."""
        self._hass = hass
        self._coordinator = coordinator
        self._library = library
        self._owner = owner
        self._played = played
        self._turn = asyncio.Lock()
        """One file is made at a time: that is work for the disk, and some for the processor."""
        self._runs: dict[str, Run] = {}

    def is_busy(self, identity: str) -> bool:
        """Whether something is done for that recording."""
        return identity in self._runs

    @callback
    def async_begin(self, recording: Recording, span: Span, late_for: Reason | None = None) -> None:
        """Begin to record in that time, or go on; of what is over, make the file.

        `late_for` says what has kept it from that, if anything but a restart has.
        """
        recorder = None
        if recording.state is State.RECORDING:
            recorder = self._recorder(recording, span, late_for)
        run = self._runs[recording.identity] = Run(recorder)
        begin = self._coordinator.config_entry.async_create_background_task
        name, work = f"{DOMAIN} recording {recording.number}", self._async_run(recording, run)
        run.task = for_the_house(lambda: begin(self._hass, work, name, eager_start=False))

    @callback
    def async_realign(self, recording: Recording, stop: datetime) -> None:
        """Follow the guide, which may have other times for it; `stop` has its padding."""
        run = self._runs.get(recording.identity)
        if run is None or run.recorder is None:
            return
        run.recorder.stop = stop
        # Without padding: where that was cut short, nothing is missing.
        if recording.start < run.recorder.start:
            run.recorder.start, run.is_late = recording.start, True

    async def async_abandon(self, *identities: str) -> None:
        """Stop what is done for these recordings, and wait until it is; nothing is noted."""
        tasks = [run.task for one in identities if (run := self._runs.get(one)) and run.task]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_STOP_TIMEOUT)
        for one in identities:
            # One that was cancelled before its first step has not done so itself.
            if (run := self._runs.get(one)) and run.task and run.task.done():
                del self._runs[one]

    async def async_stop(self) -> None:
        """Stop everything; what was being recorded goes on after the next start."""
        await self.async_abandon(*self._runs)

    # One recording

    async def _async_run(self, recording: Recording, run: Run) -> None:
        try:
            if run.recorder:
                outcome = await run.recorder.run()
                run.recorder = None
                if run.is_late and outcome.gaps and outcome.size and not outcome.reason:
                    outcome = replace(outcome, reason=Reason.LATE)
                if outcome.reason in TROUBLES and not outcome.size:
                    # What cannot be written can perhaps be read; before a restart, its size was
                    # not saved.
                    there = await self._library.async_outcome(recording)
                    outcome = replace(outcome, size=there.size if there else 0)
                await self._owner.async_ended(recording.identity, outcome)
            known = self._owner.get(recording.identity)
            if known and known.state in {State.COMPLETE, State.INTERRUPTED} and not known.file:
                await self._async_finish(known)
        except Exception:
            _LOGGER.exception("Recording %s has failed", recording.number)
        finally:
            self._runs.pop(recording.identity, None)

    def _recorder(self, recording: Recording, span: Span, late_for: Reason | None) -> Recorder:
        recorder = Recorder(
            self._library.tracks / recording.track_name,
            *span,
            watch=partial(self._watch, recording),
            now=dt_util.utcnow,
            on_change=lambda: self._owner.async_grew(recording.identity, recorder.size),
            late_for=late_for,
        )
        return recorder

    @asynccontextmanager
    async def _watch(self, recording: Recording) -> AsyncGenerator[Viewer]:
        """Watch the channel, at the address that it has now; as nobody whom another could end."""
        data = self._coordinator.data
        channels = data.feed.channels if data else ()
        channel = next((one for one in channels if one.key == recording.channel), None)
        if channel is None:
            raise BusyError("The feed does not have the channel.")
        watcher = Watcher(f"recording-{recording.number}", "Recording", RECORDER)
        async with self._coordinator.streams.async_watch(channel, watcher) as viewer:
            yield viewer

    # Its file

    async def _async_finish(self, recording: Recording) -> None:
        """Make a file of a track, and remove the track when it is noted that there is the file.

        Players that have begun with its segments find only those. Who has stopped it himself does
        not wait for them.
        """
        is_stopped = recording.state is State.INTERRUPTED and recording.reason is None
        latest = self._hass.loop.time() + (0.0 if is_stopped else _PLAYED_AT_MOST)
        # Before the file is made: it would be there twice for as long as somebody watches.
        await self._played.async_until_left(recording.identity, latest)
        async with self._turn:
            finished = await self._async_file(recording)
        if finished is None:
            return
        # Somebody may have begun while it was made.
        await self._played.async_until_left(recording.identity, latest)
        made = PurePosixPath(finished.path.relative_to(self._library.folder))
        if not await self._owner.async_finished(recording.identity, str(made), finished):
            return
        try:
            await self._library.async_remove_track(recording)
            await self._async_write_beside(recording, made)
        except DiskError as err:
            _LOGGER.warning("Beside recording %s nothing can be written: %s", recording.number, err)

    async def _async_file(self, recording: Recording) -> Finished | None:
        """Make a file of a track, if need be without ffmpeg; None when there is none for now."""
        ffmpeg = await self._hass.async_add_executor_job(find_ffmpeg, self._hass)
        try:
            try:
                return await self._async_make(recording, ffmpeg)
            except FinishError as err:
                if err.reason or not ffmpeg:
                    raise
                _LOGGER.info("Recording %s stays as it was sent: %s", recording.number, err)
                return await self._async_make(recording, None)
        except FinishError as err:
            _LOGGER.warning("No file could be made of recording %s: %s", recording.number, err)
            await self._owner.async_unfinished(recording.identity, err.reason)
            return None

    async def _async_make(self, recording: Recording, ffmpeg: str | None) -> Finished:
        track = self._library.tracks / recording.track_name
        extension = await extension_for(track, ffmpeg=ffmpeg)
        path = file_name(recording, dt_util.get_default_time_zone(), extension.removeprefix("."))
        tags = self._tags(recording)
        return await finish(track, self._library.folder / path, tags, ffmpeg=ffmpeg)

    def _tags(self, recording: Recording) -> Tags:
        programme = recording.programme
        is_episode = not is_film(programme)
        return Tags(
            title=(programme.episode_title if is_episode else None) or programme.title,
            show=programme.title if is_episode else "",
            season=programme.season,
            episode=programme.episode,
            description=programme.description or "",
            date=dt_util.as_local(recording.start).date(),
            channel=channel_name(self._coordinator, recording),
            chapter=text(self._hass, "common.recordings_part", number="{number}"),
        )

    async def _async_write_beside(self, recording: Recording, made: PurePosixPath) -> None:
        """Write what media servers read: about the programme, and its picture. Raises DiskError."""
        await self._library.async_write(nfo_name(made), nfo(recording))
        if image := recording.programme.image:
            try:
                data, extension = await async_fetch_picture(image)
            except PictureError as err:
                _LOGGER.debug("There is no picture beside recording %s: %s", recording.number, err)
            else:
                await self._library.async_write(picture_name(recording, made, extension), data)
