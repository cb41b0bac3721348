"""The history survives being written and read; anything else is left out."""

from datetime import UTC, datetime, timedelta
import json
from typing import Any

import pytest

from downlink.models import Cause, Fix, IngestReport, RefreshRecord, Source, Stage
from downlink.publish.history import record_from_json, record_to_json

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
REPORT = IngestReport(
    channels=7,
    programmes=1200,
    filler=300,
    guide_until=START + timedelta(days=7),
    fixes={Fix.OVERLAP: 3},
    sources={Source.GUIDE: 1190, Source.MEDIA: 10, Source.FILLER: 300},
)
SUCCESS = RefreshRecord(
    started=START,
    finished=START + timedelta(seconds=12.5),
    cause=Cause.SCHEDULE,
    report=REPORT,
    recovered=True,
    stages={Stage.PROVIDER: 1.25, Stage.CHECK: 0.5},
)
FAILURE = RefreshRecord(
    started=START,
    finished=START + timedelta(seconds=1),
    cause=Cause.RETRY,
    error="provider_failed",
    message="The provider ended with exit code 1.",
    failures=2,
)
NO_GUIDE = RefreshRecord(
    started=START,
    finished=START,
    cause=Cause.SETUP,
    report=IngestReport(channels=1, programmes=0, filler=168, guide_until=None),
)


@pytest.mark.parametrize("record", [SUCCESS, FAILURE, NO_GUIDE], ids=["good", "bad", "no guide"])
def test_round_trip(record: RefreshRecord) -> None:
    written = json.loads(json.dumps(record_to_json(record)))
    assert record_from_json(written) == record


def test_outcome() -> None:
    assert SUCCESS.succeeded
    assert SUCCESS.duration == 12.5
    assert not FAILURE.succeeded


def _with(**changes: Any) -> dict[str, Any]:
    return record_to_json(SUCCESS) | changes


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({}, id="empty"),
        pytest.param(_with(started="yesterday"), id="no time"),
        pytest.param(_with(started=None), id="null time"),
        pytest.param(_with(cause="boredom"), id="unknown cause"),
        pytest.param(_with(report={"channels": 1}), id="report with a hole"),
        pytest.param(_with(report=[1]), id="report of another type"),
        pytest.param(_with(stages=3), id="stages of another type"),
        pytest.param(_with(failures="many"), id="no number"),
        pytest.param(_with(started="2026-11-24T03:00:00"), id="no time zone"),
    ],
)
def test_what_is_not_a_record_is_left_out(data: dict[str, Any]) -> None:
    assert record_from_json(data) is None
