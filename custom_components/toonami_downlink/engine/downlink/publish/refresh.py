"""Refresh the feed: run the provider, ingest, publish; a failure leaves the old feed alone."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
import time
from typing import Final

from ..ingest.gap_filling import Window
from ..ingest.past import AiredByChannel
from ..lineup import Lineup
from ..models import Progress, Stage
from ..process.command import Command
from ..process.runner import Output, run
from ..process.watched_folder import read_folder
from .ingest_process import ingest_and_publish
from .ingest_worker import Request, logo_url
from .store import Generation

__all__ = ["STAGING", "Plan", "Refreshed", "Stopwatch", "cache_file", "logo_url", "refresh"]

STAGING: Final = "staging"

type ProgressCallback = Callable[[Progress], None]
type PastReader = Callable[[datetime], Awaitable[AiredByChannel]]
"""Returns what was on since that time, in UTC, and is over now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The input of a refresh."""

    origin: Command | Path
    """The provider to run, or the folder that somebody else's provider writes into."""
    timeout: float
    """Seconds that the provider may take, and after it the ingest."""
    failures: int = 0
    """How many refreshes in a row have failed before this one."""
    guide_days: int
    past_days: int = 0
    """Days before today of which the guide says what was on."""
    past: PastReader | None = None
    """Where that is asked for, just before the feed is made; None: it is not known."""
    time_zone: tzinfo
    """Whose midnight begins the guide."""
    language: str = "en"
    """Preferred where a guide has texts in several."""
    insist: bool = True
    """Whether files that the ingest did not get through the last time are tried again."""


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

    The provider and the ingest run in processes of their own, each for at most `plan.timeout`.
    Raises a `DownlinkError`; then nothing has changed.
    """
    watch = Stopwatch(on_progress)
    output = await _fetch(plan, folder, watch)
    watch(Progress(Stage.CHECK))
    now = datetime.now(UTC)
    past = Window.before(now, plan.past_days, plan.time_zone)
    generation, lineup = await ingest_and_publish(
        output,
        Request(
            now=now,
            window=Window.of_days(now, plan.guide_days, plan.time_zone),
            past=past,
            lineup=lineup,
            language=plan.language,
        ),
        folder,
        aired=await plan.past(past.start) if plan.past else {},
        staging=folder / STAGING,
        previous=previous,
        timeout=plan.timeout,
        insist=plan.insist,
        publishing=lambda: watch(Progress(Stage.PUBLISH)),
    )
    watch.stop()
    return Refreshed(generation=generation, lineup=lineup, stages=watch.seconds)


def cache_file(folder: Path) -> Path:
    """Return the file in the data folder in which a provider keeps what it has fetched."""
    return folder / "provider" / "cache.json"


async def _fetch(plan: Plan, folder: Path, watch: Stopwatch) -> Output:
    watch(Progress(Stage.PROVIDER))
    if isinstance(plan.origin, Path):
        playlist, guide = await read_folder(plan.origin, plan.timeout)
        return Output(playlist=playlist, guide=guide, seconds=0.0)
    return await run(
        plan.origin,
        staging=folder / STAGING,
        cache_file=cache_file(folder),
        timeout=plan.timeout,
        failures=plan.failures,
        on_progress=watch,
    )
