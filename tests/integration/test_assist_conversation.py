"""What is said to the real thing, where it is installed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.const import DOMAIN
from tests.night import by_night

from . import spoken
from .assisted import needs_conversation
from .factories import make_entry, make_feed_with, write_provider_files
from .harness import setup_integration

CUSTOM_SENTENCES = Path(__file__).parents[2] / "custom_sentences" / "en" / f"{DOMAIN}.yaml"


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
async def test_it_is_what_was_spoken_of_first_in_the_conversation(
    hass: HomeAssistant, conversation: None, folder: Path
) -> None:
    feed = make_feed_with(("Trigun", timedelta()), ("Trigun", timedelta(hours=3)))
    write_provider_files(folder, feed)
    await setup_integration(hass, make_entry(folder))
    said = {"text": "what's on toonami", "language": "en"}
    for wanted in ("Trigun is on Toonami Aftermath East", "Trigun is on again at 3:00 PM"):
        answer: Any = await hass.services.async_call(
            "conversation", "process", said, blocking=True, return_response=True
        )
        assert answer["response"]["speech"]["plain"]["speech"].startswith(wanted)
        conversation_id = answer["conversation_id"]
        said = {"text": "when is it on again", "conversation_id": conversation_id}


IN_OTHER_LANGUAGES = [
    pytest.param(
        "de",
        "Was läuft gerade auf Toonami?",
        "Auf Toonami Aftermath East läuft bis 12:30 Uhr Show 1-24, Part 24.",
        id="de",
    ),
    pytest.param(
        "es",
        "¿Cuándo ponen Show 1-30?",
        "Show 1-30 se emite en Toonami Aftermath East a las 15:00.",
        id="es",
    ),
    pytest.param(
        "fr",
        "Quand passe Show 2-30 sur Toonami West ?",
        "Show 2-30 passe sur Toonami Aftermath West à 15 h 00.",
        id="fr",
    ),
    pytest.param(
        "ja",
        "Snickelodeonで次に何をやりますか？",  # noqa: RUF001  # as it is said
        "Snickelodeon East の次の番組は Show 3-25, Part 25, で、12時30分からです。",
        id="ja",
    ),
    pytest.param(
        "pt-BR",
        "O que está passando no Toonami agora?",
        "Show 1-24, Part 24, está no ar em Toonami Aftermath East até 12:30.",
        id="pt",
    ),
]


@needs_conversation
@pytest.mark.parametrize(
    ("language", "said", "answer"), by_night(IN_OTHER_LANGUAGES, keep=["de", "es"])
)
async def test_conversation_in_other_languages(
    hass: HomeAssistant,
    conversation: None,
    entry: MockConfigEntry,
    language: str,
    said: str,
    answer: str,
) -> None:
    await setup_integration(hass, entry)
    assert (await converse(hass, said, language))[1] != answer
    # Nothing is loaded anew for that.
    await hass.config.async_update(language=language)
    await hass.async_block_till_done()
    assert await converse(hass, said, language) == ("action_done", answer)
    await hass.config.async_update(language="en")
    await hass.async_block_till_done()
    assert (await converse(hass, said, language))[1] != answer


@needs_conversation
@pytest.mark.parametrize("language", by_night(spoken.LANGUAGES, keep=["en", "de"]))
async def test_the_rest_of_the_house_is_left_alone(
    hass: HomeAssistant, conversation: None, folder: Path, language: str
) -> None:
    tag = "pt-BR" if language == "pt" else language
    await hass.config.async_update(language=tag)
    hass.states.async_set("light.kitchen", "on", {"friendly_name": "Kitchen Lights"})
    titles = sorted(spoken.TITLES)
    feed = make_feed_with(*((title, timedelta(hours=hour)) for hour, title in enumerate(titles)))
    write_provider_files(folder, feed)
    without = [await converse(hass, text, tag) for text in spoken.LEFT_ALONE[language]]
    await setup_integration(hass, make_entry(folder))
    for text, answer in zip(spoken.LEFT_ALONE[language], without, strict=True):
        assert await converse(hass, text, tag) == answer


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
@pytest.mark.parametrize(("said", "answer"), by_night(SAID, keep=["on", "on, at length"]))
async def test_custom_sentences_work(
    hass: HomeAssistant, folder: Path, said: str, answer: str
) -> None:
    hass.config.language = "de"
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "conversation", {})
    await setup_integration(hass, make_entry(folder))
    kind, speech = await converse(hass, said, language="en")
    assert (kind, speech) == ("query_answer", answer)
