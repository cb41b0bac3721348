"""Every surface that shows or takes times, in the hours that the clocks repeat and skip."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.media_source import async_browse_media
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from tests.night import by_night

from .factories import SLOT, make_entry, make_feed, write_provider_files
from .harness import move_clock, setup_integration, state_of
from .panel_client import ask, event

EAST = "calendar.toonami_aftermath_east_guide"
NOW_PLAYING = "sensor.toonami_aftermath_east_now_playing"
FOLLOWED = "calendar.toonami_downlink_followed"
UP_NEXT = "sensor.toonami_aftermath_east_up_next"
BEFORE = timedelta(hours=12)
AROUND = timedelta(minutes=90)
QUARTER = timedelta(minutes=15)

TRANSITIONS = [
    pytest.param(("America/New_York", "2026-11-01T06:00"), id="New York, back"),
    pytest.param(("America/New_York", "2026-03-08T07:00"), id="New York, ahead"),
    pytest.param(("Australia/Lord_Howe", "2026-04-04T15:00"), id="Lord Howe, back"),
    pytest.param(("Australia/Lord_Howe", "2026-10-03T15:30"), id="Lord Howe, ahead"),
    pytest.param(("Africa/Casablanca", "2026-02-15T02:00"), id="Casablanca, back"),
]


class Night:
    """A home in the night of a change of the clocks, with half-hour programmes all around it."""

    def __init__(self, zone: str, change: str) -> None:
        self.zone = ZoneInfo(zone)
        self.change = datetime.fromisoformat(change).replace(tzinfo=UTC)
        self.first = self.change - BEFORE
        self.coordinator: DownlinkCoordinator

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def index(self, at: datetime) -> int:
        """Which programme is on."""
        return (at - self.first) // SLOT

    def title(self, at: datetime) -> str:
        return f"Show 1-{self.index(at)}"

    def start(self, at: datetime) -> datetime:
        return self.first + SLOT * self.index(at)

    def moments(self) -> Iterator[datetime]:
        """Yield every quarter of an hour, `AROUND` the change."""
        at = self.change - AROUND
        while at <= self.change + AROUND:
            yield at
            at += QUARTER


@pytest.fixture(params=by_night(TRANSITIONS, keep=["Lord Howe, back", "New York, ahead"]))
async def night(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    tmp_path: Path,
    freezer: FrozenDateTimeFactory,
) -> Night:
    zone, change = request.param
    night = Night(zone, change)
    await hass.config.async_set_time_zone(zone)
    freezer.move_to(night.change - AROUND)
    write_provider_files(tmp_path / "provider", make_feed(night.first))
    entry = make_entry(tmp_path / "provider", schedule="0 12 1 1 *")
    night.coordinator = await setup_integration(hass, entry)
    return night


@pytest.mark.parametrize(
    "night", [("America/New_York", "2026-11-01T06:00")], indirect=True, ids=["as reported"]
)
async def test_the_night_that_was_reported(
    hass: HomeAssistant, night: Night, hass_client: ClientSessionGenerator
) -> None:
    """2026.10.4, half-hour programmes, clock at 04:00Z: a day's view, and the action."""
    client = await hass_client()
    span = {"start": "2026-11-01T00:00:00-04:00", "end": "2026-11-02T00:00:00-05:00"}
    response = await client.get(f"/api/calendars/{EAST}", params=span)
    assert response.status == HTTPStatus.OK
    events = await response.json()
    assert len(events) == 50
    ends = {item["start"]["dateTime"]: item["end"]["dateTime"] for item in events}
    assert ends["2026-11-01T01:30:00-04:00"] == "2026-11-01T01:00:00-05:00"


async def test_sensors_and_calendar(
    hass: HomeAssistant,
    night: Night,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for at in night.moments():
        await move_clock(hass, freezer, at)
        assert state_of(hass, NOW_PLAYING).state == night.title(at)
        assert state_of(hass, NOW_PLAYING).attributes["start"] == night.start(at)
        assert state_of(hass, UP_NEXT).state == night.title(at + SLOT)
        calendar = state_of(hass, EAST)
        assert calendar.state == STATE_ON, night.local(at)
        assert calendar.attributes["message"] == night.title(at)
        shown = night.local(night.start(at)), night.local(night.start(at) + SLOT)
        assert (calendar.attributes["start_time"], calendar.attributes["end_time"]) == tuple(
            f"{time:%Y-%m-%d %H:%M:%S}" for time in shown
        )
    assert "Unexpected error" not in caplog.text
    assert "Failed to validate" not in caplog.text


async def test_calendar_action_and_page(
    hass: HomeAssistant, night: Night, hass_client: ClientSessionGenerator
) -> None:
    client = await hass_client()
    for at in night.moments():
        for length in (QUARTER, SLOT, timedelta(hours=1), timedelta(hours=3)):
            wanted = [
                night.local(night.first + SLOT * index).isoformat()
                for index in range(night.index(at), -((at + length - night.first) // -SLOT))
            ]
            start, end = night.local(at).isoformat(), night.local(at + length).isoformat()
            answer: Any = await hass.services.async_call(
                "calendar",
                "get_events",
                # Home Assistant compares the wall clocks of what it is given in its own zone.
                {
                    "entity_id": EAST,
                    "start_date_time": at.isoformat(),
                    "end_date_time": (at + length).isoformat(),
                },
                blocking=True,
                return_response=True,
            )
            assert [item["start"] for item in answer[EAST]["events"]] == wanted
            response = await client.get(
                f"/api/calendars/{EAST}", params={"start": start, "end": end}
            )
            assert response.status == HTTPStatus.OK
            assert [item["start"]["dateTime"] for item in await response.json()] == wanted


async def test_what_is_followed(
    hass: HomeAssistant, night: Night, freezer: FrozenDateTimeFactory
) -> None:
    for at in night.moments():
        await hass.services.async_call(DOMAIN, "follow", {"title": night.title(at)}, blocking=True)
    *moments, _last = night.moments()
    for at in moments:
        await move_clock(hass, freezer, at)
        calendar = state_of(hass, FOLLOWED)
        assert (calendar.state, calendar.attributes["message"]) == (STATE_ON, night.title(at))
        begun = calendar.attributes["start_time"]
        assert begun == f"{night.local(night.start(at)):%Y-%m-%d %H:%M:%S}"
        span = {"start_date_time": at.isoformat(), "end_date_time": (at + SLOT).isoformat()}
        answer: Any = await hass.services.async_call(
            "calendar",
            "get_events",
            {"entity_id": FOLLOWED, **span},
            blocking=True,
            return_response=True,
        )
        shown = {item["start"]: item["end"] for item in answer[FOLLOWED]["events"]}
        first = night.start(at)
        assert shown[night.local(first).isoformat()] == night.local(first + SLOT).isoformat()


async def test_calendar_subscription(
    hass: HomeAssistant, night: Night, hass_ws_client: WebSocketGenerator
) -> None:
    socket = await hass_ws_client(hass)
    start, end = night.change - AROUND, night.change + AROUND
    await socket.send_json_auto_id(
        {
            "type": "calendar/event/subscribe",
            "entity_id": EAST,
            "start": start.isoformat(),
            "end": end.isoformat(),
        }
    )
    assert (await socket.receive_json())["success"]
    events = (await event(socket))["events"]
    assert [(item["start"], item["end"]) for item in events] == [
        (
            night.local(start + SLOT * index).isoformat(),
            night.local(start + SLOT * (index + 1)).isoformat(),
        )
        for index in range(6)
    ]


@pytest.mark.parametrize("what", ["start", "end"])
async def test_calendar_triggers(
    hass: HomeAssistant, night: Night, freezer: FrozenDateTimeFactory, what: str
) -> None:
    """Each programme sets off an automation once, in the hour that comes twice too."""
    calls = async_mock_service(hass, "test", "automation")
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "triggers": {"trigger": "calendar", "entity_id": EAST, "event": what},
                "actions": {
                    "action": "test.automation",
                    "data": {"title": "{{ trigger.calendar_event.summary }}"},
                },
                "mode": "queued",
            }
        },
    )
    await hass.async_block_till_done()
    for at in night.moments():
        await move_clock(hass, freezer, at + timedelta(milliseconds=1))
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)
    titles = [call.data["title"] for call in calls]
    back = timedelta() if what == "start" else SLOT
    wanted = [
        night.title(at - back)
        for at in night.moments()
        if at == night.start(at) and at > night.change - AROUND
    ]
    assert [
        title for title in titles if title != night.title(night.change - AROUND - back)
    ] == wanted


async def test_get_guide(hass: HomeAssistant, night: Night) -> None:
    for at in night.moments():
        for length in (QUARTER, timedelta(hours=1)):
            answer: Any = await hass.services.async_call(
                DOMAIN,
                "get_guide",
                {
                    "channel": "1",
                    "from": night.local(at).isoformat(),
                    "to": night.local(at + length).isoformat(),
                },
                blocking=True,
                return_response=True,
            )
            (channel,) = answer["channels"]
            shown = [item["title"] for item in channel["programmes"]]
            assert shown == [
                f"Show 1-{index}"
                for index in range(night.index(at), -((at + length - night.first) // -SLOT))
            ]
            assert answer["from"] == night.local(at).isoformat()
            assert channel["programmes"][0]["start"] == night.local(night.start(at)).isoformat()


async def test_panel(
    hass: HomeAssistant,
    night: Night,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
) -> None:
    socket = await hass_ws_client(hass)
    for at in night.moments():
        await move_clock(hass, freezer, at)
        seconds = int(at.timestamp())
        subscribed = await ask(socket, "overview/subscribe")
        assert subscribed["success"]
        east = (await event(socket))["channels"][0]
        await socket.send_json_auto_id(
            {"type": "unsubscribe_events", "subscription": subscribed["id"]}
        )
        assert (await socket.receive_json())["success"]
        assert (east["now"]["title"], east["next"]["title"]) == (
            night.title(at),
            night.title(at + SLOT),
        )
        answer = await ask(socket, "guide", **{"from": seconds, "to": seconds + 3600})
        rows = answer["result"]["rows"]["1"]
        assert rows[0][:3] == [
            int(night.start(at).timestamp()),
            int((night.start(at) + SLOT).timestamp()),
            night.title(at),
        ]
        assert len(rows) == (2 if at == night.start(at) else 3)
        answer = await ask(socket, "guide/programme", channel=1, start=seconds)
        assert answer["result"]["title"] == night.title(at)
        answer = await ask(socket, "guide/search", query="show", limit=1)
        assert answer["result"]["results"][0][3].endswith(f"-{night.index(at)}")


async def test_media_browser(
    hass: HomeAssistant, night: Night, freezer: FrozenDateTimeFactory
) -> None:
    assert await async_setup_component(hass, "media_source", {})
    for at in night.moments():
        await move_clock(hass, freezer, at)
        root = await async_browse_media(hass, f"media-source://{DOMAIN}")
        assert root.children
        assert root.children[0].title.startswith(f"Toonami Aftermath East: {night.title(at)} · ")
        assert root.children[0].title.endswith(f" {night.title(at + SLOT)}")


async def test_assist(hass: HomeAssistant, night: Night, freezer: FrozenDateTimeFactory) -> None:
    assert await async_setup_component(hass, "intent", {})
    for at in night.moments():
        await move_clock(hass, freezer, at)
        slots = {"channel": {"value": "toonami aftermath east"}}
        said = []
        for kind in ("ToonamiDownlinkWhatsOn", "ToonamiDownlinkWhatsNext"):
            answer = await intent.async_handle(hass, DOMAIN, kind, slots)
            said.append(answer.speech["plain"]["speech"])
        until = f"{night.local(night.start(at) + SLOT):%I:%M %p}".removeprefix("0")
        assert said[0].startswith(night.title(at))
        assert said[0].endswith(f"until {until}.")
        assert said[1].startswith(night.title(at + SLOT))
        assert f"at {until}" in said[1]
