"""One refresh from a real provider process to a generation on disk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
import sys

import pytest

from downlink.errors import DownlinkError, FeedError, ProviderError, StoreError
from downlink.ingest.past import AiredByChannel
from downlink.lineup import Lineup
from downlink.models import Programme, Progress, Stage
from downlink.process.command import Command
from downlink.publish.refresh import Plan, Refreshed, Stopwatch, refresh
from downlink.publish.store import Generation, Store

from ..factories import make_feed, write_provider_files

COPY = "import shutil, sys; shutil.copy(*sys.argv[1:3]); shutil.copy(*sys.argv[3:5])"


def copying(folder: Path) -> Command:
    argv = (sys.executable, "-c", COPY)
    files = (f"{folder}/index.m3u", "{m3u}", f"{folder}/index.xml", "{xmltv}")
    return Command(argv=(*argv, *files), name="copy")


def plan(origin: Command | Path) -> Plan:
    return Plan(origin=origin, timeout=30, guide_days=2, time_zone=UTC)


@pytest.fixture
def provided(tmp_path: Path) -> Path:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    folder = tmp_path / "provided"
    write_provider_files(folder, make_feed(midnight))
    return folder


async def run(
    origin: Command | Path, folder: Path, previous: Generation | None = None
) -> tuple[Refreshed, list[Stage]]:
    seen: list[Progress] = []
    refreshed = await refresh(
        plan(origin), folder, previous=previous, lineup=Lineup(), on_progress=seen.append
    )
    return refreshed, [progress.stage for progress in seen]


async def test_command(provided: Path, tmp_path: Path) -> None:
    refreshed, stages = await run(copying(provided), tmp_path / "data")
    assert stages == [Stage.PROVIDER, Stage.CHECK, Stage.PUBLISH]
    assert set(refreshed.stages) == set(stages)
    assert all(seconds >= 0 for seconds in refreshed.stages.values())
    loaded = Store(tmp_path / "data").load()
    assert loaded == refreshed.generation
    assert loaded.report.channels == 7


async def test_folder(provided: Path, tmp_path: Path) -> None:
    refreshed, _ = await run(provided, tmp_path / "data")
    assert refreshed.generation.number == 1
    again, _ = await run(provided, tmp_path / "data", refreshed.generation)
    assert again.generation.number == 2


async def test_without_a_watcher(provided: Path, tmp_path: Path) -> None:
    refreshed = await refresh(plan(provided), tmp_path / "data", previous=None, lineup=Lineup())
    assert refreshed.stages[Stage.PROVIDER] < timedelta(minutes=1).total_seconds()


async def test_what_was_on_is_asked_for_when_the_feed_is_made(
    provided: Path, tmp_path: Path
) -> None:
    asked: list[datetime] = []

    async def past(start: datetime) -> AiredByChannel:
        asked.append(start)
        return {
            "toonami_east": [
                Programme(start=start, stop=start + timedelta(hours=1), title="Long ago")
            ]
        }

    two_days = replace(plan(provided), past_days=2, past=past)
    refreshed = await refresh(two_days, tmp_path / "data", previous=None, lineup=Lineup())
    (start,) = asked
    assert start == refreshed.generation.feed.made.replace(
        hour=0, minute=0, second=0, microsecond=0
    ) - timedelta(days=2)
    assert refreshed.generation.feed.guide["toonami_east"][0].title == "Long ago"


def test_a_stage_is_measured_over_all_its_steps() -> None:
    watch = Stopwatch()
    for done in range(3):
        watch(Progress(Stage.GUIDE, done, 3))
    watch(Progress(Stage.DETAILS))
    watch(Progress(Stage.GUIDE, 3, 3))
    watch.stop()
    assert set(watch.seconds) == {Stage.GUIDE, Stage.DETAILS}


async def test_guide_names_no_origin_yet(provided: Path, tmp_path: Path) -> None:
    refreshed, _ = await run(provided, tmp_path / "data")
    logo = b"http://downlink.invalid/api/toonami_downlink/logos/toonami_east.png"
    assert logo in refreshed.generation.guide


@pytest.mark.parametrize("kind", ["provider", "feed", "store"])
async def test_failure_leaves_the_old_feed(provided: Path, tmp_path: Path, kind: str) -> None:
    data = tmp_path / "data"
    first, _ = await run(provided, data)
    origin: Command | Path = provided
    expected: type[DownlinkError]
    if kind == "provider":
        origin = Command(argv=(sys.executable, "-c", "exit(1)"), name="bad")
        expected = ProviderError
    elif kind == "feed":
        (provided / "index.m3u").write_text("<html>")
        expected = FeedError
    else:
        # A file where the folder has to be: not even root can write into that.
        (data / "generations").rename(data / "away")
        (data / "generations").write_text("")
        expected = StoreError
    with pytest.raises(expected):
        await run(origin, data, first.generation)
    if kind == "store":
        (data / "generations").unlink()
        (data / "away").rename(data / "generations")
    assert Store(data).load() == first.generation
