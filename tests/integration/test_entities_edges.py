"""The edges of entities, dialogs, actions and diagnostics: limits are tried from both sides."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import (
    EVENT_DATA_ENTRY_FLOW_PROGRESS_UPDATE,
    FlowResultType,
    section,
)
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.selector import NumberSelector
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.toonami_downlink import config_flow, diagnostics, system_health
from custom_components.toonami_downlink.calendar import MAX_OTHERS, RecordingsCalendar
from custom_components.toonami_downlink.const import (
    DEFAULT_API_URL,
    DOMAIN,
    MAX_NOTIFY,
    PANEL_WATCH_TTL,
    SILENT_BEFORE_REPAIR,
    STREAM_URL_TTL,
    WATCH_TOKEN_TTL,
)
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.diagnostics import async_get_config_entry_diagnostics
from custom_components.toonami_downlink.engine.downlink.errors import UsageError
from custom_components.toonami_downlink.engine.downlink.follows import FollowKind
from custom_components.toonami_downlink.engine.downlink.models import (
    Cause,
    Progress,
    RefreshRecord,
    Stage,
)
from custom_components.toonami_downlink.engine.downlink.recording import model as recording_model
from custom_components.toonami_downlink.following.follows import async_follows
from custom_components.toonami_downlink.recording.manager import Space
from custom_components.toonami_downlink.refreshing.issues import USE_THE_RELAY
from custom_components.toonami_downlink.sensor import RECORDINGS_SPACE, RecordingsSpaceSensor
from custom_components.toonami_downlink.services import MAX_ALSO
from custom_components.toonami_downlink.storage.settings import Settings
from custom_components.toonami_downlink.storage.state import State

from .factories import (
    MIDNIGHT,
    NOON,
    SLOT,
    make_entry,
    make_feed,
    make_feed_with,
    write_provider_files,
)
from .harness import setup_integration, state_of
from .recorded import make_recording

pytestmark = pytest.mark.nightly

LIST = "todo.toonami_downlink_follow"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def recordings_with(**values: Any) -> Any:
    """Make something that answers as the recordings do, with these values."""
    return SimpleNamespace(**values)


def test_times_and_numbers_that_people_are_told() -> None:
    assert (STREAM_URL_TTL, PANEL_WATCH_TTL, WATCH_TOKEN_TTL) == (MINUTE, 6 * HOUR, DAY)
    assert SILENT_BEFORE_REPAIR == 10 * MINUTE
    assert (MAX_NOTIFY, MAX_ALSO, MAX_OTHERS) == (20, 10, 20)
    usual = Settings.from_mappings({}, {})
    assert (usual.past_days, usual.lead_minutes) == (1, 10)


# Entities


@pytest.mark.usefixtures("coordinator")
async def test_a_device_says_what_kind_of_channel_it_is(device_registry: dr.DeviceRegistry) -> None:
    devices = dr.async_entries_for_config_entry(device_registry, "home")
    models = {one.name: one.model for one in devices}
    assert models["Toonami Aftermath Radio"] == "Radio channel"
    assert models["Movies"] == models["MTV97"] == "Television channel"


@pytest.mark.parametrize("length", [255, 256])
async def test_a_title_is_cut_to_what_a_state_can_hold(
    hass: HomeAssistant, folder: Path, length: int
) -> None:
    shows = ("y" * length, timedelta()), ("x" * length, HOUR)
    write_provider_files(folder, make_feed_with(*shows))
    await setup_integration(hass, make_entry(folder))
    follows = async_follows(hass)
    assert follows
    await follows.async_add(FollowKind.SHOW, "x" * length)
    names = (
        *("toonami_aftermath_east_now_playing", "toonami_aftermath_east_up_next"),
        "toonami_downlink_next_followed",
    )
    shown = [state_of(hass, f"sensor.{name}").state for name in names]
    assert shown == ["y" * 255, "x" * 255, "x" * 255]


async def test_two_presses_are_one_refresh(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    target = {"entity_id": "button.toonami_downlink_refresh"}
    presses = (hass.services.async_call("button", "press", target, blocking=True) for _ in range(2))
    await asyncio.gather(*presses)
    assert [record.cause for record in coordinator.history] == [Cause.START, Cause.BUTTON]


@pytest.mark.usefixtures("coordinator")
async def test_a_line_names_its_channel_while_nothing_is_to_come(hass: HomeAssistant) -> None:
    follows = async_follows(hass)
    assert follows
    await follows.async_add(FollowKind.WORDS, "opera", "movies")
    answer: Any = await hass.services.async_call(
        "todo", "get_items", {"entity_id": LIST}, blocking=True, return_response=True
    )
    (line,) = answer[LIST]["items"]
    assert (line["summary"], line["description"]) == ("opera", "Movies")


async def test_space_is_shown_in_tenths(coordinator: DownlinkCoordinator) -> None:
    space = Space(
        folder=Path("/media"),
        used=2_350_000_000,
        quota=50_000_000_000,
        free=7_251_000_000,
        warning=None,
    )
    sensor = RecordingsSpaceSensor(coordinator, RECORDINGS_SPACE, recordings_with(space=space))
    # One byte more in a gigabyte, and it would be 2.3.
    assert sensor.native_value == 2.4
    assert sensor.extra_state_attributes == {"quota": 50.0, "free": 7.3}
    assert RECORDINGS_SPACE.suggested_display_precision == 1


async def test_recordings_of_a_span_to_the_second(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    held = make_recording(start=NOON, stop=NOON + SLOT)
    calendar = RecordingsCalendar(coordinator, recordings_with(items=(held,)))
    for start, stop, count in (
        (NOON - SLOT, NOON, 0),
        (NOON - SLOT, NOON + SECOND, 1),
        (NOON + SLOT - SECOND, NOON + 2 * SLOT, 1),
        (NOON + SLOT, NOON + 2 * SLOT, 0),
    ):
        assert len(await calendar.async_get_events(hass, start, stop)) == count, (start, stop)


async def test_a_recording_is_the_event_up_to_its_end(
    coordinator: DownlinkCoordinator, freezer: FrozenDateTimeFactory
) -> None:
    planned = recording_model.State.PLANNED
    first = make_recording(start=NOON, stop=NOON + SLOT, state=planned)
    second = make_recording(identity="1" * 16, number=2, start=NOON + 2 * SLOT, state=planned)
    calendar = RecordingsCalendar(coordinator, recordings_with(items=(second, first)))
    for moment, shown in (
        (NOON + SLOT - SECOND, first.identity),
        (NOON + SLOT, second.identity),
        (NOON + 3 * SLOT, None),
    ):
        freezer.move_to(moment)
        event = calendar.event
        assert (event.uid if event else None) == shown


async def test_answers_about_eight_spans_are_kept(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    calendar: Any = next(
        one
        for one in hass.data[DATA_COMPONENT].entities
        if one.entity_id == "calendar.toonami_aftermath_east_guide"
    )
    kept = []
    for minutes in range(20):
        start = MIDNIGHT + minutes * MINUTE
        await calendar.async_get_events(hass, start, start + SLOT)
        kept.append(len(calendar._answers))  # noqa: SLF001  # nothing else shows it
    assert kept == [*range(1, 9), *range(1, 9), *range(1, 5)]


# Dialogs


def numbers(schema: Any) -> dict[str, tuple[float, float, float, str | None]]:
    """Return the limits, the step and the unit of each number that a form asks for."""
    found: dict[str, tuple[float, float, float, str | None]] = {}
    for key, field in schema.schema.items():
        if isinstance(field, section):
            found |= numbers(field.schema)
            continue
        for one in getattr(field, "validators", ()):
            if isinstance(one, NumberSelector):
                asked: Any = one.config
                unit = asked.get("unit_of_measurement")
                found[str(key)] = (asked["min"], asked["max"], asked["step"], unit)
    return found


async def test_limits_of_all_numbers(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: DownlinkCoordinator
) -> None:
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert numbers(result["data_schema"]) == {
        "max_channels": (1, 32, 1, None),
        "pause_minutes": (0, 240, 1, "min"),
        "guide_days": (1, 14, 1, "d"),
        "past_days": (0, 14, 1, "d"),
        "lead_minutes": (1, 120, 1, "min"),
        "recordings_gb": (1, 100_000, 1, "GB"),
        "recordings_days": (0, 3650, 1, "d"),
        "padding_before": (0, 60, 1, "min"),
        "padding_after": (0, 60, 1, "min"),
        "provider_timeout": (30, 3600, 1, "s"),
        "stale_hours": (1, 720, 1, "h"),
    }


@pytest.mark.parametrize(
    "url", ["http://", "https://:443/", "http://127.0.0.1:0", "http://127.0.0.1:65536", "//a"]
)
async def test_addresses_that_name_no_server(hass: HomeAssistant, url: str) -> None:
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    given = {"advanced": {"provider": "bundled", "api_url": url, "verify_tls": True}}
    result = await flow.async_configure(result["flow_id"], given)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": "usage"})


async def test_how_far_the_first_refresh_is(
    hass: HomeAssistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = (
        Progress(Stage.PROVIDER),
        Progress(Stage.GUIDE, 1, 4),
        Progress(Stage.CHECK, 3),
        Progress(Stage.PUBLISH, 9, 4),
    )

    async def refresh(*arguments: Any, **_: object) -> None:
        for step in steps:
            arguments[4](step)
        raise UsageError("enough")

    monkeypatch.setattr(config_flow, "async_refresh_once", refresh)
    shown = async_capture_events(hass, EVENT_DATA_ENTRY_FLOW_PROGRESS_UPDATE)
    flow = hass.config_entries.flow
    result = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    given = {"advanced": {"provider": "folder", "provider_folder": str(folder)}}
    result = await flow.async_configure(result["flow_id"], given)
    await hass.async_block_till_done()
    result = await flow.async_configure(result["flow_id"])
    assert result["errors"] == {"base": "usage"}
    sevenths = [7 * event.data["progress"] for event in shown]
    assert sevenths == pytest.approx([0, 3.25, 5, 7])


# What is told of it all


async def test_issues_of_others_and_old_ones_are_not_told(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: DownlinkCoordinator
) -> None:
    registry = ir.async_get(hass)
    known = registry.issues[DOMAIN, USE_THE_RELAY]
    registry.issues["other", "theirs"] = replace(known, domain="other", issue_id="theirs")
    registry.issues[DOMAIN, "old"] = replace(known, issue_id="old", active=False)
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["issues"] == [USE_THE_RELAY]


async def test_the_last_twenty_refreshes_are_told(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: DownlinkCoordinator
) -> None:
    state = State.shared(hass)
    assert state
    for failures in range(1, 31):
        state.remember(
            RefreshRecord(
                started=NOON, finished=NOON, cause=Cause.PANEL, error="usage", failures=failures
            )
        )
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert [record["failures"] for record in found["history"]] == list(range(30, 10, -1))


@pytest.mark.parametrize("warning", [None, "It is where backups look."])
async def test_diagnostics_say_whether_something_speaks_against_the_folder(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    coordinator: DownlinkCoordinator,
    monkeypatch: pytest.MonkeyPatch,
    warning: str | None,
) -> None:
    space = Space(folder=Path("/media"), used=1, quota=2, free=3, warning=warning)
    recordings = recordings_with(
        is_on=True, items=(), rules=(), conflicts=(), trouble=None, space=space
    )
    monkeypatch.setattr(diagnostics, "async_recordings", lambda _hass: recordings)
    told = (await async_get_config_entry_diagnostics(hass, entry))["recordings"]
    assert told["warned"] is (warning is not None)
    assert (told["used"], told["quota"], told["free"]) == (1, 2, 3)
    assert "backups" not in str(told)


async def test_system_health_without_a_feed_asks_once_and_not_for_long(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Mock(get=Mock(return_value=nullcontext()))
    monkeypatch.setattr(system_health, "async_get_clientsession", lambda _hass: session)
    registration = Mock()
    system_health.async_register(hass, registration)
    report, _link = registration.async_register_info.call_args.args
    coordinator.data = None
    lines = await report(hass)
    assert await lines.pop("upstream") == "ok"
    assert (lines["channels"], lines["programmes"], lines["guide_until"]) == (0, 0, None)
    asked = session.get.call_args
    assert asked.args == (DEFAULT_API_URL,)
    assert asked.kwargs["timeout"].total == 5
    assert asked.kwargs["allow_redirects"] is False
    assert asked.kwargs["headers"]["User-Agent"].startswith("ToonamiDownlink")


# Actions


async def get_guide(hass: HomeAssistant, **data: Any) -> tuple[list[str], bool]:
    """Return the titles on the first channel, and whether there are more."""
    answer: Any = await hass.services.async_call(
        DOMAIN, "get_guide", {"channel": "1", **data}, blocking=True, return_response=True
    )
    (east,) = answer["channels"]
    return [one["title"] for one in east["programmes"]], answer["truncated"]


async def test_a_search_of_the_past_goes_on_beyond_the_limit(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    assert await get_guide(hass, limit=1) == (["Show 1-24"], True)
    later = MIDNIGHT + 3 * DAY
    write_provider_files(folder, make_feed(later, show="Other"))
    freezer.move_to(later)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    span = {"from": MIDNIGHT.isoformat(), "to": later.isoformat()}
    assert await get_guide(hass, search="1-50", limit=1, **span) == (["Show 1-50"], False)


async def test_five_hundred_programmes_where_no_limit_is_given(
    hass: HomeAssistant, folder: Path
) -> None:
    write_provider_files(folder, make_feed(hours=15 * 24))
    await setup_integration(hass, make_entry(folder, guide_days=14))
    titles, is_truncated = await get_guide(hass, to=(MIDNIGHT + 14 * DAY).isoformat())
    assert (len(titles), titles[-1], is_truncated) == (500, "Show 1-523", True)
