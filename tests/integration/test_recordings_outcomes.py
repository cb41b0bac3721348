"""What is said of a recording when nothing is added to it any more."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from custom_components.toonami_downlink.engine.downlink.recording.chances import (
    is_worth_repeating,
)
from custom_components.toonami_downlink.engine.downlink.recording.journal import Entry
from custom_components.toonami_downlink.engine.downlink.recording.model import Gap, Reason, State
from custom_components.toonami_downlink.engine.downlink.recording.recorder import Outcome
from custom_components.toonami_downlink.engine.downlink.recording.source import Finished
from custom_components.toonami_downlink.recording.outcomes import (
    ended_with,
    finished_as,
    spoilt,
)

from .recorded import MINUTE, make_recording

RUNNING = make_recording(state=State.RECORDING)
HOLE = Gap(RUNNING.start + timedelta(minutes=1), RUNNING.start + timedelta(minutes=2))


@pytest.mark.parametrize("reason", [Reason.NO_SIGNAL, None])
def test_a_hole_has_a_reason(reason: Reason | None) -> None:
    """What was missing before a restart is repeated too: nobody has stopped it."""
    outcome = Outcome(gaps=(HOLE,), reason=reason, size=1)
    ended = ended_with(RUNNING, outcome, RUNNING.stop, by_hand=False)
    assert (ended.state, ended.reason) == (State.INTERRUPTED, reason or Reason.ABSENT)
    assert is_worth_repeating(ended)


def test_what_somebody_stopped_has_none() -> None:
    outcome = Outcome(gaps=(HOLE,), reason=Reason.NO_SIGNAL, size=1)
    ended = ended_with(RUNNING, outcome, RUNNING.stop, by_hand=True)
    assert (ended.state, ended.reason) == (State.INTERRUPTED, None)
    assert not is_worth_repeating(ended)


def test_what_is_whole_has_none() -> None:
    ended = ended_with(RUNNING, Outcome(gaps=(), reason=None, size=1), RUNNING.stop, by_hand=False)
    assert (ended.state, ended.reason, ended.gaps) == (State.COMPLETE, None, ())


@pytest.mark.parametrize(
    ("reason", "size", "left", "after"),
    [
        (Reason.DISK, 0, 1, (State.PLANNED, None)),
        (Reason.DISK_FULL, 0, 1, (State.PLANNED, None)),
        (Reason.DISK_FULL, 0, 0, (State.FAILED, Reason.DISK_FULL)),
        (Reason.NO_SIGNAL, 0, 1, (State.FAILED, Reason.NO_SIGNAL)),
        (Reason.DISK, 1, 1, (State.RECORDING, None)),
        (Reason.DISK_FULL, 1, 1, (State.RECORDING, None)),
        (Reason.DISK, 1, 0, (State.INTERRUPTED, Reason.DISK)),
        (Reason.NO_SIGNAL, 1, 1, (State.INTERRUPTED, Reason.NO_SIGNAL)),
    ],
)
def test_what_the_disk_has_stopped_is_not_given_up(
    reason: Reason, size: int, left: int, after: tuple[State, Reason | None]
) -> None:
    """Until the programme is over."""
    outcome = Outcome(gaps=(HOLE,), reason=reason, size=size)
    ended = ended_with(RUNNING, outcome, RUNNING.stop - left * MINUTE, by_hand=False)
    assert (ended.state, ended.reason, ended.size) == (*after, size)


@pytest.mark.parametrize(
    ("reason", "left", "after"),
    [
        (Reason.DISK, 1, (State.RECORDING, None, 7)),
        (Reason.DISK, 0, (State.INTERRUPTED, Reason.DISK, 7)),
        (Reason.NO_SIGNAL, 0, (State.FAILED, Reason.NO_SIGNAL, 0)),
    ],
)
def test_what_cannot_be_opened_may_be_there(
    reason: Reason, left: int, after: tuple[State, Reason | None, int]
) -> None:
    """Or what was recorded before the disk failed would be taken for nothing, and removed."""
    one = make_recording(state=State.RECORDING, size=7)
    outcome = Outcome(gaps=(HOLE,), reason=reason, size=0)
    ended = ended_with(one, outcome, one.stop - left * MINUTE, by_hand=False)
    assert (ended.state, ended.reason, ended.size) == after


def test_what_somebody_stopped_is_over_whatever_the_disk_does() -> None:
    for size, state in ((0, State.CANCELLED), (1, State.INTERRUPTED)):
        outcome = Outcome(gaps=(HOLE,), reason=Reason.DISK, size=size)
        assert ended_with(RUNNING, outcome, RUNNING.start, by_hand=True).state is state


@pytest.mark.parametrize(
    ("state", "reason", "left", "is_busy", "after"),
    [
        (State.PLANNED, None, 0, False, (State.FAILED, Reason.DISK)),
        (State.PLANNED, None, 1, False, None),
        (State.PLANNED, Reason.BUSY, 0, False, None),
        (State.RECORDING, None, 0, False, (State.INTERRUPTED, Reason.DISK)),
        (State.RECORDING, None, 0, True, None),
        (State.RECORDING, None, 1, False, None),
        (State.COMPLETE, None, 0, False, None),
    ],
)
def test_what_the_disk_has_spoilt(
    state: State,
    reason: Reason | None,
    left: int,
    is_busy: bool,
    after: tuple[State, Reason] | None,
) -> None:
    one = make_recording(state=state, reason=reason)
    now = one.stop - left * MINUTE
    found = [*spoilt([one], Reason.DISK, now, lambda _: is_busy)]
    assert [(each.state, each.reason) for each in found] == ([after] if after else [])


@pytest.mark.parametrize(
    ("before", "has_all", "after"),
    [
        ((State.COMPLETE, None), True, (State.COMPLETE, None)),
        ((State.COMPLETE, None), False, (State.INTERRUPTED, Reason.DISK)),
        ((State.INTERRUPTED, Reason.ABSENT), False, (State.INTERRUPTED, Reason.ABSENT)),
        ((State.INTERRUPTED, None), False, (State.INTERRUPTED, None)),
        ((State.INTERRUPTED, Reason.ABSENT), True, (State.COMPLETE, None)),
    ],
)
def test_what_the_file_has(
    before: tuple[State, Reason | None], has_all: bool, after: tuple[State, Reason | None]
) -> None:
    """What the disk does not give back is missing; what somebody stopped stays that."""
    one = make_recording(state=before[0], reason=before[1])
    length = (one.stop - one.start).total_seconds() - (0 if has_all else 60)
    entries = (Entry("000001.ts", one.start, length, 1, False),)
    made = Finished(path=Path("/x/a.mp4"), size=5, duration=length, entries=entries)
    found = finished_as(one, "a.mp4", made)
    assert (found.state, found.reason) == after
    assert (found.file, found.size, bool(found.gaps)) == ("a.mp4", 5, not has_all)


def test_what_the_file_lacks_is_kept_with_its_padding() -> None:
    """Or what comes after would be taken for what was on earlier."""
    one = make_recording(state=State.INTERRUPTED, reason=Reason.NO_SIGNAL)
    before = Entry("000001.ts", one.start - MINUTE, 18.0, 1, False)
    after = Entry("000002.ts", one.start + MINUTE, 1740.0, 1, True)
    made = Finished(path=Path("/x/a.mp4"), size=2, duration=1758.0, entries=(before, after))
    found = finished_as(one, "a.mp4", made)
    assert found.gaps == (Gap(one.start, after.start),)
    assert found.lost == (Gap(before.stop, after.start),)
    assert finished_as(one, "a.mp4", replace(made, entries=(after,))).lost == ()
    assert finished_as(one, "a.mp4", replace(made, entries=())).lost == ()
