"""Passes: what each device in the house may see, and in which order and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .errors import DownlinkError
from .models import Channel, Feed
from .text import clean_line

HOME: Final = "home"
"""The identity of the pass that sees everything: the house's own secrets."""
MAX_PASSES: Final = 32
"""Beside *Home*: each is compared with at every request."""
MAX_NAME: Final = 50
_MAX_CHANNELS: Final = 200
_MAX_KEY: Final = 100
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
    """Whether its channels are counted from 1 in that order; else they have the house's numbers."""
    links: str | None = None
    """``relay``, ``home_assistant`` or ``direct``; None: as the house's own."""
    sees_recordings: bool = True
    is_enabled: bool = True

    def may_see(self, key: str) -> bool:
        """Whether the channel of that key is one of its own."""
        return self.channels is None or key in self.channels


def read_pass(identity: str, name: str, data: Mapping[str, Any]) -> Pass:
    """Read the data of a config subentry.

    Raises PassError when there is anything in it that no form of ours makes.
    """
    line, is_changed = clean_line(name, MAX_NAME) if isinstance(name, str) else ("", True)
    if is_changed or not line:
        raise PassError(f"A device's name is one line of 1 to {MAX_NAME} characters.")
    keys = data.get("channels", [])
    if not isinstance(keys, list) or len(keys) > _MAX_CHANNELS:
        raise PassError(f"A device has a list of at most {_MAX_CHANNELS} channels.")
    if not all(isinstance(key, str) and 0 < len(key) <= _MAX_KEY for key in keys):
        raise PassError("A channel of a device has no usable key.")
    links = data.get("stream_links", HOUSE_LINKS)
    if not isinstance(links, str) or (links != HOUSE_LINKS and links not in _LINKS):
        raise PassError("A device has unknown links.")
    return Pass(
        identity=identity,
        name=line,
        channels=tuple(dict.fromkeys(keys)) or None,
        is_renumbered=_flag(data, "is_renumbered", default=False),
        links=None if links == HOUSE_LINKS else links,
        sees_recordings=_flag(data, "recordings", default=True),
        is_enabled=_flag(data, "is_enabled", default=True),
    )


def _flag(data: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise PassError(f"{name} of a device is neither yes nor no.")
    return value


def line_up(feed: Feed, one: Pass) -> Feed:
    """Return what of a feed a pass sees, in its own order and numbers.

    Keys and guide ids stay those of the house: only so a recorded favourite or a guide that a
    player has stored stays right. A channel that is not in the feed at the moment leaves its
    number free.
    """
    if one.channels is None:
        return feed if not one.is_renumbered else _narrowed(feed, _counted(feed.channels))
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


def _counted(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    return tuple(replace(channel, number=number) for number, channel in enumerate(channels, 1))


def _narrowed(feed: Feed, channels: tuple[Channel, ...]) -> Feed:
    guide = {
        channel.key: feed.guide[channel.key] for channel in channels if channel.key in feed.guide
    }
    return replace(feed, channels=channels, guide=guide)
