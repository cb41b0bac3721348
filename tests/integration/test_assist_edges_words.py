"""Where the words of Assist begin and end: titles, names, days, sentences and conversations."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.assist import (
    intents,
    matching,
    names,
    sentences,
    triggers as our_triggers,
)
from custom_components.toonami_downlink.assist.handlers import HANDLERS
from custom_components.toonami_downlink.assist.languages.language import Language
from custom_components.toonami_downlink.assist.sentences import Vocabulary
from custom_components.toonami_downlink.assist.speech import Speech
from custom_components.toonami_downlink.intent import async_setup_intents

from .assisted import a_feed, programme
from .factories import NOON, make_entry, make_feed_with, write_provider_files
from .harness import move_clock, setup_integration
from .test_assist_edges import add_player, was_on
from .test_assist_triggers import Triggers
from .test_intent import ask

pytestmark = pytest.mark.nightly

HOUR = timedelta(hours=1)
ON = names.INTENT_WHATS_ON, "what's on toonami"
AGAIN = names.INTENT_WHEN_AGAIN, "when is it on again"
WHICH = "Which programme do you mean?"


# Limits and promises


def test_limits_are_these() -> None:
    assert intents.MAX_AIRED_TITLES == 1000
    assert intents.MAX_LAST == 1000
    assert sentences.MAX_GUIDE_TITLES == 500
    assert our_triggers.MAX_AIRED_TITLES == 300
    assert our_triggers.MAX_PLACES == 300
    assert our_triggers.MAX_CONVERSATIONS == 50
    assert timedelta(seconds=30) == our_triggers.LOOK_INTERVAL


def test_what_is_a_question_and_what_can_be_said_twice() -> None:
    assert {one.tool: (one.is_question, one.is_idempotent) for one in HANDLERS} == {
        "whats_on": (True, True),
        "whats_next": (True, True),
        "when_is": (True, True),
        "when_again": (True, True),
        "when_was": (True, True),
        "watch_on": (False, False),
        "follow": (False, True),
        "unfollow": (False, True),
        "followed_tonight": (True, True),
        "record": (False, True),
        "cancel_recording": (False, False),
    }


# Days


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "at 12:00 PM"),
        (1, "tomorrow at 12:00 PM"),
        (2, "on Thursday at 12:00 PM"),
        (6, "on Monday at 12:00 PM"),
        (7, "on Tuesday in 7 days at 12:00 PM"),
        (8, "on Wednesday in 8 days at 12:00 PM"),
    ],
)
async def test_a_day_has_only_its_name_within_a_week(
    hass: HomeAssistant, days: int, said: str
) -> None:
    speech = await Speech.async_create(hass, "en")
    assert speech.when(NOON + timedelta(days=days)) == said


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("pt", "Show 1-24, Part 24, está no ar em Toonami Aftermath East até 12:30."),
        ("pt-PT", "Show 1-24, Part 24, está no ar em Toonami Aftermath East até 12:30."),
        ("de-CH", "Auf Toonami Aftermath East läuft bis 12:30 Uhr Show 1-24, Part 24."),
    ],
)
async def test_a_language_is_answered_in_wherever_it_is_spoken(
    hass: HomeAssistant, language: str, said: str
) -> None:
    await async_setup_intents(hass)
    assert await ask(hass, "WhatsOn", language, channel="Toonami") == said


# Titles


def test_three_titles_are_named_of_many() -> None:
    known = [f"Gundam {letter}" for letter in "ABCDE"]
    assert matching.resolve_title(known, "gundam") == (
        None,
        ("Gundam A", "Gundam B", "Gundam C"),
    )


def test_of_two_spellings_the_first_counts() -> None:
    for known in (("Yu-Gi-Oh!", "Yu Gi Oh"), ("Yu Gi Oh", "Yu-Gi-Oh!")):
        assert matching.resolve_title(known, "YUGIOH") == ("Yu Gi Oh", ())


@pytest.mark.parametrize(
    ("seconds", "hours"),
    [
        pytest.param(-1, [0, 1], id="a second before the end"),
        pytest.param(0, [1], id="at the end"),
    ],
)
def test_what_is_over_shows_no_more(seconds: int, hours: list[int]) -> None:
    feed = a_feed(programme(0, "Trigun"), programme(1, "Trigun"))
    at = NOON + HOUR + timedelta(seconds=seconds)
    found = matching.showings(feed, feed.channels, "trigun", at)
    assert [one.programme.start for one in found] == [NOON + HOUR * hour for hour in hours]


def test_a_title_without_letters_shows_nowhere() -> None:
    feed = a_feed(programme(0, "Trigun"))
    assert matching.showings(feed, feed.channels, "!?", NOON) == []


def test_a_title_is_as_soon_as_its_first_showing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "MAX_GUIDE_TITLES", 1)
    shows = (("Trigun", HOUR), ("Doug", 2 * HOUR), ("Trigun", 3 * HOUR))
    feed = make_feed_with(*shows)
    feed = replace(feed, guide={"toonami_east": feed.guide["toonami_east"]})
    assert sentences.titles_to_say(feed, NOON) == {"Trigun"}


@pytest.mark.parametrize(
    ("title", "text", "is_said"),
    [
        pytest.param("Hot", "when is hot on", True, id="a word"),
        pytest.param("Hot", "when is shot on", False, id="a letter before"),
        pytest.param("Show", "when is shows on", False, id="a letter behind"),
        pytest.param("Z", "when is z on", True, id="a letter"),
        pytest.param("Z", "when is jazz on", False, id="the last letter of a word"),
        pytest.param("--", "when is it on", False, id="no letter"),
    ],
)
def test_a_title_is_said_as_whole_words(title: str, text: str, is_said: bool) -> None:
    known = Vocabulary(languages=("en",), channels=[], guide_titles=frozenset((title,)))
    expected = {"programme": {"value": title}} if is_said else {}
    assert sentences.find_slots(known, names.INTENT_WHEN_IS, text) == expected


# Sentences


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            ("when is {programme} [next] (on|airing)",),
            ["(when is )(trigun)( [next] (on|airing))"],
            id="what goes on behind brackets has to be said",
        ),
        pytest.param(
            ("[now] {programme} is on",),
            ["[[now] ](trigun)( is on)"],
            id="what is all in brackets has not",
        ),
        pytest.param(
            ("see {programme} [on [the] {channel}]",),
            ["(see )(trigun)"],
            id="brackets in brackets",
        ),
        pytest.param(
            ("see {programme} [now [at {channel}] please] [again]",),
            ["(see )(trigun)[ [now please] [again]]"],
            id="the inner brackets alone are left out",
        ),
        pytest.param(
            ("see {programme} [{channel}] now",),
            ["(see )(trigun)( now)"],
            id="nothing but a name in brackets",
        ),
        pytest.param(("see {programme} on {channel}",), [], id="a name that has to be said"),
        pytest.param(
            ("see {programme} now", "see {programme} later"),
            ["(see )(trigun)( now| later)"],
            id="the same beginning is there once",
        ),
    ],
)
def test_sentences_without_a_channel(
    monkeypatch: pytest.MonkeyPatch, rows: tuple[str, ...], expected: list[str]
) -> None:
    kind = names.INTENT_WHEN_IS
    nothing: tuple[str, ...] = ()
    table = {**dict.fromkeys(names.INTENTS, nothing), kind: rows}
    language = Language(channel="[the] {names}", sentences=table)
    monkeypatch.setattr(sentences, "LANGUAGES", {"xx": language})
    known = Vocabulary(languages=("xx",), channels=[], guide_titles=frozenset(("Trigun",)))
    assert sentences.build_sentences(known) == ({kind: expected} if expected else {})


# Triggers


@pytest.fixture
def triggers(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Triggers:
    triggers = Triggers()
    hass.config.components.add("conversation")
    monkeypatch.setattr(our_triggers, "async_initialize_triggers", triggers.initialize)
    return triggers


async def test_sentences_stay_while_nothing_changes(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    triggers: Triggers,
    freezer: FrozenDateTimeFactory,
) -> None:
    await setup_integration(hass, entry)
    attached: list[bool] = []
    triggers.on_attach = lambda: attached.append(True)
    await move_clock(hass, freezer, NOON + our_triggers.LOOK_INTERVAL)
    assert attached == []
    ar.async_get(hass).async_create("Attic")
    await move_clock(hass, freezer, NOON + 2 * our_triggers.LOOK_INTERVAL)
    assert len(attached) == 1


async def test_there_is_nothing_to_say_without_a_guide(
    hass: HomeAssistant, folder: Path, triggers: Triggers
) -> None:
    (folder / "index.m3u").unlink()
    coordinator = await setup_integration(hass, make_entry(folder))
    assert not our_triggers.Sentences(hass, coordinator).is_outdated
    assert triggers.attached == []


async def test_only_so_many_players_can_be_said(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    triggers: Triggers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(our_triggers, "MAX_PLACES", 2)
    assert await async_setup_component(hass, "homeassistant", {})
    for name in ("attic", "bathroom", "cellar"):
        add_player(hass, name, name)
    await setup_integration(hass, entry)
    texts = triggers.texts(names.INTENT_WATCH_ON)
    assert any("(attic|bathroom)" in text for text in texts)
    assert not any("cellar" in text for text in texts)


@pytest.mark.parametrize(("length", "is_said"), [(200, True), (201, False)])
async def test_the_longest_title_that_was_on_can_be_said(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    triggers: Triggers,
    freezer: FrozenDateTimeFactory,
    length: int,
    is_said: bool,
) -> None:
    coordinator = await setup_integration(hass, entry)
    await was_on(coordinator, mtv97=(programme(-1, "y" * length),))
    ar.async_get(hass).async_create("Attic")
    await move_clock(hass, freezer, NOON + our_triggers.LOOK_INTERVAL)
    texts = triggers.texts(names.INTENT_WHEN_WAS)
    assert any("y" * length in text for text in texts) is is_said


async def open_spoken(hass: HomeAssistant, folder: Path) -> None:
    """Load a guide in which Trigun is on, and on again."""
    await async_setup_intents(hass)
    feed = make_feed_with(("Trigun", timedelta()), ("Trigun", 3 * HOUR))
    write_provider_files(folder, feed)
    await setup_integration(hass, make_entry(folder))


async def is_known(triggers: Triggers, conversation: str) -> bool:
    """Whether it is known in a conversation that Trigun was spoken of."""
    answer: Any = await triggers.say(*AGAIN, conversation)
    assert answer == WHICH or answer.startswith("Trigun is on again at 3:00 PM")
    return bool(answer != WHICH)


async def test_what_was_spoken_of_last_is_remembered_longest(
    hass: HomeAssistant, folder: Path, triggers: Triggers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(our_triggers, "MAX_CONVERSATIONS", 2)
    await open_spoken(hass, folder)
    for conversation in ("one", "two", "one", "three"):
        await triggers.say(*ON, conversation)
    assert not await is_known(triggers, "two")
    assert await is_known(triggers, "one")
    assert await is_known(triggers, "three")


async def test_nothing_is_remembered_of_what_is_no_conversation(
    hass: HomeAssistant, folder: Path, triggers: Triggers
) -> None:
    await open_spoken(hass, folder)
    await triggers.say(*ON, "")
    assert not await is_known(triggers, "")


async def test_an_answer_without_a_title_leaves_what_was_spoken_of(
    hass: HomeAssistant, folder: Path, triggers: Triggers
) -> None:
    await open_spoken(hass, folder)
    await triggers.say(*ON, "one")
    answer = await triggers.say(names.INTENT_WHATS_ON, "what is on mtv97", "one")
    assert answer == "There is no programme list for MTV97."
    assert await is_known(triggers, "one")
