"""Publish generations of feeds for the tests of the store, and list them."""

from pathlib import Path

from downlink.models import Feed, Fix, IngestReport, Source
from downlink.publish.store import Generation, Store

from ..factories import render_feed
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
    """Publish a feed; return the generation."""
    return store.publish(feed, report, *render_feed(feed))


def generation_names(folder: Path) -> list[str]:
    """List what is in the folder of the generations, sorted."""
    return sorted(path.name for path in (folder / "generations").iterdir())
