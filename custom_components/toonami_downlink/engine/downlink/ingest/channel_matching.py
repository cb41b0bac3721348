"""Who is in the feed: a provider's channels, matched by name to the line-up and the last feed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ..errors import FeedError
from ..formats.m3u import PlaylistEntry
from ..formats.xmltv_reader import ParsedGuide
from ..lineup import KNOWN, KnownChannel, Lineup, find, is_ignored, normalise
from ..models import Channel, Feed, Fix, Programme
from ..policy import CHANNEL_GONE_AFTER_MISSES, LAST_FEED_TRUSTED_FOR
from ..text import is_usable_url

_IDS: Final = ("tvg-id", "channel-id")
_KNOWN_KEYS: Final = frozenset(known.key for known in KNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One channel of the feed that is being made."""

    channel: Channel
    filler: str
    """What to say where its guide is not known."""
    old: Sequence[Programme] = ()
    """Its programmes in the last feed."""
    names: frozenset[str] = frozenset()
    """As `normalise` spells what the playlist calls it."""
    ids: frozenset[str] = frozenset()
    """XMLTV ids that the playlist gives it, in lower case."""


@dataclass(slots=True)
class _Found:
    """All entries of a playlist that are one and the same channel."""

    known: KnownChannel
    entries: list[PlaylistEntry] = field(default_factory=list)


def match_channels(
    entries: Iterable[PlaylistEntry],
    previous: Feed | None,
    lineup: Lineup,
    fixes: Counter[Fix],
    now: datetime,
) -> tuple[Mapping[str, Member], Lineup]:
    """The channels by key in the order of their numbers, and the line-up that remembers them.

    Counts in `fixes`. Raises FeedError when the playlist has no channel that can be played, or
    less than half of those of the last feed, as long as that is not older than
    `LAST_FEED_TRUSTED_FOR`.
    """
    lineup = _remember(previous, lineup)
    found, lineup = _identify(entries, lineup, fixes)
    if not found:
        raise FeedError("playlist", "it lists no channel")
    olds: dict[str, Channel] = {}
    for old in previous.channels if previous else ():
        known, lineup = lineup.admit(old.name)
        olds[known.key] = old
    members = _brought(found, olds, previous, fixes)
    if previous and now - previous.made < LAST_FEED_TRUSTED_FOR:
        _refuse_if_broken(found, olds)
    for key, old in olds.items():
        if key not in found and old.missed + 1 < CHANNEL_GONE_AFTER_MISSES:
            known, lineup = lineup.admit(old.name)
            channel = known.channel(old.stream_url, radio=old.radio, missed=old.missed + 1)
            members[key] = Member(channel=channel, filler=known.filler, old=_old(previous, old))
            fixes[Fix.VANISHED_CHANNEL] += 1
    ordered = sorted(members.items(), key=lambda item: item[1].channel.number)
    return dict(ordered), lineup


def match_programmes(
    guide: ParsedGuide, members: Mapping[str, Member], fixes: Counter[Fix]
) -> Mapping[str, Sequence[Programme]]:
    """The programmes by channel key, in the order of the file. Counts in `fixes`.

    Names decide. Ids are asked only where names say nothing, and bare numbers, which are positions
    in some list, only where there is no name.
    """
    names = {name: key for key, member in members.items() for name in member.names}
    ids = {identity: key for key, member in members.items() for identity in member.ids}
    matched: dict[str, str] = {}
    unmatched: dict[str, tuple[str, ...]] = {}
    for identity in dict.fromkeys((*guide.channels, *guide.programmes)):
        called = guide.channels.get(identity, ())
        if key := _by_name(called or (identity,), names, members):
            matched[identity] = key
        elif not any(map(is_ignored, (*called, identity))):
            unmatched[identity] = called
    taken = set(matched.values())
    for identity, called in unmatched.items():
        key = ids.get(identity.casefold())
        if key and key not in taken and not (called and identity.isdecimal()):
            matched[identity] = key
        else:
            fixes[Fix.ORPHAN] += len(guide.programmes.get(identity, ()))
    programmes: dict[str, list[Programme]] = {}
    for identity, key in matched.items():
        if of_channel := guide.programmes.get(identity):
            fixes[Fix.DUPLICATE_CHANNEL] += key in programmes
            programmes.setdefault(key, []).extend(of_channel)
    return programmes


def _remember(previous: Feed | None, lineup: Lineup) -> Lineup:
    """The line-up with the numbers that the last feed gave, should it have been lost."""
    channels = previous.channels if previous else ()
    lost = {channel.key: channel.number for channel in channels if channel.key not in _KNOWN_KEYS}
    return Lineup({**lost, **lineup.assigned})


def _identify(
    entries: Iterable[PlaylistEntry], lineup: Lineup, fixes: Counter[Fix]
) -> tuple[Mapping[str, _Found], Lineup]:
    """The channels that a playlist lists, each by any of the names that it gives it."""
    found: dict[str, _Found] = {}
    for entry in entries:
        called = (*_names(entry), entry.attributes.get("tvg-id", ""))
        if any(map(is_ignored, called)):
            continue
        if not entry.name:
            fixes[Fix.NO_TITLE] += 1
            continue
        known, lineup = lineup.admit(next(filter(find, called), entry.name))
        if known.key in found:
            fixes[Fix.DUPLICATE_CHANNEL] += 1
        elif known.key not in _KNOWN_KEYS:
            fixes[Fix.UNKNOWN_CHANNEL] += 1
        elif known.name != entry.name:
            fixes[Fix.RENAMED] += 1
        found.setdefault(known.key, _Found(known)).entries.append(entry)
    return found, lineup


def _names(entry: PlaylistEntry) -> Sequence[str]:
    return entry.name, entry.attributes.get("tvg-name", "")


def _brought(
    found: Mapping[str, _Found],
    olds: Mapping[str, Channel],
    previous: Feed | None,
    fixes: Counter[Fix],
) -> dict[str, Member]:
    """The channels that the playlist brings, with an address of its own or of the last feed."""
    members: dict[str, Member] = {}
    fresh = 0
    for key, one in found.items():
        old = olds.get(key)
        url = next((entry.url for entry in one.entries if is_usable_url(entry.url)), None)
        if url:
            fresh += 1
        else:
            fixes[Fix.BAD_URL] += 1
            if not old:
                continue
            url = old.stream_url
        radio = any(entry.attributes.get("radio", "").lower() == "true" for entry in one.entries)
        names = [name for entry in one.entries for name in _names(entry)]
        ids = [entry.attributes.get(key, "") for entry in one.entries for key in _IDS]
        members[key] = Member(
            channel=one.known.channel(url, radio=radio),
            filler=one.known.filler,
            old=_old(previous, old),
            names=frozenset(filter(None, map(normalise, names))),
            ids=frozenset(filter(None, map(str.casefold, ids))),
        )
    if not fresh:
        line = next(iter(found.values())).entries[0].line
        raise FeedError("playlist", "no channel has an address that can be used", line=line)
    return members


def _refuse_if_broken(found: Mapping[str, _Found], olds: Mapping[str, Channel]) -> None:
    alive = {key for key, old in olds.items() if not old.missed}
    # One bad day that brought a hundred others must not outvote the known ones ever after.
    alive = alive & _KNOWN_KEYS or alive
    brought = len(alive & found.keys())
    if brought * 2 < len(alive):
        raise FeedError("playlist", f"only {brought} of the last feed's {len(alive)} channels")


def _old(previous: Feed | None, old: Channel | None) -> Sequence[Programme]:
    return previous.guide.get(old.key, ()) if previous and old else ()


def _by_name(
    called: Iterable[str], names: Mapping[str, str], members: Mapping[str, Member]
) -> str | None:
    for name in called:
        known = find(name)
        if known and known.key in members:
            return known.key
        if key := names.get(normalise(name)):
            return key
    return None
