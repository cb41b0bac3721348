"""Generations on a disk, for the tests of the store."""

from pathlib import Path

from downlink.formats.m3u import Links, render_m3u
from downlink.formats.xmltv_writer import render_xmltv
from downlink.models import Feed, Fix, IngestReport, Source
from downlink.publish.store import Generation, Store

from ..samples import NOON

REPORT = IngestReport(
    channels=7,
    programmes=192,
    filler=3,
    guide_until=NOON,
    fixes={Fix.OVERLAP: 2},
    sources={Source.GUIDE: 192},
)


def publish(store: Store, feed: Feed, report: IngestReport = REPORT) -> Generation:
    links = Links(guide="", logo=lambda _: "", stream=lambda one: one.stream_url)
    guide = render_xmltv(feed, lambda _: "")
    return store.publish(feed, report, render_m3u(feed.channels, links), guide)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "generations").iterdir())
