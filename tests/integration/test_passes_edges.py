"""The edges of passes: who is told what and when, what is offered, and what is never ended."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.helpers.event import async_track_state_change_event
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.access import Ceiling
from custom_components.toonami_downlink.engine.downlink.old_address import OldSecrets
from custom_components.toonami_downlink.engine.downlink.passes import HOME
from custom_components.toonami_downlink.passes.limits import async_end_what_is_over
from custom_components.toonami_downlink.passes.manager import Passes
from custom_components.toonami_downlink.streaming.manager import RECORDER, Session, Watcher

from .factories import NOON
from .harness import NOW, Harness, setup_integration, start_harness, state_of
from .test_passes import subentry, update
from .test_passes_entities import (
    CONNECT,
    END,
    ENTITIES,
    LAST_SEEN,
    WATCHING,
    add,
    change,
    shown,
)
from .test_passes_flow import add as fill_in, begin, passes as passes_of, plant

pytestmark = pytest.mark.nightly

EAST, WEST = "toonami_east", "toonami_west"
KIDS, TEEN, GUEST = "kids", "teen", "guest"
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)


@pytest.fixture
async def house(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, freezer: FrozenDateTimeFactory
) -> Harness:
    """Start a house outside the hours of one device; another has a ceiling, and one has neither."""
    await hass.config.async_set_time_zone("UTC")
    freezer.move_to(NOW)
    passes = [
        subentry(KIDS, allowed_from="13:00", allowed_until="14:00"),
        subentry(TEEN, max_age=7),
        subentry(GUEST),
    ]
    return await start_harness(hass, hass_client_no_auth, subentries=passes)


def session_of(identity: str, channel: str = EAST) -> Session:
    """Make a session of a pass, without a stream behind it."""
    viewer: Any = SimpleNamespace(since=NOON, span=None)
    return Session(f"{identity} {channel}", channel, Watcher("192.0.2.1", "TV", identity), viewer)


# What is told


async def test_what_is_seen_twice_in_a_moment_is_told_once(house: Harness) -> None:
    passes, told = house.coordinator.passes, list[int]()
    passes.async_add_listener(lambda: told.append(1))
    passes.note(KIDS)
    passes.note(KIDS)
    assert len(told) == 1


async def test_other_secrets_are_told_although_nobody_watches(house: Harness) -> None:
    passes, told = house.coordinator.passes, list[int]()
    passes.async_add_listener(lambda: told.append(1))
    await passes.async_rotate(KIDS)
    assert len(told) == 1
    await passes.async_adopt(KIDS, OldSecrets(code="k7f3qx9m"))
    assert len(told) == 2
    await passes.async_adopt(KIDS, OldSecrets(feed_token="a" * 43))
    assert len(told) == 3


async def test_other_entries_are_nobodys_business(house: Harness) -> None:
    passes, told = house.coordinator.passes, list[int]()
    passes.async_add_listener(lambda: told.append(1))
    other = MockConfigEntry(domain="other")
    other.add_to_hass(house.hass)
    house.hass.config_entries.async_update_entry(other, title="Another name")
    await house.hass.async_block_till_done()
    assert [one.identity for one in passes.items] == [KIDS, TEEN, GUEST]
    assert told == []


async def test_what_opens_nothing_gets_no_token(house: Harness) -> None:
    passes = house.coordinator.passes
    assert passes.watch_token(GUEST, HOUR)
    update(house, KIDS, is_enabled=False)
    await house.hass.async_block_till_done()
    assert passes.watch_token(KIDS, HOUR) is None
    # As long as the secrets of a new one are not made.
    await house.coordinator.credentials.async_keep([KIDS, TEEN])
    assert passes.watch_token(GUEST, HOUR) is None


# What is ended


@pytest.mark.parametrize(
    ("identity", "is_ended"),
    [(KIDS, True), (TEEN, False), (GUEST, False), (HOME, False), (RECORDER, False)],
)
async def test_only_what_may_not_go_on_is_ended(
    house: Harness, monkeypatch: pytest.MonkeyPatch, identity: str, is_ended: bool
) -> None:
    """A recording belongs to no pass."""
    asked: list[Callable[[Session], bool]] = []
    monkeypatch.setattr(house.coordinator.streams, "async_end_sessions", asked.append)
    async_end_what_is_over(house.coordinator)
    (is_over,) = asked
    assert is_over(session_of(identity)) is is_ended


async def test_without_a_feed_nobody_is_judged_by_it(
    house: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Callable[[Session], bool]] = []
    monkeypatch.setattr(house.coordinator.streams, "async_end_sessions", asked.append)
    monkeypatch.setattr(house.coordinator, "data", None)
    async_end_what_is_over(house.coordinator)
    (is_over,) = asked
    assert not is_over(session_of(TEEN))
    assert is_over(session_of(KIDS))


# The entities


@pytest.mark.usefixtures("coordinator")
async def test_entities_say_by_themselves_when_something_changes(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await add(hass, entry)
    for entity_id in (WATCHING, LAST_SEEN, END):
        platform, _, _ = entity_id.partition(".")
        entity = hass.data[DATA_INSTANCES][platform].get_entity(entity_id)
        assert entity
        assert entity.should_poll is False


@pytest.mark.usefixtures("coordinator")
async def test_entities_that_are_there_are_not_added_again(
    hass: HomeAssistant, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    subentry = await add(hass, entry)
    await change(hass, entry, subentry, data={"recordings": False})
    await add(hass, entry, "Phone")
    assert "does not generate unique IDs" not in caplog.text


@pytest.mark.usefixtures("all_entities_enabled")
async def test_all_entities_of_one_that_cannot_be_read(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await setup_integration(hass, entry)
    subentry = await add(hass, entry)
    await change(hass, entry, subentry, data={"channels": "all"})
    states = {name: state_of(hass, name).state for name in shown(hass)}
    assert states == dict.fromkeys(ENTITIES, STATE_UNAVAILABLE)


async def test_a_channel_whose_name_has_no_room(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    coordinator: DownlinkCoordinator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Home Assistant takes no state of more than 255 characters."""
    subentry = await add(hass, entry)
    session = session_of(subentry.subentry_id, "x" * 300)
    monkeypatch.setattr(coordinator.passes, "watching", lambda _identity: (session,))
    await change(hass, entry, subentry, data={"recordings": False})
    assert state_of(hass, WATCHING).state == "x" * 255


@pytest.mark.usefixtures("all_entities_enabled")
async def test_each_that_begins_to_watch_is_told(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when two of them begin at once."""
    passes = (await setup_integration(hass, entry)).passes
    one = (await add(hass, entry)).subentry_id
    sessions = session_of(one, EAST), session_of(one, WEST)
    monkeypatch.setattr(passes, "watching", lambda _identity: sessions)
    events: list[tuple[str, str | None]] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        assert state
        events.append((state.attributes["event_type"], state.attributes.get("channel")))

    async_track_state_change_event(hass, CONNECT, note)
    passes.note(one)
    await hass.async_block_till_done()
    assert events == [
        ("connected", None),
        ("watching", "Toonami Aftermath East"),
        ("watching", "Toonami Aftermath West"),
    ]


@pytest.mark.usefixtures("all_entities_enabled")
@pytest.mark.parametrize("watched", [50 * MINUTE, 180 * MINUTE])
async def test_one_that_has_watched_until_now_was_there(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    watched: timedelta,
) -> None:
    """It asks for nothing meanwhile, and is back less than an hour after it has left."""
    passes = (await setup_integration(hass, entry)).passes
    one = (await add(hass, entry)).subentry_id
    other = (await add(hass, entry, "Phone")).subentry_id
    watching: dict[str, tuple[Session, ...]] = {}
    monkeypatch.setattr(passes, "watching", lambda identity: watching.get(identity, ()))
    passes.note(one)
    assert state_of(hass, CONNECT).attributes["event_type"] == "connected"
    freezer.move_to(NOON + MINUTE)
    watching[one] = (session_of(one),)
    passes.note(one)
    before = state_of(hass, CONNECT)
    assert before.attributes["event_type"] == "watching"
    freezer.move_to(NOON + watched)
    watching.clear()
    # With this all are told that something has changed.
    passes.note(other)
    freezer.move_to(NOON + watched + 50 * MINUTE)
    passes.note(one)
    after = state_of(hass, CONNECT)
    assert (after.state, after.attributes["event_type"]) == (before.state, "watching")


@pytest.mark.usefixtures("all_entities_enabled")
async def test_one_that_watched_until_a_restart_was_there(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await setup_integration(hass, entry)
    one = (await add(hass, entry)).subentry_id
    watching: list[Session] = [session_of(one)]
    monkeypatch.setattr(Passes, "watching", lambda *_: tuple(watching))
    entry.runtime_data.passes.note(one)
    before = state_of(hass, CONNECT)
    assert before.attributes["event_type"] == "watching"
    freezer.move_to(NOON + 3 * HOUR)
    assert await hass.config_entries.async_unload(entry.entry_id)
    watching.clear()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    entry.runtime_data.passes.note(one)
    after = state_of(hass, CONNECT)
    assert (after.state, after.attributes["event_type"]) == (before.state, "watching")


# The dialogs


@pytest.mark.usefixtures("panel_coordinator")
async def test_users_to_choose_from(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Those who can be limited, and those chosen who are not there any more."""
    child = MockUser(name="A child").add_to_hass(hass)
    MockUser(name="Parent", is_owner=True).add_to_hass(hass)
    nameless = MockUser(name=None).add_to_hass(hass)
    MockUser(name="Somebody who left", is_active=False).add_to_hass(hass)
    MockUser(name="A program", system_generated=True).add_to_hass(hass)
    form = await begin(hass, entry, plant(hass, entry, users=["gone", child.id]))
    assert form["data_schema"] is not None
    field = form["data_schema"].schema["users"]
    assert field.validators[0].config["options"] == [
        {"value": child.id, "label": "A child"},
        {"value": nameless.id, "label": nameless.id},
        {"value": "gone", "label": "gone"},
    ]


@pytest.mark.usefixtures("panel_coordinator")
@pytest.mark.parametrize("age", [0, 18])
async def test_limits_of_the_age(hass: HomeAssistant, entry: MockConfigEntry, age: int) -> None:
    await fill_in(hass, entry, max_age=age)
    (one,) = passes_of(entry)
    assert one.ceiling == Ceiling(age, shows_unrated=False)
    form = await begin(hass, entry)
    assert form["data_schema"] is not None
    config = form["data_schema"].schema["max_age"].config
    assert (config["min"], config["max"], config["step"]) == (0, 18, 1)
