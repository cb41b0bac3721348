"""A provider's two files made into a feed: read, matched, repaired, merged and filled."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from ..errors import FeedError
from ..formats.m3u import parse_m3u
from ..formats.xmltv_reader import parse_xmltv
from ..limits import MAX_PROGRAMMES
from ..lineup import Lineup, is_known
from ..models import Feed, Fix, IngestReport, Programme
from .channel_matching import Member, asks_for, match_channels, match_programmes
from .gap_filling import Window, fill_gaps, filler_for
from .marking import marked
from .merge import carry_over
from .normalise import in_order, tidy, with_ends


def ingest(
    playlist: bytes,
    guide: bytes | FeedError,
    *,
    now: datetime,
    window: Window,
    lineup: Lineup,
    previous: Feed | None,
    language: str = "en",
) -> tuple[Feed, IngestReport, Lineup]:
    """The feed that the two files make, what was wrong with them, and the line-up from now on.

    `window` is what the guide covers; `now` is aware; `language` is preferred where the guide has
    several. `previous` is the last good feed: what it knew and the files do not say is kept. A
    guide that cannot be used, or has been refused before, costs the guide only: the report says
    why. Raises FeedError when no
    feed can be made of the playlist, or when it would be a clearly broken one.
    """
    flaws: Counter[Fix] = Counter()
    entries = parse_m3u(playlist)
    members, lineup = match_channels(entries, previous, lineup, flaws, now)
    error: str | None = None
    try:
        if isinstance(guide, FeedError):
            raise guide
        feed, fixes = _with_guide(guide, members, language, window, now)
    except FeedError as err:
        error = str(err)
        feed, fixes = _feed({}, members, window, now, Counter({Fix.GUIDE_REFUSED: 1}))
    return feed, _report(feed, flaws + fixes, error), lineup


def _with_guide(
    guide: bytes, members: Mapping[str, Member], language: str, window: Window, now: datetime
) -> tuple[Feed, Counter[Fix]]:
    parsed = parse_xmltv(guide, language=language, wanted=asks_for(members))
    fixes = Counter(parsed.flaws)
    found = match_programmes(parsed, members, fixes)
    if not found and any(not one.is_filler for member in members.values() for one in member.old):
        # What is kept would grow old, and nobody would be told.
        raise FeedError("guide", "it lists no programme of these channels")
    feed, fixes = _feed(found, members, window, now, fixes)
    if sum(map(len, feed.guide.values())) > MAX_PROGRAMMES:
        raise FeedError("guide", f"more than {MAX_PROGRAMMES} programmes with its gaps filled")
    return feed, fixes


def _feed(
    found: Mapping[str, Sequence[Programme]],
    members: Mapping[str, Member],
    window: Window,
    now: datetime,
    fixes: Counter[Fix],
) -> tuple[Feed, Counter[Fix]]:
    programmes = {
        key: _whole(found.get(key, ()), member, window, fixes) for key, member in members.items()
    }
    channels = tuple(member.channel for member in members.values())
    return Feed(made=now.astimezone(UTC), channels=channels, guide=programmes), fixes


def _whole(
    found: Sequence[Programme], member: Member, window: Window, fixes: Counter[Fix]
) -> tuple[Programme, ...]:
    """The gapless guide of one channel."""
    ordered = in_order(found, fixes)
    silent = [one.start for one in ordered if not one.title]
    fixes[Fix.NO_TITLE] += len(silent)
    named = with_ends([one for one in ordered if one.title], member.old)
    fresh = [tidy(one, member.channel.stream_url) for one in window.overlapping(named)]
    known = carry_over(fresh, member.old, window, fixes)
    if not known:
        fixes[Fix.NO_GUIDE] += 1
    # The station shows old programmes only.
    all_reruns = is_known(member.channel.key)
    filler = filler_for(member.channel.name, member.filler)
    (filler,) = marked([filler], all_reruns=all_reruns)
    return fill_gaps(marked(known, all_reruns=all_reruns), window, filler, silent, fixes)


def _report(feed: Feed, fixes: Mapping[Fix, int], guide_error: str | None) -> IngestReport:
    known = [[one for one in programmes if not one.is_filler] for programmes in feed.guide.values()]
    sources = Counter(one.source for programmes in feed.guide.values() for one in programmes)
    programmes = sum(map(len, known))
    return IngestReport(
        channels=len(feed.channels),
        programmes=programmes,
        filler=sources.total() - programmes,
        guide_until=min((of_channel[-1].stop for of_channel in known if of_channel), default=None),
        fixes={kind: count for kind in Fix if (count := fixes.get(kind))},
        sources=dict(sources),
        guide_error=guide_error,
    )
