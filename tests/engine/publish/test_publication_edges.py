"""What is published, at its edges: what takes room, what is told apart, what is kept once."""

from dataclasses import replace
import gzip

from downlink.access import Ceiling
from downlink.models import Feed, IngestReport, Programme, Source
from downlink.passes import HOME, Pass
from downlink.publish.publication import ORIGIN_PLACEHOLDER, Body, Publication
from downlink.publish.store import Generation

from ..factories import make_feed
from ..samples import HOUR, MINUTE, NOON
from .test_publication import publication

EAST, WEST = "toonami_east", "toonami_west"


def rated(rating: str, hour: int = 0) -> Programme:
    start = NOON + hour * HOUR
    return Programme(start=start, stop=start + HOUR, title=rating, rating=rating)


def with_guide(**guide: tuple[Programme, ...]) -> Feed:
    return replace(make_feed(NOON, hours=0), guide=guide)


def test_size_of_an_answer_is_that_of_both_its_forms() -> None:
    body = Body.of(b"abc" * 1000)
    assert body.gzipped == gzip.compress(body.content, compresslevel=6, mtime=0)
    assert body.size == 3000 + len(body.gzipped)


def test_a_guide_that_begins_with_a_programme_has_no_head() -> None:
    text = f'<programme x="{ORIGIN_PLACEHOLDER}"/>'.encode()
    report = IngestReport(channels=0, programmes=0, filler=0, guide_until=None)
    generation = Generation(
        number=1, feed=with_guide(), report=report, playlist=b"", guide=text, digests={}
    )
    assert Publication(generation).guide("http://a").content == text


def test_only_the_channels_have_our_address() -> None:
    shows = tuple(
        Programme(start=NOON + n * HOUR, stop=NOON + (n + 1) * HOUR, title=ORIGIN_PLACEHOLDER)
        for n in range(2)
    )
    content = publication(with_guide(toonami_east=shows)).guide("http://a").content
    assert content.count(ORIGIN_PLACEHOLDER.encode()) == 2
    assert content.count(b'"http://a/') == 7


def test_prints_tell_which_guide_has_changed() -> None:
    one, two = rated("TV-G"), rated("TV-MA", 1)
    before = publication(with_guide(toonami_east=(one,), toonami_west=(one,))).prints
    same = publication(with_guide(toonami_east=(one,), toonami_west=(one,))).prints
    after = publication(with_guide(toonami_east=(one, two), toonami_west=(one,))).prints
    assert before == same
    assert before[EAST] != after[EAST]
    assert before[WEST] == after[WEST]


def test_filler_is_neither_listed_nor_a_change() -> None:
    filler = replace(rated("TV-G", 1), source=Source.FILLER)
    plain = publication(with_guide(toonami_east=(rated("TV-G"),)))
    filled = publication(with_guide(toonami_east=(rated("TV-G"), filler)))
    assert filled.listed == plain.listed == {EAST: (rated("TV-G"),)}
    assert filled.prints == plain.prints


def test_home_sees_all_of_it() -> None:
    home = publication(with_guide(toonami_east=(rated("TV-MA"),)))
    assert home.owner == Pass(identity=HOME, name="")
    assert home.of_guide is home
    assert home.allows(EAST, NOON)
    assert home.allowed_until(EAST, NOON, NOON + HOUR) == NOON + HOUR


def test_a_pass_shares_the_guides_of_which_it_sees_all() -> None:
    home = publication(with_guide(toonami_east=(rated("TV-MA"),), toonami_west=(rated("TV-G"),)))
    seen = home.offer(Pass(identity="kids", name="Kids", ceiling=Ceiling(7)))
    assert seen.listed[WEST] is home.listed[WEST]
    assert seen.listed[EAST] == ()
    assert (seen.publication, seen.of_guide) == (home, seen)


def test_a_pass_may_see_up_to_the_first_programme_that_is_not_for_it() -> None:
    guide = (rated("TV-G"), rated("TV-MA", 1), rated("TV-G", 2), rated("TV-MA", 3))
    home = publication(with_guide(toonami_east=guide))
    until = home.offer(Pass(identity="kids", name="Kids", ceiling=Ceiling(7))).allowed_until
    tick = MINUTE / 60
    assert until(EAST, NOON, NOON + HOUR + tick) == NOON + HOUR
    assert until(EAST, NOON + HOUR - tick, NOON + 2 * HOUR) == NOON + HOUR
    assert until(EAST, NOON + HOUR + tick, NOON + 3 * HOUR) is None
    assert until(EAST, NOON + 2 * HOUR, NOON + 3 * HOUR) == NOON + 3 * HOUR


def test_the_same_programmes_are_found_again_from_it() -> None:
    one, two = rated("TV-G"), replace(rated("TV-G", 2), title="TV-G")
    found = publication(with_guide(toonami_east=(one, two))).airings.also(EAST, one, NOON)
    assert [airing.start for airing in found if not airing.is_about] == [two.start]
