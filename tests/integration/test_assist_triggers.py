"""The sentences that Assist listens to: they follow the entry, the languages and the areas."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
import sys
from types import SimpleNamespace
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.assist import names, triggers as our_triggers
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.models import Cause
from custom_components.toonami_downlink.intent import async_setup_intents

from .factories import NOON, SLOT, make_entry, make_feed, make_feed_with, write_provider_files
from .harness import move_clock, setup_integration

CUSTOM_SENTENCES = Path(__file__).parents[2] / "custom_sentences" / "en" / f"{DOMAIN}.yaml"


class Triggers:
    """What would be given to the conversation integration, where that is not installed."""

    def __init__(self) -> None:
        self.attached: list[dict[str, Any]] = []
        self.action: Any = None
        self.on_attach: Callable[[], None] = lambda: None

    async def initialize(
        self, _hass: HomeAssistant, config: list[Any], action: Any, *_: object
    ) -> Any:
        self.attached.extend(config)
        self.action = action
        self.on_attach()

        def detach() -> None:
            for trigger in config:
                self.attached.remove(trigger)

        return detach

    @property
    def kinds(self) -> set[str]:
        return {trigger["id"] for trigger in self.attached}

    def texts(self, kind: str) -> list[str]:
        return [text for one in self.attached if one["id"] == kind for text in one["command"]]

    async def say(self, kind: str, text: str, conversation: str = "one") -> str | None:
        user_input = {"language": "en", "conversation_id": conversation}
        trigger = {"id": kind, "sentence": text, "user_input": user_input, "device_id": None}
        result = await self.action({"trigger": trigger}, None)
        return result.conversation_response if result else None


@pytest.fixture
def triggers(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Triggers:
    triggers = Triggers()
    hass.config.components.add("conversation")
    monkeypatch.setattr(our_triggers, "async_initialize_triggers", triggers.initialize)
    return triggers


async def test_sentences_follow_the_entry(
    hass: HomeAssistant,
    folder: Path,
    entry: MockConfigEntry,
    triggers: Triggers,
    freezer: FrozenDateTimeFactory,
) -> None:
    await async_setup_intents(hass)
    coordinator = await setup_integration(hass, entry)
    assert triggers.kinds == set(names.INTENTS) - {names.INTENT_UNFOLLOW}
    assert await triggers.say(names.INTENT_WHATS_ON, "what's on toonami") == (
        "Show 1-24, Part 24, is on Toonami Aftermath East until 12:30 PM."
    )
    before = list(triggers.attached)
    await move_clock(hass, freezer, NOON + timedelta(minutes=30))
    assert triggers.attached == before
    write_provider_files(folder, make_feed(show="Something else"))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done()
    assert len(triggers.attached) == len(triggers.kinds)
    assert any("something else" in text for text in triggers.texts(names.INTENT_WHEN_IS))
    await hass.config_entries.async_unload(entry.entry_id)
    assert triggers.attached == []


async def test_sentences_wait_for_the_first_feed(
    hass: HomeAssistant, folder: Path, triggers: Triggers
) -> None:
    playlist = (folder / "index.m3u").read_bytes()
    (folder / "index.m3u").unlink()
    coordinator = await setup_integration(hass, make_entry(folder))
    assert triggers.attached == []
    (folder / "index.m3u").write_bytes(playlist)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done()
    assert names.INTENT_WHATS_ON in triggers.kinds


async def test_unloaded_while_sentences_are_attached(
    hass: HomeAssistant, entry: MockConfigEntry, triggers: Triggers
) -> None:
    hass.config.components.remove("conversation")
    await setup_integration(hass, entry)
    hass.config.components.add("conversation")
    ours = our_triggers.Sentences(hass, entry.runtime_data)
    was_attached: list[bool] = []

    def close() -> None:
        was_attached.append(bool(triggers.attached))
        ours.async_close()

    triggers.on_attach = close
    await ours.async_update()
    assert was_attached == [True]
    assert triggers.attached == []
    await ours.async_update()
    assert triggers.attached == []


async def test_no_sentences_in_a_language_without_a_table(
    hass: HomeAssistant, entry: MockConfigEntry, triggers: Triggers
) -> None:
    hass.config.language = "nl"
    await setup_integration(hass, entry)
    assert triggers.attached == []


async def test_sentences_follow_the_language_at_once(
    hass: HomeAssistant, entry: MockConfigEntry, triggers: Triggers
) -> None:
    hass.config.language = "de"
    await setup_integration(hass, entry)
    for language, word in (("en-GB", "what"), ("fr", "sur"), ("nl", ""), ("pt-BR", "que")):
        await hass.config.async_update(language=language)
        await hass.async_block_till_done()
        texts = triggers.texts(names.INTENT_WHATS_ON)
        assert bool(texts) == bool(word), language
        assert all(word in text for text in texts), language
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert triggers.attached == []


@pytest.mark.parametrize(
    ("spoken_language", "general", "expected"),
    [
        pytest.param("de", "en", {"en", "de"}, id="another"),
        pytest.param("*", "pt-BR", {"en", "pt"}, id="a model that speaks all"),
        pytest.param("nl", "nl", {"en"}, id="one without a table"),
    ],
)
async def test_languages_of_the_pipelines(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    spoken_language: str,
    general: str,
    expected: set[str],
) -> None:
    pipeline = SimpleNamespace(conversation_language=spoken_language, language=general)
    module = SimpleNamespace(async_get_pipelines=lambda _hass: [pipeline])
    monkeypatch.setitem(sys.modules, "homeassistant.components.assist_pipeline", module)
    assert our_triggers.async_languages(hass) == ("en",)
    hass.config.components.add("assist_pipeline")
    assert set(our_triggers.async_languages(hass)) == expected


async def test_sentences_follow_areas_within_half_a_minute(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    triggers: Triggers,
    freezer: FrozenDateTimeFactory,
) -> None:
    await setup_integration(hass, entry)
    assert not any("cellar" in text for text in triggers.texts(names.INTENT_WATCH_ON))
    ar.async_get(hass).async_create("Basement", aliases={"cellar"})
    await move_clock(hass, freezer, NOON + our_triggers.LOOK_INTERVAL)
    assert any("(basement|cellar)" in text for text in triggers.texts(names.INTENT_WATCH_ON))


async def test_only_so_many_areas_can_be_said(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    triggers: Triggers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(our_triggers, "MAX_PLACES", 2)
    for name in ("attic", "bathroom", "cellar"):
        ar.async_get(hass).async_create(name)
    await setup_integration(hass, entry)
    texts = triggers.texts(names.INTENT_WATCH_ON)
    assert any("(attic|bathroom)" in text for text in texts)
    assert not any("cellar" in text for text in texts)


async def test_sentences_know_what_was_on(
    hass: HomeAssistant,
    folder: Path,
    triggers: Triggers,
    freezer: FrozenDateTimeFactory,
) -> None:
    write_provider_files(folder, make_feed_with(("Doug", timedelta()), ("x" * 201, -SLOT * 2)))
    coordinator = await setup_integration(hass, make_entry(folder))
    await move_clock(hass, freezer, NOON + timedelta(hours=2))
    write_provider_files(folder, make_feed(NOON + timedelta(hours=2)))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done()
    for kind, is_known in (
        (names.INTENT_WHEN_WAS, True),
        (names.INTENT_FOLLOW, True),
        (names.INTENT_WHEN_IS, False),
    ):
        assert (
            any("|doug|" in text or "(doug|" in text for text in triggers.texts(kind)) == is_known
        )
    assert not any("x" * 201 in text for text in triggers.texts(names.INTENT_WHEN_WAS))


async def test_it_is_what_the_conversation_spoke_of_last(
    hass: HomeAssistant, folder: Path, triggers: Triggers
) -> None:
    await async_setup_intents(hass)
    shows = (("Trigun", 0), ("Big O", 1), ("Trigun", 3), ("Big O", 5))
    feed = make_feed_with(*((title, timedelta(hours=hour)) for title, hour in shows))
    write_provider_files(folder, feed)
    await setup_integration(hass, make_entry(folder))
    again, when = names.INTENT_WHEN_AGAIN, "when is it on again"
    assert await triggers.say(again, when) == "Which programme do you mean?"
    await triggers.say(names.INTENT_WHATS_ON, "what's on toonami")
    trigun = await triggers.say(again, when)
    assert trigun is not None
    assert trigun.startswith("Trigun is on again at 3:00 PM on Toonami Aftermath East.")
    await triggers.say(names.INTENT_WHEN_IS, "when is big o on", "two")
    big_o = await triggers.say(again, when, "two")
    assert big_o is not None
    assert big_o.startswith("Big O is on again at 1:00 PM")
    assert await triggers.say(again, when) == trigun
    for number in range(our_triggers.MAX_CONVERSATIONS):
        await triggers.say(names.INTENT_WHATS_ON, "what's on toonami", str(number))
    assert await triggers.say(again, when, "two") == "Which programme do you mean?"


async def test_a_sentence_is_answered_even_when_it_fails(
    hass: HomeAssistant, entry: MockConfigEntry, triggers: Triggers
) -> None:
    await setup_integration(hass, entry)
    # Nobody has registered the intents.
    assert await triggers.say(names.INTENT_WHATS_ON, "what's on toonami") == "That did not work."
