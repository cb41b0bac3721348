"""A calendar for each channel: its guide."""

import asyncio
from datetime import datetime, timedelta, timezone
from typing import Final, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .coordinator import DownlinkConfigEntry, DownlinkCoordinator
from .engine.downlink.models import Channel, Programme
from .engine.downlink.publish.publication import Publication
from .engine.downlink.timeline import on_air, upcoming
from .entity import ChannelEntity, async_add_channel_entities

PARALLEL_UPDATES = 0

_SPANS_KEPT: Final = 8
_TURN: Final[HassKey[asyncio.Lock]] = HassKey(f"{DOMAIN}_calendar_turn")

GUIDES: Final = (CalendarEntityDescription(key="guide", translation_key="guide"),)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DownlinkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a calendar for each channel as it comes."""
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

    def __init__(self, programme: Programme, uid: str) -> None:
        """Take a programme, and what no other event has for a name."""
        start, end = _at_fixed_offset(programme.start), _at_fixed_offset(programme.stop)
        self._moments = start, end
        super().__init__(
            start=start,
            end=end,
            summary=programme.title,
            description=_description(programme),
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


def _at_fixed_offset(at: datetime) -> datetime:
    """Show a moment on the clock of the house, in a zone that knows no changes of the clock."""
    local = dt_util.as_local(at)
    return local.astimezone(timezone(local.utcoffset() or timedelta()))


class GuideCalendar(ChannelEntity, CalendarEntity):
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
        super().__init__(coordinator, channel, description, on_deleted)
        first = coordinator.data.feed.channels[0] if coordinator.data else channel
        self._attr_entity_registry_visible_default = channel.key == first.key
        self._written_guide: int | None = None
        self._asked: Publication | None = None
        self._answers: dict[tuple[datetime, datetime], asyncio.Task[list[CalendarEvent]]] = {}
        """What was answered about `_asked`, by the span of time."""

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
        """Write the state when something else is to be seen: whoever listens asks for everything.

        Home Assistant asks anew for all listeners of a calendar whenever its state is written.
        """
        data = self.coordinator.data
        guide = data.prints.get(self.key) if data else None
        if guide != self._written_guide or self._is_outdated():
            self._written_guide = guide
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
        """Return what was, is and will be on; from the log, before the guide begins.

        Those who ask for the same days share one answer. Each gets it in a turn of the event loop
        of its own, as what Home Assistant does with it takes longer than all of this.
        """
        data = self.coordinator.data
        if data is not self._asked:
            self._asked = data
            self._answers.clear()
        # In one zone, two moments of the hour that comes twice would be equal.
        span = dt_util.as_utc(start_date), dt_util.as_utc(end_date)
        if span not in self._answers:
            if len(self._answers) >= _SPANS_KEPT:
                self._answers.clear()
            self._answers[span] = hass.async_create_task(self._async_events(*span))
        events = await asyncio.shield(self._answers[span])
        async with hass.data.setdefault(_TURN, asyncio.Lock()):
            await asyncio.sleep(0)
        return events

    async def _async_events(self, start: datetime, stop: datetime) -> list[CalendarEvent]:
        if self._asked is None:
            return []
        guide = await self.coordinator.aired.async_guide(self._asked.feed, (self.key,), start, stop)

        def make() -> list[CalendarEvent]:
            return [self._event(one) for one in guide[self.key] if not one.is_filler]

        return await self.hass.async_add_executor_job(make)

    def _event(self, programme: Programme) -> CalendarEvent:
        return GuideEvent(programme, f"{self.key}-{programme.start.isoformat()}")


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
