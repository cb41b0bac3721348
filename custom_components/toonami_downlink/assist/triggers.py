"""Sentence triggers: what Assist understands without any set-up."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
import logging
import sys
from typing import Any, Final

from homeassistant.const import (
    CONF_COMMAND,
    CONF_ID,
    CONF_PLATFORM,
    EVENT_COMPONENT_LOADED,
    EVENT_CORE_CONFIG_UPDATE,
    MATCH_ALL,
)
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.helpers import intent
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.script import ScriptRunResult
from homeassistant.helpers.trigger import async_initialize_triggers
from homeassistant.setup import EventComponentLoaded
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, NAME
from ..coordinator import DownlinkConfigEntry, DownlinkCoordinator
from ..engine.downlink.publish.publication import Publication
from ..following.follows import async_follows
from .languages import LANGUAGES, language_key
from .matching import MAX_QUERY_CHARS
from .names import INTENT_WHEN_AGAIN, SLOT_PROGRAMME
from .players import ASSISTANT, async_area_names, async_player_names
from .sentences import Vocabulary, build_sentences, find_slots, titles_to_say
from .speech import Speech

_LOGGER = logging.getLogger(__name__)

LOOK_INTERVAL: Final = timedelta(seconds=30)
"""How often it is looked whether there are other pipelines, areas or media players."""
MAX_AIRED_TITLES: Final = 300
"""So many shows of the aired log can be said, those that were on last."""
MAX_PLACES: Final = 300
"""So many areas, and so many media players, can be said."""
MAX_CONVERSATIONS: Final = 50
"""In so many it is known what was spoken of last."""


@callback
def async_setup_sentences(hass: HomeAssistant, entry: DownlinkConfigEntry) -> None:
    """Let Assist understand questions to the guide while the entry is loaded."""
    sentences = Sentences(hass, entry.runtime_data)

    @callback
    def update(_: object = None) -> None:
        if sentences.is_outdated:
            entry.async_create_task(hass, sentences.async_update(), f"{DOMAIN} sentences")

    @callback
    def is_conversation(data: EventComponentLoaded) -> bool:
        return data["component"] == "conversation"

    entry.async_on_unload(sentences.async_close)
    entry.async_on_unload(entry.runtime_data.async_add_listener(update))
    if follows := async_follows(hass):
        entry.async_on_unload(follows.async_add_listener(update))
    entry.async_on_unload(hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, update))
    entry.async_on_unload(
        hass.bus.async_listen(EVENT_COMPONENT_LOADED, update, event_filter=is_conversation)
    )
    entry.async_on_unload(
        async_track_time_interval(hass, update, LOOK_INTERVAL, cancel_on_shutdown=True)
    )
    update()


@callback
def async_languages(hass: HomeAssistant) -> tuple[str, ...]:
    """Return whose sentences are to be understood: the house's and those of Assist's pipelines."""
    tags = {hass.config.language}
    if "assist_pipeline" in hass.config.components:
        # It needs parts that are only installed where it is used.
        from homeassistant.components.assist_pipeline import (  # noqa: PLC0415
            async_get_pipelines,
        )

        for pipeline in async_get_pipelines(hass):
            spoken = pipeline.conversation_language
            tags.add(pipeline.language if spoken == MATCH_ALL else spoken)
    return tuple(sorted({language_key(tag) for tag in tags} & set(LANGUAGES)))


def _conversation_id() -> str | None:
    """Return which conversation this is part of; what is said first in one does not say so."""
    chat_log = sys.modules.get("homeassistant.components.conversation.chat_log")
    current = chat_log.current_chat_log.get() if chat_log else None
    return current.conversation_id if current else None


def _context_of(user_input: Mapping[str, Any]) -> Context | None:
    """Return in whose name something is said; Home Assistant gives triggers no context."""
    said_by = user_input.get("context")
    return Context(said_by["user_id"], said_by["parent_id"], said_by["id"]) if said_by else None


@dataclass(frozen=True, slots=True)
class _Basis:
    """What sentences are made of."""

    publication: Publication
    languages: tuple[str, ...]
    followed: frozenset[str]
    areas: frozenset[str]
    players: frozenset[str]


class Sentences:
    """The sentence triggers for the published feed, in the languages that are spoken."""

    def __init__(self, hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
        """Begin without a sentence."""
        self._hass = hass
        self._coordinator = coordinator
        self._basis: _Basis | None = None
        self._spoken_of: OrderedDict[str, str] = OrderedDict()
        """The title that was spoken of last in a conversation."""
        self._lock = asyncio.Lock()
        self._is_closed = False
        self._detach: CALLBACK_TYPE | None = None

    @property
    def _wanted(self) -> _Basis | None:
        """What the sentences are to be made of now; None for no sentence at all."""
        publication = self._coordinator.data
        if publication is None or "conversation" not in self._hass.config.components:
            return None
        languages = async_languages(self._hass)
        if not languages:
            return None
        follows = async_follows(self._hass)
        return _Basis(
            publication,
            languages,
            frozenset(follow.text for follow in follows.items) if follows else frozenset(),
            frozenset(sorted(async_area_names(self._hass))[:MAX_PLACES]),
            frozenset(sorted(async_player_names(self._hass, ASSISTANT))[:MAX_PLACES]),
        )

    @property
    def is_outdated(self) -> bool:
        """Whether other sentences are to be understood than those of the last update."""
        return not self._is_closed and self._wanted != self._basis

    async def async_update(self) -> None:
        """Understand what is in the feed now."""
        async with self._lock:
            if not self.is_outdated:
                return
            basis = self._basis = self._wanted
            if basis is None:
                self._async_detach()
                return
            vocabulary = await self._async_vocabulary(basis)
            built = await self._hass.async_add_executor_job(build_sentences, vocabulary)
            detach = await async_initialize_triggers(
                self._hass,
                # Checking them takes as long as reading them, and is done by the tests.
                [
                    {CONF_PLATFORM: "conversation", CONF_ID: kind, CONF_COMMAND: sentences}
                    for kind, sentences in built.items()
                ],
                partial(self._async_answer, vocabulary),
                DOMAIN,
                NAME,
                _LOGGER.log,
            )
            self._async_detach()
            self._detach = detach
            self._async_detach_if_closed()

    async def _async_vocabulary(self, basis: _Basis) -> Vocabulary:
        feed = basis.publication.feed
        return Vocabulary(
            languages=basis.languages,
            channels=feed.channels,
            guide_titles=await self._hass.async_add_executor_job(
                titles_to_say, feed, dt_util.utcnow()
            ),
            aired_titles=frozenset(
                title
                for title in await self._coordinator.aired.async_titles(MAX_AIRED_TITLES)
                if len(title) <= MAX_QUERY_CHARS
            ),
            followed=basis.followed,
            areas=basis.areas,
            players=basis.players,
        )

    async def _async_answer(
        self, vocabulary: Vocabulary, run_variables: dict[str, Any], context: Context | None = None
    ) -> ScriptRunResult:
        """Answer one of the sentences by its intent."""
        trigger = run_variables["trigger"]
        said, user_input = trigger["sentence"], trigger["user_input"]
        conversation = _conversation_id() or user_input.get("conversation_id") or ""
        slots = find_slots(vocabulary, trigger["id"], said)
        if trigger["id"] == INTENT_WHEN_AGAIN and (title := self._spoken_of.get(conversation)):
            slots[SLOT_PROGRAMME] = {"value": title}
        try:
            response = await intent.async_handle(
                self._hass,
                "conversation",
                trigger["id"],
                slots,
                said,
                context or _context_of(user_input),
                user_input["language"],
                assistant=ASSISTANT,
                device_id=trigger["device_id"],
                satellite_id=trigger.get("satellite_id"),
            )
        except intent.IntentError:
            # It is logged. Nobody else answers what a sentence trigger has taken.
            speech = await Speech.async_create(self._hass, user_input["language"])
            return ScriptRunResult(speech.say("assist_failed"), None, {})
        plain = response.speech["plain"]
        self._remember(conversation, (plain["extra_data"] or {}).get("title"))
        return ScriptRunResult(plain["speech"], None, {})

    def _remember(self, conversation: str, title: str | None) -> None:
        if conversation and title:
            self._spoken_of[conversation] = title
            self._spoken_of.move_to_end(conversation)
            while len(self._spoken_of) > MAX_CONVERSATIONS:
                self._spoken_of.popitem(last=False)

    @callback
    def _async_detach(self) -> None:
        if self._detach:
            self._detach()
            self._detach = None

    @callback
    def _async_detach_if_closed(self) -> None:
        if self._is_closed:
            self._async_detach()

    @callback
    def async_close(self) -> None:
        """Forget all sentences."""
        self._is_closed = True
        self._async_detach()
