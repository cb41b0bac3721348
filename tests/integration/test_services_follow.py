"""The actions that follow: what they match, answer and refuse."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.limits import MAX_TITLE_CHARS
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.following import actions
from custom_components.toonami_downlink.following.actions import MAX_SHOWINGS
from tests.night import by_night

from .assisted import a_feed, programme
from .factories import (
    MIDNIGHT,
    NOON,
    make_entry,
    make_feed,
    make_feed_with,
    write_provider_files,
)
from .harness import setup_integration


async def act(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    answer = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=action != "unfollow"
    )
    return dict(answer or {})


@pytest.mark.usefixtures("panel_coordinator")
async def test_follow_says_what_it_matches(hass: HomeAssistant) -> None:
    answer = await act(hass, "follow", title="SHOW 1 · 30")
    assert answer == {
        "id": answer["id"],
        "kind": "show",
        "title": "Show 1-30",
        "channel": None,
        "since": "2026-11-24T12:10:00+00:00",
        "next": SHOWN,
        "showing_count": 1,
        "showings": [{"airings": [SHOWN]}],
    }
    assert await act(hass, "get_follows") == {
        "follows": [
            {name: answer[name] for name in ("id", "kind", "title", "channel", "since", "next")}
        ]
    }
    # Without anybody who wants the answer.
    await hass.services.async_call(DOMAIN, "follow", {"title": "Show 1-31"}, blocking=True)
    assert len((await act(hass, "get_follows"))["follows"]) == 2


SHOWN = {
    "channel": "Toonami Aftermath East",
    "start": "2026-11-24T15:00:00+00:00",
    "stop": "2026-11-24T15:30:00+00:00",
    "title": "Show 1-30",
    "episode_title": "Part 30",
    "season": 2,
    "episode": 31,
}


@pytest.mark.usefixtures("panel_coordinator")
async def test_follow_words_on_a_channel(hass: HomeAssistant) -> None:
    answer = await act(hass, "follow", words="part", channel="Toonami West")
    assert (answer["kind"], answer["title"]) == ("words", "part")
    assert answer["channel"] == "Toonami Aftermath West"
    # What is on now and to come, but no more of it than can be read.
    assert answer["showing_count"] == 72
    assert len(answer["showings"]) == MAX_SHOWINGS
    assert answer["showings"][0]["airings"][0]["title"] == "Show 2-24"


@pytest.mark.parametrize("extra", [0, 1])
async def test_most_showings_and_airings_of_an_answer(
    hass: HomeAssistant,
    folder: Path,
    panel_coordinator: DownlinkCoordinator,
    monkeypatch: pytest.MonkeyPatch,
    extra: int,
) -> None:
    days = [timedelta(days=day, hours=hours) for day in range(3) for hours in (1, 2, 3)]
    write_provider_files(folder, make_feed_with(*(("Trigun", start) for start in days)))
    await panel_coordinator.async_refresh_feed(Cause.BUTTON)
    monkeypatch.setattr(actions, "MAX_SHOWINGS", 3 - extra)
    answer = await act(hass, "follow", title="Trigun")
    assert answer["showing_count"] == 3
    airings = [len(one["airings"]) for one in answer["showings"]]
    assert airings == [3 - extra] * (3 - extra)


async def test_a_follow_matches_no_more_than_it_says(
    hass: HomeAssistant,
    folder: Path,
    panel_coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """All of it is one showing, as long as all of it is followed."""
    east = programme(0, "Trigun"), programme(2, "Trigun", block="Midnight Run")
    write_provider_files(folder, a_feed(*east, toonami_west=(programme(3, "Trigun"),)))
    await panel_coordinator.async_refresh_feed(Cause.BUTTON)

    async def hours(**what: str) -> list[list[str]]:
        answer = await act(hass, "follow", **what)
        shown = [[one["start"][11:13] for one in found["airings"]] for found in answer["showings"]]
        assert answer["next"]["start"][11:13] == shown[0][0]
        return shown

    assert await hours(title="Trigun") == [["12", "14", "15"]]
    assert await hours(title="Trigun", channel="2") == [["15"]]
    assert await hours(words="midnight run") == [["14"]]
    freezer.move_to(NOON + timedelta(hours=1))
    assert await hours(title="Trigun") == [["14", "15"]]


@pytest.mark.usefixtures("panel_coordinator")
async def test_follow_words_that_nothing_has(hass: HomeAssistant) -> None:
    answer = await act(hass, "follow", words="<b>nothing</b> at all")
    assert (answer["next"], answer["showing_count"], answer["showings"]) == (None, 0, [])


@pytest.mark.parametrize(
    ("title", "message"),
    [
        ("Shaw 1-30", "Like it: Show 1-30 · "),
        ("1-30", "Like it: Show 1-30"),
        ("Cowboy Bebop", "Neither the guide nor what was on has Cowboy Bebop in it"),
        ("ignore all instructions", "has ignore all instructions in it"),
        ("!", "has ! in it"),
        (" ", "There is nothing in that to follow."),
    ],
)
@pytest.mark.usefixtures("panel_coordinator")
async def test_unknown_titles_are_refused(hass: HomeAssistant, title: str, message: str) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "follow", title=title)
    assert message in str(raised.value)
    assert (await act(hass, "get_follows"))["follows"] == []


async def test_a_title_that_was_on_is_known(
    hass: HomeAssistant,
    folder: Path,
    panel_coordinator: DownlinkCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    later = MIDNIGHT + timedelta(days=3)
    write_provider_files(folder, make_feed(later, show="Other"))
    freezer.move_to(later)
    await panel_coordinator.async_refresh_feed(Cause.BUTTON)
    answer = await act(hass, "follow", title="show 1 30")
    assert (answer["kind"], answer["title"], answer["next"]) == ("show", "Show 1-30", None)


@pytest.mark.parametrize(
    ("data", "left"),
    [
        ({"title": "show 1-30!"}, ["Show"]),
        ({"title": "Show 1-30", "channel": "1"}, ["Show 1-30", "Show"]),
        ({"words": "SHOW"}, ["Show 1-30", "Show 1-30"]),
    ],
)
@pytest.mark.usefixtures("panel_coordinator")
async def test_unfollow(hass: HomeAssistant, data: dict[str, str], left: list[str]) -> None:
    await act(hass, "follow", title="Show 1-30")
    await act(hass, "follow", title="Show 1-30", channel="1")
    await act(hass, "follow", words="Show")
    await act(hass, "unfollow", **data)
    assert [one["title"] for one in (await act(hass, "get_follows"))["follows"]] == left


@pytest.mark.parametrize(
    "data",
    [
        {"title": "Show 1-31"},
        {"title": "Show 1-30", "channel": "2"},
        {"words": "Show 1-30"},
        {"words": "!"},
        {"title": ""},
    ],
)
@pytest.mark.usefixtures("panel_coordinator")
async def test_unfollow_what_is_not_followed(hass: HomeAssistant, data: dict[str, str]) -> None:
    await act(hass, "follow", title="Show 1-30")
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "unfollow", **data)
    assert raised.value.translation_key == "not_followed"


@pytest.mark.parametrize("action", ["follow", "unfollow"])
@pytest.mark.parametrize(
    "data",
    by_night(
        [
            {},
            {"channel": "1"},
            {"title": "Show 1-30", "words": "Show"},
            {"title": "x" * (MAX_TITLE_CHARS + 1)},
            {"words": ["a", {}]},
            {"words": "Show", "channel": "x" * 201},
            {"words": "Show", "user": "admin"},
        ],
        keep=[{}, {"words": ["a", {}]}],
    ),
)
@pytest.mark.usefixtures("panel_coordinator")
async def test_fields_of_follow(hass: HomeAssistant, action: str, data: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        await act(hass, action, **data)


@pytest.mark.parametrize("action", ["follow", "unfollow"])
@pytest.mark.usefixtures("panel_coordinator")
async def test_follow_on_a_channel_that_is_not_there(hass: HomeAssistant, action: str) -> None:
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, action, words="Show", channel="Adult Swim")
    assert raised.value.translation_key == "unknown_channel"


@pytest.mark.parametrize("action", ["follow", "unfollow", "get_follows"])
async def test_follow_needs_a_loaded_entry(
    hass: HomeAssistant, entry: MockConfigEntry, panel_coordinator: DownlinkCoordinator, action: str
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    data = {} if action == "get_follows" else {"words": "Show"}
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, action, **data)
    assert raised.value.translation_key == "not_loaded"


async def test_follow_on_a_channel_needs_a_feed(hass: HomeAssistant, folder: Path) -> None:
    (folder / "index.m3u").unlink()
    await setup_integration(hass, make_entry(folder))
    with pytest.raises(ServiceValidationError) as raised:
        await act(hass, "follow", words="Show", channel="1")
    assert raised.value.translation_key == "no_feed"
    answer = await act(hass, "follow", words="Show")
    assert (answer["next"], answer["showings"]) == (None, [])
