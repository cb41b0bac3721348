"""Match a provider's channels by name to the line-up and to the last feed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import re
from typing import Final

from ..errors import FeedError
from ..formats.m3u import PlaylistEntry
from ..formats.xmltv_reader import ParsedGuide
from ..limits import MAX_PROGRAMMES
from ..lineup import KNOWN, KnownChannel, Lineup, find, is_ignored, normalise
from ..models import Channel, Feed, Fix, Programme
from ..policy import (
    CHANNEL_GONE_AFTER_MISSES,
    LAST_FEED_TRUSTED_FOR,
    NEW_CHANNELS_PER_REFRESH,
    NUMBERS_GIVEN_AT_MOST,
    UNKNOWN_CHANNELS_AT_ONCE,
)
from ..text import is_usable_url

_IDS: Final = ("tvg-id", "channel-id")
_KNOWN_KEYS: Final = frozenset(known.key for known in KNOWN)
_SHIFT: Final = re.compile(r"([+-]?)([0-9]{1,2})(?:\.([0-9]{1,2}))?")
_LONGEST_SHIFT: Final = timedelta(hours=24)


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
    shift: timedelta = timedelta()
    """By how much its programmes are later than the guide says."""

    def shifted(self, programmes: Iterable[Programme]) -> Iterable[Programme]:
        """The programmes of a guide at this channel's times."""
        if not self.shift:
            return programmes
        return (
            replace(one, start=one.start + self.shift, stop=one.stop + self.shift)
            for one in programmes
        )


@dataclass(slots=True)
class _Found:
    """All entries of a playlist that are one and the same channel."""

    known: KnownChannel
    entries: list[PlaylistEntry] = field(default_factory=list)


def match_channels(
    entries: Sequence[PlaylistEntry],
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
    kept = _kept_keys(entries, previous)
    found, lineup = _identify(entries, lineup, previous, kept, fixes)
    if not found:
        raise FeedError("playlist", "it lists no channel")
    olds: dict[str, Channel] = {}
    for old in previous.channels if previous else ():
        known, lineup = lineup.admit(old.name, kept.get(normalise(old.name), ""))
        olds.setdefault(known.key, old)
    members = _brought(found, olds, previous, fixes)
    if previous and now - previous.made < LAST_FEED_TRUSTED_FOR:
        _refuse_if_broken(found, olds)
    for key, old in olds.items():
        if key not in found and old.missed + 1 < CHANNEL_GONE_AFTER_MISSES:
            known, lineup = lineup.admit(old.name, key)
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
    in some list, only where there is no name. Several channels may have one id: each gets the
    programmes, at its own times. Raises FeedError when they all together are too many.
    """
    matched = _whose(guide, members, fixes)
    total = sum(len(guide.programmes.get(one, ())) * len(keys) for one, keys in matched.items())
    if total > MAX_PROGRAMMES:
        raise FeedError("guide", f"more than {MAX_PROGRAMMES} programmes")
    programmes: dict[str, list[Programme]] = {}
    for identity, keys in matched.items():
        for key in keys if identity in guide.programmes else ():
            fixes[Fix.DUPLICATE_CHANNEL] += key in programmes
            fresh = members[key].shifted(guide.programmes[identity])
            programmes.setdefault(key, []).extend(fresh)
    return programmes


def _whose(
    guide: ParsedGuide, members: Mapping[str, Member], fixes: Counter[Fix]
) -> Mapping[str, list[str]]:
    """The channels, by key, that each id of a guide stands for."""
    names = {name: key for key, member in members.items() for name in member.names}
    ids: dict[str, list[str]] = {}
    for key, member in members.items():
        for identity in member.ids:
            ids.setdefault(identity, []).append(key)
    matched: dict[str, list[str]] = {}
    unmatched: dict[str, tuple[str, ...]] = {}
    for identity in dict.fromkeys((*guide.channels, *guide.programmes)):
        called = guide.channels.get(identity, ())
        if found := _by_name(called or (identity,), names, members):
            matched[identity] = [found]
        elif not any(map(is_ignored, (*called, identity))):
            unmatched[identity] = called
    # A channel element without a programme tells a name, and does not stand for a guide.
    taken = {
        key for identity, keys in matched.items() if identity in guide.programmes for key in keys
    }
    for identity, called in unmatched.items():
        free = [key for key in ids.get(identity.casefold(), ()) if key not in taken]
        if free and not (called and identity.isdecimal()):
            matched[identity] = free
        else:
            fixes[Fix.ORPHAN] += len(guide.programmes.get(identity, ()))
    _share_with_namesakes(matched, guide, ids)
    return matched


def _share_with_namesakes(
    matched: Mapping[str, list[str]], guide: ParsedGuide, ids: Mapping[str, Sequence[str]]
) -> None:
    """Give a guide that a name found to the silent channels that name it by its id."""
    served = {key for one, keys in matched.items() if one in guide.programmes for key in keys}
    for identity, keys in matched.items():
        # Ids that are mere positions say nothing of whose guide it is.
        if identity in guide.programmes and not identity.isdecimal():
            keys.extend(key for key in ids.get(identity.casefold(), ()) if key not in served)


def asks_for(members: Mapping[str, Member]) -> Callable[[str, Sequence[str]], bool]:
    """Whether a channel of a guide, by its id and its names, may be one of those channels."""
    names = {name for member in members.values() for name in member.names}
    ids = {identity for member in members.values() for identity in member.ids}

    def is_wanted(identity: str, called: Sequence[str]) -> bool:
        if identity.casefold() in ids and not (called and identity.isdecimal()):
            return True
        for name in called or (identity,):
            known = find(name)
            if (known and known.key in members) or normalise(name) in names or is_ignored(name):
                return True
        return is_ignored(identity)

    return is_wanted


def _remember(previous: Feed | None, lineup: Lineup) -> Lineup:
    """The line-up with the numbers that the last feed gave, should it have been lost.

    A house that has moved in can have given one of them to another channel, which keeps it.
    """
    taken = set(lineup.assigned.values())
    lost = {
        channel.key: channel.number
        for channel in (previous.channels if previous else ())
        if channel.key not in _KNOWN_KEYS and channel.number not in taken
    }
    return Lineup({**lost, **lineup.assigned})


def _kept_keys(entries: Iterable[PlaylistEntry], previous: Feed | None) -> Mapping[str, str]:
    """The keys that channels had in the last feed, by name as `normalise` spells it.

    Those of channels that the playlist names in letters that can be in an id are left out: who had
    one by another name was taken for that channel.
    """
    names = (entry.name for entry in entries if normalise(entry.name).isascii())
    owned = {Lineup().admit(name)[0].key for name in names}
    channels = previous.channels if previous else ()
    return {normalise(old.name): old.key for old in channels if old.key not in owned}


def _identify(
    entries: Iterable[PlaylistEntry],
    lineup: Lineup,
    previous: Feed | None,
    kept: Mapping[str, str],
    fixes: Counter[Fix],
) -> tuple[Mapping[str, _Found], Lineup]:
    """The channels that a playlist lists, each by any of the names that it gives it.

    Those that nobody knows yet are let in up to a number: for a refresh, at once, and for ever.
    """
    found: dict[str, _Found] = {}
    had = {old.key for old in (previous.channels if previous else ())} - _KNOWN_KEYS
    places = min(NEW_CHANNELS_PER_REFRESH, UNKNOWN_CHANNELS_AT_ONCE - len(had))
    for entry in entries:
        called = (*_names(entry), entry.attributes.get("tvg-id", ""))
        if any(map(is_ignored, called)):
            continue
        if not entry.name:
            fixes[Fix.NO_TITLE] += 1
            continue
        grown = lineup
        known = find(*called)
        if not known:
            known, grown = lineup.admit(entry.name, kept.get(normalise(entry.name), ""))
            if known.key not in had and known.key not in found:
                if places <= 0 or len(grown.assigned) > NUMBERS_GIVEN_AT_MOST:
                    fixes[Fix.TOO_MANY_CHANNELS] += 1
                    continue
                places -= 1
        lineup = grown
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
        ids = [entry.attributes.get(name, "") for entry in one.entries for name in _IDS]
        shifts = [entry.attributes.get("tvg-shift", "") for entry in one.entries]
        members[key] = Member(
            channel=one.known.channel(url, radio=radio),
            filler=one.known.filler,
            old=_old(previous, old),
            names=frozenset(filter(None, map(normalise, names))),
            ids=frozenset(filter(None, map(str.casefold, ids))),
            shift=next(map(_shift, filter(None, shifts)), timedelta()),
        )
    if not fresh:
        line = next(iter(found.values())).entries[0].line
        raise FeedError("playlist", "no channel has an address that can be used", line=line)
    return members


def _shift(text: str) -> timedelta:
    """A ``tvg-shift`` in hours, such as ``3``, ``-3`` or ``+5.5``; nothing for anything else."""
    match = _SHIFT.fullmatch(text.strip())
    if not match:
        return timedelta()
    sign, whole, part = match.groups()
    shift = timedelta(seconds=round(float(f"{whole}.{part or 0}") * 3600))
    if shift > _LONGEST_SHIFT:
        return timedelta()
    return -shift if sign == "-" else shift


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
