"""Assist of a real Home Assistant: the languages of its pipelines, and what it can be told."""

from typing import Any

from scripts.lib.develop.feed import Access
from scripts.lib.develop.home import Home
from scripts.lib.develop.waiting import wait_for

PIPELINE = {
    "name": "Deutsch",
    "conversation_engine": "conversation.home_assistant",
    "conversation_language": "de",
    "language": "de",
    **dict.fromkeys(("stt_engine", "stt_language", "tts_engine", "tts_language", "tts_voice")),
    **dict.fromkeys(("wake_word_entity", "wake_word_id")),
}


def say(home: Home, text: str, language: str, **more: Any) -> dict[str, Any]:
    """Say something to Assist; return the whole answer."""
    answer: dict[str, Any] = home.client.command(
        "conversation/process", text=text, language=language, **more
    )
    return answer


def speech(answer: dict[str, Any]) -> str:
    said: str = answer["response"]["speech"]["plain"]["speech"]
    return said


def test_assist_learns_the_language_of_a_new_pipeline(home: Home, access: Access) -> None:
    english = say(home, "What's on Toonami?", "en")
    assert "is on Toonami Aftermath East until" in speech(english)
    again = say(home, "When is it on again?", "en", conversation_id=english["conversation_id"])
    assert "Which programme" not in speech(again)

    german = "Was läuft gerade auf Toonami?"
    assert say(home, german, "de")["response"]["response_type"] == "error"
    pipeline = home.client.command("assist_pipeline/pipeline/create", **PIPELINE)
    try:
        wait_for(
            lambda: "Auf Toonami Aftermath East läuft bis" in speech(say(home, german, "de")),
            "Assist does not learn German",
            60,
        )
        assert "is on Toonami Aftermath East" in speech(say(home, "What's on Toonami?", "en"))
    finally:
        home.client.command("assist_pipeline/pipeline/delete", pipeline_id=pipeline["id"])


def test_assist_follows(home: Home, access: Access) -> None:
    found = home.client.command("toonami_downlink/guide/search", query="iron", titles=True)
    title = str(found["results"][0][4])
    assert speech(say(home, f"Follow {title}", "en")).startswith(f"I follow {title} now.")
    items = home.client.command("todo/item/list", entity_id="todo.toonami_downlink_follow")
    assert [one["summary"] for one in items["items"]] == [title]
    wait_for(
        lambda: (
            speech(say(home, f"Unfollow {title}", "en")) == f"I do not follow {title} any more."
        ),
        "It is not known what is followed",
        60,
    )
