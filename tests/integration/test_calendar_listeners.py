"""Many who look at the calendars: nothing is asked for anew when nothing has changed."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar import CalendarEntity
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.storage.aired_store import AiredStore

from .factories import MIDNIGHT, NOON, SLOT, make_feed, write_provider_files
from .harness import move_clock, state_of

LISTENERS = 225
EAST = "calendar.toonami_aftermath_east_guide"
DAY = timedelta(days=1)


@pytest.fixture
def calendars(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> list[CalendarEntity]:
    """The guides of the seven channels."""
    return [one for one in hass.data[DATA_COMPONENT].entities if one.entity_id.endswith("_guide")]


@pytest.fixture
def pushed(calendars: list[CalendarEntity]) -> Counter[str]:
    """Let 225 listeners look at this week on seven calendars; count what each calendar pushes."""
    count: Counter[str] = Counter()
    for number in range(LISTENERS):
        calendar = calendars[number % len(calendars)]

        def listen(_events: Any, name: str = calendar.entity_id) -> None:
            count[name] += 1

        calendar.async_subscribe_events(MIDNIGHT - 3 * DAY, MIDNIGHT + 4 * DAY, listen)
    return count


async def test_a_refresh_that_changes_nothing_is_silent(
    hass: HomeAssistant,
    coordinator: DownlinkCoordinator,
    pushed: Counter[str],
    freezer: FrozenDateTimeFactory,
) -> None:
    for _ in range(3):
        await coordinator.async_refresh_feed(Cause.BUTTON)
    coordinator.async_update_listeners()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert pushed == {}


async def test_a_refresh_that_changes_one_channel(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    pushed: Counter[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its listeners get one answer, made once, each in a turn of the event loop of its own."""
    asked: list[tuple[Any, ...]] = []
    read = AiredStore.async_guide

    async def reading(self: AiredStore, *arguments: Any) -> Any:
        asked.append(arguments)
        return await read(self, *arguments)

    monkeypatch.setattr(AiredStore, "async_guide", reading)
    feed = make_feed()
    west = {"toonami_west": make_feed(show="Other").guide["toonami_west"]}
    write_provider_files(
        folder, type(feed)(made=feed.made, channels=feed.channels, guide={**feed.guide, **west})
    )
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert list(pushed) == ["calendar.toonami_aftermath_west_guide"]
    assert pushed.total() in {LISTENERS // 7, LISTENERS // 7 + 1}
    assert len(asked) == 1


async def test_only_the_calendar_whose_programme_changes(
    hass: HomeAssistant,
    coordinator: DownlinkCoordinator,
    pushed: Counter[str],
    freezer: FrozenDateTimeFactory,
) -> None:
    await move_clock(hass, freezer, NOON + SLOT)
    assert "calendar.movies_guide" not in pushed
    assert state_of(hass, EAST).attributes["message"] == "Show 1-25"


async def test_one_answer_in_a_turn_of_the_loop(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, calendars: list[CalendarEntity]
) -> None:
    turn = 0
    turns: list[int] = []

    async def count_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    async def ask(calendar: CalendarEntity) -> None:
        await calendar.async_get_events(hass, MIDNIGHT, MIDNIGHT + DAY)
        turns.append(turn)

    counting = asyncio.create_task(count_turns())
    await asyncio.gather(*(ask(calendars[n % 7]) for n in range(LISTENERS)))
    counting.cancel()
    assert len(turns) == LISTENERS
    assert len(set(turns)) == LISTENERS


@pytest.mark.usefixtures("coordinator")
async def test_an_answer_that_fails_is_tried_again(
    hass: HomeAssistant, calendars: list[CalendarEntity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All who wait for it see it fail; whoever asks after that gets another one."""
    asked: list[tuple[Any, ...]] = []
    read = AiredStore.async_guide

    async def reading(self: AiredStore, *arguments: Any) -> Any:
        asked.append(arguments)
        if len(asked) == 1:
            await asyncio.sleep(0)
            raise OSError("no disk")
        return await read(self, *arguments)

    async def ask() -> list[str]:
        events = await calendars[0].async_get_events(hass, MIDNIGHT, MIDNIGHT + SLOT)
        return [event.summary for event in events]

    monkeypatch.setattr(AiredStore, "async_guide", reading)
    refused = await asyncio.gather(ask(), ask(), return_exceptions=True)
    assert [str(one) for one in refused] == ["no disk", "no disk"]
    assert len(asked) == 1
    for _ in range(2):
        assert await ask() == ["Show 1-0"]
    assert len(asked) == 2


async def test_the_past_is_in_the_calendar(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
    calendars: list[CalendarEntity],
) -> None:
    later = MIDNIGHT + 3 * DAY
    write_provider_files(folder, make_feed(later, show="Other"))
    freezer.move_to(later)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    calendar = next(one for one in calendars if one.entity_id == EAST)

    async def summaries(start: datetime, end: datetime) -> list[str]:
        events = await calendar.async_get_events(
            hass, dt_util.as_local(start), dt_util.as_local(end)
        )
        return [event.summary for event in events]

    assert await summaries(MIDNIGHT, MIDNIGHT + 2 * SLOT) == ["Show 1-0", "Show 1-1"]
    assert len(await summaries(MIDNIGHT - DAY, later + 9 * DAY)) == 4 * 48
    # Each event once, over where the feed begins and the log ends.
    assert await summaries(MIDNIGHT + 2 * DAY - SLOT, later + SLOT) == ["Show 1-95", "Other 1-0"]


async def test_spans_that_are_asked_for_once_do_not_pile_up(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, calendars: list[CalendarEntity]
) -> None:
    calendar: Any = next(one for one in calendars if one.entity_id == EAST)
    for minutes in range(30):
        start = MIDNIGHT + timedelta(minutes=minutes)
        assert len(await calendar.async_get_events(hass, start, start + SLOT)) in {1, 2}
    assert len(calendar._answers) <= 8  # noqa: SLF001  # nothing else shows it


@pytest.mark.usefixtures("coordinator")
async def test_another_zone_of_the_house_counts_at_once(
    hass: HomeAssistant, calendars: list[CalendarEntity]
) -> None:
    for zone, hours in (("Asia/Tokyo", 9), ("Europe/Berlin", 1)):
        await hass.config.async_set_time_zone(zone)
        event, *_ = await calendars[0].async_get_events(hass, NOON, NOON + SLOT)
        assert event.start_datetime_local.utcoffset() == timedelta(hours=hours)


async def test_a_calendar_without_a_feed(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, calendars: list[CalendarEntity]
) -> None:
    coordinator.data = None
    coordinator.async_update_listeners()
    assert state_of(hass, EAST).state == "unavailable"
    assert await calendars[0].async_get_events(hass, MIDNIGHT, dt_util.utcnow()) == []
