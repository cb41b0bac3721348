"""After any sequence of refreshes, what is past is what it was, to the byte."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
import re
import sqlite3
import tempfile
from typing import Final

from hypothesis import Phase, given, settings, strategies as st
import pytest

from downlink.formats.m3u import Links, render_m3u
from downlink.formats.xmltv_reader import parse_xmltv
from downlink.formats.xmltv_writer import render_xmltv
from downlink.ingest import ingest
from downlink.ingest.gap_filling import Window
from downlink.ingest.past import with_past
from downlink.lineup import KNOWN, Lineup
from downlink.models import Feed, Programme
from downlink.publish.aired_log import AiredLog
from tests.night import by_night

from ..samples import HOUR, MINUTE, NOON

DAYS: Final = 1
CHANNELS: Final = tuple(known.channel(f"https://n1.example.com/{known.key}") for known in KNOWN[:2])
_PROGRAMME: Final = re.compile(
    rb'(  <programme start="([^"]+)" stop="[^"]+" channel="([^"]+)">.*?</programme>\n)', re.DOTALL
)

type Said = dict[tuple[str, datetime], bytes]
type Plan = dict[str, list[Programme]]


def invent(random: Random, start: datetime) -> Programme:
    """Make a programme up that begins then."""
    return Programme(
        start=start,
        stop=start + random.choice((10, 60, 150)) * MINUTE,
        title=f"Show {random.randrange(20)}",
        episode_title=random.choice((None, "Pilot", "<Finale> & more")),
        episode=random.choice((None, 1, 22)),
        description=random.choice((None, "What happens.", "a\nb")),
    )


def changed(random: Random, one: Programme) -> list[Programme]:
    """Move, rename, remove, add again or shrink a programme."""
    shift = random.randrange(-90, 90) * MINUTE
    return random.choice(
        (
            [one],
            [replace(one, start=one.start + shift, stop=one.stop + shift)],
            [replace(one, title=f"{one.title} again", episode=None)],
            [],
            [invent(random, one.start)],
            [replace(one, stop=one.start + max((one.stop - one.start) / 2, MINUTE))],
        )
    )


def change(random: Random, plan: Plan, now: datetime) -> None:
    """Change some programmes, past ones among them, and plan what comes after the last."""
    for key, known in plan.items():
        programmes = [one for one in known if one.stop > now - timedelta(days=DAYS)]
        for _ in range(min(random.randrange(4), len(programmes))):
            programmes += changed(random, programmes.pop(random.randrange(len(programmes))))
        programmes.sort(key=lambda one: (one.start, one.stop))
        reached = max((one.stop for one in programmes), default=now - 12 * HOUR)
        while reached < now + timedelta(days=random.choice((0, DAYS))):
            programmes.append(invent(random, reached))
            reached = programmes[-1].stop + random.choice((0, 0, 5, 40)) * MINUTE
        plan[key] = programmes


def refresh(
    plan: Plan, before: Feed | None, log: AiredLog, now: datetime, past_days: int
) -> tuple[Feed, bytes]:
    """Make a feed of a provider's files as the ingest's process does."""
    guide = {key: tuple(programmes) for key, programmes in plan.items()}
    shown = Feed(made=now, channels=CHANNELS, guide=guide)
    links = Links(guide="", logo=lambda _: "", stream=lambda channel: channel.stream_url)
    window, past = Window.of_days(now, DAYS, UTC), Window.before(now, past_days, UTC)
    feed, _, _ = ingest(
        render_m3u(CHANNELS, links),
        render_xmltv(shown, lambda _: ""),
        now=now,
        window=window,
        lineup=Lineup(),
        previous=before,
    )
    feed = with_past(feed, log.since(past.start, now), past, window)
    rendered = render_xmltv(feed, lambda _: "")
    read = parse_xmltv(rendered).programmes
    stored = {channel.key: tuple(read.get(channel.guide_id, ())) for channel in feed.channels}
    assert stored == feed.guide
    return feed, rendered


def said_of_the_past(feed: Feed, guide: bytes, now: datetime) -> Said:
    """What a guide says of what is over, but for filler: that is what nobody knows yet."""
    over = {
        (channel.guide_id, one.start)
        for channel in feed.channels
        for one in feed.guide[channel.key]
        if one.stop <= now and not one.is_filler
    }
    said = {
        (channel.decode(), datetime.strptime(start.decode(), "%Y%m%d%H%M%S %z")): whole
        for whole, start, channel in _PROGRAMME.findall(guide)
    }
    return {place: said[place] for place in over}


def check_said(feed: Feed, said: Said, before: Said) -> None:
    """As far back as the guide goes, it says what it said before."""
    begins = {channel.guide_id: feed.guide[channel.key][0].start for channel in feed.channels}
    for place, whole in before.items():
        if place[1] >= begins[place[0]]:
            assert said[place] == whole


def rows(path: Path) -> set[tuple[object, ...]]:
    """All that the log has, as it is in the file."""
    with closing(sqlite3.connect(path)) as database:
        found = database.execute(
            "SELECT a.channel, a.start, a.stop, a.planned, d.content, p.identity"
            " FROM airing AS a JOIN programme AS p ON p.id = a.programme"
            " JOIN detail AS d ON d.id = p.id"
        )
        return set(found)


def check_guide(feed: Feed, now: datetime) -> None:
    """The guide has no gaps, and covers what it has to."""
    window = Window.of_days(now, DAYS, UTC)
    for programmes in feed.guide.values():
        assert all(one.stop == two.start for one, two in pairwise(programmes))
        assert programmes[0].start <= window.start
        assert programmes[-1].stop >= window.stop


def simulate(random: Random, path: Path, refreshes: int) -> None:
    """Refresh again and again, with pauses in which nobody looks."""
    now = since = NOON
    plan: Plan = {channel.key: [] for channel in CHANNELS}
    feed: Feed | None = None
    said: Said = {}
    kept: set[tuple[object, ...]] = set()
    log = AiredLog(path)
    for number in range(1, refreshes + 1):
        change(random, plan, now)
        if feed:
            log.freeze(feed.guide, now, since)
        feed, guide = refresh(plan, feed, log, now, random.choice((0, 1, 1, 3)))
        log.freeze(feed.guide, now, since)
        check_guide(feed, now)
        before, said = said, said_of_the_past(feed, guide, now)
        check_said(feed, said, before)
        if number % 50 == 0:
            before_rows, kept = kept, rows(path)
            assert before_rows <= kept
        now += random.choice((0, 1, 20, 60, 60 * 5, 60 * 20)) * MINUTE
        if not random.randrange(20):
            log.close()
            now += random.choice((0, 5, 60 * 24 * 4)) * MINUTE
            log, since = AiredLog(path), now
    log.close()
    assert len(kept) > refreshes


# A thousand refreshes take their time where coverage is measured and processors are shared.
@pytest.mark.timeout(600)
@pytest.mark.parametrize("refreshes", by_night([200, 1_000], keep=[200]))
@settings(max_examples=1, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.integers(0, 2**32))
def test_the_past_is_the_past(refreshes: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        simulate(Random(seed), Path(folder) / "aired.db", refreshes)
