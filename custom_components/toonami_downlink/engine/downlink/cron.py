"""When a cron expression fires, in a local time zone, over the changes of the clock.

As Debian's cron does it: a job at a fixed time that the clock skips runs once, right after the
skip; one in an hour that the clock repeats runs the first time only. Expressions whose minute or
hour starts with ``*`` follow the real passing of time instead.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from cronsim import CronSim, CronSimError

from .errors import UsageError

_FIELDS: Final = 5
_MAX_CHARS: Final = 200
_REPEATED: Final = timedelta(hours=3)
"""More than any clock is ever set back."""


def validate(expression: str) -> None:
    """Check a cron expression. Raises UsageError when it is wrong or never fires."""
    next_run(expression, datetime(2026, 1, 1, tzinfo=UTC))


def next_run(expression: str, after: datetime) -> datetime:
    """The first run later than `after`, which is aware and in the schedule's zone; in UTC.

    Raises UsageError when the expression is wrong or never fires.
    """
    for run in _runs(expression, after, reverse=False):
        if run > after:
            return run
    raise _never(expression)


def last_run(expression: str, before: datetime) -> datetime:
    """The newest run not later than `before`, which is aware and in the schedule's zone; in UTC.

    Raises UsageError when the expression is wrong or never fires.
    """
    # In an hour that the clock repeats, a run of the first time round has a later local time than
    # `before` and yet is earlier, so the search starts beyond any such hour.
    start = (before.astimezone(UTC) + _REPEATED).astimezone(before.tzinfo)
    for run in _runs(expression, start, reverse=True):
        if run <= before:
            return run
    raise _never(expression)


def _runs(expression: str, start: datetime, *, reverse: bool) -> Iterator[datetime]:
    """All runs from `start` on, in UTC; a run may come twice or a little before `start`."""
    if len(expression) > _MAX_CHARS or len(expression.split()) != _FIELDS:
        raise UsageError(
            f"The schedule {expression[:_MAX_CHARS]!r} is not a cron expression of five fields: "
            "minute, hour, day of the month, month, day of the week."
        )
    try:
        simulator = CronSim(expression, start, reverse)
    except CronSimError as err:
        raise UsageError(f"The schedule {expression!r} cannot be used: {err}.") from err
    for run in simulator:
        yield run.astimezone(UTC)


def _never(expression: str) -> UsageError:
    return UsageError(f"The schedule {expression!r} never fires.")
