"""What Home Assistant shows of recordings and can be told to do with them."""

from datetime import timedelta
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
import voluptuous as vol

from custom_components.toonami_downlink.calendar import RecordingsCalendar
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.recording.model import Reason, State
from custom_components.toonami_downlink.storage.recorded import Recorded, RecordingStore
from tests.night import by_night

from .factories import NOON
from .harness import NOW, limit_platforms, state_of
from .recorded import EAST, LONG, MINUTE, House, make_recording, programmes
from .stream_harness import wait_until

ENTITIES = {
    "binary_sensor.toonami_downlink_recording",
    "calendar.toonami_downlink_recordings",
    "event.toonami_downlink_recording",
    "sensor.toonami_downlink_next_recording",
    "sensor.toonami_downlink_space_of_recordings",
}
HOUR = timedelta(hours=1)
PLATFORMS = (Platform.BINARY_SENSOR, Platform.CALENDAR, Platform.EVENT, Platform.SENSOR)


async def act(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    answer = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=action in {"record", "get_recordings"}
    )
    return dict(answer or {})


def names(house: House) -> set[str]:
    """Return the entities about recordings that are known."""
    known = er.async_get(house.hass).entities
    return {name for name in known if "recording" in name}


async def test_they_are_there_while_the_option_is_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_platforms(monkeypatch, PLATFORMS)
    await house.start(*programmes(MINUTE, MINUTE))
    assert names(house) == ENTITIES
    assert state_of(house.hass, "binary_sensor.toonami_downlink_recording").state == "off"
    assert state_of(house.hass, "sensor.toonami_downlink_next_recording").state == "unknown"
    entry = house.entry
    for is_on, left in ((False, set()), (True, ENTITIES)):
        house.hass.config_entries.async_update_entry(
            entry, options={**house.options, "recordings": is_on}
        )
        await house.hass.config_entries.async_reload(entry.entry_id)
        await house.settle()
        assert names(house) == left


async def test_what_they_show(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    limit_platforms(monkeypatch, PLATFORMS)
    (house.folder / "a.mp4").write_bytes(b"")
    with (house.folder / "a.mp4").open("r+b") as file:
        file.truncate(2_340_000_000)
    held = make_recording(file="a.mp4", size=2_340_000_000)
    await RecordingStore(house.hass).async_save(Recorded(recordings=(held,), next_number=2))
    await house.start(*programmes(LONG, MINUTE, MINUTE))
    space = state_of(house.hass, "sensor.toonami_downlink_space_of_recordings")
    assert (space.state, space.attributes["quota"]) == ("2.3", 50.0)
    assert space.attributes["free"] > 0
    await house.recordings.async_record(EAST, NOW + LONG)
    following = state_of(house.hass, "sensor.toonami_downlink_next_recording")
    assert following.state == (NOW + LONG).isoformat()
    assert following.attributes["title"] == "Show 1"
    assert following.attributes["channel"] == "Toonami Aftermath East"
    assert following.attributes["stop"] == NOW + LONG + MINUTE
    await house.recordings.async_record(EAST)
    recording = state_of(house.hass, "binary_sensor.toonami_downlink_recording")
    assert (recording.state, recording.attributes["titles"]) == ("on", ["Show 0"])
    event = state_of(house.hass, "event.toonami_downlink_recording")
    assert (event.attributes["event_type"], event.attributes["title"]) == ("started", "Show 0")
    calendar = state_of(house.hass, "calendar.toonami_downlink_recordings")
    assert (calendar.state, calendar.attributes["message"]) == ("on", "Show 0")
    await wait_until(lambda: "finished Show 0" in house.said, 30)
    event = state_of(house.hass, "event.toonami_downlink_recording")
    assert event.attributes["event_type"] == "finished"
    assert event.attributes["state"] == "complete"
    assert event.attributes["media_content_id"] == f"media-source://{DOMAIN}/recording/3"


async def test_the_calendar_has_what_was_and_will_be(
    house: House, monkeypatch: pytest.MonkeyPatch, hass_client: ClientSessionGenerator
) -> None:
    limit_platforms(monkeypatch, PLATFORMS)
    (house.folder / "a.mp4").write_bytes(b"")
    stored = (
        make_recording(file="a.mp4"),
        make_recording(identity="1" * 16, number=2, state=State.FAILED),
        make_recording(identity="2" * 16, number=3, state=State.DELETED),
    )
    await RecordingStore(house.hass).async_save(Recorded(recordings=stored, next_number=4))
    await house.start(*programmes(MINUTE, MINUTE))
    await house.recordings.async_record(EAST, NOW + MINUTE)
    client = await hass_client()
    span = {
        "start": (NOW - timedelta(hours=3)).isoformat(),
        "end": (NOW + timedelta(hours=3)).isoformat(),
    }
    answer = await client.get("/api/calendars/calendar.toonami_downlink_recordings", params=span)
    assert answer.status == HTTPStatus.OK
    events = await answer.json()
    assert [one["summary"] for one in events] == ["Outlaw Star", "Show 1"]
    assert [one["location"] for one in events] == 2 * ["Toonami Aftermath East"]


@pytest.mark.parametrize(
    ("state", "reason", "is_shown"),
    [
        pytest.param(State.RECORDING, None, True, id="is being recorded"),
        pytest.param(State.PLANNED, None, True, id="is to be recorded"),
        pytest.param(State.PLANNED, Reason.BUSY, False, id="finds no place"),
        pytest.param(State.PLANNED, Reason.LEFT_GUIDE, False, id="is not on any more"),
        pytest.param(State.INTERRUPTED, None, False, id="was stopped"),
        pytest.param(State.COMPLETE, None, False, id="is there"),
    ],
)
async def test_the_calendar_is_on_for_what_is_recorded(
    coordinator: DownlinkCoordinator, state: State, reason: Reason | None, is_shown: bool
) -> None:
    this = make_recording(start=NOON, stop=NOON + HOUR, state=state, reason=reason)
    following = make_recording(identity="1" * 16, number=2, start=NOON + HOUR, state=State.PLANNED)
    recordings: Any = SimpleNamespace(items=(this, following))
    calendar = RecordingsCalendar(coordinator, recordings)
    event = calendar.event
    assert event
    assert event.uid == (this if is_shown else following).identity
    assert calendar.state == ("on" if is_shown else "off")


async def test_actions(house: House) -> None:
    await house.start(*programmes(MINUTE, MINUTE))
    planned = await act(house.hass, "record", channel="1", start=NOW + MINUTE)
    assert planned == {
        "id": house.only.identity,
        "channel": "Toonami Aftermath East",
        "title": "Show 1",
        "season": 1,
        "episode": 2,
        "start": planned["start"],
        "stop": planned["stop"],
        "state": "planned",
        "kept": False,
    }
    assert await act(house.hass, "get_recordings") == {"recordings": [planned]}
    await act(house.hass, "cancel_recording", id=planned["id"])
    assert house.only.state is State.CANCELLED
    assert await act(house.hass, "get_recordings") == {"recordings": []}
    now = await act(house.hass, "record", channel="1")
    assert (now["title"], now["state"]) == ("Show 0", "recording")
    await act(house.hass, "delete_recording", id=now["id"])
    found = house.recordings.get(now["id"])
    assert found
    assert found.state is State.DELETED
    # Without anybody who wants the answer.
    await house.hass.services.async_call(
        DOMAIN, "record", {"channel": "1", "start": NOW + MINUTE}, blocking=True
    )
    assert house.recordings.next


@pytest.mark.parametrize(
    ("action", "data"),
    by_night(
        [
            ("record", {}),
            ("record", {"channel": "x" * 10_000}),
            ("record", {"channel": "1", "start": "now"}),
            ("record", {"channel": "1", "stop": "2026-11-24 12:00:00"}),
            ("cancel_recording", {}),
            ("delete_recording", {"id": "x" * 10_000}),
            ("get_recordings", {"id": "1"}),
        ],
        keep=[("record", {}), ("delete_recording", {"id": "x" * 10_000})],
    ),
)
async def test_fields_of_actions(house: House, action: str, data: dict[str, Any]) -> None:
    await house.start(*programmes(MINUTE, MINUTE))
    with pytest.raises(vol.Invalid):
        await act(house.hass, action, **data)


async def test_who_may_record(house: House, hass_admin_user: MockUser) -> None:
    """Whoever may watch; and only administrators delete."""
    house.options["users_may_watch"] = False
    await house.start(*programmes(MINUTE, MINUTE))
    user = MockUser(name="Ed").add_to_hass(house.hass)
    data = {"channel": "1", "start": NOW + MINUTE}

    async def ask(action: str, given: dict[str, Any], user_id: str) -> None:
        context = Context(user_id=user_id)
        await house.hass.services.async_call(DOMAIN, action, given, blocking=True, context=context)

    some = {"id": "0" * 16}
    for action, given, nobody in (
        ("record", data, user.id),
        ("record", data, "gone"),
        ("cancel_recording", some, user.id),
        ("delete_recording", some, user.id),
    ):
        with pytest.raises(Unauthorized):
            await ask(action, given, nobody)
    assert house.recordings.items == ()
    await ask("record", data, hass_admin_user.id)
    assert house.only.state is State.PLANNED


async def test_actions_before_it_is_loaded(house: House) -> None:
    await house.start(*programmes(MINUTE, MINUTE))
    await house.stop()
    for action, data in (
        ("record", {"channel": "1"}),
        ("cancel_recording", {"id": "1"}),
        ("delete_recording", {"id": "1"}),
        ("get_recordings", {}),
    ):
        with pytest.raises(ServiceValidationError, match="not running"):
            await act(house.hass, action, **data)
