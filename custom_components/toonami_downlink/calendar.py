"""Calendars: the guide of each channel, what is followed, and what is recorded."""

import asyncio
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Final, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.const import STATE_UNAVAILABLE, Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .coordinator import DownlinkConfigEntry, DownlinkCoordinator
from .engine.downlink.follows import Showing
from .engine.downlink.models import Channel, Programme
from .engine.downlink.publish.publication import Publication
from .engine.downlink.recording.model import Recording, State
from .engine.downlink.timeline import on_air, upcoming
from .entity import ChannelEntity, DownlinkEntity, async_add_channel_entities, at_fixed_offset
from .following.follows import Follows, async_follows
from .recording.describing import channel_name
from .recording.entities import async_shown_recordings
from .recording.manager import Recordings

PARALLEL_UPDATES = 0

_SPANS_KEPT: Final = 8
_TURN: Final[HassKey[asyncio.Lock]] = HassKey(f"{DOMAIN}_calendar_turn")

type _Key = tuple[datetime, datetime, tzinfo]
"""A span of time, and the zone in which the times of an answer about it are."""

MAX_OTHERS: Final = 20
"""Alternatives in the text of one event."""

GUIDES: Final = (CalendarEntityDescription(key="guide", translation_key="guide"),)
FOLLOWED: Final = CalendarEntityDescription(key="followed", translation_key="followed")
RECORDED: Final = CalendarEntityDescription(key="recordings", translation_key="recordings")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DownlinkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the calendars of what is followed and recorded, and one for each channel as it comes."""
    if follows := async_follows(hass):
        async_add_entities([FollowedCalendar(entry.runtime_data, follows)])
    if recordings := async_shown_recordings(hass, entry, Platform.CALENDAR, RECORDED):
        async_add_entities([RecordingsCalendar(entry.runtime_data, recordings)])
    async_add_channel_entities(entry, async_add_entities, GuideCalendar, GUIDES)


class GuideEvent(CalendarEvent):
    """A programme as a calendar event, with times that compare as moments.

    Home Assistant takes all times of an event for ones of its own zone, and compares their wall
    clocks: from 01:30 to 01:00 it refuses, though it is half an hour when the clocks go back. The
    times of this one have a fixed offset from UTC instead, that of the place at that moment.
    """

    @override
    def __post_init__(self) -> None:
        """Check nothing: a feed has no programme that ends before it starts."""

    def __init__(
        self,
        programme: Programme,
        uid: str,
        *,
        description: str | None = None,
        location: str | None = None,
    ) -> None:
        """Take a programme, and what no other event has for a name."""
        start, end = at_fixed_offset(programme.start), at_fixed_offset(programme.stop)
        self._moments = start, end
        super().__init__(
            start=start,
            end=end,
            summary=programme.title,
            description=description or _description(programme),
            location=location,
            uid=uid,
        )

    @property
    @override
    def start_datetime_local(self) -> datetime:
        return self._moments[0]

    @property
    @override
    def end_datetime_local(self) -> datetime:
        return self._moments[1]


class QuietCalendar(CalendarEntity):
    """A calendar that pushes nothing when nothing has changed, and answers for many at once.

    Home Assistant asks anew for all listeners of a calendar whenever its state is written.
    """

    def __init__(self) -> None:
        """Begin without an answer."""
        self._asked: object = None
        self._answers: dict[_Key, asyncio.Task[list[CalendarEvent]]] = {}
        """What was answered about `_asked`."""
        self._written: object = None

    @callback
    def _async_write_if_changed(self, contents: object) -> None:
        """Write the state when something else is to be seen: other contents, or another event."""
        if contents != self._written or self._is_outdated():
            self._written = contents
            self.async_write_ha_state()

    def _is_outdated(self) -> bool:
        """Whether the state that is written says something else than would be written now."""
        written = self.hass.states.get(self.entity_id)
        if written is None or (written.state == STATE_UNAVAILABLE) is self.available:
            return True
        shown = self.state_attributes or {"message": None}
        return self.available and (
            written.state != self.state
            or any(written.attributes.get(name) != value for name, value in shown.items())
        )

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return what was, is and will be on.

        Those who ask for the same days share one answer. Each gets it in a turn of the event loop
        of its own, as what Home Assistant does with it takes longer than all of this.
        """
        source = self._source()
        if source is not self._asked:
            self._asked = source
            self._answers.clear()
        # In one zone, two moments of the hour that comes twice would be equal.
        span = dt_util.as_utc(start_date), dt_util.as_utc(end_date)
        key = *span, dt_util.get_default_time_zone()
        if key not in self._answers:
            if len(self._answers) >= _SPANS_KEPT:
                self._answers.clear()
            self._answers[key] = hass.async_create_task(self._async_events(*span))
        answer = self._answers[key]
        try:
            events = await asyncio.shield(answer)
        except Exception:
            # Whoever asks next has it tried again.
            if self._answers.get(key) is answer:
                del self._answers[key]
            raise
        async with hass.data.setdefault(_TURN, asyncio.Lock()):
            await asyncio.sleep(0)
        return events

    def _source(self) -> object:
        """Return what events are made of; while it is the same one, so are they."""
        raise NotImplementedError

    async def _async_events(self, start: datetime, stop: datetime) -> list[CalendarEvent]:
        raise NotImplementedError


class GuideCalendar(ChannelEntity, QuietCalendar):
    """The programmes of a channel, without what only fills the gaps between them.

    Only the first channel is on the calendar page by itself: each has a hundred programmes a day.
    """

    def __init__(
        self,
        coordinator: DownlinkCoordinator,
        channel: Channel,
        description: EntityDescription,
        on_deleted: CALLBACK_TYPE,
    ) -> None:
        """Hide the guide of every channel but the first, where the user has not said otherwise."""
        ChannelEntity.__init__(self, coordinator, channel, description, on_deleted)
        QuietCalendar.__init__(self)
        first = coordinator.data.feed.channels[0] if coordinator.data else channel
        self._attr_entity_registry_visible_default = channel.key == first.key

    @property
    def _listed(self) -> tuple[Programme, ...]:
        """The channel's guide without filler."""
        data = self.coordinator.data
        return data.listed.get(self.key, ()) if data else ()

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """The programme on air, else the next one."""
        now, listed = dt_util.utcnow(), self._listed
        programme = on_air(listed, now) or next(iter(upcoming(listed, now)), None)
        return self._event(programme) if programme else None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        data = self.coordinator.data
        self._async_write_if_changed(data.prints.get(self.key) if data else None)

    @override
    def _source(self) -> Publication | None:
        return self.coordinator.data

    @override
    async def _async_events(self, start: datetime, stop: datetime) -> list[CalendarEvent]:
        """Return the events of a span of time; from the log, before the guide begins."""
        if (data := self.coordinator.data) is None:
            return []
        guide = await self.coordinator.aired.async_guide(data.feed, (self.key,), start, stop)

        def make() -> list[CalendarEvent]:
            return [self._event(one) for one in guide[self.key] if not one.is_filler]

        return await self.hass.async_add_executor_job(make)

    def _event(self, programme: Programme) -> CalendarEvent:
        return GuideEvent(programme, f"{self.key}-{programme.start.isoformat()}")


class FollowedCalendar(DownlinkEntity, QuietCalendar):
    """What is followed, as far as the guide goes: each showing once, its alternatives in the text.

    What was seen stays in it.
    """

    def __init__(self, coordinator: DownlinkCoordinator, follows: Follows) -> None:
        """Show what is followed now."""
        DownlinkEntity.__init__(self, coordinator, FOLLOWED)
        QuietCalendar.__init__(self)
        self._follows = follows
        self._written = follows.showings

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._follows.async_add_listener(self._handle_coordinator_update))

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """The showing on air, else the next one."""
        now = dt_util.utcnow()
        found = (one for one in self._follows.showings if one.airing.stop > now)
        showing = next(found, None)
        return followed_event(showing) if showing else None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._async_write_if_changed(self._follows.showings)

    @override
    def _source(self) -> tuple[Showing, ...]:
        return self._follows.showings

    @override
    async def _async_events(self, start: datetime, stop: datetime) -> list[CalendarEvent]:
        showings = self._follows.showings

        def make() -> list[CalendarEvent]:
            return [
                followed_event(one)
                for one in showings
                if one.airing.start < stop and one.airing.stop > start
            ]

        return await self.hass.async_add_executor_job(make)


class RecordingsCalendar(DownlinkEntity, QuietCalendar):
    """What is planned, is being recorded, and is there."""

    def __init__(self, coordinator: DownlinkCoordinator, recordings: Recordings) -> None:
        """Show what there is now."""
        DownlinkEntity.__init__(self, coordinator, RECORDED)
        QuietCalendar.__init__(self)
        self._recordings = recordings
        self._written = recordings.items

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._recordings.async_add_listener(self._handle_coordinator_update))

    @property
    def _shown(self) -> list[Recording]:
        items = self._recordings.items
        return [one for one in items if one.has_picture or one.state is State.PLANNED]

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """What is being recorded, else what will be next. What was stopped is over."""
        now = dt_util.utcnow()
        coming = (one for one in self._recordings.items if _is_to_come(one) and one.stop > now)
        recording = min(coming, key=lambda one: one.start, default=None)
        return self._event(recording) if recording else None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._async_write_if_changed(self._recordings.items)

    @override
    def _source(self) -> tuple[Recording, ...]:
        return self._recordings.items

    @override
    async def _async_events(self, start: datetime, stop: datetime) -> list[CalendarEvent]:
        shown = sorted(self._shown, key=lambda one: one.start)
        return [self._event(one) for one in shown if one.start < stop and one.stop > start]

    def _event(self, recording: Recording) -> CalendarEvent:
        programme = replace(recording.programme, start=recording.start, stop=recording.stop)
        location = channel_name(self.coordinator, recording)
        return GuideEvent(programme, recording.identity, location=location)


def _is_to_come(recording: Recording) -> bool:
    """Whether it is being recorded, or will be as it is planned."""
    is_planned = recording.state is State.PLANNED and not recording.reason
    return is_planned or recording.state is State.RECORDING


def followed_event(showing: Showing) -> CalendarEvent:
    """Make the event of a showing: the first airing, and the others in the text."""
    airing = showing.airing
    others = [
        f"{dt_util.as_local(one.start):%Y-%m-%d %H:%M %Z} · {one.channel.name}"
        for one in showing.others[:MAX_OTHERS]
    ]
    about = _description(airing.programme)
    text = "\n\n".join(part for part in (about, "\n".join(others)) if part)
    return GuideEvent(
        airing.programme, showing.identity, description=text, location=airing.channel.name
    )


def _description(programme: Programme) -> str | None:
    """Write what there is to say about a programme in at most three paragraphs."""
    episode = " ".join(
        part for part in (programme.episode_code, programme.episode_title or "") if part
    )
    about = ", ".join(
        str(part) for part in (*programme.categories, programme.year, programme.rating) if part
    )
    paragraphs = (episode, programme.description, about)
    return "\n\n".join(part for part in paragraphs if part) or None
