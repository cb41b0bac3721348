"""When the same programme is on again, on whichever channel."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final, NamedTuple

from .identity import identity, show_key
from .lineup import KNOWN
from .models import Channel, Feed, Programme
from .policy import SAME_SLOT
from .timeline import on_air

_start = attrgetter("start")

DELAYS: Final[Mapping[str, Mapping[str, timedelta]]] = {
    one.key: {
        other.key: timedelta(minutes=other.delay - one.delay)
        for other in KNOWN
        if other.schedule == one.schedule and other is not one
    }
    for one in KNOWN
    if one.schedule
}
"""How much later each channel shows what another does: West is three hours behind East."""
LONGEST_DELAY: Final = max(max(behind.values()) for behind in DELAYS.values() if behind)


class Airing(NamedTuple):
    """A programme on a channel."""

    channel: Channel
    start: datetime
    stop: datetime
    programme: Programme
    is_about: bool = False
    """Whether only the other channel's guide says so; then the times may be off by some minutes."""


class Airings:
    """Every airing in a feed, by what it shows. Any thread may use it.

    Making one takes a moment for each programme: do so in an executor.
    """

    def __init__(self, feed: Feed) -> None:
        """Look through the guide."""
        self._channels = {channel.key: channel for channel in feed.channels}
        self._guide: Mapping[str, Sequence[Programme]] = feed.guide
        self._of: dict[str, list[Airing]] = {}
        for channel in feed.channels:
            for one in feed.guide.get(channel.key, ()):
                if not one.is_filler:
                    airing = Airing(channel, one.start, one.stop, one)
                    self._of.setdefault(identity(one), []).append(airing)
        for airings in self._of.values():
            airings.sort(key=_order)

    def also(
        self, key: str, programme: Programme, after: datetime, limit: int | None = None
    ) -> tuple[Airing, ...]:
        """The other airings of a programme that begin after that time, the soonest first.

        `key` names the channel that shows it. The programme need not be in the feed: it may be
        over. Of two that are in the feed, each is among the others of the other, unless `limit`
        is reached before.
        """
        if programme.is_filler:
            return ()
        known = self._of.get(identity(programme), [])
        first = bisect_right(known, after, key=_start)
        later = known[first : None if limit is None else first + limit + 1]
        found = [one for one in later if (one.channel.key, one.start) != (key, programme.start)]
        found += (one for one in self._delayed(key, programme) if one.start > after)
        return tuple(sorted(found, key=_order)[:limit])

    def _delayed(self, key: str, programme: Programme) -> Iterator[Airing]:
        """Yield what channels with the same schedule show by their delay, where nobody lists it."""
        for other, delay in DELAYS.get(key, {}).items():
            if channel := self._channels.get(other):
                start, stop = programme.start + delay, programme.stop + delay
                there = self._same_show_at(channel, programme, start)
                if there:
                    yield Airing(channel, there.start, there.stop, there, is_about=True)
                elif self._is_free(channel, programme, start, stop):
                    yield Airing(channel, start, stop, programme, is_about=True)

    def _same_show_at(
        self, channel: Channel, programme: Programme, start: datetime
    ) -> Programme | None:
        """Return what begins there at that very time, if it is the same with less or more known."""
        there = on_air(self._guide.get(channel.key, ()), start)
        is_same = there and there.start == start and _is_vaguely(there, programme)
        return there if is_same else None

    def _is_free(
        self, channel: Channel, programme: Programme, start: datetime, stop: datetime
    ) -> bool:
        """Whether the channel's own guide has nothing to say against it."""
        there = on_air(self._guide.get(channel.key, ()), start + (stop - start) / 2)
        if there and not there.is_filler and not _is_vaguely(there, programme):
            return False
        return not self._is_listed_near(channel, programme, start)

    def _is_listed_near(self, channel: Channel, programme: Programme, start: datetime) -> bool:
        known = self._of.get(identity(programme), [])
        near = known[
            bisect_left(known, start - SAME_SLOT, key=_start) : bisect_right(
                known, start + SAME_SLOT, key=_start
            )
        ]
        return any(one.channel.key == channel.key for one in near)


def _is_vaguely(one: Programme, other: Programme) -> bool:
    """Whether both are the same show, and of one no more is known than that."""
    show = show_key(one.title)
    keys = {identity(one), identity(other)}
    return len(keys) > 1 and show in keys and show == show_key(other.title)


def _order(airing: Airing) -> tuple[datetime, int]:
    return airing.start, airing.channel.number
