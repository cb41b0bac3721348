"""Which recording has what was on a channel at a time: what catch-up can offer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from ..airings import DELAYS
from ..identity import identity
from ..models import Programme
from ..policy import SLACK
from ..timeline import on_air
from .model import Recording, State

_SAME_SLOT: Final = timedelta(minutes=15)


class Found(NamedTuple):
    """A recording that has it, and how much earlier it showed that than the channel asked for."""

    recording: Recording
    earlier: timedelta

    def is_programme(self, start: datetime) -> bool:
        """Whether it has that time of the channel asked for as its programme, not as padding."""
        return self.recording.start <= start - self.earlier < self.recording.stop


def find_recordings(
    recordings: Iterable[Recording],
    guide: Mapping[str, Sequence[Programme]],
    channel: str,
    start: datetime,
) -> list[Found]:
    """Return the recordings with a picture that may have what was on a channel at that time.

    Those of the channel itself come first, then those of a channel with the same schedule, if they
    have the same programme: what West shows, East has shown three hours before. Padding counts,
    last of all: what is there is told by its segments. Of several the one with the fewest gaps
    comes first.
    """
    asked = on_air(guide.get(channel, ()), start)

    def order(found: Found) -> tuple[bool, bool, timedelta, int]:
        one = found.recording
        return not found.is_programme(start), bool(found.earlier), one.missing, one.number

    return sorted(_of_channel(recordings, channel, start, asked), key=order)


def _of_channel(
    recordings: Iterable[Recording], channel: str, start: datetime, asked: Programme | None
) -> Iterator[Found]:
    for one in recordings:
        if not one.has_picture:
            continue
        if one.channel == channel:
            # As far as padding may go.
            if one.start - _SAME_SLOT <= start < one.stop + _SAME_SLOT:
                yield Found(one, timedelta())
            continue
        earlier = DELAYS.get(one.channel, {}).get(channel)
        if earlier and asked and is_of(one, channel, asked):
            yield Found(one, earlier)


def is_of(recording: Recording, channel: str, programme: Programme) -> bool:
    """Whether a recording with a picture shows a programme of a channel, from its own or another.

    On another channel with the same schedule it has to be the same programme, and at its time.
    """
    if not recording.has_picture or programme.is_filler:
        return False
    delay = timedelta() if recording.channel == channel else None
    if delay is None and (delay := DELAYS.get(recording.channel, {}).get(channel)) is None:
        return False
    if abs(recording.start + delay - programme.start) > _SAME_SLOT:
        return False
    if recording.stop + delay <= programme.start or programme.stop <= recording.start + delay:
        return False
    return recording.channel == channel or identity(recording.programme) == identity(programme)


def archived(
    recordings: Iterable[Recording], guide: Mapping[str, Sequence[Programme]]
) -> frozenset[tuple[str, datetime]]:
    """Return the channel and the start of each programme of a guide that can be seen again.

    That is from its start on: players ask for that.
    """
    held = [one for one in recordings if one.has_picture]
    return frozenset(
        (channel, programme.start)
        for channel, programmes in guide.items()
        for one in held
        if one.channel == channel or channel in DELAYS.get(one.channel, {})
        for programme in _near(programmes, one, channel)
        if is_of(one, channel, programme) and _has_beginning(one, channel, programme)
    )


def _has_beginning(recording: Recording, channel: str, programme: Programme) -> bool:
    """Whether what a recording has of a programme begins with its start, as far as is noted."""
    delay = DELAYS.get(recording.channel, {}).get(channel, timedelta())
    at = max(programme.start - delay, recording.start)
    if recording.state is State.RECORDING and recording.since > at + SLACK:
        # What is missing is noted when it is over. The beginning may be there, from what is held
        # for those who watch: then it is offered from there as long as it is held.
        return False
    return not any(gap.start <= at and gap.stop > at + SLACK for gap in recording.gaps)


def _near(
    programmes: Sequence[Programme], recording: Recording, channel: str
) -> Iterator[Programme]:
    delay = DELAYS.get(recording.channel, {}).get(channel, timedelta())
    at = recording.start + delay
    for moment in (at - _SAME_SLOT, at, at + _SAME_SLOT):
        if found := on_air(programmes, moment):
            yield found
