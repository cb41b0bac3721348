"""What is remembered of announcements: for how long, how much, and as JSON."""

from dataclasses import replace
from datetime import timedelta
import json
from typing import Any

import pytest

from downlink.announced import (
    AnnouncementStage,
    Record,
    records_from_json,
    records_to_json,
)
from downlink.announcements import look
from downlink.limits import MAX_ANNOUNCED, MAX_FOLLOWS, MAX_VALUE_CHARS
from downlink.policy import (
    ANNOUNCED_KEPT_FOR,
)

from .samples import HOUR, MINUTE, NOON
from .test_airings import EAST

LEAD = 10 * MINUTE
SECOND = timedelta(seconds=1)
SOON, STARTED = AnnouncementStage.SOON, AnnouncementStage.STARTED


def record(**values: Any) -> Record:
    usual = Record(channel=EAST, start=NOON, stop=NOON + HOUR, stage=STARTED, message="one")
    return replace(usual, **values)


def test_forgets_what_is_long_over() -> None:
    limit = NOON - ANNOUNCED_KEPT_FOR
    records = {
        "old": record(start=limit - HOUR, stop=limit),
        "new": record(start=limit - HOUR, stop=limit + SECOND),
    }
    assert set(look([], records, LEAD, NOON).records) == {"new"}


def test_keeps_those_that_are_nearest() -> None:
    records = {f"{n}": record(start=NOON + n * SECOND) for n in range(-1, MAX_ANNOUNCED)}
    kept = look([], records, LEAD, NOON).records
    assert len(kept) == MAX_ANNOUNCED
    assert str(MAX_ANNOUNCED - 1) not in kept
    del records["-1"]
    assert len(look([], records, LEAD, NOON).records) == MAX_ANNOUNCED


def test_there_and_back_again() -> None:
    records = {
        "one": record(follows=("a", "b")),
        "two": record(stage=None, message="", is_aside=True),
        "three": record(stage=SOON, is_postponed=True),
        "four": record(is_withdrawn=True),
    }
    assert records_from_json(json.loads(json.dumps(records_to_json(records)))) == records


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("showing", 5),
        ("showing", "x" * (MAX_VALUE_CHARS + 1)),
        ("channel", None),
        ("start", "2026-11-24T12:00:00"),
        ("start", "soon"),
        ("start", "0001-01-01T00:00:00+14:00"),
        ("stop", 17),
        ("follows", {"a": 1}),
        ("follows", [["a"]]),
        ("follows", 1),
        ("stage", "later"),
        ("message", ["one"]),
    ],
)
def test_leaves_out_what_it_cannot_read(name: str, value: object) -> None:
    good, bad = records_to_json({"one": record(), "two": record()})
    bad[name] = value
    assert set(records_from_json([bad, good, None, 5, {}])) == {"one"}


@pytest.mark.parametrize("data", [None, 5, "records", {"one": 1}])
def test_reads_nothing_out_of_nothing(data: object) -> None:
    assert records_from_json(data) == {}


def test_limits_of_what_is_read() -> None:
    many = records_to_json({f"{n}": record() for n in range(MAX_ANNOUNCED + 1)})
    assert len(records_from_json(many)) == MAX_ANNOUNCED
    assert len(records_from_json(many[:MAX_ANNOUNCED])) == MAX_ANNOUNCED
    follows = tuple(f"{n}" for n in range(MAX_FOLLOWS + 1))
    (read,) = records_from_json(records_to_json({"one": record(follows=follows)})).values()
    assert read.follows == follows[:MAX_FOLLOWS]
    longest = "x" * MAX_VALUE_CHARS
    assert set(records_from_json(records_to_json({longest: record()}))) == {longest}
