"""Recording by sentence and by intent."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import intent, llm
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.toonami_downlink.assist import recording as by_voice
from custom_components.toonami_downlink.engine.downlink.models import Programme
from custom_components.toonami_downlink.engine.downlink.publish.publication import Publication
from custom_components.toonami_downlink.engine.downlink.recording.model import RuleKind, State
from custom_components.toonami_downlink.intent import async_setup_intents
from custom_components.toonami_downlink.llm import async_get_tools
from custom_components.toonami_downlink.storage.recorded import Recorded, RecordingStore

from .assisted import handle, needs_conversation, programme
from .harness import NOW
from .recorded import EAST, House, make_recording
from .test_assist_conversation import converse
from .test_intent import ask
from .users import USERS, user_of

HOUR = timedelta(hours=1)
NOTHING = "No recording is planned."


async def open_with(house: House, **channels: tuple[Programme, ...]) -> House:
    """Load it, with that guide; it is 12:10. Only administrators may watch, unless it is said."""
    house.options.setdefault("users_may_watch", False)
    await house.hass.config.async_set_time_zone("UTC")
    await async_setup_intents(house.hass)
    await house.start()
    await show(house, **channels)
    return house


async def show(house: House, **channels: tuple[Programme, ...]) -> None:
    coordinator = house.entry.runtime_data
    feed = coordinator.data.feed
    guide = {**dict.fromkeys(feed.guide, ()), **channels}
    generation = replace(coordinator.generation, feed=replace(feed, guide=guide))
    coordinator.async_set_updated_data(Publication(generation))
    await house.settle()


@pytest.fixture
async def at_home(house: House) -> House:
    """Make a house with a few programmes to record."""
    return await open_with(
        house,
        toonami_east=(
            programme(1, "Trigun", season=1, episode=4),
            programme(9, "Trigun", season=1, episode=5),
            programme(30, "Zoids"),
        ),
        snick_west=(programme(0, "Doug"), programme(3, "Doug")),
    )


@pytest.fixture
async def crowded(house: House) -> House:
    """Make a house that may fetch one channel at a time."""
    house.options["max_channels"] = 1
    return await open_with(
        house,
        toonami_east=(programme(1, "Trigun", season=1, episode=4),),
        toonami_west=(programme(4, "Trigun", season=1, episode=4),),
        snick_east=(programme(1, "Doug", season=1, episode=2), programme(8, "Rugrats")),
    )


def planned(house: House) -> list[tuple[str, str, State]]:
    return [(one.programme.title, one.channel, one.state) for one in house.recordings.items]


# Record


async def test_what_comes_next_is_planned(hass: HomeAssistant, at_home: House) -> None:
    said, data = await handle(hass, "Record", programme="trigun")
    assert said == "I will record Trigun at 1:00 PM on Toonami Aftermath East."
    assert planned(at_home) == [("Trigun", EAST, State.PLANNED)]
    assert data["recorded"] is data["done"] is True
    assert data["recording"]["id"] == at_home.only.identity
    assert data["link"] == f"/toonami-downlink/guide/1/{int(at_home.only.start.timestamp())}"
    said, data = await handle(hass, "Record", programme="Trigun")
    assert said == (
        "Trigun is planned already: I will record it at 1:00 PM on Toonami Aftermath East."
    )
    assert data["recorded"] is data["done"] is True
    assert len(planned(at_home)) == 1


async def test_times_are_those_of_the_house(hass: HomeAssistant, at_home: House) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    assert (await handle(hass, "Record", programme="zoids"))[0] == (
        "I will record Zoids tomorrow at 7:00 PM on Toonami Aftermath East."
    )


async def test_what_is_on_is_recorded(hass: HomeAssistant, at_home: House) -> None:
    said, _ = await handle(hass, "Record", channel="snick west")
    assert said == "I am recording Doug on Snickelodeon West, until 1:00 PM."
    assert planned(at_home) == [("Doug", "snick_west", State.RECORDING)]
    said, _ = await handle(hass, "Record", programme="doug")
    assert said == "I am recording Doug on Snickelodeon West already, until 1:00 PM."
    said, data = await handle(hass, "CancelRecording", channel="snick west")
    assert said == (
        "I have stopped recording Doug on Snickelodeon West. What is there of it is kept."
    )
    assert data["recorded"] is False
    assert planned(at_home) != [("Doug", "snick_west", State.RECORDING)]


async def test_on_a_channel_that_is_named(hass: HomeAssistant, at_home: House) -> None:
    said, data = await handle(hass, "Record", programme="trigun", channel="snick west")
    assert said == "I cannot find trigun in the guide."
    assert data["done"] is False
    said, data = await handle(hass, "Record", programme="Trigan")
    assert said == "I cannot find Trigan in the guide. Do you mean Trigun?"
    assert planned(at_home) == []


async def test_where_nothing_is_known(hass: HomeAssistant, at_home: House) -> None:
    said, data = await handle(hass, "Record", channel="mtv97")
    assert said == "There is nothing on that channel at that time."
    assert data == {"recorded": False, "done": False}
    assert (await handle(hass, "Record"))[0] == "What do you want to record?"


async def test_it_is_there_already(hass: HomeAssistant, house: House) -> None:
    held = make_recording(programme=programme(-2, "Trigun", season=1, episode=4))
    held = replace(held, start=held.programme.start, stop=held.programme.stop, file="a.mp4")
    (house.folder / "a.mp4").write_bytes(b"a" * 10)
    await RecordingStore(hass).async_save(Recorded(recordings=(held,), next_number=2))
    again = programme(1, "Trigun", season=1, episode=4)
    await open_with(house, toonami_east=(held.programme,), toonami_west=(again,))
    said, data = await handle(hass, "Record", programme="trigun")
    assert said == (
        "Trigun is recorded already: it was on Toonami Aftermath East today at 10:00 AM."
    )
    assert data["recorded"] is True
    assert house.only.state is State.COMPLETE


async def test_recordings_are_switched_off(hass: HomeAssistant, house: House) -> None:
    house.options["recordings"] = False
    await open_with(house, toonami_east=(programme(1, "Trigun"),))
    for kind, slots in (
        ("Record", {"programme": "Trigun"}),
        ("Record", {}),
        ("CancelRecording", {"programme": "Trigun"}),
    ):
        said, data = await handle(hass, kind, **slots)
        assert said == (
            "Recordings are switched off. Switch them on in the options of Toonami Downlink."
        )
        assert data == {"recorded": False, "done": False}
    assert (await ask(hass, "Record", "de-CH", programme="Trigun")).startswith("Aufnahmen sind aus")
    assert house.upstream.asked == []


async def test_the_folder_cannot_be_used(hass: HomeAssistant, at_home: House) -> None:
    moved = at_home.folder.rename(at_home.folder.with_name("elsewhere"))
    said, data = await handle(hass, "Record", channel="snick west")
    assert said == (
        "I will record Doug at 12:00 PM on Snickelodeon West. "
        "But the folder of the recordings cannot be used at the moment."
    )
    assert data["recorded"] is data["done"] is False
    moved.rename(at_home.folder)


# Where there is no room


async def test_there_is_no_room(hass: HomeAssistant, crowded: House) -> None:
    await handle(hass, "Record", programme="doug")
    said, data = await handle(hass, "Record", programme="trigun")
    assert said == (
        "There is no room to record Trigun at 1:00 PM on Toonami Aftermath East: all places are "
        "taken at that time, by Doug. It would fit at 4:00 PM on Toonami Aftermath West: tell me "
        "to record it there."
    )
    assert data["recorded"] is data["done"] is False
    assert data["instead"]["channel"] == "Toonami Aftermath West"
    # And so it is told.
    said, data = await handle(hass, "Record", programme="trigun", channel="toonami west")
    assert said == "I will record Trigun at 4:00 PM on Toonami Aftermath West."
    assert data["recorded"] is True
    await crowded.settle()
    assert crowded.recordings.conflicts == ()
    assert planned(crowded) == [
        ("Doug", "snick_east", State.PLANNED),
        ("Trigun", "toonami_west", State.PLANNED),
    ]


async def test_there_is_no_way_out(hass: HomeAssistant, crowded: House) -> None:
    await handle(hass, "Record", programme="trigun")
    said, data = await handle(hass, "Record", programme="doug")
    assert said.endswith("by Trigun. The guide has no other showing of it that would fit.")
    assert "instead" not in data


async def test_what_a_rule_wants_gives_way(hass: HomeAssistant, crowded: House) -> None:
    await crowded.recordings.async_add_rule(RuleKind.SHOW, "Doug")
    assert planned(crowded) == [("Doug", "snick_east", State.PLANNED)]
    said, data = await handle(hass, "Record", programme="trigun")
    assert said == (
        "I will record Trigun at 1:00 PM on Toonami Aftermath East. Doug has to give way, and "
        "will not be recorded at 1:00 PM. The guide has no other showing of it that would fit."
    )
    assert data["recorded"] is True


# Not any more


async def test_cancel(hass: HomeAssistant, at_home: House) -> None:
    assert (await handle(hass, "CancelRecording"))[0] == "Which programme do you mean?"
    said, data = await handle(hass, "CancelRecording", programme="Trigun")
    assert said == f"I am not going to record Trigun. {NOTHING}"
    assert data == {"recorded": False, "planned": [], "done": False}
    await at_home.recordings.async_add_rule(RuleKind.SHOW, "Trigun", only_missing=False)
    await handle(hass, "Record", programme="zoids")
    said, data = await handle(hass, "CancelRecording", programme="TRIGUN")
    assert said == (
        "I will not record Trigun at 1:00 PM on Toonami Aftermath East. Still planned of it: 1."
    )
    assert (data["recorded"], data["more"], data["done"]) == (False, 1, True)
    await at_home.settle()
    said, _ = await handle(hass, "CancelRecording", programme="trigun", channel="east")
    assert said == "I will not record Trigun at 9:00 PM on Toonami Aftermath East."
    said, data = await handle(hass, "CancelRecording", programme="Trigun")
    assert said == "I am not going to record Trigun. I am going to record Zoids."
    assert [one["title"] for one in data["planned"]] == ["Zoids"]
    said, _ = await handle(hass, "CancelRecording", channel="east")
    assert said == (
        "I am not recording anything on Toonami Aftermath East. I am going to record Zoids."
    )
    # What was cancelled can be recorded all the same.
    said, _ = await handle(hass, "Record", programme="Trigun")
    assert said == "I will record Trigun at 1:00 PM on Toonami Aftermath East."


async def test_only_so_many_are_named(hass: HomeAssistant, house: House) -> None:
    titles = [f"Show {number}" for number in range(by_voice.MAX_SAID + 1)]
    east = tuple(programme(hour + 1, title) for hour, title in enumerate(titles))
    await open_with(house, toonami_east=east)
    for title in titles:
        await handle(hass, "Record", programme=title)
    said, data = await handle(hass, "CancelRecording", programme="Trigun")
    assert said.endswith("record Show 0, Show 1, Show 2, Show 3 and Show 4.")
    assert len(data["planned"]) == by_voice.MAX_SAID


# Who may


@pytest.mark.parametrize("kind", [*USERS, "unknown"])
async def test_who_may_record(hass: HomeAssistant, at_home: House, kind: str) -> None:
    user_id = "nobody" if kind == "unknown" else user_of(hass, kind).id
    await at_home.recordings.async_record(EAST, NOW.replace(minute=0) + HOUR)
    context = Context(user_id=user_id)
    for intent_type, slots, done in (
        ("Record", {"programme": "Zoids"}, "I will record Zoids"),
        ("CancelRecording", {"programme": "Trigun"}, "I will not record Trigun"),
    ):
        said, data = await handle(hass, intent_type, context=context, **slots)
        if kind == "administrator":
            assert said.startswith(done)
        else:
            assert said == "You may not record: only those who may watch in the panel may."
            assert data == {"allowed": False, "done": False}
    changed = [("Trigun", EAST, State.CANCELLED), ("Zoids", EAST, State.PLANNED)]
    kept = [("Trigun", EAST, State.PLANNED)]
    assert planned(at_home) == (changed if kind == "administrator" else kept)


async def test_users_may_record_where_they_may_watch(hass: HomeAssistant, house: House) -> None:
    house.options["users_may_watch"] = True
    await open_with(house, toonami_east=(programme(1, "Trigun"),))
    context = Context(user_id=user_of(hass, "read-only").id)
    said, _ = await handle(hass, "Record", context=context, programme="Trigun")
    assert said.startswith("I will record Trigun")


@pytest.mark.parametrize("kind", ["Record", "CancelRecording"])
async def test_texts_are_limited(hass: HomeAssistant, at_home: House, kind: str) -> None:
    assert "x" * 200 in (await handle(hass, kind, programme="x" * 200))[0]
    for slots in ({"programme": "x" * 201}, {"channel": "x" * 201}):
        with pytest.raises(intent.InvalidSlotInfo):
            await handle(hass, kind, **slots)


async def test_nothing_is_recorded_while_unloaded(hass: HomeAssistant, at_home: House) -> None:
    await at_home.stop()
    for kind in ("Record", "CancelRecording"):
        assert (await handle(hass, kind, programme="Trigun"))[0] == "There is no TV guide yet."


async def test_a_language_model_records(hass: HomeAssistant, at_home: House) -> None:
    """In the name of whoever talks to it."""

    async def call(tool: str, kind: str, **arguments: str) -> dict[str, Any]:
        context = llm.LLMContext(
            platform="test",
            context=Context(user_id=user_of(hass, kind).id),
            language="en",
            assistant="conversation",
            device_id=None,
        )
        offered = async_get_tools(hass, context, llm.LLM_API_ASSIST)
        assert offered
        wanted = next(one for one in offered.tools if one.name.endswith(f"__{tool}"))
        called = llm.ToolInput(tool_name=wanted.name, tool_args=arguments)
        answer: Any = await wanted.async_call(hass, called, context)
        return dict(getattr(answer, "data", answer))

    assert (await call("record", "user", programme="Zoids"))["allowed"] is False
    assert (await call("record", "administrator", programme="Zoids"))["recorded"] is True
    assert planned(at_home) == [("Zoids", EAST, State.PLANNED)]
    answer = await call("cancel_recording", "administrator", programme="Zoids", channel="")
    assert answer["recording"]["title"] == "Zoids"
    assert planned(at_home) == [("Zoids", EAST, State.CANCELLED)]


# By sentence


@needs_conversation
async def test_record_by_sentences(hass: HomeAssistant, at_home: House) -> None:
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "conversation", {})
    await hass.async_block_till_done()
    assert (await converse(hass, "Record Trigun"))[1].startswith("I will record Trigun at")
    assert (await converse(hass, "record what's on snick west"))[1].startswith(
        "I am recording Doug on Snickelodeon West"
    )
    assert (await converse(hass, "Don't record Trigun"))[1].startswith("I will not record Trigun")
    assert (await converse(hass, "stop recording Doug"))[1].startswith("I have stopped recording")


@needs_conversation
async def test_whoever_says_it_is_known(hass: HomeAssistant, at_home: House) -> None:
    """Home Assistant gives a sentence trigger no context, but says what it was given."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "conversation", {})
    await hass.async_block_till_done()

    async def say(user: MockUser) -> Any:
        answer: Any = await hass.services.async_call(
            "conversation",
            "process",
            {"text": "record Trigun", "language": "en"},
            blocking=True,
            return_response=True,
            context=Context(user_id=user.id),
        )
        return answer["response"]["speech"]["plain"]["speech"]

    assert (await say(user_of(hass, "user"))).startswith("You may not record")
    assert planned(at_home) == []
    assert (await say(user_of(hass, "administrator"))).startswith("I will record Trigun")
