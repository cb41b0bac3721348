"""A calendar for each channel: its guide."""

from datetime import datetime, timedelta, timezone
from typing import Final, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import DownlinkConfigEntry, DownlinkCoordinator
from .engine.downlink.description import episode_code
from .engine.downlink.models import Channel, Programme
from .engine.downlink.timeline import between, on_air, upcoming
from .entity import ChannelEntity, async_add_channel_entities

PARALLEL_UPDATES = 0

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

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """The programme on air, else the next one."""
        now = dt_util.utcnow()
        programme = on_air(self.programmes, now)
        if programme is None or programme.is_filler:
            later = upcoming(self.programmes, now, len(self.programmes))
            programme = next((item for item in later if not item.is_filler), None)
        return self._event(programme) if programme else None

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        return [
            self._event(programme)
            for programme in between(self.programmes, start_date, end_date)
            if not programme.is_filler
        ]

    def _event(self, programme: Programme) -> CalendarEvent:
        return GuideEvent(programme, f"{self.key}-{programme.start.isoformat()}")


def _description(programme: Programme) -> str | None:
    """Write what there is to say about a programme in at most three paragraphs."""
    episode = " ".join(
        part for part in (episode_code(programme), programme.episode_title or "") if part
    )
    about = ", ".join(
        str(part) for part in (*programme.categories, programme.year, programme.rating) if part
    )
    paragraphs = (episode, programme.description, about)
    return "\n\n".join(part for part in paragraphs if part) or None
