"""When what is recorded begins and ends, and what has to go: by the guide, the rules, the disk."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
import logging
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.recording.conflicts import Conflict, Span
from ..engine.downlink.recording.model import Gap, Padding, Reason, Recording, State
from ..engine.downlink.recording.planner import plan
from ..engine.downlink.recording.recorder import Outcome
from ..engine.downlink.recording.retention import to_delete
from ..engine.downlink.recording.source import Finished
from ..following.follows import Follows
from ..refreshing.scheduler import Timer
from .catalogue import Catalogue
from .disk import DiskError
from .doubt import REASONS, RETRY_EVERY, Doubt
from .folder import Place, chosen_folder, warning_of
from .issues import async_update_issue
from .keeper import Keeper
from .late import Late
from .library import Found, Library, Trouble
from .outcomes import ended_with, finished_as, spoilt
from .played import Played
from .unfollowed import Unfollowed

_LOGGER = logging.getLogger(__name__)

_GB: Final = 1_000_000_000
_LOOK_EVERY: Final = timedelta(hours=1)
_NAMED: Final = 5


class RecordingScheduler:
    """Plan, begin, realign and delete. All of it comes of looks, of which there is one at a time.

    A look is taken when the guide, what is followed or a rule changes, when something is to begin,
    and every minute, because the clock may jump.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        coordinator: DownlinkCoordinator,
        follows: Follows,
        catalogue: Catalogue,
    ) -> None:
        """Begin nothing before the first look."""
        settings = coordinator.settings
        self._hass = hass
        self._coordinator = coordinator
        self._follows = follows
        self._catalogue = catalogue
        self._padding = Padding(
            before=timedelta(minutes=settings.padding_before),
            after=timedelta(minutes=settings.padding_after),
        )
        self.library = Library(
            chosen_folder(hass.config, settings.recordings_folder), Path(hass.config.config_dir)
        )
        self.quota = settings.recordings_gb * _GB
        self.conflicts: tuple[Conflict, ...] = ()
        self._max_age = timedelta(days=settings.recordings_days) or None
        self.played = Played()
        self._keeper = Keeper(hass, coordinator, self.library, self, self.played)
        self._timer = Timer(hass, "recordings", self.async_wake)
        self._found: Found | None = None
        self._trouble: Trouble | None = None
        self._looked_at: datetime | None = None
        self._doubt = Doubt()
        self._looking = asyncio.Lock()
        self._is_woken = False
        self._is_stopped = False
        self._unfollowed = Unfollowed()
        self._spans: Mapping[str, Span] = {}
        self._late = Late()
        self._later: dict[str, datetime] = {}
        """When what could not be recorded, or made into a file, is tried again."""

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing can be recorded now."""
        return self._trouble

    @property
    def place(self) -> Place | None:
        """What the last look at the folder said of it."""
        return self._found.place if self._found else None

    @property
    def warning(self) -> str:
        """What speaks against the folder."""
        return warning_of(self._hass, self.place, self.quota // _GB) if self.place else ""

    # Life

    @callback
    def async_wake(self) -> None:
        """Take a look as soon as the one before is over."""
        if not self._is_woken and not self._is_stopped:
            self._is_woken = True
            self._coordinator.config_entry.async_create_background_task(
                self._hass, self.async_work(), f"{DOMAIN} recordings"
            )

    async def async_stop(self) -> None:
        """Stop everything; what was being recorded goes on after the next start."""
        self._is_stopped = True
        self._timer.set(None)
        await self._keeper.async_stop()

    @callback
    def async_forget_trouble(self) -> None:
        """Take back what was said of the disk, which is not used any more."""
        async_update_issue(self._hass, None, self.library.folder)

    async def async_work(self) -> None:
        """Take a look: at the guide, at the disk if that is due, at what is to begin."""
        async with self._looking:
            self._is_woken = False
            async with self._catalogue.lock:
                if self._catalogue.is_unsaved:
                    await self._catalogue.async_note()
                await self._miss()
                await self._plan()
            await self._look_at_disk()
            async with self._catalogue.lock:
                if not self._is_stopped:
                    await self._begin_due()
                    self._timer.set(self._next())

    # The disk

    async def _look_at_disk(self) -> None:
        now = dt_util.utcnow()
        age = abs(now - self._looked_at) if self._looked_at else _LOOK_EVERY
        is_needed = any(self._is_to_begin(one, now) for one in self._catalogue.items)
        if age < (RETRY_EVERY if self.trouble else _LOOK_EVERY) and (self.trouble or not is_needed):
            return
        self._looked_at = now
        files = {one.identity: one.file for one in self._catalogue.items if one.file}
        probe = is_needed or self.trouble is not None
        self._note(await self.library.async_look(files, probe=probe))
        async with self._catalogue.lock:
            await self._note_files(files)
        if self.trouble in {None, Trouble.FULL}:
            if age >= _LOOK_EVERY:
                await self._clean()
            await self._make_room()

    @callback
    def _note(self, found: Found) -> None:
        before, self._found = self._trouble, found
        self._trouble = trouble = found.trouble or self._doubt.trouble
        if before:
            self._late.note_trouble(REASONS[before])
        if trouble and trouble is not before:
            _LOGGER.warning("Nothing can be recorded: the disk is %s", trouble.value)
        elif before and not trouble:
            _LOGGER.info("The folder of the recordings can be used again")
        self._catalogue.async_tell()
        async_update_issue(self._hass, trouble, self.library.folder)

    async def _note_files(self, files: dict[str, str]) -> None:
        """Note what was taken away, and what has another size."""
        found = self._found
        changed: list[Recording] = []
        for identity, path in files.items():
            one = self._catalogue.get(identity)
            if found is None or one is None or one.file != path:
                continue
            if identity in found.gone:
                changed.append(replace(one, state=State.GONE, file=None, size=0, gaps=(), lost=()))
            elif (size := found.sizes.get(identity, one.size)) != one.size:
                changed.append(replace(one, size=size))
        if gone := sorted({one.programme.title for one in changed if one.is_tombstone}):
            _LOGGER.warning(
                "The files of recordings are not there any more: %s%s",
                ", ".join(gone[:_NAMED]),
                "" if len(gone) <= _NAMED else f", and of {len(gone) - _NAMED} more shows",
            )
        if changed:
            await self._catalogue.async_note(*changed)

    async def _clean(self) -> None:
        """Remove the tracks that belong to nothing."""
        if self._catalogue.is_partial or self._catalogue.is_unsaved:
            # They may belong to a recording that could not be read, and may be restored; or to one
            # that would have no file after a restart.
            return
        items = self._catalogue.items
        try:
            await self.library.async_clean(
                {one.identity for one in items if one.has_picture and not one.file}
            )
        except DiskError as err:
            _LOGGER.warning("What is left over in the folder of the recordings stays: %s", err)

    async def _make_room(self) -> None:
        """Delete what is too old or too much, and what is there with gaps and without."""
        going = to_delete(
            self._catalogue.items,
            now=dt_util.utcnow(),
            quota=self.quota,
            max_age=self._max_age,
            rules=self._catalogue.rules,
        )
        for identity in going:
            if recording := self._catalogue.get(identity):
                try:
                    await self.async_delete(recording, for_room=True)
                except (DiskError, HomeAssistantError) as err:
                    _LOGGER.warning("A recording could not be deleted to make room: %s", err)
                    return

    async def async_delete(self, recording: Recording, *, for_room: bool = False) -> None:
        """Delete a recording with all that is there of it; `for_room`: unless it is kept by now.

        Raises DiskError, and HomeAssistantError when it cannot be saved.
        """
        async with self._catalogue.lock:
            known = self._catalogue.get(recording.identity)
            if known is None or known.is_tombstone or (for_room and known.is_kept):
                return
            await self._keeper.async_abandon(recording.identity)
            if known.has_picture:
                # First the files: what is deleted, but was not noted, is found to be gone.
                await self.library.async_delete(known)
                state = State.DELETED
            else:
                state = State.CANCELLED
            await self._catalogue.async_change(
                replace(known, state=state, file=None, size=0, gaps=(), lost=(), reason=None)
            )

    # The guide

    async def _plan(self) -> None:
        """Bring what is planned up to date with the guide, and let what is running follow it."""
        data, catalogue = self._coordinator.data, self._catalogue
        self._late.look(catalogue.items, self._spans)
        lost = self._unfollowed.look(self._follows.items, catalogue.rules, catalogue.items)
        planned = await self._hass.async_add_executor_job(
            partial(
                plan,
                data.feed if data else None,
                catalogue.rules,
                self._follows.items,
                [one for one in catalogue.items if one.identity not in lost],
                dt_util.utcnow(),
                places=self._coordinator.settings.max_channels,
                padding=self._padding,
                zone=dt_util.get_default_time_zone(),
                next_number=catalogue.next_number,
            )
        )
        self._spans = planned.spans
        for one in planned.recordings:
            # Before this is saved: what ends meanwhile is judged by it.
            self._keeper.async_realign(one, self._span(one).stop)
        kept = {one.identity for one in planned.recordings}
        gone = [one.identity for one in catalogue.items if one.identity not in kept]
        changed = [one for one in planned.recordings if one != catalogue.get(one.identity)]
        is_other = planned.conflicts != self.conflicts
        self.conflicts = planned.conflicts
        if gone or changed:
            await catalogue.async_note(*changed, without=gone)
        elif is_other:
            catalogue.async_tell()

    async def _miss(self) -> None:
        """Note what the disk has spoilt; what else is missed, the plan notes."""
        if self.trouble:
            items, reason = self._catalogue.items, REASONS[self.trouble]
            over = tuple(spoilt(items, reason, dt_util.utcnow(), self._keeper.is_busy))
            if over:
                await self._catalogue.async_note(*over)

    async def _begin_due(self) -> None:
        if self._found is None or self._found.trouble:
            return
        now = dt_util.utcnow()
        begun: list[Recording] = []
        for one in self._catalogue.items:
            if self._keeper.is_busy(one.identity):
                continue
            if self._is_to_begin(one, now):
                begun.append(replace(one, state=State.RECORDING))
            elif self._is_to_go_on(one, now):
                self._begin(one)
        if begun:
            await self._catalogue.async_note(*begun)
        for one in begun:
            self._begin(one)

    def _begin(self, one: Recording) -> None:
        span = self._span(one)
        self._keeper.async_begin(one, span, self._late.reason_for(one, span))

    def _span(self, one: Recording) -> Span:
        """Return from when to when to record, as it was planned."""
        whole = Span(one.start - self._padding.before, one.stop + self._padding.after)
        return self._spans.get(one.identity, whole)

    def _is_to_begin(self, one: Recording, now: datetime) -> bool:
        span = self._spans.get(one.identity) if one.state is State.PLANNED else None
        return span is not None and span.start <= now < one.stop and not self._waits(one, now)

    def _is_to_go_on(self, one: Recording, now: datetime) -> bool:
        """Whether it was being recorded before a restart, or is not a file yet."""
        return one.has_picture and not one.file and not self._waits(one, now)

    def _waits(self, one: Recording, now: datetime) -> bool:
        # The clock may have been set back.
        return timedelta() < self._later.get(one.identity, now) - now <= _LOOK_EVERY

    def _next(self) -> datetime:
        """Return when something begins, or has been missed, at the latest."""
        now = dt_util.utcnow()
        return min((at for at in self._moments() if at > now), default=now + _LOOK_EVERY)

    def _moments(self) -> Iterator[datetime]:
        for one in self._catalogue.items:
            if one.state is State.PLANNED:
                yield self._span(one).start
                yield one.stop
        yield from self._later.values()
        if self.trouble and self._looked_at:
            yield self._looked_at + RETRY_EVERY

    # What the keeper says

    def get(self, identity: str) -> Recording | None:
        """Return the recording as it is now."""
        return self._catalogue.get(identity)

    @callback
    def async_grew(self, identity: str, size: int) -> None:
        """Note how large it is."""
        self._doubt.end()
        self._catalogue.async_grow(identity, size)

    async def async_end(self, identity: str) -> None:
        """End a recording now; what is there of it is kept."""
        # Meanwhile, nothing is begun.
        async with self._catalogue.lock:
            one = self._catalogue.get(identity)
            if one is None or one.state is not State.RECORDING:
                return
            await self._keeper.async_abandon(identity)
            now = dt_util.utcnow()
            unknown = Outcome(gaps=(Gap(now, one.stop),), reason=None, size=one.size)
            outcome = await self.library.async_outcome(one) or unknown
            await self._catalogue.async_note(ended_with(one, outcome, now, by_hand=True))
        self._looked_at = None
        self.async_wake()

    async def async_ended(self, identity: str, outcome: Outcome) -> None:
        """Note that nothing is added to it any more, and look for another chance if need be."""
        async with self._catalogue.lock:
            one = self._catalogue.get(identity)
            if one is None or one.state is not State.RECORDING:
                return
            now = dt_util.utcnow()
            if self._found and self._doubt.begin(outcome.reason):
                self._later[identity] = now + RETRY_EVERY
                self._note(self._found)
            await self._catalogue.async_note(ended_with(one, outcome, now, by_hand=False))
        self._looked_at = None
        self.async_wake()

    async def async_finished(self, identity: str, path: str, finished: Finished) -> bool:
        """Note its file; whether that was saved."""
        async with self._catalogue.lock:
            one = self._catalogue.get(identity)
            if one is None or not one.has_picture:
                return False
            return await self._catalogue.async_note(finished_as(one, path, finished))

    async def async_unfinished(self, identity: str, reason: Reason | None) -> None:
        """Try again later to make a file of it, unless there is nothing in it."""
        self._later[identity] = dt_util.utcnow() + _LOOK_EVERY
        async with self._catalogue.lock:
            one = self._catalogue.get(identity)
            if one and reason is Reason.NO_SIGNAL:
                await self._catalogue.async_note(
                    replace(one, state=State.FAILED, reason=reason, gaps=(), size=0)
                )
