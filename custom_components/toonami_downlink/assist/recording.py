"""Record a programme or what is on, and record it no more."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, override

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from ..const import DOMAIN
from ..engine.downlink.recording.chances import WANTED
from ..engine.downlink.recording.conflicts import Conflict
from ..engine.downlink.recording.model import Recording, State
from ..places import programme_place
from ..recording.access import async_may_record
from ..recording.describing import channel_name, describe
from ..recording.manager import Recordings, async_recordings
from .answers import airing_data
from .intents import DownlinkIntentHandler, Request
from .languages import translation_of
from .matching import SHORT_TEXT, fold, resolve_title, showings
from .names import INTENT_CANCEL_RECORDING, INTENT_RECORD, SLOT_PROGRAMME
from .speech import Reply

MAX_SAID: Final = 5
"""So many recordings are named in one sentence."""
_TO_COME: Final = frozenset({State.PLANNED, State.RECORDING})


class _RecordingHandler(DownlinkIntentHandler):
    """Something about recordings, for those who may record, while they are switched on."""

    is_question = False

    @property
    @override
    def slot_schema(self) -> dict[Any, Any]:
        return super().slot_schema | {vol.Optional(SLOT_PROGRAMME): SHORT_TEXT}

    @override
    async def async_reply(self, request: Request) -> Reply:
        recordings = async_recordings(request.hass)
        if recordings is None:
            return Reply(request.answers.say("assist_no_feed"))
        if not await async_may_record(request.coordinator, request.intent.context):
            return Reply(request.answers.say("assist_may_not_record"), {"allowed": False})
        if not recordings.is_on:
            return await _async_refusal(request, "recordings_off")
        wanted = request.slots.get(SLOT_PROGRAMME, "").strip()
        try:
            return await self._async_do(request, recordings, wanted)
        except HomeAssistantError as err:
            values = err.translation_placeholders or {}
            return await _async_refusal(request, err.translation_key or "", **values)

    @abstractmethod
    async def _async_do(self, request: Request, recordings: Recordings, wanted: str) -> Reply:
        """Do it. Raises HomeAssistantError, with the key of its text, when it cannot be done."""


class RecordHandler(_RecordingHandler):
    """Record the next showing of a programme, or what is on a channel."""

    intent_type = INTENT_RECORD
    tool = "record"
    title = "Record a programme"
    description = (
        "Records the next showing of a television programme, by its title, on the Toonami "
        "Aftermath channels or on one of them, or what is on now on a channel. Says when it is "
        "recorded, or why it cannot be."
    )

    @override
    async def _async_do(self, request: Request, recordings: Recordings, wanted: str) -> Reply:
        answers = request.answers
        if wanted:
            found = showings(request.feed, request.channels, wanted, answers.now)
            if not found:
                return answers.not_found(wanted, (await request.async_resolve(wanted)).nearest)
            channel, start = found[0].channel.key, found[0].programme.start
            return await _async_record(request, recordings, channel, start)
        if request.channel is None:
            return Reply(answers.say("assist_record_what"))
        return await _async_record(request, recordings, request.channel.key, None)


class CancelRecordingHandler(_RecordingHandler):
    """Do not record what was planned, or stop recording it."""

    intent_type = INTENT_CANCEL_RECORDING
    tool = "cancel_recording"
    title = "Record a programme no more"
    description = (
        "Cancels the next planned recording of a television programme of the Toonami Aftermath "
        "channels, by its title, or stops the one that is being made; with a channel and no title, "
        "the one of what is on there now. What is recorded already is kept."
    )
    is_idempotent = False

    @override
    async def _async_do(self, request: Request, recordings: Recordings, wanted: str) -> Reply:
        answers, channel = request.answers, request.channel
        if not wanted and channel is None:
            return Reply(answers.say("assist_which_programme"))
        to_come = [
            one
            for one in recordings.items
            if one.state in _TO_COME and (channel is None or one.channel == channel.key)
        ]
        chosen = await _async_chosen(request, to_come, wanted)
        if not chosen:
            return _not_recorded(request, recordings, wanted)
        first = min(chosen, key=lambda one: (not _is_on(one, answers.now), one.start))
        await recordings.async_cancel(first.identity)
        values = {
            "title": first.programme.title,
            "channel": channel_name(request.coordinator, first),
        }
        if first.state is State.RECORDING:
            said = answers.say("assist_recording_stopped", **values)
        else:
            said = answers.say("assist_will_not_record", when=answers.when(first.start), **values)
        if more := len(chosen) - 1:
            said += f" {answers.say('assist_more_recordings', count=more)}"
        return Reply(said, _data(request, first, is_recorded=False) | {"more": more}, is_done=True)


async def _async_record(
    request: Request, recordings: Recordings, channel: str, start: datetime | None
) -> Reply:
    """Record it, and say what comes of it."""
    known = {one.identity: one for one in recordings.items}
    crowded = {one.identity for one in recordings.conflicts}
    recording = await recordings.async_record(channel, start)
    own = [one for one in recordings.conflicts if one.identity == recording.identity]
    displaced = [
        one
        for one in recordings.conflicts
        if one.identity not in crowded and recording.identity in one.with_
    ]
    said = (
        [_no_room(request, recordings, recording, own[0])]
        if own
        else [_recorded(request, recording, known.get(recording.identity))]
    )
    said += [
        _displaced(request, other, one)
        for one in displaced[:MAX_SAID]
        if (other := recordings.get(one.identity))
    ]
    is_stuck = recording.state is State.PLANNED and recordings.trouble is not None
    if is_stuck:
        said.append(request.answers.say("assist_record_trouble"))
    data = _data(request, recording, is_recorded=not (own or is_stuck))
    if instead := next((one.instead for one in own if one.instead), None):
        data["instead"] = airing_data(instead)
    return Reply(" ".join(said), data, is_done=not (own or is_stuck))


def _recorded(request: Request, recording: Recording, known: Recording | None) -> str:
    """Say that it is or will be recorded, and whether it was to be already."""
    answers = request.answers
    values = {
        "title": recording.programme.title,
        "channel": channel_name(request.coordinator, recording),
    }
    was_wanted = (
        known is not None
        and known.state in WANTED
        and (known.channel, known.start) == (recording.channel, recording.start)
    )
    if recording.state is State.RECORDING:
        until = answers.time(recording.stop)
        if was_wanted:
            return answers.say("assist_recording_already", until=until, **values)
        return answers.say("assist_recording", until=until, **values)
    if recording.state is State.COMPLETE:
        when = answers.earlier(recording.start)
        return answers.say("assist_recorded_already", when=when, **values)
    when = answers.when(recording.start)
    if was_wanted:
        return answers.say("assist_will_record_already", when=when, **values)
    return answers.say("assist_will_record", when=when, **values)


def _no_room(
    request: Request, recordings: Recordings, recording: Recording, conflict: Conflict
) -> str:
    """Say what stands in its way, and the way out."""
    answers = request.answers
    others = [other for identity in conflict.with_ if (other := recordings.get(identity))]
    said = answers.say(
        "assist_record_conflict",
        title=recording.programme.title,
        channel=channel_name(request.coordinator, recording),
        when=answers.when(recording.start),
        titles=_titles(request, others),
    )
    return f"{said} {_way_out(request, conflict)}"


def _displaced(request: Request, recording: Recording, conflict: Conflict) -> str:
    """Say what has to give way to it."""
    answers = request.answers
    said = answers.say(
        "assist_record_displaced",
        title=recording.programme.title,
        when=answers.when(recording.start),
    )
    return f"{said} {_way_out(request, conflict)}"


def _way_out(request: Request, conflict: Conflict) -> str:
    answers, instead = request.answers, conflict.instead
    if instead is None:
        return answers.say("assist_record_no_instead")
    when, channel = answers.when(instead.start), instead.channel.name
    return answers.say("assist_record_instead", when=when, channel=channel)


async def _async_chosen(
    request: Request, to_come: Sequence[Recording], wanted: str
) -> list[Recording]:
    """Return the recordings with that title; without one, those that are made now."""
    if not wanted:
        now = request.answers.now
        return [one for one in to_come if one.state is State.RECORDING or _is_on(one, now)]
    titles = {one.programme.title for one in to_come}
    found = await request.hass.async_add_executor_job(resolve_title, titles, wanted)
    return [
        one for one in to_come if found.title and fold(one.programme.title) == fold(found.title)
    ]


def _not_recorded(request: Request, recordings: Recordings, wanted: str) -> Reply:
    """Say that it is not to be recorded anyway, and what is."""
    answers = request.answers
    to_come = [one for one in recordings.items if one.state in _TO_COME]
    to_come.sort(key=lambda one: one.start)
    if wanted or request.channel is None:
        said = answers.say("assist_not_recorded", title=wanted)
    else:
        said = answers.say("assist_channel_not_recorded", channel=request.channel.name)
    others = (
        answers.say("assist_records", titles=_titles(request, to_come))
        if to_come
        else answers.say("assist_records_nothing")
    )
    planned = [describe(request.coordinator, one) for one in to_come[:MAX_SAID]]
    return Reply(f"{said} {others}", {"recorded": False, "planned": planned})


async def _async_refusal(request: Request, key: str, **values: str) -> Reply:
    """Say why it cannot be done, as the actions do."""
    language = translation_of(request.intent.language)
    texts = await async_get_translations(request.hass, language, "exceptions", (DOMAIN,))
    text = texts.get(f"component.{DOMAIN}.exceptions.{key}.message")
    said = text.format(**values) if text else request.answers.say("assist_failed")
    return Reply(said, {"recorded": False})


def _data(request: Request, recording: Recording, *, is_recorded: bool) -> dict[str, Any]:
    """Return a recording as values; `describe` says which."""
    numbers = {channel.key: channel.number for channel in request.feed.channels}
    number = numbers.get(recording.channel)
    data: dict[str, Any] = {
        "title": recording.programme.title,
        "recorded": is_recorded,
        "recording": describe(request.coordinator, recording),
    }
    return data | ({"link": programme_place(number, recording.start)} if number else {})


def _titles(request: Request, recordings: Collection[Recording]) -> str:
    titles = dict.fromkeys(one.programme.title for one in recordings)
    return request.answers.all_of([*titles][:MAX_SAID])


def _is_on(recording: Recording, now: datetime) -> bool:
    return recording.start <= now < recording.stop
