"""Sentence triggers: what Assist understands without any set-up.

The sentences are given to Home Assistant as sentence triggers. Those come before everything else
that Assist understands, so they hold no wildcards: only the names of the channels and the titles
that are in the guide, and nothing else that somebody says can be taken for one of them.
"""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
import logging
import re
from typing import Any, Final

from homeassistant.const import (
    CONF_COMMAND,
    CONF_ID,
    CONF_PLATFORM,
    EVENT_COMPONENT_LOADED,
    EVENT_CORE_CONFIG_UPDATE,
)
from homeassistant.core import CALLBACK_TYPE, Context, Event, HomeAssistant, callback
from homeassistant.helpers import intent
from homeassistant.helpers.script import ScriptRunResult
from homeassistant.helpers.trigger import async_initialize_triggers, async_validate_trigger_config
from homeassistant.setup import EventComponentLoaded

from ..const import DOMAIN, NAME
from ..coordinator import DownlinkConfigEntry, DownlinkCoordinator
from ..engine.downlink.lineup import KNOWN, normalise
from ..engine.downlink.models import Channel, Feed
from ..engine.downlink.publish.publication import Publication
from .intents import (
    INTENT_WHATS_NEXT,
    INTENT_WHATS_ON,
    INTENT_WHEN_IS,
    SLOT_CHANNEL,
    SLOT_PROGRAMME,
)
from .matching import fold

_LOGGER = logging.getLogger(__name__)

LANGUAGE: Final = "en"
SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    INTENT_WHATS_ON: (
        "what(s|'s| is) [(playing|showing|airing)] on {channel} [(now|right now|at the moment)]",
    ),
    INTENT_WHATS_NEXT: (
        "what(s|'s| is) [(on|up|coming up|playing)] next on {channel}",
        "what(s|'s| is) on {channel} (next|later|afterwards)",
        "what comes [on] next on {channel}",
    ),
    INTENT_WHEN_IS: (
        "when is {programme} [next|again] (on|showing|playing|airing) [next|again]",
        "when is {programme} [next|again] [(showing|playing|airing)] on {channel} [next|again]",
        "when does {programme} (air|start|begin|come on|play) [next|again]",
        "when does {programme} (air|start|begin|play) [next|again] on {channel} [next|again]",
        "what time is {programme} [on] [next|again]",
    ),
}
"""The sentences of each intent, with the names of its slots in braces."""

_SHORT_NAMES: Final = {"toonami_east": ("toonami",), "snick_east": ("snick",), "mtv97": ("mtv",)}
_TOO_GENERAL: Final = frozenset({"movies", "radio"})
"""Names that could mean anything in the house."""


def spoken_names(channel: Channel) -> list[str]:
    """Return what a channel may be called."""
    known = next((known for known in KNOWN if known.key == channel.key), None)
    names = {normalise(channel.name), *_SHORT_NAMES.get(channel.key, ())}
    names.update(known.aliases if known else ())
    return sorted(f"{name} channel" if name in _TOO_GENERAL else name for name in names if name)


def spoken_titles(title: str) -> set[str]:
    """Return how a title may come out of speech recognition: as written, and as plain words."""
    written = re.sub(
        r"[^\w' -]", "", title.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("&", " and ")
    )
    plain = normalise(written.replace("'", ""))
    return {" ".join(written.split()).casefold(), plain} - {""}


def titles(feed: Feed) -> set[str]:
    """Return the titles that are in the guide."""
    guides = feed.guide.values()
    return {item.title for guide in guides for item in guide if not item.is_filler}


def build_sentences(feed: Feed) -> dict[str, list[str]]:
    """Write the sentences of each intent for the channels and titles of a feed."""
    names = {name for channel in feed.channels for name in spoken_names(channel)}
    said = {name for title in titles(feed) for name in spoken_titles(title)}
    values = {SLOT_CHANNEL: f"[the] {_any_of(names)} [channel]", SLOT_PROGRAMME: _any_of(said)}
    return {
        kind: [sentence.format_map(values) for sentence in sentences]
        for kind, sentences in SENTENCES.items()
        if said or kind != INTENT_WHEN_IS
    }


def _any_of(words: Iterable[str]) -> str:
    return f"({'|'.join(sorted(words))})"


def find_slots(feed: Feed, kind: str, text: str) -> dict[str, Any]:
    """Return the slots of a sentence that matched: the longest title and channel name in it."""
    said = fold(text)
    slots = {}
    if kind == INTENT_WHEN_IS:
        title = _longest({fold(title): title for title in titles(feed)}, said)
        slots[SLOT_PROGRAMME] = title
        said = said.replace(fold(title), " ", 1)  # it may have the name of a channel in it
    names = {
        fold(name): channel.name for channel in feed.channels for name in spoken_names(channel)
    }
    slots[SLOT_CHANNEL] = _longest(names, said)
    return {slot: {"value": value} for slot, value in slots.items() if value}


def _longest(names: Mapping[str, str], said: str) -> str:
    found = max((name for name in names if name in said), key=len, default="")
    return names.get(found, "")


@callback
def async_setup_sentences(hass: HomeAssistant, entry: DownlinkConfigEntry) -> None:
    """Let Assist understand questions to the guide while the entry is loaded."""
    sentences = Sentences(hass, entry.runtime_data)

    @callback
    def update(_event: Event[Any] | None = None) -> None:
        if sentences.is_outdated:
            entry.async_create_task(hass, sentences.async_update(), f"{DOMAIN} sentences")

    @callback
    def is_conversation(data: EventComponentLoaded) -> bool:
        return data["component"] == "conversation"

    entry.async_on_unload(sentences.async_close)
    entry.async_on_unload(entry.runtime_data.async_add_listener(update))
    entry.async_on_unload(hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, update))
    entry.async_on_unload(
        hass.bus.async_listen(EVENT_COMPONENT_LOADED, update, event_filter=is_conversation)
    )
    update()


class Sentences:
    """The sentence triggers for the published feed, while Home Assistant speaks English."""

    def __init__(self, hass: HomeAssistant, coordinator: DownlinkCoordinator) -> None:
        """Begin without a sentence."""
        self._hass = hass
        self._coordinator = coordinator
        self._publication: Publication | None = None
        self._lock = asyncio.Lock()
        self._is_closed = False
        self._detach: CALLBACK_TYPE | None = None

    @property
    def _wanted(self) -> Publication | None:
        """The feed whose sentences are to be understood now; None for no sentence at all."""
        config = self._hass.config
        is_spoken = config.language.partition("-")[0] == LANGUAGE
        can_listen = "conversation" in config.components
        return self._coordinator.data if is_spoken and can_listen else None

    @property
    def is_outdated(self) -> bool:
        """Whether other sentences are to be understood than those of the last update."""
        return not self._is_closed and self._wanted is not self._publication

    async def async_update(self) -> None:
        """Understand what is in the feed now."""
        async with self._lock:
            if not self.is_outdated:
                return
            publication = self._publication = self._wanted
            if publication is None:
                self._async_detach()
                return
            built = await self._hass.async_add_executor_job(build_sentences, publication.feed)
            triggers = await async_validate_trigger_config(
                self._hass,
                [
                    {CONF_PLATFORM: "conversation", CONF_ID: kind, CONF_COMMAND: sentences}
                    for kind, sentences in built.items()
                ],
            )
            detach = await async_initialize_triggers(
                self._hass,
                triggers,
                partial(self._async_answer, publication.feed),
                DOMAIN,
                NAME,
                _LOGGER.log,
            )
            self._async_detach()
            self._detach = detach
            self._async_detach_if_closed()

    async def _async_answer(
        self, feed: Feed, run_variables: dict[str, Any], context: Context | None = None
    ) -> ScriptRunResult:
        """Answer one of the sentences by its intent."""
        trigger = run_variables["trigger"]
        said = trigger["sentence"]
        response = await intent.async_handle(
            self._hass,
            "conversation",
            trigger["id"],
            find_slots(feed, trigger["id"], said),
            said,
            context,
            trigger["user_input"]["language"],
            device_id=trigger["device_id"],
        )
        return ScriptRunResult(response.speech["plain"]["speech"], None, {})

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
