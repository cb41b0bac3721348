"""What was on, as a house moves with it: what programmes say once, and when each was on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
import json
from typing import Any, Final

from ..engine.downlink.house_file import Section, batches
from ..engine.downlink.limits import MAX_VALUE_CHARS, MIB
from ..engine.downlink.models import Programme
from ..engine.downlink.publish.aired_log import Aired
from ..engine.downlink.publish.programme_json import programme_from_json, programme_to_json

MAX_AIRINGS: Final = 400_000
"""Three times what a year of the station's channels has."""
MAX_BYTES: Final = 48 * MIB
"""Of what is written of it, before it is compressed; the oldest stays behind."""
_ROW_BYTES: Final = 64
_MAX_SECONDS: Final = 2**33
_BEGIN: Final = datetime.fromtimestamp(0, UTC)
_END: Final = datetime.fromtimestamp(1, UTC)


def sections_of_aired(aired: Iterable[Aired]) -> Iterator[Section]:
    """Write what was on as ``shows`` and ``airings``; what there is no room for is the oldest."""
    shows: dict[str, int] = {}
    rows: list[list[Any]] = []
    size = 0
    newest_first = sorted(aired, key=lambda one: (one.programme.start, one.channel), reverse=True)
    for one in newest_first:
        text = programme_to_json(one.programme)
        # JSON once more: a letter that is not ASCII takes six bytes, and a quotation mark two.
        size += _ROW_BYTES + (0 if text in shows else len(json.dumps(text)) + 1)
        if size > MAX_BYTES or len(rows) >= MAX_AIRINGS:
            break
        number = shows.setdefault(text, len(shows))
        times = (int(at.timestamp()) for at in (one.programme.start, one.programme.stop))
        rows.append([one.channel, *times, int(one.is_planned), number])
    yield from (("shows", batch) for batch in batches(shows))
    yield from (("airings", batch) for batch in batches(reversed(rows)))


def read_aired(shows: Sequence[Any], airings: Sequence[Any]) -> tuple[Aired, ...]:
    """Read what was on. Raises ValueError for what is no text, no airing, or overlaps."""
    if len(shows) > len(airings) or len(airings) > MAX_AIRINGS:
        raise ValueError("that is too much")
    programmes = [_programme(text) for text in shows]
    over: dict[str, int] = {}
    found = []
    for row in airings:
        channel, start, stop, is_planned, number = _row(row)
        if start < over.get(channel, 0) or not 0 <= number < len(programmes):
            raise ValueError("that is no airing")
        over[channel] = stop
        programme = replace(programmes[number], start=_moment(start), stop=_moment(stop))
        found.append(Aired(channel, programme, is_planned))
    return tuple(found)


def _programme(text: Any) -> Programme:
    if not isinstance(text, str):
        raise TypeError("that is no text")
    return programme_from_json(text, _BEGIN, _END)


def _row(row: Any) -> tuple[str, int, int, bool, int]:
    channel, start, stop, planned, number = row
    if not isinstance(channel, str) or not 0 < len(channel) <= MAX_VALUE_CHARS:
        raise ValueError("that is no channel")
    if any(type(one) is not int for one in (start, stop, planned, number)) or planned not in {0, 1}:
        raise ValueError("that is no number")
    if not 0 <= start < stop <= _MAX_SECONDS:
        raise ValueError("those are no times")
    return channel, start, stop, planned == 1, number


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
