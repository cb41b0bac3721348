"""A calendar for each channel: its guide."""

from datetime import datetime
from typing import Final, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .coordinator import DownlinkConfigEntry
from .engine.downlink.models import Programme
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


class GuideCalendar(ChannelEntity, CalendarEntity):
    """The programmes of a channel, without what only fills the gaps between them."""

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
        return CalendarEvent(
            start=dt_util.as_local(programme.start),
            end=dt_util.as_local(programme.stop),
            summary=programme.title,
            description=_description(programme),
            uid=f"{self.key}-{programme.start.isoformat()}",
        )


def _description(programme: Programme) -> str | None:
    """Write what there is to say about a programme in at most three paragraphs."""
    episode = " ".join(
        part for part in (_numbers(programme), programme.episode_title or "") if part
    )
    about = ", ".join(
        str(part) for part in (*programme.categories, programme.year, programme.rating) if part
    )
    paragraphs = (episode, programme.description, about)
    return "\n\n".join(part for part in paragraphs if part) or None


def _numbers(programme: Programme) -> str:
    season = f"S{programme.season:02}" if programme.season else ""
    return f"{season}E{programme.episode:02}" if programme.episode else season
