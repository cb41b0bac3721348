"""The past of a feed: what the aired log says goes before what a provider says of it today."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from ..limits import MAX_PROGRAMMES
from ..lineup import Lineup
from ..models import Channel, Feed, Programme
from .gap_filling import Window, filler_for

type AiredByChannel = Mapping[str, Sequence[Programme]]
"""What was on, by channel key: sorted, free of overlaps, over; the last of it at least."""


def with_past(feed: Feed, aired: AiredByChannel, past: Window, window: Window) -> Feed:
    """The feed with what was on before; not a second of that changes.

    `window` is what the feed covers, `past` what lies before it. A guide begins with the first of
    what was on, or with `window`, and has no gap since then: where neither knows anything there is
    filler. When all that is too much for one feed, it is left as it is.
    """
    blocks = sorted({*past.blocks, *window.blocks})
    guide = {
        channel.key: _with_past(
            channel,
            aired.get(channel.key, ()),
            feed.guide.get(channel.key, ()),
            past,
            blocks,
        )
        for channel in feed.channels
    }
    if sum(map(len, guide.values())) > MAX_PROGRAMMES:
        return feed
    return replace(feed, guide=guide)


def _with_past(
    channel: Channel,
    aired: Sequence[Programme],
    guide: Sequence[Programme],
    past: Window,
    blocks: Sequence[datetime],
) -> tuple[Programme, ...]:
    if not aired:
        return tuple(guide)
    over = aired[-1].stop
    known = [one for one in aired if one.stop > past.start]
    known += (
        one if one.start >= over else replace(one, start=over) for one in guide if one.stop > over
    )
    identity, _ = Lineup().admit(channel.name)
    filler = filler_for(channel.name, identity.filler)
    whole: list[Programme] = []
    reached = min([past.stop, *(one.start for one in known[:1])])
    for one in known:
        whole.extend(_fillers(filler, reached, one.start, blocks))
        whole.append(one)
        reached = one.stop
    return tuple(whole)


def _fillers(
    filler: Programme, start: datetime, stop: datetime, blocks: Sequence[datetime]
) -> Iterator[Programme]:
    if start < stop:
        inner = blocks[bisect_right(blocks, start) : bisect_left(blocks, stop)]
        for begin, end in pairwise([start, *inner, stop]):
            yield replace(filler, start=begin, stop=end)
