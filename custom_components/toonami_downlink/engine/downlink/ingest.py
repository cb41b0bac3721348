"""A provider's two files made into a feed: read, matched, repaired, merged and filled."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from .lineup import Lineup
from .m3u import parse_m3u
from .merge import Window, fill, filler_for, keep_known
from .models import Feed, IngestReport, Programme, Repair
from .repair import in_order, tidy, with_ends
from .roster import Member, match_channels, match_programmes
from .xmltv import parse_xmltv


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
    repairs = Counter(parsed.flaws)
    members, lineup = match_channels(entries, previous, lineup, repairs, now)
    found = match_programmes(parsed, members, repairs)
    window = Window.of_days(now, guide_days, time_zone)
    programmes = {
        key: _whole(found.get(key, ()), member, window, repairs) for key, member in members.items()
    }
    feed = Feed(
        made=now.astimezone(UTC),
        channels=tuple(member.channel for member in members.values()),
        guide=programmes,
    )
    return feed, _report(feed, repairs), lineup


def _whole(
    found: Sequence[Programme], member: Member, window: Window, repairs: Counter[Repair]
) -> tuple[Programme, ...]:
    """The gapless guide of one channel."""
    ordered = in_order(found, repairs)
    silent = [one.start for one in ordered if not one.title]
    repairs[Repair.NO_TITLE] += len(silent)
    named = with_ends([one for one in ordered if one.title], member.old)
    fresh = [tidy(one) for one in window.overlapping(named)]
    known = keep_known(fresh, member.old, window, repairs)
    if not known:
        repairs[Repair.NO_GUIDE] += 1
    filler = filler_for(member.channel.name, member.filler)
    return fill(known, window, filler, silent, repairs)


def _report(feed: Feed, repairs: Mapping[Repair, int]) -> IngestReport:
    known = [[one for one in programmes if not one.is_filler] for programmes in feed.guide.values()]
    sources = Counter(one.source for programmes in feed.guide.values() for one in programmes)
    programmes = sum(map(len, known))
    return IngestReport(
        channels=len(feed.channels),
        programmes=programmes,
        filler=sources.total() - programmes,
        guide_until=min((of_channel[-1].stop for of_channel in known if of_channel), default=None),
        repairs={kind: count for kind in Repair if (count := repairs[kind])},
        sources=dict(sources),
    )
