"""The sentences that Assist understands, and the file with them for other languages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
import functools
import importlib.util
from pathlib import Path
import re
import sys
from types import SimpleNamespace
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.assist import names, sentences, triggers as our_triggers
from custom_components.toonami_downlink.assist.languages import LANGUAGES
from custom_components.toonami_downlink.assist.matching import MAX_QUERY_CHARS
from custom_components.toonami_downlink.assist.sentences import Vocabulary
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN, KnownChannel
from custom_components.toonami_downlink.engine.downlink.models import Cause, Channel
from custom_components.toonami_downlink.intent import async_setup_intents

from . import spoken
from .factories import NOON, SLOT, make_entry, make_feed, make_feed_with, write_provider_files
from .harness import move_clock, setup_integration

CUSTOM_SENTENCES = Path(__file__).parents[2] / "custom_sentences" / "en" / f"{DOMAIN}.yaml"


def channel_of(key: str, name: str) -> Channel:
    return Channel(key=key, name=name, number=1, guide_id="x", stream_url="x")


NEWS = channel_of("news", "News")


def vocabulary(*languages: str, **values: Any) -> Vocabulary:
    known: dict[str, Any] = {
        "channels": [known.channel("https://example.com/live.m3u8") for known in KNOWN],
        "guide_titles": spoken.TITLES,
        "followed": spoken.TITLES,
        "areas": spoken.AREAS,
        "players": spoken.PLAYERS,
    }
    return Vocabulary(languages=languages or spoken.LANGUAGES, **known | values)


def test_custom_sentences_are_the_same() -> None:
    written = load_yaml_dict(str(CUSTOM_SENTENCES))
    values = {
        "channel": "<toonami_channel>",
        "programme": "{toonami_programme:programme}",
        "place": "<toonami_place>",
    }
    assert {
        kind: [sentence for data in item["data"] for sentence in data["sentences"]]
        for kind, item in written["intents"].items()
    } == {
        kind: [sentence.format(**values) for sentence in LANGUAGES["en"].sentences[kind]]
        for kind in names.INTENTS
    }
    assert written["lists"]["toonami_channel"]["values"] == [
        {"in": f"({'|'.join(spoken_names(known))})", "out": known.name} for known in KNOWN
    ]


def spoken_names(known: KnownChannel, language: str = "en") -> list[str]:
    return sentences.spoken_names(channel_of(known.key, known.name), LANGUAGES[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_all_intents(language: str) -> None:
    table = LANGUAGES[language].sentences
    assert set(table) == set(names.INTENTS)
    assert all(table.values())
    for rows in table.values():
        for row in rows:
            slots = set(re.findall(r"{(\w+)}", row))
            assert slots <= {"channel", "programme", "place"}
    assert set(LANGUAGES[language].names) <= {known.key for known in KNOWN}


@pytest.mark.parametrize(
    ("title", "expected"),
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
def test_spoken_titles(title: str, expected: set[str]) -> None:
    assert sentences.spoken_titles(title) == expected


def test_names_of_a_channel_nobody_knows() -> None:
    english = LANGUAGES["en"]
    assert sentences.spoken_names(channel_of("other_kids", "Kids, Central!"), english) == [
        "kids central"
    ]
    assert sentences.spoken_names(channel_of("radio", "Toonami Aftermath Radio"), english) == [
        "radio channel",
        "toonami aftermath radio",
        "toonami radio",
    ]


def test_what_is_not_known_is_not_asked_for() -> None:
    nothing: frozenset[str] = frozenset()
    bare = vocabulary(guide_titles=nothing, followed=nothing, areas=nothing, players=nothing)
    built = sentences.build_sentences(bare)
    assert names.INTENT_WHEN_IS not in built
    assert names.INTENT_UNFOLLOW not in built
    assert all(built.values())
    assert not [text for texts in built.values() for text in texts if "{" in text or "()" in text]
    english = sentences.build_sentences(
        vocabulary("en", guide_titles=nothing, areas=nothing, players=nothing, channels=[NEWS])
    )
    assert english[names.INTENT_WATCH_ON] == ["(watch|show [me]) [the] (news) [channel]"]
    nobody = vocabulary("en", channels=[], guide_titles=nothing, followed=nothing)
    assert set(sentences.build_sentences(nobody)) == {
        names.INTENT_WHEN_AGAIN,
        names.INTENT_FOLLOWED_TONIGHT,
    }


def test_no_sentence_is_a_title_alone() -> None:
    for language in LANGUAGES.values():
        for row in (row for rows in language.sentences.values() for row in rows):
            before, title, after = row.partition("{programme}")
            is_bare = sentences._is_optional(before) and sentences._is_optional(after)  # noqa: SLF001
            assert not (title and is_bare), row


def test_titles_are_in_there_but_a_few_times_in_all_languages() -> None:
    built = sentences.build_sentences(vocabulary())
    assert sum(text.count("|trigun|") for texts in built.values() for text in texts) <= 15


def test_only_so_many_titles_can_be_said() -> None:
    limit = sentences.MAX_GUIDE_TITLES
    shows = [(f"Title {number}", timedelta(hours=number)) for number in range(limit + 1)]
    feed = make_feed_with(("Over", timedelta(hours=-1)), *shows)
    feed = replace(feed, guide={"toonami_east": feed.guide["toonami_east"]})
    found = sentences.titles_to_say(feed, NOON)
    assert found == {title for title, _ in shows[:limit]}
    long, too_long = "y" * MAX_QUERY_CHARS, "z" * (MAX_QUERY_CHARS + 1)
    feed = make_feed_with((long, timedelta()), (too_long, timedelta(hours=1)))
    said = sentences.titles_to_say(feed, NOON)
    assert long in said
    assert too_long not in said


def test_slots() -> None:
    known = vocabulary("en", guide_titles=frozenset(("Toonami Special", "Dragon Ball Z")))
    kind = names.INTENT_WHEN_IS
    assert sentences.find_slots(known, kind, "When is Toonami special on?") == {
        "programme": {"value": "Toonami Special"}
    }
    assert sentences.find_slots(known, kind, "when is dragon ball z on snick west") == {
        "programme": {"value": "Dragon Ball Z"},
        "channel": {"value": "Snickelodeon West"},
    }
    assert sentences.find_slots(known, names.INTENT_WHATS_ON, "What's on the movies channel?") == {
        "channel": {"value": "Movies"}
    }


def test_a_name_is_a_whole_word() -> None:
    known = vocabulary("en", guide_titles=frozenset(("Big O", "Big", "On")))
    slots = sentences.find_slots(known, names.INTENT_WHEN_IS, "when is big one on")
    assert slots["programme"]["value"] == "Big"


# Through the parser that Assist uses

needs_conversation = pytest.mark.skipif(
    importlib.util.find_spec("hassil") is None, reason="the parts of Assist are not installed"
)


@functools.cache
def intents_of(*languages: str) -> Any:
    """Compile the sentences as the conversation integration does."""
    from hassil.intents import Intents  # noqa: PLC0415

    built = sentences.build_sentences(vocabulary(*languages))
    return Intents.from_dict(
        {
            "language": "en",
            "intents": {kind: {"data": [{"sentences": texts}]} for kind, texts in built.items()},
        }
    )


def understood(text: str, *languages: str) -> set[str]:
    from hassil.recognize import recognize_all  # noqa: PLC0415

    return {result.intent.name for result in recognize_all(text, intents_of(*languages))}


TABLES = [said for language in spoken.LANGUAGES for said in spoken.read_table(language)]


@pytest.mark.parametrize("language", spoken.LANGUAGES)
def test_tables_are_long_enough(language: str) -> None:
    table = spoken.read_table(language)
    assert len(table) >= 40
    assert {said.intent for said in table} >= set(names.INTENTS)


@needs_conversation
@pytest.mark.parametrize("language", spoken.LANGUAGES)
def test_tables_in_their_language(language: str) -> None:
    wrong = [
        (said.text, understood(said.text, language))
        for said in spoken.read_table(language)
        if understood(said.text, language) != {said.intent}
    ]
    assert wrong == []


@needs_conversation
def test_a_sentence_means_one_thing_in_all_languages_together() -> None:
    every = vocabulary()
    for said in TABLES:
        assert understood(said.text, *spoken.LANGUAGES) == {said.intent}, said
        assert sentences.find_slots(every, said.intent, said.text) == said.slots, said


@needs_conversation
@pytest.mark.parametrize("language", spoken.LANGUAGES)
def test_what_the_house_says_is_no_sentence_of_ours(language: str) -> None:
    for text in (*spoken.LEFT_ALONE[language], *spoken.TITLES, *spoken.AREAS, *spoken.PLAYERS):
        assert understood(text, *spoken.LANGUAGES) == set(), text


@needs_conversation
@pytest.mark.parametrize(
    "title", ["(a|b", "[x]", "{area}", "<rule>", "a;b", "...", "x" * 200, "¿?"]
)
def test_sentences_are_valid_whatever_a_title_is(title: str) -> None:
    from homeassistant.components.conversation.trigger import TRIGGER_SCHEMA  # noqa: PLC0415

    hostile = frozenset((title, f"Toonami {title}", "Trigun"))
    known = vocabulary(guide_titles=hostile, areas=hostile, players=hostile, followed=hostile)
    for texts in sentences.build_sentences(known).values():
        TRIGGER_SCHEMA({"platform": "conversation", "command": texts})
        assert not [text for text in texts if "{" in text or "<" in text]


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
        "Snickelodeonで次に何をやりますか？",  # noqa: RUF001
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
@pytest.mark.parametrize(("language", "said", "answer"), IN_OTHER_LANGUAGES)
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
@pytest.mark.parametrize("language", spoken.LANGUAGES)
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
