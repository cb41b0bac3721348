"""Passes: what each device in the house may see, and in which order and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, Final

from .access import MAX_AGE, Ceiling, Hours
from .errors import DownlinkError
from .models import SERIES, Channel, Feed, Programme, Source
from .text import clean_line

HOME: Final = "home"
"""The identity of the pass that sees everything: the house's own secrets."""
MAX_PASSES: Final = 32
"""Beside *Home*: each is compared with at every request."""
MAX_NAME: Final = 50
_MAX_CHANNELS: Final = 200
_MAX_KEY: Final = 100
MAX_USERS: Final = 50
_LINKS: Final = frozenset({"relay", "home_assistant", "direct"})
HOUSE_LINKS: Final = "house"
"""Addresses as the house's own."""


class PassError(DownlinkError):
    """What is stored of a pass is none."""

    key = "pass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What one device may see."""

    identity: str
    """The identity of the config subentry, or `HOME`."""
    name: str
    channels: tuple[str, ...] | None = None
    """The keys of its channels in its own order; None: all, and those that are still to come."""
    is_renumbered: bool = False
    """Whether the channels of that list are counted from 1; else they have the house's numbers."""
    links: str | None = None
    """``relay``, ``home_assistant`` or ``direct``; None: as the house's own."""
    sees_recordings: bool = True
    is_enabled: bool = True
    hours: Hours | None = None
    """When anything may be watched; None: always."""
    ceiling: Ceiling | None = None
    """Up to which age rating; None: all."""
    users: tuple[str, ...] = ()
    """The ids of the users of Home Assistant who watch there with it."""

    @property
    def is_limited(self) -> bool:
        """Whether there is anything that it may not watch at a time."""
        return self.hours is not None or self.ceiling is not None

    def may_see(self, key: str) -> bool:
        """Whether the channel of that key is one of its own."""
        return self.channels is None or key in self.channels

    def may_see_of(self, key: str, programme: Programme) -> bool:
        """Whether a programme that was recorded of a channel is for it."""
        return self.may_see(key) and self.allows(programme)

    def allows(self, programme: Programme | None) -> bool:
        """Whether its ceiling lets it see a programme; None: what the guide does not know."""
        return self.ceiling is None or self.ceiling.allows(programme)

    def is_open(self, at: datetime) -> bool:
        """Whether anything may be watched at a time (aware, in the zone of the house)."""
        return self.hours is None or self.hours.are_open(at)


def read_pass(identity: str, name: str, data: Mapping[str, Any]) -> Pass:
    """Read the data of a config subentry.

    Raises PassError when there is anything in it that no form of ours makes.
    """
    line, is_changed = clean_line(name, MAX_NAME) if isinstance(name, str) else ("", True)
    if is_changed or not line:
        raise PassError(f"A device's name is one line of 1 to {MAX_NAME} characters.")
    links = data.get("stream_links", HOUSE_LINKS)
    if not isinstance(links, str) or (links != HOUSE_LINKS and links not in _LINKS):
        raise PassError("A device has unknown links.")
    return Pass(
        identity=identity,
        name=line,
        channels=_keys(data, "channels", _MAX_CHANNELS) or None,
        is_renumbered=_flag(data, "is_renumbered", default=False),
        links=None if links == HOUSE_LINKS else links,
        sees_recordings=_flag(data, "recordings", default=True),
        is_enabled=_flag(data, "is_enabled", default=True),
        hours=_hours(data),
        ceiling=_ceiling(data),
        users=_keys(data, "users", MAX_USERS),
    )


def _keys(data: Mapping[str, Any], name: str, most: int) -> tuple[str, ...]:
    keys = data.get(name, [])
    if not isinstance(keys, list) or len(keys) > most:
        raise PassError(f"A device has a list of at most {most} {name}.")
    if not all(isinstance(key, str) and 0 < len(key) <= _MAX_KEY for key in keys):
        raise PassError(f"One of the {name} of a device has no usable key.")
    return tuple(dict.fromkeys(keys))


def _hours(data: Mapping[str, Any]) -> Hours | None:
    begin, end = _time(data, "allowed_from"), _time(data, "allowed_until")
    if begin is None and end is None:
        return None
    if begin is None or end is None or begin == end:
        raise PassError("The hours of a device have a beginning and another end.")
    return Hours(begin, end)


def _time(data: Mapping[str, Any], name: str) -> time | None:
    value = data.get(name)
    if value is None:
        return None
    try:
        found: time | None = time.fromisoformat(value)
    except TypeError, ValueError:
        found = None
    if found is None or f"{found:%H:%M}" != value:
        raise PassError(f"{name} of a device is no time such as 20:30.")
    return found


def _ceiling(data: Mapping[str, Any]) -> Ceiling | None:
    age = data.get("max_age")
    shows_unrated = _flag(data, "shows_unrated", default=True)
    if age is None:
        return None
    if isinstance(age, bool) or not isinstance(age, int) or not 0 <= age <= MAX_AGE:
        raise PassError(f"The highest age rating of a device is none from 0 to {MAX_AGE}.")
    return Ceiling(age, shows_unrated)


def _flag(data: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise PassError(f"{name} of a device is neither yes nor no.")
    return value


def line_up(feed: Feed, one: Pass) -> Feed:
    """Return what of a feed a pass sees, in its own order and numbers.

    Keys and guide ids stay those of the house: only so a recorded favourite or a guide that a
    player has stored stays right. A channel that is not in the feed at the moment leaves its
    number free. A programme that is not for it keeps its place, for players do not take a guide
    with gaps; but all that is said of it is the name of the channel, as of one that nobody knows.
    """
    seen = _chosen(feed, one)
    guide = {
        channel.key: _unnamed(seen.guide[channel.key], channel, one)
        for channel in seen.channels
        if channel.key in seen.guide
    }
    is_same = all(guide[key] is seen.guide[key] for key in guide)
    return seen if is_same else replace(seen, guide=guide)


def _unnamed(
    programmes: tuple[Programme, ...], channel: Channel, one: Pass
) -> tuple[Programme, ...]:
    """Return the programmes of a channel without a word about those that are not for a pass."""
    if all(programme.is_filler or one.allows(programme) for programme in programmes):
        return programmes
    return tuple(
        programme
        if programme.is_filler or one.allows(programme)
        else Programme(
            start=programme.start,
            stop=programme.stop,
            title=channel.name,
            # Else Plex takes it for a new film.
            categories=(SERIES,),
            is_rerun=True,
            source=Source.FILLER,
        )
        for programme in programmes
    )


def _chosen(feed: Feed, one: Pass) -> Feed:
    if one.channels is None:
        # Counted by their places, all would move when one of them is away.
        return feed
    known = {channel.key: channel for channel in feed.channels}
    numbered = enumerate(one.channels, 1)
    return _narrowed(
        feed,
        tuple(
            replace(known[key], number=number) if one.is_renumbered else known[key]
            for number, key in numbered
            if key in known
        ),
    )


def _narrowed(feed: Feed, channels: tuple[Channel, ...]) -> Feed:
    guide = {
        channel.key: feed.guide[channel.key] for channel in channels if channel.key in feed.guide
    }
    return replace(feed, channels=channels, guide=guide)
