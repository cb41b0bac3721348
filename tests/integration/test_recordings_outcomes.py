"""What is said of a recording when nothing is added to it any more."""

from datetime import timedelta

import pytest

from custom_components.toonami_downlink.engine.downlink.recording.chances import (
    is_worth_repeating,
)
from custom_components.toonami_downlink.engine.downlink.recording.model import Gap, Reason, State
from custom_components.toonami_downlink.engine.downlink.recording.recorder import Outcome
from custom_components.toonami_downlink.recording.outcomes import ended_with

from .recorded import make_recording

RUNNING = make_recording(state=State.RECORDING)
HOLE = Gap(RUNNING.start + timedelta(minutes=1), RUNNING.start + timedelta(minutes=2))


@pytest.mark.parametrize("reason", [Reason.NO_SIGNAL, None])
def test_a_hole_has_a_reason(reason: Reason | None) -> None:
    """What was missing before a restart is repeated too: nobody has stopped it."""
    ended = ended_with(RUNNING, Outcome(gaps=(HOLE,), reason=reason, size=1), by_hand=False)
    assert (ended.state, ended.reason) == (State.INTERRUPTED, reason or Reason.ABSENT)
    assert is_worth_repeating(ended)


def test_what_somebody_stopped_has_none() -> None:
    outcome = Outcome(gaps=(HOLE,), reason=Reason.NO_SIGNAL, size=1)
    ended = ended_with(RUNNING, outcome, by_hand=True)
    assert (ended.state, ended.reason) == (State.INTERRUPTED, None)
    assert not is_worth_repeating(ended)


def test_what_is_whole_has_none() -> None:
    ended = ended_with(RUNNING, Outcome(gaps=(), reason=None, size=1), by_hand=False)
    assert (ended.state, ended.reason, ended.gaps) == (State.COMPLETE, None, ())
