"""Intents: what is on, what is next, and when is a programme on."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import intent
import voluptuous as vol

from ..coordinator import async_loaded_coordinator
from ..engine.downlink.models import Channel, Feed
from ..engine.downlink.publish.publication import Publication
from ..places import watch_place
from .answers import Answers
from .matching import SHORT_TEXT, guess_channel

INTENT_WHATS_ON: Final = "ToonamiDownlinkWhatsOn"
INTENT_WHATS_NEXT: Final = "ToonamiDownlinkWhatsNext"
INTENT_WHEN_IS: Final = "ToonamiDownlinkWhenIs"

SLOT_CHANNEL: Final = "channel"
SLOT_PROGRAMME: Final = "programme"


class GuideIntentHandler(intent.IntentHandler, ABC):
    """Answer a question from the guide."""

    tool: str
    title: str
    """What the tool that a language model gets is called, by programs and by people."""

    @property
    @override
    def slot_schema(self) -> dict[Any, Any]:
        return {vol.Optional(SLOT_CHANNEL): SHORT_TEXT}

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        slots = self.async_validate_slots(intent_obj.slots)
        answers = await Answers.async_create(intent_obj.hass, intent_obj.language)
        response = intent_obj.create_response()
        response.response_type = intent.IntentResponseType.QUERY_ANSWER
        speech, link = self._respond(intent_obj.hass, answers, slots)
        response.async_set_speech(speech, extra_data={"link": link} if link else None)
        return response

    def _respond(
        self, hass: HomeAssistant, answers: Answers, slots: dict[str, Any]
    ) -> tuple[str, str | None]:
        """Return the answer, and where in the panel it leads to."""
        coordinator = async_loaded_coordinator(hass)
        if coordinator is None or coordinator.data is None:
            return answers.say("assist_no_feed"), None
        publication = coordinator.data
        feed = publication.feed
        channels = self.default_channels(feed)
        if SLOT_CHANNEL in slots:
            wanted = slots[SLOT_CHANNEL]["value"]
            channel = guess_channel(feed.channels, wanted)
            if channel is None:
                return answers.say("assist_unknown_channel", channel=wanted), None
            channels = (channel,)
        answer = self.answer(answers, publication, channels, slots)
        return answer, self.place(answers, feed, channels, slots)

    def default_channels(self, feed: Feed) -> Sequence[Channel]:
        """Return what to speak about when no channel is named: those with a guide."""
        return [
            channel
            for channel in feed.channels
            if any(not programme.is_filler for programme in feed.guide.get(channel.key, ()))
        ]

    def place(
        self, answers: Answers, feed: Feed, channels: Sequence[Channel], slots: dict[str, Any]
    ) -> str | None:
        """Return where the answer leads to: to the channel, if it is about one."""
        return watch_place(channels[0].number) if len(channels) == 1 else None

    @abstractmethod
    def answer(
        self,
        answers: Answers,
        publication: Publication,
        channels: Sequence[Channel],
        slots: dict[str, Any],
    ) -> str:
        """Answer the question about these channels."""


class WhatsOnHandler(GuideIntentHandler):
    """Say what is on a channel now."""

    intent_type = INTENT_WHATS_ON
    tool = "whats_on"
    title = "What is on now"
    description = (
        "Says what is on now on a Toonami Aftermath television channel, such as "
        "Toonami Aftermath East or Snickelodeon West; without a channel, on all of them."
    )

    @override
    def answer(
        self,
        answers: Answers,
        publication: Publication,
        channels: Sequence[Channel],
        slots: dict[str, Any],
    ) -> str:
        return answers.whats_on(publication.feed, channels)


class WhatsNextHandler(GuideIntentHandler):
    """Say what is on a channel next."""

    intent_type = INTENT_WHATS_NEXT
    tool = "whats_next"
    title = "What is on next"
    description = (
        "Says what is on next on a Toonami Aftermath television channel, such as "
        "Toonami Aftermath East or Snickelodeon West; without a channel, on all of them."
    )

    @override
    def answer(
        self,
        answers: Answers,
        publication: Publication,
        channels: Sequence[Channel],
        slots: dict[str, Any],
    ) -> str:
        return answers.whats_next(publication.feed, channels)


class WhenIsHandler(GuideIntentHandler):
    """Say when a programme is on."""

    intent_type = INTENT_WHEN_IS
    tool = "when_is"
    title = "When is a programme on"
    description = (
        "Says when a television programme is on, by its title, on the Toonami Aftermath channels "
        "or on one of them."
    )

    @property
    @override
    def slot_schema(self) -> dict[Any, Any]:
        return super().slot_schema | {
            vol.Required(SLOT_PROGRAMME): vol.All(SHORT_TEXT, intent.non_empty_string)
        }

    @override
    def answer(
        self,
        answers: Answers,
        publication: Publication,
        channels: Sequence[Channel],
        slots: dict[str, Any],
    ) -> str:
        return answers.when_is(publication, channels, slots[SLOT_PROGRAMME]["value"])

    @override
    def place(
        self, answers: Answers, feed: Feed, channels: Sequence[Channel], slots: dict[str, Any]
    ) -> str | None:
        return answers.place_of(feed, channels, slots[SLOT_PROGRAMME]["value"])


HANDLERS: Final[tuple[type[GuideIntentHandler], ...]] = (
    WhatsOnHandler,
    WhatsNextHandler,
    WhenIsHandler,
)
