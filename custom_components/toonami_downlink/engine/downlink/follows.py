"""What is followed, and when it can be seen: one showing for each thing to see and night."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
import hashlib
from operator import attrgetter
from typing import Final, NamedTuple

from .airings import Airing
from .errors import FollowError
from .identity import identity, show_key
from .limits import MAX_MARKS, MAX_TITLE_CHARS, MAX_VALUE_CHARS
from .models import Feed, Programme
from .policy import MARKED_FOR, MOVED_AHEAD, NIGHT, SAME_SLOT
from .text import clean_line, fold

_HALF_DAY: Final = timedelta(hours=12)
_HALF_DAYS_FROM: Final = datetime(2020, 1, 1, 9, 37, tzinfo=UTC)
"""Where half days begin: early morning and late afternoon in America, when no block begins."""

_start = attrgetter("start")


class FollowKind(StrEnum):
    """What a follow goes by."""

    SHOW = "show"
    """A title, in whichever spelling."""
    BLOCK = "block"
    """A programming block, such as *Toonami*."""
    WORDS = "words"
    """Words that a title, an episode's title and a block have all of, in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Something that the house wants to be told of. See `make_follow`."""

    identity: str
    """16 hexadecimal digits of kind, key and channel: following the same twice is one follow."""
    kind: FollowKind
    text: str
    """As people see it: the title as the guide spells it, the block, the words."""
    key: str
    """The text without its spelling; a guide that spells it otherwise is still followed."""
    channel: str | None
    """The key of the only channel that counts; None for any."""
    since: datetime
    """When it was begun; UTC."""


class Showing(NamedTuple):
    """One thing to see in one night: East, West and repeats of that night are one."""

    identity: str
    """16 hexadecimal digits: see `find_showings` for how long they stay the same."""
    follows: tuple[str, ...]
    """The identities of the follows that it matches, in their order."""
    airing: Airing
    """The first one in the feed."""
    others: tuple[Airing, ...]
    """Those after it, by their start."""


class Mark(NamedTuple):
    """What a showing was called, so that the next refresh calls it the same."""

    identity: str
    thing: str
    """16 hexadecimal digits of what is shown."""
    show: str
    """The same of its show."""
    start: datetime
    """When the first airing begins."""


def make_follow(kind: FollowKind, text: str, channel: str | None, since: datetime) -> Follow:
    """Make a follow of what somebody typed or picked; `channel` is a key of the line-up.

    Raises FollowError when the text is empty or too long, or has nothing to go by.
    """
    if len(text) > MAX_TITLE_CHARS:
        raise FollowError(f"Follow something with {MAX_TITLE_CHARS} characters at most.")
    if channel is not None and not 0 < len(channel) <= MAX_VALUE_CHARS:
        raise FollowError("There is no such channel.")
    line, _ = clean_line(text)
    key = fold(line) if kind is FollowKind.WORDS else show_key(line)
    if not key:
        raise FollowError("There is no letter and no digit in it to follow by.")
    return Follow(
        identity=_digest(kind, key, channel or ""),
        kind=kind,
        text=line,
        key=key,
        channel=channel,
        since=since.astimezone(UTC),
    )


def find_showings(
    feed: Feed,
    follows: Sequence[Follow],
    start: datetime,
    stop: datetime,
    known: Iterable[Mark] = (),
) -> tuple[Showing, ...]:
    """Return the showings of which an airing is on in ``[start, stop)``, sorted by the first one.

    Their identities depend on neither of the times, nor on how a title is spelt. With the marks of
    the showings before (`marks_of`), a showing keeps its identity when a refresh moves it by up to
    `MOVED_AHEAD` ahead or less than `NIGHT` back, takes away its first airing, or learns or forgets
    which episode it is. Without, it does so unless it is moved past 09:37 or 21:37 UTC.

    It looks through the whole guide: call it in an executor.
    """
    # Python compares the wall clocks of two times in one zone, whether its clock went back or not.
    start, stop = start.astimezone(UTC), stop.astimezone(UTC)
    matcher = Matcher(follows)
    order = {follow.identity: position for position, follow in enumerate(follows)}
    found = [
        (airing, matched)
        for airing in _airings(feed)
        if (matched := list(matcher.of(airing.channel.key, airing.programme)))
    ]
    found.sort(key=lambda one: (one[0].start, one[0].channel.number))
    nights = _Nights(known)
    for airing, matched in found:
        night = nights.of(airing)
        night.airings.append(airing)
        night.follows.update(matched)
    return tuple(
        Showing(
            night.identity,
            tuple(sorted(night.follows, key=order.__getitem__)),
            night.airings[0],
            tuple(night.airings[1:]),
        )
        for night in nights.seen()
        if any(one.start < stop and one.stop > start for one in night.airings)
    )


def marks_of(
    showings: Iterable[Showing], before: Iterable[Mark], now: datetime
) -> tuple[Mark, ...]:
    """Return what to remember of all showings of a feed: `MAX_MARKS`, those nearest to now.

    What was marked before stays a while, for a showing that is gone may come back.
    """
    marks = {mark.identity: mark for mark in before}
    for showing in showings:
        airing = showing.airing
        thing, show = _things(airing.programme)
        marks[showing.identity] = Mark(showing.identity, thing, show, airing.start)
    fresh = [mark for mark in marks.values() if mark.start > now - MARKED_FOR]
    fresh.sort(key=lambda mark: abs(mark.start - now))
    return tuple(sorted(fresh[:MAX_MARKS], key=lambda mark: (mark.start, mark.identity)))


def _airings(feed: Feed) -> Iterator[Airing]:
    for channel in feed.channels:
        for one in feed.guide.get(channel.key, ()):
            if not one.is_filler:
                yield Airing(channel, one.start, one.stop, one)


class Matcher:
    """Follows by what they go by, so that two hundred of them cost no more than one."""

    def __init__(self, follows: Sequence[Follow]) -> None:
        self._by_key: dict[tuple[FollowKind, str], list[Follow]] = {}
        self._by_word: dict[str, list[tuple[frozenset[str], Follow]]] = {}
        for follow in follows:
            if follow.kind is FollowKind.WORDS:
                words = follow.key.split()
                # The longest word is in the fewest titles.
                pair = frozenset(words), follow
                self._by_word.setdefault(max(words, key=len), []).append(pair)
            else:
                self._by_key.setdefault((follow.kind, follow.key), []).append(follow)
        self._answers: dict[tuple[str, str | None, str | None], tuple[Follow, ...]] = {}

    def of(self, channel: str, programme: Programme) -> Iterator[str]:
        """Yield the identities of the follows that a programme on a channel matches."""
        texts = programme.title, programme.episode_title, programme.block
        # The same few titles and episodes come again and again.
        if (found := self._answers.get(texts)) is None:
            found = self._answers[texts] = tuple(self._matching(*texts))
        yield from (one.identity for one in found if one.channel in {None, channel})

    def _matching(self, title: str, episode: str | None, block: str | None) -> Iterator[Follow]:
        yield from self._by_key.get((FollowKind.SHOW, show_key(title)), ())
        if block:
            yield from self._by_key.get((FollowKind.BLOCK, show_key(block)), ())
        if self._by_word:
            there = {
                word for text in (title, episode, block) if text for word in fold(text).split()
            }
            for word in there & self._by_word.keys():
                yield from (one for words, one in self._by_word[word] if words <= there)


@dataclass(slots=True)
class _Night:
    """A showing in the making."""

    identity: str
    start: datetime
    airings: list[Airing] = field(default_factory=list)
    follows: set[str] = field(default_factory=set)


class _Nights:
    """The showings of each thing; those that were known before keep their identity."""

    def __init__(self, known: Iterable[Mark]) -> None:
        self._all: dict[str, _Night] = {}
        self._of_thing: dict[str, list[_Night]] = {}
        self._known_of_show: dict[str, list[tuple[Mark, _Night]]] = {}
        for mark in sorted(known, key=_start):
            if mark.identity not in self._all:
                night = self._add(mark.thing, mark.identity, mark.start)
                self._known_of_show.setdefault(mark.show, []).append((mark, night))

    def of(self, airing: Airing) -> _Night:
        """Return the showing that an airing belongs to; ask in the order of their starts."""
        thing, show = _things(airing.programme)
        return (
            self._same(thing, airing.start)
            or self._vaguely(thing, show, airing.start)
            or self._add(thing, self._name(thing, airing.start), airing.start)
        )

    def seen(self) -> list[_Night]:
        """Return those that have an airing, by the first one."""
        nights = [night for night in self._all.values() if night.airings]
        return sorted(nights, key=lambda one: (one.airings[0].start, one.airings[0].channel.number))

    def _same(self, thing: str, at: datetime) -> _Night | None:
        nights = self._of_thing.get(thing, [])
        after = bisect_right(nights, at, key=_start)
        if after and at < nights[after - 1].start + NIGHT:
            return nights[after - 1]
        if after < len(nights) and nights[after].start - at <= MOVED_AHEAD:
            return nights[after]
        return None

    def _vaguely(self, thing: str, show: str, at: datetime) -> _Night | None:
        """Return what was known to begin about then, if only one of both is known as an episode."""
        marked = self._known_of_show.get(show, [])
        near = bisect_left(marked, at - SAME_SLOT, key=lambda one: one[0].start)
        for mark, night in marked[near : near + 2]:
            is_vague = thing != mark.thing and show in {thing, mark.thing}
            if is_vague and mark.start <= at + SAME_SLOT and not night.airings:
                self._of_thing.setdefault(thing, []).append(night)
                self._of_thing[thing].sort(key=_start)
                return night
        return None

    def _add(self, thing: str, name: str, start: datetime) -> _Night:
        night = self._all[name] = _Night(name, start)
        nights = self._of_thing.setdefault(thing, [])
        nights.insert(bisect_right(nights, start, key=_start), night)
        return night

    def _name(self, thing: str, start: datetime) -> str:
        name = _digest(thing, str((start - _HALF_DAYS_FROM) // _HALF_DAY))
        return name if name not in self._all else _digest(thing, start.isoformat())


def _things(programme: Programme) -> tuple[str, str]:
    """Return what is shown, and of which show, as 16 hexadecimal digits each."""
    return _digest(identity(programme)), _digest(show_key(programme.title))


def _digest(*parts: str) -> str:
    text = "\0".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
