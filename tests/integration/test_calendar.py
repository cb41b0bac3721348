"""The calendars: the whole guide, without filler, on or off at the second."""

from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.calendar import MAX_OTHERS, followed_event
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.airings import Airing
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind, Showing
from custom_components.toonami_downlink.engine.downlink.models import Cause, Feed, Programme
from custom_components.toonami_downlink.following.follows import async_follows
from tests.night import by_night

from .factories import MIDNIGHT, NOON, make_entry, make_feed, write_provider_files
from .harness import move_clock, setup_integration, state_of

EAST = "calendar.toonami_aftermath_east_guide"
MOVIES = "calendar.movies_guide"
FOLLOWED = "calendar.toonami_downlink_followed"


@pytest.mark.usefixtures("coordinator")
async def test_whole_guide(hass: HomeAssistant, hass_client: ClientSessionGenerator) -> None:
    client = await hass_client()
    span = {"start": "2026-11-24T00:00:00Z", "end": "2026-12-31T00:00:00Z"}
    response = await client.get(f"/api/calendars/{EAST}", params=span)
    assert response.status == HTTPStatus.OK
    events = await response.json()
    assert len(events) == 96
    assert events[25] == {
        "start": {"dateTime": "2026-11-24T12:30:00+00:00"},
        "end": {"dateTime": "2026-11-24T13:00:00+00:00"},
        "summary": "Show 1-25",
        "description": "S02E26 Part 25\n\nWhat happens in part 25.\n\n"
        "Animation, Series, 1999, TV-Y7",
        "location": None,
        "uid": "toonami_east-2026-11-24T12:30:00+00:00",
        "recurrence_id": None,
        "rrule": None,
    } | ({"status": None} if "status" in events[25] else {})
    response = await client.get(f"/api/calendars/{MOVIES}", params=span)
    assert await response.json() == []


async def test_one_programme_never_costs_the_list(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, hass_client: ClientSessionGenerator
) -> None:
    """Whatever Home Assistant would not take for an event: no end, the end first, no title."""
    publication = coordinator.data
    assert publication is not None
    guide = list(publication.listed["toonami_east"])
    guide[24] = replace(guide[24], stop=guide[24].start)
    guide[25] = replace(guide[25], stop=guide[25].start - timedelta(hours=1))
    guide[26] = replace(guide[26], title="")
    guides = {**publication.feed.guide, "toonami_east": tuple(guide)}
    made = replace(publication.feed, guide=guides)
    with patch.object(publication, "feed", made):
        client = await hass_client()
        span = {"start": "2026-11-24T00:00:00Z", "end": "2026-11-26T00:00:00Z"}
        response = await client.get(f"/api/calendars/{EAST}", params=span)
        assert response.status == HTTPStatus.OK
        shown = [item["summary"] for item in await response.json()]
    whole = {item.title for item in guide} - {guide[24].title, guide[25].title}
    assert whole <= set(shown)


@pytest.mark.usefixtures("coordinator")
async def test_on_air(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    assert state_of(hass, EAST).state == STATE_ON
    assert state_of(hass, EAST).attributes["message"] == "Show 1-24"
    await move_clock(hass, freezer, NOON + timedelta(minutes=30))
    assert state_of(hass, EAST).attributes["message"] == "Show 1-25"
    assert state_of(hass, MOVIES).state == STATE_OFF
    assert "message" not in state_of(hass, MOVIES).attributes


@pytest.mark.usefixtures("coordinator")
async def test_only_one_is_on_the_calendar_page(entity_registry: er.EntityRegistry) -> None:
    """The page leaves out what is hidden; who wants more unhides it, and that stays."""
    shown = [
        entry.entity_id
        for entry in entity_registry.entities.values()
        if entry.domain == "calendar" and not entry.hidden_by
    ]
    assert shown == [FOLLOWED, EAST]


async def test_what_the_user_unhides_stays(
    hass: HomeAssistant, folder: Path, entity_registry: er.EntityRegistry
) -> None:
    entry = make_entry(folder)
    await setup_integration(hass, entry)
    entity_registry.async_update_entity(MOVIES, hidden_by=None)
    entity_registry.async_update_entity(EAST, hidden_by=er.RegistryEntryHider.USER)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    movies, east = (entity_registry.async_get(entity_id) for entity_id in (MOVIES, EAST))
    assert movies
    assert east
    assert (movies.hidden_by, east.hidden_by) == (None, er.RegistryEntryHider.USER)


def feed_with_a_hole() -> Feed:
    """Nothing is known between 12:30 and 18:00."""
    feed = make_feed()
    east = tuple(
        programme
        for programme in feed.guide["toonami_east"]
        if not NOON + timedelta(minutes=30) <= programme.start < MIDNIGHT + timedelta(hours=18)
    )
    return Feed(made=feed.made, channels=feed.channels, guide={**feed.guide, "toonami_east": east})


async def test_filler_is_not_an_event(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    write_provider_files(folder, feed_with_a_hole())
    await setup_integration(hass, make_entry(folder))
    assert state_of(hass, EAST).attributes["message"] == "Show 1-24"
    await move_clock(hass, freezer, NOON + timedelta(minutes=30))
    assert state_of(hass, EAST).state == STATE_OFF
    assert state_of(hass, EAST).attributes["message"] == "Show 1-36"
    assert state_of(hass, EAST).attributes["start_time"] == "2026-11-24 18:00:00"
    await move_clock(hass, freezer, MIDNIGHT + timedelta(hours=18))
    assert state_of(hass, EAST).state == STATE_ON


@pytest.mark.parametrize(
    ("programme", "description"),
    by_night(
        [
            pytest.param({}, "Series", id="nothing"),
            pytest.param({"season": 3}, "S03\n\nSeries", id="season"),
            pytest.param({"episode": 101}, "E101\n\nSeries", id="episode"),
            pytest.param(
                {"episode_title": "The Enigma of the Stolen Moles"},
                "The Enigma of the Stolen Moles\n\nSeries",
                id="episode title",
            ),
            pytest.param(
                {"aired": "19980901", "rating": "TV-PG"}, "Series, 1998, TV-PG", id="facts"
            ),
        ],
        keep=["facts"],
    ),
)
async def test_description(
    hass: HomeAssistant,
    folder: Path,
    programme: dict[str, object],
    description: str | None,
    freezer: FrozenDateTimeFactory,
) -> None:
    feed = make_feed()
    only_one = Programme(
        start=NOON,
        stop=NOON + timedelta(hours=1),
        title="Dexter",
        **programme,  # type: ignore[arg-type]  # each value fits its field
    )
    write_provider_files(
        folder,
        Feed(
            made=feed.made,
            channels=feed.channels,
            guide={**feed.guide, "toonami_east": (only_one,)},
        ),
    )
    await setup_integration(hass, make_entry(folder))
    assert state_of(hass, EAST).attributes["message"] == "Dexter"
    assert state_of(hass, EAST).attributes["description"] == (description or "")


async def test_events_are_in_home_assistants_time(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    await hass.config.async_set_time_zone("America/New_York")
    answer: Any = await hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": EAST,
            "start_date_time": datetime.isoformat(NOON),
            "end_date_time": datetime.isoformat(NOON + timedelta(minutes=1)),
        },
        blocking=True,
        return_response=True,
    )
    assert [event["start"] for event in answer[EAST]["events"]] == ["2026-11-24T07:00:00-05:00"]


# What is followed


def shows(*programmes: tuple[str, str, float]) -> Feed:
    """A feed with these: a channel, a title, and how many hours after noon it begins."""
    feed = make_feed()
    guide = {
        key: tuple(
            Programme(
                start=NOON + timedelta(hours=start),
                stop=NOON + timedelta(hours=start + 1),
                title=title,
                episode=7,
                description="A plant.",
            )
            for channel, title, start in programmes
            if channel == key
        )
        for key in feed.guide
    }
    return Feed(made=feed.made, channels=feed.channels, guide=guide)


TRIGUN = shows(
    ("toonami_east", "Trigun", 1), ("toonami_west", "Trigun", 4), ("toonami_east", "Trigun", 25)
)


async def follow(hass: HomeAssistant, title: str) -> None:
    follows = async_follows(hass)
    assert follows
    await follows.async_add(FollowKind.SHOW, title)
    await hass.async_block_till_done()


async def events(client: Any, start: str, end: str) -> list[dict[str, Any]]:
    response = await client.get(f"/api/calendars/{FOLLOWED}", params={"start": start, "end": end})
    assert response.status == HTTPStatus.OK
    found: list[dict[str, Any]] = await response.json()
    return found


async def test_one_event_for_each_showing(
    hass: HomeAssistant, folder: Path, hass_client: ClientSessionGenerator
) -> None:
    write_provider_files(folder, TRIGUN)
    await setup_integration(hass, make_entry(folder))
    client = await hass_client()
    span = "2026-11-24T00:00:00Z", "2026-12-31T00:00:00Z"
    assert await events(client, *span) == []
    assert state_of(hass, FOLLOWED).state == STATE_OFF
    await follow(hass, "Trigun")
    found = await events(client, *span)
    assert [event["start"]["dateTime"] for event in found] == [
        "2026-11-24T13:00:00+00:00",
        "2026-11-25T13:00:00+00:00",
    ]
    assert (found[0]["summary"], found[0]["location"]) == ("Trigun", "Toonami Aftermath East")
    assert found[0]["description"] == (
        "E07\n\nA plant.\n\nSeries\n\n2026-11-24 16:00 UTC · Toonami Aftermath West"
    )
    assert len({event["uid"] for event in found}) == 2
    # The span counts, to the second.
    day = await events(client, "2026-11-24T13:59:59Z", "2026-11-25T13:00:00Z")
    assert [event["uid"] for event in day] == [found[0]["uid"]]
    assert await events(client, "2026-11-24T14:00:00Z", "2026-11-25T13:00:00Z") == []


async def test_followed_is_on_at_the_second(
    hass: HomeAssistant, folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    write_provider_files(folder, TRIGUN)
    await setup_integration(hass, make_entry(folder))
    await follow(hass, "Trigun")
    assert state_of(hass, FOLLOWED).state == STATE_OFF
    assert state_of(hass, FOLLOWED).attributes["start_time"] == "2026-11-24 13:00:00"
    for hours, state, start in (
        (1, STATE_ON, "2026-11-24 13:00:00"),
        (2, STATE_OFF, "2026-11-25 13:00:00"),
        (25, STATE_ON, "2026-11-25 13:00:00"),
    ):
        await move_clock(hass, freezer, NOON + timedelta(hours=hours))
        assert state_of(hass, FOLLOWED).state == state
        assert state_of(hass, FOLLOWED).attributes["start_time"] == start
    await move_clock(hass, freezer, NOON + timedelta(hours=26))
    assert "message" not in state_of(hass, FOLLOWED).attributes


async def test_followed_is_silent_when_nothing_changed(hass: HomeAssistant, folder: Path) -> None:
    write_provider_files(folder, TRIGUN)
    coordinator = await setup_integration(hass, make_entry(folder))
    await follow(hass, "Trigun")
    pushed: list[Any] = []
    (calendar,) = (one for one in hass.data[DATA_COMPONENT].entities if one.entity_id == FOLLOWED)
    calendar.async_subscribe_events(MIDNIGHT, MIDNIGHT + timedelta(days=7), pushed.append)
    for _ in range(2):
        await coordinator.async_refresh_feed(Cause.BUTTON)
    coordinator.async_update_listeners()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert pushed == []
    write_provider_files(folder, shows(("toonami_east", "TRIGUN", 1.5)))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [[event["summary"] for event in found] for found in pushed] == [["TRIGUN", "Trigun"]]


@pytest.mark.parametrize("count", [MAX_OTHERS, MAX_OTHERS + 1])
def test_most_alternatives_in_a_text(count: int) -> None:
    feed = make_feed()
    first, *others = (
        Airing(feed.channels[0], one.start, one.stop, one)
        for one in feed.guide["toonami_east"][: count + 1]
    )
    event = followed_event(Showing("0" * 16, (), first, tuple(others)))
    assert (event.description or "").count(" · ") == MAX_OTHERS
