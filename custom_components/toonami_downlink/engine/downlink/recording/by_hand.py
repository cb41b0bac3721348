"""What somebody asks to be recorded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ..airings import Airing
from ..limits import MAX_RECORDINGS
from ..models import Feed
from ..policy import FILLER_LENGTH
from .chances import WANTED, moved_to
from .matching import Guide, Known
from .model import Recording, RecordingError, State
from .rules import digest


def record(
    feed: Feed | None,
    known: Sequence[Recording],
    channel_key: str,
    start: datetime | None,
    now: datetime,
    *,
    number: int,
) -> Recording:
    """Return the recording of what is on a channel at a time; None is now.

    What is planned, running or complete comes back, also on another channel or later that night;
    what a rule has planned does not depend on the rule any more. One that failed, was cancelled or
    deleted is planned again; for one with gaps there is a new one that replaces it, with that
    number. Where the guide does not know what is on, it is the filler of that time; from now on,
    two hours.

    Raises RecordingError: `nothing_on`, `already_over`, `too_many_recordings`.
    """
    start = start.astimezone(UTC) if start else None
    airing = Guide(feed).at(channel_key, start or now)
    if airing is None:
        raise RecordingError("nothing_on", "There is nothing on that channel at that time.")
    if airing.stop <= now:
        raise RecordingError("already_over", f"{airing.programme.title} is over.")
    if start is None and airing.programme.is_filler:
        airing = _from(airing, now)
    found = _found(known, airing, now)
    if found and found.state is State.PLANNED and found.rule is not None:
        return replace(found, rule=None, since=now)
    if found and found.state in WANTED:
        return found
    if found and found.state is not State.INTERRUPTED:
        return _again(found, airing, now)
    if len(known) >= MAX_RECORDINGS:
        raise RecordingError(
            "too_many_recordings",
            f"There are {MAX_RECORDINGS} recordings already.",
            most=str(MAX_RECORDINGS),
        )
    return new(airing, number, now, replaces=found.identity if found else None)


def new(
    airing: Airing, number: int, now: datetime, *, rule: str | None = None, replaces: str | None
) -> Recording:
    """Make a recording of an airing, with a number that none had."""
    return Recording(
        # With its number, so that nothing on the disk is ever taken for that of another one.
        identity=digest("recording", airing.channel.key, airing.start.isoformat(), str(number)),
        number=number,
        channel=airing.channel.key,
        start=airing.start,
        stop=airing.stop,
        programme=airing.programme,
        rule=rule,
        since=now,
        replaces=replaces,
    )


def _from(airing: Airing, now: datetime) -> Airing:
    """Return filler from now on."""
    start = now.astimezone(UTC).replace(microsecond=0)
    stop = start + FILLER_LENGTH
    programme = replace(airing.programme, start=start, stop=stop)
    return airing._replace(start=start, stop=stop, programme=programme)


def _found(known: Sequence[Recording], airing: Airing, now: datetime) -> Recording | None:
    """Return the recording of an airing that says most of it: there, with gaps, not there."""
    index = Known(known, now)
    key, programme = airing.channel.key, airing.programme
    find = index.in_place_of if programme.is_filler else index.same
    order = {True: 0, False: 2}
    return min(
        find(key, programme),
        key=lambda one: (
            1 if one.state is State.INTERRUPTED else order[one.state in WANTED],
            -one.number,
        ),
        default=None,
    )


def _again(recording: Recording, airing: Airing, now: datetime) -> Recording:
    return replace(
        moved_to(recording, airing),
        state=State.PLANNED,
        reason=None,
        gaps=(),
        lost=(),
        rule=None,
        is_kept=False,
        file=None,
        size=0,
        since=now,
        replaces=None,
    )
