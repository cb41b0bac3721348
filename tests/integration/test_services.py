"""The actions: what they take, what they answer, and how they refuse."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

import custom_components.toonami_downlink as integration
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.airings import Airings
from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN
from custom_components.toonami_downlink.engine.downlink.models import Cause, Programme
from custom_components.toonami_downlink.services import MAX_ALSO

from .factories import (
    FAILING_COMMAND,
    MIDNIGHT,
    NOON,
    SLOT,
    make_entry,
    make_feed,
    write_provider_files,
)
from .harness import set_provider_command, setup_integration


async def get_guide(hass: HomeAssistant, **data: Any) -> dict[str, Any]:
    answer = await hass.services.async_call(
        DOMAIN, "get_guide", data, blocking=True, return_response=True
    )
    assert answer is not None
    return dict(answer)


def titles(answer: dict[str, Any]) -> dict[int, list[str]]:
    return {
        channel["number"]: [programme["title"] for programme in channel["programmes"]]
        for channel in answer["channels"]
    }


async def test_refresh(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
    answer = await hass.services.async_call(DOMAIN, "refresh", blocking=True)
    assert answer is None
    assert len(coordinator.history) == 2
    answer = await hass.services.async_call(DOMAIN, "refresh", blocking=True, return_response=True)
    assert answer is not None
    assert coordinator.last_record is not None
    assert coordinator.last_record.cause is Cause.SERVICE
    assert answer["cause"] == "service"
    assert answer["error"] is None
    assert isinstance(answer["report"], dict)
    assert answer["report"]["channels"] == 7
    assert answer["report"]["programmes"] == 4 * 2 * 48


async def test_refresh_in_vain(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
    set_provider_command(hass, coordinator, FAILING_COMMAND)
    with pytest.raises(HomeAssistantError) as raised:
        await hass.services.async_call(DOMAIN, "refresh", blocking=True, return_response=True)
    assert raised.value.translation_domain == DOMAIN
    assert raised.value.translation_key == "provider_failed"
    assert str(raised.value) == "The provider failed: python ended with exit code 1."


@pytest.mark.usefixtures("coordinator")
async def test_guide_of_the_next_day(hass: HomeAssistant) -> None:
    answer = await get_guide(hass)
    assert answer["from"] == "2026-11-24T12:00:00+00:00"
    assert answer["to"] == "2026-11-25T12:00:00+00:00"
    assert answer["truncated"] is False
    assert [channel["key"] for channel in answer["channels"]] == [known.key for known in KNOWN]
    shown = titles(answer)
    assert shown[1] == [f"Show 1-{index}" for index in range(24, 72)]
    assert shown[5] == shown[6] == shown[7] == []
    assert answer["channels"][0]["programmes"][0] == {
        "start": "2026-11-24T12:00:00+00:00",
        "stop": "2026-11-24T12:30:00+00:00",
        "title": "Show 1-24",
        "episode_title": "Part 24",
        "season": 2,
        "episode": 25,
        "description": "What happens in part 24.",
        "category": ["Animation", "Series"],
        "rating": "TV-Y7",
        "year": 1999,
        "image": "https://images.example.com/24.png",
        "link": f"/toonami-downlink/guide/1/{int(NOON.timestamp())}",
        "also": [],
    }


async def test_guide_of_the_past(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It goes back behind the feed, as far as the log does."""
    later = MIDNIGHT + timedelta(days=3)
    write_provider_files(folder, make_feed(later, show="Other"))
    freezer.move_to(later)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    span = {"from": "2026-11-24 23:15:00", "to": "2026-11-25 00:45:00"}
    answer = await get_guide(hass, channel="1", **span)
    assert titles(answer) == {1: ["Show 1-46", "Show 1-47", "Show 1-48", "Show 1-49"]}
    answer = await get_guide(hass, channel=["1", "2"], limit=3, **span)
    assert titles(answer) == {1: ["Show 1-46", "Show 1-47", "Show 1-48"], 2: []}
    assert answer["truncated"]
    answer = await get_guide(
        hass, channel="1", search="1-95", **{"from": "2026-01-01", "to": "2026-12-31"}
    )
    assert titles(answer) == {1: ["Show 1-95", "Other 1-95"]}
    assert not answer["truncated"]


async def test_also(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
    assert coordinator.data is not None
    one = Programme(start=NOON, stop=NOON + SLOT, title="Trigun", episode=5)
    hours = [timedelta(hours=hour) for hour in range(24)]
    feed = coordinator.data.feed
    guide = {
        **dict.fromkeys(feed.guide, ()),
        "toonami_east": tuple(
            replace(one, start=NOON + hour, stop=NOON + hour + SLOT) for hour in hours
        ),
        "snick_east": (replace(one, start=NOON + SLOT, stop=NOON + 2 * SLOT),),
    }
    coordinator.data.feed = replace(feed, guide=guide)
    coordinator.data.airings = Airings(coordinator.data.feed)
    answer = await get_guide(hass, channel="1")
    first = answer["channels"][0]["programmes"][0]
    assert first["also"][:4] == [
        {
            "channel": "Snickelodeon East",
            "start": "2026-11-24T12:30:00+00:00",
            "stop": "2026-11-24T13:00:00+00:00",
        },
        *(
            {
                "channel": "Toonami Aftermath East",
                "start": f"2026-11-24T{hour}:00:00+00:00",
                "stop": f"2026-11-24T{hour}:30:00+00:00",
            }
            for hour in (13, 14, 15)
        ),
    ]
    assert first["also"][4] == {
        "channel": "Toonami Aftermath West",
        "start": "2026-11-24T15:00:00+00:00",
        "stop": "2026-11-24T15:30:00+00:00",
        "about": True,
    }
    assert len(first["also"]) == MAX_ALSO
    last = answer["channels"][0]["programmes"][-1]
    assert all(each["start"] > "2026-11-24T12" for each in last["also"])


@pytest.mark.parametrize(("limit", "is_truncated"), [(24, True), (25, False)])
async def test_a_past_that_is_too_long_says_so(
    hass: HomeAssistant,
    coordinator: DownlinkCoordinator,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
    is_truncated: bool,
) -> None:
    assert coordinator.data is not None
    feed = coordinator.data.feed
    coordinator.data.feed = replace(feed, made=NOON, guide=dict.fromkeys(feed.guide, ()))
    monkeypatch.setattr("custom_components.toonami_downlink.services.MAX_AIRED", limit)
    answer = await get_guide(
        hass, channel="1", search="show", **{"from": "2026-01-01", "to": "2026-12-31"}
    )
    assert answer["truncated"] is is_truncated


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        pytest.param("3", [3], id="number"),
        pytest.param(4, [4], id="number as such"),
        pytest.param("toonami_west", [2], id="key"),
        pytest.param("snick-east.toonamiaftermath.com", [3], id="XMLTV id"),
        pytest.param("toonami  aftermath: EAST", [1], id="name"),
        pytest.param("Snickelodeon EST", [3], id="other name"),
        pytest.param(["7", "radio", "2"], [2, 7], id="several, one twice"),
        pytest.param([], [1, 2, 3, 4, 5, 6, 7], id="none chosen"),
    ],
)
async def test_guide_of_channels(hass: HomeAssistant, wanted: Any, numbers: list[int]) -> None:
    assert list(titles(await get_guide(hass, channel=wanted))) == numbers


@pytest.mark.usefixtures("coordinator")
async def test_guide_between(hass: HomeAssistant) -> None:
    answer = await get_guide(
        hass, channel="1", **{"from": "2026-11-25 00:15:00", "to": "2026-11-25T01:00:00+00:00"}
    )
    assert titles(answer) == {1: ["Show 1-48", "Show 1-49"]}


@pytest.mark.usefixtures("coordinator")
async def test_times_without_a_zone_are_local(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("America/New_York")
    answer = await get_guide(
        hass, channel="1", **{"from": "2026-11-24 20:00:00", "to": "2026-11-24 20:30:00"}
    )
    assert titles(answer) == {1: ["Show 1-50"]}
    assert answer["from"] == "2026-11-24T20:00:00-05:00"


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("search", "found"),
    [
        pytest.param("show 1-30", ["Show 1-30"], id="title"),
        pytest.param("PART 31", ["Show 1-31", "Show 2-31", "Show 3-31", "Show 4-31"], id="episode"),
        pytest.param("Nothing of the sort", [], id="nothing"),
    ],
)
async def test_search(hass: HomeAssistant, search: str, found: list[str]) -> None:
    shown = titles(await get_guide(hass, search=search))
    assert [title for titles in shown.values() for title in titles] == found


@pytest.mark.usefixtures("coordinator")
async def test_limit(hass: HomeAssistant) -> None:
    answer = await get_guide(hass, limit=50)
    assert answer["truncated"] is True
    assert [len(found) for found in titles(answer).values()] == [48, 2, 0, 0, 0, 0, 0]
    assert (await get_guide(hass, limit=4 * 48))["truncated"] is False


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("data", "key"),
    [
        pytest.param({"channel": "Boomerang"}, "unknown_channel", id="channel"),
        pytest.param({"channel": ["1", ""]}, "unknown_channel", id="no channel"),
        pytest.param(
            {"from": "2026-11-25 00:00:00", "to": "2026-11-25 00:00:00"},
            "empty_time_span",
            id="empty span",
        ),
        pytest.param({"to": "2026-11-24 11:00:00"}, "empty_time_span", id="before now"),
        pytest.param({"search": "?!"}, "empty_search", id="nothing to search for"),
    ],
)
async def test_wrong_input(hass: HomeAssistant, data: dict[str, Any], key: str) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await get_guide(hass, **data)
    assert raised.value.translation_domain == DOMAIN
    assert raised.value.translation_key == key
    assert key not in str(raised.value)


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"limit": 0}, id="no limit"),
        pytest.param({"limit": 5001}, id="high limit"),
        pytest.param({"from": "soon"}, id="time"),
        pytest.param({"day": 1}, id="unknown field"),
    ],
)
async def test_input_of_the_wrong_kind(hass: HomeAssistant, data: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        await get_guide(hass, **data)


async def test_no_feed_yet(hass: HomeAssistant, folder: Path) -> None:
    (folder / "index.m3u").unlink()
    await setup_integration(hass, make_entry(folder))
    with pytest.raises(ServiceValidationError, match="There is no feed yet"):
        await get_guide(hass)


@pytest.mark.parametrize("service", ["refresh", "get_guide", "rotate_credentials"])
async def test_not_loaded(hass: HomeAssistant, entry: MockConfigEntry, service: str) -> None:
    await setup_integration(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(
            DOMAIN, service, blocking=True, return_response=service == "get_guide"
        )


@pytest.mark.parametrize("service", ["refresh", "get_guide", "rotate_credentials"])
async def test_registered_without_an_entry(hass: HomeAssistant, service: str) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    assert hass.services.has_service(DOMAIN, service)


async def test_rotate_credentials(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
    token, password = coordinator.credentials.feed_token, coordinator.credentials.password
    told: list[str] = []
    coordinator.async_add_listener(lambda: told.append(coordinator.credentials.feed_token))
    await hass.services.async_call(DOMAIN, "rotate_credentials", blocking=True)
    assert coordinator.credentials.feed_token != token
    assert coordinator.credentials.password != password
    assert told == [coordinator.credentials.feed_token]


async def test_only_administrators_rotate(
    hass: HomeAssistant, coordinator: DownlinkCoordinator, hass_read_only_user: User
) -> None:
    token = coordinator.credentials.feed_token
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN,
            "rotate_credentials",
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )
    assert coordinator.credentials.feed_token == token


async def test_a_long_guide_is_answered_whole(hass: HomeAssistant, folder: Path) -> None:
    write_provider_files(folder, make_feed(hours=15 * 24))
    await setup_integration(hass, make_entry(folder, guide_days=14))
    until = (MIDNIGHT + timedelta(days=30)).isoformat()
    answer = await get_guide(hass, limit=5000, **{"from": NOON.isoformat(), "to": until})
    assert answer["truncated"] is False
    assert sum(map(len, titles(answer).values())) == 4 * (14 * 48 - 24)


def test_form_offers_the_line_up() -> None:
    path = Path(integration.__file__).parent / "services.yaml"
    fields = load_yaml_dict(str(path))["get_guide"]["fields"]
    offered = fields["channel"]["selector"]["select"]["options"]
    assert offered == [{"value": str(known.number), "label": known.name} for known in KNOWN]
