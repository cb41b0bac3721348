"""How long one refresh of a 14-day feed holds the event loop, and what it costs in CPU time.

The feed is large: seven channels with a programme every 20 minutes. A ticker in the event loop
looks at the clock every millisecond while everything after the provider happens in a thread, as in
Home Assistant. Home Assistant's own objects are in memory, and have been for a while: in a small
process Python would take what a refresh makes as a reason to collect garbage everywhere.
"""

import asyncio
from datetime import UTC, datetime, timedelta
import gc
from importlib import import_module
from pathlib import Path
import tempfile
import time
from typing import Final

from custom_components.toonami_downlink.engine.downlink.formats.m3u import Links, render_m3u
from custom_components.toonami_downlink.engine.downlink.formats.xmltv_writer import render_xmltv
from custom_components.toonami_downlink.engine.downlink.lineup import KNOWN, Lineup
from custom_components.toonami_downlink.engine.downlink.models import Feed, Programme
from custom_components.toonami_downlink.engine.downlink.publish.refresh import Plan, refresh

DAYS: Final = 14
SLOT: Final = timedelta(minutes=20)
TICK: Final = 0.001
ROUNDS: Final = 5


def make_feed(start: datetime) -> Feed:
    """Make a feed of `DAYS` days with everything in it that a programme can have."""
    channels = tuple(known.channel(f"https://n1.example.com/{known.key}.m3u8") for known in KNOWN)
    programmes = tuple(
        Programme(
            start=start + SLOT * index,
            stop=start + SLOT * (index + 1),
            title=f"Show {index % 90}",
            episode_title=f"The one with {index}",
            description="Something happens, and nobody is the same afterwards. " * 4,
            season=1 + index % 7,
            episode=1 + index % 24,
            aired="19970317",
            categories=("Animation", "Adventure", "Series"),
            rating="TV-Y7",
            stars=7.5,
            image=f"https://images.example.com/{index % 90}.png",
        )
        for index in range(int(timedelta(days=DAYS) / SLOT))
    )
    return Feed(made=start, channels=channels, guide={known.key: programmes for known in KNOWN})


async def longest_hold(finished: asyncio.Event) -> float:
    """Return the longest time between two ticks, less the tick itself, in seconds."""
    longest = 0.0
    before = time.perf_counter()
    while not finished.is_set():
        await asyncio.sleep(TICK)
        now = time.perf_counter()
        longest = max(longest, now - before - TICK)
        before = now
    return longest


async def measure(folder: Path) -> tuple[float, float]:
    """Refresh from a folder; return CPU seconds and the longest hold of the loop in seconds."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    feed = make_feed(midnight)
    links = Links(guide="", logo=lambda _: "", stream=lambda channel: channel.stream_url)
    source = folder / "provider"
    source.mkdir()
    (source / "index.m3u").write_bytes(render_m3u(feed.channels, links))
    (source / "index.xml").write_bytes(render_xmltv(feed, lambda _: ""))
    plan = Plan(origin=source, timeout=60, guide_days=DAYS, time_zone=UTC)
    finished = asyncio.Event()
    ticker = asyncio.create_task(longest_hold(finished))
    await asyncio.sleep(TICK * 20)
    before = time.process_time()
    await refresh(plan, folder / "data", previous=None, lineup=Lineup())
    cpu = time.process_time() - before
    finished.set()
    return cpu, await ticker


def main() -> None:
    """Print the figures of some rounds, and the worst."""
    import_module("homeassistant.bootstrap")
    import_module("custom_components.toonami_downlink.config_flow")
    gc.collect()
    worst_cpu = worst_hold = 0.0
    for number in range(1, ROUNDS + 1):
        with tempfile.TemporaryDirectory() as folder:
            cpu, hold = asyncio.run(measure(Path(folder)))
        print(f"round {number}: {cpu:.2f} s of CPU, loop held for {hold * 1000:.1f} ms at most")
        worst_cpu, worst_hold = max(worst_cpu, cpu), max(worst_hold, hold)
    print(f"worst: {worst_cpu:.2f} s of CPU, {worst_hold * 1000:.1f} ms")


if __name__ == "__main__":
    main()
