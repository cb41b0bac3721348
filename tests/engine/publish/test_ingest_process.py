"""The ingest in a process of its own: what a file does to it, it does to that process alone."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
import json
from pathlib import Path

import pytest

from downlink.errors import CannotWriteError, FeedError, StoreError
from downlink.limits import MAX_FILE_BYTES, MIB
from downlink.lineup import KNOWN
from downlink.models import Fix, Programme
from downlink.process.runner import Output
from downlink.publish import ingest_process
from downlink.publish.ingest_worker import Request
from downlink.publish.store import Store

from ..samples import NOON, Airing, Listing, guide, playlist
from .ingesting import GOOD, REQUEST, files_of_at_most, ingested

# The loop inside of one call of a regular expression: no other thread of that process has a turn.
HANG = "import re; re.match('(a+)+$', 'a' * 64 + 'b')"


def instead(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
    """Let another program stand in for the ingest."""
    engine = folder / "engine"
    engine.mkdir(exist_ok=True)
    (engine / "__main__.py").write_text(program)
    monkeypatch.setattr(ingest_process, "ENGINE_DIR", engine)


async def test_what_it_made_is_published(tmp_path: Path) -> None:
    generation, lineup = await ingested(tmp_path)
    assert generation.number == 1
    assert Store(tmp_path).load() == generation
    assert "Known" in [one.title for one in generation.feed.guide["toonami_east"]]
    assert generation.feed.made == NOON
    assert lineup.assigned == {"other_kept": 9}
    assert list((tmp_path / "staging").iterdir()) == []


async def test_the_last_feed_is_known_there(tmp_path: Path) -> None:
    first, _ = await ingested(tmp_path)
    # It need not be on the disk any more.
    Store(tmp_path).clear()
    second, _ = await ingested(tmp_path, replace(GOOD, guide=guide()), previous=first)
    assert second.report.fixes[Fix.KEPT] == 1
    assert [one.title for one in second.feed.guide["toonami_east"]] == [
        one.title for one in first.feed.guide["toonami_east"]
    ]


async def test_a_file_that_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="does not begin with #EXTM3U") as raised:
        await ingested(tmp_path, replace(GOOD, playlist=b"\nhttp://a/"))
    assert (raised.value.file, raised.value.line) == ("playlist", 2)
    assert Store(tmp_path).load() is None
    # It was read to its end: there is nothing to be careful about.
    assert not (tmp_path / ingest_process.STOPPED).exists()


async def turns_until_it_ends(work: asyncio.Task[object]) -> int:
    turns = 0
    while not work.done():
        await asyncio.sleep(0.001)
        turns += 1
    return turns


async def test_what_hangs_holds_no_loop_and_ends_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(monkeypatch, tmp_path, HANG)
    work: asyncio.Task[object] = asyncio.ensure_future(ingested(tmp_path, timeout=2))
    # In a thread of this process, the loop would have had one turn or two.
    assert await turns_until_it_ends(work) > 50
    with pytest.raises(FeedError, match="guide: reading it took longer than 2 seconds"):
        await work
    assert list((tmp_path / "staging").iterdir()) == []
    assert Store(tmp_path).load() is None


async def test_files_that_froze_it_once_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        instead(patch, tmp_path, HANG)
        with pytest.raises(FeedError, match=r"longer than 1 seconds$"):
            await ingested(tmp_path, timeout=1)
    with pytest.raises(FeedError, match="longer than 1 seconds, and has not changed since"):
        await ingested(tmp_path)
    changed = replace(GOOD, guide=GOOD.guide + b"\n")
    assert (await ingested(tmp_path, changed))[0].number == 1
    # What came after it went well: nothing is held against them any more.
    assert (await ingested(tmp_path))[0].number == 2


async def test_who_insists_has_them_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        instead(patch, tmp_path, HANG)
        with pytest.raises(FeedError):
            await ingested(tmp_path, timeout=1)
    assert (await ingested(tmp_path, insist=True))[0].number == 1
    assert (await ingested(tmp_path))[0].number == 2


@pytest.mark.parametrize("memory", ["", "[]", '{"digest": 1}', "\0", '{"why": "x"}'])
async def test_a_damaged_memory_of_that_is_none(tmp_path: Path, memory: str) -> None:
    (tmp_path / ingest_process.STOPPED).write_text(memory)
    assert (await ingested(tmp_path))[0].number == 1


ANSWER = "import sys, pathlib; f = pathlib.Path(sys.argv[2]) / 'answer.json'; "


@pytest.mark.parametrize(
    ("program", "why"),
    [
        pytest.param("x = bytearray(4 << 30)", "ended with code 1: MemoryError", id="memory"),
        pytest.param("import os; os.abort()", "ended with code -6", id="crash"),
        pytest.param("", "without an answer: FileNotFoundError", id="silence"),
        pytest.param(ANSWER + "f.write_text('{')", "without an answer: JSON", id="nonsense"),
        pytest.param(ANSWER + "f.write_text('[]')", "without an answer: Type", id="a list"),
        pytest.param(ANSWER + "f.write_text('{}')", "without an answer: Key", id="nothing in it"),
        pytest.param(
            ANSWER + f"f.write_bytes(b' ' * {MIB + 1})", "without an answer: OSError", id="too long"
        ),
    ],
)
async def test_an_end_that_was_not_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, why: str
) -> None:
    instead(monkeypatch, tmp_path, program)
    with pytest.raises(FeedError, match=why):
        await ingested(tmp_path)
    assert Store(tmp_path).load() is None
    assert list((tmp_path / "staging").iterdir()) == []


async def test_a_full_disk_before_it_starts(tmp_path: Path) -> None:
    with (
        files_of_at_most(10),
        pytest.raises(CannotWriteError, match=r"folder cannot be written: File too large\."),
    ):
        await ingested(tmp_path)
    assert list((tmp_path / "staging").iterdir()) == []


async def test_a_full_disk_is_not_the_fault_of_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        instead(patch, tmp_path, "import sys; print('Full', file=sys.stderr); sys.exit(5)")
        with pytest.raises(CannotWriteError, match=r"The data folder cannot be written: Full\."):
            await ingested(tmp_path)
    assert (await ingested(tmp_path))[0].number == 1


async def test_a_result_that_cannot_be_loaded_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = await ingested(tmp_path)
    program = ANSWER + "f.write_text('{\"assigned\": {}}'); (f.parent / 'result').mkdir()"
    instead(monkeypatch, tmp_path, program)
    with pytest.raises(StoreError, match="cannot be loaded again"):
        await ingested(tmp_path)
    assert Store(tmp_path).load() == first


async def test_a_guide_that_grows_over_the_limit_costs_the_guide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    airings = [
        Airing(n, n + 1, "t", f"<desc><![CDATA[{'&' * 4900}]]></desc>") for n in range(-700, 700)
    ]
    listings = [Listing(one.name, airings) for one in KNOWN[:4]]
    output = Output(
        playlist=playlist(*(one.name for one in KNOWN)), guide=guide(*listings), seconds=0
    )
    assert len(output.guide) < MAX_FILE_BYTES / 2
    generation, _ = await ingested(tmp_path, output, timeout=110)
    assert generation.report.guide_error == (
        f"guide: it would be published with more than {MAX_FILE_BYTES} bytes"
    )
    assert Store(tmp_path).load() == generation


async def test_what_was_on_before_is_published(tmp_path: Path) -> None:
    past = Programme(start=NOON - timedelta(days=1), stop=NOON - timedelta(hours=23), title="Past")
    generation, _ = await ingested(tmp_path, aired={"toonami_east": [past]})
    assert generation.feed.guide["toonami_east"][0] == past
    # It is the log that knows it, and not the last feed.
    again, _ = await ingested(tmp_path, previous=generation)
    assert b"Past" not in again.guide


def test_a_request_is_read_as_it_was_written() -> None:
    assert Request.from_json(REQUEST.to_json()) == REQUEST
    data = json.loads(REQUEST.to_json())
    assert datetime.fromisoformat(data["now"]) == NOON
