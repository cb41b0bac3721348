"""Tell of what is followed: an evening, what the event entity says, and what is in the side bar."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from homeassistant.components import persistent_notification
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.models import Cause, Feed, Programme
from custom_components.toonami_downlink.following.follows import Follows, async_follows

from .factories import NOON, SLOT, make_entry, make_feed, write_provider_files
from .harness import setup_integration

ENTITY = "event.toonami_downlink_followed"
EAST, WEST, SNICK = "toonami_east", "toonami_west", "snick_east"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TITLE = "Outlaw <a>Star"
OPEN = "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}"
CLOSE = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"
NAME = f"Outlaw {OPEN}a{CLOSE}Star"
STORED = "toonami_downlink.announced"


def show(start: datetime, title: str = TITLE, number: int = 1, **values: Any) -> Programme:
    return Programme(
        start=start,
        stop=start + SLOT,
        title=title,
        season=1,
        episode=number,
        episode_title=f"Part {number}",
        **values,
    )


def feed(**channels: list[Programme]) -> Feed:
    """Make a feed with these programmes instead of what else is on at their times."""
    plain = make_feed()
    guide = dict(plain.guide)
    for key, shown in channels.items():
        starts = {one.start for one in shown}
        kept = [one for one in guide[key] if one.start not in starts]
        guide[key] = tuple(sorted((*kept, *shown), key=lambda one: one.start))
    return replace(plain, guide=guide)


def evening() -> Feed:
    """An hour after noon on East, and three hours later on West."""
    return feed(**{EAST: [show(NOON + HOUR)], WEST: [show(NOON + 4 * HOUR)]})


class Heard(list[dict[str, Any]]):
    """What the event entity said."""

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__()
        async_track_state_change_event(hass, ENTITY, self._on_event)

    @callback
    def _on_event(self, event: Event[Any]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        gone = {"unavailable", "unknown"}
        if old and new and old.state != "unavailable" and new.state not in gone | {old.state}:
            self.append(dict(new.attributes))

    @property
    def kinds(self) -> list[str]:
        return [one["event_type"] for one in self]


async def start(
    hass: HomeAssistant, folder: Path, *follows: str, shown: Feed | None = None, **options: Any
) -> MockConfigEntry:
    """Load an entry in New York that tells of shows."""
    await hass.config.async_set_time_zone("America/New_York")
    write_provider_files(folder, shown or evening())
    entry = make_entry(folder, **options)
    await setup_integration(hass, entry)
    for title in follows or (TITLE,):
        await followed(hass).async_add(FollowKind.SHOW, title)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


def followed(hass: HomeAssistant) -> Follows:
    follows = async_follows(hass)
    assert follows
    return follows


async def publish(hass: HomeAssistant, entry: MockConfigEntry, folder: Path, shown: Feed) -> None:
    write_provider_files(folder, shown)
    await entry.runtime_data.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done(wait_background_tasks=True)


def side_bar(hass: HomeAssistant) -> dict[str, Any]:
    """What is in the side bar."""
    # Nothing public lists them.
    notifications: dict[str, Any] = persistent_notification._async_get_or_create_notifications(hass)  # noqa: SLF001
    return notifications
