"""What all intents have in common, and the questions to the guide and the aired log."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent
import voluptuous as vol

from ..coordinator import DownlinkCoordinator, async_loaded_coordinator
from ..engine.downlink.airings import Airing
from ..engine.downlink.models import Channel, Feed
from ..engine.downlink.publish.publication import Publication
from .answers import Answers
from .matching import SHORT_TEXT, Resolved, guess_channel, resolve_title
from .names import (
    INTENT_WHATS_NEXT,
    INTENT_WHATS_ON,
    INTENT_WHEN_AGAIN,
    INTENT_WHEN_IS,
    INTENT_WHEN_WAS,
    SLOT_CHANNEL,
    SLOT_PROGRAMME,
)
from .sentences import guide_titles
from .speech import Reply

MAX_AIRED_TITLES: Final = 1000
"""So many shows of the aired log are looked through for a title, those that were on last."""
MAX_LAST: Final = 1000
"""So many airings of a show are looked at."""
_A_MONTH: Final = timedelta(days=30)
_A_TITLE: Final = vol.All(SHORT_TEXT, intent.non_empty_string)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for, and what there is to answer it from."""

    intent: intent.Intent
    slots: dict[str, str]
    answers: Answers
    coordinator: DownlinkCoordinator
    publication: Publication
    channel: Channel | None
    """The one that is named."""

    @property
    def hass(self) -> HomeAssistant:
        """Home Assistant."""
        return self.intent.hass

    @property
    def feed(self) -> Feed:
        """The published feed."""
        return self.publication.feed

    @property
    def channels(self) -> Sequence[Channel]:
        """What to speak about: the channel that is named, or else those with a guide."""
        if self.channel:
            return (self.channel,)
        return [
            channel
            for channel in self.feed.channels
            if any(not programme.is_filler for programme in self.feed.guide.get(channel.key, ()))
        ]

    async def async_resolve(self, wanted: str, *, aired: bool = False) -> Resolved:
        """Find a title in the guide, and also in the aired log if `aired`."""
        known = await self.coordinator.aired.async_titles(MAX_AIRED_TITLES) if aired else []
        feed = self.feed

        def resolve() -> Resolved:
            return resolve_title(guide_titles(feed).union(known), wanted)

        return await self.hass.async_add_executor_job(resolve)


class DownlinkIntentHandler(intent.IntentHandler, ABC):
    """Do what is asked for, or answer it, once it is known that there is a guide."""

    tool: ClassVar[str]
    title: ClassVar[str]
    """What the tool that a language model gets is called, by programs and by people."""
    is_question: ClassVar[bool] = True
    """Whether nothing changes by it."""
    is_idempotent: ClassVar[bool] = True
    """Whether asking twice does no more than asking once."""

    @property
    @override
    def slot_schema(self) -> dict[Any, Any]:
        return {vol.Optional(SLOT_CHANNEL): SHORT_TEXT}

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        slots = self.async_validate_slots(intent_obj.slots)
        reply = await self._async_reply(
            intent_obj, {name: slot["value"] for name, slot in slots.items()}
        )
        response = intent_obj.create_response()
        response.response_type = (
            intent.IntentResponseType.ACTION_DONE
            if reply.is_done
            else intent.IntentResponseType.QUERY_ANSWER
        )
        response.async_set_speech(reply.speech, extra_data=reply.data or None)
        return response

    async def _async_reply(self, intent_obj: intent.Intent, slots: dict[str, str]) -> Reply:
        answers = await Answers.async_create(intent_obj.hass, intent_obj.language)
        coordinator = async_loaded_coordinator(intent_obj.hass)
        if coordinator is None or coordinator.data is None:
            return Reply(answers.say("assist_no_feed"))
        channel = None
        if wanted := slots.get(SLOT_CHANNEL):
            channel = guess_channel(coordinator.data.feed.channels, wanted)
            if channel is None:
                return Reply(answers.say("assist_unknown_channel", channel=wanted))
        return await self.async_reply(
            Request(intent_obj, slots, answers, coordinator, coordinator.data, channel)
        )

    @abstractmethod
    async def async_reply(self, request: Request) -> Reply:
        """Do it, or answer it."""


class WhatsOnHandler(DownlinkIntentHandler):
    """Say what is on a channel now."""

    intent_type = INTENT_WHATS_ON
    tool = "whats_on"
    title = "What is on now"
    description = (
        "Says what is on now on a Toonami Aftermath television channel, such as "
        "Toonami Aftermath East or Snickelodeon West; without a channel, on all of them."
    )

    @override
    async def async_reply(self, request: Request) -> Reply:
        return request.answers.whats_on(request.feed, request.channels)


class WhatsNextHandler(DownlinkIntentHandler):
    """Say what is on a channel next."""

    intent_type = INTENT_WHATS_NEXT
    tool = "whats_next"
    title = "What is on next"
    description = (
        "Says what is on next on a Toonami Aftermath television channel, such as "
        "Toonami Aftermath East or Snickelodeon West; without a channel, on all of them."
    )

    @override
    async def async_reply(self, request: Request) -> Reply:
        return request.answers.whats_next(request.feed, request.channels)


class TitleHandler(DownlinkIntentHandler):
    """Something about a programme, which is named by its title."""

    @property
    @override
    def slot_schema(self) -> dict[Any, Any]:
        return super().slot_schema | {vol.Required(SLOT_PROGRAMME): _A_TITLE}


class WhenIsHandler(TitleHandler):
    """Say when a programme is on."""

    intent_type = INTENT_WHEN_IS
    tool = "when_is"
    title = "When is a programme on"
    description = (
        "Says when a television programme is on, by its title, on the Toonami Aftermath channels "
        "or on one of them."
    )

    @override
    async def async_reply(self, request: Request) -> Reply:
        wanted = request.slots[SLOT_PROGRAMME]
        reply = request.answers.when_is(request.publication, request.channels, wanted)
        return reply if "title" in reply.data else await _async_not_found(request, wanted)


class WhenAgainHandler(DownlinkIntentHandler):
    """Say when a programme is on again, after what is on now."""

    intent_type = INTENT_WHEN_AGAIN
    tool = "when_again"
    title = "When is a programme on again"
    description = (
        "Says when a television programme is on again after now, by its title, on the Toonami "
        "Aftermath channels or on one of them."
    )

    @property
    @override
    def slot_schema(self) -> dict[Any, Any]:
        return super().slot_schema | {vol.Optional(SLOT_PROGRAMME): SHORT_TEXT}

    @override
    async def async_reply(self, request: Request) -> Reply:
        wanted = request.slots.get(SLOT_PROGRAMME, "")
        if not wanted.strip():
            return Reply(request.answers.say("assist_which_programme"))
        reply = request.answers.when_again(request.publication, request.channels, wanted)
        return reply if "title" in reply.data else await _async_not_found(request, wanted)


class WhenWasHandler(TitleHandler):
    """Say when a show was on last."""

    intent_type = INTENT_WHEN_WAS
    tool = "when_was"
    title = "When was a programme on"
    description = (
        "Says when a television show was on last, by its title, on the Toonami Aftermath channels, "
        "and how often in the last thirty days. It is known for the last year."
    )

    @override
    async def async_reply(self, request: Request) -> Reply:
        wanted = request.slots[SLOT_PROGRAMME]
        found = await request.async_resolve(wanted, aired=True)
        if found.title is None:
            return request.answers.not_found(wanted, found.nearest)
        now = request.answers.now
        aired = await request.coordinator.aired.async_last(found.title, now, MAX_LAST)
        by_key = {channel.key: channel for channel in request.feed.channels}
        airings = [
            Airing(channel, one.programme.start, one.programme.stop, one.programme)
            for one in aired
            if (channel := by_key.get(one.channel)) and request.channel in (None, channel)
        ]
        times = sum(airing.start >= now - _A_MONTH for airing in airings)
        return request.answers.when_was(found.title, next(iter(airings), None), times)


async def _async_not_found(request: Request, wanted: str) -> Reply:
    """Say what is called nearly so; what is on a channel that was not asked for is not."""
    found = await request.async_resolve(wanted)
    return request.answers.not_found(wanted, found.nearest)
