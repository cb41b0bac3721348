"""Make a feed, and a provider's files of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from downlink.formats.m3u import Links, render_m3u
from downlink.formats.xmltv_writer import render_xmltv
from downlink.lineup import KNOWN
from downlink.models import Channel, Feed, Programme

SLOT = timedelta(minutes=30)


def make_feed(start: datetime, *, hours: int = 48, show: str = "Show") -> Feed:
    """Make a feed with half-hour programmes back to back on each channel that has a schedule."""
    channels = tuple(
        known.channel(f"https://n1.example.com/{known.slug}/{known.delay}/playlist.m3u8")
        for known in KNOWN
    )
    guide = {
        known.key: tuple(
            Programme(
                start=start + SLOT * index,
                stop=start + SLOT * (index + 1),
                title=f"{show} {known.number}-{index}",
            )
            for index in range(hours * 2 if known.schedule else 0)
        )
        for known in KNOWN
    }
    return Feed(made=start, channels=channels, guide=guide)


def render_feed(feed: Feed, logo: Callable[[Channel], str] = lambda _: "") -> tuple[bytes, bytes]:
    """Return the feed as a playlist and a guide."""
    links = Links(guide="", logo=logo, stream=lambda channel: channel.stream_url)
    return render_m3u(feed.channels, links), render_xmltv(feed, logo)


def write_provider_files(folder: Path, feed: Feed) -> None:
    """Write the feed into a folder as a provider would."""
    folder.mkdir(parents=True, exist_ok=True)
    playlist, guide = render_feed(feed)
    (folder / "index.m3u").write_bytes(playlist)
    (folder / "index.xml").write_bytes(guide)
