"""A home for the integration: a provider's files to refresh from, and an entry that does so."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
import shlex
import sys
from typing import Any

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.toonami_downlink.const import (
    CONF_PROVIDER,
    CONF_PROVIDER_COMMAND,
    DOMAIN,
    PROVIDER_COMMAND,
)
from custom_components.toonami_downlink.coordinator import DownlinkCoordinator
from custom_components.toonami_downlink.engine.downlink.formats.m3u import Links, render_m3u
from custom_components.toonami_downlink.engine.downlink.formats.xmltv_writer import render_xmltv
from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN, KnownChannel
from custom_components.toonami_downlink.engine.downlink.models import Feed, Programme

SLOT = timedelta(minutes=30)
COPY = "import shutil, sys; shutil.copy(*sys.argv[1:3]); shutil.copy(*sys.argv[3:5])"


def make_feed(
    start: datetime,
    *,
    hours: int = 48,
    channels: Iterable[KnownChannel] = KNOWN,
    show: str = "Show",
) -> Feed:
    """Make a feed with a half-hour programme after another on each channel that has a schedule."""
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


def write_files(folder: Path, feed: Feed) -> None:
    """Write the feed as a provider would."""
    folder.mkdir(parents=True, exist_ok=True)
    links = Links(guide="", logo=lambda _: "", stream=lambda channel: channel.stream_url)
    (folder / "index.m3u").write_bytes(render_m3u(feed.channels, links))
    (folder / "index.xml").write_bytes(render_xmltv(feed, lambda _: ""))


def copying_command(folder: Path) -> str:
    """Return a provider command that brings the two files of a folder."""
    words = [sys.executable, "-c", COPY, f"{folder}/index.m3u", "{m3u}", f"{folder}/index.xml"]
    return shlex.join(words).replace("'{m3u}'", "{m3u}") + " {xmltv}"


def make_entry(command: str, **options: Any) -> MockConfigEntry:
    """Make a config entry with that provider command."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Toonami Downlink",
        data={CONF_PROVIDER: PROVIDER_COMMAND, CONF_PROVIDER_COMMAND: command},
        options=options,
    )


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> DownlinkCoordinator:
    """Load the entry and wait for what its start sets off."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    coordinator: DownlinkCoordinator = entry.runtime_data
    return coordinator
