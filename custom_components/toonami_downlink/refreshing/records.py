"""Make the record that the history keeps of a refresh."""

from datetime import datetime

from homeassistant.util import dt as dt_util

from ..engine.downlink.errors import DownlinkError
from ..engine.downlink.models import Cause, RefreshRecord, Stage
from ..engine.downlink.publish.refresh import Refreshed


def kind_of(record: RefreshRecord | None) -> str:
    """Return the type of the event that tells of a refresh; None: of one that was missed."""
    if record is None:
        return "missed"
    return "recovered" if record.recovered else "succeeded" if record.succeeded else "failed"


def make_record(
    cause: Cause,
    started: datetime,
    failures: int,
    outcome: Refreshed | BaseException | None,
    stage: Stage,
) -> RefreshRecord:
    """Return the record of a refresh that has just ended.

    `started` is in UTC, `failures` how many there were in a row before it, `outcome` what it
    brought or what it ended with, `stage` how far it came.
    """
    finished = dt_util.utcnow()
    if isinstance(outcome, Refreshed):
        return RefreshRecord(
            started=started,
            finished=finished,
            cause=cause,
            report=outcome.generation.report,
            recovered=failures > 0,
            stages=outcome.stages,
        )
    error = outcome.__cause__ if outcome else None
    if isinstance(error, DownlinkError):
        key, message = error.key, str(error)
    else:
        # Whatever is in the text of an error that was not foreseen, it is not ours.
        key, message = DownlinkError.key, type(outcome).__name__
    return RefreshRecord(
        started=started,
        finished=finished,
        cause=cause,
        error=key,
        message=message,
        failures=failures + 1,
        stages={stage: 0.0},
    )
