"""Recordings that begin after their programme: why, and what the guide has to do with it."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.toonami_downlink.engine.downlink.recording.conflicts import Span
from custom_components.toonami_downlink.engine.downlink.recording.model import (
    TRACKS,
    Reason,
    State,
)
from custom_components.toonami_downlink.engine.downlink.recording.planner import Plan
from custom_components.toonami_downlink.recording import scheduler

from .harness import NOW
from .recorded import EAST, LONG, MINUTE, SECOND, House, programmes
from .stream_harness import wait_until
from .test_recordings_edges import PLANNED, SPAN, Desk, desk, let_plan  # noqa: F401  # a fixture


@pytest.mark.parametrize("reason", [Reason.BUSY, Reason.LEFT_GUIDE])
@pytest.mark.parametrize("folder_is_away", [False, True])
async def test_what_has_waited_says_for_what(
    desk: Desk,  # noqa: F811  # the fixture
    monkeypatch: pytest.MonkeyPatch,
    reason: Reason,
    folder_is_away: bool,
) -> None:
    let_plan(monkeypatch)
    desk.clock.move_to(PLANNED.start)
    await desk.look(replace(PLANNED, reason=reason))
    assert desk.begun == []

    def plan(*asked: Any, **_: object) -> Plan:
        found = tuple(replace(one, reason=None) for one in asked[3])
        return Plan(recordings=found, conflicts=(), spans={PLANNED.identity: SPAN}, next_number=1)

    monkeypatch.setattr(scheduler, "plan", plan)
    tracks = desk.folder / TRACKS
    if folder_is_away:
        tracks.rmdir()
        await desk.look(after=60)
        assert desk.begun == []
        tracks.mkdir()
    await desk.look(after=60)
    late_for = Reason.DISK if folder_is_away else reason
    assert desk.begun == [(PLANNED.identity, SPAN, late_for)]


@pytest.mark.parametrize(
    ("minutes", "late_for"), [(0, None), (8, None), (9, Reason.LATE), (12, Reason.LATE)]
)
async def test_what_the_guide_moves_ahead_of_now(
    desk: Desk,  # noqa: F811  # the fixture
    monkeypatch: pytest.MonkeyPatch,
    minutes: int,
    late_for: Reason | None,
) -> None:
    let_plan(monkeypatch, spans={PLANNED.identity: SPAN})
    await desk.look(PLANNED)
    span = Span(SPAN.start - minutes * MINUTE, SPAN.stop)
    let_plan(monkeypatch, spans={PLANNED.identity: span})
    # It was to begin nine minutes after the first look.
    await desk.look(after=30)
    desk.clock.move_to(max(NOW + MINUTE, span.start))
    await desk.look()
    assert desk.begun[0] == (PLANNED.identity, span, late_for)


async def test_a_start_that_moves_ahead(house: House) -> None:
    """What was on before it was begun is missing, and the disk is not to blame."""
    before, first, second = programmes(4 * SECOND, LONG, MINUTE)
    await house.start(before, first, second)
    await house.recordings.async_record(EAST, first.start)
    await house.until(State.RECORDING)
    await wait_until(lambda: house.only.size, 20)
    longer = replace(first, start=NOW + SECOND)
    await house.show(replace(before, stop=longer.start), longer, second)
    assert house.only.start == longer.start
    recording = await house.until_file()
    assert (recording.state, recording.reason) == (State.INTERRUPTED, Reason.LATE)
    (gap,) = recording.gaps
    assert gap.start == longer.start
    assert gap.stop - first.start < SECOND
    assert house.said == ["started Show 1", "interrupted Show 1"]
