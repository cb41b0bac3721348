"""The sentences that Assist understands, and the file with them for other languages."""

from dataclasses import replace
from datetime import timedelta
import functools
from pathlib import Path
import re
from typing import Any

from homeassistant.util.yaml import load_yaml_dict
import pytest

import custom_components.toonami_downlink as integration
from custom_components.toonami_downlink.assist import names, sentences
from custom_components.toonami_downlink.assist.languages import LANGUAGES, translation_of
from custom_components.toonami_downlink.assist.matching import MAX_QUERY_CHARS
from custom_components.toonami_downlink.assist.sentences import Vocabulary
from custom_components.toonami_downlink.const import DOMAIN
from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN, KnownChannel
from custom_components.toonami_downlink.engine.downlink.models import Channel

from . import spoken
from .assisted import needs_conversation
from .factories import NOON, make_feed_with

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


def test_each_language_is_answered_in_its_own() -> None:
    folder = Path(integration.__file__).parent / "translations"
    assert {translation_of(key) for key in LANGUAGES} == {one.stem for one in folder.iterdir()}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Cowboy Bebop", {"cowboy bebop"}, id="plain"),
        pytest.param("Yu-Gi-Oh!", {"yu-gi-oh", "yu gi oh"}, id="hyphens"),
        pytest.param("Ren & Stimpy", {"ren and stimpy", "ren & stimpy"}, id="and"),
        pytest.param("G.I. Joe", {"gi joe", "g.i. joe"}, id="initials"),
        pytest.param("S.W.A.T.", {"swat", "s.w.a.t.", "s.w.a.t"}, id="initials at the end"),
        pytest.param("gen:LOCK", {"genlock", "gen:lock"}, id="inside of a word"),
        pytest.param("R.O.D: The TV, No. 6!", {"rod the tv no 6", "r.o.d the tv no 6"}, id="marks"),
        pytest.param("Außenbereich", {"außenbereich", "aussenbereich"}, id="sharp s"),
        pytest.param("Pokémon", {"pokémon", "pokemon"}, id="accent"),
        pytest.param("Ranma 1/2", {"ranma 1/2", "ranma 1 2"}, id="slash"),
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
    assert sum(text.count("|trigun|") for texts in built.values() for text in texts) <= 21


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


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        pytest.param(
            names.INTENT_WATCH_ON,
            "put on Toonami Radio on the radio",
            {"channel": "Toonami Aftermath Radio", "name": "Radio"},
            id="a player has a part of the name of a channel",
        ),
        pytest.param(
            names.INTENT_WATCH_ON,
            "watch Toonami Radio",
            {"channel": "Toonami Aftermath Radio"},
            id="a title has",
        ),
        pytest.param(
            names.INTENT_WHEN_IS,
            "when is Toonami on Toonami West",
            {"programme": "Toonami", "channel": "Toonami Aftermath West"},
            id="it is said twice",
        ),
        pytest.param(
            names.INTENT_WHATS_ON,
            "what's airing on Toonami Radio now",
            {"channel": "Toonami Aftermath Radio"},
            id="no player can be said",
        ),
        pytest.param(
            names.INTENT_WHATS_ON, "what's on MTV97", {"channel": "MTV97"}, id="no title can"
        ),
        pytest.param(
            names.INTENT_WHATS_NEXT,
            "what's next on Toonami",
            {"channel": "Toonami Aftermath East"},
            id="no title of what is next",
        ),
        pytest.param(
            names.INTENT_WHATS_NEXT,
            "what's next on Snick",
            {"channel": "Snickelodeon East"},
            id="no area can be said",
        ),
    ],
)
def test_names_in_names(kind: str, text: str, expected: dict[str, str]) -> None:
    known = vocabulary(
        "en",
        guide_titles=frozenset(("MTV97", "Toonami")),
        areas=frozenset(("Snick",)),
        players=frozenset(("Radio",)),
    )
    found = sentences.find_slots(known, kind, text)
    assert {slot: one["value"] for slot, one in found.items()} == expected


def test_a_name_is_a_whole_word() -> None:
    known = vocabulary("en", guide_titles=frozenset(("Big O", "Big", "On")))
    slots = sentences.find_slots(known, names.INTENT_WHEN_IS, "when is big one on")
    assert slots["programme"]["value"] == "Big"


# Through the parser that Assist uses


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
