"""The sentences that Assist understands, and the file with them for other languages."""

from dataclasses import replace
from datetime import timedelta
import importlib.util
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.assist import sentences
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN
from custom_components.toonami_downlink.engine.downlink.models import Cause, Channel
from custom_components.toonami_downlink.intent import async_setup_intents

from .factories import NOON, make_entry, make_feed, make_feed_with, write_provider_files
from .harness import move_clock, setup_integration

CUSTOM_SENTENCES = Path(__file__).parents[2] / "custom_sentences" / "en" / f"{DOMAIN}.yaml"


def channel_of(key: str, name: str) -> Channel:
    return Channel(key=key, name=name, number=1, guide_id="x", stream_url="x")


def test_custom_sentences_are_the_same() -> None:
    written = load_yaml_dict(str(CUSTOM_SENTENCES))
    assert {
        kind: [sentence for data in item["data"] for sentence in data["sentences"]]
        for kind, item in written["intents"].items()
    } == {
        kind: [
            sentence.format(
                channel="<toonami_channel>",
                programme="{toonami_programme:programme}",
            )
            for sentence in texts
        ]
        for kind, texts in sentences.SENTENCES.items()
    }
    assert written["lists"]["toonami_channel"]["values"] == [
        {
            "in": f"({'|'.join(sentences.spoken_names(channel_of(known.key, known.name)))})",
            "out": known.name,
        }
        for known in KNOWN
    ]


@pytest.mark.parametrize(
    ("title", "spoken"),
    [
        pytest.param("Cowboy Bebop", {"cowboy bebop"}, id="plain"),
        pytest.param("Yu-Gi-Oh!", {"yu-gi-oh", "yu gi oh"}, id="hyphens"),
        pytest.param("Ren & Stimpy", {"ren and stimpy"}, id="and"),
        pytest.param("Pokémon", {"pokémon", "pokemon"}, id="accent"),
        pytest.param(
            "Rocko’s Modern Life",  # noqa: RUF001
            {"rocko's modern life", "rockos modern life"},
            id="apostrophe",
        ),
        pytest.param("(a|b) [c] {d} <e>", {"ab c d e"}, id="what sentences are made of"),
        pytest.param("!!!", set(), id="nothing to say"),
    ],
)
def test_spoken_titles(title: str, spoken: set[str]) -> None:
    assert sentences.spoken_titles(title) == spoken


def test_names_of_a_channel_nobody_knows() -> None:
    assert sentences.spoken_names(channel_of("other_kids", "Kids, Central!")) == ["kids central"]
    assert sentences.spoken_names(channel_of("radio", "Toonami Aftermath Radio")) == [
        "radio channel",
        "toonami aftermath radio",
        "toonami radio",
    ]


def test_guide_without_titles_has_no_question_for_them() -> None:
    feed = replace(make_feed(), guide={})
    assert set(sentences.build_sentences(feed)) == {
        "ToonamiDownlinkWhatsOn",
        "ToonamiDownlinkWhatsNext",
    }


def test_slots() -> None:
    feed = make_feed_with(("Toonami Special", timedelta()), ("Dragon Ball Z", timedelta(hours=1)))
    kind = "ToonamiDownlinkWhenIs"
    assert sentences.find_slots(feed, kind, "When is Toonami special on?") == {
        "programme": {"value": "Toonami Special"}
    }
    assert sentences.find_slots(feed, kind, "when is dragon ball z on snick west") == {
        "programme": {"value": "Dragon Ball Z"},
        "channel": {"value": "Snickelodeon West"},
    }
    assert sentences.find_slots(
        feed, "ToonamiDownlinkWhatsOn", "What's on the movies channel?"
    ) == {"channel": {"value": "Movies"}}


class Triggers:
    """What would be given to the conversation integration, where that is not installed."""

    def __init__(self) -> None:
        self.attached: list[dict[str, Any]] = []
        self.action: Any = None

    async def validate(self, _hass: HomeAssistant, config: list[Any]) -> list[Any]:
        return config

    async def initialize(
        self, _hass: HomeAssistant, config: list[Any], action: Any, *_: object
    ) -> Any:
        self.attached.extend(config)
        self.action = action

        def detach() -> None:
            for trigger in config:
                self.attached.remove(trigger)

        return detach

    async def say(self, kind: str, text: str) -> str | None:
        trigger = {
            "id": kind,
            "sentence": text,
            "user_input": {"language": "en"},
            "device_id": None,
        }
        result = await self.action({"trigger": trigger}, None)
        return result.conversation_response if result else None


@pytest.fixture
def triggers(monkeypatch: pytest.MonkeyPatch) -> Triggers:
    triggers = Triggers()
    monkeypatch.setattr(sentences, "async_validate_trigger_config", triggers.validate)
    monkeypatch.setattr(sentences, "async_initialize_triggers", triggers.initialize)
    return triggers


async def test_sentences_follow_the_entry(
    hass: HomeAssistant,
    folder: Path,
    entry: MockConfigEntry,
    triggers: Triggers,
    freezer: FrozenDateTimeFactory,
) -> None:
    hass.config.components.add("conversation")
    await async_setup_intents(hass)
    coordinator = await setup_integration(hass, entry)
    kinds = ["ToonamiDownlinkWhatsOn", "ToonamiDownlinkWhatsNext", "ToonamiDownlinkWhenIs"]
    assert [trigger["id"] for trigger in triggers.attached] == kinds
    assert await triggers.say(kinds[0], "what's on toonami") == (
        "Show 1-24, Part 24, is on Toonami Aftermath East until 12:30 PM."
    )
    before = list(triggers.attached)
    await move_clock(hass, freezer, NOON + timedelta(minutes=30))
    assert triggers.attached == before
    write_provider_files(folder, make_feed(show="Something else"))
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done()
    assert [trigger["id"] for trigger in triggers.attached] == kinds
    assert any("something else" in text for text in triggers.attached[2]["command"])
    await hass.config_entries.async_unload(entry.entry_id)
    assert triggers.attached == []


async def test_sentences_wait_for_the_first_feed(
    hass: HomeAssistant, folder: Path, triggers: Triggers
) -> None:
    hass.config.components.add("conversation")
    playlist = (folder / "index.m3u").read_bytes()
    (folder / "index.m3u").unlink()
    coordinator = await setup_integration(hass, make_entry(folder))
    assert triggers.attached == []
    (folder / "index.m3u").write_bytes(playlist)
    await coordinator.async_refresh_feed(Cause.BUTTON)
    await hass.async_block_till_done()
    assert len(triggers.attached) == 3


async def test_unloaded_while_sentences_are_attached(
    hass: HomeAssistant, entry: MockConfigEntry, triggers: Triggers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await setup_integration(hass, entry)
    hass.config.components.add("conversation")
    ours = sentences.Sentences(hass, entry.runtime_data)
    validated: list[Any] = []

    async def validate(_hass: HomeAssistant, config: list[Any]) -> list[Any]:
        ours.async_close()
        validated.extend(config)
        return config

    monkeypatch.setattr(sentences, "async_validate_trigger_config", validate)
    await ours.async_update()
    assert len(validated) == 3
    assert triggers.attached == []
    await ours.async_update()
    assert triggers.attached == []


async def test_no_english_sentences_elsewhere(
    hass: HomeAssistant, entry: MockConfigEntry, triggers: Triggers
) -> None:
    hass.config.components.add("conversation")
    hass.config.language = "de"
    await setup_integration(hass, entry)
    assert triggers.attached == []


async def test_sentences_follow_the_language_at_once(
    hass: HomeAssistant, entry: MockConfigEntry, triggers: Triggers
) -> None:
    hass.config.components.add("conversation")
    hass.config.language = "de"
    await setup_integration(hass, entry)
    for language, is_attached in (("en-GB", True), ("fr", False), ("en", True), ("de", False)):
        await hass.config.async_update(language=language)
        await hass.async_block_till_done()
        assert bool(triggers.attached) == is_attached, language
    await hass.config.async_update(language="en")
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert triggers.attached == []


# With the real thing, where it is installed


@pytest.fixture
async def conversation(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "conversation", {})


async def converse(hass: HomeAssistant, text: str, language: str = "en") -> tuple[str, str]:
    answer = await hass.services.async_call(
        "conversation",
        "process",
        {"text": text, "language": language},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    response: Any = answer["response"]
    return response["response_type"], response["speech"]["plain"]["speech"]


needs_conversation = pytest.mark.skipif(
    importlib.util.find_spec("hassil") is None, reason="the parts of Assist are not installed"
)
SAID = [
    pytest.param(
        "What's on Toonami?",
        "Show 1-24, Part 24, is on Toonami Aftermath East until 12:30 PM.",
        id="on",
    ),
    pytest.param(
        "What's playing on the snick west channel right now".replace("'", ""),
        "Show 4-24, Part 24, is on Snickelodeon West until 12:30 PM.",
        id="on, at length",
    ),
    pytest.param(
        "what is on next on Snickelodeon",
        "Show 3-25, Part 25, is next on Snickelodeon East, at 12:30 PM.",
        id="next",
    ),
    pytest.param(
        "When is Show 1-30 on?",
        "Show 1-30 is on Toonami Aftermath East at 3:00 PM.",
        id="when",
    ),
    pytest.param(
        "When does show 2-30 air on Toonami West?",
        "Show 2-30 is on Toonami Aftermath West at 3:00 PM.",
        id="when on a channel",
    ),
]


@needs_conversation
@pytest.mark.parametrize(("said", "answer"), SAID)
async def test_conversation(
    hass: HomeAssistant, conversation: None, entry: MockConfigEntry, said: str, answer: str
) -> None:
    await setup_integration(hass, entry)
    assert (await converse(hass, said))[1] == answer


@needs_conversation
@pytest.mark.parametrize(
    "said",
    ["what's on my shopping list", "when is the heating on", "what's on the radio", "what's next"],
)
async def test_other_questions_are_left_alone(
    hass: HomeAssistant, conversation: None, entry: MockConfigEntry, said: str
) -> None:
    without = await converse(hass, said)
    await setup_integration(hass, entry)
    assert await converse(hass, said) == without


@pytest.fixture
def custom_sentences(hass: HomeAssistant) -> None:
    """Put the file where its head says."""
    place = Path(hass.config.path("custom_sentences", "en"))
    place.mkdir(parents=True)
    (place / CUSTOM_SENTENCES.name).write_bytes(CUSTOM_SENTENCES.read_bytes())


@needs_conversation
@pytest.mark.usefixtures("custom_sentences")
@pytest.mark.parametrize(("said", "answer"), SAID)
async def test_custom_sentences_work(
    hass: HomeAssistant, folder: Path, said: str, answer: str
) -> None:
    hass.config.language = "de"
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "conversation", {})
    await setup_integration(hass, make_entry(folder))
    kind, speech = await converse(hass, said, language="en")
    assert (kind, speech) == ("query_answer", answer)
