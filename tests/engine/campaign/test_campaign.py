"""The provider against an upstream that goes wrong, and the real ingest behind it.

Most rows run the command line in this process, a handful as a process of its own.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
import hashlib
from pathlib import Path
import re

import pytest

from downlink.errors import DownlinkError
from downlink.formats.xmltv_writer import render_xmltv
from downlink.ingest import ingest
from downlink.ingest.gap_filling import Window
from downlink.lineup import KNOWN, Lineup
from downlink.models import Feed, Fix, IngestReport, Source
from downlink.process.command import bundled_command
from downlink.process.runner import run
from downlink.provider import cli
from downlink.provider.cli import main
from downlink.publish.refresh import logo_url
from tests.engine import validators
from tests.engine.upstream import forget_logging
from tests.night import by_night
from tests.simulator import Simulator
from tests.simulator.catalogue import TOONAMI

from .table import ROWS, Lack, Row

DAYS = 2
_MIRROR = re.compile(r"http://[^/]+/[a-z0-9-]+/playlist\.m3u8(\?streamDelay=180)?")
_JUDGED: set[bytes] = set()
_PASSING = re.compile(rb'127\.0\.0\.1:\d+|date="[^"]*"')
_TLS = ("no_issuer", "unknown_root")
_READ_ALIKE = ("playlist", "streamurl", "channelscurrentmedia")
_SCHEDULED = frozenset(known.key for known in KNOWN if known.schedule)


@pytest.fixture(autouse=True)
def _leave_no_log() -> Iterator[None]:
    yield
    forget_logging()


async def provide(url: str, folder: Path, *arguments: str) -> int:
    """Run the command line; its files are in that folder."""
    always = ("--api-url", url, "--guide-days", str(DAYS))
    files = ("-m", f"{folder}/index.m3u", "-x", f"{folder}/index.xml", "-C", f"{folder}/cache.json")
    return await asyncio.to_thread(main, ["run", *always, *files, "--progress", *arguments])


def _arguments(row: Row) -> tuple[str, ...]:
    """Only who expects silence is in a hurry, so that a busy machine does not change an outcome."""
    is_silent = row.fault in ("silence", "drip")
    return (*row.arguments, "--answer-timeout", "2") if is_silent else row.arguments


def ingested(folder: Path, previous: Feed | None) -> tuple[Feed, IngestReport]:
    now = datetime.now(UTC)
    feed, report, _ = ingest(
        (folder / "index.m3u").read_bytes(),
        (folder / "index.xml").read_bytes(),
        now=now,
        window=Window.of_days(now, DAYS, UTC),
        lineup=Lineup(),
        previous=previous,
    )
    return feed, report


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Feed:
    """What is published when everything works."""
    folder = tmp_path_factory.mktemp("good")

    async def provided() -> None:
        async with Simulator() as sim:
            assert await provide(sim.url, folder) == 0

    asyncio.run(provided())
    feed, report = ingested(folder, None)
    assert lacks(feed, report) == set()
    return feed


def lacks(feed: Feed, report: IngestReport) -> set[Lack]:
    found: set[Lack] = set()
    if any(_MIRROR.fullmatch(channel.stream_url) for channel in feed.channels):
        found.add(Lack.MIRROR)
    for source, lack in (
        (Source.MEDIA, Lack.PLAYLIST),
        (Source.CURRENT, Lack.MEDIA),
        (Source.PUBLISHED, Lack.FRESH),
    ):
        if report.sources.get(source):
            found.add(lack)
    if report.fixes.get(Fix.VANISHED_CHANNEL):
        found.add(Lack.CHANNEL)
    coming = [
        one
        for programmes in feed.guide.values()
        for one in programmes
        if one.start > feed.made and not one.is_filler
    ]
    if sum(bool(one.description) for one in coming) < len(coming) * 0.6:
        found.add(Lack.DETAILS)
    return found


def judge(guide: bytes) -> None:
    """Show a guide to the judges, unless they have seen the same one of another minute or port."""
    digest = hashlib.sha256(_PASSING.sub(b"", guide)).digest()
    if digest not in _JUDGED:
        validators.check(guide)
        _JUDGED.add(digest)


def check_published(feed: Feed, report: IngestReport) -> None:
    """Whatever went wrong, this holds for what is published."""
    assert report.channels == len(KNOWN)
    judge(render_xmltv(feed, logo_url))
    for key in _SCHEDULED:
        sources = Counter(one.source for one in feed.guide[key])
        assert sources.total() - sources[Source.FILLER] > 50
        on_air = [one for one in feed.guide[key] if one.start <= feed.made < one.stop]
        assert len(on_air) == 1
        assert not on_air[0].is_filler


def leave_old_files(folder: Path, row: Row) -> None:
    for name in ("index.m3u", "index.xml"):
        (folder / name).write_text("old")
    if row.cache is not None:
        (folder / "cache.json").write_bytes(row.cache)


def check_old_files(folder: Path) -> None:
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert found == {"index.m3u": b"old", "index.xml": b"old"}


def on_air(sim: Simulator) -> str:
    """The id of the playlist of Toonami that has begun last."""
    now = datetime.now(UTC)
    plan = sim.upstream.schedule
    recent = (plan.playlist(TOONAMI, now.date() - timedelta(days=ago)) for ago in range(3))
    return max((one for one in recent if one and one.start <= now), key=lambda one: one.start).id


async def spoil(sim: Simulator, row: Row, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let upstream go wrong, now or later in the background; return its address."""
    sim.set_faults(row.faults(on_air(sim)))
    if row.fault == "offline" and row.endpoint == "*":
        await sim.go_offline()
    if row.fault == "no_issuer":
        monkeypatch.setenv("SSL_CERT_FILE", str(sim.ca_file))
    return sim.https_url if row.fault in _TLS else sim.url


async def vanish(sim: Simulator, endpoint: str) -> None:
    """Take the whole server away after some requests to an endpoint."""
    while sim.count(endpoint) < 20:  # noqa: ASYNC110  # the simulator's log has no event
        await asyncio.sleep(0)
    sim.set_faults({"rules": [{"endpoint": "*", "kind": "reset"}]})
    await sim.go_offline()


@pytest.mark.parametrize(
    "row",
    by_night(
        [pytest.param(row, id=row.name) for row in ROWS],
        keep=[row.name for row in ROWS if row.when == "always" and row.endpoint not in _READ_ALIKE],
    ),
)
async def test_row(
    row: Row,
    good: Feed,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave_old_files(tmp_path, row)
    async with Simulator(tls=row.fault in _TLS) as sim, asyncio.TaskGroup() as group:
        url = await spoil(sim, row, monkeypatch)
        if row.fault == "offline" and row.endpoint != "*":
            group.create_task(vanish(sim, row.endpoint))
        code = await provide(url, tmp_path, *_arguments(row))
    error = capsys.readouterr().err
    if isinstance(row.outcome, int):
        assert code == row.outcome
        assert len(error.splitlines()) == 1
        check_old_files(tmp_path)
        return
    assert (code, error) == (0, "")
    feed, report = ingested(tmp_path, good)
    assert lacks(feed, report) == row.outcome
    check_published(feed, report)


def _by_name(name: str) -> Row:
    return next(row for row in ROWS if row.name == name)


@pytest.mark.parametrize(
    "row",
    [
        _by_name("*-always-html502"),
        _by_name("*-always-offline"),
        _by_name("*-always-gzip_bomb"),
        _by_name("playlists-always-truncated"),
        _by_name("mediainfo-always-huge"),
    ],
    ids=lambda row: row.name,
)
async def test_row_in_a_process(row: Row, good: Feed, tmp_path: Path) -> None:
    code = 0
    async with Simulator() as sim:
        sim.set_faults(row.faults(on_air(sim)))
        if row.fault == "offline":
            await sim.go_offline()
        engine = Path(cli.__file__).parents[2]
        command = bundled_command(engine, api_url=sim.url, guide_days=DAYS, verify_tls=True)
        try:
            output = await run(
                command,
                staging=tmp_path / "staging",
                cache_file=tmp_path / "provider" / "cache.json",
                timeout=25,
            )
        except DownlinkError as err:
            code = err.exit_code
    assert list((tmp_path / "staging").iterdir()) == []
    if isinstance(row.outcome, int):
        assert code == row.outcome
        return
    (tmp_path / "index.m3u").write_bytes(output.playlist)
    (tmp_path / "index.xml").write_bytes(output.guide)
    feed, report = ingested(tmp_path, good)
    assert lacks(feed, report) == row.outcome
    check_published(feed, report)


def test_size_of_the_table() -> None:
    assert len({row.name for row in ROWS}) >= 40
    assert {row.when for row in ROWS} == {"always", "first", "half", "middle"}
    outcomes = {row.outcome if isinstance(row.outcome, int) else bool(row.outcome) for row in ROWS}
    assert outcomes == {True, False, 3, 4, 6}
