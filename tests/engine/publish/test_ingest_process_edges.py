"""The ingest in a process of its own, at its edges: when others are told, what is held against."""

from dataclasses import replace
import json
from pathlib import Path

import pytest

from downlink.errors import FeedError, StoreError
from downlink.limits import MIB
from downlink.process.runner import Output
from downlink.publish import ingest_process
from downlink.publish.ingest_process import ingest_and_publish
from downlink.publish.store import Store

from .ingesting import GOOD, REQUEST, ingested
from .test_ingest_process import ANSWER, instead

CRASH = "import os; os.abort()"


async def told(folder: Path, output: Output = GOOD) -> list[bool]:
    """Return whether there was a feed already each time that it was said to be published."""
    calls: list[bool] = []
    await ingest_and_publish(
        output,
        REQUEST,
        folder,
        aired={},
        staging=folder / "staging",
        previous=None,
        timeout=60,
        insist=False,
        publishing=lambda: calls.append(Store(folder).load() is not None),
    )
    return calls


def test_what_was_stopped_is_known_by_both_files() -> None:
    outputs = [
        replace(GOOD, playlist=playlist, guide=guide)
        for playlist, guide in ((b"ab", b"c"), (b"xb", b"c"), (b"ab", b"d"), (b"a", b"bc"))
    ]
    assert len({ingest_process._digest(one) for one in outputs}) == len(outputs)  # noqa: SLF001


async def test_that_it_will_be_published_is_said_once_and_before(tmp_path: Path) -> None:
    assert await told(tmp_path) == [False]
    assert Store(tmp_path).load() is not None


@pytest.mark.parametrize("program", [CRASH, "import sys; sys.exit(5)"])
async def test_that_it_will_be_published_is_not_said_of_what_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    instead(monkeypatch, tmp_path, program)
    calls: list[None] = []
    with pytest.raises(Exception, match=r"reading it ended|cannot be written"):
        await ingest_and_publish(
            GOOD,
            REQUEST,
            tmp_path,
            aired={},
            staging=tmp_path / "staging",
            previous=None,
            timeout=60,
            insist=False,
            publishing=lambda: calls.append(None),
        )
    assert calls == []


async def test_only_the_very_same_files_are_held_against(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(monkeypatch, tmp_path, CRASH)
    one = replace(GOOD, playlist=b"ab", guide=b"cd")
    with pytest.raises(FeedError, match=r"nothing was said$"):
        await ingested(tmp_path, one)
    with pytest.raises(FeedError, match="has not changed since"):
        await ingested(tmp_path, replace(one, seconds=9.0))
    for other in (
        replace(one, playlist=b"abc", guide=b"d"),
        replace(one, playlist=b"xb"),
        replace(one, guide=b"cx"),
    ):
        with pytest.raises(FeedError, match=r"nothing was said$"):
            await ingested(tmp_path, other)
    # The last ones are remembered, and no others.
    with pytest.raises(FeedError, match="has not changed since"):
        await ingested(tmp_path, replace(one, guide=b"cx"))
    with pytest.raises(FeedError, match=r"nothing was said$"):
        await ingested(tmp_path, one)


async def test_what_was_held_against_files_is_gone_when_others_went_well(tmp_path: Path) -> None:
    memory = tmp_path / ingest_process.STOPPED
    memory.write_text(json.dumps({"digest": "another", "why": "it hung"}))
    await ingested(tmp_path)
    assert not memory.exists()


@pytest.mark.parametrize("memory", ['{"digest": "x"}', '{"digest": "x", "why": null}'])
async def test_half_a_memory_costs_nothing(tmp_path: Path, memory: str) -> None:
    (tmp_path / ingest_process.STOPPED).write_text(memory)
    assert (await ingested(tmp_path))[0].number == 1


@pytest.mark.parametrize(("size", "error"), [(MIB, StoreError), (MIB + 1, FeedError)])
async def test_the_longest_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, error: type[Exception]
) -> None:
    program = f"f.write_text('{{\"assigned\": {{}}}}'.ljust({size}))"
    instead(monkeypatch, tmp_path, ANSWER + program)
    with pytest.raises(error):
        await ingested(tmp_path)


@pytest.mark.parametrize("assigned", ["[]", '{"other_a": "x"}', '{"other_a": null}'])
async def test_an_answer_with_another_line_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, assigned: str
) -> None:
    instead(monkeypatch, tmp_path, ANSWER + f"f.write_text('{{\"assigned\": {assigned}}}')")
    with pytest.raises(FeedError, match="without an answer"):
        await ingested(tmp_path)
