"""The history of refreshes as plain JSON values, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ..models import Cause, Fix, IngestReport, RefreshRecord, Source, Stage
from ..text import clean_line


def report_to_json(report: IngestReport) -> dict[str, Any]:
    """Write a report as JSON values; times are ISO 8601, ``guide_error`` is there if it is set."""
    return {
        "channels": report.channels,
        "programmes": report.programmes,
        "filler": report.filler,
        "guide_until": report.guide_until.isoformat() if report.guide_until else None,
        "repairs": {kind.value: count for kind, count in report.fixes.items()},
        "sources": {source.value: count for source, count in report.sources.items()},
        **({"guide_error": report.guide_error} if report.guide_error else {}),
    }


def report_from_json(data: Mapping[str, Any]) -> IngestReport:
    """Read what `report_to_json` wrote; kinds that only later versions know are left out.

    Raises AttributeError, KeyError, TypeError or ValueError for anything else.
    """
    until = data["guide_until"]
    return IngestReport(
        channels=int(data["channels"]),
        programmes=int(data["programmes"]),
        filler=int(data["filler"]),
        guide_until=_moment(until) if until else None,
        fixes=_known(Fix, data["repairs"]),
        sources=_known(Source, data["sources"]),
        guide_error=_line(data.get("guide_error")),
    )


def record_to_json(record: RefreshRecord) -> dict[str, Any]:
    """Write a record as JSON values; times are ISO 8601."""
    return {
        "started": record.started.isoformat(),
        "finished": record.finished.isoformat(),
        "cause": record.cause.value,
        "error": record.error,
        "message": record.message,
        "report": report_to_json(record.report) if record.report else None,
        "recovered": record.recovered,
        "failures": record.failures,
        "stages": {stage.value: round(seconds, 3) for stage, seconds in record.stages.items()},
    }


def record_from_json(data: Mapping[str, Any]) -> RefreshRecord | None:
    """Read the record that `record_to_json` wrote; None for anything else."""
    try:
        return RefreshRecord(
            started=_moment(data["started"]),
            finished=_moment(data["finished"]),
            cause=Cause(data["cause"]),
            error=data["error"],
            message=data["message"],
            report=report_from_json(data["report"]) if data["report"] else None,
            recovered=bool(data["recovered"]),
            failures=int(data["failures"]),
            stages={Stage(stage): float(value) for stage, value in data["stages"].items()},
        )
    except AttributeError, KeyError, TypeError, ValueError:
        return None


def _moment(text: str) -> datetime:
    """Read a time. Raises TypeError or ValueError, also for one that belongs to no time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment.astimezone(UTC)


def _line(value: object) -> str | None:
    return clean_line(value)[0] or None if isinstance(value, str) else None


def _known[Kind: StrEnum](kinds: type[Kind], counts: Mapping[str, Any]) -> dict[Kind, int]:
    known = {kind.value: kind for kind in kinds}
    return {known[name]: int(count) for name, count in counts.items() if name in known}
