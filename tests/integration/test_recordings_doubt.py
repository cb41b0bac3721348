"""How long a recording that the disk refused is believed more than a look that finds nothing."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.toonami_downlink.engine.downlink.recording.model import Reason
from custom_components.toonami_downlink.recording.doubt import Doubt
from custom_components.toonami_downlink.recording.library import Found, Trouble

from .harness import NOW

WELL = Found(trouble=None, sizes={"0123456789abcdef": 5})
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def noon(freezer: FrozenDateTimeFactory) -> None:
    freezer.move_to(NOW)


def test_nothing_is_doubted_at_first() -> None:
    assert Doubt().of(WELL) == WELL


@pytest.mark.parametrize("reason", [reason for reason in Reason if "disk" not in reason] + [None])
def test_what_the_disk_is_not_to_blame_for(reason: Reason | None) -> None:
    doubt = Doubt()
    assert not doubt.begin(reason)
    assert doubt.of(WELL) == WELL


@pytest.mark.parametrize(
    ("reason", "trouble"),
    [(Reason.DISK, Trouble.BROKEN), (Reason.DISK_FULL, Trouble.FULL)],
)
def test_what_it_is_to_blame_for(reason: Reason, trouble: Trouble) -> None:
    """What the look has found besides is still there, and what it finds wrong counts."""
    doubt = Doubt()
    assert doubt.begin(reason)
    assert doubt.of(WELL) == Found(trouble=trouble, sizes=WELL.sizes)
    assert doubt.of(Found(trouble=Trouble.ABSENT)).trouble is Trouble.ABSENT


@pytest.mark.parametrize(
    ("reason", "pauses"), [(Reason.DISK_FULL, (1, 2, 4, 5, 5)), (Reason.DISK, (1, 1, 1))]
)
def test_it_takes_longer_each_time_and_not_for_ever(
    freezer: FrozenDateTimeFactory, reason: Reason, pauses: tuple[int, ...]
) -> None:
    """A full disk is full for all; one that refuses may have refused one recording alone."""
    doubt = Doubt()
    for minutes in pauses:
        doubt.begin(reason)
        freezer.tick(timedelta(minutes=minutes) - SECOND)
        assert doubt.of(WELL).trouble is not None
        freezer.tick(SECOND)
        assert doubt.of(WELL).trouble is None
        assert doubt.of(WELL).trouble is None


def test_what_was_written_ends_it(freezer: FrozenDateTimeFactory) -> None:
    doubt = Doubt()
    doubt.begin(Reason.DISK_FULL)
    doubt.begin(Reason.DISK_FULL)
    doubt.end()
    assert doubt.of(WELL).trouble is None
    doubt.begin(Reason.DISK_FULL)
    freezer.tick(timedelta(minutes=1))
    assert doubt.of(WELL).trouble is None


def test_a_clock_that_is_set_back_does_not_make_it_last(freezer: FrozenDateTimeFactory) -> None:
    doubt = Doubt()
    doubt.begin(Reason.DISK)
    freezer.move_to(NOW - timedelta(days=1))
    assert doubt.of(WELL).trouble is None
