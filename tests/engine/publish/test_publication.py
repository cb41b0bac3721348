"""What the views serve."""

from concurrent.futures import ThreadPoolExecutor
import gzip
import hashlib

import pytest

from downlink.formats.m3u import Links, render_m3u
from downlink.formats.xmltv_reader import parse_xmltv
from downlink.formats.xmltv_writer import render_xmltv
from downlink.lineup import logo_path
from downlink.models import Feed, IngestReport, Programme
from downlink.publish.publication import ORIGIN_PLACEHOLDER, Publication
from downlink.publish.store import Generation

from ..factories import make_feed
from ..samples import HOUR, NOON

ORIGIN = "http://homeassistant.local:8123"
REPORT = IngestReport(channels=7, programmes=1, filler=0, guide_until=None)


def publication(feed: Feed) -> Publication:
    return Publication(
        Generation(
            number=42,
            feed=feed,
            report=REPORT,
            playlist=b"",
            guide=render_xmltv(feed, lambda one: ORIGIN_PLACEHOLDER + logo_path(one.key)),
            digests={},
        )
    )


@pytest.fixture
def published() -> Publication:
    return publication(make_feed(NOON, hours=4))


def test_what_it_holds(published: Publication) -> None:
    assert published.generation == 42
    assert published.report is REPORT
    assert len(published.feed.channels) == 7
    assert published.guide_bytes.count(ORIGIN_PLACEHOLDER.encode()) == 7


def test_guide(published: Publication) -> None:
    body = published.guide(ORIGIN)
    assert ORIGIN_PLACEHOLDER.encode() not in body.content
    assert f'<icon src="{ORIGIN}/api/toonami_downlink/logos/mtv97.png"/>'.encode() in body.content
    assert gzip.decompress(body.gzipped) == body.content
    assert parse_xmltv(body.content).programmes == parse_xmltv(published.guide_bytes).programmes


def test_etag_is_strong_and_of_the_content(published: Publication) -> None:
    body = published.guide(ORIGIN)
    digest = hashlib.sha256(body.content).hexdigest()
    assert body.etag == f'"{digest[:32]}"'
    assert body.etag != published.guide("http://192.0.2.1:8123").etag


def test_the_same_feed_is_the_same_bytes(published: Publication) -> None:
    again = publication(make_feed(NOON, hours=4)).guide(ORIGIN)
    assert again == published.guide(ORIGIN)
    assert again.gzipped[4:8] == bytes(4)


def test_any_number_of_threads(published: Publication) -> None:
    origins = [f"http://192.0.2.{n % 6}" for n in range(60)]
    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(published.guide, origins))
    for origin, body in zip(origins, bodies, strict=True):
        assert body.content.count(f'src="{origin}/api'.encode()) == 7


def test_an_origin_cannot_break_the_document(published: Publication) -> None:
    body = published.guide('http://a"/><x y="<&')
    assert parse_xmltv(body.content).channels == parse_xmltv(published.guide_bytes).channels
    assert b"<x " not in body.content


def test_a_programme_may_speak_of_the_marker() -> None:
    feed = make_feed(NOON, hours=1)
    shows = (Programme(start=NOON, stop=NOON + HOUR, title=f"All about {ORIGIN_PLACEHOLDER}"),)
    body = publication(Feed(made=NOON, channels=feed.channels, guide={"movies": shows})).guide(
        "http://a"
    )
    assert body.content.count(ORIGIN_PLACEHOLDER.encode()) == 1


def test_a_feed_without_programmes() -> None:
    feed = make_feed(NOON, hours=0)
    assert ORIGIN_PLACEHOLDER.encode() not in publication(feed).guide(ORIGIN).content


def test_playlist(published: Publication) -> None:
    links = Links(guide="http://a/guide.xml", logo=lambda _: "", stream=lambda one: one.stream_url)
    assert published.playlist(links) == render_m3u(published.feed.channels, links)
