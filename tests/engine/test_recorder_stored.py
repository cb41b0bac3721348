"""A recorder whose channel has its older segments in a store."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from downlink.recording import recorder as recorder_module
from downlink.recording.model import Reason
from downlink.relay.ring import Ring, Share
from downlink.relay.spill import spilling

from .recording import LARGE, LENGTH, Studio, at, data_of, gaps, run
from .relay.cellar import Cellar

NUMBERS = range(-10, 8)


@pytest.fixture
async def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    for name in ("_FIRST_PAUSE", "_LONGEST_PAUSE", "_LONGEST_SLEEP", "_LOOK"):
        monkeypatch.setattr(recorder_module, name, 0.005)
    return Studio(tmp_path)


async def fill(studio: Studio) -> Cellar:
    """Let the channel have segments, of which five are in memory."""
    cellar = Cellar()
    share = Share(5 * LENGTH, 10**9)
    studio.ring = Ring(1, replace(LARGE, memory=share), store=cellar)
    async with spilling(studio.ring):
        for number in NUMBERS:
            studio.air(number)
            await asyncio.sleep(0.001)
        # What is there stays there for the test.
        kept, cellar.there = cellar.there, {}
    cellar.there = kept
    assert len(kept) == len(NUMBERS) - 5
    studio.clock = at(80)
    return cellar


async def test_what_was_on_before_comes_from_the_store(studio: Studio) -> None:
    cellar = await fill(studio)
    outcome = await run(studio.recorder(60.0))
    assert outcome.gaps == ()
    assert studio.recorded() == [0, 1, 2, 3, 4, 5]
    assert studio.breaks() == []
    # What was on before that is not even read.
    assert cellar.asked == [11, 12, 13]
    assert studio.viewer
    assert studio.viewer.sent == 16 * len(data_of(0))


async def test_what_the_store_has_lost_is_a_gap(studio: Studio) -> None:
    cellar = await fill(studio)
    del cellar.there[13]
    outcome = await run(studio.recorder(60.0))
    assert (outcome.gaps, outcome.reason) == (gaps((20, 30)), Reason.NO_SIGNAL)
    assert studio.recorded() == [0, 1, 3, 4, 5]
    assert studio.breaks() == [2]


async def test_what_has_no_date_is_read(studio: Studio) -> None:
    cellar = await fill(studio)
    held = studio.ring.window().segments
    undated = [replace(one, segment=replace(one.segment, date=None)) for one in held]
    studio.ring._held.clear()  # noqa: SLF001  # no other way leads to that
    studio.ring._held.extend(undated)  # noqa: SLF001  # as before
    await run(studio.recorder(60.0))
    assert cellar.asked[0] == 1
