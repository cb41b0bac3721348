"""Recordings of the loaded entry: planned from the guide, made in time, kept within limits."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..coordinator import DownlinkCoordinator
from ..engine.downlink.limits import MAX_TITLE_CHARS
from ..engine.downlink.models import Feed
from ..engine.downlink.recording.chances import moved_to
from ..engine.downlink.recording.conflicts import Conflict
from ..engine.downlink.recording.model import Recording, RecordingError, Rule, RuleKind, State
from ..engine.downlink.recording.planner import record
from ..engine.downlink.recording.rules import make_rule, with_rule
from ..following.follows import Follows
from .catalogue import Catalogue, EventListener
from .disk import DiskError
from .library import Trouble
from .pausing import ChannelFolder, PauseFolder
from .scheduler import RecordingScheduler

_EVERY_DAY: Final = frozenset(range(7))
_TICK: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Space:
    """What recordings take, and what there is; in bytes."""

    folder: Path
    used: int
    quota: int
    free: int
    """0 before the first look at the folder."""
    warning: str | None
    """What speaks against the folder, in the language of the installation."""


class Recordings:
    """What is recorded of the entry that is loaded. While the option is off, nothing is.

    Recordings belong to the house: those who may watch may see them.
    """

    def __init__(
        self, hass: HomeAssistant, coordinator: DownlinkCoordinator, follows: Follows
    ) -> None:
        """Begin empty; `async_load` and `async_start` do the rest."""
        self.is_on = coordinator.settings.recordings
        self._hass = hass
        self._coordinator = coordinator
        self._follows = follows
        self._catalogue = Catalogue(hass)
        self._scheduler = RecordingScheduler(hass, coordinator, follows, self._catalogue)
        folder = self._scheduler.library.folder
        self._pause_folder = PauseFolder(folder, Path(hass.config.config_dir))

    # What is read

    @property
    def items(self) -> tuple[Recording, ...]:
        """All recordings, tombstones too, in the order in which they were planned."""
        return self._catalogue.items

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, in the order in which they were made."""
        return self._catalogue.rules

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What is planned though more channels are needed for it than may be fetched at once."""
        return self._scheduler.conflicts

    @property
    def space(self) -> Space:
        """How much room there is, and how much of it is taken."""
        scheduler = self._scheduler
        return Space(
            folder=scheduler.library.folder,
            used=sum(one.size for one in self.items if one.has_picture),
            quota=scheduler.quota,
            free=scheduler.place.free if scheduler.place else 0,
            warning=scheduler.warning or None,
        )

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing can be recorded now; None as well before the first look at the folder."""
        return self._scheduler.trouble

    @property
    def next(self) -> Recording | None:
        """The planned recording that begins next, of those that will be recorded."""
        planned = (one for one in self.items if one.state is State.PLANNED and not one.reason)
        return min(planned, key=lambda one: one.start, default=None)

    @property
    def running(self) -> tuple[Recording, ...]:
        """What is being recorded."""
        return tuple(one for one in self.items if one.state is State.RECORDING)

    def get(self, identity: str) -> Recording | None:
        """Return the recording with that identity."""
        return self._catalogue.get(identity)

    def find(self, number: int) -> Recording | None:
        """Return the recording with that number."""
        return next((one for one in self.items if one.number == number), None)

    def source_of(self, identity: str) -> Path | None:
        """Return the finished file of a recording, or the folder of its track.

        None when there is nothing to play. It really lies in the recordings' folder. Looks at the
        disk, and so blocks: call it in an executor.
        """
        recording = self._catalogue.get(identity)
        if recording is None or not recording.has_picture:
            return None
        return self._scheduler.library.source_of(recording)

    @callback
    def async_note_played(self, identity: str) -> None:
        """Note that somebody plays the track of a recording; it stays as long as that goes on."""
        self._scheduler.played.async_note(identity)

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `listener` when recordings, rules, conflicts or the space have changed."""
        return self._catalogue.async_add_listener(listener)

    @callback
    def async_add_event_listener(self, listener: EventListener) -> CALLBACK_TYPE:
        """Tell `listener` of ``started``, ``finished``, ``interrupted`` and ``failed``.

        Each comes once for a recording, when that is saved.
        """
        return self._catalogue.async_add_event_listener(listener)

    # Life

    async def async_load(self) -> None:
        """Load what was saved, if the option is on. Raises as `RecordingStore.async_load`."""
        if self.is_on:
            await self._catalogue.async_load()

    @callback
    def async_start(self) -> None:
        """Begin to record what is due, if the option is on."""
        if not self.is_on:
            self._scheduler.async_forget_trouble()
            return
        entry, wake = self._coordinator.config_entry, self._scheduler.async_wake
        entry.async_on_unload(self._scheduler.async_stop)
        entry.async_on_unload(self._coordinator.async_add_listener(wake))
        entry.async_on_unload(self._follows.async_add_listener(wake))
        entry.async_on_unload(
            async_track_time_interval(self._hass, self._async_tick, _TICK, cancel_on_shutdown=True)
        )
        wake()
        self._coordinator.streams.async_store_in(self._place_for_pause)
        entry.async_create_background_task(
            self._hass, self._pause_folder.async_clean(), f"{DOMAIN} pause"
        )

    @callback
    def _place_for_pause(self) -> ChannelFolder | None:
        """Return where a channel puts what people may go back to; None if that is no good place.

        That is never the configuration's own disk, and nothing that is in every backup.
        """
        place = self._scheduler.place
        if place is None or self.trouble or place.beside_configuration or place.in_backups:
            return None
        return self._pause_folder.open()

    @callback
    def _async_tick(self, _now: datetime) -> None:
        self._scheduler.async_wake()

    # What is changed

    async def async_record(self, channel_key: str, start: datetime | None = None) -> Recording:
        """Record the programme of a channel that starts then, or what is on now.

        What is planned already is asked for by hand from then on, and takes its way out if that is
        asked for. Raises ServiceValidationError for what cannot be recorded, and HomeAssistantError
        when it cannot be saved.
        """
        feed, now = self._feed(), dt_util.utcnow()
        async with self._catalogue.lock:
            find = partial(record, feed, self.items, channel_key, start, now)
            try:
                recording = await self._hass.async_add_executor_job(
                    partial(find, number=self._catalogue.next_number)
                )
            except RecordingError as err:
                raise _refusal(err.key, **err.values) from None
            recording = self._as_way_out(recording, channel_key, start)
            if recording != self._catalogue.get(recording.identity):
                await self._catalogue.async_change(recording)
        await self._scheduler.async_work()
        return self._catalogue.get(recording.identity) or recording

    def _as_way_out(
        self, recording: Recording, channel_key: str, start: datetime | None
    ) -> Recording:
        """Return one that finds no place as its way out, if it is that which is asked for."""
        ways = (one.instead for one in self.conflicts if one.identity == recording.identity)
        instead = next(ways, None)
        is_asked = instead and (instead.channel.key, instead.start) == (channel_key, start)
        if instead and is_asked and recording.state is State.PLANNED:
            return moved_to(recording, instead)
        return recording

    async def async_cancel(self, identity: str) -> None:
        """Do not record something, or stop recording it: then what is there of it is kept.

        Raises ServiceValidationError when it is over, and HomeAssistantError when that cannot be
        saved.
        """
        async with self._catalogue.lock:
            recording = self._known(identity)
            if recording.state is State.PLANNED:
                await self._catalogue.async_change(replace(recording, state=State.CANCELLED))
        if recording.state is State.RECORDING:
            await self._scheduler.async_end(identity)
        elif recording.state is not State.PLANNED:
            raise _refusal("recording_is_over", title=recording.programme.title)
        else:
            self._scheduler.async_wake()

    async def async_delete(self, identity: str) -> None:
        """Delete a recording with its file, whatever its state; it is not recorded again.

        Raises ServiceValidationError for one that is not known, and HomeAssistantError when it
        cannot be deleted or that cannot be saved.
        """
        recording = self._known(identity)
        try:
            await self._scheduler.async_delete(recording)
        except DiskError as err:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="recording_not_deleted",
                translation_placeholders={
                    "title": recording.programme.title,
                    "message": str(err),
                },
            ) from err
        finally:
            self._scheduler.async_wake()

    async def async_keep(self, identity: str, is_kept: bool) -> None:
        """Keep a recording until somebody deletes it, or no longer.

        Raises ServiceValidationError for one that is not known, and HomeAssistantError when it
        cannot be saved.
        """
        async with self._catalogue.lock:
            recording = self._known(identity)
            if recording.is_kept is not is_kept:
                await self._catalogue.async_change(replace(recording, is_kept=is_kept))

    async def async_add_rule(
        self,
        kind: RuleKind,
        text: str,
        channel: str | None = None,
        *,
        only_missing: bool = True,
        keep_last: int | None = None,
        days: frozenset[int] = _EVERY_DAY,
    ) -> Rule:
        """Record by a rule from now on; the same rule again takes the place of the first.

        `channel` is a key. Raises ServiceValidationError for what makes no rule, and
        HomeAssistantError when it cannot be saved.
        """
        if channel is not None and channel not in {one.key for one in self._feed().channels}:
            raise _refusal("unknown_channel", channel=channel[:MAX_TITLE_CHARS])
        try:
            rule = make_rule(
                kind,
                text,
                channel,
                dt_util.utcnow(),
                only_missing=only_missing,
                keep_last=keep_last,
                days=days,
            )
        except RecordingError as err:
            raise _refusal(err.key, **err.values) from None
        self._require_on()
        async with self._catalogue.lock:
            try:
                rules = with_rule(self.rules, rule)
            except RecordingError as err:
                raise _refusal(err.key, **err.values) from None
            before = next((one for one in self.rules if one.identity == rule.identity), rule)
            await self._catalogue.async_change(rules=rules)
            if before.days != rule.days:
                await self._catalogue.async_note(without=self._planned_by(rule))
        await self._scheduler.async_work()
        return rule

    def _planned_by(self, rule: Rule) -> list[str]:
        """Return what a rule has planned, which is planned anew if it still asks for it."""
        return [
            one.identity
            for one in self.items
            if one.rule == rule.identity and one.state is State.PLANNED
            if not one.is_kept and not one.replaces
        ]

    async def async_remove_rule(self, identity: str) -> bool:
        """Record by a rule no more; whether there was such a rule. What is there of it stays.

        Raises HomeAssistantError when that cannot be saved.
        """
        self._require_on()
        async with self._catalogue.lock:
            kept = tuple(one for one in self.rules if one.identity != identity)
            is_known = len(kept) < len(self.rules)
            if is_known:
                await self._catalogue.async_change(rules=kept)
        if is_known:
            await self._scheduler.async_work()
        return is_known

    def _require_on(self) -> None:
        if not self.is_on:
            raise _refusal("recordings_off")

    def _feed(self) -> Feed:
        self._require_on()
        if self._coordinator.data is None:
            raise _refusal("no_feed")
        return self._coordinator.data.feed

    def _known(self, identity: str) -> Recording:
        self._require_on()
        if recording := self._catalogue.get(identity):
            return recording
        raise _refusal("unknown_recording", id=identity[:MAX_TITLE_CHARS])


def _refusal(key: str, **values: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=values
    )


async def async_setup_recordings(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, follows: Follows
) -> Recordings:
    """Load the recordings of the entry that is being set up; they go when it is unloaded.

    Raises as `RecordingStore.async_load`.
    """
    recordings = Recordings(hass, coordinator, follows)
    await recordings.async_load()
    hass.data[_LOADED] = recordings

    @callback
    def forget() -> None:
        hass.data.pop(_LOADED, None)

    coordinator.config_entry.async_on_unload(forget)
    return recordings


@callback
def async_recordings(hass: HomeAssistant) -> Recordings | None:
    """Return the recordings, while the entry is loaded."""
    return hass.data.get(_LOADED)


_LOADED: Final[HassKey[Recordings]] = HassKey(f"{DOMAIN}_recordings")
