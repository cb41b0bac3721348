"""A small feed of our own, and a provider's files made of it."""

from datetime import datetime, timedelta
from pathlib import Path

from downlink.formats.m3u import Links, render_m3u
from downlink.formats.xmltv_writer import render_xmltv
from downlink.lineup import KNOWN
from downlink.models import Feed, Programme

SLOT = timedelta(minutes=30)


def make_feed(start: datetime, *, hours: int = 48, show: str = "Show") -> Feed:
    """Make a feed with one half-hour programme after another where there is a schedule."""
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


def write_files(folder: Path, feed: Feed) -> None:
    """Write the feed as a provider would."""
    folder.mkdir(parents=True, exist_ok=True)
    links = Links(guide="", logo=lambda _: "", stream=lambda channel: channel.stream_url)
    (folder / "index.m3u").write_bytes(render_m3u(feed.channels, links))
    (folder / "index.xml").write_bytes(render_xmltv(feed, lambda _: ""))
