"""How long a recording that the disk refused is believed more than a look that finds nothing."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.toonami_downlink.engine.downlink.recording.model import Reason
from custom_components.toonami_downlink.recording.doubt import Doubt
from custom_components.toonami_downlink.recording.library import Trouble

from .harness import NOW
from .recorded import MINUTE, SECOND


@pytest.fixture(autouse=True)
def noon(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)


def test_nothing_is_doubted_at_first() -> None:
    assert Doubt().trouble is None


@pytest.mark.parametrize("reason", [reason for reason in Reason if "disk" not in reason] + [None])
def test_what_the_disk_is_not_to_blame_for(reason: Reason | None) -> None:
    doubt = Doubt()
    assert not doubt.begin(reason)
    assert doubt.trouble is None


@pytest.mark.parametrize(
    ("reason", "trouble"),
    [(Reason.DISK, Trouble.BROKEN), (Reason.DISK_FULL, Trouble.FULL)],
)
def test_it_lasts_over_the_next_try(
    freezer: FrozenDateTimeFactory, reason: Reason, trouble: Trouble
) -> None:
    doubt = Doubt()
    for _ in range(2):
        assert doubt.begin(reason)
        freezer.tick(2 * MINUTE - SECOND)
        assert doubt.trouble is trouble
    freezer.tick(SECOND)
    assert doubt.trouble is None
    assert doubt.trouble is None


def test_what_was_written_ends_it() -> None:
    doubt = Doubt()
    doubt.begin(Reason.DISK_FULL)
    doubt.end()
    assert doubt.trouble is None


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_set_does_not_make_it_last(
    freezer: FrozenDateTimeFactory, days: int
) -> None:
    doubt = Doubt()
    doubt.begin(Reason.DISK)
    freezer.move_to(NOW + timedelta(days=days))
    assert doubt.trouble is None
