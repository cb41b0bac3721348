"""Limits of what a track's journal holds, each from both sides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from downlink.limits import MAX_SEGMENT_BYTES, MAX_SEGMENT_SECONDS
from downlink.recording.journal import (
    END,
    HEADER,
    Entry,
    gaps_between,
    playlist,
    read_journal,
    record_of,
    write_journal,
)
from downlink.recording.model import Gap

START = datetime(2026, 11, 26, 20, tzinfo=UTC)
ENTRY = Entry(name="000001.ts", start=START, duration=6.0, size=100, discontinuity=False)
SECOND = timedelta(seconds=1)
JUST_LESS = SECOND - timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("entry", "is_read"),
    [
        (replace(ENTRY, size=1), True),
        (replace(ENTRY, size=0), False),
        (replace(ENTRY, size=MAX_SEGMENT_BYTES), True),
        (replace(ENTRY, size=MAX_SEGMENT_BYTES + 1), False),
        (replace(ENTRY, duration=0.000001), True),
        (replace(ENTRY, duration=0.0), False),
        (replace(ENTRY, duration=float(MAX_SEGMENT_SECONDS)), True),
        (replace(ENTRY, duration=MAX_SEGMENT_SECONDS + 0.000001), False),
        (replace(ENTRY, name="000000.ts"), False),
        (replace(ENTRY, name="999999.ts"), True),
    ],
)
def test_segment_has_limits(entry: Entry, is_read: bool) -> None:
    assert list(read_journal(write_journal([entry], is_over=True))) == ([entry] if is_read else [])


def test_only_what_follows_on_garbage_is_a_break() -> None:
    entries = [replace(ENTRY, name=f"{number:06}.ts") for number in (1, 2, 3)]
    first, second, third = map(record_of, entries)
    found = list(read_journal(HEADER + first + b"#\n" + second + third + END))
    assert [one.discontinuity for one in found] == [False, True, False]


def test_second_of_one_name_is_passed_over_and_is_no_garbage() -> None:
    again = replace(ENTRY, size=7)
    other = replace(ENTRY, name="000002.ts")
    assert list(read_journal(write_journal([ENTRY, again, other], is_over=False))) == [ENTRY, other]


@pytest.mark.parametrize(("missing", "is_gap"), [(SECOND, True), (JUST_LESS, False)])
def test_gap_lasts_a_second(missing: timedelta, is_gap: bool) -> None:
    begin = START + missing
    late = replace(ENTRY, start=begin)
    assert gaps_between([late], START, late.stop) == ((Gap(START, begin),) if is_gap else ())
    stop = ENTRY.stop + missing
    assert gaps_between([ENTRY], START, stop) == ((Gap(ENTRY.stop, stop),) if is_gap else ())


def test_short_segment_inside_a_long_one_sets_nothing_back() -> None:
    inside = replace(ENTRY, start=START + SECOND, duration=1.0)
    assert gaps_between([ENTRY, inside], START, ENTRY.stop) == ()


def test_segment_at_the_stop_does_not_count() -> None:
    stop = START + 3 * SECOND
    assert gaps_between([replace(ENTRY, start=stop)], START, stop) == (Gap(START, stop),)


@pytest.mark.parametrize(
    ("durations", "target"),
    [((), 1), ((0.2,), 1), ((5.4,), 5), ((5.5,), 6), ((6.0, 9.0, 3.0), 9)],
)
def test_target_duration_is_that_of_the_longest(durations: tuple[float, ...], target: int) -> None:
    entries = [replace(ENTRY, duration=one) for one in durations]
    lines = playlist(entries, lambda one: one.name, is_over=False).decode().splitlines()
    assert f"#EXT-X-TARGETDURATION:{target}" in lines
    assert "#EXT-X-ENDLIST" not in lines
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in lines
