"""The websocket commands about what is on again, and about what was on."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket

from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.airings import Airings
from custom_components.toonami_downlink.engine.downlink.models import Feed, Programme
from custom_components.toonami_downlink.panel import programmes
from custom_components.toonami_downlink.panel.payloads import overview
from tests.night import by_night

from .factories import MIDNIGHT, SLOT, make_feed
from .harness import move_clock
from .panel_client import DAY, START, ask

NOON_AT = START + DAY // 2
HOUR = 3600


def show(coordinator: DownlinkCoordinator, feed: Feed) -> None:
    """Let a feed be the published one, as a refresh would."""
    assert coordinator.data is not None
    coordinator.data.feed = feed
    coordinator.data.airings = Airings(feed)


def same_every_half_hour(count: int) -> Feed:
    """One episode on East, again and again from midnight on, and on none of the others."""
    one = Programme(start=MIDNIGHT, stop=MIDNIGHT + SLOT, title="Trigun", season=1, episode=5)
    east = tuple(
        replace(one, start=one.start + SLOT * n, stop=one.stop + SLOT * n) for n in range(count)
    )
    feed = make_feed()
    guide = {channel.key: () for channel in feed.channels} | {"snick_east": (), "mtv97": east}
    return replace(feed, guide=guide)


async def test_on_again(
    socket: MockHAClientWebSocket, panel_coordinator: DownlinkCoordinator
) -> None:
    show(panel_coordinator, make_feed())
    answer = await ask(socket, "airings", channel=1, start=NOON_AT)
    # Each channel has shows of its own: only the line-up knows of West.
    assert answer["result"] == {
        "also": [],
        "more": False,
        "last": None,
        "month": 0,
        "show": {"last": None, "month": 0},
    }
    feed = make_feed()
    guide = {**feed.guide, "toonami_west": ()}
    show(panel_coordinator, replace(feed, guide=guide))
    answer = await ask(socket, "airings", channel=1, start=NOON_AT + 60)
    assert answer["result"]["also"] == [
        {"channel": 2, "start": NOON_AT + 3 * HOUR, "stop": NOON_AT + 7 * HOUR // 2, "about": True}
    ]


async def test_was_on(
    hass: HomeAssistant,
    socket: MockHAClientWebSocket,
    panel_coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    show(panel_coordinator, same_every_half_hour(48))
    await panel_coordinator.async_freeze()
    answer = await ask(socket, "airings", channel=5, start=NOON_AT)
    last = {"channel": 5, "start": NOON_AT - 1800, "stop": NOON_AT, "planned": True}
    assert answer["result"]["last"] == last
    assert answer["result"]["month"] == 24
    assert answer["result"]["show"] == {"last": last, "month": 24}
    assert [one["start"] for one in answer["result"]["also"]] == [
        NOON_AT + 1800 * n for n in range(1, programmes.MAX_ALSO + 1)
    ]
    assert answer["result"]["more"] is True
    # What is over has a past and a future of its own.
    answer = await ask(socket, "airings", channel=5, start=START)
    assert answer["result"]["last"] is None
    assert answer["result"]["also"][0]["start"] == NOON_AT + 1800


async def test_limit_of_what_is_on_again(
    socket: MockHAClientWebSocket, panel_coordinator: DownlinkCoordinator
) -> None:
    show(panel_coordinator, same_every_half_hour(25 + programmes.MAX_ALSO))
    answer = await ask(socket, "airings", channel=5, start=NOON_AT)
    assert len(answer["result"]["also"]) == programmes.MAX_ALSO
    assert answer["result"]["more"] is False


async def test_month_is_that_of_the_house(
    hass: HomeAssistant,
    socket: MockHAClientWebSocket,
    panel_coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    show(panel_coordinator, same_every_half_hour(48))
    await panel_coordinator.async_freeze()
    # In New York the next month begins at 05:00 UTC.
    await hass.config.async_set_time_zone("America/New_York")
    await move_clock(hass, freezer, MIDNIGHT.replace(month=12, day=1, hour=4, minute=59))
    answer = await ask(socket, "airings", channel=5, start=START)
    assert answer["result"]["month"] == 48
    await move_clock(hass, freezer, MIDNIGHT.replace(month=12, day=1, hour=5))
    answer = await ask(socket, "airings", channel=5, start=START)
    assert answer["result"]["month"] == 0


async def test_past(socket: MockHAClientWebSocket, panel_coordinator: DownlinkCoordinator) -> None:
    tomorrow = make_feed(MIDNIGHT + timedelta(days=1))
    show(panel_coordinator, tomorrow)
    span = {"from": START + 23 * HOUR, "to": START + DAY + HOUR}
    rows = (await ask(socket, "guide", **span))["result"]["rows"]
    assert list(rows) == ["1", "2", "3", "4", "5", "6", "7"]
    # What ended before the guide begins is remembered, and then comes the guide.
    begins = [one.start for one in tomorrow.guide["toonami_east"][:2]]
    assert [one[0] for one in rows["1"]][-2:] == [int(one.timestamp()) for one in begins]
    span = {"from": START + 60, "to": START + 1860}
    rows = (await ask(socket, "guide", **span, channels=[1]))["result"]["rows"]
    assert rows == {
        "1": [
            [START, START + 1800, "Show 1-0", "Part 0", 2, 1, 0],
            [START + 1800, START + 3600, "Show 1-1", "Part 1", 2, 2, 0],
        ]
    }


async def test_since_when_it_is_remembered(
    socket: MockHAClientWebSocket, panel_coordinator: DownlinkCoordinator
) -> None:
    feed = make_feed(MIDNIGHT + timedelta(days=2))
    show(panel_coordinator, feed)
    guide = overview(panel_coordinator)["guide"]
    assert guide["since"] == START
    assert guide["from"] == START + 2 * DAY
    panel_coordinator.aired.begins = None
    guide = overview(panel_coordinator)["guide"]
    assert guide["since"] == guide["from"] == START + 2 * DAY


async def test_programme_that_has_left_the_feed(
    socket: MockHAClientWebSocket, panel_coordinator: DownlinkCoordinator
) -> None:
    show(panel_coordinator, make_feed(MIDNIGHT + timedelta(days=2)))
    answer = await ask(socket, "guide/programme", channel=1, start=START + 1)
    assert answer["result"]["title"] == "Show 1-0"
    assert answer["result"]["description"] == "What happens in part 0."
    answer = await ask(socket, "airings", channel=1, start=START + 1)
    assert answer["success"]
    for command in ("guide/programme", "airings"):
        answer = await ask(socket, command, channel=1, start=START - 1)
        assert answer["error"]["code"] == "not_found"
        answer = await ask(socket, command, channel=99, start=START)
        assert answer["error"]["code"] == "not_found"


async def test_search(
    socket: MockHAClientWebSocket, panel_coordinator: DownlinkCoordinator
) -> None:
    answer = await ask(socket, "past/search", query="SHOW 1 part", limit=2)
    assert [(row[0], row[3]) for row in answer["result"]["results"]] == [
        (1, "Show 1-23"),
        (1, "Show 1-22"),
    ]
    feed = make_feed()
    show(panel_coordinator, replace(feed, channels=feed.channels[1:]))
    answer = await ask(socket, "past/search", query="show 1-23")
    assert all(row[0] != 1 for row in answer["result"]["results"])


@pytest.mark.parametrize(
    ("command", "fields", "code"),
    by_night(
        [
            ("past/search", {"query": ""}, "invalid_format"),
            ("past/search", {"query": "a" * 101}, "invalid_format"),
            ("past/search", {"query": "a", "limit": 101}, "invalid_format"),
            ("past/search", {"query": "a", "limit": 0}, "invalid_format"),
            ("airings", {"channel": 1}, "invalid_format"),
            ("airings", {"channel": "1", "start": START}, "invalid_format"),
            ("airings", {"channel": 2**31, "start": START}, "invalid_format"),
        ],
        keep=[
            ("past/search", {"query": "a" * 101}, "invalid_format"),
            ("airings", {"channel": 2**31, "start": START}, "invalid_format"),
        ],
    ),
)
async def test_refused(
    socket: MockHAClientWebSocket, command: str, fields: dict[str, Any], code: str
) -> None:
    assert (await ask(socket, command, **fields))["error"]["code"] == code


async def test_limits_are_just_met(socket: MockHAClientWebSocket) -> None:
    assert (await ask(socket, "past/search", query="a" * 100, limit=100))["success"]


@pytest.mark.parametrize(("limit", "is_answered"), [(48, True), (47, False)])
async def test_most_rows_of_the_past(
    socket: MockHAClientWebSocket,
    panel_coordinator: DownlinkCoordinator,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
    is_answered: bool,
) -> None:
    monkeypatch.setattr(programmes, "MAX_ROWS", limit)
    show(panel_coordinator, make_feed(MIDNIGHT + timedelta(days=1)))
    answer = await ask(socket, "guide", **{"from": START, "to": START + 6 * HOUR})
    assert answer["success"] is is_answered
    if not is_answered:
        assert answer["error"]["code"] == "too_many_rows"


async def test_without_a_feed(
    hass: HomeAssistant, socket: MockHAClientWebSocket, panel_coordinator: DownlinkCoordinator
) -> None:
    asked = (
        ("airings", {"channel": 1, "start": START}),
        ("past/search", {"query": "a"}),
        ("guide/programme", {"channel": 1, "start": START}),
    )
    panel_coordinator.data = None
    for command, fields in asked:
        assert (await ask(socket, command, **fields))["error"]["code"] == "no_feed"
    assert await hass.config_entries.async_unload(panel_coordinator.config_entry.entry_id)
    for command, fields in asked:
        assert (await ask(socket, command, **fields))["error"]["code"] == "not_loaded"
