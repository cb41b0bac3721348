"""Watch a channel, or the one that shows a programme, on a media player of the house."""

from typing import Any, Final, override

from homeassistant.components.media_player import (
    ATTR_MEDIA_CONTENT_ID,
    ATTR_MEDIA_CONTENT_TYPE,
    DOMAIN as MEDIA_PLAYER,
    SERVICE_PLAY_MEDIA,
    MediaType,
)
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import State, callback
from homeassistant.exceptions import HomeAssistantError
import voluptuous as vol

from ..const import DOMAIN
from ..engine.downlink.models import Channel
from ..places import watch_place
from .intents import DownlinkIntentHandler, Request
from .matching import SHORT_TEXT, showings
from .names import INTENT_WATCH_ON, SLOT_AREA, SLOT_NAME, SLOT_PROGRAMME
from .players import async_area_of, async_find_players
from .speech import Reply

MAX_PLAYERS_NAMED: Final = 5


class WatchOnHandler(DownlinkIntentHandler):
    """Play a channel on a media player."""

    intent_type = INTENT_WATCH_ON
    tool = "watch_on"
    title = "Watch a channel on a media player"
    description = (
        "Plays a Toonami Aftermath television channel, or the channel on which a programme is on "
        "now, on a media player. Name the media player, or the area that it is in."
    )
    is_question = False
    is_idempotent = False

    @property
    @override
    def slot_schema(self) -> dict[Any, Any]:
        return super().slot_schema | {
            vol.Optional(SLOT_PROGRAMME): SHORT_TEXT,
            vol.Optional(SLOT_AREA): SHORT_TEXT,
            vol.Optional(SLOT_NAME): SHORT_TEXT,
        }

    @override
    async def async_reply(self, request: Request) -> Reply:
        channel = await _async_channel(request)
        if isinstance(channel, Reply):
            return channel
        player = _async_player(request)
        if isinstance(player, Reply):
            return player
        return await _async_play(request, channel, player)


async def _async_channel(request: Request) -> Channel | Reply:
    """Return the channel to play, or say why there is none."""
    answers = request.answers
    wanted = request.slots.get(SLOT_PROGRAMME, "").strip()
    if not wanted:
        return request.channel or Reply(answers.say("assist_watch_what"))
    found = showings(request.feed, request.channels, wanted, answers.now)
    if not found:
        return answers.not_found(wanted, (await request.async_resolve(wanted)).nearest)
    if found[0].programme.start > answers.now:
        reply = answers.when_is(request.publication, request.channels, wanted)
        said = answers.say("assist_not_on_now", title=found[0].programme.title)
        return Reply(f"{said} {reply.speech}", {**reply.data, "played": False})
    return found[0].channel


@callback
def _async_player(request: Request) -> State | Reply:
    """Return the one media player that is meant, or ask which it is."""
    said = request.intent
    name, area = request.slots.get(SLOT_NAME), request.slots.get(SLOT_AREA)
    found = async_find_players(request.hass, assistant=said.assistant, name=name, area=area)
    if not (name or area) and (here := async_area_of(request.hass, said.device_id)):
        found = (
            async_find_players(request.hass, assistant=said.assistant, name=None, area=here)
            or found
        )
    if len(found) == 1:
        return found[0]
    names = sorted(state.name for state in found)[:MAX_PLAYERS_NAMED]
    data: dict[str, Any] = {"played": False, "players": names}
    if names:
        players = request.answers.any_of(names)
        return Reply(request.answers.say("assist_which_player", players=players), data)
    place = name or area
    if place:
        return Reply(request.answers.say("assist_no_player_there", place=place), data)
    return Reply(request.answers.say("assist_no_player"), data)


async def _async_play(request: Request, channel: Channel, player: State) -> Reply:
    """Play the channel, in the name of whoever asked."""
    values = {"channel": channel.name, "player": player.name}
    data: dict[str, Any] = {**values, "number": channel.number, "entity_id": player.entity_id}
    try:
        await request.hass.services.async_call(
            MEDIA_PLAYER,
            SERVICE_PLAY_MEDIA,
            {
                ATTR_ENTITY_ID: player.entity_id,
                ATTR_MEDIA_CONTENT_ID: f"media-source://{DOMAIN}/{channel.number}",
                ATTR_MEDIA_CONTENT_TYPE: MediaType.MUSIC if channel.radio else MediaType.CHANNEL,
            },
            blocking=True,
            context=request.intent.context,
        )
    except HomeAssistantError, TimeoutError, vol.Invalid:
        return Reply(request.answers.say("assist_not_played", **values), {**data, "played": False})
    data |= {"played": True, "link": watch_place(channel.number)}
    return Reply(request.answers.say("assist_playing", **values), data, is_done=True)
