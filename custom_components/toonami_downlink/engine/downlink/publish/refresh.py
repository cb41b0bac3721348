"""Refresh the feed: run the provider, ingest, publish; a failure leaves the old feed alone."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
import time
from typing import Final

from ..formats.m3u import Links, render_m3u
from ..formats.xmltv_writer import render_xmltv
from ..ingest import ingest
from ..lineup import Lineup, logo_path
from ..models import Channel, Progress, Stage
from ..process.command import Command
from ..process.runner import Output, run
from ..process.watched_folder import GUIDE, PLAYLIST, read_file
from .publication import ORIGIN_PLACEHOLDER
from .store import Generation, Store

STAGING: Final = "staging"

type ProgressCallback = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The input of a refresh."""

    origin: Command | Path
    """The provider to run, or the folder that somebody else's provider writes into."""
    timeout: float
    """Seconds that the provider may take."""
    failures: int = 0
    """How many refreshes in a row have failed before this one."""
    guide_days: int
    time_zone: tzinfo
    """Whose midnight begins the guide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The result of a refresh."""

    generation: Generation
    lineup: Lineup
    stages: Mapping[Stage, float]
    """Seconds spent in each stage."""


class Stopwatch:
    """Measure the stages of a refresh from the progress that passes by."""

    def __init__(self, on_progress: ProgressCallback | None = None) -> None:
        """Pass all progress on to `on_progress`."""
        self.seconds: dict[Stage, float] = {}
        self._on_progress = on_progress
        self._stage: Stage | None = None
        self._since = 0.0

    def __call__(self, progress: Progress) -> None:
        """Take note of progress."""
        if progress.stage is not self._stage:
            self.stop()
            self._stage = progress.stage
        if self._on_progress:
            self._on_progress(progress)

    def stop(self) -> None:
        """End the current stage."""
        now = time.monotonic()
        if self._stage:
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._since
        self._stage = None
        self._since = now


async def refresh(
    plan: Plan,
    folder: Path,
    *,
    previous: Generation | None,
    lineup: Lineup,
    on_progress: ProgressCallback | None = None,
) -> Refreshed:
    """Run the provider, make a feed of what it wrote and publish it in the data folder.

    Everything that is heavy runs in a thread. Raises a `DownlinkError`; then nothing has changed.
    """
    watch = Stopwatch(on_progress)
    output = await _fetch(plan, folder, watch, previous)
    watch(Progress(Stage.CHECK))
    loop = asyncio.get_running_loop()

    def publishing() -> None:
        loop.call_soon_threadsafe(watch, Progress(Stage.PUBLISH))

    generation, lineup = await asyncio.to_thread(
        _publish, plan, folder, output, previous, lineup, publishing
    )
    watch.stop()
    return Refreshed(generation=generation, lineup=lineup, stages=watch.seconds)


def cache_file(folder: Path) -> Path:
    """Return the file in the data folder in which a provider keeps what it has fetched."""
    return folder / "provider" / "cache.json"


async def _fetch(plan: Plan, folder: Path, watch: Stopwatch, previous: Generation | None) -> Output:
    watch(Progress(Stage.PROVIDER))
    if isinstance(plan.origin, Path):
        return await asyncio.to_thread(_read_folder, plan.origin)
    return await run(
        plan.origin,
        staging=folder / STAGING,
        cache_file=cache_file(folder),
        timeout=plan.timeout,
        failures=plan.failures,
        on_progress=watch,
    )


def _read_folder(folder: Path) -> Output:
    return Output(
        playlist=read_file(folder / PLAYLIST, folder),
        guide=read_file(folder / GUIDE, folder),
        seconds=0.0,
    )


def _publish(
    plan: Plan,
    folder: Path,
    output: Output,
    previous: Generation | None,
    lineup: Lineup,
    publishing: Callable[[], None],
) -> tuple[Generation, Lineup]:
    feed, report, lineup = ingest(
        output.playlist,
        output.guide,
        now=datetime.now(UTC),
        time_zone=plan.time_zone,
        guide_days=plan.guide_days,
        lineup=lineup,
        previous=previous.feed if previous else None,
    )
    links = Links(guide="", logo=logo_url, stream=lambda channel: channel.stream_url)
    playlist = render_m3u(feed.channels, links)
    guide = render_xmltv(feed, logo_url)
    publishing()
    return Store(folder).publish(feed, report, playlist, guide), lineup


def logo_url(channel: Channel) -> str:
    """Return the address of a channel's artwork, with `ORIGIN_PLACEHOLDER` for the origin."""
    return f"{ORIGIN_PLACEHOLDER}{logo_path(channel.key)}"
