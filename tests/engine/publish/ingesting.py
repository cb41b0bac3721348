"""A provider's files for the ingest in a process of its own, and a disk that is full."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
import resource

from downlink.ingest.gap_filling import Window
from downlink.ingest.past import AiredByChannel
from downlink.lineup import KNOWN, Lineup
from downlink.process.runner import Output
from downlink.publish.ingest_process import ingest_and_publish
from downlink.publish.ingest_worker import Request
from downlink.publish.store import Generation

from ..samples import NOON, Airing, Listing, guide, playlist

EAST = KNOWN[0].name
REQUEST = Request(
    now=NOON,
    window=Window.of_days(NOON, 1, UTC),
    past=Window.before(NOON, 2, UTC),
    lineup=Lineup({"other_kept": 9}),
    language="en",
)
GOOD = Output(
    playlist=playlist(EAST), guide=guide(Listing(EAST, [Airing(0, 30, "Known")])), seconds=0.0
)


async def ingested(
    folder: Path,
    output: Output = GOOD,
    *,
    previous: Generation | None = None,
    timeout: float = 60,
    insist: bool = False,
    aired: AiredByChannel | None = None,
) -> tuple[Generation, Lineup]:
    return await ingest_and_publish(
        output,
        REQUEST,
        folder,
        aired=aired or {},
        staging=folder / "staging",
        previous=previous,
        timeout=timeout,
        insist=insist,
        publishing=lambda: None,
    )


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let each write beyond so many bytes fail, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
