"""Assist: the intents, and the tools for language models."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.components.llm import async_get_tools as async_get_offered_tools
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import intent, llm
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.toonami_downlink.assist.handlers import HANDLERS
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.models import Cause, Programme
from custom_components.toonami_downlink.intent import async_setup_intents
from tests.night import by_night

from .factories import NOON, make_entry, make_feed, make_feed_with, write_provider_files
from .harness import setup_integration

CHANGES = {"follow", "unfollow", "watch_on", "record", "cancel_recording"}
"""Tools that do more than answer."""
AT_ONE = int((NOON + timedelta(hours=1)).timestamp())


@pytest.fixture
async def asked(hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
    """Register the intents, as the intent integration does."""
    await async_setup_intents(hass)


async def ask(hass: HomeAssistant, kind: str, language: str = "en", **slots: str) -> str:
    response = await intent.async_handle(
        hass,
        "test",
        f"ToonamiDownlink{kind}",
        {name: {"value": value} for name, value in slots.items()},
        language=language,
    )
    assert response.response_type is intent.IntentResponseType.QUERY_ANSWER
    speech = response.speech["plain"]["speech"]
    assert isinstance(speech, str)
    return speech


async def test_the_intent_integration_finds_them(
    hass: HomeAssistant, coordinator: DownlinkCoordinator
) -> None:
    assert await async_setup_component(hass, "intent", {})
    await hass.async_block_till_done()
    registered = {handler.intent_type for handler in intent.async_get(hass)}
    assert {handler.intent_type for handler in HANDLERS} <= registered


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("channel", "answer"),
    by_night(
        [
            pytest.param(
                "Toonami",
                "Show 1-24, Part 24, is on Toonami Aftermath East until 12:30 PM.",
                id="first of several",
            ),
            pytest.param(
                "toonami west",
                "Show 2-24, Part 24, is on Toonami Aftermath West until 12:30 PM.",
                id="other name",
            ),
            pytest.param(
                "the Snickelodeon channel",
                "Show 3-24, Part 24, is on Snickelodeon East until 12:30 PM.",
                id="words around it",
            ),
            pytest.param(
                "channel 4",
                "Show 4-24, Part 24, is on Snickelodeon West until 12:30 PM.",
                id="number",
            ),
            pytest.param("MTV", "There is no programme list for MTV97.", id="no guide"),
            pytest.param("Boomerang", "I do not know a channel called Boomerang.", id="unknown"),
            pytest.param("the", "I do not know a channel called the.", id="no name at all"),
        ],
        keep=["first of several", "unknown"],
    ),
)
async def test_whats_on(hass: HomeAssistant, channel: str, answer: str) -> None:
    assert await ask(hass, "WhatsOn", channel=channel) == answer


@pytest.mark.usefixtures("asked")
async def test_whats_on_everywhere(hass: HomeAssistant) -> None:
    answer = await ask(hass, "WhatsOn")
    assert answer.count(" is on ") == 4
    assert "MTV97" not in answer


@pytest.mark.usefixtures("asked")
async def test_whats_next(hass: HomeAssistant) -> None:
    assert await ask(hass, "WhatsNext", channel="Snickelodeon") == (
        "Show 3-25, Part 25, is next on Snickelodeon East, at 12:30 PM."
    )
    assert await ask(hass, "WhatsNext", channel="radio") == (
        "There is no programme list for Toonami Aftermath Radio."
    )


@pytest.mark.usefixtures("asked")
async def test_programme_without_an_episode(
    hass: HomeAssistant, folder: Path, coordinator: DownlinkCoordinator
) -> None:
    write_provider_files(
        folder, make_feed_with(("Outlaw Star", timedelta()), ("Trigun", timedelta(hours=1)))
    )
    await coordinator.async_refresh_feed(Cause.BUTTON)
    assert await ask(hass, "WhatsOn", channel="Toonami") == (
        "Outlaw Star is on Toonami Aftermath East until 1:00 PM."
    )
    assert await ask(hass, "WhatsNext", channel="Toonami") == (
        "Trigun is next on Toonami Aftermath East, at 1:00 PM."
    )


@pytest.mark.usefixtures("asked")
async def test_times_are_those_of_the_house(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    answer = await ask(hass, "WhatsNext", channel="Toonami")
    assert answer.endswith("at 1:30 PM.")


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("programme", "slots", "answer"),
    by_night(
        [
            pytest.param(
                "Dragon Ball Z",
                {},
                "Dragon Ball Z is on Toonami Aftermath East right now, until 1 PM. "
                "It is on again tomorrow at 12 PM on Toonami Aftermath East.",
                id="on the air, and again",
            ),
            pytest.param(
                "dragon ball",
                {},
                "Dragon Ball is on Toonami Aftermath East at 1 PM.",
                id="whole title before a part of one",
            ),
            pytest.param(
                "yu gi oh",
                {},
                "Yu-Gi-Oh! is on Toonami Aftermath East on Friday at 12 PM. It should be on "
                "Toonami Aftermath West on Friday at 3 PM as well, give or take some minutes.",
                id="day of the week",
            ),
            pytest.param(
                "Pokemon",
                {"channel": "east"},
                "Pokémon is on Toonami Aftermath East on Thursday in 9 days at 12 PM.",
                id="the week after",
            ),
            pytest.param(
                "outlaw", {}, "Outlaw Star is on Toonami Aftermath East at 2 PM.", id="part"
            ),
            pytest.param(
                "Outlaw Star",
                {"channel": "snickelodeon"},
                "I cannot find Outlaw Star in the guide.",
                id="not on that channel",
            ),
            pytest.param("News", {}, "I cannot find News in the guide.", id="not in the guide"),
            pytest.param("???", {}, "I cannot find ??? in the guide.", id="nothing to look for"),
        ],
        keep=["on the air, and again", "the week after"],
    ),
)
async def test_when_is(
    hass: HomeAssistant,
    folder: Path,
    coordinator: DownlinkCoordinator,
    programme: str,
    slots: dict[str, str],
    answer: str,
) -> None:
    days = [timedelta(days=day) for day in range(10)]
    feed = make_feed_with(
        ("Dragon Ball Z", days[0]),
        ("Dragon Ball", timedelta(hours=1)),
        ("Outlaw Star", timedelta(hours=2)),
        ("Dragon Ball Z", days[1]),
        ("Yu-Gi-Oh!", days[3]),
        ("Pokémon", days[9]),
    )
    write_provider_files(folder, feed)
    coordinator.settings = replace(coordinator.settings, guide_days=14)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    spoken = await ask(hass, "WhenIs", programme=programme, **slots)
    assert spoken.replace(":00", "") == answer


@pytest.mark.parametrize(
    ("west", "answer"),
    [
        pytest.param(
            [(3, 5)],
            "Trigun is on Toonami Aftermath East right now, until 1 PM. "
            "It is on again at 2 PM on Toonami Aftermath East. "
            "The same episode is on again at 3 PM on Toonami Aftermath West.",
            id="another episode before",
        ),
        pytest.param(
            [(1, 5)],
            "Trigun is on Toonami Aftermath East right now, until 1 PM. "
            "The same episode is on again at 1 PM on Toonami Aftermath West.",
            id="the very next",
        ),
        pytest.param(
            [],
            "Trigun is on Toonami Aftermath East right now, until 1 PM. "
            "It is on again at 2 PM on Toonami Aftermath East. "
            "It should be on Toonami Aftermath West at 3 PM as well, give or take some minutes.",
            id="only the line-up knows",
        ),
    ],
)
async def test_same_episode_again(
    hass: HomeAssistant,
    folder: Path,
    west: list[tuple[int, int]],
    answer: str,
) -> None:
    def trigun(hour: int, episode: int) -> Programme:
        start = NOON + timedelta(hours=hour)
        return Programme(
            start=start, stop=start + timedelta(hours=1), title="Trigun", season=1, episode=episode
        )

    feed = make_feed(NOON + timedelta(hours=9))
    guide = {
        **feed.guide,
        "toonami_east": (trigun(0, 5), trigun(2, 6)),
        "toonami_west": (*(trigun(*one) for one in west), *feed.guide["toonami_west"]),
    }
    write_provider_files(folder, replace(feed, guide=guide))
    await setup_integration(hass, make_entry(folder))
    await async_setup_intents(hass)
    spoken = await ask(hass, "WhenIs", programme="trigun")
    assert spoken.replace(":00", "") == answer


@pytest.mark.usefixtures("asked")
async def test_programme_is_needed(hass: HomeAssistant) -> None:
    with pytest.raises(intent.InvalidSlotInfo):
        await ask(hass, "WhenIs", programme=" ")


async def test_no_feed_yet(hass: HomeAssistant, folder: Path) -> None:
    (folder / "index.m3u").unlink()
    await setup_integration(hass, make_entry(folder))
    await async_setup_intents(hass)
    assert await ask(hass, "WhatsOn", channel="Toonami") == "There is no TV guide yet."


@pytest.mark.usefixtures("asked")
async def test_not_loaded(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    assert await ask(hass, "WhatsOn", channel="Toonami") == "There is no TV guide yet."


@pytest.mark.usefixtures("asked")
async def test_language_that_is_not_translated(hass: HomeAssistant) -> None:
    answer = await ask(hass, "WhatsOn", language="eo", channel="Toonami")
    assert answer.startswith("Show 1-24")


# Tools for language models


async def tools_for(hass: HomeAssistant, api_id: str = llm.LLM_API_ASSIST) -> list[llm.Tool]:
    from custom_components.toonami_downlink.llm import async_get_tools  # noqa: PLC0415

    found = async_get_tools(hass, llm_context(), api_id)
    return found.tools if found else []


def llm_context() -> llm.LLMContext:
    return llm.LLMContext(
        platform="test", context=Context(), language="en", assistant="conversation", device_id=None
    )


@pytest.mark.usefixtures("asked")
async def test_tools(hass: HomeAssistant) -> None:
    tools = {tool.name: tool for tool in await tools_for(hass)}
    assert set(tools) == {f"toonami_downlink__{handler.tool}" for handler in HANDLERS}
    changes = {name.partition("__")[2] for name in tools if name.partition("__")[2] in CHANGES}
    assert changes == CHANGES
    for tool in tools.values():
        assert tool.description
        assert getattr(tool, "integration", DOMAIN) == DOMAIN
        if annotations := getattr(tool, "annotations", None):
            assert annotations.read_only == (tool.name.partition("__")[2] not in CHANGES)
            assert not annotations.destructive
            assert not annotations.open_world
    with pytest.raises(vol.Invalid):
        tools["toonami_downlink__when_is"].parameters({})


@pytest.mark.usefixtures("asked")
async def test_home_assistant_offers_the_tools(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    assert await async_setup_component(hass, "llm", {})
    offered = await async_get_offered_tools(hass, llm_context(), llm.LLM_API_ASSIST)
    names = {tool.name for tool in offered.tools}
    assert {tool.name for tool in await tools_for(hass)} <= names
    assert "provides LLM tools" not in caplog.text
    assert "provides the LLM tool" not in caplog.text


@pytest.mark.usefixtures("asked")
async def test_tool_answers(hass: HomeAssistant) -> None:
    tool = next(tool for tool in await tools_for(hass) if tool.name.endswith("whats_next"))

    async def call(**arguments: str) -> str:
        called = llm.ToolInput(tool_name=tool.name, tool_args=arguments)
        answer: Any = await tool.async_call(hass, called, llm_context())
        said: str = getattr(answer, "data", answer)["answer"]
        return said

    assert await call(channel="Snickelodeon West") == (
        "Show 4-25, Part 25, is next on Snickelodeon West, at 12:30 PM."
    )
    # A model gives an empty text for what it does not want to say.
    assert (await call(channel="")).count(" is next on ") == 4


@pytest.mark.parametrize("version", ["before", "since"])
async def test_tool_answers_in_the_shape_that_is_wanted(
    hass: HomeAssistant, asked: None, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    from custom_components.toonami_downlink import llm as our_llm  # noqa: PLC0415

    monkeypatch.setattr(our_llm, "_RESULT", dict if version == "since" else None)
    monkeypatch.setattr(our_llm, "_ANNOTATIONS", dict if version == "since" else None)
    tool = (await tools_for(hass))[0]
    called = llm.ToolInput(tool_name=tool.name, tool_args={"channel": "1"})
    answer: Any = await tool.async_call(hass, called, llm_context())
    spoken = {
        "answer": "Show 1-24, Part 24, is on Toonami Aftermath East until 12:30 PM.",
        "link": "/toonami-downlink/watch/1",
        "title": "Show 1-24",
        "programmes": [
            {
                "title": "Show 1-24",
                "episode_title": "Part 24",
                "channel": "Toonami Aftermath East",
                "number": 1,
                "start": "2026-11-24T12:00:00+00:00",
                "stop": "2026-11-24T12:30:00+00:00",
                "link": "/toonami-downlink/guide/1/1795521600",
            }
        ],
    }
    assert answer == (spoken if version == "before" else {"data": spoken})


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("kind", "slots", "link"),
    [
        pytest.param("WhatsOn", {"channel": "3"}, "watch/3", id="a channel"),
        pytest.param("WhatsNext", {}, None, id="all channels"),
        pytest.param("WhatsOn", {"channel": "Boomerang"}, None, id="no such channel"),
        pytest.param("WhenIs", {"programme": "Show 2-26"}, f"guide/2/{AT_ONE}", id="a programme"),
        pytest.param("WhenIs", {"programme": "Bebop"}, None, id="no such programme"),
    ],
)
async def test_answers_lead_into_the_panel(
    hass: HomeAssistant, kind: str, slots: dict[str, str], link: str | None
) -> None:
    named = {name: {"value": value} for name, value in slots.items()}
    response = await intent.async_handle(hass, "test", f"ToonamiDownlink{kind}", named)
    data = response.speech["plain"]["extra_data"] or {}
    assert data.get("link") == (f"/toonami-downlink/{link}" if link else None)


@pytest.mark.usefixtures("asked")
async def test_no_tools_for_others(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await tools_for(hass, "something else") == []
    await hass.config_entries.async_unload(entry.entry_id)
    assert await tools_for(hass) == []
