"""Where something can be watched: the areas and media players of the house."""

from collections.abc import Iterable, Iterator
from typing import Final

from homeassistant.components.media_player import (
    DOMAIN as MEDIA_PLAYER,
    MediaPlayerDeviceClass,
    MediaPlayerEntityFeature,
)
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    intent,
)

ASSISTANT: Final = "conversation"
"""What Home Assistant calls Assist where it says which entities are exposed to it."""


@callback
def async_area_names(hass: HomeAssistant) -> Iterator[str]:
    """Yield the names of the areas, and their other names."""
    for area in ar.async_get(hass).async_list_areas():
        yield area.name
        yield from area.aliases


@callback
def async_player_names(hass: HomeAssistant, assistant: str | None) -> Iterator[str]:
    """Yield the names of the media players that can play media, and their other names."""
    registry = er.async_get(hass)
    for state in _players(hass, assistant):
        entry = registry.async_get(state.entity_id)
        yield from intent.async_get_entity_aliases(hass, entry, state=state)


@callback
def async_find_players(
    hass: HomeAssistant, *, assistant: str | None, name: str | None, area: str | None
) -> list[State]:
    """Return the media players with that name, or in that area, that can play media.

    Of several in an area it is the televisions, and of those the ones that are there. A name that
    no player has may be that of an area, and the other way round.
    """
    found = _players(hass, assistant, name=name, area=area)
    if not found and bool(name) != bool(area):
        found = _players(hass, assistant, name=area, area=name)
    return _best(found)


@callback
def async_area_of(hass: HomeAssistant, device_id: str | None) -> str | None:
    """Return the id of the area that a device is in: of the satellite that was spoken to."""
    device = dr.async_get(hass).async_get(device_id) if device_id else None
    return device.area_id if device else None


def _players(
    hass: HomeAssistant, assistant: str | None, name: str | None = None, area: str | None = None
) -> list[State]:
    constraints = intent.MatchTargetsConstraints(
        name=name,
        area_name=area,
        domains={MEDIA_PLAYER},
        features=MediaPlayerEntityFeature.PLAY_MEDIA,
        assistant=assistant,
        allow_duplicate_names=True,
    )
    return intent.async_match_targets(hass, constraints).states


def _best(players: Iterable[State]) -> list[State]:
    """Return those that are there, and of them the televisions, as far as there are any."""
    found = list(players)
    found = [one for one in found if one.state != STATE_UNAVAILABLE] or found
    tv = MediaPlayerDeviceClass.TV
    return [one for one in found if one.attributes.get("device_class") == tv] or found
