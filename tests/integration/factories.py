"""Make feeds, a provider's files and config entries."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
import shlex
import sys
from typing import Any

from homeassistant.config_entries import ConfigSubentryDataWithId
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.const import (
    CONF_PROVIDER,
    CONF_PROVIDER_COMMAND,
    DOMAIN,
    PROVIDER_COMMAND,
)
from custom_components.toonami_downlink.engine.downlink.formats.m3u import Links, render_m3u
from custom_components.toonami_downlink.engine.downlink.formats.xmltv_writer import render_xmltv
from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN, KnownChannel
from custom_components.toonami_downlink.engine.downlink.models import Channel, Feed, Programme

MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
NOON = MIDNIGHT.replace(hour=12)
SLOT = timedelta(minutes=30)
FAILING_COMMAND = shlex.join(
    [sys.executable, "-c", "import sys; sys.exit('no signal from the dish')"]
)
MISSING_COMMAND = "/no/such/provider {m3u} {xmltv}"
_COPY = "import shutil, sys; shutil.copy(*sys.argv[1:3]); shutil.copy(*sys.argv[3:5])"


def make_feed(
    start: datetime = MIDNIGHT,
    *,
    hours: int = 48,
    channels: Iterable[KnownChannel] = KNOWN,
    show: str = "Show",
) -> Feed:
    """Make a feed with half-hour programmes back to back on each channel that has a schedule."""
    made = [
        known.channel(f"https://n1.example.com/{known.slug}/{known.delay}/playlist.m3u8")
        for known in channels
    ]
    guide = {
        known.key: tuple(
            Programme(
                start=start + SLOT * index,
                stop=start + SLOT * (index + 1),
                title=f"{show} {known.number}-{index}",
                episode_title=f"Part {index}",
                description=f"What happens in part {index}.",
                season=2,
                episode=index + 1,
                aired="1999",
                categories=("Animation", "Series"),
                rating="TV-Y7",
                image=f"https://images.example.com/{index}.png",
            )
            for index in range(hours * 2 if known.schedule else 0)
        )
        for known in channels
    }
    return Feed(made=start, channels=tuple(made), guide=guide)


def make_feed_with(*shows: tuple[str, timedelta]) -> Feed:
    """Make a feed with these titles on the first channel: an hour each, so long after noon."""
    feed = make_feed()
    programmes = tuple(
        Programme(start=NOON + start, stop=NOON + start + timedelta(hours=1), title=title)
        for title, start in shows
    )
    return Feed(
        made=feed.made, channels=feed.channels, guide={**feed.guide, "toonami_east": programmes}
    )


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


def copy_command(folder: Path) -> str:
    """Return a provider command that copies the two files of a folder."""
    words = [sys.executable, "-c", _COPY, f"{folder}/index.m3u", "{m3u}", f"{folder}/index.xml"]
    return shlex.join(words).replace("'{m3u}'", "{m3u}") + " {xmltv}"


def make_entry(
    provider: Path | str, subentries: Iterable[ConfigSubentryDataWithId] = (), /, **options: Any
) -> MockConfigEntry:
    """Make an entry, with the same id each time, on a folder's files or a provider command."""
    command = copy_command(provider) if isinstance(provider, Path) else provider
    return MockConfigEntry(
        domain=DOMAIN,
        entry_id="home",
        title="Toonami Downlink",
        data={CONF_PROVIDER: PROVIDER_COMMAND, CONF_PROVIDER_COMMAND: command},
        options=options,
        subentries_data=tuple(subentries),
    )
