"""A provider's two files made into a feed: read, matched, repaired, merged and filled."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from ..formats.m3u import parse_m3u
from ..formats.xmltv_reader import parse_xmltv
from ..lineup import Lineup
from ..models import Feed, Fix, IngestReport, Programme
from .channel_matching import Member, match_channels, match_programmes
from .gap_filling import Window, fill_gaps, filler_for
from .merge import carry_over
from .normalise import in_order, tidy, with_ends


def ingest(
    playlist: bytes,
    guide: bytes,
    *,
    now: datetime,
    time_zone: tzinfo,
    guide_days: int,
    lineup: Lineup,
    previous: Feed | None,
) -> tuple[Feed, IngestReport, Lineup]:
    """The feed that the two files make, what was wrong with them, and the line-up from now on.

    The guide covers `guide_days` days from the start of today in `time_zone`; `now` is aware.
    `previous` is the last good feed: what it knew and the files do not say is kept. Raises
    FeedError when no feed can be made, or when it would be a clearly broken one.
    """
    entries = parse_m3u(playlist)
    parsed = parse_xmltv(guide)
    fixes = Counter(parsed.flaws)
    members, lineup = match_channels(entries, previous, lineup, fixes, now)
    found = match_programmes(parsed, members, fixes)
    window = Window.of_days(now, guide_days, time_zone)
    programmes = {
        key: _whole(found.get(key, ()), member, window, fixes) for key, member in members.items()
    }
    feed = Feed(
        made=now.astimezone(UTC),
        channels=tuple(member.channel for member in members.values()),
        guide=programmes,
    )
    return feed, _report(feed, fixes), lineup


def _whole(
    found: Sequence[Programme], member: Member, window: Window, fixes: Counter[Fix]
) -> tuple[Programme, ...]:
    """The gapless guide of one channel."""
    ordered = in_order(found, fixes)
    silent = [one.start for one in ordered if not one.title]
    fixes[Fix.NO_TITLE] += len(silent)
    named = with_ends([one for one in ordered if one.title], member.old)
    fresh = [tidy(one) for one in window.overlapping(named)]
    known = carry_over(fresh, member.old, window, fixes)
    if not known:
        fixes[Fix.NO_GUIDE] += 1
    filler = filler_for(member.channel.name, member.filler)
    return fill_gaps(known, window, filler, silent, fixes)


def _report(feed: Feed, fixes: Mapping[Fix, int]) -> IngestReport:
    known = [[one for one in programmes if not one.is_filler] for programmes in feed.guide.values()]
    sources = Counter(one.source for programmes in feed.guide.values() for one in programmes)
    programmes = sum(map(len, known))
    return IngestReport(
        channels=len(feed.channels),
        programmes=programmes,
        filler=sources.total() - programmes,
        guide_until=min((of_channel[-1].stop for of_channel in known if of_channel), default=None),
        fixes={kind: count for kind in Fix if (count := fixes[kind])},
        sources=dict(sources),
    )
