"""Find channels and programmes by what people and automations call them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..engine.downlink.lineup import find, normalise
from ..engine.downlink.models import Channel, Feed, Programme

MAX_QUERY_CHARS: Final = 200
"""The longest title or channel name that is looked for; guides have none that is longer."""
SHORT_TEXT: Final = vol.All(cv.string, vol.Length(max=MAX_QUERY_CHARS))
"""What a title or a channel's name has to be before anything is done with it."""
_NOT_NAMES: Final = frozenset({"the", "channel"})

_NEAREST: Final = 3
"""So many titles are named when the one that was meant is not known."""


class Resolved(NamedTuple):
    """The one title that was meant, or else those that could have been."""

    title: str | None
    nearest: tuple[str, ...]


class Showing(NamedTuple):
    """A programme, and the channel that shows it."""

    programme: Programme
    channel: Channel


def find_channel(channels: Sequence[Channel], wanted: str) -> Channel | None:
    """Return the channel with that number, key, XMLTV id or name; spelling does not matter."""
    wanted = wanted.strip()
    known = find(wanted)
    name = normalise(wanted)
    for channel in channels:
        if wanted in (str(channel.number), channel.key, channel.guide_id):
            return channel
        if (name and name == normalise(channel.name)) or (known and known.key == channel.key):
            return channel
    return None


def guess_channel(channels: Sequence[Channel], spoken: str) -> Channel | None:
    """Return the channel that was probably meant.

    When several could be, such as the East and the West one for "Toonami", it is the first.
    """
    # A channel's own name may have one of the words that are left out below.
    if channel := find_channel(channels, spoken):
        return channel
    words = _names(spoken)
    if not words:
        return None
    if channel := find_channel(channels, " ".join(words)):
        return channel
    known = [(channel, _names(channel.name)) for channel in channels]
    whole = (channel for channel, names in known if names == words)
    begun = (
        channel
        for channel, names in known
        if all(any(name.startswith(word) for name in names) for word in words)
    )
    return next(chain(whole, begun), None)


def _names(text: str) -> list[str]:
    """Return the words of a text without those that may be said with any channel's name."""
    return [word for word in normalise(text).split() if word not in _NOT_NAMES]


@lru_cache(maxsize=4096)
def fold(title: str) -> str:
    """Reduce a title to its letters and digits: *Yu-Gi-Oh!* is ``yugioh``."""
    return normalise(title.replace("&", " and ")).replace(" ", "")


def showings(feed: Feed, channels: Sequence[Channel], title: str, at: datetime) -> list[Showing]:
    """Return when a programme is on from `at` on, the first first.

    It is looked for by its whole title; only when there is none, by a part of it.
    """
    wanted = fold(title)
    if not wanted:
        return []
    known = list(_programmes(feed, channels, at))
    found = [showing for showing in known if fold(showing.programme.title) == wanted]
    found = found or [showing for showing in known if wanted in fold(showing.programme.title)]
    return sorted(found, key=lambda showing: (showing.programme.start, showing.channel.number))


def resolve_title(titles: Iterable[str], wanted: str) -> Resolved:
    """Find a title by what it is called; spelling does not matter, nor does a part that is missing.

    A part has to be that of one title only. Each title takes a moment: run it in an executor.
    """
    known = {fold(title): title for title in sorted(titles, reverse=True)}
    said = fold(wanted)
    if not said:
        return Resolved(None, ())
    if said in known:
        return Resolved(known[said], ())
    parts = sorted(folded for folded in known if said in folded)
    if len(parts) == 1:
        return Resolved(known[parts[0]], ())
    near = parts or get_close_matches(said, known, _NEAREST)
    return Resolved(None, tuple(known[one] for one in near[:_NEAREST]))


def _programmes(feed: Feed, channels: Sequence[Channel], at: datetime) -> Iterator[Showing]:
    for channel in channels:
        for programme in feed.guide.get(channel.key, ()):
            if programme.stop > at and not programme.is_filler:
                yield Showing(programme, channel)
