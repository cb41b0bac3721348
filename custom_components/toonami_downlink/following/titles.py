"""Titles as the guide spells them, for what people type."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final, NamedTuple

from homeassistant.util import dt as dt_util

from ..coordinator import DownlinkCoordinator
from ..engine.downlink.identity import show_key
from ..engine.downlink.limits import MAX_TITLE_CHARS
from ..engine.downlink.models import Programme
from ..engine.downlink.publish.publication import Publication

MAX_NEAREST: Final = 3
_MAX_COMPARED: Final = 2_000
"""Titles that are compared letter by letter, which takes long."""
_MAX_COMPARED_CHARS: Final = 60
_MIN_PART: Final = 3
"""Letters that a title has to share with another to be near to it as a part of it."""


class TitleFound(NamedTuple):
    """What is known of a title."""

    title: str | None
    """As the guide spells it, or the aired log; None when neither knows it."""
    nearest: tuple[str, ...] = ()
    """Titles of the guide that are like it, the nearest first; none when it is known."""


async def async_find_title(coordinator: DownlinkCoordinator, text: str) -> TitleFound:
    """Look for a title in the guide, and then in what was on; spelling does not matter."""
    key = show_key(text[:MAX_TITLE_CHARS].strip())
    if not key:
        return TitleFound(None)
    found = TitleFound(None)
    if coordinator.data:
        found = await coordinator.hass.async_add_executor_job(_find, coordinator.data, key)
    if found.title is None:
        now = dt_util.utcnow()
        asked = Programme(start=now, stop=now, title=text[:MAX_TITLE_CHARS].strip())
        if aired := (await coordinator.aired.async_history(asked, now, now)).last_of_show:
            return TitleFound(aired.programme.title)
    return found


def _find(publication: Publication, key: str) -> TitleFound:
    titles = {
        show_key(programme.title): programme.title
        for listed in publication.listed.values()
        for programme in listed
    }
    if key in titles:
        return TitleFound(titles[key])
    return TitleFound(None, _nearest(titles, key))


def _nearest(titles: Mapping[str, str], key: str) -> tuple[str, ...]:
    """Return titles of which one is a part of the other, the shortest first; then similar ones."""
    parts = [
        known for known in titles if key in known or (len(known) >= _MIN_PART and known in key)
    ]
    found = sorted(parts, key=len)[:MAX_NEAREST] if len(key) >= _MIN_PART else []
    if len(found) < MAX_NEAREST:
        short = {known[:_MAX_COMPARED_CHARS]: known for known in list(titles)[:_MAX_COMPARED]}
        similar = get_close_matches(key[:_MAX_COMPARED_CHARS], short, n=MAX_NEAREST)
        found += [short[one] for one in similar if short[one] not in found]
    return tuple(titles[known] for known in found[:MAX_NEAREST])
